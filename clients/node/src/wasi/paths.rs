//! Names in the input folder.
#![allow(clippy::too_many_arguments)] // as many as the standard says

use super::descriptors::Descriptor;
use super::errno::{self, Errno};
use super::layout::{self, rights, DIRENT_BYTES};
use super::process::length;
use super::{Call, Failure, Reply};
use crate::folder::{Folder, Node, NodeId, ROOT};

/// Of `path_open`'s `how`.
mod how {
    pub(super) const CREATE: u32 = 1;
    pub(super) const FOLDER: u32 = 2;
    pub(super) const EXCLUSIVE: u32 = 4;
    pub(super) const TRUNCATE: u32 = 8;
}

/// Of the flags of a lookup: follow a link at the end of a path.
const FOLLOW: u32 = 1;

/// The longest path, as on most systems.
const MAX_PATH: u32 = 4096;

/// The open folder `fd` with the tree it belongs to.
fn folder<'a>(call: &'a Call, fd: u32) -> Result<(&'a Folder, NodeId), Errno> {
    let id = match call.world.descriptors.get(fd)? {
        Descriptor::Folder { id } => id,
        Descriptor::File { .. } => return Err(errno::NOTDIR),
        _ => return Err(errno::BADF),
    };
    let folder = call.world.folder.as_ref().ok_or(errno::BADF)?;
    Ok((folder, id))
}

fn resolve(call: &mut Call, fd: u32, path: u32, len: u32, follow: bool) -> Result<NodeId, Failure> {
    if len > MAX_PATH {
        return Err(errno::NAMETOOLONG.into());
    }
    call.pay(len as usize)?;
    let (folder, base) = folder(call, fd)?;
    Ok(folder.resolve(base, call.guest.path(path, len)?, follow)?)
}

pub(super) fn path_open(
    call: &mut Call,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    how: u32,
    rights: u64,
    _inheriting: u64,
    _flags: u32,
    opened: u32,
) -> Reply {
    // Before anything is opened: a program that cannot be told must not leak one.
    call.guest.write_u32(opened, 0)?;
    let id = match resolve(call, fd, path, len, lookup & FOLLOW != 0) {
        Ok(_) if how & how::CREATE != 0 && how & how::EXCLUSIVE != 0 => {
            return Err(errno::EXIST.into())
        }
        Err(Failure::Errno(errno::NOENT)) if how & how::CREATE != 0 => {
            return Err(errno::ROFS.into())
        }
        found => found?,
    };
    let descriptor = match call.world.node(id)? {
        Node::Link(_) => return Err(errno::LOOP.into()),
        Node::File(_) if how & how::FOLDER != 0 => return Err(errno::NOTDIR.into()),
        Node::File(_) if how & how::TRUNCATE != 0 || rights & rights::FD_WRITE != 0 => {
            return Err(errno::ROFS.into())
        }
        Node::File(_) => Descriptor::File {
            id,
            position: 0,
            rights: rights & rights::ALL,
        },
        Node::Folder { .. } if rights & rights::FD_WRITE != 0 && how & how::FOLDER == 0 => {
            return Err(errno::ISDIR.into())
        }
        Node::Folder { .. } => Descriptor::Folder { id },
    };
    let new = call.world.descriptors.open(descriptor)?;
    call.guest.write_u32(opened, new)?;
    Ok(())
}

pub(super) fn path_filestat_get(
    call: &mut Call,
    fd: u32,
    flags: u32,
    path: u32,
    len: u32,
    stat: u32,
) -> Reply {
    let id = resolve(call, fd, path, len, flags & FOLLOW != 0)?;
    let bytes = layout::filestat(id, call.world.node(id)?);
    call.guest.write(stat, &bytes)?;
    Ok(())
}

pub(super) fn path_readlink(
    call: &mut Call,
    fd: u32,
    path: u32,
    len: u32,
    buffer: u32,
    buffer_len: u32,
    used: u32,
) -> Reply {
    let id = resolve(call, fd, path, len, false)?;
    let Node::Link(target) = call.world.node(id)? else {
        return Err(errno::INVAL.into());
    };
    let part = target.len().min(buffer_len as usize);
    let bytes = target.as_bytes()[..part].to_vec();
    call.pay(part)?;
    call.guest.write(buffer, &bytes)?;
    call.guest.write_u32(used, length(part)?)?;
    Ok(())
}

/// Entries in byte order of their names, behind `.` and `..`. A cookie is the
/// number of entries that came before.
pub(super) fn fd_readdir(
    call: &mut Call,
    fd: u32,
    buffer: u32,
    len: u32,
    cookie: u64,
    used: u32,
) -> Reply {
    call.guest.bytes(buffer, len)?;
    // What the listing walks over and what it can write, both have a price.
    let (tree, id) = folder(call, fd)?;
    let Node::Folder { entries, .. } = tree.node(id) else {
        return Err(errno::NOTDIR.into());
    };
    call.pay(entries.len())?;
    call.pay(len as usize)?;
    let listing = list(folder(call, fd)?.0, id, cookie, len as usize)?;
    call.guest.write(buffer, &listing)?;
    call.guest.write_u32(used, length(listing.len())?)?;
    Ok(())
}

/// As much of a listing as fits; the last entry may be cut off, which tells the
/// program to ask again.
fn list(tree: &Folder, id: NodeId, cookie: u64, room: usize) -> Result<Vec<u8>, Errno> {
    let Node::Folder { parent, entries } = tree.node(id) else {
        return Err(errno::NOTDIR);
    };
    let above = if id == ROOT { ROOT } else { *parent };
    let entries = [(".", id), ("..", above)]
        .into_iter()
        .chain(entries.iter().map(|(name, &id)| (name.as_str(), id)));
    let skip = usize::try_from(cookie).unwrap_or(usize::MAX);

    let mut listing = Vec::new();
    for ((name, id), next) in entries.zip(1_u64..).skip(skip) {
        let entry: [u8; DIRENT_BYTES] = layout::dirent(next, id, tree.node(id), name.len());
        listing.extend_from_slice(&entry);
        listing.extend_from_slice(name.as_bytes());
        if listing.len() >= room {
            listing.truncate(room);
            break;
        }
    }
    Ok(listing)
}
