//! `surge job explain`.

use serde_json::json;
use surge_interface::{
    registry::{self, QueryMsg},
    Explanation,
};

use crate::{
    audit::{audit, Audit, Verdict},
    failure::{Failure, Outcome},
    output::{table, Report},
    session::Session,
};

/// Why a job's node was picked, and whether the chain was right.
pub fn run(session: &Session, job: u64) -> Outcome<Report> {
    let msg = QueryMsg::ExplainMatch { job };
    let explanation: Explanation = session.ask(&session.contracts()?.registry, &msg)?;
    let why = told(&explanation);
    let audit = session.waiting("computing the pick once more", || {
        audit(session, &explanation)
    });
    // What cannot be computed again is explained all the same, and said to be unchecked.
    let audit = match audit {
        Ok(audit) => audit,
        Err(failure) => {
            let json = json!({
                "explanation": explanation,
                "verdict": "unchecked",
                "why": failure.what(),
                "next": failure.step(),
            });
            let next = failure.step().map(|step| format!("\n  {step}"));
            let text = format!(
                "{why}\n\nNot checked: {}{}",
                failure.what(),
                next.unwrap_or_default()
            );
            return Report::new(&json, text);
        }
    };
    let json = json!({
        "explanation": explanation,
        "verdict": audit.verdict,
        "why": audit.why,
        "audit": audit,
    });
    if audit.verdict == Verdict::Wrong {
        return Err(
            Failure::new(format!("{why}\n\n{}\n{}", compared(&audit), audit.why))
                .next("show the network's DAO this, with the transaction's hash")
                .with(&json),
        );
    }
    let details = match audit.verdict {
        Verdict::Right => String::new(),
        _ => format!("{}\n", compared(&audit)),
    };
    Report::new(&json, format!("{why}\n\n{details}{}", audit.why))
}

fn compared(audit: &Audit) -> String {
    let mut rows = table(&["", "recorded", "computed here", ""]);
    for row in &audit.compared {
        rows.add_row([
            row.what.to_owned(),
            row.recorded.to_string(),
            row.recomputed.to_string(),
            if row.same { "same" } else { "DIFFERS" }.to_owned(),
        ]);
    }
    rows.to_string()
}

/// An explanation as people read it.
pub fn told(explanation: &Explanation) -> String {
    let weights = explanation.weights;
    let mut rows = table(&[
        "",
        ">node",
        ">score",
        ">time",
        ">load",
        ">price",
        ">reputation",
        ">green",
        ">turn",
    ]);
    let scored = std::iter::once(&explanation.pick).chain(&explanation.runners_up);
    for (index, scored) in scored.enumerate() {
        let parts = scored.parts;
        let part =
            |weight: u32, part: u32| format!("{:.3}", f64::from(weight) * f64::from(part) / 1e12);
        rows.add_row([
            if index == 0 { "picked" } else { "next" }.to_owned(),
            scored.node.to_string(),
            format!("{:.3}", registry::score_ppm(scored.score) as f64 / 1e6),
            part(weights.time, parts.time),
            part(weights.load, parts.load),
            part(weights.price, parts.price),
            part(weights.reputation, parts.reputation),
            part(weights.green, parts.green),
            scored.tag.to_string(),
        ]);
    }
    let passed = |count: u16, why: &str| (count > 0).then(|| format!("{count} {why}"));
    let refusals = explanation.refusals;
    let refused: Vec<String> = [
        passed(refusals.no_room, "too full"),
        passed(refusals.silent, "silent"),
        passed(refusals.too_dear, "too dear"),
        passed(refusals.bond_too_low, "with too little free bond"),
        passed(
            refusals.own,
            "of the requester or of a provider that declined",
        ),
        passed(refusals.declined, "that declined"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let refused = match refused.is_empty() {
        true => String::new(),
        false => format!(", passed over: {}", refused.join(", ")),
    };
    let ahead = explanation
        .best_score
        .u64()
        .saturating_sub(explanation.pick.score.u64());
    let turn = match ahead {
        0 => String::new(),
        _ => {
            "\nit scored within a hundredth of the best, and among such it was its turn".to_owned()
        }
    };
    format!(
        "{rows}\n{} rows read{refused}; {}{turn}",
        explanation.rows_read,
        match (explanation.exact, explanation.gap_ppm) {
            (true, _) => "nothing unread could have scored higher".to_owned(),
            (false, 1_000_000) => "no other node was asked".to_owned(),
            (false, gap) => format!(
                "what was not read could have scored {:.2} % higher at most",
                f64::from(gap) / 1e4
            ),
        }
    )
}
