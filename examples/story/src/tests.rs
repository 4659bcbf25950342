//! The story as a whole, with a program that does nothing.

use std::fs;

use crate::errand::{self, Errand};
use crate::play::{self, Story};
use crate::tell::Teller;
use crate::Options;

/// A module with a memory and a `_start` that returns at once.
const NOTHING: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x04\x01\x60\0\0\
    \x03\x02\x01\0\
    \x05\x03\x01\0\x01\
    \x07\x13\x02\x06memory\x02\0\x06_start\0\0\
    \x0a\x04\x01\x02\0\x0b";

fn options(folder: &tempfile::TempDir) -> Options {
    let program = folder.path().join("nothing.wasm");
    fs::write(&program, NOTHING).unwrap();
    Options {
        program,
        input: None,
        input_dir: None,
        args: vec![],
        data_mib: errand::DATA_MIB,
        memory_mib: errand::MEMORY_MIB,
        fuel: errand::usual_fuel(),
        out: folder.path().join("out"),
        json: true,
    }
}

fn story(options: &Options) -> Story {
    let errand = Errand::read(options).unwrap();
    play::play(&errand, &Teller::new(true)).unwrap()
}

#[test]
fn the_books_reconcile_when_each_job_goes_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&options(&folder));
    assert_ne!(story.jobs[0].job.node, story.jobs[1].job.node);
    assert!(story.books.reconcile);
}

#[test]
fn the_books_reconcile_when_one_node_does_both_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&Options {
        data_mib: 1_000,
        ..options(&folder)
    });
    assert_eq!(story.jobs[0].job.node, story.jobs[1].job.node);
    assert!(story.books.reconcile);
}

#[test]
fn what_is_no_program_is_refused_before_the_story_begins() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    fs::write(&options.program, "#!/bin/sh").unwrap();
    let error = Errand::read(&options).err().unwrap().to_string();
    assert!(
        error.ends_with("is no WebAssembly program: build it with --target wasm32-wasip1"),
        "{error}"
    );
}
