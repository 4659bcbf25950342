//! `surge network`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde_json::{json, Value};
use surge_chain::Network;
use surge_interface::{
    escrow,
    registry::{self, ClassesResponse},
};

use crate::{
    acceptance::{self, Checked, Needs},
    deployment::artifact,
    failure::{Failure, Outcome},
    listed,
    money::Coinage,
    networks::{self, Named},
    output::{facts, table, thousands, Report},
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
        /// The assetlist.json beside it in the chain registry: how its coin is shown.
        #[arg(long)]
        assets: Option<PathBuf>,
    },
    /// Ask the network's node whether it takes the contracts, before a coin is spent.
    Check {
        /// Folder of the contracts' wasm.
        #[arg(long, default_value = "artifacts")]
        artifacts: PathBuf,
    },
    /// Regions with their round trips.
    Regions,
    /// Classes of nodes with their markets and reference prices.
    Classes,
    /// What jobs and bonds may be paid in.
    Denoms,
    /// What holds for a contract: its configuration, parameters and owner.
    Params {
        /// The contract: dao, token, registry, escrow or rewards.
        contract: String,
    },
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
                .map(|named| json!({ "name": named.name, "origin": named.origin, "chain_id": named.network.chain_id, "kind": named.network.kind }))
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
        Command::Add { name, file, assets } => {
            let text = fs::read_to_string(&file).map_err(|error| {
                Failure::new(format!("cannot read {}: {error}", file.display()))
            })?;
            let entry = serde_json::from_str::<Value>(&text);
            let coin = entry
                .as_ref()
                .ok()
                .and_then(|chain| chain["slip44"].as_u64());
            let note = match coin {
                None | Some(118) => String::new(),
                Some(coin) => format!(
                    "\nwallets of this chain derive keys by coin type {coin}, this program by 118: the same words give another address here"
                ),
            };
            let network = match entry {
                Ok(chain) => Network::from_registry(&chain, listed(assets.as_deref())?.as_ref())?,
                Err(_) => Network::parse(&text, &file.display().to_string())?,
            };
            let path = networks::add(&name, &network)?;
            Report::new(
                &json!({ "name": name, "chain_id": network.chain_id, "file": path }),
                format!(
                    "{name} is {}, in {}{note}\nnext: surge network check --network {name}",
                    network.chain_id,
                    path.display()
                ),
            )
        }
        Command::Check { artifacts } => check(&session()?, &artifacts),
        Command::Regions => regions(&session()?),
        Command::Classes => classes(&session()?),
        Command::Denoms => denoms(&session()?),
        Command::Params { contract } => params(&session()?, &contract),
    }
}

fn listed(assets: Option<&Path>) -> Outcome<Option<Value>> {
    let Some(path) = assets else {
        return Ok(None);
    };
    let text = fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    let list = serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    Ok(Some(list))
}

fn check(session: &Session, artifacts: &Path) -> Outcome<Report> {
    let artifacts = artifact::read(artifacts)?;
    // Before what takes seconds, in case that nobody answers.
    let chain = session.chain()?;
    let can = session.waiting("asking the node", || chain.capabilities())?;
    let needs: Vec<Needs> = artifacts
        .iter()
        .map(acceptance::needs)
        .collect::<Outcome<_>>()?;
    let network = session.network();
    let uploader = match session.from {
        Some(_) => Some(session.account()?.address().to_owned()),
        None => None,
    };
    let refused = acceptance::against_all(&can, network, uploader.as_deref());
    let checked: Vec<Checked> = needs
        .into_iter()
        .map(|needs| Checked {
            refused: acceptance::against(&needs, &can, network),
            needs,
        })
        .collect();
    let accepted = refused.is_empty() && checked.iter().all(|one| one.refused.is_empty());
    let mut fees = 0;
    for one in &checked {
        fees += network.fee.of(network.fee.limit_of(one.needs.gas)?)?;
    }
    let fees = Coinage::fees(&network.fee).of(fees);
    let unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "not told".to_owned());
    let capabilities = can.wasmvm.as_deref().and_then(acceptance::capabilities);
    let told = facts([
        ("chain", network.chain_id.clone()),
        ("application", can.app.clone()),
        ("wasmd", unknown(&can.wasmd)),
        ("wasmvm", unknown(&can.wasmvm)),
        (
            "capabilities",
            capabilities
                .as_ref()
                .map_or_else(|| "not known".to_owned(), |all| all.join(", ")),
        ),
        ("CometBFT", can.comet.clone()),
        ("code is uploaded by", can.upload.clone()),
        ("contracts are made by", can.instantiate.clone()),
        (
            "gas of a block",
            can.block_gas
                .map_or_else(|| "no limit".to_owned(), thousands),
        ),
        ("bytes of a block", thousands(can.block_bytes)),
        ("gas costs at least", unknown(&can.least_gas_price)),
        ("states are kept of", unknown(&can.keeps)),
        ("fees to store all", format!("about {fees}")),
    ]);
    let mut rows = table(&[
        "contract",
        ">bytes",
        ">compressed",
        "needs",
        ">gas, about",
        "",
    ]);
    for one in &checked {
        rows.add_row([
            one.needs.contract.clone(),
            thousands(one.needs.bytes),
            thousands(one.needs.compressed_bytes),
            one.needs.capabilities.join(", "),
            thousands(one.needs.gas),
            match one.refused.is_empty() {
                true => "fits".to_owned(),
                false => one.refused.join("; "),
            },
        ]);
    }
    let json = json!({
        "accepted": accepted,
        "refused": refused,
        "contracts": checked,
        "node": can,
        "capabilities": capabilities,
        "fees": { "denom": network.fee.denom, "amount": fees.base.to_string() },
    });
    if !accepted {
        let mut reasons = refused;
        for one in &checked {
            let named = one.refused.iter();
            reasons.extend(named.map(|reason| format!("{}: {reason}", one.needs.contract)));
        }
        return Err(Failure::new(format!(
            "{told}\n{rows}\n{} will not take the contracts:\n  {}",
            network.chain_id,
            reasons.join("\n  ")
        ))
        .next("choose another network: surge network list; or mend what is named")
        .with(&json));
    }
    let doubt = match can.wasmvm {
        Some(_) => "",
        None => "\nthe node does not tell its virtual machine: what it can do is not known",
    };
    let limit = match network.code_bytes {
        Some(most) => format!("{} as the network's file says", thousands(most)),
        None => "819,200, wasmd's own, as no node tells it".to_owned(),
    };
    Report::new(
        &json,
        format!(
            "{told}\n{rows}\nlimit of a code's bytes: {limit}{doubt}\n{} will take the contracts, as far as its node tells",
            network.chain_id
        ),
    )
}

