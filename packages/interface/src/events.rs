//! The events of every contract: one per transition, defined once.
//!
//! On a chain `job_assigned` arrives as `wasm-job_assigned`. Every event carries `seq`,
//! a number that counts all events of its contract, so that an indexer sees a gap.

use std::fmt::Display;

use cosmwasm_std::{Event, Response, StdResult, Storage};
use cw_storage_plus::Item;

/// What the documentation says of an event.
pub struct EventDoc {
    /// Contract that emits it.
    pub contract: &'static str,
    /// Its type, without the `wasm-` that a chain puts before it.
    pub name: &'static str,
    /// When it is emitted.
    pub meaning: &'static str,
    /// Attributes with their meaning.
    pub attributes: &'static [(&'static str, &'static str)],
}

/// An event that its contract's journal can number.
pub trait Emit {
    /// The event with its number.
    fn emit(&self, seq: u64) -> Event;
}

/// One function for all events: writing attributes in place of each costs tens of
/// kilobytes of wasm.
#[inline(never)]
fn numbered(name: &str, seq: u64, attributes: &[(&str, &dyn Display)]) -> Event {
    let mut event = Event::new(name).add_attribute("seq", seq.to_string());
    for (key, value) in attributes {
        event = event.add_attribute(*key, value.to_string());
    }
    event
}

/// Number of a contract's last event.
pub const SEQ: Item<u64> = Item::new("seq");

/// Numbers the events of one message and puts them on its response.
#[derive(Default)]
pub struct Journal {
    events: Vec<Box<dyn Emit>>,
}

impl Journal {
    /// Notes an event, in the order in which things happened.
    pub fn note(&mut self, event: impl Emit + 'static) {
        self.events.push(Box::new(event));
    }

    /// Puts the events on the response and remembers the last number.
    pub fn close(self, storage: &mut dyn Storage, response: Response) -> StdResult<Response> {
        if self.events.is_empty() {
            return Ok(response);
        }
        let mut seq = SEQ.may_load(storage)?.unwrap_or_default();
        let mut events = vec![];
        for event in self.events {
            seq = seq.saturating_add(1);
            events.push(event.emit(seq));
        }
        SEQ.save(storage, &seq)?;
        Ok(response.add_events(events))
    }
}

