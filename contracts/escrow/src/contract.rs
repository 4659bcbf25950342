//! Entry points: funds and addresses are checked here, then the handlers take over.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    from_json, to_json_binary, Addr, Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response,
};
use cw20::Cw20ReceiveMsg;
use cw_utils::{nonpayable, one_coin, PaymentError};
use surge_interface::escrow::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, ReceiveMsg};
use surge_interface::{upkeep, Denom, UncheckedDenom};

use crate::execute::{assignment, dispute, ending, money, settings, submit, Call};
use crate::state::DENOMS;
use crate::{query, ContractError};

const NAME: &str = concat!("crates.io:", env!("CARGO_PKG_NAME"));
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Sets everything; the sender keeps no right.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    cw2::set_contract_version(deps.storage, NAME, VERSION)?;
    settings::instantiate(deps, msg)
}

/// Handles a message. The messages themselves say who may send them.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    if !matches!(
        msg,
        ExecuteMsg::SubmitJob { .. } | ExecuteMsg::Dispute { .. }
    ) {
        nonpayable(&info)?;
    }
    let call = Call::new(deps, &env, info.sender.clone());
    match msg {
        ExecuteMsg::SubmitJob { spec } => {
            let coin = one_coin(&info).map_err(|error| match error {
                PaymentError::NoFunds {} => ContractError::NoDeposit,
                other => other.into(),
            })?;
            submit::submit(call, &Denom::Native(coin.denom), coin.amount, spec)
        }
        ExecuteMsg::Dispute { job, reason_uri } => {
            let coin = one_coin(&info)?;
            let denom = Denom::Native(coin.denom);
            dispute::open(call, &denom, coin.amount, job, reason_uri)
        }
        ExecuteMsg::Receive(msg) => receive(call, msg),
        ExecuteMsg::Match { job } => assignment::retry(call, job),
        ExecuteMsg::Decline { job } => assignment::decline(call, job),
        ExecuteMsg::SubmitResult { job, result } => assignment::submit_result(call, job, result),
        ExecuteMsg::Accept { job, pay } => ending::accept(call, job, pay),
        ExecuteMsg::Settle { job, pay } => ending::settle(call, job, pay),
        ExecuteMsg::Cancel { job } => ending::cancel(call, job),
        ExecuteMsg::Expire { job } => ending::expire(call, job),
        ExecuteMsg::Rule { job, provider_bps } => dispute::rule(call, job, provider_bps),
        ExecuteMsg::Withdraw { beneficiary, denom } => money::withdraw(call, beneficiary, &denom),
        ExecuteMsg::Flush { denom, purse } => money::flush(call, &denom, purse),
        ExecuteMsg::Sync { denom } => money::sync(call, &env.contract.address, &denom),
        ExecuteMsg::UpdateParams { params } => settings::update_params(call, params),
        ExecuteMsg::AddDenom { denom } => settings::add_denom(call, &denom),
        ExecuteMsg::SetRoles { arbiter, treasury } => {
            settings::set_roles(call, arbiter.as_deref(), treasury.as_deref())
        }
        ExecuteMsg::SetIntake { open } => settings::set_intake(call, open),
        ExecuteMsg::UpdateOwnership(action) => Ok(upkeep::update_ownership(
            call.deps,
            &env.block,
            &call.sender_addr,
            action,
        )?),
    }
}

/// A listed token moved here. Only the token itself can say so, and it alone is believed
/// about who sent how much.
fn receive(mut call: Call, msg: Cw20ReceiveMsg) -> Result<Response, ContractError> {
    let token = call.sender_addr.clone();
    let denom = DENOMS
        .load(call.deps.storage)?
        .into_iter()
        .find(|denom| matches!(denom, Denom::Cw20(listed) if *listed == token))
        .ok_or_else(|| ContractError::UnknownDenom {
            denom: UncheckedDenom::Cw20(token.into_string()),
        })?;
    call.sender_addr = call.deps.api.addr_validate(&msg.sender)?;
    match from_json(&msg.msg)? {
        ReceiveMsg::SubmitJob { spec } => submit::submit(call, &denom, msg.amount, *spec),
        ReceiveMsg::Dispute { job, reason_uri } => {
            dispute::open(call, &denom, msg.amount, job, reason_uri)
        }
    }
}

/// Takes the registry's answer to an assignment.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut, env: Env, msg: Reply) -> Result<Response, ContractError> {
    let call = Call::new(deps, &env, Addr::unchecked(""));
    assignment::answered(call, msg)
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let answer = match msg {
        QueryMsg::Config {} => to_json_binary(&query::config(deps)?),
        QueryMsg::Params { version } => to_json_binary(&query::params(deps, version)?),
        QueryMsg::Denoms {} => to_json_binary(&query::denoms(deps)?),
        QueryMsg::Job { job } => to_json_binary(&query::job(deps, job)?),
        QueryMsg::Jobs { start_after, limit } => {
            to_json_binary(&query::jobs(deps, start_after, limit)?)
        }
        QueryMsg::Credit { beneficiary, denom } => {
            to_json_binary(&query::credit(deps, beneficiary, &denom)?)
        }
        QueryMsg::Contribution { provider } => {
            to_json_binary(&query::contribution(deps, provider)?)
        }
        QueryMsg::Invariant {} => to_json_binary(&query::invariant(deps, &env.contract.address)?),
        QueryMsg::Ownership {} => to_json_binary(&cw_ownable::get_ownership(deps.storage)?),
    };
    Ok(answer?)
}

/// Goes forward from an older version of this contract; anything else is an error.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    Ok(upkeep::migrate(deps, NAME, VERSION)?)
}
