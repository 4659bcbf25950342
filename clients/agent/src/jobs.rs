//! The jobs of a node: seeing them, bringing them further, noting what was done here.

use std::time::{Duration, Instant};

use surge_interface::escrow::{JobResponse, JobResult, JobSummary, Status};
use tracing::{debug, error, info, warn};

use crate::{
    agent::{longer, Agent, Wanted},
    decide::{Known, Step},
    journal::{Entry, Purpose, Stage},
    suite::Call,
    work::{self, Done, Failure, Task},
    Error,
};

/// What went wrong with a job here.
pub(crate) struct Trouble {
    failure: Failure,
    again: Instant,
    wait: Duration,
}

impl Agent {
    /// All jobs that are this node's and not over, with what the journal says. Those that it
    /// did not know are taken.
    pub(crate) fn jobs(&mut self) -> Result<Vec<(Entry, JobResponse)>, Error> {
        let mut jobs = vec![];
        let mut counted = 0u32;
        for entry in self.journal.live()? {
            let job = self.suite.job(entry.job)?;
            counted += u32::from(self.counts(&job.summary));
            jobs.push((entry, job));
        }
        if counted == self.node.running {
            return Ok(jobs);
        }
        let mut last = self.suite.jobs()?;
        while counted < self.node.running && last > 0 {
            let first = last.saturating_sub(100);
            debug!(from = first + 1, to = last, "looking for jobs of this node");
            for summary in self.suite.page(first)? {
                if summary.id > last || !self.counts(&summary) {
                    continue;
                }
                if jobs.iter().any(|(entry, _)| entry.job == summary.id) {
                    continue;
                }
                counted += 1;
                self.take(summary.id)?;
                let entry = self.journal.job(summary.id)?;
                if let Some(entry) = entry {
                    jobs.push((entry, self.suite.job(summary.id)?));
                }
            }
            last = first;
        }
        Ok(jobs)
    }

    fn counts(&self, summary: &JobSummary) -> bool {
        summary.node == Some(self.node.id)
            && !summary.status.is_final()
            && summary.status != Status::Open
    }

    fn take(&mut self, job: u64) -> Result<(), Error> {
        let found = self.suite.job(job)?;
        self.journal.take(job)?;
        for sha256 in work::files(&found.spec) {
            self.journal.needs(job, sha256)?;
        }
        info!(
            job,
            price = %found.summary.price,
            reserved_secs = found.spec.reserved_secs,
            deadline_secs = found.summary.deadline_secs,
            "a job"
        );
        Ok(())
    }

    /// Does the next step for a job here, or answers what has to be said to the chain.
    pub(crate) fn step(
        &mut self,
        entry: &Entry,
        job: &JobResponse,
    ) -> Result<Option<Wanted>, Error> {
        let id = entry.job;
        let terms = self.suite.terms(job.summary.params_version)?;
        let known = Known {
            node: self.node.id,
            now_secs: self.now_secs,
            summary: &job.summary,
            accept_secs: terms.accept_secs,
            entry,
            failure: self.trouble.get(&id).map(|trouble| &trouble.failure),
            settle: self.settings.earnings.settle,
        };
        match known.step() {
            Step::Wait if entry.stage == Stage::Delivered => self.vacate(&job.summary, &terms),
            Step::Wait => Ok(None),
            Step::Work => {
                self.work(entry, job)?;
                Ok(None)
            }
            Step::Deliver => {
                let (Some(output), Some(uri)) = (&entry.output, &entry.uri) else {
                    // A journal without them is not of this program: work again.
                    self.journal.stage(id, Stage::Taken)?;
                    return Ok(None);
                };
                let result = JobResult {
                    sha256: output.sha256.clone(),
                    size: output.size,
                    uri: uri.clone(),
                };
                let call = Call::Result { job: id, result };
                Ok(Some((Purpose::Result, Some(id), call)))
            }
            Step::Decline(reason) => {
                if entry.reason.as_deref() != Some(reason.as_str()) {
                    warn!(job = id, reason = ?reason, "turned down");
                    self.journal.reason(id, &reason)?;
                }
                Ok(Some((
                    Purpose::Decline,
                    Some(id),
                    Call::Decline { job: id },
                )))
            }
            Step::GiveUp(reason) => {
                error!(
                    job = id,
                    reason = ?reason,
                    "cannot be delivered, and it is too late to turn it down: after its deadline it costs a part of the collateral"
                );
                self.journal.refuse(id, Stage::GivenUp, &reason)?;
                Ok(None)
            }
            Step::Delivered => {
                self.journal.stage(id, Stage::Delivered)?;
                Ok(None)
            }
            Step::Gone => {
                self.journal
                    .refuse(id, Stage::Declined, "the chain gave it to somebody else")?;
                Ok(None)
            }
            Step::Close => {
                info!(job = id, status = ?job.summary.status, "a job is over");
                self.journal.stage(id, Stage::Closed)?;
                Ok(None)
            }
            Step::Settle if self.draining.is_some() => Ok(None),
            Step::Settle => Ok(Some((Purpose::Settle, Some(id), Call::Settle { job: id }))),
        }
    }

