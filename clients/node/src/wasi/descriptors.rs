//! What a program has open: the three standard streams, the input folder, and
//! what it opened in there.

use std::collections::BTreeMap;

use super::errno::{self, Errno};
use super::layout::{self, rights, FileType};
use super::process::length;
use super::{Call, Failure, Reply, World};
use crate::folder::{Node, NodeId, ROOT};
use crate::run::Stop;

/// Where a program finds its input folder.
const INPUT: &str = "/input";
const INPUT_FD: u32 = 3;
/// The part of an output that may be kept free behind it: a sixteenth.
const SPARE: usize = 16;
/// What an output grows by at least, in bytes.
const LEAST_STEP: usize = 4 << 10;
/// How many descriptors a program may have open.
const MAX_OPEN: usize = 1024;

#[derive(Clone, Copy)]
pub(super) enum Descriptor {
    Stdin {
        position: usize,
    },
    Stdout,
    Stderr,
    Folder {
        id: NodeId,
    },
    File {
        id: NodeId,
        position: u64,
        rights: u64,
    },
}

/// Open descriptors by number.
pub(crate) struct Descriptors(BTreeMap<u32, Descriptor>);

impl Descriptors {
    pub(crate) fn new(with_folder: bool) -> Self {
        let mut open = BTreeMap::from([
            (0, Descriptor::Stdin { position: 0 }),
            (1, Descriptor::Stdout),
            (2, Descriptor::Stderr),
        ]);
        if with_folder {
            open.insert(INPUT_FD, Descriptor::Folder { id: ROOT });
        }
        Self(open)
    }

    pub(super) fn get(&self, fd: u32) -> Result<Descriptor, Errno> {
        self.0.get(&fd).copied().ok_or(errno::BADF)
    }

    /// Takes the lowest free number.
    pub(super) fn open(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        if self.0.len() >= MAX_OPEN {
            return Err(errno::MFILE);
        }
        let mut fd = 0;
        while self.0.contains_key(&fd) {
            fd += 1;
        }
        self.0.insert(fd, descriptor);
        Ok(fd)
    }

    fn set(&mut self, fd: u32, descriptor: Descriptor) {
        self.0.insert(fd, descriptor);
    }
}

impl World {
    pub(super) fn node(&self, id: NodeId) -> Result<&Node, Errno> {
        let folder = self.folder.as_ref().ok_or(errno::BADF)?;
        Ok(folder.node(id))
    }

    /// How many bytes are there to read; 0 for what is written.
    pub(super) fn ready_bytes(&self, fd: u32) -> Result<u64, Errno> {
        match self.descriptors.get(fd)? {
            Descriptor::Stdin { position } => Ok(self.stdin.len().saturating_sub(position) as u64),
            Descriptor::Stdout | Descriptor::Stderr => Ok(0),
            Descriptor::Folder { .. } => Err(errno::ISDIR),
            Descriptor::File { id, position, .. } => Ok(self.size(id)?.saturating_sub(position)),
        }
    }

    fn size(&self, id: NodeId) -> Result<u64, Errno> {
        match self.node(id)? {
            Node::File(content) => Ok(content.len() as u64),
            Node::Folder { .. } | Node::Link(_) => Err(errno::ISDIR),
        }
    }
}

pub(super) fn fd_read(call: &mut Call, fd: u32, buffers: u32, count: u32, read: u32) -> Reply {
    match call.world.descriptors.get(fd)? {
        Descriptor::Stdin { position } => {
            // Taken out for the time of the copy, so that both sides can be borrowed.
            let stdin = std::mem::take(&mut call.world.stdin);
            let copied = scatter(call, &stdin, position as u64, buffers, count);
            call.world.stdin = stdin;
            let copied = copied?;
            let position = position + copied as usize;
            call.world
                .descriptors
                .set(fd, Descriptor::Stdin { position });
            call.guest.write_u32(read, copied)?;
            Ok(())
        }
        Descriptor::File {
            id,
            position,
            rights,
        } => {
            let copied = read_file(call, id, rights, position, buffers, count)?;
            call.world.descriptors.set(
                fd,
                Descriptor::File {
                    id,
                    position: position.saturating_add(copied.into()),
                    rights,
                },
            );
            call.guest.write_u32(read, copied)?;
            Ok(())
        }
        Descriptor::Folder { .. } => Err(errno::ISDIR.into()),
        Descriptor::Stdout | Descriptor::Stderr => Err(errno::NOTCAPABLE.into()),
    }
}

