//! The jobs of a node: seeing them, bringing them further, noting what was done here.

use std::time::{Duration, Instant};

use surge_interface::escrow::{JobResponse, JobResult, JobSummary, Params, Status};
use surge_node::Cancel;
use tracing::{debug, error, info, warn};

use super::{longer, number, Agent, Wanted};
use crate::{
    decide::{Known, Step},
    journal::{Entry, Purpose, Stage},
    outbox::INDEX_BLOCKS,
    suite::Call,
    work::{self, Done, Failure, Task},
    Error,
};

/// Under this name the journal has the number up to which all jobs of the escrow are over: no
/// search for jobs of the node goes further back.
const OVER: &str = "all over up to";

/// Time between two looks at a job for which nothing is to be done.
pub(super) const REST: Duration = Duration::from_secs(60);

/// What went wrong with a job here.
pub(super) struct Trouble {
    failure: Failure,
    again: Instant,
    wait: Duration,
}

/// When the chain said last whose a job is.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    /// Highest block that said: this node's.
    ours: u64,
    /// Lowest block after that which said: somebody else's.
    gone: Option<u64>,
}

impl Seen {
    /// Whether a look at this height makes it certain that the job is somebody else's. Two
    /// have to agree, after the last one that said otherwise: an answer may come from a node
    /// that lags behind.
    fn is_gone(&mut self, height: u64) -> bool {
        if height <= self.ours {
            return false;
        }
        height > *self.gone.get_or_insert(height)
    }

    fn is_ours(&mut self, height: u64) {
        self.ours = self.ours.max(height);
        self.gone = None;
    }
}

/// Whether a job that was over here is this node's again: two looks at different blocks have
/// to agree, the first of them at `since`. Otherwise an answer of a node that lags behind
/// would have it done once more.
fn is_back(since: Option<u64>, height: u64) -> bool {
    since.is_some_and(|since| height > since)
}

impl Agent {
    /// All jobs that are this node's and not over, with what the journal says. Those that it
    /// did not know are taken.
    pub(super) fn jobs(&mut self) -> Result<Vec<(Entry, JobResponse)>, Error> {
        let mut jobs = vec![];
        let mut counted = 0u32;
        let before = std::mem::take(&mut self.back);
        for entry in self.journal.live()? {
            let job = self.job_of(&entry)?;
            counted += u32::from(self.counts(&job.summary));
            jobs.push((entry, job));
        }
        if counted < self.node.running {
            // One may have ended since the node was looked at.
            self.look_at_node()?;
        }
        if counted >= self.node.running {
            return Ok(jobs);
        }
        let over = self.journal.fact(OVER)?;
        let over: u64 = over.and_then(|over| over.parse().ok()).unwrap_or_default();
        let mut last = self.suite.jobs()?;
        let mut oldest = last;
        while counted < self.node.running && last > over {
            let first = last.saturating_sub(100).max(over);
            debug!(from = first + 1, to = last, "looking for jobs of this node");
            let page = self.suite.page(first)?;
            let shown = page.iter().filter(|summary| summary.id <= last).count() as u64;
            if shown < last - first {
                // The answer of a node that lags behind: what it does not have is not over.
                oldest = oldest.min(first);
            }
            for summary in page {
                if !summary.status.is_final() {
                    oldest = oldest.min(summary.id.saturating_sub(1));
                }
                if summary.id > last || !self.counts(&summary) {
                    continue;
                }
                if jobs.iter().any(|(entry, _)| entry.job == summary.id) {
                    continue;
                }
                counted += 1;
                if self.journal.job(summary.id)?.is_some() {
                    let height = self.newest.0;
                    let since = before.get(&summary.id).copied();
                    if !is_back(since, height) {
                        self.back.insert(summary.id, since.unwrap_or(height));
                        continue;
                    }
                }
                self.take(summary.id)?;
                let entry = self.journal.job(summary.id)?;
                if let Some(entry) = entry {
                    jobs.push((entry, self.suite.job(summary.id)?));
                }
            }
            last = first;
        }
        if last <= over && oldest > over {
            self.journal.remember(OVER, &oldest.to_string())?;
        }
        Ok(jobs)
    }

