//! How many rows a search reads, how often it finds and proves the best node, and what
//! that costs in gas, for each weight profile and size of market.
//!
//! `cargo run --release -p surge-matching --example benchmark -- --max-nodes 10000`
//!
//! `--neutral-reputation` gives every node 500,000 as the network does today; without it
//! reputations are random, which is harder to search.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "measures, decides nothing"
)]

use std::time::Instant;

use comfy_table::{presets::ASCII_MARKDOWN, Table};
use cosmwasm_std::Uint128;
use surge_interface::Weights;
use surge_matching::{advance, index, judge, search, Limits, Node, Root, StoredDirectory};

mod metered;
mod synthetic;

use metered::Metered;
use synthetic::{job, nodes, row, Random, MARKET, PROFILES};

const LIMITS: Limits = Limits {
    rows: 128,
    refused: 128,
    evictions: 4,
};

struct Market {
    nodes: Vec<Node>,
    storage: Metered,
}

impl Market {
    fn new(count: u32, neutral: bool) -> Self {
        let mut random = Random(count.into());
        let mut nodes = nodes(count, &mut random);
        if neutral {
            nodes
                .iter_mut()
                .for_each(|node| node.reputation_ppm = 500_000);
        }
        let mut storage = Metered::default();
        let mut root = Root::load(&storage, MARKET).expect("an empty storage");
        for node in &nodes {
            index::insert(&mut storage, &mut root, &row(node)).expect("a fresh row");
        }
        root.save(&mut storage);
        Self { nodes, storage }
    }

    fn measure(&mut self, weights: Weights, jobs: u64) -> Vec<String> {
        let mut random = Random(7);
        let (mut rows, mut gas, mut micros) = (vec![], vec![], vec![]);
        let (mut found, mut exact, mut proven, mut worst, mut lost) = (0, 0, 0, 0, 0u64);
        for _ in 0..jobs {
            let job = job(weights, &mut random);
            let best = self
                .nodes
                .iter()
                .filter_map(|node| judge(&job, &row(node), 0).ok());
            let best = best
                .map(|scored| scored.score.u64())
                .max()
                .unwrap_or_default();
            self.storage.take_gas();
            let start = Instant::now();
            let root = Root::load(&self.storage, MARKET).expect("a sound root");
            let directory = StoredDirectory::new(&self.storage, &root);
            let answer =
                search(&directory, &job, root.virtual_time, &LIMITS).expect("a sound index");
            micros.push(u64::try_from(start.elapsed().as_micros()).unwrap());
            gas.push(self.storage.take_gas());
            rows.push(u64::from(answer.rows_read));
            found += u64::from(answer.best_score == best);
            exact += u64::from(answer.exact);
            proven += u64::from(answer.gap_ppm <= 10_000);
            worst = worst.max(answer.gap_ppm);
            lost = lost.max((best - answer.best_score) * 1_000_000 / best.max(1));
        }
        let share = |part: u64| format!("{:.1}", part as f64 * 100.0 / jobs as f64);
        vec![
            percentile(&mut rows, 50).to_string(),
            percentile(&mut rows, 95).to_string(),
            share(found),
            share(exact),
            share(proven),
            format!("{:.2}", f64::from(worst) / 10_000.0),
            format!("{:.2}", lost as f64 / 10_000.0),
            percentile(&mut gas, 50).to_string(),
            percentile(&mut gas, 95).to_string(),
            percentile(&mut micros, 50).to_string(),
        ]
    }

