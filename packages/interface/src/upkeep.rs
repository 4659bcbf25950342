//! What the owner of any contract does to it, the same way everywhere: passing it on, and
//! going forward to newer code.

use cosmwasm_std::{Addr, BlockInfo, DepsMut, Response, StdError};
use cw_ownable::{Action, OwnershipError};
use thiserror::Error;

use crate::events::{Journal, Migrated, OwnershipChanged};

/// Why a contract is not passed on or migrated.
#[derive(Error, Debug, PartialEq)]
pub enum UpkeepError {
    /// Another contract, a newer version of this one, or the store failed.
    #[error(transparent)]
    Std(#[from] StdError),
    /// Somebody else owns it.
    #[error(transparent)]
    Ownership(#[from] OwnershipError),
    /// The same version.
    #[error("version {version} is already running: migration goes forward only")]
    NotOlder {
        /// The version.
        version: String,
    },
    /// Ownership would be given up.
    #[error("ownership is passed on, never given up: nobody could change a parameter again")]
    OwnerNeeded,
}

/// Passing ownership takes two steps; giving it up is refused.
pub fn update_ownership(
    mut deps: DepsMut,
    block: &BlockInfo,
    sender_addr: &Addr,
    action: Action,
) -> Result<Response, UpkeepError> {
    if action == Action::RenounceOwnership {
        return Err(UpkeepError::OwnerNeeded);
    }
    let ownership = cw_ownable::update_ownership(deps.branch(), block, sender_addr, action)?;
    let mut journal = Journal::default();
    journal.note(OwnershipChanged::from(&ownership));
    let response = Response::new().add_attribute("action", "update_ownership");
    Ok(journal.close(deps.storage, response)?)
}

/// Goes forward from an older version of the same contract; anything else is an error.
pub fn migrate(
    deps: DepsMut,
    name: &'static str,
    version: &'static str,
) -> Result<Response, UpkeepError> {
    let from = cw2::ensure_from_older_version(deps.storage, name, version)?;
    if from.to_string() == version {
        return Err(UpkeepError::NotOlder {
            version: version.to_owned(),
        });
    }
    let mut journal = Journal::default();
    journal.note(Migrated {
        from: from.to_string(),
        to: version,
    });
    let response = Response::new().add_attribute("action", "migrate");
    Ok(journal.close(deps.storage, response)?)
}