    /// What the chain says of a job: once in a while where only somebody else can do something
    /// for it, and nothing became of any job of the node. Such jobs may become many. Where one
    /// is replaced by its like between two looks, that is seen so much later.
    fn job_of(&mut self, entry: &Entry) -> Result<JobResponse, Error> {
        let id = entry.job;
        let rests = match entry.stage {
            _ if self.draining => false,
            Stage::GivenUp => true,
            Stage::Delivered => self.unworthy.contains(&id),
            _ => false,
        };
        let said = self.resting.get(&id).filter(|_| rests);
        if let Some((_, job)) = said.filter(|(since, _)| since.elapsed() < REST) {
            return Ok(job.clone());
        }
        let job = self.suite.job(id)?;
        if rests {
            self.resting.insert(id, (Instant::now(), job.clone()));
        }
        Ok(job)
    }

    /// The escrow's parameters of this version, asked once.
    fn terms(&mut self, version: u32) -> Result<Params, Error> {
        if let Some(terms) = self.terms.get(&version) {
            return Ok(terms.clone());
        }
        let terms = self.suite.terms(version)?;
        self.terms.insert(version, terms.clone());
        Ok(terms)
    }

    fn counts(&self, summary: &JobSummary) -> bool {
        summary.node == Some(self.node.id)
            && !summary.status.is_final()
            && summary.status != Status::Open
    }

    fn take(&mut self, job: u64) -> Result<(), Error> {
        let found = self.suite.job(job)?;
        self.journal.take(job, work::files(&found.spec))?;
        self.trouble.remove(&job);
        info!(
            event = "job_taken",
            job,
            price = %found.summary.price,
            denom = %found.summary.denom,
            reserved_secs = found.spec.reserved_secs,
            deadline_secs = found.summary.deadline_secs,
            "a job"
        );
        Ok(())
    }

    /// Does the next step for a job here, or answers what has to be said to the chain.
    pub(super) fn step(
        &mut self,
        entry: &Entry,
        job: &JobResponse,
    ) -> Result<Option<Wanted>, Error> {
        let id = entry.job;
        let terms = self.terms(job.summary.params_version)?;
        let known = Known {
            node: self.node.id,
            now_secs: self.now_secs,
            summary: &job.summary,
            accept_secs: terms.accept_secs,
            entry,
            failure: self.trouble.get(&id).map(|trouble| &trouble.failure),
            fetching: entry.stage == Stage::Taken && self.busy.contains_key(&id),
            margin_secs: self
                .settings
                .limits
                .margin_to_decline(terms.accept_secs, self.node.running),
            settle: self.settings.earnings.settle,
        };
        let (step, window_secs) = (known.step(), known.window_secs());
        let height = self.newest.0;
        if step != Step::Gone {
            self.seen.entry(id).or_default().is_ours(height);
        }
        match step {
            Step::Wait if entry.stage == Stage::Delivered => self.vacate(&job.summary, &terms),
            Step::Wait => Ok(None),
            Step::Work => {
                self.work(entry, job, terms.accept_secs)?;
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
                Ok(Some(Wanted {
                    until_secs: job.summary.deadline_secs,
                    ..Wanted::new(Purpose::Result, Some(id), call)
                }))
            }
            Step::Decline(reason) => {
                if entry.reason.as_deref() != Some(reason.as_str()) {
                    warn!(
                        event = "job_declined",
                        job = id,
                        reason = reason.as_str(),
                        "turned down"
                    );
                    self.journal.reason(id, &reason)?;
                }
                let call = Call::Decline { job: id };
                Ok(Some(Wanted {
                    until_secs: window_secs,
                    ..Wanted::new(Purpose::Decline, Some(id), call)
                }))
            }
            Step::GiveUp(reason) => {
                error!(
                    event = "job_given_up",
                    job = id,
                    reason = reason.as_str(),
                    "cannot be delivered, and it is too late to turn it down: after its deadline it costs a part of the collateral"
                );
                self.journal.refuse(id, Stage::GivenUp, &reason)?;
                Ok(None)
            }
            Step::Delivered => {
                self.journal.stage(id, Stage::Delivered)?;
                Ok(None)
            }
            Step::Gone if !self.seen.entry(id).or_default().is_gone(height) => Ok(None),
            Step::Gone => {
                info!(
                    event = "job_gone",
                    job = id,
                    "the chain gave it to somebody else"
                );
                self.journal
                    .refuse(id, Stage::Declined, "the chain gave it to somebody else")?;
                Ok(None)
            }
            Step::Close if !self.closed(id, job.summary.status)? => Ok(None),
            Step::Close => {
                self.closing.remove(&id);
                self.unworthy.remove(&id);
                self.journal.stage(id, Stage::Closed)?;
                Ok(None)
            }
            Step::Settle if self.draining => self.vacate(&job.summary, &terms),
            Step::Settle => self.settle(&job.summary, &terms),
        }
    }

