//! Events of every contract.

use cosmwasm_std::{Addr, Event};
use cw_ownable::Ownership;

use super::{numbered, Emit, EventDoc};

events! { EVENTS of "every contract";
    /// Ownership was offered, or accepted.
    OwnershipChanged = "ownership_changed" {
        /// The owner.
        owner: String,
        /// To whom it is offered; `none` when to nobody.
        pending: String,
    }
    /// The code went forward.
    Migrated = "contract_migrated" {
        /// Version before.
        from: String,
        /// Version now.
        to: &'static str,
    }
}

impl From<&Ownership<Addr>> for OwnershipChanged {
    fn from(ownership: &Ownership<Addr>) -> Self {
        let name = |addr: &Option<Addr>| addr.as_ref().map_or("none", Addr::as_str).to_owned();
        Self {
            owner: name(&ownership.owner),
            pending: name(&ownership.pending_owner),
        }
    }
}
