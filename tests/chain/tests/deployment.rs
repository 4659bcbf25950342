//! The suite comes to a chain through the `surge` program: interrupted after every step, with
//! settings that change in between, without money; and `surge deploy verify` misses nothing.
//!
//! `scripts/chain deployment` runs it.

#[path = "deployment/interrupted.rs"]
mod interrupted;
#[path = "deployment/refused.rs"]
mod refused;
#[path = "deployment/verified.rs"]
mod verified;

use std::{fs, path::Path};

use serde_json::Value;
use surge_chain::Chain;
use surge_chain_tests::{network, Surge};

/// The contracts in the order of their birth.
pub const CONTRACTS: [&str; 5] = ["dao", "token", "registry", "escrow", "rewards"];

/// A deployment of the suite, by one person with a state file of his own.
pub struct Deployer {
    /// The program with that person's home.
    pub surge: Surge,
    /// The same chain.
    pub chain: Chain,
    /// What the deployment is called.
    pub name: String,
    /// Who signs.
    pub address: String,
}

impl Deployer {
    /// Whoever deploys under this name from this folder. The height stands behind the name, so
    /// that a chain may be used twice.
    pub fn new(folder: &Path, deployment: &str) -> Self {
        let network = network().expect("the network's file");
        let address = network.key("deployer").expect("a key").address().to_owned();
        let chain = Chain::connect(network).expect("a node");
        let name = format!("{deployment}-{}", chain.height().expect("a height"));
        let surge = Surge::new(folder.join(&name)).signing("deployer");
        Self {
            surge: surge.with("SURGE_DEPLOYMENT", &name),
            chain,
            name,
            address,
        }
    }

    /// The state file as it is now; null when there is none.
    pub fn state(&self) -> Value {
        let text = fs::read(self.surge.home.join("state.json"));
        text.map_or(Value::Null, |text| {
            serde_json::from_slice(&text).expect("a whole state file")
        })
    }

    /// Transactions that the deployer has sent so far, failed ones included.
    pub fn sequence(&self) -> u64 {
        self.chain.sequence(&self.address).expect("an account")
    }

    /// The id of the newest code on the chain, which counts from 1 without gaps.
    pub fn newest_code(&self) -> u64 {
        let (mut known, mut unknown) = (0, 1);
        while self.chain.code(unknown).expect("an answer").is_some() {
            (known, unknown) = (unknown, unknown * 2);
        }
        while known + 1 < unknown {
            let middle = known + (unknown - known) / 2;
            match self.chain.code(middle).expect("an answer") {
                Some(_) => known = middle,
                None => unknown = middle,
            }
        }
        known
    }
}

/// Where the release wasm is, for the program.
pub fn artifacts() -> String {
    let path = surge_chain_tests::artifact("surge_dao");
    let folder = path.parent().expect("a folder");
    folder.display().to_string()
}
