//! Arguments, environment, clocks, waiting, random bytes.

use std::time::Instant;

use super::errno::{self, Errno};
use super::guest::element;
use super::layout::{self, EVENT_BYTES, SUBSCRIPTION_BYTES};
use super::{Call, Reply};
use crate::run::Stop;

/// Random bytes between two looks at the time limit.
const RANDOM_CHUNK: usize = 64 << 10;

const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;

pub(super) fn args_sizes_get(call: &mut Call, count: u32, size: u32) -> Reply {
    let args = &call.world.args;
    let bytes: usize = args.iter().map(|arg| arg.len() + 1).sum();
    call.guest.write_u32(count, length(args.len())?)?;
    call.guest.write_u32(size, length(bytes)?)?;
    Ok(())
}

pub(super) fn args_get(call: &mut Call, pointers: u32, bytes: u32) -> Reply {
    call.pay(call.world.args.iter().map(|arg| arg.len() + 1).sum())?;
    let args = &call.world.args;
    let mut at = bytes;
    for (index, arg) in args.iter().enumerate() {
        call.guest
            .write_u32(element(pointers, length(index)?, 4)?, at)?;
        call.guest.write(at, arg.as_bytes())?;
        at = at.checked_add(length(arg.len())?).ok_or(errno::FAULT)?;
        call.guest.write(at, &[0])?;
        at = at.checked_add(1).ok_or(errno::FAULT)?;
    }
    Ok(())
}

pub(super) fn environ_sizes_get(call: &mut Call, count: u32, size: u32) -> Reply {
    call.guest.write_u32(count, 0)?;
    call.guest.write_u32(size, 0)?;
    Ok(())
}

/// The environment is empty.
pub(super) fn environ_get(_: &mut Call, _: u32, _: u32) -> Reply {
    Ok(())
}

pub(super) fn clock_res_get(call: &mut Call, clock: u32, resolution: u32) -> Reply {
    known_clock(clock)?;
    call.guest.write_u64(resolution, 1)?;
    Ok(())
}

/// All clocks stand at 0.
pub(super) fn clock_time_get(call: &mut Call, clock: u32, _precision: u64, time: u32) -> Reply {
    known_clock(clock)?;
    call.guest.write_u64(time, 0)?;
    Ok(())
}

/// Realtime, monotonic, and the two of processor time.
fn known_clock(clock: u32) -> Result<(), Errno> {
    if clock < 4 {
        Ok(())
    } else {
        Err(errno::INVAL)
    }
}

/// Never waits. Descriptors are always ready; when only clocks are asked for,
/// the earliest one is over, since a sleep on a clock that stands would never
/// end.
pub(super) fn poll_oneoff(
    call: &mut Call,
    subscriptions: u32,
    events: u32,
    count: u32,
    happened: u32,
) -> Reply {
    if count == 0 {
        return Err(errno::INVAL.into());
    }
    let size = count.checked_mul(SUBSCRIPTION_BYTES).ok_or(errno::FAULT)?;
    call.pay(call.guest.bytes(subscriptions, size)?.len())?;

    let mut only_clocks = true;
    let mut earliest = u64::MAX;
    for index in 0..count {
        let subscription = Subscription::read(call, subscriptions, index)?;
        match subscription.kind {
            CLOCK => earliest = earliest.min(subscription.timeout),
            FD_READ | FD_WRITE => only_clocks = false,
            _ => return Err(errno::INVAL.into()),
        }
    }
    let mut written = 0;
    for index in 0..count {
        let subscription = Subscription::read(call, subscriptions, index)?;
        let event = match subscription.kind {
            CLOCK if !only_clocks || subscription.timeout > earliest => continue,
            CLOCK => layout::event(subscription.userdata, 0, CLOCK, 0),
            kind => {
                let (error, bytes) = match call.world.ready_bytes(subscription.fd) {
                    Ok(bytes) => (0, bytes),
                    Err(Errno(number)) => (number, 0),
                };
                layout::event(subscription.userdata, error, kind, bytes)
            }
        };
        let at = element(events, written, length(EVENT_BYTES)?)?;
        call.guest.write(at, &event)?;
        written += 1;
    }
    call.guest.write_u32(happened, written)?;
    Ok(())
}

struct Subscription {
    userdata: u64,
    kind: u8,
    fd: u32,
    timeout: u64,
}

impl Subscription {
    fn read(call: &Call, list: u32, index: u32) -> Result<Self, Errno> {
        let at = element(list, index, SUBSCRIPTION_BYTES)?;
        let field = |offset: u32| at.checked_add(offset).ok_or(errno::FAULT);
        Ok(Self {
            userdata: call.guest.read_u64(at)?,
            kind: call.guest.read_u8(field(8)?)?,
            fd: call.guest.read_u32(field(16)?)?,
            timeout: call.guest.read_u64(field(24)?)?,
        })
    }
}

pub(super) fn proc_raise(_: &mut Call, _signal: u32) -> Reply {
    Err(errno::NOTSUP.into())
}

pub(super) fn sched_yield(_: &mut Call) -> Reply {
    Ok(())
}

pub(super) fn random_get(call: &mut Call, buffer: u32, len: u32) -> Reply {
    call.pay(call.guest.bytes(buffer, len)?.len())?;
    let deadline = call.world.deadline;
    for chunk in call.guest.bytes_mut(buffer, len)?.chunks_mut(RANDOM_CHUNK) {
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Stop::TimedOut.into());
        }
        call.world.random.fill(chunk);
    }
    Ok(())
}

/// A length of ours as a number of theirs.
pub(super) fn length(len: usize) -> Result<u32, Errno> {
    u32::try_from(len).map_err(|_| errno::FAULT)
}
