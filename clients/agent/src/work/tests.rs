use std::{cell::RefCell, time::Instant};

use surge_interface::Resources;
use surge_store::Place;

use super::*;
use crate::stand_in;

const ENDLESS: &str = r#"(module (memory (export "memory") 1)
    (func (export "_start") (loop $again (br $again))))"#;
const TRAPS: &str = r#"(module (memory (export "memory") 1)
    (func (export "_start") unreachable))"#;
const EXITS: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (call $exit (i32.const 3))))"#;
const EATS: &str = r#"(module (memory (export "memory") 1)
    (func (export "_start")
      (loop $again (drop (memory.grow (i32.const 16))) (br $again))))"#;
const NOTHING: &str = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;

/// A machine with a store in a folder of its own.
struct Here {
    bench: Bench,
    folder: tempfile::TempDir,
}

impl Here {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let make = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir(&path).expect("a folder");
            path
        };
        let own = Place::Folder(make("store"));
        let bench = Bench {
            stores: Stores::new(&own, &[], false, None).expect("a store"),
            files: Folder::open(&make("files")).expect("a folder"),
            inputs: make("inputs"),
            limits: Limits::default(),
        };
        Self { bench, folder }
    }

    fn artifact(&self, bytes: &[u8], name: &str) -> Artifact {
        let stored = self.bench.stores.put(bytes, Some(name)).expect("kept");
        Artifact {
            uri: stored.uri,
            sha256: stored.sha256,
        }
    }

    /// A job of this program that has its time, which is a second, and little of a processor:
    /// it has that however busy the machine is.
    fn task(&self, program: &str) -> Task {
        let program = wat::parse_str(program).expect("a program");
        Task {
            job: 1,
            spec: JobSpec {
                need: Resources {
                    milli_cpu: 10,
                    memory_mib: 2,
                    storage_gib: 1,
                    ..Resources::default()
                },
                reserved_secs: 1,
                ..stand_in::order(self.artifact(&program, "program.wasm"))
            },
            stage: Stage::Taken,
            output: None,
            until: Instant::now() + Duration::from_secs(60),
            cancel: Cancel::default(),
        }
    }

    fn work(&self, task: Task) -> Result<Vec<Done>, Failure> {
        let heard = RefCell::new(vec![]);
        self.bench
            .work(task, &|done| heard.borrow_mut().push(done))?;
        Ok(heard.into_inner())
    }

    /// The report of a program that fails: as it lies here, and how the journal tells it.
    fn broke(&self, program: &str) -> (Output, String) {
        let heard = self
            .work(self.task(program))
            .expect("it is no failure here");
        match heard.as_slice() {
            [Done::Fetched, Done::Broke { report, reason, .. }] => (report.clone(), reason.clone()),
            heard => panic!("{heard:?}"),
        }
    }
}

#[test]
fn a_program_that_fails_by_itself_leaves_a_report_and_nothing_is_published_yet() {
    let here = Here::new();
    for (program, how) in [
        (ENDLESS, "ran for longer than 1.0 s"),
        (TRAPS, "crashed (wasm trap"),
        (EXITS, "exit code 3"),
        (EATS, "more than its 2 MiB of memory"),
        ("(module)", "it exports no function _start"),
    ] {
        let (report, reason) = here.broke(program);
        assert!(reason.contains(how), "{reason}");
        let bytes = here.bench.files.get(&report.sha256, report.size);
        let read = FailureReport::parse(&bytes.expect("the report")).expect("a report");
        assert!(read.how.contains(how), "{}", read.how);
        let published = here.folder.path().join("store").join(&report.sha256);
        assert!(!published.exists());
    }
}

#[test]
fn a_report_is_published_like_an_output() {
    let here = Here::new();
    let (report, _) = here.broke(TRAPS);
    let task = Task {
        stage: Stage::Broken,
        output: Some(report.clone()),
        ..here.task(TRAPS)
    };
    let heard = here.work(task).expect("published");
    let [Done::Published(uri)] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    let allowed = Allowed {
        bytes: report.size,
        time: Duration::from_secs(1),
    };
    let bytes = here.bench.stores.get(uri, &report.sha256, allowed);
    assert!(FailureReport::parse(&bytes.expect("it is there")).is_some());
}

