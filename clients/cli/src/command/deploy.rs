//! `surge deploy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{json, Value};

use crate::{
    deployment::{apply, plan, verify, Plan, Settings, State},
    failure::{Failure, Outcome},
    output::{table, thousands, Report},
    session::Session,
};

/// What can be said after `surge deploy`.
#[derive(Subcommand)]
pub enum Command {
    /// Show what would be stored and made, and where.
    Plan(Files),
    /// Do what is not done yet. May be repeated, also after an interruption.
    Apply(Files),
    /// Compare code, admins, owners and parameters with what this program would deploy.
    Verify(Files),
}

/// What is deployed.
#[derive(Args)]
pub struct Files {
    /// What the deployer decides: members, arbiter, regions, classes. A local network has
    /// settings of its own.
    #[arg(long)]
    settings: Option<PathBuf>,
    /// Folder of the contracts' wasm.
    #[arg(long, default_value = "artifacts")]
    artifacts: PathBuf,
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    match command {
        Command::Plan(files) => {
            let settings = Settings::read(files.settings.as_deref(), session.network())?;
            let plan = session.waiting("asking the chain", || {
                plan(session, &settings, &files.artifacts)
            })?;
            Report::new(&plan, steps(&plan))
        }
        Command::Apply(files) => apply_files(&files, session),
        Command::Verify(files) => verify_files(&files, session),
    }
}

fn steps(plan: &Plan) -> String {
    let mut rows = table(&["step", "contract", ">bytes", "sha256", "address", ""]);
    for step in &plan.steps {
        rows.add_row([
            step.action.to_owned(),
            step.contract.to_owned(),
            thousands(u64::try_from(step.bytes).unwrap_or_default()),
            step.checksum.chars().take(12).collect(),
            step.address.clone(),
            if step.done { "done" } else { "to do" }.to_owned(),
        ]);
    }
    rows.to_string()
}

fn apply_files(files: &Files, session: &Session) -> Outcome<Report> {
    let settings = Settings::read(files.settings.as_deref(), session.network())?;
    if session.sending.dry_run {
        let plan = plan(session, &settings, &files.artifacts)?;
        return Report::new(&plan, steps(&plan));
    }
    if !session.sending.yes && session.network().kind != surge_chain::Kind::Local {
        return Err(Failure::new("a deployment costs fees")
            .next("look at it with: surge deploy plan; then add --yes"));
    }
    let key = session.key()?;
    let (mut done, mut gas, mut fees) = (vec![], 0, 0);
    let addresses = apply(
        session,
        &key,
        &settings,
        &files.artifacts,
        |action, contract, included| {
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
                eprintln!("{action:>11} {contract:<9} {line}");
            }
            done.push(json!({
                "action": action,
                "contract": contract,
                "tx": included.map(|included| included.hash.clone()),
                "gas": included.map(|included| included.gas_used),
            }));
        },
    )?;
    let mut rows = table(&["contract", "address"]);
    for contract in crate::deployment::CONTRACTS {
        rows.add_row([contract, addresses.get(contract)]);
    }
    let fee = crate::money::Coinage::fees(&session.network().fee).of(fees);
    let state = State::path()?;
    Report::new(
        &json!({ "contracts": addresses, "steps": done, "gas": gas, "state": state }),
        format!(
            "{rows}\n{} gas, {fee} of fees; kept in {}\ncheck it with: surge deploy verify",
            thousands(gas),
            state.display()
        ),
    )
}

fn verify_files(files: &Files, session: &Session) -> Outcome<Report> {
    let settings = Settings::read(files.settings.as_deref(), session.network())?;
    let findings = session.waiting("comparing", || verify(session, &settings, &files.artifacts))?;
    let show = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string().chars().take(60).collect(),
    };
    let mut rows = table(&["contract", "what", "found", ""]);
    let mut differ = vec![];
    for finding in &findings {
        let verdict = if finding.holds {
            "as expected"
        } else {
            "DIFFERS"
        };
        rows.add_row([
            finding.contract.to_owned(),
            finding.what.clone(),
            show(&finding.found),
            verdict.to_owned(),
        ]);
        if !finding.holds {
            differ.push(format!(
                "{} {}: expected {}",
                finding.contract, finding.what, finding.expected
            ));
        }
    }
    if !differ.is_empty() {
        if session.json {
            println!("{:#}", serde_json::to_value(&findings)?);
        } else {
            println!("{rows}");
        }
        return Err(Failure::new(format!(
            "{} of {} differ:\n  {}",
            differ.len(),
            findings.len(),
            differ.join("\n  ")
        )));
    }
    Report::new(
        &findings,
        format!("{rows}\nall {} as expected", findings.len()),
    )
}
