//! What machines offer and jobs need, as a vector of five kinds.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint64;

/// The kinds of resource, in the order in which vectors list them.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Kind {
    /// Thousandths of a processor core.
    MilliCpu,
    /// Mebibytes of memory.
    MemoryMib,
    /// Whole graphics processors.
    Gpus,
    /// Gibibytes of storage.
    StorageGib,
    /// Megabits per second of bandwidth.
    BandwidthMbps,
}

impl Kind {
    /// Every kind, in vector order.
    pub const ALL: [Self; 5] = [
        Self::MilliCpu,
        Self::MemoryMib,
        Self::Gpus,
        Self::StorageGib,
        Self::BandwidthMbps,
    ];
}

/// An amount of each resource.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct Resources {
    /// Thousandths of a processor core.
    #[serde(default)]
    pub milli_cpu: u32,
    /// Mebibytes of memory.
    #[serde(default)]
    pub memory_mib: u32,
    /// Whole graphics processors.
    #[serde(default)]
    pub gpus: u32,
    /// Gibibytes of storage.
    #[serde(default)]
    pub storage_gib: u32,
    /// Megabits per second of bandwidth.
    #[serde(default)]
    pub bandwidth_mbps: u32,
}

impl Resources {
    /// The vector in the order of [`Kind::ALL`].
    pub const fn to_array(self) -> [u32; 5] {
        [
            self.milli_cpu,
            self.memory_mib,
            self.gpus,
            self.storage_gib,
            self.bandwidth_mbps,
        ]
    }

    /// The inverse of [`Resources::to_array`].
    pub const fn from_array(
        [milli_cpu, memory_mib, gpus, storage_gib, bandwidth_mbps]: [u32; 5],
    ) -> Self {
        Self {
            milli_cpu,
            memory_mib,
            gpus,
            storage_gib,
            bandwidth_mbps,
        }
    }

    /// The amount of one kind.
    pub const fn of(&self, kind: Kind) -> u32 {
        match kind {
            Kind::MilliCpu => self.milli_cpu,
            Kind::MemoryMib => self.memory_mib,
            Kind::Gpus => self.gpus,
            Kind::StorageGib => self.storage_gib,
            Kind::BandwidthMbps => self.bandwidth_mbps,
        }
    }

    /// Whether every kind of `need` fits into this.
    pub fn covers(&self, need: &Self) -> bool {
        self.zip(need, |have, need| u32::from(have < need)) == Self::default()
    }

    /// The sum, `None` when a kind overflows.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        let sum = self.zip(other, u32::saturating_add);
        (sum.saturating_sub(other) == *self && sum.saturating_sub(self) == *other).then_some(sum)
    }

    /// The difference, `None` when a kind would fall below zero.
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.covers(other).then(|| self.saturating_sub(other))
    }

    /// The difference, at least zero in every kind.
    pub fn saturating_sub(&self, other: &Self) -> Self {
        self.zip(other, u32::saturating_sub)
    }

    fn zip(&self, other: &Self, f: impl Fn(u32, u32) -> u32) -> Self {
        Self {
            milli_cpu: f(self.milli_cpu, other.milli_cpu),
            memory_mib: f(self.memory_mib, other.memory_mib),
            gpus: f(self.gpus, other.gpus),
            storage_gib: f(self.storage_gib, other.storage_gib),
            bandwidth_mbps: f(self.bandwidth_mbps, other.bandwidth_mbps),
        }
    }
}

/// Price of one unit of each resource for one hour, in millionths of a base unit of the
/// denomination it stands beside. A core-hour at 0.02 STAKE (`ustake`, 6 decimals) is 20
/// base units per milli-CPU-hour, so `milli_cpu` is 20,000,000.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct UnitPrices {
    /// Per milli-CPU-hour.
    #[serde(default)]
    pub milli_cpu: Uint64,
    /// Per MiB-hour of memory.
    #[serde(default)]
    pub memory_mib: Uint64,
    /// Per GPU-hour.
    #[serde(default)]
    pub gpus: Uint64,
    /// Per GiB-hour of storage.
    #[serde(default)]
    pub storage_gib: Uint64,
    /// Per Mbit/s-hour.
    #[serde(default)]
    pub bandwidth_mbps: Uint64,
}

impl UnitPrices {
    /// The prices in the order of [`Kind::ALL`].
    pub const fn to_array(self) -> [u64; 5] {
        [
            self.milli_cpu.u64(),
            self.memory_mib.u64(),
            self.gpus.u64(),
            self.storage_gib.u64(),
            self.bandwidth_mbps.u64(),
        ]
    }

    /// The inverse of [`UnitPrices::to_array`].
    pub const fn from_array(
        [milli_cpu, memory_mib, gpus, storage_gib, bandwidth_mbps]: [u64; 5],
    ) -> Self {
        Self {
            milli_cpu: Uint64::new(milli_cpu),
            memory_mib: Uint64::new(memory_mib),
            gpus: Uint64::new(gpus),
            storage_gib: Uint64::new(storage_gib),
            bandwidth_mbps: Uint64::new(bandwidth_mbps),
        }
    }
}
