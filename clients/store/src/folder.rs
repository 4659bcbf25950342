//! Files of one folder, each under its hash.

use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use url::Url;

use crate::{
    read::{self, Unread},
    Error,
};

/// A folder whose files lie under their hashes.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder; makes it when there is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = failed(path);
        fs::create_dir_all(path).map_err(&failed)?;
        fs::canonicalize(path).map(Self).map_err(&failed)
    }

    /// The folder as it would be called if it were made; makes none.
    pub(crate) fn named(path: &Path) -> Result<Self, Error> {
        match fs::canonicalize(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(path),
            found => found,
        }
        .map(Self)
        .map_err(failed(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the file of a hash lies. What is no hash names no file: it may come from a
    /// stranger, and a path of his would lead out of the folder.
    fn place(&self, sha256: &str) -> Result<PathBuf, Error> {
        if !read::is_sha256(sha256) {
            return Err(Error::NotAllowed {
                uri: sha256.into(),
                why: "a SHA-256 has 64 lower-case hexadecimal digits".into(),
            });
        }
        Ok(self.0.join(sha256))
    }

    /// Whether an address names this file of this folder, by nothing but its hash.
    pub(crate) fn holds(&self, url: &Url, sha256: &str) -> bool {
        url.scheme() == "file"
            && url
                .to_file_path()
                .is_ok_and(|path| self.place(sha256).is_ok_and(|place| place == path))
    }

    /// Keeps bytes whole or not at all. What is there already stays. Answers their hash.
    pub fn put(&self, bytes: &[u8]) -> Result<String, Error> {
        let sha256 = read::sha256(bytes);
        self.put_as(&sha256, bytes)?;
        Ok(sha256)
    }

    /// Forgets what lies under a hash; nothing is fine.
    pub fn remove(&self, sha256: &str) -> Result<(), Error> {
        let path = self.place(sha256)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path)(error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn put_as(&self, sha256: &str, bytes: &[u8]) -> Result<Url, Error> {
        let limit = bytes.len() as u64;
        if self.open_checked(sha256, limit).is_err() {
            self.receive(sha256, bytes, limit)
                .map_err(|unread| told(unread, &self.0))?;
        }
        self.address(sha256)
    }

    /// The address of the file of a hash.
    pub(crate) fn address(&self, sha256: &str) -> Result<Url, Error> {
        let path = self.place(sha256)?;
        Url::from_file_path(&path).map_err(|()| Error::Place {
            place: path.display().to_string(),
            why: "it cannot be written as an address".to_owned(),
        })
    }

    /// Keeps what comes under its hash, whole or not at all, and never in memory. Answers
    /// whether it is new; what lies there damaged is written anew.
    pub(crate) fn receive(
        &self,
        sha256: &str,
        from: impl Read,
        limit: u64,
    ) -> Result<bool, Unread> {
        let path = self.place(sha256).map_err(Unread::Error)?;
        let mut new = NamedTempFile::new_in(&self.0).map_err(Unread::Write)?;
        read::copied(from, &mut new, sha256, sha256, limit)?;
        if self.open_checked(sha256, limit).is_ok() {
            return Ok(false);
        }
        self.keep(new, &path).map_err(Unread::Write)?;
        Ok(true)
    }

    fn keep(&self, new: NamedTempFile, path: &Path) -> io::Result<()> {
        // Others fetch it: that is what it is kept for.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            new.as_file()
                .set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        new.as_file().sync_all()?;
        new.persist(path)?;
        // The name has to survive a power cut too.
        #[cfg(unix)]
        File::open(&self.0)?.sync_all()?;
        Ok(())
    }

    /// Bytes that lie under a hash, whatever they are.
    pub(crate) fn length(&self, sha256: &str) -> u64 {
        let found = self.place(sha256).ok().map(fs::symlink_metadata);
        found.and_then(Result::ok).map_or(0, |found| found.len())
    }

    /// Bytes of the plain file under this hash, which are not looked at.
    pub(crate) fn size(&self, sha256: &str) -> Result<u64, Error> {
        let file = self.open_file(sha256, sha256)?;
        let found = file.metadata().map_err(failed(&self.place(sha256)?))?;
        Ok(found.len())
    }

    /// The file under this hash with its length, read once to see that it has it.
    pub(crate) fn open_checked(&self, sha256: &str, limit: u64) -> Result<(File, u64), Error> {
        let path = self.place(sha256)?;
        let mut file = self.open_file(sha256, sha256)?;
        let size = read::copied(&file, &mut io::sink(), sha256, sha256, limit)
            .map_err(|unread| told(unread, &path))?;
        file.rewind().map_err(failed(&path))?;
        Ok((file, size))
    }

    /// The bytes under this hash, when they have it and are no more than `limit`.
    pub fn get(&self, sha256: &str, limit: u64) -> Result<Vec<u8>, Error> {
        self.get_as(sha256, sha256, limit)
    }

    pub(crate) fn get_as(&self, uri: &str, sha256: &str, limit: u64) -> Result<Vec<u8>, Error> {
        let file = self.open_file(uri, sha256)?;
        read::checked(file, uri, sha256, limit).map_err(|unread| told(unread, &self.0.join(sha256)))
    }

    /// A plain file: neither links nor devices.
    fn open_file(&self, uri: &str, sha256: &str) -> Result<File, Error> {
        let path = self.place(sha256)?;
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::Missing { uri: uri.into() })
            }
            Err(error) => return Err(failed(&path)(error)),
        };
        if !found.is_file() {
            return Err(Error::NotAllowed {
                uri: uri.into(),
                why: "it is no plain file".into(),
            });
        }
        File::open(&path).map_err(failed(&path))
    }
}

fn told(unread: Unread, path: &Path) -> Error {
    match unread {
        Unread::Error(error) => error,
        Unread::Io(error) | Unread::Write(error) => failed(path)(error),
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |source| Error::File {
        path: path.to_owned(),
        source,
    }
}
