//! A client of CosmWasm chains.
//!
//! [`Chain`] speaks to one node over CometBFT's JSON-RPC, which every node has: it simulates,
//! signs, broadcasts, waits until a block holds the transaction, and says what it cost.
//! A [`Network`] is a file that anybody can write, see `networks/`.

mod block;
mod chain;
mod error;
mod history;
mod key;
mod message;
mod multisig;
mod network;
mod node;
mod rpc;
mod send;
mod signed;
mod tx;

pub use block::{Block, Event, Executed};
pub use chain::{Chain, Change, Code, Contract, Simulated};
pub use error::Error;
pub use history::{Placed, Record};
pub use key::{new_words, Account, Key, PATH};
pub use message::{execute, instantiate2, migrate, pay, store_code, update_admin};
pub use network::{Explorer, Fee, Kind, NamedMnemonic, Network, USUAL_MOST_GAS};
pub use node::Capabilities;
pub use send::{Handed, Limit, Pending, Progress, INDEX_BLOCKS};
pub use signed::{signed_by, Envelope, Signed};
pub use tx::Included;
