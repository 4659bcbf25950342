//! One file per group of messages that change the same thing.

pub mod assignment;
pub mod dispute;
pub mod ending;
pub mod money;
pub mod settings;
pub mod submit;

use cosmwasm_std::{Addr, DepsMut, Env, Storage};
use surge_interface::escrow::{Params, Status};

use crate::state::{Job, JOBS, PARAMS};
use crate::ContractError;

/// What a handler is called with: funds and addresses are checked.
pub struct Call<'a> {
    pub deps: DepsMut<'a>,
    pub now_secs: u64,
    pub sender_addr: Addr,
}

impl<'a> Call<'a> {
    /// A message at this block's time.
    pub fn new(deps: DepsMut<'a>, env: &Env, sender_addr: Addr) -> Self {
        Self {
            deps,
            now_secs: env.block.time.seconds(),
            sender_addr,
        }
    }
}

fn load(storage: &dyn Storage, job: u64) -> Result<Job, ContractError> {
    JOBS.may_load(storage, job)?
        .ok_or(ContractError::UnknownJob { job })
}

fn params_of(storage: &dyn Storage, version: u32) -> Result<Params, ContractError> {
    PARAMS
        .may_load(storage, version)?
        .ok_or(ContractError::UnknownVersion { version })
}

impl Job {
    fn ensure_status(&self, job: u64, needed: Status) -> Result<(), ContractError> {
        if self.status == needed {
            return Ok(());
        }
        Err(ContractError::WrongStatus {
            job,
            status: self.status,
            needed,
        })
    }

    fn ensure_requester(&self, job: u64, sender_addr: &Addr) -> Result<(), ContractError> {
        if self.requester == *sender_addr {
            return Ok(());
        }
        Err(ContractError::NotRequester {
            job,
            sender: sender_addr.clone(),
        })
    }

    /// The deadline itself still belongs to the state; the second after it does not.
    fn ensure_in_time(&self, job: u64, now_secs: u64) -> Result<(), ContractError> {
        ensure_until(job, self.deadline_secs, now_secs)
    }

    fn ensure_overdue(&self, job: u64, now_secs: u64) -> Result<(), ContractError> {
        if now_secs > self.deadline_secs {
            return Ok(());
        }
        Err(ContractError::TooEarly {
            job,
            deadline_secs: self.deadline_secs,
            now_secs,
        })
    }

    fn node_and_provider(&self, job: u64) -> Result<(u32, u32), ContractError> {
        self.node.ok_or(ContractError::NoNode { job })
    }
}

fn ensure_until(job: u64, deadline_secs: u64, now_secs: u64) -> Result<(), ContractError> {
    if now_secs <= deadline_secs {
        return Ok(());
    }
    Err(ContractError::TooLate {
        job,
        deadline_secs,
        now_secs,
    })
}
