//! The table of transitions in the escrow's README against the code.

use surge_escrow::ContractError;
use surge_interface::escrow::{ExecuteMsg, JobSpec, JobSummary, Purse, Status, WhenFull};
use surge_interface::registry::{QueryMsg, ReservationResponse};
use surge_testing::{job, result_of, Machine, Suite};
use surge_tests::refusal::assert_refused;
use surge_tests::table::{after_heading, Row};

const README: &str = include_str!("../../contracts/escrow/README.md");
const DEPOSIT: u128 = 50_000;
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

/// A job in some state, and who has to do with it.
struct Stage {
    suite: Suite,
    denom: u8,
    job: u64,
}

fn rows() -> Vec<Row> {
    after_heading(README, "Transitions")
}

#[test]
fn every_row_happens_within_its_clock_with_the_money_and_node_it_names() {
    let rows = rows();
    assert!(rows.len() >= 18, "the table lost rows: {}", rows.len());
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

/// When to try: at once, at the last moment, or right after the deadline.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    Now,
    Last,
    After,
}

fn allowed_moments(clock: &str) -> Vec<Moment> {
    match clock {
        "any" => vec![Moment::Now, Moment::Last, Moment::After],
        "in time" | "accept window" => vec![Moment::Now, Moment::Last],
        "overdue" => vec![Moment::After],
        other => panic!("no clock is called {other}"),
    }
}

fn last_moment(stage: &Stage, summary: &JobSummary, clock: &str) -> u64 {
    match clock {
        "accept window" => {
            let params: surge_interface::escrow::Params = stage
                .suite
                .ask_escrow(&surge_interface::escrow::QueryMsg::Params { version: None });
            summary.assigned_secs + params.accept_secs
        }
        _ => summary.deadline_secs,
    }
}

fn to(stage: &mut Stage, moment: u64) {
    let now = stage.suite.now_secs();
    stage.suite.pass(moment - now);
}

fn go(stage: &mut Stage, clock: &str, moment: Moment, row: &Row) {
    if row["State"] != "new" {
        let summary = stage.suite.job(stage.job);
        let last = last_moment(stage, &summary, clock);
        match moment {
            Moment::Now => {}
            Moment::Last => to(stage, last),
            Moment::After => to(stage, last + 1),
        }
    }
    if row["State"] == "Open" && row["When"] == "a node fits" {
        stage.suite.heartbeat(1).expect("heartbeat");
    }
}

/// A job in the state of the row, so that what the row says when can come true.
fn stage(row: &Row, denom: u8) -> Stage {
    let mut suite = match row["When"].as_str() {
        "the last that is allowed" => {
            let mut builder = surge_testing::Builder::default();
            builder.escrow.max_declines = 1;
            builder.build()
        }
        _ => Suite::new(),
    };
    for name in ["alice", "alice-op", "bob", "mallory", "anybody", "arbiter"] {
        suite.meet(name);
    }
    let machine = Machine::default().quoting(denom);
    suite.join("alice", 400_000);
    suite.add_node("alice", machine.clone()).expect("node");
    let when = row["When"].as_str();
    let others = matches!(when, "another fits" | "the last that is allowed");
    if others {
        let dearer = machine.priced_percent(80).in_region(1);
        suite.join_with("carol", dearer);
    }
    let silent = row["State"] == "new" && when != "a node fits"
        || row["State"] == "Open" && row["Message"] == "Match";
    if !silent {
        suite.heartbeat(1).expect("heartbeat");
    }
    let waits = silent && when != "nobody fits, the job refuses"
        || row["State"] == "Open"
        || when == "nobody fits, the job waits";
    let mut spec = job();
    if waits {
        spec.when_full = WhenFull::Wait;
    }
    if others {
        // Nothing scores higher than the reference price: the first number comes first.
        spec.weights = Some(surge_interface::Weights {
            time: 0,
            load: 0,
            price: 1_000_000,
            reputation: 0,
            green: 0,
        });
    }
    let mut stage = Stage {
        suite,
        denom,
        job: 0,
    };
    if row["State"] == "new" {
        return Stage {
            job: 1,
            ..with_spec(stage, spec)
        };
    }
    stage.job = submit(&mut stage, spec);
    let state = row["State"].as_str();
    if state == "Open" && !silent {
        stage.suite.decline(1).expect("decline");
    }
    if matches!(state, "Submitted" | "Disputed") {
        stage.suite.deliver(1).expect("deliver");
    }
    if state == "Disputed" {
        let bond = stage.suite.job(1).price.u128().div_ceil(10);
        stage.suite.dispute("bob", 1, bond).expect("dispute");
    }
    assert_eq!(format!("{:?}", stage.suite.job(1).status), state);
    stage
}

