//! `surge`: the command line of the Surge suite.

mod acceptance;
mod audit;
mod clock;
mod command;
mod contract;
mod deployment;
mod examples;
mod failure;
mod home;
mod keys;
mod listed;
mod money;
mod networks;
mod next_steps;
mod output;
mod reach;
mod sent;
mod session;
mod shapes;
mod shortage;
mod stores;
mod teach;
mod transact;
mod unsigned;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser};
use console::style;

use command::Command;
use failure::Outcome;
use output::Report;
use session::{Sending, Session};

/// The Surge suite from the command line: lend machines, run jobs, claim rewards, vote.
#[derive(Parser)]
#[command(
    name = "surge",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(after_help = "Start here:
  scripts/devnet up                    a chain on this machine
  surge doctor                         what is there, and what is missing
  surge deploy apply --network devnet  the suite's contracts")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Network, by name or by the path of its file.
    #[arg(long, short, global = true, env = "SURGE_NETWORK", default_value = networks::DEVNET, help_heading = "Everywhere")]
    network: String,
    /// Name of the key that signs.
    #[arg(
        long,
        short,
        global = true,
        env = "SURGE_FROM",
        help_heading = "Everywhere"
    )]
    from: Option<String>,
    /// Deployment of the suite, where a network has several.
    #[arg(long, global = true, env = "SURGE_DEPLOYMENT", default_value = deployment::DEFAULT, help_heading = "Everywhere")]
    deployment: String,
    /// Show what would be sent, and send nothing.
    #[arg(long, global = true, help_heading = "Everywhere")]
    dry_run: bool,
    /// Write the transaction to this file, for keys that are elsewhere: a multisig, a hardware
    /// wallet, a machine without a network. The chain's own program signs and sends it
    /// (docs/member.md). `--from` may be a mere address.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    unsigned: Option<PathBuf>,
    /// Send without asking.
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    yes: bool,
    /// Gas limit, instead of what a simulation used and the network's margin over it
    /// (`gas_margin_percent` in its file; 40 % where that says nothing). The fee is for the
    /// limit; a transaction uses more than its simulation, so it is about 20 % over what is used.
    #[arg(long, global = true, help_heading = "Everywhere")]
    gas: Option<u64>,
    /// Most that is paid for one transaction, such as "0.5 STAKE": the node says what it takes,
    /// and might say anything. Where neither this nor the network's file says it, what
    /// 50,000,000 gas cost; of a node that runs, what 7,000,000 cost.
    #[arg(
        long,
        global = true,
        env = "SURGE_HIGHEST_FEE",
        value_name = "AMOUNT",
        help_heading = "Everywhere"
    )]
    highest_fee: Option<String>,
    /// How many seconds to wait for a block with the transaction.
    #[arg(long, global = true, default_value_t = 60, help_heading = "Everywhere")]
    wait_secs: u64,
    /// Print JSON.
    #[arg(long, global = true, help_heading = "Everywhere")]
    json: bool,
}

/// The whole program as clap knows it, each command with its examples.
fn program() -> clap::Command {
    teach::by_example(Cli::command())
}

fn main() -> ExitCode {
    let cli = program()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .unwrap_or_else(|error| error.exit());
    let json = cli.json;
    match run(cli) {
        Ok(report) => {
            report.print(json);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let code = ExitCode::from(failure.code());
            if json {
                output::say(&format!("{:#}", failure.json()));
            }
            if failure.is_told() {
                return code;
            }
            eprintln!(
                "{} {}",
                style("error:").red().bold().for_stderr(),
                output::harmless(&clock::dated(failure.what(), clock::now_secs()))
            );
            if let Some(step) = failure.step() {
                eprintln!("  {}", output::harmless(step));
            }
            code
        }
    }
}

fn run(cli: Cli) -> Outcome<Report> {
    let sending = Sending {
        dry_run: cli.dry_run,
        yes: cli.yes,
        gas: cli.gas,
        wait: cli.wait_secs,
    };
    command::run(cli.command, cli.json, || {
        let session = Session::new(&cli.network, cli.from.clone(), sending, cli.json)?;
        session
            .of(cli.deployment.clone())
            .unsigned(cli.unsigned.clone())
            .paying(cli.highest_fee.as_deref())
    })
}
