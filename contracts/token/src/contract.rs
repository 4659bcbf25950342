//! Entry points. All of them are the library's.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult};
use cw20_base::contract as cw20;
use cw20_base::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use cw20_base::ContractError;

/// As cw20-base: whoever sends this names first balances, minter and cap, and keeps no
/// right.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw20::instantiate(deps, env, info, msg)
}

/// As cw20-base: holders transfer, send, burn and allow others their own tokens; the minter
/// alone mints, up to the cap, and names another minter. Emits cw20-base's plain events,
/// without numbers. Fails on more than there is, is allowed or fits under the cap.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    cw20::execute(deps, env, info, msg)
}

/// As cw20-base.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    cw20::query(deps, env, msg)
}

/// As cw20-base: from an older version of it, or the same. It keeps cw20-base's name, so
/// no other contract's code fits.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    cw20::migrate(deps, env, msg)
}
