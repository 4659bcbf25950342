//! What jobs cost, who gets it, what failing costs and what contributing mints. Values in,
//! values out: no storage, no clock. Everything is integer and checked; what rounding
//! leaves stays with the party named in each function.

mod bond;
mod contribution;
mod emission;
mod grant;
mod price;
mod split;
mod vesting;

pub use bond::{collateral, dispute_bond, no_show};
pub use contribution::contribution;
pub use emission::{era_end, open_gate, pool, turn, Gated, Turn, Yield, SCALE, YEAR_SECS};
pub use grant::{grant, Grant};
pub use price::job_price;
pub use split::{cancellation, decline_fee, refund, ruling, share, take, Division, Refund, Take};
pub use vesting::Vesting;

use cosmwasm_std::Uint128;
use thiserror::Error;

/// Why an amount cannot be computed.
#[derive(Error, Debug, PartialEq, Eq)]
pub enum AccountingError {
    /// The numbers are too large for 128 bits.
    #[error("{what} does not fit into 128 bits")]
    Overflow {
        /// Which amount.
        what: &'static str,
    },
    /// More would be paid out than there is.
    #[error("{part} of {whole} is more than the whole")]
    MoreThanWhole {
        /// The part.
        part: Uint128,
        /// The whole.
        whole: Uint128,
    },
}

#[cfg(test)]
mod tests;
