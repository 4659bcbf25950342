//! Which messages there are, and which of them the table has to have.

use std::{collections::BTreeSet, path::PathBuf};

use cosmwasm_schema::schema_for;
use serde_json::Value;
use surge_interface::{dao, escrow, registry};

use crate::{
    gas::{Complaint, Table},
    root, Error,
};

const CONTRACTS: [&str; 5] = ["dao", "escrow", "registry", "rewards", "token"];

/// Messages without a row of their own, and why.
pub const WITHOUT: [(&str, &str); 11] = [
    ("dao perform", "only the DAO itself, in `dao execute`"),
    (
        "dao check_solvency",
        "only the DAO itself, in `dao execute`",
    ),
    (
        "dao receive",
        "by what is sent with it, see `dao receive …`",
    ),
    (
        "escrow receive",
        "by what is sent with it, see `escrow receive …`",
    ),
    (
        "registry receive",
        "by what is sent with it, see `registry receive …`",
    ),
    (
        "registry assign",
        "only the escrow, in `escrow submit_job` and `escrow match`",
    ),
    ("registry reassign", "only the escrow, in `escrow decline`"),
    (
        "registry release",
        "only the escrow, in `escrow accept` and every other end of a job",
    ),
    (
        "token send",
        "by the contract that gets it, see `… receive …`",
    ),
    (
        "token mint",
        "only the rewards contract, in `rewards claim`",
    ),
    (
        "token update_minter",
        "only the rewards contract, which never does",
    ),
];

/// How the rows of what a DAO's actions cost are called.
const ACTIONS: [(&str, &str); 9] = [
    ("send", "dao execute (one spend)"),
    ("execute", "dao execute (registry set_class)"),
    ("migrate", "dao execute (migrates the token)"),
    ("set_admin", "dao execute (another admin)"),
    ("set_policy", "dao execute (a policy)"),
    ("set_row", "dao execute (a row)"),
    ("set_settings", "dao execute (settings)"),
    ("add_member", "dao execute (one member)"),
    ("remove_member", "dao execute (one member less)"),
];

/// Messages of the contracts that have neither a row nor a reason, and reasons that are
/// needed no longer.
pub fn gaps(table: &Table) -> Result<Vec<Complaint>, Error> {
    let mut messages = BTreeSet::new();
    for contract in CONTRACTS {
        let path = format!("schema/{contract}/surge-{contract}.json");
        let schema: Value = serde_json::from_slice(&file(root().join(path))?)?;
        let names = variants(&schema["execute"]).into_iter();
        messages.extend(names.map(|name| format!("{contract} {name}")));
        messages.insert(format!("{contract} instantiate"));
        messages.insert(format!("store {contract}"));
    }
    let received = [
        ("dao", serde_json::to_value(schema_for!(dao::ReceiveMsg))?),
        (
            "escrow",
            serde_json::to_value(schema_for!(escrow::ReceiveMsg))?,
        ),
        (
            "registry",
            serde_json::to_value(schema_for!(registry::ReceiveMsg))?,
        ),
    ];
    for (contract, schema) in received {
        let names = variants(&schema).into_iter();
        messages.extend(names.map(|name| format!("{contract} receive {name}")));
    }

    let excused = |name: &str| WITHOUT.iter().any(|(message, _)| *message == name);
    let mut found = vec![];
    for message in &messages {
        let reason = match (has_row(table, message), excused(message)) {
            (false, false) => {
                "has no row: measure it, or say why not in tests/chain/src/coverage.rs"
            }
            (true, true) => "has a row, and a reason to have none",
            _ => continue,
        };
        found.push(Complaint::new(message, reason.into()));
    }
    for (message, _) in WITHOUT {
        if !messages.contains(message) {
            let reason = "is no message, and has a reason to have no row";
            found.push(Complaint::new(message, reason.into()));
        }
    }
    let actions = variants(&serde_json::to_value(schema_for!(dao::Action))?);
    for action in actions {
        let row = ACTIONS.iter().find(|(name, _)| *name == action);
        if !row.is_some_and(|(_, row)| table.0.contains_key(*row)) {
            let reason = "is an action without a row: measure it, and name the row in tests/chain/src/coverage.rs";
            found.push(Complaint::new(&action, reason.into()));
        }
    }
    Ok(found)
}

/// Sent by itself, or by the members of the DAO.
fn has_row(table: &Table, message: &str) -> bool {
    // What is received by a contract is no `receive` of its own.
    if message.ends_with(" receive") {
        return false;
    }
    let decreed = format!("dao execute ({message}");
    table.0.keys().any(|row| {
        let row = row.strip_prefix(&decreed).or(row.strip_prefix(message));
        row.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',', ')']))
    })
}

fn variants(schema: &Value) -> Vec<String> {
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let names = choices.flat_map(|choice| {
        let names = choice["required"].as_array().or(choice["enum"].as_array());
        names.into_iter().flatten()
    });
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn file(path: PathBuf) -> Result<Vec<u8>, Error> {
    std::fs::read(&path).map_err(|source| Error::File { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_has_every_message() -> Result<(), Error> {
        assert_eq!(gaps(&Table::committed()?)?, []);
        Ok(())
    }

    #[test]
    fn a_message_without_row_and_reason_is_a_gap() -> Result<(), Error> {
        for (row, message) in [
            ("dao activate", "dao activate"),
            ("escrow receive dispute", "escrow receive dispute"),
            (
                "dao execute (rewards update_ownership)",
                "rewards update_ownership",
            ),
            ("dao execute (a row)", "set_row"),
        ] {
            let mut table = Table::committed()?;
            assert!(table.0.remove(row).is_some(), "{row} is a row");
            let told: Vec<_> = gaps(&table)?.iter().map(ToString::to_string).collect();
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(message), "{told:?}");
        }
        Ok(())
    }
}
