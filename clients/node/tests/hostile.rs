//! Programs that mean harm: each ends with the status that says so.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use support::{end_of, job, small, wasi_program, write_out, FD_WRITE};
use surge_node::{run, run_until, Cancel, HostError, Job, Limits, Outcome, Status};

fn trapped(reason: &str) -> Status {
    Status::Trapped {
        reason: format!("wasm trap: {reason}"),
    }
}

fn refusal(outcome: &Outcome) -> &str {
    match &outcome.status {
        Status::Refused { what } => what,
        status => panic!("not refused but: {status}"),
    }
}

const LOOP: &str = r#"(module (memory (export "memory") 1)
    (func (export "_start") (loop $again (br $again))))"#;

#[test]
fn an_endless_loop_uses_up_its_fuel() {
    let outcome = end_of(LOOP);
    let limit = small().fuel;
    assert_eq!(outcome.status, Status::OutOfFuel { limit });
    assert_eq!(outcome.usage.fuel, limit);
}

#[test]
fn an_endless_loop_with_fuel_for_years_ends_with_the_time() {
    let limit = Duration::from_millis(200);
    let limits = Limits {
        fuel: u64::MAX,
        wall_time: limit,
        ..small()
    };
    let outcome = run(job(LOOP), &limits).unwrap();
    assert_eq!(outcome.status, Status::TimedOut { limit });
    assert!(outcome.usage.wall_time >= limit);
    assert!(outcome.usage.wall_time < Duration::from_secs(10));
}

#[test]
fn an_endless_loop_that_nobody_wants_any_more_is_cancelled() {
    let limits = Limits {
        fuel: u64::MAX,
        wall_time: Duration::from_secs(600),
        ..small()
    };
    let cancel = Cancel::default();
    let run = || run_until(job(LOOP), &limits, &cancel);
    let ended = thread::scope(|scope| {
        let runs = scope.spawn(run);
        thread::sleep(Duration::from_millis(300));
        cancel.cancel();
        runs.join().unwrap()
    });
    assert!(matches!(ended, Err(HostError::Cancelled)), "{ended:?}");
    // What was cancelled before is not begun, or it would take its ten minutes.
    let ended = run();
    assert!(matches!(ended, Err(HostError::Cancelled)), "{ended:?}");
}

#[test]
fn processor_time_is_of_compiling_and_running() {
    let usage = end_of(LOOP).usage;
    // Two clocks, each exact to a tick.
    let both = usage.compile_time + usage.wall_time + Duration::from_millis(10);
    assert!(
        Duration::ZERO < usage.cpu_time && usage.cpu_time <= both,
        "{usage:?}"
    );
}

#[test]
fn an_endless_loop_in_the_start_section_is_limited_too() {
    let outcome = end_of(
        r#"(module (func $spin (loop $again (br $again))) (start $spin)
             (func (export "_start")))"#,
    );
    let limit = small().fuel;
    assert_eq!(outcome.status, Status::OutOfFuel { limit });
}

