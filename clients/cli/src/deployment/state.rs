//! What is deployed where: a file in the shape that cw-orchestrator users know, with what
//! proves it beside.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use cosmwasm_std::Binary;
use serde::{Deserialize, Serialize};
use surge_chain::Included;

use super::{Settings, CONTRACTS};
use crate::{
    failure::{Failure, Outcome},
    home,
};

/// The deployments of every chain, by chain id.
#[derive(Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct State(BTreeMap<String, OnChain>);

/// One chain's.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct OnChain {
    /// Contract to the id of the code that was stored last; deployments share codes.
    #[serde(default)]
    pub code_ids: BTreeMap<String, u64>,
    /// What proves the deployments, by name.
    #[serde(default, rename = "_meta")]
    pub meta: BTreeMap<String, Meta>,
    /// Contract to address, by name of the deployment.
    #[serde(flatten)]
    pub deployments: BTreeMap<String, BTreeMap<String, String>>,
}

/// How a deployment came to be.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Meta {
    /// Who deployed; with code and salt what the addresses follow from.
    pub deployer: String,
    /// The deployment's name, as the salt.
    pub salt: String,
    /// What fees, deposits and jobs are paid in.
    pub fee_denom: String,
    /// What was decided, names of keys resolved.
    pub settings: Option<Settings>,
    /// When the rewards' epoch 0 starts; known once they are being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_secs: Option<u64>,
    /// What was being done when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<UnderWay>,
    /// Contract to what is known of it.
    #[serde(default)]
    pub contracts: BTreeMap<String, Proof>,
    /// Contract to the codes that were stored for its upgrades, in order; the members decide
    /// which of them run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub upgrades: BTreeMap<String, Vec<Proof>>,
}

/// A step whose transaction is signed, and perhaps sent.
#[derive(Clone, Deserialize, Serialize)]
pub struct UnderWay {
    /// The step, such as `store dao`.
    pub step: String,
    /// How to find its transaction.
    #[serde(flatten)]
    pub sent: surge_chain::Pending,
    /// The transaction itself in base64, to be handed over once more.
    pub tx: Binary,
}

/// Where a contract can be looked up.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Proof {
    /// SHA-256 of its code.
    pub checksum: String,
    /// Where its code was stored; absent when it was there already.
    #[serde(default)]
    pub stored: Option<Place>,
    /// Where it was made; absent until then.
    #[serde(default)]
    pub born: Option<Place>,
}

/// A transaction in a block.
#[derive(Clone, Deserialize, Serialize)]
pub struct Place {
    /// Its hash.
    pub tx: String,
    /// The block's height.
    pub height: u64,
}

impl From<&Included> for Place {
    fn from(included: &Included) -> Self {
        Self {
            tx: included.hash.clone(),
            height: included.height,
        }
    }
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

    /// As somebody names them: `dao=ADDRESS,token=ADDRESS` and so on, all five.
    pub fn parse(text: &str) -> Outcome<Self> {
        let wrong = |what: String| {
            Failure::new(what).next(format!(
                "name all of {}, such as --addresses dao=ADDRESS,token=ADDRESS,…",
                CONTRACTS.join(", ")
            ))
        };
        let mut table = BTreeMap::new();
        for pair in text.split(',') {
            let (name, address) = pair
                .trim()
                .split_once('=')
                .ok_or_else(|| wrong(format!("{pair:?} is no contract with its address")))?;
            if !CONTRACTS.contains(&name) {
                return Err(wrong(format!("{name:?} is none of the suite's contracts")));
            }
            table.insert(name.to_owned(), address.to_owned());
        }
        let missing: Vec<&str> = CONTRACTS
            .into_iter()
            .filter(|name| !table.contains_key(*name))
            .collect();
        Self::of(&table).ok_or_else(|| wrong(format!("no address of {}", missing.join(", "))))
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

/// Held as long as a deployment is applied, so that two never are at once.
pub struct Alone(#[allow(dead_code)] fs::File); // the lock ends with the file

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

    /// One chain's deployments; empty when there are none.
    pub fn on(&self, chain_id: &str) -> OnChain {
        self.0.get(chain_id).cloned().unwrap_or_default()
    }

    /// Where the contracts of a deployment are, when all of them are there.
    pub fn addresses(&self, chain_id: &str, deployment: &str) -> Option<Addresses> {
        Addresses::of(self.0.get(chain_id)?.deployments.get(deployment)?)
    }

    /// Keeps one chain's deployments.
    pub fn keep(chain_id: &str, here: &OnChain) -> Outcome<()> {
        let mut state = Self::load()?;
        state.0.insert(chain_id.to_owned(), here.clone());
        home::write(&Self::path()?, &serde_json::to_vec_pretty(&state)?)
    }

    /// Keeps where a deployment is that others made, under this name. Fails when the name is
    /// that of another one.
    pub fn learn(chain_id: &str, name: &str, addresses: &Addresses) -> Outcome<()> {
        check_name(name)?;
        let mut here = Self::load()?.on(chain_id);
        let table: BTreeMap<String, String> = CONTRACTS
            .into_iter()
            .map(|contract| (contract.to_owned(), addresses.get(contract).to_owned()))
            .collect();
        let known = here.deployments.entry(name.to_owned());
        let known = known.or_insert_with(|| table.clone());
        if *known != table {
            return Err(Failure::new(format!(
                "{} has another deployment {name} on {chain_id}",
                Self::path()?.display()
            ))
            .next("keep this one under another name: --deployment NAME"));
        }
        Self::keep(chain_id, &here)
    }

    /// Keeps others from applying a deployment with the same file.
    pub fn alone() -> Outcome<Alone> {
        let path = Self::path()?.with_extension("lock");
        let failed = |error: std::io::Error| {
            Failure::new(format!("cannot lock {}: {error}", path.display()))
        };
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let file = fs::File::create(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Alone(file)),
            Err(fs::TryLockError::WouldBlock) => Err(Failure::new(format!(
                "another deployment is being applied with {}",
                Self::path()?.display()
            ))
            .next("wait for it, or name another state file with SURGE_STATE")),
            Err(fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// Fails unless this can name a deployment.
pub fn check_name(name: &str) -> Outcome<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    // What chains allow as a salt, and what is no other field of the state file.
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{name:?} is no name of a deployment: 1 to 64 letters, digits, - and ."
    ))
    .next("choose another one for --deployment"))
}
