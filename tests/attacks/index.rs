//! Filling the index with what cannot work.

use surge_interface::registry::{ExecuteMsg, QueryMsg, SimulationResponse};
use surge_interface::Resources;
use surge_registry::ContractError;
use surge_testing::{job, Machine, Suite};
use surge_tests::events::named;
use surge_tests::refusal::refuses;

use crate::{with_alice, with_job, PRICE};

/// An index full of nodes that are gone. Guards: silent rows are refused by `judge` and
/// taken out by the search that meets them; bond and eviction tip make them cost
/// something.
#[test]
fn silent_nodes_blind_no_search_and_are_cleaned_out_at_their_owners_cost() {
    let mut suite = Suite::new();
    suite.join("mallory", 20 * 10_000);
    for _ in 0..20 {
        let fake = Machine::default().priced_percent(1).with_bond(10_000);
        let node = suite.add_node("mallory", fake).expect("node");
        suite.heartbeat(node).expect("heartbeat");
    }
    suite.pass(901);
    let (_, honest) = suite.join_with("alice", Machine::default());
    let escrow = suite.escrow.clone();
    let msg = surge_interface::escrow::ExecuteMsg::SubmitJob { spec: job() };
    let response = suite.send("bob", &escrow, &msg, 50_000).expect("job");
    assert_eq!(suite.job(1).node, Some(honest));
    assert!(suite.explain(1).exact);
    let evicted = named(&suite, &response, "node_evicted");
    assert_eq!(evicted.len(), 8, "as many as one search takes out");
    for event in &evicted {
        assert_eq!(event.get("reporter"), Some("search"));
        assert_eq!((event.number("tip"), event.number("denom_id")), (0, 0));
    }
    let left: Vec<u32> = suite
        .all_nodes()
        .iter()
        .filter(|node| node.indexed && !node.live)
        .map(|node| node.id)
        .collect();
    assert_eq!(left.len(), 12);
    let evict = ExecuteMsg::Evict { nodes: left };
    let response = suite.to_registry("anybody", &evict).expect("eviction");
    let anybody = Suite::addr("anybody");
    for event in named(&suite, &response, "node_evicted") {
        assert_eq!(event.get("reporter"), Some(anybody.as_str()));
        assert_eq!(event.number("tip"), 100);
    }
    let tips: cosmwasm_std::Uint128 = suite.ask_registry(&QueryMsg::Tips {
        account: Suite::addr("anybody").to_string(),
        denom: 0,
    });
    assert_eq!(tips.u128(), 12 * 100, "out of the poisoner's bonds");
    suite.heartbeat(20).expect("heartbeat");
    let back = suite.node(20);
    assert_eq!(back.bond.u128(), 9_900);
    assert!(
        !back.indexed,
        "below the smallest bond it does not come back"
    );
    suite.assert_sound();
}

/// Guard: `Evict` looks at the last heartbeat itself.
#[test]
fn a_live_node_cannot_be_evicted_and_a_silent_one_pays_once() {
    let (mut suite, _, node) = with_alice();
    let evict = ExecuteMsg::Evict { nodes: vec![node] };
    suite.pass(900);
    refuses(&mut suite, ContractError::NobodySilent, |suite| {
        suite.to_registry("mallory", &evict)
    });
    suite.pass(1);
    let twice = ExecuteMsg::Evict {
        nodes: vec![node, node],
    };
    suite.to_registry("mallory", &twice).expect("eviction");
    assert_eq!(suite.node(node).bond.u128(), 200_000 - 100);
    refuses(&mut suite, ContractError::NobodySilent, |suite| {
        suite.to_registry("mallory", &evict)
    });
    let many = ExecuteMsg::Evict {
        nodes: vec![node; 101],
    };
    let too_many = ContractError::TooMany {
        what: "nodes in one eviction",
        max: 100,
    };
    refuses(&mut suite, too_many, |suite| {
        suite.to_registry("mallory", &many)
    });
}