    /// Tells what a job brought, by the event that ended it; a chain's node that has no index
    /// of events says nothing of that. Answers whether it is told: an index may be some blocks
    /// behind.
    fn closed(&mut self, job: u64, status: Status) -> Result<bool, Error> {
        let height = self.newest.0;
        let first = *self.closing.entry(job).or_insert(height);
        let status = serde_json::to_value(status).map_err(surge_chain::Error::from)?;
        // Anybody's contract may emit the same words, as often as it likes.
        let escrow = self.suite.contracts.escrow.as_str();
        let told = self.suite.chain.transactions(&format!(
            "wasm-job_closed.job='{job}' AND wasm-job_closed._contract_address='{escrow}'"
        ));
        let mut events = told.iter().flatten().flat_map(|tx| &tx.included.events);
        let (id, own) = (job.to_string(), self.node.provider.to_string());
        let expected = [
            ("_contract_address", escrow),
            ("job", id.as_str()),
            ("provider", own.as_str()),
        ];
        let ended = events.find(|event| {
            let is = |(key, value)| event.get(key) == Some(value);
            event.kind == "wasm-job_closed" && expected.into_iter().all(is)
        });
        let late = height > first.saturating_add(INDEX_BLOCKS);
        if ended.is_none() && told.is_ok() && !late {
            return Ok(false);
        }
        let get = |key| ended.and_then(|event| event.get(key));
        let (earned, denom, cause) = (get("to_provider"), get("denom"), get("cause"));
        if let (Some(earned), Some(denom)) = (earned, denom) {
            self.metrics
                .earned
                .with_label_values(&[denom])
                .inc_by(number(earned.parse().unwrap_or_default()));
        }
        info!(
            event = "job_over",
            job,
            status = status.as_str(),
            cause,
            earned,
            denom,
            "a job is over"
        );
        Ok(true)
    }

