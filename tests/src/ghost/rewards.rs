//! What contributing mints: each bond by its whole past, epochs one by one, jobs one by one.

use std::collections::BTreeMap;

use super::{must, part, Ghost, Office, Refused, DENOMS, WHOLE};

/// What is burned, bonded and minted.
const TOKEN: usize = 1;
/// A base unit of bond in the indices.
const FINE: u128 = 1_000_000_000_000_000_000;
/// Seconds of a year.
const YEAR: u128 = 365 * 24 * 60 * 60;
/// Epochs until the pool halves.
const ERA: u64 = 730;
/// Epochs between two changes of the emission.
const QUARTER: u64 = 90;
/// Epochs of a bucket.
const BUCKET: u64 = 7;
/// Buckets over which a grant vests.
const BUCKETS: u64 = 26;
/// Rises of a bond that the registry remembers one by one.
const REMEMBERED: usize = 6;

/// The emission's numbers in basis points.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Rates {
    pub base: u128,
    pub ceiling: u128,
    pub pool: u128,
    pub instant: u128,
}

/// What was burned out of a job, and what that mints and opens.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Burn {
    pub burned: u128,
    pub work: u128,
    pub gate: u128,
}

/// An epoch that is booked.
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
    /// All bonds when it was booked.
    pub bonded: u128,
    /// A booking began with it.
    pub first: bool,
}

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

/// What the rewards contract has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Said {
    Turned {
        epoch: u64,
        bonded: u128,
        base_index: u128,
        released: u128,
    },
    Claimed {
        provider: u32,
        to: String,
        claimed: Claimed,
        total_minted: u128,
        total_granted: u128,
    },
    Slashed {
        provider: u32,
        amount: u128,
    },
    Changed(Rates),
    Passed,
}

/// The rewards contract and all that it reads.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Rewards {
    pub start: u64,
    pub epoch_secs: u64,
    pub cap: u128,
    pub genesis: u128,
    pub rates: Rates,
    /// When the emission changed last.
    pub changed: Option<u64>,
    pub epochs: Vec<Epoch>,
    pub office: Office,
    pub accounts: BTreeMap<u32, Account>,
    /// Jobs in the token that a provider ended.
    pub burns: BTreeMap<u32, Vec<Burn>>,
    pub bonds: BTreeMap<u32, Past>,
    /// Came without a message and stays for ever.
    pub stray: [u128; DENOMS],
    /// What it has to have said in the last message.
    pub said: Vec<Said>,
}

impl Rewards {
    /// Born now, with a token that has this cap and this many in it.
    pub fn new(start: u64, epoch_secs: u64, cap: u128, genesis: u128, rates: Rates) -> Self {
        Self {
            start,
            epoch_secs,
            cap,
            genesis,
            rates,
            changed: None,
            epochs: vec![],
            office: Office::new("owner"),
            accounts: BTreeMap::new(),
            burns: BTreeMap::new(),
            bonds: BTreeMap::new(),
            stray: [0; DENOMS],
            said: vec![],
        }
    }

