//! One transaction at a time, noted before it is handed over. Its bytes are kept: handed
//! over again after an interruption they land at most once, because they use up a sequence.

use cosmrs::Any;
use surge_chain::{Chain, Error as ChainError, Included, Key, Limit};

use crate::{
    journal::{End, Journal, Purpose, Sent, Stage},
    Error,
};

/// Blocks after which a transaction that is in none cannot land any more. Few: while it is
/// open nothing else is sent.
const LIFE_BLOCKS: u64 = 30;

/// What became of the transaction that was on its way.
#[derive(Debug)]
pub enum News {
    /// There was none.
    Nothing,
    /// It is still on its way.
    Waiting,
    /// A block holds it.
    Included(Sent, Box<Included>),
    /// A block holds it, and it failed; or the chain never took it. Why.
    Failed(Sent, String),
    /// It will never land, and nobody refused it.
    Lapsed(Sent),
}

/// Signs a message, notes it and hands it over. Whatever happens then is found by [`look`].
pub fn send(
    chain: &Chain,
    journal: &Journal,
    signer: &Key,
    messages: &[Any],
    purpose: Purpose,
    job: Option<u64>,
) -> Result<(), Error> {
    send_within(
        chain,
        journal,
        signer,
        messages,
        purpose,
        job,
        Limit::Simulated,
    )
}

/// The same with a gas limit that was agreed to.
pub fn send_within(
    chain: &Chain,
    journal: &Journal,
    signer: &Key,
    messages: &[Any],
    purpose: Purpose,
    job: Option<u64>,
    limit: Limit,
) -> Result<(), Error> {
    let signed = chain.prepare(signer, messages, limit, LIFE_BLOCKS)?;
    journal.note(&Sent {
        hash: signed.pending.hash,
        purpose,
        job,
        last_block: signed.pending.last_block,
        bytes: signed.bytes.clone(),
        fee: signed.fee,
    })?;
    let handed = chain.broadcast(&signed.bytes);
    journal.handed_over(purpose);
    // A refusal is found again, and judged, when it is handed over the next time.
    match handed {
        Err(error @ ChainError::Unreachable { .. }) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Looks what became of the transaction that is on its way, and hands it over again while it
/// is in no block. `stage` says how far its job is when a block holds it.
pub fn look(
    chain: &Chain,
    journal: &mut Journal,
    stage: impl Fn(&Sent) -> Option<Stage>,
) -> Result<News, Error> {
    let Some(tx) = journal.open_tx()? else {
        return Ok(News::Nothing);
    };
    let height = match chain.find_with_progress(&tx.hash) {
        Ok((_, Some(included))) => {
            let end = End::Included {
                height: included.height,
            };
            let stage = stage(&tx);
            journal.end(&tx, end, stage)?;
            return Ok(News::Included(tx, Box::new(included)));
        }
        Err(ChainError::Failed { raw_log, .. }) => {
            journal.end(&tx, End::Failed, None)?;
            return Ok(News::Failed(tx, raw_log));
        }
        Ok((progress, None)) => progress.height,
        Err(error) => return Err(error.into()),
    };
    if height > tx.last_block {
        journal.end(&tx, End::Lapsed, None)?;
        return Ok(News::Lapsed(tx));
    }
    match chain.broadcast(&tx.bytes) {
        // Another transaction of the account used its sequence, or this one itself did a
        // moment ago: which, shows when the next blocks are there.
        Err(error) if error.is_wrong_sequence() => Ok(News::Waiting),
        Err(ChainError::Refused { raw_log, .. }) => {
            journal.end(&tx, End::Failed, None)?;
            Ok(News::Failed(tx, raw_log))
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(News::Waiting),
    }
}
