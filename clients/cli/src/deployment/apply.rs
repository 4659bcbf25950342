//! Puts the suite on a chain, step by step. Interrupted at any moment, the next try goes on
//! where this one stood and does nothing twice: a contract is where its address says, code
//! and transactions under way stand in the state file before the node hears of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cosmrs::Any;
use cosmwasm_std::Checksum;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use surge_chain::{instantiate2, store_code, Included, Key, Limit};

use super::{
    blueprint,
    state::{OnChain, Proof},
    Addresses, Settings, State, CONTRACTS,
};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// Time from the rewards' birth to their epoch 0.
const AHEAD_SECS: u64 = 30;

/// Everything that a deployment does.
#[derive(Serialize)]
pub struct Plan {
    /// Where the contracts will be.
    pub addresses: Addresses,
    /// What is to be done, in order.
    pub steps: Vec<Step>,
}

/// One transaction of a deployment.
#[derive(Serialize)]
pub struct Step {
    /// `store` or `instantiate`.
    pub action: &'static str,
    /// Which contract.
    pub contract: &'static str,
    /// SHA-256 of its code.
    pub checksum: String,
    /// Bytes of its code.
    pub bytes: usize,
    /// Where it will be.
    pub address: String,
    /// Its first message.
    pub message: Option<Value>,
    /// Whether it is done already.
    pub done: bool,
}

/// A contract's code on the disk.
struct Artifact {
    contract: &'static str,
    wasm: Vec<u8>,
    checksum: Checksum,
}

/// What a deployment works with.
struct Deployment<'a> {
    session: &'a Session,
    settings: &'a Settings,
    artifacts: Vec<Artifact>,
    addresses: Addresses,
    here: OnChain,
}

/// What would be done, without doing anything.
pub fn plan(session: &Session, settings: &Settings, artifacts: &Path) -> Outcome<Plan> {
    let deployment = Deployment::open(session, settings, artifacts)?;
    let start_secs = session.chain()?.now_secs()? + AHEAD_SECS;
    let mut steps = vec![];
    for artifact in &deployment.artifacts {
        steps.push(Step {
            action: "store",
            contract: artifact.contract,
            checksum: artifact.checksum.to_hex(),
            bytes: artifact.wasm.len(),
            address: deployment.addresses.get(artifact.contract).to_owned(),
            message: None,
            done: deployment.stored(artifact)?.is_some(),
        });
    }
    for artifact in &deployment.artifacts {
        let address = deployment.addresses.get(artifact.contract);
        steps.push(Step {
            action: "instantiate",
            contract: artifact.contract,
            checksum: artifact.checksum.to_hex(),
            bytes: artifact.wasm.len(),
            address: address.to_owned(),
            message: Some(deployment.message(artifact.contract, start_secs)?),
            done: session.chain()?.contract(address)?.is_some(),
        });
    }
    Ok(Plan {
        addresses: deployment.addresses,
        steps,
    })
}

/// Does what is not done yet. `tell` hears of each step.
pub fn apply(
    session: &Session,
    key: &Key,
    settings: &Settings,
    artifacts: &Path,
    mut tell: impl FnMut(&str, &str, Option<&Included>),
) -> Outcome<Addresses> {
    let mut deployment = Deployment::open(session, settings, artifacts)?;
    deployment.here.meta.deployer = key.address().to_owned();
    for index in 0..CONTRACTS.len() {
        let artifact = &deployment.artifacts[index];
        let (contract, checksum) = (artifact.contract, artifact.checksum);
        if let Some(code_id) = deployment.stored(artifact)? {
            deployment
                .here
                .code_ids
                .insert(contract.to_owned(), code_id);
            tell("store", contract, None);
            continue;
        }
        let message = store_code(key.address(), &artifact.wasm)?;
        let included = deployment.send(key, &format!("store {contract}"), message)?;
        let code_id = included.attribute("store_code", "code_id")?;
        deployment
            .here
            .code_ids
            .insert(contract.to_owned(), code_id);
        let proof = deployment.proof(contract);
        proof.checksum = checksum.to_hex();
        proof.stored = Some((included.hash.clone(), included.height));
        deployment.keep()?;
        tell("store", contract, Some(&included));
    }
    for contract in CONTRACTS {
        let address = deployment.addresses.get(contract).to_owned();
        if session.chain()?.contract(&address)?.is_some() {
            deployment.proof(contract).born.get_or_insert_default();
            deployment.here.default.insert(contract.to_owned(), address);
            deployment.keep()?;
            tell("instantiate", contract, None);
            continue;
        }
        let start_secs = session.chain()?.now_secs()? + AHEAD_SECS;
        let message = instantiate2(
            key.address(),
            deployment.here.code_ids[contract],
            &super::label(contract),
            &deployment.addresses.dao,
            &deployment.salt(),
            &deployment.message(contract, start_secs)?,
        )?;
        let included = deployment.send(key, &format!("instantiate {contract}"), message)?;
        let made: String = included.attribute("instantiate", "_contract_address")?;
        if made != address {
            return Err(Failure::new(format!(
                "the {contract} was born at {made}, not at {address} as predicted"
            )));
        }
        deployment.here.default.insert(contract.to_owned(), address);
        deployment.proof(contract).born = Some((included.hash.clone(), included.height));
        deployment.keep()?;
        tell("instantiate", contract, Some(&included));
    }
    Ok(deployment.addresses)
}

