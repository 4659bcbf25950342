use std::collections::BTreeMap;

use cosmwasm_std::Storage;

use super::{single, ROOTS, TIMES};
use crate::{Market, MatchError, Place, Word};

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
        let mut words = BTreeMap::new();
        let masks = single(storage, &words_key(market)).unwrap_or_default();
        for entry in masks.chunks(5) {
            let &[region, a, b, c, d] = entry else {
                return Err(MatchError::corrupt("root", &masks));
            };
            words.insert(region, u32::from_be_bytes([a, b, c, d]));
        }
        Ok(Self {
            market,
            virtual_time,
            words,
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
        let mut masks = Vec::with_capacity(self.words.len().saturating_mul(5));
        for (region, mask) in &self.words {
            masks.push(*region);
            masks.extend(mask.to_be_bytes());
        }
        if masks.is_empty() {
            storage.remove(&words_key(self.market));
        } else {
            storage.set(&words_key(self.market), &masks);
        }
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
