//! The program of a provider: `surge node run`.
//!
//! It lends one machine and needs nobody: it says that the node is alive, sees which jobs
//! the chain gave it, fetches program and inputs by hash, runs them within the owner's
//! limits, publishes what comes out and delivers its hash; it turns down what it cannot do,
//! and has paid what is due. All with the operator's hot key, which can move no money.
//!
//! # How it sees its jobs
//!
//! The registry counts the jobs that a node has. Each look reads that number and the jobs
//! that the journal knows; when they differ, the escrow's newest jobs are read until all
//! that count are found. Events would tell sooner which job it is, but a node's index of
//! them may be off, pruned or late, and a job that is missed costs bond; the contracts'
//! state is what every node has.
//!
//! # How it survives
//!
//! Everything that was done stands in a SQLite journal before the next thing begins. One
//! transaction is on its way at a time; its signed bytes are noted before it is handed over,
//! and handed over again until a block holds it or none can, so that it happens once
//! whenever the process was killed. Work on this machine (fetch, run, publish) may be done
//! again: the same program on the same input gives the same bytes.

mod agent;
mod decide;
mod drill;
mod error;
mod join;
mod journal;
mod machine;
mod metrics;
mod outbox;
mod own;
mod settings;
#[cfg(test)]
mod stand_in;
mod suite;
mod work;

pub use agent::{Agent, Parts, Summary, MOST_GAS};
pub use drill::Drill;
pub use error::Error;
pub use join::{Agree, Join, Step};
pub use journal::{Purpose, Stage};
pub use machine::{detect, Machine};
pub use outbox::Note;
pub use settings::{Earnings, Limits, Offer, Places, Settings};
pub use suite::Contracts;
