//! `surge job`.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::{
    escrow::{
        Artifact, ExecuteMsg, JobResponse, JobResult, JobSpec, JobsResponse, Pick, QueryMsg,
        ReceiveMsg, Status, WhenFull,
    },
    registry::{self, Data, Order, SimulationResponse},
};
use surge_node::FailureReport;
use surge_store::{Allowed, Stores};

use super::{
    dispute::{dispute, rule},
    explain::{self, told},
    node::{class_id, region_id, Capacity},
};
use crate::{
    failure::{Failure, Outcome},
    money::Amount,
    output::{facts, table, thousands, Report},
    session::Session,
    stores,
    transact::Act,
};

/// Longest time to fetch a result.
const FETCHING: Duration = Duration::from_secs(600);
/// Time between two looks at a job.
const LOOK: Duration = Duration::from_millis(500);

/// What can be said after `surge job`.
#[derive(Subcommand)]
pub enum Command {
    /// Show which node would get this job, and why; nothing is sent.
    Simulate(Ordered),
    /// Order a job. Its files are stored by their hash where nodes can fetch them.
    Submit {
        #[command(flatten)]
        order: Ordered,
        /// Wait for the result, fetch it and compare its hash.
        #[arg(long)]
        watch: bool,
        /// Where the result goes; with --watch.
        #[arg(long)]
        output: Option<PathBuf>,
        /// Where the result may be fetched, beside --store; with --watch.
        #[arg(long)]
        fetch: Vec<String>,
    },
    /// Wait for a job's result, fetch it and compare its hash.
    Watch {
        /// The job.
        job: u64,
        /// Where the result goes.
        #[arg(long)]
        output: Option<PathBuf>,
        #[command(flatten)]
        places: Places,
    },
    /// A job with its terms.
    Show {
        /// The job.
        job: u64,
    },
    /// Jobs, a page at a time.
    List {
        /// Continue after this one.
        #[arg(long)]
        start_after: Option<u64>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Why a job's node was picked; computes the pick once more from the ledger and says
    /// whether the chain was right.
    Explain {
        /// The job.
        job: u64,
    },
    /// As its operator: deliver what came out.
    Result {
        /// The job.
        job: u64,
        /// The file that came out.
        #[arg(long)]
        output: PathBuf,
        /// Where it is published: a folder or the address of an HTTP store.
        #[arg(long, env = "SURGE_STORE")]
        store: Option<String>,
    },
    /// As its requester: accept the result; the provider is paid at once.
    Accept {
        /// The job.
        job: u64,
    },
    /// As its requester: dispute the result, for a bond of a part of the price.
    Dispute {
        /// The job.
        job: u64,
        /// Where the reasons are.
        #[arg(long)]
        reason: String,
    },
    /// Settle what the requester or the arbiter left alone; anybody may.
    Settle {
        /// The job.
        job: u64,
    },
    /// As its requester: cancel before there is a result.
    Cancel {
        /// The job.
        job: u64,
    },
    /// End a job that waited too long or whose node missed its deadline; anybody may.
    Expire {
        /// The job.
        job: u64,
    },
    /// As its operator: turn a job down, within the accept window.
    Decline {
        /// The job.
        job: u64,
    },
    /// As the arbiter: decide a dispute.
    Rule {
        /// The job.
        job: u64,
        /// The provider's share of the price, in percent; with up to two decimal places.
        #[arg(long, value_name = "PERCENT")]
        provider_percent: String,
    },
    /// Free the machine of a job that was delivered, before it ends; anybody may.
    Vacate {
        /// The job.
        job: u64,
    },
    /// Look for a node again for a job that waits; anybody may.
    Match {
        /// The job.
        job: u64,
    },
}

/// Where results may be fetched: folders or addresses of HTTP stores.
#[derive(Args)]
pub struct Places {
    /// The store; the user's own when left away.
    #[arg(long, env = "SURGE_STORE")]
    store: Option<String>,
    /// Further ones.
    #[arg(long)]
    fetch: Vec<String>,
}

/// A job as somebody orders it.
#[derive(Args)]
pub struct Ordered {
    /// The WASI program.
    #[arg(long)]
    program: PathBuf,
    /// An input; the first is its standard input, the others its input folder.
    #[arg(long)]
    input: Vec<PathBuf>,
    /// An argument of the program.
    #[arg(long = "arg", allow_hyphen_values = true)]
    args: Vec<String>,
    /// Region near the data, by name.
    #[arg(long)]
    near: Option<String>,
    /// The most that it may cost, such as "2 SURGE".
    #[arg(long)]
    max_price: String,
    /// For how many seconds the machine is reserved; the result is due by then.
    #[arg(long, default_value_t = 600)]
    secs: u64,
    /// Class of machine, by name.
    #[arg(long, default_value = "cpu")]
    class: String,
    #[command(flatten)]
    need: Capacity,
    /// Only this node.
    #[arg(long)]
    node: Option<u32>,
    /// Only these regions, by name.
    #[arg(long)]
    region: Vec<String>,
    /// Wait when no node fits, instead of being refused.
    #[arg(long)]
    wait: bool,
    /// Where nodes can fetch the files by their hash: a folder or the address of an HTTP
    /// store; the user's own store when left away.
    #[arg(long, env = "SURGE_STORE")]
    store: Option<String>,
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    let escrow = session.contracts()?.escrow;
    let simple = |what: String, msg: ExecuteMsg| {
        let act = Act::new(what).call(session, &escrow, &msg)?;
        session.perform(&act)?.report(&json!({}), "")
    };
    match command {
        Command::Simulate(order) => simulate(&order, session),
        Command::Submit {
            order,
            watch,
            output,
            fetch,
        } => {
            let report = submit(&order, session)?;
            match (report.0, watch) {
                (Some(job), true) => {
                    let places = Places {
                        store: order.store,
                        fetch,
                    };
                    wait_for(session, job, output.as_deref(), &places)
                }
                _ => Ok(report.1),
            }
        }
        Command::Watch {
            job,
            output,
            places,
        } => wait_for(session, job, output.as_deref(), &places),
        Command::Show { job } => show(session, job),
        Command::List { start_after, limit } => list(session, start_after, limit),
        Command::Explain { job } => explain::run(session, job),
        Command::Result { job, output, store } => {
            let stores = stores::open(store.as_deref(), &[], false)?;
            let stored = stores.put(&read(&output)?, None)?;
            let result = JobResult {
                sha256: stored.sha256,
                size: stored.size,
                uri: stored.uri,
            };
            simple(
                format!("Delivers the result of job {job}."),
                ExecuteMsg::SubmitResult { job, result },
            )
        }
        Command::Accept { job } => simple(
            format!("Accepts the result of job {job}; its provider is paid."),
            ExecuteMsg::Accept { job, pay: true },
        ),
        Command::Dispute { job, reason } => dispute(session, job, reason),
        Command::Settle { job } => simple(
            format!("Settles job {job}; its provider is paid."),
            ExecuteMsg::Settle { job, pay: true },
        ),
        Command::Cancel { job } => {
            simple(format!("Cancels job {job}."), ExecuteMsg::Cancel { job })
        }
        Command::Expire { job } => simple(format!("Ends job {job}."), ExecuteMsg::Expire { job }),
        Command::Decline { job } => simple(
            format!("Turns job {job} down; another node may take it."),
            ExecuteMsg::Decline { job },
        ),
        Command::Rule {
            job,
            provider_percent,
        } => rule(session, job, &provider_percent),
        Command::Vacate { job } => {
            let registry = session.contracts()?.registry;
            let act = Act::new(format!(
                "Frees the machine of job {job}; its bond stays locked until the job ends."
            ))
            .call(session, &registry, &registry::ExecuteMsg::Vacate { job })?;
            session.perform(&act)?.report(&json!({ "job": job }), "")
        }
        Command::Match { job } => simple(
            format!("Looks for a node for job {job} again."),
            ExecuteMsg::Match { job },
        ),
    }
}

impl Ordered {
    /// The job, with its files stored.
    fn spec(&self, session: &Session) -> Outcome<JobSpec> {
        let stores = stores::open(self.store.as_deref(), &[], false)?;
        let (program, _) = keep(&stores, &self.program)?;
        let mut size = 0;
        let mut inputs = vec![];
        for input in &self.input {
            let (artifact, bytes) = keep(&stores, input)?;
            size += bytes;
            inputs.push(artifact);
        }
        let near = self.near.as_deref();
        let near = near.map(|name| region_id(session, name)).transpose()?;
        let regions = self.region.iter();
        Ok(JobSpec {
            class: class_id(session, &self.class)?,
            need: self.need.resources(),
            reserved_secs: self.secs,
            program,
            args: self.args.clone(),
            inputs,
            data: Data {
                replicas: near.into_iter().collect(),
                size_mib: size.div_ceil(1 << 20),
            },
            weights: None,
            regions: regions
                .map(|name| region_id(session, name))
                .collect::<Outcome<_>>()?,
            jurisdictions: vec![],
            pick: self.node.map_or(Pick::Auto, Pick::Pinned),
            when_full: match self.wait {
                true => WhenFull::Wait,
                false => WhenFull::Refuse,
            },
        })
    }

