//! Answers.

use cosmwasm_std::{Addr, Deps, HexBinary, Order, StdResult, Uint128};
use cw_storage_plus::Bound;
use surge_interface::dao::{
    Action, BallotResponse, BallotsResponse, Class, ClassifyResponse, ConfigResponse, DaoMember,
    DaoMoney, DepositsResponse, FullProposalResponse, InvariantResponse, MembersResponse, Policies,
    Policy, ProposalSummary, ProposalsResponse, Row, RowsResponse, Settings, TotalResponse,
    UnsettledDeposit,
};
use surge_interface::events::SEQ;
use surge_interface::page;

use crate::execute::{propose, vote};
use crate::head::Head;
use crate::policy;
use crate::state::{
    load_head, load_text, Body, Member, BALLOTS, BODIES, CONFIG, COUNT, DEPOSITS, FAILURES, LIVE,
    MEMBERS, MEMBER_COUNT, MEMBER_IDS, PLANS, REASONS, ROWS, RULES, TOTAL, UNSTAKINGS, WEIGHTS,
};
use crate::{ledger, members, ContractError};

pub fn config(deps: Deps) -> Result<ConfigResponse, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let rules = RULES.load(deps.storage)?;
    Ok(ConfigResponse {
        name: config.name,
        uri: config.uri,
        profile: config.profile,
        token: config.token,
        unstaking_secs: config.unstaking_secs,
        settings: Settings {
            min_age_secs: rules.min_age_secs,
            deposit_denom: rules.deposit_denom.into(),
            forfeit_bps: rules.forfeit_bps,
        },
        proposals: COUNT.load(deps.storage)?,
        members_ever: MEMBER_COUNT.load(deps.storage)?,
        seq: SEQ.may_load(deps.storage)?.unwrap_or_default(),
    })
}

pub fn policies(deps: Deps) -> StdResult<Policies> {
    let of = |class| policy::load(deps.storage, class);
    Ok(Policies {
        text: of(Class::Text)?,
        spend: of(Class::Spend)?,
        membership: of(Class::Membership)?,
        params: of(Class::Params)?,
        policy: of(Class::Policy)?,
        upgrade: of(Class::Upgrade)?,
        any: of(Class::Any)?,
    })
}

pub fn rows(
    deps: Deps,
    start_after: Option<(String, String)>,
    limit: Option<u32>,
) -> Result<RowsResponse, ContractError> {
    let after = match &start_after {
        Some((contract, message)) => Some((deps.api.addr_validate(contract)?, message)),
        None => None,
    };
    let min = after
        .as_ref()
        .map(|(contract, message)| Bound::exclusive((contract, message.as_str())));
    let rows = ROWS
        .range(deps.storage, min, None, Order::Ascending)
        .take(page::limit(limit)?)
        .map(|row| {
            let ((contract, message), class) = row?;
            Ok(Row {
                contract: contract.into_string(),
                message,
                class,
            })
        })
        .collect::<StdResult<_>>()?;
    Ok(RowsResponse { rows })
}

pub fn classify(
    deps: Deps,
    self_addr: &Addr,
    actions: &[Action],
) -> Result<ClassifyResponse, ContractError> {
    let (classes, policy) = propose::classify(deps, self_addr, actions)?;
    Ok(ClassifyResponse {
        classes: classes.list(),
        policy,
        deposit_denom: RULES.load(deps.storage)?.deposit_denom.into(),
    })
}

pub fn proposal(
    deps: Deps,
    proposal: u64,
    now_secs: u64,
) -> Result<FullProposalResponse, ContractError> {
    let head = load_head(deps.storage, proposal)?;
    let body = BODIES.load(deps.storage, proposal)?;
    let mut text = body.summary.clone();
    text.push_str(&load_text(deps.storage, proposal)?);
    let plan = PLANS.may_load(deps.storage, proposal)?;
    Ok(FullProposalResponse {
        policy: frozen(&head, body.deposit),
        gas: head.gas.into(),
        proposal: summary(deps, proposal, head, body, now_secs)?,
        text,
        actions: plan.map(|plan| plan.actions).unwrap_or_default(),
        failure: FAILURES.may_load(deps.storage, proposal)?,
    })
}

