//! The tests that take the release wasm to a real chain, and what they measure with.
//!
//! `scripts/gas` starts a private node and runs them.

mod chain;
pub mod coverage;
pub mod gas;
pub mod generator;
pub mod indexer;
pub mod peers;
pub mod scaling;
pub mod scenario;
pub mod suite;
mod surge;
pub mod trace;

use std::path::{Path, PathBuf};

pub use chain::Chain;
pub use surge::{Refusal, Running, Surge};
pub use surge_chain::{new_words, Error, Included, Key};

/// The network that the environment variable `SURGE_NETWORK` names, as `scripts/devnet`
/// describes it.
pub fn network() -> Result<surge_chain::Network, Error> {
    let path = std::env::var_os("SURGE_NETWORK").unwrap_or_else(|| "SURGE_NETWORK".into());
    surge_chain::Network::load(Path::new(&path))
}

/// Where `scripts/wasm` puts what chains get.
pub fn artifact(name: &str) -> PathBuf {
    root().join("artifacts").join(format!("{name}.wasm"))
}

/// The top of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
