//! Reading a stranger's bytes: never more than allowed, and only with the promised hash.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::Error;

const CHUNK: usize = 64 << 10;

/// Why bytes were not taken.
pub enum Unread {
    /// Theirs.
    Error(Error),
    /// The reader failed.
    Io(io::Error),
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// All bytes of the reader, when they are no more than `limit` and have the hash.
pub fn checked(
    mut from: impl Read,
    uri: &str,
    wanted: &str,
    limit: u64,
) -> Result<Vec<u8>, Unread> {
    let mut bytes = vec![];
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
        if bytes.len() as u64 + read as u64 > limit {
            let uri = uri.to_owned();
            return Err(Unread::Error(Error::TooLarge { uri, limit }));
        }
        hash.update(part);
        bytes.extend_from_slice(part);
    }
    let found = hex::encode(hash.finalize());
    if found != wanted {
        return Err(Unread::Error(Error::WrongHash {
            uri: uri.to_owned(),
            found,
            wanted: wanted.to_owned(),
        }));
    }
    Ok(bytes)
}
