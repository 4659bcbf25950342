//! `surge node run` and `surge node detect`.

use std::{
    io::IsTerminal,
    path::PathBuf,
    sync::{atomic::AtomicBool, Arc},
};

use clap::Args;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use surge_agent::{detect, Agent, Contracts, Drill, Error, Join, Parts, Settings, MOST_GAS};
use tracing::{error, info};
use tracing_subscriber::filter::LevelFilter;

use crate::{
    failure::{Failure, Outcome},
    home, keys,
    money::{Amount, Coinage},
    output::{facts, thousands, Report},
    sent,
    session::Session,
    stores,
};

/// How a node runs. What is said here counts more than the file.
#[derive(Args)]
#[command(after_help = "Examples:
  surge node run --from operator1 --owner provider1 --region europe --bond \"900 STAKE\"
      joins with this machine the first time, and runs; later without --owner
  surge node run --from operator1 --owner provider1 --region europe --bond \"900 STAKE\" \
      --add --folder machine2
      joins with a further machine; each has a folder of its own
  surge node run --config node.toml --json
      as a service; SIGTERM drains: no new jobs, what runs is delivered, then it ends")]
pub struct Run {
    /// The owner's settings; docs/provider.md has all of them.
    #[arg(long, env = "SURGE_NODE_CONFIG")]
    config: Option<PathBuf>,
    /// Name of the cold key, to join with this machine or to change what it offers.
    #[arg(long)]
    owner: Option<String>,
    /// Join with a further machine beside those that the provider has; nothing happens when
    /// the folder is of a node already.
    #[arg(long, requires = "owner")]
    add: bool,
    /// Make --from the hot key instead of the one that stands there, for all machines of the
    /// provider.
    #[arg(long, requires = "owner")]
    replace_operator: bool,
    /// Intervals between two heartbeats; one when left away.
    #[arg(long)]
    heartbeat_every: Option<u64>,
    /// The node, when the operator has several.
    #[arg(long)]
    node: Option<u32>,
    /// Journal and working files; one folder for one node.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Where outputs go and inputs may come from: a folder or the address of an HTTP store.
    #[arg(long, env = "SURGE_STORE")]
    store: Option<String>,
    /// Where inputs may come from too.
    #[arg(long)]
    fetch: Vec<String>,
    /// Region of the machine, by name.
    #[arg(long)]
    region: Option<String>,
    /// Bond behind it, such as "900 SURGE". It quotes in the same.
    #[arg(long)]
    bond: Option<String>,
    /// Where earnings go: an address or the name of a key.
    #[arg(long)]
    payout: Option<String>,
    /// Processor cores that it lends.
    #[arg(long)]
    cores: Option<u32>,
    /// Memory that it lends, in MiB.
    #[arg(long)]
    memory_mib: Option<u32>,
    /// Storage that it lends, in GiB.
    #[arg(long)]
    storage_gib: Option<u32>,
    /// What it asks, in percent of the reference prices. When left out a new machine asks all
    /// of them, and the prices of one that is there stay.
    #[arg(long)]
    price_percent: Option<u64>,
    /// Address and port of the metrics, on loopback.
    #[arg(long)]
    metrics: Option<String>,
    /// End without a word after this record of the journal, to try out recovery.
    #[arg(long, hide = true)]
    drill: Option<String>,
}

impl Run {
    fn settings(&self, session: &Session) -> Outcome<Settings> {
        let mut settings = match &self.config {
            Some(path) => Settings::read(path)?,
            None => Settings::default(),
        };
        fn prefer<T: Clone>(said: &Option<T>, setting: &mut Option<T>) {
            if said.is_some() {
                setting.clone_from(said);
            }
        }
        if let Some(from) = &session.from {
            settings.operator.clone_from(from);
        }
        prefer(&self.owner, &mut settings.owner);
        prefer(&self.node, &mut settings.node);
        prefer(&self.heartbeat_every, &mut settings.heartbeat_every);
        prefer(&self.folder, &mut settings.folder);
        prefer(&self.metrics, &mut settings.metrics);
        prefer(&self.store, &mut settings.stores.publish);
        prefer(&self.region, &mut settings.offer.region);
        prefer(&self.bond, &mut settings.offer.bond);
        prefer(&self.payout, &mut settings.offer.payout);
        prefer(&self.cores, &mut settings.offer.cores);
        prefer(&self.memory_mib, &mut settings.offer.memory_mib);
        prefer(&self.storage_gib, &mut settings.offer.storage_gib);
        prefer(&self.price_percent, &mut settings.offer.price_percent);
        settings.stores.fetch.extend(self.fetch.iter().cloned());
        if settings.operator.is_empty() {
            return Err(Failure::new("nobody is named who signs")
                .next("name the operator's key with --from NAME, or with operator = \"NAME\" in the file of --config")
                .of_owner());
        }
        settings.check()?;
        Ok(settings)
    }
}

/// Runs until it is told to end. With `--json` all that it says before its end is a log of
/// JSON lines, also why it did not start.
pub fn run(arguments: &Run, session: &Session) -> Outcome<Report> {
    tell(session.json);
    carry_out(arguments, session).map_err(|failure| match session.json {
        false => failure,
        true => {
            error!(
                event = "failed",
                error = failure.what(),
                next = failure.step(),
                "ended"
            );
            failure.told()
        }
    })
}

