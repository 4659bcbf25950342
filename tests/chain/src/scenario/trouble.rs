//! Jobs that do not go well, and what is refused.

use surge_interface::escrow::{Artifact, ExecuteMsg as Escrow, JobSpec, Pick, Status, WhenFull};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_testing::{job, result_of};

use super::jobs::DEPOSIT;
use super::stage::Stage;
use crate::Error;

/// One declines, another takes over, and then the requester cancels.
pub(super) fn declined_and_cancelled(stage: &mut Stage) -> Result<(), Error> {
    let id = stage.submit("a job to be declined", job(), DEPOSIT)?;
    let operator = stage.operator(id)?;
    let decline = Escrow::Decline { job: id };
    let step = "a stranger declines";
    stage.refused(step, "anyone", "escrow", &decline, 0, "only the operator")?;
    stage.act("a node declines", &operator, "escrow", &decline, 0)?;
    let cancel = Escrow::Cancel { job: id };
    stage.act(
        "a job that runs is cancelled",
        "requester",
        "escrow",
        &cancel,
        0,
    )?;
    Ok(())
}

/// A job waits for a node of a provider that takes none now.
pub(super) fn kept_waiting(stage: &mut Stage) -> Result<(), Error> {
    stage.act(
        "operator1 drains",
        "operator1",
        "registry",
        &Registry::Drain {},
        0,
    )?;
    let refuse = JobSpec {
        pick: Pick::Pinned(1),
        ..job()
    };
    let order = Escrow::SubmitJob {
        spec: refuse.clone(),
    };
    let step = "a job for a node that takes none";
    stage.refused(
        step,
        "requester",
        "escrow",
        &order,
        DEPOSIT,
        "no node for job",
    )?;
    let wait = JobSpec {
        when_full: WhenFull::Wait,
        ..refuse
    };
    let id = stage.submit("a job that waits", wait, DEPOSIT)?;
    let retry = Escrow::Match { job: id };
    stage.refused(
        "still nobody takes it",
        "anyone",
        "escrow",
        &retry,
        0,
        "no node for job",
    )?;
    stage.act(
        "operator1 resumes",
        "operator1",
        "registry",
        &Registry::Resume {},
        0,
    )?;
    stage.act(
        "a waiting job finds its node",
        "anyone",
        "escrow",
        &retry,
        0,
    )?;
    stage.deliver(id)?;
    let accept = Escrow::Accept { job: id, pay: true };
    stage.act(
        "it is accepted after all",
        "requester",
        "escrow",
        &accept,
        0,
    )?;
    let wait = JobSpec {
        when_full: WhenFull::Wait,
        ..job()
    };
    let id = stage.submit("a job for too little money", wait, 1)?;
    let cancel = Escrow::Cancel { job: id };
    stage.act(
        "a job that waits is cancelled",
        "requester",
        "escrow",
        &cancel,
        0,
    )?;
    Ok(())
}

/// The arbiter divides the money of one, and leaves the provider nothing of another.
pub(super) fn disputed(stage: &mut Stage) -> Result<(), Error> {
    for (what, provider_bps) in [("divides", 2_500), ("takes all of", 0)] {
        let id = stage.submit(
            &format!("a job whose price the arbiter {what}"),
            job(),
            DEPOSIT,
        )?;
        stage.deliver(id)?;
        let bond = stage.job(id)?.price.u128().div_ceil(10);
        let dispute = dispute(id);
        let step = format!("too small a bond for a dispute of job {id}");
        stage.refused(
            &step,
            "requester",
            "escrow",
            &dispute,
            bond - 1,
            "send 737 ustake with this, not 736",
        )?;
        let step = format!("the result of job {id} is disputed");
        stage.act(&step, "requester", "escrow", &dispute, bond)?;
        let rule = Escrow::Rule {
            job: id,
            provider_bps,
        };
        let step = format!("a stranger rules on job {id}");
        stage.refused(&step, "member1", "escrow", &rule, 0, "only the arbiter")?;
        stage.act(
            &format!("the arbiter {what} it"),
            "arbiter",
            "escrow",
            &rule,
            0,
        )?;
    }
    Ok(())
}

