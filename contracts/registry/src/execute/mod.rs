//! One file per group of messages that change the same thing.

pub mod assign;
pub mod bond;
pub mod node;
pub mod provider;
pub mod settings;

use cosmwasm_std::{Addr, Storage};
use surge_interface::raw::PROVIDERS;
use surge_interface::registry::{ProviderRecord, ProviderStatus};

use crate::state::{OPERATORS, OWNERS};
use crate::ContractError;

/// The provider that the sender owns.
fn owned(
    storage: &dyn Storage,
    sender_addr: &Addr,
) -> Result<(u32, ProviderRecord), ContractError> {
    let provider =
        OWNERS
            .may_load(storage, sender_addr)?
            .ok_or_else(|| ContractError::NotAProvider {
                sender: sender_addr.clone(),
            })?;
    Ok((provider, load(storage, provider)?))
}

/// The provider that the sender owns or operates.
fn run_by(
    storage: &dyn Storage,
    sender_addr: &Addr,
) -> Result<(u32, ProviderRecord), ContractError> {
    match owned(storage, sender_addr) {
        Err(ContractError::NotAProvider { sender }) => {
            let provider = OPERATORS
                .may_load(storage, sender_addr)?
                .ok_or(ContractError::NotAProvider { sender })?;
            Ok((provider, load(storage, provider)?))
        }
        found => found,
    }
}

fn load(storage: &dyn Storage, provider: u32) -> Result<ProviderRecord, ContractError> {
    PROVIDERS
        .may_load(storage, provider)?
        .ok_or(ContractError::UnknownProvider { provider })
}

fn ensure_status(
    provider: u32,
    record: &ProviderRecord,
    needed: ProviderStatus,
) -> Result<(), ContractError> {
    if record.status == needed {
        return Ok(());
    }
    Err(ContractError::WrongStatus {
        provider,
        status: record.status,
        needed,
    })
}

/// Fails for a provider that is leaving or has left.
fn ensure_stays(provider: u32, record: &ProviderRecord) -> Result<(), ContractError> {
    match record.status {
        ProviderStatus::Active | ProviderStatus::Draining => Ok(()),
        ProviderStatus::Unbonding | ProviderStatus::Gone => {
            ensure_status(provider, record, ProviderStatus::Active)
        }
    }
}
