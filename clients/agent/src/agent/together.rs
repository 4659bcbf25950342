//! What is said first, and about several jobs in one transaction. One job at a time, whoever
//! sends many at once would have some of them turned down, or delivered, too late.

use surge_chain::{Error as ChainError, Limit};

use super::{Agent, Wanted};
use crate::{
    journal::Purpose,
    outbox::{self, Outgoing},
    Error,
};

/// Most jobs of one transaction: 20 that are turned down use 7 million gas.
const MOST: usize = 20;

/// Of all that may be said now, what is said next: all of it has the same purpose.
pub(super) fn next(ready: Vec<Wanted>) -> Vec<Wanted> {
    let first = ready.iter().map(|(purpose, ..)| *purpose);
    let Some(first) = first.min_by_key(|purpose| rank(*purpose)) else {
        return vec![];
    };
    let most = match first {
        Purpose::Decline | Purpose::Result => MOST,
        _ => 1,
    };
    let same = ready.into_iter().filter(|(purpose, ..)| *purpose == first);
    same.take(most).collect()
}

/// What costs bond when it comes too late is said first; a heartbeat waits for nothing, since
/// a silent node can be evicted.
const fn rank(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Heartbeat => 0,
        Purpose::Decline => 1,
        Purpose::Result => 2,
        _ => 3,
    }
}

/// Tries with so many, and with half as many each time that it is refused; never with one.
/// Answers whether it was done.
fn halving(
    mut count: usize,
    attempt: impl Fn(usize) -> Result<bool, Error>,
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
        if halving(calls.len(), |count| self.is_taken(&calls[..count]))? {
            return Ok(());
        }
        match calls.first() {
            Some((purpose, job, call)) => self.say(*purpose, *job, call),
            None => Ok(()),
        }
    }

    /// Signs and hands over, unless the chain refuses it before anything is signed.
    fn is_taken(&self, calls: &[Wanted]) -> Result<bool, Error> {
        let Some((purpose, job, _)) = calls.first() else {
            return Ok(true);
        };
        let (signer, contracts) = (&self.operator, &self.suite.contracts);
        let messages = calls
            .iter()
            .map(|(_, _, call)| call.message(signer.address(), contracts));
        let messages = messages.collect::<Result<Vec<_>, _>>()?;
        let also: Vec<u64> = calls
            .iter()
            .skip(1)
            .filter_map(|(_, job, _)| *job)
            .collect();
        let outgoing = Outgoing {
            signer,
            messages: &messages,
            purpose: *purpose,
            job: *job,
            also: &also,
            limit: Limit::Simulated,
        };
        match outbox::send(&self.suite.chain, &self.journal, &self.note, &outgoing) {
            Ok(()) => Ok(true),
            // It may be noted and handed over.
            Err(Error::Chain(error @ ChainError::Unreachable { .. })) => Err(error.into()),
            // Why, is told of the one that is tried alone.
            Err(Error::Chain(_)) => Ok(false),
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
    use crate::suite::Call;

    fn decline(job: u64) -> Wanted {
        (Purpose::Decline, Some(job), Call::Decline { job })
    }

    fn result(job: u64) -> Wanted {
        let result = JobResult {
            sha256: String::new(),
            size: 0,
            uri: String::new(),
        };
        (Purpose::Result, Some(job), Call::Result { job, result })
    }

    fn settle(job: u64) -> Wanted {
        (Purpose::Settle, Some(job), Call::Settle { job })
    }

    fn said(ready: Vec<Wanted>) -> Vec<(Purpose, Option<u64>)> {
        let said = next(ready).into_iter();
        said.map(|(purpose, job, _)| (purpose, job)).collect()
    }

    #[test]
    fn thirty_jobs_that_turn_due_together_are_turned_down_in_two_transactions() {
        let mut ready: Vec<Wanted> = (1..=30).map(decline).collect();
        let first = next(ready.clone());
        assert_eq!(first.len(), 20);
        ready.drain(..20);
        assert_eq!(next(ready).len(), 10);
    }

    #[test]
    fn what_costs_bond_when_it_comes_late_is_said_first_and_together() {
        let ready = vec![settle(1), result(2), decline(3), result(4), decline(5)];
        assert_eq!(
            said(ready),
            [(Purpose::Decline, Some(3)), (Purpose::Decline, Some(5))]
        );
        let ready = vec![settle(1), result(2), result(4)];
        assert_eq!(
            said(ready),
            [(Purpose::Result, Some(2)), (Purpose::Result, Some(4))]
        );
        let ready = vec![settle(1), settle(2)];
        assert_eq!(said(ready), [(Purpose::Settle, Some(1))]);
        assert_eq!(said(vec![]), []);
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
