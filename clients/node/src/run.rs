//! From a job to its outcome.

use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use wasmtime::{Engine, Error, InstancePre, Store, Trap};

use crate::folder::{self, Folder, Unread};
use crate::limiter::MemoryLimiter;
use crate::load::{engine, load};
use crate::outcome::{Outcome, Status, Usage};
use crate::seed::{seed, RandomStream};
use crate::wasi::{Descriptors, Tail, World};
use crate::watchdog::Watchdog;
use crate::{processor, Cancel, HostError, Job, Limits};

/// The name that a program finds before its arguments.
const PROGRAM_NAME: &str = "job";

/// Stack of the thread that compiles and runs a program: the program's own
/// share and plenty for the host.
const THREAD_STACK_BYTES: usize = 8 << 20;

/// Why the host ended a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("exit with code {0}")]
    Exit(u32),
    #[error("out of fuel")]
    OutOfFuel,
    #[error("out of memory")]
    OutOfMemory,
    #[error("out of time")]
    TimedOut,
    #[error("output too large")]
    OutputTooLarge,
    #[error("the program calls WASI but exports no memory")]
    NoMemory,
}

/// Runs a job to its end. Blocks the thread for as long as the limits allow.
///
/// # Errors
/// [`HostError`] when the node itself fails. Whatever the program does is a
/// [`Status`] in the outcome.
pub fn run(job: Job, limits: &Limits) -> Result<Outcome, HostError> {
    run_until(job, limits, &Cancel::default())
}

/// As [`run`], and ends when somebody cancels it.
///
/// # Errors
/// Those of [`run`], and [`HostError::Cancelled`].
pub fn run_until(job: Job, limits: &Limits, cancel: &Cancel) -> Result<Outcome, HostError> {
    // A thread with a stack that is large enough, whoever calls; and a defect of
    // the engine ends there.
    thread::scope(|scope| {
        thread::Builder::new()
            .name("job".into())
            .stack_size(THREAD_STACK_BYTES)
            .spawn_scoped(scope, move || run_here(job, limits, cancel))
            .map_err(HostError::Thread)?
            .join()
            .unwrap_or_else(|_| Err(HostError::Engine("it panicked".to_owned())))
    })
}

fn run_here(job: Job, limits: &Limits, cancel: &Cancel) -> Result<Outcome, HostError> {
    processor::share(limits.milli_cpu);
    let (program, world) = match prepare(job, limits) {
        Ok(ready) => ready,
        Err(Unread::Refused(what)) => return Ok(refused(what, Duration::ZERO)),
        Err(Unread::Host(error)) => return Err(error),
    };
    if cancel.is_cancelled() {
        return Err(HostError::Cancelled);
    }
    let engine = engine()?;
    let (compiling, had) = (Instant::now(), processor::used());
    let ended = match load(&engine, &program) {
        Ok(program) => {
            let compile_time = compiling.elapsed();
            execute(&engine, &program, world, limits, cancel, compile_time)
        }
        Err(what) => Ok(refused(what, compiling.elapsed())),
    };
    if cancel.is_cancelled() {
        return Err(HostError::Cancelled);
    }
    let mut outcome = ended?;
    let Usage {
        compile_time,
        wall_time,
        ..
    } = outcome.usage;
    let cpu_time = had.and_then(|had| processor::used()?.checked_sub(had));
    outcome.usage.cpu_time = cpu_time.unwrap_or(compile_time + wall_time);
    Ok(outcome)
}

