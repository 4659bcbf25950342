//! Entry points: funds and addresses are checked here, then the handlers take over.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    from_json, to_json_binary, Addr, Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response,
    Uint128,
};
use cw20::Cw20ReceiveMsg;
use cw4::{AdminResponse, HooksResponse};
use cw_utils::{nonpayable, one_coin};
use surge_interface::dao::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, ReceiveMsg};
use surge_interface::{upkeep, Denom};

use crate::execute::{birth, carry_out, deposit, member, propose, stake, vote, Call};
use crate::{query, standard, ContractError};

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
    birth::instantiate(deps, &env, msg)
}

/// Handles a message. The messages themselves say who may send them.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    if !matches!(msg, ExecuteMsg::Propose { .. }) {
        nonpayable(&info)?;
    }
    let call = Call::new(deps, &env, info.sender.clone());
    match msg {
        ExecuteMsg::Propose { draft } => propose::propose(call, paid(&info)?, draft),
        ExecuteMsg::Receive(msg) => receive(call, msg),
        ExecuteMsg::Vote {
            proposal,
            choice,
            reason,
        } => vote::vote(call, proposal, choice, reason),
        ExecuteMsg::Poke { proposal } => vote::poke(call, proposal),
        ExecuteMsg::Execute { proposal } => carry_out::execute(call, proposal),
        ExecuteMsg::Withdraw { proposal } => propose::withdraw(call, proposal),
        ExecuteMsg::Refund { proposal } => deposit::refund(call, proposal),
        ExecuteMsg::Activate { member } => member::activate(call, member),
        ExecuteMsg::Unstake { amount } => stake::unstake(call, amount),
        ExecuteMsg::ReleaseStake { member } => stake::release(call, member),
        ExecuteMsg::Leave {} => member::leave(call),
        ExecuteMsg::Perform { proposal } => carry_out::perform(call, proposal),
        ExecuteMsg::CheckSolvency {} => carry_out::check_solvency(&call),
    }
}

/// The native coin that came along, if any.
fn paid(info: &MessageInfo) -> Result<Option<(Denom, Uint128)>, ContractError> {
    if info.funds.is_empty() {
        return Ok(None);
    }
    let coin = one_coin(info)?;
    Ok(Some((Denom::Native(coin.denom), coin.amount)))
}

/// A token moved here. Only the token itself can say so, and it alone is believed about who
/// sent how much; the handlers know which tokens they take.
fn receive(mut call: Call, msg: Cw20ReceiveMsg) -> Result<Response, ContractError> {
    let token = call.sender_addr.clone();
    call.sender_addr = call.deps.api.addr_validate(&msg.sender)?;
    match from_json(&msg.msg)? {
        ReceiveMsg::Propose { draft } => {
            propose::propose(call, Some((Denom::Cw20(token), msg.amount)), *draft)
        }
        ReceiveMsg::Stake {} => stake::stake(call, token, msg.amount),
    }
}

/// Takes note of actions that failed.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut, env: Env, msg: Reply) -> Result<Response, ContractError> {
    let call = Call::new(deps, &env, Addr::unchecked(""));
    carry_out::failed(call, msg)
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let now_secs = env.block.time.seconds();
    let answer = match msg {
        QueryMsg::Config {} => to_json_binary(&query::config(deps)?),
        QueryMsg::Policies {} => to_json_binary(&query::policies(deps)?),
        QueryMsg::Rows { start_after, limit } => {
            to_json_binary(&query::rows(deps, start_after, limit)?)
        }
        QueryMsg::Classify { actions } => {
            to_json_binary(&query::classify(deps, &env.contract.address, &actions)?)
        }
        QueryMsg::FullProposal { proposal } => {
            to_json_binary(&query::proposal(deps, proposal, now_secs)?)
        }
        QueryMsg::Proposals {
            start_before,
            limit,
        } => to_json_binary(&query::proposals(deps, start_before, limit, now_secs)?),
        QueryMsg::Deposits { start_after, limit } => {
            to_json_binary(&query::deposits(deps, start_after, limit, now_secs)?)
        }
        QueryMsg::Ballot { proposal, member } => {
            to_json_binary(&query::ballot(deps, proposal, member)?)
        }
        QueryMsg::BallotOf { proposal, address } => {
            to_json_binary(&query::ballot_of(deps, proposal, &address)?)
        }
        QueryMsg::Ballots {
            proposal,
            start_after,
            limit,
        } => to_json_binary(&query::ballots(deps, proposal, start_after, limit)?),
        QueryMsg::MemberById { member, height } => {
            to_json_binary(&query::member(deps, member, height, now_secs)?)
        }
        QueryMsg::MemberOf { address, height } => {
            to_json_binary(&query::member_of(deps, &address, height, now_secs)?)
        }
        QueryMsg::Members { start_after, limit } => {
            to_json_binary(&query::members(deps, start_after, limit, now_secs)?)
        }
        QueryMsg::Total { height } => to_json_binary(&query::total(deps, height)?),
        QueryMsg::Invariant {} => to_json_binary(&query::invariant(deps, &env.contract.address)?),

        QueryMsg::Proposal { proposal_id } => {
            to_json_binary(&standard::proposal(deps, &env, proposal_id)?)
        }
        QueryMsg::ListProposals { start_after, limit } => {
            to_json_binary(&standard::list_proposals(deps, &env, start_after, limit)?)
        }
        QueryMsg::ReverseProposals {
            start_before,
            limit,
        } => to_json_binary(&standard::reverse_proposals(
            deps,
            &env,
            start_before,
            limit,
        )?),
        QueryMsg::Vote { proposal_id, voter } => {
            to_json_binary(&standard::vote(deps, proposal_id, &voter)?)
        }
        QueryMsg::ListVotes {
            proposal_id,
            start_after,
            limit,
        } => to_json_binary(&standard::list_votes(
            deps,
            proposal_id,
            start_after,
            limit,
        )?),
        QueryMsg::Voter { address } => to_json_binary(&standard::voter(deps, &address)?),
        QueryMsg::ListVoters { start_after, limit } => {
            to_json_binary(&standard::list_voters(deps, start_after, limit)?)
        }
        QueryMsg::Threshold {} => to_json_binary(&standard::threshold(deps)?),

        QueryMsg::Member { addr, at_height } => {
            to_json_binary(&standard::member(deps, &addr, at_height)?)
        }
        QueryMsg::ListMembers { start_after, limit } => {
            to_json_binary(&standard::list_members(deps, start_after, limit)?)
        }
        QueryMsg::TotalWeight { at_height } => {
            to_json_binary(&standard::total_weight(deps, at_height)?)
        }
        QueryMsg::Admin {} => to_json_binary(&AdminResponse {
            admin: Some(env.contract.address.into_string()),
        }),
        QueryMsg::Hooks {} => to_json_binary(&HooksResponse { hooks: vec![] }),

        QueryMsg::VotingPowerAtHeight { address, height } => {
            let height = height.unwrap_or(env.block.height);
            to_json_binary(&standard::voting_power(deps, &address, height)?)
        }
        QueryMsg::TotalPowerAtHeight { height } => {
            let height = height.unwrap_or(env.block.height);
            to_json_binary(&standard::total_power(deps, height)?)
        }
    };
    Ok(answer?)
}

/// Goes forward from an older version of this contract; anything else is an error.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    Ok(upkeep::migrate(deps, NAME, VERSION)?)
}
