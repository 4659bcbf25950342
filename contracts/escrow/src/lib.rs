//! The escrow: jobs, the money held for them, and who gets it. See the README beside this
//! crate for states, messages and invariants.

pub mod contract;
mod error;
mod execute;
mod ledger;
mod query;
mod state;

pub use error::ContractError;

#[cfg(test)]
mod tests;
