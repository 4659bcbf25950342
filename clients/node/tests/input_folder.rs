//! What a program can and cannot do with its input folder.

mod support;

use std::fs;
use std::path::Path;

use support::{job, small, wasi_program, write_out, FD_WRITE, PATH_OPEN};
use surge_node::{run, HostError, Job, Status};

const NOENT: u32 = 44;
const ROFS: u32 = 69;
const NOTCAPABLE: u32 = 76;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("greeting"), "hello").unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/inner"), "inside").unwrap();
    folder
}

fn status_with(folder: &Path, program: &str) -> Status {
    let job = Job {
        input_dir: Some(folder.to_owned()),
        ..job(program)
    };
    run(job, &small()).unwrap().status
}

/// The exit code of a program that exits with what `path_open` returns.
fn open(folder: &Path, path: &str, how: u32, rights: u64) -> Status {
    let program = wasi_program(
        &[PATH_OPEN],
        path,
        &format!(
            "(call $exit (call $path_open (i32.const 3) (i32.const 1)
               (i32.const 1024) (i32.const {}) (i32.const {how})
               (i64.const {rights}) (i64.const 0) (i32.const 0) (i32.const 0)))",
            path.len()
        ),
    );
    status_with(folder, &program)
}

fn read(folder: &Path, path: &str) -> Status {
    open(folder, path, 0, 1 << 1)
}

#[test]
fn files_in_the_folder_can_be_read() {
    let folder = folder();
    let fd_read = ("fd_read", "(param i32 i32 i32 i32) (result i32)");
    let program = wasi_program(
        &[PATH_OPEN, fd_read, FD_WRITE],
        "sub/../greeting",
        &format!(
            "(drop (call $path_open (i32.const 3) (i32.const 1)
               (i32.const 1024) (i32.const 15) (i32.const 0)
               (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
             (i32.store (i32.const 0) (i32.const 2048))
             (i32.store (i32.const 4) (i32.const 100))
             (drop (call $fd_read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
             {}",
            write_out(2048, 5)
        ),
    );
    let job = Job {
        input_dir: Some(folder.path().to_owned()),
        ..job(&program)
    };
    let outcome = run(job, &small()).unwrap();
    assert_eq!(outcome.status, Status::Finished);
    assert_eq!(outcome.output, b"hello");
}

#[test]
fn nothing_outside_the_folder_can_be_opened() {
    let folder = folder();
    let code = NOTCAPABLE;
    for path in [
        "/etc/passwd",
        "../../etc/passwd",
        "..",
        "sub/../../etc/passwd",
        "./sub/.././../x",
    ] {
        assert_eq!(read(folder.path(), path), Status::Exited { code }, "{path}");
    }
    let code = NOENT;
    assert_eq!(read(folder.path(), "etc"), Status::Exited { code });
}

#[test]
#[cfg(unix)]
fn a_link_is_followed_inside_the_folder_and_never_out_of_it() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    symlink(outside.path(), at("absolute")).unwrap();
    symlink("../../../../../../etc", at("relative")).unwrap();
    symlink("../..", at("sub/up")).unwrap();
    symlink("sub/../greeting", at("inside")).unwrap();
    symlink("circle", at("circle")).unwrap();

    assert_eq!(read(folder.path(), "inside"), Status::Finished);
    let code = NOTCAPABLE;
    for path in [
        "absolute/secret",
        "absolute",
        "relative/passwd",
        "sub/up/greeting",
    ] {
        assert_eq!(read(folder.path(), path), Status::Exited { code }, "{path}");
    }
    let code = 32;
    assert_eq!(read(folder.path(), "circle"), Status::Exited { code });
}

#[test]
fn nothing_in_the_folder_can_be_changed() {
    let folder = folder();
    let code = ROFS;
    let (create, truncate, write) = (1, 8, 1 << 6);
    for (path, how, rights) in [
        ("greeting", 0, write),
        ("greeting", truncate, 2),
        ("new", create, write),
        ("new", create, 2),
    ] {
        let status = open(folder.path(), path, how, rights);
        assert_eq!(status, Status::Exited { code }, "{path} {how} {rights}");
    }
    for function in [
        "path_unlink_file",
        "path_create_directory",
        "path_remove_directory",
    ] {
        let program = wasi_program(
            &[(function, "(param i32 i32 i32) (result i32)")],
            "greeting",
            &format!(
                "(call $exit (call ${function} (i32.const 3) (i32.const 1024) (i32.const 8)))"
            ),
        );
        let status = status_with(folder.path(), &program);
        assert_eq!(status, Status::Exited { code }, "{function}");
    }
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["greeting", "sub"]);
    assert_eq!(fs::read(folder.path().join("greeting")).unwrap(), b"hello");
}

#[test]
fn without_a_folder_there_is_nothing_to_open() {
    let program = wasi_program(
        &[("fd_prestat_get", "(param i32 i32) (result i32)")],
        "",
        "(call $exit (call $fd_prestat_get (i32.const 3) (i32.const 0)))",
    );
    let outcome = run(job(&program), &small()).unwrap();
    assert_eq!(outcome.status, Status::Exited { code: 8 });
}

#[test]
#[cfg(unix)]
fn a_socket_in_the_folder_is_refused() {
    let folder = folder();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    match read(folder.path(), "greeting") {
        Status::Refused { what } => assert!(what.contains("neither a file nor a folder")),
        status => panic!("not refused but: {status}"),
    }
}

#[test]
fn a_folder_that_is_missing_is_the_nodes_failure() {
    let job = Job {
        input_dir: Some("no such folder".into()),
        ..job(r#"(module (func (export "_start")))"#)
    };
    let error = run(job, &small()).unwrap_err();
    assert!(matches!(error, HostError::InputFolder { .. }), "{error}");
}
