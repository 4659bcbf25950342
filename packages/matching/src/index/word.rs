//! The record that lists the populated cells of a word: their codes in order, two bytes
//! each, or a bitmap of all codes once that is shorter.

use std::collections::BTreeSet;

use cosmwasm_std::Storage;

use super::{single, Root, WORDS};
use crate::{Cell, Market, MatchError, Word};

/// A code has twelve bits.
const BITMAP_BYTES: u16 = 512;

/// The populated cells of a word.
pub(super) fn load(
    storage: &dyn Storage,
    market: Market,
    word: Word,
) -> Result<Vec<Cell>, MatchError> {
    let codes = decode(&single(storage, &key(market, word)).unwrap_or_default())?;
    Ok(codes.into_iter().map(|code| Cell::of(word, code)).collect())
}

/// Strikes one cell from the record, adds another, and writes only what that changes.
pub(super) fn edit(
    storage: &mut dyn Storage,
    root: &mut Root,
    word: Word,
    vacated: Option<Cell>,
    filled: Option<Cell>,
) -> Result<(), MatchError> {
    if vacated.is_none() && filled.is_none() {
        return Ok(());
    }
    let key = key(root.market(), word);
    let before = decode(&single(storage, &key).unwrap_or_default())?;
    let mut after = before.clone();
    if let Some(cell) = vacated {
        after.remove(&cell.code());
    }
    if let Some(cell) = filled {
        after.insert(cell.code());
    }
    if after == before {
        return Ok(());
    }
    root.mark(word, !after.is_empty());
    if after.is_empty() {
        storage.remove(&key);
    } else {
        storage.set(&key, &encode(&after));
    }
    Ok(())
}

fn key(market: Market, word: Word) -> Vec<u8> {
    let place = word.place.to_byte();
    [&[WORDS], market.to_bytes().as_slice(), &[place, word.load]].concat()
}

fn encode(codes: &BTreeSet<u16>) -> Vec<u8> {
    let list = || codes.iter().flat_map(|code| code.to_be_bytes()).collect();
    if codes.len() < usize::from(BITMAP_BYTES / 2) {
        return list();
    }
    let byte = |index: u16| {
        let first = index << 3;
        (0..8u8)
            .filter(|bit| codes.contains(&(first | u16::from(*bit))))
            .fold(0u8, |byte, bit| byte | 1 << bit)
    };
    (0..BITMAP_BYTES).map(byte).collect()
}

fn decode(bytes: &[u8]) -> Result<BTreeSet<u16>, MatchError> {
    let corrupt = || MatchError::corrupt("word", bytes);
    if bytes.len() != usize::from(BITMAP_BYTES) {
        let code = |pair: &[u8]| <[u8; 2]>::try_from(pair).map(u16::from_be_bytes).ok();
        let codes = bytes
            .chunks(2)
            .map(|pair| code(pair).filter(|code| code >> 12 == 0));
        return codes.collect::<Option<_>>().ok_or_else(corrupt);
    }
    let bits = |(index, byte): (u16, &u8)| {
        let byte = *byte;
        (0..8u8)
            .filter(move |bit| byte >> bit & 1 == 1)
            .map(move |bit| index << 3 | u16::from(bit))
    };
    Ok((0..).zip(bytes).flat_map(bits).collect())
}
