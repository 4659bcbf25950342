//! What contributing mints: each bond by its whole past, epochs one by one, jobs one by one.

mod bonds;
mod claims;
mod epochs;
mod vesting;

use std::collections::BTreeMap;

use super::{must, part, Ghost, Office, Refused, DENOMS, WHOLE};

pub use bonds::Past;
pub use claims::{Account, Claimed};
pub use epochs::Epoch;

/// What is burned, bonded and minted.
const TOKEN: usize = 1;
/// Epochs between two changes of the emission.
const QUARTER: u64 = 90;

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
}

impl Ghost {
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
            self.turn_if_over();
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