impl<'a> Deployment<'a> {
    fn open(session: &'a Session, settings: &'a Settings, folder: &Path) -> Outcome<Self> {
        let chain = session.chain()?;
        let deployer = session.account()?;
        let mut here = State::load()?.on(&session.network().chain_id);
        if here.meta.salt.is_empty() {
            here.meta.salt = session.named.name.clone();
        }
        let artifacts = CONTRACTS
            .iter()
            .map(|contract| read(folder, contract))
            .collect::<Outcome<Vec<_>>>()?;
        let mut table = std::collections::BTreeMap::new();
        for artifact in &artifacts {
            let salt = here.meta.salt.as_bytes();
            let address = chain.predict(&deployer, &artifact.checksum, salt)?;
            table.insert(artifact.contract.to_owned(), address);
        }
        let addresses =
            Addresses::of(&table).ok_or_else(|| Failure::new("a contract has no address"))?;
        let mut deployment = Self {
            session,
            settings,
            artifacts,
            addresses,
            here,
        };
        deployment.resolve()?;
        Ok(deployment)
    }

    /// Finds out what became of a transaction that was under way when an earlier try ended.
    fn resolve(&mut self) -> Outcome<()> {
        let Some((what, pending)) = self.here.meta.pending.clone() else {
            return Ok(());
        };
        let chain = self.session.chain()?;
        let found = self
            .session
            .waiting("looking for what was under way", || chain.resolve(&pending));
        let found = match found {
            // It is in a block and failed: nothing came of it.
            Err(surge_chain::Error::Failed { .. }) => None,
            found => found?,
        };
        if let (Some(included), Some(contract)) = (found, what.strip_prefix("store ")) {
            let code_id = included.attribute("store_code", "code_id")?;
            self.here.code_ids.insert(contract.to_owned(), code_id);
            let artifact = self
                .artifacts
                .iter()
                .find(|artifact| artifact.contract == contract);
            let checksum = artifact.map(|artifact| artifact.checksum.to_hex());
            let proof = self.proof(contract);
            proof.checksum = checksum.unwrap_or_default();
            proof.stored = Some((included.hash, included.height));
        }
        self.keep()
    }

    /// The code's id, when the chain has the very same bytes.
    fn stored(&self, artifact: &Artifact) -> Outcome<Option<u64>> {
        let Some(code_id) = self.here.code_ids.get(artifact.contract) else {
            return Ok(None);
        };
        let code = self.session.chain()?.code(*code_id)?;
        Ok(code
            .filter(|code| code.checksum == artifact.checksum)
            .map(|_| *code_id))
    }

    fn send(&mut self, key: &Key, what: &str, message: Any) -> Outcome<Included> {
        let chain_id = self.session.network().chain_id.clone();
        let here = &mut self.here;
        let chain = self.session.chain()?;
        let included = chain.send_noted(key, &[message], Limit::Simulated, |pending| {
            here.meta.pending = Some((what.to_owned(), pending.clone()));
            State::keep(&chain_id, here)
        })?;
        self.here.meta.pending = None;
        Ok(included)
    }

    fn message(&self, contract: &str, start_secs: u64) -> Outcome<Value> {
        let fee_denom = &self.session.network().fee.denom;
        blueprint::message(
            contract,
            self.settings,
            &self.addresses,
            fee_denom,
            start_secs,
        )
    }

    fn proof(&mut self, contract: &str) -> &mut Proof {
        let contracts = &mut self.here.meta.contracts;
        contracts.entry(contract.to_owned()).or_default()
    }

    fn salt(&self) -> Vec<u8> {
        self.here.meta.salt.as_bytes().to_vec()
    }

    fn keep(&mut self) -> Outcome<()> {
        self.here.meta.pending = None;
        State::keep(&self.session.network().chain_id, &self.here)
    }
}

fn read(folder: &Path, contract: &'static str) -> Outcome<Artifact> {
    let path: PathBuf = folder.join(format!("surge_{contract}.wasm"));
    let wasm = fs::read(&path).map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", path.display()))
            .next("build the contracts with: ./scripts/wasm; or name their folder with --artifacts")
    })?;
    let checksum = Checksum::from(<[u8; 32]>::from(Sha256::digest(&wasm)));
    Ok(Artifact {
        contract,
        wasm,
        checksum,
    })
}

/// SHA-256 of a contract's code on the disk.
pub fn checksum(folder: &Path, contract: &'static str) -> Outcome<String> {
    Ok(read(folder, contract)?.checksum.to_hex())
}
