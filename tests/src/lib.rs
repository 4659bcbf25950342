//! What the tests of all contracts together share.

pub mod events;
pub mod ghost;
pub mod refusal;
pub mod table;
