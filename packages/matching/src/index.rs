//! The directory in a contract's storage.
//!
//! | key | value | written |
//! |---|---|---|
//! | 1 · market · place · cell · step · virtual time · node | card | with each change of the node |
//! | 2 · market · place · load | codes of the populated cells | when a cell fills or empties |
//! | 3 · market | ceiling; per region the populated words as a mask | when a word fills or empties |
//! | 4 · class · denomination | virtual time | with each pick |
//!
//! The first byte keeps these keys apart from those of cw-storage-plus, which begin with a
//! letter or a zero byte. Single records are read as ranges of one: on a chain a read costs
//! 1,000 and a step of an iterator 30, the bytes cost the same.

mod root;
mod word;

use cosmwasm_std::{Order, Storage};

pub use root::Root;

use crate::{Card, Cell, Directory, Market, MatchError, Row, RowKey, RowOrder, Rows, Word};

const ROWS: u8 = 1;
const WORDS: u8 = 2;
const ROOTS: u8 = 3;
const TIMES: u8 = 4;

/// Adds a row, or replaces the card of the same key.
pub fn insert(storage: &mut dyn Storage, root: &mut Root, row: &Row) -> Result<(), MatchError> {
    let cell = row.key.cell;
    root.check(row.key.market)?;
    storage.set(&row_key(&row.key), &row.card.to_bytes());
    root.raise(cell);
    word::edit(storage, root, cell.word, None, Some(cell))
}

/// Takes a row out; without effect when it is not there.
pub fn remove(storage: &mut dyn Storage, root: &mut Root, key: &RowKey) -> Result<(), MatchError> {
    root.check(key.market)?;
    storage.remove(&row_key(key));
    let vacated = vacated(storage, key);
    word::edit(storage, root, key.cell.word, vacated, None)
}

/// Puts a row in the place of another of the same market: one write when the key stays.
pub fn replace(
    storage: &mut dyn Storage,
    root: &mut Root,
    old: &RowKey,
    new: &Row,
) -> Result<(), MatchError> {
    root.check(old.market)?;
    root.check(new.key.market)?;
    if *old != new.key {
        storage.remove(&row_key(old));
    }
    storage.set(&row_key(&new.key), &new.card.to_bytes());
    let cell = new.key.cell;
    if old.cell == cell {
        return Ok(());
    }
    root.raise(cell);
    let vacated = vacated(storage, old);
    if old.cell.word == cell.word {
        return word::edit(storage, root, cell.word, vacated, Some(cell));
    }
    word::edit(storage, root, old.cell.word, vacated, None)?;
    // Striking the last word lets the ceiling fall, so it is raised after that too.
    root.raise(cell);
    word::edit(storage, root, cell.word, None, Some(cell))
}

/// The cell that this row was in, when it was the last one.
fn vacated(storage: &dyn Storage, key: &RowKey) -> Option<Cell> {
    let (start, end) = rows_of(key.market, key.cell);
    first(storage, &start, &end).is_none().then_some(key.cell)
}

/// The index of one market, read as a search asks for it.
pub struct StoredDirectory<'a> {
    storage: &'a dyn Storage,
    root: &'a Root,
}

impl<'a> StoredDirectory<'a> {
    /// The index of the root's market.
    pub fn new(storage: &'a dyn Storage, root: &'a Root) -> Self {
        Self { storage, root }
    }
}

impl Directory for StoredDirectory<'_> {
    fn words(&self) -> Vec<Word> {
        self.root.words()
    }

    fn ceiling(&self, word: Word) -> Cell {
        self.root.ceiling(word)
    }

    fn cells(&self, word: Word) -> Result<Vec<Cell>, MatchError> {
        word::load(self.storage, self.root.market(), word)
    }

    fn rows(&self, cell: Cell, order: RowOrder) -> Rows<'_> {
        let (start, end) = rows_of(self.root.market(), cell);
        let order = match order {
            RowOrder::BestFirst => Order::Ascending,
            RowOrder::WorstFirst => Order::Descending,
        };
        let rows = self.storage.range(Some(&start), Some(&end), order);
        Box::new(rows.map(|(key, card)| {
            let key = key.strip_prefix(&[ROWS]).unwrap_or_default();
            Ok(Row {
                key: RowKey::from_bytes(key)?,
                card: Card::from_bytes(&card)?,
            })
        }))
    }
}

fn row_key(key: &RowKey) -> Vec<u8> {
    [&[ROWS], key.to_bytes().as_slice()].concat()
}

/// The keys of a cell's rows: from the first, to the one after the last.
fn rows_of(market: Market, cell: Cell) -> (Vec<u8>, Vec<u8>) {
    let prefix = [&[ROWS], market.to_bytes().as_slice(), &cell.to_bytes()].concat();
    let end = [prefix.as_slice(), &[u8::MAX; RowKey::LEN]].concat();
    (prefix, end)
}

/// One record, read as a range that holds nothing else.
fn single(storage: &dyn Storage, key: &[u8]) -> Option<Vec<u8>> {
    first(storage, key, &[key, &[0]].concat())
}

fn first(storage: &dyn Storage, start: &[u8], end: &[u8]) -> Option<Vec<u8>> {
    let mut records = storage.range(Some(start), Some(end), Order::Ascending);
    records.next().map(|(_, value)| value)
}
