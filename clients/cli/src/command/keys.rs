//! `surge keys`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::{
    deployment::CONTRACTS,
    failure::Outcome,
    keys,
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
    /// Keep a key that you have: words from SURGE_MNEMONIC, a line of standard input or a
    /// prompt. The passphrase comes from SURGE_PASSPHRASE, the next line or a prompt.
    Import {
        /// What to call it.
        name: String,
        /// Its derivation path, for another account of the words than the first.
        #[arg(long, value_name = "PATH", default_value = surge_chain::PATH)]
        path: String,
    },
    /// All keys with their addresses on the network.
    List,
    /// A key's address, and what it holds; a contract's too.
    Show {
        /// Its name, or that of a contract of the suite.
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
        Command::Import { name, path } => {
            let other = (path != surge_chain::PATH).then_some(path);
            let account = keys::import(network, &name, other)?;
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
            let (address, origin) = match CONTRACTS.contains(&name.as_str()) {
                true => (session.address(&name)?, "the chain".to_owned()),
                false => {
                    let key = keys::known(network, &name)?;
                    (key.account.address().to_owned(), key.origin)
                }
            };
            let (mut holds, mut text) = (vec![], vec![]);
            for coinage in session.coinages()? {
                let held = session.held(&address, &coinage)?;
                holds.push(json!({ "denom": coinage.denom, "amount": held.to_string() }));
                text.push(coinage.of(held).to_string());
            }
            Report::new(
                &json!({
                    "name": name,
                    "address": address,
                    "origin": origin,
                    "holds": holds,
                }),
                facts([
                    ("name", name),
                    ("address", address),
                    ("kept in", origin),
                    ("holds", text.join(", ")),
                ])
                .to_string(),
            )
        }
    }
}
