//! Every storage key of the escrow.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Uint128};
use cw_storage_plus::{Item, Map};
use surge_interface::escrow::{JobResult, JobSpec, Params, Status};
use surge_interface::{Denom, TimeProfile};

/// Roles, intake and the current version of the parameters.
#[cw_serde]
pub struct Config {
    pub registry: Addr,
    pub arbiter: Addr,
    pub treasury: Addr,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reward_token: Option<Addr>,
    pub profile: TimeProfile,
    pub intake_open: bool,
    pub params_version: u32,
}

/// What is agreed when a job is submitted and never changes.
#[cw_serde]
pub struct Terms {
    pub requester: Addr,
    pub denom: u8,
    pub deposit: Uint128,
    pub params_version: u32,
    pub spec: JobSpec,
}

/// What changes as a job goes its way: short names, it is written at every step.
#[cw_serde]
pub struct Job {
    #[serde(rename = "q")]
    pub requester: Addr,
    #[serde(rename = "c")]
    pub denom: u8,
    #[serde(rename = "s")]
    pub status: Status,
    #[serde(rename = "t")]
    pub deadline_secs: u64,
    /// The deposit, until the job ends.
    #[serde(rename = "h")]
    pub held: Uint128,
    /// Price at the node that has it; the deposit while nobody has.
    #[serde(rename = "p")]
    pub price: Uint128,
    /// Node and provider, once assigned.
    #[serde(rename = "n", skip_serializing_if = "Option::is_none", default)]
    pub node: Option<(u32, u32)>,
    #[serde(rename = "a")]
    pub assigned_secs: u64,
    #[serde(rename = "v")]
    pub params_version: u32,
    /// Nodes that declined.
    #[serde(rename = "d", skip_serializing_if = "Vec::is_empty", default)]
    pub declined: Vec<u32>,
}

/// What a requester said and put up against a result.
#[cw_serde]
pub struct Dispute {
    pub bond: Uint128,
    /// Who rules: the arbiter of the day, so that nobody can be put in its place.
    pub arbiter: Addr,
    pub reason_uri: String,
}

/// What the escrow owes in one denomination.
#[cw_serde]
#[derive(Default)]
pub struct Ledger {
    /// For jobs that are not over, with their disputes' bonds.
    #[serde(rename = "j")]
    pub jobs: Uint128,
    /// Credits not withdrawn yet.
    #[serde(rename = "c")]
    pub credits: Uint128,
    /// Collected for burning.
    #[serde(rename = "b")]
    pub burn: Uint128,
    /// Collected for the treasury.
    #[serde(rename = "t")]
    pub treasury: Uint128,
    /// Collected for the insurance kitty.
    #[serde(rename = "i")]
    pub insurance: Uint128,
}

/// provider => what it contributed; written when a job paid in the reward token ends. The
/// rewards contract reads it by raw key.
pub use surge_interface::raw::CONTRIBUTIONS;
/// Written by the owner; one record.
pub const CONFIG: Item<Config> = Item::new("config");
/// version => parameters; written by the owner, never changed.
pub const PARAMS: Map<u32, Params> = Map::new("params");
/// Written by the owner; at most `MAX_DENOMS`; the position is the id.
pub const DENOMS: Item<Vec<Denom>> = Item::new("denoms");
/// Written by submissions: jobs so far.
pub const JOB_COUNT: Item<u64> = Item::new("job_count");
/// job => terms; written once by the submission.
pub const TERMS: Map<u64, Terms> = Map::new("terms");
/// job => where it stands; written by every step. The registry reads the status by raw key.
pub const JOBS: Map<u64, Job> = Map::new("jobs");
/// job => what came out; written once by the operator.
pub const RESULTS: Map<u64, JobResult> = Map::new("results");
/// job => dispute; written once by the requester.
pub const DISPUTES: Map<u64, Dispute> = Map::new("disputes");
/// denomination => what is owed; at most `MAX_DENOMS`.
pub const LEDGERS: Map<u8, Ledger> = Map::new("ledger");
/// (account, denomination) => credit; removed when withdrawn.
pub const ACCOUNT_CREDITS: Map<(&Addr, u8), Uint128> = Map::new("owed_a");
/// (provider, denomination) => credit; removed when withdrawn.
pub const PROVIDER_CREDITS: Map<(u32, u8), Uint128> = Map::new("owed_p");