#[test]
fn a_sleep_of_years_returns_at_once() {
    // One clock, relative, the longest timeout there is.
    let program = wasi_program(
        &[("poll_oneoff", "(param i32 i32 i32 i32) (result i32)")],
        "",
        "(i32.store (i32.const 16) (i32.const 1))
         (i64.store (i32.const 24) (i64.const -1))
         (call $exit (i32.add (i32.const 10) (i32.add
            (call $poll_oneoff (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200))
            (i32.load (i32.const 200)))))",
    );
    let started = Instant::now();
    assert_eq!(end_of(&program).status, Status::Exited { code: 11 });
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn sleeping_for_ever_ends_with_the_time() {
    let program = wasi_program(
        &[("poll_oneoff", "(param i32 i32 i32 i32) (result i32)")],
        "",
        "(i64.store (i32.const 24) (i64.const -1))
         (loop $again
           (drop (call $poll_oneoff (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))
           (br $again))",
    );
    let limit = Duration::from_millis(200);
    let limits = Limits {
        fuel: u64::MAX,
        wall_time: limit,
        ..small()
    };
    let outcome = run(job(&program), &limits).unwrap();
    assert_eq!(outcome.status, Status::TimedOut { limit });
}

#[test]
fn a_long_call_for_random_bytes_ends_with_the_time() {
    let program = wasi_program(
        &[("random_get", "(param i32 i32) (result i32)")],
        "",
        "(drop (memory.grow (i32.const 8191)))
         (loop $again
           (drop (call $random_get (i32.const 0) (i32.const 0x20000000)))
           (br $again))",
    );
    let limit = Duration::from_millis(300);
    let limits = Limits {
        fuel: u64::MAX,
        memory_bytes: 1 << 30,
        wall_time: limit,
        ..small()
    };
    let outcome = run(job(&program), &limits).unwrap();
    assert_eq!(outcome.status, Status::TimedOut { limit });
    assert!(outcome.usage.wall_time < Duration::from_secs(10));
}

#[test]
fn growing_memory_again_and_again_ends_at_the_limit() {
    let outcome = end_of(
        r#"(module (memory (export "memory") 1)
             (func (export "_start")
               (loop $again (drop (memory.grow (i32.const 1))) (br $again))))"#,
    );
    let limit = small().memory_bytes;
    assert_eq!(outcome.status, Status::OutOfMemory { limit });
    assert_eq!(outcome.usage.peak_memory_bytes, limit);
}

#[test]
fn input_and_output_are_of_the_programs_memory() {
    let limits = Limits {
        memory_bytes: (64 << 10) + 100,
        ..small()
    };
    let program = wasi_program(&[FD_WRITE], "", &write_out(2000, 40));
    let with = |stdin: usize| Job {
        stdin: vec![0; stdin],
        ..job(&program)
    };
    assert_eq!(run(with(60), &limits).unwrap().status, Status::Finished);
    let limit = limits.memory_bytes;
    let outcome = run(with(61), &limits).unwrap();
    assert_eq!(
        outcome.status,
        Status::OutOfMemory { limit },
        "by its output"
    );
    let outcome = run(with(101), &limits).unwrap();
    assert_eq!(
        outcome.status,
        Status::OutOfMemory { limit },
        "by its input"
    );
    let outcome = run(with((64 << 10) + 101), &limits).unwrap();
    assert!(
        refusal(&outcome).contains("65637 bytes, and its memory, which holds the input too, 65636")
    );
}

#[test]
fn a_moment_ends_a_run_whatever_its_time_is() {
    let limits = Limits {
        fuel: u64::MAX,
        until: Some(Instant::now()),
        ..small()
    };
    let outcome = run(job(LOOP), &limits).unwrap();
    let limit = Duration::ZERO;
    assert_eq!(outcome.status, Status::TimedOut { limit });
}

#[test]
fn a_program_that_starts_with_too_much_memory_does_not_start() {
    let outcome = end_of(r#"(module (memory (export "memory") 65536) (func (export "_start")))"#);
    let limit = small().memory_bytes;
    assert_eq!(outcome.status, Status::OutOfMemory { limit });
    assert_eq!(outcome.usage.peak_memory_bytes, 0);
}

#[test]
fn memory_beyond_what_the_standard_allows_is_denied_as_by_the_standard() {
    let limits = Limits {
        memory_bytes: 1 << 40,
        ..small()
    };
    // Its own maximum, and the most that 32 bits can address.
    for (memory, more) in [("1 2", 5), ("1", 65_536)] {
        let program = format!(
            r#"(module (memory (export "memory") {memory})
                 (func (export "_start")
                   (if (i32.ne (memory.grow (i32.const {more})) (i32.const -1))
                     (then unreachable))))"#
        );
        let outcome = run(job(&program), &limits).unwrap();
        assert_eq!(outcome.status, Status::Finished);
    }
}

#[test]
fn a_huge_table_counts_as_memory() {
    let limit = small().memory_bytes;
    for program in [
        r#"(module (table 9000000 funcref) (func (export "_start")))"#,
        r#"(module (table $t 1 funcref) (func (export "_start")
             (drop (table.grow $t (ref.null func) (i32.const 0x7fffffff)))))"#,
    ] {
        assert_eq!(end_of(program).status, Status::OutOfMemory { limit });
    }
}

#[test]
fn endless_recursion_is_a_trap_however_large_the_frames() {
    for locals in [0, 100, 50_000] {
        let outcome = end_of(&format!(
            r#"(module (func $down (export "_start") (local {}) (call $down)))"#,
            "i64 ".repeat(locals)
        ));
        assert_eq!(outcome.status, trapped("call stack exhausted"), "{locals}");
    }
}

