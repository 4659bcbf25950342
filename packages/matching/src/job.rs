use cosmwasm_std::Uint128;
use surge_accounting::{collateral, job_price, AccountingError};
use surge_interface::{Kind, Resources, UnitPrices, Weights};

use crate::Market;

/// What a search needs to know of a job and of the network's tables.
#[derive(Clone, Debug)]
pub struct Job {
    /// Class and denomination.
    pub market: Market,
    /// The class's resource that sorts nodes by how much of it is free.
    pub leading: Kind,
    /// The market's reference prices, the ones that its rows were made with: bounds hold for
    /// no others.
    pub reference: UnitPrices,
    /// What is reserved on the node.
    pub need: Resources,
    /// For how long.
    pub reserved_secs: u64,
    /// Highest price of the whole job.
    pub max_price: Uint128,
    /// Bond that the node locks, as a share of the worth.
    pub collateral_bps: u32,
    /// What counts for how much.
    pub weights: Weights,
    /// Round trip to each region by id from the nearest copy of the data; empty when the
    /// job has none. A region without an entry counts as infinitely far.
    pub rtt_ms: Vec<u16>,
    /// Size of the data.
    pub size_mib: u64,
    /// Clean share of each region's energy by id; may be empty when green weighs nothing.
    pub clean_ppm: Vec<u32>,
    /// Allowed regions: bit r stands for region r.
    pub regions: u64,
    /// Providers that are the requester itself.
    pub own: Vec<u32>,
    /// Nodes that declined this job.
    pub declined: Vec<u32>,
    /// A node last seen before this time is silent.
    pub alive_since_secs: u64,
    /// T0 of the time score: with data this far away it is one half.
    pub time_scale_ms: u32,
}

impl Job {
    /// What the job is worth at a node that asks `price`: at least what the reference
    /// prices come to, so that a node cannot make failing cheap by asking little.
    pub fn worth(&self, price: Uint128) -> Result<Uint128, AccountingError> {
        Ok(price.max(job_price(&self.reference, &self.need, self.reserved_secs)?))
    }

    /// What a node that asks `price` locks of its bond until the job ends.
    pub fn collateral(&self, price: Uint128) -> Result<Uint128, AccountingError> {
        collateral(self.worth(price)?, self.collateral_bps)
    }
}