/// The policy, put together again from what the head keeps.
fn frozen(head: &Head, deposit: Uint128) -> Policy {
    let mut voting_secs = head.closes_secs.saturating_sub(head.opened_secs);
    if head.extended {
        voting_secs = voting_secs.saturating_sub(head.settle_secs.into());
    }
    Policy {
        quorum_bps: head.quorum_bps,
        pass_bps: head.pass_bps,
        min_yes_bps: head.min_yes_bps,
        min_voters: head.min_voters,
        voting_secs,
        settle_secs: head.settle_secs.into(),
        timelock_secs: head.timelock_secs.into(),
        grace_secs: head.grace_secs.into(),
        deposit,
    }
}

fn summary(
    deps: Deps,
    id: u64,
    head: Head,
    body: Body,
    now_secs: u64,
) -> Result<ProposalSummary, ContractError> {
    let deposit = DEPOSITS.may_load(deps.storage, id)?;
    Ok(ProposalSummary {
        id,
        status: head.status_at(now_secs),
        proposer: head.proposer,
        title: body.title,
        summary: body.summary,
        text_sha256: HexBinary::from(body.hash.as_slice()).to_hex(),
        classes: head.classes.list(),
        height: head.height,
        total: Uint128::new(head.total),
        yes: Uint128::new(head.yes),
        no: Uint128::new(head.no),
        abstain: Uint128::new(head.abstain),
        voters: head.voters,
        opened_secs: head.opened_secs,
        closes_secs: head.end_secs(),
        ready_secs: head.ready_secs(),
        expires_secs: head.expires_secs(now_secs),
        tries: head.tries,
        deposit: deposit.map(|deposit| deposit.amount).unwrap_or_default(),
    })
}

pub fn proposals(
    deps: Deps,
    start_before: Option<u64>,
    limit: Option<u32>,
    now_secs: u64,
) -> Result<ProposalsResponse, ContractError> {
    let proposals = newest(deps, start_before, limit)?
        .into_iter()
        .map(|id| {
            let head = load_head(deps.storage, id)?;
            let body = BODIES.load(deps.storage, id)?;
            summary(deps, id, head, body, now_secs)
        })
        .collect::<Result<_, _>>()?;
    Ok(ProposalsResponse { proposals })
}

/// A page of proposals, newest first.
pub fn newest(deps: Deps, start_before: Option<u64>, limit: Option<u32>) -> StdResult<Vec<u64>> {
    let count = COUNT.load(deps.storage)?;
    let last = start_before.map_or(count, |before| before.saturating_sub(1).min(count));
    Ok((1..=last).rev().take(page::limit(limit)?).collect())
}

