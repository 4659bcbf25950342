//! What happens on this machine: fetch, run, publish. Knows no chain and no journal; each
//! step may be done again without harm.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{mpsc::Sender, Arc},
    thread,
    time::{Duration, Instant},
};

use surge_interface::escrow::{Artifact, JobSpec};
use surge_node::{printable, Cancel, FailureReport, HostError, Outcome, Status, Usage};
use surge_store::{name_of, Allowed, Folder, Stores};

use crate::{
    journal::{Output, Stage},
    settings::Limits,
};

/// Fuel that no program uses up: time is what ends it.
const FUEL: u64 = 1_000_000_000_000_000_000;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What this machine works with.
pub struct Bench {
    /// Where files are fetched and published.
    pub stores: Stores,
    /// What was fetched and what came out, by hash.
    pub files: Folder,
    /// Input folders of programs that run.
    pub inputs: PathBuf,
    /// What a job may use.
    pub limits: Limits,
}

/// A job to be brought from one stage to the next.
pub struct Task {
    /// The job.
    pub job: u64,
    /// Its terms.
    pub spec: JobSpec,
    /// How far it is.
    pub stage: Stage,
    /// What came out, when it ran.
    pub output: Option<Output>,
    /// When its run ends, however long it reserved: before the deadline.
    pub until: Instant,
    /// Ends its run.
    pub cancel: Cancel,
}

/// What is done.
#[derive(Debug)]
pub enum Done {
    /// Program and inputs lie here.
    Fetched,
    /// The program ended well.
    Ran {
        /// What came out.
        output: Output,
        /// How long it ran.
        took: Duration,
    },
    /// The program failed, which is no failure of this machine.
    Broke {
        /// What is delivered instead of a result.
        report: Output,
        /// How it ended, in a sentence.
        reason: String,
        /// How long it ran.
        took: Duration,
    },
    /// The output lies at this address.
    Published(String),
    /// It goes no further.
    Failed(Failure),
}

/// Why a job goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A sentence. It may hold a stranger's words, without what could drive a terminal.
    pub reason: String,
    /// Whether trying again may help.
    pub may_pass: bool,
}

impl Failure {
    fn for_good(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_pass: false,
        }
    }

    fn for_now(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_pass: true,
        }
    }
}

impl From<surge_store::Error> for Failure {
    fn from(error: surge_store::Error) -> Self {
        Self {
            reason: in_one_line(&error.to_string()),
            may_pass: error.may_pass(),
        }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::for_now(error.to_string())
    }
}

/// Why a job is turned down before anything is fetched.
pub fn refusal(spec: &JobSpec, limits: &Limits) -> Option<String> {
    if spec.reserved_secs > limits.reserved_secs {
        return Some(format!(
            "it reserves {} s, and limits.reserved_secs is {}",
            spec.reserved_secs, limits.reserved_secs
        ));
    }
    let mut names = vec![];
    for input in spec.inputs.iter().skip(1) {
        let name = file_name(input);
        if names.contains(&name) {
            return Some(format!("two of its inputs are called {name:?}"));
        }
        names.push(name);
    }
    None
}

/// The hashes of the files that a job needs.
pub fn files(spec: &JobSpec) -> impl Iterator<Item = &str> {
    std::iter::once(&spec.program)
        .chain(&spec.inputs)
        .map(|artifact| artifact.sha256.as_str())
}

/// Works on a job in a thread of its own, from its stage to the last one. Whoever listens
/// hears of each step.
pub fn start(bench: Arc<Bench>, task: Task, say: Sender<(u64, Done)>) -> std::io::Result<()> {
    thread::Builder::new()
        .name(format!("job {}", task.job))
        .spawn(move || {
            let job = task.job;
            // Nobody listens when the program ends; then the journal knows where to go on.
            let tell = |done| drop(say.send((job, done)));
            if let Err(failure) = bench.work(task, &tell) {
                tell(Done::Failed(failure));
            }
        })
        .map(drop)
}

impl Bench {
    fn work(&self, task: Task, tell: &impl Fn(Done)) -> Result<(), Failure> {
        let bytes = match (task.stage, &task.output) {
            (Stage::Ran | Stage::Broken, Some(output)) => {
                self.files.get(&output.sha256, output.size).ok()
            }
            _ => None,
        };
        // What came out and is not here any more comes out once more.
        let bytes = match bytes {
            Some(bytes) => Some(bytes),
            None => self.make(&task, tell)?,
        };
        if let Some(bytes) = bytes {
            tell(Done::Published(self.stores.put(&bytes, None)?.uri));
        }
        Ok(())
    }

    /// Fetches and runs. Answers what is to be published: nothing yet when the program
    /// failed, because turning the job down may still be free.
    fn make(&self, task: &Task, tell: &impl Fn(Done)) -> Result<Option<Vec<u8>>, Failure> {
        let reserved_secs = task.spec.reserved_secs;
        let left = task.until.saturating_duration_since(Instant::now());
        let began_late = left < Duration::from_secs(reserved_secs);
        // Whatever the journal says: what is here is not fetched again.
        self.fetch(&task.spec)?;
        if task.stage == Stage::Taken {
            tell(Done::Fetched);
        }
        let outcome = self.run(task)?;
        let took = outcome.usage.wall_time;
        let keep = |bytes: &[u8]| -> Result<Output, Failure> {
            Ok(Output {
                sha256: self.files.put(bytes)?,
                size: bytes.len() as u64,
            })
        };
        let Some(mut report) = FailureReport::of(&outcome) else {
            let output = keep(&outcome.output)?;
            tell(Done::Ran { output, took });
            return Ok(Some(outcome.output));
        };
        let timed_out = match outcome.status {
            Status::TimedOut { limit } => Some(limit),
            _ => None,
        };
        if timed_out.is_some() && is_starved(&task.spec, &outcome.usage) {
            return Err(Failure::for_good(format!(
                "{}; this machine was busy: it gave it {:.1} s of a processor, less than half of what it reserved",
                told(&report),
                outcome.usage.cpu_time.as_secs_f64(),
            )));
        }
        if timed_out.is_some_and(|limit| limit < Duration::from_secs(reserved_secs)) {
            if began_late {
                return Err(Failure::for_good(format!(
                    "{}; this machine began too late to give it the {reserved_secs} s that it reserved",
                    told(&report)
                )));
            }
            // What the requester's own files take of the time must not cost the node its bond.
            report.how.push_str(&format!(
                "; fetching and compiling its files took the rest of the {reserved_secs} s that it reserved"
            ));
        }
        let reason = told(&report);
        let report = keep(report.to_string().as_bytes())?;
        tell(Done::Broke {
            report,
            reason,
            took,
        });
        Ok(None)
    }