/// A heartbeat that claims to have free what jobs hold. Guard: `Load::free` takes what is
/// reserved from the capacity, whatever a heartbeat says.
#[test]
fn a_heartbeat_cannot_claim_more_free_than_capacity_less_reserved() {
    let (mut suite, _) = with_job();
    let claim = Resources::from_array([u32::MAX; 5]);
    suite.heartbeat_free(1, claim).expect("heartbeat");
    let node = suite.node(1);
    assert_eq!(node.reserved, job().need);
    assert_eq!(node.withheld, Resources::default());
    // 6,000 of 8,000 are left.
    let mut large = job();
    large.need.milli_cpu = 6_001;
    assert!(suite.submit("bob", large.clone(), 50_000).is_err());
    large.need.milli_cpu = 6_000;
    suite.submit("bob", large, 50_000).expect("what is left");
    assert_eq!(suite.node(1).reserved.milli_cpu, 8_000);
}

/// Guard: `CapacityReserved` in `node::update`.
#[test]
fn a_node_cannot_shrink_below_what_is_reserved() {
    let (mut suite, _) = with_job();
    let capacity = Resources {
        milli_cpu: 1_999,
        ..Machine::default().spec.capacity
    };
    let shrink = |capacity| ExecuteMsg::UpdateNode {
        node: 1,
        capacity: Some(capacity),
        prices: None,
        bond: None,
        watts: None,
        clean_ppm: None,
    };
    let expected = ContractError::CapacityReserved {
        capacity,
        reserved: job().need,
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_registry("alice", &shrink(capacity))
    });
    let just = Resources {
        milli_cpu: 2_000,
        ..capacity
    };
    suite
        .to_registry("alice", &shrink(just))
        .expect("what is reserved stays");
    assert!(!suite.node(1).indexed, "nothing is free");
}

/// A replayed heartbeat keeps nobody alive. Guard: `seq <= load.seq`.
#[test]
fn a_heartbeat_is_good_for_once_and_for_its_operator_alone() {
    let (mut suite, _, node) = with_alice();
    suite.pass(500);
    let free = Machine::default().spec.capacity;
    let replay = ExecuteMsg::Heartbeat { node, seq: 1, free };
    let stale = ContractError::StaleHeartbeat { seq: 1, last: 1 };
    refuses(&mut suite, stale, |suite| {
        suite.to_registry("alice-op", &replay)
    });
    let fresh = ExecuteMsg::Heartbeat { node, seq: 2, free };
    for who in ["mallory", "alice"] {
        let expected = ContractError::NotOperator {
            provider: 1,
            sender: Suite::addr(who),
        };
        refuses(&mut suite, expected, |suite| suite.to_registry(who, &fresh));
    }
    suite.pass(401);
    assert!(!suite.node(node).live);
}

/// Prices and needs so large that they wrap around. Guard: the price is computed in 128
/// bits with checks; what does not fit is too dear.
#[test]
fn a_price_that_overflows_is_too_dear_and_breaks_no_search() {
    let mut suite = Suite::new();
    let mut greedy = Machine::default();
    greedy.spec.prices = surge_interface::UnitPrices::from_array([u64::MAX; 5]);
    suite.join_with("mallory", greedy);
    let mut vast = job();
    vast.need = Resources::from_array([8_000, 16_384, 0, 200, 100]);
    vast.reserved_secs = 30 * 86_400;
    let refused = suite.submit("bob", vast, 1_000_000_000);
    assert!(format!("{:#}", refused.expect_err("too dear")).contains("1 too dear"));
    suite.join_with("alice", Machine::default());
    let id = suite.submit("bob", job(), 50_000).expect("job");
    assert_eq!(suite.job(id).price.u128(), PRICE);
    let answer: SimulationResponse = suite.ask_registry(&QueryMsg::SimulateMatch {
        order: surge_interface::registry::Order {
            requester: Suite::addr("bob").to_string(),
            class: 0,
            denom: suite.denom(0),
            need: job().need,
            reserved_secs: u64::MAX,
            max_price: cosmwasm_std::Uint128::MAX,
            data: Default::default(),
            weights: None,
            regions: vec![],
            jurisdictions: vec![],
            pinned: None,
            collateral_bps: u32::MAX,
        },
    });
    assert!(matches!(answer, SimulationResponse::Nobody { .. }));
}