/// For rows that begin with a submission: it is what the row sends.
fn with_spec(mut stage: Stage, spec: JobSpec) -> Stage {
    submit(&mut stage, spec);
    stage
}

fn submit(stage: &mut Stage, spec: JobSpec) -> u64 {
    let result = match stage.denom {
        0 => stage.suite.submit("bob", spec, DEPOSIT),
        _ => stage.suite.submit_in_tokens("bob", spec, DEPOSIT),
    };
    result.expect("submission")
}

fn rightful(stage: &Stage, message: &str) -> String {
    match message {
        "Decline" | "SubmitResult" => match stage.suite.job(stage.job).node {
            Some(1) | None => "alice-op".to_owned(),
            Some(_) => "carol-op".to_owned(),
        },
        "Cancel" | "Accept" | "Dispute" => "bob".to_owned(),
        "Rule" => "arbiter".to_owned(),
        _ => "mallory".to_owned(),
    }
}

fn send(stage: &mut Stage, message: &str, row: &Row) -> anyhow::Result<cw_multi_test::AppResponse> {
    let who = rightful(stage, message);
    send_as(stage, &who, message, row)
}

fn send_as(
    stage: &mut Stage,
    who: &str,
    message: &str,
    row: &Row,
) -> anyhow::Result<cw_multi_test::AppResponse> {
    let job = stage.job;
    let msg = match message {
        "Match" => ExecuteMsg::Match { job },
        "Decline" => ExecuteMsg::Decline { job },
        "SubmitResult" => ExecuteMsg::SubmitResult {
            job,
            result: result_of("output"),
        },
        "Accept" => ExecuteMsg::Accept { job, pay: false },
        "Settle" => ExecuteMsg::Settle { job, pay: false },
        "Cancel" => ExecuteMsg::Cancel { job },
        "Expire" => ExecuteMsg::Expire { job },
        "Rule" => ExecuteMsg::Rule {
            job,
            provider_bps: ruling(row) as u16,
        },
        "Dispute" => {
            let bond = stage.suite.job(job).price.u128().div_ceil(10);
            return stage.suite.dispute(who, job, bond);
        }
        other => panic!("no message is called {other}"),
    };
    stage.suite.to_escrow(who, &msg)
}

fn ruling(row: &Row) -> u128 {
    match row["When"].as_str() {
        "for the provider" => 7_501,
        _ => 2_499,
    }
}

/// What the table is about.
#[derive(Debug)]
struct Books {
    provider: u128,
    requester: u128,
    purses: [u128; 3],
    bond: u128,
    settled: u32,
    strikes: u8,
}

fn books(stage: &Stage) -> Books {
    use surge_interface::escrow::{InvariantResponse, QueryMsg};
    let suite = &stage.suite;
    let rows: InvariantResponse = suite.ask_escrow(&QueryMsg::Invariant {});
    let row = &rows.rows[usize::from(stage.denom)];
    let node = suite.node(1);
    Books {
        provider: suite.provider_credit(1, stage.denom),
        requester: suite.account_credit("bob", stage.denom),
        purses: [row.burn, row.treasury, row.insurance].map(|purse| purse.u128()),
        bond: node.bond.u128(),
        settled: node.settled,
        strikes: node.strikes,
    }
}

