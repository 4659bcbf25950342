//! How many connections there are at once, and whose.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard},
};

/// How many connections are open at once. None of them holds a file in memory, and each ends
/// with its time; one more is told to come later.
const CONNECTIONS: usize = 64;
/// How many of them one address has.
const OF_ONE: usize = 8;
/// How many of them give files to strangers. The others end within seconds, or are those of
/// who brings files: readers that are slow on purpose do not keep the owner out.
const READERS: usize = 48;

/// Who is connected.
#[derive(Default)]
pub struct Crowd(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    all: usize,
    readers: usize,
    of: BTreeMap<IpAddr, usize>,
}

/// A connection that is counted until this is dropped.
pub struct Guest<'a> {
    crowd: &'a Crowd,
    from: Option<IpAddr>,
}

/// A stranger that is given a file until this is dropped.
pub struct Reader<'a>(&'a Crowd);

impl Crowd {
    /// Room for a connection from this address; none when there is none left.
    pub fn enter(&self, from: IpAddr) -> Option<Guest<'_>> {
        let from = counted(from);
        let mut counts = self.counts();
        if counts.all >= CONNECTIONS {
            return None;
        }
        if let Some(from) = from {
            let of = counts.of.entry(from).or_default();
            if *of >= OF_ONE {
                return None;
            }
            *of += 1;
        }
        counts.all += 1;
        Some(Guest { crowd: self, from })
    }

    /// Room for a stranger that reads a file; none when there is none left.
    pub fn read(&self) -> Option<Reader<'_>> {
        let mut counts = self.counts();
        if counts.readers >= READERS {
            return None;
        }
        counts.readers += 1;
        Some(Reader(self))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        counts.all = counts.all.saturating_sub(1);
        let Some(from) = self.from else { return };
        if let Some(of) = counts.of.get_mut(&from) {
            *of = of.saturating_sub(1);
            if *of == 0 {
                counts.of.remove(&from);
            }
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut counts = self.0.counts();
        counts.readers = counts.readers.saturating_sub(1);
    }
}

/// As whose a connection counts. Whoever has one address of IPv6 has its whole network. This
/// machine's own address may stand for many people behind a proxy: it is not counted.
fn counted(from: IpAddr) -> Option<IpAddr> {
    let from = from.to_canonical();
    match from {
        _ if from.is_loopback() => None,
        IpAddr::V4(_) => Some(from),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            Some(IpAddr::V6(Ipv6Addr::from_bits(network)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_address_leaves_room_for_others_and_gets_its_own_back() {
        let crowd = Crowd::default();
        for own in ["203.0.113.7", "2001:db8::7"] {
            let mut guests: Vec<_> = (0..OF_ONE)
                .map(|_| crowd.enter(address(own)).expect("room"))
                .collect();
            assert!(crowd.enter(address(own)).is_none(), "{own}");
            guests.pop();
            assert!(crowd.enter(address(own)).is_some(), "{own}");
            // Other addresses of a network are its own, those of other networks are not.
            let _last = crowd.enter(address(own)).expect("room");
            assert!(crowd.enter(address("2001:db8:0:1::7")).is_some());
            for same in ["::ffff:203.0.113.7", "2001:db8::8"] {
                let same = address(same);
                assert_eq!(
                    crowd.enter(same).is_none(),
                    counted(same) == counted(address(own)),
                    "{own} {same}"
                );
            }
        }
        let all: Vec<_> = (0..CONNECTIONS)
            .map(|_| crowd.enter(address("127.0.0.1")).expect("room"))
            .collect();
        assert!(crowd.enter(address("127.0.0.1")).is_none());
        drop(all);
        assert!(crowd.enter(address("127.0.0.1")).is_some());
    }

    #[test]
    fn readers_leave_room_for_who_brings_files() {
        let crowd = Crowd::default();
        let here = address("127.0.0.1");
        let mut held = vec![];
        while let Some(reader) = crowd.read() {
            held.push((crowd.enter(here).expect("room"), reader));
        }
        assert!(held.len() < CONNECTIONS);
        assert!(crowd.enter(here).is_some(), "nobody else comes in");
        held.pop();
        assert!(crowd.read().is_some());
    }
}
