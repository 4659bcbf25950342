//! From submission to result: the registry's answers, retries, declining, delivering.

use cosmwasm_std::{from_json, Response, Storage, SubMsg, SubMsgResult};
use cw_utils::parse_execute_response_data;
use surge_interface::client::Registry;
use surge_interface::escrow::{JobResult, Params, Status, WhenFull, MAX_TEXT};
use surge_interface::events::escrow::{
    JobAssigned, JobDeclined, JobSubmitted, JobWaiting, ResultSubmitted,
};
use surge_interface::events::{done, Journal};
use surge_interface::raw::RegistryStore;
use surge_interface::registry::{AssignResponse, Assignment, Outcome};

use super::ending::give_up;
use super::submit::{at_most, check_hash, order};
use super::{ensure_until, load, params_of, Call};
use crate::ledger;
use crate::state::{Job, Terms, CONFIG, JOBS, LEDGERS, RESULTS, TERMS};
use crate::ContractError;

/// Which question the registry answers. The job's number comes back in the answer, the
/// rest is in storage.
#[derive(Clone, Copy)]
pub enum Reply {
    /// A new job's.
    Submitted,
    /// A declined job's.
    Declined,
    /// A waiting job's.
    Retried,
}

impl Reply {
    /// The id of the submessage.
    pub const fn id(self) -> u64 {
        match self {
            Self::Submitted => 1,
            Self::Declined => 2,
            Self::Retried => 3,
        }
    }

    fn of(id: u64) -> Result<Self, ContractError> {
        [Self::Submitted, Self::Declined, Self::Retried]
            .into_iter()
            .find(|reply| reply.id() == id)
            .ok_or(ContractError::UnknownReply { id })
    }
}

/// The registry answered: a node, or nobody.
pub fn answered(call: Call, msg: cosmwasm_std::Reply) -> Result<Response, ContractError> {
    let question = Reply::of(msg.id)?;
    let answer = parse(msg)?;
    let storage = call.deps.storage;
    let now_secs = call.now_secs;
    let mut journal = Journal::default();
    let (job, assignment) = match answer {
        AssignResponse::Assigned(assignment) => (assignment.job, Ok(assignment)),
        AssignResponse::Nobody { job, reason } => (job, Err(reason)),
    };
    let terms = TERMS.load(storage, job)?;
    let params = params_of(storage, terms.params_version)?;
    let mut state = match question {
        Reply::Submitted => {
            let mut ledger = ledger::load(storage, terms.denom)?;
            ledger.jobs = ledger.jobs.checked_add(terms.deposit)?;
            LEDGERS.save(storage, terms.denom, &ledger)?;
            journal.note(JobSubmitted {
                job,
                requester: terms.requester.clone(),
                denom: ledger::denom_of(storage, terms.denom)?,
                deposit: terms.deposit,
                params_version: terms.params_version,
            });
            Job {
                requester: terms.requester.clone(),
                denom: terms.denom,
                status: Status::Open,
                deadline_secs: now_secs.saturating_add(params.waiting_secs),
                held: terms.deposit,
                price: terms.deposit,
                node: None,
                assigned_secs: 0,
                params_version: terms.params_version,
                declined: vec![],
            }
        }
        Reply::Declined | Reply::Retried => load(storage, job)?,
    };
    match assignment {
        Ok(assignment) => {
            assigned(
                &mut journal,
                now_secs,
                &terms,
                &params,
                &mut state,
                &assignment,
            );
        }
        Err(reason) => {
            let patient = terms.spec.when_full == WhenFull::Wait;
            match question {
                Reply::Submitted if patient => wait(&mut journal, job, &state),
                Reply::Submitted | Reply::Retried => {
                    return Err(ContractError::NobodyFits { job, reason })
                }
                Reply::Declined if patient => wait(&mut journal, job, &state),
                Reply::Declined => {
                    give_up(storage, &mut journal, job, &mut state, &params, "declined")?;
                }
            }
        }
    }
    JOBS.save(storage, job, &state)?;
    Ok(journal.close(storage, Response::new())?)
}

fn wait(journal: &mut Journal, job: u64, state: &Job) {
    journal.note(JobWaiting {
        job,
        deadline_secs: state.deadline_secs,
    });
}

/// A node has the job and the price is fixed. The whole deposit stays held until the job
/// ends: a node that asks little and declines must not spoil the search for the next.
fn assigned(
    journal: &mut Journal,
    now_secs: u64,
    terms: &Terms,
    params: &Params,
    state: &mut Job,
    assignment: &Assignment,
) {
    state.status = Status::Assigned;
    state.price = assignment.price;
    state.node = Some((assignment.node, assignment.provider));
    state.assigned_secs = now_secs;
    state.deadline_secs = now_secs
        .saturating_add(params.accept_secs)
        .saturating_add(terms.spec.reserved_secs);
    journal.note(JobAssigned {
        job: assignment.job,
        node: assignment.node,
        provider: assignment.provider,
        price: assignment.price,
        held: state.held,
        deadline_secs: state.deadline_secs,
    });
}

