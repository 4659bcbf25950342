//! `surge job dispute` and `surge job rule`.

use serde_json::json;
use surge_interface::escrow::{ExecuteMsg, Params, QueryMsg, ReceiveMsg};

use super::{
    ending::{coinage, ended},
    look::job_of,
};
use crate::{
    failure::{Failure, Outcome},
    money::{Amount, Coinage},
    output::Report,
    session::Session,
    transact::Act,
};

/// The requester's word against a result, with its bond.
pub fn dispute(session: &Session, job: u64, reason: String) -> Outcome<Report> {
    let escrow = session.contracts()?.escrow;
    let found = job_of(session, job)?;
    let version = Some(found.summary.params_version);
    let params: Params = session.ask(&escrow, &QueryMsg::Params { version })?;
    let bond = surge_accounting::dispute_bond(found.summary.price, params.dispute_bond_bps)
        .map_err(Failure::new)?;
    let bond = session.coinage(&found.summary.denom.into()).of(bond.u128());
    let inside = ReceiveMsg::Dispute {
        job,
        reason_uri: reason.clone(),
    };
    let msg = ExecuteMsg::Dispute {
        job,
        reason_uri: reason,
    };
    let act = Act::new(format!("Disputes the result of job {job}."))
        .moving(format!(
            "{bond} to the escrow; lost when the arbiter finds for the provider"
        ))
        .pay(session, &escrow, &bond, &msg, &inside)?;
    session.perform(&act)?.report(&json!({ "job": job }), "")
}

/// The arbiter's word.
pub fn rule(session: &Session, job: u64, percent: &str) -> Outcome<Report> {
    let percent = Amount::parse(percent, &[Coinage::percent()])?;
    let provider_bps = u16::try_from(percent.base)
        .ok()
        .filter(|bps| *bps <= 10_000)
        .ok_or_else(|| Failure::new(format!("{percent} is more than the whole price")))?;
    let found = job_of(session, job)?;
    let coinage = coinage(session, &found.summary);
    let act = Act::new(format!("Decides the dispute about job {job}."))
        .moving(format!(
            "{percent} of {} to the provider, the rest to the requester",
            coinage.of(found.summary.price.u128())
        ))
        .call(
            session,
            &session.contracts()?.escrow,
            &ExecuteMsg::Rule { job, provider_bps },
        )?;
    ended(session, &found, session.perform(&act)?)
}
