//! What members propose.

use std::{collections::BTreeMap, fs, path::PathBuf};

use clap::Args;
use cosmwasm_std::{Binary, Uint128};
use serde_json::{json, Map, Value};
use surge_interface::dao::{
    Action, Class, ClassifyResponse, Draft, ExecuteMsg, Policies, QueryMsg, ReceiveMsg, MIN_GAS,
};

use crate::{
    command::ask,
    contract::{check, Kind},
    deployment::CONTRACTS,
    failure::{Failure, Outcome},
    keys,
    money::Amount,
    output::Report,
    session::Session,
    transact::Act,
};

/// A proposal. Its actions are carried out in the order of this list, all of them or none.
#[derive(Args)]
pub struct Propose {
    /// A line.
    #[arg(long)]
    title: String,
    /// The reasons.
    #[arg(long, default_value = "", conflicts_with = "text_file")]
    text: String,
    /// The reasons, in a file.
    #[arg(long)]
    text_file: Option<PathBuf>,
    /// Pay somebody: `TO AMOUNT`, such as `payout1 "5 SURGE"`. May be repeated.
    #[arg(long, num_args = 2, value_names = ["TO", "AMOUNT"])]
    spend: Vec<String>,
    /// Take somebody in: an address or the name of a key. May be repeated.
    #[arg(long, value_name = "WHO")]
    add_member: Vec<String>,
    /// Put a member out, by id. May be repeated.
    #[arg(long, value_name = "MEMBER")]
    remove_member: Vec<u32>,
    /// Change a parameter, such as `registry.heartbeat_secs=60`; the others stay. May be
    /// repeated.
    #[arg(long, value_name = "CONTRACT.FIELD=VALUE")]
    set: Vec<String>,
    /// Change a rule of a class of proposals, such as `spend.quorum_bps=3000`. May be repeated.
    #[arg(long, value_name = "CLASS.FIELD=VALUE")]
    rule: Vec<String>,
    /// Open or close the intake of a contract: `escrow closed`. May be repeated.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "open|closed"])]
    intake: Vec<String>,
    /// Send a contract of the suite any message, from a file. May be repeated.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "FILE.json"])]
    message: Vec<String>,
    /// The same with the message itself; the contract may be any address. May be repeated.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "JSON"])]
    call: Vec<String>,
    /// Give a contract other code, which is stored already: `registry 12`.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "CODE"])]
    migrate: Vec<String>,
    /// More actions, as a file with a JSON list of them.
    #[arg(long)]
    actions: Option<PathBuf>,
    /// Gas that the actions may use together.
    #[arg(long, default_value_t = 1_000_000)]
    actions_gas: u64,
}

/// Opens it.
pub fn open(propose: &Propose, session: &Session) -> Outcome<Report> {
    let contracts = session.contracts()?;
    let actions = actions(propose, session)?;
    let msg = QueryMsg::Classify {
        actions: actions.clone(),
    };
    let found: ClassifyResponse = session.ask(&contracts.dao, &msg)?;
    let deposit = session
        .coinage(&found.deposit_denom)
        .of(found.policy.deposit.u128());
    let text = match &propose.text_file {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?,
        None => propose.text.clone(),
    };
    let draft = Draft {
        title: propose.title.clone(),
        text,
        gas: match actions.is_empty() {
            true => 0,
            false => propose.actions_gas.max(MIN_GAS),
        },
        actions,
    };
    let classes: Vec<&str> = found.classes.iter().map(|class| class.name()).collect();
    let policy = &found.policy;
    let days = |secs: u64| match secs {
        0..86_400 => format!("{secs} seconds"),
        _ => format!("{:.1} days", secs as f64 / 86_400.0),
    };
    let act = Act::new(format!(
        "Opens a proposal of class {}: {:.1} % of all weight has to vote, for {} at most, then {} of timelock.",
        classes.join(" and "),
        f64::from(policy.quorum_bps) / 100.0,
        days(policy.voting_secs),
        days(policy.timelock_secs),
    ));
    let inside = ReceiveMsg::Propose {
        draft: Box::new(draft.clone()),
    };
    let msg = ExecuteMsg::Propose { draft };
    let act = match deposit.base {
        0 => act.call(session, &contracts.dao, &msg)?,
        _ => act
            .moving(format!("{deposit} to the DAO, until it is over"))
            .pay(session, &contracts.dao, &deposit, &msg, &inside)?,
    };
    let done = session.perform(&act)?;
    let id: Option<u64> = done
        .attribute("proposal_opened", "proposal")
        .and_then(|id| id.parse().ok());
    let text = id
        .map(|id| format!("it is proposal {id}; next: surge dao vote {id} yes"))
        .unwrap_or_default();
    done.report(&json!({ "proposal": id, "classes": classes }), text)
}

