use std::path::PathBuf;

/// Why something was not fetched or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The owner did not allow this address.
    #[error("{uri} is not fetched from here: {why}")]
    NotAllowed {
        /// The address.
        uri: String,
        /// Why not.
        why: String,
    },
    /// Nothing is there.
    #[error("{uri} is not there")]
    Missing {
        /// The address.
        uri: String,
    },
    /// More than may be read.
    #[error("{uri} has more than the {limit} bytes that are allowed")]
    TooLarge {
        /// The address.
        uri: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Other bytes than promised.
    #[error("{uri} has sha256 {found}, promised was {wanted}")]
    WrongHash {
        /// The address.
        uri: String,
        /// What it has.
        found: String,
        /// What it should have.
        wanted: String,
    },
    /// The host sends on to another address, which is never followed.
    #[error("{uri} sends on to {to}: redirects are not followed")]
    Redirect {
        /// The address.
        uri: String,
        /// Where it sends to.
        to: String,
    },
    /// No answer, or one that ended early.
    #[error("no file from {uri}: {reason}")]
    Unreachable {
        /// The address.
        uri: String,
        /// Why not.
        reason: String,
    },
    /// The HTTP store does not take it.
    #[error("{uri} was not kept: the store answered {status} {reason}")]
    Refused {
        /// The address.
        uri: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// A file or folder of this machine fails; the disk may be full.
    #[error("{}: {source}", path.display())]
    File {
        /// File or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// What was named as a place is none.
    #[error("{place:?} is no place for files: {why}")]
    Place {
        /// What was named.
        place: String,
        /// Why not.
        why: String,
    },
    /// The server cannot listen.
    #[error("cannot listen at {address}: {reason}")]
    Listen {
        /// Where.
        address: String,
        /// Why not.
        reason: String,
    },
}

impl Error {
    /// Whether trying again may help: nothing is wrong with the address itself or with what
    /// lies there.
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Unreachable { .. }
                | Self::File { .. }
                | Self::Refused { .. }
        )
    }
}
