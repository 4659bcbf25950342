//! Random markets and jobs from a seed, for the tests and the benchmark alike.
//!
//! Twelve regions lie on a ring with round trips of 4 to 220 ms. Nodes have 4 to 128 cores
//! and 2 to 8 GiB of memory for each, of which 0 to 95 % are taken, and bonds worth a few
//! to a thousand days of work, of which 0 to 95 % are locked; they ask 0.6 to 2 times the
//! reference price with a factor of 0.7 to 1.4 of its own for each kind, and declare any
//! clean share. Jobs take 1 to 16 cores; seven of ten bring 0 to 100 GB of data that lies
//! in one to three regions.

use cosmwasm_std::Uint128;
use surge_interface::{Kind, Resources, UnitPrices, Weights};
use surge_matching::{Job, Market, Node, Row};

/// The market everything happens in.
pub const MARKET: Market = Market {
    class: 1,
    denom: 0,
    generation: 0,
};
/// Block time.
pub const NOW_SECS: u64 = 1_760_000_000;
/// Nodes last seen before are silent.
pub const ALIVE_SINCE_SECS: u64 = NOW_SECS - 900;
/// Regions.
pub const REGIONS: u8 = 12;
/// Millionths of a base unit: 0.02 STAKE per core-hour, and so on.
const REFERENCE: [u64; 5] = [
    20_000_000,
    2_500_000,
    900_000_000_000,
    40_000_000,
    90_000_000,
];

/// Every weight profile: time, load, price, reputation, green.
pub const PROFILES: [(&str, Weights); 7] = [
    ("default", Weights::DEFAULT),
    ("fastest", weights([700, 100, 100, 100, 0])),
    ("cheapest", weights([50, 50, 850, 50, 0])),
    ("greenest", weights([50, 50, 100, 100, 700])),
    ("idlest", weights([50, 750, 100, 100, 0])),
    ("most reputable", weights([50, 50, 100, 800, 0])),
    ("balanced", weights([200, 200, 200, 200, 200])),
];

/// Weights from thousandths.
pub const fn weights([time, load, price, reputation, green]: [u32; 5]) -> Weights {
    Weights {
        time: time * 1_000,
        load: load * 1_000,
        price: price * 1_000,
        reputation: reputation * 1_000,
        green: green * 1_000,
    }
}

/// SplitMix64: small, seeded, the same everywhere.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// The same for 32 bits.
    pub fn between_u32(&mut self, low: u32, high: u32) -> u32 {
        u32::try_from(self.between(low.into(), high.into())).unwrap()
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.next()).unwrap() % choices.len()]
    }
}

/// The market's reference prices.
pub const fn reference() -> UnitPrices {
    UnitPrices::from_array(REFERENCE)
}

/// Round trip between two regions.
pub fn rtt_ms(from: u8, to: u8) -> u16 {
    let apart = u16::from(from.abs_diff(to));
    4 + 36 * apart.min(u16::from(REGIONS) - apart)
}

/// A node that is alive and has bond enough for most.
pub fn node(id: u32, random: &mut Random) -> Node {
    let cores = random.one_of(&[4, 8, 8, 16, 16, 32, 32, 64, 96, 128]);
    let capacity = Resources {
        milli_cpu: cores * 1_000,
        memory_mib: cores * 1_024 * random.between_u32(2, 8),
        gpus: random.one_of(&[0, 0, 0, 1, 4]),
        storage_gib: random.between_u32(50, 4_000),
        bandwidth_mbps: random.between_u32(100, 10_000),
    };
    let bond = random.between(100, 10_000) * 1_000_000;
    let locked = bond / 100 * random.between(0, 95);
    let load = random.between_u32(0, 95);
    let free = capacity
        .to_array()
        .map(|whole| whole - whole / 100 * load.saturating_sub(random.between_u32(0, 10)));
    let level = random.between(600, 2_000);
    let prices = REFERENCE.map(|price| price / 1_000_000 * level * random.between(700, 1_400));
    Node {
        id,
        provider: id / 3,
        region: u8::try_from(random.between(0, u64::from(REGIONS) - 1)).unwrap(),
        bandwidth_tier: random.one_of(&[0, 1, 1, 1, 2, 2, 2, 2, 3]),
        leading: Kind::MilliCpu,
        free: Resources::from_array(free),
        prices: UnitPrices::from_array(prices),
        reputation_ppm: random.between_u32(0, 1_000_000),
        clean_ppm: random.between_u32(0, 1_000_000),
        last_seen_secs: NOW_SECS - random.between(0, 800),
        bond: Uint128::from(bond),
        locked: Uint128::from(locked),
        virtual_time: random.between(0, 1 << 34),
    }
}

/// A job for these weights.
pub fn job(weights: Weights, random: &mut Random) -> Job {
    let cores = random.one_of(&[1, 1, 2, 2, 4, 4, 8, 16]);
    let replicas = random.between(1, 3);
    let homes: Vec<u8> = (0..replicas)
        .map(|_| u8::try_from(random.between(0, u64::from(REGIONS) - 1)).unwrap())
        .collect();
    let nearest = |region| {
        homes
            .iter()
            .map(|home| rtt_ms(*home, region))
            .min()
            .unwrap()
    };
    let has_data = random.chance(70);
    Job {
        market: MARKET,
        leading: Kind::MilliCpu,
        reference: reference(),
        need: Resources {
            milli_cpu: cores * 1_000,
            memory_mib: cores * 1_024 * random.between_u32(1, 3),
            gpus: random.one_of(&[0, 0, 0, 0, 0, 0, 0, 1]),
            storage_gib: random.between_u32(0, 100),
            bandwidth_mbps: random.between_u32(0, 100),
        },
        reserved_secs: random.between(600, 86_400),
        max_price: Uint128::MAX,
        collateral_bps: 10_000,
        weights,
        rtt_ms: if has_data {
            (0..REGIONS).map(nearest).collect()
        } else {
            vec![]
        },
        size_mib: if has_data {
            random.between(0, 100 * 1_024)
        } else {
            0
        },
        clean_ppm: (0..REGIONS)
            .map(|region| 50_000 + u32::from(region) * 75_000)
            .collect(),
        regions: u64::MAX,
        own: vec![],
        declined: vec![],
        alive_since_secs: ALIVE_SINCE_SECS,
        time_scale_ms: 10_000,
    }
}

/// The row of a node in the market.
pub fn row(node: &Node) -> Row {
    Row::of(node, MARKET, &reference())
}

/// A market of so many nodes.
pub fn nodes(count: u32, random: &mut Random) -> Vec<Node> {
    (0..count).map(|id| node(id, random)).collect()
}
