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

/// A response whose plain event names the message, for explorers.
pub fn done(action: &str) -> Response {
    Response::new().add_attribute("action", action)
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

pub mod all;
pub mod dao;
pub mod escrow;
pub mod registry;
pub mod rewards;

pub use all::{Migrated, OwnershipChanged};
