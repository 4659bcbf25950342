//! One transaction at a time, noted before it is handed over. Its bytes are kept: handed
//! over again after an interruption they land at most once, because they use up a sequence.

use cosmrs::Any;
pub use surge_chain::INDEX_BLOCKS;
use surge_chain::{signed_by, Chain, Error as ChainError, Included, Key, Limit, Pending, Progress};
use tracing::warn;

use crate::{
    journal::{End, Journal, Purpose, Sent, Stage},
    own, Error,
};

/// Blocks after which a transaction that is in none cannot land any more. Few: while it is
/// open nothing else is sent.
const LIFE_BLOCKS: u64 = 30;

/// Hears of a transaction before it is handed over: how to find it, and what it does. What it
/// answers when it fails is told, and holds nothing up.
pub type Note = Box<dyn Fn(&Pending, &str) -> Result<(), String>>;

/// What became of the transaction that was on its way.
#[derive(Debug)]
pub enum News {
    /// There was none.
    Nothing,
    /// It is still on its way.
    Waiting,
    /// A block holds it.
    Included(Sent, Box<Included>),
    /// A block holds it, and it failed; its fee is paid. Why.
    Failed(Sent, String),
    /// The chain did not take it, and nothing is paid. Why.
    Refused(Sent, ChainError),
    /// It will never land, and nobody refused it.
    Lapsed(Sent),
}

/// What is to be sent.
pub struct Outgoing<'a> {
    /// Who signs and pays.
    pub signer: &'a Key,
    /// The messages.
    pub messages: &'a [Any],
    /// What for.
    pub purpose: Purpose,
    /// The job it is about.
    pub job: Option<u64>,
    /// Further jobs, one message each.
    pub also: &'a [u64],
    /// How much gas it may use.
    pub limit: Limit,
}

/// Signs messages, notes them and hands them over. Answers that they wait for a block, or that
/// the chain does not take them; whatever happens else is found by [`look`].
pub fn send(
    chain: &Chain,
    journal: &mut Journal,
    note: &Note,
    outgoing: &Outgoing<'_>,
) -> Result<News, Error> {
    let &Outgoing { purpose, job, .. } = outgoing;
    let signed = chain.prepare(
        outgoing.signer,
        outgoing.messages,
        outgoing.limit,
        LIFE_BLOCKS,
    )?;
    let jobs: Vec<String> = job
        .iter()
        .chain(outgoing.also)
        .map(u64::to_string)
        .collect();
    let about = match jobs.as_slice() {
        [] => String::new(),
        [job] => format!(" of job {job}"),
        jobs => format!(" of jobs {}", jobs.join(", ")),
    };
    let what = format!("surge node run: {}{about}", purpose.word());
    if let Err(error) = note(&signed.pending, &what) {
        warn!(
            event = "not_noted",
            error,
            tx = signed.pending.hash,
            "`surge tx` will not know of it"
        );
    }
    let tx = Sent {
        hash: signed.pending.hash,
        purpose,
        job,
        also: outgoing.also.to_vec(),
        last_block: signed.pending.last_block,
        bytes: signed.bytes,
        fee: signed.fee,
    };
    journal.note(&tx)?;
    let handed = chain.broadcast(&tx.bytes);
    journal.handed_over(purpose);
    match handed {
        Err(error @ ChainError::Unreachable { .. }) => Err(error.into()),
        Err(error @ ChainError::Refused { .. }) if !error.is_wrong_sequence() => {
            journal.end(&tx, End::Refused, None)?;
            Ok(News::Refused(tx, error))
        }
        // It is found again, and judged, when it is handed over the next time.
        _ => Ok(News::Waiting),
    }
}

