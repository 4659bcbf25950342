//! `surge deploy`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::{json, Value};

use crate::{
    deployment::{
        apply, plan, upgrade, verify, Action, Finding, Known, Plan, Settings, Source, State,
        Upgrade, CONTRACTS,
    },
    failure::{Failure, Outcome},
    money::Coinage,
    output::{table, thousands, Report},
    session::Session,
};

/// What can be said after `surge deploy`.
#[derive(Subcommand)]
pub enum Command {
    /// Show what would be stored and made, where, and what it costs. Sends nothing.
    Plan(Files),
    /// Do what is not done yet. May be repeated, also after an interruption.
    Apply(Files),
    /// Store the code of every contract that runs other code, and write the actions of the
    /// proposal by which the members have it run.
    Upgrade {
        /// Folder of the contracts' new wasm.
        #[arg(long, default_value = "artifacts")]
        artifacts: PathBuf,
        /// File for the actions.
        #[arg(long, default_value = "upgrade.json")]
        actions: PathBuf,
    },
    /// Compare code, births, admins, owners and parameters with what this program would
    /// deploy; fail on any difference. Anybody may.
    Verify {
        #[command(flatten)]
        files: Files,
        /// Where the contracts are, instead of what the state file says:
        /// dao=ADDRESS,token=ADDRESS,registry=ADDRESS,escrow=ADDRESS,rewards=ADDRESS.
        #[arg(long)]
        addresses: Option<String>,
        /// When all holds, keep the addresses in the state file, so that other commands find
        /// the deployment.
        #[arg(long, requires = "addresses")]
        keep: bool,
        /// Believe the state file which codes a contract was born with and was upgraded to:
        /// your own one after an upgrade. Without it every code that ever ran has to be that of
        /// the artifacts.
        #[arg(long, conflicts_with = "addresses")]
        trust_state: bool,
    },
}

/// What is deployed.
#[derive(Args)]
pub struct Files {
    /// What the deployer decides: members, arbiter, regions, classes (docs/deploy.md). A
    /// local network has settings of its own; what was applied is verified against what it
    /// was applied with.
    #[arg(long)]
    settings: Option<PathBuf>,
    /// Folder of the contracts' wasm; to verify, its checksums.txt is enough.
    #[arg(long, default_value = "artifacts")]
    artifacts: PathBuf,
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    session.sending.ensure_simulated("a deployment has")?;
    match command {
        Command::Plan(files) => show_plan(&files, session),
        Command::Apply(files) if session.sending.dry_run => show_plan(&files, session),
        Command::Apply(files) => apply_files(&files, session),
        Command::Upgrade { artifacts, .. } if session.sending.dry_run => {
            let plan = session.waiting("simulating", || Upgrade::plan(session, &artifacts))?;
            Report::new(&plan, told_upgrade(&plan, session))
        }
        Command::Upgrade { artifacts, actions } => upgrade_files(&artifacts, &actions, session),
        Command::Verify {
            files,
            addresses,
            keep,
            trust_state,
        } => {
            let source = Source::find(session, files.settings.as_deref(), addresses.as_deref())?;
            let source = Source {
                trust_state,
                ..source
            };
            verify_files(&source, &files.artifacts, keep, session)
        }
    }
}

fn show_plan(files: &Files, session: &Session) -> Outcome<Report> {
    let settings = Settings::read(files.settings.as_deref(), session.network())?;
    let plan = session.waiting("simulating", || plan(session, &settings, &files.artifacts))?;
    let fees = Coinage::fees(&session.network().fee);
    let mut text = told(&plan, session);
    if let Err(failure) = plan.ensure_affordable(&fees) {
        let step = failure.step().unwrap_or_default();
        text = format!("{text}\nit cannot be applied: {}\n  {step}", failure.what());
    }
    Report::new(&plan, text)
}

