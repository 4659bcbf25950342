//! The registry: who lends machines, what stands behind them, and which machine gets a
//! job. See the README beside this crate for states, messages and invariants.

pub mod contract;
mod error;
mod execute;
mod index;
mod pick;
mod query;
mod state;

pub use error::ContractError;

#[cfg(test)]
mod tests;
