//! Answers in the shapes of cw3 and cw4, and of a voting module of DAO DAO, so that what
//! reads those reads this.

use cosmwasm_std::{
    to_json_binary, Decimal, Deps, Env, Order, StdResult, Timestamp, Uint128, WasmMsg,
};
use cw3::{
    DepositInfo, ProposalListResponse, ProposalResponse, VoteInfo, VoteListResponse, VoteResponse,
    VoterDetail, VoterListResponse, VoterResponse,
};
use cw4::{Member, MemberListResponse, MemberResponse, TotalWeightResponse};
use cw_storage_plus::Bound;
use cw_utils::{Expiration, ThresholdResponse};
use surge_interface::dao::{BallotResponse, Choice, Class, PowerAtHeightResponse, Status};
use surge_interface::{page, Denom, BPS};

use crate::class::Classes;
use crate::execute::carry_out::message_of;
use crate::members::id_of;
use crate::policy::effective;
use crate::state::{load_head, load_text, BODIES, COUNT, DEPOSITS, MEMBERS, PLANS};
use crate::{members, query, ContractError};

pub fn proposal(deps: Deps, env: &Env, id: u64) -> Result<ProposalResponse, ContractError> {
    let mut proposal = summary(deps, env, id)?;
    let rest = load_text(deps.storage, id)?;
    proposal.description.push_str(&rest);
    Ok(proposal)
}

