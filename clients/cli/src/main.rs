//! `surge`: the command line of the Surge suite.

mod command;
mod deployment;
mod failure;
mod home;
mod keys;
mod money;
mod networks;
mod output;
mod session;
mod stores;
mod transact;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
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
  scripts/devnet up                   a chain on this machine
  surge doctor                        what is there, and what is missing
  surge deploy apply --from deployer  the suite's contracts")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Network, by name or by the path of its file.
    #[arg(long, short, global = true, env = "SURGE_NETWORK", default_value = networks::DEVNET)]
    network: String,
    /// Name of the key that signs.
    #[arg(long, short, global = true, env = "SURGE_FROM")]
    from: Option<String>,
    /// Show what would be sent, and send nothing.
    #[arg(long, global = true)]
    dry_run: bool,
    /// Send without asking.
    #[arg(long, short, global = true)]
    yes: bool,
    /// Gas limit, instead of what a simulation used and 40 %.
    #[arg(long, global = true)]
    gas: Option<u64>,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    match run(cli) {
        Ok(report) => {
            report.print(json);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            if json {
                let error = serde_json::json!({
                    "error": failure.what(),
                    "next": failure.step(),
                });
                println!("{error:#}");
            }
            eprintln!(
                "{} {}",
                style("error:").red().bold().for_stderr(),
                failure.what()
            );
            if let Some(step) = failure.step() {
                eprintln!("  {step}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Outcome<Report> {
    if let Command::Completions { shell } = cli.command {
        let mut text = vec![];
        clap_complete::generate(shell, &mut Cli::command(), "surge", &mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        return Report::new(&text, text.clone());
    }
    let sending = Sending {
        dry_run: cli.dry_run,
        yes: cli.yes,
        gas: cli.gas,
    };
    command::run(cli.command, cli.json, || {
        Session::new(&cli.network, cli.from.clone(), sending, cli.json)
    })
}
