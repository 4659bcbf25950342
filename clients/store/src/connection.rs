//! One connection of the server: one request, its answer, and the time that both have.
//!
//! A stranger's connection costs a thread until its time is over, whatever it does or leaves
//! undone; nothing that it holds makes others wait.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

/// Time for the head of a request, and for an answer without a file.
const HEAD: Duration = Duration::from_secs(5);
/// Slowest line that a file may go over, in bytes a second.
const SLOWEST: u64 = 64 << 10;
/// Longest time in which nothing goes over. The system takes some MiB of a file at once, and
/// more only when a third of them is gone: on the slowest line after up to 21 seconds.
const STILL: Duration = Duration::from_secs(30);
/// Most bytes of a head.
const LARGEST_HEAD: u64 = 8 << 10;
/// Most header fields.
const FIELDS: usize = 64;
/// Most bytes of a body nobody wanted that are read, so that its sender reads the answer.
const UNWANTED: u64 = 1 << 20;

/// What a file is for HTTP.
const FILE: &str = "application/octet-stream";

/// What is asked for.
#[derive(Debug, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// What was shown as `authorization: Bearer …`.
    pub token: Option<String>,
    /// Bytes of the body; absent when it is not said.
    pub length: Option<u64>,
    /// The body comes when it is called for.
    expects: bool,
}

/// A connection with a deadline.
pub struct Connection(BufReader<Timed>);

/// A stream that fails when its time is over. It gets more with what goes over it, as much as
/// the slowest line needs: whoever takes nothing, or less, is not waited for.
struct Timed {
    stream: Arc<TcpStream>,
    since: Instant,
    /// Bytes since then.
    moved: u64,
    /// Most of them that give time.
    allowed: u64,
}

impl Timed {
    /// How long the next bytes are waited for.
    fn left(&self) -> io::Result<Option<Duration>> {
        let time = HEAD + Duration::from_secs(self.moved.min(self.allowed) / SLOWEST);
        let left = time.saturating_sub(self.since.elapsed());
        match left.is_zero() {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(Some(left.min(STILL))),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        let read = (&*self.stream).read(buf)?;
        self.moved = self.moved.saturating_add(read as u64);
        Ok(read)
    }
}

impl Write for Timed {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        // The system waits until it took all of it, or the time is over.
        let written = (&*self.stream).write(buf)?;
        if written < buf.len() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.moved = self.moved.saturating_add(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.stream).flush()
    }
}

impl Connection {
    pub fn new(stream: Arc<TcpStream>) -> Self {
        Self(BufReader::new(Timed {
            stream,
            since: Instant::now(),
            moved: 0,
            allowed: 0,
        }))
    }

    /// The head of the request, or what is wrong with it.
    pub fn request(&mut self) -> io::Result<Result<Request, &'static str>> {
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            let left = LARGEST_HEAD.saturating_sub(head.len() as u64);
            let read = (&mut self.0).take(left).read_until(b'\n', &mut head)?;
            if left == 0 {
                return Ok(Err("the head of the request is larger than 8 KiB"));
            }
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(parse(&head))
    }

    /// The body of so many bytes; it has more time the longer it is.
    pub fn body(&mut self, request: &Request, length: u64) -> io::Result<impl Read + '_> {
        self.allow(length);
        if request.expects {
            let timed = self.0.get_mut();
            timed.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        Ok((&mut self.0).take(length))
    }

    /// Answers in words, and ends the connection.
    pub fn say(mut self, status: u16, words: &str) -> io::Result<()> {
        self.allow(0);
        let words = format!("{words}\n");
        self.head(status, "text/plain; charset=utf-8", words.len() as u64)?;
        self.0.get_mut().write_all(words.as_bytes())?;
        self.end()
    }

    /// Answers with so many bytes of a file, and ends the connection.
    pub fn give(mut self, file: impl Read, length: u64) -> io::Result<()> {
        self.allow(length);
        self.head(200, FILE, length)?;
        io::copy(&mut file.take(length), self.0.get_mut())?;
        self.end()
    }

    /// Answers with the length of a file, and ends the connection.
    pub fn give_length(mut self, length: u64) -> io::Result<()> {
        self.allow(0);
        self.head(200, FILE, length)?;
        self.end()
    }

    fn head(&mut self, status: u16, kind: &str, length: u64) -> io::Result<()> {
        let head = format!(
            "HTTP/1.1 {status} {}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n",
            reason(status)
        );
        self.0.get_mut().write_all(head.as_bytes())
    }

    /// Who still sends would lose the answer if the connection were closed at once. However
    /// long the answer was, that is waited for only as long as for a head.
    fn end(mut self) -> io::Result<()> {
        self.allow(0);
        self.0.get_ref().stream.shutdown(Shutdown::Write)?;
        io::copy(&mut (&mut self.0).take(UNWANTED), &mut io::sink())?;
        Ok(())
    }

    /// From now on up to so many bytes have time, as they go over.
    fn allow(&mut self, bytes: u64) {
        let timed = self.0.get_mut();
        timed.since = Instant::now();
        (timed.moved, timed.allowed) = (0, bytes);
    }
}

