//! The functions that would change the input folder. None does.
#![allow(clippy::too_many_arguments)] // as many as the standard says

use super::descriptors::{is_open, Descriptor};
use super::errno;
use super::{Call, Reply};

fn read_only(call: &Call, fd: u32) -> Reply {
    is_open(call, fd)?;
    Err(errno::ROFS.into())
}

pub(super) fn fd_pwrite(
    call: &mut Call,
    fd: u32,
    _buffers: u32,
    _count: u32,
    _offset: u64,
    _written: u32,
) -> Reply {
    match call.world.descriptors.get(fd)? {
        Descriptor::File { .. } => Err(errno::ROFS.into()),
        Descriptor::Folder { .. } => Err(errno::ISDIR.into()),
        _ => Err(errno::SPIPE.into()),
    }
}

pub(super) fn fd_allocate(call: &mut Call, fd: u32, _offset: u64, _len: u64) -> Reply {
    read_only(call, fd)
}

pub(super) fn fd_filestat_set_size(call: &mut Call, fd: u32, _size: u64) -> Reply {
    read_only(call, fd)
}

pub(super) fn fd_filestat_set_times(
    call: &mut Call,
    fd: u32,
    _accessed: u64,
    _modified: u64,
    _flags: u32,
) -> Reply {
    read_only(call, fd)
}

pub(super) fn path_create_directory(call: &mut Call, fd: u32, _: u32, _: u32) -> Reply {
    read_only(call, fd)
}

pub(super) fn path_filestat_set_times(
    call: &mut Call,
    fd: u32,
    _: u32,
    _: u32,
    _: u32,
    _: u64,
    _: u64,
    _: u32,
) -> Reply {
    read_only(call, fd)
}

pub(super) fn path_link(
    call: &mut Call,
    _: u32,
    _: u32,
    _: u32,
    _: u32,
    to: u32,
    _: u32,
    _: u32,
) -> Reply {
    read_only(call, to)
}

pub(super) fn path_remove_directory(call: &mut Call, fd: u32, _: u32, _: u32) -> Reply {
    read_only(call, fd)
}

pub(super) fn path_rename(
    call: &mut Call,
    fd: u32,
    _: u32,
    _: u32,
    _: u32,
    _: u32,
    _: u32,
) -> Reply {
    read_only(call, fd)
}

pub(super) fn path_symlink(call: &mut Call, _: u32, _: u32, fd: u32, _: u32, _: u32) -> Reply {
    read_only(call, fd)
}

pub(super) fn path_unlink_file(call: &mut Call, fd: u32, _: u32, _: u32) -> Reply {
    read_only(call, fd)
}
