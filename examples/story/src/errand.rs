//! What the requester wants done, and doing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure, Context};
use serde::Serialize;
use sha2::{Digest, Sha256};
use surge_interface::escrow::{Artifact, JobResponse, JobResult, JobSpec, MAX_INPUTS};
use surge_interface::registry::Data;
use surge_interface::Resources;
use surge_node::{Job, Limits, Status};
use tempfile::TempDir;

use crate::cast::EUROPE;
use crate::Options;

/// A program with its input.
pub struct Errand {
    program: PathBuf,
    bytes: Vec<u8>,
    /// The first is the program's standard input, the others its input folder.
    inputs: Vec<Artifact>,
    args: Vec<String>,
    data_mib: u64,
    memory_mib: u32,
    fuel: u64,
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

/// Memory that the job reserves unless told otherwise, in MiB.
pub const MEMORY_MIB: u32 = 512;

/// Fuel that the program may use unless told otherwise, in units.
pub fn usual_fuel() -> u64 {
    Limits::default().fuel
}

/// What every program for wasm32-wasip1 begins with.
const WASM: &[u8] = b"\0asm";

/// For how long it reserves it: six hours, so that there is something to be paid for.
const RESERVED_SECS: u64 = 6 * 3_600;

impl Errand {
    /// Reads program and input. Fails when there is something with which no job could end
    /// well.
    pub fn read(options: &Options) -> anyhow::Result<Self> {
        let program = &options.program;
        let bytes = fs::read(program)
            .with_context(|| format!("cannot read the program {}", program.display()))?;
        ensure!(
            bytes.starts_with(WASM),
            "{} is no WebAssembly program: build it with --target wasm32-wasip1",
            program.display()
        );
        let mut inputs = vec![];
        if let Some(path) = &options.input {
            let bytes = fs::read(path)
                .with_context(|| format!("cannot read the input {}", path.display()))?;
            inputs.push(artifact(path, &bytes)?);
        }
        if let Some(folder) = &options.input_dir {
            inputs.extend(files(folder)?);
        }
        fs::create_dir_all(&options.out)
            .with_context(|| format!("cannot make the folder {}", options.out.display()))?;
        Ok(Self {
            program: program.clone(),
            bytes,
            inputs,
            args: options.args.clone(),
            data_mib: options.data_mib,
            memory_mib: options.memory_mib,
            fuel: options.fuel,
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
        Ok(JobSpec {
            class: 0,
            need: Resources {
                milli_cpu: 1_000,
                memory_mib: self.memory_mib,
                gpus: 0,
                storage_gib: 1,
                bandwidth_mbps: 0,
            },
            reserved_secs: RESERVED_SECS,
            program: artifact(&self.program, &self.bytes)?,
            args: self.args.clone(),
            inputs: self.inputs.clone(),
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

    /// Whether data and memory have the sizes for which the cast is chosen, so that the
    /// change of weights moves the second job. With other sizes it may not.
    pub fn is_usual(&self) -> bool {
        self.data_mib == DATA_MIB && self.memory_mib == MEMORY_MIB
    }

    /// Fuel that a provider gives the program, in units.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// The folder for outputs.
    pub fn out(&self) -> &Path {
        &self.out
    }
}

/// Does a job as its provider: fetches what its terms name, checks the hashes, runs the
/// program within what is reserved and with this much fuel, and keeps the output.
pub fn run(terms: &JobResponse, fuel: u64, out: &Path) -> anyhow::Result<Delivery> {
    let spec = &terms.spec;
    let limits = Limits {
        memory_bytes: u64::from(spec.need.memory_mib) << 20,
        fuel,
        wall_time: Duration::from_secs(spec.reserved_secs),
        ..Limits::default()
    };
    let stdin = match spec.inputs.first() {
        None => vec![],
        Some(input) => fetch(input)?,
    };
    let folder = match spec.inputs.get(1..) {
        None | Some([]) => None,
        Some(inputs) => Some(unpack(inputs)?),
    };
    let outcome = surge_node::run(
        Job {
            program: fetch(&spec.program)?,
            args: spec.args.clone(),
            stdin,
            input_dir: folder.as_ref().map(|folder| folder.path().to_owned()),
        },
        &limits,
    )?;
    if outcome.status != Status::Finished {
        bail!(
            "{}{}\n{}",
            outcome.status,
            way_out(&outcome.status),
            surge_node::printable(&outcome.stderr_text())
        );
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

/// Fetches a job's input folder; each file has the last name of its URI.
fn unpack(inputs: &[Artifact]) -> anyhow::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for input in inputs {
        let name = Path::new(&input.uri)
            .file_name()
            .with_context(|| format!("{} names no file", input.uri))?;
        fs::write(folder.path().join(name), fetch(input)?)?;
    }
    Ok(folder)
}

/// Which option helps.
fn way_out(status: &Status) -> &'static str {
    match status {
        Status::OutOfFuel { .. } => ", or allow more with --fuel",
        Status::OutOfMemory { .. } => ", or allow more with --memory-mib",
        _ => "",
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

/// The files of a folder, by name. A job names each of them.
fn files(folder: &Path) -> anyhow::Result<Vec<Artifact>> {
    let reading = || format!("cannot read the input folder {}", folder.display());
    let mut paths = vec![];
    for entry in fs::read_dir(folder).with_context(reading)? {
        paths.push(entry.with_context(reading)?.path());
    }
    paths.sort();
    ensure!(
        paths.len() < MAX_INPUTS,
        "{} has {} files, and a job takes {} beside its standard input",
        folder.display(),
        paths.len(),
        MAX_INPUTS - 1
    );
    let read = |path: PathBuf| {
        let bytes =
            fs::read(&path).with_context(|| format!("cannot read the input {}", path.display()))?;
        artifact(&path, &bytes)
    };
    paths.into_iter().map(read).collect()
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
