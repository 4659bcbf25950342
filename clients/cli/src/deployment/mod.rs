//! How the suite comes to a chain, and how anybody can see that it is what it should be.

mod apply;
pub mod artifact;
mod blueprint;
mod compare;
mod plan;
mod settings;
mod state;
mod upgrade;
mod verify;

pub use apply::{apply, plan};
pub use artifact::Artifact;
pub use compare::differences;
pub use plan::{measured, Action, Known, Plan};
pub use settings::Settings;
pub use state::{Addresses, State};
pub use upgrade::{upgrade, Upgrade};
pub use verify::{verify, Finding, Source};

/// The contracts in the order in which they are born: the DAO first, because it owns the
/// others; the rewards last, because they look at the token and the registry.
pub const CONTRACTS: [&str; 5] = ["dao", "token", "registry", "escrow", "rewards"];

/// What a deployment is called that nobody names.
pub const DEFAULT: &str = "default";

/// Time from the rewards' birth to their epoch 0.
const AHEAD_SECS: u64 = 30;

/// Label of a contract.
fn label(contract: &str) -> String {
    format!("surge {contract}")
}