fn regions(session: &Session) -> Outcome<Report> {
    let regions = listed::regions(session)?;
    let mut rows = table(&[
        ">id",
        "region",
        "law of",
        ">clean energy",
        "round trips in ms",
    ]);
    for (id, region) in regions.regions.iter().enumerate() {
        let trips: Vec<String> = region
            .rtt_ms
            .iter()
            .zip(&regions.regions)
            .map(|(ms, to)| format!("{} {ms}", to.name))
            .collect();
        rows.add_row([
            id.to_string(),
            region.name.clone(),
            region.jurisdiction.clone(),
            format!("{:.1} %", f64::from(region.clean_ppm) / 1e4),
            trips.join(", "),
        ]);
    }
    Report::new(&regions, rows.to_string())
}

fn classes(session: &Session) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    let answer: ClassesResponse = session.ask(&registry, &registry::QueryMsg::Classes {})?;
    let mut rows = table(&[
        ">id",
        "class",
        "sorted by",
        "paid in",
        ">core and hour",
        ">GiB memory and hour",
        ">smallest bond",
    ]);
    for (id, class) in answer.classes.iter().enumerate() {
        for market in &class.markets {
            let coinage = listed::coinage(session, market.denom)?;
            // Prices are millionths of base units for a unit and hour.
            let reference = market.reference.to_array();
            let unit = |index: usize, units: u64| {
                let price = reference.get(index).copied().unwrap_or_default();
                let base = u128::from(price) * u128::from(units) / 1_000_000;
                coinage.of(base).to_string()
            };
            rows.add_row([
                id.to_string(),
                class.name.clone(),
                format!("{:?}", class.leading).to_lowercase(),
                coinage.display.clone(),
                unit(0, 1_000),
                unit(1, 1_024),
                coinage.of(market.smallest_bond.u128()).to_string(),
            ]);
        }
    }
    Report::new(&answer, rows.to_string())
}

fn denoms(session: &Session) -> Outcome<Report> {
    let at = session.contracts()?;
    let bonds: registry::DenomsResponse =
        session.ask(&at.registry, &registry::QueryMsg::Denoms {})?;
    let jobs: escrow::DenomsResponse = session.ask(&at.escrow, &escrow::QueryMsg::Denoms {})?;
    let mut rows = table(&[">id", "called", "on the chain", "for bonds", "for jobs"]);
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let mut all = bonds.denoms.clone();
    all.extend(
        jobs.denoms
            .iter()
            .filter(|denom| !bonds.denoms.contains(denom))
            .cloned(),
    );
    let mut list = vec![];
    for (id, denom) in all.iter().enumerate() {
        let coinage = session.coinage(&denom.clone().into());
        let (bond, job) = (bonds.denoms.contains(denom), jobs.denoms.contains(denom));
        let number = bond.then_some(id);
        list.push(json!({
            "id": number, "display": coinage.display, "exponent": coinage.exponent,
            "denom": denom, "bonds": bond, "jobs": job,
        }));
        rows.add_row([
            number.map_or_else(String::new, |id| id.to_string()),
            coinage.display.clone(),
            denom.to_string(),
            yes(bond),
            yes(job),
        ]);
    }
    Report::new(&list, rows.to_string())
}

/// What each contract answers about itself.
fn params(session: &Session, contract: &str) -> Outcome<Report> {
    super::ask::known(contract)?;
    let queries: &[(&str, Value)] = match contract {
        "dao" => &[("config", json!({ "config": {} }))],
        "token" => &[
            ("config", json!({ "token_info": {} })),
            ("minter", json!({ "minter": {} })),
        ],
        _ => &[
            ("config", json!({ "config": {} })),
            ("params", json!({ "params": {} })),
            ("ownership", json!({ "ownership": {} })),
        ],
    };
    let at = session.contracts()?;
    let mut answers = serde_json::Map::new();
    let mut text = String::new();
    for (name, query) in queries {
        // The escrow alone keeps versions of its parameters.
        let query = match (contract, *name) {
            ("escrow", "params") => json!({ "params": { "version": null } }),
            _ => query.clone(),
        };
        let answer: Value = session.ask(at.get(contract), &query)?;
        let mut rows = table(&[name, "value"]);
        for (field, value) in answer.as_object().into_iter().flatten() {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            rows.add_row([field.clone(), value]);
        }
        text.push_str(&format!("{rows}\n"));
        answers.insert((*name).to_owned(), answer);
    }
    Report::new(&answers, text)
}
