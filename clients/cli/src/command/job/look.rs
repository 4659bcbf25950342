//! A job as it stands on the chain, and what came out.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use surge_interface::escrow::{JobResponse, JobSummary, JobsResponse, QueryMsg, Status};
use surge_node::FailureReport;
use surge_store::Allowed;

use super::{
    ending::{coinage, credit, turned_down, withdrawal},
    Places,
};
use crate::{
    clock::moment,
    failure::{Failure, Outcome},
    output::{enumerated, facts, in_one_line, table, thousands, Report},
    session::Session,
    stores,
};

/// Longest time to fetch a result.
const FETCHING: Duration = Duration::from_secs(600);
/// Time between two looks at a job.
const LOOK: Duration = Duration::from_millis(500);

/// Waits for the result, fetches it and compares its hash.
pub fn wait_for(
    session: &Session,
    job: u64,
    output: Option<&Path>,
    places: &Places,
) -> Outcome<Report> {
    let stores = stores::open(places.store.as_deref(), &places.fetch, false)?;
    let since = Instant::now();
    let found = follow(session, job)?;
    let Some(result) = &found.result else {
        return Err(without_result(session, &found)?);
    };
    if result.size > places.max_result_mib.saturating_mul(1 << 20) {
        let needed = result.size.div_ceil(1 << 20);
        return Err(Failure::new(format!(
            "the result of job {job} has {} bytes, says its operator, and at most {} MiB are fetched into memory",
            thousands(result.size),
            thousands(places.max_result_mib)
        ))
        .next(format!(
            "if so much is expected and this machine has the memory: surge job watch {job} --max-result-mib {needed}; if not, and nobody accepted it: surge job dispute {job} --reason URI"
        )));
    }
    let allowed = Allowed {
        bytes: result.size,
        time: FETCHING,
    };
    let bytes = session.waiting("fetching the result", || {
        stores.get(&result.uri, &result.sha256, allowed)
    })?;
    let default = PathBuf::from(format!("job-{job}.out"));
    let path = output.unwrap_or(&default);
    fs::write(path, &bytes)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    if let Some(report) = FailureReport::parse(&bytes) {
        return Err(failed(&found, path, &report));
    }
    Report::new(
        &json!({ "job": job, "status": word(found.summary.status), "output": path, "sha256": result.sha256, "size": result.size }),
        format!(
            "job {job}: {} bytes in {}, sha256 as promised, after {} s\nnext: surge job accept {job}",
            thousands(result.size),
            path.display(),
            since.elapsed().as_secs()
        ),
    )
}

/// Waits until a job is delivered or over, and tells each change of where it stands. Fails
/// when its time is over, because then nothing more happens by itself.
fn follow(session: &Session, job: u64) -> Outcome<JobResponse> {
    let mut found = job_of(session, job)?;
    loop {
        let waits = match found.summary.status {
            Status::Open => "waiting for a node",
            Status::Assigned => "waiting for the result",
            _ => return Ok(found),
        };
        let now_secs = session.chain()?.now_secs()?;
        if !session.json {
            eprintln!("{}", stage(session, &found.summary));
        }
        let left = found.summary.deadline_secs.saturating_sub(now_secs);
        let (since, left) = (Instant::now(), Duration::from_secs(left));
        let stands = |job: &JobResponse| {
            let JobSummary { status, node, .. } = job.summary;
            (status, node, job.summary.declined.len())
        };
        let next = session.waiting(waits, || loop {
            thread::sleep(LOOK);
            let next = job_of(session, job)?;
            if stands(&next) != stands(&found) {
                return Ok(next);
            }
            // The chain's clock decides, but need not be asked before.
            let is_over = since.elapsed() > left
                && session.chain()?.now_secs()? > found.summary.deadline_secs;
            if is_over {
                return Err(overdue(session, &found.summary));
            }
        })?;
        found = next;
    }
}

/// Where a job stands that is not delivered yet, and until when.
fn stage(session: &Session, summary: &JobSummary) -> String {
    let job = summary.id;
    let until = moment(summary.deadline_secs);
    let declined = match summary.declined.is_empty() {
        true => String::new(),
        false => format!(" ({} turned it down)", nodes(&summary.declined)),
    };
    match summary.node {
        Some(node) => format!(
            "job {job} is at node {node} for {}{declined}; its result is due until {until}",
            coinage(session, summary).of(summary.price.u128())
        ),
        None => format!(
            "job {job} has no node yet{declined} and waits until {until}; when there is a node for it: surge job match {job}"
        ),
    }
}

/// A job whose time is over: somebody has to end it.
fn overdue(session: &Session, summary: &JobSummary) -> Failure {
    let job = summary.id;
    let what = match summary.node {
        Some(node) => format!("node {node} delivered no result of job {job} in time"),
        None => format!("no node took job {job} in time"),
    };
    Failure::new(what).next(format!(
        "end it with: surge job expire {job}; then fetch the deposit with: {}",
        withdrawal(session, summary)
    ))
}

