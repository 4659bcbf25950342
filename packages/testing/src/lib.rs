//! The whole suite on cw-multi-test, deployed in one call and driven by verbs.
//!
//! ```
//! use surge_testing::{Machine, Suite};
//!
//! let mut suite = Suite::new();
//! let provider = suite.join("alice", 1_000_000);
//! let node = suite.add_node("alice", Machine::default()).unwrap();
//! suite.heartbeat(node).unwrap();
//!
//! let job = suite.submit("bob", surge_testing::job(), 50_000).unwrap();
//! suite.deliver(job).unwrap();
//! suite.accept("bob", job).unwrap();
//! suite.withdraw_provider(provider).unwrap();
//! suite.assert_sound();
//! ```
//!
//! A DAO owns everything when there are founders; `decide` takes a proposal from its opening
//! to its execution:
//!
//! ```
//! use surge_testing::interface::escrow::{ExecuteMsg, Params, QueryMsg};
//! use surge_testing::{Builder, Suite};
//!
//! let mut suite = Builder {
//!     founders: vec!["dora", "emil", "faye"],
//!     ..Builder::default()
//! }
//! .build();
//! let mut params: Params = suite.ask_escrow(&QueryMsg::Params { version: None });
//! params.take_bps = 400;
//! let update = Suite::action(&suite.escrow, &ExecuteMsg::UpdateParams { params });
//! suite.decide(&["dora", "emil", "faye"], vec![update]).unwrap();
//!
//! let params: Params = suite.ask_escrow(&QueryMsg::Params { version: None });
//! assert_eq!(params.take_bps, 400);
//! ```
//!
//! # Units
//!
//! Amounts of money are base units: of [`NATIVE`], denomination 0, or of the reward token,
//! denomination 1, of which 10⁶ are one SURGE. So `join("alice", 1_000_000)` bonds one token
//! of each. Everybody who is named for the first time gets 10¹² of both. Times are seconds,
//! shares basis points. Unit prices are millionths of a base unit per unit and hour
//! ([`UnitPrices`](interface::UnitPrices)).
//!
//! # Using it from elsewhere
//!
//! `docs/testing.md` shows it with a contract of one's own: time, votes, events, money, and
//! what only a node can show.
//!
//! It needs Rust 1.95, cosmwasm-std 2.3 and cw-multi-test 2.5. The messages and types of the
//! contracts are here as [`interface`], so this is the only dependency on Surge:
//!
//! ```toml
//! [dev-dependencies]
//! surge-testing = { git = "…", rev = "…" }
//! ```

pub mod code;
mod deploy;
mod governance;
mod machine;
mod queries;
mod regions;
mod suite;
mod verbs;

pub use deploy::Builder;
pub use machine::{job, result_of, Machine, REFERENCE};
pub use regions::{regions, REGION_NAMES};
pub use suite::{Suite, NATIVE};
pub use surge_interface as interface;

/// The examples of the page for integrators are tests too.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/testing.md")]
struct Page;
