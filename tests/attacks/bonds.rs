//! Bond is there while it may have to answer.

use surge_interface::raw::RegistryStore;
use surge_interface::registry::{ExecuteMsg, InvariantResponse, QueryMsg};
use surge_registry::ContractError;
use surge_testing::{job, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::{with_alice, with_job, PRICE};

/// Exit before the slash. Guards: `node::update` (bond ≥ locked), `take_out` (no running
/// jobs), `start_unbonding` (free bond only).
#[test]
fn bond_behind_a_running_job_cannot_be_taken_away_before_the_slash() {
    let (mut suite, id) = with_job();
    let shrink = ExecuteMsg::UpdateNode {
        node: 1,
        capacity: None,
        prices: None,
        bond: Some(7_365u128.into()),
        watts: None,
        clean_ppm: None,
    };
    let too_low = ContractError::BondTooLow {
        denom: 0,
        bond: 7_365u128.into(),
        needed: 10_000u128.into(),
    };
    refuses(&mut suite, too_low, |suite| {
        suite.to_registry("alice", &shrink)
    });
    let busy = || ContractError::NodeBusy {
        node: 1,
        running: 1,
    };
    refuses(&mut suite, busy(), |suite| {
        suite.to_registry("alice", &ExecuteMsg::RemoveNode { node: 1 })
    });
    refuses(&mut suite, busy(), |suite| {
        suite.to_registry("alice", &ExecuteMsg::Leave {})
    });
    let nothing = ContractError::FreeBondTooLow {
        denom: 0,
        free: 0u128.into(),
        needed: 1u128.into(),
    };
    refuses(&mut suite, nothing, |suite| {
        let amount = 1u128.into();
        suite.to_registry("alice", &ExecuteMsg::Unbond { denom: 0, amount })
    });
    suite.pass(1_201);
    suite.expire("anybody", id).expect("expiry");
    assert_eq!(suite.node(1).bond.u128(), 200_000 - PRICE * 5 / 100);
}

/// The same with collateral above the market's smallest bond. Guard: `bond < load.locked`.
#[test]
fn bond_cannot_fall_below_what_jobs_have_locked() {
    let (mut suite, _, _) = with_alice();
    for _ in 0..2 {
        suite.submit("bob", job(), 50_000).expect("job");
    }
    let shrink = ExecuteMsg::UpdateNode {
        node: 1,
        capacity: None,
        prices: None,
        bond: Some((2 * PRICE - 1).into()),
        watts: None,
        clean_ppm: None,
    };
    let too_low = ContractError::BondTooLow {
        denom: 0,
        bond: (2 * PRICE - 1).into(),
        needed: (2 * PRICE).into(),
    };
    refuses(&mut suite, too_low, |suite| {
        suite.to_registry("alice", &shrink)
    });
}

/// Inequality 12. Guard: `from_secs <= now_secs` in `bond::withdraw`.
#[test]
fn nobody_bonds_farms_and_leaves_in_a_day() {
    let (mut suite, _, _) = with_alice();
    suite
        .to_registry("alice", &ExecuteMsg::Leave {})
        .expect("leaves");
    let next_secs = suite.now_secs() + 21 * 86_400;
    suite.pass(86_400);
    refuses(
        &mut suite,
        ContractError::NothingMatured {
            denom: 0,
            next_secs,
        },
        |suite| {
            suite.to_registry(
                "alice",
                &ExecuteMsg::WithdrawBond {
                    provider: 1,
                    denom: 0,
                },
            )
        },
    );
}

/// A second unbonding does not ride on the wait of the first. Guard: each unbonding has
/// its own time.
#[test]
fn a_second_unbonding_waits_by_itself() {
    let (mut suite, _, _) = with_alice();
    suite.bond("alice", 1, 0, 3_000).expect("bond");
    let part = |amount: u128| ExecuteMsg::Unbond {
        denom: 0,
        amount: amount.into(),
    };
    suite.to_registry("alice", &part(1_000)).expect("unbonds");
    suite.pass(20 * 86_400);
    suite.to_registry("alice", &part(2_000)).expect("unbonds");
    suite.pass(86_400);
    let before = suite.balance(&Suite::addr("alice"), 0);
    let withdraw = ExecuteMsg::WithdrawBond {
        provider: 1,
        denom: 0,
    };
    suite.to_registry("mallory", &withdraw).expect("the first");
    assert_eq!(suite.balance(&Suite::addr("alice"), 0) - before, 1_000);
    let next_secs = suite.now_secs() + 20 * 86_400;
    refuses(
        &mut suite,
        ContractError::NothingMatured {
            denom: 0,
            next_secs,
        },
        |suite| suite.to_registry("alice", &withdraw),
    );
}

/// Inequality 6. Guard: `judge` asks for free bond of the collateral.
#[test]
fn a_node_never_answers_for_more_than_its_bond() {
    let mut suite = Suite::new();
    suite.join_with("alice", Machine::default().with_bond(24_000));
    let mut dear = job();
    dear.reserved_secs = 1_200;
    suite.submit("bob", dear.clone(), 50_000).expect("job");
    let free = 24_000 - suite.node(1).locked.u128();
    assert_eq!(free, 24_000 - 14_732);
    assert!(
        !suite.node(1).indexed,
        "less than the smallest bond is free"
    );

    let mut suite = Suite::new();
    suite.join_with("alice", Machine::default().with_bond(28_000));
    suite.submit("bob", dear.clone(), 50_000).expect("job");
    assert!(suite.node(1).indexed, "13,268 are free");
    let reason = "of 1 nodes read none can take the job: 1 with too little free bond; \
                  need less or let the job wait";
    let expected = surge_escrow::ContractError::NobodyFits {
        job: 2,
        reason: reason.to_owned(),
    };
    let escrow = suite.escrow.clone();
    let msg = surge_interface::escrow::ExecuteMsg::SubmitJob { spec: dear };
    refuses(&mut suite, expected, |suite| {
        suite.send("bob", &escrow, &msg, 50_000)
    });
    suite.submit("bob", job(), 50_000).expect("a smaller one");
    let node = suite.node(1);
    assert_eq!(node.locked.u128(), 14_732 + PRICE);
    assert!(node.locked <= node.bond);
}

/// A node that asks nearly nothing, takes the job and does not deliver. Guards:
/// `Job::worth` is at least what the reference prices come to; collateral and penalty are
/// computed from it.
#[test]
fn asking_little_does_not_make_failing_cheap() {
    let mut suite = Suite::new();
    suite.join_with("mallory", Machine::default().priced_percent(1));
    let id = suite.submit("bob", job(), 50_000).expect("job");
    assert!(suite.job(id).price.u128() <= PRICE / 100 + 1);
    assert_eq!(suite.node(1).locked.u128(), PRICE, "the reference price");
    suite.pass(1_201);
    suite.expire("anybody", id).expect("expiry");
    let paid = 200_000 - suite.node(1).bond.u128();
    assert_eq!(paid, PRICE * 5 / 100, "as much as any other");
}

/// The network may wish for no penalties. Guard: `no_show` doubles nothing into nothing.
#[test]
fn without_a_penalty_no_number_of_strikes_costs_anything() {
    let mut builder = surge_testing::Builder::default();
    builder.registry.no_show_bps = 0;
    let mut suite = builder.build();
    suite.join_with("alice", Machine::default());
    for _ in 0..40 {
        suite.heartbeat(1).expect("heartbeat");
        let id = suite.submit("bob", job(), 50_000).expect("job");
        suite.pass(1_201);
        suite.expire("anybody", id).expect("expiry");
    }
    let node = suite.node(1);
    assert_eq!((node.bond.u128(), node.strikes), (200_000, 40));
}

/// A penalty without end. Guard: `no_show` takes at most half of the price and at most the
/// collateral, whatever the strikes.
#[test]
fn penalties_double_up_to_half_of_the_price_and_no_further() {
    let (mut suite, _, _) = with_alice();
    let mut before = 200_000;
    for bps in [500, 1_000, 2_000, 4_000, 5_000, 5_000] {
        suite.heartbeat(1).expect("heartbeat");
        let id = suite.submit("bob", job(), 50_000).expect("job");
        suite.pass(1_201);
        suite.expire("anybody", id).expect("expiry");
        let bond = suite.node(1).bond.u128();
        assert_eq!(before - bond, PRICE * bps / 10_000, "{bps}");
        before = bond;
    }
    let money: InvariantResponse = suite.ask_registry(&QueryMsg::Invariant {});
    let row = &money.rows[0];
    assert_eq!((row.bonds + row.tips + row.kitty).u128(), 200_000);
}

/// What makes Alice's bond in tokens fall.
type Fall = fn(&mut Suite);

fn order(suite: &mut Suite) -> u64 {
    suite.submit_in_tokens("bob", job(), 50_000).expect("job")
}

/// Somebody whose bond falls keeps on counting as before. Guard: the registry forgets every
/// low that is no lower than the bond is now, whatever it falls by.
#[test]
fn a_bond_that_fell_does_not_count_by_a_higher_low() {
    let falls: [(&str, Fall); 5] = [
        ("a deadline missed", |suite| {
            let id = order(suite);
            suite.pass(1_201);
            suite.expire("anybody", id).expect("expiry");
        }),
        ("a dispute lost entirely", |suite| {
            let id = order(suite);
            suite.deliver(id).expect("delivery");
            suite
                .dispute("bob", id, PRICE.div_ceil(10))
                .expect("dispute");
            suite.rule(id, 0).expect("ruling");
        }),
        ("an eviction", |suite| {
            suite.pass(4 * 3_600);
            let evict = ExecuteMsg::Evict { nodes: vec![1] };
            suite.to_registry("anybody", &evict).expect("eviction");
        }),
        ("a part unbonded and withdrawn", |suite| {
            let amount = 50_000u128.into();
            let unbond = ExecuteMsg::Unbond { denom: 1, amount };
            suite.to_registry("alice", &unbond).expect("unbonds");
            suite.pass(60 * 86_400);
            let (provider, denom) = (1, 1);
            let withdraw = ExecuteMsg::WithdrawBond { provider, denom };
            suite.to_registry("anybody", &withdraw).expect("withdrawal");
        }),
        ("leaving", |suite| {
            suite
                .to_registry("alice", &ExecuteMsg::Leave {})
                .expect("leaves");
        }),
    ];
    for (why, fall) in falls {
        let mut suite = Suite::new();
        // A hundred thousand behind the node and as much free; then a unit more.
        let machine = Machine::default().quoting(1).with_bond(100_000);
        let (provider, _) = suite.join_with("alice", machine);
        suite.bond("alice", provider, 1, 100_000).expect("bond");
        suite.pass(3 * 86_400);
        let since = suite.now_secs();
        suite.bond("mallory", provider, 1, 1).expect("dust");
        suite.heartbeat(1).expect("heartbeat");
        assert_eq!(counts(&suite, provider, since), 200_000, "before {why}");
        fall(&mut suite);
        let found = suite.provider(provider).bonds;
        let left: u128 = found
            .iter()
            .filter(|bond| bond.denom == 1)
            .map(|bond| (bond.free + bond.at_nodes).u128())
            .sum();
        assert!(left < 200_000, "{why} takes something");
        assert_eq!(counts(&suite, provider, since), left, "after {why}");
    }
}

/// How much of a bond in tokens counts from a moment on.
fn counts(suite: &Suite, provider: u32, since: u64) -> u128 {
    let store = RegistryStore::open(suite.app.wrap(), suite.registry.clone());
    let bond = store.and_then(|store| store.bond(provider, 1));
    let lowest = bond.and_then(|bond| bond.lowest_since(since));
    lowest.expect("a bond").u128()
}
