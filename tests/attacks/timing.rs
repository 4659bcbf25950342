//! The last second, and the one after it.

use surge_escrow::ContractError;
use surge_interface::escrow::{ExecuteMsg, Status, WhenFull};
use surge_testing::{job, result_of, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::{with_alice, with_job, PRICE};

/// Guard: `ensure_in_time` in `submit_result`.
#[test]
fn a_result_after_the_deadline_is_no_result() {
    let (mut suite, id) = with_job();
    let deadline_secs = suite.job(id).deadline_secs;
    suite.pass(1_201);
    let deliver = ExecuteMsg::SubmitResult {
        job: id,
        result: result_of("late"),
    };
    let expected = ContractError::TooLate {
        job: id,
        deadline_secs,
        now_secs: deadline_secs + 1,
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("alice-op", &deliver)
    });
    suite.expire("mallory", id).expect("expiry");
    assert_eq!(suite.job(id).status, Status::Failed);
}

/// A requester cannot make a good node fail: in the last second a result still counts and
/// expiring does not yet. Guard: `ensure_overdue` is strict.
#[test]
fn in_the_last_second_a_job_can_be_delivered_and_not_expired() {
    let (mut suite, id) = with_job();
    let deadline_secs = suite.job(id).deadline_secs;
    suite.pass(1_200);
    let expected = ContractError::TooEarly {
        job: id,
        deadline_secs,
        now_secs: deadline_secs,
    };
    refuses(&mut suite, expected, |suite| suite.expire("mallory", id));
    suite.deliver(id).expect("in time");
}

/// Who cancels in the last second pays all of it; waiting one second longer costs nothing,
/// because then the node has failed. Guard: `cancellation` counts the elapsed time.
#[test]
fn cancelling_in_the_last_second_pays_the_whole_price() {
    let (mut suite, id) = with_job();
    suite.pass(1_200);
    suite.cancel("bob", id).expect("cancellation");
    assert_eq!(suite.provider_credit(1, 0), PRICE - PRICE * 5 / 100);
    assert_eq!(suite.account_credit("bob", 0), 50_000 - PRICE);
}

/// One second later the node has failed and is not paid for it. Guard: `ensure_in_time` in
/// `cancel`.
#[test]
fn a_job_that_is_overdue_expires_and_cannot_be_cancelled() {
    let (mut suite, id) = with_job();
    let deadline_secs = suite.job(id).deadline_secs;
    suite.pass(1_201);
    let expected = ContractError::TooLate {
        job: id,
        deadline_secs,
        now_secs: deadline_secs + 1,
    };
    refuses(&mut suite, expected, |suite| suite.cancel("bob", id));
    suite.expire("bob", id).expect("expiry");
    assert_eq!(suite.account_credit("bob", 0), 50_000);
    assert_eq!(suite.provider_credit(1, 0), 0);
}

/// A machine held for nothing is paid for. Guard: `cancel_bps`.
#[test]
fn reserving_and_cancelling_at_once_costs_a_tenth() {
    let (mut suite, id) = with_job();
    suite.cancel("bob", id).expect("cancellation");
    let part = PRICE / 10;
    assert_eq!(suite.provider_credit(1, 0), part - part * 5 / 100);
    assert_eq!(suite.account_credit("bob", 0), 50_000 - part);
    assert_eq!(suite.node(1).running, 0);
}

/// Guard: `cancel` needs Open or Assigned.
#[test]
fn who_has_seen_the_result_cannot_cancel() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    let expected = ContractError::WrongStatus {
        job: id,
        status: Status::Submitted,
        needed: Status::Assigned,
    };
    refuses(&mut suite, expected, |suite| suite.cancel("bob", id));
}

/// Guard: `ensure_overdue` in `settle`.
#[test]
fn nobody_settles_before_the_requester_had_its_time() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    let deadline_secs = suite.job(id).deadline_secs;
    let expected = |now_secs| ContractError::TooEarly {
        job: id,
        deadline_secs,
        now_secs,
    };
    let now_secs = suite.now_secs();
    refuses(&mut suite, expected(now_secs), |suite| {
        suite.settle("alice", id)
    });
    suite.pass(86_400);
    refuses(&mut suite, expected(deadline_secs), |suite| {
        suite.settle("alice", id)
    });
    suite.pass(1);
    suite.settle("alice", id).expect("settlement");
}

/// A node that holds a job for nothing has to decide soon. Guard: the accept window in
/// `decline`.
#[test]
fn a_node_cannot_sit_on_a_job_and_then_decline_it() {
    let (mut suite, id) = with_job();
    let deadline_secs = suite.job(id).assigned_secs + 600;
    suite.pass(601);
    let expected = ContractError::TooLate {
        job: id,
        deadline_secs,
        now_secs: deadline_secs + 1,
    };
    let decline = ExecuteMsg::Decline { job: id };
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("alice-op", &decline)
    });
}

/// Guard: `max_price` of a reassignment is what the escrow holds, so the deposit.
#[test]
fn another_node_never_costs_more_than_the_deposit() {
    let mut suite = Suite::new();
    suite.join_with("alice", Machine::default());
    suite.join_with("carol", Machine::default().priced_percent(101));
    let mut spec = job();
    spec.when_full = WhenFull::Wait;
    let deposit = PRICE + 10;
    let id = suite.submit("bob", spec, deposit).expect("job");
    suite.decline(id).expect("decline");
    let waiting = suite.job(id);
    assert_eq!(waiting.status, Status::Open, "carol is dearer");
    assert_eq!(waiting.held.u128(), deposit);
    let reason = "of 2 nodes read none can take the job: 1 too dear, 1 of the requester \
                  or of a provider that declined it; raise the deposit or let the job wait";
    let expected = ContractError::NobodyFits {
        job: id,
        reason: reason.to_owned(),
    };
    let retry = ExecuteMsg::Match { job: id };
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("mallory", &retry)
    });
}

/// Guard: a transition that nobody recorded in time still happens later, and its timers
/// run from when it is recorded.
#[test]
fn a_state_that_everybody_forgot_still_ends() {
    let (mut suite, _, _) = with_alice();
    let id = suite.submit("bob", job(), 50_000).expect("job");
    suite.pass(365 * 86_400);
    suite.expire("mallory", id).expect("expiry");
    assert_eq!(suite.account_credit("bob", 0), 50_000);
    assert_eq!(suite.node(1).running, 0);
}
