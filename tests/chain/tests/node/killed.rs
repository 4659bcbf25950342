//! SIGKILL from outside, at moments that nobody chose.

use std::{env, thread, time::Duration};

use surge_chain_tests::generator::SplitMix64;

use super::town::Town;

/// Times that the node is killed while it has the job.
const KILLS: u32 = 8;
/// Longest life of a process; joining the chain, running and delivering take about as long.
const LONGEST_MILLIS: usize = 3_500;

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
    let job = town.submit(&town.store)["job"].as_u64().expect("a job");
    for _ in 0..KILLS {
        let millis = random.below(LONGEST_MILLIS) as u64;
        thread::sleep(Duration::from_millis(millis));
        node.kill();
        let stage = town.job(job)["summary"]["status"].clone();
        println!("  after {millis} ms; job {job} is {stage}");
        node = town.start_node(None);
    }
    town.finish(job);
    town.wait_for_close(&mut node, job);
    assert!(node.end(), "seed {seed}");
    assert_eq!(town.job(job)["summary"]["status"], "settled", "seed {seed}");
    let after = town.counts();
    let heartbeats = after.heartbeats - before.heartbeats;
    assert_eq!(
        after.transactions - before.transactions,
        heartbeats + 1,
        "seed {seed}: one result, and nothing twice\n{}",
        town.sent()
    );
}