/// Anybody tries again for a job that waits.
pub fn retry(call: Call, job: u64) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let state = load(storage, job)?;
    state.ensure_status(job, Status::Open)?;
    state.ensure_in_time(job, call.now_secs)?;
    let ask = ask_again(storage, job, &state, Reply::Retried)?;
    Ok(done("match").add_submessage(ask))
}

/// The operator turns a job down. The node and its bond are free again whatever follows.
/// The last declining that the terms allow ends the job, however many nodes are left.
pub fn decline(call: Call, job: u64) -> Result<Response, ContractError> {
    let mut state = load(call.deps.storage, job)?;
    state.ensure_status(job, Status::Assigned)?;
    ensure_operator(&call, job, &state)?;
    let storage = call.deps.storage;
    let params = params_of(storage, state.params_version)?;
    let window_secs = state.assigned_secs.saturating_add(params.accept_secs);
    ensure_until(job, window_secs, call.now_secs)?;
    let (node, _) = state.node_and_provider(job)?;
    state.declined.push(node);
    state.node = None;
    state.price = state.held;
    let mut journal = Journal::default();
    journal.note(JobDeclined { job, node });
    if state.declined.len() >= usize::from(params.max_declines) {
        give_up(storage, &mut journal, job, &mut state, &params, "declined")?;
        JOBS.save(storage, job, &state)?;
        let registry = Registry(CONFIG.load(storage)?.registry);
        let release = registry.release(job, Outcome::Closed)?;
        return Ok(journal.close(storage, done("decline").add_message(release))?);
    }
    state.status = Status::Open;
    state.deadline_secs = call.now_secs.saturating_add(params.waiting_secs);
    JOBS.save(storage, job, &state)?;
    let ask = ask_again(storage, job, &state, Reply::Declined)?;
    Ok(journal.close(storage, done("decline").add_submessage(ask))?)
}

fn ask_again(
    storage: &dyn Storage,
    job: u64,
    state: &Job,
    question: Reply,
) -> Result<SubMsg, ContractError> {
    let terms = TERMS.load(storage, job)?;
    let params = params_of(storage, state.params_version)?;
    let denom = ledger::denom_of(storage, state.denom)?;
    let order = order(&terms, &denom, state.held, &params);
    let registry = Registry(CONFIG.load(storage)?.registry);
    let ask = registry.reassign(job, order, state.declined.clone())?;
    Ok(SubMsg::reply_on_success(ask, question.id()))
}

/// The operator delivers.
pub fn submit_result(call: Call, job: u64, result: JobResult) -> Result<Response, ContractError> {
    let mut state = load(call.deps.storage, job)?;
    state.ensure_status(job, Status::Assigned)?;
    ensure_operator(&call, job, &state)?;
    state.ensure_in_time(job, call.now_secs)?;
    check_hash(&result.sha256)?;
    at_most("the number of bytes of the URI", result.uri.len(), MAX_TEXT)?;
    let storage = call.deps.storage;
    let params = params_of(storage, state.params_version)?;
    state.status = Status::Submitted;
    state.deadline_secs = call.now_secs.saturating_add(params.review_secs);
    JOBS.save(storage, job, &state)?;
    RESULTS.save(storage, job, &result)?;
    let mut journal = Journal::default();
    journal.note(ResultSubmitted {
        job,
        sha256: result.sha256,
        size: result.size,
        deadline_secs: state.deadline_secs,
    });
    Ok(journal.close(storage, done("submit_result"))?)
}

/// The hot key that counts is the one of today: a stolen one is replaced at the registry
/// and running jobs follow.
fn ensure_operator(call: &Call, job: u64, state: &Job) -> Result<(), ContractError> {
    let (_, provider) = state.node_and_provider(job)?;
    let registry_addr = CONFIG.load(call.deps.storage)?.registry;
    let record = RegistryStore::open(call.deps.querier, registry_addr)?
        .provider(provider)?
        .ok_or(ContractError::UnknownProvider { provider })?;
    if record.operator == call.sender_addr {
        return Ok(());
    }
    Err(ContractError::NotOperator {
        job,
        sender: call.sender_addr.clone(),
    })
}

/// Chains answer in `msg_responses` or, the older ones, in `data`.
fn parse(msg: cosmwasm_std::Reply) -> Result<AssignResponse, ContractError> {
    let SubMsgResult::Ok(response) = msg.result else {
        return Err(ContractError::NoAnswer);
    };
    #[allow(deprecated)]
    let bytes = match response.msg_responses.into_iter().next() {
        Some(first) => Some(first.value),
        None => response.data,
    };
    let bytes = bytes.ok_or(ContractError::NoAnswer)?;
    let data = parse_execute_response_data(&bytes)?
        .data
        .ok_or(ContractError::NoAnswer)?;
    Ok(from_json(data)?)
}
