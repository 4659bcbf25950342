//! Every storage key of the rewards contract.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Empty, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use surge_accounting::{Vesting, Yield};
use surge_interface::rewards::{Params, BUCKET_EPOCHS, QUARTER_EPOCHS};

use crate::packed::{corrupt, pack, record};

/// What is set at instantiation, for good.
#[cw_serde]
pub struct Config {
    pub token: Addr,
    pub escrow: Addr,
    pub registry: Addr,
    /// Id of the token among the registry's denominations.
    pub bond_denom: u8,
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

/// What all epochs and all claims come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Epochs before this one are turned.
    pub epoch: u64,
    /// What a base unit of bond earned.
    pub index: Yield,
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
const TOTALS: &[u8] = b"totals";
/// epoch => base and ceiling of the index at its start; written when epochs are turned, for
/// the last of them and for halvings among them, so there may be gaps. Never walked.
pub const INDICES: Map<u64, (Uint128, Uint128)> = Map::new("indices");
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

impl Totals {
    /// As they stand; all zero before the first epoch is over.
    pub fn load(storage: &dyn Storage) -> StdResult<Self> {
        let ([epoch, amounts @ ..], rest) = record::<9>(storage.get(TOTALS))?;
        if !rest.is_empty() {
            return Err(corrupt());
        }
        let [base, ceiling, released, emitted, spare, granted, minted, slashed] =
            amounts.map(Uint128::new);
        Ok(Self {
            epoch: number(epoch)?,
            index: Yield { base, ceiling },
            released,
            emitted,
            spare,
            granted,
            minted,
            slashed,
        })
    }

    /// Stores them.
    pub fn save(&self, storage: &mut dyn Storage) {
        let amounts = [
            self.index.base,
            self.index.ceiling,
            self.released,
            self.emitted,
            self.spare,
            self.granted,
            self.minted,
            self.slashed,
        ];
        let numbers = [u128::from(self.epoch)].into_iter();
        let numbers = numbers.chain(amounts.map(|amount| amount.u128()));
        storage.set(TOTALS, &pack(numbers));
    }
}

impl Account {
    /// A provider's; an empty one before its first claim.
    pub fn load(storage: &dyn Storage, provider: u32) -> StdResult<Self> {
        let (numbers, parts) = record::<9>(storage.get(&ACCOUNTS.key(provider)))?;
        let [epoch, bucket, amounts @ ..] = numbers;
        let [work, gate, room, emission, carried, minted, slashed] = amounts.map(Uint128::new);
        Ok(Self {
            epoch: number(epoch)?,
            work,
            gate,
            room,
            emission,
            carried,
            minted,
            slashed,
            bucket: number(bucket)?,
            parts: parts.into_iter().map(Uint128::new).collect(),
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
        ];
        let amounts = amounts.iter().chain(&self.parts);
        let numbers = [self.epoch, self.bucket].map(u128::from).into_iter();
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

fn number(packed: u128) -> StdResult<u64> {
    u64::try_from(packed).map_err(|_| corrupt())
}
