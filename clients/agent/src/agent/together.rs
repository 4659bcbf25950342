//! What is said first, and about several jobs in one transaction. One job at a time, whoever
//! sends many at once would have some of them turned down, or delivered, too late.

use std::collections::HashMap;

use cosmwasm_std::Addr;
use surge_chain::{Error as ChainError, Limit};
use surge_interface::escrow::JobSummary;
use tracing::debug;

use super::{Agent, Wanted};
use crate::{
    journal::{Purpose, Sent},
    outbox::{self, News, Outgoing},
    suite::Call,
    Error,
};

/// Most jobs of one transaction: 10 that are turned down use 3.5 million gas.
const MOST: usize = 10;

/// Gas whose fee is the highest that a node pays for one transaction where its owner says no
/// other: the limit of [`MOST`] jobs that are turned down is below it.
pub const MOST_GAS: u64 = 7_000_000;

/// How many jobs go in one transaction. A requester can undo a whole one by cancelling one of
/// its jobs a moment before: after that its jobs go by themselves, half as many together, and
/// twice as many after each transaction that lands. The other requesters' go together, as many
/// as landed, since anybody may have many addresses.
pub(super) struct Together {
    /// Whose jobs they are: those that are live, or on their way.
    requesters: HashMap<u64, Addr>,
    /// Most jobs of those who undid nothing.
    most: usize,
    /// Those who did, and how many of their jobs go together.
    apart: HashMap<Addr, usize>,
    /// Whether what was in a block last was of such a one.
    apart_last: bool,
}

impl Default for Together {
    fn default() -> Self {
        Self {
            requesters: HashMap::new(),
            most: MOST,
            apart: HashMap::new(),
            apart_last: false,
        }
    }
}

impl Together {
    /// These jobs are live, and this is on its way.
    pub(super) fn sees<'a>(
        &mut self,
        live: impl Iterator<Item = &'a JobSummary>,
        open: Option<&Sent>,
    ) {
        let is_open = |job: &u64| open.is_some_and(|tx| tx.jobs().any(|of| of == *job));
        self.requesters.retain(|job, _| is_open(job));
        let whose = live.map(|job| (job.id, job.requester.clone()));
        self.requesters.extend(whose);
    }

    /// A block has it.
    pub(super) fn landed(&mut self, tx: &Sent) {
        if !goes_together(tx.purpose) {
            return;
        }
        let twice = (2 * tx.jobs().count()).min(MOST);
        let whose = self.apart_of(tx.jobs());
        self.apart_last = whose.is_some();
        match whose {
            None => self.most = self.most.max(twice),
            Some(whose) => {
                let most = self.apart.entry(whose).or_default();
                *most = twice.max(*most);
                self.apart.retain(|_, most| *most < MOST);
            }
        }
    }

    /// Nothing of it was done, because of this job where the chain says which.
    pub(super) fn failed(&mut self, tx: &Sent, culprit: Option<u64>) {
        if !goes_together(tx.purpose) {
            return;
        }
        let half = tx.jobs().count() / 2;
        let whose = self.apart_of(tx.jobs());
        self.apart_last = whose.is_some();
        if half == 0 {
            return;
        }
        if let Some(whose) = whose {
            self.apart.insert(whose, half);
            return;
        }
        self.most = half;
        if let Some(whose) = culprit.and_then(|job| self.requesters.get(&job)) {
            self.apart.insert(whose.clone(), half);
        }
    }

    /// The requester whose jobs go by themselves, when one of these is of such a one.
    fn apart_of(&self, mut jobs: impl Iterator<Item = u64>) -> Option<Addr> {
        let whose = jobs.find_map(|job| self.requesters.get(&job))?;
        self.apart.contains_key(whose).then(|| whose.clone())
    }

    /// Of all that may be said now, what is said next: all of it has the same purpose, and goes
    /// with the first of it. First is what costs bond when it comes too late, the earliest end
    /// before the others. Those who undid transactions and those who did not have a turn each:
    /// nobody who undoes one after the other has somebody else's jobs wait until it is too late.
    pub(super) fn next(&self, ready: Vec<Wanted>) -> Vec<Wanted> {
        let apart = |wanted: &Wanted| self.apart_of(wanted.job.into_iter());
        let (mut urgent, others): (Vec<_>, Vec<_>) = ready
            .into_iter()
            .partition(|wanted| matches!(wanted.purpose, Purpose::Decline | Purpose::Result));
        urgent.sort_by_key(|wanted| (wanted.until_secs, wanted.job));
        let ready = if urgent.is_empty() { others } else { urgent };
        let is_turn = |wanted: &&Wanted| apart(wanted).is_some() != self.apart_last;
        let Some(first) = ready.iter().find(is_turn).or(ready.first()) else {
            return vec![];
        };
        let (purpose, whose) = (first.purpose, apart(first));
        let most = match &whose {
            _ if !goes_together(purpose) => 1,
            Some(whose) => self.apart.get(whose).copied().unwrap_or(1),
            None => self.most,
        };
        let same = |wanted: &Wanted| wanted.purpose == purpose && apart(wanted) == whose;
        ready.into_iter().filter(same).take(most).collect()
    }
}