fn actions(propose: &Propose, session: &Session) -> Outcome<Vec<Action>> {
    let mut actions = vec![];
    for (to, amount) in pairs(&propose.spend) {
        let amount = Amount::parse(amount, &session.coinages()?)?;
        actions.push(Action::Send {
            to: keys::address(session.network(), to)?,
            denom: amount.coinage.denom,
            amount: Uint128::new(amount.base),
        });
    }
    for who in &propose.add_member {
        let address = keys::address(session.network(), who)?;
        actions.push(Action::AddMember { address });
    }
    let leaving = propose.remove_member.iter();
    actions.extend(leaving.map(|member| Action::RemoveMember { member: *member }));
    actions.extend(parameters(&propose.set, session)?);
    actions.extend(rules(&propose.rule, session)?);
    for (contract, word) in pairs(&propose.intake) {
        let open = match word {
            "open" => true,
            "closed" => false,
            _ => {
                return Err(
                    Failure::new(format!("an intake is no {word:?}")).next("write open or closed")
                )
            }
        };
        let msg = json!({ "set_intake": { "open": open } });
        actions.push(execute(session, contract, &msg)?);
    }
    for (contract, path) in pairs(&propose.message) {
        let msg = ask::from_file(contract, path.as_ref())?;
        actions.push(execute(session, contract, &msg)?);
    }
    for (contract, text) in pairs(&propose.call) {
        let msg: Value =
            serde_json::from_str(text).map_err(|error| Failure::new(format!("{text}: {error}")))?;
        actions.push(execute(session, contract, &msg)?);
    }
    for (contract, code) in pairs(&propose.migrate) {
        actions.push(Action::Migrate {
            contract: address(session, contract)?,
            code_id: code.parse().map_err(|_| {
                Failure::new(format!("{code:?} is no number of a code"))
                    .next("`surge tx HASH` of its storing tells the code_id")
            })?,
            msg: Binary::new(b"{}".to_vec()),
        });
    }
    if let Some(path) = &propose.actions {
        let text = fs::read(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        let more: Vec<Action> = serde_json::from_slice(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        actions.extend(more);
    }
    Ok(actions)
}

/// Messages with all parameters of a contract, some of them changed.
fn parameters(changes: &[String], session: &Session) -> Outcome<Vec<Action>> {
    let mut changed: BTreeMap<String, Value> = BTreeMap::new();
    for change in changes {
        let (contract, field, value) = assignment(change)?;
        ask::known(contract)?;
        if !changed.contains_key(contract) {
            let at = session.contracts()?;
            let query = match contract {
                "escrow" => json!({ "params": { "version": null } }),
                _ => json!({ "params": {} }),
            };
            let mut now: Value = session.ask(at.get(contract), &query)?;
            // The rewards answer with when they may change beside.
            if contract == "rewards" {
                now = now["params"].take();
            }
            changed.insert(contract.to_owned(), now);
        }
        if let Some(Value::Object(now)) = changed.get_mut(contract) {
            set(now, contract, field, value)?;
        }
    }
    changed
        .iter()
        .map(|(contract, params)| {
            let msg = json!({ "update_params": { "params": params } });
            execute(session, contract, &msg)
        })
        .collect()
}

/// Policies of classes, with some rules changed.
fn rules(changes: &[String], session: &Session) -> Outcome<Vec<Action>> {
    let mut changed: BTreeMap<Class, Map<String, Value>> = BTreeMap::new();
    for change in changes {
        let (name, field, value) = assignment(change)?;
        let named = Class::ALL
            .into_iter()
            .enumerate()
            .find(|(_, class)| class.name() == name);
        let (index, class) = named.ok_or_else(|| {
            let names = Class::ALL.map(Class::name).join(", ");
            Failure::new(format!("there is no class of proposals {name:?}"))
                .next(format!("choose one of {names}"))
        })?;
        if let std::collections::btree_map::Entry::Vacant(entry) = changed.entry(class) {
            let all: Policies = session.ask(&session.contracts()?.dao, &QueryMsg::Policies {})?;
            let policy = all.into_array().into_iter().nth(index);
            if let Value::Object(now) = serde_json::to_value(policy)? {
                entry.insert(now);
            }
        }
        if let Some(now) = changed.get_mut(&class) {
            set(now, name, field, value)?;
        }
    }
    changed
        .into_iter()
        .map(|(class, policy)| {
            let policy = serde_json::from_value(Value::Object(policy))
                .map_err(|error| Failure::new(format!("{}: {error}", class.name())))?;
            Ok(Action::SetPolicy { class, policy })
        })
        .collect()
}

/// Sets a field that is there, in the form that it has.
fn set(now: &mut Map<String, Value>, of: &str, field: &str, text: &str) -> Outcome<()> {
    let mut names: Vec<&str> = now.keys().map(String::as_str).collect();
    names.sort_unstable();
    let unknown = Failure::new(format!("{of} has no {field:?}"))
        .next(format!("choose one of {}", names.join(", ")));
    let Some(old) = now.get_mut(field) else {
        return Err(unknown);
    };
    *old = match old {
        Value::String(_) => Value::String(text.to_owned()),
        _ => serde_json::from_str(text)
            .map_err(|error| Failure::new(format!("{of}.{field}: {text:?}: {error}")))?,
    };
    Ok(())
}

fn assignment(text: &str) -> Outcome<(&str, &str, &str)> {
    text.split_once('=')
        .and_then(|(place, value)| {
            let (of, field) = place.split_once('.')?;
            Some((of, field, value))
        })
        .ok_or_else(|| {
            Failure::new(format!("{text:?} changes nothing"))
                .next("write, for example: --set registry.heartbeat_secs=60")
        })
}

/// A message, checked when the contract is one of the suite.
fn execute(session: &Session, contract: &str, msg: &Value) -> Outcome<Action> {
    if CONTRACTS.contains(&contract) {
        check(contract, Kind::Message, msg).map_err(|why| {
            Failure::new(format!("the {contract} takes no such message: {why}")).next(format!(
                "its messages stand in schema/{contract}/surge-{contract}.json"
            ))
        })?;
    }
    Ok(Action::Execute {
        contract: address(session, contract)?,
        msg: Binary::new(serde_json::to_vec(msg)?),
        funds: vec![],
    })
}

fn address(session: &Session, contract: &str) -> Outcome<String> {
    match CONTRACTS.contains(&contract) {
        true => Ok(session.contracts()?.get(contract).to_owned()),
        false => keys::address(session.network(), contract),
    }
}

fn pairs(words: &[String]) -> impl Iterator<Item = (&str, &str)> {
    words.chunks(2).filter_map(|pair| match pair {
        [one, other] => Some((one.as_str(), other.as_str())),
        _ => None,
    })
}