    fn fetch(&self, spec: &JobSpec) -> Result<(), Failure> {
        self.fetch_one(&spec.program, self.limits.program_mib * MIB)?;
        let most = self.input_bytes(spec);
        let mut left = most;
        for input in &spec.inputs {
            let size = self.fetch_one(input, left).map_err(|error| match error {
                surge_store::Error::TooLarge { .. } => Failure::for_good(format!(
                    "its inputs have more than {most} bytes together: it reserves memory_mib {} and storage_gib {}, and limits.input_mib is {}",
                    spec.need.memory_mib, spec.need.storage_gib, self.limits.input_mib
                )),
                error => error.into(),
            })?;
            left = left.saturating_sub(size);
        }
        Ok(())
    }

    /// What the inputs of a job may have together: what it reserved holds them, on disk and in
    /// memory.
    fn input_bytes(&self, spec: &JobSpec) -> u64 {
        let memory = u64::from(spec.need.memory_mib) * MIB;
        let storage = u64::from(spec.need.storage_gib) * GIB;
        (self.limits.input_mib * MIB).min(memory).min(storage)
    }

    /// Fetches one file, unless it is here; answers its size.
    fn fetch_one(&self, artifact: &Artifact, limit: u64) -> Result<u64, surge_store::Error> {
        if let Ok(bytes) = self.files.get(&artifact.sha256, limit) {
            return Ok(bytes.len() as u64);
        }
        let allowed = Allowed {
            bytes: limit,
            time: self.limits.fetch_time(),
        };
        let bytes = self.stores.get(&artifact.uri, &artifact.sha256, allowed)?;
        self.files.put(&bytes)?;
        Ok(bytes.len() as u64)
    }

    fn run(&self, task: &Task) -> Result<Outcome, Failure> {
        let spec = &task.spec;
        let limits = surge_node::Limits {
            memory_bytes: u64::from(spec.need.memory_mib) * MIB,
            fuel: FUEL,
            wall_time: Duration::from_secs(spec.reserved_secs),
            until: Some(task.until),
            milli_cpu: spec.need.milli_cpu,
            output_bytes: self.limits.output_mib * MIB,
            program_bytes: self.limits.program_mib * MIB,
            input_bytes: self.limits.input_mib * MIB,
        };
        let all = self.input_bytes(spec);
        let read = |artifact: &Artifact| self.files.get(&artifact.sha256, all);
        let stdin = spec.inputs.first().map(read).transpose()?;
        let folder = match spec.inputs.get(1..) {
            None | Some([]) => None,
            Some(inputs) => Some(self.unpack(inputs)?),
        };
        let program = &spec.program.sha256;
        let job = surge_node::Job {
            program: self.files.get(program, self.limits.program_mib * MIB)?,
            args: spec.args.clone(),
            stdin: stdin.unwrap_or_default(),
            input_dir: folder.as_ref().map(|folder| folder.path().to_owned()),
        };
        Ok(surge_node::run_until(job, &limits, &task.cancel)?)
    }

    /// The input folder of a program: each file under its name.
    fn unpack(&self, inputs: &[Artifact]) -> Result<tempfile::TempDir, Failure> {
        let failed = |path: &Path, error| Failure::for_now(format!("{}: {error}", path.display()));
        let folder =
            tempfile::tempdir_in(&self.inputs).map_err(|error| failed(&self.inputs, error))?;
        for input in inputs {
            let kept = self.files.path().join(&input.sha256);
            let path = folder.path().join(file_name(input));
            // The same file under a second name, where the disk knows such.
            fs::hard_link(&kept, &path)
                .or_else(|_| fs::copy(&kept, &path).map(drop))
                .map_err(|error| failed(&path, error))?;
        }
        Ok(folder)
    }
}

/// Whether a run had less than half of the processor that its job reserved, compiling included.
/// A program never waits, so whatever it had not, something else had.
fn is_starved(spec: &JobSpec, usage: &Usage) -> bool {
    let took = usage.compile_time + usage.wall_time;
    usage.cpu_time * 2 < took * spec.need.milli_cpu.min(1_000) / 1_000
}

fn file_name(input: &Artifact) -> String {
    name_of(&input.uri).unwrap_or_else(|| input.sha256.clone())
}

/// How a program failed, with the end of what it told people.
fn told(report: &FailureReport) -> String {
    const LONGEST: usize = 300;
    let text = in_one_line(&report.stderr);
    let skip = text.chars().count().saturating_sub(LONGEST);
    let end: String = text.chars().skip(skip).collect();
    match end.is_empty() {
        true => report.how.clone(),
        false => format!("{}; it said: {end}", report.how),
    }
}

fn in_one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

#[cfg(test)]
mod tests;
