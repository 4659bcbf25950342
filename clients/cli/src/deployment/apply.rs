//! Puts the suite on a chain, step by step. Interrupted at any moment, the next try goes on
//! where this one stood and does nothing twice: a contract is where its address says, codes
//! stand in the state file, and a signed transaction stands there before the node hears of
//! it. The next try hands over that very transaction once more, and a chain takes it once.

use std::path::Path;

use cosmrs::Any;
use cosmwasm_std::Binary;
use serde_json::{json, Value};
use surge_chain::{instantiate2, store_code, Error, Handed, Included, Key, Limit};

use super::{
    artifact::{self, Artifact},
    blueprint, compare, label,
    plan::{is_code, Action, Cost, Known, Plan, Step},
    state::{self, Meta, OnChain, Place, Proof, UnderWay},
    Addresses, Settings, State, AHEAD_SECS,
};
use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
    output::thousands,
    sent,
    session::Session,
};

/// How many times its estimate a step may cost without being shown and agreed to anew.
const MOST_TIMES: u64 = 2;

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
        let sent = &under_way.sent;
        let found = self.session.waiting("finishing what was under way", || {
            match chain.hand_over(sent, &under_way.tx) {
                Ok(Handed::Outrun { .. }) => Ok(None),
                // Refused is what is too late, or can never be; which of the two is seen next.
                Ok(Handed::Taken) | Err(Error::Refused { .. } | Error::Rpc { .. }) => {
                    chain.resolve(sent)
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
        // What a contract at its predicted address was born of, or ran later.
        let history = chain.history(self.addresses.get(artifact.contract))?;
        let ran = history.iter().map(|change| change.code_id);
        for code_id in noted.into_iter().chain(ran) {
            if is_code(chain.code(code_id)?, &artifact.checksum) {
                return Ok(Some(code_id));
            }
        }
        Ok(None)
    }

    fn carry_out(&mut self, key: &Key, step: &Step) -> Outcome<Included> {
        let chain = self.session.chain()?;
        let message = match step.action {
            Action::Store => store_code(key.address(), self.wasm(step.contract))?,
            Action::Instantiate => {
                let start_secs = chain.now_secs()? + AHEAD_SECS;
                if step.contract == "rewards" {
                    self.change(|meta| meta.start_secs = Some(start_secs));
                }
                self.birth(key, step, start_secs)?
            }
        };
        let gas_limit = match step.cost {
            Some(cost) if cost.known == Known::Simulated => cost.gas_limit,
            estimated => {
                let messages = std::slice::from_ref(&message);
                let limit = chain.simulate(key.account(), messages)?.gas_limit;
                ensure_as_agreed(step, estimated, limit)?;
                limit
            }
        };
        let included = self.send(key, &step.name(), message, gas_limit)?;
        self.note(&step.name(), &included)?;
        Ok(included)
    }

    /// The code of a contract.
    pub(super) fn wasm(&self, contract: &str) -> &[u8] {
        let mut all = self.artifacts.iter();
        let found = all.find(|artifact| artifact.contract == contract);
        found.map_or(&[], |artifact| &artifact.wasm)
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
        let what = format!("Deployment {}: {step}.", self.name);
        let sent = session.waiting("waiting for a block", || {
            chain.send_noted(key, &[message], Limit::Gas(gas_limit), |signed| {
                let under_way = UnderWay {
                    step: step.to_owned(),
                    sent: signed.pending.clone(),
                    tx: Binary::new(signed.bytes.clone()),
                };
                self.change(|meta| meta.pending = Some(under_way));
                self.keep()
                    .and_then(|()| sent::note(&session.network().chain_id, &signed.pending, &what))
                    .map_err(|failure| failure.what().to_owned())
            })
        });
        if let Err(Error::Refused { .. } | Error::Failed { .. }) = sent {
            // It is over: the next try signs another one.
            self.change(|meta| meta.pending = None);
            self.keep()?;
        }
        Ok(sent?)
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
            self.upgraded(contract, proof);
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

    /// Takes note of code that is there for an upgrade.
    pub(super) fn upgraded(&mut self, contract: &str, proof: Proof) {
        self.change(|meta| {
            let known = meta.upgrades.entry(contract.to_owned()).or_default();
            if known.iter().all(|known| known.checksum != proof.checksum) {
                known.push(proof);
            }
        });
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

    pub(super) fn keep(&self) -> Outcome<()> {
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
                let lines: Vec<String> = differ
                    .iter()
                    .map(|one| format!("{}: {}, now {}", one.field, one.wanted, one.found))
                    .collect();
                other(format!("with other settings:\n  {}", lines.join("\n  ")))
            }
        }
    }
}

/// Fails when what was only estimated turns out to cost much more than was agreed to.
fn ensure_as_agreed(step: &Step, estimated: Option<Cost>, limit: u64) -> Outcome<()> {
    let agreed = estimated.map_or(0, |cost| cost.gas_limit);
    let most = agreed.saturating_mul(MOST_TIMES);
    if limit <= most {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} takes a gas limit of {}, the plan said {}: more than {MOST_TIMES} times that is not spent unseen",
        step.name(),
        thousands(limit),
        thousands(agreed)
    ))
    .next("say surge deploy apply again: it goes on here, and its plan says what this node asks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_that_costs_more_than_twice_its_estimate_is_not_paid_for_unseen() {
        let cost = Cost {
            gas: 100_000,
            gas_limit: 140_000,
            fee: 3_500u128.into(),
            known: Known::Estimated,
        };
        let step = Step {
            action: Action::Instantiate,
            contract: "registry",
            checksum: String::new(),
            bytes: 0,
            code_id: None,
            address: String::new(),
            message: None,
            done: false,
            cost: Some(cost),
        };
        assert!(ensure_as_agreed(&step, step.cost, 280_000).is_ok());
        let failure = ensure_as_agreed(&step, step.cost, 280_001).expect_err("too much");
        assert!(
            failure.what().contains("280,001") && failure.what().contains("140,000"),
            "{}",
            failure.what()
        );
    }
}
