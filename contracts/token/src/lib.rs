//! The reward token SURGE: cw20-base with entry points of its own, nothing else. What it is
//! born with is in `surge_interface::token`; see the README beside this crate.

pub mod contract;
