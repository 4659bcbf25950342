//! From messages to a block that holds them, and what became of a transaction.

use std::{
    thread,
    time::{Duration, Instant},
};

use cosmrs::Any;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use crate::{
    rpc,
    signed::{signed_by, LIFE_BLOCKS},
    tx::number,
    Chain, Error, Included, Key, Signed,
};

/// Times that a transaction is signed because another one of the account was faster.
const TRIES: u32 = 5;
/// Blocks after which a node's index of transactions has what it will have of an earlier one.
pub const INDEX_BLOCKS: u64 = 2;
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// How much gas a transaction may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// What simulating it used, and the network's margin.
    Simulated,
    /// So much, as was agreed before.
    Gas(u64),
}

/// A transaction that a node got or is about to get.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// The last block that may hold it.
    pub last_block: u64,
}

impl Pending {
    /// The first block that may hold it: it lives for a hundred, or fewer.
    pub const fn first_block(&self) -> u64 {
        match self.last_block.saturating_sub(LIFE_BLOCKS as u64 - 1) {
            0 => 1,
            first => first,
        }
    }
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether it is still catching up with the chain.
    pub catching_up: bool,
    /// Its newest block.
    pub height: u64,
    /// The oldest block that it has.
    pub earliest: u64,
}

impl Progress {
    /// Whether no block can hold this transaction any more, and this node's index knows of all
    /// that may.
    pub const fn is_past(&self, pending: &Pending) -> bool {
        self.height > pending.last_block.saturating_add(INDEX_BLOCKS)
    }

    /// Whether the node has every block so far that may hold this transaction. One that does
    /// not cannot say that none does.
    pub const fn holds(&self, pending: &Pending) -> bool {
        self.earliest <= pending.first_block()
    }

    fn read(status: &Value) -> Result<Self, Error> {
        let sync = &status["sync_info"];
        Ok(Self {
            catching_up: sync["catching_up"].as_bool().unwrap_or_default(),
            height: number(&sync["latest_block_height"])?,
            // A node that does not tell has them all.
            earliest: number(&sync["earliest_block_height"]).unwrap_or_default(),
        })
    }
}

/// What a chain does with a transaction that it is handed.
#[derive(Debug)]
pub enum Handed {
    /// It has it: a block holds it, or may soon.
    Taken,
    /// Another transaction of the account used up its sequence, and no block holds this one,
    /// so none ever will.
    Outrun {
        /// The sequence that comes next.
        sequence: u64,
        /// How it was refused.
        refusal: Error,
    },
}

impl Chain {
    /// Where the node stands.
    pub fn progress(&self) -> Result<Progress, Error> {
        Progress::read(&self.rpc.call("status", &json!({}))?)
    }

    /// Height of the newest block.
    pub fn height(&self) -> Result<u64, Error> {
        Ok(self.progress()?.height)
    }

    /// Sends messages in one transaction, all or none of which succeed, and waits for its
    /// block.
    pub fn send(&self, signer: &Key, messages: &[Any], limit: Limit) -> Result<Included, Error> {
        self.send_noted(signer, messages, limit, |_| Ok(()))
    }

    /// As [`Chain::send`]; `note` hears of each transaction before the node does, so that who
    /// is interrupted can find out later what became of it. Nothing is sent when it fails;
    /// its words are the error's then.
    pub fn send_noted(
        &self,
        signer: &Key,
        messages: &[Any],
        limit: Limit,
        mut note: impl FnMut(&Signed) -> Result<(), String>,
    ) -> Result<Included, Error> {
        let gas_limit = match limit {
            Limit::Gas(gas) => gas,
            Limit::Simulated => self.simulate(signer.account(), messages)?.gas_limit,
        };
        let mut envelope = self.envelope(signer.address(), gas_limit)?;
        let mut tries = 1;
        loop {
            let signed = self.sign(signer, messages, &envelope)?;
            note(&signed).map_err(Error::NotNoted)?;
            match self.hand_over(&signed.pending, &signed.bytes)? {
                Handed::Taken => return self.wait(&signed),
                Handed::Outrun { refusal, .. } if tries == TRIES => return Err(refusal),
                Handed::Outrun { sequence, .. } => {
                    tries += 1;
                    envelope.sequence = sequence;
                }
            }
        }
    }

