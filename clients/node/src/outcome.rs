//! How a job ended, what it wrote and what it used.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// How a job ended. `Display` gives a sentence for people, with what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The program returned, or exited with code 0. Its output is the result.
    Finished,
    /// The program exited with another code than 0.
    Exited {
        /// The exit code.
        code: u32,
    },
    /// The program used up its fuel.
    OutOfFuel {
        /// The limit in units.
        limit: u64,
    },
    /// The program asked for more memory than it may have.
    OutOfMemory {
        /// The limit in bytes.
        limit: u64,
    },
    /// The program ran for too long.
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The program wrote more than it may.
    OutputTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The program did what WebAssembly forbids, or stopped itself.
    Trapped {
        /// What it did, in the engine's words.
        reason: String,
    },
    /// The job was not started, because it asks for what no job may have or is
    /// no program at all.
    Refused {
        /// What was refused.
        what: String,
    },
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => write!(f, "finished"),
            Self::Exited { code } => write!(
                f,
                "the program reported a failure with exit code {code}; see its standard error"
            ),
            Self::OutOfFuel { limit } => write!(
                f,
                "the program used up its {limit} units of fuel; give it less to do"
            ),
            Self::OutOfMemory { limit } => write!(
                f,
                "the program asked for more than its {} of memory; make its input smaller",
                mib(*limit)
            ),
            Self::TimedOut { limit } => write!(
                f,
                "the program ran for longer than {:.1} s; give it less to do",
                limit.as_secs_f64()
            ),
            Self::OutputTooLarge { limit } => write!(
                f,
                "the program wrote more than {} of output; make it write less",
                mib(*limit)
            ),
            Self::Trapped { reason } => write!(
                f,
                "the program crashed ({reason}); see its standard error, and try it on the same input in a debugger"
            ),
            Self::Refused { what } => write!(
                f,
                "the job was refused: {what}; build the program for wasm32-wasip1 and keep to what a job may use"
            ),
        }
    }
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes as f64 / f64::from(1 << 20))
}

/// What a job used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Units of fuel; the same wherever the same compiler is used, see the README.
    pub fuel: u64,
    /// The most linear memory and tables at any time; the same on every machine.
    pub peak_memory_bytes: u64,
    /// Time from the first instruction to the last.
    pub wall_time: Duration,
    /// Time it took to compile the program before that.
    pub compile_time: Duration,
    /// Processor time of both; as long as both took where the system does not tell.
    pub cpu_time: Duration,
}

/// The end of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended. Only [`Status::Finished`] makes `output` a result.
    pub status: Status,
    /// What the program wrote to standard output until it ended, never more
    /// than [`Limits::output_bytes`](crate::Limits).
    pub output: Vec<u8>,
    /// SHA-256 of `output`.
    pub sha256: [u8; 32],
    /// The last 64 KiB that the program wrote to standard error, for people.
    pub stderr: Vec<u8>,
    /// What it used.
    pub usage: Usage,
}

impl Outcome {
    /// The hash of the output in hexadecimal.
    pub fn sha256_hex(&self) -> String {
        hex::encode(self.sha256)
    }

    /// Standard error as text; what is not UTF-8 is replaced. It comes from a
    /// stranger's program: escape it before it reaches a terminal or a page.
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}