fn happens(row: &Row, denom: u8, moment: Moment) {
    let mut stage = stage(row, denom);
    let fresh = row["State"] == "new";
    // Of a new job the stage has sent the message already.
    let held_before = match fresh {
        true => DEPOSIT,
        false => stage.suite.job(stage.job).held.u128(),
    };
    let mut before = books(&stage);
    if fresh {
        before.requester = 0;
    }
    go(&mut stage, &row["Clock"], moment, row);
    let assigned = stage.suite.job(stage.job);
    if !fresh {
        send(&mut stage, &row["Message"], row)
            .unwrap_or_else(|error| panic!("{row:?} {moment:?}: {error:#}"));
    }
    let after = books(&stage);
    let summary = stage.suite.job(stage.job);
    assert_eq!(format!("{:?}", summary.status), row["Next"], "{row:?}");

    let price = summary.price.u128();
    let elapsed_secs = stage.suite.now_secs() - assigned.assigned_secs;
    let elapsed = u128::from(elapsed_secs.min(600));
    let worked = ((price * elapsed).div_ceil(600) + price / 10).min(price);
    let share = price * ruling(row) / 10_000;
    let bond = price.div_ceil(10);
    let fees = held_before * summary.declined.len() as u128 / 100;
    let paid = match row["To the provider"].as_str() {
        "0" => 0,
        "P − take" => price,
        "elapsed − take" => worked,
        "share − take" => share,
        "half − take" => price / 2,
        other => panic!("nothing is called {other}"),
    };
    let take = paid * 500 / 10_000;
    let back = match row["To the requester"].as_str() {
        "0" => 0,
        "held − P" => held_before - price,
        "held − fees" => held_before - fees,
        "P" => price,
        "P − elapsed" => price - worked,
        "P − share" => price - share,
        "P − share + B" => price - share + bond,
        "P − half + B" => price - price / 2 + bond,
        other => panic!("nothing is called {other}"),
    };
    let (network, lost) = match row["To the network"].as_str() {
        "0" => (0, 0),
        "fees" => (fees, fees),
        "take" => (take, 0),
        "take + B" => (take + bond, bond),
        other => panic!("nothing is called {other}"),
    };
    assert_eq!(after.provider - before.provider, paid - take, "{row:?}");
    assert_eq!(after.requester - before.requester, back, "{row:?}");
    let purses: Vec<u128> = (0..3).map(|p| after.purses[p] - before.purses[p]).collect();
    assert_eq!(purses.iter().sum::<u128>(), network, "{row:?}");
    let burn = if denom == 1 { take / 2 } else { 0 };
    assert_eq!(purses[0], burn, "only tokens burn: {row:?}");
    assert_eq!(purses[2], take / 5 + lost, "insurance: {row:?}");
    node_is(&stage, row, &before, &after, price);
    stage.suite.assert_sound();
    if network > 0 {
        let purse = if purses[1] > 0 {
            Purse::Treasury
        } else {
            Purse::Insurance
        };
        stage.suite.flush(denom, purse).expect("flush");
    }
}

fn node_is(stage: &Stage, row: &Row, before: &Books, after: &Books, price: u128) {
    let held: Option<ReservationResponse> = stage
        .suite
        .app
        .wrap()
        .query_wasm_smart(
            &stage.suite.registry,
            &QueryMsg::Reservation { job: stage.job },
        )
        .ok();
    let at = held.as_ref().map(|held| held.node);
    let node = stage.suite.node(1);
    let settled = after.settled - before.settled;
    let penalty = before.bond - after.bond;
    let (expected_at, expected_settled, expected_penalty) = match row["Node"].as_str() {
        "none" | "released" => (None, 0, 0),
        "reserved" | "kept" => (Some(1), 0, 0),
        "moved" => (Some(2), 0, 0),
        "paid" => (None, 1, 0),
        "slashed" => (None, 0, price * 500 / 10_000),
        other => panic!("nothing is called {other}"),
    };
    assert_eq!(at, expected_at, "{row:?}");
    assert_eq!(settled, expected_settled, "{row:?}");
    assert_eq!(penalty, expected_penalty, "{row:?}");
    assert_eq!(after.strikes, u8::from(expected_penalty > 0), "{row:?}");
    let locked = if at == Some(1) { price } else { 0 };
    assert_eq!(node.locked.u128(), locked, "{row:?}");
    assert_eq!(node.running, u32::from(at == Some(1)), "{row:?}");
}