    /// Epochs before this one are booked.
    pub fn booked(&self) -> u64 {
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

    fn bucket_at(&self, secs: u64) -> u64 {
        self.epoch_at(secs) / BUCKET
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

    fn over_all(&self, of: impl Fn(&Account) -> u128) -> u128 {
        self.accounts.values().map(of).sum()
    }

    /// All emission that was granted or carried.
    pub fn emitted(&self) -> u128 {
        self.over_all(|account| account.base + account.gated)
    }

    /// All that was granted.
    pub fn granted(&self) -> u128 {
        self.over_all(|account| account.granted)
    }

    /// All that was minted.
    pub fn minted(&self) -> u128 {
        self.over_all(|account| account.minted)
    }

    /// All that was slashed.
    pub fn slashed(&self) -> u128 {
        self.over_all(|account| account.slashed)
    }

    /// Over the jobs of a provider.
    pub fn given(&self, provider: u32, of: impl Fn(&Burn) -> u128) -> u128 {
        self.burns
            .get(&provider)
            .into_iter()
            .flatten()
            .map(of)
            .sum()
    }

    /// Somebody burned more than the pools have allowed yet, but not more than its bond.
    pub fn gates_wait(&self) -> bool {
        self.accounts.iter().any(|(provider, account)| {
            let open = self.given(*provider, |burn| burn.gate) - account.gated;
            open > 0 && account.room() > 0
        })
    }

    /// The schedule's pool of an epoch: a tenth of the cap over all time.
    fn pool(&self, epoch: u64) -> u128 {
        let halvings = epoch / ERA;
        let first = self.cap / 10 / u128::from(2 * ERA);
        let whole = if halvings < 128 { first >> halvings } else { 0 };
        part(whole, self.rates.pool)
    }

    /// Of all pools, what was set aside for the bonds that stood there: whole units for
    /// every stretch that was booked at once and shared by one pool.
    fn set_aside(&self) -> u128 {
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

    /// Where what is counted can begin: with the last claim, and with the first whole epoch
    /// after each rise since.
    fn beginnings(&self, past: &Past, claimed: u64) -> Vec<u64> {
        let rises = past.rises().into_iter().map(|at| self.epoch_at(at) + 1);
        let since = rises.filter(|epoch| (claimed + 1..self.booked()).contains(epoch));
        [claimed].into_iter().chain(since).collect()
    }

    /// What a bond earned from an epoch on, as low as it stood since, and the most that it
    /// could have earned; epoch by epoch.
    fn stood(&self, past: &Past, from: u64) -> (u128, u128) {
        let lowest = past.lowest_since(self.start_of(from));
        let (mut base, mut ceiling) = (0, 0);
        for epoch in self.epochs.iter().skip(from as usize) {
            base += lowest * epoch.base;
            ceiling += lowest * epoch.ceiling;
        }
        (base / FINE, ceiling / FINE)
    }

    /// Which way was gone when a bond counted from an epoch on.
    fn counted_from(&self, past: &Past, claimed: u64, from: u64) -> Vec<&'static str> {
        let mut seen = vec![];
        let begins = |epoch: &u64| self.epochs[*epoch as usize].first;
        if from < self.booked() && !begins(&from) {
            seen.push("a bond counted from between two bookings");
            let before = (0..from).rev().find(begins).unwrap_or_default();
            let after = (from..self.booked()).find(begins);
            let last = after.unwrap_or(self.booked()) - 1;
            let earns = |epoch: u64| self.epochs[epoch as usize].base;
            if before / ERA != last / ERA && earns(before) != earns(last) {
                seen.push("a bond counted from between two bookings with a halving");
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
    pub(super) fn note_bonds(&mut self) {
        for id in 1..=self.providers.len() as u32 {
            let amount = self.providers[id as usize - 1].free[TOKEN] + self.at_nodes(id, TOKEN);
            let past = self.rewards.bonds.entry(id).or_default();
            if past.becomes(amount, self.now) {
                self.saw("a bond rose more often than is remembered");
            }
        }
    }

    fn saw(&mut self, what: &str) {
        self.passages.push(what.to_owned());
    }

    /// A job paid in the token ended.
    pub(super) fn note_burn(&mut self, provider: u32, burned: u128, terms: usize, content: bool) {
        let terms = &self.terms[terms];
        let (mut work, mut gate) = (0, 0);
        if content {
            work = part(part(burned, terms.work_mint), terms.accepted);
            gate = part(burned, terms.gate);
        }
        let burns = self.rewards.burns.entry(provider).or_default();
        burns.push(Burn { burned, work, gate });
    }

    /// Books the epochs that are over, as bonds are now.
    fn book(&mut self) -> bool {
        let bonded = self.registry[TOKEN].bonds;
        let rewards = &mut self.rewards;
        let (from, to) = (rewards.booked(), rewards.epoch_at(self.now));
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
            self.saw("epochs booked across a halving");
        }
        true
    }

    pub(super) fn turn(&mut self) -> Result<(), Refused> {
        must(self.book(), "no epoch is over")
    }

    /// Counts all that a provider earned.
    pub(super) fn claim(&mut self, provider: u32) -> Result<(), Refused> {
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
        self.book();
        let mut account = self.rewards.accounts.remove(&provider).unwrap_or_default();
        let rewards = &self.rewards;
        let booked = rewards.booked();

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
        account.epoch = booked;
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
        let later = account.vests.split_off(&(bucket + 1));
        let vested = std::mem::replace(&mut account.vests, later);
        let vested: u128 = vested.values().sum();
        if vested > 0 {
            seen.push("a bucket that vested");
        }
        let rest = granted - instant;
        if rest > 0 {
            let each = rest / u128::from(BUCKETS);
            for bucket in bucket + 1..=bucket + BUCKETS {
                *account.vests.entry(bucket).or_default() += each;
            }
            let rounding = rest - each * u128::from(BUCKETS);
            *account.vests.entry(bucket + BUCKETS).or_default() += rounding;
        }
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

    pub(super) fn slash_vesting(
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

    pub(super) fn set_rates(&mut self, who: &str, rates: &Rates) -> Result<(), Refused> {
        self.rewards.office.ensure_owner(who)?;
        must(rates.ceiling <= 2_000, "the ceiling")?;
        must(rates.base <= rates.ceiling, "a base over the ceiling")?;
        must(rates.pool <= WHOLE, "the pool")?;
        must(rates.instant <= WHOLE / 2, "what is paid at once")?;
        let old = &self.rewards.rates;
        let moves = [
            (old.base, rates.base),
            (old.ceiling, rates.ceiling),
            (old.pool, rates.pool),
        ];
        if moves.iter().any(|(from, to)| from != to) {
            let quarter = QUARTER * self.rewards.epoch_secs;
            let lately = self
                .rewards
                .changed
                .is_some_and(|at| self.now < at + quarter);
            must(!lately, "changed lately")?;
            for (from, to) in moves {
                let step = from.div_ceil(10).max(1);
                must(from.abs_diff(to) <= step, "too large a step")?;
            }
            self.book();
            self.rewards.changed = Some(self.now);
            self.saw("the emission changed");
        }
        self.rewards.rates = rates.clone();
        self.rewards.said.push(Said::Changed(rates.clone()));
        Ok(())
    }

    /// Somebody burns what is its own.
    pub(super) fn burn_own(&mut self, who: &str, amount: u128) -> Result<(), Refused> {
        self.take_from(who, TOKEN, amount)?;
        self.burned += amount;
        Ok(())
    }
}
