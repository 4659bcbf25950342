//! SIGKILL from outside, at moments that nobody chose.

use std::{env, thread, time::Duration};

use surge_chain_tests::generator::SplitMix64;

use super::town::Town;

/// Jobs, one after the other.
const JOBS: u64 = 3;
/// Times that the node is killed on the way of each.
const KILLS: u32 = 4;
/// Longest life of a process: what a job takes from its submission to its result here.
const LONGEST_MILLIS: usize = 2_000;

/// `SURGE_SEED` repeats the moments of an earlier run.
pub fn a_node_killed_at_random_delivers_once(town: &Town) {
    let seed = match env::var("SURGE_SEED") {
        Ok(seed) => seed.parse().expect("SURGE_SEED is a number"),
        Err(_) => std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_secs()),
    };
    println!("killed at random moments of SURGE_SEED={seed}");
    let mut random = SplitMix64(seed);
    let before = town.counts();
    let mut node = town.start_node(None);
    town.wait_until_found(&mut node);
    for _ in 0..JOBS {
        let job = town.submit(&town.store)["job"].as_u64().expect("a job");
        for _ in 0..KILLS {
            let millis = random.below(LONGEST_MILLIS) as u64;
            thread::sleep(Duration::from_millis(millis));
            node.kill();
            let status = town.job(job)["summary"]["status"].clone();
            println!("  after {millis} ms; job {job} is {status}");
            node = town.start_node(None);
        }
        town.finish(job);
        town.wait_for_close(&mut node, job);
    }
    assert!(node.end(), "seed {seed}");
    let after = town.counts();
    let heartbeats = after.heartbeats - before.heartbeats;
    assert_eq!(
        after.transactions - before.transactions,
        heartbeats + JOBS,
        "seed {seed}: one result for each job, and nothing twice\n{}",
        town.sent()
    );
}
