//! Programs for the tests, as text or from source.
#![allow(dead_code)] // each test file uses its own part

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use surge_node::{run, Job, Limits, Outcome};

/// Little of everything, so that a test of a limit is quick.
pub fn small() -> Limits {
    Limits {
        memory_bytes: 4 << 20,
        fuel: 50_000_000,
        wall_time: Duration::from_secs(20),
        output_bytes: 64 << 10,
        ..Limits::default()
    }
}

/// A job of a program in the text format.
pub fn job(wat: &str) -> Job {
    Job {
        program: wat::parse_str(wat).unwrap(),
        ..Job::default()
    }
}

/// Runs a program in the text format with little of everything.
pub fn end_of(wat: &str) -> Outcome {
    run(job(wat), &small()).unwrap()
}

/// A program that calls WASI functions: `imports` are pairs of a name and a
/// signature, `body` is what `_start` does, `data` lies at address 1024.
pub fn wasi_program(imports: &[(&str, &str)], data: &str, body: &str) -> String {
    let imports: String = imports
        .iter()
        .map(|(name, signature)| {
            format!("(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} {signature}))\n")
        })
        .collect();
    format!(
        "(module {imports}
           (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))
           (memory (export \"memory\") 1)
           (data (i32.const 1024) \"{data}\")
           (func (export \"_start\") {body}))"
    )
}

/// `(name, signature)` of functions that many tests use.
pub const FD_WRITE: (&str, &str) = ("fd_write", "(param i32 i32 i32 i32) (result i32)");
pub const PATH_OPEN: (&str, &str) = (
    "path_open",
    "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
);

/// Writes `len` bytes from `at` to standard output.
pub fn write_out(at: u32, len: u32) -> String {
    format!(
        "(i32.store (i32.const 0) (i32.const {at}))
         (i32.store (i32.const 4) (i32.const {len}))
         (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))"
    )
}

/// Compiles `tests/programs/<name>.rs` to a WASI program.
pub fn compiled(name: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/programs")
        .join(format!("{name}.rs"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.wasm"));
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let done = Command::new(rustc)
        .args(["--edition", "2021", "--target", "wasm32-wasip1", "-O", "-o"])
        .arg(&program)
        .arg(&source)
        .status()
        .unwrap();
    assert!(done.success(), "rustc did not compile {}", source.display());
    program
}
