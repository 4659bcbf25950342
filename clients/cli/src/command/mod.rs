//! The commands.

mod claim;
mod dao;
mod deploy;
mod job;
mod keys;
mod network;
mod node;
mod pay;
mod provider;
mod run;
mod store;
mod tx;

use clap::Subcommand;

use crate::{failure::Outcome, output::Report, session::Session};

/// What can be said after `surge`.
#[derive(Subcommand)]
pub enum Command {
    /// Keys that sign.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Networks, and whether they take the contracts.
    #[command(subcommand)]
    Network(network::Command),
    /// Lend machines: register, bond, leave.
    #[command(subcommand)]
    Provider(provider::Command),
    /// Machines of a provider.
    #[command(subcommand)]
    Node(node::Command),
    /// Order jobs, deliver, accept, dispute.
    #[command(subcommand)]
    Job(job::Command),
    /// Claim a provider's rewards, for anybody.
    Claim(claim::Arguments),
    /// Propose, vote, execute.
    #[command(subcommand)]
    Dao(dao::Command),
    /// Files of jobs, by hash.
    #[command(subcommand)]
    Store(store::Command),
    /// The suite's contracts: plan, put them on a chain, verify.
    #[command(subcommand)]
    Deploy(deploy::Command),
    /// Pay somebody.
    Pay(pay::Arguments),
    /// Find a transaction.
    Tx(tx::Arguments),
    /// Completions for a shell, on standard output.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Carries a command out. Most need a session; it is only opened then.
pub fn run(
    command: Command,
    json: bool,
    session: impl Fn() -> Outcome<Session>,
) -> Outcome<Report> {
    match command {
        Command::Keys(command) => keys::run(command, &session()?),
        Command::Network(command) => network::run(command, session),
        Command::Deploy(command) => deploy::run(command, &session()?),
        Command::Provider(command) => provider::run(command, &session()?),
        Command::Node(node::Command::Detect) => run::show(),
        Command::Node(node::Command::Run(arguments)) => run::run(&arguments, &session()?),
        Command::Node(command) => node::run(command, &session()?),
        Command::Job(command) => job::run(command, &session()?),
        Command::Store(command) => store::run(command, json),
        Command::Claim(arguments) => claim::run(&arguments, &session()?),
        Command::Dao(command) => dao::run(command, &session()?),
        Command::Pay(arguments) => pay::run(&arguments, &session()?),
        Command::Tx(arguments) => tx::run(&arguments, &session()?),
        Command::Completions { .. } => Report::new(&(), ""), // printed where the whole program is known
    }
}
