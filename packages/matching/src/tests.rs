#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tests decide nothing"
)]

mod bounds;
mod fair_share;
mod packing;
mod poison;
mod proof;
mod upkeep;

#[path = "../examples/benchmark/synthetic.rs"]
#[allow(dead_code, reason = "the benchmark uses all of it")]
mod synthetic;

use cosmwasm_std::{MemoryStorage, Uint128};
use surge_interface::{Resources, Scored, UnitPrices, Weights};
use synthetic::{node, row, Random, ALIVE_SINCE_SECS, MARKET};

use crate::{index, judge, search, Found, Job, Limits, Node, Root, Row, StoredDirectory};

const LIMITS: Limits = Limits {
    rows: 128,
    refused: 128,
    evictions: 4,
};

/// A market in storage beside the rows it was made from.
struct World {
    storage: MemoryStorage,
    rows: Vec<Row>,
}

impl World {
    fn new(nodes: &[Node]) -> Self {
        let mut storage = MemoryStorage::new();
        let mut root = Root::load(&storage, MARKET).unwrap();
        let rows: Vec<Row> = nodes.iter().map(row).collect();
        for row in &rows {
            index::insert(&mut storage, &mut root, row).unwrap();
        }
        root.save(&mut storage);
        Self { storage, rows }
    }

    fn search(&self, job: &Job, limits: &Limits) -> Found {
        let root = Root::load(&self.storage, MARKET).unwrap();
        let directory = StoredDirectory::new(&self.storage, &root);
        search(&directory, job, root.virtual_time, limits).unwrap()
    }

    /// Everybody who could take the job.
    fn brute_force(&self, job: &Job) -> Vec<Scored> {
        self.rows
            .iter()
            .filter_map(|row| judge(job, row, 0).ok())
            .collect()
    }

    fn best(&self, job: &Job) -> Option<u64> {
        self.brute_force(job)
            .iter()
            .map(|scored| scored.score.u64())
            .max()
    }
}

/// Any weights, the extremes included.
fn any_weights(random: &mut Random) -> Weights {
    let mut cuts = [0; 4].map(|_: u32| random.between_u32(0, 1_000_000));
    if random.chance(30) {
        cuts = cuts.map(|cut| cut / 500_000 * 500_000);
    }
    cuts.sort_unstable();
    let [a, b, c, d] = cuts;
    Weights {
        time: a,
        load: b - a,
        price: c - b,
        reputation: d - c,
        green: 1_000_000 - d,
    }
}

/// A node with whatever can be wrong or extreme about one: full, silent, without bond,
/// without price or room, equal to others.
fn wild_node(id: u32, random: &mut Random) -> Node {
    let mut node = node(id, random);
    if random.chance(40) {
        node = Node {
            id,
            ..synthetic::node(0, &mut Random(random.between(0, 2)))
        };
    }
    if random.chance(10) {
        node.free = Resources::default();
    }
    if random.chance(10) {
        node.last_seen_secs = ALIVE_SINCE_SECS - 1;
    }
    if random.chance(20) {
        let bond = random.between(0, 1_000_000).into();
        let bond = random.one_of(&[0, 1, 7, bond, 40_000_000, u128::MAX]);
        let locked = random.one_of(&[0, bond / 8, bond / 8 * 7, bond.saturating_sub(1), bond]);
        (node.bond, node.locked) = (Uint128::new(bond), Uint128::new(locked));
    }
    if random.chance(10) {
        node.prices = UnitPrices::from_array([0, 1, u64::MAX, 5, 20_000_000].map(|price| {
            if random.chance(50) {
                price
            } else {
                20_000_000
            }
        }));
    }
    if random.chance(5) {
        node.free = Resources::from_array([random.one_of(&[0, 1, 1_000, u32::MAX]); 5]);
    }
    if random.chance(20) {
        node.reputation_ppm = random.one_of(&[0, 1, 250_000, 250_001, 500_000, 750_000, 1_000_000]);
    }
    if random.chance(20) {
        node.clean_ppm = random.one_of(&[0, 333_333, 333_334, 666_667, 1_000_000]);
    }
    node
}

/// Reference prices of which some may be missing.
fn wild_reference(random: &mut Random) -> UnitPrices {
    let prices = synthetic::reference().to_array();
    UnitPrices::from_array(prices.map(|price| if random.chance(30) { 0 } else { price }))
}

/// A job with whatever an order may ask for.
fn wild_job(random: &mut Random) -> Job {
    let mut job = synthetic::job(any_weights(random), random);
    if random.chance(20) {
        job.regions = random.between(0, u64::MAX - 1);
    }
    if random.chance(20) {
        job.own = vec![random.between_u32(0, 10), random.between_u32(0, 10)];
    }
    if random.chance(20) {
        job.declined = (0..4).map(|_| random.between_u32(0, 30)).collect();
    }
    if random.chance(20) {
        job.max_price = Uint128::new(random.between(0, 10_000_000_000).into());
    }
    if random.chance(10) {
        job.need = Resources::from_array([random.one_of(&[0, 1, 100_000]), 1, 0, 0, 0]);
    }
    if random.chance(10) {
        job.need =
            Resources::from_array([random.between_u32(0, 1), 0, 0, random.between_u32(0, 9), 0]);
    }
    if random.chance(10) {
        job.time_scale_ms = random.one_of(&[0, 1, u32::MAX]);
    }
    if random.chance(10) {
        job.rtt_ms.truncate(5);
    }
    job
}
