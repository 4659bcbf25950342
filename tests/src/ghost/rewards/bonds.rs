//! What bonds earn by standing there: each by its whole past.

use super::epochs::{ERA, FINE};
use super::{Rewards, TOKEN};
use crate::ghost::Ghost;

/// Rises of a bond that the registry remembers one by one.
const REMEMBERED: usize = 6;

/// All that a bond ever was.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Until when it stood at how much.
    truth: Vec<(u64, u128)>,
    /// The same, as far as the registry remembers it.
    known: Vec<(u64, u128)>,
    now: u128,
}

impl Past {
    fn becomes(&mut self, amount: u128, at: u64) -> bool {
        if amount == self.now {
            return false;
        }
        let rose = amount > self.now;
        self.truth.push((at, self.now));
        self.known.push((at, self.now));
        self.now = amount;
        rose && self.forgets()
    }

    /// Where it stood lower than ever after.
    fn steps(&self) -> Vec<usize> {
        let mut lowest = self.now;
        let mut steps = vec![];
        for (place, (_, amount)) in self.known.iter().enumerate().rev() {
            if *amount < lowest {
                steps.push(place);
                lowest = *amount;
            }
        }
        steps.reverse();
        steps
    }

    /// Of too many steps the smallest is taken for flat: it looks as low as before it.
    fn forgets(&mut self) -> bool {
        let steps = self.steps();
        if steps.len() <= REMEMBERED {
            return false;
        }
        let rise = |pair: &&[usize]| self.known[pair[1]].1 - self.known[pair[0]].1;
        if let Some(pair) = steps.windows(2).min_by_key(rise) {
            self.known[pair[1]].1 = self.known[pair[0]].1;
        }
        true
    }

    /// When it rose.
    fn rises(&self) -> Vec<u64> {
        let next = self.truth.iter().skip(1).map(|(_, amount)| *amount);
        let pairs = self.truth.iter().zip(next.chain([self.now]));
        let rises = pairs.filter(|((_, amount), next)| amount < next);
        rises.map(|((at, _), _)| *at).collect()
    }

    /// The lowest from a moment on, as far as is remembered.
    fn lowest_since(&self, since: u64) -> u128 {
        let after = self.known.iter().filter(|(until, _)| *until >= since);
        after.map(|(_, amount)| *amount).fold(self.now, u128::min)
    }

    /// The lowest that it really was between two moments, both included.
    fn lowest_within(&self, from: u64, to: u64) -> u128 {
        let mut begins = 0;
        let mut lowest = u128::MAX;
        for (until, amount) in &self.truth {
            if *until >= from && begins <= to {
                lowest = lowest.min(*amount);
            }
            begins = *until;
        }
        if begins <= to {
            lowest = lowest.min(self.now);
        }
        lowest
    }
}

impl Rewards {
    /// Where what is counted can begin: with the last claim, and with the first whole epoch
    /// after each rise since.
    pub(super) fn beginnings(&self, past: &Past, claimed: u64) -> Vec<u64> {
        let rises = past.rises().into_iter().map(|at| self.epoch_at(at) + 1);
        let since = rises.filter(|epoch| (claimed + 1..self.turned()).contains(epoch));
        [claimed].into_iter().chain(since).collect()
    }

    /// What a bond earned from an epoch on, as low as it stood since, and the most that it
    /// could have earned; epoch by epoch.
    pub(super) fn stood(&self, past: &Past, from: u64) -> (u128, u128) {
        let lowest = past.lowest_since(self.start_of(from));
        let (mut base, mut ceiling) = (0, 0);
        for epoch in self.epochs.iter().skip(from as usize) {
            base += lowest * epoch.base;
            ceiling += lowest * epoch.ceiling;
        }
        (base / FINE, ceiling / FINE)
    }

    /// Which way was gone when a bond counted from an epoch on.
    pub(super) fn counted_from(&self, past: &Past, claimed: u64, from: u64) -> Vec<&'static str> {
        let mut seen = vec![];
        let begins = |epoch: &u64| self.epochs[*epoch as usize].first;
        if from < self.turned() && !begins(&from) {
            seen.push("a bond counted from between two turns");
            let before = (0..from).rev().find(begins).unwrap_or_default();
            let after = (from..self.turned()).find(begins);
            let last = after.unwrap_or(self.turned()) - 1;
            let earns = |epoch: u64| self.epochs[epoch as usize].base;
            if before / ERA != last / ERA && earns(before) != earns(last) {
                seen.push("a bond counted from between two turns with a halving");
            }
        }
        if from > claimed && past.lowest_since(self.start_of(claimed)) > 0 {
            seen.push("a rise that earned more than the low before it");
        }
        let later = self.beginnings(past, claimed);
        if later.iter().any(|later| *later > from) {
            seen.push("a rise that earned less than the low before it");
        }
        seen
    }

    /// The most that any rule allows a bond to earn by standing there, and with all that it
    /// burned, epoch by epoch: what a base unit earned in it, times the lowest that the bond
    /// was in it.
    pub fn most(&self, provider: u32, from: u64) -> (u128, u128) {
        let Some(past) = self.bonds.get(&provider) else {
            return (0, 0);
        };
        let (mut base, mut ceiling) = (0, 0);
        for (number, epoch) in (0u64..).zip(&self.epochs).skip(from as usize) {
            assert!(epoch.base <= epoch.rate, "more than Y0");
            let lowest = past.lowest_within(self.start_of(number), self.start_of(number + 1));
            base += lowest * epoch.base;
            ceiling += lowest * epoch.ceiling;
        }
        (base / FINE, ceiling / FINE)
    }
}

impl Ghost {
    /// Remembers how bonds stand after a message.
    pub(in crate::ghost) fn note_bonds(&mut self) {
        for id in 1..=self.providers.len() as u32 {
            let amount = self.providers[id as usize - 1].free[TOKEN] + self.at_nodes(id, TOKEN);
            let past = self.rewards.bonds.entry(id).or_default();
            if past.becomes(amount, self.now) {
                self.saw("a bond rose more often than is remembered");
            }
        }
    }
}
