//! A proposal is opened, or taken back.

use cosmwasm_std::{to_json_vec, Addr, Binary, Deps, Response, Storage, Uint128};
use sha2::{Digest, Sha256};
use surge_interface::bounds::within;
use surge_interface::dao::{
    Action, Draft, Policy, Status, MAX_ACTIONS, MAX_ACTION_BYTES, MAX_GAS, MAX_LIVE, MAX_TEXT,
    MAX_TITLE, MIN_GAS, SUMMARY_CHARS,
};
use surge_interface::events::dao::{ProposalClosed, ProposalOpened};
use surge_interface::events::{done, Journal};
use surge_interface::Denom;

use super::{at_most, deposit, member, rules, Call};
use crate::class::{classes_of, is_allowance, Classes};
use crate::head::Head;
use crate::members::{id_of, weight_at};
use crate::policy::effective;
use crate::state::{
    load_head, save_head, save_text, Body, Plan, BALLOTS, BODIES, CONFIG, COUNT, LIVE, PLANS, ROWS,
    TOTAL,
};
use crate::ContractError;

/// A member opens a proposal. What holds for it is computed and frozen here.
pub fn propose(
    call: Call,
    paid: Option<(Denom, Uint128)>,
    draft: Draft,
) -> Result<Response, ContractError> {
    let gas = check_draft(&draft)?;
    let Draft {
        title,
        text,
        actions,
        ..
    } = draft;
    let proposer = id_of(call.deps.storage, &call.sender_addr)?;
    weight_at(call.deps.storage, proposer, call.height)?;
    let total = TOTAL
        .may_load_at_height(call.deps.storage, call.height)?
        .unwrap_or_default();
    let (classes, policy) = classify(call.deps.as_ref(), &call.self_addr, &actions)?;
    let codes = codes_of(call.deps.as_ref(), &actions)?;

    let denom = match &paid {
        Some((denom, _)) => denom.to_string(),
        None => "none".to_owned(),
    };
    let storage = call.deps.storage;
    let proposal = COUNT.load(storage)?.saturating_add(1);
    COUNT.save(storage, &proposal)?;
    deposit::put(storage, proposal, paid, policy.deposit)?;
    add_live(storage, proposer, proposal, call.now_secs)?;
    let head = Head {
        status: Status::Open,
        classes,
        extended: false,
        certain: None,
        tries: 0,
        proposer,
        voters: 0,
        quorum_bps: policy.quorum_bps,
        pass_bps: policy.pass_bps,
        min_yes_bps: policy.min_yes_bps,
        min_voters: u16::try_from(total.members)
            .unwrap_or(u16::MAX)
            .min(policy.min_voters),
        height: call.height,
        total: total.weight.u128(),
        yes: 0,
        no: 0,
        abstain: 0,
        opened_secs: call.now_secs,
        closes_secs: call.now_secs.saturating_add(policy.voting_secs),
        settles_secs: 0,
        queued_secs: 0,
        failed_secs: 0,
        settle_secs: short("settle_secs", policy.settle_secs)?,
        timelock_secs: short("timelock_secs", policy.timelock_secs)?,
        grace_secs: short("grace_secs", policy.grace_secs)?,
        gas,
    };
    save_head(storage, proposal, &head);
    save_words(storage, proposal, title, &text, policy.deposit)?;
    let plan = Plan { actions, codes };
    if !plan.actions.is_empty() {
        PLANS.save(storage, proposal, &plan)?;
    }
    let mut journal = Journal::default();
    journal.note(ProposalOpened {
        proposal,
        proposer,
        address: call.sender_addr,
        classes: classes.to_string(),
        height: head.height,
        total: total.weight,
        closes_secs: head.closes_secs,
        deposit: policy.deposit,
        denom,
    });
    let response = done("propose").add_attribute("proposal", proposal.to_string());
    Ok(journal.close(storage, response)?)
}

/// Answers the gas that the actions may use, 0 without actions.
fn check_draft(draft: &Draft) -> Result<u32, ContractError> {
    if draft.title.is_empty() {
        return Err(ContractError::Empty { what: "the title" });
    }
    let title = draft.title.len();
    at_most("the number of bytes of the title", title, MAX_TITLE)?;
    let text = draft.text.len();
    at_most("the number of bytes of the text", text, MAX_TEXT)?;
    let actions = draft.actions.len();
    at_most("the number of actions", actions, MAX_ACTIONS)?;
    if draft.actions.is_empty() {
        return Ok(0);
    }
    let bytes = to_json_vec(&draft.actions)?.len();
    at_most(
        "the number of bytes of the actions",
        bytes,
        MAX_ACTION_BYTES,
    )?;
    within("gas", draft.gas, MIN_GAS, MAX_GAS)?;
    short("gas", draft.gas)
}

