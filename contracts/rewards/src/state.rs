//! Every storage key of the rewards contract.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Uint128};
use cw_storage_plus::{Item, Map};
use surge_accounting::Vesting;
use surge_interface::rewards::{Params, BUCKET_EPOCHS, QUARTER_EPOCHS};
use surge_interface::TimeProfile;

/// What is set at instantiation, for good.
#[cw_serde]
pub struct Config {
    pub token: Addr,
    pub escrow: Addr,
    pub registry: Addr,
    /// Id of the token among the registry's denominations.
    pub bond_denom: u8,
    pub profile: TimeProfile,
    pub start_secs: u64,
    pub epoch_secs: u64,
    pub cap: Uint128,
    pub genesis: Uint128,
}

/// Parameters, and when the emission changed last.
#[cw_serde]
pub struct Rules {
    pub params: Params,
    pub changed_secs: u64,
}

/// The schedule and what came of it: short names, it is written with every claim.
#[cw_serde]
#[derive(Default)]
pub struct Emission {
    /// Epochs before this one are booked.
    #[serde(rename = "e")]
    pub epoch: u64,
    /// What a base unit of bond earned, × 10¹⁸.
    #[serde(rename = "b")]
    pub base: Uint128,
    /// What it could have earned at most, × 10¹⁸.
    #[serde(rename = "c")]
    pub ceiling: Uint128,
    /// What the schedule has released.
    #[serde(rename = "r")]
    pub released: Uint128,
    /// Part of it that was granted.
    #[serde(rename = "x")]
    pub emitted: Uint128,
    /// All that was granted: minted, vesting or slashed.
    #[serde(rename = "g")]
    pub granted: Uint128,
    /// What was minted.
    #[serde(rename = "m")]
    pub minted: Uint128,
    /// What was slashed.
    #[serde(rename = "s")]
    pub slashed: Uint128,
}

/// What a provider earned and got: short names, it is written with every claim.
#[cw_serde]
#[derive(Default)]
pub struct Account {
    /// Epochs before this one are counted.
    #[serde(rename = "e")]
    pub epoch: u64,
    /// Work mint that is counted.
    #[serde(rename = "w")]
    pub work: Uint128,
    /// Burned share that opened the emission so far.
    #[serde(rename = "g")]
    pub gate: Uint128,
    /// Emission so far.
    #[serde(rename = "x")]
    pub emission: Uint128,
    /// What the cap did not allow.
    #[serde(rename = "c")]
    pub carried: Uint128,
    /// What was minted.
    #[serde(rename = "m")]
    pub minted: Uint128,
    /// What was slashed.
    #[serde(rename = "s")]
    pub slashed: Uint128,
    /// First bucket of what vests.
    #[serde(rename = "f")]
    pub bucket: u64,
    /// What vests, by bucket.
    #[serde(rename = "v")]
    pub parts: Vec<Uint128>,
}

/// Written once.
pub const CONFIG: Item<Config> = Item::new("config");
/// Written by the owner; one record.
pub const RULES: Item<Rules> = Item::new("rules");
/// Written by claims, turns and slashes; one record.
pub const EMISSION: Item<Emission> = Item::new("emission");
/// epoch => base and ceiling index at its start; written when epochs are booked, for the
/// last of them, so there may be gaps. Never walked.
pub const INDEX: Map<u64, (Uint128, Uint128)> = Map::new("index");
/// provider => what it earned and got; written by its claims, never walked.
pub const ACCOUNTS: Map<u32, Account> = Map::new("accounts");

impl Config {
    /// The epoch of a moment; 0 before the first.
    pub fn epoch_at(&self, secs: u64) -> u64 {
        secs.saturating_sub(self.start_secs)
            .checked_div(self.epoch_secs)
            .unwrap_or_default()
    }

    /// When an epoch starts.
    pub fn start_of(&self, epoch: u64) -> u64 {
        self.start_secs
            .saturating_add(epoch.saturating_mul(self.epoch_secs))
    }

    /// The first epoch that starts after a moment.
    pub fn epoch_after(&self, secs: u64) -> u64 {
        if secs < self.start_secs {
            return 0;
        }
        self.epoch_at(secs).saturating_add(1)
    }

    /// The bucket of vesting of a moment.
    pub fn bucket_at(&self, secs: u64) -> u64 {
        self.epoch_at(secs)
            .checked_div(BUCKET_EPOCHS)
            .unwrap_or_default()
    }

    /// Least time between two changes of the emission.
    pub fn quarter_secs(&self) -> u64 {
        self.epoch_secs.saturating_mul(QUARTER_EPOCHS)
    }
}

impl Account {
    /// What vests, to work on.
    pub fn take_vesting(&mut self) -> Vesting {
        Vesting {
            first: self.bucket,
            parts: std::mem::take(&mut self.parts),
        }
    }

    /// Puts back what vests.
    pub fn put_vesting(&mut self, vesting: Vesting) {
        self.bucket = vesting.first;
        self.parts = vesting.parts;
    }
}
