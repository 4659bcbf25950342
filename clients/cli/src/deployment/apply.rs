//! Puts the suite on a chain, step by step. Interrupted at any moment, the next try goes on
//! where this one stood and does nothing twice: a contract is where its address says, codes
//! stand in the state file, and a signed transaction stands there before the node hears of
//! it. The next try hands over that very transaction once more, and a chain takes it once.

use std::{path::Path, time::Duration};

use cosmrs::Any;
use cosmwasm_std::Binary;
use serde_json::{json, Value};
use surge_chain::{instantiate2, store_code, Error, Included, Key};

use super::{
    artifact::{self, Artifact},
    blueprint, compare, label,
    plan::{is_code, Action, Plan, Step},
    state::{self, Meta, OnChain, Place, Proof, UnderWay},
    Addresses, Settings, State, AHEAD_SECS,
};
use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
    session::Session,
};

/// Times that a transaction is signed, when others of its account are faster.
const TRIES: u32 = 5;
/// Wait before it is signed anew.
const PAUSE: Duration = Duration::from_millis(500);

/// What a deployment works with.
pub struct Deployment<'a> {
    pub(super) session: &'a Session,
    pub(super) settings: &'a Settings,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) addresses: Addresses,
    /// What it is called.
    pub(super) name: String,
    pub(super) here: OnChain,
}

/// What would be done, without doing anything.
pub fn plan(session: &Session, settings: &Settings, artifacts: &Path) -> Outcome<Plan> {
    let deployment = Deployment::open(session, settings, artifacts)?;
    deployment.ensure_same()?;
    deployment.plan()
}

/// Does what is not done yet. `confirm` hears of all that is to be done before a coin is
/// spent, `tell` of each step, and of its transaction when it was done now.
pub fn apply(
    session: &Session,
    key: &Key,
    settings: &Settings,
    artifacts: &Path,
    confirm: impl FnOnce(&Plan) -> Outcome<()>,
    mut tell: impl FnMut(&Step, Option<&Included>),
) -> Outcome<Addresses> {
    let _alone = State::alone()?;
    let mut deployment = Deployment::open(session, settings, artifacts)?;
    deployment.ensure_same()?;
    let finished = deployment.resolve()?;
    let plan = session.waiting("simulating", || deployment.plan())?;
    plan.ensure_affordable(&Coinage::fees(&session.network().fee))?;
    if plan.steps.iter().any(|step| !step.done) {
        confirm(&plan)?;
    }
    deployment.begin(key)?;
    for step in &plan.steps {
        let included = match step.done {
            false => Some(deployment.carry_out(key, step)?),
            true => {
                deployment.adopt(step)?;
                let now = finished.as_ref().filter(|(name, _)| *name == step.name());
                now.map(|(_, included)| included.clone())
            }
        };
        tell(step, included.as_ref());
    }
    Ok(deployment.addresses)
}

impl<'a> Deployment<'a> {
    pub(super) fn open(
        session: &'a Session,
        settings: &'a Settings,
        folder: &Path,
    ) -> Outcome<Self> {
        let chain = session.chain()?;
        let deployer = session.account()?;
        let name = session.deployment.clone();
        state::check_name(&name)?;
        let here = State::load()?.on(&session.network().chain_id);
        let artifacts = artifact::read(folder)?;
        let mut table = std::collections::BTreeMap::new();
        for artifact in &artifacts {
            let address = chain.predict(&deployer, &artifact.checksum, name.as_bytes())?;
            table.insert(artifact.contract.to_owned(), address);
        }
        let addresses =
            Addresses::of(&table).ok_or_else(|| Failure::new("a contract has no address"))?;
        Ok(Self {
            session,
            settings,
            artifacts,
            addresses,
            name,
            here,
        })
    }

    /// Notes with what the deployment is begun, before anything is sent.
    fn begin(&mut self, key: &Key) -> Outcome<()> {
        let contracts = self.artifacts.iter().map(|artifact| {
            let mut proof = self.meta(|meta| meta.contracts.get(artifact.contract).cloned());
            let proof = proof.get_or_insert_default();
            proof.checksum = artifact.checksum.to_hex();
            (artifact.contract.to_owned(), proof.clone())
        });
        let contracts = contracts.collect();
        let (settings, fee_denom) = (self.settings.clone(), &self.session.network().fee.denom);
        let (salt, fee_denom) = (self.name.clone(), fee_denom.clone());
        let meta = self.here.meta.entry(self.name.clone()).or_default();
        *meta = Meta {
            deployer: key.address().to_owned(),
            salt,
            fee_denom,
            settings: Some(settings),
            contracts,
            start_secs: meta.start_secs,
            pending: None,
            upgrades: std::mem::take(&mut meta.upgrades),
        };
        self.keep()
    }

