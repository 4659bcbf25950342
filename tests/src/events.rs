//! The typed events of a response.

use cw_multi_test::AppResponse;
use surge_interface::events::EventDoc;
use surge_testing::Suite;

/// A typed event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// `registry`, `escrow`, `rewards` or `dao`.
    pub contract: &'static str,
    /// Without the chain's `wasm-`.
    pub name: String,
    /// Without the chain's contract address.
    pub attributes: Vec<(String, String)>,
}

impl Typed {
    /// An attribute.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }

    /// An attribute that is a number.
    pub fn number(&self, key: &str) -> u128 {
        let value = self
            .get(key)
            .unwrap_or_else(|| panic!("no {key}: {self:?}"));
        value.parse().expect("a number")
    }

    /// What the documentation says of it.
    pub fn documentation(&self) -> Option<&'static EventDoc> {
        use surge_interface::events::{all, dao, escrow, registry, rewards};
        let own = registry::EVENTS.iter().chain(escrow::EVENTS);
        let own = own.chain(rewards::EVENTS).chain(dao::EVENTS);
        let own = own.filter(|doc| doc.contract == self.contract);
        own.chain(all::EVENTS).find(|doc| doc.name == self.name)
    }
}

/// The typed events of our contracts, in order.
pub fn typed(suite: &Suite, response: &AppResponse) -> Vec<Typed> {
    let mut found = vec![];
    for event in &response.events {
        let Some(name) = event.ty.strip_prefix("wasm-") else {
            continue;
        };
        let contracts = [
            ("registry", Some(&suite.registry)),
            ("escrow", Some(&suite.escrow)),
            ("rewards", Some(&suite.rewards)),
            ("dao", suite.dao.as_ref()),
        ];
        let (mut contract, mut attributes) = (None, vec![]);
        for attribute in &event.attributes {
            if attribute.key == "_contract_address" {
                let ours = contracts
                    .iter()
                    .find(|(_, addr)| addr.is_some_and(|addr| attribute.value == addr.as_str()));
                contract = ours.map(|(name, _)| *name);
            } else {
                attributes.push((attribute.key.clone(), attribute.value.clone()));
            }
        }
        if let Some(contract) = contract {
            found.push(Typed {
                contract,
                name: name.to_owned(),
                attributes,
            });
        }
    }
    found
}

/// The typed events with this name.
pub fn named(suite: &Suite, response: &AppResponse, name: &str) -> Vec<Typed> {
    let mut events = typed(suite, response);
    events.retain(|event| event.name == name);
    events
}
