//! Machines and jobs of a usual size.

use surge_interface::escrow::{Artifact, JobResult, JobSpec};
use surge_interface::registry::NodeSpec;
use surge_interface::{Resources, UnitPrices};

/// A node to be: what it offers and what stands behind it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What the registry is told.
    pub spec: NodeSpec,
    /// Bond behind it.
    pub bond: u128,
}

impl Default for Machine {
    /// Eight cores in the first region, at the reference price.
    fn default() -> Self {
        Self {
            spec: NodeSpec {
                class: 0,
                denom: 0,
                region: 0,
                bandwidth_tier: 1,
                capacity: Resources {
                    milli_cpu: 8_000,
                    memory_mib: 16_384,
                    gpus: 0,
                    storage_gib: 200,
                    bandwidth_mbps: 100,
                },
                prices: REFERENCE,
                watts: 120,
                clean_ppm: 500_000,
            },
            bond: 200_000,
        }
    }
}

/// Reference prices: a core-hour at 20,000 base units, a GiB-hour of memory at 2,048.
pub const REFERENCE: UnitPrices =
    UnitPrices::from_array([20_000_000, 2_000_000, 0, 100_000_000, 0]);

impl Machine {
    /// In this region.
    pub fn in_region(mut self, region: u8) -> Self {
        self.spec.region = region;
        self
    }

    /// With this share of the reference prices.
    pub fn priced_percent(mut self, percent: u64) -> Self {
        let prices = self.spec.prices.to_array();
        self.spec.prices = UnitPrices::from_array(prices.map(|price| price * percent / 100));
        self
    }

    /// With this capacity.
    pub fn with_capacity(mut self, capacity: Resources) -> Self {
        self.spec.capacity = capacity;
        self
    }

    /// With this bond.
    pub fn with_bond(mut self, bond: u128) -> Self {
        self.bond = bond;
        self
    }

    /// Quoting in this denomination, by id.
    pub fn quoting(mut self, denom: u8) -> Self {
        self.spec.denom = denom;
        self
    }
}

/// A job for two cores and two GiB for ten minutes, without data.
pub fn job() -> JobSpec {
    JobSpec {
        class: 0,
        need: Resources {
            milli_cpu: 2_000,
            memory_mib: 2_048,
            gpus: 0,
            storage_gib: 1,
            bandwidth_mbps: 0,
        },
        reserved_secs: 600,
        program: artifact("program"),
        args: vec![],
        inputs: vec![],
        data: Default::default(),
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pick: Default::default(),
        when_full: Default::default(),
    }
}

/// What a node delivers.
pub fn result_of(output: &str) -> JobResult {
    let Artifact { uri, sha256 } = artifact(output);
    JobResult {
        sha256,
        size: 1_024,
        uri,
    }
}

fn artifact(name: &str) -> Artifact {
    Artifact {
        uri: format!("file:///{name}"),
        sha256: "0123456789abcdef".repeat(4),
    }
}
