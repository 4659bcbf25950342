//! Was the chain right? A job's pick, computed once more from the ledger.
//!
//! The registry's store is read as it stood after the block before the job's: the index as
//! stored, and the nodes as their queries tell them. What other transactions of the same
//! block did before is put in, as far as it can be known. Then the same search runs on it.

mod moment;
mod replay;
mod request;
mod store;

use serde::Serialize;
use serde_json::{json, Value};
use surge_interface::{escrow, registry, registry::score_ppm, Explanation, Refusals, Scored};
use surge_matching::{judge, Row};

use crate::{failure::Outcome, session::Session};
use moment::Moment;
use request::Request;
use store::Index;

/// What a recomputation says of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The same pick for the same reasons, out of an index that was true.
    Right,
    /// Something else than what was computed here.
    Wrong,
    /// Other transactions of the same block came before, and cannot be told apart.
    Undecided,
}

/// One thing that was compared.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// What.
    pub what: &'static str,
    /// As the chain recorded it.
    pub recorded: Value,
    /// As it is computed here.
    pub recomputed: Value,
    /// Whether they are the same.
    pub same: bool,
}

/// A pick, computed once more.
#[derive(Debug, Serialize)]
pub struct Audit {
    /// What is to be said of the chain.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub why: String,
    /// The transaction that picked.
    pub tx: String,
    /// Its block.
    pub height: u64,
    /// Each thing that was compared.
    pub compared: Vec<Compared>,
    /// Nodes of the market at that moment.
    pub nodes: usize,
    /// Those that could have taken the job.
    pub fitting: usize,
    /// The best score that any of them had, read one by one.
    pub best_score: u64,
    /// Nodes whose row in the index says something else than their record.
    pub untrue_rows: Vec<u32>,
    /// Transactions of the same block that changed the registry before.
    pub before: Vec<String>,
}

/// What a search comes to, as an explanation records it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    pick: Option<Scored>,
    runners_up: Vec<Scored>,
    best_score: u64,
    refusals: Refusals,
    rows_read: u16,
    exact: bool,
    gap_ppm: u32,
}

/// Computes the pick of a job once more.
pub fn audit(session: &Session, recorded: &Explanation) -> Outcome<Audit> {
    let moment = Moment::find(session, recorded)?;
    let request = Request::read(session, &moment, recorded)?;
    let mut index = Index::read(session, &moment, request.job.market)?;
    let untrue_rows = index.untrue(session, &moment, &request)?;
    let doubts = replay::catch_up(session, &moment, &request, &mut index)?;
    let found = request.find(session, &moment, &index)?;

    let rows: Vec<Row> = index.rows()?;
    let fitting: Vec<Scored> = rows
        .iter()
        .filter_map(|row| judge(&request.job, row, index.virtual_time()).ok())
        .collect();
    let best_score = fitting
        .iter()
        .map(|scored| scored.score.u64())
        .max()
        .unwrap_or_default();
    let compared = compare(recorded, &found);
    let differ: Vec<&str> = compared
        .iter()
        .filter(|compared| !compared.same)
        .map(|compared| compared.what)
        .collect();
    // One node alone was asked, or a runner-up took over: then nothing is claimed of others.
    let claim = match found.exact || found.gap_ppm < surge_interface::PPM {
        true => claim_holds(recorded, best_score),
        false => true,
    };
    let (verdict, why) = match (differ.is_empty(), claim && untrue_rows.is_empty()) {
        (true, true) => (
            Verdict::Right,
            format!(
                "The chain was right: of {}, {} could take the job; the same search over the ledger of block {} picks node {} again, with the same score, price and runners-up.",
                match rows.len() {
                    1 => "1 node".to_owned(),
                    count => format!("{count} nodes"),
                },
                fitting.len(),
                moment.height.saturating_sub(1),
                recorded.pick.node,
            ),
        ),
        _ if !doubts.is_empty() => (
            Verdict::Undecided,
            format!(
                "Cannot be told: {} in the same block before it, and the ledger is only known before and after a block. What differs: {}.",
                doubts.into_iter().collect::<Vec<_>>().join(", "),
                differ.join(", "),
            ),
        ),
        (true, false) if !claim => (
            Verdict::Wrong,
            format!("The chain was wrong: a node scored {best_score}, more than it said could be unread."),
        ),
        (true, false) => (
            Verdict::Wrong,
            format!("The chain was wrong: its index said something else than its records of the nodes {untrue_rows:?}."),
        ),
        _ => (
            Verdict::Wrong,
            format!("The chain was wrong: {} are not what the ledger gives.", differ.join(", ")),
        ),
    };
    Ok(Audit {
        verdict,
        why,
        tx: moment.tx.clone(),
        height: moment.height,
        compared,
        nodes: rows.len(),
        fitting: fitting.len(),
        best_score,
        untrue_rows,
        before: moment.before.iter().map(|tx| tx.hash.clone()).collect(),
    })
}

