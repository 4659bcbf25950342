//! What a proposal does, a line in words for each action.

use std::collections::BTreeMap;

use cw20::Cw20ExecuteMsg;
use serde_json::{json, Value};
use surge_interface::{
    dao::{Action, Class, ConfigResponse, DaoMember, Policies, Policy, QueryMsg, Settings},
    UncheckedDenom,
};

use super::treasury;
use crate::{
    deployment::{differences, CONTRACTS},
    failure::Outcome,
    money::{Amount, Coinage},
    output::in_one_line,
    session::Session,
};

/// What stands before what is not decided yet.
pub const ONCE: &str = "if it passes: ";

/// Denominations of a proposal of which the DAO's balance is asked, at most.
const MOST_ASKED: usize = 30;

/// Each action in words, `before` before it, and a line more for what the DAO has too little
/// of. What changes is told beside what holds now.
pub fn lines(session: &Session, before: &str, actions: &[Action]) -> Outcome<Vec<String>> {
    let mut lines = vec![];
    for action in actions {
        let line = line(session, action, Beside::Now)?;
        lines.push(format!("{before}{}", in_one_line(&line)));
    }
    lines.extend(session.waiting("asking what the DAO has", || lacking(session, actions)));
    Ok(lines)
}

/// Each action of a proposal that is over, in words: what it was to set. What holds now came
/// after it and says nothing of it.
pub fn past(session: &Session, actions: &[Action]) -> Outcome<Vec<String>> {
    let line = |action| Ok(in_one_line(&line(session, action, Beside::Nothing)?));
    actions.iter().map(line).collect()
}

/// What is told beside the values that an action sets.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    /// Those that hold now.
    Now,
    Nothing,
}

fn line(session: &Session, action: &Action, beside: Beside) -> Outcome<String> {
    let called = |address: &str| called(session, address);
    Ok(match action {
        Action::Send { to, denom, amount } => {
            let amount = session.coinage(denom).of(amount.u128());
            format!("pays {amount} to {}", called(to))
        }
        Action::Execute {
            contract,
            msg,
            funds,
        } => {
            let mut line = message(session, contract, msg, beside)?;
            for coin in funds {
                let denom = UncheckedDenom::Native(coin.denom.clone());
                let amount = session.coinage(&denom).of(coin.amount.u128());
                line = format!("{line}, and pays it {amount}");
            }
            line
        }
        Action::Migrate {
            contract,
            code_id,
            msg,
        } => {
            let msg = match msg.as_slice() {
                b"{}" => String::new(),
                msg => format!(", with {}", String::from_utf8_lossy(msg)),
            };
            format!("gives {} the code {code_id}{msg}", called(contract))
        }
        Action::SetAdmin { contract, admin } => format!(
            "hands over the right to give {} other code to {}",
            called(contract),
            called(admin)
        ),
        Action::SetPolicy { class, policy } => {
            let policy = serde_json::to_value(policy)?;
            let told = match beside {
                Beside::Now => {
                    changes(&policy, &serde_json::to_value(policy_of(session, *class)?)?)
                }
                Beside::Nothing => values(&policy),
            };
            format!("rules of class {}: {told}", class.name())
        }
        Action::SetRow { row } => format!(
            "a message {} to {} is of class {}",
            row.message,
            called(&row.contract),
            row.class.name()
        ),
        Action::SetSettings { settings } => {
            let settings = serde_json::to_value(settings)?;
            let told = match beside {
                Beside::Now => changes(&settings, &serde_json::to_value(settings_of(session)?)?),
                Beside::Nothing => values(&settings),
            };
            format!("settings of the DAO: {told}")
        }
        Action::AddMember { address } => format!("takes {} in as a member", called(address)),
        Action::RemoveMember { member } if beside == Beside::Nothing => {
            format!("puts member {member} out")
        }
        Action::RemoveMember { member } => {
            let msg = QueryMsg::MemberById {
                member: *member,
                height: None,
            };
            let found: Option<DaoMember> = session.ask(&session.contracts()?.dao, &msg)?;
            let who = found.map_or_else(
                || "whom there is not".to_owned(),
                |found| found.address.into_string(),
            );
            format!("puts member {member} out, {who}")
        }
    })
}

/// A message to a contract. Tokens that move are told as money, parameters as what changes.
fn message(session: &Session, contract: &str, msg: &[u8], beside: Beside) -> Outcome<String> {
    let name = called(session, contract);
    if let Some((coinage, moved)) = moved(session, contract, msg) {
        match moved {
            Cw20ExecuteMsg::Transfer { recipient, amount } => {
                let (amount, to) = (coinage.of(amount.u128()), called(session, &recipient));
                return Ok(format!("pays {amount} to {to}"));
            }
            Cw20ExecuteMsg::Send {
                contract,
                amount,
                msg,
            } => {
                let (amount, to) = (coinage.of(amount.u128()), called(session, &contract));
                let with = String::from_utf8_lossy(&msg);
                return Ok(format!("pays {amount} to {to} with {with}"));
            }
            _ => {}
        }
    }
    let Ok(Value::Object(message)) = serde_json::from_slice(msg) else {
        return Ok(format!("{name}: {}", String::from_utf8_lossy(msg)));
    };
    let mut lines = vec![];
    for (word, body) in message {
        if word == "update_params" {
            let wanted = &body["params"];
            let told = match beside {
                Beside::Now => parameters(session, &name)?.map(|now| changes(wanted, &now)),
                Beside::Nothing => wanted.is_object().then(|| values(wanted)),
            };
            if let Some(told) = told {
                lines.push(format!("{name}: {told}"));
                continue;
            }
        }
        let fields = match &body {
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(field, value)| format!(" {field}={}", bare(value)));
                fields.collect()
            }
            other => format!(" {}", bare(other)),
        };
        lines.push(format!("{name}.{word}{fields}"));
    }
    Ok(lines.join("; "))
}

