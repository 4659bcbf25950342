//! Time bounds that are chosen at instantiation and never change.

use cosmwasm_schema::cw_serde;

/// Which bounds hold for durations.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum TimeProfile {
    /// For money of strangers: minutes to days.
    Main,
    /// For local chains and tests: seconds.
    Dev,
}

/// Smallest and largest value of a duration, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Smallest value.
    pub min_secs: u64,
    /// Largest value.
    pub max_secs: u64,
}

impl Span {
    const fn new(min_secs: u64, max_secs: u64) -> Self {
        Self { min_secs, max_secs }
    }

    /// Whether the duration lies within.
    pub const fn contains(&self, secs: u64) -> bool {
        self.min_secs <= secs && secs <= self.max_secs
    }
}

/// Bounds of every duration that a parameter sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBounds {
    /// Interval between heartbeats.
    pub heartbeat: Span,
    /// Wait before a bond leaves. At least the longest dispute and a week in `Main`.
    pub unbonding: Span,
    /// Wait before a new payout address counts.
    pub payout_delay: Span,
    /// Time to decline a job.
    pub accept: Span,
    /// Time for the requester to look at a result.
    pub review: Span,
    /// Time that a job waits for a node.
    pub waiting: Span,
    /// Time for the arbiter to rule.
    pub dispute: Span,
    /// Reserved time of a job.
    pub reserved: Span,
    /// Length of an epoch.
    pub epoch: Span,
    /// Time to vote.
    pub voting: Span,
    /// Time that a certain result has to stand.
    pub settle: Span,
    /// Time between a decision and its execution.
    pub timelock: Span,
    /// Time to take the next step.
    pub grace: Span,
    /// Age of weight before it counts.
    pub min_age: Span,
    /// Wait before a stake leaves.
    pub unstaking: Span,
}

impl TimeBounds {
    /// Every duration by name.
    pub const fn rows(&self) -> [(&'static str, Span); 15] {
        [
            ("interval between heartbeats", self.heartbeat),
            ("wait before a bond leaves", self.unbonding),
            ("wait before a payout address counts", self.payout_delay),
            ("time to decline", self.accept),
            ("time to look at a result", self.review),
            ("time that a job waits for a node", self.waiting),
            ("time for the arbiter", self.dispute),
            ("reserved time of a job", self.reserved),
            ("length of an epoch", self.epoch),
            ("time to vote", self.voting),
            ("time that a certain result has to stand", self.settle),
            ("time between a decision and its execution", self.timelock),
            ("time to take a proposal's next step", self.grace),
            ("age of weight before it counts", self.min_age),
            ("wait before a stake leaves", self.unstaking),
        ]
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl TimeProfile {
    /// The bounds of this profile.
    pub const fn bounds(self) -> TimeBounds {
        match self {
            Self::Main => TimeBounds {
                heartbeat: Span::new(MINUTE, HOUR),
                unbonding: Span::new(21 * DAY, 90 * DAY),
                payout_delay: Span::new(DAY, 30 * DAY),
                accept: Span::new(2 * MINUTE, HOUR),
                review: Span::new(HOUR, 7 * DAY),
                waiting: Span::new(10 * MINUTE, 7 * DAY),
                dispute: Span::new(DAY, 14 * DAY),
                reserved: Span::new(MINUTE, 30 * DAY),
                epoch: Span::new(DAY, 7 * DAY),
                voting: Span::new(HOUR, 30 * DAY),
                settle: Span::new(HOUR, 7 * DAY),
                timelock: Span::new(0, 30 * DAY),
                grace: Span::new(DAY, 90 * DAY),
                min_age: Span::new(0, 30 * DAY),
                unstaking: Span::new(DAY, 90 * DAY),
            },
            Self::Dev => {
                let seconds = Span::new(1, DAY);
                TimeBounds {
                    heartbeat: seconds,
                    unbonding: seconds,
                    payout_delay: seconds,
                    accept: seconds,
                    review: seconds,
                    waiting: seconds,
                    dispute: seconds,
                    reserved: seconds,
                    epoch: seconds,
                    voting: seconds,
                    settle: seconds,
                    timelock: Span::new(0, DAY),
                    grace: seconds,
                    min_age: Span::new(0, DAY),
                    unstaking: seconds,
                }
            }
        }
    }
}