    /// Starts a thread for a job, unless one runs or has just failed.
    fn work(&mut self, entry: &Entry, job: &JobResponse, accept_secs: u64) -> Result<(), Error> {
        let waits = self
            .trouble
            .get(&entry.job)
            .is_some_and(|trouble| trouble.again > Instant::now());
        if waits || self.busy.contains_key(&entry.job) {
            return Ok(());
        }
        if let Some(reason) = work::refusal(&job.spec, &self.settings.limits) {
            let may_pass = false;
            return self.fail(entry.job, Failure { reason, may_pass });
        }
        let margin_secs = self.settings.limits.margin_of(accept_secs);
        let until_secs = job.summary.deadline_secs.saturating_sub(margin_secs);
        let left = Duration::from_secs(until_secs.saturating_sub(self.now_secs));
        let task = Task {
            job: entry.job,
            spec: job.spec.clone(),
            stage: entry.stage,
            output: entry.output.clone(),
            until: Instant::now() + left,
            cancel: Cancel::default(),
        };
        let cancel = task.cancel.clone();
        if let Err(error) = work::start(self.bench.clone(), task, self.done.0.clone()) {
            // Nothing but this job waits for it: threads end with the jobs that run.
            let reason = format!("cannot start a thread for it: {error}");
            let may_pass = true;
            return self.fail(entry.job, Failure { reason, may_pass });
        }
        self.busy.insert(entry.job, cancel);
        self.metrics
            .running
            .set(i64::try_from(self.busy.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Notes what a thread did.
    pub(super) fn hear(&mut self, (job, done): (u64, Done)) -> Result<(), Error> {
        if !matches!(done, Done::Fetched | Done::Ran { .. }) {
            // First of all: what cannot be noted now is done once more.
            self.idle(job);
        }
        let entry = self.journal.job(job)?;
        if !entry.is_some_and(|entry| entry.stage.is_work()) {
            debug!(job, "it was over before this was done");
            if let Done::Ran { output, .. } | Done::Broke { report: output, .. } = &done {
                self.journal.late(job, output)?;
            }
            return Ok(());
        }
        match done {
            Done::Fetched => {
                self.journal.stage(job, Stage::Fetched)?;
                info!(event = "job_fetched", job, "fetched");
            }
            Done::Ran { output, took } => {
                self.journal.ran(job, &output)?;
                self.metrics.ran_secs.inc_by(took.as_secs_f64());
                info!(
                    event = "job_ran",
                    job,
                    secs = took.as_secs_f64(),
                    bytes = output.size,
                    sha256 = output.sha256,
                    "ran"
                );
            }
            Done::Broke {
                report,
                reason,
                took,
            } => {
                self.journal.broke(job, &report, &reason)?;
                self.metrics.ran_secs.inc_by(took.as_secs_f64());
                warn!(
                    event = "job_broken",
                    job,
                    secs = took.as_secs_f64(),
                    reason = reason.as_str(),
                    "its program failed"
                );
                self.trouble.remove(&job);
            }
            Done::Published(uri) => {
                self.journal.published(job, &uri)?;
                info!(event = "job_published", job, uri, "published");
                self.trouble.remove(&job);
            }
            Done::Failed(failure) => self.fail(job, failure)?,
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
            event = "job_trouble",
            job,
            reason = failure.reason.as_str(),
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

    /// Ends the programs of jobs that are over, and forgets the files that no job needs.
    pub(super) fn tidy(&mut self) -> Result<(), Error> {
        for job in self.journal.leftovers()? {
            // Nobody wants the outcome of a program that still runs and reads them, and what
            // it takes of the machine may be somebody else's already.
            if let Some(cancel) = self.busy.get(&job) {
                cancel.cancel();
                continue;
            }
            self.trouble.remove(&job);
            for sha256 in self.journal.needs_nothing(job)? {
                self.bench.files.remove(&sha256)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{is_back, Seen};

    #[test]
    fn a_job_is_gone_when_two_looks_at_different_blocks_agree() {
        let mut seen = Seen::default();
        assert!(!seen.is_gone(10), "one look is not enough");
        assert!(!seen.is_gone(10), "the same block again");
        assert!(seen.is_gone(11));
    }

    #[test]
    fn a_job_that_was_over_comes_back_when_two_looks_at_different_blocks_agree() {
        assert!(!is_back(None, 10), "one look is not enough");
        assert!(!is_back(Some(10), 10), "the same block again");
        assert!(is_back(Some(10), 11));
    }

    #[test]
    fn a_node_that_lags_behind_takes_no_job_away() {
        let mut seen = Seen::default();
        seen.is_ours(100);
        assert!((90..=100).all(|height| !seen.is_gone(height)));
        assert!(!seen.is_gone(101));
        seen.is_ours(102);
        assert!(!seen.is_gone(103), "it begins anew");
        assert!(seen.is_gone(104));
    }
}
