//! What the requester wants done, and doing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, Context};
use serde::Serialize;
use sha2::{Digest, Sha256};
use surge_interface::escrow::{Artifact, JobResult, JobSpec};
use surge_interface::registry::Data;
use surge_interface::Resources;
use surge_node::{run, Job, Limits, Status};

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
    /// Fuel used, the same on every machine.
    pub fuel: u64,
    /// Most memory used, in bytes.
    pub peak_memory_bytes: u64,
}

/// What the job reserves.
const NEED: Resources = Resources {
    milli_cpu: 1_000,
    memory_mib: 512,
    gpus: 0,
    storage_gib: 1,
    bandwidth_mbps: 0,
};

/// For how long it reserves it.
const RESERVED_SECS: u64 = 600;

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

    /// Runs the program within what the job reserved and keeps its output.
    pub fn run(&self, job: u64) -> anyhow::Result<Delivery> {
        let limits = Limits {
            memory_bytes: u64::from(NEED.memory_mib) << 20,
            wall_time: Duration::from_secs(RESERVED_SECS),
            ..Limits::default()
        };
        let outcome = run(
            &Job {
                program: self.bytes.clone(),
                args: self.args.clone(),
                stdin: self
                    .input
                    .as_ref()
                    .map_or_else(Vec::new, |(_, bytes)| bytes.clone()),
                input_dir: None,
            },
            &limits,
        )?;
        if outcome.status != Status::Finished {
            bail!(
                "{}\n{}",
                outcome.status,
                outcome.stderr_text().escape_debug()
            );
        }
        let file = self
            .out
            .join(format!("job-{job}.{}", ending(&outcome.output)));
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
