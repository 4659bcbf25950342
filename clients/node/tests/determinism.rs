//! The same job gives the same bytes, whatever the machine and the hour.

mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use support::{job, small, wasi_program, write_out, FD_WRITE};
use surge_node::{run, Job, Limits, Outcome, Status};

fn finished(job: &Job) -> Outcome {
    let outcome = run(job.clone(), &small()).unwrap();
    assert_eq!(
        outcome.status,
        Status::Finished,
        "{}",
        outcome.stderr_text()
    );
    outcome
}

/// Prints 40 random bytes.
fn random_job() -> Job {
    job(&wasi_program(
        &[FD_WRITE, ("random_get", "(param i32 i32) (result i32)")],
        "",
        &format!(
            "(drop (call $random_get (i32.const 2000) (i32.const 10)))
             (drop (call $random_get (i32.const 2010) (i32.const 30)))
             {}",
            write_out(2000, 40)
        ),
    ))
}

#[test]
fn the_hash_is_the_hash_of_the_output() {
    let outcome = finished(&random_job());
    assert_eq!(outcome.output.len(), 40);
    assert_eq!(outcome.sha256[..], Sha256::digest(&outcome.output)[..]);
    assert_eq!(outcome.sha256_hex(), hex::encode(outcome.sha256));
}

#[test]
fn clocks_stand_at_0() {
    let time = |clock: u32, at: u32| {
        format!("(drop (call $clock_time_get (i32.const {clock}) (i64.const 1) (i32.const {at})))")
    };
    let program = wasi_program(
        &[
            FD_WRITE,
            ("clock_time_get", "(param i32 i64 i32) (result i32)"),
        ],
        &"\\ff".repeat(48),
        &format!(
            "{}{}{}{}{}{}{}",
            time(0, 1024),
            time(0, 1032),
            time(1, 1040),
            time(1, 1048),
            time(2, 1056),
            time(3, 1064),
            write_out(1024, 48)
        ),
    );
    assert_eq!(finished(&job(&program)).output, [0; 48]);
}

#[test]
fn random_bytes_are_derived_as_the_readme_says() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b"), "file").unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    let random = Job {
        args: vec!["a".into(), "bc".into()],
        stdin: b"in".to_vec(),
        input_dir: Some(folder.path().to_owned()),
        ..random_job()
    };
    let sized = |bytes: &[u8]| [&(bytes.len() as u64).to_le_bytes()[..], bytes].concat();
    let seed = Sha256::digest(
        [
            sized(&random.program),
            2_u64.to_le_bytes().to_vec(),
            sized(b"a"),
            sized(b"bc"),
            sized(b"in"),
            vec![1],
            2_u64.to_le_bytes().to_vec(),
            sized(b"a"),
            vec![1],
            0_u64.to_le_bytes().to_vec(),
            sized(b"b"),
            vec![2],
            sized(b"file"),
        ]
        .concat(),
    );
    let block = |i: u64| Sha256::digest([&seed[..], &i.to_le_bytes()[..]].concat());
    let expected = [&block(0)[..], &block(1)[..8]].concat();
    assert_eq!(finished(&random).output, expected);
}

#[test]
fn random_bytes_repeat_for_the_same_job_and_differ_for_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let with_folder = || Job {
        input_dir: Some(folder.path().to_owned()),
        ..random_job()
    };
    let mut seen = vec![
        finished(&random_job()).output,
        finished(&Job {
            args: vec!["ab".into()],
            ..random_job()
        })
        .output,
        finished(&Job {
            args: vec!["a".into(), "b".into()],
            ..random_job()
        })
        .output,
        finished(&Job {
            stdin: b"ab".to_vec(),
            ..random_job()
        })
        .output,
        finished(&with_folder()).output,
    ];
    fs::write(folder.path().join("a"), "b").unwrap();
    seen.push(finished(&with_folder()).output);
    fs::rename(folder.path().join("a"), folder.path().join("ab")).unwrap();
    seen.push(finished(&with_folder()).output);

    assert_eq!(seen[0], finished(&random_job()).output);
    assert_eq!(seen[6], finished(&with_folder()).output);
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), seen.len());
}

/// Prints the folder as a program sees it through WASI: order, inodes, times.
fn listing(folder: &Path) -> Outcome {
    let program = wasi_program(
        &[
            FD_WRITE,
            ("fd_readdir", "(param i32 i32 i32 i64 i32) (result i32)"),
            ("path_filestat_get", "(param i32 i32 i32 i32 i32) (result i32)"),
        ],
        "b",
        &format!(
            "(drop (call $fd_readdir (i32.const 3) (i32.const 2000) (i32.const 300) (i64.const 2) (i32.const 16)))
             (drop (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 2300)))
             {}",
            write_out(2000, 364)
        ),
    );
    finished(&Job {
        input_dir: Some(folder.to_owned()),
        ..job(&program)
    })
}

#[test]
fn a_folder_looks_the_same_whatever_the_order_and_time_of_its_making() {
    let make = |names: &[&str], modified: SystemTime| {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::write(&path, name).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(modified).unwrap();
        }
        folder
    };
    let hour = Duration::from_secs(3600);
    let one = make(&["b", "a", "Z", "c"], SystemTime::now() - hour);
    let other = make(&["c", "Z", "a", "b"], SystemTime::UNIX_EPOCH + hour);
    let (one, other) = (listing(one.path()), listing(other.path()));
    assert_eq!(one.output, other.output);
    assert_eq!(one.usage.fuel, other.usage.fuel);

    // Entries are 24 bytes and a name of one letter, in byte order.
    let names: Vec<u8> = (0..4).map(|i| one.output[24 + 25 * i]).collect();
    assert_eq!(names, *b"Zabc");
    // Access, change and status time of `b`.
    assert_eq!(one.output[300 + 40..300 + 64], [0; 24]);
    assert_eq!(one.output[300 + 32], 1, "size");
}

#[test]
fn nans_have_one_form() {
    // Payloads in, the canonical NaN out.
    let program = wasi_program(
        &[FD_WRITE],
        "",
        &format!(
            "(f32.store (i32.const 2000)
               (f32.add (f32.reinterpret_i32 (i32.const 0xffa12345)) (f32.const 1)))
             (f64.store (i32.const 2008)
               (f64.div (f64.load (i32.const 3000)) (f64.load (i32.const 3000))))
             {}",
            write_out(2000, 16)
        ),
    );
    let outcome = finished(&job(&program));
    assert_eq!(outcome.output[0..4], 0x7fc0_0000_u32.to_le_bytes());
    assert_eq!(
        outcome.output[8..16],
        0x7ff8_0000_0000_0000_u64.to_le_bytes()
    );
}

#[test]
fn the_same_job_uses_the_same_fuel_and_memory() {
    let (one, other) = (finished(&random_job()), finished(&random_job()));
    assert_eq!(one.usage.fuel, other.usage.fuel);
    assert_eq!(one.usage.peak_memory_bytes, 64 << 10);
    assert!(one.usage.fuel > 0 && one.usage.fuel < 1_000);
    let enough = Limits {
        fuel: one.usage.fuel,
        ..small()
    };
    assert_eq!(run(random_job(), &enough).unwrap().output, one.output);
}