pub fn list_proposals(
    deps: Deps,
    env: &Env,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> Result<ProposalListResponse, ContractError> {
    let first = start_after.unwrap_or_default().saturating_add(1);
    let count = COUNT.load(deps.storage)?;
    let ids = (first..=count).take(page::limit(limit)?).collect();
    summaries(deps, env, ids)
}

pub fn reverse_proposals(
    deps: Deps,
    env: &Env,
    start_before: Option<u64>,
    limit: Option<u32>,
) -> Result<ProposalListResponse, ContractError> {
    summaries(deps, env, query::newest(deps, start_before, limit)?)
}

fn summaries(deps: Deps, env: &Env, ids: Vec<u64>) -> Result<ProposalListResponse, ContractError> {
    let proposals = ids
        .into_iter()
        .map(|id| summary(deps, env, id))
        .collect::<Result<_, _>>()?;
    Ok(ProposalListResponse { proposals })
}

/// A proposal as lists carry it: the text is cut.
fn summary(deps: Deps, env: &Env, id: u64) -> Result<ProposalResponse, ContractError> {
    let head = load_head(deps.storage, id)?;
    let body = BODIES.load(deps.storage, id)?;
    let plan = PLANS.may_load(deps.storage, id)?;
    let mut msgs = vec![];
    for action in plan.map(|plan| plan.actions).unwrap_or_default() {
        let changes = to_json_binary(&action)?;
        let msg = message_of(deps.api, action)?.unwrap_or_else(|| {
            WasmMsg::Execute {
                contract_addr: env.contract.address.to_string(),
                msg: changes,
                funds: vec![],
            }
            .into()
        });
        msgs.push(msg);
    }
    let deposit = DEPOSITS.may_load(deps.storage, id)?;
    Ok(ProposalResponse {
        id,
        title: body.title,
        description: body.summary,
        msgs,
        status: status(head.status_at(env.block.time.seconds())),
        expires: Expiration::AtTime(Timestamp::from_seconds(head.end_secs())),
        threshold: shares(head.pass_bps, head.quorum_bps, head.total.into())?,
        proposer: members::load(deps.storage, head.proposer)?.address,
        deposit: deposit.map(|deposit| DepositInfo {
            amount: deposit.amount,
            denom: match deposit.denom {
                Denom::Native(denom) => cw20::Denom::Native(denom),
                Denom::Cw20(token) => cw20::Denom::Cw20(token),
            },
            refund_failed_proposals: deposit.forfeit_bps < BPS,
        }),
    })
}

/// cw3 knows fewer.
const fn status(status: Status) -> cw3::Status {
    match status {
        Status::Open | Status::Settling => cw3::Status::Open,
        Status::Passed | Status::Queued | Status::Ready => cw3::Status::Passed,
        Status::Executed => cw3::Status::Executed,
        Status::Rejected | Status::Failed | Status::Expired | Status::Withdrawn => {
            cw3::Status::Rejected
        }
    }
}

/// That of class `Any`, the strictest of all.
pub fn threshold(deps: Deps) -> Result<ThresholdResponse, ContractError> {
    let policy = effective(deps.storage, Classes::NONE.with(Class::Any), &[])?;
    let total = query::total(deps, None)?.weight;
    shares(policy.pass_bps, policy.quorum_bps, total)
}

fn shares(
    pass_bps: u16,
    quorum_bps: u16,
    total: Uint128,
) -> Result<ThresholdResponse, ContractError> {
    Ok(ThresholdResponse::ThresholdQuorum {
        threshold: Decimal::bps(pass_bps.into()),
        quorum: Decimal::bps(quorum_bps.into()),
        total_weight: short(total)?,
    })
}

pub fn vote(deps: Deps, proposal: u64, voter: &str) -> Result<VoteResponse, ContractError> {
    let vote = query::ballot_of(deps, proposal, voter)?
        .map(|ballot| vote_info(deps, proposal, &ballot))
        .transpose()?;
    Ok(VoteResponse { vote })
}

pub fn list_votes(
    deps: Deps,
    proposal: u64,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<VoteListResponse, ContractError> {
    let votes = query::ballots(deps, proposal, after(deps, start_after)?, limit)?
        .ballots
        .iter()
        .map(|ballot| vote_info(deps, proposal, ballot))
        .collect::<Result<_, _>>()?;
    Ok(VoteListResponse { votes })
}

fn vote_info(
    deps: Deps,
    proposal_id: u64,
    ballot: &BallotResponse,
) -> Result<VoteInfo, ContractError> {
    Ok(VoteInfo {
        proposal_id,
        voter: members::load(deps.storage, ballot.member)?
            .address
            .into_string(),
        vote: match ballot.choice {
            Choice::Yes => cw3::Vote::Yes,
            Choice::No => cw3::Vote::No,
            Choice::Abstain => cw3::Vote::Abstain,
        },
        weight: short(ballot.weight)?,
    })
}

pub fn voter(deps: Deps, address: &str) -> Result<VoterResponse, ContractError> {
    let weight = weight(deps, address, None)?;
    Ok(VoterResponse { weight })
}

pub fn list_voters(
    deps: Deps,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<VoterListResponse, ContractError> {
    let min = after(deps, start_after)?.map(Bound::exclusive);
    let voters = MEMBERS
        .range(deps.storage, min, None, Order::Ascending)
        .take(page::limit(limit)?)
        .map(|row| {
            let (id, member) = row?;
            Ok(VoterDetail {
                addr: member.address.into_string(),
                weight: short(query::weight(deps, id, None)?)?,
            })
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(VoterListResponse { voters })
}

pub fn member(
    deps: Deps,
    address: &str,
    height: Option<u64>,
) -> Result<MemberResponse, ContractError> {
    let weight = weight(deps, address, height)?;
    Ok(MemberResponse { weight })
}

pub fn list_members(
    deps: Deps,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<MemberListResponse, ContractError> {
    let members = list_voters(deps, start_after, limit)?
        .voters
        .into_iter()
        .map(|VoterDetail { addr, weight }| Member { addr, weight })
        .collect();
    Ok(MemberListResponse { members })
}

pub fn total_weight(deps: Deps, height: Option<u64>) -> Result<TotalWeightResponse, ContractError> {
    let weight = short(query::total(deps, height)?.weight)?;
    Ok(TotalWeightResponse { weight })
}

pub fn voting_power(
    deps: Deps,
    address: &str,
    height: u64,
) -> Result<PowerAtHeightResponse, ContractError> {
    let power = power(deps, address, Some(height))?;
    Ok(PowerAtHeightResponse { power, height })
}

pub fn total_power(deps: Deps, height: u64) -> StdResult<PowerAtHeightResponse> {
    let power = query::total(deps, Some(height))?.weight;
    Ok(PowerAtHeightResponse { power, height })
}

/// The id of the member after which a page starts.
fn after(deps: Deps, address: Option<String>) -> Result<Option<u32>, ContractError> {
    address
        .map(|address| id_of(deps.storage, &deps.api.addr_validate(&address)?))
        .transpose()
}

/// Weight of an address, none when it has none.
fn weight(deps: Deps, address: &str, height: Option<u64>) -> Result<Option<u64>, ContractError> {
    let power = power(deps, address, height)?;
    Ok(if power.is_zero() {
        None
    } else {
        Some(short(power)?)
    })
}

fn power(deps: Deps, address: &str, height: Option<u64>) -> StdResult<Uint128> {
    match query::id(deps, address)? {
        Some(id) => query::weight(deps, id, height),
        None => Ok(Uint128::zero()),
    }
}

/// A wrong weight would be worse than none: whoever adds up what was cut counts wrong.
fn short(weight: Uint128) -> Result<u64, ContractError> {
    u64::try_from(weight.u128()).map_err(|_| ContractError::TooHeavy { weight })
}
