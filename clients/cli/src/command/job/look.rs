//! A job as it stands on the chain, and what came out.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use surge_interface::escrow::{JobResponse, JobsResponse, QueryMsg, Status};
use surge_node::FailureReport;
use surge_store::Allowed;

use super::Places;
use crate::{
    clock::moment,
    failure::{Failure, Outcome},
    output::{facts, printable, table, thousands, Report},
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
    let found = session.waiting("waiting for the result", || loop {
        let found = job_of(session, job)?;
        match found.summary.status {
            Status::Open | Status::Assigned => {}
            _ => return Ok::<_, Failure>(found),
        }
        thread::sleep(LOOK);
    })?;
    let Some(result) = &found.result else {
        return Err(without_result(session, &found));
    };
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

/// Why a job that is over has no result, and what became of its money.
fn without_result(session: &Session, found: &JobResponse) -> Failure {
    let summary = &found.summary;
    let job = summary.id;
    let coinage = session.coinage(&summary.denom.clone().into());
    let declined = match summary.declined.as_slice() {
        [] => String::new(),
        [node] => format!(": node {node} turned it down"),
        nodes => format!(": nodes {} turned it down", listed(nodes)),
    };
    let missed = match (summary.status, summary.node) {
        (Status::Expired, Some(node)) => format!(": node {node} missed its deadline"),
        _ => declined,
    };
    // A node may keep no index of transactions: then the sums are left out.
    let closed = session.chain().ok().and_then(|chain| {
        let condition = format!("wasm-job_closed.job='{job}'");
        let closed = chain.transactions(&condition).ok()?.pop()?.included;
        let wanted = job.to_string();
        let event = closed.events.iter().find(|event| {
            event.kind == "wasm-job_closed" && event.get("job") == Some(wanted.as_str())
        })?;
        let of = |key: &str| event.get(key)?.parse::<u128>().ok();
        let gone = ["to_provider", "burn", "treasury", "insurance"];
        let gone = gone.iter().filter_map(|key| of(key)).sum::<u128>();
        Some((of("to_requester")?, gone))
    });
    let money = match closed {
        Some((back, 0)) => format!("; all of its deposit, {}, came back", coinage.of(back)),
        Some((back, gone)) => format!(
            "; of its deposit {} came back and {} are gone as fees",
            coinage.of(back),
            coinage.of(gone)
        ),
        None => String::new(),
    };
    Failure::new(format!(
        "job {job} is {} and has no result{missed}{money}",
        word(summary.status)
    ))
    .next(format!(
        "what came back is a credit of yours; fetch it with: surge credit withdraw --of {}",
        coinage.display
    ))
    .with(&json!({ "job": job, "status": word(summary.status), "declined": summary.declined }))
}

fn listed(nodes: &[u32]) -> String {
    let nodes: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    match nodes.is_empty() {
        true => "none".to_owned(),
        false => nodes.join(", "),
    }
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
            "mend the program or its input and order it again: the node is paid for the run; if the same program on the same input ends well elsewhere: surge job dispute {job} --reason URI, before {}",
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
    let coinage = session.coinage(&summary.denom.clone().into());
    let node = summary
        .node
        .map_or_else(|| "none".to_owned(), |node| node.to_string());
    let ends = match summary.status {
        Status::Open | Status::Assigned | Status::Submitted | Status::Disputed => {
            moment(summary.deadline_secs)
        }
        _ => "it is over".to_owned(),
    };
    let text = facts([
        ("job", job.to_string()),
        ("status", word(summary.status)),
        ("requester", summary.requester.to_string()),
        ("node", node),
        ("price", coinage.of(summary.price.u128()).to_string()),
        ("held", coinage.of(summary.held.u128()).to_string()),
        ("declined by", listed(&summary.declined)),
        ("this ends", ends),
        ("program", printable(&found.spec.program.uri)),
        (
            "result",
            found
                .result
                .as_ref()
                .map_or_else(|| "none".to_owned(), |result| printable(&result.uri)),
        ),
    ]);
    Report::new(&found, text.to_string())
}

/// Jobs, a page at a time.
pub fn list(session: &Session, start_after: Option<u64>, limit: Option<u32>) -> Outcome<Report> {
    let msg = QueryMsg::Jobs { start_after, limit };
    let answer: JobsResponse = session.ask(&session.contracts()?.escrow, &msg)?;
    let mut rows = table(&[">job", "status", ">node", ">price", "requester"]);
    for job in &answer.jobs {
        let coinage = session.coinage(&job.denom.clone().into());
        rows.add_row([
            job.id.to_string(),
            word(job.status),
            job.node.map_or_else(String::new, |node| node.to_string()),
            coinage.of(job.price.u128()).to_string(),
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