pub(super) fn fd_pread(
    call: &mut Call,
    fd: u32,
    buffers: u32,
    count: u32,
    offset: u64,
    read: u32,
) -> Reply {
    match call.world.descriptors.get(fd)? {
        Descriptor::File { id, rights, .. } => {
            let copied = read_file(call, id, rights, offset, buffers, count)?;
            call.guest.write_u32(read, copied)?;
            Ok(())
        }
        Descriptor::Folder { .. } => Err(errno::ISDIR.into()),
        _ => Err(errno::SPIPE.into()),
    }
}

fn read_file(
    call: &mut Call,
    id: NodeId,
    rights: u64,
    offset: u64,
    buffers: u32,
    count: u32,
) -> Result<u32, Failure> {
    if rights & rights::FD_READ == 0 {
        return Err(errno::NOTCAPABLE.into());
    }
    let folder = call.world.folder.take();
    let copied = match folder.as_ref().map(|folder| folder.node(id)) {
        Some(Node::File(content)) => scatter(call, content, offset, buffers, count),
        _ => Err(errno::BADF.into()),
    };
    call.world.folder = folder;
    copied
}

/// Copies bytes from `offset` on into the program's buffers, one after the other.
fn scatter(
    call: &mut Call,
    bytes: &[u8],
    offset: u64,
    buffers: u32,
    count: u32,
) -> Result<u32, Failure> {
    let start = usize::try_from(offset).map_or(bytes.len(), |offset| offset.min(bytes.len()));
    let mut rest = &bytes[start..];
    let mut copied: u32 = 0;
    for index in 0..count {
        call.pay(1)?;
        if rest.is_empty() {
            break;
        }
        let (at, len) = call.guest.buffer(buffers, index)?;
        // The count is a 32-bit number too.
        let len = len.min(u32::MAX - copied);
        let part = length(rest.len()).map_or(len, |rest| rest.min(len));
        let (now, later) = rest.split_at(part as usize);
        call.pay(now.len())?;
        call.guest.write(at, now)?;
        copied += part;
        rest = later;
    }
    Ok(copied)
}

pub(super) fn fd_write(call: &mut Call, fd: u32, buffers: u32, count: u32, written: u32) -> Reply {
    let to_output = match call.world.descriptors.get(fd)? {
        Descriptor::Stdout => true,
        Descriptor::Stderr => false,
        Descriptor::Stdin { .. } => return Err(errno::NOTCAPABLE.into()),
        Descriptor::Folder { .. } => return Err(errno::ISDIR.into()),
        Descriptor::File { .. } => return Err(errno::ROFS.into()),
    };
    let mut total: u32 = 0;
    for index in 0..count {
        call.pay(1)?;
        let (at, len) = call.guest.buffer(buffers, index)?;
        call.pay(len as usize)?;
        let bytes = call.guest.bytes(at, len)?;
        if to_output {
            let room = call.world.output_limit - call.world.output.len();
            let fits = &bytes[..bytes.len().min(room)];
            if !call.world.memory.hold(fits.len() as u64) {
                return Err(Stop::OutOfMemory.into());
            }
            append(&mut call.world.output, fits);
            if bytes.len() > room {
                return Err(Stop::OutputTooLarge.into());
            }
        } else {
            call.world.stderr.write(bytes);
        }
        total = total.checked_add(len).ok_or(errno::INVAL)?;
    }
    call.guest.write_u32(written, total)?;
    Ok(())
}

/// Adds to the output. It grows in small steps: doubled, up to as much again as the program
/// wrote would be taken from the machine and counted for nobody.
fn append(output: &mut Vec<u8>, bytes: &[u8]) {
    let more = bytes.len().max(output.len() / SPARE).max(LEAST_STEP);
    if output.capacity() - output.len() < bytes.len() {
        output.reserve_exact(more);
    }
    output.extend_from_slice(bytes);
}

pub(super) fn fd_seek(call: &mut Call, fd: u32, offset: i64, whence: u32, position: u32) -> Reply {
    let Descriptor::File {
        id,
        position: here,
        rights,
    } = call.world.descriptors.get(fd)?
    else {
        return Err(not_seekable(call, fd)?.into());
    };
    let base = match whence {
        0 => 0,
        1 => here,
        2 => call.world.size(id)?,
        _ => return Err(errno::INVAL.into()),
    };
    let there = base.checked_add_signed(offset).ok_or(errno::INVAL)?;
    call.world.descriptors.set(
        fd,
        Descriptor::File {
            id,
            position: there,
            rights,
        },
    );
    call.guest.write_u64(position, there)?;
    Ok(())
}

pub(super) fn fd_tell(call: &mut Call, fd: u32, position: u32) -> Reply {
    let Descriptor::File { position: here, .. } = call.world.descriptors.get(fd)? else {
        return Err(not_seekable(call, fd)?.into());
    };
    call.guest.write_u64(position, here)?;
    Ok(())
}

