//! How often each message succeeded, and which ways were gone.

use std::collections::BTreeMap;
use std::fmt;

/// Fewest histories in which each message has to succeed.
const FEWEST: u64 = 20;
/// Least share of all messages that has to succeed.
const LEAST_PERCENT: u64 = 30;

/// Every way that a job or a provider can go, and what a claim can meet.
const PASSAGES: &[&str] = &[
    "new > Assigned by SubmitJob",
    "new > Open by SubmitJob",
    "Open > Assigned by Match",
    "Open > Cancelled by Cancel",
    "Open > Expired by Expire",
    "Assigned > Assigned by Decline",
    "Assigned > Open by Decline",
    "Assigned > Expired by Decline",
    "Assigned > Expired by the last Decline",
    "Assigned > Submitted by SubmitResult",
    "Assigned > Cancelled by Cancel",
    "Assigned > Failed by Expire",
    "Submitted > Settled by Accept",
    "Submitted > Settled by Settle",
    "Submitted > Disputed by Dispute",
    "Disputed > Resolved by Rule",
    "Disputed > Resolved by a Rule of nothing",
    "Disputed > Resolved by Settle",
    "Active > Draining by Drain",
    "Draining > Active by Resume",
    "Active > Unbonding by Leave",
    "Draining > Unbonding by Leave",
    "Unbonding > Gone by WithdrawBond",
    "a ballot changed",
    "a ballot of who has left",
    "a ballot under another electorate than today's",
    "a bond counted from between two turns with a halving",
    "a bond counted from between two turns",
    "a bond rose more often than is remembered",
    "a bucket that vested",
    "a claim beyond the cap",
    "a deposit forfeited in part",
    "a deposit that came back",
    "a gate limited by what bonds leave of the pools",
    "a gate that an earlier ceiling allowed",
    "a gate that stayed shut",
    "a gate that the bond allowed",
    "a gate that the bond allowed in part",
    "a member admitted",
    "a member dismissed",
    "a parameter that members changed",
    "a proposal rejected",
    "a proposal that nobody carried on",
    "a result that was certain no longer",
    "a rise that earned less than the low before it",
    "a rise that earned more than the low before it",
    "a second base",
    "a voting extended",
    "a voting that ended early",
    "a voting that ran to its end",
    "an execution that failed",
    "an opinion on record",
    "an epoch whose pool was shared",
    "epochs turned across a halving",
    "money that members spent",
    "something else that members did as owners",
    "the emission changed",
];

#[derive(Default)]
struct Count {
    tried: u64,
    done: u64,
    histories: u64,
    hopeless: bool,
}

#[derive(Default)]
pub struct Stats {
    messages: BTreeMap<&'static str, Count>,
    passages: BTreeMap<String, u64>,
    pub simulations: u64,
    histories: u64,
}

impl Stats {
    pub fn count(&mut self, name: &'static str, done: bool, hopeless: bool) {
        let count = self.messages.entry(name).or_default();
        count.tried += 1;
        count.done += u64::from(done);
        count.hopeless = hopeless;
    }

    pub fn went(&mut self, passage: &str) {
        *self.passages.entry(passage.to_owned()).or_default() += 1;
    }

    pub fn absorb(&mut self, other: &Self) {
        self.histories += 1;
        self.simulations += other.simulations;
        for (name, count) in &other.messages {
            let total = self.messages.entry(name).or_default();
            total.tried += count.tried;
            total.done += count.done;
            total.histories += u64::from(count.done > 0);
            total.hopeless = count.hopeless;
        }
        for (passage, times) in &other.passages {
            *self.passages.entry(passage.clone()).or_default() += times;
        }
    }

    /// Fails when a message, a state or an exit was not tested enough.
    pub fn assert_covers_everything(&self, whole_run: bool) {
        for (name, count) in &self.messages {
            if count.hopeless {
                assert_eq!(count.done, 0, "{name} succeeded");
            }
        }
        if !whole_run {
            return;
        }
        for (name, count) in &self.messages {
            let enough = count.hopeless || count.histories >= FEWEST;
            assert!(enough, "{name} succeeded in {} histories", count.histories);
        }
        for passage in PASSAGES {
            let gone = self.passages.get(*passage).copied().unwrap_or_default();
            assert!(gone >= FEWEST, "{passage}: {gone} times only");
        }
        let (tried, done) = self.totals();
        assert!(done * 100 >= tried * LEAST_PERCENT, "{done} of {tried}");
    }

    fn totals(&self) -> (u64, u64) {
        self.messages.values().fold((0, 0), |(tried, done), count| {
            (tried + count.tried, done + count.done)
        })
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} histories", self.histories)?;
        writeln!(
            f,
            "{:<28}{:>8}{:>8}{:>11}",
            "message", "sent", "done", "histories"
        )?;
        for (name, count) in &self.messages {
            let Count {
                tried,
                done,
                histories,
                ..
            } = count;
            writeln!(f, "{name:<28}{tried:>8}{done:>8}{histories:>11}")?;
        }
        let (tried, done) = self.totals();
        writeln!(f, "{:<28}{tried:>8}{done:>8}", "all")?;
        writeln!(f, "{} picks simulated and compared", self.simulations)?;
        for (passage, times) in &self.passages {
            writeln!(f, "{times:>8}  {passage}")?;
        }
        Ok(())
    }
}
