use std::str::FromStr;

use surge_chain::Event;

use crate::Error;

/// An event of one of the contracts.
pub(super) struct Told<'a> {
    /// Its name, without the chain's `wasm-`; empty is the plain event of a call.
    pub name: &'a str,
    /// Time of its block.
    pub now_secs: u64,
    event: &'a Event,
}

impl<'a> Told<'a> {
    /// The event of a contract and who emitted it; none when no contract did.
    pub fn by(event: &'a Event, now_secs: u64) -> Option<(&'a str, Self)> {
        let name = event.kind.strip_prefix("wasm")?;
        let told = Self {
            name: name.strip_prefix('-').unwrap_or(name),
            now_secs,
            event,
        };
        Some((event.get("_contract_address")?, told))
    }

    /// An attribute that it has to have.
    pub fn text(&self, key: &str) -> Result<String, Error> {
        let found = self.event.get(key).map(str::to_owned);
        found.ok_or_else(|| self.wrong(key))
    }

    /// An attribute that is a number, or what else it is.
    pub fn get<T: FromStr>(&self, key: &str) -> Result<T, Error> {
        self.text(key)?.parse().map_err(|_| self.wrong(key))
    }

    fn wrong(&self, key: &str) -> Error {
        Error::Answer(format!("no such {key} in {:?}", self.event))
    }
}
