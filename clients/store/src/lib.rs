//! Files by the hash of their bytes, where requesters and nodes can fetch them.
//!
//! A [`Stores`] writes to one place and reads from it and from others that its owner
//! names: folders (`file:` addresses) and HTTP stores such as [`Server`]. Everything lies
//! under its SHA-256 in hexadecimal; what an address has behind `#` is the name that the
//! file had, and is never sent anywhere.
//!
//! An address in a job is a stranger's. So a `file:` address is read only when it names a
//! file of the owner's folders by its hash, and `http:` only from the stores that the
//! owner named. Other hosts are asked when the owner allows it, and then never this machine
//! or one of a private network. Nothing follows a redirect, links or devices; whatever is
//! read ends at a number of bytes and seconds, and counts only with the promised hash.

mod connection;
mod crowd;
mod error;
mod folder;
mod http;
mod read;
mod server;

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use percent_encoding::percent_decode_str;
use url::Url;

pub use error::Error;
pub use folder::Folder;
pub use server::{Server, ServerLimits};

use http::Http;

/// Longest name of a file that an address may carry, in bytes.
const LONGEST_NAME: usize = 255;

/// Where files lie: a folder, or the address of an HTTP store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder; made when there is none.
    Folder(PathBuf),
    /// An HTTP store, by the address that hashes are appended to.
    Http(Url),
}

/// The places that one owner writes to and reads from.
#[derive(Debug)]
pub struct Stores {
    own: Store,
    others: Vec<Store>,
    internet: Option<Http>,
}

#[derive(Debug)]
enum Store {
    Folder(Folder),
    Http(Http, Url),
}

/// Something that lies in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of its bytes, 64 hexadecimal digits in lower case.
    pub sha256: String,
    /// How many bytes.
    pub size: u64,
    /// Where it can be fetched.
    pub uri: String,
}

/// How much one fetch may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Bytes at most.
    pub bytes: u64,
    /// Time at most, over HTTP.
    pub time: Duration,
}

impl Stores {
    /// Writes to one place, reads from it and the others. With `internet`, any public host
    /// may be asked too. `token` is shown to HTTP stores that are written to.
    pub fn new(
        own: &Place,
        others: &[Place],
        internet: bool,
        token: Option<String>,
    ) -> Result<Self, Error> {
        let open = |place: &Place, token: Option<String>| match place {
            Place::Folder(path) => Folder::open(path).map(Store::Folder),
            Place::Http(url) => Ok(Store::Http(Http::named(token), url.clone())),
        };
        Ok(Self {
            own: open(own, token)?,
            others: others
                .iter()
                .map(|place| open(place, None))
                .collect::<Result<_, _>>()?,
            internet: internet.then(Http::public),
        })
    }

    /// Keeps bytes by their hash. The address carries `name`, where there is one.
    pub fn put(&self, bytes: &[u8], name: Option<&str>) -> Result<Stored, Error> {
        let sha256 = read::sha256(bytes);
        let mut url = match &self.own {
            Store::Folder(folder) => folder.put_as(&sha256, bytes)?,
            Store::Http(http, base) => http.put(base, &sha256, bytes)?,
        };
        url.set_fragment(name);
        Ok(Stored {
            sha256,
            size: bytes.len() as u64,
            uri: url.into(),
        })
    }

    /// The bytes at this address, when they have this hash and are no more than allowed.
    pub fn get(&self, uri: &str, sha256: &str, allowed: Allowed) -> Result<Vec<u8>, Error> {
        let refused = |why: &str| Error::NotAllowed {
            uri: uri.to_owned(),
            why: why.to_owned(),
        };
        let url =
            Url::parse(uri).map_err(|error| refused(&format!("it is no address: {error}")))?;
        if !read::is_sha256(sha256) {
            return Err(refused(&format!("{sha256:?} is no SHA-256 in hexadecimal")));
        }
        for store in std::iter::once(&self.own).chain(&self.others) {
            match store {
                Store::Folder(folder) if folder.holds(&url, sha256) => {
                    return folder.get_as(uri, sha256, allowed.bytes)
                }
                Store::Http(http, base) if http::address(base, sha256) == without_name(&url) => {
                    return http.get(&url, sha256, allowed)
                }
                _ => {}
            }
        }
        match (url.scheme(), &self.internet) {
            ("http" | "https", Some(internet)) => internet.get(&url, sha256, allowed),
            ("http" | "https", None) => Err(refused(
                "its host is none of the stores that are named here",
            )),
            ("file", _) => Err(refused(
                "it names no file by its hash in a folder that is named here",
            )),
            (scheme, _) => Err(refused(&format!(
                "nothing here fetches {scheme}: addresses"
            ))),
        }
    }
}

/// The name that an address gives its file: what is behind `#`, or its last part. None when
/// that is no plain name of a file.
pub fn name_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let last = || url.path_segments()?.next_back();
    let name = url.fragment().or_else(last)?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    let plain = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name != "."
        && name != ".."
        && !name.contains(|c: char| c == '/' || c == '\\' || c.is_control());
    plain.then(|| name.into_owned())
}

fn without_name(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

impl Place {
    /// Where these bytes would lie, and under which hash; nothing is written or sent.
    pub fn planned(&self, bytes: &[u8], name: Option<&str>) -> Result<Stored, Error> {
        let sha256 = read::sha256(bytes);
        let mut url = match self {
            Self::Folder(path) => Folder::named(path)?.address(&sha256)?,
            Self::Http(base) => http::address(base, &sha256),
        };
        url.set_fragment(name);
        Ok(Stored {
            sha256,
            size: bytes.len() as u64,
            uri: url.into(),
        })
    }
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Place {
            place: text.to_owned(),
            why: why.to_owned(),
        };
        if !text.contains("://") {
            return match text.is_empty() {
                true => Err(wrong("it is empty")),
                false => Ok(Self::Folder(text.into())),
            };
        }
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        match url.scheme() {
            // Hosts would get both with every request, and everybody who reads a job.
            "http" | "https" if !url.username().is_empty() || url.password().is_some() => Err(
                wrong("a user or password stands in it; a store's token is shown beside"),
            ),
            "http" | "https" if url.query().is_some() => Err(wrong(
                "a query stands in it, and hashes are appended to a path",
            )),
            "http" | "https" => Ok(Self::Http(without_name(&url))),
            "file" => url
                .to_file_path()
                .map(Self::Folder)
                .map_err(|()| wrong("it names no folder of this machine")),
            scheme => Err(wrong(&format!(
                "{scheme}: is neither a folder nor http: nor https:"
            ))),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Http(url) => url.fmt(f),
        }
    }
}
