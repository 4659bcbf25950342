//! How many connections there are at once, and whose.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, Shutdown, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

/// How many connections are open at once. None of them holds a file in memory, and each ends
/// with its time.
const CONNECTIONS: usize = 64;
/// How many of them one address has.
const OF_ONE: usize = 8;
/// How many of them give files to strangers. The others are those of who brings files, and
/// those that make room: readers that are slow on purpose do not keep the owner out.
const READERS: usize = 48;

/// Who is connected, by the order in which they came.
#[derive(Default)]
pub struct Crowd(Mutex<Seats>);

#[derive(Default)]
struct Seats {
    taken: BTreeMap<u64, Seat>,
    came: u64,
}

struct Seat {
    stream: Arc<TcpStream>,
    from: Option<IpAddr>,
    claim: Claim,
}

/// Why a connection may keep its place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// It did not say yet what it wants, or it is not worth a place: it makes room.
    None,
    /// A stranger is given a file.
    Reader,
    /// Whoever may bring files is at it.
    Owner,
}

/// A connection that is counted until this is dropped.
pub struct Guest<'a> {
    crowd: &'a Crowd,
    number: u64,
}

impl Crowd {
    /// Room for a connection from this address; none when there is none left. Where all places
    /// are taken, the oldest connection without a claim to its own is closed.
    pub fn enter(&self, stream: &Arc<TcpStream>, from: IpAddr) -> Option<Guest<'_>> {
        let from = counted(from);
        let mut seats = self.seats();
        let of = seats.taken.values().filter(|seat| seat.from == from);
        if from.is_some() && of.count() >= OF_ONE {
            return None;
        }
        if seats.taken.len() >= CONNECTIONS {
            let mut taken = seats.taken.iter();
            let (&oldest, _) = taken.find(|(_, seat)| seat.claim == Claim::None)?;
            if let Some(seat) = seats.taken.remove(&oldest) {
                // Whatever it waits for ends; it may be gone already.
                let _ = seat.stream.shutdown(Shutdown::Both);
            }
        }
        let number = seats.came;
        seats.came += 1;
        let seat = Seat {
            stream: stream.clone(),
            from,
            claim: Claim::None,
        };
        seats.taken.insert(number, seat);
        Some(Guest {
            crowd: self,
            number,
        })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

impl Guest<'_> {
    /// Stays until its end, as a stranger that is given a file. False when there are as many
    /// of them as may be, or it had to make room meanwhile.
    pub fn stays_to_read(&self) -> bool {
        self.claims(Claim::Reader)
    }

    /// Stays until its end, as one that may bring files. False when it had to make room
    /// meanwhile.
    pub fn stays_as_owner(&self) -> bool {
        self.claims(Claim::Owner)
    }

    fn claims(&self, claim: Claim) -> bool {
        let mut seats = self.crowd.seats();
        let same = seats.taken.values().filter(|seat| seat.claim == claim);
        if claim == Claim::Reader && same.count() >= READERS {
            return false;
        }
        let seat = seats.taken.get_mut(&self.number);
        seat.map(|seat| seat.claim = claim).is_some()
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        self.crowd.seats().taken.remove(&self.number);
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
    use std::{io::Read, net::TcpListener};

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// Both ends of a connection.
    fn connection() -> (Arc<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let far = TcpStream::connect(at).expect("a connection");
        let (near, _) = listener.accept().expect("a connection");
        (Arc::new(near), far)
    }

    #[test]
    fn one_address_leaves_room_for_others_and_gets_its_own_back() {
        let crowd = Crowd::default();
        let (stream, _far) = connection();
        let enter = |from: &str| crowd.enter(&stream, address(from));
        for own in ["203.0.113.7", "2001:db8::7"] {
            let mut guests: Vec<_> = (0..OF_ONE).map(|_| enter(own).expect("room")).collect();
            assert!(enter(own).is_none(), "{own}");
            guests.pop();
            assert!(enter(own).is_some(), "{own}");
            // Other addresses of a network are its own, those of other networks are not.
            let _last = enter(own).expect("room");
            assert!(enter("2001:db8:0:1::7").is_some());
            for same in ["::ffff:203.0.113.7", "2001:db8::8"] {
                assert_eq!(
                    enter(same).is_none(),
                    counted(address(same)) == counted(address(own)),
                    "{own} {same}"
                );
            }
        }
        let owners = || {
            let guest = enter("127.0.0.1").expect("room");
            assert!(guest.stays_as_owner());
            guest
        };
        let all: Vec<_> = (0..CONNECTIONS).map(|_| owners()).collect();
        assert!(enter("127.0.0.1").is_none());
        drop(all);
        assert!(enter("127.0.0.1").is_some());
    }

    #[test]
    fn readers_and_who_says_nothing_leave_room_for_who_brings_files() {
        let crowd = Crowd::default();
        let (stream, _far) = connection();
        let here = address("127.0.0.1");
        let enter = || crowd.enter(&stream, here);
        let mut readers = vec![];
        loop {
            let guest = enter().expect("room");
            if !guest.stays_to_read() {
                break;
            }
            readers.push(guest);
        }
        assert_eq!(readers.len(), READERS);
        let (oldest, mut far) = connection();
        let oldest = crowd.enter(&oldest, here).expect("room");
        let silent: Vec<_> = (READERS + 1..CONNECTIONS)
            .map(|_| enter().expect("room"))
            .collect();
        // Places of all, and the oldest that said nothing makes room; no reader does.
        let mut owners = vec![];
        for _ in READERS..CONNECTIONS {
            let owner = enter().expect("room");
            assert!(owner.stays_as_owner());
            owners.push(owner);
            assert_eq!(far.read(&mut [0]).expect("it was closed"), 0);
        }
        for gone in silent.iter().chain([&oldest]) {
            assert!(!gone.stays_as_owner() && !gone.stays_to_read());
        }
        assert!(readers.iter().all(Guest::stays_as_owner));
        assert!(enter().is_none(), "nobody is left who makes room");
        // Whoever is gone takes no place with it that is another's by now.
        drop((silent, oldest));
        assert!(enter().is_none());
        readers.pop();
        assert!(enter().is_some());
    }
}