    /// Hands over a signed transaction, which may have been handed over before. While the
    /// chain waits for an earlier one of the account, or has another one of this sequence that
    /// is in no block yet, so does this, up to the usual patience. Another transaction takes the
    /// place of this one only when blocks have used its sequence up, and the node's index, which
    /// may lag behind them, does not find it in one of these.
    pub fn hand_over(&self, pending: &Pending, tx: &[u8]) -> Result<Handed, Error> {
        let since = Instant::now();
        loop {
            let refusal = match self.broadcast(tx) {
                Ok(()) => return Ok(Handed::Taken),
                Err(error) if error.is_wrong_sequence() => error,
                // Nobody answered: it may have been taken all the same.
                Err(error @ Error::Unreachable { .. }) => return Err(unseen(pending, error)),
                Err(error) => return Err(error),
            };
            // The node lags, or has not heard of an earlier one that waits for a block at
            // another node. The turn of this one comes; a new one could land beside it.
            let waits =
                sequences(refusal.raw_log()).is_some_and(|(wanted, signed)| wanted < signed);
            if !waits {
                // It may have landed, whatever hinders us to look.
                let used_up = self.used_up(tx).map_err(|error| unseen(pending, error))?;
                if let Some((sequence, height)) = used_up {
                    return Ok(match self.is_held(pending, height, &since)? {
                        true => Handed::Taken,
                        false => Handed::Outrun { sequence, refusal },
                    });
                }
            }
            if since.elapsed() > self.patience {
                return Err(unseen(pending, refusal));
            }
            thread::sleep(PAUSE);
        }
    }

    /// The sequence that comes next, and a block by which that of a transaction was used up;
    /// none while it is not. Both are of one node, and asked in this order: a node may tell of
    /// a block before its state has it, not after.
    fn used_up(&self, tx: &[u8]) -> Result<Option<(u64, u64)>, Error> {
        let (signer, sequence) = signed_by(tx, &self.network.prefix)
            .ok_or_else(|| Error::Answer("these bytes are no transaction of one key".to_owned()))?;
        loop {
            let node = self.rpc.current();
            let next = self.sequence(&signer)?;
            if next <= sequence {
                return Ok(None);
            }
            let height = self.height()?;
            if node == self.rpc.current() {
                return Ok(Some((next, height)));
            }
        }
    }

    /// Whether a block up to this one holds it, looking until the node's index knows them all.
    fn is_held(&self, pending: &Pending, height: u64, since: &Instant) -> Result<bool, Error> {
        loop {
            let looked = self.look(&pending.hash);
            let (progress, found) = looked.map_err(|error| unseen(pending, error))?;
            if found.is_some() {
                return Ok(true);
            }
            if progress.height > height.saturating_add(INDEX_BLOCKS) {
                return match progress.holds(pending) {
                    true => Ok(false),
                    false => Err(not_kept(pending, progress)),
                };
            }
            if since.elapsed() > self.patience {
                return Err(self.not_included(pending));
            }
            thread::sleep(PAUSE);
        }
    }

    /// What became of a transaction that was handed over earlier: waits until a block holds
    /// it, or until none can any more; then none. Fails when the node does not have the
    /// blocks that may hold it.
    pub fn resolve(&self, pending: &Pending) -> Result<Option<Included>, Error> {
        loop {
            let (progress, found) = self.find_with_progress(&pending.hash)?;
            if found.is_some() {
                return Ok(found);
            }
            if progress.is_past(pending) {
                return match progress.holds(pending) {
                    true => Ok(None),
                    false => Err(not_kept(pending, progress)),
                };
            }
            thread::sleep(PAUSE);
        }
    }

    /// A transaction that is in a block, by its hash; none when no block of the node's holds
    /// it.
    pub fn find(&self, hash: &str) -> Result<Option<Included>, Error> {
        match self.tx(hash)? {
            Some(answer) => Included::read(&answer, None).map(Some),
            None => Ok(None),
        }
    }

    /// The same, and where this very node stood just before it looked.
    pub fn find_with_progress(&self, hash: &str) -> Result<(Progress, Option<Included>), Error> {
        let (progress, found) = self.look(hash)?;
        let found = found.map(|answer| Included::read(&answer, None));
        Ok((progress, found.transpose()?))
    }

