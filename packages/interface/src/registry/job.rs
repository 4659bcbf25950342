//! What the escrow asks and hears.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

use crate::{Resources, UncheckedDenom, Weights};

/// Where a job's data lies.
#[cw_serde]
#[derive(Default)]
pub struct Data {
    /// Regions that hold a copy; none when the job has no data.
    pub replicas: Vec<u8>,
    /// Size in MiB.
    pub size_mib: u64,
}

/// What a job needs from a node.
#[cw_serde]
pub struct Order {
    /// Who pays. Its own nodes are not picked.
    pub requester: String,
    /// Class by id.
    pub class: u8,
    /// Denomination of payment.
    pub denom: UncheckedDenom,
    /// What is reserved.
    pub need: Resources,
    /// For how long.
    pub reserved_secs: u64,
    /// Highest price of the whole job.
    pub max_price: Uint128,
    /// Where the data lies.
    pub data: Data,
    /// Weights of this job; the network's when absent.
    pub weights: Option<Weights>,
    /// Allowed regions by id; empty allows all.
    pub regions: Vec<u8>,
    /// Allowed jurisdictions; empty allows all.
    pub jurisdictions: Vec<String>,
    /// The one node that may take the job, when the requester named one.
    pub pinned: Option<u32>,
    /// Collateral as a share of the worth: the price, at least the reference price.
    pub collateral_bps: u32,
}

/// How a job ended, as far as its node is concerned.
#[cw_serde]
pub enum Outcome {
    /// Paid.
    Settled,
    /// Without fault: cancelled, declined or decided for the requester.
    Closed,
    /// Decided wholly against the provider: costs as much as a missed deadline, all of it
    /// for the kitty.
    Faulted,
    /// The deadline passed without a result.
    NoShow {
        /// Who reported it.
        reporter: String,
    },
}

/// Answer to an assignment. No node is an answer, not an error: the escrow decides
/// whether the job waits.
#[cw_serde]
pub enum AssignResponse {
    /// A node took the job.
    Assigned(Assignment),
    /// None could.
    Nobody {
        /// The job.
        job: u64,
        /// Why, in a sentence.
        reason: String,
    },
}

/// A job at its node.
#[cw_serde]
pub struct Assignment {
    /// The job.
    pub job: u64,
    /// The node.
    pub node: u32,
    /// Its provider.
    pub provider: u32,
    /// Price of the whole job.
    pub price: Uint128,
    /// Bond locked for it.
    pub collateral: Uint128,
}