#[test]
fn a_thread_with_a_small_stack_can_run_a_job() {
    let outcome = std::thread::Builder::new()
        .stack_size(128 << 10)
        .spawn(|| end_of(r#"(module (func $down (export "_start") (call $down)))"#))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(outcome.status, trapped("call stack exhausted"));
}

#[test]
fn what_webassembly_forbids_is_a_trap() {
    for (body, reason) in [
        ("unreachable", "wasm `unreachable` instruction executed"),
        (
            "(drop (i32.load (i32.const -1)))",
            "out of bounds memory access",
        ),
        (
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            "integer divide by zero",
        ),
    ] {
        let program =
            format!(r#"(module (memory (export "memory") 1) (func (export "_start") {body}))"#);
        assert_eq!(end_of(&program).status, trapped(reason));
    }
}

#[test]
fn output_beyond_the_limit_ends_the_program() {
    let program = wasi_program(
        &[FD_WRITE],
        "",
        &format!("(loop $again {} (br $again))", write_out(1024, 1000)),
    );
    let outcome = end_of(&program);
    let limit = small().output_bytes;
    assert_eq!(outcome.status, Status::OutputTooLarge { limit });
    assert_eq!(outcome.output.len() as u64, limit);
}

#[test]
fn of_endless_standard_error_only_the_end_is_kept() {
    let program = wasi_program(
        &[FD_WRITE],
        "noise",
        "(i32.store (i32.const 0) (i32.const 1024))
         (i32.store (i32.const 4) (i32.const 30000))
         (loop $again
           (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
           (br $again))",
    );
    let outcome = end_of(&program);
    let limit = small().fuel;
    assert_eq!(outcome.status, Status::OutOfFuel { limit });
    assert_eq!(outcome.stderr.len(), 64 << 10);
    assert!(outcome.output.is_empty());
}

#[test]
fn an_exit_code_is_reported() {
    let exit = |code| {
        end_of(&wasi_program(
            &[],
            "",
            &format!("(call $exit (i32.const {code}))"),
        ))
    };
    assert_eq!(exit(3).status, Status::Exited { code: 3 });
    assert_eq!(exit(0).status, Status::Finished);
}

#[test]
fn imports_beyond_wasi_preview_1_are_refused() {
    let importing = |module: &str, name: &str| {
        end_of(&format!(
            r#"(module (import "{module}" "{name}" (func (param i32 i32) (result i32)))
                 (memory (export "memory") 1) (func (export "_start")))"#
        ))
    };
    let network = importing("wasi_snapshot_preview1", "sock_shutdown");
    assert_eq!(
        refusal(&network),
        "it imports sock_shutdown, and a job has no network"
    );
    let foreign = importing("env", "system");
    assert_eq!(
        refusal(&foreign),
        "it imports env.system, which is not WASI preview 1"
    );
    let unknown = importing("wasi_snapshot_preview1", "path_format_disk");
    assert!(refusal(&unknown).contains("path_format_disk"));
    let misshapen = importing("wasi_snapshot_preview1", "fd_write");
    assert!(refusal(&misshapen).contains("fd_write"));
}

#[test]
fn what_is_no_program_is_refused() {
    let refused = |program: &[u8]| {
        let job = Job {
            program: program.to_vec(),
            ..Job::default()
        };
        let outcome = run(job, &small()).unwrap();
        refusal(&outcome).to_owned()
    };
    for garbage in [
        &b""[..],
        b"#!/bin/sh\nrm -rf /\n",
        b"\0asm\x01\0\0\0\xff\xff\xff",
        b"\0asm\x0d\0\x01\0", // a component
        b"\x7fELF",
    ] {
        assert!(refused(garbage).starts_with("it is no valid WebAssembly module"));
    }
    assert_eq!(
        refused(&wat::parse_str("(module)").unwrap()),
        "it exports no function _start"
    );
    assert_eq!(
        refused(&wat::parse_str(r#"(module (func (export "_start") (param i32)))"#).unwrap()),
        "its _start takes or returns values"
    );
}

#[test]
fn a_program_or_input_beyond_its_limit_is_refused() {
    let limits = Limits {
        program_bytes: 10,
        ..small()
    };
    assert!(refusal(&run(job(LOOP), &limits).unwrap()).contains("10 are allowed"));

    let limits = Limits {
        input_bytes: 9,
        ..small()
    };
    let large = Job {
        stdin: vec![0; 10],
        ..job(LOOP)
    };
    let outcome = run(large, &limits).unwrap();
    assert_eq!(refusal(&outcome), "the input is larger than its limit");
}

#[test]
fn a_program_written_to_hurt_the_compiler_compiles_in_proportion_to_its_size() {
    // 2,000 locals that thousands of branches change: an optimising compiler
    // needs minutes for these 150 KiB, one pass needs a moment.
    let locals = 2_000_usize;
    let mut body = format!("(local {})", "i32 ".repeat(locals));
    for i in 0..16_000_usize {
        let (a, b) = ((i * 7919) % locals, (i * 104_729 + 1) % locals);
        body.push_str(&format!(
            "(if (local.get {a}) (then (local.set {a} (local.get {b}))))"
        ));
    }
    let outcome = end_of(&format!(r#"(module (func (export "_start") {body}))"#));
    assert_eq!(outcome.status, Status::Finished);
    assert!(outcome.usage.compile_time < Duration::from_secs(30));

    let many = "(func)".repeat(50_001);
    let outcome = end_of(&format!(r#"(module {many} (func (export "_start")))"#));
    assert!(refusal(&outcome).contains("50000 are allowed"));
}

#[test]
fn pointers_to_nowhere_are_errors_and_not_accidents() {
    const FAULT: u32 = 21;
    let program = wasi_program(
        &[FD_WRITE],
        "",
        "(call $exit (call $fd_write (i32.const 1) (i32.const -4) (i32.const 1) (i32.const 8)))",
    );
    assert_eq!(end_of(&program).status, Status::Exited { code: FAULT });
    let program = wasi_program(
        &[("args_sizes_get", "(param i32 i32) (result i32)")],
        "",
        "(call $exit (call $args_sizes_get (i32.const -1) (i32.const 65535)))",
    );
    assert_eq!(end_of(&program).status, Status::Exited { code: FAULT });
}

#[test]
fn a_program_without_memory_cannot_call_wasi() {
    let outcome = end_of(
        r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
             (func (export "_start") (drop (call $yield))))"#,
    );
    let reason = "the program calls WASI but exports no memory".to_owned();
    assert_eq!(outcome.status, Status::Trapped { reason });
}
