//! A proposal is carried out, or was undone.

use serde_json::json;
use surge_chain::Event;
use surge_interface::dao::ExecuteMsg;

use super::{look, told};
use crate::{
    failure::{Failure, Outcome},
    output::{in_one_line, Report},
    session::Session,
    transact::{self, emitted, Act, Done},
};

/// Carries it out. That its actions failed and were undone is a failure, although the
/// transaction is in a block and paid for.
pub fn run(session: &Session, proposal: u64) -> Outcome<Report> {
    let found = look::proposal_of(session, proposal)?;
    let mut act = Act::new(format!(
        "Carries out proposal {proposal}, {:?}, all of it or nothing.",
        in_one_line(&found.proposal.title)
    ));
    for line in told::lines(session, "", &found.actions)? {
        act = act.moving(line);
    }
    let dao = session.contracts()?.dao;
    let act = act.call(session, &dao, &ExecuteMsg::Execute { proposal })?;
    let done = session.perform(&act)?;
    if let Done::Included(included) = &done {
        if let Some((why, again)) = undone(&included.events, &dao, proposal) {
            let step = match again {
                true if why == UNFUNDED => format!(
                    "it spends more than the DAO has, see: surge dao treasury; once more is there: surge dao execute {proposal}"
                ),
                true => format!(
                    "mend the reason and say it again: surge dao execute {proposal}; until when: surge dao show {proposal}"
                ),
                false => format!(
                    "nobody can carry it out any more; open another proposal: surge dao propose; what this one was: surge dao show {proposal}"
                ),
            };
            let more = json!({ "proposal": proposal, "failed": why });
            return Err(Failure::new(format!(
                "the actions of proposal {proposal} failed and were undone: {}",
                in_one_line(&why)
            ))
            .next(step)
            .with(&transact::told(included, &more)?));
        }
    }
    done.report(&json!({ "proposal": proposal, "failed": null }), "")
}

/// How a chain tells a contract that money is missing, without its words.
const UNFUNDED: &str = "codespace: sdk, code: 5";

/// Why this DAO's actions were undone, and whether they may be tried again; none when they
/// were not. What it carries out may have another DAO carry out something.
fn undone(events: &[Event], dao: &str, proposal: u64) -> Option<(String, bool)> {
    let proposal = proposal.to_string();
    let mut failed = emitted(events, dao, "execution_failed");
    let event = failed.find(|event| event.get("proposal") == Some(&proposal))?;
    let why = event.get("reason").unwrap_or("the chain does not say why");
    Some((why.to_owned(), event.get("status") == Some("ready")))
}

#[cfg(test)]
mod tests {
    use surge_interface::events::{dao::ExecutionFailed, Emit};

    use super::*;

    #[test]
    fn that_all_was_undone_is_read_from_the_event_that_the_dao_emits() {
        let event = ExecutionFailed {
            proposal: 3,
            tries: 1,
            status: "ready",
            reason: "too little".to_owned(),
        };
        let event = event.emit(7);
        let mut attributes = vec![("_contract_address".to_owned(), "dao".to_owned())];
        for attribute in event.attributes {
            attributes.push((attribute.key, attribute.value));
        }
        assert_eq!(undone(&[], "dao", 3), None);
        let events = [Event {
            kind: format!("wasm-{}", event.ty),
            attributes,
        }];
        let failed = Some(("too little".to_owned(), true));
        assert_eq!(undone(&events, "dao", 3), failed);
        // Another DAO's failure, or that of another proposal, is none of this one's.
        assert_eq!(undone(&events, "other", 3), None);
        assert_eq!(undone(&events, "dao", 4), None);
    }
}
