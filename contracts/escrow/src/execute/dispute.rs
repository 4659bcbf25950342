//! A requester disputes a result; the arbiter rules.

use cosmwasm_std::{Response, Uint128};
use surge_accounting::{dispute_bond, ruling};
use surge_interface::bounds::within;
use surge_interface::escrow::{Status, MAX_TEXT};
use surge_interface::events::escrow::JobDisputed;
use surge_interface::events::{done, Journal};
use surge_interface::raw::RegistryStore;
use surge_interface::registry::Outcome;
use surge_interface::{Denom, BPS};

use super::ending::{close, Ending};
use super::submit::at_most;
use super::{load, params_of, Call};
use crate::ledger::{self, denom_of};
use crate::state::{Dispute, CONFIG, DISPUTES, JOBS, LEDGERS};
use crate::ContractError;

/// Freezes the price. The bond is lost when the arbiter finds for the provider.
pub fn open(
    call: Call,
    denom: &Denom,
    amount: Uint128,
    job: u64,
    reason_uri: String,
) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let mut state = load(storage, job)?;
    state.ensure_status(job, Status::Submitted)?;
    state.ensure_requester(job, &call.sender_addr)?;
    state.ensure_in_time(job, call.now_secs)?;
    at_most("the number of bytes of the URI", reason_uri.len(), MAX_TEXT)?;
    let params = params_of(storage, state.params_version)?;
    let bond = dispute_bond(state.price, params.dispute_bond_bps)?;
    let needed = denom_of(storage, state.denom)?;
    if needed != *denom || bond != amount {
        return Err(ContractError::WrongAmount {
            needed: bond,
            denom: needed.into(),
            sent: amount,
        });
    }
    let mut ledger = ledger::load(storage, state.denom)?;
    ledger.jobs = ledger.jobs.checked_add(bond)?;
    LEDGERS.save(storage, state.denom, &ledger)?;
    let dispute = Dispute {
        bond,
        arbiter: CONFIG.load(storage)?.arbiter,
        reason_uri,
    };
    DISPUTES.save(storage, job, &dispute)?;
    state.status = Status::Disputed;
    state.deadline_secs = call.now_secs.saturating_add(params.dispute_secs);
    JOBS.save(storage, job, &state)?;
    let mut journal = Journal::default();
    journal.note(JobDisputed {
        job,
        bond,
        deadline_secs: state.deadline_secs,
    });
    Ok(journal.close(storage, done("dispute"))?)
}

/// The arbiter of the day of the dispute divides the price. It may be no party of the job.
pub fn rule(call: Call, job: u64, provider_bps: u16) -> Result<Response, ContractError> {
    let storage = &*call.deps.storage;
    let state = load(storage, job)?;
    state.ensure_status(job, Status::Disputed)?;
    let Dispute { bond, arbiter, .. } = DISPUTES.load(storage, job)?;
    if arbiter != call.sender_addr {
        return Err(ContractError::NotArbiter {
            arbiter,
            sender: call.sender_addr,
        });
    }
    state.ensure_in_time(job, call.now_secs)?;
    within("provider_bps", provider_bps.into(), 0, BPS.into())?;
    let (_, provider) = state.node_and_provider(job)?;
    let registry_addr = CONFIG.load(storage)?.registry;
    let record = RegistryStore::open(call.deps.querier, registry_addr)?
        .provider(provider)?
        .ok_or(ContractError::UnknownProvider { provider })?;
    // Operator and payout are named by the provider alone, without their consent: they
    // cannot make a party of the arbiter.
    if arbiter == state.requester || arbiter == record.owner {
        return Err(ContractError::ArbiterIsParty { job, arbiter });
    }
    let for_provider = provider_bps > BPS / 2;
    let ending = Ending {
        status: Status::Resolved,
        cause: "ruling",
        division: ruling(state.price, provider_bps)?,
        outcome: if provider_bps == 0 {
            Outcome::Faulted
        } else {
            Outcome::Closed
        },
        bond_back: if for_provider { Uint128::zero() } else { bond },
        bond_lost: if for_provider { bond } else { Uint128::zero() },
        pay: false,
        accepted: false,
    };
    close(call, "rule", job, state, ending)
}
