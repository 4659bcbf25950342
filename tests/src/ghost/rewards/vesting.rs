//! What was granted and is paid later.

use super::{Account, Rewards, Said};
use crate::ghost::{must, part, Ghost, Refused, WHOLE};

/// Epochs of a bucket.
const BUCKET: u64 = 7;
/// Buckets over which a grant vests.
const BUCKETS: u64 = 26;

impl Rewards {
    pub(super) fn bucket_at(&self, secs: u64) -> u64 {
        self.epoch_at(secs) / BUCKET
    }
}

impl Account {
    /// Takes out what has vested when this bucket has begun.
    pub(super) fn take_vested(&mut self, bucket: u64) -> u128 {
        let later = self.vests.split_off(&(bucket + 1));
        std::mem::replace(&mut self.vests, later).values().sum()
    }

    /// Spreads an amount over the buckets after this one.
    pub(super) fn vest(&mut self, bucket: u64, amount: u128) {
        if amount == 0 {
            return;
        }
        let each = amount / u128::from(BUCKETS);
        for bucket in bucket + 1..=bucket + BUCKETS {
            *self.vests.entry(bucket).or_default() += each;
        }
        let rounding = amount - each * u128::from(BUCKETS);
        *self.vests.entry(bucket + BUCKETS).or_default() += rounding;
    }
}

impl Ghost {
    pub(in crate::ghost) fn slash_vesting(
        &mut self,
        who: &str,
        provider: u32,
        bps: u128,
    ) -> Result<(), Refused> {
        self.rewards.office.ensure_owner(who)?;
        must((1..=WHOLE).contains(&bps), "the share")?;
        let now = self.rewards.bucket_at(self.now);
        let account = self.rewards.accounts.entry(provider).or_default();
        let mut amount = 0;
        for (_, waiting) in account.vests.range_mut(now + 1..) {
            let cut = part(*waiting, bps);
            *waiting -= cut;
            amount += cut;
        }
        must(amount > 0, "nothing vests")?;
        account.slashed += amount;
        self.rewards.said.push(Said::Slashed { provider, amount });
        Ok(())
    }
}
