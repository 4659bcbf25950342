//! What is said to the chain: one thing at a time, and what became of it.

use std::time::Instant;

use cosmrs::Any;
use surge_chain::{Error as ChainError, Limit};
use surge_interface::Resources;
use tracing::{error, info, warn};

use super::{longer, number, together::culprit, Agent};
use crate::{
    journal::{Purpose, Sent, Stage},
    machine,
    outbox::{self, News, Outgoing},
    suite::Call,
    Error,
};

impl Agent {
    /// What became of the transaction that was on its way.
    pub(super) fn follow(&mut self) -> Result<(), Error> {
        let news = outbox::look(&self.suite.chain, &mut self.journal, stage_after)?;
        let (tx, end) = match &news {
            News::Nothing | News::Waiting => return Ok(()),
            News::Included(tx, included) => {
                info!(
                    event = "included",
                    what = tx.purpose.word(),
                    job = tx.job,
                    also = tx.others(),
                    tx = tx.hash,
                    height = included.height,
                    gas = included.gas_used,
                    fee = %tx.fee,
                    "in a block"
                );
                self.waits.remove(&(tx.purpose, tx.job));
                for job in &tx.also {
                    self.waits.remove(&(tx.purpose, Some(*job)));
                }
                self.together.landed(tx);
                self.parting = None;
                match tx.purpose {
                    Purpose::Claim => self.put_off(tx.purpose)?,
                    purpose if purpose.has_heartbeat() => self.alone.sent(),
                    _ => {}
                }
                (tx, "included")
            }
            News::Failed(tx, why) => {
                warn!(
                    event = "failed_in_block",
                    what = tx.purpose.word(),
                    job = tx.job,
                    also = tx.others(),
                    tx = tx.hash,
                    fee = %tx.fee,
                    why = why.as_str(),
                    "refused"
                );
                let held = match tx.also.is_empty() {
                    true => tx.job,
                    // The others are not to blame, and may have little time.
                    false => culprit(tx, why),
                };
                self.together.failed(tx, held);
                if held.is_some() || tx.also.is_empty() {
                    self.hold(tx.purpose, held);
                }
                if matches!(tx.purpose, Purpose::Withdraw | Purpose::Claim) {
                    // It costs its fee each time, and nothing hangs on it.
                    self.put_off(tx.purpose)?;
                }
                self.ensure_operator()?;
                (tx, "failed")
            }
            News::Refused(tx, error) => return self.refused(tx, error),
            News::Lapsed(tx) => {
                warn!(
                    event = "lapsed",
                    what = tx.purpose.word(),
                    job = tx.job,
                    also = tx.others(),
                    tx = tx.hash,
                    "in no block, sent anew"
                );
                if tx.purpose.has_heartbeat() {
                    self.heartbeat_lapsed(&tx.hash);
                }
                (tx, "lapsed")
            }
        };
        self.metrics
            .transactions
            .with_label_values(&[tx.purpose.word(), end])
            .inc();
        if end != "lapsed" {
            self.metrics.fees.inc_by(number(tx.fee));
        }
        Ok(())
    }

    /// The heartbeat that is due: when the interval is over, when searches do not find the
    /// node though it has room, or when they may find it though it has none to give.
    pub(super) fn heartbeat(&self) -> Option<Call> {
        let node = &self.node;
        let room = node.spec.capacity.saturating_sub(&node.reserved);
        let offered = room.saturating_sub(&node.withheld).milli_cpu;
        let (free, due) = match self.draining {
            true if self.relieved => return None,
            // Nobody evicts a node that has nothing to give: it may fall silent.
            true => (Resources::default(), offered > 0),
            false => {
                let folder = self.bench.files.path();
                let free = machine::free(node.spec.capacity, node.reserved, folder);
                let age = self.now_secs.saturating_sub(node.last_seen_secs);
                let back = offered == 0 && free.milli_cpu > 0;
                (free, age >= self.heartbeat_secs || back)
            }
        };
        due.then(|| self.pulse(free))
    }

    fn pulse(&self, free: Resources) -> Call {
        Call::Heartbeat {
            node: self.node.id,
            seq: self.node.seq.saturating_add(1),
            free,
        }
    }

