//! Members vote, and anybody records that the voting is over.

use cosmwasm_std::{Response, Uint128};
use surge_interface::dao::{Choice, Status, MAX_REASON};
use surge_interface::events::dao::{ProposalClosed, VoteCast};
use surge_interface::events::{done, Journal};

use super::{at_most, Call};
use crate::members::{id_of, weight_at};
use crate::state::{load_head, save_head, BALLOTS, REASONS};
use crate::ContractError;

/// A member votes, or votes again. Reads and writes the head and the ballot alone, so it
/// costs the same whatever was proposed.
pub fn vote(
    call: Call,
    proposal: u64,
    choice: Choice,
    reason: Option<String>,
) -> Result<Response, ContractError> {
    let reason_len = reason.as_ref().map_or(0, String::len);
    at_most("the number of bytes of the reason", reason_len, MAX_REASON)?;
    let storage = call.deps.storage;
    let member = id_of(storage, &call.sender_addr)?;
    let mut head = load_head(storage, proposal)?;
    head.ensure_voting(proposal, call.now_secs)?;
    let weight = weight_at(storage, member, head.height)?;
    let key = (proposal, member);
    let before = match BALLOTS.may_load(storage, key)? {
        Some(code) => Some(from_code(code)?),
        None => None,
    };
    if before == Some(choice) {
        return Err(ContractError::SameBallot {
            proposal,
            member,
            choice,
        });
    }
    head.count(before, choice, weight, call.now_secs);
    save_head(storage, proposal, &head);
    BALLOTS.save(storage, key, &to_code(choice))?;
    match reason {
        Some(reason) => REASONS.save(storage, key, &reason)?,
        // A reason belongs to the choice that it was given for.
        None if before.is_some() => REASONS.remove(storage, key),
        None => {}
    }
    let mut journal = Journal::default();
    journal.note(VoteCast {
        proposal,
        member,
        address: call.sender_addr,
        choice: choice.name(),
        weight: Uint128::new(weight),
        yes: Uint128::new(head.yes),
        no: Uint128::new(head.no),
        abstain: Uint128::new(head.abstain),
        closes_secs: head.end_secs(),
    });
    Ok(journal.close(storage, done("vote"))?)
}

const fn to_code(choice: Choice) -> u8 {
    match choice {
        Choice::Yes => 1,
        Choice::No => 2,
        Choice::Abstain => 3,
    }
}

/// What a stored ballot says.
pub const fn from_code(code: u8) -> Result<Choice, ContractError> {
    match code {
        1 => Ok(Choice::Yes),
        2 => Ok(Choice::No),
        3 => Ok(Choice::Abstain),
        _ => Err(ContractError::BadBallot),
    }
}

/// Anybody records what time has decided. The timelock runs from here.
pub fn poke(call: Call, proposal: u64) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let mut head = load_head(storage, proposal)?;
    let status = head.status_at(call.now_secs);
    match status {
        Status::Passed => {
            head.status = Status::Queued;
            head.queued_secs = call.now_secs;
        }
        // It is over already; this puts it on record.
        Status::Rejected | Status::Executed | Status::Expired if head.status != status => {
            head.status = status;
        }
        _ => return Err(ContractError::NothingToRecord { proposal, status }),
    }
    save_head(storage, proposal, &head);
    let mut journal = Journal::default();
    journal.note(ProposalClosed {
        proposal,
        status: head.status.name(),
        ready_secs: match head.status {
            Status::Queued => head.ready_secs().unwrap_or_default(),
            _ => 0,
        },
    });
    Ok(journal.close(storage, done("poke"))?)
}
