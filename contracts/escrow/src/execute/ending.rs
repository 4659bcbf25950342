//! How jobs end and who gets the money.

use cosmwasm_std::{Response, Storage, Uint128};
use surge_accounting::{cancellation, contribution, decline_fee, ruling, take, Division, Take};
use surge_interface::client::Registry;
use surge_interface::escrow::{Params, Status};
use surge_interface::events::escrow::{JobClosed, WorkCredited};
use surge_interface::events::{done, Journal};
use surge_interface::registry::Outcome;
use surge_interface::{Denom, BPS};

use super::{load, params_of, Call};
use crate::ledger::{self, denom_of, Creditor};
use crate::state::{Job, CONFIG, CONTRIBUTIONS, DISPUTES, JOBS, LEDGERS, TERMS};
use crate::ContractError;

/// How a job ends.
pub struct Ending {
    pub status: Status,
    pub cause: &'static str,
    pub division: Division,
    pub outcome: Outcome,
    /// Bond of a dispute, back to the requester.
    pub bond_back: Uint128,
    /// Bond of a dispute, to the kitty.
    pub bond_lost: Uint128,
    /// Also send the provider its whole credit.
    pub pay: bool,
    /// Whether the requester accepted the work, so that it mints.
    pub accepted: bool,
}

impl Ending {
    /// All held for the job goes to the provider.
    fn paid(state: &Job, accepted: bool, pay: bool) -> Self {
        Self {
            status: Status::Settled,
            cause: if accepted { "accept" } else { "silence" },
            division: Division {
                provider: state.price,
                requester: Uint128::zero(),
            },
            outcome: Outcome::Settled,
            bond_back: Uint128::zero(),
            bond_lost: Uint128::zero(),
            pay,
            accepted,
        }
    }
}

/// The requester is content, before or after the review window.
pub fn accept(call: Call, job: u64, pay: bool) -> Result<Response, ContractError> {
    let state = load(call.deps.storage, job)?;
    state.ensure_status(job, Status::Submitted)?;
    state.ensure_requester(job, &call.sender_addr)?;
    let ending = Ending::paid(&state, true, pay);
    close(call, "accept", job, state, ending)
}

/// Nobody said anything in time.
pub fn settle(call: Call, job: u64, pay: bool) -> Result<Response, ContractError> {
    let state = load(call.deps.storage, job)?;
    let ending = match state.status {
        Status::Disputed => Ending {
            status: Status::Resolved,
            cause: "silence",
            division: ruling(state.price, BPS / 2)?,
            outcome: Outcome::Closed,
            bond_back: DISPUTES.load(call.deps.storage, job)?.bond,
            bond_lost: Uint128::zero(),
            pay,
            accepted: false,
        },
        _ => {
            state.ensure_status(job, Status::Submitted)?;
            Ending::paid(&state, false, pay)
        }
    };
    state.ensure_overdue(job, call.now_secs)?;
    close(call, "settle", job, state, ending)
}

/// The requester wants it no more.
pub fn cancel(call: Call, job: u64) -> Result<Response, ContractError> {
    let mut state = load(call.deps.storage, job)?;
    state.ensure_requester(job, &call.sender_addr)?;
    let params = params_of(call.deps.storage, state.params_version)?;
    if state.status == Status::Open {
        return give_up_now(call, "cancel", job, &mut state, &params, "requester");
    }
    state.ensure_status(job, Status::Assigned)?;
    // A node that missed the deadline is not paid for it: the job expires instead.
    state.ensure_in_time(job, call.now_secs)?;
    let reserved_secs = TERMS.load(call.deps.storage, job)?.spec.reserved_secs;
    let elapsed_secs = call.now_secs.saturating_sub(state.assigned_secs);
    let ending = Ending {
        status: Status::Cancelled,
        cause: "requester",
        division: cancellation(state.price, elapsed_secs, reserved_secs, params.cancel_bps)?,
        outcome: Outcome::Closed,
        bond_back: Uint128::zero(),
        bond_lost: Uint128::zero(),
        pay: false,
        accepted: false,
    };
    close(call, "cancel", job, state, ending)
}

/// Nobody came in time, or the node did not deliver in time.
pub fn expire(call: Call, job: u64) -> Result<Response, ContractError> {
    let mut state = load(call.deps.storage, job)?;
    if state.status == Status::Open {
        state.ensure_overdue(job, call.now_secs)?;
        let params = params_of(call.deps.storage, state.params_version)?;
        return give_up_now(call, "expire", job, &mut state, &params, "deadline");
    }
    state.ensure_status(job, Status::Assigned)?;
    state.ensure_overdue(job, call.now_secs)?;
    let ending = Ending {
        status: Status::Failed,
        cause: "deadline",
        division: Division {
            provider: Uint128::zero(),
            requester: state.price,
        },
        outcome: Outcome::NoShow {
            reporter: call.sender_addr.to_string(),
        },
        bond_back: Uint128::zero(),
        bond_lost: Uint128::zero(),
        pay: false,
        accepted: false,
    };
    close(call, "expire", job, state, ending)
}

fn give_up_now(
    call: Call,
    action: &str,
    job: u64,
    state: &mut Job,
    params: &Params,
    cause: &'static str,
) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let mut journal = Journal::default();
    give_up(storage, &mut journal, job, state, params, cause)?;
    JOBS.save(storage, job, state)?;
    Ok(journal.close(storage, done(action))?)
}

