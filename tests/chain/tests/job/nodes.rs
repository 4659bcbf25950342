//! A hundred nodes, the same ones on every run.

use cosmwasm_std::{Uint128, Uint64};
use surge_chain_tests::generator::SplitMix64;
use surge_interface::{
    registry::{Class, ExecuteMsg, Market, NodeSpec, Region},
    Kind, Resources, UnitPrices,
};

/// Name, jurisdiction, clean share in percent, and a place on a ring around the world
/// that distances are taken from.
const REGIONS: [(&str, &str, u32, u16); 12] = [
    ("us-west", "US", 55, 0),
    ("us-central", "US", 40, 30),
    ("us-east", "US", 38, 60),
    ("sa-east", "BR", 85, 75),
    ("eu-west", "IE", 45, 130),
    ("eu-central", "DE", 60, 150),
    ("eu-north", "SE", 98, 160),
    ("me-central", "AE", 10, 200),
    ("ap-south", "IN", 25, 230),
    ("ap-southeast", "SG", 5, 260),
    ("ap-northeast", "JP", 30, 290),
    ("oc-east", "AU", 35, 310),
];
const RING: u16 = 360;

/// Everything that is random here comes from this seed, by SplitMix64.
const SEED: u64 = 0x5375_7267_6500_0001;

/// Twelve regions; round trips follow the distance on a ring.
pub fn regions() -> Vec<Region> {
    let region =
        |(id, (name, jurisdiction, clean, place)): (usize, (&str, &str, u32, u16))| Region {
            name: name.into(),
            jurisdiction: jurisdiction.into(),
            clean_ppm: clean * 10_000,
            rtt_ms: REGIONS[..=id]
                .iter()
                .map(|(.., other)| {
                    let apart = place.abs_diff(*other);
                    2 + apart.min(RING - apart)
                })
                .collect(),
        };
    REGIONS.into_iter().enumerate().map(region).collect()
}

/// A core-hour at 0.02, a GiB-hour of memory at 0.002, of storage at 0.0001 STAKE, a
/// Mbit/s-hour at 0.000001.
pub fn reference() -> UnitPrices {
    UnitPrices {
        milli_cpu: Uint64::new(20_000_000),
        memory_mib: Uint64::new(2_000_000),
        gpus: Uint64::zero(),
        storage_gib: Uint64::new(100_000_000),
        bandwidth_mbps: Uint64::new(1_000_000),
    }
}

/// One class of processors.
pub fn cpu() -> Class {
    Class {
        name: "cpu".into(),
        leading: Kind::MilliCpu,
        smallest: Resources {
            milli_cpu: 2_000,
            memory_mib: 2_048,
            ..Default::default()
        },
        markets: [0, 1]
            .map(|denom| Market {
                denom,
                reference: reference(),
                smallest_bond: Uint128::new(500_000),
                evict_tip: Uint128::new(1_000),
            })
            .into(),
    }
}

/// Machines with much memory.
pub fn memory() -> Class {
    Class {
        name: "memory".into(),
        leading: Kind::MemoryMib,
        ..cpu()
    }
}

/// Bond behind each node.
pub const BOND: u128 = 2_000_000;

/// Descriptions of the first `count` nodes, which quote in this denomination.
pub fn specs(count: usize, denom: u8) -> Vec<NodeSpec> {
    let mut random = SplitMix64(SEED);
    let specs = (0..count).map(|_| spec(&mut random));
    specs.map(|spec| NodeSpec { denom, ..spec }).collect()
}

/// The message that adds a node.
pub fn add(spec: &NodeSpec) -> ExecuteMsg {
    ExecuteMsg::AddNode {
        spec: spec.clone(),
        bond: Uint128::new(BOND),
    }
}

fn spec(random: &mut SplitMix64) -> NodeSpec {
    let cores = [8, 16, 32, 64, 96][random.below(5)];
    // 70 to 130 % of the reference, the same for every resource.
    let percent = 70 + random.below(61) as u64;
    let at = |price: Uint64| Uint64::new(price.u64() * percent / 100);
    let reference = reference();
    NodeSpec {
        class: 0,
        denom: 0,
        region: random.below(REGIONS.len()) as u8,
        bandwidth_tier: random.below(4) as u8,
        capacity: Resources {
            milli_cpu: cores * 1_000,
            memory_mib: cores * 4_096,
            gpus: 0,
            storage_gib: 500,
            bandwidth_mbps: 1_000,
        },
        prices: UnitPrices {
            milli_cpu: at(reference.milli_cpu),
            memory_mib: at(reference.memory_mib),
            gpus: Uint64::zero(),
            storage_gib: at(reference.storage_gib),
            bandwidth_mbps: at(reference.bandwidth_mbps),
        },
        watts: cores * 6,
        clean_ppm: random.below(5) as u32 * 250_000,
    }
}
