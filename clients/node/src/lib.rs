//! Runs one job of the Surge network on a node's own machine.
//!
//! A job is a WASI preview 1 program with arguments, a standard input and a
//! read-only folder of input. Its result is what it writes to standard output,
//! when it ends well. The same program on the same input gives the same bytes
//! on every machine, so that two nodes can be compared by a hash, and a program
//! that loops, eats memory, traps or asks for what it may not have ends with a
//! [`Status`] that says so.
//!
//! ```no_run
//! use surge_node::{run, Job, Limits, Status};
//!
//! let job = Job {
//!     program: std::fs::read("picture.wasm")?,
//!     args: vec!["--seed".into(), "7".into()],
//!     ..Job::default()
//! };
//! let outcome = run(job, &Limits::default())?;
//! if outcome.status == Status::Finished {
//!     println!("{} bytes, sha256 {}", outcome.output.len(), outcome.sha256_hex());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Why the WASI functions are implemented here
//!
//! `wasmtime-wasi` is built to give a program the host: folders come in the
//! order and with the inode numbers of the host's file system, reads happen
//! while the program runs, and a sleep blocks a thread that no deadline can
//! interrupt. A job needs the opposite. This crate reads the input folder once,
//! into memory, and answers all calls from there: what was hashed for the
//! random bytes is what the program sees, nothing blocks, and a running program
//! never reaches the host's files, clock, network or environment. The functions
//! are tested against a stock runtime (`tests/stock_runtime.rs`).
//!
//! The README lists every limit, every status, how the random bytes are derived
//! and what is not deterministic.

mod cancel;
mod error;
mod failure;
mod folder;
mod inventory;
mod job;
mod limiter;
mod load;
mod outcome;
mod processor;
mod run;
mod seed;
mod wasi;
mod watchdog;

pub use cancel::Cancel;
pub use error::HostError;
pub use failure::{printable, FailureReport};
pub use inventory::{inventory, Inventory};
pub use job::{Job, Limits};
pub use outcome::{Outcome, Status, Usage};
pub use run::{run, run_until};