    /// Hands over what was under way when an earlier try ended, and finds out what became of
    /// it.
    pub(super) fn resolve(&mut self) -> Outcome<Option<(String, Included)>> {
        let Some(under_way) = self.meta(|meta| meta.pending.clone()) else {
            return Ok(None);
        };
        let chain = self.session.chain()?;
        let found = self.session.waiting("finishing what was under way", || {
            match chain.broadcast(&under_way.tx) {
                // Refused is what is in a block already, or can never be; which of the two
                // is seen next.
                Ok(()) | Err(Error::Refused { .. } | Error::Rpc { .. }) => {
                    chain.resolve(&under_way.sent)
                }
                Err(error) => Err(error),
            }
        });
        let found = match found {
            // It is in a block and failed: nothing came of it.
            Err(Error::Failed { .. }) => None,
            found => found?,
        };
        match found {
            Some(included) => {
                self.note(&under_way.step, &included)?;
                Ok(Some((under_way.step, included)))
            }
            None => {
                self.change(|meta| meta.pending = None);
                self.keep()?;
                Ok(None)
            }
        }
    }

    /// The code's id, when the chain has the very same bytes.
    pub(super) fn stored(&self, artifact: &Artifact) -> Outcome<Option<u64>> {
        let chain = self.session.chain()?;
        let noted = self.here.code_ids.get(artifact.contract).copied();
        // A contract at its predicted address was born of this code.
        let address = self.addresses.get(artifact.contract);
        let code_id = match noted {
            Some(noted) => Some(noted),
            None => chain.history(address)?.first().map(|birth| birth.code_id),
        };
        match code_id {
            Some(id) if is_code(chain.code(id)?, &artifact.checksum) => Ok(Some(id)),
            _ => Ok(None),
        }
    }

    fn carry_out(&mut self, key: &Key, step: &Step) -> Outcome<Included> {
        let chain = self.session.chain()?;
        let (message, gas_limit) = match step.action {
            Action::Store => {
                let artifact = self.artifacts.iter();
                let artifact = artifact.filter(|artifact| artifact.contract == step.contract);
                let wasm = artifact.map(|artifact| &artifact.wasm[..]).next();
                let message = store_code(key.address(), wasm.unwrap_or_default())?;
                (message, step.cost.map(|cost| cost.gas_limit))
            }
            Action::Instantiate => {
                let start_secs = chain.now_secs()? + AHEAD_SECS;
                if step.contract == "rewards" {
                    self.change(|meta| meta.start_secs = Some(start_secs));
                }
                (self.birth(key, step, start_secs)?, None)
            }
        };
        let gas_limit = match gas_limit {
            Some(limit) => limit,
            None => {
                chain
                    .simulate(key.account(), std::slice::from_ref(&message))?
                    .gas_limit
            }
        };
        let included = self.send(key, &step.name(), message, gas_limit)?;
        self.note(&step.name(), &included)?;
        Ok(included)
    }

    fn birth(&self, key: &Key, step: &Step, start_secs: u64) -> Outcome<Any> {
        let code_id = self.here.code_ids.get(step.contract).copied();
        let code_id = code_id
            .ok_or_else(|| Failure::new(format!("the {} has no code yet", step.contract)))?;
        Ok(instantiate2(
            key.address(),
            code_id,
            &label(step.contract),
            &self.addresses.dao,
            &self.salt(),
            &self.message(step.contract, start_secs)?,
        )?)
    }

    /// Signs, notes, sends and waits.
    pub(super) fn send(
        &mut self,
        key: &Key,
        step: &str,
        message: Any,
        gas_limit: u64,
    ) -> Outcome<Included> {
        let session = self.session;
        let chain = session.chain()?;
        for tries in 1.. {
            let envelope = chain.envelope(key.address(), gas_limit)?;
            let signed = chain.sign(key, std::slice::from_ref(&message), &envelope)?;
            self.change(|meta| {
                meta.pending = Some(UnderWay {
                    step: step.to_owned(),
                    sent: signed.pending.clone(),
                    tx: Binary::new(signed.bytes.clone()),
                });
            });
            self.keep()?;
            let sent = session.waiting("waiting for a block", || {
                chain.broadcast(&signed.bytes)?;
                chain.wait(&signed)
            });
            match sent {
                Ok(included) => return Ok(included),
                Err(error) if error.is_wrong_sequence() && tries < TRIES => {
                    // This very one may have landed, when it was handed over twice because a
                    // node fell silent.
                    if let Some(included) = chain.find(&signed.pending.hash)? {
                        return Ok(included);
                    }
                    // Another transaction of the account was faster: once more.
                    std::thread::sleep(PAUSE);
                }
                Err(error) => {
                    if let Error::Refused { .. } | Error::Failed { .. } = error {
                        // It is over: the next try signs another one.
                        self.change(|meta| meta.pending = None);
                        self.keep()?;
                    }
                    return Err(error.into());
                }
            }
        }
        unreachable!("the last try returns")
    }

