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
        also: vec![],
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
        journal.take(5, []).expect("noted");
        journal.stage(5, Stage::Fetched).expect("noted");
        journal.ran(5, &output).expect("noted");
        journal.published(5, "file:///ab").expect("noted");
        journal.take(5, []).expect("known already");
        journal.take(6, []).expect("noted");
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
        journal.take(5, []).expect("noted");
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
fn a_transaction_about_several_jobs_moves_them_all_or_none() {
    let folder = folder();
    let sent = |hash: &str| Sent {
        also: vec![6, 8],
        ..tx(hash, Purpose::Decline, Some(5))
    };
    {
        let journal = journal(&folder);
        for job in 5..=8 {
            journal.take(job, []).expect("noted");
        }
        journal.note(&sent("A")).expect("noted");
    }
    let mut journal = journal(&folder);
    let open = journal.open_tx().expect("an answer").expect("it is open");
    assert_eq!(open, sent("A"), "as before the process ended");
    journal.end(&open, End::Lapsed, None).expect("noted");
    assert_eq!(journal.count(Stage::Taken).expect("jobs"), 4);
    journal.note(&sent("B")).expect("noted");
    let end = End::Included { height: 9 };
    journal
        .end(&sent("B"), end, Some(Stage::Declined))
        .expect("noted");
    let live = journal.live().expect("jobs");
    assert_eq!(live.iter().map(|entry| entry.job).collect::<Vec<_>>(), [7]);
    // Signed the same again, it is about what is said then.
    journal
        .note(&tx("B", Purpose::Decline, Some(7)))
        .expect("noted");
    let open = journal.open_tx().expect("an answer").expect("it is open");
    assert_eq!(open.jobs().collect::<Vec<_>>(), [7]);
}

/// As one that a program wrote which sent about one job at a time.
#[test]
fn a_journal_without_the_newest_table_is_gone_on_with() {
    let folder = folder();
    {
        let journal = journal(&folder);
        journal.take(5, []).expect("noted");
        journal
            .note(&tx("A", Purpose::Result, Some(5)))
            .expect("noted");
        journal
            .db
            .execute_batch("DROP TABLE tx_job")
            .expect("an earlier one");
    }
    let journal = journal(&folder);
    let open = journal.open_tx().expect("an answer").expect("it is open");
    assert_eq!(open, tx("A", Purpose::Result, Some(5)));
}

#[test]
fn what_comes_out_of_a_job_that_is_over_goes_too() {
    let folder = folder();
    let journal = journal(&folder);
    journal.take(1, ["program"]).expect("noted");
    journal.refuse(1, Stage::Declined, "no").expect("noted");
    journal.needs_nothing(1).expect("files");
    let output = Output {
        sha256: "ab".to_owned(),
        size: 7,
    };
    journal.late(1, &output).expect("noted");
    assert_eq!(journal.leftovers().expect("jobs"), [1]);
    assert_eq!(journal.needs_nothing(1).expect("files"), ["ab"]);
}

#[test]
fn files_are_forgotten_when_the_last_job_that_needs_them_is_over() {
    let folder = folder();
    let journal = journal(&folder);
    journal.take(1, ["program", "one"]).expect("noted");
    journal.take(2, ["program", "two"]).expect("noted");
    assert_eq!(journal.needs_nothing(1).expect("files"), ["one"]);
    let mut last = journal.needs_nothing(2).expect("files");
    last.sort();
    assert_eq!(last, ["program", "two"]);
}

#[test]
fn files_of_a_job_that_needs_none_are_found_after_an_interruption() {
    let folder = folder();
    let journal = journal(&folder);
    for job in 1..=5 {
        journal.take(job, ["program"]).expect("noted");
    }
    assert!(journal.leftovers().expect("jobs").is_empty());
    journal.stage(1, Stage::Closed).expect("noted");
    journal.stage(2, Stage::Delivered).expect("noted");
    journal.refuse(3, Stage::GivenUp, "late").expect("noted");
    journal.stage(4, Stage::Published).expect("noted");
    assert_eq!(journal.leftovers().expect("jobs"), [1, 2, 3]);
    for job in [1, 2, 3] {
        // The fifth one still runs it.
        assert!(journal.needs_nothing(job).expect("files").is_empty());
    }
    assert!(journal.leftovers().expect("jobs").is_empty());
}

/// As after a look at a node of the chain that lags behind.
#[test]
fn a_job_that_comes_back_begins_anew_with_its_files() {
    let folder = folder();
    let journal = journal(&folder);
    journal.take(1, ["program"]).expect("noted");
    journal
        .refuse(1, Stage::Declined, "somebody else's")
        .expect("noted");
    assert_eq!(journal.needs_nothing(1).expect("files"), ["program"]);
    journal.take(1, ["program"]).expect("noted");
    let live = journal.live().expect("jobs");
    assert_eq!((live[0].stage, &live[0].reason), (Stage::Taken, &None));
    assert!(journal.needed().expect("files").contains("program"));
    // One that is further stays there.
    journal.stage(1, Stage::Fetched).expect("noted");
    journal.take(1, ["program"]).expect("noted");
    assert_eq!(journal.live().expect("jobs")[0].stage, Stage::Fetched);
}

#[test]
fn a_job_and_its_files_are_noted_together_or_not_at_all() {
    let folder = folder();
    let journal = journal(&folder);
    journal
        .db
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON file BEGIN SELECT RAISE(FAIL, 'disk full'); END",
        )
        .expect("a trigger");
    let error = journal.take(1, ["program"]).expect_err("no room");
    assert!(error.to_string().contains("disk full"), "{error}");
    assert_eq!(journal.job(1).expect("an answer"), None);
}

#[test]
fn a_failed_program_is_noted_with_its_report() {
    let folder = folder();
    let report = Output {
        sha256: "ab".to_owned(),
        size: 7,
    };
    {
        let journal = journal(&folder);
        journal.take(5, ["program"]).expect("noted");
        journal.broke(5, &report, "it trapped").expect("noted");
    }
    let journal = journal(&folder);
    let entry = journal.job(5).expect("an answer").expect("a job");
    assert_eq!(entry.stage, Stage::Broken);
    assert!(entry.stage.is_work(), "it is still to be delivered");
    assert_eq!(entry.output, Some(report));
    assert_eq!(entry.reason.as_deref(), Some("it trapped"));
    assert!(journal.needed().expect("files").contains("ab"));
}

#[test]
fn a_transaction_that_lapsed_may_be_signed_the_same_again() {
    let folder = folder();
    let mut journal = journal(&folder);
    let sent = tx("A", Purpose::Result, Some(5));
    journal.note(&sent).expect("noted");
    assert!(journal.note(&sent).is_err(), "it is still on its way");
    journal.end(&sent, End::Lapsed, None).expect("noted");
    journal.note(&sent).expect("noted again");
    assert_eq!(journal.open_tx().expect("an answer"), Some(sent));
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
