//! What the node has done, on disk: killed at any moment, it goes on from here.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use rusqlite::{params, Connection, OptionalExtension, Row};

use crate::{drill::Drill, Error};

mod record;

pub use record::{End, Entry, Output, Purpose, Sent, Stage};

/// The journal of one node: a SQLite file that one process has at a time.
pub struct Journal {
    db: Connection,
    drill: Option<Drill>,
}

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS about (
    what TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS job (
    job INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,
    sha256 TEXT,
    size INTEGER,
    uri TEXT,
    reason TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS file (
    job INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (job, sha256)
) STRICT;
CREATE TABLE IF NOT EXISTS tx (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    job INTEGER,
    last_block INTEGER NOT NULL,
    bytes BLOB,
    fee TEXT NOT NULL,
    ended TEXT,
    height INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS tx_job (
    hash TEXT NOT NULL,
    job INTEGER NOT NULL,
    PRIMARY KEY (hash, job)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_open_tx ON tx (ended IS NULL) WHERE ended IS NULL;
";

/// The shape of the tables; a journal of another one is not touched.
const SHAPE: i64 = 1;

impl Journal {
    /// Opens it, or begins a new one. `drill` ends the process right after a record, as a
    /// power cut would.
    pub fn open(path: &Path, drill: Option<Drill>) -> Result<Self, Error> {
        let db = Connection::open(path).map_err(|source| damaged(path, source))?;
        let setup = || -> rusqlite::Result<i64> {
            // Whoever has the file keeps it until the process ends, however it ends.
            db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "FULL")?;
            let shape = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if shape == 0 {
                db.execute_batch(TABLES)?;
                db.pragma_update(None, "user_version", SHAPE)?;
                return Ok(SHAPE);
            }
            db.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
            if shape == SHAPE {
                // Tables that an earlier program did not know.
                db.execute_batch(TABLES)?;
            }
            Ok(shape)
        };
        match setup() {
            Ok(SHAPE) => Ok(Self { db, drill }),
            Ok(found) => Err(Error::OtherJournal {
                path: path.into(),
                why: format!("it has shape {found}, this program writes shape {SHAPE}"),
            }),
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == rusqlite::ErrorCode::DatabaseBusy =>
            {
                Err(Error::Taken { path: path.into() })
            }
            Err(source) => Err(damaged(path, source)),
        }
    }

    /// Binds the journal to what it is about, or fails when it is about something else.
    pub fn about(&self, what: &str, value: &str) -> Result<(), Error> {
        self.db.execute(
            "INSERT OR IGNORE INTO about (what, value) VALUES (?1, ?2)",
            params![what, value],
        )?;
        let found = self.fact(what)?.unwrap_or_default();
        if found != value {
            return Err(Error::OtherJournal {
                path: self.db.path().map(PathBuf::from).unwrap_or_default(),
                why: format!("its {what} is {found}, here it is {value}"),
            });
        }
        Ok(())
    }

    /// Something that is remembered beside jobs.
    pub fn fact(&self, what: &str) -> Result<Option<String>, Error> {
        Ok(self
            .db
            .query_row("SELECT value FROM about WHERE what = ?1", [what], |row| {
                row.get(0)
            })
            .optional()?)
    }

    /// Remembers something beside jobs.
    pub fn remember(&self, what: &str, value: &str) -> Result<(), Error> {
        self.db.execute(
            "INSERT OR REPLACE INTO about (what, value) VALUES (?1, ?2)",
            params![what, value],
        )?;
        Ok(())
    }

    /// A job that this node got, and the files that it needs. Nothing changes when it is
    /// known; one that was over here and is this node's again begins anew.
    pub fn take<'a>(
        &self,
        job: u64,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Error> {
        let job = signed(job);
        let change = self.db.unchecked_transaction()?;
        change.execute(
            "INSERT INTO job (job, stage) VALUES (?1, ?2) ON CONFLICT (job) DO UPDATE
             SET stage = ?2, sha256 = NULL, size = NULL, uri = NULL, reason = NULL
             WHERE stage IN ('declined', 'closed')",
            params![job, Stage::Taken.word()],
        )?;
        for sha256 in files {
            needs(&change, job, sha256)?;
        }
        change.commit()?;
        self.practise(Stage::Taken.word());
        Ok(())
    }

    /// The job is further.
    pub fn stage(&self, job: u64, stage: Stage) -> Result<(), Error> {
        self.db.execute(
            "UPDATE job SET stage = ?2 WHERE job = ?1",
            params![signed(job), stage.word()],
        )?;
        self.practise(stage.word());
        Ok(())
    }

    /// The program ended well.
    pub fn ran(&self, job: u64, output: &Output) -> Result<(), Error> {
        self.ended(job, Stage::Ran, output, None)
    }

    /// The program failed: how, and the report of it.
    pub fn broke(&self, job: u64, report: &Output, reason: &str) -> Result<(), Error> {
        self.ended(job, Stage::Broken, report, Some(reason))
    }

    fn ended(
        &self,
        job: u64,
        stage: Stage,
        output: &Output,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let (job, size) = (signed(job), signed(output.size));
        let change = self.db.unchecked_transaction()?;
        needs(&change, job, &output.sha256)?;
        change.execute(
            "UPDATE job SET stage = ?2, sha256 = ?3, size = ?4, reason = ?5 WHERE job = ?1",
            params![job, stage.word(), output.sha256, size, reason],
        )?;
        change.commit()?;
        self.practise(stage.word());
        Ok(())
    }

    /// The output lies where the requester can fetch it.
    pub fn published(&self, job: u64, uri: &str) -> Result<(), Error> {
        self.db.execute(
            "UPDATE job SET stage = ?2, uri = ?3 WHERE job = ?1",
            params![signed(job), Stage::Published.word(), uri],
        )?;
        self.practise(Stage::Published.word());
        Ok(())
    }

    /// What came out of a job that was over here already: it goes with the job's files.
    pub fn late(&self, job: u64, output: &Output) -> Result<(), Error> {
        needs(&self.db, signed(job), &output.sha256)?;
        Ok(())
    }

    /// Nothing will be delivered, and why.
    pub fn refuse(&self, job: u64, stage: Stage, reason: &str) -> Result<(), Error> {
        self.db.execute(
            "UPDATE job SET stage = ?2, reason = ?3 WHERE job = ?1",
            params![signed(job), stage.word(), reason],
        )?;
        self.practise(stage.word());
        Ok(())
    }

    /// Why a job will be turned down, before it is.
    pub fn reason(&self, job: u64, reason: &str) -> Result<(), Error> {
        self.db.execute(
            "UPDATE job SET reason = ?2 WHERE job = ?1",
            params![signed(job), reason],
        )?;
        Ok(())
    }

    /// A job by number.
    pub fn job(&self, job: u64) -> Result<Option<Entry>, Error> {
        Ok(self
            .db
            .query_row(
                "SELECT job, stage, sha256, size, uri, reason FROM job WHERE job = ?1",
                [signed(job)],
                entry,
            )
            .optional()?)
    }

    /// Jobs that the chain may still change something about, oldest first.
    pub fn live(&self) -> Result<Vec<Entry>, Error> {
        let mut query = self.db.prepare_cached(
            "SELECT job, stage, sha256, size, uri, reason FROM job
             WHERE stage NOT IN ('declined', 'closed') ORDER BY job",
        )?;
        let rows = query.query_map([], entry)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many jobs ended at this stage.
    pub fn count(&self, stage: Stage) -> Result<u64, Error> {
        let count: i64 = self.db.query_row(
            "SELECT count(*) FROM job WHERE stage = ?1",
            [stage.word()],
            |row| row.get(0),
        )?;
        Ok(unsigned(count))
    }

    /// The job needs no files any more. Answers those that nobody else needs.
    pub fn needs_nothing(&self, job: u64) -> Result<Vec<String>, Error> {
        let job = signed(job);
        let mut query = self.db.prepare_cached(
            "SELECT sha256 FROM file WHERE job = ?1
             AND sha256 NOT IN (SELECT sha256 FROM file WHERE job <> ?1)",
        )?;
        let rows = query.query_map([job], |row| row.get(0))?;
        let alone = rows.collect::<Result<_, _>>()?;
        self.db.execute("DELETE FROM file WHERE job = ?1", [job])?;
        Ok(alone)
    }

    /// All files that jobs need.
    pub fn needed(&self) -> Result<HashSet<String>, Error> {
        let mut query = self.db.prepare_cached("SELECT sha256 FROM file")?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Jobs that need no files any more and still have some here: what was delivered lies
    /// where it was published.
    pub fn leftovers(&self) -> Result<Vec<u64>, Error> {
        let mut query = self.db.prepare_cached(
            "SELECT DISTINCT file.job FROM file JOIN job ON job.job = file.job
             WHERE stage IN ('delivered', 'declined', 'given_up', 'closed')",
        )?;
        let rows = query.query_map([], |row| row.get(0).map(unsigned))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The transaction that is on its way: at most one.
    pub fn open_tx(&self) -> Result<Option<Sent>, Error> {
        let open = self
            .db
            .query_row(
                "SELECT hash, purpose, job, last_block, bytes, fee FROM tx WHERE ended IS NULL",
                [],
                sent,
            )
            .optional()?;
        let Some(mut tx) = open else {
            return Ok(None);
        };
        let mut query = self
            .db
            .prepare_cached("SELECT job FROM tx_job WHERE hash = ?1 ORDER BY job")?;
        let rows = query.query_map([&tx.hash], |row| row.get(0).map(unsigned))?;
        tx.also = rows.collect::<Result<_, _>>()?;
        Ok(Some(tx))
    }

    /// A transaction that is about to be handed over. Signed anew it may be the same as one
    /// that lapsed, and takes its place.
    pub fn note(&self, tx: &Sent) -> Result<(), Error> {
        let change = self.db.unchecked_transaction()?;
        let noted = change.execute(
            "INSERT INTO tx (hash, purpose, job, last_block, bytes, fee)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash) DO UPDATE
             SET purpose = ?2, job = ?3, last_block = ?4, bytes = ?5, fee = ?6,
                 ended = NULL, height = NULL
             WHERE ended IS NOT NULL",
            params![
                tx.hash,
                tx.purpose.word(),
                tx.job.map(signed),
                signed(tx.last_block),
                tx.bytes,
                tx.fee.to_string()
            ],
        )?;
        if noted != 1 {
            return Err(rusqlite::Error::StatementChangedRows(noted).into());
        }
        for job in &tx.also {
            change.execute(
                "INSERT OR IGNORE INTO tx_job (hash, job) VALUES (?1, ?2)",
                params![tx.hash, signed(*job)],
            )?;
        }
        change.commit()?;
        self.practise(&format!("signed-{}", tx.purpose.word()));
        Ok(())
    }

    /// Nothing of the kind is recorded: a place to stop in a drill.
    pub fn handed_over(&self, purpose: Purpose) {
        self.practise(&format!("sent-{}", purpose.word()));
    }

    /// What became of the transaction that was on its way; its jobs are further with it.
    pub fn end(&mut self, tx: &Sent, end: End, stage: Option<Stage>) -> Result<(), Error> {
        let (word, height) = match end {
            End::Included { height } => ("included", Some(signed(height))),
            End::Failed => ("failed", None),
            End::Refused => ("refused", None),
            End::Lapsed => ("lapsed", None),
        };
        let change = self.db.transaction()?;
        if tx.purpose == Purpose::Heartbeat {
            // Hundreds a day; what they cost is in the metrics.
            change.execute("DELETE FROM tx WHERE hash = ?1", [&tx.hash])?;
        } else {
            change.execute(
                "UPDATE tx SET ended = ?2, height = ?3, bytes = NULL WHERE hash = ?1",
                params![tx.hash, word, height],
            )?;
        }
        change.execute("DELETE FROM tx_job WHERE hash = ?1", [&tx.hash])?;
        for (job, stage) in tx.jobs().zip(stage.into_iter().cycle()) {
            change.execute(
                "UPDATE job SET stage = ?2 WHERE job = ?1",
                params![signed(job), stage.word()],
            )?;
        }
        change.commit()?;
        if let Some(stage) = stage {
            self.practise(stage.word());
        }
        Ok(())
    }

    fn practise(&self, record: &str) {
        if let Some(drill) = &self.drill {
            drill.reached(record);
        }
    }
}

fn needs(db: &Connection, job: i64, sha256: &str) -> rusqlite::Result<usize> {
    db.execute(
        "INSERT OR IGNORE INTO file (job, sha256) VALUES (?1, ?2)",
        params![job, sha256],
    )
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let sha256: Option<String> = row.get(2)?;
    let size: Option<i64> = row.get(3)?;
    Ok(Entry {
        job: unsigned(row.get(0)?),
        stage: known(1, row, Stage::of)?,
        output: sha256.zip(size).map(|(sha256, size)| Output {
            sha256,
            size: unsigned(size),
        }),
        uri: row.get(4)?,
        reason: row.get(5)?,
    })
}

fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    let job: Option<i64> = row.get(2)?;
    Ok(Sent {
        hash: row.get(0)?,
        purpose: known(1, row, Purpose::of)?,
        job: job.map(unsigned),
        also: vec![],
        last_block: unsigned(row.get(3)?),
        bytes: row.get(4)?,
        fee: known(5, row, |fee| fee.parse().ok())?,
    })
}

fn known<T>(column: usize, row: &Row<'_>, of: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let word: String = row.get(column)?;
    of(&word).ok_or_else(|| {
        let what = format!("{word:?} is no word of this journal");
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, what.into())
    })
}

fn damaged(path: &Path, source: rusqlite::Error) -> Error {
    Error::JournalFile {
        path: path.into(),
        source,
    }
}

/// SQLite's numbers are signed; no number of a job or block is that large.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests;
