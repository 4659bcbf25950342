//! Where every coin is, before and after.

use cosmwasm_std::Addr;
use serde::Serialize;
use surge_interface::escrow::{InvariantResponse as EscrowInvariant, QueryMsg as Escrow};
use surge_interface::registry::{InvariantResponse as RegistryInvariant, QueryMsg as Registry};
use surge_testing::Suite;

/// Whose balances are watched: everybody who ever held a coin.
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
    /// All coins before and after.
    pub total_before: u128,
    /// All coins after.
    pub total_after: u128,
    /// Whether both contracts hold at least what they owe.
    pub contracts_sound: bool,
    /// Whether nothing was lost or made and everybody has what the rules say.
    pub reconcile: bool,
}

impl Line {
    /// What it really gained or paid.
    pub fn change(&self) -> i128 {
        i128::try_from(self.after).unwrap_or(i128::MAX)
            - i128::try_from(self.before).unwrap_or(i128::MAX)
    }
}

impl Ledger {
    /// Notes what these accounts and both contracts hold now.
    pub fn open(suite: &mut Suite, names: &[String]) -> Self {
        let mut accounts: Vec<(String, Addr)> = names
            .iter()
            .map(|name| (name.clone(), suite.meet(name)))
            .collect();
        accounts.push(("registry contract".to_owned(), suite.registry.clone()));
        accounts.push(("escrow contract".to_owned(), suite.escrow.clone()));
        let before = accounts
            .iter()
            .map(|(_, addr)| suite.balance(addr, 0))
            .collect();
        Self { accounts, before }
    }

    /// Compares with what they hold now. `expected` names each account's gain and why;
    /// who is not named must be as before.
    pub fn close(self, suite: &Suite, expected: &[(String, i128, &'static str)]) -> Books {
        let lines: Vec<Line> = self
            .accounts
            .into_iter()
            .zip(self.before)
            .map(|((account, addr), before)| {
                let rule = expected.iter().find(|(name, _, _)| *name == account);
                Line {
                    before,
                    after: suite.balance(&addr, 0),
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
        let contracts_sound = escrow.holds && registry.holds;
        Books {
            reconcile: contracts_sound
                && total_before == total_after
                && lines.iter().all(|line| line.change() == line.expected),
            lines,
            total_before,
            total_after,
            contracts_sound,
        }
    }
}
