//! New code for contracts that live: anybody may store it, the members decide whether it runs.

use std::path::Path;

use cosmwasm_std::Binary;
use surge_chain::{store_code, Included, Key};
use surge_interface::dao::Action;

use super::{apply::Deployment, plan::is_code, State};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// Stores the code of every contract that runs other code than the artifacts'. Answers what
/// the members have to decide, the DAO last. `tell` hears of each contract, and of its
/// transaction when its code was stored now.
pub fn upgrade(
    session: &Session,
    key: &Key,
    artifacts: &Path,
    mut tell: impl FnMut(&str, Option<&Included>),
) -> Outcome<Vec<Action>> {
    let _alone = State::alone()?;
    let at = session.contracts()?;
    let here = State::load()?.on(&session.network().chain_id);
    let meta = here.meta.get(&session.deployment);
    let settings = meta.and_then(|meta| meta.settings.clone());
    let settings = settings.ok_or_else(|| {
        Failure::new("the state file does not say how the suite was deployed")
            .next("name the deployer's state file with SURGE_STATE")
    })?;
    let mut deployment = Deployment::open(session, &settings, artifacts)?;
    deployment.resolve()?;
    let chain = session.chain()?;
    let mut actions = vec![];
    // The DAO last: its new code would carry out the rest.
    for index in (0..deployment.artifacts.len()).rev() {
        let artifact = &deployment.artifacts[index];
        let (name, checksum) = (artifact.contract, artifact.checksum);
        let contract = at.get(name);
        let running = chain.contract(contract)?.map(|found| found.code_id);
        let running = running.map(|id| chain.code(id)).transpose()?.flatten();
        if is_code(running, &checksum) {
            continue;
        }
        let code_id = match deployment.stored(artifact)? {
            Some(code_id) => {
                tell(name, None);
                code_id
            }
            None => {
                let message = store_code(key.address(), &artifact.wasm)?;
                let messages = std::slice::from_ref(&message);
                let gas_limit = chain.simulate(key.account(), messages)?.gas_limit;
                let step = format!("upgrade {name}");
                let included = deployment.send(key, &step, message, gas_limit)?;
                deployment.note(&step, &included)?;
                tell(name, Some(&included));
                included.attribute("store_code", "code_id")?
            }
        };
        actions.push(Action::Migrate {
            contract: contract.to_owned(),
            code_id,
            msg: Binary::from(b"{}"),
        });
    }
    Ok(actions)
}
