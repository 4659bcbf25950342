//! What each agent earned and paid, and the inequalities that every claim has to keep.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use surge_interface::escrow::{Beneficiary, Contribution, QueryMsg as Escrow};
use surge_interface::rewards::{AccountResponse, Params, QueryMsg as Rewards, Reward};
use surge_testing::Suite;

use crate::market::DAY;

const YEAR_SECS: u128 = 365 * 86_400;

/// An agent's books, in base units.
#[derive(Default)]
pub struct Book {
    /// Jobs of others that it delivered.
    pub jobs: u64,
    /// Their prices.
    pub turnover: u128,
    /// Jobs of others that it declined.
    pub declined: u64,
    /// Disputes that it lost, or that the arbiter left alone.
    pub disputes: u64,
    /// What working really cost it outside the chain.
    pub cost: u128,
    /// Bond that it lost.
    pub penalties: u128,
    /// What it paid itself.
    pub washed: u128,
    /// Base emission.
    pub base: u128,
    /// Emission that burning opened.
    pub gated: u128,
    /// Work mint.
    pub work: u128,
    /// Profit at the end of days, by day.
    pub curve: Vec<(u64, i128)>,
    /// Claims that were compared with the inequalities.
    pub claims: u64,
    /// What each provider's bond has been since its last claim.
    standing: BTreeMap<u32, Standing>,
}

/// How low a bond stood since the last claim, kept beside the registry's own memory.
struct Standing {
    since_epoch: u64,
    lowest: u128,
}

impl Book {
    /// What it had more at the end than at the start.
    pub fn profit(&self) -> i128 {
        self.curve.last().map_or(0, |(_, profit)| *profit)
    }

    /// Opens the book for these providers.
    pub fn start(&mut self, suite: &Suite, providers: &[u32]) {
        for provider in providers {
            let standing = Standing {
                since_epoch: epoch(suite),
                lowest: bond_of(suite, *provider),
            };
            self.standing.insert(*provider, standing);
        }
    }

    /// Looks at a bond after it may have changed.
    pub fn note_bond(&mut self, suite: &Suite, provider: u32) {
        let now = bond_of(suite, provider);
        let standing = self.standing.get_mut(&provider).expect("its provider");
        if standing.lowest == 0 {
            // Nothing is counted for the epoch in which there was no bond yet.
            standing.since_epoch = epoch(suite) + 1;
            standing.lowest = now;
        }
        standing.lowest = standing.lowest.min(now);
    }

    /// Claims, and compares what came of it with inequalities 1 and 3.
    pub fn claim(&mut self, suite: &mut Suite, provider: u32) {
        self.note_bond(suite, provider);
        let reward: Reward = suite.ask_rewards(&Rewards::Claimable { provider });
        suite.claim(provider).expect("a claim never fails");
        let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
        let account: AccountResponse = suite.ask_rewards(&Rewards::Account { provider });
        let minted = account.work + account.gate;
        assert!(
            minted.u128() * 10 <= given.burned.u128() * 9,
            "inequality 1: provider {provider} was granted {minted} for {given:?}"
        );
        let now = epoch(suite);
        let standing = self.standing.get_mut(&provider).expect("its provider");
        let stood_secs = u128::from(now.saturating_sub(standing.since_epoch) * DAY);
        let rate = u128::from(Params::defaults().base_bps);
        let most = standing.lowest * rate * stood_secs / (10_000 * YEAR_SECS);
        assert!(
            reward.base.u128() <= most,
            "inequality 3: provider {provider} was granted a base of {} for {} in {stood_secs} s",
            reward.base,
            standing.lowest,
        );
        *standing = Standing {
            since_epoch: now,
            lowest: bond_of(suite, provider),
        };
        self.base += reward.base.u128();
        self.gated += reward.gated.u128();
        self.work += reward.work.u128();
        self.claims += 1;
    }
}

/// Sends a provider what the escrow owes it, if it does.
pub fn withdraw(suite: &mut Suite, provider: u32) {
    if suite.provider_credit(provider, 1) > 0 {
        suite
            .withdraw(Beneficiary::Provider(provider), 1)
            .expect("a withdrawal");
    }
}

/// Tokens that the network holds for a provider: credit, bond, bond on its way out, what a
/// claim would grant now, and what vests.
pub fn at_network(suite: &Suite, provider: u32) -> u128 {
    let answer = suite.provider(provider);
    let unbonding = answer.unbondings.iter().filter(|bond| bond.denom == 1);
    let unbonding: Uint128 = unbonding.map(|bond| bond.amount).sum();
    let reward: Reward = suite.ask_rewards(&Rewards::Claimable { provider });
    let account: AccountResponse = suite.ask_rewards(&Rewards::Account { provider });
    let vesting: Uint128 = account.vesting.iter().sum();
    let bond = bond_of(suite, provider);
    let credit = suite.provider_credit(provider, 1);
    credit + bond + (unbonding + reward.granted + vesting).u128()
}

/// A provider's bond in the token that is not on its way out.
pub fn bond_of(suite: &Suite, provider: u32) -> u128 {
    let bonds = suite.provider(provider).bonds;
    let tokens = bonds.iter().filter(|bond| bond.denom == 1);
    tokens.map(|bond| (bond.free + bond.at_nodes).u128()).sum()
}

/// The epoch of this moment.
fn epoch(suite: &Suite) -> u64 {
    let emission: surge_interface::rewards::EmissionResponse =
        suite.ask_rewards(&Rewards::Emission {});
    emission.current_epoch
}
