//! One file per group of messages that change the same thing.

pub mod birth;
pub mod carry_out;
pub mod deposit;
pub mod member;
pub mod propose;
pub mod rules;
pub mod stake;
pub mod vote;

use cosmwasm_std::{Addr, DepsMut, Env};
use surge_interface::dao::Status;
use surge_interface::events::Journal;

use crate::head::Head;
use crate::members::Change;
use crate::ContractError;

/// What a handler is called with: funds and addresses are checked.
pub struct Call<'a> {
    pub deps: DepsMut<'a>,
    pub height: u64,
    pub now_secs: u64,
    pub self_addr: Addr,
    pub sender_addr: Addr,
}

impl<'a> Call<'a> {
    /// A message in this block.
    pub fn new(deps: DepsMut<'a>, env: &Env, sender_addr: Addr) -> Self {
        Self {
            deps,
            height: env.block.height,
            now_secs: env.block.time.seconds(),
            self_addr: env.contract.address.clone(),
            sender_addr,
        }
    }

    fn ensure_self(&self) -> Result<(), ContractError> {
        if self.sender_addr == self.self_addr {
            return Ok(());
        }
        Err(ContractError::NotItself {
            sender: self.sender_addr.clone(),
        })
    }

    fn change<'b>(&'b mut self, journal: &'b mut Journal) -> Change<'b> {
        Change {
            storage: self.deps.storage,
            journal,
            height: self.height,
            now_secs: self.now_secs,
        }
    }
}

impl Head {
    fn ensure_voting(&self, proposal: u64, now_secs: u64) -> Result<(), ContractError> {
        match self.status_at(now_secs) {
            Status::Open | Status::Settling => Ok(()),
            status => Err(ContractError::VotingOver { proposal, status }),
        }
    }
}

/// Refuses what is longer than allowed.
fn at_most(what: &'static str, len: usize, max: usize) -> Result<(), ContractError> {
    if len <= max {
        return Ok(());
    }
    Err(ContractError::TooLong { what, len, max })
}
