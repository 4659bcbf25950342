//! `surge doctor`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use surge_chain::Network;
use surge_node::{Job, Limits, Status};
use surge_store::Place;

use crate::{
    clock,
    deployment::{artifact, State, CONTRACTS},
    failure::{Failure, Outcome},
    home, keys,
    output::{table, Report},
    session::Session,
};

/// Most seconds that this machine's clock may differ from the newest block.
const CLOCK_SECS: u64 = 60;

/// What can be said after `surge doctor`.
#[derive(Args)]
pub struct Arguments {
    /// Folder of the contracts' wasm.
    #[arg(long, default_value = "artifacts")]
    artifacts: PathBuf,
    /// Folder where files of jobs lie by their hash.
    #[arg(long, env = "SURGE_STORE")]
    store: Option<Place>,
}

/// How it stands with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    /// As it should be.
    Ok,
    /// Not there; some commands do without.
    Missing,
    /// There, but not as it should be.
    Wrong,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Check {
    what: &'static str,
    state: Health,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Looks at everything. Fails when something is wrong; what is missing is no failure.
pub fn run(arguments: &Arguments, session: impl Fn() -> Outcome<Session>) -> Outcome<Report> {
    let mut checks = vec![
        Check::ok("program", format!("surge {}", env!("CARGO_PKG_VERSION"))),
        kept(),
    ];
    match session() {
        Ok(session) => session.waiting("asking the node", || {
            look(&session, arguments, &mut checks);
        }),
        Err(failure) => checks.push(Check::wrong("network", &failure)),
    }
    checks.push(artifacts(&arguments.artifacts));
    checks.push(store(arguments.store.as_ref()));
    checks.push(engine());

    let mut rows = table(&["", "what", "found", "next"]);
    for check in &checks {
        let sign = match check.state {
            Health::Ok => "ok",
            Health::Missing => "missing",
            Health::Wrong => "WRONG",
        };
        rows.add_row([
            sign.to_owned(),
            check.what.to_owned(),
            check.found.clone(),
            check.next.clone().unwrap_or_default(),
        ]);
    }
    rows.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    let wrong: Vec<&str> = checks
        .iter()
        .filter(|check| check.state == Health::Wrong)
        .map(|check| check.what)
        .collect();
    let json = json!({ "healthy": wrong.is_empty(), "checks": checks });
    match wrong.is_empty() {
        true => Report::new(&json, rows.to_string()),
        false => Err(Failure::new(format!("{rows}\nwrong: {}", wrong.join(", ")))
            .next("each has its next step in the table")
            .with(&json)),
    }
}

fn look(session: &Session, arguments: &Arguments, checks: &mut Vec<Check>) {
    let network = session.network();
    checks.push(Check::ok(
        "network",
        format!(
            "{}, {}, from {}",
            session.named.name, network.chain_id, session.named.origin
        ),
    ));
    checks.push(known_keys(network));
    let chain = match session.chain() {
        Ok(chain) => chain,
        Err(failure) => return checks.push(Check::wrong("node", &failure)),
    };
    checks.push(match chain.progress() {
        Ok(progress) if !progress.catching_up => {
            Check::ok("node", format!("answers, at block {}", progress.height))
        }
        Ok(progress) => Check::new(
            "node",
            Health::Wrong,
            format!("still catching up, at block {}", progress.height),
            Some("wait, or name another node in the network's rpc".to_owned()),
        ),
        Err(error) => Check::wrong("node", &error.into()),
    });
    checks.push(clock(chain));
    contracts(session, &arguments.artifacts, checks);
    if session.from.is_some() {
        checks.push(balance(session));
    } else {
        checks.push(Check::missing(
            "signer",
            "nobody is named".to_owned(),
            "say who signs with --from NAME, or set SURGE_FROM",
        ));
    }
}

fn known_keys(network: &Network) -> Check {
    // Keys of a local network's file are only counted: deriving them takes seconds.
    let own = Network {
        keys: vec![],
        ..network.clone()
    };
    let all = match keys::all(&own) {
        Ok(all) => all,
        Err(failure) => return Check::wrong("keys", &failure),
    };
    let is_new = |name: &str| all.iter().all(|own| own.name != name);
    let local = network.keys.iter().filter(|key| is_new(&key.name));
    let count = all.len() + local.count();
    if count == 0 {
        return Check::missing(
            "keys",
            "none".to_owned(),
            "make one with: surge keys add NAME --backup FILE",
        );
    }
    match keys::open_to_others() {
        Ok(open) if !open.is_empty() => Check::new(
            "keys",
            Health::Wrong,
            format!("others may read {}", open.join(", ")),
            Some("take that from them: chmod 600 FILE".to_owned()),
        ),
        _ => Check::ok("keys", format!("{count} of them")),
    }
}

fn kept() -> Check {
    let folder = match home::home() {
        Ok(folder) => folder,
        Err(failure) => return Check::wrong("home", &failure),
    };
    let probe = folder.join(".probe");
    match home::write(&probe, b"") {
        Ok(()) => {
            // What cannot be taken away again is an empty file that nobody reads.
            let _ = std::fs::remove_file(probe);
            Check::ok("home", folder.display().to_string())
        }
        Err(failure) => Check::new(
            "home",
            Health::Wrong,
            failure.what().to_owned(),
            Some("set SURGE_HOME to a folder that you may write to".to_owned()),
        ),
    }
}

fn clock(chain: &surge_chain::Chain) -> Check {
    let here = clock::now_secs();
    match chain.now_secs() {
        Ok(there) if here.abs_diff(there) <= CLOCK_SECS => Check::ok(
            "clock",
            format!("{} s from the newest block", here.abs_diff(there)),
        ),
        Ok(there) => Check::new(
            "clock",
            Health::Wrong,
            format!(
                "{} s from the newest block, at most {CLOCK_SECS} are usual",
                here.abs_diff(there)
            ),
            Some("set this machine's clock, or see whether the chain makes blocks".to_owned()),
        ),
        Err(error) => Check::wrong("clock", &error.into()),
    }
}

fn contracts(session: &Session, artifacts: &Path, checks: &mut Vec<Check>) {
    let at = match session.contracts() {
        Ok(at) => at,
        Err(failure) => {
            let next = failure.step().unwrap_or_default().to_owned();
            return checks.push(Check::missing("contracts", failure.what().to_owned(), next));
        }
    };
    let local = artifact::read(artifacts).unwrap_or_default();
    let mut differ = vec![];
    for contract in CONTRACTS {
        let found = session
            .chain()
            .and_then(|chain| Ok(chain.contract(at.get(contract))?.map(|found| found.code_id)))
            .and_then(|code| match code {
                Some(code) => Ok(session.chain()?.code(code)?),
                None => Ok(None),
            });
        match found {
            Ok(Some(code)) => {
                let built = local.iter().find(|built| built.contract == contract);
                if built.is_some_and(|built| built.checksum != code.checksum) {
                    differ.push(contract);
                }
            }
            Ok(None) => {
                return checks.push(Check::new(
                    "contracts",
                    Health::Wrong,
                    format!("there is no {contract} at {}", at.get(contract)),
                    Some("is it the right network? surge deploy apply puts it there".to_owned()),
                ))
            }
            Err(failure) => return checks.push(Check::wrong("contracts", &failure)),
        }
    }
    let state = State::path().map_or_else(|_| String::new(), |path| path.display().to_string());
    checks.push(match (differ.is_empty(), local.is_empty()) {
        (_, true) => Check::ok("contracts", format!("all five are there, by {state}")),
        (true, false) => Check::ok(
            "contracts",
            "all five are there, with the code that lies here".to_owned(),
        ),
        (false, false) => Check::new(
            "contracts",
            Health::Wrong,
            format!("other code than lies here: {}", differ.join(", ")),
            Some("compare with: surge deploy verify; the DAO migrates code".to_owned()),
        ),
    });
}

fn balance(session: &Session) -> Check {
    let held = || -> Outcome<Vec<String>> {
        let account = session.account()?;
        let mut list = vec![];
        for coinage in session.coinages()? {
            let amount = session.held(account.address(), &coinage)?;
            list.push(coinage.of(amount).to_string());
        }
        Ok(list)
    };
    let coin = || -> Outcome<u128> {
        let account = session.account()?;
        let fees = crate::money::Coinage::fees(&session.network().fee);
        session.held(account.address(), &fees)
    };
    match (held(), coin()) {
        (Ok(list), Ok(0)) => Check::new(
            "signer",
            Health::Wrong,
            format!("holds {}", list.join(", ")),
            Some(format!(
                "send it some {} for fees",
                session.network().fee.display
            )),
        ),
        (Ok(list), _) => Check::ok("signer", format!("holds {}", list.join(", "))),
        (Err(failure), _) => Check::wrong("signer", &failure),
    }
}

fn artifacts(folder: &Path) -> Check {
    match artifact::read(folder) {
        Ok(all) => Check::ok(
            "artifacts",
            format!("{} contracts in {}", all.len(), folder.display()),
        ),
        Err(failure) => Check::missing(
            "artifacts",
            failure.what().to_owned(),
            failure.step().unwrap_or_default(),
        ),
    }
}

fn store(named: Option<&Place>) -> Check {
    let folder = match (named, home::home()) {
        // Whether it answers shows with the first file.
        (Some(Place::Http(url)), _) => return Check::ok("store", url.to_string()),
        (Some(Place::Folder(folder)), _) => folder.clone(),
        (None, Ok(home)) => home.join("store"),
        (None, Err(failure)) => return Check::wrong("store", &failure),
    };
    match folder.is_dir() {
        true => Check::ok("store", folder.display().to_string()),
        false => Check::missing(
            "store",
            format!("there is no {}", folder.display()),
            "it is made with your first job; or name one with SURGE_STORE",
        ),
    }
}

/// Whether programs run here: the smallest one that there is.
fn engine() -> Check {
    // (module (memory (export "memory") 1) (func (export "_start")))
    const NOTHING: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\x07\x13\x02\x06memory\x02\0\x06_start\0\0\x0a\x04\x01\x02\0\x0b";
    let job = Job {
        program: NOTHING.to_vec(),
        ..Job::default()
    };
    match surge_node::run(job, &Limits::default()) {
        Ok(outcome) if outcome.status == Status::Finished => {
            Check::ok("engine", "programs run here".to_owned())
        }
        Ok(outcome) => Check::new(
            "engine",
            Health::Wrong,
            format!(
                "a program that does nothing ended with {:?}",
                outcome.status
            ),
            None,
        ),
        Err(error) => Check::new("engine", Health::Wrong, error.to_string(), None),
    }
}

impl Check {
    fn new(what: &'static str, state: Health, found: String, next: Option<String>) -> Self {
        Self {
            what,
            state,
            found,
            next,
        }
    }

    fn ok(what: &'static str, found: String) -> Self {
        Self::new(what, Health::Ok, found, None)
    }

    fn missing(what: &'static str, found: String, next: impl Into<String>) -> Self {
        Self::new(what, Health::Missing, found, Some(next.into()))
    }

    fn wrong(what: &'static str, failure: &Failure) -> Self {
        Self::new(
            what,
            Health::Wrong,
            failure.what().to_owned(),
            failure.step().map(str::to_owned),
        )
    }
}
