//! The DAO: members, proposals, votes, and what they decide. See the README beside this
//! crate for classes, transitions and invariants.

mod class;
pub mod contract;
mod error;
mod execute;
mod head;
mod ledger;
mod life;
mod members;
mod policy;
mod query;
mod standard;
mod state;

pub use error::ContractError;

#[cfg(test)]
mod tests;
