//! Reading a stranger's bytes: never more than allowed, and only with the promised hash.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use crate::Error;

const CHUNK: usize = 64 << 10;

/// Why bytes were not taken.
pub enum Unread {
    /// Theirs.
    Error(Error),
    /// The reader failed.
    Io(io::Error),
    /// There is no room where they go, or it fails.
    Write(io::Error),
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Whether this is a SHA-256 as addresses have it: 64 hexadecimal digits in lower case.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// All bytes of the reader, when they are no more than `limit` and have the hash.
pub fn checked(from: impl Read, uri: &str, wanted: &str, limit: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = vec![];
    copied(from, &mut bytes, uri, wanted, limit)?;
    Ok(bytes)
}

/// Copies all bytes of the reader, when they are no more than `limit` and have the hash;
/// answers how many. What was written before an error is to be thrown away.
pub fn copied(
    mut from: impl Read,
    to: &mut impl Write,
    uri: &str,
    wanted: &str,
    limit: u64,
) -> Result<u64, Unread> {
    let mut size = 0;
    let mut hash = Sha256::new();
    let mut chunk = [0; CHUNK];
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Unread::Io(error)),
        };
        let part = &chunk[..read];
        size += read as u64;
        if size > limit {
            let uri = uri.to_owned();
            return Err(Unread::Error(Error::TooLarge { uri, limit }));
        }
        hash.update(part);
        to.write_all(part).map_err(Unread::Write)?;
    }
    let found = hex::encode(hash.finalize());
    if found != wanted {
        return Err(Unread::Error(Error::WrongHash {
            uri: uri.to_owned(),
            found,
            wanted: wanted.to_owned(),
        }));
    }
    Ok(size)
}
