//! What only the inside can tell, and every handler against the rule that it keeps.
#![allow(clippy::arithmetic_side_effects)] // a test that overflows fails, as it should

mod class;
mod execution;
mod head;
mod histories;
mod keys;
mod life;
mod membership;
mod money;
mod policy;
mod smuggling;
mod stake;
mod standard;
mod voting;
mod world;
