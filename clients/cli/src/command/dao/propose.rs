//! What members propose: words, and what they would do.

use std::{fs, path::PathBuf};

use clap::Args;
use serde_json::json;
use surge_interface::dao::{ClassifyResponse, Draft, ExecuteMsg, QueryMsg, ReceiveMsg, MIN_GAS};

use super::actions::Actions;
use crate::{
    failure::{Failure, Outcome},
    output::Report,
    session::Session,
    transact::Act,
};

/// A proposal. Its actions are carried out in the order of this list, all of them or none.
#[derive(Args)]
pub struct Propose {
    /// A line.
    #[arg(long)]
    title: String,
    /// The reasons.
    #[arg(long, default_value = "", conflicts_with = "text_file")]
    text: String,
    /// The reasons, in a file.
    #[arg(long)]
    text_file: Option<PathBuf>,
    #[command(flatten)]
    actions: Actions,
    /// Gas that the actions may use together.
    #[arg(long, default_value_t = 1_000_000)]
    actions_gas: u64,
}

/// Opens it.
pub fn open(propose: &Propose, session: &Session) -> Outcome<Report> {
    let contracts = session.contracts()?;
    let actions = propose.actions.read(session)?;
    let msg = QueryMsg::Classify {
        actions: actions.clone(),
    };
    let found: ClassifyResponse = session.ask(&contracts.dao, &msg)?;
    let deposit = session
        .coinage(&found.deposit_denom)
        .of(found.policy.deposit.u128());
    let text = match &propose.text_file {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?,
        None => propose.text.clone(),
    };
    let draft = Draft {
        title: propose.title.clone(),
        text,
        gas: match actions.is_empty() {
            true => 0,
            false => propose.actions_gas.max(MIN_GAS),
        },
        actions,
    };
    let classes: Vec<&str> = found.classes.iter().map(|class| class.name()).collect();
    let policy = &found.policy;
    let days = |secs: u64| match secs {
        0..86_400 => format!("{secs} seconds"),
        _ => format!("{:.1} days", secs as f64 / 86_400.0),
    };
    let act = Act::new(format!(
        "Opens a proposal of class {}: {:.1} % of all weight has to vote, for {} at most, then {} of timelock.",
        classes.join(" and "),
        f64::from(policy.quorum_bps) / 100.0,
        days(policy.voting_secs),
        days(policy.timelock_secs),
    ));
    let inside = ReceiveMsg::Propose {
        draft: Box::new(draft.clone()),
    };
    let msg = ExecuteMsg::Propose { draft };
    let act = match deposit.base {
        0 => act.call(session, &contracts.dao, &msg)?,
        _ => act
            .moving(format!("{deposit} to the DAO, until it is over"))
            .pay(session, &contracts.dao, &deposit, &msg, &inside)?,
    };
    let done = session.perform(&act)?;
    let id: Option<u64> = done
        .attribute("proposal_opened", "proposal")
        .and_then(|id| id.parse().ok());
    let text = id
        .map(|id| format!("it is proposal {id}; next: surge dao vote {id} yes"))
        .unwrap_or_default();
    done.report(&json!({ "proposal": id, "classes": classes }), text)
}