fn dispute(job: u64) -> Escrow {
    Escrow::Dispute {
        job,
        reason_uri: "https://example.org/why.txt".into(),
    }
}

/// Four jobs that somebody leaves alone, each ended by anybody when its time is over: a
/// result, a dispute, a node that never delivers, and a job that nobody takes.
pub(super) fn silence(stage: &mut Stage) -> Result<(), Error> {
    let short = JobSpec {
        reserved_secs: 1,
        ..job()
    };
    let missed = stage.submit("a job that is never delivered", short, DEPOSIT)?;
    let wait = JobSpec {
        when_full: WhenFull::Wait,
        ..job()
    };
    let waiting = stage.submit("a job that nobody takes", wait, 1)?;
    let left = stage.submit("a job that nobody looks at", job(), DEPOSIT)?;
    stage.deliver(left)?;
    let disputed = stage.submit("a job that nobody rules on", job(), DEPOSIT)?;
    stage.deliver(disputed)?;
    let bond = stage.job(disputed)?.price.u128().div_ceil(10);
    let step = "a dispute that nobody rules on";
    stage.act(step, "requester", "escrow", &dispute(disputed), bond)?;

    let settle = |job| Escrow::Settle { job, pay: false };
    let expire = |job| Escrow::Expire { job };
    let step = "settled too early";
    stage.refused(step, "anyone", "escrow", &settle(disputed), 0, "too early")?;
    stage.wait_until(stage.job(missed)?.deadline_secs)?;
    let late = Escrow::SubmitResult {
        job: missed,
        result: result_of("late"),
    };
    let operator = stage.operator(missed)?;
    stage.refused(
        "a result comes too late",
        &operator,
        "escrow",
        &late,
        0,
        "too late",
    )?;
    let step = "the node missed the deadline";
    stage.act(step, "anyone", "escrow", &expire(missed), 0)?;
    let tips = Registry::WithdrawTips {
        account: stage.address("anyone")?,
        denom: 0,
    };
    stage.act("the tip for reporting it", "payout1", "registry", &tips, 0)?;
    for (job, step, msg) in [
        (waiting, "nobody took it in time", expire(waiting)),
        (left, "silence accepts", settle(left)),
        (disputed, "silence halves", settle(disputed)),
    ] {
        stage.wait_until(stage.job(job)?.deadline_secs)?;
        stage.act(step, "anyone", "escrow", &msg, 0)?;
    }
    assert_eq!(stage.job(missed)?.status, Status::Failed);
    Ok(())
}

/// What the escrow takes from nobody.
pub(super) fn refused(stage: &mut Stage) -> Result<(), Error> {
    let order = |spec| Escrow::SubmitJob { spec };
    let long = JobSpec {
        program: Artifact {
            uri: "x".repeat(5_000),
            sha256: "a".repeat(64),
        },
        ..job()
    };
    let rich = "a job of somebody without so much money";
    for (step, who, msg, funds, why) in [
        (
            "a job without money",
            "requester",
            order(job()),
            0,
            "the deposit is zero",
        ),
        (
            "a job for too little",
            "requester",
            order(job()),
            1,
            "2 too dear",
        ),
        (
            "a job with too many words",
            "requester",
            order(long),
            DEPOSIT,
            "4096",
        ),
        (rich, "anyone", order(job()), 2_000_000_000, ""),
        (
            "a job that is over is settled",
            "anyone",
            Escrow::Settle { job: 1, pay: false },
            0,
            "Settled",
        ),
        (
            "a job that never was",
            "anyone",
            Escrow::Match { job: 999 },
            0,
            "999",
        ),
    ] {
        stage.refused(step, who, "escrow", &msg, funds, why)?;
    }
    Ok(())
}