    /// Where the node stands, then what it knows of a transaction: what lands while we look
    /// is found in the next round. Both are of one node, because another one may be behind.
    fn look(&self, hash: &str) -> Result<(Progress, Option<Value>), Error> {
        loop {
            let progress = self.progress()?;
            let node = self.rpc.current();
            let found = self.tx(hash)?;
            if node == self.rpc.current() {
                return Ok((progress, found));
            }
        }
    }

    /// What the node knows of a transaction.
    pub(crate) fn tx(&self, hash: &str) -> Result<Option<Value>, Error> {
        let bytes = hex::decode(hash).map_err(|_| Error::Hash(hash.into()))?;
        let params = json!({ "hash": rpc::encode(&bytes), "prove": false });
        match self.rpc.call("tx", &params) {
            Err(Error::Rpc { message, .. }) if is_unknown(&message) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Waits for the block that holds a transaction which was handed over.
    pub fn wait(&self, signed: &Signed) -> Result<Included, Error> {
        let since = Instant::now();
        loop {
            match self.tx(&signed.pending.hash) {
                Ok(Some(answer)) => {
                    return Included::read(&answer, Some((signed.bytes.len(), signed.fee)))
                }
                // It is on its way, whoever falls silent now.
                Ok(None) | Err(Error::Unreachable { .. }) => {}
                Err(source) => return Err(unseen(&signed.pending, source)),
            }
            if since.elapsed() > self.patience {
                return Err(self.not_included(&signed.pending));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn not_included(&self, pending: &Pending) -> Error {
        Error::NotIncluded {
            hash: pending.hash.clone(),
            secs: self.patience.as_secs(),
            last_block: pending.last_block,
        }
    }
}

/// Whether a node says that no block of its holds a transaction. That it has no index, or that
/// somebody between does not know the question, is no such answer.
fn is_unknown(error: &str) -> bool {
    let error: Value = serde_json::from_str(error).unwrap_or_default();
    let data = error["data"].as_str().unwrap_or_default();
    error["code"] == -32603 && data.starts_with("tx (") && data.contains(") not found")
}

fn not_kept(pending: &Pending, progress: Progress) -> Error {
    Error::NotKept {
        hash: pending.hash.clone(),
        first_block: pending.first_block(),
        last_block: pending.last_block,
        earliest: progress.earliest,
    }
}

fn unseen(pending: &Pending, source: Error) -> Error {
    Error::Unseen {
        hash: pending.hash.clone(),
        last_block: pending.last_block,
        source: Box::new(source),
    }
}

/// The sequence that the node wants, and the one that was signed. The wanted one counts the
/// account's transactions that wait for a block, which the account's own record does not.
pub(crate) fn sequences(log: &str) -> Option<(u64, u64)> {
    let (_, rest) = log.split_once("account sequence mismatch, expected ")?;
    let (wanted, rest) = rest.split_once(", got ")?;
    let signed = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((wanted.parse().ok()?, signed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sequences_are_read_from_what_the_chain_says() {
        let log = "account sequence mismatch, expected 12, got 9: incorrect account sequence";
        assert_eq!(sequences(log), Some((12, 9)));
        assert_eq!(sequences("insufficient fees; got: 1ustake"), None);
    }

    #[test]
    fn only_a_node_that_looked_says_that_no_block_holds_it() {
        let unknown = r#"{"code":-32603,"message":"Internal error","data":"tx (4F0A) not found, err: %!w(<nil>)"}"#;
        assert!(is_unknown(unknown));
        for other in [
            r#"{"code":-32601,"message":"Method not found"}"#,
            r#"{"code":-32603,"message":"Internal error","data":"transaction indexing is disabled"}"#,
            r#"{"code":-32603,"message":"Internal error","data":"upstream not found"}"#,
            "not found",
        ] {
            assert!(!is_unknown(other), "{other}");
        }
    }

    #[test]
    fn a_node_holds_a_transaction_when_it_has_every_block_that_may() {
        let pending = |last_block| Pending {
            hash: String::new(),
            last_block,
        };
        let from = |earliest| Progress {
            catching_up: false,
            height: 500,
            earliest,
        };
        assert_eq!(pending(200).first_block(), 101);
        assert!(from(101).holds(&pending(200)) && !from(102).holds(&pending(200)));
        // On a young chain the first block is the first.
        assert!(from(1).holds(&pending(40)));
    }
}
