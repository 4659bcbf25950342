//! Whose turn it is, and how to get it again.

use surge_interface::bounds::OutOfBounds;
use surge_interface::escrow::{JobSpec, Pick};
use surge_interface::registry::{ExecuteMsg, NodeSpec};
use surge_interface::{Kind, UnitPrices};
use surge_registry::ContractError;
use surge_testing::{job, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::PRICE;

/// Two providers with the same machine.
fn rivals() -> Suite {
    let mut suite = Suite::new();
    for name in ["mallory", "alice"] {
        suite.join(name, 400_000);
        suite.add_node(name, Machine::default()).expect("node");
    }
    suite.heartbeat_all();
    suite
}

/// A job of Bob's, delivered and paid. Answers its node.
fn served(suite: &mut Suite) -> u32 {
    let id = suite.submit("bob", job(), 50_000).expect("job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    suite.job(id).node.expect("a node")
}

fn pinned(node: u32) -> JobSpec {
    let mut spec = job();
    spec.pick = Pick::Pinned(node);
    spec
}

/// Guard: `Standing` keeps the largest virtual time and strikes of what was removed.
#[test]
fn a_node_that_is_removed_and_added_again_is_not_served_first_again() {
    let mut suite = rivals();
    assert_eq!(served(&mut suite), 1);
    let tag = suite.explain(1).pick.tag;
    let remove = ExecuteMsg::RemoveNode { node: 1 };
    suite.to_registry("mallory", &remove).expect("removed");
    let again = suite.add_node("mallory", Machine::default());
    let again = again.expect("added again");
    suite.heartbeat(again).expect("heartbeat");
    assert_eq!(served(&mut suite), 2, "it is Alice's turn");
    let mut turns = [served(&mut suite), served(&mut suite)];
    turns.sort_unstable();
    assert_eq!(turns, [2, again], "now they are even");
    assert!(suite.explain(3).pick.tag > tag);
}

/// The same for strikes: who failed pays double, also under another number. Guard: as above.
#[test]
fn strikes_outlive_the_node_that_got_them() {
    let mut suite = Suite::new();
    suite.join("mallory", 400_000);
    for (node, factor) in [(1, 1), (2, 2), (3, 4)] {
        let added = suite.add_node("mallory", Machine::default());
        assert_eq!(added.expect("node"), node);
        assert_eq!(u32::from(suite.node(node).strikes), node - 1);
        suite.heartbeat(node).expect("heartbeat");
        let id = suite.submit("bob", job(), 50_000).expect("job");
        suite.pass(1_201);
        suite.expire("anybody", id).expect("expiry");
        let paid = 200_000 - suite.node(node).bond.u128();
        assert_eq!(paid, PRICE * 500 * factor / 10_000, "{node}");
        let remove = ExecuteMsg::RemoveNode { node };
        suite.to_registry("mallory", &remove).expect("removed");
        suite.bond("mallory", 1, 0, paid).expect("bond");
    }
}

/// Who fails pays itself under another name, a little or next to nothing, so that the next
/// penalty is the first again. Guard: `make_good` clears strikes only when as much was paid
/// as was missed, whatever the jobs were worth, also of a node that was removed and added
/// again.
#[test]
fn tiny_jobs_of_ones_own_clear_no_strikes() {
    let mut suite = Suite::new();
    for name in ["mallory", "mia", "bob"] {
        suite.meet(name);
    }
    suite.join_with("mallory", Machine::default());
    let fail = |suite: &mut Suite, node: u32| {
        let before = suite.node(node).bond.u128();
        suite.heartbeat(node).expect("heartbeat");
        let id = suite.submit("bob", job(), 50_000).expect("job");
        suite.pass(1_201);
        suite.expire("anybody", id).expect("expiry");
        before - suite.node(node).bond.u128()
    };
    let pay_oneself = |suite: &mut Suite, node: u32, spec: JobSpec| {
        suite.heartbeat(node).expect("heartbeat");
        let spec = JobSpec {
            pick: Pick::Pinned(node),
            ..spec
        };
        let id = suite.submit("mia", spec, 50_000).expect("job");
        suite.deliver(id).expect("delivery");
        suite.accept("mia", id).expect("acceptance");
        suite.job(id).price.u128()
    };
    assert_eq!(fail(&mut suite, 1), PRICE * 500 / 10_000);
    let mut tiny = job();
    (tiny.need.milli_cpu, tiny.reserved_secs) = (1_000, 60);
    for _ in 0..3 {
        assert!(pay_oneself(&mut suite, 1, tiny.clone()) < PRICE / 10);
    }
    // As large as what was missed, but at a price of nearly nothing for as long as it takes.
    let prices = |prices| ExecuteMsg::UpdateNode {
        node: 1,
        capacity: None,
        prices: Some(prices),
        bond: None,
        watts: None,
        clean_ppm: None,
    };
    let usual = suite.node(1).spec.prices;
    let nearly_nothing = UnitPrices::from_array([1, 0, 0, 0, 0]);
    let cheap = prices(nearly_nothing);
    suite.to_registry("mallory", &cheap).expect("new prices");
    assert!(pay_oneself(&mut suite, 1, job()) < 10);
    suite
        .to_registry("mallory", &prices(usual))
        .expect("the old prices");
    assert_eq!(suite.node(1).strikes, 1, "nothing is made good yet");
    assert_eq!(fail(&mut suite, 1), PRICE * 1_000 / 10_000);

    // What is still missed goes with the node to its next number.
    let remove = ExecuteMsg::RemoveNode { node: 1 };
    suite.to_registry("mallory", &remove).expect("removed");
    suite.bond("mallory", 1, 0, 2_000).expect("bond");
    let again = suite.add_node("mallory", Machine::default()).expect("node");
    assert_eq!(pay_oneself(&mut suite, again, job()), PRICE);
    assert_eq!(
        suite.node(again).strikes,
        2,
        "two were missed, one made good"
    );
    assert_eq!(pay_oneself(&mut suite, again, job()), PRICE);
    assert_eq!(suite.node(again).strikes, 0, "as much as was missed");
}

/// One bond behind many nodes, moved after each job to one whose turn it still is. Guard:
/// `carry_turn`: what a node gives up leaves its turn behind, what a node gets brings it.
#[test]
fn a_bond_that_moves_takes_its_turn_along() {
    const SMALLEST: u128 = 10_000;
    let mut suite = Suite::new();
    for name in ["alice", "mallory", "bob"] {
        suite.meet(name);
    }
    let usual = Machine::default();
    let bond = usual.bond;
    suite.join_with("alice", usual.clone().with_bond(bond));
    let (provider, first) = suite.join_with("mallory", usual.clone().with_bond(bond));
    suite
        .bond("mallory", provider, 0, 3 * SMALLEST)
        .expect("bond");
    let mut nodes = vec![first];
    for _ in 0..3 {
        let idle = usual.clone().with_bond(SMALLEST);
        nodes.push(suite.add_node("mallory", idle).expect("a node"));
    }
    let set = |suite: &mut Suite, node: u32, bond: u128| {
        let msg = ExecuteMsg::UpdateNode {
            node,
            capacity: None,
            prices: None,
            bond: Some(bond.into()),
            watts: None,
            clean_ppm: None,
        };
        suite.to_registry("mallory", &msg).expect("bond moves");
    };
    let (mut hers, mut turn) = (0, 0);
    for _ in 0..40 {
        for node in suite.all_nodes() {
            suite.heartbeat(node.id).expect("heartbeat");
        }
        let id = suite.submit("bob", job(), 50_000).expect("job");
        let node = suite.job(id).node.expect("a node");
        suite.deliver(id).expect("delivery");
        suite.accept("bob", id).expect("acceptance");
        if nodes.contains(&node) {
            hers += 1;
            set(&mut suite, nodes[turn], SMALLEST);
            turn = (turn + 1) % nodes.len();
            set(&mut suite, nodes[turn], bond);
        }
    }
    // Her bond is 23 of 43; the small ones behind her idle nodes get their share, too.
    assert!((18..=24).contains(&hers), "{hers} of 40");
}

/// Who claims more than it has, delivers garbage at once or has vacated does not look idle.
/// Guard: `load_part` counts the bond that jobs lock until they end, not capacity.
#[test]
fn only_locked_bond_counts_as_load() {
    let mut suite = rivals();
    let heavy = || {
        let mut spec = job();
        // Alone it locks more than an eighth of a node's bond, less than a quarter.
        spec.reserved_secs *= 5;
        spec
    };
    let id = suite.submit("bob", heavy(), 100_000).expect("job");
    let first = suite.explain(id).pick;
    assert_eq!(first.parts.load, 875_000, "an eighth is locked with it");
    let node = suite.job(id).node.expect("a node");
    suite.deliver(id).expect("delivery");
    suite.vacate(id).expect("vacated");
    // The machine is free, the bond is not.
    assert_eq!(suite.node(node).reserved, Default::default());
    let mut spec = pinned(node);
    let next = suite.submit("bob", spec.clone(), 50_000).expect("job");
    assert_eq!(suite.explain(next).pick.parts.load, 875_000);
    suite.cancel("bob", next).expect("cancelled");
    suite.accept("bob", id).expect("acceptance");
    // The other node has locked nothing else.
    spec.pick = Pick::Pinned(3 - node);
    let next = suite.submit("bob", spec, 50_000).expect("job");
    assert_eq!(suite.explain(next).pick.parts.load, 1_000_000);
}

/// A requester names its rival's node and cancels, again and again. Guards: `give_back`
/// takes the work of a job that was not done off the node's virtual time, and a named node
/// moves no market.
#[test]
fn cancelled_jobs_at_a_named_rival_do_not_cost_it_its_turn() {
    let mut suite = rivals();
    for _ in 0..5 {
        let id = suite.submit("mia", pinned(2), 50_000).expect("job");
        suite.cancel("mia", id).expect("cancelled");
    }
    let mut turns = vec![served(&mut suite), served(&mut suite)];
    turns.sort_unstable();
    assert_eq!(turns, [1, 2], "as if nothing had been");
}

/// A ring pays its own node by name, so that the market's time runs past everybody else's
/// credit. Guard: `reserve` leaves the market's virtual time alone for a named node.
#[test]
fn jobs_for_a_named_node_do_not_move_the_markets_time() {
    let mut suite = rivals();
    for _ in 0..5 {
        let id = suite.submit("mia", pinned(1), 50_000).expect("job");
        let why = suite.explain(id);
        assert!(
            !why.exact && why.gap_ppm == 1_000_000,
            "nobody else was asked"
        );
        suite.deliver(id).expect("delivery");
        suite.accept("mia", id).expect("acceptance");
    }
    // Five jobs behind, Alice is served five times in a row.
    for _ in 0..5 {
        assert_eq!(served(&mut suite), 2);
    }
    assert_eq!(
        served(&mut suite),
        1,
        "the lower number of two that are even"
    );
}

/// A runner-up takes over without a new search: nobody says that it is the best. Guard:
/// `only` in `pick.rs`.
#[test]
fn a_runner_up_that_takes_over_claims_no_exact_search() {
    let mut suite = rivals();
    let id = suite.submit("bob", job(), 50_000).expect("job");
    assert!(suite.explain(id).exact);
    suite.decline(id).expect("decline");
    let why = suite.explain(id);
    assert_eq!((why.pick.node, why.exact), (2, false));
    assert_eq!(why.gap_ppm, 1_000_000);
    assert_eq!((why.pick.provider, why.pick.region), (2, 0));
}

/// Guard: `index::replace` raises the root's ceiling again after the last word was struck.
#[test]
fn a_lone_node_stays_visible_after_its_first_job() {
    let mut suite = Suite::new();
    suite.join_with("alice", Machine::default());
    for _ in 0..4 {
        assert_eq!(served(&mut suite), 1);
        assert!(suite.node(1).indexed);
    }
    // Also while it works, and after a heartbeat with less that is free.
    suite.submit("bob", job(), 50_000).expect("job");
    let free = surge_interface::Resources {
        milli_cpu: 3_000,
        ..Machine::default().spec.capacity
    };
    suite.heartbeat_free(1, free).expect("heartbeat");
    suite.submit("bob", job(), 50_000).expect("job");
}

/// Guard: `NoPrice`; without a price for what leads the class, work would count for nothing.
#[test]
fn nobody_offers_what_leads_the_class_for_nothing() {
    let mut suite = rivals();
    let prices = UnitPrices::from_array([0, 2_000_000, 0, 100_000_000, 0]);
    let expected = || ContractError::NoPrice {
        leading: Kind::MilliCpu,
    };
    let add = ExecuteMsg::AddNode {
        spec: NodeSpec {
            prices,
            ..Machine::default().spec
        },
        bond: 20_000u128.into(),
    };
    refuses(&mut suite, expected(), |suite| {
        suite.to_registry("mallory", &add)
    });
    let update = ExecuteMsg::UpdateNode {
        node: 1,
        capacity: None,
        prices: Some(prices),
        bond: None,
        watts: None,
        clean_ppm: None,
    };
    refuses(&mut suite, expected(), |suite| {
        suite.to_registry("mallory", &update)
    });
}

/// A stolen hot key cannot use the sequence up. Guard: `MAX_SEQ_STEP`.
#[test]
fn a_heartbeat_cannot_jump_to_the_end_of_the_sequence() {
    let mut suite = rivals();
    let free = Machine::default().spec.capacity;
    let beat = |seq| ExecuteMsg::Heartbeat { node: 1, seq, free };
    let step = 1 << 20;
    for jump in [step + 1, u32::MAX - 1] {
        let expected = ContractError::OutOfBounds(OutOfBounds {
            what: "the step of the heartbeat's sequence",
            value: jump.into(),
            min: 1,
            max: step.into(),
        });
        refuses(&mut suite, expected, |suite| {
            suite.to_registry("mallory-op", &beat(1 + jump))
        });
    }
    suite
        .to_registry("mallory-op", &beat(1 + step))
        .expect("the largest step");
}
