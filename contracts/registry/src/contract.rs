//! Entry points: funds and addresses are checked here, then the handlers take over.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{from_json, to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use cw20::Cw20ReceiveMsg;
use cw_utils::{nonpayable, one_coin};
use surge_interface::registry::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, ReceiveMsg};
use surge_interface::{upkeep, Denom};

use crate::execute::{assign, bond, node, provider, settings};
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
    let now_secs = env.block.time.seconds();
    if !matches!(msg, ExecuteMsg::Bond { .. } | ExecuteMsg::FundKitty {}) {
        nonpayable(&info)?;
    }
    let sender_addr = info.sender.clone();
    match msg {
        ExecuteMsg::Bond { provider } => {
            let coin = one_coin(&info)?;
            bond::add(
                deps,
                now_secs,
                provider,
                &Denom::Native(coin.denom),
                coin.amount,
            )
        }
        ExecuteMsg::FundKitty {} => {
            let coin = one_coin(&info)?;
            bond::fund_kitty(deps, &Denom::Native(coin.denom), coin.amount)
        }
        ExecuteMsg::RegisterProvider {
            operator,
            payout,
            profile_uri,
        } => {
            let operator_addr = deps.api.addr_validate(&operator)?;
            let payout_addr = match payout {
                Some(payout) => deps.api.addr_validate(&payout)?,
                None => sender_addr.clone(),
            };
            provider::register(deps, sender_addr, operator_addr, payout_addr, &profile_uri)
        }
        ExecuteMsg::UpdateProvider {
            operator,
            profile_uri,
        } => {
            let operator_addr = operator
                .map(|operator| deps.api.addr_validate(&operator))
                .transpose()?;
            provider::update(deps, &sender_addr, operator_addr, profile_uri.as_deref())
        }
        ExecuteMsg::SetPayout { payout, provider } => {
            let payout_addr = deps.api.addr_validate(&payout)?;
            provider::set_payout(deps, now_secs, &sender_addr, provider, payout_addr)
        }
        ExecuteMsg::Drain {} => provider::drain(deps, &sender_addr),
        ExecuteMsg::Resume {} => provider::resume(deps, now_secs, &sender_addr),
        ExecuteMsg::Leave {} => provider::leave(deps, now_secs, &sender_addr),
        ExecuteMsg::Unbond { denom, amount } => {
            bond::unbond(deps, now_secs, &sender_addr, denom, amount)
        }
        ExecuteMsg::WithdrawBond { provider, denom } => {
            bond::withdraw(deps, now_secs, provider, denom)
        }
        ExecuteMsg::WithdrawTips { account, denom } => {
            let account_addr = deps.api.addr_validate(&account)?;
            bond::withdraw_tips(deps, account_addr, denom)
        }
        ExecuteMsg::Sync { denom } => bond::sync(deps, &env.contract.address, denom),
        ExecuteMsg::Receive(msg) => receive(deps, now_secs, &sender_addr.into_string(), msg),
        ExecuteMsg::AddNode { spec, bond } => node::add(deps, &sender_addr, spec, bond),
        ExecuteMsg::UpdateNode {
            node,
            capacity,
            prices,
            bond,
            watts,
            clean_ppm,
        } => node::update(
            deps,
            now_secs,
            &sender_addr,
            node,
            node::Changes {
                capacity,
                prices,
                bond,
                watts,
                clean_ppm,
            },
        ),
        ExecuteMsg::RemoveNode { node } => node::remove(deps, &sender_addr, node),
        ExecuteMsg::Heartbeat { node, seq, free } => {
            node::heartbeat(deps, now_secs, &sender_addr, node, seq, free)
        }
        ExecuteMsg::Evict { nodes } => node::evict(deps, now_secs, sender_addr, &nodes),
        ExecuteMsg::Assign { job, order } => {
            assign::assign(deps, now_secs, &sender_addr, job, order)
        }
        ExecuteMsg::Reassign {
            job,
            order,
            declined,
        } => assign::reassign(deps, now_secs, &sender_addr, job, order, &declined),
        ExecuteMsg::Vacate { job } => assign::vacate(deps, now_secs, job),
        ExecuteMsg::Release { job, outcome } => {
            assign::release(deps, now_secs, &sender_addr, job, outcome)
        }
        ExecuteMsg::UpdateParams { params } => settings::update_params(deps, &sender_addr, params),
        ExecuteMsg::SetRegion { id, region } => {
            settings::set_region(deps, &sender_addr, id, region)
        }
        ExecuteMsg::SetClass { id, class } => settings::set_class(deps, &sender_addr, id, class),
        ExecuteMsg::AddDenom { denom } => settings::add_denom(deps, &sender_addr, &denom),
        ExecuteMsg::SetIntake { open } => settings::set_intake(deps, &sender_addr, open),
        ExecuteMsg::UpdateOwnership(action) => Ok(upkeep::update_ownership(
            deps,
            &env.block,
            &sender_addr,
            action,
        )?),
    }
}

/// A listed token moved here. The token alone can say so: a message from anybody else is
/// from an address that is not listed.
fn receive(
    deps: DepsMut,
    now_secs: u64,
    token: &str,
    msg: Cw20ReceiveMsg,
) -> Result<Response, ContractError> {
    let denoms = DENOMS.load(deps.storage)?;
    let denom = denoms
        .into_iter()
        .find(|denom| matches!(denom, Denom::Cw20(listed) if listed.as_str() == token))
        .ok_or_else(|| ContractError::UnknownDenom {
            denom: surge_interface::UncheckedDenom::Cw20(token.to_owned()),
        })?;
    match from_json(&msg.msg)? {
        ReceiveMsg::Bond { provider } => bond::add(deps, now_secs, provider, &denom, msg.amount),
        ReceiveMsg::FundKitty {} => bond::fund_kitty(deps, &denom, msg.amount),
    }
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let now_secs = env.block.time.seconds();
    let answer = match msg {
        QueryMsg::Config {} => to_json_binary(&query::config(deps)?),
        QueryMsg::Params {} => to_json_binary(&query::params(deps)?),
        QueryMsg::Provider { provider } => to_json_binary(&query::provider(deps, provider)?),
        QueryMsg::ProviderOf { address } => to_json_binary(&query::provider_of(deps, &address)?),
        QueryMsg::Providers { start_after, limit } => {
            to_json_binary(&query::providers(deps, start_after, limit)?)
        }
        QueryMsg::Node { node } => to_json_binary(&query::node(deps, now_secs, node)?),
        QueryMsg::Nodes {
            provider,
            start_after,
            limit,
        } => to_json_binary(&query::nodes(deps, now_secs, provider, start_after, limit)?),
        QueryMsg::Regions {} => to_json_binary(&query::regions(deps)?),
        QueryMsg::Classes {} => to_json_binary(&query::classes(deps)?),
        QueryMsg::Denoms {} => to_json_binary(&query::denoms(deps)?),
        QueryMsg::SimulateMatch { order } => {
            to_json_binary(&query::simulate_match(deps, now_secs, order)?)
        }
        QueryMsg::ExplainMatch { job } => to_json_binary(&query::explain_match(deps, job)?),
        QueryMsg::Reservation { job } => to_json_binary(&query::reservation(deps, job)?),
        QueryMsg::Tips { account, denom } => to_json_binary(&query::tips(deps, &account, denom)?),
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
