//! The rewards: what contributions mint. See the README beside this crate for rules and
//! invariants.

pub mod contract;
mod count;
mod error;
mod execute;
mod packed;
mod query;
mod state;

pub use error::ContractError;

#[cfg(test)]
mod tests;
