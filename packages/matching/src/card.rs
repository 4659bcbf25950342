//! What a row says about its node: enough to judge it without reading anything else.

use cosmwasm_std::Uint128;
use surge_interface::{Kind, Resources, UnitPrices};

use crate::{Market, MatchError, RowKey};

/// The facts of a node that a row is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: u32,
    /// Its provider.
    pub provider: u32,
    /// Its region by id.
    pub region: u8,
    /// Its bandwidth tier.
    pub bandwidth_tier: u8,
    /// The resource of its class that sorts nodes by how much of it is free.
    pub leading: Kind,
    /// What is neither reserved nor withheld.
    pub free: Resources,
    /// What it asks.
    pub prices: UnitPrices,
    /// Record of jobs done.
    pub reputation_ppm: u32,
    /// Declared clean share of its energy.
    pub clean_ppm: u32,
    /// Time of the last heartbeat.
    pub last_seen_secs: u64,
    /// Bond behind it.
    pub bond: Uint128,
    /// Part of it that jobs lock.
    pub locked: Uint128,
    /// Work it got per bond, see [`crate::advance`].
    pub virtual_time: u64,
}

/// What a row says beside its key. Packed as varints: most numbers are small, and each
/// byte costs thirty gas to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The node's provider.
    pub provider: u32,
    /// What is neither reserved nor withheld.
    pub free: Resources,
    /// What it asks.
    pub prices: UnitPrices,
    /// Record of jobs done.
    pub reputation_ppm: u32,
    /// Time of the last heartbeat.
    pub last_seen_secs: u64,
    /// Bond behind it.
    pub bond: Uint128,
    /// Part of it that jobs lock: shorter than what is free, because most nodes lock little.
    pub locked: Uint128,
}

/// A node in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub key: RowKey,
    /// What it says.
    pub card: Card,
}

impl Row {
    /// The row of a node in a market with these reference prices.
    pub fn of(node: &Node, market: Market, reference: &UnitPrices) -> Self {
        Self {
            key: RowKey::of(node, market, reference),
            card: Card {
                provider: node.provider,
                free: node.free,
                prices: node.prices,
                reputation_ppm: node.reputation_ppm.min(surge_interface::PPM),
                last_seen_secs: node.last_seen_secs,
                bond: node.bond,
                locked: node.locked,
            },
        }
    }
}

impl Card {
    /// Bond that no job locks.
    pub fn free_bond(&self) -> Uint128 {
        self.bond.saturating_sub(self.locked)
    }

    /// The card as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        let small = [self.provider, self.reputation_ppm];
        let free = self.free.to_array();
        for number in small.into_iter().chain(free) {
            put(&mut bytes, number.into());
        }
        put(&mut bytes, self.last_seen_secs.into());
        for price in self.prices.to_array() {
            put(&mut bytes, price.into());
        }
        put(&mut bytes, self.bond.u128());
        put(&mut bytes, self.locked.u128());
        bytes
    }

    /// The inverse of [`Card::to_bytes`]. Fails on bytes that it never makes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MatchError> {
        read(bytes).ok_or_else(|| MatchError::corrupt("card", bytes))
    }
}

fn read(mut bytes: &[u8]) -> Option<Card> {
    let from = &mut bytes;
    let card = Card {
        provider: take(from)?,
        reputation_ppm: take(from)?,
        free: Resources::from_array([
            take(from)?,
            take(from)?,
            take(from)?,
            take(from)?,
            take(from)?,
        ]),
        last_seen_secs: take(from)?,
        prices: UnitPrices::from_array([
            take(from)?,
            take(from)?,
            take(from)?,
            take(from)?,
            take(from)?,
        ]),
        bond: Uint128::new(take(from)?),
        locked: Uint128::new(take(from)?),
    };
    bytes.is_empty().then_some(card)
}

/// Seven bits a byte, lowest first; the high bit says that more follow.
fn put(bytes: &mut Vec<u8>, mut number: u128) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

fn take<T: TryFrom<u128>>(bytes: &mut &[u8]) -> Option<T> {
    let mut number = 0u128;
    let mut shift = 0u32;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u128::from(byte & 0x7f);
        let placed = bits.checked_shl(shift)?;
        if placed >> shift != bits {
            return None;
        }
        number |= placed;
        if byte & 0x80 == 0 {
            return T::try_from(number).ok();
        }
        shift = shift.checked_add(7)?;
    }
}