/// A job that is over and has no result.
fn without_result(session: &Session, found: &JobResponse) -> Outcome<Failure> {
    let summary = &found.summary;
    let mut what = format!(
        "job {} is {} and has no result",
        summary.id,
        word(summary.status)
    );
    if let Some(declined) = turned_down(session, summary)? {
        what.push_str(&format!(": turned down by {declined}"));
    }
    let owed = credit(session, summary)?;
    let failure = match owed.base {
        0 => Failure::new(what).next(format!("see it with: surge job show {}", summary.id)),
        _ => Failure::new(format!("{what}; its requester has a credit of {owed}"))
            .next(format!("fetch it with: {}", withdrawal(session, summary))),
    };
    Ok(failure.with(&json!({
        "job": summary.id,
        "status": word(summary.status),
        "declined": summary.declined,
        "credit": owed.base.to_string(),
    })))
}

/// Its node says that the program failed, and delivered a report of that.
fn failed(found: &JobResponse, path: &Path, report: &FailureReport) -> Failure {
    let job = found.summary.id;
    let status = word(found.summary.status);
    let said = match report.stderr.is_empty() {
        true => String::new(),
        false => format!("\nthe end of its standard error:\n{}", report.stderr),
    };
    let next = match found.summary.status {
        Status::Submitted => format!(
            "mend the program or its input and order it again: the node is paid for the run; if the same program on the same input ends well elsewhere: surge job dispute {job} --reason URI, until {}",
            moment(found.summary.deadline_secs)
        ),
        _ => "mend the program or its input, and order it again".to_owned(),
    };
    Failure::new(format!(
        "job {job}: its program failed, says its node: {}{said}",
        report.how
    ))
    .next(next)
    .with(&json!({
        "job": job,
        "status": status,
        "output": path,
        "failed": { "how": report.how, "stderr": report.stderr },
    }))
}

/// A job with its terms.
pub fn show(session: &Session, job: u64) -> Outcome<Report> {
    let found = job_of(session, job)?;
    let summary = &found.summary;
    let coinage = coinage(session, summary);
    let mut rows = vec![
        ("job", job.to_string()),
        ("status", word(summary.status)),
        ("requester", summary.requester.to_string()),
    ];
    let price = coinage.of(summary.price.u128()).to_string();
    match summary.node {
        Some(node) => rows.extend([("node", node.to_string()), ("price", price)]),
        // The most that it may cost: there is no price before a node has it.
        None => rows.extend([("node", "none".to_owned()), ("deposit", price)]),
    }
    if let Some(declined) = turned_down(session, summary)? {
        rows.push(("turned down by", declined));
    }
    if summary.status.is_final() {
        let owed = credit(session, summary)?;
        if owed.base > 0 {
            let fetch = withdrawal(session, summary);
            rows.push((
                "requester's credit",
                format!("{owed}, fetch it with: {fetch}"),
            ));
        }
    } else {
        rows.push(("held", coinage.of(summary.held.u128()).to_string()));
        rows.push(("until", moment(summary.deadline_secs)));
    }
    let result = found.result.as_ref();
    rows.extend([
        ("program", in_one_line(&found.spec.program.uri)),
        (
            "result",
            result.map_or_else(|| "none".to_owned(), |result| in_one_line(&result.uri)),
        ),
    ]);
    Report::new(&found, facts(rows).to_string())
}

/// Jobs, a page at a time.
pub fn list(session: &Session, start_after: Option<u64>, limit: Option<u32>) -> Outcome<Report> {
    let msg = QueryMsg::Jobs { start_after, limit };
    let answer: JobsResponse = session.ask(&session.contracts()?.escrow, &msg)?;
    let mut rows = table(&[
        ">job",
        "status",
        ">node",
        ">price",
        ">deposit held",
        "turned down by",
        "requester",
    ]);
    for job in &answer.jobs {
        let coinage = coinage(session, job);
        let price = job.node.map(|_| coinage.of(job.price.u128()).to_string());
        let held = match job.held.u128() {
            0 => String::new(),
            held => coinage.of(held).to_string(),
        };
        let declined = match job.declined.is_empty() {
            true => String::new(),
            false => nodes(&job.declined),
        };
        rows.add_row([
            job.id.to_string(),
            word(job.status),
            job.node.map_or_else(String::new, |node| node.to_string()),
            price.unwrap_or_default(),
            held,
            declined,
            job.requester.to_string(),
        ]);
    }
    Report::new(&answer, rows.to_string())
}

/// A job with its terms.
pub fn job_of(session: &Session, job: u64) -> Outcome<JobResponse> {
    session.ask(&session.contracts()?.escrow, &QueryMsg::Job { job })
}

fn word(status: Status) -> String {
    format!("{status:?}").to_lowercase()
}

/// These nodes, in words.
pub fn nodes(ids: &[u32]) -> String {
    match ids {
        [] => "no node".to_owned(),
        [_] => format!("node {}", enumerated(ids)),
        _ => format!("nodes {}", enumerated(ids)),
    }
}
