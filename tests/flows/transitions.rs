//! The table of transitions in the escrow's README against the code.

mod books;
mod stage;

use surge_escrow::ContractError;
use surge_interface::escrow::Status;
use surge_testing::Suite;
use surge_tests::refusal::assert_refused;
use surge_tests::table::{after_heading, Row};

use books::happens;
use stage::{allowed_moments, go, last_moment, send, send_as, stage, to, Stage};

const README: &str = include_str!("../../contracts/escrow/README.md");
const MESSAGES: [&str; 9] = [
    "Match",
    "Cancel",
    "Expire",
    "Decline",
    "SubmitResult",
    "Accept",
    "Settle",
    "Dispute",
    "Rule",
];

fn rows() -> Vec<Row> {
    after_heading(README, "Transitions")
}

#[test]
fn every_row_happens_within_its_clock_with_the_money_and_node_it_names() {
    let rows = rows();
    assert!(rows.len() >= 19, "the table lost rows: {}", rows.len());
    for row in &rows {
        for denom in 0..2 {
            for moment in allowed_moments(&row["Clock"]) {
                happens(row, denom, moment);
            }
        }
    }
}

#[test]
fn no_row_happens_outside_of_its_clock() {
    for row in rows() {
        let mut stage = stage(&row, 0);
        let summary = stage.suite.job(stage.job);
        let job = stage.job;
        match row["Clock"].as_str() {
            "any" => continue,
            "overdue" => {
                to(&mut stage, summary.deadline_secs);
                let expected = ContractError::TooEarly {
                    job,
                    deadline_secs: summary.deadline_secs,
                    now_secs: summary.deadline_secs,
                };
                assert_refused(send(&mut stage, &row["Message"], &row), expected);
            }
            clock => {
                let last = last_moment(&stage, &summary, clock);
                to(&mut stage, last + 1);
                let expected = ContractError::TooLate {
                    job,
                    deadline_secs: last,
                    now_secs: last + 1,
                };
                assert_refused(send(&mut stage, &row["Message"], &row), expected);
            }
        }
        assert_eq!(stage.suite.job(job), summary, "after a refusal: {row:?}");
    }
}

#[test]
fn only_who_the_row_names_may_do_it() {
    for row in rows() {
        let mut stage = stage(&row, 0);
        let job = stage.job;
        if row["Clock"] == "overdue" || row["State"] == "new" {
            assert_eq!(row["Who"], "anyone");
            continue;
        }
        // The provider's cold key is not its operator either.
        for stranger in ["mallory", "alice"] {
            let sender = Suite::addr(stranger);
            let expected = match row["Who"].as_str() {
                "anyone" => continue,
                "requester" => ContractError::NotRequester { job, sender },
                "operator" => ContractError::NotOperator { job, sender },
                "arbiter" => ContractError::NotArbiter {
                    arbiter: Suite::addr("arbiter"),
                    sender,
                },
                other => panic!("nobody is called {other}"),
            };
            let before = stage.suite.job(job);
            let result = send_as(&mut stage, stranger, &row["Message"], &row);
            assert_refused(result, expected);
            assert_eq!(stage.suite.job(job), before);
        }
    }
}

#[test]
fn in_every_state_that_no_row_names_a_message_is_refused() {
    let rows = rows();
    for status in Status::ALL {
        let state = format!("{status:?}");
        for message in MESSAGES {
            let named = |row: &&Row| row["State"] == state && row["Message"] == message;
            if rows.iter().any(|row| named(&row)) {
                continue;
            }
            let way = reach(&rows, &state);
            let mut stage = stage_after(&way, 0);
            let job = stage.job;
            let needed = match message {
                "Match" => Status::Open,
                "Rule" => Status::Disputed,
                "Accept" | "Settle" | "Dispute" => Status::Submitted,
                _ => Status::Assigned,
            };
            let before = stage.suite.job(job);
            assert_eq!(before.status, status, "the way to {state}");
            let row: Row = [("When".to_owned(), "always".to_owned())].into();
            let result = send(&mut stage, message, &row);
            let expected = ContractError::WrongStatus {
                job,
                status,
                needed,
            };
            assert_refused(result, expected);
            assert_eq!(stage.suite.job(job), before);
        }
    }
}

/// A row that leads to this state.
fn reach(rows: &[Row], state: &str) -> Row {
    let row = rows.iter().find(|row| row["Next"] == state);
    row.unwrap_or_else(|| panic!("nothing leads to {state}"))
        .clone()
}

/// A job that went this way.
fn stage_after(way: &Row, denom: u8) -> Stage {
    let mut stage = stage(way, denom);
    if way["State"] != "new" {
        let moment = *allowed_moments(&way["Clock"]).last().expect("a moment");
        go(&mut stage, &way["Clock"], moment, way);
        send(&mut stage, &way["Message"], way).expect("a row of the table");
    }
    stage
}
