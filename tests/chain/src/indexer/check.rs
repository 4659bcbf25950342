use std::{collections::BTreeMap, fmt::Debug};

use serde::{de::DeserializeOwned, Serialize};
use surge_chain::Chain;

use crate::Error;

/// Asks the chain what the events told before, and notes where both differ.
pub(super) struct Check<'a> {
    /// The chain as it was after the last block that was read.
    pub chain: Chain,
    /// Time of that block.
    pub now_secs: u64,
    pub contracts: &'a BTreeMap<String, String>,
    pub agreed: usize,
    pub differ: Vec<String>,
}

impl Check<'_> {
    /// What a contract answers.
    pub fn ask<T: DeserializeOwned>(
        &self,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<T, Error> {
        let address = self.contracts.get(contract);
        let missing = || Error::Answer(format!("no contract is called {contract}"));
        self.chain.smart(address.ok_or_else(missing)?, msg)
    }

    /// Both have to be the same.
    pub fn same<T: Debug + PartialEq>(&mut self, what: String, told: T, asked: T) {
        if told == asked {
            self.agreed += 1;
        } else {
            self.differ.push(format!(
                "{what}\n    by events: {told:?}\n    asked:     {asked:?}"
            ));
        }
    }
}
