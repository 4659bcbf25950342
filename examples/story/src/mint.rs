//! What the providers' contributions mint: asked of the contracts, and computed here from
//! the rules in words, so that one can be held against the other.

use serde::Serialize;
use surge_interface::escrow::{Contribution, QueryMsg as Escrow};
use surge_interface::rewards::{AccountResponse, QueryMsg as Rewards};
use surge_testing::Suite;

use crate::cast::Provider;

/// Seconds of an epoch.
const DAY: u64 = 86_400;
/// Epochs over which a reward vests: 26 buckets of seven.
const VESTING_EPOCHS: u64 = 26 * 7;
/// What of a grant is minted at once, in percent.
pub const INSTANT_PERCENT: u128 = 25;
/// What a base unit of bond earns in an epoch by standing there, × 10¹⁸: two per cent a year.
const BASE: u128 = 1_000_000_000_000_000_000 / 50 / 365;
/// What it can earn at most: eight per cent.
const CEILING: u128 = 1_000_000_000_000_000_000 * 2 / 25 / 365;

/// What one provider contributed and got, in base units.
#[derive(Serialize)]
pub struct Reward {
    /// Its name.
    pub provider: &'static str,
    /// Burned out of its jobs.
    pub burned: u128,
    /// Granted for work.
    pub work: u128,
    /// Granted for its bond, and for what was burned as far as the bond allows.
    pub emission: u128,
    /// Minted so far.
    pub minted: u128,
    /// Not vested yet.
    pub vesting: u128,
}

/// What a provider must have: the rules of the rewards in words.
#[derive(Default)]
pub struct Expectation {
    granted: u128,
    vesting: u128,
    gate: u128,
    work: u128,
    epoch: u64,
    /// Minted so far.
    pub minted: u128,
}

impl Expectation {
    /// After a claim in this epoch by a provider with this bond, of whose accepted jobs
    /// this much each has been burned: what a job mints is rounded down by itself. Bond
    /// counts from the first whole epoch on.
    pub fn claim(&mut self, bond: u128, burned: &[u128], epoch: u64) {
        let epochs = u128::from(epoch - self.epoch.max(1).min(epoch));
        let work: u128 = burned
            .iter()
            .map(|burned| burned * 6_000 / 10_000 * 2_500 / 10_000)
            .sum();
        let gate: u128 = burned.iter().map(|burned| burned * 3_000 / 10_000).sum();
        let base = bond * (BASE * epochs) / 1_000_000_000_000_000_000;
        let ceiling = bond * (CEILING * epochs) / 1_000_000_000_000_000_000;
        let gated = (gate - self.gate).min(ceiling - base);
        let granted = work - self.work + base + gated;
        let vested = if epoch - self.epoch >= VESTING_EPOCHS {
            std::mem::take(&mut self.vesting)
        } else {
            0
        };
        let at_once = granted * INSTANT_PERCENT / 100;
        self.minted += at_once + vested;
        self.vesting += granted - at_once;
        self.granted += granted;
        (self.gate, self.work, self.epoch) = (self.gate + gated, work, epoch);
    }
}

/// Lets half a year pass, so that what was granted has vested.
pub fn wait_for_vesting(suite: &mut Suite) {
    suite.pass(VESTING_EPOCHS * DAY);
}

/// The epoch of this moment; the first began with the network.
pub fn epoch(suite: &Suite, start_secs: u64) -> u64 {
    (suite.now_secs() - start_secs) / DAY
}

/// What was burned out of a provider's jobs, as the escrow has it.
fn burned(suite: &Suite, provider: u32) -> u128 {
    let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
    given.burned.u128()
}

/// What every provider contributed and got.
pub fn rewards(suite: &Suite, providers: &[Provider]) -> Vec<Reward> {
    let row = |provider: &Provider| {
        let msg = Rewards::Account {
            provider: provider.id,
        };
        let account: AccountResponse = suite.ask_rewards(&msg);
        Reward {
            provider: provider.name,
            burned: burned(suite, provider.id),
            work: account.work.u128(),
            emission: account.emission.u128(),
            minted: account.minted.u128(),
            vesting: account.vesting.iter().map(|part| part.u128()).sum(),
        }
    };
    providers.iter().map(row).collect()
}