/// A plan as people read it.
fn told(plan: &Plan, session: &Session) -> String {
    let fees = Coinage::fees(&session.network().fee);
    let mut rows = table(&[
        "step", "contract", ">bytes", "sha256", "address", ">gas", ">fee", "",
    ]);
    for step in &plan.steps {
        let (gas, fee, how) = match step.cost {
            Some(cost) => (
                thousands(cost.gas),
                fees.of(cost.fee.u128()).to_string(),
                match cost.known {
                    Known::Simulated => "simulated",
                    Known::Estimated => "estimated",
                },
            ),
            None => (String::new(), String::new(), "done"),
        };
        // Code has bytes and a hash, a contract has an address.
        let (bytes, checksum, address) = match step.action {
            Action::Store => (
                thousands(step.bytes as u64),
                step.checksum.chars().take(12).collect(),
                String::new(),
            ),
            Action::Instantiate => (String::new(), String::new(), step.address.clone()),
        };
        rows.add_row([
            step.action.name().to_owned(),
            step.contract.to_owned(),
            bytes,
            checksum,
            address,
            gas,
            fee,
            how.to_owned(),
        ]);
    }
    format!(
        "{rows}\ndeployment {} on {}: {} gas, {} of fees at {} {} a gas and {} % over what is used; {} holds {}\n\
         simulated: by this node, now; estimated: what was measured on wasmd 0.61 (gas/table.json), as what has no code yet cannot be simulated",
        plan.deployment,
        session.network().chain_id,
        thousands(plan.gas),
        fees.of(plan.fee.u128()),
        session.network().fee.gas_price,
        session.network().fee.denom,
        session.network().fee.gas_margin_percent.saturating_sub(100),
        plan.deployer,
        fees.of(plan.balance.u128()),
    )
}

fn apply_files(files: &Files, session: &Session) -> Outcome<Report> {
    let settings = Settings::read(files.settings.as_deref(), session.network())?;
    let key = session.key()?;
    let (mut done, mut gas, mut fees) = (vec![], 0, 0);
    let addresses = apply(
        session,
        &key,
        &settings,
        &files.artifacts,
        |plan| {
            if session.network().kind == surge_chain::Kind::Local {
                return Ok(());
            }
            if !session.json {
                eprintln!("{}", told(plan, session));
            }
            session.sending.ensure_wanted()
        },
        |step, included| {
            let line = match included {
                Some(included) => {
                    gas += included.gas_used;
                    fees += included.fee.unwrap_or_default();
                    format!(
                        "{} gas, block {}",
                        thousands(included.gas_used),
                        included.height
                    )
                }
                None => "done before".to_owned(),
            };
            if !session.json {
                let (action, contract) = (step.action.name(), step.contract);
                eprintln!("{action:>11} {contract:<9} {line}");
            }
            done.push(json!({
                "action": step.action,
                "contract": step.contract,
                "tx": included.map(|included| included.hash.clone()),
                "height": included.map(|included| included.height),
                "gas": included.map(|included| included.gas_used),
            }));
        },
    )?;
    let mut rows = table(&["contract", "address"]);
    for contract in CONTRACTS {
        rows.add_row([contract, addresses.get(contract)]);
    }
    let paid = Coinage::fees(&session.network().fee).of(fees);
    let state = State::path()?;
    Report::new(
        &json!({
            "deployment": session.deployment,
            "contracts": addresses,
            "steps": done,
            "gas": gas,
            "fee": fees.to_string(),
            "state": state,
        }),
        format!(
            "{rows}\n{} gas, {paid} of fees; kept in {}\ncheck it with: surge deploy verify",
            thousands(gas),
            state.display()
        ),
    )
}