fn parse(head: &[u8]) -> Result<Request, &'static str> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    if !parsed.parse(head).is_ok_and(|status| status.is_complete()) {
        return Err("this is no request of HTTP/1.1 with at most 64 header fields");
    }
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().to_owned(),
        ..Request::default()
    };
    for field in parsed.headers.iter() {
        let value = std::str::from_utf8(field.value).unwrap_or_default().trim();
        match field.name.to_ascii_lowercase().as_str() {
            "authorization" => request.token = value.strip_prefix("Bearer ").map(str::to_owned),
            "content-length" => {
                let length = value.parse().map_err(|_| "content-length is no number")?;
                if request.length.replace(length).is_some() {
                    return Err("content-length is said twice");
                }
            }
            "transfer-encoding" => return Err("say content-length; nothing else is understood"),
            "expect" => request.expects = value.eq_ignore_ascii_case("100-continue"),
            _ => {}
        }
    }
    Ok(request)
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        500.. => "Internal Server Error",
        _ => "Bad Request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_nothing_is_not_waited_for_and_who_takes_bytes_gets_time_for_them() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let left = |moved: u64, allowed: u64, secs: u64| {
            let timed = Timed {
                stream: Arc::new(TcpStream::connect(address).expect("a connection")),
                since: Instant::now() - Duration::from_secs(secs),
                moved,
                allowed,
            };
            timed.left().ok().flatten()
        };
        let after = |moved: u64, secs: u64| left(moved, 3 * SLOWEST, secs).is_some();
        assert!(after(0, 4));
        assert!(!after(0, 5), "it took nothing");
        assert!(after(3 * SLOWEST, 7));
        assert!(!after(3 * SLOWEST, 8), "it is slower than the slowest line");
        assert!(!after(9 * SLOWEST, 8), "it takes more than there is");
        // Who took much fast has a long time for the rest, and none in which to take nothing.
        let hour = 3_600 * SLOWEST;
        assert_eq!(left(hour, hour, 1), Some(STILL));
        assert!(left(hour, hour, 3_600).is_some_and(|left| left < STILL));
    }

    #[test]
    fn what_only_the_system_takes_is_no_progress() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let _takes_nothing = TcpStream::connect(address).expect("a connection");
        let (stream, _) = listener.accept().expect("a connection");
        let mut timed = Timed {
            stream: Arc::new(stream),
            since: Instant::now() - HEAD + Duration::from_millis(500),
            moved: 0,
            allowed: 64 << 20,
        };
        let error = timed.write(&vec![0; 64 << 20]).expect_err("it ended");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_request_says_one_length_or_is_refused() {
        let head = |fields: &str| parse(format!("PUT /x HTTP/1.1\r\n{fields}\r\n").as_bytes());
        let request =
            head("Content-Length: 7\r\nAuthorization: Bearer a b\r\nexpect: 100-Continue\r\n")
                .expect("a request");
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("PUT", "/x")
        );
        assert_eq!(request.length, Some(7));
        assert_eq!(request.token.as_deref(), Some("a b"));
        assert!(request.expects);
        assert_eq!(head("").expect("a request").length, None);
        for wrong in [
            "content-length: 7\r\ncontent-length: 7\r\n",
            "content-length: seven\r\n",
            "content-length: -1\r\n",
            "transfer-encoding: chunked\r\n",
            "no field\r\n",
        ] {
            assert!(head(wrong).is_err(), "{wrong}");
        }
        let many = "a: b\r\n".repeat(FIELDS + 1);
        assert!(head(&many).is_err());
    }
}
