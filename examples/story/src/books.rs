//! Where every token is, before and after.

use cosmwasm_std::Addr;
use serde::Serialize;
use surge_interface::dao::{InvariantResponse as DaoInvariant, QueryMsg as Dao};
use surge_interface::escrow::{InvariantResponse as EscrowInvariant, QueryMsg as Escrow};
use surge_interface::registry::{InvariantResponse as RegistryInvariant, QueryMsg as Registry};
use surge_interface::rewards::{InvariantResponse as RewardsInvariant, QueryMsg as Rewards};
use surge_testing::Suite;

use crate::cast::TOKEN;

/// Whose balances are watched: everybody who ever held a token.
pub struct Ledger {
    accounts: Vec<(String, Addr)>,
    before: Vec<u128>,
}

/// An account before and after, in base units.
#[derive(Serialize)]
pub struct Line {
    /// Whose.
    pub account: String,
    /// Before the first job.
    pub before: u128,
    /// At the end.
    pub after: u128,
    /// What the rules say it must have gained or paid.
    pub expected: i128,
    /// Where that comes from.
    pub because: &'static str,
}

/// The books at the end.
#[derive(Serialize)]
pub struct Books {
    /// All accounts.
    pub lines: Vec<Line>,
    /// All tokens before.
    pub total_before: u128,
    /// All tokens after.
    pub total_after: u128,
    /// What the rewards contract minted.
    pub minted: u128,
    /// What was burned.
    pub burned: u128,
    /// Whether every contract holds at least what it owes and minted what it may.
    pub contracts_sound: bool,
    /// Whether nothing was lost or made beside that, and everybody has what the rules say.
    pub reconcile: bool,
}

/// What the rules say.
pub struct Expected {
    /// Who gained or paid what, and why. Who is not named is as before.
    pub lines: Vec<(String, i128, &'static str)>,
    /// What was minted.
    pub minted: i128,
    /// What was burned.
    pub burned: i128,
}

impl Line {
    /// What it really gained or paid.
    pub fn change(&self) -> i128 {
        i128::try_from(self.after).unwrap_or(i128::MAX)
            - i128::try_from(self.before).unwrap_or(i128::MAX)
    }
}

impl Ledger {
    /// Notes what these accounts and the contracts hold now.
    pub fn open(suite: &mut Suite, names: &[String]) -> Self {
        let mut accounts: Vec<(String, Addr)> = names
            .iter()
            .map(|name| (name.clone(), suite.meet(name)))
            .collect();
        accounts.push(("registry contract".to_owned(), suite.registry.clone()));
        accounts.push(("escrow contract".to_owned(), suite.escrow.clone()));
        accounts.push(("rewards contract".to_owned(), suite.rewards.clone()));
        accounts.push(("DAO".to_owned(), suite.owner()));
        let before = accounts
            .iter()
            .map(|(_, addr)| suite.balance(addr, TOKEN))
            .collect();
        Self { accounts, before }
    }

    /// Compares with what they hold now.
    pub fn close(self, suite: &Suite, expected: &Expected) -> Books {
        let lines: Vec<Line> = self
            .accounts
            .into_iter()
            .zip(self.before)
            .map(|((account, addr), before)| {
                let mut rules = expected.lines.iter();
                let rule = rules.find(|(name, _, _)| *name == account);
                Line {
                    before,
                    after: suite.balance(&addr, TOKEN),
                    expected: rule.map_or(0, |(_, gain, _)| *gain),
                    because: rule.map_or("", |(_, _, because)| because),
                    account,
                }
            })
            .collect();
        let total_before = lines.iter().map(|line| line.before).sum();
        let total_after = lines.iter().map(|line| line.after).sum();
        let escrow: EscrowInvariant = suite.ask_escrow(&Escrow::Invariant {});
        let registry: RegistryInvariant = suite.ask_registry(&Registry::Invariant {});
        let rewards: RewardsInvariant = suite.ask_rewards(&Rewards::Invariant {});
        let dao: DaoInvariant = suite.ask_dao(&Dao::Invariant {});
        let minted = rewards.minted.u128();
        let burned = (rewards.genesis + rewards.minted - rewards.supply).u128();
        let contracts_sound = escrow.holds && registry.holds && rewards.holds && dao.holds;
        Books {
            reconcile: contracts_sound
                && total_before + minted == total_after + burned
                && i128::try_from(minted) == Ok(expected.minted)
                && i128::try_from(burned) == Ok(expected.burned)
                && lines.iter().all(|line| line.change() == line.expected),
            lines,
            total_before,
            total_after,
            minted,
            burned,
            contracts_sound,
        }
    }
}
