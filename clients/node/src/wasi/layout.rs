//! The records of WASI preview 1 as bytes.

use crate::folder::{Node, NodeId};

#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum FileType {
    /// A stream that is neither file nor terminal.
    Unknown = 0,
    Folder = 3,
    File = 4,
    Link = 7,
}

impl From<&Node> for FileType {
    fn from(node: &Node) -> Self {
        match node {
            Node::Folder { .. } => Self::Folder,
            Node::File(_) => Self::File,
            Node::Link(_) => Self::Link,
        }
    }
}

pub(super) mod rights {
    pub(in crate::wasi) const FD_READ: u64 = 1 << 1;
    pub(in crate::wasi) const FD_WRITE: u64 = 1 << 6;
    /// Everything about files and folders. Folders claim all of it, as stock
    /// runtimes do: C libraries refuse to ask for what a folder does not claim,
    /// and the program would learn less than it does from the refusal itself.
    pub(in crate::wasi) const ALL: u64 = (1 << 28) - 1;
}

pub(super) const FDSTAT_BYTES: usize = 24;
pub(super) const FILESTAT_BYTES: usize = 64;
pub(super) const DIRENT_BYTES: usize = 24;
pub(super) const SUBSCRIPTION_BYTES: u32 = 48;
pub(super) const EVENT_BYTES: usize = 32;

pub(super) fn fdstat(file_type: FileType, base: u64, inheriting: u64) -> [u8; FDSTAT_BYTES] {
    let mut stat = [0; FDSTAT_BYTES];
    stat[0] = file_type as u8;
    stat[8..16].copy_from_slice(&base.to_le_bytes());
    stat[16..24].copy_from_slice(&inheriting.to_le_bytes());
    stat
}

/// A node of the input folder: device 1, one link, all times 0.
pub(super) fn filestat(id: NodeId, node: &Node) -> [u8; FILESTAT_BYTES] {
    let size = match node {
        Node::Folder { .. } => 0,
        Node::File(content) => content.len(),
        Node::Link(target) => target.len(),
    };
    let mut stat = [0; FILESTAT_BYTES];
    stat[0..8].copy_from_slice(&1_u64.to_le_bytes());
    stat[8..16].copy_from_slice(&inode(id).to_le_bytes());
    stat[16] = FileType::from(node) as u8;
    stat[24..32].copy_from_slice(&1_u64.to_le_bytes());
    stat[32..40].copy_from_slice(&(size as u64).to_le_bytes());
    stat
}

/// A standard stream: nothing is known about it.
pub(super) fn stream_filestat() -> [u8; FILESTAT_BYTES] {
    let mut stat = [0; FILESTAT_BYTES];
    stat[16] = FileType::Unknown as u8;
    stat
}

pub(super) fn dirent(next: u64, id: NodeId, node: &Node, name_len: usize) -> [u8; DIRENT_BYTES] {
    let mut entry = [0; DIRENT_BYTES];
    entry[0..8].copy_from_slice(&next.to_le_bytes());
    entry[8..16].copy_from_slice(&inode(id).to_le_bytes());
    entry[16..20].copy_from_slice(&(name_len as u32).to_le_bytes());
    entry[20] = FileType::from(node) as u8;
    entry
}

pub(super) fn event(userdata: u64, error: u16, kind: u8, bytes: u64) -> [u8; EVENT_BYTES] {
    let mut event = [0; EVENT_BYTES];
    event[0..8].copy_from_slice(&userdata.to_le_bytes());
    event[8..10].copy_from_slice(&error.to_le_bytes());
    event[10] = kind;
    event[16..24].copy_from_slice(&bytes.to_le_bytes());
    event
}

/// Never 0, which C libraries take for "ask again".
fn inode(id: NodeId) -> u64 {
    (id as u64).saturating_add(1)
}
