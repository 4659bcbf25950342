use cosmwasm_std::HexBinary;
use thiserror::Error;

use crate::Market;

/// Why the index cannot be read or changed.
#[derive(Error, Clone, Debug, PartialEq, Eq)]
pub enum MatchError {
    /// Stored bytes that this code never writes.
    #[error("the stored {what} is corrupt: {bytes}")]
    Corrupt {
        /// Which record.
        what: &'static str,
        /// What is stored.
        bytes: HexBinary,
    },
    /// A row of one market was to be changed with the root of another.
    #[error("the row belongs to market {row:?}, the root to {root:?}")]
    OtherMarket {
        /// The row's.
        row: Market,
        /// The root's.
        root: Market,
    },
}

impl MatchError {
    pub(crate) fn corrupt(what: &'static str, bytes: &[u8]) -> Self {
        Self::Corrupt {
            what,
            bytes: bytes.into(),
        }
    }
}
