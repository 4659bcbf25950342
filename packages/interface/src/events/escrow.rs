//! Events of the escrow.

use cosmwasm_std::{Addr, Event, Uint128};

use super::{numbered, Emit, EventDoc};
use crate::Denom;

events! { EVENTS of "escrow";
    /// A job was ordered.
    JobSubmitted = "job_submitted" {
        /// The job.
        job: u64,
        /// Who pays.
        requester: Addr,
        /// In what.
        denom: Denom,
        /// The deposit.
        deposit: Uint128,
        /// Version of the parameters that holds for it.
        params_version: u32,
    }
    /// A node got a job.
    JobAssigned = "job_assigned" {
        /// The job.
        job: u64,
        /// The node.
        node: u32,
        /// Its provider.
        provider: u32,
        /// Price at this node.
        price: Uint128,
        /// Deposit, held until the job ends; what the price leaves goes back then.
        held: Uint128,
        /// When the result is due.
        deadline_secs: u64,
    }
    /// A job waits for a node.
    JobWaiting = "job_waiting" {
        /// The job.
        job: u64,
        /// Until when.
        deadline_secs: u64,
    }
    /// A node declined a job.
    JobDeclined = "job_declined" {
        /// The job.
        job: u64,
        /// The node.
        node: u32,
    }
    /// A result came.
    ResultSubmitted = "result_submitted" {
        /// The job.
        job: u64,
        /// SHA-256 of the output.
        sha256: String,
        /// Bytes of the output.
        size: u64,
        /// Until when the requester may dispute it.
        deadline_secs: u64,
    }
    /// A result was disputed.
    JobDisputed = "job_disputed" {
        /// The job.
        job: u64,
        /// What the requester put up.
        bond: Uint128,
        /// Until when the arbiter may rule.
        deadline_secs: u64,
    }
    /// A job ended and its money was divided.
    JobClosed = "job_closed" {
        /// The job.
        job: u64,
        /// settled, resolved, cancelled, expired or failed.
        status: &'static str,
        /// By whom or why: accept, silence, ruling, requester, declined or deadline.
        cause: &'static str,
        /// The provider; `none` when nobody had the job.
        provider: String,
        /// In what the amounts are.
        denom: Denom,
        /// Credited to the provider.
        to_provider: Uint128,
        /// Credited to the requester, with a returned bond.
        to_requester: Uint128,
        /// Collected for burning.
        burn: Uint128,
        /// Collected for the treasury.
        treasury: Uint128,
        /// Collected for the kitty.
        insurance: Uint128,
    }
    /// What was collected for burning out of a job was counted as its provider's contribution.
    WorkCredited = "work_credited" {
        /// The job.
        job: u64,
        /// The provider.
        provider: u32,
        /// Collected for burning out of all its jobs.
        burned: Uint128,
        /// What that mints for work.
        work: Uint128,
        /// Up to what its bond may earn more than its base.
        gate: Uint128,
    }
    /// A credit left the escrow.
    Withdrawn = "withdrawn" {
        /// `account` or `provider`.
        kind: &'static str,
        /// Address or provider id.
        of: String,
        /// Where it went.
        to: Addr,
        /// In what.
        denom: Denom,
        /// How much.
        amount: Uint128,
    }
    /// What was collected was moved on.
    Flushed = "flushed" {
        /// In what.
        denom: Denom,
        /// burn, treasury or insurance.
        purse: &'static str,
        /// How much.
        amount: Uint128,
    }
    /// Coins that came without a message were booked.
    Synced = "synced" {
        /// In what.
        denom: Denom,
        /// How much, to the treasury's share.
        amount: Uint128,
    }
    /// Parameters or roles changed.
    ParamsUpdated = "escrow_params_updated" {
        /// Which: params, denom, roles or intake.
        what: &'static str,
        /// What holds now, as JSON; of roles the arbiter and the treasury.
        value: String,
        /// Current version of the parameters.
        version: u32,
    }
}
