//! What to run, and how much it may use.

use std::path::PathBuf;
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;

/// A program and its input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// A WebAssembly module in binary form that exports `_start` and `memory`
    /// and imports WASI preview 1 only.
    pub program: Vec<u8>,
    /// The arguments after the program's name. The name itself is always `job`.
    pub args: Vec<String>,
    /// What the program reads from standard input.
    pub stdin: Vec<u8>,
    /// A folder that the program sees as `/input` and cannot change. It is read
    /// completely before the program starts.
    pub input_dir: Option<PathBuf>,
}

/// How much a job may use. Each limit has a [`Status`](crate::Status) of its own
/// for the job that passes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory, tables, input and output together.
    pub memory_bytes: u64,
    /// Units of work: about one for each WebAssembly instruction, and one for
    /// each byte that a WASI function moves.
    pub fuel: u64,
    /// Time from the first instruction to the last. Compiling the program is
    /// not in it; `program_bytes` bounds that.
    pub wall_time: Duration,
    /// The moment at which the run ends whatever came before it, compiling included; none
    /// when only `wall_time` counts.
    pub until: Option<Instant>,
    /// Thousandths of a core that it has where others want the processors too; more than
    /// 1,000 are as 1,000, since a program has one thread. No status comes of it: where nobody
    /// else wants them, it has a whole core.
    pub milli_cpu: u32,
    /// Bytes of standard output.
    pub output_bytes: u64,
    /// Bytes of the program.
    pub program_bytes: u64,
    /// Bytes of arguments, standard input and input folder together, names
    /// included.
    pub input_bytes: u64,
}

impl Default for Limits {
    /// Enough for the examples, and little enough for a laptop.
    fn default() -> Self {
        Self {
            memory_bytes: 256 * MIB,
            fuel: 100_000_000_000,
            wall_time: Duration::from_secs(60),
            until: None,
            milli_cpu: 1_000,
            output_bytes: 64 * MIB,
            program_bytes: 8 * MIB,
            input_bytes: 256 * MIB,
        }
    }
}
