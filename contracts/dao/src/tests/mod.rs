//! What only the inside can tell, and every handler against the rule that it keeps.

mod class;
mod execution;
mod head;
mod keys;
mod life;
mod membership;
mod money;
mod policy;
mod smuggling;
mod stake;
mod voting;
mod world;