    /// Keeps what came of a step.
    pub(super) fn note(&mut self, step: &str, included: &Included) -> Outcome<()> {
        let place = Place::from(included);
        if let Some(contract) = step.strip_prefix("store ") {
            let code_id = included.attribute("store_code", "code_id")?;
            self.here.code_ids.insert(contract.to_owned(), code_id);
            self.proof(contract).stored = Some(place);
        } else if let Some(contract) = step.strip_prefix("upgrade ") {
            let code_id = included.attribute("store_code", "code_id")?;
            self.here.code_ids.insert(contract.to_owned(), code_id);
            let code = self.session.chain()?.code(code_id)?;
            let proof = Proof {
                checksum: code.map_or_else(String::new, |code| code.checksum.to_hex()),
                stored: Some(place),
                born: None,
            };
            self.change(|meta| {
                meta.upgrades.insert(contract.to_owned(), proof);
            });
        } else if let Some(contract) = step.strip_prefix("instantiate ") {
            let made: String = included.attribute("instantiate", "_contract_address")?;
            let predicted = self.addresses.get(contract);
            if made != predicted {
                return Err(Failure::new(format!(
                    "the {contract} was born at {made}, not at {predicted} as predicted"
                )));
            }
            self.proof(contract).born = Some(place);
            self.at(contract, made);
        }
        self.change(|meta| meta.pending = None);
        self.keep()
    }

    /// Keeps what was there already: a code, or a contract that was born of these settings.
    fn adopt(&mut self, step: &Step) -> Outcome<()> {
        if let (Action::Store, Some(code_id)) = (step.action, step.code_id) {
            let contract = step.contract.to_owned();
            self.here.code_ids.insert(contract, code_id);
            return self.keep();
        }
        let known = self.here.deployments.get(&self.name);
        if known.is_some_and(|known| known.contains_key(step.contract)) {
            return Ok(());
        }
        let history = self.session.chain()?.history(&step.address)?;
        let birth = history.first().map(|birth| birth.msg.as_slice());
        let born: Value = serde_json::from_slice(birth.unwrap_or(b"null"))?;
        let start_secs = born["start_secs"].as_u64();
        let wanted = self.message(step.contract, start_secs.unwrap_or_default())?;
        let differ = compare::differences("", &wanted, &born);
        if let Some(first) = differ.first() {
            return Err(Failure::new(format!(
                "the {} at {} was born with other settings: {} of them differ, {first}",
                step.contract,
                step.address,
                differ.len()
            ))
            .next(
                "bring its settings with --settings, or name another deployment with --deployment",
            ));
        }
        if start_secs.is_some() {
            self.change(|meta| meta.start_secs = start_secs);
        }
        self.at(step.contract, step.address.clone());
        self.keep()
    }

    pub(super) fn message(&self, contract: &str, start_secs: u64) -> Outcome<Value> {
        let fee_denom = &self.session.network().fee.denom;
        blueprint::message(
            contract,
            self.settings,
            &self.addresses,
            fee_denom,
            start_secs,
        )
    }

    fn at(&mut self, contract: &str, address: String) {
        let deployment = self.here.deployments.entry(self.name.clone());
        deployment.or_default().insert(contract.to_owned(), address);
    }

    fn proof(&mut self, contract: &str) -> &mut Proof {
        let meta = self.here.meta.entry(self.name.clone()).or_default();
        meta.contracts.entry(contract.to_owned()).or_default()
    }

    fn change(&mut self, change: impl FnOnce(&mut Meta)) {
        change(self.here.meta.entry(self.name.clone()).or_default());
    }

    fn meta<T>(&self, read: impl FnOnce(&Meta) -> Option<T>) -> Option<T> {
        self.here.meta.get(&self.name).and_then(read)
    }

    pub(super) fn salt(&self) -> Vec<u8> {
        self.name.as_bytes().to_vec()
    }

    fn keep(&self) -> Outcome<()> {
        State::keep(&self.session.network().chain_id, &self.here)
    }

    /// Fails when a deployment that was begun would be continued as another one.
    fn ensure_same(&self) -> Outcome<()> {
        let Some(begun) = self.here.meta.get(&self.name) else {
            return Ok(());
        };
        let (name, settings) = (&self.name, self.settings);
        let account = self.session.account()?;
        let deployer = account.address();
        let other = |what: String| {
            Err(
            Failure::new(format!("the deployment {name} was begun {what}")).next(
                "go on with what it was begun with, or begin another one with --deployment NAME",
            ),
        )
        };
        if begun.deployer != deployer {
            return other(format!("by {}, not by {deployer}", begun.deployer));
        }
        for artifact in &self.artifacts {
            let proof = begun.contracts.get(artifact.contract);
            let before = proof.map_or("", |proof| &proof.checksum);
            let now = artifact.checksum.to_hex();
            if before != now {
                return other(format!(
                    "with another {}: sha256 {before}, now {now}",
                    artifact.contract
                ));
            }
        }
        let differ = compare::differences("", &json!(begun.settings), &json!(settings));
        match differ.first() {
            None => Ok(()),
            Some(_) => {
                let lines: Vec<String> = differ.iter().map(ToString::to_string).collect();
                other(format!("with other settings:\n  {}", lines.join("\n  ")))
            }
        }
    }
}
