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
    /// Whether its files are being fetched now.
    pub fetching: bool,
    /// Kept before the end of the accept window to turn jobs down.
    pub margin_secs: u64,
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
            // Delivered and nothing of it to be seen: an answer of a node that lags behind.
            (_, Stage::GivenUp | Stage::Delivered) => Step::Wait,
            _ if overdue => Step::GiveUp(self.late()),
            (_, Stage::Published) => Step::Deliver,
            // Turning it down is free; later its report is delivered instead of a result.
            (_, Stage::Broken) if self.may_decline() => {
                Step::Decline(self.entry.reason.clone().unwrap_or_default())
            }
            (_, Stage::Broken) => Step::Work,
            _ => self.work(),
        }
    }

    fn work(&self) -> Step {
        match self.failure {
            // Nobody can make a node late with a store that sends a byte now and then.
            None if self.fetching && self.may_decline() && self.closing() => Step::Decline(
                "its files are not here, and the accept window is nearly over".to_owned(),
            ),
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
    pub fn window_secs(&self) -> u64 {
        self.summary.assigned_secs.saturating_add(self.accept_secs)
    }

    fn may_decline(&self) -> bool {
        self.now_secs <= self.window_secs()
    }

    /// Whether the accept window is nearly over: what is sent now still lands in it.
    fn closing(&self) -> bool {
        self.now_secs.saturating_add(self.margin_secs) >= self.window_secs()
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{Addr, Uint128};
    use surge_interface::Denom;

    use super::*;

    const NODE: u32 = 7;
    /// Assigned at 1,000; the accept window ends at 1,600, the deadline is 5,000.
    fn summary(status: Status) -> JobSummary {
        JobSummary {
            id: 1,
            requester: Addr::unchecked("requester"),
            denom: Denom::Native("ustake".to_owned()),
            status,
            deadline_secs: 5_000,
            held: Uint128::new(10),
            price: Uint128::new(10),
            node: Some(NODE),
            provider: Some(1),
            assigned_secs: 1_000,
            params_version: 1,
            declined: vec![],
        }
    }

    fn step(now_secs: u64, status: Status, stage: Stage, failure: Option<(&str, bool)>) -> Step {
        known(now_secs, status, stage, failure, false)
    }

    fn known(
        now_secs: u64,
        status: Status,
        stage: Stage,
        failure: Option<(&str, bool)>,
        fetching: bool,
    ) -> Step {
        let failure = failure.map(|(reason, may_pass)| Failure {
            reason: reason.to_owned(),
            may_pass,
        });
        Known {
            node: NODE,
            now_secs,
            summary: &summary(status),
            accept_secs: 600,
            entry: &Entry {
                job: 1,
                stage,
                output: None,
                uri: None,
                reason: (stage == Stage::Broken).then(|| "it trapped".to_owned()),
            },
            failure: failure.as_ref(),
            fetching,
            margin_secs: 60,
            settle: true,
        }
        .step()
    }

    #[test]
    fn a_job_is_worked_on_and_delivered() {
        for stage in [Stage::Taken, Stage::Fetched, Stage::Ran] {
            assert_eq!(step(1_001, Status::Assigned, stage, None), Step::Work);
        }
        assert_eq!(
            step(5_000, Status::Assigned, Stage::Published, None),
            Step::Deliver
        );
        assert_eq!(
            step(5_000, Status::Submitted, Stage::Published, None),
            Step::Delivered
        );
        assert_eq!(
            step(5_000, Status::Submitted, Stage::Delivered, None),
            Step::Wait
        );
        assert_eq!(
            step(5_001, Status::Submitted, Stage::Delivered, None),
            Step::Settle
        );
        assert_eq!(
            step(5_001, Status::Disputed, Stage::Delivered, None),
            Step::Settle
        );
        assert_eq!(
            step(5_001, Status::Settled, Stage::Delivered, None),
            Step::Close
        );
    }

    #[test]
    fn what_was_delivered_is_not_done_again_whatever_a_late_answer_says() {
        for now in [1_001, 5_000, 5_001] {
            assert_eq!(
                step(now, Status::Assigned, Stage::Delivered, None),
                Step::Wait
            );
        }
    }

    #[test]
    fn what_cannot_be_done_is_turned_down_while_that_is_free() {
        let trap = Some(("it trapped", false));
        let decline = Step::Decline("it trapped".to_owned());
        assert_eq!(step(1_000, Status::Assigned, Stage::Fetched, trap), decline);
        assert_eq!(step(1_600, Status::Assigned, Stage::Fetched, trap), decline);
        let give_up = Step::GiveUp("it trapped".to_owned());
        assert_eq!(step(1_601, Status::Assigned, Stage::Fetched, trap), give_up);
        assert_eq!(
            step(1_601, Status::Assigned, Stage::GivenUp, trap),
            Step::Wait
        );
    }

    #[test]
    fn a_program_that_failed_is_turned_down_and_after_the_window_its_report_is_delivered() {
        let decline = Step::Decline("it trapped".to_owned());
        for now in [1_000, 1_600] {
            assert_eq!(step(now, Status::Assigned, Stage::Broken, None), decline);
        }
        for now in [1_601, 5_000] {
            assert_eq!(step(now, Status::Assigned, Stage::Broken, None), Step::Work);
        }
        // A store that is silent now does not change that.
        let silent = Some(("no answer", true));
        assert_eq!(
            step(1_601, Status::Assigned, Stage::Broken, silent),
            Step::Work
        );
        let late = Step::GiveUp("its deadline 5000 passed".to_owned());
        assert_eq!(step(5_001, Status::Assigned, Stage::Broken, None), late);
    }

    #[test]
    fn files_that_come_too_slowly_are_waited_for_as_long_as_turning_down_is_free() {
        let fetching = |now| known(now, Status::Assigned, Stage::Taken, None, true);
        assert_eq!(fetching(1_539), Step::Work);
        let slow = "its files are not here, and the accept window is nearly over".to_owned();
        assert_eq!(fetching(1_540), Step::Decline(slow));
        assert_eq!(fetching(1_601), Step::Work);
    }

    #[test]
    fn what_may_pass_is_tried_until_turning_down_would_come_too_late() {
        let silent = Some(("no answer", true));
        assert_eq!(
            step(1_539, Status::Assigned, Stage::Taken, silent),
            Step::Work
        );
        let decline = Step::Decline("no answer".to_owned());
        assert_eq!(step(1_540, Status::Assigned, Stage::Taken, silent), decline);
        // Too late to turn it down: tried until the deadline.
        assert_eq!(
            step(1_601, Status::Assigned, Stage::Taken, silent),
            Step::Work
        );
        let late = Step::GiveUp("its deadline 5000 passed: no answer".to_owned());
        assert_eq!(step(5_001, Status::Assigned, Stage::Taken, silent), late);
    }

    #[test]
    fn a_result_that_comes_too_late_is_not_sent() {
        let late = Step::GiveUp("its deadline 5000 passed".to_owned());
        assert_eq!(step(5_001, Status::Assigned, Stage::Published, None), late);
    }

    #[test]
    fn a_job_of_somebody_else_is_left_alone() {
        let mut other = summary(Status::Assigned);
        other.node = Some(NODE + 1);
        let entry = Entry {
            job: 1,
            stage: Stage::Published,
            output: None,
            uri: None,
            reason: None,
        };
        let known = Known {
            node: NODE,
            now_secs: 1_001,
            summary: &other,
            accept_secs: 600,
            entry: &entry,
            failure: None,
            fetching: false,
            margin_secs: 60,
            settle: true,
        };
        assert_eq!(known.step(), Step::Gone);
    }
}
