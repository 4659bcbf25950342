//! A folder over HTTP: `GET`, `HEAD` and `PUT` of `/<sha256>`.

use std::{
    fs,
    io::{Cursor, Read},
    net::{SocketAddr, ToSocketAddrs},
    path::Path,
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc,
    },
    thread,
};

use tiny_http::{Header, Method, Request, Response};

use crate::{
    folder::Folder,
    read::{self, Unread},
    Error,
};

/// How many are served at once.
const THREADS: usize = 4;

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
    http: Arc<tiny_http::Server>,
    shelf: Arc<Shelf>,
    address: SocketAddr,
}

struct Shelf {
    folder: Folder,
    limits: ServerLimits,
    token: Option<String>,
    used: AtomicU64,
}

type Answer = Response<Cursor<Vec<u8>>>;

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
        let http = tiny_http::Server::http(address).map_err(|error| failed(error.to_string()))?;
        let address = http.server_addr().to_ip().unwrap_or(address);
        Ok(Self {
            http: Arc::new(http),
            shelf: Arc::new(Shelf {
                folder,
                limits,
                token,
                used: AtomicU64::new(used),
            }),
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the process ends. `seen` hears of each answer: method, path, status.
    pub fn run(&self, seen: impl Fn(&str, &str, u16) + Sync) {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while let Ok(mut request) = self.http.recv() {
                        let answer = self.shelf.answer(&mut request);
                        let status = answer.status_code().0;
                        seen(&request.method().to_string(), request.url(), status);
                        // Who asked may have gone.
                        let _ = request.respond(answer);
                    }
                });
            }
        });
    }
}

impl Shelf {
    fn answer(&self, request: &mut Request) -> Answer {
        let sha256 = request.url().trim_start_matches('/').to_owned();
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if sha256.len() != 64 || !sha256.bytes().all(hex) {
            return text(
                404,
                "files lie under their SHA-256, 64 hexadecimal digits in lower case",
            );
        }
        match request.method() {
            // A HEAD's body is left out by the server.
            Method::Get | Method::Head => self.get(&sha256),
            Method::Put => self.put(request, &sha256),
            _ => text(405, "GET, HEAD and PUT are all there is"),
        }
    }

    fn get(&self, sha256: &str) -> Answer {
        match self.folder.get(sha256, self.limits.file_bytes) {
            Ok(bytes) => Response::from_data(bytes).with_header(kind("application/octet-stream")),
            Err(Error::Missing { .. }) => text(404, "it is not here"),
            Err(error) => text(500, &error.to_string()),
        }
    }

    fn put(&self, request: &mut Request, sha256: &str) -> Answer {
        if !self.may_write(request) {
            return text(401, "show the store's token: authorization: Bearer …");
        }
        let limit = self.limits.file_bytes;
        let too_large = || text(413, &format!("a file may have {limit} bytes"));
        if request.body_length().is_some_and(|len| len as u64 > limit) {
            return too_large();
        }
        let body = request.as_reader().take(limit.saturating_add(1));
        let bytes = match read::checked(body, sha256, sha256, limit) {
            Ok(bytes) => bytes,
            Err(Unread::Error(Error::TooLarge { .. })) => return too_large(),
            Err(Unread::Error(error)) => return text(422, &error.to_string()),
            Err(Unread::Io(error)) => return text(400, &error.to_string()),
        };
        let size = bytes.len() as u64;
        if self.folder.path().join(sha256).is_file() {
            return text(200, "it is here already");
        }
        let used = self.used.fetch_add(size, Ordering::SeqCst);
        if used.saturating_add(size) > self.limits.total_bytes {
            self.used.fetch_sub(size, Ordering::SeqCst);
            let total = self.limits.total_bytes;
            return text(
                507,
                &format!("{used} of {total} bytes are used, {size} more do not fit"),
            );
        }
        match self.folder.put_as(sha256, &bytes) {
            Ok(_) => text(201, "kept"),
            Err(error) => {
                self.used.fetch_sub(size, Ordering::SeqCst);
                text(507, &error.to_string())
            }
        }
    }

    fn may_write(&self, request: &Request) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let shown = request
            .headers()
            .iter()
            .find(|header| header.field.equiv("authorization"))
            .and_then(|header| header.value.as_str().strip_prefix("Bearer "));
        // Hashes, so that the time it takes tells nothing of the token.
        shown.is_some_and(|shown| read::sha256(shown.as_bytes()) == read::sha256(token.as_bytes()))
    }
}

fn text(status: u16, said: &str) -> Answer {
    Response::from_string(format!("{said}\n")).with_status_code(status)
}

fn kind(value: &str) -> Header {
    let header = Header::from_bytes("content-type", value);
    header.unwrap_or_else(|()| unreachable!("a header of ours is valid"))
}
