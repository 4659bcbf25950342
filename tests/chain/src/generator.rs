//! A network of any size, the same one on every run.
//!
//! Everything is drawn by SplitMix64 from one seed, a node after the other, so that the
//! first hundred of a thousand nodes are the hundred. Next to nothing is uniform:
//!
//! | | how it is drawn |
//! |---|---|
//! | provider | has 2, 8, 16 or 32 nodes in a row with 25, 30, 25 and 20 % |
//! | region | twelve, with 14, 8, 16, 4, 14, 16, 6, 2, 6, 8, 5 and 1 % |
//! | bandwidth tier | 0 to 3 with 15, 35, 35 and 15 % |
//! | class | 85 % by processors, 15 % by memory |
//! | cores | 4, 8, 16, 32, 64, 96 with 25, 30, 20, 15, 7 and 3 % |
//! | memory | 2, 4 or 8 GiB a core with 30, 50 and 20 %; always 8 in the class by memory |
//! | prices | 60 to 160 % of the reference, the sum of two draws: most near 110 % |
//! | bond | 0.25 STAKE a core, half of that for 25 %, twice as much for 25 % |
//! | kept back | nothing for 70 %, a quarter for 20 %, half for 10 % of the nodes |
//! | load | a running job on 20 % of the nodes: a quarter of the cores, for as long as locks 1 to 4 eighths of the bond at the reference price, at most a day |
//! | clean share | 0, 25, 50, 75 or 100 % alike; 4 to 8 watts a core |
//!
//! The jobs whose cost is measured ask for 1, 2 or 4 cores with 2 GiB each and 10 GiB of
//! storage for 10 to 120 minutes; their data, up to 16 GiB, lies in a region drawn as above.

use cosmwasm_std::{Uint128, Uint64};
use surge_interface::{
    registry::{Data, NodeSpec},
    Resources, UnitPrices,
};

/// The seed of all that is drawn here.
pub const SEED: u64 = 0x5375_7267_6500_0002;
/// Longest that the dev profile lets a job run.
const DAY_SECS: u64 = 86_400;
/// Seconds in which a quarter of a node's cores, with 2 GiB each, comes to an eighth of its
/// bond at the reference price.
const EIGHTH_SECS: u64 = 18_750;
const BOND_PER_CORE: u128 = 250_000;

/// A node, and what is the matter with it.
pub struct Machine {
    /// Its provider, from 0.
    pub provider: usize,
    /// Its description.
    pub spec: NodeSpec,
    /// Bond behind it.
    pub bond: Uint128,
    /// What its heartbeats say is free.
    pub free: Resources,
    /// A job that runs on it.
    pub job: Option<Wish>,
}

/// What a job asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Resources.
    pub need: Resources,
    /// For how long.
    pub reserved_secs: u64,
    /// Where its data lies.
    pub data: Data,
}

/// The first `count` nodes, with prices around this reference.
pub fn machines(count: usize, reference: &UnitPrices) -> Vec<Machine> {
    let mut random = SplitMix64(SEED);
    let (mut provider, mut left) = (0, 0);
    let machine = |_| {
        if left == 0 {
            left = [2, 8, 16, 32][random.weighted(&[25, 30, 25, 20])];
            provider += 1;
        }
        left -= 1;
        machine(&mut random, provider - 1, reference)
    };
    (0..count).map(machine).collect()
}

/// Jobs to measure.
pub fn wishes(count: usize) -> Vec<Wish> {
    let mut random = SplitMix64(!SEED);
    (0..count).map(|_| wish(&mut random)).collect()
}

fn region(random: &mut SplitMix64) -> u8 {
    random.weighted(&[14, 8, 16, 4, 14, 16, 6, 2, 6, 8, 5, 1]) as u8
}

