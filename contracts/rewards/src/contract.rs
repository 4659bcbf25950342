//! Entry points: funds and addresses are checked here, then the handlers take over.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use cw_utils::nonpayable;
use surge_interface::rewards::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use surge_interface::upkeep;

use crate::{execute, query, ContractError};

const NAME: &str = concat!("crates.io:", env!("CARGO_PKG_NAME"));
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Sets everything; the sender keeps no right.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    cw2::set_contract_version(deps.storage, NAME, VERSION)?;
    execute::instantiate(deps, env.block.time.seconds(), env.contract.address, msg)
}

/// Handles a message. The messages themselves say who may send them.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let now_secs = env.block.time.seconds();
    let sender_addr = &info.sender;
    match msg {
        ExecuteMsg::Turn {} => execute::turn(deps, now_secs),
        ExecuteMsg::Claim { provider } => execute::claim(deps, now_secs, provider),
        ExecuteMsg::Slash { provider, bps } => {
            execute::slash(deps, now_secs, sender_addr, provider, bps)
        }
        ExecuteMsg::UpdateParams { params } => {
            execute::update_params(deps, now_secs, sender_addr, params)
        }
        ExecuteMsg::UpdateOwnership(action) => Ok(upkeep::update_ownership(
            deps,
            &env.block,
            sender_addr,
            action,
        )?),
    }
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let now_secs = env.block.time.seconds();
    let answer = match msg {
        QueryMsg::Config {} => to_json_binary(&query::config(deps)?),
        QueryMsg::Params {} => to_json_binary(&query::params(deps)?),
        QueryMsg::Emission {} => to_json_binary(&query::emission(deps, now_secs)?),
        QueryMsg::Account { provider } => to_json_binary(&query::account(deps, provider)?),
        QueryMsg::Vesting { provider } => {
            to_json_binary(&query::vesting(deps, now_secs, provider)?)
        }
        QueryMsg::Claimable { provider } => {
            to_json_binary(&query::claimable(deps, now_secs, provider)?)
        }
        QueryMsg::Invariant {} => to_json_binary(&query::invariant(deps)?),
        QueryMsg::Ownership {} => to_json_binary(&cw_ownable::get_ownership(deps.storage)?),
    };
    Ok(answer?)
}

/// Goes forward from an older version of this contract; anything else is an error.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    Ok(upkeep::migrate(deps, NAME, VERSION)?)
}
