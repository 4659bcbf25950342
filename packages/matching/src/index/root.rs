use std::collections::BTreeMap;

use cosmwasm_std::Storage;
use surge_interface::registry::MAX_REGIONS;

use super::{single, ROOTS, TIMES};
use crate::{Cell, Market, MatchError, Place, Word};

/// Stands for the word where none is meant.
const NOWHERE: Word = Word {
    place: Place {
        region: 0,
        bandwidth_tier: 0,
    },
    load: 0,
};

/// What a search knows of a market before it reads anything else. Load it once, save it
/// once; saving writes only what changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    market: Market,
    /// Tag of the last pick. Shared by all generations of the market, so that a change of
    /// reference prices favours nobody.
    pub virtual_time: u64,
    /// Region => its populated words: bit `8 · bandwidth tier + load`.
    words: BTreeMap<u8, u32>,
    /// The highest price, reputation, green and size that any row had since the market was
    /// last empty. It keeps words unread whose nodes would have to be better than any is.
    ceiling: Cell,
    stored_time: u64,
    words_changed: bool,
}

impl Root {
    /// Reads the root of a market; an empty one when nothing is stored.
    pub fn load(storage: &dyn Storage, market: Market) -> Result<Self, MatchError> {
        let virtual_time = single(storage, &time_key(market)).map_or(Ok(0), |bytes| {
            <[u8; 8]>::try_from(bytes.as_slice())
                .map(u64::from_be_bytes)
                .map_err(|_| MatchError::corrupt("virtual time", &bytes))
        })?;
        let stored = single(storage, &words_key(market)).unwrap_or(vec![0, 0]);
        let corrupt = || MatchError::corrupt("root", &stored);
        let (ceiling, masks) = stored.split_first_chunk().ok_or_else(corrupt)?;
        let mut words = BTreeMap::new();
        for entry in masks.chunks(5) {
            let &[region, a, b, c, d] = entry else {
                return Err(corrupt());
            };
            if region >= MAX_REGIONS {
                return Err(corrupt());
            }
            words.insert(region, u32::from_be_bytes([a, b, c, d]));
        }
        Ok(Self {
            market,
            virtual_time,
            words,
            ceiling: Cell::of(NOWHERE, u16::from_be_bytes(*ceiling)),
            stored_time: virtual_time,
            words_changed: false,
        })
    }

    /// Writes what changed since it was loaded or saved.
    pub fn save(&mut self, storage: &mut dyn Storage) {
        if self.virtual_time != self.stored_time {
            storage.set(&time_key(self.market), &self.virtual_time.to_be_bytes());
            self.stored_time = self.virtual_time;
        }
        if !self.words_changed {
            return;
        }
        self.words_changed = false;
        if self.words.is_empty() {
            return storage.remove(&words_key(self.market));
        }
        let mut record = self.ceiling.code().to_be_bytes().to_vec();
        for (region, mask) in &self.words {
            record.push(*region);
            record.extend(mask.to_be_bytes());
        }
        storage.set(&words_key(self.market), &record);
    }

    /// The market.
    pub const fn market(&self) -> Market {
        self.market
    }

    /// Every populated word.
    pub fn words(&self) -> Vec<Word> {
        let bits = |mask: u32| (0u8..32).filter(move |bit| mask >> bit & 1 == 1);
        let regions = self.words.iter();
        regions
            .flat_map(|(region, mask)| {
                bits(*mask).map(|bit| Word {
                    place: Place {
                        region: *region,
                        bandwidth_tier: bit >> 3,
                    },
                    load: bit & 7,
                })
            })
            .collect()
    }

    /// A cell that no row of this word is better than.
    pub(crate) fn ceiling(&self, word: Word) -> Cell {
        Cell {
            word,
            ..self.ceiling
        }
    }

    /// Notes that a row stands in this cell.
    pub(super) fn raise(&mut self, cell: Cell) {
        let before = self.ceiling;
        self.ceiling = Cell {
            word: NOWHERE,
            price: before.price.max(cell.price),
            reputation: before.reputation.max(cell.reputation),
            green: before.green.max(cell.green),
            size: before.size.max(cell.size),
        };
        self.words_changed |= self.ceiling != before;
    }

    pub(super) fn check(&self, market: Market) -> Result<(), MatchError> {
        if market == self.market {
            return Ok(());
        }
        Err(MatchError::OtherMarket {
            row: market,
            root: self.market,
        })
    }

    /// Notes whether a word holds anything.
    pub(super) fn mark(&mut self, word: Word, populated: bool) {
        let bit = 1u32 << (word.place.bandwidth_tier << 3 & 24 | word.load & 7);
        let before = self
            .words
            .get(&word.place.region)
            .copied()
            .unwrap_or_default();
        let after = if populated {
            before | bit
        } else {
            before & !bit
        };
        if after == before {
            return;
        }
        self.words_changed = true;
        if after == 0 {
            self.words.remove(&word.place.region);
            if self.words.is_empty() {
                self.ceiling = Cell::of(NOWHERE, 0);
            }
        } else {
            self.words.insert(word.place.region, after);
        }
    }
}

fn words_key(market: Market) -> Vec<u8> {
    [&[ROOTS], market.to_bytes().as_slice()].concat()
}

fn time_key(market: Market) -> [u8; 3] {
    [TIMES, market.class, market.denom]
}