/// What an upgrade stores, as people read it.
fn told_upgrade(plan: &Upgrade, session: &Session) -> String {
    let fees = Coinage::fees(&session.network().fee);
    let mut rows = table(&["store", ">bytes", "sha256", "for", ">gas", ">fee", ""]);
    for change in &plan.contracts {
        let (gas, fee, how) = match change.cost {
            Some(cost) => (
                thousands(cost.gas),
                fees.of(cost.fee.u128()).to_string(),
                "simulated",
            ),
            None => (String::new(), String::new(), "stored before"),
        };
        rows.add_row([
            change.contract.to_owned(),
            thousands(change.bytes as u64),
            change.checksum.chars().take(12).collect(),
            change.address.clone(),
            gas,
            fee,
            how.to_owned(),
        ]);
    }
    format!(
        "{rows}\n{} contracts run other code; storing theirs takes {} gas, {} of fees; {} holds {}\nnothing runs before the members have decided so",
        plan.contracts.len(),
        thousands(plan.gas),
        fees.of(plan.fee.u128()),
        plan.deployer,
        fees.of(plan.balance.u128()),
    )
}

fn upgrade_files(artifacts: &Path, file: &Path, session: &Session) -> Outcome<Report> {
    let key = session.key()?;
    let mut done = vec![];
    let confirm = |plan: &Upgrade| {
        if !session.json {
            eprintln!("{}", told_upgrade(plan, session));
        }
        session.sending.ensure_wanted()
    };
    let actions = upgrade(session, &key, artifacts, confirm, |contract, included| {
        let line = match included {
            Some(included) => format!(
                "{} gas, block {}",
                thousands(included.gas_used),
                included.height
            ),
            None => "stored before".to_owned(),
        };
        if !session.json {
            eprintln!("      store {contract:<9} {line}");
        }
        done.push(json!({
            "contract": contract,
            "tx": included.map(|included| included.hash.clone()),
            "gas": included.map(|included| included.gas_used),
        }));
    })?;
    if actions.is_empty() {
        let text = "every contract runs this code already";
        return Report::new(&json!({ "actions": [], "stored": [] }), text);
    }
    fs::write(file, serde_json::to_vec_pretty(&actions)?)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
    Report::new(
        &json!({ "actions": actions, "stored": done, "file": file }),
        format!(
            "{} migrations in {}; have the members decide: surge dao propose --title TITLE --actions {}",
            actions.len(),
            file.display(),
            file.display()
        ),
    )
}

fn verify_files(
    source: &Source,
    artifacts: &Path,
    keep: bool,
    session: &Session,
) -> Outcome<Report> {
    let findings = session.waiting("comparing", || verify(session, source, artifacts))?;
    let mut rows = table(&["contract", "since", "field", "found", ""]);
    for finding in &findings {
        rows.add_row([
            finding.contract.to_owned(),
            finding.of.to_owned(),
            finding.field.clone(),
            short(&finding.found),
            if finding.holds { "ok" } else { "DIFFERS" }.to_owned(),
        ]);
    }
    let differ: Vec<&Finding> = findings.iter().filter(|finding| !finding.holds).collect();
    if differ.is_empty() {
        let kept = match keep {
            true => {
                let chain_id = &session.network().chain_id;
                State::learn(chain_id, &session.deployment, &source.addresses)?;
                format!("; kept in {}", State::path()?.display())
            }
            false => String::new(),
        };
        return Report::new(
            &json!({ "holds": true, "findings": findings }),
            format!(
                "{rows}\nall {} as wanted; amounts in base units, times in seconds{kept}",
                findings.len()
            ),
        );
    }
    if !session.json {
        println!("{rows}");
    }
    let lines = differ.iter().map(|finding| {
        format!(
            "\n  {} {} ({}): wanted {}, found {}",
            finding.contract,
            finding.field,
            finding.of,
            short(&finding.wanted),
            short(&finding.found)
        )
    });
    Err(Failure::new(format!(
        "{} of {} differ:{}",
        differ.len(),
        findings.len(),
        lines.collect::<String>()
    ))
    .next("what the members have voted since differs too: surge dao list; other codes of earlier times are those of upgrades, when your own state file says so: --trust-state")
    .with(&json!({ "holds": false, "findings": findings })))
}

/// A value that fits a line.
fn short(value: &Value) -> String {
    const MOST: usize = 70;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.chars().count() > MOST {
        true => text.chars().take(MOST).chain(['…']).collect(),
        false => text,
    }
}