/// Ends a job that no node has: all goes back, less a fee for each node that had to look
/// at it and declined. The fee goes to the kitty. The caller saves the job.
pub fn give_up(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    job: u64,
    state: &mut Job,
    params: &Params,
    cause: &'static str,
) -> Result<(), ContractError> {
    let declines = u8::try_from(state.declined.len()).unwrap_or(u8::MAX);
    let fee = decline_fee(state.held, declines, params.decline_bps)?;
    let back = state.held.checked_sub(fee)?;
    let mut ledger = ledger::load(storage, state.denom)?;
    ledger.jobs = ledger.jobs.checked_sub(state.held)?;
    ledger.insurance = ledger.insurance.checked_add(fee)?;
    let requester = Creditor::Account(state.requester.clone());
    requester.add(storage, &mut ledger, state.denom, back)?;
    LEDGERS.save(storage, state.denom, &ledger)?;
    state.status = match cause {
        "requester" => Status::Cancelled,
        _ => Status::Expired,
    };
    journal.note(JobClosed {
        job,
        status: status_name(state.status),
        cause,
        provider: "none".to_owned(),
        denom: denom_of(storage, state.denom)?,
        to_provider: Uint128::zero(),
        to_requester: back,
        burn: Uint128::zero(),
        treasury: Uint128::zero(),
        insurance: fee,
    });
    Ok(())
}

/// Ends a job that a node has: divides the money, gives the node back, pays if wished.
pub fn close(
    mut call: Call,
    action: &str,
    job: u64,
    mut state: Job,
    ending: Ending,
) -> Result<Response, ContractError> {
    let storage = &mut *call.deps.storage;
    let (_, provider) = state.node_and_provider(job)?;
    let denom = denom_of(storage, state.denom)?;
    let params = params_of(storage, state.params_version)?;
    let config = CONFIG.load(storage)?;
    let rewarded =
        matches!(&denom, Denom::Cw20(token) if config.reward_token.as_ref() == Some(token));
    let parts = after_take(ending.division.provider, rewarded, &params)?;
    let unused = state.held.checked_sub(state.price)?;
    let back = ending
        .division
        .requester
        .checked_add(unused)?
        .checked_add(ending.bond_back)?;
    let insurance = parts.insurance.checked_add(ending.bond_lost)?;

    let mut ledger = ledger::load(storage, state.denom)?;
    ledger.jobs = ledger
        .jobs
        .checked_sub(state.held)?
        .checked_sub(ending.bond_back)?
        .checked_sub(ending.bond_lost)?;
    ledger.burn = ledger.burn.checked_add(parts.burn)?;
    ledger.treasury = ledger.treasury.checked_add(parts.treasury)?;
    ledger.insurance = ledger.insurance.checked_add(insurance)?;
    let requester = Creditor::Account(state.requester.clone());
    requester.add(storage, &mut ledger, state.denom, back)?;

    let mut journal = Journal::default();
    journal.note(JobClosed {
        job,
        status: status_name(ending.status),
        cause: ending.cause,
        provider: provider.to_string(),
        denom: denom.clone(),
        to_provider: parts.provider,
        to_requester: back,
        burn: parts.burn,
        treasury: parts.treasury,
        insurance,
    });
    if !parts.burn.is_zero() {
        let credited = credit_work(storage, job, provider, parts.burn, ending.accepted, &params)?;
        journal.note(credited);
    }
    let mut response = done(action);
    let provider = Creditor::Provider(provider);
    if ending.pay {
        let share = parts.provider;
        let payment = provider.pay(&mut call, &mut journal, &mut ledger, state.denom, share)?;
        response = response.add_message(payment);
    } else {
        let storage = &mut *call.deps.storage;
        provider.add(storage, &mut ledger, state.denom, parts.provider)?;
    }
    let storage = call.deps.storage;
    LEDGERS.save(storage, state.denom, &ledger)?;
    state.status = ending.status;
    JOBS.save(storage, job, &state)?;
    let registry = Registry(config.registry);
    let release = registry.release(job, ending.outcome)?;
    Ok(journal.close(storage, response.add_message(release))?)
}

/// The network's share of a provider's pay. Only the reward token is burned: of other
/// money that part is the treasury's.
fn after_take(pay: Uint128, rewarded: bool, params: &Params) -> Result<Take, ContractError> {
    let burn_bps = if rewarded { params.burn_bps } else { 0 };
    Ok(take(pay, params.take_bps, burn_bps, params.insurance_bps)?)
}

/// Counts what is burned out of a job as its provider's contribution. It mints when the
/// requester accepted the work, by the parameters of the job.
fn credit_work(
    storage: &mut dyn Storage,
    job: u64,
    provider: u32,
    burned: Uint128,
    accepted: bool,
    params: &Params,
) -> Result<WorkCredited, ContractError> {
    let mut given = CONTRIBUTIONS
        .may_load(storage, provider)?
        .unwrap_or_default();
    let more = contribution(burned, accepted, params)?;
    given.burned = given.burned.checked_add(more.burned)?;
    given.work = given.work.checked_add(more.work)?;
    given.gate = given.gate.checked_add(more.gate)?;
    CONTRIBUTIONS.save(storage, provider, &given)?;
    Ok(WorkCredited {
        job,
        provider,
        burned: given.burned,
        work: given.work,
        gate: given.gate,
    })
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Assigned => "assigned",
        Status::Submitted => "submitted",
        Status::Disputed => "disputed",
        Status::Settled => "settled",
        Status::Resolved => "resolved",
        Status::Cancelled => "cancelled",
        Status::Expired => "expired",
        Status::Failed => "failed",
    }
}
