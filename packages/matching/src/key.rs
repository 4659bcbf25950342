//! Where a row stands in the index.

use cosmwasm_std::Uint128;
use surge_interface::{UnitPrices, PPM};

use crate::{MatchError, Node};

/// Buckets of load, of price, of reputation and of clean energy. Together with the fixed
/// edges below they shape the keys, so none of them may depend on weights.
pub(crate) const LOADS: u8 = 8;
const FULLEST: u8 = 7;
const PRICES: u8 = 8;
const REPUTATIONS: u8 = 4;
/// Highest step of clean energy; there are four, zero included.
pub(crate) const GREENEST: u8 = 3;
const PRICE_WIDTH: u32 = PPM / 8;
const REPUTATION_WIDTH: u32 = PPM / 4;
const LARGEST: u8 = 31;
/// Width of a step of static merit inside a cell, chosen so that the widest cell
/// (2 · 125,000 + 250,000) has less than 256 steps.
const STEP: u32 = 2_048;

/// Nodes that compete with each other: a class, a denomination, and the number of times
/// that the reference prices of the two have changed, because keys depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Market {
    /// Class by id.
    pub class: u8,
    /// Denomination by id.
    pub denom: u8,
    /// Changes with each change of the reference prices.
    pub generation: u8,
}

impl Market {
    pub(crate) const fn to_bytes(self) -> [u8; 3] {
        [self.class, self.denom, self.generation]
    }
}

/// Everything that decides how long data takes to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Region by id, below 64.
    pub region: u8,
    /// Bandwidth tier, below 4.
    pub bandwidth_tier: u8,
}

impl Place {
    pub(crate) const fn to_byte(self) -> u8 {
        (self.region & 63) << 2 | self.bandwidth_tier & 3
    }

    pub(crate) const fn from_byte(byte: u8) -> Self {
        Self {
            region: byte >> 2,
            bandwidth_tier: byte & 3,
        }
    }
}

/// All cells of a place and a load bucket; one record lists those that hold something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// The place.
    pub place: Place,
    /// Load bucket: eighths of the bond that jobs lock, rounded down.
    pub load: u8,
}

impl Word {
    /// The cell, populated or not, that no other of the word can beat.
    pub(crate) const fn best(self) -> Cell {
        Cell {
            word: self,
            price: PRICES.saturating_sub(1),
            reputation: REPUTATIONS.saturating_sub(1),
            green: GREENEST,
            size: LARGEST,
        }
    }
}

/// Rows that no weights can tell far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Place and load.
    pub word: Word,
    /// Price bucket: eighths of the best price score that any job can give, rounded up,
    /// less one.
    pub price: u8,
    /// Reputation bucket: quarters rounded up, less one, so that the neutral 500,000 is
    /// the upper edge of its bucket and not the lower edge of a wide one.
    pub reputation: u8,
    /// Thirds of clean energy, rounded down; exact.
    pub green: u8,
    /// Binary logarithm of what is free of the leading resource, rounded down.
    pub size: u8,
}

impl Cell {
    /// The cell within its word, as words list it.
    pub(crate) fn code(self) -> u16 {
        u16::from(self.price & 7) << 9
            | u16::from(self.reputation & 3) << 7
            | u16::from(self.green & 3) << 5
            | u16::from(self.size & 31)
    }

    /// The inverse of [`Cell::code`], blind to bits that no code has.
    pub(crate) fn of(word: Word, code: u16) -> Self {
        let [high, low] = code.to_be_bytes();
        Self {
            word,
            price: high >> 1 & 7,
            reputation: (high & 1) << 1 | low >> 7,
            green: low >> 5 & 3,
            size: low & 31,
        }
    }

    /// Place, then load and the rest: three bytes that sort like the cell.
    pub(crate) fn to_bytes(self) -> [u8; 3] {
        let [high, low] = (u16::from(self.word.load & 7) << 12 | self.code()).to_be_bytes();
        [self.word.place.to_byte(), high, low]
    }

    pub(crate) fn from_bytes([place, high, low]: [u8; 3]) -> Self {
        let word = Word {
            place: Place::from_byte(place),
            load: high >> 4 & 7,
        };
        Self::of(word, u16::from_be_bytes([high & 15, low]))
    }

    /// Least and highest price score that a row of this cell can reach, in ppm.
    pub(crate) fn price_edges(self) -> (u32, u32) {
        edges(self.price, PRICE_WIDTH)
    }

    /// Least and highest reputation in this cell, in ppm.
    pub(crate) fn reputation_edges(self) -> (u32, u32) {
        edges(self.reputation, REPUTATION_WIDTH)
    }

    /// The most that is free of the leading resource in this cell.
    pub(crate) fn largest_free(self) -> u32 {
        let below = u32::from(LARGEST.saturating_sub(self.size));
        u32::MAX.checked_shr(below).unwrap_or_default()
    }

    /// Highest static merit `2 · price + reputation` from this step on, in ppm.
    pub(crate) fn merit_from(self, step: u8) -> u32 {
        let (_, price) = self.price_edges();
        let (_, reputation) = self.reputation_edges();
        merit(price, reputation).saturating_sub(STEP.saturating_mul(step.into()))
    }

