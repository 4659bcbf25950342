//! How the suite comes to a chain, and how anybody can see that it is what it should be.

mod apply;
mod blueprint;
mod settings;
mod state;
mod verify;

pub use apply::{apply, plan, Plan};
pub use settings::Settings;
pub use state::{Addresses, State};
pub use verify::verify;

/// The contracts in the order in which they are born: the DAO first, because it owns the
/// others; the rewards last, because they look at the token and the registry.
pub const CONTRACTS: [&str; 5] = ["dao", "token", "registry", "escrow", "rewards"];

/// Label of a contract, and with the network's name the salt of its address.
fn label(contract: &str) -> String {
    format!("surge {contract}")
}
