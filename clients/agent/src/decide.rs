//! What to do next about a job: from what the chain says, what the journal says and what
//! went wrong here. No input or output, so every case has a test.

use surge_interface::escrow::{JobSummary, Status};

use crate::{
    journal::{Entry, Stage},
    work::Failure,
};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fetch, run and publish.
    Work,
    /// Tell the chain what came out.
    Deliver,
    /// Turn it down, and why.
    Decline(String),
    /// Nothing can be delivered, and why.
    GiveUp(String),
    /// It was delivered.
    Delivered,
    /// The chain gave it to somebody else.
    Gone,
    /// It is over.
    Close,
    /// It is time to have it paid.
    Settle,
    /// Nothing for now.
    Wait,
}

/// What is known of a job.
pub struct Known<'a> {
    /// The node.
    pub node: u32,
    /// Time of the newest block.
    pub now_secs: u64,
    /// What the chain says.
    pub summary: &'a JobSummary,
    /// Time to turn it down after it was assigned.
    pub accept_secs: u64,
    /// What the journal says.
    pub entry: &'a Entry,
    /// What went wrong last.
    pub failure: Option<&'a Failure>,
    /// Whether the owner wants jobs settled.
    pub settle: bool,
}

impl Known<'_> {
    /// What to do next.
    pub fn step(&self) -> Step {
        let summary = self.summary;
        if summary.status.is_final() {
            return Step::Close;
        }
        if summary.node != Some(self.node) {
            return Step::Gone;
        }
        let overdue = self.now_secs > summary.deadline_secs;
        match (summary.status, self.entry.stage) {
            (Status::Submitted | Status::Disputed, Stage::Delivered) if overdue && self.settle => {
                Step::Settle
            }
            (Status::Submitted | Status::Disputed, Stage::Delivered) => Step::Wait,
            (Status::Submitted | Status::Disputed, _) => Step::Delivered,
            (_, Stage::GivenUp) => Step::Wait,
            _ if overdue => Step::GiveUp(self.late()),
            (_, Stage::Published) => Step::Deliver,
            _ => self.work(),
        }
    }

    fn work(&self) -> Step {
        match self.failure {
            None => Step::Work,
            Some(failure) if !failure.may_pass && self.may_decline() => {
                Step::Decline(failure.reason.clone())
            }
            Some(failure) if !failure.may_pass => Step::GiveUp(failure.reason.clone()),
            Some(failure) if self.may_decline() && self.closing() => {
                Step::Decline(failure.reason.clone())
            }
            Some(_) => Step::Work,
        }
    }

    fn late(&self) -> String {
        let deadline = self.summary.deadline_secs;
        match self.failure {
            Some(failure) => format!("its deadline {deadline} passed: {}", failure.reason),
            None => format!("its deadline {deadline} passed"),
        }
    }

    /// The last second of the accept window.
    fn window_secs(&self) -> u64 {
        self.summary.assigned_secs.saturating_add(self.accept_secs)
    }

    fn may_decline(&self) -> bool {
        self.now_secs <= self.window_secs()
    }

    /// Whether the accept window is nearly over: what is sent now still lands in it.
    fn closing(&self) -> bool {
        let needed = (self.accept_secs / 2).min(60);
        self.now_secs.saturating_add(needed) >= self.window_secs()
    }
}
