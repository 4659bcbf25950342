//! `surge rewards`: the schedule, and what a provider's account holds.

use clap::Subcommand;
use serde_json::json;
use surge_interface::{
    escrow::{self, Contribution},
    rewards::{AccountResponse, EmissionResponse, ExecuteMsg, QueryMsg},
};

use super::provider::own;
use crate::{
    failure::Outcome,
    money::Coinage,
    output::{facts, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge rewards`.
#[derive(Subcommand)]
pub enum Command {
    /// Where the schedule of the emission stands.
    Show,
    /// What a provider contributed, and what its account holds.
    Account {
        /// The provider; the signer's own when left away.
        provider: Option<u32>,
    },
    /// Count the epochs that are over, with the bonds of now; anybody may.
    Turn,
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    let at = session.contracts()?;
    let surge = Coinage::surge(&at.token);
    match command {
        Command::Show => {
            let emission: EmissionResponse = session.ask(&at.rewards, &QueryMsg::Emission {})?;
            let text = facts([
                ("epochs counted", emission.epoch.to_string()),
                ("epoch of now", emission.current_epoch.to_string()),
                (
                    "pool of an epoch",
                    surge.of(emission.pool.u128()).to_string(),
                ),
                (
                    "released so far",
                    surge.of(emission.released.u128()).to_string(),
                ),
                (
                    "granted of it",
                    surge.of(emission.emitted.u128()).to_string(),
                ),
                (
                    "left for later",
                    surge.of(emission.spare.u128()).to_string(),
                ),
                (
                    "halves at epoch",
                    emission
                        .halves_epoch
                        .map_or_else(|| "never again".to_owned(), |epoch| epoch.to_string()),
                ),
            ]);
            Report::new(&emission, text.to_string())
        }
        Command::Account { provider } => {
            let provider = own(session, provider)?;
            let account: AccountResponse =
                session.ask(&at.rewards, &QueryMsg::Account { provider })?;
            let given: Contribution =
                session.ask(&at.escrow, &escrow::QueryMsg::Contribution { provider })?;
            let text = facts([
                ("provider", provider.to_string()),
                (
                    "burned out of its jobs",
                    surge.of(given.burned.u128()).to_string(),
                ),
                (
                    "granted for work",
                    surge.of(account.work.u128()).to_string(),
                ),
                (
                    "granted for bond",
                    surge.of(account.emission.u128()).to_string(),
                ),
                ("minted", surge.of(account.minted.u128()).to_string()),
                ("slashed", surge.of(account.slashed.u128()).to_string()),
                ("counted to epoch", account.epoch.to_string()),
            ]);
            Report::new(
                &json!({ "provider": provider, "account": account, "contribution": given }),
                text.to_string(),
            )
        }
        Command::Turn => {
            let act = Act::new("Counts the epochs that are over.").call(
                session,
                &at.rewards,
                &ExecuteMsg::Turn {},
            )?;
            session.perform(&act)?.report(&json!({}), "")
        }
    }
}
