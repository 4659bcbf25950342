//! What the owner decides.

use cosmwasm_std::{to_json_string, Api, DepsMut, Response, Storage};
use serde::Serialize;
use surge_interface::bounds::{lasts, within};
use surge_interface::escrow::{
    InstantiateMsg, Params, MAX_DECLINES, MAX_DENOMS, MAX_MINT_BPS, MAX_TAKE_BPS,
};
use surge_interface::events::escrow::ParamsUpdated;
use surge_interface::events::{done, Journal};
use surge_interface::raw::{ABI, ABI_VERSION};
use surge_interface::time::TimeBounds;
use surge_interface::{UncheckedDenom, BPS};

use super::Call;
use crate::state::{Config, CONFIG, DENOMS, JOB_COUNT, PARAMS};
use crate::ContractError;

pub fn instantiate(deps: DepsMut, msg: InstantiateMsg) -> Result<Response, ContractError> {
    cw_ownable::initialize_owner(deps.storage, deps.api, Some(&msg.owner))?;
    check_params(&msg.params, &msg.profile.bounds())?;
    let config = Config {
        registry: deps.api.addr_validate(&msg.registry)?,
        arbiter: deps.api.addr_validate(&msg.arbiter)?,
        treasury: deps.api.addr_validate(&msg.treasury)?,
        reward_token: msg
            .reward_token
            .map(|token| deps.api.addr_validate(&token))
            .transpose()?,
        profile: msg.profile,
        intake_open: true,
        params_version: 1,
    };
    CONFIG.save(deps.storage, &config)?;
    PARAMS.save(deps.storage, config.params_version, &msg.params)?;
    JOB_COUNT.save(deps.storage, &0)?;
    ABI.save(deps.storage, &ABI_VERSION)?;
    DENOMS.save(deps.storage, &vec![])?;
    for denom in &msg.denoms {
        list_denom(deps.storage, deps.api, denom)?;
    }
    Ok(done("instantiate"))
}

pub fn update_params(call: Call, params: Params) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(call.deps.storage, &call.sender_addr)?;
    let mut config = CONFIG.load(call.deps.storage)?;
    check_params(&params, &config.profile.bounds())?;
    config.params_version = config.params_version.saturating_add(1);
    PARAMS.save(call.deps.storage, config.params_version, &params)?;
    saved(call.deps.storage, &config, "params", &params)
}

pub fn add_denom(call: Call, denom: &UncheckedDenom) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(call.deps.storage, &call.sender_addr)?;
    list_denom(call.deps.storage, call.deps.api, denom)?;
    let config = CONFIG.load(call.deps.storage)?;
    saved(call.deps.storage, &config, "denom", denom)
}

pub fn set_roles(
    call: Call,
    arbiter: Option<&str>,
    treasury: Option<&str>,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(call.deps.storage, &call.sender_addr)?;
    let mut config = CONFIG.load(call.deps.storage)?;
    if let Some(arbiter) = arbiter {
        config.arbiter = call.deps.api.addr_validate(arbiter)?;
    }
    if let Some(treasury) = treasury {
        config.treasury = call.deps.api.addr_validate(treasury)?;
    }
    let roles = (&config.arbiter, &config.treasury);
    saved(call.deps.storage, &config, "roles", &roles)
}

pub fn set_intake(call: Call, open: bool) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(call.deps.storage, &call.sender_addr)?;
    let mut config = CONFIG.load(call.deps.storage)?;
    config.intake_open = open;
    saved(call.deps.storage, &config, "intake", &open)
}

fn saved(
    storage: &mut dyn Storage,
    config: &Config,
    what: &'static str,
    value: &impl Serialize,
) -> Result<Response, ContractError> {
    CONFIG.save(storage, config)?;
    let mut journal = Journal::default();
    journal.note(ParamsUpdated {
        what,
        value: to_json_string(value)?,
        version: config.params_version,
    });
    Ok(journal.close(storage, done("update").add_attribute("what", what))?)
}

fn list_denom(
    storage: &mut dyn Storage,
    api: &dyn Api,
    denom: &UncheckedDenom,
) -> Result<(), ContractError> {
    let mut denoms = DENOMS.load(storage)?;
    let checked = denom.check(api)?;
    if denoms.contains(&checked) {
        return Err(ContractError::DenomListed {
            denom: denom.clone(),
        });
    }
    if denoms.len() >= MAX_DENOMS {
        return Err(ContractError::TooLong {
            what: "the list of denominations",
            len: denoms.len().saturating_add(1),
            max: MAX_DENOMS,
        });
    }
    denoms.push(checked);
    Ok(DENOMS.save(storage, &denoms)?)
}

fn check_params(params: &Params, bounds: &TimeBounds) -> Result<(), ContractError> {
    let whole = u64::from(BPS);
    within("take_bps", params.take_bps.into(), 0, MAX_TAKE_BPS.into())?;
    let sum = [params.burn_bps, params.treasury_bps, params.insurance_bps]
        .into_iter()
        .map(u64::from)
        .fold(0, u64::saturating_add);
    if sum != whole {
        return Err(ContractError::BadSplit { sum });
    }
    lasts("accept_secs", params.accept_secs, &bounds.accept)?;
    lasts("review_secs", params.review_secs, &bounds.review)?;
    lasts("waiting_secs", params.waiting_secs, &bounds.waiting)?;
    lasts("dispute_secs", params.dispute_secs, &bounds.dispute)?;
    within(
        "collateral_bps",
        params.collateral_bps.into(),
        whole,
        whole.saturating_mul(200),
    )?;
    within("cancel_bps", params.cancel_bps.into(), 0, whole / 2)?;
    within("decline_bps", params.decline_bps.into(), 0, 500)?;
    within("dispute_bond_bps", params.dispute_bond_bps.into(), 1, whole)?;
    within(
        "max_declines",
        params.max_declines.into(),
        1,
        MAX_DECLINES.into(),
    )?;
    within("accepted_bps", params.accepted_bps.into(), 0, whole)?;
    let minted = u64::from(params.work_mint_bps).saturating_add(params.gate_bps.into());
    Ok(within(
        "work_mint_bps and gate_bps",
        minted,
        0,
        MAX_MINT_BPS.into(),
    )?)
}