    /// Starts a thread for a job, unless one runs or has just failed.
    fn work(&mut self, entry: &Entry, job: &JobResponse) -> Result<(), Error> {
        let waits = self
            .trouble
            .get(&entry.job)
            .is_some_and(|trouble| trouble.again > Instant::now());
        if waits || self.busy.contains(&entry.job) {
            return Ok(());
        }
        if let Some(reason) = work::refusal(&job.spec, &self.settings.limits) {
            let may_pass = false;
            return self.fail(entry.job, Failure { reason, may_pass });
        }
        let left = job.summary.deadline_secs.saturating_sub(self.now_secs);
        let task = Task {
            job: entry.job,
            spec: job.spec.clone(),
            stage: entry.stage,
            output: entry.output.clone(),
            time: Duration::from_secs(left.min(job.spec.reserved_secs)),
        };
        work::start(self.bench.clone(), task, self.done.0.clone()).map_err(|source| {
            Error::File {
                path: "a thread for a job".into(),
                source,
            }
        })?;
        self.busy.insert(entry.job);
        self.metrics
            .running
            .set(i64::try_from(self.busy.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Notes what a thread did.
    pub(crate) fn hear(&mut self, (job, done): (u64, Done)) -> Result<(), Error> {
        match done {
            Done::Fetched => {
                self.journal.stage(job, Stage::Fetched)?;
                info!(job, "fetched");
            }
            Done::Ran { output, took } => {
                self.journal.needs(job, &output.sha256)?;
                self.journal.ran(job, &output)?;
                self.metrics.ran_secs.inc_by(took.as_secs_f64());
                info!(
                    job,
                    secs = took.as_secs_f64(),
                    bytes = output.size,
                    sha256 = output.sha256,
                    "ran"
                );
            }
            Done::Published(uri) => {
                // First of all: who cannot note it now publishes it once more.
                self.idle(job);
                self.journal.published(job, &uri)?;
                info!(job, uri, "published");
                self.trouble.remove(&job);
            }
            Done::Failed(failure) => {
                self.idle(job);
                self.fail(job, failure)?;
            }
        }
        Ok(())
    }

    fn idle(&mut self, job: u64) {
        self.busy.remove(&job);
        self.metrics
            .running
            .set(i64::try_from(self.busy.len()).unwrap_or(i64::MAX));
    }

    fn fail(&mut self, job: u64, failure: Failure) -> Result<(), Error> {
        let wait = longer(
            self.trouble
                .get(&job)
                .map(|last| last.wait)
                .unwrap_or_default(),
        );
        warn!(
            job,
            reason = ?failure.reason,
            again_in_secs = failure.may_pass.then_some(wait.as_secs()),
            "could not do it"
        );
        let again = Instant::now() + wait;
        self.trouble.insert(
            job,
            Trouble {
                failure,
                again,
                wait,
            },
        );
        Ok(())
    }

    /// Forgets the files of jobs that are over.
    pub(crate) fn tidy(&mut self) -> Result<(), Error> {
        for job in self.journal.leftovers()? {
            self.trouble.remove(&job);
            for sha256 in self.journal.needs_nothing(job)? {
                self.bench.files.remove(&sha256)?;
            }
        }
        Ok(())
    }
}
