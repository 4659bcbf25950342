//! What a provider earned, counted claim by claim.

use std::collections::BTreeMap;

use super::{Rewards, Said, TOKEN};
use crate::ghost::{part, Ghost, Refused};

/// What a provider earned and got.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Account {
    /// Epochs before this one are counted.
    pub epoch: u64,
    /// Jobs that are counted.
    pub jobs: usize,
    pub work: u128,
    pub base: u128,
    /// The most that base and gated may be together.
    pub ceiling: u128,
    pub gated: u128,
    pub carried: u128,
    /// What comes when a bucket begins.
    pub vests: BTreeMap<u64, u128>,
    pub granted: u128,
    pub minted: u128,
    pub slashed: u128,
}

impl Account {
    /// What the ceilings allow that is not used.
    pub fn room(&self) -> u128 {
        self.ceiling - self.base - self.gated
    }
}

/// What a claim counts and pays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Claimed {
    pub work: u128,
    pub base: u128,
    pub gated: u128,
    pub room: u128,
    pub carried: u128,
    pub granted: u128,
    pub instant: u128,
    pub vested: u128,
}

impl Rewards {
    /// Somebody burned more than the pools have allowed yet, but not more than its bond.
    pub fn gates_wait(&self) -> bool {
        self.accounts.iter().any(|(provider, account)| {
            let open = self.given(*provider, |burn| burn.gate) - account.gated;
            open > 0 && account.room() > 0
        })
    }
}

impl Ghost {
    /// Counts all that a provider earned.
    pub(in crate::ghost) fn claim(&mut self, provider: u32) -> Result<(), Refused> {
        let to = self.payout_of(provider).ok_or("no such provider")?;
        let claimed = self.count(provider);
        let paid = claimed.instant + claimed.vested;
        self.give(&to, TOKEN, paid);
        let said = Said::Claimed {
            provider,
            to,
            claimed,
            total_minted: self.rewards.minted(),
            total_granted: self.rewards.granted(),
        };
        self.rewards.said.push(said);
        Ok(())
    }

    /// What a claim would do.
    pub fn would_claim(&self, provider: u32) -> Option<Claimed> {
        self.provider(provider)?;
        Some(self.clone().count(provider))
    }

    fn count(&mut self, provider: u32) -> Claimed {
        self.turn_if_over();
        let mut account = self.rewards.accounts.remove(&provider).unwrap_or_default();
        let rewards = &self.rewards;
        let turned = rewards.turned();

        let burns = rewards.burns.get(&provider).map_or(&[][..], |b| &b[..]);
        let new = burns.iter().skip(account.jobs);
        let work: u128 = new.map(|burn| burn.work).sum();
        account.jobs = burns.len();
        let open = burns.iter().map(|burn| burn.gate).sum::<u128>() - account.gated;

        let past = rewards.bonds.get(&provider).cloned().unwrap_or_default();
        // Of two beginnings the one with the larger base, or as large and a higher ceiling.
        let mut from = account.epoch;
        let (mut base, mut ceiling) = rewards.stood(&past, from);
        for beginning in rewards.beginnings(&past, account.epoch) {
            let other = rewards.stood(&past, beginning);
            if other > (base, ceiling) {
                from = beginning;
                (base, ceiling) = other;
            }
        }
        let left = rewards.released() - (rewards.emitted() + account.base + account.gated);
        assert!(base <= left, "provider {provider}: its base went to others");
        let gates = rewards.over_all(|account| account.gated) + account.gated;
        let spare = rewards.released() - rewards.set_aside() - gates;
        let mut seen = vec![];
        let of_now = ceiling - base;
        account.base += base;
        account.ceiling += ceiling;
        let allowed = open.min(account.room());
        let gated = allowed.min(spare);
        if gated > of_now {
            seen.push("a gate that an earlier ceiling allowed");
        }
        if ceiling > 0 {
            seen.extend(rewards.counted_from(&past, account.epoch, from));
        }
        if base > 0 && account.base > base {
            seen.push("a second base");
        }
        if gated < allowed {
            seen.push("a gate limited by what bonds leave of the pools");
        }
        if gated > 0 && gated == open {
            seen.push("a gate that the bond allowed");
        } else if gated > 0 {
            seen.push("a gate that the bond allowed in part");
        } else if open > 0 {
            seen.push("a gate that stayed shut");
        }
        account.epoch = turned;
        account.work += work;
        account.gated += gated;

        let due = work + base + gated + account.carried;
        let granted_before = rewards.granted() + account.granted;
        let granted = due.min(rewards.cap - rewards.genesis - granted_before);
        account.carried = due - granted;
        if account.carried > 0 {
            seen.push("a claim beyond the cap");
        }
        account.granted += granted;

        let instant = part(granted, rewards.rates.instant);
        let bucket = rewards.bucket_at(self.now);
        let vested = account.take_vested(bucket);
        if vested > 0 {
            seen.push("a bucket that vested");
        }
        account.vest(bucket, granted - instant);
        account.minted += instant + vested;
        let claimed = Claimed {
            work,
            base,
            gated,
            room: account.room(),
            carried: account.carried,
            granted,
            instant,
            vested,
        };
        self.rewards.accounts.insert(provider, account);
        for what in seen {
            self.saw(what);
        }
        claimed
    }
}
