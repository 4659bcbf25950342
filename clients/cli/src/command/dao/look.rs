//! A proposal as it stands.

use surge_interface::dao::{FullProposalResponse, QueryMsg, Status};

use super::told;
use crate::{
    clock::moment,
    failure::Outcome,
    money::Coinage,
    output::{facts, in_one_line, Report},
    session::Session,
};

/// A proposal with its text and actions.
pub fn proposal_of(session: &Session, proposal: u64) -> Outcome<FullProposalResponse> {
    let msg = QueryMsg::FullProposal { proposal };
    session.ask(&session.contracts()?.dao, &msg)
}

/// A proposal with its text and what it does.
pub fn show(session: &Session, proposal: u64) -> Outcome<Report> {
    let found = proposal_of(session, proposal)?;
    let (summary, policy) = (&found.proposal, &found.policy);
    let classes: Vec<&str> = summary.classes.iter().map(|class| class.name()).collect();
    let when = match (summary.status, summary.ready_secs) {
        (Status::Open | Status::Settling, _) => {
            format!(", voting until {}", moment(summary.closes_secs))
        }
        (Status::Queued, Some(ready)) => format!(", ready from {}", moment(ready)),
        _ => String::new(),
    };
    let expires = summary
        .expires_secs
        .map_or_else(|| "not while it stands so".to_owned(), moment);
    let text = facts([
        (
            "proposal",
            format!("{}: {}", summary.id, in_one_line(&summary.title)),
        ),
        ("status", format!("{}{when}", summary.status.name())),
        ("opened", moment(summary.opened_secs)),
        ("expires", expires),
        ("classes", classes.join(", ")),
        (
            "votes",
            format!(
                "{} yes, {} no, {} abstain, of {}",
                summary.yes, summary.no, summary.abstain, summary.total
            ),
        ),
        (
            "needs",
            format!(
                "{} of all weight, {} voters",
                Coinage::percent().of(policy.quorum_bps.into()),
                policy.min_voters
            ),
        ),
        (
            "failure",
            found
                .failure
                .as_deref()
                .map_or_else(|| "none".to_owned(), in_one_line),
        ),
    ]);
    let words = match found.text.trim() {
        "" => String::new(),
        // Its own lines are marked, so that none of them looks like one of ours.
        words => {
            let lines: Vec<String> = words
                .lines()
                .map(|line| format!("\n  | {}", in_one_line(line)))
                .collect();
            format!("\n{}", lines.concat())
        }
    };
    let lines = match summary.status.is_final() {
        true => told::past(session, &found.actions)?,
        false => told::lines(session, "", &found.actions)?,
    };
    let does = match lines {
        lines if lines.is_empty() => "\nit does nothing: an opinion".to_owned(),
        lines => format!("\nit does, all or nothing:\n  {}", lines.join("\n  ")),
    };
    Report::new(&found, format!("{text}{words}{does}"))
}