fn not_seekable(call: &Call, fd: u32) -> Result<Errno, Errno> {
    match call.world.descriptors.get(fd)? {
        Descriptor::Folder { .. } => Ok(errno::ISDIR),
        _ => Ok(errno::SPIPE),
    }
}

pub(super) fn fd_close(call: &mut Call, fd: u32) -> Reply {
    call.world.descriptors.0.remove(&fd).ok_or(errno::BADF)?;
    Ok(())
}

pub(super) fn fd_renumber(call: &mut Call, from: u32, to: u32) -> Reply {
    let descriptor = call.world.descriptors.get(from)?;
    call.world.descriptors.get(to)?;
    call.world.descriptors.0.remove(&from);
    call.world.descriptors.set(to, descriptor);
    Ok(())
}

pub(super) fn fd_fdstat_get(call: &mut Call, fd: u32, stat: u32) -> Reply {
    let bytes = match call.world.descriptors.get(fd)? {
        Descriptor::Stdin { .. } => {
            layout::fdstat(FileType::Unknown, rights::FD_READ, rights::FD_READ)
        }
        Descriptor::Stdout | Descriptor::Stderr => {
            layout::fdstat(FileType::Unknown, rights::FD_WRITE, rights::FD_WRITE)
        }
        Descriptor::Folder { .. } => layout::fdstat(FileType::Folder, rights::ALL, rights::ALL),
        Descriptor::File { rights, .. } => layout::fdstat(FileType::File, rights, rights),
    };
    call.guest.write(stat, &bytes)?;
    Ok(())
}

pub(super) fn fd_filestat_get(call: &mut Call, fd: u32, stat: u32) -> Reply {
    let bytes = match call.world.descriptors.get(fd)? {
        Descriptor::Folder { id } | Descriptor::File { id, .. } => {
            layout::filestat(id, call.world.node(id)?)
        }
        _ => layout::stream_filestat(),
    };
    call.guest.write(stat, &bytes)?;
    Ok(())
}

pub(super) fn fd_prestat_get(call: &mut Call, fd: u32, prestat: u32) -> Reply {
    preopened(call, fd)?;
    call.guest.write_u32(prestat, 0)?;
    let len_at = prestat.checked_add(4).ok_or(errno::FAULT)?;
    call.guest.write_u32(len_at, length(INPUT.len())?)?;
    Ok(())
}

pub(super) fn fd_prestat_dir_name(call: &mut Call, fd: u32, name: u32, len: u32) -> Reply {
    preopened(call, fd)?;
    if (len as usize) < INPUT.len() {
        return Err(errno::INVAL.into());
    }
    call.guest.write(name, INPUT.as_bytes())?;
    Ok(())
}

/// Programs ask from 3 upwards until the answer is "bad descriptor".
fn preopened(call: &Call, fd: u32) -> Result<(), Errno> {
    match call.world.descriptors.get(fd)? {
        Descriptor::Folder { id: ROOT } if fd == INPUT_FD => Ok(()),
        _ => Err(errno::BADF),
    }
}

/// Advice and flags change nothing here, so they succeed.
pub(super) fn fd_advise(call: &mut Call, fd: u32, _offset: u64, _len: u64, _advice: u32) -> Reply {
    is_open(call, fd)
}

pub(super) fn fd_fdstat_set_flags(call: &mut Call, fd: u32, _flags: u32) -> Reply {
    is_open(call, fd)
}

pub(super) fn fd_datasync(call: &mut Call, fd: u32) -> Reply {
    is_open(call, fd)
}

pub(super) fn fd_sync(call: &mut Call, fd: u32) -> Reply {
    is_open(call, fd)
}

pub(super) fn is_open(call: &Call, fd: u32) -> Reply {
    call.world.descriptors.get(fd)?;
    Ok(())
}

/// As in stock runtimes, which no longer support rights.
pub(super) fn fd_fdstat_set_rights(
    call: &mut Call,
    fd: u32,
    _base: u64,
    _inheriting: u64,
) -> Reply {
    is_open(call, fd)?;
    Err(errno::NOTSUP.into())
}

#[cfg(test)]
mod tests {
    use super::{append, LEAST_STEP, SPARE};

    #[test]
    fn an_output_takes_little_more_memory_than_it_has_bytes() {
        for size in [1, 1_000, 70_000] {
            let (mut output, bytes) = (vec![], vec![7; size]);
            while output.len() < 5 << 20 {
                append(&mut output, &bytes);
                let spare = output.capacity() - output.len();
                assert!(
                    spare <= LEAST_STEP.max(output.len() / SPARE),
                    "{spare} beside {}",
                    output.len()
                );
            }
            assert!(output.iter().all(|byte| *byte == 7));
        }
    }
}