fn machine(random: &mut SplitMix64, provider: usize, reference: &UnitPrices) -> Machine {
    let region = region(random);
    let bandwidth_tier = random.weighted(&[15, 35, 35, 15]) as u8;
    let class = random.weighted(&[85, 15]) as u8;
    let cores = [4, 8, 16, 32, 64, 96][random.weighted(&[25, 30, 20, 15, 7, 3])];
    let gib = [2, 4, 8][random.weighted(&[30, 50, 20])];
    let gib = if class == 0 { gib } else { 8 };
    let percent = 60 + (random.below(51) + random.below(51)) as u64;
    let at = |price: Uint64| Uint64::new(price.u64() * percent / 100);
    let capacity = Resources {
        milli_cpu: cores * 1_000,
        memory_mib: cores * gib * 1_024,
        gpus: 0,
        storage_gib: 500,
        bandwidth_mbps: 1_000,
    };
    // Half, once or twice.
    let halves = [1, 2, 4][random.weighted(&[25, 50, 25])];
    let quarters = [4, 3, 2][random.weighted(&[70, 20, 10])];
    let eighths = match random.below(5) {
        0 => 1 + random.below(4) as u64,
        _ => 0,
    };
    Machine {
        provider,
        spec: NodeSpec {
            class,
            denom: 0,
            region,
            bandwidth_tier,
            capacity,
            prices: UnitPrices {
                milli_cpu: at(reference.milli_cpu),
                memory_mib: at(reference.memory_mib),
                gpus: Uint64::zero(),
                storage_gib: at(reference.storage_gib),
                bandwidth_mbps: at(reference.bandwidth_mbps),
            },
            watts: cores * (4 + random.below(5) as u32),
            clean_ppm: random.below(5) as u32 * 250_000,
        },
        bond: Uint128::new(BOND_PER_CORE * u128::from(cores) * halves / 2),
        free: Resources {
            milli_cpu: capacity.milli_cpu / 4 * quarters,
            memory_mib: capacity.memory_mib / 4 * quarters,
            ..capacity
        },
        job: (eighths > 0).then(|| Wish {
            need: small(cores / 4, 0),
            reserved_secs: (eighths * EIGHTH_SECS * halves as u64 / 2).min(DAY_SECS),
            data: Data::default(),
        }),
    }
}

fn wish(random: &mut SplitMix64) -> Wish {
    Wish {
        need: small([1, 2, 4][random.below(3)], 10),
        reserved_secs: 600 * (1 + random.below(12) as u64),
        data: Data {
            replicas: vec![region(random)],
            size_mib: 1 << random.below(15),
        },
    }
}

fn small(cores: u32, storage_gib: u32) -> Resources {
    Resources {
        milli_cpu: cores * 1_000,
        memory_mib: cores * 2_048,
        gpus: 0,
        storage_gib,
        bandwidth_mbps: 0,
    }
}

/// Steele, Lea and Flood's generator of that name.
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// A number under `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// A place in this list, as often as its number says.
    fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        unreachable!("the weights sum to the bound")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(count: usize) -> Vec<Machine> {
        let price = Uint64::new(1_000_000);
        let reference = UnitPrices {
            milli_cpu: price,
            memory_mib: price,
            gpus: Uint64::zero(),
            storage_gib: price,
            bandwidth_mbps: price,
        };
        machines(count, &reference)
    }

    #[test]
    fn a_smaller_network_is_the_beginning_of_a_larger_one() {
        let (ten, hundred) = (drawn(10), drawn(100));
        for (one, other) in ten.iter().zip(&hundred) {
            assert_eq!(one.spec, other.spec);
            assert_eq!((one.bond, one.provider), (other.bond, other.provider));
            assert_eq!((one.free, &one.job), (other.free, &other.job));
        }
    }

    #[test]
    fn shares_are_those_that_are_written_above() {
        let nodes = drawn(10_000);
        let share = |is: &dyn Fn(&Machine) -> bool| {
            nodes.iter().filter(|node| is(node)).count() as f64 / 100.0
        };
        for (percent, found) in [
            (16.0, share(&|node| node.spec.region == 2)),
            (1.0, share(&|node| node.spec.region == 11)),
            (85.0, share(&|node| node.spec.class == 0)),
            (30.0, share(&|node| node.spec.capacity.milli_cpu == 8_000)),
            (70.0, share(&|node| node.free == node.spec.capacity)),
            (20.0, share(&|node| node.job.is_some())),
        ] {
            assert!(
                (percent - found).abs() < 1.5,
                "{percent} % expected, {found} % drawn"
            );
        }
    }

    #[test]
    fn no_provider_has_more_nodes_than_it_may() {
        let mut sizes = std::collections::BTreeMap::new();
        for node in drawn(10_000) {
            *sizes.entry(node.provider).or_insert(0) += 1;
        }
        assert_eq!(sizes.values().max(), Some(&32));
        assert!(
            (600..900).contains(&sizes.len()),
            "{} providers",
            sizes.len()
        );
    }

    #[test]
    fn no_job_locks_more_than_the_bond() {
        for node in drawn(10_000) {
            let Some(job) = &node.job else { continue };
            // At the reference price a core-hour with 2 GiB comes to 24,000, and prices go to
            // 160 % of it.
            let cores = u128::from(job.need.milli_cpu / 1_000);
            let price = cores * 24_000 * u128::from(job.reserved_secs) / 3_600;
            assert!(
                price * 16 / 10 < node.bond.u128(),
                "{price} of {}",
                node.bond
            );
        }
    }
}
