//! Numbers that members change: parameters of contracts, rules and settings of the DAO. What
//! is not named stays as it is now.

use std::collections::BTreeMap;

use serde_json::{json, Map, Value};
use surge_interface::dao::{Action, Class};

use super::{actions::execute, told};
use crate::{
    command::ask,
    failure::{Failure, Outcome},
    session::Session,
};

/// Messages with all parameters of a contract, some of them changed.
pub fn parameters(changes: &[String], session: &Session) -> Outcome<Vec<Action>> {
    let mut changed: BTreeMap<String, Value> = BTreeMap::new();
    for change in changes {
        let (contract, field, value) = assignment(change)?;
        ask::known(contract)?;
        if !changed.contains_key(contract) {
            let now = told::parameters(session, contract)?.ok_or_else(|| {
                Failure::new(format!("the contract {contract} has no parameters"))
                    .next("choose one of registry, escrow, rewards")
            })?;
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
pub fn rules(changes: &[String], session: &Session) -> Outcome<Vec<Action>> {
    let mut changed: BTreeMap<Class, Map<String, Value>> = BTreeMap::new();
    for change in changes {
        let (name, field, value) = assignment(change)?;
        let class = class(name)?;
        if let std::collections::btree_map::Entry::Vacant(entry) = changed.entry(class) {
            if let Value::Object(now) = serde_json::to_value(told::policy_of(session, class)?)? {
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

/// The settings, with some of them changed.
pub fn settings(changes: &[String], session: &Session) -> Outcome<Option<Action>> {
    if changes.is_empty() {
        return Ok(None);
    }
    let mut now = serde_json::to_value(told::settings_of(session)?)?;
    for change in changes {
        let (field, text) = change.split_once('=').ok_or_else(|| {
            Failure::new(format!("{change:?} changes nothing"))
                .next("write, for example: --setting forfeit_bps=5000")
        })?;
        let Value::Object(fields) = &mut now else {
            continue;
        };
        match field {
            "deposit_denom" => {
                let denom = serde_json::to_value(session.coinage_called(text)?.denom)?;
                fields.insert(field.to_owned(), denom);
            }
            _ => set(fields, "the DAO", field, text)?,
        }
    }
    let settings = serde_json::from_value(now)
        .map_err(|error| Failure::new(format!("the DAO's settings: {error}")))?;
    Ok(Some(Action::SetSettings { settings }))
}

/// A class of proposals by name.
pub fn class(name: &str) -> Outcome<Class> {
    let named = Class::ALL.into_iter().find(|class| class.name() == name);
    named.ok_or_else(|| {
        let names = Class::ALL.map(Class::name).join(", ");
        Failure::new(format!("there is no class of proposals {name:?}"))
            .next(format!("choose one of {names}"))
    })
}
