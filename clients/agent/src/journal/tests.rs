use super::*;

fn journal(folder: &tempfile::TempDir) -> Journal {
    Journal::open(&folder.path().join("journal.db"), None).expect("a journal")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn tx(hash: &str, purpose: Purpose, job: Option<u64>) -> Sent {
    Sent {
        hash: hash.to_owned(),
        purpose,
        job,
        last_block: 100,
        bytes: vec![1, 2, 3],
        fee: u128::MAX,
    }
}

#[test]
fn a_job_is_where_it_was_after_the_process_ended() {
    let folder = folder();
    let output = Output {
        sha256: "ab".to_owned(),
        size: 7,
    };
    {
        let journal = journal(&folder);
        journal.take(5).expect("noted");
        journal.stage(5, Stage::Fetched).expect("noted");
        journal.ran(5, &output).expect("noted");
        journal.published(5, "file:///ab").expect("noted");
        journal.take(5).expect("known already");
        journal.take(6).expect("noted");
    }
    let live = journal(&folder).live().expect("jobs");
    assert_eq!(live.len(), 2);
    assert_eq!(live[0].stage, Stage::Published);
    assert_eq!(live[0].output, Some(output));
    assert_eq!(live[0].uri.as_deref(), Some("file:///ab"));
    assert_eq!(live[1].stage, Stage::Taken);
}

#[test]
fn one_transaction_is_on_its_way_and_its_end_moves_the_job() {
    let folder = folder();
    let sent = tx("A", Purpose::Result, Some(5));
    {
        let journal = journal(&folder);
        journal.take(5).expect("noted");
        journal.note(&sent).expect("noted");
        let second = journal.note(&tx("B", Purpose::Heartbeat, None));
        assert!(second.is_err(), "a second one is refused");
    }
    let mut journal = journal(&folder);
    assert_eq!(journal.open_tx().expect("an answer"), Some(sent.clone()));
    let end = End::Included { height: 9 };
    journal
        .end(&sent, end, Some(Stage::Delivered))
        .expect("noted");
    assert_eq!(journal.open_tx().expect("an answer"), None);
    assert_eq!(journal.live().expect("jobs")[0].stage, Stage::Delivered);
    journal
        .note(&tx("B", Purpose::Heartbeat, None))
        .expect("the next one");
}

#[test]
fn files_are_forgotten_when_the_last_job_that_needs_them_is_over() {
    let folder = folder();
    let journal = journal(&folder);
    for (job, sha256) in [(1, "program"), (1, "one"), (2, "program"), (2, "two")] {
        journal.needs(job, sha256).expect("noted");
    }
    assert_eq!(journal.needs_nothing(1).expect("files"), ["one"]);
    let mut last = journal.needs_nothing(2).expect("files");
    last.sort();
    assert_eq!(last, ["program", "two"]);
}

#[test]
fn two_processes_cannot_have_one_journal() {
    let folder = folder();
    let _first = journal(&folder);
    let second = Journal::open(&folder.path().join("journal.db"), None);
    assert!(matches!(second, Err(Error::Taken { .. })));
}

#[test]
fn a_journal_of_another_node_or_program_is_not_touched() {
    let folder = folder();
    {
        let journal = journal(&folder);
        journal.about("node", "1").expect("noted");
        journal.about("node", "1").expect("the same");
        let error = journal.about("node", "2").expect_err("another");
        assert!(
            error.to_string().contains("its node is 1, here it is 2"),
            "{error}"
        );
        journal
            .db
            .pragma_update(None, "user_version", 99)
            .expect("a later shape");
    }
    let later = Journal::open(&folder.path().join("journal.db"), None);
    let error = later.err().expect("refused").to_string();
    assert!(error.contains("shape 99"), "{error}");
}

#[test]
fn what_is_no_journal_is_told_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("journal.db");
    std::fs::write(
        &path,
        "no database, but a text that is long enough to be one\n".repeat(40),
    )
    .expect("a file");
    let before = std::fs::read(&path).expect("a file");
    assert!(matches!(
        Journal::open(&path, None),
        Err(Error::JournalFile { .. })
    ));
    assert_eq!(std::fs::read(&path).expect("a file"), before);
}

#[test]
fn every_word_is_read_back() {
    for stage in Stage::ALL {
        assert_eq!(Stage::of(stage.word()), Some(stage));
    }
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::of(purpose.word()), Some(purpose));
    }
}
