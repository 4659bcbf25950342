//! WASI preview 1 for a job, answered from memory alone.
//!
//! One file per subject: [`descriptors`] for what a program has open,
//! [`paths`] for names in the input folder, [`read_only`] for what would change
//! it, [`process`] for arguments, clocks,
//! random bytes and the end. Every function is total: whatever a program
//! passes, it gets an error number or is stopped.

pub(crate) mod errno;

mod descriptors;
mod guest;
mod layout;
mod paths;
mod process;
mod read_only;

use std::time::Instant;

use wasmtime::{Caller, Error, Extern, Linker, Result};

use crate::folder::Folder;
use crate::limiter::MemoryLimiter;
use crate::run::Stop;
use crate::seed::RandomStream;
pub(crate) use descriptors::Descriptors;
use errno::Errno;
use guest::Guest;

/// The module name of WASI preview 1.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

/// Everything that a running program has.
pub(crate) struct World {
    /// The program's name and its arguments.
    pub(crate) args: Vec<String>,
    pub(crate) stdin: Vec<u8>,
    pub(crate) folder: Option<Folder>,
    pub(crate) random: RandomStream,
    pub(crate) output: Vec<u8>,
    pub(crate) output_limit: usize,
    pub(crate) stderr: Tail,
    pub(crate) descriptors: Descriptors,
    pub(crate) memory: MemoryLimiter,
    /// When the time is up; for calls that take long themselves.
    pub(crate) deadline: Option<Instant>,
}

/// The end of a stream; what came before is forgotten.
#[derive(Default)]
pub(crate) struct Tail(Vec<u8>);

impl Tail {
    const BYTES: usize = 64 << 10;

    fn write(&mut self, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(Self::BYTES)..];
        self.0.extend_from_slice(kept);
        // Rarely, so that many short writes do not move the bytes each time.
        if self.0.len() > 2 * Self::BYTES {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.0.drain(..self.0.len().saturating_sub(Self::BYTES));
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.shorten();
        self.0
    }
}

/// Why a WASI function did not succeed.
enum Failure {
    /// The program is told and goes on.
    Errno(Errno),
    /// The program ends here.
    Stop(Stop),
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

type Reply = std::result::Result<(), Failure>;

/// What one call works with.
struct Call<'a> {
    world: &'a mut World,
    guest: Guest<'a>,
    fuel: u64,
}

impl Call<'_> {
    /// Takes the price of moving bytes, before they are moved.
    fn pay(&mut self, bytes: usize) -> std::result::Result<(), Stop> {
        match self.fuel.checked_sub(bytes as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(Stop::OutOfFuel)
            }
        }
    }
}

/// Runs one function for the program: hands it the memory, takes the fuel, and
/// turns the reply into what the program receives.
fn enter(
    mut caller: Caller<'_, World>,
    function: impl FnOnce(&mut Call<'_>) -> Reply,
) -> Result<i32> {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return Err(Error::new(Stop::NoMemory));
    };
    let fuel = caller.get_fuel()?;
    let (bytes, world) = memory.data_and_store_mut(&mut caller);
    let mut call = Call {
        world,
        guest: Guest(bytes),
        fuel,
    };
    let reply = function(&mut call);
    let fuel = call.fuel;
    caller.set_fuel(fuel)?;
    match reply {
        Ok(()) => Ok(0),
        Err(Failure::Errno(Errno(number))) => Ok(number.into()),
        Err(Failure::Stop(stop)) => Err(Error::new(stop)),
    }
}

macro_rules! define {
    ($linker:ident, $($subject:ident::$function:ident($($arg:ident: $kind:ty),*);)*) => {$(
        $linker.func_wrap(
            MODULE,
            stringify!($function),
            |caller: Caller<'_, World>, $($arg: $kind),*| {
                enter(caller, |call| $subject::$function(call, $($arg),*))
            },
        )?;
    )*};
}

/// Defines every function of WASI preview 1 except those of the network.
pub(crate) fn define(linker: &mut Linker<World>) -> Result<()> {
    linker.func_wrap(
        MODULE,
        "proc_exit",
        |_: Caller<'_, World>, code: u32| -> Result<()> { Err(Error::new(Stop::Exit(code))) },
    )?;
    define! { linker,
        process::args_get(pointers: u32, bytes: u32);
        process::args_sizes_get(count: u32, size: u32);
        process::environ_get(pointers: u32, bytes: u32);
        process::environ_sizes_get(count: u32, size: u32);
        process::clock_res_get(clock: u32, resolution: u32);
        process::clock_time_get(clock: u32, precision: u64, time: u32);
        process::poll_oneoff(subscriptions: u32, events: u32, count: u32, happened: u32);
        process::proc_raise(signal: u32);
        process::random_get(buffer: u32, len: u32);
        process::sched_yield();

        descriptors::fd_advise(fd: u32, offset: u64, len: u64, advice: u32);
        descriptors::fd_close(fd: u32);
        descriptors::fd_datasync(fd: u32);
        descriptors::fd_fdstat_get(fd: u32, stat: u32);
        descriptors::fd_fdstat_set_flags(fd: u32, flags: u32);
        descriptors::fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
        descriptors::fd_filestat_get(fd: u32, stat: u32);
        descriptors::fd_pread(fd: u32, buffers: u32, count: u32, offset: u64, read: u32);
        descriptors::fd_prestat_get(fd: u32, prestat: u32);
        descriptors::fd_prestat_dir_name(fd: u32, name: u32, len: u32);
        descriptors::fd_read(fd: u32, buffers: u32, count: u32, read: u32);
        descriptors::fd_renumber(from: u32, to: u32);
        descriptors::fd_seek(fd: u32, offset: i64, whence: u32, position: u32);
        descriptors::fd_sync(fd: u32);
        descriptors::fd_tell(fd: u32, position: u32);
        descriptors::fd_write(fd: u32, buffers: u32, count: u32, written: u32);

        paths::fd_readdir(fd: u32, buffer: u32, len: u32, cookie: u64, used: u32);
        paths::path_filestat_get(fd: u32, flags: u32, path: u32, len: u32, stat: u32);
        paths::path_open(fd: u32, lookup: u32, path: u32, len: u32, how: u32, rights: u64, inheriting: u64, flags: u32, opened: u32);
        paths::path_readlink(fd: u32, path: u32, len: u32, buffer: u32, buffer_len: u32, used: u32);

        read_only::fd_allocate(fd: u32, offset: u64, len: u64);
        read_only::fd_filestat_set_size(fd: u32, size: u64);
        read_only::fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32);
        read_only::fd_pwrite(fd: u32, buffers: u32, count: u32, offset: u64, written: u32);
        read_only::path_create_directory(fd: u32, path: u32, len: u32);
        read_only::path_filestat_set_times(fd: u32, flags: u32, path: u32, len: u32, accessed: u64, modified: u64, set: u32);
        read_only::path_link(from: u32, flags: u32, path: u32, len: u32, to: u32, new: u32, new_len: u32);
        read_only::path_remove_directory(fd: u32, path: u32, len: u32);
        read_only::path_rename(fd: u32, path: u32, len: u32, to: u32, new: u32, new_len: u32);
        read_only::path_symlink(path: u32, len: u32, fd: u32, new: u32, new_len: u32);
        read_only::path_unlink_file(fd: u32, path: u32, len: u32);
    }
    Ok(())
}