macro_rules! events {
    ($docs:ident of $contract:literal; $(
        #[doc = $meaning:literal]
        $event:ident = $name:literal {
            $( #[doc = $note:literal] $field:ident: $kind:ty, )*
        }
    )*) => {
        $(
            #[doc = $meaning]
            pub struct $event {
                $( #[doc = $note] pub $field: $kind, )*
            }

            impl Emit for $event {
                fn emit(&self, seq: u64) -> Event {
                    numbered($name, seq, &[ $( (stringify!($field), &self.$field), )* ])
                }
            }
        )*

        /// All events of this contract.
        pub const $docs: &[EventDoc] = &[
            $( EventDoc {
                contract: $contract,
                name: $name,
                meaning: $meaning,
                attributes: &[ $( (stringify!($field), $note), )* ],
            }, )*
        ];
    };
}

/// Events of every contract.
pub mod all {
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
}

pub use all::{Migrated, OwnershipChanged};

/// Events of the registry.
pub mod registry {
    use cosmwasm_std::{Addr, Event, Uint128};

    use super::{numbered, Emit, EventDoc};

    events! { EVENTS of "registry";
        /// Somebody joined as a provider.
        ProviderRegistered = "provider_registered" {
            /// The provider.
            provider: u32,
            /// Its cold key.
            owner: Addr,
            /// Its hot key.
            operator: Addr,
            /// Where its earnings go.
            payout: Addr,
        }
        /// A provider changed its operator or profile.
        ProviderUpdated = "provider_updated" {
            /// The provider.
            provider: u32,
            /// Its hot key.
            operator: Addr,
        }
        /// A provider named a new payout address.
        PayoutSet = "payout_set" {
            /// The provider.
            provider: u32,
            /// The new address.
            payout: Addr,
            /// From when it counts.
            from_secs: u64,
        }
        /// A provider's status changed.
        ProviderStatusChanged = "provider_status_changed" {
            /// The provider.
            provider: u32,
            /// active, draining, unbonding or gone.
            status: &'static str,
        }
        /// Bond was added.
        Bonded = "bonded" {
            /// The provider.
            provider: u32,
            /// Denomination by id.
            denom: u8,
            /// How much.
            amount: Uint128,
            /// All bond of the registry in this denomination.
            total_bonds: Uint128,
        }
        /// Bond started its wait.
        UnbondingStarted = "unbonding_started" {
            /// The provider.
            provider: u32,
            /// Denomination by id.
            denom: u8,
            /// How much.
            amount: Uint128,
            /// From when it may be withdrawn.
            from_secs: u64,
        }
        /// Bond left.
        BondWithdrawn = "bond_withdrawn" {
            /// The provider.
            provider: u32,
            /// Denomination by id.
            denom: u8,
            /// How much.
            amount: Uint128,
            /// All bond of the registry in this denomination.
            total_bonds: Uint128,
        }
        /// A node joined.
        NodeAdded = "node_added" {
            /// The node.
            node: u32,
            /// Its provider.
            provider: u32,
            /// Class by id.
            class: u8,
            /// Region by id.
            region: u8,
            /// Bond behind it.
            bond: Uint128,
        }
        /// A node's description or bond changed.
        NodeUpdated = "node_updated" {
            /// The node.
            node: u32,
            /// Bond behind it.
            bond: Uint128,
        }
        /// A node left.
        NodeRemoved = "node_removed" {
            /// The node.
            node: u32,
            /// Its provider.
            provider: u32,
            /// Bond that became the provider's again.
            bond: Uint128,
        }
        /// A node is alive.
        HeartbeatReceived = "heartbeat_received" {
            /// The node.
            node: u32,
            /// Sequence of the heartbeat.
            heartbeat: u32,
            /// Whether a search can find the node now.
            indexed: bool,
        }
        /// A silent node was taken out of the index.
        NodeEvicted = "node_evicted" {
            /// The node.
            node: u32,
            /// Denomination by id.
            denom: u8,
            /// What it paid to the reporter; nothing when a search found it.
            tip: Uint128,
            /// Who reported it; `search` when a search met it.
            reporter: String,
        }
        /// A node was picked and reserved.
        NodeAssigned = "node_assigned" {
            /// The job.
            job: u64,
            /// The node.
            node: u32,
            /// Its provider.
            provider: u32,
            /// Score from 0 to 1,000,000.
            score_ppm: u64,
            /// Price of the job.
            price: Uint128,
            /// Bond locked.
            collateral: Uint128,
            /// Index rows read.
            rows_read: u16,
            /// Whether nothing unread could have scored higher.
            exact: bool,
            /// How much higher it could have scored at most.
            gap_ppm: u32,
        }
        /// No node could take a job.
        NobodyFound = "nobody_found" {
            /// The job.
            job: u64,
            /// Index rows read.
            rows_read: u16,
        }
        /// A delivered job's capacity became free; its collateral stays locked.
        NodeVacated = "node_vacated" {
            /// The job.
            job: u64,
            /// The node.
            node: u32,
        }
        /// A job's reservation ended.
        NodeReleased = "node_released" {
            /// The job.
            job: u64,
            /// The node.
            node: u32,
            /// settled, closed, faulted or no_show.
            outcome: &'static str,
        }
        /// A node paid for a missed deadline.
        NodeSlashed = "node_slashed" {
            /// The job.
            job: u64,
            /// The node.
            node: u32,
            /// Denomination by id.
            denom: u8,
            /// How much it paid.
            amount: Uint128,
            /// Part of it that goes to the reporter.
            tip: Uint128,
            /// Who reported it; `none` after a ruling.
            reporter: String,
            /// The kitty with the rest in it.
            kitty: Uint128,
        }
        /// Tips were fetched.
        TipsWithdrawn = "tips_withdrawn" {
            /// Who earned them.
            account: Addr,
            /// Denomination by id.
            denom: u8,
            /// How much.
            amount: Uint128,
        }
        /// Money came to the insurance kitty.
        KittyFunded = "kitty_funded" {
            /// Denomination by id.
            denom: u8,
            /// How much.
            amount: Uint128,
            /// The kitty with it.
            kitty: Uint128,
        }
        /// Parameters changed.
        ParamsUpdated = "registry_params_updated" {
            /// Which: params, region, class, denom or intake.
            what: &'static str,
        }
    }
}

/// Events of the escrow.
pub mod escrow {
    use cosmwasm_std::{Addr, Event, Uint128};

    use super::{numbered, Emit, EventDoc};
    use crate::Denom;

    events! { EVENTS of "escrow";
        /// A job was ordered.
        JobSubmitted = "job_submitted" {
            /// The job.
            job: u64,
            /// Who pays.
            requester: Addr,
            /// In what.
            denom: Denom,
            /// The deposit.
            deposit: Uint128,
            /// Version of the parameters that holds for it.
            params_version: u32,
        }
        /// A node got a job.
        JobAssigned = "job_assigned" {
            /// The job.
            job: u64,
            /// The node.
            node: u32,
            /// Its provider.
            provider: u32,
            /// Price at this node.
            price: Uint128,
            /// Deposit, held until the job ends; what the price leaves goes back then.
            held: Uint128,
            /// When the result is due.
            deadline_secs: u64,
        }
        /// A job waits for a node.
        JobWaiting = "job_waiting" {
            /// The job.
            job: u64,
            /// Until when.
            deadline_secs: u64,
        }
        /// A node declined a job.
        JobDeclined = "job_declined" {
            /// The job.
            job: u64,
            /// The node.
            node: u32,
        }
        /// A result came.
        ResultSubmitted = "result_submitted" {
            /// The job.
            job: u64,
            /// SHA-256 of the output.
            sha256: String,
            /// Bytes of the output.
            size: u64,
            /// Until when the requester may dispute it.
            deadline_secs: u64,
        }
        /// A result was disputed.
        JobDisputed = "job_disputed" {
            /// The job.
            job: u64,
            /// What the requester put up.
            bond: Uint128,
            /// Until when the arbiter may rule.
            deadline_secs: u64,
        }
        /// A job ended and its money was divided.
        JobClosed = "job_closed" {
            /// The job.
            job: u64,
            /// settled, resolved, cancelled, expired or failed.
            status: &'static str,
            /// By whom or why: accept, silence, ruling, requester, declined or deadline.
            cause: &'static str,
            /// Credited to the provider.
            provider: Uint128,
            /// Credited to the requester, with a returned bond.
            requester: Uint128,
            /// Collected for burning.
            burn: Uint128,
            /// Collected for the treasury.
            treasury: Uint128,
            /// Collected for the kitty.
            insurance: Uint128,
        }
        /// A credit left the escrow.
        Withdrawn = "withdrawn" {
            /// `account` or `provider`.
            kind: &'static str,
            /// Address or provider id.
            of: String,
            /// Where it went.
            to: Addr,
            /// In what.
            denom: Denom,
            /// How much.
            amount: Uint128,
        }
        /// What was collected was moved on.
        Flushed = "flushed" {
            /// In what.
            denom: Denom,
            /// burn, treasury or insurance.
            purse: &'static str,
            /// How much.
            amount: Uint128,
        }
        /// Coins that came without a message were booked.
        Synced = "synced" {
            /// In what.
            denom: Denom,
            /// How much, to the treasury's share.
            amount: Uint128,
        }
        /// Parameters or roles changed.
        ParamsUpdated = "escrow_params_updated" {
            /// Which: params, denom, roles or intake.
            what: &'static str,
            /// Current version of the parameters.
            version: u32,
        }
    }
}
