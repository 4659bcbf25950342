//! A client of a real chain, and the tests that take the release wasm to one.
//!
//! [`Chain`] speaks to one node over CometBFT's JSON-RPC: it signs, broadcasts, waits
//! until a block holds the transaction, and says what it cost. `scripts/devnet` starts
//! such a node; `scripts/gas` starts a private one and runs the tests here.

mod chain;
mod error;
pub mod gas;
mod key;
mod network;
mod rpc;
mod tx;

pub use chain::Chain;
pub use error::Error;
pub use key::Key;
pub use network::Network;
pub use tx::{Attributes, Included};

/// Where `scripts/wasm` puts what chains get.
pub fn artifact(name: &str) -> std::path::PathBuf {
    root().join("artifacts").join(format!("{name}.wasm"))
}

/// The top of the repository.
pub fn root() -> &'static std::path::Path {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
