//! What this program sent: hash and last block of each transaction, so that `surge tx` can
//! say of one that is in no block whether it still may land.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use surge_chain::Pending;

use crate::{
    failure::{Failure, Outcome},
    home,
};

/// Bytes of the file before it becomes the older one: some thousand transactions.
const LARGEST: u64 = 1 << 20;

/// A transaction that was handed to a node.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Its chain.
    pub chain_id: String,
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// The last block that may hold it.
    pub last_block: u64,
    /// What it does, in a sentence.
    pub what: String,
}

/// Remembers a transaction, before a node has it. One line each, so that programs that run
/// side by side do not disturb each other.
pub fn note(chain_id: &str, pending: &Pending, what: &str) -> Outcome<()> {
    let [path, older] = files()?;
    let failed =
        |error: io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    // Two that found it too large would replace the older one twice; the lock ends with the file.
    let alone = fs::File::create(path.with_extension("lock")).map_err(failed)?;
    alone.lock().map_err(failed)?;
    if fs::metadata(&path).is_ok_and(|file| file.len() > LARGEST) {
        fs::rename(&path, older).map_err(failed)?;
    }
    let mut line = serde_json::to_vec(&Sent {
        chain_id: chain_id.to_owned(),
        hash: pending.hash.clone(),
        last_block: pending.last_block,
        what: what.to_owned(),
    })?;
    line.push(b'\n');
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    let mut file = options.open(&path).map_err(failed)?;
    file.write_all(&line).map_err(failed)
}

/// What is known of a transaction that was sent from here.
pub fn find(chain_id: &str, hash: &str) -> Outcome<Option<Sent>> {
    for path in files()? {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(Failure::new(format!(
                    "cannot read {}: {error}",
                    path.display()
                )))
            }
        };
        // A line that was cut short says nothing; the others still do.
        let all = text.lines().rev();
        let mut all = all.filter_map(|line| serde_json::from_str::<Sent>(line).ok());
        let found =
            all.find(|sent| sent.chain_id == chain_id && sent.hash.eq_ignore_ascii_case(hash));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The present file and the older one.
fn files() -> Outcome<[PathBuf; 2]> {
    let home = home::home()?;
    Ok([home.join("sent.jsonl"), home.join("sent.old.jsonl")])
}
