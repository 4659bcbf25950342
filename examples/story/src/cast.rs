//! Who plays: three providers, one of them this machine as it is.

use serde::Serialize;
use surge_interface::Resources;
use surge_node::{inventory, Inventory};
use surge_testing::{Machine, REGION_NAMES};

/// Id of the reward token, in which everything is paid here.
pub const TOKEN: u8 = 1;

/// Region of the data.
pub const EUROPE: u8 = 3;
const US_EAST: u8 = 0;
const ASIA: u8 = 5;

/// Who pays for the jobs.
pub const REQUESTER: &str = "rita";

/// Who owns the network together: the members of the DAO.
pub const MEMBERS: [&str; 3] = ["dora", "emil", "faye"];

/// What each provider bonds, in base units: a thousand tokens.
pub const BOND: u128 = 1_000_000_000;

/// A provider of the story.
#[derive(Serialize)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Name of its region.
    pub region: &'static str,
    /// What it lends.
    pub capacity: Resources,
    /// Where the figures come from.
    pub inventory: &'static str,
    /// Its price in percent of the class's reference price.
    pub price_percent: u64,
    /// Declared bandwidth in Mbit/s, the least of its tier.
    pub bandwidth_mbps: u32,
    /// Its node in the registry, once it has joined.
    pub node: u32,
    /// Its id in the registry, once it has joined.
    pub id: u32,
    #[serde(skip)]
    machine: Machine,
}

impl Provider {
    /// What it registers.
    pub fn machine(&self) -> Machine {
        self.machine.clone()
    }

    /// Name of its hot key.
    pub fn operator(&self) -> String {
        format!("{}-op", self.name)
    }
}

/// The three, before they join. Prices and links are such that the near and dear one loses
/// the first job and wins the second, from one core to hundreds.
pub fn providers() -> anyhow::Result<Vec<Provider>> {
    let Inventory {
        cores,
        memory_mib,
        disk_gib,
    } = inventory()?;
    let here = Resources {
        milli_cpu: cores.saturating_mul(1_000),
        memory_mib: u32::try_from(memory_mib)?,
        gpus: 0,
        storage_gib: u32::try_from(disk_gib)?.max(1),
        bandwidth_mbps: 1_000,
    };
    let cabinet = Resources {
        milli_cpu: 4_000,
        memory_mib: 8_192,
        gpus: 0,
        storage_gib: 100,
        bandwidth_mbps: 100,
    };
    Ok(vec![
        provider("ella", EUROPE, here, "this machine", 160, 2),
        provider("noah", US_EAST, cabinet, "declared", 95, 1),
        provider("mina", ASIA, cabinet, "declared", 110, 1),
    ])
}

fn provider(
    name: &'static str,
    region: u8,
    capacity: Resources,
    inventory: &'static str,
    price_percent: u64,
    bandwidth_tier: u8,
) -> Provider {
    let mut machine = Machine::default()
        .in_region(region)
        .with_capacity(capacity)
        .priced_percent(price_percent)
        .quoting(TOKEN)
        .with_bond(BOND);
    machine.spec.bandwidth_tier = bandwidth_tier;
    Provider {
        name,
        region: REGION_NAMES[usize::from(region)],
        capacity,
        inventory,
        price_percent,
        bandwidth_mbps: surge_interface::registry::BANDWIDTH_TIERS_MBPS
            [usize::from(bandwidth_tier)],
        node: 0,
        id: 0,
        machine,
    }
}
