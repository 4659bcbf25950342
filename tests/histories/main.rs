//! Random histories: honest and hostile actors, time jumps, every message, and after each
//! step everything compared with the ghost ledger. In three of ten a DAO owns everything, and
//! requesters and providers are its members.
//!
//! `SURGE_HISTORIES` sets how many (320), `SURGE_SEED` runs a single one.

mod chance;
mod check;
mod dao;
mod ending;
mod messages;
mod proposals;
mod rewards;
mod stats;
mod tables;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use chance::Chance;
use stats::Stats;
use world::{Step, World};

const HISTORIES: u64 = 320;
const STEPS: u32 = 50;
/// As many more where members decide, too.
const MORE: u32 = 40;
const THREADS: u64 = 2;

/// Seeds that failed once, one a line with what was wrong.
const FAILED: &str = include_str!("seeds.txt");

#[test]
fn every_history_ends_with_everybody_paid_and_nothing_else_left() {
    if let Ok(seed) = std::env::var("SURGE_SEED") {
        live(seed.parse().expect("a number"));
        return;
    }
    let number = |text: String| text.parse().expect("a number");
    let histories = std::env::var("SURGE_HISTORIES").map_or(HISTORIES, number);
    let old = FAILED
        .lines()
        .filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let seeds: Vec<u64> = old.chain(0..histories).collect();
    let next = AtomicU64::new(0);
    let total = Mutex::new(Stats::default());
    std::thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(seed) = seeds.get(place as usize) else {
                    return;
                };
                let stats = live(*seed);
                total.lock().expect("no panic before").absorb(&stats);
            });
        }
    });
    let total = total.into_inner().expect("no panic before");
    println!("{total}");
    total.assert_covers_everything(histories >= HISTORIES);
}

/// Names the seed when a history fails.
struct Teller(u64);

impl Drop for Teller {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the history with SURGE_SEED={} failed", self.0);
        }
    }
}

/// One history from the first provider to the last coin.
fn live(seed: u64) -> Stats {
    let _teller = Teller(seed);
    let mut chance = Chance::new(seed);
    let mut world = World::new(&mut chance);
    world.settle_in(&mut chance);
    let more = if world.ghost.dao.is_some() { MORE } else { 0 };
    for _ in 0..STEPS + more {
        match proposals::next(&mut chance, &world.ghost) {
            Step::Pass(secs) => world.pass(secs),
            Step::Send(deed) => {
                world.send(&deed);
            }
        }
        world.simulate(&mut chance);
        world.simulate_claim(&mut chance);
        world.check();
    }
    ending::everybody_leaves(&mut world, &mut chance);
    world.stats
}
