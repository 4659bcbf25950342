//! `surge keys`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::{
    failure::Outcome,
    keys,
    money::Coinage,
    output::{facts, table, Report},
    session::Session,
};

/// What can be said after `surge keys`.
#[derive(Subcommand)]
pub enum Command {
    /// Make a key. Its words go to a file that you put away; they are never printed.
    Add {
        /// What to call it.
        name: String,
        /// File for the words; it must not exist.
        #[arg(long)]
        backup: PathBuf,
    },
    /// Keep a key that you have: words from SURGE_MNEMONIC, standard input or a prompt.
    Import {
        /// What to call it.
        name: String,
    },
    /// All keys with their addresses on the network.
    List,
    /// A key's address, and what it holds.
    Show {
        /// Its name.
        name: String,
    },
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    let network = session.network();
    match command {
        Command::Add { name, backup } => {
            let account = keys::generate(network, &name, &backup)?;
            let address = account.address();
            Report::new(
                &json!({ "name": name, "address": address, "backup": backup }),
                format!(
                    "{name} is {address}\nits words are in {}: write them down, then delete the file",
                    backup.display()
                ),
            )
        }
        Command::Import { name } => {
            let account = keys::import(network, &name)?;
            let address = account.address();
            Report::new(
                &json!({ "name": name, "address": address }),
                format!("{name} is {address}"),
            )
        }
        Command::List => {
            let all = keys::all(network)?;
            let mut rows = table(&["name", "address", "kept in"]);
            for key in &all {
                rows.add_row([key.name.as_str(), key.account.address(), &key.origin]);
            }
            let json: Vec<_> = all
                .iter()
                .map(|key| json!({ "name": key.name, "address": key.account.address(), "origin": key.origin }))
                .collect();
            let text = match all.is_empty() {
                true => "no keys; make one with: surge keys add NAME --backup FILE".to_owned(),
                false => rows.to_string(),
            };
            Report::new(&json, text)
        }
        Command::Show { name } => {
            let key = keys::known(network, &name)?;
            let fees = Coinage::fees(&network.fee);
            let held = session
                .chain()?
                .balance(key.account.address(), &network.fee.denom)?;
            let held = fees.of(held);
            Report::new(
                &json!({
                    "name": name,
                    "address": key.account.address(),
                    "origin": key.origin,
                    "holds": [{ "denom": network.fee.denom, "amount": held.base.to_string() }],
                }),
                facts([
                    ("name", name),
                    ("address", key.account.address().to_owned()),
                    ("kept in", key.origin),
                    ("holds", held.to_string()),
                ])
                .to_string(),
            )
        }
    }
}
