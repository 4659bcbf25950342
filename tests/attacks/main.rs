//! Attacks on the contracts, done as well as they can be. Each test names the guard that
//! stops it, and fails without that guard.

mod bonds;
mod collusion;
mod forgery;
mod griefing;
mod index;
mod keys;
mod limits;
mod minting;
mod timing;
mod turns;
mod upgrades;
mod weights;

use surge_testing::{job, Machine, Suite};

/// Price of the usual job on the usual machine.
const PRICE: u128 = 7_366;

/// Alice with a live node, and everybody with full pockets.
fn with_alice() -> (Suite, u32, u32) {
    let mut suite = Suite::new();
    for name in [
        "alice", "alice-op", "bob", "mallory", "anybody", "arbiter", "owner",
    ] {
        suite.meet(name);
    }
    let (provider, node) = suite.join_with("alice", Machine::default());
    (suite, provider, node)
}

/// A running job of Bob's at Alice's node.
fn with_job() -> (Suite, u64) {
    let (mut suite, _, _) = with_alice();
    let id = suite.submit("bob", job(), 50_000).expect("job");
    (suite, id)
}

/// All native money of these people and of the contracts.
fn fortune(suite: &Suite, people: &[&str]) -> u128 {
    let held = people.iter().map(|name| Suite::addr(name));
    held.map(|addr| suite.balance(&addr, 0)).sum()
}