    /// The messages of these calls for a purpose.
    pub(super) fn messages(&self, purpose: Purpose, calls: &[&Call]) -> Result<Vec<Any>, Error> {
        let nothing = self.pulse(Resources::default());
        let withheld = (purpose == Purpose::Withhold).then_some(&nothing);
        let (address, contracts) = (self.operator.address(), &self.suite.contracts);
        let calls = calls.iter().copied().chain(withheld);
        let messages = calls.map(|call| call.message(address, contracts));
        Ok(messages.collect::<Result<_, _>>()?)
    }

    /// Signs and hands over. What the chain says no to is told and tried again later.
    pub(super) fn say(
        &mut self,
        purpose: Purpose,
        job: Option<u64>,
        call: &Call,
    ) -> Result<(), Error> {
        let messages = self.messages(purpose, &[call])?;
        let outgoing = Outgoing {
            signer: &self.operator,
            messages: &messages,
            purpose,
            job,
            also: &[],
            limit: Limit::Simulated,
        };
        let sent = outbox::send(&self.suite.chain, &mut self.journal, &self.note, &outgoing);
        match sent {
            Ok(News::Refused(tx, error)) => self.refused(&tx, &error),
            Ok(_) => Ok(()),
            Err(Error::Chain(error)) if !error.raw_log().is_empty() => {
                self.say_no(purpose, job, error.raw_log())
            }
            Err(Error::Chain(error @ ChainError::Unfunded { .. })) => {
                error!(event = "unfunded", %error, "the operator's key needs coins for gas");
                self.hold(purpose, job);
                Ok(())
            }
            Err(Error::Chain(error @ ChainError::FeeTooHigh { .. })) => {
                error!(
                    event = "fee_too_high",
                    what = purpose.word(),
                    job,
                    %error,
                    next = "if it is worth that, start again with --highest-fee AMOUNT, or highest_fee in the network's file; if not, the chain's node asks too much: name another one in the network's rpc",
                    "a fee is above what is paid for one transaction"
                );
                self.hold(purpose, job);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The chain did not take it, as far as the node knows that was asked.
    fn refused(&mut self, tx: &Sent, error: &ChainError) -> Result<(), Error> {
        if tx.purpose.has_heartbeat() {
            // Where another one took it, it is found by this.
            self.heartbeat_lapsed(&tx.hash);
        }
        self.say_no(tx.purpose, tx.job, &error.to_string())
    }

    /// The chain says no: nothing is paid, and it is tried again later.
    fn say_no(&mut self, purpose: Purpose, job: Option<u64>, why: &str) -> Result<(), Error> {
        warn!(
            event = "refused",
            what = purpose.word(),
            job,
            why,
            "the chain says no"
        );
        self.metrics
            .transactions
            .with_label_values(&[purpose.word(), "refused"])
            .inc();
        self.hold(purpose, job);
        self.ensure_operator()
    }

    /// What is refused may be so because the owner named another hot key meanwhile: nothing
    /// that this one sends counts then.
    fn ensure_operator(&self) -> Result<(), Error> {
        let provider = self.suite.provider(self.node.provider)?;
        let operator = provider.record.operator;
        if operator.as_str() == self.operator.address() {
            return Ok(());
        }
        Err(Error::NotReady {
            what: format!(
                "{} is no longer the hot key of provider {}: {operator} is",
                self.operator.address(),
                provider.id
            ),
            next: "start it again with --from and that key, in the same folder: what it has of its jobs lies there, and they go on".to_owned(),
        })
    }

    pub(super) fn is_ready(&self, purpose: Purpose, job: Option<u64>) -> bool {
        let wait = self.waits.get(&(purpose, job));
        wait.is_none_or(|(until, _)| *until <= Instant::now())
    }

    pub(super) fn hold(&mut self, purpose: Purpose, job: Option<u64>) {
        let last = self.waits.get(&(purpose, job)).map(|(_, wait)| *wait);
        let wait = longer(last.unwrap_or_default());
        self.waits
            .insert((purpose, job), (Instant::now() + wait, wait));
    }
}

/// How far a job is when this transaction is in a block.
fn stage_after(tx: &Sent) -> Option<Stage> {
    match tx.purpose {
        Purpose::Result => Some(Stage::Delivered),
        Purpose::Decline => Some(Stage::Declined),
        _ => None,
    }
}