/// Tokens that this message moves, when the contract is a token that is known here.
fn moved(session: &Session, contract: &str, msg: &[u8]) -> Option<(Coinage, Cw20ExecuteMsg)> {
    let denom = UncheckedDenom::Cw20(contract.to_owned());
    let mut known = session.coinages().ok()?.into_iter();
    let coinage = known.find(|coinage| coinage.denom == denom)?;
    Some((coinage, serde_json::from_slice(msg).ok()?))
}

/// The parameters that a contract of the suite has now; none when it has no such.
pub fn parameters(session: &Session, contract: &str) -> Outcome<Option<Value>> {
    let query = match contract {
        "escrow" => json!({ "params": { "version": null } }),
        "registry" | "rewards" => json!({ "params": {} }),
        _ => return Ok(None),
    };
    let mut now: Value = session.ask(session.contracts()?.get(contract), &query)?;
    // The rewards answer with when they may change beside.
    Ok(Some(match contract {
        "rewards" => now["params"].take(),
        _ => now,
    }))
}

/// The rules that a class of proposals has now.
pub fn policy_of(session: &Session, class: Class) -> Outcome<Option<Policy>> {
    let all: Policies = session.ask(&session.contracts()?.dao, &QueryMsg::Policies {})?;
    let mut all = Class::ALL.into_iter().zip(all.into_array());
    Ok(all.find(|(of, _)| *of == class).map(|(_, policy)| policy))
}

/// The settings that the DAO has now.
pub fn settings_of(session: &Session) -> Outcome<Settings> {
    let config: ConfigResponse = session.ask(&session.contracts()?.dao, &QueryMsg::Config {})?;
    Ok(config.settings)
}

fn changes(wanted: &Value, now: &Value) -> String {
    let changed: Vec<String> = differences("", wanted, now)
        .iter()
        .map(|one| format!("{} {} → {}", one.field, bare(&one.found), bare(&one.wanted)))
        .collect();
    match changed.is_empty() {
        true => "as they are now".to_owned(),
        false => changed.join(", "),
    }
}

/// The fields of an object with their values, but those that are null.
fn values(wanted: &Value) -> String {
    let fields: Vec<String> = differences("", wanted, &json!({}))
        .iter()
        .map(|one| format!("{} {}", one.field, bare(&one.wanted)))
        .collect();
    fields.join(", ")
}

/// A value without the quotes of JSON.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A contract of the suite by its name, everybody else by the address.
pub fn called(session: &Session, address: &str) -> String {
    let named = session.contracts().ok().and_then(|at| {
        let mut names = CONTRACTS.into_iter();
        names.find(|name| at.get(name) == address)
    });
    named.map_or_else(|| address.to_owned(), str::to_owned)
}

/// What actions pay, of each denomination: those that have a name here come first.
fn payments(session: &Session, actions: &[Action]) -> Vec<Amount> {
    let named = session.coinages().unwrap_or_default();
    let mut paid: BTreeMap<(bool, String), Amount> = BTreeMap::new();
    let mut pays = |coinage: Coinage, amount: u128| {
        let key = (!named.contains(&coinage), coinage.denom.to_string());
        let sum = paid.entry(key).or_insert_with(|| coinage.of(0));
        sum.base = sum.base.saturating_add(amount);
    };
    for action in actions {
        match action {
            Action::Send { denom, amount, .. } => pays(session.coinage(denom), amount.u128()),
            Action::Execute {
                contract,
                msg,
                funds,
            } => {
                for coin in funds {
                    let denom = UncheckedDenom::Native(coin.denom.clone());
                    pays(session.coinage(&denom), coin.amount.u128());
                }
                if let Some((
                    coinage,
                    Cw20ExecuteMsg::Transfer { amount, .. } | Cw20ExecuteMsg::Send { amount, .. },
                )) = moved(session, contract, msg)
                {
                    pays(coinage, amount.u128());
                }
            }
            _ => {}
        }
    }
    paid.into_values().collect()
}

/// A line for each denomination of which the actions pay more than the DAO has of its own, or
/// of which nobody can say what it has: who proposes may name an address that is no token, and
/// that must not keep members from looking at it and voting it down. Neither must hundreds of
/// denominations: at most [`MOST_ASKED`] are asked for, and how many are left out is told.
fn lacking(session: &Session, actions: &[Action]) -> Vec<String> {
    let paid = payments(session, actions);
    if paid.is_empty() {
        return vec![];
    }
    let owed = match treasury::owed(session) {
        Ok(owed) => owed,
        Err(failure) => {
            let why = in_one_line(failure.what());
            return vec![format!("what the DAO has cannot be asked: {why}")];
        }
    };
    let mut lines = vec![];
    for paid in paid.iter().take(MOST_ASKED) {
        let line = match treasury::own(session, &owed, &paid.coinage) {
            Ok(own) if own >= paid.base => continue,
            Ok(own) => format!(
                "the DAO has {} of its own now, and this pays {paid}: it cannot be carried out before more is there",
                paid.coinage.of(own),
            ),
            Err(failure) => format!(
                "this pays {paid}, and what the DAO has of it cannot be asked: {}",
                failure.what()
            ),
        };
        lines.push(in_one_line(&line));
    }
    let left_out = paid.len().saturating_sub(MOST_ASKED);
    if left_out > 0 {
        lines.push(format!(
            "it pays {left_out} further denominations, and whether the DAO has enough of them was not asked; see: surge dao treasury"
        ));
    }
    lines
}