/// Checks the sizes and reads the input. Answers the program too.
fn prepare(job: Job, limits: &Limits) -> Result<(Vec<u8>, World), Unread> {
    if job.program.len() as u64 > limits.program_bytes {
        return Err(Unread::Refused(format!(
            "the program has {} bytes, and {} are allowed",
            job.program.len(),
            limits.program_bytes
        )));
    }
    let mut budget = limits.input_bytes;
    for arg in &job.args {
        if arg.contains('\0') {
            return Err(Unread::Refused("an argument holds a zero byte".to_owned()));
        }
        folder::spend(&mut budget, arg.len() as u64 + 1)?;
    }
    folder::spend(&mut budget, job.stdin.len() as u64)?;
    let folder = match &job.input_dir {
        Some(path) => Some(Folder::read(path, &mut budget)?),
        None => None,
    };
    let mut memory = MemoryLimiter::new(limits.memory_bytes);
    let input = limits.input_bytes.saturating_sub(budget);
    if !memory.hold(input) {
        return Err(Unread::Refused(format!(
            "its input has {input} bytes, and its memory, which holds the input too, {}",
            limits.memory_bytes
        )));
    }

    let seed = seed(&job.program, &job.args, &job.stdin, folder.as_ref());
    let args = std::iter::once(PROGRAM_NAME.to_owned())
        .chain(job.args)
        .collect();
    let world = World {
        args,
        stdin: job.stdin,
        random: RandomStream::new(seed),
        output: Vec::new(),
        output_limit: usize::try_from(limits.output_bytes).unwrap_or(usize::MAX),
        stderr: Tail::default(),
        descriptors: Descriptors::new(folder.is_some()),
        folder,
        memory,
        deadline: None,
    };
    Ok((job.program, world))
}

fn execute(
    engine: &Engine,
    program: &InstancePre<World>,
    world: World,
    limits: &Limits,
    cancel: &Cancel,
    compile_time: Duration,
) -> Result<Outcome, HostError> {
    let mut store = Store::new(engine, world);
    store.limiter(|world| &mut world.memory);
    store.set_fuel(limits.fuel).map_err(HostError::engine)?;
    store.set_epoch_deadline(1);
    cancel.interrupts(engine);

    let started = Instant::now();
    let left = limits
        .until
        .map(|until| until.saturating_duration_since(started));
    let time = left.map_or(limits.wall_time, |left| left.min(limits.wall_time));
    store.data_mut().deadline = started.checked_add(time);
    let watchdog = Watchdog::start(engine.clone(), time).map_err(HostError::Thread)?;
    let ended = program
        .instantiate(&mut store)
        .and_then(|instance| instance.get_typed_func::<(), ()>(&mut store, "_start"))
        .and_then(|start| start.call(&mut store, ()));
    let wall_time = started.elapsed();
    drop(watchdog);

    let status = match ended {
        Ok(()) => Status::Finished,
        Err(error) => status(error, limits, time)?,
    };
    let fuel = match status {
        // The last instruction may cost more than was left.
        Status::OutOfFuel { limit } => limit,
        _ => {
            let left = store.get_fuel().map_err(HostError::engine)?;
            limits.fuel.saturating_sub(left)
        }
    };
    let world = store.into_data();
    Ok(Outcome {
        status,
        sha256: Sha256::digest(&world.output).into(),
        output: world.output,
        stderr: world.stderr.into_bytes(),
        usage: Usage {
            fuel,
            peak_memory_bytes: world.memory.peak_bytes(),
            wall_time,
            compile_time,
            ..Usage::default()
        },
    })
}

/// What an error of the engine says about the program. Errors that are neither
/// ours nor a trap are the node's.
fn status(error: Error, limits: &Limits, time: Duration) -> Result<Status, HostError> {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return Ok(match *stop {
            Stop::Exit(0) => Status::Finished,
            Stop::Exit(code) => Status::Exited { code },
            Stop::OutOfFuel => Status::OutOfFuel { limit: limits.fuel },
            Stop::OutOfMemory => Status::OutOfMemory {
                limit: limits.memory_bytes,
            },
            Stop::TimedOut => Status::TimedOut { limit: time },
            Stop::OutputTooLarge => Status::OutputTooLarge {
                limit: limits.output_bytes,
            },
            Stop::NoMemory => Status::Trapped {
                reason: stop.to_string(),
            },
        });
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Ok(Status::OutOfFuel { limit: limits.fuel }),
        Some(Trap::Interrupt) => Ok(Status::TimedOut { limit: time }),
        Some(trap) => Ok(Status::Trapped {
            reason: trap.to_string(),
        }),
        None => Err(HostError::engine(error)),
    }
}

/// The outcome of a job that was not started.
fn refused(what: String, compile_time: Duration) -> Outcome {
    Outcome {
        status: Status::Refused { what },
        output: Vec::new(),
        sha256: Sha256::digest([]).into(),
        stderr: Vec::new(),
        usage: Usage {
            compile_time,
            ..Usage::default()
        },
    }
}
