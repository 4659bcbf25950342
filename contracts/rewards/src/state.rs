//! Every storage key of the rewards contract.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Empty, StdError, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use surge_accounting::Vesting;
use surge_interface::rewards::{Params, BUCKET_EPOCHS, QUARTER_EPOCHS};
use surge_interface::TimeProfile;

use crate::packed::{pack, unpack};

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

/// The schedule and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emission {
    /// Epochs before this one are booked.
    pub epoch: u64,
    /// What a base unit of bond earned, × 10¹⁸.
    pub base: Uint128,
    /// What it could have earned at most, × 10¹⁸.
    pub ceiling: Uint128,
    /// What the schedule has released.
    pub released: Uint128,
    /// Part of it that was granted.
    pub emitted: Uint128,
    /// Part of it that no bond may claim by standing there: what burning may still open.
    pub spare: Uint128,
    /// All that was granted: minted, vesting or slashed.
    pub granted: Uint128,
    /// What was minted.
    pub minted: Uint128,
    /// What was slashed.
    pub slashed: Uint128,
}

/// What a provider earned and got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Epochs before this one are counted.
    pub epoch: u64,
    /// Work mint that is counted.
    pub work: Uint128,
    /// Burned share that opened the emission so far.
    pub gate: Uint128,
    /// What the ceilings so far allowed beyond base and gated.
    pub room: Uint128,
    /// Emission so far.
    pub emission: Uint128,
    /// What the cap did not allow.
    pub carried: Uint128,
    /// What was minted.
    pub minted: Uint128,
    /// What was slashed.
    pub slashed: Uint128,
    /// First bucket of what vests.
    pub bucket: u64,
    /// What vests, by bucket.
    pub parts: Vec<Uint128>,
}

/// Written once.
pub const CONFIG: Item<Config> = Item::new("config");
/// Written by the owner; one record.
pub const RULES: Item<Rules> = Item::new("rules");
/// Written by claims, turns and slashes; one record of nine packed numbers.
const EMISSION: &[u8] = b"emission";
/// epoch => base and ceiling index at its start; written when epochs are booked, for the
/// last of them and for halvings among them, so there may be gaps. Never walked.
pub const INDEX: Map<u64, (Uint128, Uint128)> = Map::new("index");
/// provider => what it earned and got; written by its claims, never walked. Packed numbers:
/// nine, then what vests.
const ACCOUNTS: Map<u32, Empty> = Map::new("accounts");

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

impl Emission {
    /// As it stands.
    pub fn load(storage: &dyn Storage) -> StdResult<Self> {
        let bytes = storage.get(EMISSION).unwrap_or_default();
        let mut numbers = unpack(&bytes)?.into_iter();
        let mut next = || Uint128::new(numbers.next().unwrap_or_default());
        Ok(Self {
            epoch: number(next())?,
            base: next(),
            ceiling: next(),
            released: next(),
            emitted: next(),
            spare: next(),
            granted: next(),
            minted: next(),
            slashed: next(),
        })
    }

    /// Stores it.
    pub fn save(&self, storage: &mut dyn Storage) {
        let amounts = [
            self.base,
            self.ceiling,
            self.released,
            self.emitted,
            self.spare,
            self.granted,
            self.minted,
            self.slashed,
        ];
        let numbers = [u128::from(self.epoch)].into_iter();
        let numbers = numbers.chain(amounts.map(|amount| amount.u128()));
        storage.set(EMISSION, &pack(numbers));
    }
}

impl Account {
    /// A provider's; an empty one before its first claim.
    pub fn load(storage: &dyn Storage, provider: u32) -> StdResult<Self> {
        let bytes = storage.get(&ACCOUNTS.key(provider)).unwrap_or_default();
        let mut numbers = unpack(&bytes)?.into_iter();
        let mut next = || Uint128::new(numbers.next().unwrap_or_default());
        Ok(Self {
            epoch: number(next())?,
            work: next(),
            gate: next(),
            room: next(),
            emission: next(),
            carried: next(),
            minted: next(),
            slashed: next(),
            bucket: number(next())?,
            parts: numbers.map(Uint128::new).collect(),
        })
    }

    /// Stores it.
    pub fn save(&self, storage: &mut dyn Storage, provider: u32) {
        let amounts = [
            self.work,
            self.gate,
            self.room,
            self.emission,
            self.carried,
            self.minted,
            self.slashed,
            self.bucket.into(),
        ];
        let amounts = amounts.iter().chain(&self.parts);
        let numbers = [u128::from(self.epoch)].into_iter();
        let numbers = numbers.chain(amounts.map(|amount| amount.u128()));
        storage.set(&ACCOUNTS.key(provider), &pack(numbers));
    }

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

fn number(amount: Uint128) -> StdResult<u64> {
    u64::try_from(amount.u128()).map_err(|_| StdError::generic_err("a packed record is corrupt"))
}
