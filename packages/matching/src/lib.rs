//! Which node gets a job.
//!
//! [`search`] looks through a [`Directory`] for the node with the best score, reads as few
//! rows as it can, and says how far the best unread node could be ahead at most. It knows
//! neither a chain nor a contract. [`index`] keeps such a directory in a contract's storage
//! as packed bytes. `docs/matching.md` explains both.

mod card;
mod directory;
mod error;
pub mod index;
mod job;
mod judge;
mod key;
mod score;
mod search;

pub use card::{Card, Node, Row};
pub use directory::{Directory, RowOrder, Rows};
pub use error::MatchError;
pub use index::{Root, StoredDirectory};
pub use job::Job;
pub use judge::{advance, judge, Refusal};
pub use key::{Cell, Market, Place, RowKey, Word};
pub use score::weigh;
pub use search::{search, Found, Limits};

#[cfg(test)]
extern crate self as surge_matching;
#[cfg(test)]
mod tests;
