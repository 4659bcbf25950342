//! The record that every vote rewrites, packed. Everything else of a proposal is written
//! once and lies under other keys.

use surge_interface::dao::Status;

use crate::class::Classes;
use crate::ContractError;

/// Bytes of a head.
pub const LEN: usize = 148;

const EXTENDED: u8 = 1;
const CERTAIN_PASS: u8 = 2;
const CERTAIN_FAIL: u8 = 4;

/// A result that cannot change unless somebody changes a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certain {
    /// It passes whatever the undecided say.
    Pass,
    /// It does not pass whatever they say.
    Fail,
}

/// Tallies, clocks and the frozen numbers of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What was recorded last: `Open`, `Queued` or a final status. `life` says what that
    /// means by now.
    pub status: Status,
    pub classes: Classes,
    /// The voting was extended; it never is again.
    pub extended: bool,
    /// What was certain after the last vote.
    pub certain: Option<Certain>,
    /// Failing tries that count.
    pub tries: u8,
    pub proposer: u32,
    pub voters: u32,
    pub quorum_bps: u16,
    pub pass_bps: u16,
    pub min_yes_bps: u16,
    /// Voters that are needed; never more than there are members.
    pub min_voters: u16,
    /// Weights are those at the start of this block.
    pub height: u64,
    pub total: u128,
    pub yes: u128,
    pub no: u128,
    pub abstain: u128,
    pub opened_secs: u64,
    /// When the voting ends at the latest.
    pub closes_secs: u64,
    /// When the voting ends if the result still stands; 0 while nothing is certain.
    pub settles_secs: u64,
    /// When it was queued; 0 before.
    pub queued_secs: u64,
    /// When a try failed that counts; 0 when none did.
    pub failed_secs: u64,
    pub settle_secs: u32,
    pub timelock_secs: u32,
    pub grace_secs: u32,
    /// Gas of the actions; 0 without actions.
    pub gas: u32,
}

impl Head {
    /// The packed record. Numbers are big endian, in the order of the fields.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut flags = 0;
        if self.extended {
            flags |= EXTENDED;
        }
        match self.certain {
            Some(Certain::Pass) => flags |= CERTAIN_PASS,
            Some(Certain::Fail) => flags |= CERTAIN_FAIL,
            None => {}
        }
        let mut bytes = Vec::with_capacity(LEN);
        bytes.extend([to_code(self.status), self.classes.0, flags, self.tries]);
        for number in [self.proposer, self.voters] {
            bytes.extend(number.to_be_bytes());
        }
        for number in [
            self.quorum_bps,
            self.pass_bps,
            self.min_yes_bps,
            self.min_voters,
        ] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(self.height.to_be_bytes());
        for number in [self.total, self.yes, self.no, self.abstain] {
            bytes.extend(number.to_be_bytes());
        }
        for number in [
            self.opened_secs,
            self.closes_secs,
            self.settles_secs,
            self.queued_secs,
            self.failed_secs,
        ] {
            bytes.extend(number.to_be_bytes());
        }
        for number in [
            self.settle_secs,
            self.timelock_secs,
            self.grace_secs,
            self.gas,
        ] {
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Fails on anything that [`Head::to_bytes`] does not write.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContractError> {
        let mut rest = Rest(bytes);
        let [status, classes, flags, tries] = rest.take()?;
        let head = Self {
            status: from_code(status)?,
            classes: Classes(classes),
            extended: flags & EXTENDED != 0,
            certain: match flags & !EXTENDED {
                0 => None,
                CERTAIN_PASS => Some(Certain::Pass),
                CERTAIN_FAIL => Some(Certain::Fail),
                _ => return Err(ContractError::BadHead),
            },
            tries,
            proposer: u32::from_be_bytes(rest.take()?),
            voters: u32::from_be_bytes(rest.take()?),
            quorum_bps: u16::from_be_bytes(rest.take()?),
            pass_bps: u16::from_be_bytes(rest.take()?),
            min_yes_bps: u16::from_be_bytes(rest.take()?),
            min_voters: u16::from_be_bytes(rest.take()?),
            height: u64::from_be_bytes(rest.take()?),
            total: u128::from_be_bytes(rest.take()?),
            yes: u128::from_be_bytes(rest.take()?),
            no: u128::from_be_bytes(rest.take()?),
            abstain: u128::from_be_bytes(rest.take()?),
            opened_secs: u64::from_be_bytes(rest.take()?),
            closes_secs: u64::from_be_bytes(rest.take()?),
            settles_secs: u64::from_be_bytes(rest.take()?),
            queued_secs: u64::from_be_bytes(rest.take()?),
            failed_secs: u64::from_be_bytes(rest.take()?),
            settle_secs: u32::from_be_bytes(rest.take()?),
            timelock_secs: u32::from_be_bytes(rest.take()?),
            grace_secs: u32::from_be_bytes(rest.take()?),
            gas: u32::from_be_bytes(rest.take()?),
        };
        if rest.0.is_empty() {
            Ok(head)
        } else {
            Err(ContractError::BadHead)
        }
    }
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ContractError> {
        let (first, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(ContractError::BadHead)?;
        self.0 = rest;
        Ok(*first)
    }
}

const fn to_code(status: Status) -> u8 {
    match status {
        Status::Open => 0,
        Status::Settling => 1,
        Status::Passed => 2,
        Status::Rejected => 3,
        Status::Queued => 4,
        Status::Ready => 5,
        Status::Executed => 6,
        Status::Failed => 7,
        Status::Expired => 8,
        Status::Withdrawn => 9,
    }
}

const fn from_code(code: u8) -> Result<Status, ContractError> {
    Ok(match code {
        0 => Status::Open,
        1 => Status::Settling,
        2 => Status::Passed,
        3 => Status::Rejected,
        4 => Status::Queued,
        5 => Status::Ready,
        6 => Status::Executed,
        7 => Status::Failed,
        8 => Status::Expired,
        9 => Status::Withdrawn,
        _ => return Err(ContractError::BadHead),
    })
}
