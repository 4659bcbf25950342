//! What is deployed where: a file in the shape that cw-orchestrator users know, with what
//! proves it beside.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use surge_chain::Pending;

use crate::{
    failure::{Failure, Outcome},
    home,
};

/// Every chain's deployment, by chain id.
#[derive(Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct State(BTreeMap<String, OnChain>);

/// One chain's.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct OnChain {
    /// Contract to code id.
    #[serde(default)]
    pub code_ids: BTreeMap<String, u64>,
    /// Contract to address.
    #[serde(default)]
    pub default: BTreeMap<String, String>,
    /// What proves it.
    #[serde(default, rename = "_meta")]
    pub meta: Meta,
}

/// How the deployment came to be.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Meta {
    /// Who deployed; half of what the addresses follow from.
    #[serde(default)]
    pub deployer: String,
    /// The other half, beside the code.
    #[serde(default)]
    pub salt: String,
    /// What was being done, and the transaction that does it, while it is in no block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<(String, Pending)>,
    /// Contract to what is known of it.
    #[serde(default)]
    pub contracts: BTreeMap<String, Proof>,
}

/// Where a contract can be looked up.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Proof {
    /// SHA-256 of its code.
    #[serde(default)]
    pub checksum: String,
    /// Transaction and height of its code.
    #[serde(default)]
    pub stored: Option<(String, u64)>,
    /// Transaction and height of its birth.
    #[serde(default)]
    pub born: Option<(String, u64)>,
}

/// Where the contracts are.
#[derive(Clone, Debug, Serialize)]
pub struct Addresses {
    /// The DAO.
    pub dao: String,
    /// The reward token.
    pub token: String,
    /// The registry.
    pub registry: String,
    /// The escrow.
    pub escrow: String,
    /// The rewards.
    pub rewards: String,
}

impl Addresses {
    /// Out of a table that has all of them.
    pub fn of(table: &BTreeMap<String, String>) -> Option<Self> {
        let of = |name: &str| table.get(name).cloned();
        Some(Self {
            dao: of("dao")?,
            token: of("token")?,
            registry: of("registry")?,
            escrow: of("escrow")?,
            rewards: of("rewards")?,
        })
    }

    /// A contract's, by name.
    pub fn get(&self, contract: &str) -> &str {
        match contract {
            "dao" => &self.dao,
            "token" => &self.token,
            "registry" => &self.registry,
            "escrow" => &self.escrow,
            _ => &self.rewards,
        }
    }
}

impl State {
    /// Where it is: `SURGE_STATE`, or in the program's folder.
    pub fn path() -> Outcome<PathBuf> {
        match std::env::var_os("SURGE_STATE") {
            Some(path) => Ok(path.into()),
            None => Ok(home::home()?.join("state.json")),
        }
    }

    /// As it is on the disk; empty when there is none.
    pub fn load() -> Outcome<Self> {
        let path = Self::path()?;
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                Failure::new(format!("{} is damaged: {error}", path.display())).next(
                    "mend it, or move it away: `surge deploy apply` finds what is on the chain",
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::new(format!(
                "cannot read {}: {error}",
                path.display()
            ))),
        }
    }

    /// One chain's deployment; empty when there is none.
    pub fn on(&self, chain_id: &str) -> OnChain {
        self.0.get(chain_id).cloned().unwrap_or_default()
    }

    /// Where the contracts are, when all of them are there.
    pub fn addresses(&self, chain_id: &str) -> Option<Addresses> {
        let here = self.0.get(chain_id)?;
        let born = |name: &&str| {
            here.meta
                .contracts
                .get(*name)
                .is_some_and(|proof| proof.born.is_some())
        };
        let whole = here.meta.contracts.is_empty() || super::CONTRACTS.iter().all(born);
        whole.then(|| Addresses::of(&here.default)).flatten()
    }

    /// Keeps one chain's deployment.
    pub fn keep(chain_id: &str, here: &OnChain) -> Outcome<()> {
        let mut state = Self::load()?;
        state.0.insert(chain_id.to_owned(), here.clone());
        home::write(&Self::path()?, &serde_json::to_vec_pretty(&state)?)
    }
}
