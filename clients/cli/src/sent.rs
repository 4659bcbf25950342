//! What this program sent: a file with hash and last block of each transaction, so that
//! `surge tx` can say of one that is in no block whether it still may land.

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use surge_chain::Pending;

use crate::{
    failure::{Failure, Outcome},
    home,
};

/// Transactions that are remembered.
const KEPT: usize = 500;

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

/// Remembers a transaction, before a node has it.
pub fn note(chain_id: &str, pending: &Pending, what: &str) -> Outcome<()> {
    let mut all = load()?;
    all.push(Sent {
        chain_id: chain_id.to_owned(),
        hash: pending.hash.clone(),
        last_block: pending.last_block,
        what: what.to_owned(),
    });
    let old = all.len().saturating_sub(KEPT);
    all.drain(..old);
    home::write(&file()?, &serde_json::to_vec_pretty(&all)?)
}

/// What is known of a transaction that was sent from here.
pub fn find(chain_id: &str, hash: &str) -> Outcome<Option<Sent>> {
    let mut all = load()?.into_iter().rev();
    Ok(all.find(|sent| sent.chain_id == chain_id && sent.hash.eq_ignore_ascii_case(hash)))
}

fn load() -> Outcome<Vec<Sent>> {
    let path = file()?;
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| {
            Failure::new(format!("{} is damaged: {error}", path.display()))
                .next("move it away; it only helps `surge tx`")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(vec![]),
        Err(error) => Err(Failure::new(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    }
}

fn file() -> Outcome<PathBuf> {
    Ok(home::home()?.join("sent.json"))
}
