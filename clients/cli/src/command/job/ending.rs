//! Messages after which a job may be over: where its money went, and how to fetch it.

use cosmwasm_std::Uint128;
use serde_json::json;
use surge_chain::Event;
use surge_interface::escrow::{
    Beneficiary, ExecuteMsg, JobResponse, JobSummary, Params, QueryMsg, Status,
};

use super::look::{job_of, nodes};
use crate::{
    failure::{Failure, Outcome},
    money::{Amount, Coinage},
    output::Report,
    session::Session,
    transact::{emitted, Act, Done},
};

/// Sends a message that may end a job, and tells what became of the job's money.
pub fn end(session: &Session, what: String, job: u64, msg: &ExecuteMsg) -> Outcome<Report> {
    let found = job_of(session, job)?;
    let mut act = Act::new(what);
    let pays = matches!(msg, ExecuteMsg::Accept { .. } | ExecuteMsg::Settle { .. });
    if pays && found.summary.status == Status::Submitted {
        for line in payment(session, &found.summary)? {
            act = act.moving(line);
        }
    }
    let act = act.call(session, &session.contracts()?.escrow, msg)?;
    let done = session.perform(&act)?;
    ended(session, &found, done)
}

/// What paying for a result moves.
fn payment(session: &Session, summary: &JobSummary) -> Outcome<Vec<String>> {
    let coinage = coinage(session, summary);
    let params = params(session, summary)?;
    let parts = surge_accounting::take(
        summary.price,
        params.take_bps,
        params.burn_bps,
        params.insurance_bps,
    )
    .map_err(Failure::new)?;
    let provider = match summary.provider {
        Some(provider) => format!("the payout address of provider {provider}"),
        None => "its provider".to_owned(),
    };
    let mut lines = vec![format!(
        "{} of the price of {} to {provider}",
        coinage.of(parts.provider.u128()),
        coinage.of(summary.price.u128())
    )];
    let left = summary.held.saturating_sub(summary.price);
    if !left.is_zero() {
        lines.push(format!(
            "{} of the deposit becomes a credit of {}",
            coinage.of(left.u128()),
            whose(session, summary)
        ));
    }
    Ok(lines)
}

/// What was sent, and where the job's money went when that ended it.
pub fn ended(session: &Session, found: &JobResponse, done: Done) -> Outcome<Report> {
    let summary = &found.summary;
    let coinage = coinage(session, summary);
    let escrow = session.contracts()?.escrow;
    let event = match &done {
        Done::Included(included) => closed(&included.events, &escrow, summary.id),
        Done::Shown(..) => None,
    };
    let told = |key: &str| Some(event?.get(key)?.to_owned());
    let amount = |key: &str| -> Option<u128> { told(key)?.parse().ok() };
    let end = (
        told("status"),
        amount("to_provider"),
        amount("to_requester"),
    );
    let (Some(status), Some(to_provider), Some(to_requester)) = end else {
        let json = json!({ "job": summary.id, "closed": null });
        return done.report(&json, "");
    };
    let mut text = format!("job {} is {status}", summary.id);
    if to_provider > 0 {
        let provider = told("provider").unwrap_or_default();
        let to_provider = coinage.of(to_provider);
        text.push_str(&format!(": {to_provider} to provider {provider}"));
    }
    // Nobody had it at its end: what is kept is for those that turned it down.
    let kept = amount("insurance").unwrap_or_default();
    if kept > 0 && told("provider").as_deref() == Some("none") {
        text.push_str(&format!(
            ": {} of the deposit kept, because {} turned it down",
            coinage.of(kept),
            nodes(&summary.declined)
        ));
    }
    if to_requester > 0 {
        text.push_str(&format!(
            "\n{} is now a credit of {}\nnext: {}",
            coinage.of(to_requester),
            whose(session, summary),
            withdrawal(session, summary)
        ));
    }
    let closed = json!({
        "status": status,
        "denom": coinage.denom,
        "to_provider": to_provider.to_string(),
        "to_requester": to_requester.to_string(),
    });
    done.report(&json!({ "job": summary.id, "closed": closed }), text)
}

/// That this job ended, as the escrow says it.
fn closed<'a>(events: &'a [Event], escrow: &'a str, job: u64) -> Option<&'a Event> {
    let job = job.to_string();
    emitted(events, escrow, "job_closed").find(|event| event.get("job") == Some(&job))
}

/// How a job's requester gets a credit. What has no name here cannot be named: all is fetched
/// then.
pub fn withdrawal(session: &Session, summary: &JobSummary) -> String {
    let mut command = "surge credit withdraw".to_owned();
    let coinage = coinage(session, summary);
    if session.coinages().is_ok_and(|all| all.contains(&coinage)) {
        command.push_str(&format!(" --of {}", coinage.display));
    }
    if !is_own(session, summary) {
        command.push_str(&format!(" --account {}", summary.requester));
    }
    command
}

/// What the escrow owes a job's requester in the job's denomination.
pub fn credit(session: &Session, summary: &JobSummary) -> Outcome<Amount> {
    let msg = QueryMsg::Credit {
        beneficiary: Beneficiary::Account(summary.requester.to_string()),
        denom: summary.denom.clone().into(),
    };
    let owed: Uint128 = session.ask(&session.contracts()?.escrow, &msg)?;
    Ok(coinage(session, summary).of(owed.u128()))
}

/// Who turned a job down and what that costs its requester; none when nobody did.
pub fn turned_down(session: &Session, summary: &JobSummary) -> Outcome<Option<String>> {
    let declines = summary.declined.len();
    if declines == 0 {
        return Ok(None);
    }
    let nodes = nodes(&summary.declined);
    // A node that takes it in the end makes the others cost nothing.
    if summary.node.is_some() {
        return Ok(Some(nodes));
    }
    let fee = surge_accounting::decline_fee(
        summary.price,
        u8::try_from(declines).unwrap_or(u8::MAX),
        params(session, summary)?.decline_bps,
    )
    .map_err(Failure::new)?;
    let fee = coinage(session, summary).of(fee.u128());
    Ok(Some(match summary.status {
        Status::Open => format!("{nodes}; {fee} of the deposit is kept when no other takes it"),
        _ => format!("{nodes}; {fee} of the deposit was kept"),
    }))
}

/// What a job is paid in.
pub fn coinage(session: &Session, summary: &JobSummary) -> Coinage {
    session.coinage(&summary.denom.clone().into())
}

fn params(session: &Session, summary: &JobSummary) -> Outcome<Params> {
    let version = Some(summary.params_version);
    session.ask(&session.contracts()?.escrow, &QueryMsg::Params { version })
}

fn is_own(session: &Session, summary: &JobSummary) -> bool {
    let account = session.account();
    account.is_ok_and(|account| account.address() == summary.requester.as_str())
}

fn whose(session: &Session, summary: &JobSummary) -> String {
    match is_own(session, summary) {
        true => "yours".to_owned(),
        false => summary.requester.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_a_job_ended_is_the_escrows_word_about_this_job() {
        let event = |contract: &str, job: &str| Event {
            kind: "wasm-job_closed".to_owned(),
            attributes: [("_contract_address", contract), ("job", job)]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .to_vec(),
        };
        let events = [
            event("stranger", "7"),
            event("escrow", "6"),
            event("escrow", "7"),
        ];
        let found = closed(&events, "escrow", 7).expect("it ended");
        assert_eq!(found, &events[2]);
        assert_eq!(closed(&events, "escrow", 8), None);
    }
}
