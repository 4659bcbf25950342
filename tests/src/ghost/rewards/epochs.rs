//! The schedule: epochs one by one, each with its pool and the bonds of its turn.

use super::{Rewards, Said, TOKEN};
use crate::ghost::{must, part, Ghost, Refused, WHOLE};

/// A base unit of bond in the indices.
pub(super) const FINE: u128 = 1_000_000_000_000_000_000;
/// Seconds of a year.
const YEAR: u128 = 365 * 24 * 60 * 60;
/// Epochs until the pool halves.
pub(super) const ERA: u64 = 730;

/// An epoch that is turned.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Epoch {
    /// What a base unit of bond earns in it, × 10¹⁸.
    pub base: u128,
    /// What it can earn at most, × 10¹⁸.
    pub ceiling: u128,
    /// What it earns at most by standing there, whatever others do, × 10¹⁸.
    pub rate: u128,
    pub pool: u128,
    /// All bonds when it was turned.
    pub bonded: u128,
    /// A turn began with it.
    pub first: bool,
}

impl Rewards {
    /// Epochs before this one are turned.
    pub fn turned(&self) -> u64 {
        self.epochs.len() as u64
    }

    /// The epoch of a moment.
    pub fn epoch_at(&self, secs: u64) -> u64 {
        (secs - self.start) / self.epoch_secs
    }

    /// When an epoch starts.
    pub fn start_of(&self, epoch: u64) -> u64 {
        self.start + epoch * self.epoch_secs
    }

    /// All that the schedule released.
    pub fn released(&self) -> u128 {
        self.epochs.iter().map(|epoch| epoch.pool).sum()
    }

    /// Of base and ceiling, what a base unit of bond had since the first epoch, × 10¹⁸.
    pub fn indices(&self) -> (u128, u128) {
        let base = self.epochs.iter().map(|epoch| epoch.base).sum();
        (base, self.epochs.iter().map(|epoch| epoch.ceiling).sum())
    }

    /// The schedule's pool of an epoch: a tenth of the cap over all time.
    fn pool(&self, epoch: u64) -> u128 {
        let halvings = epoch / ERA;
        let first = self.cap / 10 / u128::from(2 * ERA);
        let whole = if halvings < 128 { first >> halvings } else { 0 };
        part(whole, self.rates.pool)
    }

    /// Of all pools, what was set aside for the bonds that stood there: whole units for
    /// every stretch that was turned at once and shared by one pool.
    pub(super) fn set_aside(&self) -> u128 {
        let (mut whole, mut fine) = (0, 0u128);
        for (number, epoch) in (0u64..).zip(&self.epochs) {
            if epoch.first || number % ERA == 0 {
                whole += fine.div_ceil(FINE);
                fine = 0;
            }
            fine += epoch.bonded * epoch.base;
        }
        whole + fine.div_ceil(FINE)
    }
}

impl Ghost {
    /// Turns the epochs that are over, as bonds are now.
    pub(super) fn turn_if_over(&mut self) -> bool {
        let bonded = self.registry[TOKEN].bonds;
        let rewards = &mut self.rewards;
        let (from, to) = (rewards.turned(), rewards.epoch_at(self.now));
        let per_epoch = |bps: u128| FINE * bps * u128::from(rewards.epoch_secs) / (WHOLE * YEAR);
        let rate = per_epoch(rewards.rates.base);
        let ceiling = per_epoch(rewards.rates.ceiling);
        for number in from..to {
            let pool = rewards.pool(number);
            let fair = pool * FINE / bonded.max(1);
            rewards.epochs.push(Epoch {
                base: fair.min(rate),
                ceiling,
                rate,
                pool,
                bonded,
                first: number == from,
            });
        }
        if from == to {
            return false;
        }
        let said = Said::Turned {
            epoch: to,
            bonded,
            base_index: rewards.indices().0,
            released: rewards.released(),
        };
        rewards.said.push(said);
        let last = &rewards.epochs[to as usize - 1];
        let scarce = last.base < last.rate;
        if scarce {
            self.saw("an epoch whose pool was shared");
        }
        if from / ERA != (to - 1) / ERA {
            self.saw("epochs turned across a halving");
        }
        true
    }

    pub(in crate::ghost) fn turn(&mut self) -> Result<(), Refused> {
        must(self.turn_if_over(), "no epoch is over")
    }
}