    /// Gas of keeping the index: median and highest of what happens in a network.
    fn upkeep(&mut self, jobs: u64) -> Vec<String> {
        let mut random = Random(11);
        let mut gas: [Vec<u64>; 7] = Default::default();
        for _ in 0..jobs {
            let mut job = job(Weights::DEFAULT, &mut random);
            let mut root = Root::load(&self.storage, MARKET).expect("a sound root");
            let directory = StoredDirectory::new(&self.storage, &root);
            let answer =
                search(&directory, &job, root.virtual_time, &LIMITS).expect("a sound index");
            let Some(pick) = answer.pick else { continue };
            let free = self.nodes[pick.node as usize].clone();
            let mut busy = free.clone();
            busy.free = free.free.saturating_sub(&job.need);
            let collateral = job.collateral(pick.price).expect("it was computed before");
            busy.locked = free.locked + collateral;
            busy.virtual_time = advance(pick.tag.u64(), pick.price, free.bond);
            root.virtual_time = pick.tag.u64();
            let mut seen = busy.clone();
            seen.last_seen_secs += 60;
            let mut released = seen.clone();
            released.free = free.free;
            released.locked = free.locked;
            let mut moved = released.clone();
            let eighth = moved.bond.u128() / 8;
            moved.locked = Uint128::new((moved.locked.u128() + eighth) % moved.bond.u128());
            gas[0].push(self.replace(&mut root, &free, &busy));
            gas[1].push(self.replace(&mut root, &busy, &seen));
            gas[2].push(self.replace(&mut root, &seen, &released));
            gas[3].push(self.replace(&mut root, &released, &moved));
            index::remove(&mut self.storage, &mut root, &row(&moved).key).expect("a sound index");
            gas[4].push(self.close(&mut root));
            index::insert(&mut self.storage, &mut root, &row(&released)).expect("a sound index");
            gas[5].push(self.close(&mut root));
            self.nodes[pick.node as usize] = released;
            job.need.memory_mib = u32::MAX;
            let root = Root::load(&self.storage, MARKET).expect("a sound root");
            let directory = StoredDirectory::new(&self.storage, &root);
            let nobody =
                search(&directory, &job, root.virtual_time, &LIMITS).expect("a sound index");
            assert_eq!(nobody.pick, None);
            gas[6].push(self.storage.take_gas());
        }
        gas.iter_mut()
            .map(|gas| format!("{} / {}", percentile(gas, 50), percentile(gas, 100)))
            .collect()
    }

    fn replace(&mut self, root: &mut Root, old: &Node, new: &Node) -> u64 {
        self.storage.take_gas();
        index::replace(&mut self.storage, root, &row(old).key, &row(new)).expect("a sound index");
        self.close(root)
    }

    fn close(&mut self, root: &mut Root) -> u64 {
        root.save(&mut self.storage);
        self.storage.take_gas()
    }
}

fn percentile(values: &mut [u64], percent: usize) -> u64 {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let neutral = arguments
        .iter()
        .any(|argument| argument == "--neutral-reputation");
    let max_nodes = arguments
        .iter()
        .skip_while(|argument| *argument != "--max-nodes")
        .nth(1);
    let max_nodes = max_nodes.map_or(100_000, |count| {
        count.parse().expect("--max-nodes takes a number")
    });
    let mut searches = Table::new();
    searches.load_preset(ASCII_MARKDOWN).set_header([
        "nodes",
        "profile",
        "rows",
        "rows p95",
        "found %",
        "exact %",
        "within 1 % %",
        "max gap %",
        "max lost %",
        "gas",
        "gas p95",
        "µs",
    ]);
    let mut moves = Table::new();
    moves.load_preset(ASCII_MARKDOWN).set_header([
        "nodes",
        "pick",
        "heartbeat",
        "release",
        "other load bucket",
        "remove",
        "insert",
        "search in vain",
    ]);
    for (count, jobs) in [(100, 1_000), (1_000, 1_000), (10_000, 400), (100_000, 200)] {
        if count > max_nodes {
            break;
        }
        let mut market = Market::new(count, neutral);
        for (name, weights) in PROFILES {
            let mut cells = vec![count.to_string(), name.to_string()];
            cells.extend(market.measure(weights, jobs));
            searches.add_row(cells);
        }
        let mut cells = vec![count.to_string()];
        cells.extend(market.upkeep(jobs));
        moves.add_row(cells);
    }
    println!("{searches}\n\nGas of keeping the index, median / highest:\n\n{moves}");
}