/// Whether several jobs go in one transaction.
const fn goes_together(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Decline | Purpose::Result | Purpose::Withhold
    )
}

/// The job of a message that the chain says made a transaction fail.
pub(super) fn culprit(tx: &Sent, why: &str) -> Option<u64> {
    let (_, rest) = why.split_once("message index: ")?;
    let index: usize = rest
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()?;
    tx.jobs().nth(index)
}

/// Tries with so many, and with half as many each time that it is refused; never with one.
/// Answers whether it was done.
fn halving(
    mut count: usize,
    mut attempt: impl FnMut(usize) -> Result<bool, Error>,
) -> Result<bool, Error> {
    while count > 1 {
        if attempt(count)? {
            return Ok(true);
        }
        count /= 2;
    }
    Ok(false)
}

impl Agent {
    /// Says these in one transaction. Where the chain refuses that, because of one of them or
    /// of its size, as many as it takes, and in the end the first one alone.
    pub(super) fn say_together(&mut self, calls: &[Wanted]) -> Result<(), Error> {
        if halving(calls.len(), |count| self.is_taken(calls[..count].to_vec()))? {
            return Ok(());
        }
        match calls.first() {
            Some(Wanted {
                purpose, job, call, ..
            }) => self.say(*purpose, *job, call),
            None => Ok(()),
        }
    }