/// A machine that was away must not say that the program was too slow.
#[test]
fn a_run_that_began_too_late_is_no_failure_of_its_program() {
    let here = Here::new();
    let task = Task {
        until: Instant::now() + Duration::from_millis(200),
        ..here.task(ENDLESS)
    };
    let failure = here.work(task).expect_err("this machine's");
    assert!(!failure.may_pass);
    assert!(failure.reason.contains("began too late"), "{failure:?}");
}

/// A busy machine must not say so either: a program never waits, so it had no processor.
#[test]
fn a_run_that_had_no_processor_is_no_failure_of_its_program() {
    let here = Here::new();
    let starved = |milli_cpu, had_millis| {
        let mut spec = here.task(ENDLESS).spec;
        spec.need.milli_cpu = milli_cpu;
        let usage = Usage {
            compile_time: Duration::from_secs(4),
            wall_time: Duration::from_secs(6),
            cpu_time: Duration::from_millis(had_millis),
            ..Usage::default()
        };
        is_starved(&spec, &usage)
    };
    for (milli_cpu, had_millis) in [(1_000, 4_999), (8_000, 4_999), (10, 49)] {
        assert!(starved(milli_cpu, had_millis), "{milli_cpu}, {had_millis}");
    }
    for (milli_cpu, had_millis) in [(1_000, 5_000), (8_000, 5_000), (10, 50)] {
        assert!(!starved(milli_cpu, had_millis), "{milli_cpu}, {had_millis}");
    }
}

/// When the work begins there is time enough, and when its files are here there is not: no
/// requester makes a node miss its deadline with files that come or compile slowly.
#[test]
fn time_that_a_programs_own_files_take_is_told_in_its_report() {
    let here = Here::new();
    let mut task = here.task(ENDLESS);
    task.spec.need.memory_mib = 64;
    task.spec.inputs = vec![here.artifact(&[1; 8 << 20], "large")];
    task.until = Instant::now() + Duration::from_millis(1_003);
    let heard = here.work(task).expect("a report");
    let Some(Done::Broke { reason, .. }) = heard.last() else {
        panic!("{heard:?}");
    };
    let rest = "fetching and compiling its files took the rest of the 1 s that it reserved";
    assert!(reason.contains(rest), "{reason}");
}

#[test]
fn an_endless_program_ends_before_the_deadline_whatever_it_reserved() {
    let here = Here::new();
    let mut task = here.task(ENDLESS);
    task.spec.reserved_secs = 1_000_000;
    task.until = Instant::now() + Duration::from_millis(300);
    let since = Instant::now();
    here.work(task).expect_err("it has no end of its own");
    assert!(since.elapsed() < Duration::from_secs(10));
}

#[test]
fn files_that_are_gone_are_fetched_and_made_again() {
    let here = Here::new();
    let task = |stage, output| Task {
        stage,
        output,
        ..here.task(NOTHING)
    };
    let heard = here.work(task(Stage::Fetched, None)).expect("done");
    let [Done::Ran { output, .. }, Done::Published(_)] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    here.bench.files.remove(&output.sha256).expect("removed");
    let again = here.work(task(Stage::Ran, Some(output.clone())));
    assert!(matches!(
        again.expect("done").as_slice(),
        [Done::Ran { .. }, Done::Published(_)]
    ));
}

#[test]
fn what_a_job_reserved_holds_its_inputs() {
    let here = Here::new();
    let mut task = here.task(NOTHING);
    task.spec.inputs = vec![
        here.artifact(&[1; 1 << 20], "one"),
        here.artifact(&[2; (1 << 20) + 1], "two"),
    ];
    let failure = here.work(task).expect_err("too large");
    assert!(!failure.may_pass);
    assert_eq!(
        failure.reason,
        "its inputs have more than 2097152 bytes together: it reserves memory_mib 2 and storage_gib 1, and limits.input_mib is 256"
    );
    let mut task = here.task(NOTHING);
    task.spec.need.storage_gib = 0;
    task.spec.inputs = vec![here.artifact(b"a", "one")];
    let failure = here.work(task).expect_err("nothing is reserved");
    assert!(failure.reason.contains("storage_gib 0"), "{failure:?}");
}
