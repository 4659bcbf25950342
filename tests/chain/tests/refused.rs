//! What a chain refuses, with the exact words, and that nothing came of it but the fee; and
//! lists at their caps within a node's query gas limit.
//!
//! `scripts/chain refused` runs it.

#[path = "refused/contracts.rs"]
mod contracts;
#[path = "refused/lists.rs"]
mod lists;
#[path = "refused/transactions.rs"]
mod transactions;

use surge_chain::{Error, Included};

/// The error that a transaction came to. Panics when it succeeded.
pub fn refused(attempt: Result<Included, Error>, what: &str) -> Error {
    match attempt {
        Ok(included) => panic!("{what} should have failed: {}", included.hash),
        Err(error) => error,
    }
}