    /// Signs and hands over, unless the chain refuses it, or its fee is above the highest.
    fn is_taken(&mut self, mut calls: Vec<Wanted>) -> Result<bool, Error> {
        // As the journal has them: the chain names the one that failed by its place.
        calls.sort_by_key(|wanted| wanted.job);
        let Some(first) = calls.first() else {
            return Ok(true);
        };
        let said: Vec<&Call> = calls.iter().map(|wanted| &wanted.call).collect();
        let messages = self.messages(first.purpose, &said)?;
        let also: Vec<u64> = calls
            .iter()
            .skip(1)
            .filter_map(|wanted| wanted.job)
            .collect();
        let outgoing = Outgoing {
            signer: &self.operator,
            messages: &messages,
            purpose: first.purpose,
            job: first.job,
            also: &also,
            limit: Limit::Simulated,
        };
        match outbox::send(&self.suite.chain, &mut self.journal, &self.note, &outgoing) {
            // Why, is told of the one that is tried alone.
            Ok(News::Refused(tx, _)) => {
                if tx.purpose.has_heartbeat() {
                    self.heartbeat_lapsed(&tx.hash);
                }
                Ok(false)
            }
            Ok(_) => Ok(true),
            // It may be noted and handed over.
            Err(Error::Chain(error @ ChainError::Unreachable { .. })) => Err(error.into()),
            Err(Error::Chain(error)) => {
                debug!(count = calls.len(), %error, "too many for one transaction");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod on_chain;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use surge_interface::escrow::JobResult;

    use super::*;

    fn decline(job: u64) -> Wanted {
        Wanted::new(Purpose::Decline, Some(job), Call::Decline { job })
    }

    fn result(job: u64) -> Wanted {
        let result = JobResult {
            sha256: String::new(),
            size: 0,
            uri: String::new(),
        };
        Wanted::new(Purpose::Result, Some(job), Call::Result { job, result })
    }

    fn settle(job: u64) -> Wanted {
        Wanted::new(Purpose::Settle, Some(job), Call::Settle { job })
    }

    /// Jobs up to 50 are of one requester, all others of another one.
    fn together() -> Together {
        let mut together = Together::default();
        for job in 1..=100 {
            let whose = if job <= 50 { "one" } else { "other" };
            together.requesters.insert(job, Addr::unchecked(whose));
        }
        together
    }

    fn jobs(next: Vec<Wanted>) -> Vec<u64> {
        next.into_iter().filter_map(|wanted| wanted.job).collect()
    }

    fn sent(jobs: &[u64]) -> Sent {
        Sent {
            hash: "A".to_owned(),
            purpose: Purpose::Decline,
            job: jobs.first().copied(),
            also: jobs.iter().skip(1).copied().collect(),
            last_block: 1,
            bytes: vec![],
            fee: 0,
        }
    }

    #[test]
    fn as_many_as_go_together_are_turned_down_for_less_than_the_highest_fee() {
        let table = include_str!("../../../../gas/table.json");
        let table: serde_json::Value = serde_json::from_str(table).expect("a table");
        let rows = table.as_object().expect("rows").iter();
        for (name, row) in rows.filter(|(name, _)| name.starts_with("escrow decline")) {
            let gas = row["gas"].as_u64().expect("gas");
            // The usual margin, and half of that for a network that grows.
            assert!(gas * MOST as u64 * 160 / 100 < MOST_GAS, "{name}");
        }
    }

    #[test]
    fn thirty_jobs_that_turn_due_together_are_turned_down_in_three_transactions() {
        let mut ready: Vec<Wanted> = (1..=30).map(decline).collect();
        for _ in 0..3 {
            assert_eq!(together().next(ready.clone()).len(), 10);
            ready.drain(..10);
        }
        assert!(together().next(ready).is_empty());
    }

    #[test]
    fn what_costs_bond_when_it_comes_late_is_said_first_and_together_the_earliest_end_first() {
        let by = |until_secs, wanted| Wanted {
            until_secs,
            ..wanted
        };
        let said = |ready: Vec<Wanted>| -> Vec<(Purpose, Option<u64>)> {
            let said = together().next(ready).into_iter();
            said.map(|wanted| (wanted.purpose, wanted.job)).collect()
        };
        let mut ready = vec![
            settle(1),
            by(1_600, decline(3)),
            by(1_500, result(4)),
            by(1_550, decline(5)),
            by(1_700, result(2)),
        ];
        let (decline, result) = (Purpose::Decline, Purpose::Result);
        // Whoever has declines come one after the other holds no result up.
        assert_eq!(said(ready.clone()), [(result, Some(4)), (result, Some(2))]);
        ready.retain(|wanted| wanted.job != Some(4));
        assert_eq!(
            said(ready.clone()),
            [(decline, Some(5)), (decline, Some(3))]
        );
        let ready = vec![settle(1), settle(2)];
        assert_eq!(said(ready), [(Purpose::Settle, Some(1))]);
        let withhold = |job| Wanted::new(Purpose::Withhold, Some(job), Call::Vacate { job });
        let mut ready: Vec<Wanted> = (1..=12).map(withhold).collect();
        assert_eq!(together().next(ready.clone()).len(), 10);
        ready.push(by(1_600, self::decline(13)));
        assert_eq!(said(ready), [(decline, Some(13))]);
        assert_eq!(said(vec![]), []);
    }

    #[test]
    fn who_undoes_one_transaction_after_the_other_has_every_second_turn() {
        let mut together = together();
        let mut ready: Vec<Wanted> = (43..=56).map(decline).collect();
        together.failed(&sent(&jobs(together.next(ready.clone()))), Some(44));
        let mut turns = vec![];
        for _ in 0..4 {
            let said = jobs(together.next(ready.clone()));
            turns.push(said.clone());
            if said[0] > 50 {
                together.landed(&sent(&said));
                ready.retain(|wanted| wanted.job.is_some_and(|job| !said.contains(&job)));
            } else {
                together.failed(&sent(&said), said.first().copied());
                ready.retain(|wanted| wanted.job != said.first().copied());
            }
        }
        assert_eq!(
            turns,
            [
                vec![43, 44, 45, 46, 47],
                vec![51, 52, 53, 54, 55],
                vec![44, 45],
                vec![56],
            ]
        );
    }

    #[test]
    fn a_requester_that_undoes_transactions_goes_by_itself_from_then_on() {
        let mut together = together();
        let ready = || -> Vec<Wanted> { (43..=56).map(decline).collect() };
        let of = |jobs: std::ops::RangeInclusive<u64>| -> Vec<u64> { jobs.collect() };
        let first = jobs(together.next(ready()));
        assert_eq!(first, of(43..=52), "of both, the first ones first");
        together.failed(&sent(&first), Some(44));
        assert_eq!(jobs(together.next(ready())), of(43..=47), "of one");
        let own = || -> Vec<Wanted> { (43..=50).map(decline).collect() };
        let other = || -> Vec<Wanted> { (51..=56).map(decline).collect() };
        assert_eq!(jobs(together.next(other())), of(51..=55), "half as many");
        // What lands makes room again, for each by itself.
        together.failed(&sent(&of(43..=47)), Some(43));
        together.failed(&sent(&[43, 44]), Some(43));
        assert_eq!(together.next(own()).len(), 1);
        together.landed(&sent(&of(51..=55)));
        assert_eq!(together.next(other()).len(), 6);
        for most in [2, 4, 8] {
            together.landed(&sent(&jobs(together.next(own()))));
            assert_eq!(together.next(own()).len(), most);
        }
        together.landed(&sent(&of(43..=50)));
        assert!(together.apart.is_empty());
    }

    #[test]
    fn whose_jobs_they_are_is_kept_while_they_are_live_or_on_their_way() {
        let mut together = together();
        let open = sent(&[4, 7]);
        together.sees([].iter(), Some(&open));
        let mut kept: Vec<u64> = together.requesters.keys().copied().collect();
        kept.sort_unstable();
        assert_eq!(kept, [4, 7]);
        together.sees([].iter(), None);
        assert!(together.requesters.is_empty());
    }

    #[test]
    fn the_job_whose_message_failed_is_known_by_its_index() {
        let tx = sent(&[4, 7, 9]);
        let why = "failed to execute message; message index: 1: job 7 is Cancelled: execute wasm contract failed";
        assert_eq!(culprit(&tx, why), Some(7));
        assert_eq!(culprit(&tx, "insufficient fee"), None);
        assert_eq!(culprit(&tx, "message index: 3: no"), None);
    }

    #[test]
    fn what_the_chain_refuses_together_is_halved_until_one_is_left() {
        let tried = |takes: usize| {
            let tried = RefCell::new(vec![]);
            let done = halving(20, |count| {
                tried.borrow_mut().push(count);
                Ok(count <= takes)
            });
            (done.expect("an answer"), tried.into_inner())
        };
        assert_eq!(tried(20), (true, vec![20]));
        assert_eq!(tried(6), (true, vec![20, 10, 5]));
        assert_eq!(tried(1), (false, vec![20, 10, 5, 2]));
    }
}
