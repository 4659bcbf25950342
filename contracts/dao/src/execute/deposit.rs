//! What proposers put up.

use cosmwasm_std::{Response, Storage, Uint128};
use surge_accounting::Refund;
use surge_interface::dao::Status;
use surge_interface::events::dao::DepositRefunded;
use surge_interface::events::{done, Journal};
use surge_interface::Denom;

use super::Call;
use crate::head::Head;
use crate::state::{load_head, Deposit, DEPOSITS, RULES};
use crate::{ledger, members, ContractError};

/// Takes a deposit, exactly what the policy asks for.
pub fn put(
    storage: &mut dyn Storage,
    proposal: u64,
    paid: Option<(Denom, Uint128)>,
    needed: Uint128,
) -> Result<(), ContractError> {
    if needed.is_zero() && paid.is_none() {
        return Ok(());
    }
    let rules = RULES.load(storage)?;
    let denom = rules.deposit_denom;
    let sent = paid.filter(|(sent, amount)| *sent == denom && *amount == needed);
    if sent.is_none() {
        return Err(ContractError::WrongDeposit {
            needed,
            denom: denom.into(),
        });
    }
    if needed.is_zero() {
        return Ok(());
    }
    let mut ledger = ledger::load(storage, &denom)?;
    ledger.deposits = ledger.deposits.checked_add(needed)?;
    ledger::save(storage, &denom, &ledger)?;
    let deposit = Deposit {
        denom,
        amount: needed,
        forfeit_bps: rules.forfeit_bps,
    };
    Ok(DEPOSITS.save(storage, proposal, &deposit)?)
}

/// Anybody sends a deposit back once the proposal is over. Part of it stays when too few
/// cared to vote.
pub fn refund(call: Call, proposal: u64) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let head = load_head(storage, proposal)?;
    let status = head.status_at(call.now_secs);
    if !status.is_final() {
        return Err(ContractError::NotOver { proposal, status });
    }
    let Deposit {
        denom,
        amount,
        forfeit_bps,
    } = DEPOSITS
        .may_load(storage, proposal)?
        .ok_or(ContractError::NoDeposit { proposal })?;
    DEPOSITS.remove(storage, proposal);
    let mut ledger = ledger::load(storage, &denom)?;
    ledger.deposits = ledger.deposits.checked_sub(amount)?;
    ledger::save(storage, &denom, &ledger)?;
    let forfeit_bps = if is_forfeited(&head, status) {
        forfeit_bps
    } else {
        0
    };
    let Refund {
        refunded,
        forfeited,
    } = surge_accounting::refund(amount, forfeit_bps)?;
    let mut response = done("refund");
    let address = members::load(storage, head.proposer)?.address;
    if !refunded.is_zero() {
        response = response.add_message(denom.transfer(&address, refunded)?);
    }
    let mut journal = Journal::default();
    journal.note(DepositRefunded {
        proposal,
        address,
        denom,
        refunded,
        forfeited,
    });
    Ok(journal.close(storage, response)?)
}

fn is_forfeited(head: &Head, status: Status) -> bool {
    matches!(status, Status::Rejected | Status::Expired) && !head.has_quorum()
}
