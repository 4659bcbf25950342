//! How many rows a search reads, how often it finds and proves the best node, and what
//! that costs in gas, for each weight profile and size of market.
//!
//! `cargo run --release -p surge-matching --example benchmark -- --max-nodes 100000`
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
use surge_matching::{advance, index, judge, search, Limits, Node, Root, RowKey, StoredDirectory};

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
    fn new(count: u32) -> Self {
        let mut random = Random(count.into());
        let nodes = nodes(count, &mut random);
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

    /// Gas of keeping the index: median and highest of moves that happen in a network.
    fn upkeep(&mut self, jobs: u64) -> Vec<String> {
        let mut random = Random(11);
        let (mut assign, mut release, mut heartbeat) = (vec![], vec![], vec![]);
        for _ in 0..jobs {
            let job = job(Weights::DEFAULT, &mut random);
            let mut root = Root::load(&self.storage, MARKET).expect("a sound root");
            let directory = StoredDirectory::new(&self.storage, &root);
            let answer =
                search(&directory, &job, root.virtual_time, &LIMITS).expect("a sound index");
            let Some(pick) = answer.pick else { continue };
            let before = self.nodes[pick.node as usize].clone();
            let mut after = before.clone();
            after.free = after.free.saturating_sub(&job.need);
            after.virtual_time = advance(pick.tag.u64(), pick.price, Uint128::new(10_000_000_000));
            root.virtual_time = pick.tag.u64();
            self.storage.take_gas();
            let key = row(&before).key;
            assign.push(self.replace(&mut root, &key, &after));
            let mut released = before.clone();
            released.virtual_time = after.virtual_time;
            let key = row(&after).key;
            release.push(self.replace(&mut root, &key, &released));
            let key = row(&released).key;
            let mut seen = released.clone();
            seen.last_seen_secs += 60;
            heartbeat.push(self.replace(&mut root, &key, &seen));
            self.nodes[pick.node as usize] = seen;
        }
        [assign, release, heartbeat]
            .iter_mut()
            .flat_map(|gas| [percentile(gas, 50), percentile(gas, 100)])
            .map(|gas| gas.to_string())
            .collect()
    }

    fn replace(&mut self, root: &mut Root, old: &RowKey, node: &Node) -> u64 {
        index::replace(&mut self.storage, root, old, &row(node)).expect("a sound index");
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
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != "--max-nodes")
        .skip(1);
    let max_nodes = arguments.next().map_or(10_000, |count| {
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
        "proven 1 % %",
        "max gap %",
        "max lost %",
        "gas",
        "gas p95",
        "µs",
    ]);
    let mut moves = Table::new();
    moves.load_preset(ASCII_MARKDOWN).set_header([
        "nodes",
        "assign",
        "max",
        "release",
        "max",
        "heartbeat",
        "max",
    ]);
    for (count, jobs) in [(100, 1_000), (1_000, 1_000), (10_000, 400), (100_000, 200)] {
        if count > max_nodes {
            break;
        }
        let mut market = Market::new(count);
        for (name, weights) in PROFILES {
            let mut cells = vec![count.to_string(), name.to_string()];
            cells.extend(market.measure(weights, jobs));
            searches.add_row(cells);
        }
        let mut cells = vec![count.to_string()];
        cells.extend(market.upkeep(jobs));
        moves.add_row(cells);
    }
    println!("{searches}\n\n{moves}");
}
