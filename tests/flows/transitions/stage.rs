//! A job in a state, and what its row sends.

use surge_interface::escrow::{ExecuteMsg, JobSpec, JobSummary, WhenFull};
use surge_testing::{job, result_of, Machine, Suite};
use surge_tests::table::Row;

pub const DEPOSIT: u128 = 50_000;

/// A job in some state, and who has to do with it.
pub struct Stage {
    pub suite: Suite,
    pub denom: u8,
    pub job: u64,
}

/// When to try: at once, at the last moment, or right after the deadline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    Now,
    Last,
    After,
}

pub fn allowed_moments(clock: &str) -> Vec<Moment> {
    match clock {
        "any" => vec![Moment::Now, Moment::Last, Moment::After],
        "in time" | "accept window" => vec![Moment::Now, Moment::Last],
        "overdue" => vec![Moment::After],
        other => panic!("no clock is called {other}"),
    }
}

pub fn last_moment(stage: &Stage, summary: &JobSummary, clock: &str) -> u64 {
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

pub fn to(stage: &mut Stage, moment: u64) {
    let now = stage.suite.now_secs();
    stage.suite.pass(moment - now);
}

pub fn go(stage: &mut Stage, clock: &str, moment: Moment, row: &Row) {
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
pub fn stage(row: &Row, denom: u8) -> Stage {
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
        let dearer = machine.priced_percent(120).in_region(1);
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

pub fn send(
    stage: &mut Stage,
    message: &str,
    row: &Row,
) -> anyhow::Result<cw_multi_test::AppResponse> {
    let who = rightful(stage, message);
    send_as(stage, &who, message, row)
}

pub fn send_as(
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

pub fn ruling(row: &Row) -> u128 {
    match row["When"].as_str() {
        "for the provider" => 7_501,
        "nothing for the provider" => 0,
        _ => 2_499,
    }
}
