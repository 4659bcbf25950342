//! A folder over HTTP: `GET`, `HEAD` and `PUT` of `/<sha256>`.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    path::Path,
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc,
    },
    thread,
    time::Duration,
};

use crate::{
    connection::{Connection, Request},
    crowd::{Crowd, Guest},
    folder::Folder,
    read::{self, Unread},
    Error,
};

/// Pause after the system had no connection to give, such as for want of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How much a server keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
}

/// A folder that others read over HTTP, and write to by the hash of what they bring.
pub struct Server {
    listener: TcpListener,
    shelf: Shelf,
    address: SocketAddr,
}

struct Shelf {
    folder: Folder,
    limits: ServerLimits,
    token: Option<String>,
    used: AtomicU64,
}

/// What a request comes to: a status and words.
type Answer = (u16, String);

impl Server {
    /// Listens. Where other machines can reach it, `token` has to be set: whoever brings
    /// files shows it.
    pub fn start(
        folder: &Path,
        listen: &str,
        limits: ServerLimits,
        token: Option<String>,
    ) -> Result<Self, Error> {
        let failed = |reason: String| Error::Listen {
            address: listen.to_owned(),
            reason,
        };
        let address = listen
            .to_socket_addrs()
            .map_err(|error| failed(error.to_string()))?
            .next()
            .ok_or_else(|| failed("it is no address and port".to_owned()))?;
        if !address.ip().is_loopback() && token.is_none() {
            return Err(failed(
                "other machines can reach it, and anybody could fill the disk; set a token"
                    .to_owned(),
            ));
        }
        let folder = Folder::open(folder)?;
        let entries = fs::read_dir(folder.path()).into_iter().flatten().flatten();
        let used = entries
            .filter_map(|entry| entry.metadata().ok())
            .map(|found| found.len())
            .sum();
        let listener = TcpListener::bind(address).map_err(|error| failed(error.to_string()))?;
        let address = listener.local_addr().unwrap_or(address);
        Ok(Self {
            listener,
            shelf: Shelf {
                folder,
                limits,
                token,
                used: AtomicU64::new(used),
            },
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the process ends. `seen` hears of each answer: method, path, status.
    pub fn run(&self, seen: impl Fn(&str, &str, u16) + Sync) {
        let crowd = &Crowd::default();
        let seen = &seen;
        thread::scope(|scope| {
            for stream in self.listener.incoming() {
                let Ok(stream) = stream else {
                    thread::sleep(PAUSE);
                    continue;
                };
                let from = stream.peer_addr().map(|from| from.ip());
                // Who is gone already has no address.
                let Ok(from) = from else { continue };
                let stream = Arc::new(stream);
                let Some(guest) = crowd.enter(&stream, from) else {
                    full(&stream);
                    continue;
                };
                scope.spawn(move || {
                    // Who asked may have gone.
                    let _ = self.shelf.serve(Connection::new(stream), &guest, seen);
                });
            }
        });
    }
}

/// Says so without waiting for anything: the words fit what the system keeps for it.
fn full(mut stream: &TcpStream) {
    let _ = stream.set_nonblocking(true);
    let _ = io::Write::write_all(
        &mut stream,
        b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n",
    );
}

impl Shelf {
    fn serve(
        &self,
        mut connection: Connection,
        guest: &Guest<'_>,
        seen: &impl Fn(&str, &str, u16),
    ) -> io::Result<()> {
        let request = match connection.request()? {
            Ok(request) => request,
            Err(wrong) => return connection.say(400, wrong),
        };
        let (method, path) = (request.method.as_str(), request.path.as_str());
        let sha256 = path.trim_start_matches('/');
        let (status, words) = match method {
            _ if !read::is_sha256(sha256) => (
                404,
                "files lie under their SHA-256, 64 hexadecimal digits in lower case".to_owned(),
            ),
            "GET" => {
                // Before the file is read, which is work.
                let stays = match self.shows_token(&request) {
                    true => guest.stays_as_owner(),
                    false => guest.stays_to_read(),
                };
                if !stays {
                    seen(method, path, 503);
                    return connection.say(503, "too many read at once; come again later");
                }
                match self.folder.open_checked(sha256, self.limits.file_bytes) {
                    Ok((file, length)) => {
                        seen(method, path, 200);
                        return connection.give(file, length);
                    }
                    Err(error) => refusal(error),
                }
            }
            // Its length alone: who wants its bytes is told then when they are damaged.
            "HEAD" => match self.folder.size(sha256) {
                Ok(length) => {
                    seen(method, path, 200);
                    return connection.give_length(length);
                }
                Err(error) => refusal(error),
            },
            "PUT" => self.put(&mut connection, &request, sha256, guest),
            _ => (405, "GET, HEAD and PUT are all there is".to_owned()),
        };
        seen(method, path, status);
        connection.say(status, &words)
    }

    fn put(
        &self,
        connection: &mut Connection,
        request: &Request,
        sha256: &str,
        guest: &Guest<'_>,
    ) -> Answer {
        if self.token.is_some() && !self.shows_token(request) {
            let words = "show the store's token: authorization: Bearer …";
            return (401, words.to_owned());
        }
        if !guest.stays_as_owner() {
            return (
                503,
                "too many connections at once; come again later".to_owned(),
            );
        }
        let limit = self.limits.file_bytes;
        let size = match request.length {
            None => return (411, "say how long it is: content-length".to_owned()),
            Some(size) if size > limit => {
                return (413, format!("a file may have {limit} bytes, not {size}"))
            }
            Some(size) => size,
        };
        // Room is kept before the first byte comes, so that no two take the same.
        let used = self.used.fetch_add(size, Ordering::SeqCst);
        let total = self.limits.total_bytes;
        let there = self.folder.length(sha256);
        let answer = if used.saturating_add(size).saturating_sub(there) > total {
            let words = format!("{used} of {total} bytes are used, {size} more do not fit");
            (507, words)
        } else {
            self.receive(connection, request, sha256, size)
        };
        // What was there before is not counted twice; what was not kept is not counted.
        let freed = match answer.0 {
            201 => there,
            _ => size,
        };
        self.used.fetch_sub(freed, Ordering::SeqCst);
        answer
    }

    fn receive(
        &self,
        connection: &mut Connection,
        request: &Request,
        sha256: &str,
        size: u64,
    ) -> Answer {
        let body = match connection.body(request, size) {
            Ok(body) => body,
            Err(error) => return (400, error.to_string()),
        };
        match self.folder.receive(sha256, body, size) {
            Ok(true) => (201, "kept".to_owned()),
            Ok(false) => (200, "it is here already".to_owned()),
            Err(Unread::Io(error)) => (400, error.to_string()),
            Err(Unread::Error(error @ Error::WrongHash { .. })) => (422, error.to_string()),
            Err(Unread::Error(error)) => (400, error.to_string()),
            Err(Unread::Write(error)) => (507, error.to_string()),
        }
    }

    fn shows_token(&self, request: &Request) -> bool {
        // Hashes, so that the time it takes tells nothing of the token.
        let hash = |token: &String| read::sha256(token.as_bytes());
        let token = self.token.as_ref().map(hash);
        token.is_some() && request.token.as_ref().map(hash) == token
    }
}

/// Why a file is not given.
fn refusal(error: Error) -> Answer {
    match error {
        Error::Missing { .. } => (404, "it is not here".to_owned()),
        error => (500, error.to_string()),
    }
}