/// Bounds keep these numbers far below what fits.
fn short(what: &'static str, value: u64) -> Result<u32, ContractError> {
    within(what, value, 0, u32::MAX.into())?;
    Ok(u32::try_from(value).unwrap_or(u32::MAX))
}

/// The classes of these actions and the policy that holds for them. Fails when no proposal
/// may do this.
pub fn classify(
    deps: Deps,
    self_addr: &Addr,
    actions: &[Action],
) -> Result<(Classes, Policy), ContractError> {
    let row = |contract: &Addr, message: &str| ROWS.may_load(deps.storage, (contract, message));
    let classes = classes_of(actions, deps.api, self_addr, &row)?;
    let policy = effective(deps.storage, classes, actions)?;
    for action in actions {
        match action {
            Action::Execute { contract, msg, .. } => {
                let contract_addr = deps.api.addr_validate(contract)?;
                if is_allowance(&contract_addr, msg)? {
                    rules::ensure_not_owed(deps.storage, &contract_addr)?;
                }
            }
            Action::SetPolicy { class, policy } => {
                let profile = CONFIG.load(deps.storage)?.profile;
                crate::policy::check(policy, *class, profile)?;
            }
            Action::SetRow { row } => {
                rules::check_row(deps.api, row)?;
            }
            Action::SetSettings { settings } => {
                let config = CONFIG.load(deps.storage)?;
                rules::check_settings(deps.storage, deps.api, &config, settings)?;
            }
            Action::AddMember { .. } | Action::RemoveMember { .. } => {
                member::ensure_one_vote_each(deps.storage)?;
            }
            Action::Send { .. } | Action::Migrate { .. } | Action::SetAdmin { .. } => {}
        }
    }
    Ok((classes, policy))
}

/// The code that runs now what is to be migrated, in the order of the migrations.
fn codes_of(deps: Deps, actions: &[Action]) -> Result<Vec<u64>, ContractError> {
    let mut codes = vec![];
    for action in actions {
        if let Action::Migrate { contract, .. } = action {
            codes.push(deps.querier.query_wasm_contract_info(contract)?.code_id);
        }
    }
    Ok(codes)
}

/// The text is stored once: how it begins stands with the title, for lists.
fn save_words(
    storage: &mut dyn Storage,
    proposal: u64,
    title: String,
    text: &str,
    deposit: Uint128,
) -> Result<(), ContractError> {
    let hash = Sha256::digest(text.as_bytes());
    let end = text
        .char_indices()
        .nth(SUMMARY_CHARS)
        .map_or(text.len(), |(at, _)| at);
    let (summary, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let body = Body {
        title,
        summary: summary.to_owned(),
        hash: Binary::new(hash.to_vec()),
        deposit,
    };
    BODIES.save(storage, proposal, &body)?;
    save_text(storage, proposal, rest);
    Ok(())
}

/// Remembers a proposal of a member and forgets those that are over.
fn add_live(
    storage: &mut dyn Storage,
    member: u32,
    proposal: u64,
    now_secs: u64,
) -> Result<(), ContractError> {
    let mut live = vec![];
    for earlier in LIVE.may_load(storage, member)?.unwrap_or_default() {
        if !load_head(storage, earlier)?.status_at(now_secs).is_final() {
            live.push(earlier);
        }
    }
    if live.len() >= MAX_LIVE {
        return Err(ContractError::TooManyLive {
            member,
            live: live.len(),
            max: MAX_LIVE,
        });
    }
    live.push(proposal);
    Ok(LIVE.save(storage, member, &live)?)
}

/// The proposer takes a proposal back while nobody else has voted.
pub fn withdraw(call: Call, proposal: u64) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let mut head = load_head(storage, proposal)?;
    let member = id_of(storage, &call.sender_addr)?;
    if member != head.proposer {
        return Err(ContractError::NotProposer {
            proposal,
            sender: call.sender_addr,
        });
    }
    head.ensure_voting(proposal, call.now_secs)?;
    let own = BALLOTS.has(storage, (proposal, member));
    if head.voters > u32::from(own) {
        return Err(ContractError::OthersVoted { proposal });
    }
    head.status = Status::Withdrawn;
    save_head(storage, proposal, &head);
    let mut journal = Journal::default();
    journal.note(ProposalClosed {
        proposal,
        status: head.status.name(),
        ready_secs: 0,
    });
    Ok(journal.close(storage, done("withdraw"))?)
}