fn compare(recorded: &Explanation, found: &Finding) -> Vec<Compared> {
    let pick = found.pick.as_ref();
    let nodes = |scored: &[Scored]| json!(scored.iter().map(|one| one.node).collect::<Vec<_>>());
    let row = |what, recorded: Value, recomputed: Value| Compared {
        what,
        same: recorded == recomputed,
        recorded,
        recomputed,
    };
    vec![
        row(
            "node",
            json!(recorded.pick.node),
            json!(pick.map(|pick| pick.node)),
        ),
        row(
            "score",
            json!(score_ppm(recorded.pick.score)),
            json!(pick.map(|pick| score_ppm(pick.score))),
        ),
        row(
            "parts of the score",
            json!(recorded.pick.parts),
            json!(pick.map(|pick| pick.parts)),
        ),
        row(
            "price",
            json!(recorded.pick.price),
            json!(pick.map(|pick| pick.price)),
        ),
        row(
            "turn",
            json!(recorded.pick.tag),
            json!(pick.map(|pick| pick.tag)),
        ),
        row(
            "runners-up",
            nodes(&recorded.runners_up),
            nodes(&found.runners_up),
        ),
        row(
            "best score",
            json!(recorded.best_score.u64()),
            json!(found.best_score),
        ),
        row("refusals", json!(recorded.refusals), json!(found.refusals)),
        row(
            "rows read",
            json!(recorded.rows_read),
            json!(found.rows_read),
        ),
        row("exact", json!(recorded.exact), json!(found.exact)),
        row("gap", json!(recorded.gap_ppm), json!(found.gap_ppm)),
    ]
}

/// Whether no node was further ahead of the best seen than the chain said.
fn claim_holds(recorded: &Explanation, best: u64) -> bool {
    let seen = recorded.best_score.u64();
    match recorded.exact {
        true => best <= seen,
        false => {
            let lead = u128::from(best.saturating_sub(seen)) * u128::from(surge_interface::PPM);
            lead <= u128::from(best) * u128::from(recorded.gap_ppm)
        }
    }
}

/// A job as the escrow knows it, at a height.
fn job_at(session: &Session, job: u64, height: u64) -> Outcome<escrow::JobResponse> {
    let at = session.contracts()?;
    let msg = escrow::QueryMsg::Job { job };
    Ok(session.chain()?.at(height).smart(&at.escrow, &msg)?)
}

/// Asks the registry as it stood before the pick's block.
fn registry_at<T: serde::de::DeserializeOwned>(
    session: &Session,
    moment: &Moment,
    msg: &registry::QueryMsg,
) -> Outcome<T> {
    let at = session.contracts()?;
    Ok(session
        .chain()?
        .at(moment.height.saturating_sub(1))
        .smart(&at.registry, msg)?)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{Uint128, Uint64};
    use surge_interface::{Parts, Weights};

    use super::*;

    fn scored(node: u32, score: u64) -> Scored {
        Scored {
            node,
            provider: node,
            region: 0,
            score: Uint64::new(score),
            parts: Parts::default(),
            price: Uint128::new(100),
            tag: Uint64::new(5),
        }
    }

    fn recorded() -> Explanation {
        Explanation {
            job: 1,
            at_secs: 10,
            weights: Weights::DEFAULT,
            pick: scored(1, 900),
            runners_up: vec![scored(2, 800)],
            best_score: Uint64::new(900),
            refusals: Refusals::default(),
            rows_read: 2,
            exact: true,
            gap_ppm: 0,
        }
    }

    fn found() -> Finding {
        Finding {
            pick: Some(scored(1, 900)),
            runners_up: vec![scored(2, 800)],
            best_score: 900,
            refusals: Refusals::default(),
            rows_read: 2,
            exact: true,
            gap_ppm: 0,
        }
    }

    fn differ(found: &Finding) -> Vec<&'static str> {
        let compared = compare(&recorded(), found);
        let differ = compared.iter().filter(|compared| !compared.same);
        differ.map(|compared| compared.what).collect()
    }

    #[test]
    fn the_same_finding_differs_in_nothing() {
        assert!(differ(&found()).is_empty());
    }

    #[test]
    fn each_thing_that_the_chain_could_have_made_up_is_found() {
        type Change = fn(&mut Finding);
        let cases: [(Change, &[&str]); 7] = [
            (|found| found.pick = Some(scored(3, 900)), &["node"]),
            (
                |found| {
                    if let Some(pick) = &mut found.pick {
                        pick.price = Uint128::new(99);
                    }
                },
                &["price"],
            ),
            (|found| found.runners_up.clear(), &["runners-up"]),
            (|found| found.best_score = 901, &["best score"]),
            (|found| found.refusals.silent = 1, &["refusals"]),
            (|found| found.rows_read = 3, &["rows read"]),
            (
                |found| (found.exact, found.gap_ppm) = (false, 7),
                &["exact", "gap"],
            ),
        ];
        for (change, expected) in cases {
            let mut found = found();
            change(&mut found);
            assert_eq!(differ(&found), expected);
        }
        let nobody = Finding {
            pick: None,
            ..found()
        };
        assert!(differ(&nobody).contains(&"node"));
    }

    #[test]
    fn an_unread_node_that_is_further_ahead_than_was_said_refutes_the_claim() {
        assert!(claim_holds(&recorded(), 900));
        assert!(!claim_holds(&recorded(), 901), "it said exact");
        let gap = Explanation {
            exact: false,
            gap_ppm: 100_000,
            ..recorded()
        };
        assert!(claim_holds(&gap, 1_000), "a tenth of 1,000 is 100");
        assert!(!claim_holds(&gap, 1_001));
    }
}
