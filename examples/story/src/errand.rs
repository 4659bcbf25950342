//! What the requester wants done, and doing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure, Context};
use serde::Serialize;
use sha2::{Digest, Sha256};
use surge_interface::escrow::{Artifact, JobResponse, JobResult, JobSpec};
use surge_interface::registry::Data;
use surge_interface::Resources;
use surge_node::{Job, Limits, Status};

use crate::cast::EUROPE;
use crate::Options;

/// A program with its input.
pub struct Errand {
    program: PathBuf,
    bytes: Vec<u8>,
    input: Option<(PathBuf, Vec<u8>)>,
    args: Vec<String>,
    data_mib: u64,
    out: PathBuf,
}

/// What a run put out.
#[derive(Serialize)]
pub struct Delivery {
    /// Where the output lies.
    pub file: PathBuf,
    /// Its SHA-256.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
    /// Seconds the program ran.
    pub ran_secs: f64,
    /// Seconds it took to compile.
    pub compiled_secs: f64,
    /// Fuel used.
    pub fuel: u64,
    /// Most memory used, in bytes.
    pub peak_memory_bytes: u64,
}

/// Size of the job's data unless told otherwise, in MiB.
pub const DATA_MIB: u64 = 50;

/// What the job reserves.
const NEED: Resources = Resources {
    milli_cpu: 1_000,
    memory_mib: 512,
    gpus: 0,
    storage_gib: 1,
    bandwidth_mbps: 0,
};

/// For how long it reserves it: six hours, so that there is something to be paid for.
const RESERVED_SECS: u64 = 6 * 3_600;

impl Errand {
    /// Reads program and input.
    pub fn read(options: &Options) -> anyhow::Result<Self> {
        let bytes = fs::read(&options.program)
            .with_context(|| format!("cannot read the program {}", options.program.display()))?;
        let input = match &options.input {
            None => None,
            Some(path) => {
                let bytes = fs::read(path)
                    .with_context(|| format!("cannot read the input {}", path.display()))?;
                Some((path.clone(), bytes))
            }
        };
        fs::create_dir_all(&options.out)
            .with_context(|| format!("cannot make the folder {}", options.out.display()))?;
        Ok(Self {
            program: options.program.clone(),
            bytes,
            input,
            args: options.args.clone(),
            data_mib: options.data_mib,
            out: options.out.clone(),
        })
    }

    /// The program's name.
    pub fn name(&self) -> String {
        let name = self.program.file_stem().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The job as the escrow takes it.
    pub fn spec(&self) -> anyhow::Result<JobSpec> {
        let mut inputs = vec![];
        if let Some((path, bytes)) = &self.input {
            inputs.push(artifact(path, bytes)?);
        }
        Ok(JobSpec {
            class: 0,
            need: NEED,
            reserved_secs: RESERVED_SECS,
            program: artifact(&self.program, &self.bytes)?,
            args: self.args.clone(),
            inputs,
            data: Data {
                replicas: vec![EUROPE],
                size_mib: self.data_mib,
            },
            weights: None,
            regions: vec![],
            jurisdictions: vec![],
            pick: Default::default(),
            when_full: Default::default(),
        })
    }

    /// Whether the data has the size for which the cast is chosen, so that the change of
    /// weights moves the second job. With other sizes it may not.
    pub fn is_usual(&self) -> bool {
        self.data_mib == DATA_MIB
    }

    /// The folder for outputs.
    pub fn out(&self) -> &Path {
        &self.out
    }
}

/// Does a job as its provider: fetches what its terms name, checks the hashes, runs the
/// program within what is reserved, and keeps the output.
pub fn run(terms: &JobResponse, out: &Path) -> anyhow::Result<Delivery> {
    let spec = &terms.spec;
    let limits = Limits {
        memory_bytes: u64::from(spec.need.memory_mib) << 20,
        wall_time: Duration::from_secs(spec.reserved_secs),
        ..Limits::default()
    };
    let stdin = match spec.inputs.first() {
        None => vec![],
        Some(input) => fetch(input)?,
    };
    let outcome = surge_node::run(
        &Job {
            program: fetch(&spec.program)?,
            args: spec.args.clone(),
            stdin,
            input_dir: None,
        },
        &limits,
    )?;
    if outcome.status != Status::Finished {
        bail!("{}\n{}", outcome.status, printable(&outcome.stderr_text()));
    }
    let job = terms.summary.id;
    let file = out.join(format!("job-{job}.{}", ending(&outcome.output)));
    fs::write(&file, &outcome.output)
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(Delivery {
        file: file.canonicalize()?,
        sha256: outcome.sha256_hex(),
        size: u64::try_from(outcome.output.len())?,
        ran_secs: outcome.usage.wall_time.as_secs_f64(),
        compiled_secs: outcome.usage.compile_time.as_secs_f64(),
        fuel: outcome.usage.fuel,
        peak_memory_bytes: outcome.usage.peak_memory_bytes,
    })
}

/// Reads an artifact from this machine and checks that it is what the job names.
fn fetch(artifact: &Artifact) -> anyhow::Result<Vec<u8>> {
    let path = artifact
        .uri
        .strip_prefix("file://")
        .with_context(|| format!("{} is not a file of this machine", artifact.uri))?;
    let bytes = fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let found = hex::encode(Sha256::digest(&bytes));
    ensure!(
        found == artifact.sha256,
        "{path} has the hash {found}, the job names {}",
        artifact.sha256
    );
    Ok(bytes)
}

impl Delivery {
    /// What the operator tells the escrow.
    pub fn result(&self) -> JobResult {
        JobResult {
            sha256: self.sha256.clone(),
            size: self.size,
            uri: format!("file://{}", self.file.display()),
        }
    }
}

fn artifact(path: &Path, bytes: &[u8]) -> anyhow::Result<Artifact> {
    Ok(Artifact {
        uri: format!("file://{}", path.canonicalize()?.display()),
        sha256: hex::encode(Sha256::digest(bytes)),
    })
}

/// A stranger's text without what could drive a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

/// Names the file so that a double click opens it.
fn ending(output: &[u8]) -> &'static str {
    if output.starts_with(b"\x89PNG") {
        "png"
    } else if std::str::from_utf8(output).is_ok() {
        "txt"
    } else {
        "bin"
    }
}