    fn step_of(self, price_ppm: u32, reputation_ppm: u32) -> u8 {
        let missing = self
            .merit_from(0)
            .saturating_sub(merit(price_ppm, reputation_ppm));
        u8::try_from(missing.checked_div(STEP).unwrap_or_default()).unwrap_or(u8::MAX)
    }
}

/// A fixed combination that orders the rows of a cell. Which one matters little: a bound
/// for any weights is derived from it (`score::best_mix`).
const fn merit(price_ppm: u32, reputation_ppm: u32) -> u32 {
    price_ppm.saturating_mul(2).saturating_add(reputation_ppm)
}

fn edges(bucket: u8, width: u32) -> (u32, u32) {
    let low = width.saturating_mul(bucket.into());
    (low, low.saturating_add(width))
}

fn bucket(ppm: u32, width: u32) -> u8 {
    let steps = ppm.min(PPM).div_ceil(width).saturating_sub(1);
    u8::try_from(steps).unwrap_or_default()
}

/// The highest price score that any job can give these prices: of a ratio of sums, the
/// highest ratio of summands is an upper bound.
fn price_ceiling_ppm(reference: &UnitPrices, prices: &UnitPrices) -> u32 {
    let ratios = reference.to_array().into_iter().zip(prices.to_array());
    ratios
        .filter(|(reference, _)| *reference > 0)
        .map(|(reference, price)| ratio_ppm(reference.into(), price.into()))
        .max()
        .unwrap_or_default()
}

/// `min(1, part / whole)` in ppm, rounded down; one when the whole is nothing.
pub(crate) fn ratio_ppm(part: u128, whole: u128) -> u32 {
    part.saturating_mul(PPM.into())
        .checked_div(whole)
        .and_then(|ppm| u32::try_from(ppm).ok())
        .map_or(PPM, |ppm| ppm.min(PPM))
}

/// Where a row stands: its bytes sort rows of a cell by step of static merit, then by who
/// was served least (fair share), then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The market.
    pub market: Market,
    /// The cell.
    pub cell: Cell,
    /// How far the static merit is below the best of the cell, in steps.
    pub step: u8,
    /// The node's virtual time: work it got per bond.
    pub virtual_time: u64,
    /// The node.
    pub node: u32,
}

impl RowKey {
    /// Length of a packed key.
    pub const LEN: usize = 19;

    /// The key of a node with these facts.
    pub fn of(node: &Node, market: Market, reference: &UnitPrices) -> Self {
        let price_ppm = price_ceiling_ppm(reference, &node.prices);
        let reputation_ppm = node.reputation_ppm.min(PPM);
        let cell = Cell {
            word: Word {
                place: Place {
                    region: node.region,
                    bandwidth_tier: node.bandwidth_tier,
                },
                load: eighths(node.locked, node.bond).min(FULLEST),
            },
            price: bucket(price_ppm, PRICE_WIDTH),
            reputation: bucket(reputation_ppm, REPUTATION_WIDTH),
            green: green_step(node.clean_ppm),
            size: size_tier(node.free.of(node.leading)),
        };
        Self {
            market,
            cell,
            step: cell.step_of(price_ppm, reputation_ppm),
            virtual_time: node.virtual_time,
            node: node.id,
        }
    }

    /// The key as bytes that sort like the key.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let [class, denom, generation] = self.market.to_bytes();
        let [place, high, low] = self.cell.to_bytes();
        let [v0, v1, v2, v3, v4, v5, v6, v7] = self.virtual_time.to_be_bytes();
        let [n0, n1, n2, n3] = self.node.to_be_bytes();
        [
            class, denom, generation, place, high, low, self.step, v0, v1, v2, v3, v4, v5, v6, v7,
            n0, n1, n2, n3,
        ]
    }

    /// The inverse of [`RowKey::to_bytes`]. Fails on another length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MatchError> {
        let &[class, denom, generation, place, high, low, step, v0, v1, v2, v3, v4, v5, v6, v7, n0, n1, n2, n3] =
            bytes
        else {
            return Err(MatchError::corrupt("row key", bytes));
        };
        Ok(Self {
            market: Market {
                class,
                denom,
                generation,
            },
            cell: Cell::from_bytes([place, high, low]),
            step,
            virtual_time: u64::from_be_bytes([v0, v1, v2, v3, v4, v5, v6, v7]),
            node: u32::from_be_bytes([n0, n1, n2, n3]),
        })
    }
}

/// Eighths of a bond that are locked, rounded down; all of a bond of nothing.
pub(crate) fn eighths(locked: Uint128, bond: Uint128) -> u8 {
    locked
        .checked_multiply_ratio(LOADS, bond)
        .ok()
        .and_then(|eighths| u8::try_from(eighths.u128()).ok())
        .map_or(LOADS, |eighths| eighths.min(LOADS))
}

fn green_step(clean_ppm: u32) -> u8 {
    let thirds = clean_ppm.min(PPM).saturating_mul(GREENEST.into()) / PPM;
    u8::try_from(thirds).unwrap_or_default()
}

fn size_tier(free: u32) -> u8 {
    free.checked_ilog2()
        .and_then(|log| u8::try_from(log).ok())
        .unwrap_or_default()
}
