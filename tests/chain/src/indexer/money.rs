//! Who holds what: the bank's coins and the token's.

use std::collections::BTreeMap;

use surge_chain::Event;

use super::told::Told;
use crate::Error;

/// Balances that may be below nothing: what somebody had before the first block is unknown.
#[derive(Default)]
pub(super) struct Balances(BTreeMap<String, i128>);

impl Balances {
    pub fn give(&mut self, to: &str, amount: u128) -> Result<(), Error> {
        self.change(to, signed(amount)?)
    }

    pub fn take(&mut self, from: &str, amount: u128) -> Result<(), Error> {
        self.change(from, -signed(amount)?)
    }

    pub fn of(&self, address: &str) -> i128 {
        self.0.get(address).copied().unwrap_or_default()
    }

    fn change(&mut self, address: &str, by: i128) -> Result<(), Error> {
        let held = self.0.entry(address.to_owned()).or_default();
        *held = held
            .checked_add(by)
            .ok_or_else(|| Error::Answer(format!("{address} holds too much")))?;
        Ok(())
    }

    /// What the bank says of a coin.
    pub fn bank(&mut self, event: &Event, denom: &str) -> Result<(), Error> {
        let (who, given) = match event.kind.as_str() {
            "coin_received" => (event.get("receiver"), true),
            "coin_spent" => (event.get("spender"), false),
            _ => return Ok(()),
        };
        let who = who.unwrap_or_default();
        for coin in event.get("amount").unwrap_or_default().split(',') {
            let Some(Ok(amount)) = coin.strip_suffix(denom).map(str::parse) else {
                continue;
            };
            if given {
                self.give(who, amount)?;
            } else {
                self.take(who, amount)?;
            }
        }
        Ok(())
    }

    /// What cw20-base says of its token.
    pub fn token(&mut self, told: &Told) -> Result<(), Error> {
        let (from, to) = match told.text("action")?.as_str() {
            "transfer" | "send" | "transfer_from" | "send_from" => ("from", "to"),
            "mint" => ("", "to"),
            "burn" | "burn_from" => ("from", ""),
            _ => return Ok(()),
        };
        if !from.is_empty() {
            self.take(&told.text(from)?, told.get("amount")?)?;
        }
        if !to.is_empty() {
            self.give(&told.text(to)?, told.get("amount")?)?;
        }
        Ok(())
    }
}

fn signed(amount: u128) -> Result<i128, Error> {
    i128::try_from(amount).map_err(|error| Error::Answer(format!("{amount}: {error}")))
}
