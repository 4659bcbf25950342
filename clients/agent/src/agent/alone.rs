//! Whether this program alone speaks for its node. Two that do undo each other's words: one
//! says what is free, the other that nothing is.

use tracing::{info, warn};

use super::Agent;
use crate::Error;

/// Heartbeats that were given up and may still be found.
const LAPSED: usize = 8;
/// Intervals between heartbeats of somebody else that make a program out of them.
const OTHERS: u64 = 4;

/// Counts a node's heartbeats against those that this program sent.
#[derive(Default)]
pub(super) struct Alone {
    /// The node's sequence as far as it is accounted for.
    known: Option<u32>,
    /// Heartbeats of this program in blocks since then.
    sent: u32,
    /// When somebody else's was seen last.
    other_secs: Option<u64>,
}

/// Who else sent heartbeats of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    /// Nobody.
    None,
    /// Somebody, once: a person may have.
    Once,
    /// A program.
    Again,
}

/// What follows from heartbeats of somebody else.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    Nothing,
    Tell,
    FallSilent,
    End,
}

impl Others {
    /// A single one silences nobody: a person may have sent it, and then the node would be
    /// nobody's.
    const fn then(self, draining: bool) -> Then {
        match (self, draining) {
            (Self::None, _) => Then::Nothing,
            (Self::Once, _) => Then::Tell,
            (Self::Again, true) => Then::FallSilent,
            (Self::Again, false) => Then::End,
        }
    }
}

impl Alone {
    /// A heartbeat of this program is in a block.
    pub(super) fn sent(&mut self) {
        self.sent = self.sent.saturating_add(1);
    }

    /// Whether a sequence counts more heartbeats than are known of.
    pub(super) fn exceeds(&self, seq: u32) -> bool {
        let known = self.known;
        known.is_some_and(|known| seq > known.saturating_add(self.sent))
    }

    /// A look at the node's sequence while nothing is on its way. Those of somebody else
    /// count together when at most `within_secs` lie between them.
    pub(super) fn look(&mut self, seq: u32, now_secs: u64, within_secs: u64) -> Others {
        let Some(known) = self.known else {
            (self.known, self.sent) = (Some(seq), 0);
            return Others::None;
        };
        let own = known.saturating_add(self.sent);
        // An answer may come from a node that lags behind.
        if seq < own {
            return Others::None;
        }
        (self.known, self.sent) = (Some(seq), 0);
        if seq == own {
            return Others::None;
        }
        let last = self.other_secs.replace(now_secs);
        let again = last.is_some_and(|last| now_secs.saturating_sub(last) <= within_secs);
        match again || seq - own > 1 {
            true => Others::Again,
            false => Others::Once,
        }
    }
}

impl Agent {
    /// Two programs on one node undo each other's heartbeats: the one that drains falls
    /// silent, and of two that do not the first one that notices ends.
    pub(super) fn watch_others(&mut self) -> Result<(), Error> {
        if self.journal.open_tx()?.is_some() {
            return Ok(());
        }
        let node = self.node.id;
        if self.alone.exceeds(self.node.seq) {
            let (alone, chain) = (&mut self.alone, &self.suite.chain);
            self.lapsed.retain(|hash| {
                let found = matches!(chain.find(hash), Ok(Some(_)));
                if found {
                    alone.sent();
                }
                !found
            });
        }
        let within_secs = self.heartbeat_secs.saturating_mul(OTHERS);
        let others = self.alone.look(self.node.seq, self.now_secs, within_secs);
        match others.then(self.draining) {
            Then::Nothing => Ok(()),
            Then::FallSilent => {
                if !self.relieved {
                    info!(event = "relieved", node, "another program runs the node; this one sends no more heartbeats");
                }
                self.relieved = true;
                Ok(())
            }
            Then::Tell => {
                warn!(
                    event = "foreign_heartbeat",
                    node,
                    "somebody else sent a heartbeat of this node; after a second one soon this program ends, or falls silent while it drains"
                );
                Ok(())
            }
            Then::End => Err(Error::NotReady {
                what: format!("another program runs node {node} too: heartbeats that this one did not send"),
                next: "let one of the two run, with the folder that has the node's journal; to run a further machine: a folder of its own, and --owner NAME --add".to_owned(),
            }),
        }
    }

    /// A heartbeat was given up.
    pub(super) fn heartbeat_lapsed(&mut self, hash: &str) {
        self.lapsed.truncate(LAPSED - 1);
        self.lapsed.insert(0, hash.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::{Alone, Others, Then};

    /// Four intervals.
    const WITHIN: u64 = 1_200;

    #[test]
    fn own_heartbeats_are_nobody_elses() {
        let mut alone = Alone::default();
        // Of an earlier run, before the first look.
        alone.sent();
        assert_eq!(alone.look(7, 0, WITHIN), Others::None);
        for beat in 1..5 {
            alone.sent();
            assert_eq!(
                alone.look(6 + beat, 300, WITHIN),
                Others::None,
                "an old answer"
            );
            assert!(!alone.exceeds(7 + beat) && alone.exceeds(8 + beat));
            assert_eq!(alone.look(7 + beat, 300, WITHIN), Others::None);
        }
    }

    #[test]
    fn one_of_a_person_silences_no_node_that_drains() {
        for draining in [false, true] {
            assert_eq!(Others::None.then(draining), Then::Nothing);
            assert_eq!(Others::Once.then(draining), Then::Tell);
        }
        assert_eq!(Others::Again.then(true), Then::FallSilent);
        assert_eq!(Others::Again.then(false), Then::End);
    }

    #[test]
    fn one_of_a_person_is_told_and_a_second_one_soon_is_a_program() {
        let mut alone = Alone::default();
        assert_eq!(alone.look(7, 0, WITHIN), Others::None);
        assert_eq!(alone.look(8, 300, WITHIN), Others::Once);
        assert_eq!(alone.look(8, 600, WITHIN), Others::None);
        alone.sent();
        assert_eq!(alone.look(10, 1_501, WITHIN), Others::Once, "long after");
        assert_eq!(alone.look(11, 1_801, WITHIN), Others::Again);
        let mut alone = Alone::default();
        alone.look(7, 0, WITHIN);
        assert_eq!(alone.look(9, 300, WITHIN), Others::Again, "two at once");
    }
}