fn carry_out(arguments: &Run, session: &Session) -> Outcome<Report> {
    let settings = arguments.settings(session)?;
    session.sending.ensure_simulated("a node sends")?;
    let network = session.network();
    let addresses = session.contracts()?;
    let contracts = Contracts {
        registry: addresses.registry,
        escrow: addresses.escrow,
        rewards: addresses.rewards,
    };
    let folder = match &settings.folder {
        Some(folder) => folder.clone(),
        None => home::home()?.join("node"),
    };
    stores::ensure_shared(settings.stores.publish.as_deref(), network)
        .map_err(Failure::of_owner)?;
    let stores = stores::open(
        settings.stores.publish.as_deref(),
        &settings.stores.fetch,
        settings.stores.internet,
    )?;
    let operator = keys::unlock(network, &settings.operator).map_err(Failure::of_owner)?;
    let join = match &settings.owner {
        Some(owner) => Some(join(owner, arguments, &settings, session)?),
        None => None,
    };
    // The first signal asks to drain, the second one ends the process.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        flag::register_conditional_shutdown(signal, 130, stop.clone())?;
        flag::register(signal, stop.clone())?;
    }
    let mut network = network.clone();
    if network.fee.highest_fee.is_none() {
        network.fee.highest_fee = Some(network.fee.of(MOST_GAS)?.into());
    }
    let chain_id = network.chain_id.clone();
    let mut agent = Agent::open(Parts {
        network,
        contracts,
        operator,
        join,
        settings,
        stores,
        folder,
        note: Box::new(move |pending, what| {
            sent::note(&chain_id, pending, what).map_err(|failure| failure.what().to_owned())
        }),
        drill: arguments.drill.as_deref().map(Drill::after),
    })?;
    let summary = agent.run(&stop)?;
    let text = format!(
        "node {}: {} jobs over, {} delivered and under review, {} turned down, {} not delivered",
        summary.node, summary.closed, summary.delivered, summary.declined, summary.given_up
    );
    Report::new(&summary, text)
}

/// What the owner brings, who is asked before each step.
fn join(owner: &str, arguments: &Run, settings: &Settings, session: &Session) -> Outcome<Join> {
    let network = session.network();
    let coinages = session.coinages()?;
    let bond = settings.offer.bond.as_deref();
    let bond = bond
        .map(|bond| Amount::parse(bond, &coinages))
        .transpose()?;
    let payout = settings.offer.payout.as_deref();
    let (sending, json) = (session.sending, session.json);
    let fees = Coinage::fees(&network.fee);
    Ok(Join {
        owner: keys::unlock(network, owner)?,
        bond: bond.map(|bond| (bond.base, bond.coinage.denom)),
        payout: payout.map(|payout| session.address(payout)).transpose()?,
        add: arguments.add,
        replace_operator: arguments.replace_operator,
        agree: Box::new(move |step| {
            let moves = step.moves.as_ref().map(|(base, denom)| {
                let coinage = coinages.iter().find(|coinage| coinage.denom == *denom);
                match coinage {
                    Some(coinage) => coinage.of(*base).to_string(),
                    None => format!("{base} {denom}"),
                }
            });
            let fee = fees.of(step.fee);
            if json {
                let (step, gas) = (&step.sentence, step.gas);
                info!(event = "step", step, moves, gas, fee = %fee, "joining");
            } else {
                eprintln!("{}", step.sentence);
                if let Some(moves) = moves {
                    eprintln!("  {moves} to the registry");
                }
                eprintln!("  gas {}, fee {fee}", thousands(step.gas));
            }
            sending
                .ensure_wanted()
                .map_err(|no| Error::NotWanted(no.what().to_owned()))
        }),
    })
}

/// What this machine has, and what it would offer.
pub fn show() -> Outcome<Report> {
    let machine = detect()?;
    let offered = machine.offered(&Settings::default().offer)?;
    let gpus = match machine.gpus.is_empty() {
        true => "none found".to_owned(),
        false => format!(
            "{}; not offered: jobs run on processors",
            machine.gpus.join(", ")
        ),
    };
    let text = facts([
        (
            "cores",
            format!(
                "{}, {} offered unless you say otherwise",
                machine.cores,
                offered.milli_cpu / 1_000
            ),
        ),
        (
            "memory",
            format!("{} MiB, {} offered", machine.memory_mib, offered.memory_mib),
        ),
        (
            "free disk",
            format!("{} GiB, {} offered", machine.disk_gib, offered.storage_gib),
        ),
        ("graphics", gpus),
    ]);
    let json = serde_json::json!({ "machine": machine, "offered": offered });
    Report::new(&json, text.to_string())
}

/// Logs on standard error, for people or as JSON.
fn tell(json: bool) {
    let level = std::env::var("SURGE_LOG").ok();
    let level = level.and_then(|level| level.parse().ok());
    let logs = tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .with_target(false);
    let logs = logs.with_writer(std::io::stderr);
    match json {
        true => logs.json().flatten_event(true).init(),
        false => logs.with_ansi(std::io::stderr().is_terminal()).init(),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let next = error.next();
        let failure = match error {
            Error::Chain(error) => error.into(),
            Error::Store(error) => error.into(),
            error if error.is_owners() => Self::new(error).of_owner(),
            error => Self::new(error),
        };
        match next {
            Some(next) => failure.next(next),
            None => failure,
        }
    }
}
