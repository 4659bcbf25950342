//! Counts memory, tables, input and output, and ends the program that asks for too much.

use wasmtime::{Error, ResourceLimiter, Result};

use crate::run::Stop;

/// What a table entry counts as: the size of a pointer, whatever the machine.
const TABLE_ENTRY_BYTES: usize = 8;

/// Ends a program at once instead of letting `memory.grow` fail: programs turn
/// that failure into a crash that says nothing of memory.
pub(crate) struct MemoryLimiter {
    limit: u64,
    used: u64,
    peak: u64,
}

impl MemoryLimiter {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: 0,
            peak: 0,
        }
    }

    /// Counts what the host holds for the program, its input and its output. Answers whether
    /// it may.
    pub(crate) fn hold(&mut self, bytes: u64) -> bool {
        let left = self.limit.checked_sub(bytes);
        match left.filter(|left| *left >= self.used) {
            Some(left) => {
                self.limit = left;
                true
            }
            None => false,
        }
    }

    pub(crate) fn peak_bytes(&self) -> u64 {
        self.peak
    }

    fn grow(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        // A program that passes a maximum of its own is told so, as by the standard.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let used = self
            .used
            .saturating_add((desired as u64).saturating_sub(current as u64));
        if used > self.limit {
            return Err(Error::new(Stop::OutOfMemory));
        }
        self.used = used;
        self.peak = self.peak.max(used);
        Ok(true)
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let addressable = usize::try_from(1_u64 << 32).unwrap_or(usize::MAX);
        let maximum = maximum.map_or(addressable, |maximum| maximum.min(addressable));
        self.grow(current, desired, Some(maximum))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let bytes = |entries: usize| entries.saturating_mul(TABLE_ENTRY_BYTES);
        self.grow(bytes(current), bytes(desired), maximum.map(bytes))
    }

    // Whether the machine has the memory must not decide what a program computes:
    // the run ends as the node's failure, not the program's.
    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(error)
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(error)
    }
}
