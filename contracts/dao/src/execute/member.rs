//! Members, where each has one vote; and weight that grows old enough.

use cosmwasm_std::{Response, Storage, Uint128};
use surge_interface::events::{done, Journal};

use super::Call;
use crate::members::{self, enter, id_of};
use crate::state::{CONFIG, RULES};
use crate::ContractError;

/// Anybody makes weight count that is old enough.
pub fn activate(mut call: Call, member: u32) -> Result<Response, ContractError> {
    let mut journal = Journal::default();
    call.change(&mut journal).activate(member)?;
    Ok(journal.close(call.deps.storage, done("activate"))?)
}

/// A member leaves.
pub fn leave(mut call: Call) -> Result<Response, ContractError> {
    ensure_one_vote_each(call.deps.storage)?;
    let id = id_of(call.deps.storage, &call.sender_addr)?;
    let mut journal = Journal::default();
    call.change(&mut journal).remove(id)?;
    Ok(journal.close(call.deps.storage, done("leave"))?)
}

/// A vote adds a member, or takes back one that left.
pub fn add(call: &mut Call, journal: &mut Journal, address: &str) -> Result<(), ContractError> {
    ensure_one_vote_each(call.deps.storage)?;
    let addr = call.deps.api.addr_validate(address)?;
    let (id, member) = enter(call.deps.storage, journal, &addr)?;
    let weight = members::weight(call.deps.storage, id)?;
    if !weight.is_zero() || !member.pending.is_zero() {
        return Err(ContractError::MemberTwice { address: addr });
    }
    let min_age_secs = RULES.load(call.deps.storage)?.min_age_secs;
    call.change(journal)
        .grow(id, member, Uint128::one(), min_age_secs)
}

/// A vote removes a member.
pub fn remove(call: &mut Call, journal: &mut Journal, member: u32) -> Result<(), ContractError> {
    ensure_one_vote_each(call.deps.storage)?;
    call.change(journal).remove(member)
}

/// Fails where members stake: there nobody is added or removed by vote.
pub fn ensure_one_vote_each(storage: &dyn Storage) -> Result<(), ContractError> {
    if CONFIG.load(storage)?.token.is_some() {
        return Err(ContractError::MembersStake);
    }
    Ok(())
}
