//! What Surge's contracts know of each other: messages, queries, events, the value
//! types in them, and the records that one contract reads from another by raw key.
//!
//! Contracts depend on this package and never on one another.

pub mod bounds;
pub mod client;
pub mod dao;
pub mod denom;
pub mod escrow;
pub mod events;
pub mod page;
pub mod raw;
pub mod registry;
pub mod resources;
pub mod rewards;
pub mod score;
pub mod time;
pub mod token;
pub mod upkeep;

pub use denom::{Denom, UncheckedDenom};
pub use resources::{Kind, Resources, UnitPrices};
pub use score::{Explanation, Parts, Refusals, Scored, Weights};
pub use time::TimeProfile;

/// One million: shares and scores are integers in parts per million.
pub const PPM: u32 = 1_000_000;

/// Ten thousand: rates that touch money are integers in basis points.
pub const BPS: u16 = 10_000;

#[cfg(test)]
mod tests;
