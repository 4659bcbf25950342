//! What was decided is carried out, all of it or nothing.

use cosmwasm_std::{
    to_json_binary, Api, CosmosMsg, Reply, Response, StdResult, SubMsg, SubMsgResult, WasmMsg,
};
use surge_interface::dao::{Action, Class, ExecuteMsg, Status, MAX_FAILURE};
use surge_interface::events::dao::{ExecutionFailed, ProposalExecuted};
use surge_interface::events::{done, Journal};

use super::{member, rules, Call};
use crate::class::is_allowance;
use crate::ledger::ensure_solvent;
use crate::state::{load_head, save_head, FAILURES, PLANS};
use crate::ContractError;

/// Anybody executes what is ready. It counts as executed before anything happens, so that
/// nothing that happens can execute it again; a failure takes that back.
pub fn execute(call: Call, proposal: u64) -> Result<Response, ContractError> {
    let storage = call.deps.storage;
    let mut head = load_head(storage, proposal)?;
    let status = head.status_at(call.now_secs);
    if status != Status::Ready {
        return Err(ContractError::WrongStatus {
            proposal,
            status,
            needed: Status::Ready,
        });
    }
    head.status = Status::Executed;
    save_head(storage, proposal, &head);
    let perform = to_itself(&call.self_addr, &ExecuteMsg::Perform { proposal })?;
    // The reply id is the proposal: there is nothing else that could be answered.
    let attempt = SubMsg::reply_on_error(perform, proposal).with_gas_limit(head.gas.into());
    Ok(done("execute").add_submessage(attempt))
}

fn to_itself(self_addr: &cosmwasm_std::Addr, msg: &ExecuteMsg) -> StdResult<CosmosMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: self_addr.to_string(),
        msg: to_json_binary(msg)?,
        funds: vec![],
    }
    .into())
}

/// The DAO alone: applies what changes the DAO itself, sends everything else, and looks at
/// the end whether others' money is still there.
pub fn perform(mut call: Call, proposal: u64) -> Result<Response, ContractError> {
    call.ensure_self()?;
    let head = load_head(call.deps.storage, proposal)?;
    if head.status != Status::Executed {
        return Err(ContractError::WrongStatus {
            proposal,
            status: head.status,
            needed: Status::Executed,
        });
    }
    let plan = PLANS.load(call.deps.storage, proposal)?;
    let actions = plan.actions.len();
    let mut codes = plan.codes.into_iter();
    let mut journal = Journal::default();
    let mut messages = vec![];
    for action in plan.actions {
        messages.extend(perform_one(&mut call, &mut journal, &mut codes, action)?);
    }
    if head.classes.has(Class::Spend) || head.classes.has(Class::Any) {
        messages.push(to_itself(&call.self_addr, &ExecuteMsg::CheckSolvency {})?);
    }
    journal.note(ProposalExecuted { proposal, actions });
    let response = done("perform").add_messages(messages);
    Ok(journal.close(call.deps.storage, response)?)
}

fn perform_one(
    call: &mut Call,
    journal: &mut Journal,
    codes: &mut impl Iterator<Item = u64>,
    action: Action,
) -> Result<Option<CosmosMsg>, ContractError> {
    let api = call.deps.api;
    match &action {
        Action::Send { .. } | Action::SetAdmin { .. } => {}
        Action::Execute { contract, msg, .. } => {
            let contract_addr = api.addr_validate(contract)?;
            if is_allowance(&contract_addr, msg)? {
                rules::ensure_not_owed(call.deps.storage, &contract_addr)?;
                rules::allow(call.deps.storage, &contract_addr)?;
            }
        }
        Action::Migrate { contract, .. } => ensure_same_code(call, contract, codes.next())?,
        Action::SetPolicy { class, policy } => {
            rules::set_policy(call, journal, *class, policy)?;
        }
        Action::SetRow { row } => rules::set_row(call.deps.storage, api, journal, row)?,
        Action::SetSettings { settings } => {
            rules::set_settings(call, journal, settings)?;
        }
        Action::AddMember { address } => member::add(call, journal, address)?,
        Action::RemoveMember { member } => member::remove(call, journal, *member)?,
    }
    message_of(api, action)
}

/// The message that an action sends; none when it changes the DAO itself.
pub fn message_of(api: &dyn Api, action: Action) -> Result<Option<CosmosMsg>, ContractError> {
    Ok(Some(match action {
        Action::Send { to, denom, amount } => {
            let to_addr = api.addr_validate(&to)?;
            denom.check(api)?.transfer(&to_addr, amount)?
        }
        Action::Execute {
            contract,
            msg,
            funds,
        } => WasmMsg::Execute {
            contract_addr: contract,
            msg,
            funds,
        }
        .into(),
        Action::Migrate {
            contract,
            code_id,
            msg,
        } => WasmMsg::Migrate {
            contract_addr: contract,
            new_code_id: code_id,
            msg,
        }
        .into(),
        Action::SetAdmin { contract, admin } => WasmMsg::UpdateAdmin {
            contract_addr: contract,
            admin,
        }
        .into(),
        Action::SetPolicy { .. }
        | Action::SetRow { .. }
        | Action::SetSettings { .. }
        | Action::AddMember { .. }
        | Action::RemoveMember { .. } => return Ok(None),
    }))
}

/// What was voted on was a step from the code of that day.
fn ensure_same_code(
    call: &Call,
    contract: &str,
    proposed: Option<u64>,
) -> Result<(), ContractError> {
    let now = call
        .deps
        .querier
        .query_wasm_contract_info(contract)?
        .code_id;
    if proposed == Some(now) {
        return Ok(());
    }
    Err(ContractError::CodeChanged {
        contract: call.deps.api.addr_validate(contract)?,
        proposed: proposed.unwrap_or_default(),
        now,
    })
}

/// The DAO alone, after actions.
pub fn check_solvency(call: &Call) -> Result<Response, ContractError> {
    call.ensure_self()?;
    ensure_solvent(call.deps.storage, &call.deps.querier, &call.self_addr)?;
    Ok(Response::new())
}

/// The actions failed: they are undone already, and that is recorded.
pub fn failed(call: Call, answer: Reply) -> Result<Response, ContractError> {
    let proposal = answer.id;
    let SubMsgResult::Err(error) = answer.result else {
        return Err(ContractError::UnknownReply { id: proposal });
    };
    let storage = call.deps.storage;
    let mut head = load_head(storage, proposal)?;
    if head.status != Status::Executed {
        return Err(ContractError::UnknownReply { id: proposal });
    }
    head.fail(call.now_secs);
    save_head(storage, proposal, &head);
    let reason = match error.trim() {
        "" => "no reason given".to_owned(),
        error => error.chars().take(MAX_FAILURE).collect(),
    };
    FAILURES.save(storage, proposal, &reason)?;
    let mut journal = Journal::default();
    journal.note(ExecutionFailed {
        proposal,
        tries: head.tries,
        status: head.status_at(call.now_secs).name(),
        reason,
    });
    Ok(journal.close(storage, Response::new())?)
}
