//! A job is ordered.

use cosmwasm_std::{Response, SubMsg, Uint128};
use surge_interface::bounds::lasts;
use surge_interface::client::Registry;
use surge_interface::escrow::{Artifact, JobSpec, Params, Pick, MAX_INPUTS, MAX_TEXT};
use surge_interface::events::done;
use surge_interface::registry::Order;
use surge_interface::Denom;

use super::assignment::Reply;
use super::Call;
use crate::ledger::id_of;
use crate::state::{Terms, CONFIG, JOB_COUNT, PARAMS, TERMS};
use crate::ContractError;

/// Fixes the terms and asks the registry for a node. The job itself is written once, when
/// the answer is there.
pub fn submit(
    call: Call,
    denom: &Denom,
    deposit: Uint128,
    spec: JobSpec,
) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let config = CONFIG.load(storage)?;
    if !config.intake_open {
        return Err(ContractError::IntakeClosed);
    }
    if deposit.is_zero() {
        return Err(ContractError::NoDeposit);
    }
    let span = config.profile.bounds().reserved;
    lasts("reserved_secs", spec.reserved_secs, &span)?;
    check_texts(&spec)?;
    let params = PARAMS.load(storage, config.params_version)?;
    let terms = Terms {
        requester: call.sender_addr,
        denom: id_of(storage, denom)?,
        deposit,
        params_version: config.params_version,
        spec,
    };
    let job = JOB_COUNT.load(storage)?.saturating_add(1);
    JOB_COUNT.save(storage, &job)?;
    TERMS.save(storage, job, &terms)?;
    let order = order(&terms, denom, deposit, &params);
    let ask = Registry(config.registry).assign(job, order)?;
    Ok(done("submit_job")
        .add_attribute("job", job.to_string())
        .add_submessage(SubMsg::reply_on_success(ask, Reply::Submitted.id())))
}

/// What the registry needs to know of a job.
pub fn order(terms: &Terms, denom: &Denom, max_price: Uint128, params: &Params) -> Order {
    let spec = &terms.spec;
    Order {
        requester: terms.requester.to_string(),
        class: spec.class,
        denom: denom.clone().into(),
        need: spec.need,
        reserved_secs: spec.reserved_secs,
        max_price,
        data: spec.data.clone(),
        weights: spec.weights,
        regions: spec.regions.clone(),
        jurisdictions: spec.jurisdictions.clone(),
        pinned: match spec.pick {
            Pick::Auto => None,
            Pick::Pinned(node) => Some(node),
        },
        collateral_bps: params.collateral_bps,
    }
}

fn check_texts(spec: &JobSpec) -> Result<(), ContractError> {
    at_most("the number of inputs", spec.inputs.len(), MAX_INPUTS)?;
    let artifacts = std::iter::once(&spec.program).chain(&spec.inputs);
    let mut len = 0usize;
    for Artifact { uri, sha256 } in artifacts {
        check_hash(sha256)?;
        len = len.saturating_add(uri.len());
    }
    for text in spec.args.iter().chain(&spec.jurisdictions) {
        // An empty text still costs its quotes.
        len = len.saturating_add(text.len()).saturating_add(1);
    }
    len = len
        .saturating_add(spec.regions.len())
        .saturating_add(spec.data.replicas.len());
    at_most("the number of bytes of the job's texts", len, MAX_TEXT)
}

/// Refuses what is longer than allowed.
pub fn at_most(what: &'static str, len: usize, max: usize) -> Result<(), ContractError> {
    if len <= max {
        return Ok(());
    }
    Err(ContractError::TooLong { what, len, max })
}

/// Refuses what is not a SHA-256 in lower-case hexadecimal digits.
pub fn check_hash(sha256: &str) -> Result<(), ContractError> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if sha256.len() == 64 && sha256.bytes().all(is_digit) {
        return Ok(());
    }
    Err(ContractError::BadHash {
        given: sha256.chars().take(80).collect(),
    })
}
