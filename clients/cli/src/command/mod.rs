//! The commands.

mod ask;
mod claim;
mod credit;
mod dao;
mod deploy;
mod doctor;
mod job;
mod keys;
mod money;
mod network;
mod node;
mod pay;
mod provider;
mod rewards;
mod run;
mod statement;
mod store;
mod tx;

use std::path::PathBuf;

use clap::Subcommand;

use crate::{failure::Outcome, output::Report, session::Session};

/// What can be said after `surge`.
#[derive(Subcommand)]
pub enum Command {
    /// Keys that sign.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Networks, whether they take the contracts, and what holds on them.
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
    /// The schedule of the rewards, and what accounts hold.
    #[command(subcommand)]
    Rewards(rewards::Command),
    /// Money at the escrow that waits for its owner.
    #[command(subcommand)]
    Credit(credit::Credit),
    /// Money at the registry for evictions and reports.
    #[command(subcommand)]
    Tips(credit::Tips),
    /// What the contracts hold and owe, and what they collected.
    #[command(subcommand)]
    Money(money::Command),
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
    /// What became of a transaction.
    Tx(tx::Arguments),
    /// Ask a contract anything that it answers.
    Ask(ask::Ask),
    /// Send a contract any message that it takes.
    Call(ask::Call),
    /// What is there, what is missing, and what to do about it.
    Doctor(doctor::Arguments),
    /// Completions for a shell, on standard output.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write a manual page for each command.
    Man {
        /// Folder for the pages; made when it is not there.
        folder: PathBuf,
    },
    /// Print docs/cli.md.
    #[command(hide = true)]
    Reference,
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
        Command::Deploy(command) => deploy::run(command, &session()?.signed_by_default("deployer")),
        Command::Provider(command) => provider::run(command, &session()?),
        Command::Node(node::Command::Detect) => run::show(),
        Command::Node(node::Command::Run(arguments)) => run::run(&arguments, &session()?),
        Command::Node(node::Command::Registry(command)) => node::run(command, &session()?),
        Command::Job(command) => job::run(command, &session()?),
        Command::Store(command) => store::run(command, json),
        Command::Claim(arguments) => claim::run(&arguments, &session()?),
        Command::Rewards(command) => rewards::run(command, &session()?),
        Command::Credit(command) => credit::credit(command, &session()?),
        Command::Tips(command) => credit::tips(command, &session()?),
        Command::Money(command) => money::run(command, &session()?),
        Command::Dao(command) => dao::run(command, &session()?),
        Command::Pay(arguments) => pay::run(&arguments, &session()?),
        Command::Tx(arguments) => tx::run(&arguments, &session()?),
        Command::Ask(arguments) => ask::ask(&arguments, &session()?),
        Command::Call(arguments) => ask::call(&arguments, &session()?),
        Command::Doctor(arguments) => doctor::run(&arguments, session),
        Command::Completions { shell } => crate::teach::completions(shell),
        Command::Man { folder } => crate::teach::man(&folder),
        Command::Reference => crate::teach::reference(),
    }
}