/// A transaction whose sequence the chain does not take. Once blocks have used that up, and
/// the transaction is in none of them some blocks later, another one was faster: this one can
/// never land.
fn overtaken(
    chain: &Chain,
    journal: &mut Journal,
    tx: Sent,
    progress: Progress,
) -> Result<News, Error> {
    let height = progress.height;
    let Some((signer, sequence)) = signed_by(&tx.bytes, &chain.network().prefix) else {
        return Ok(News::Waiting);
    };
    if chain.sequence(&signer)? <= sequence {
        return Ok(News::Waiting);
    }
    let noted = journal.fact("overtaken")?;
    let since: Option<u64> = noted
        .as_deref()
        .and_then(|noted| noted.strip_prefix(&tx.hash)?.trim().parse().ok());
    match since {
        Some(since) if height > since.saturating_add(INDEX_BLOCKS) => {
            ensure_harmless(journal, &tx, progress)?;
            warn!(
                event = "overtaken",
                what = tx.purpose.word(),
                job = tx.job,
                also = tx.others(),
                key = signer,
                "somebody else sent with this node's key; two programs on one key hold each other up: end the other one, or, when it is another machine of this provider, give machines providers of their own"
            );
            journal.end(&tx, End::Lapsed, None)?;
            Ok(News::Lapsed(tx))
        }
        Some(_) => Ok(News::Waiting),
        None => {
            journal.remember("overtaken", &format!("{} {height}", tx.hash))?;
            Ok(News::Waiting)
        }
    }
}

fn pending(tx: &Sent) -> Pending {
    Pending {
        hash: tx.hash.clone(),
        last_block: tx.last_block,
    }
}

/// Fails when signing anew what a node does not find could do something twice. A node that
/// has not every block which may hold a transaction cannot say that none does. Most steps may
/// be taken anew all the same, because what the chain answers decides about them: a job that
/// is delivered or declined, money that is paid out, a provider, bond or offer that is there.
/// Only the step that adds a node looks like none before it is known which node that was.
fn ensure_harmless(journal: &Journal, tx: &Sent, progress: Progress) -> Result<(), Error> {
    let adds = tx.purpose == Purpose::Join && own::known(journal)?.is_none();
    if !adds || progress.holds(&pending(tx)) {
        return Ok(());
    }
    Err(Error::NotReady {
        what: format!(
            "a step of joining may be in a block up to {}, and the chain's node has none before {}: it cannot know whether {} added this machine",
            tx.last_block, progress.earliest, tx.hash
        ),
        next: "ask a node that has them: put it first in the network's rpc. Without one, see whether the machine is there with: surge node list --provider ID; then start with a new folder, --folder NEW, and --node ID when it is there".to_owned(),
    })
}

/// Whether a transaction is in no block and none can hold it any more, by its signer's
/// sequence at the end of a block that is past its last one.
fn is_unused(chain: &Chain, tx: &Sent, height: u64) -> Result<bool, Error> {
    let Some((signer, sequence)) = signed_by(&tx.bytes, &chain.network().prefix) else {
        return Ok(false);
    };
    // Of a block that is done: a node that is asked for its newest may not have it yet.
    let past = chain.at(height.saturating_sub(1));
    Ok(past.sequence(&signer)? <= sequence)
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
    let progress = match chain.find_with_progress(&tx.hash) {
        Ok((_, Some(included))) => {
            if tx.purpose == Purpose::Join {
                // First of all: whoever does not know it any more adds another one.
                if let Ok(node) = included.attribute::<u32>("wasm-node_added", "node") {
                    journal.about(own::NODE, &node.to_string())?;
                }
            }
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
        Ok((progress, None)) => progress,
        Err(error) => return Err(error.into()),
    };
    if progress.is_past(&pending(&tx)) {
        if let Err(unsure) = ensure_harmless(journal, &tx, progress) {
            if !is_unused(chain, &tx, progress.height)? {
                return Err(unsure);
            }
        }
        journal.end(&tx, End::Lapsed, None)?;
        return Ok(News::Lapsed(tx));
    }
    if progress.height > tx.last_block {
        // Too late to hand it over, and an index may still find it.
        return Ok(News::Waiting);
    }
    match chain.broadcast(&tx.bytes) {
        // Another transaction of the account used its sequence, or this one itself did a
        // moment ago: which, shows when the next blocks are there.
        Err(error) if error.is_wrong_sequence() => overtaken(chain, journal, tx, progress),
        Err(error @ ChainError::Refused { .. }) => {
            journal.end(&tx, End::Refused, None)?;
            Ok(News::Refused(tx, error))
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(News::Waiting),
    }
}

#[cfg(test)]
mod tests;
