//! `surge network`.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use serde_json::{json, Value};
use surge_chain::Network;

use crate::{
    failure::{Failure, Outcome},
    networks::{self, Named},
    output::{facts, table, Report},
    session::Session,
};

/// What can be said after `surge network`.
#[derive(Subcommand)]
pub enum Command {
    /// All networks that are known.
    List,
    /// What is known of the network of --network.
    Show,
    /// Add a network, from a file like those in `networks/` or a chain.json of the Cosmos
    /// chain registry.
    Add {
        /// What to call it.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// Ask the network's node whether it takes the contracts.
    Check,
}

/// Carries it out.
pub fn run(command: Command, session: impl Fn() -> Outcome<Session>) -> Outcome<Report> {
    match command {
        Command::List => {
            let all = networks::all()?;
            let mut rows = table(&["name", "chain", "kind", "fees in", "described in"]);
            for Named {
                name,
                origin,
                network,
            } in &all
            {
                rows.add_row([
                    name.clone(),
                    network.chain_id.clone(),
                    format!("{:?}", network.kind).to_lowercase(),
                    format!("{} {} a gas", network.fee.gas_price, network.fee.denom),
                    origin.clone(),
                ]);
            }
            let json: Vec<_> = all
                .iter()
                .map(|named| json!({ "name": named.name, "origin": named.origin, "chain_id": named.network.chain_id }))
                .collect();
            Report::new(&json, rows.to_string())
        }
        Command::Show => {
            let session = session()?;
            let mut network = session.network().clone();
            network.keys.clear();
            Report::new(
                &json!({ "name": session.named.name, "origin": session.named.origin, "network": network }),
                format!("# {}\n{}", session.named.origin, network.to_toml()?),
            )
        }
        Command::Add { name, file } => {
            let text = fs::read_to_string(&file).map_err(|error| {
                Failure::new(format!("cannot read {}: {error}", file.display()))
            })?;
            let network = match serde_json::from_str::<Value>(&text) {
                Ok(chain) => Network::from_registry(&chain)?,
                Err(_) => Network::parse(&text, &file.display().to_string())?,
            };
            let path = networks::add(&name, &network)?;
            Report::new(
                &json!({ "name": name, "file": path }),
                format!("{name} is {}, in {}", network.chain_id, path.display()),
            )
        }
        Command::Check => check(&session()?),
    }
}

fn check(session: &Session) -> Outcome<Report> {
    let chain = session.chain()?;
    let can = session.waiting("asking the node", || chain.capabilities())?;
    let upload = match can.upload.as_str() {
        "everybody" => "yes, everybody may".to_owned(),
        other => format!("no: {other} may"),
    };
    Report::new(
        &can,
        facts([
            ("chain", session.network().chain_id.clone()),
            ("application", can.app.clone()),
            ("CometBFT", can.comet.clone()),
            ("code can be uploaded", upload),
            ("contracts can be made by", can.instantiate.clone()),
            (
                "gas of a block",
                can.block_gas
                    .map_or_else(|| "no limit".to_owned(), crate::output::thousands),
            ),
            (
                "bytes of a block",
                crate::output::thousands(can.block_bytes),
            ),
        ])
        .to_string(),
    )
}