    fn deposit(&self, session: &Session) -> Outcome<Amount> {
        Amount::parse(&self.max_price, &session.coinages()?)
    }
}

fn simulate(order: &Ordered, session: &Session) -> Outcome<Report> {
    let (spec, deposit) = (order.spec(session)?, order.deposit(session)?);
    let params: surge_interface::escrow::Params = session.ask(
        &session.contracts()?.escrow,
        &QueryMsg::Params { version: None },
    )?;
    let order = Order {
        requester: session.account()?.address().to_owned(),
        class: spec.class,
        denom: deposit.coinage.denom.clone(),
        need: spec.need,
        reserved_secs: spec.reserved_secs,
        max_price: Uint128::new(deposit.base),
        data: spec.data,
        weights: spec.weights,
        regions: spec.regions,
        jurisdictions: spec.jurisdictions,
        pinned: match spec.pick {
            Pick::Pinned(node) => Some(node),
            Pick::Auto => None,
        },
        collateral_bps: params.collateral_bps,
    };
    let msg = registry::QueryMsg::SimulateMatch { order };
    let answer: SimulationResponse = session.ask(&session.contracts()?.registry, &msg)?;
    let text = match &answer {
        SimulationResponse::Match(explanation) => told(explanation),
        SimulationResponse::Nobody { reason } => format!("no node: {reason}"),
    };
    Report::new(&answer, text)
}

fn submit(order: &Ordered, session: &Session) -> Outcome<(Option<u64>, Report)> {
    let escrow = session.contracts()?.escrow;
    let (spec, deposit) = (order.spec(session)?, order.deposit(session)?);
    let inside = ReceiveMsg::SubmitJob {
        spec: Box::new(spec.clone()),
    };
    let act = Act::new(format!(
        "Orders a job of {} cores for {} seconds.",
        order.need.cores, order.secs
    ))
    .moving(format!(
        "{deposit} to the escrow; what the price leaves of it comes back"
    ))
    .pay(
        session,
        &escrow,
        &deposit,
        &ExecuteMsg::SubmitJob { spec },
        &inside,
    )?;
    let done = session.perform(&act)?;
    let job = done
        .attribute("job_submitted", "job")
        .and_then(|job| job.parse().ok());
    let node = done.attribute("job_assigned", "node");
    let price = done
        .attribute("job_assigned", "price")
        .and_then(|price| price.parse().ok());
    let price = price.map(|price| deposit.coinage.of(price).to_string());
    let text = match (job, &node, &price) {
        (Some(job), Some(node), Some(price)) => {
            format!("job {job} is at node {node} for {price}; next: surge job watch {job}")
        }
        (Some(job), ..) => format!("job {job} waits for a node"),
        _ => String::new(),
    };
    let report = done.report(&json!({ "job": job, "node": node, "price": price }), text)?;
    Ok((job, report))
}

fn wait_for(
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
        return Err(Failure::new(format!(
            "job {job} is {} and has no result",
            word(found.summary.status)
        ))
        .next("what was held is a credit of yours: surge job show"));
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
            "mend the program or its input and order it again: the node is paid for the run; if the same program on the same input ends well elsewhere: surge job dispute {job} --reason URI, before second {} since 1970",
            found.summary.deadline_secs
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

fn show(session: &Session, job: u64) -> Outcome<Report> {
    let found = job_of(session, job)?;
    let summary = &found.summary;
    let coinage = session.coinage(&summary.denom.clone().into());
    let node = summary
        .node
        .map_or_else(|| "none".to_owned(), |node| node.to_string());
    let text = facts([
        ("job", job.to_string()),
        ("status", word(summary.status)),
        ("requester", summary.requester.to_string()),
        ("node", node),
        ("price", coinage.of(summary.price.u128()).to_string()),
        ("held", coinage.of(summary.held.u128()).to_string()),
        ("until (s since 1970)", summary.deadline_secs.to_string()),
        ("program", found.spec.program.uri.clone()),
        (
            "result",
            found
                .result
                .as_ref()
                .map_or_else(|| "none".to_owned(), |result| result.uri.clone()),
        ),
    ]);
    Report::new(&found, text.to_string())
}

fn list(session: &Session, start_after: Option<u64>, limit: Option<u32>) -> Outcome<Report> {
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

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}

/// Keeps a file by its hash where nodes can fetch it, with its name; answers its size too.
fn keep(stores: &Stores, path: &Path) -> Outcome<(Artifact, u64)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let stored = stores.put(&read(path)?, name)?;
    let artifact = Artifact {
        uri: stored.uri,
        sha256: stored.sha256,
    };
    Ok((artifact, stored.size))
}
