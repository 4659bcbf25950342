use cosmwasm_std::Uint128;
use surge_interface::rewards::VESTING_BUCKETS;
use surge_interface::BPS;

use crate::{share, AccountingError};

/// What vests, in buckets: `parts[i]` is released when bucket `first + i` begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vesting {
    /// Number of the first bucket.
    pub first: u64,
    /// At most [`VESTING_BUCKETS`] amounts.
    pub parts: Vec<Uint128>,
}

impl Vesting {
    /// Takes out what has vested when bucket `now` has begun, and answers the sum. After
    /// this the first bucket is the next one.
    pub fn release(&mut self, now: u64) -> Result<Uint128, AccountingError> {
        let next = now.saturating_add(1);
        let over = usize::try_from(next.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let due = sum(self.parts.drain(..over.min(self.parts.len())));
        self.first = next.max(self.first);
        due
    }

    /// Spreads an amount evenly over the buckets from the first on; what rounding leaves
    /// comes with the last. Call [`Vesting::release`] before.
    pub fn add(&mut self, amount: Uint128) -> Result<(), AccountingError> {
        if amount.is_zero() {
            return Ok(());
        }
        let buckets = u128::try_from(VESTING_BUCKETS).unwrap_or(u128::MAX);
        let part = amount.u128().checked_div(buckets).unwrap_or_default();
        let rest = amount.u128().checked_rem(buckets).unwrap_or_default();
        self.parts.resize(VESTING_BUCKETS, Uint128::zero());
        for slot in &mut self.parts {
            *slot = plus(*slot, Uint128::new(part))?;
        }
        if let Some(last) = self.parts.last_mut() {
            *last = plus(*last, Uint128::new(rest))?;
        }
        Ok(())
    }

    /// Takes a share of every bucket away that has not begun when bucket `now` has, rounded
    /// down, and answers the sum.
    pub fn slash(&mut self, now: u64, bps: u16) -> Result<Uint128, AccountingError> {
        let bps = bps.min(BPS);
        let mut slashed = Uint128::zero();
        for (slot, bucket) in self.parts.iter_mut().zip(self.first..) {
            if bucket <= now {
                continue;
            }
            let cut = share(*slot, bps.into())?;
            *slot = slot.saturating_sub(cut);
            slashed = plus(slashed, cut)?;
        }
        Ok(slashed)
    }

    /// All that vests.
    pub fn total(&self) -> Result<Uint128, AccountingError> {
        sum(self.parts.iter().copied())
    }
}

fn sum(mut parts: impl Iterator<Item = Uint128>) -> Result<Uint128, AccountingError> {
    parts.try_fold(Uint128::zero(), plus)
}

fn plus(left: Uint128, right: Uint128) -> Result<Uint128, AccountingError> {
    left.checked_add(right)
        .map_err(|_| AccountingError::Overflow {
            what: "the vesting",
        })
}
