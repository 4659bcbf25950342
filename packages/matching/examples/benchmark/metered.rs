//! A storage that counts the SDK gas of what is done with it, as wasmd 0.61 does: the key
//! counts with the contract's prefix, opening an iterator loads its first entry, and each
//! step loads the next.

use std::cell::Cell;

use cosmwasm_std::{MemoryStorage, Order, Record, Storage};

const PREFIX_BYTES: usize = 33;

/// In memory, with a meter.
#[derive(Default)]
pub struct Metered {
    storage: MemoryStorage,
    gas: Cell<u64>,
}

impl Metered {
    /// Gas used since the last call.
    pub fn take_gas(&self) -> u64 {
        self.gas.take()
    }

    fn charge(&self, flat: u64, per_byte: u64, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap();
        self.gas.set(self.gas.get() + flat + per_byte * bytes);
    }
}

impl Storage for Metered {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.storage.get(key);
        self.charge(
            1_000,
            3,
            PREFIX_BYTES + key.len() + value.as_ref().map_or(0, Vec::len),
        );
        value
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.charge(2_000, 30, PREFIX_BYTES + key.len() + value.len());
        self.storage.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.charge(1_000, 0, 0);
        self.storage.remove(key);
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let mut records = self.storage.range(start, end, order);
        let mut load = move || {
            let record = records.next();
            let bytes = record
                .as_ref()
                .map(|(key, value)| PREFIX_BYTES + key.len() + value.len());
            self.charge(30, 3, bytes.unwrap_or_default());
            record
        };
        let mut next = load();
        Box::new(std::iter::from_fn(move || {
            let record = next.take()?;
            next = load();
            Some(record)
        }))
    }
}
