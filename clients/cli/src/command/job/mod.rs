//! `surge job`.

mod dispute;
mod ending;
mod explain;
mod look;
mod nobody;
mod order;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::json;
use surge_interface::{
    escrow::{ExecuteMsg, JobResult},
    registry,
};

use crate::{
    failure::{Failure, Outcome},
    output::Report,
    session::Session,
    stores,
    transact::Act,
};

use self::{
    dispute::{dispute, rule},
    ending::end,
    look::{list, show, wait_for},
    order::{simulate, submit, Ordered},
};

/// Largest result that is fetched where nobody says another, in MiB: how large it is, its
/// operator writes.
const MAX_RESULT_MIB: u64 = 1024;

/// What can be said after `surge job`.
#[derive(Subcommand)]
pub enum Command {
    /// Show which node would get this job, and why; nothing is sent.
    Simulate(Box<Ordered>),
    /// Order a job. Its files are stored by their hash where nodes can fetch them.
    Submit {
        #[command(flatten)]
        order: Box<Ordered>,
        /// Wait for the result, fetch it and compare its hash.
        #[arg(long)]
        watch: bool,
        /// Where the result goes; with --watch.
        #[arg(long, requires = "watch")]
        output: Option<PathBuf>,
        /// Where the result may be fetched, beside --store; with --watch.
        #[arg(long, requires = "watch")]
        fetch: Vec<String>,
        /// Largest result that is fetched, in MiB; with --watch. It has to fit into memory.
        #[arg(long, requires = "watch", default_value_t = MAX_RESULT_MIB)]
        max_result_mib: u64,
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
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
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

/// Where results may be fetched: folders or addresses of HTTP stores; and how large they may be.
#[derive(Args)]
pub struct Places {
    /// The store; the user's own when left away.
    #[arg(long, env = "SURGE_STORE")]
    store: Option<String>,
    /// Further ones.
    #[arg(long)]
    fetch: Vec<String>,
    /// Largest result that is fetched, in MiB. It has to fit into memory.
    #[arg(long, default_value_t = MAX_RESULT_MIB)]
    max_result_mib: u64,
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
            max_result_mib,
        } => {
            let report = submit(&order, session)?;
            match (report.0, watch) {
                (Some(job), true) => {
                    let places = Places {
                        store: order.store.clone(),
                        fetch,
                        max_result_mib,
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
            let bytes = read(&output)?;
            stores::ensure_shared(store.as_deref(), session.network())?;
            let planned = stores::place(store.as_deref())?.planned(&bytes, None)?;
            let result = JobResult {
                sha256: planned.sha256,
                size: planned.size,
                uri: planned.uri,
            };
            let act = Act::new(format!("Delivers the result of job {job}.")).call(
                session,
                &escrow,
                &ExecuteMsg::SubmitResult { job, result },
            )?;
            let done = session.perform_after(&act, || {
                stores::open(store.as_deref(), &[], false)?.put(&bytes, None)?;
                Ok(())
            })?;
            done.report(&json!({}), "")
        }
        Command::Accept { job } => {
            let what = format!("Accepts the result of job {job}; its provider is paid.");
            end(session, what, job, &ExecuteMsg::Accept { job, pay: true })
        }
        Command::Dispute { job, reason } => dispute(session, job, reason),
        Command::Settle { job } => {
            let what = format!("Settles job {job}; its provider is paid.");
            end(session, what, job, &ExecuteMsg::Settle { job, pay: true })
        }
        Command::Cancel { job } => {
            let what = format!("Cancels job {job}.");
            end(session, what, job, &ExecuteMsg::Cancel { job })
        }
        Command::Expire { job } => {
            let what = format!("Ends job {job}.");
            end(session, what, job, &ExecuteMsg::Expire { job })
        }
        Command::Decline { job } => {
            let what = format!("Turns job {job} down; another node may take it.");
            end(session, what, job, &ExecuteMsg::Decline { job })
        }
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

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}
