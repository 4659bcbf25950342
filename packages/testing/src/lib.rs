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

mod deploy;
mod governance;
mod machine;
mod queries;
mod regions;
mod suite;
mod verbs;

pub use deploy::Builder;
pub use machine::{job, result_of, Machine};
pub use regions::{regions, REGION_NAMES};
pub use suite::{Suite, NATIVE};