pub fn deposits(
    deps: Deps,
    start_after: Option<u64>,
    limit: Option<u32>,
    now_secs: u64,
) -> Result<DepositsResponse, ContractError> {
    let min = start_after.map(Bound::exclusive);
    let deposits = DEPOSITS
        .range(deps.storage, min, None, Order::Ascending)
        .take(page::limit(limit)?)
        .map(|row| {
            let (proposal, deposit) = row?;
            let head = load_head(deps.storage, proposal)?;
            Ok(UnsettledDeposit {
                proposal,
                proposer: members::load(deps.storage, head.proposer)?.address,
                denom: deposit.denom.into(),
                amount: deposit.amount,
                refundable: head.status_at(now_secs).is_final(),
            })
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(DepositsResponse { deposits })
}

pub fn ballot(
    deps: Deps,
    proposal: u64,
    member: u32,
) -> Result<Option<BallotResponse>, ContractError> {
    let head = load_head(deps.storage, proposal)?;
    BALLOTS
        .may_load(deps.storage, (proposal, member))?
        .map(|code| ballot_response(deps, proposal, member, code, head.height))
        .transpose()
}

pub fn ballot_of(
    deps: Deps,
    proposal: u64,
    address: &str,
) -> Result<Option<BallotResponse>, ContractError> {
    // No member has this id.
    ballot(deps, proposal, id(deps, address)?.unwrap_or_default())
}

/// The member with this address, if there is one.
pub fn id(deps: Deps, address: &str) -> StdResult<Option<u32>> {
    let addr = deps.api.addr_validate(address)?;
    MEMBER_IDS.may_load(deps.storage, &addr)
}

/// Weight of a member at the start of a block, or now.
pub fn weight(deps: Deps, member: u32, height: Option<u64>) -> StdResult<Uint128> {
    let weight = match height {
        Some(height) => WEIGHTS.may_load_at_height(deps.storage, member, height)?,
        None => WEIGHTS.may_load(deps.storage, member)?,
    };
    Ok(weight.unwrap_or_default())
}

pub fn ballots(
    deps: Deps,
    proposal: u64,
    start_after: Option<u32>,
    limit: Option<u32>,
) -> Result<BallotsResponse, ContractError> {
    let head = load_head(deps.storage, proposal)?;
    let min = start_after.map(Bound::exclusive);
    let ballots = BALLOTS
        .prefix(proposal)
        .range(deps.storage, min, None, Order::Ascending)
        .take(page::limit(limit)?)
        .map(|row| {
            let (member, code) = row?;
            ballot_response(deps, proposal, member, code, head.height)
        })
        .collect::<Result<_, _>>()?;
    Ok(BallotsResponse { ballots })
}

fn ballot_response(
    deps: Deps,
    proposal: u64,
    member: u32,
    code: u8,
    height: u64,
) -> Result<BallotResponse, ContractError> {
    Ok(BallotResponse {
        member,
        choice: vote::from_code(code)?,
        weight: weight(deps, member, Some(height))?,
        reason: REASONS.may_load(deps.storage, (proposal, member))?,
    })
}

pub fn member(
    deps: Deps,
    member: u32,
    height: Option<u64>,
    now_secs: u64,
) -> Result<Option<DaoMember>, ContractError> {
    MEMBERS
        .may_load(deps.storage, member)?
        .map(|record| member_response(deps, member, record, height, now_secs))
        .transpose()
}

pub fn member_of(
    deps: Deps,
    address: &str,
    height: Option<u64>,
    now_secs: u64,
) -> Result<Option<DaoMember>, ContractError> {
    let id = id(deps, address)?.unwrap_or_default();
    member(deps, id, height, now_secs)
}

pub fn members(
    deps: Deps,
    start_after: Option<u32>,
    limit: Option<u32>,
    now_secs: u64,
) -> Result<MembersResponse, ContractError> {
    let min = start_after.map(Bound::exclusive);
    let members = MEMBERS
        .range(deps.storage, min, None, Order::Ascending)
        .take(page::limit(limit)?)
        .map(|row| {
            let (id, member) = row?;
            member_response(deps, id, member, None, now_secs)
        })
        .collect::<Result<_, _>>()?;
    Ok(MembersResponse { members })
}

fn member_response(
    deps: Deps,
    id: u32,
    member: Member,
    height: Option<u64>,
    now_secs: u64,
) -> Result<DaoMember, ContractError> {
    let (mut live, mut refundable) = (vec![], vec![]);
    for proposal in LIVE.may_load(deps.storage, id)?.unwrap_or_default() {
        if !load_head(deps.storage, proposal)?
            .status_at(now_secs)
            .is_final()
        {
            live.push(proposal);
        } else if DEPOSITS.has(deps.storage, proposal) {
            refundable.push(proposal);
        }
    }
    Ok(DaoMember {
        id,
        address: member.address,
        weight: weight(deps, id, height)?,
        pending: member.pending,
        pending_secs: member.pending_secs,
        unstakings: UNSTAKINGS.may_load(deps.storage, id)?.unwrap_or_default(),
        live,
        refundable,
    })
}

pub fn total(deps: Deps, height: Option<u64>) -> StdResult<TotalResponse> {
    let total = match height {
        Some(height) => TOTAL.may_load_at_height(deps.storage, height)?,
        None => TOTAL.may_load(deps.storage)?,
    };
    let total = total.unwrap_or_default();
    Ok(TotalResponse {
        weight: total.weight,
        members: total.members,
    })
}

pub fn invariant(deps: Deps, self_addr: &Addr) -> Result<InvariantResponse, ContractError> {
    let mut rows = vec![];
    let mut holds = true;
    for (denom, ledger) in ledger::all(deps.storage)? {
        let balance = denom.balance(&deps.querier, self_addr)?;
        holds = holds && balance >= ledger.total()?;
        rows.push(DaoMoney {
            denom: denom.into(),
            balance,
            deposits: ledger.deposits,
            stakes: ledger.stakes,
        });
    }
    Ok(InvariantResponse { rows, holds })
}
