//! New code for contracts that live: anybody may store it, the members decide whether it runs.

use std::path::Path;

use cosmwasm_std::{Binary, Uint128};
use serde::Serialize;
use surge_chain::{store_code, Included, Key};
use surge_interface::dao::Action;

use super::{
    apply::Deployment,
    plan::{ensure_affordable, is_code, Cost},
    state::Proof,
    Settings, State,
};
use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
    session::Session,
};

/// Everything that an upgrade stores, before the members decide.
#[derive(Serialize)]
pub struct Upgrade {
    /// Who signs and pays.
    pub deployer: String,
    /// Contracts that run other code than the artifacts', the DAO last: its new code would
    /// carry out the rest.
    pub contracts: Vec<Change>,
    /// Gas of what is to be stored.
    pub gas: u64,
    /// Its fees, in base units.
    pub fee: Uint128,
    /// What the signer holds, in base units.
    pub balance: Uint128,
}

/// Other code for a contract.
#[derive(Serialize)]
pub struct Change {
    /// Which contract.
    pub contract: &'static str,
    /// Where it is.
    pub address: String,
    /// SHA-256 of its new code.
    pub checksum: String,
    /// Bytes of that.
    pub bytes: usize,
    /// The code's id, when the chain has it.
    pub code_id: Option<u64>,
    /// What storing it takes; nothing when the chain has it.
    pub cost: Option<Cost>,
}

/// Stores the code of every contract that runs other code than the artifacts'. Answers what
/// the members have to decide, the DAO last. `confirm` hears of all of it before a coin is
/// spent, `tell` of each contract, and of its transaction when its code was stored now.
pub fn upgrade(
    session: &Session,
    key: &Key,
    artifacts: &Path,
    confirm: impl FnOnce(&Upgrade) -> Outcome<()>,
    mut tell: impl FnMut(&str, Option<&Included>),
) -> Outcome<Vec<Action>> {
    let _alone = State::alone()?;
    let settings = settings(session)?;
    let mut deployment = Deployment::open(session, &settings, artifacts)?;
    deployment.resolve()?;
    let plan = session.waiting("simulating", || deployment.upgrade())?;
    ensure_affordable(
        "upgrade",
        &plan.deployer,
        plan.fee,
        plan.balance,
        &Coinage::fees(&session.network().fee),
    )?;
    if plan.contracts.iter().any(|change| change.cost.is_some()) {
        confirm(&plan)?;
    }
    let mut actions = vec![];
    for change in plan.contracts {
        let code_id = deployment.provide(key, &change, &mut tell)?;
        actions.push(Action::Migrate {
            contract: change.address,
            code_id,
            msg: Binary::from(b"{}"),
        });
    }
    Ok(actions)
}

impl Upgrade {
    /// What would be stored, without doing anything.
    pub fn plan(session: &Session, artifacts: &Path) -> Outcome<Self> {
        Deployment::open(session, &settings(session)?, artifacts)?.upgrade()
    }
}

impl Deployment<'_> {
    fn upgrade(&self) -> Outcome<Upgrade> {
        let (chain, at) = (self.session.chain()?, self.session.contracts()?);
        let mut contracts = vec![];
        for artifact in self.artifacts.iter().rev() {
            let address = at.get(artifact.contract);
            let running = chain.contract(address)?.map(|found| found.code_id);
            let running = running.map(|id| chain.code(id)).transpose()?.flatten();
            if is_code(running, &artifact.checksum) {
                continue;
            }
            let code_id = self.stored(artifact)?;
            let cost = match code_id {
                Some(_) => None,
                None => Some(self.cost_of_code(artifact)?),
            };
            contracts.push(Change {
                contract: artifact.contract,
                address: address.to_owned(),
                checksum: artifact.checksum.to_hex(),
                bytes: artifact.wasm.len(),
                code_id,
                cost,
            });
        }
        let deployer = self.session.account()?.address().to_owned();
        let costs = || contracts.iter().filter_map(|change| change.cost);
        Ok(Upgrade {
            gas: costs().map(|cost| cost.gas).sum(),
            fee: costs().map(|cost| cost.fee).sum(),
            balance: chain
                .balance(&deployer, &self.session.network().fee.denom)?
                .into(),
            deployer,
            contracts,
        })
    }

    /// The id of a contract's new code, which is stored when it is not there yet.
    fn provide(
        &mut self,
        key: &Key,
        change: &Change,
        tell: &mut impl FnMut(&str, Option<&Included>),
    ) -> Outcome<u64> {
        let name = change.contract;
        if let Some(code_id) = change.code_id {
            let proof = Proof {
                checksum: change.checksum.clone(),
                ..Proof::default()
            };
            self.upgraded(name, proof);
            self.keep()?;
            tell(name, None);
            return Ok(code_id);
        }
        let message = store_code(key.address(), self.wasm(name))?;
        let step = format!("upgrade {name}");
        let gas_limit = change.cost.map_or(0, |cost| cost.gas_limit);
        let included = self.send(key, &step, message, gas_limit)?;
        self.note(&step, &included)?;
        tell(name, Some(&included));
        Ok(included.attribute("store_code", "code_id")?)
    }
}

/// What the suite was deployed with.
fn settings(session: &Session) -> Outcome<Settings> {
    session.contracts()?;
    let here = State::load()?.on(&session.network().chain_id);
    let meta = here.meta.get(&session.deployment);
    meta.and_then(|meta| meta.settings.clone()).ok_or_else(|| {
        Failure::new("the state file does not say how the suite was deployed")
            .next("name the deployer's state file with SURGE_STATE")
    })
}
