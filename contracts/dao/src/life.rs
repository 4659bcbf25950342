//! Where a proposal stands at a time, and what a vote does to it. Values in, values out:
//! no storage and no chain.

use cosmwasm_std::Uint128;
use surge_interface::dao::{Choice, Status, MAX_TRIES, TRY_SECS};
use surge_interface::BPS;

use crate::head::{Certain, Head};

impl Head {
    /// Weight that has voted. Never above the total: all weights are read at one height.
    pub fn cast(&self) -> u128 {
        self.yes
            .saturating_add(self.no)
            .saturating_add(self.abstain)
    }

    fn undecided(&self) -> u128 {
        self.total.saturating_sub(self.cast())
    }

    /// Whether as much weight voted as the policy asks for.
    pub fn has_quorum(&self) -> bool {
        share_of(self.cast(), self.quorum_bps, self.total)
    }

    fn enough_voted(&self) -> bool {
        self.has_quorum() && self.voters >= u32::from(self.min_voters)
    }

    /// Whether this much for it carries against that much.
    fn carries(&self, yes: u128, against: u128) -> bool {
        yes >= 1
            && yes > against
            && share_of(yes, self.min_yes_bps, self.total)
            && share_of(yes, self.pass_bps, yes.saturating_add(against))
    }

    /// Whether it passes when the voting ends with these ballots.
    pub fn passes(&self) -> bool {
        self.enough_voted() && self.carries(self.yes, self.no)
    }

    /// What holds whatever the undecided say.
    pub fn certainty(&self) -> Option<Certain> {
        let undecided = self.undecided();
        if self.enough_voted() && self.carries(self.yes, self.no.saturating_add(undecided)) {
            return Some(Certain::Pass);
        }
        if !self.carries(self.yes.saturating_add(undecided), self.no) {
            return Some(Certain::Fail);
        }
        None
    }

    /// When the voting ends as it stands.
    pub fn end_secs(&self) -> u64 {
        if self.settles_secs == 0 {
            return self.closes_secs;
        }
        self.settles_secs.min(self.closes_secs)
    }

    /// From when it may be executed; absent until it is queued.
    pub fn ready_secs(&self) -> Option<u64> {
        (self.queued_secs != 0).then(|| self.queued_secs.saturating_add(self.timelock_secs.into()))
    }

    /// When it expires unless somebody takes the next step.
    pub fn expires_secs(&self, now_secs: u64) -> Option<u64> {
        match self.status_at(now_secs) {
            Status::Passed => Some(self.end_secs().saturating_add(self.grace_secs.into())),
            Status::Queued | Status::Ready => self
                .ready_secs()
                .map(|secs| secs.saturating_add(self.grace_secs.into())),
            _ => None,
        }
    }

    /// Where it stands at this time. A span ends with the second before its end, so no
    /// step is possible twice and none is impossible.
    pub fn status_at(&self, now_secs: u64) -> Status {
        let grace_secs = u64::from(self.grace_secs);
        match self.status {
            Status::Open => {
                let end_secs = self.end_secs();
                if now_secs < end_secs {
                    if self.settles_secs == 0 {
                        Status::Open
                    } else {
                        Status::Settling
                    }
                } else if !self.passes() {
                    Status::Rejected
                } else if self.gas == 0 {
                    // There is nothing to carry out, so nothing to wait for either.
                    Status::Executed
                } else if now_secs < end_secs.saturating_add(grace_secs) {
                    Status::Passed
                } else {
                    Status::Expired
                }
            }
            Status::Queued => {
                let ready_secs = self.queued_secs.saturating_add(self.timelock_secs.into());
                if now_secs < ready_secs {
                    Status::Queued
                } else if now_secs < ready_secs.saturating_add(grace_secs) {
                    Status::Ready
                } else {
                    Status::Expired
                }
            }
            recorded => recorded,
        }
    }

    /// Counts a ballot in place of the one before, then sets the clocks: a late change of
    /// the result extends the voting once, a certain result starts to settle, one that is
    /// certain no longer stops.
    pub fn count(&mut self, before: Option<Choice>, choice: Choice, weight: u128, now_secs: u64) {
        let passed = self.passes();
        match before {
            Some(before) => {
                let tally = self.tally(before);
                *tally = tally.saturating_sub(weight);
            }
            None => self.voters = self.voters.saturating_add(1),
        }
        let tally = self.tally(choice);
        *tally = tally.saturating_add(weight);

        let settle_secs = u64::from(self.settle_secs);
        let late = now_secs.saturating_add(settle_secs) >= self.closes_secs;
        if late && !self.extended && passed != self.passes() {
            self.extended = true;
            self.closes_secs = self.closes_secs.saturating_add(settle_secs);
        }

        let certain = self.certainty();
        if certain != self.certain {
            self.certain = certain;
            self.settles_secs = match certain {
                Some(_) => now_secs.saturating_add(settle_secs).min(self.closes_secs),
                None => 0,
            };
        }
    }

    fn tally(&mut self, choice: Choice) -> &mut u128 {
        match choice {
            Choice::Yes => &mut self.yes,
            Choice::No => &mut self.no,
            Choice::Abstain => &mut self.abstain,
        }
    }

    /// The actions failed and were undone. The clock of the timelock stays as it was.
    /// One try a day counts, so that nobody uses them all up in an hour.
    pub fn fail(&mut self, now_secs: u64) {
        if self.failed_secs == 0 || now_secs >= self.failed_secs.saturating_add(TRY_SECS) {
            self.tries = self.tries.saturating_add(1);
            self.failed_secs = now_secs;
        }
        self.status = if self.tries >= MAX_TRIES {
            Status::Failed
        } else {
            Status::Queued
        };
    }
}

/// Whether the part is at least so many basis points of the whole.
fn share_of(part: u128, bps: u16, whole: u128) -> bool {
    Uint128::new(part).full_mul(BPS) >= Uint128::new(whole).full_mul(bps)
}
