//! What happens on this machine: fetch, run, publish. Knows no chain and no journal; each
//! step may be done again without harm.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{mpsc::Sender, Arc},
    thread,
    time::Duration,
};

use surge_interface::escrow::{Artifact, JobSpec};
use surge_node::{HostError, Outcome, Status};
use surge_store::{name_of, Allowed, Folder, Stores};

use crate::{
    journal::{Output, Stage},
    settings::Limits,
};

/// Fuel that no program uses up: time is what ends it.
const FUEL: u64 = 1_000_000_000_000_000_000;
const MIB: u64 = 1 << 20;

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
    /// How long it may run.
    pub time: Duration,
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
            reason: printable(&error.to_string()),
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
        let output = match (task.stage, task.output) {
            (Stage::Ran, Some(output)) => output,
            (stage, _) => {
                if stage == Stage::Taken {
                    self.fetch(&task.spec)?;
                    tell(Done::Fetched);
                }
                let (output, took) = self.run(&task.spec, task.time)?;
                tell(Done::Ran {
                    output: output.clone(),
                    took,
                });
                output
            }
        };
        let bytes = self.files.get(&output.sha256, output.size)?;
        let stored = self.stores.put(&bytes, None)?;
        tell(Done::Published(stored.uri));
        Ok(())
    }

    fn fetch(&self, spec: &JobSpec) -> Result<(), Failure> {
        self.fetch_one(&spec.program, self.limits.program_mib * MIB)?;
        let mut left = self.limits.input_mib * MIB;
        for input in &spec.inputs {
            left = left.saturating_sub(self.fetch_one(input, left)?);
        }
        Ok(())
    }

    /// Fetches one file, unless it is here; answers its size.
    fn fetch_one(&self, artifact: &Artifact, limit: u64) -> Result<u64, Failure> {
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

    fn run(&self, spec: &JobSpec, time: Duration) -> Result<(Output, Duration), Failure> {
        let limits = surge_node::Limits {
            memory_bytes: u64::from(spec.need.memory_mib) * MIB,
            fuel: FUEL,
            wall_time: time,
            output_bytes: self.limits.output_mib * MIB,
            program_bytes: self.limits.program_mib * MIB,
            input_bytes: self.limits.input_mib * MIB,
        };
        let all = self.limits.input_mib * MIB;
        let read = |artifact: &Artifact| self.files.get(&artifact.sha256, all);
        let stdin = spec.inputs.first().map(read).transpose()?;
        let folder = match spec.inputs.get(1..) {
            None | Some([]) => None,
            Some(inputs) => Some(self.unpack(inputs)?),
        };
        let job = surge_node::Job {
            program: self
                .files
                .get(&spec.program.sha256, self.limits.program_mib * MIB)?,
            args: spec.args.clone(),
            stdin: stdin.unwrap_or_default(),
            input_dir: folder.as_ref().map(|folder| folder.path().to_owned()),
        };
        let outcome = surge_node::run(&job, &limits)?;
        if outcome.status != Status::Finished {
            return Err(Failure::for_good(told(&outcome)));
        }
        let output = Output {
            sha256: self.files.put(&outcome.output)?,
            size: outcome.output.len() as u64,
        };
        Ok((output, outcome.usage.wall_time))
    }

    /// The input folder of a program: each file under its name.
    fn unpack(&self, inputs: &[Artifact]) -> Result<tempfile::TempDir, Failure> {
        let failed = |path: &Path, error| Failure::for_now(format!("{}: {error}", path.display()));
        let folder =
            tempfile::tempdir_in(&self.inputs).map_err(|error| failed(&self.inputs, error))?;
        for input in inputs {
            let bytes = self.files.get(&input.sha256, self.limits.input_mib * MIB)?;
            let path = folder.path().join(file_name(input));
            fs::write(&path, bytes).map_err(|error| failed(&path, error))?;
        }
        Ok(folder)
    }
}

fn file_name(input: &Artifact) -> String {
    name_of(&input.uri).unwrap_or_else(|| input.sha256.clone())
}

/// How a program ended badly, with the end of what it told people.
fn told(outcome: &Outcome) -> String {
    const LONGEST: usize = 300;
    let text = printable(outcome.stderr_text().trim());
    let skip = text.chars().count().saturating_sub(LONGEST);
    let end: String = text.chars().skip(skip).collect();
    match end.is_empty() {
        true => outcome.status.to_string(),
        false => format!("{}; it said: {end}", outcome.status),
    }
}

/// A stranger's text in one line, without what could drive a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
