//! The program's memory, as the program is allowed to name it.

use std::ops::Range;

use super::errno::{self, Errno};

/// Reads and writes at addresses that come from the program: each may lie
/// anywhere, so each access is checked.
pub(super) struct Guest<'a>(pub(super) &'a mut [u8]);

impl Guest<'_> {
    pub(super) fn bytes(&self, at: u32, len: u32) -> Result<&[u8], Errno> {
        self.0.get(range(at, len)?).ok_or(errno::FAULT)
    }

    pub(super) fn bytes_mut(&mut self, at: u32, len: u32) -> Result<&mut [u8], Errno> {
        self.0.get_mut(range(at, len)?).ok_or(errno::FAULT)
    }

    pub(super) fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Errno> {
        let len = u32::try_from(bytes.len()).map_err(|_| errno::FAULT)?;
        self.bytes_mut(at, len)?.copy_from_slice(bytes);
        Ok(())
    }

    pub(super) fn read_u8(&self, at: u32) -> Result<u8, Errno> {
        self.array::<1>(at).map(u8::from_le_bytes)
    }

    pub(super) fn read_u32(&self, at: u32) -> Result<u32, Errno> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn read_u64(&self, at: u32) -> Result<u64, Errno> {
        self.array(at).map(u64::from_le_bytes)
    }

    pub(super) fn write_u32(&mut self, at: u32, value: u32) -> Result<(), Errno> {
        self.write(at, &value.to_le_bytes())
    }

    pub(super) fn write_u64(&mut self, at: u32, value: u64) -> Result<(), Errno> {
        self.write(at, &value.to_le_bytes())
    }

    /// A path: always UTF-8, never with a zero byte.
    pub(super) fn path(&self, at: u32, len: u32) -> Result<&str, Errno> {
        let path = std::str::from_utf8(self.bytes(at, len)?).map_err(|_| errno::ILSEQ)?;
        if path.contains('\0') {
            return Err(errno::INVAL);
        }
        Ok(path)
    }

    /// Entry `index` of a list of buffers: where it lies and how long it is.
    pub(super) fn buffer(&self, list: u32, index: u32) -> Result<(u32, u32), Errno> {
        let entry = element(list, index, 8)?;
        Ok((
            self.read_u32(entry)?,
            self.read_u32(entry.checked_add(4).ok_or(errno::FAULT)?)?,
        ))
    }

    fn array<const N: usize>(&self, at: u32) -> Result<[u8; N], Errno> {
        let len = u32::try_from(N).map_err(|_| errno::FAULT)?;
        self.bytes(at, len)?.try_into().map_err(|_| errno::FAULT)
    }
}

/// The address of an element of a list.
pub(super) fn element(list: u32, index: u32, size: u32) -> Result<u32, Errno> {
    index
        .checked_mul(size)
        .and_then(|offset| list.checked_add(offset))
        .ok_or(errno::FAULT)
}

fn range(at: u32, len: u32) -> Result<Range<usize>, Errno> {
    let at = usize::try_from(at).map_err(|_| errno::FAULT)?;
    let len = usize::try_from(len).map_err(|_| errno::FAULT)?;
    let end = at.checked_add(len).ok_or(errno::FAULT)?;
    Ok(at..end)
}
