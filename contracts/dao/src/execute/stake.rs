//! Whoever stakes the token is a member.

use cosmwasm_std::{Addr, Response, Uint128};
use surge_interface::dao::{Unstaking, MAX_UNSTAKINGS};
use surge_interface::events::dao::{StakeReleased, Staked, UnstakingStarted};
use surge_interface::events::{done, Journal};
use surge_interface::Denom;

use super::{at_most, Call};
use crate::members::{enter, id_of};
use crate::state::{CONFIG, RULES, UNSTAKINGS};
use crate::{ledger, members, ContractError};

/// A stake came, from the token itself.
pub fn stake(mut call: Call, token: Addr, amount: Uint128) -> Result<Response, ContractError> {
    if staked_token(&call)? != token {
        return Err(ContractError::UnknownToken { token });
    }
    if amount.is_zero() {
        return Err(ContractError::NoAmount);
    }
    let denom = Denom::Cw20(token);
    let mut ledger = ledger::load(call.deps.storage, &denom)?;
    ledger.stakes = ledger.stakes.checked_add(amount)?;
    ledger::save(call.deps.storage, &denom, &ledger)?;
    let min_age_secs = RULES.load(call.deps.storage)?.min_age_secs;
    let mut journal = Journal::default();
    let (id, member) = enter(call.deps.storage, &mut journal, &call.sender_addr)?;
    journal.note(Staked { member: id, amount });
    call.change(&mut journal)
        .grow(id, member, amount, min_age_secs)?;
    Ok(journal.close(call.deps.storage, done("stake"))?)
}

/// A staker starts to withdraw; the weight is gone at once.
pub fn unstake(mut call: Call, amount: Uint128) -> Result<Response, ContractError> {
    staked_token(&call)?;
    if amount.is_zero() {
        return Err(ContractError::NoAmount);
    }
    let id = id_of(call.deps.storage, &call.sender_addr)?;
    let mut journal = Journal::default();
    call.change(&mut journal).shrink(id, amount)?;
    let unstaking_secs = CONFIG.load(call.deps.storage)?.unstaking_secs;
    let from_secs = call.now_secs.saturating_add(unstaking_secs);
    let mut unstakings = UNSTAKINGS
        .may_load(call.deps.storage, id)?
        .unwrap_or_default();
    unstakings.push(Unstaking { amount, from_secs });
    let len = unstakings.len();
    at_most("the list of stakes on their way out", len, MAX_UNSTAKINGS)?;
    UNSTAKINGS.save(call.deps.storage, id, &unstakings)?;
    journal.note(UnstakingStarted {
        member: id,
        amount,
        from_secs,
    });
    Ok(journal.close(call.deps.storage, done("unstake"))?)
}

/// Anybody sends stake whose wait is over to its staker.
pub fn release(call: Call, member: u32) -> Result<Response, ContractError> {
    let token = staked_token(&call)?;
    let storage = call.deps.storage;
    let address = members::load(storage, member)?.address;
    let (over, waiting): (Vec<_>, Vec<_>) = UNSTAKINGS
        .may_load(storage, member)?
        .unwrap_or_default()
        .into_iter()
        .partition(|unstaking| unstaking.from_secs <= call.now_secs);
    let mut amount = Uint128::zero();
    for unstaking in over {
        amount = amount.checked_add(unstaking.amount)?;
    }
    if amount.is_zero() {
        return Err(ContractError::NothingToRelease { member });
    }
    if waiting.is_empty() {
        UNSTAKINGS.remove(storage, member);
    } else {
        UNSTAKINGS.save(storage, member, &waiting)?;
    }
    let denom = Denom::Cw20(token);
    let mut ledger = ledger::load(storage, &denom)?;
    ledger.stakes = ledger.stakes.checked_sub(amount)?;
    ledger::save(storage, &denom, &ledger)?;
    let payment = denom.transfer(&address, amount)?;
    let mut journal = Journal::default();
    journal.note(StakeReleased { member, amount });
    Ok(journal.close(storage, done("release_stake").add_message(payment))?)
}

fn staked_token(call: &Call) -> Result<Addr, ContractError> {
    CONFIG
        .load(call.deps.storage)?
        .token
        .ok_or(ContractError::NothingStaked)
}
