//! Money leaves the escrow, or is found in it.

use cosmwasm_std::{Addr, Api, Response, StdResult, Uint128};
use cw20::Cw20ExecuteMsg;
use surge_interface::client::Registry;
use surge_interface::denom::call as call_token;
use surge_interface::escrow::{Beneficiary, Purse};
use surge_interface::events::escrow::{Flushed, Synced};
use surge_interface::events::{done, Journal};
use surge_interface::{Denom, UncheckedDenom};

use super::Call;
use crate::ledger::{self, id_of, Creditor};
use crate::state::{CONFIG, LEDGERS};
use crate::ContractError;

/// Anybody sends a credit to whom it belongs.
pub fn withdraw(
    mut call: Call,
    beneficiary: Beneficiary,
    denom: &UncheckedDenom,
) -> Result<Response, ContractError> {
    let denom = id_of(call.deps.storage, &denom.check(call.deps.api)?)?;
    let creditor = creditor(call.deps.api, beneficiary)?;
    let mut ledger = ledger::load(call.deps.storage, denom)?;
    let mut journal = Journal::default();
    let payment = creditor.pay(&mut call, &mut journal, &mut ledger, denom, Uint128::zero())?;
    LEDGERS.save(call.deps.storage, denom, &ledger)?;
    Ok(journal.close(call.deps.storage, done("withdraw").add_message(payment))?)
}

/// The checked side of a beneficiary.
pub fn creditor(api: &dyn Api, beneficiary: Beneficiary) -> StdResult<Creditor> {
    Ok(match beneficiary {
        Beneficiary::Account(account) => Creditor::Account(api.addr_validate(&account)?),
        Beneficiary::Provider(provider) => Creditor::Provider(provider),
    })
}

/// Anybody empties a purse to where it goes.
pub fn flush(call: Call, denom: &UncheckedDenom, purse: Purse) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let listed = denom.check(call.deps.api)?;
    let id = id_of(storage, &listed)?;
    let config = CONFIG.load(storage)?;
    let mut ledger = ledger::load(storage, id)?;
    let (name, field) = match purse {
        Purse::Burn => ("burn", &mut ledger.burn),
        Purse::Treasury => ("treasury", &mut ledger.treasury),
        Purse::Insurance => ("insurance", &mut ledger.insurance),
    };
    let amount = std::mem::take(field);
    if amount.is_zero() {
        return Err(ContractError::NothingToWithdraw);
    }
    LEDGERS.save(storage, id, &ledger)?;
    let payment = match (purse, &listed) {
        (Purse::Burn, Denom::Cw20(token)) => call_token(token, &Cw20ExecuteMsg::Burn { amount })?,
        // Native coins are never collected for burning; if they were, the treasury's.
        (Purse::Burn | Purse::Treasury, _) => listed.transfer(&config.treasury, amount)?,
        (Purse::Insurance, _) => Registry(config.registry).fund_kitty(&listed, amount)?,
    };
    let mut journal = Journal::default();
    journal.note(Flushed {
        denom: listed,
        purse: name,
        amount,
    });
    Ok(journal.close(storage, done("flush").add_message(payment))?)
}

/// Anybody books what came without a message to the treasury.
pub fn sync(
    call: Call,
    self_addr: &Addr,
    denom: &UncheckedDenom,
) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let listed = denom.check(call.deps.api)?;
    let id = id_of(storage, &listed)?;
    let mut ledger = ledger::load(storage, id)?;
    let held = listed.balance(&call.deps.querier, self_addr)?;
    let amount = held.saturating_sub(ledger.total()?);
    if amount.is_zero() {
        return Err(ContractError::NothingToSync);
    }
    ledger.treasury = ledger.treasury.checked_add(amount)?;
    LEDGERS.save(storage, id, &ledger)?;
    let mut journal = Journal::default();
    journal.note(Synced {
        denom: listed,
        amount,
    });
    Ok(journal.close(storage, done("sync"))?)
}
