//! What members propose: words, and what they would do.

use std::{fs, path::PathBuf};

use clap::Args;
use serde_json::{json, Value};
use surge_interface::{
    dao::{Action, ClassifyResponse, Draft, ExecuteMsg, QueryMsg, ReceiveMsg, MAX_GAS, MIN_GAS},
    UncheckedDenom,
};

use super::{actions::Actions, told};
use crate::{
    clock::span,
    deployment::measured,
    failure::{Failure, Outcome},
    money::Coinage,
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
    /// Gas that the actions may use together; by what they are when left away, at least
    /// 1,000,000 (contracts/dao/README.md, "How much gas to state").
    #[arg(long)]
    actions_gas: Option<u64>,
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
            false => match propose.actions_gas {
                Some(gas) => gas.max(MIN_GAS),
                None => gas(&actions, session),
            },
        },
        actions,
    };
    let classes: Vec<&str> = found.classes.iter().map(|class| class.name()).collect();
    let policy = &found.policy;
    let mut act = Act::new(format!(
        "Opens a proposal of class {}: {} of all weight has to vote, for {} at most, then {} of timelock.",
        classes.join(" and "),
        Coinage::percent().of(policy.quorum_bps.into()),
        span(policy.voting_secs),
        span(policy.timelock_secs),
    ));
    for line in told::lines(session, told::ONCE, &draft.actions)? {
        act = act.moving(line);
    }
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
        .attribute(&contracts.dao, "proposal_opened", "proposal")
        .and_then(|id| id.parse().ok());
    let text = id
        .map(|id| format!("it is proposal {id}; next: surge dao vote {id} yes"))
        .unwrap_or_default();
    done.report(&json!({ "proposal": id, "classes": classes }), text)
}

/// Least gas that is stated where nobody says how much: what is not used is not charged.
const LEAST_GAS: u64 = 1_000_000;
/// Gas of a message that was not measured: twice the dearest that was.
const UNKNOWN_GAS: u64 = 310_000;

/// Gas to state for these actions: twice what they use by the table of
/// contracts/dao/README.md, for what changes until then.
fn gas(actions: &[Action], session: &Session) -> u64 {
    let mut sum = 40_000u64;
    for action in actions {
        sum = sum.saturating_add(match action {
            Action::Send { denom, .. } => match denom {
                UncheckedDenom::Native(_) => 20_000,
                UncheckedDenom::Cw20(_) => 80_000,
            },
            Action::AddMember { .. } | Action::RemoveMember { .. } => 45_000,
            Action::SetPolicy { .. } | Action::SetRow { .. } | Action::SetSettings { .. } => 25_000,
            Action::SetAdmin { .. } | Action::Migrate { .. } => 77_000,
            Action::Execute { contract, msg, .. } => {
                let msg: Value = serde_json::from_slice(msg).unwrap_or_default();
                let name = msg.as_object().and_then(|msg| msg.keys().next());
                match (told::called(session, contract), name) {
                    (token, Some(name)) if token == "token" && name == "transfer" => 80_000,
                    (contract, Some(name)) => {
                        let row = measured(&format!("dao execute ({contract} {name})"));
                        row.map_or(UNKNOWN_GAS, |row| row.gas.saturating_sub(157_000))
                    }
                    _ => UNKNOWN_GAS,
                }
            }
        });
    }
    sum.saturating_mul(2).clamp(LEAST_GAS, MAX_GAS)
}
