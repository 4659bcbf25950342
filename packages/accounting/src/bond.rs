use cosmwasm_std::Uint128;
use surge_interface::BPS;

use crate::{share, AccountingError};

/// Bond that a node locks for a job: `C = m · price` with m in basis points, rounded up.
pub fn collateral(price: Uint128, collateral_bps: u32) -> Result<Uint128, AccountingError> {
    price
        .checked_mul_ceil((Uint128::from(collateral_bps), Uint128::from(BPS)))
        .map_err(|_| AccountingError::Overflow {
            what: "the collateral",
        })
}

/// What a requester puts up to dispute a result: `dispute_bond_bps` of the price, rounded
/// up, so never nothing.
pub fn dispute_bond(price: Uint128, dispute_bond_bps: u16) -> Result<Uint128, AccountingError> {
    collateral(price, dispute_bond_bps.into())
}

/// Penalty of a node that missed a deadline: `no_show_bps` of the price, doubled for each
/// deadline it missed in a row before, at most half of the price and at most the
/// collateral.
pub fn no_show(
    price: Uint128,
    collateral: Uint128,
    strikes: u8,
    no_show_bps: u16,
) -> Result<Uint128, AccountingError> {
    let half = BPS / 2;
    let bps = 1u32
        .checked_shl(strikes.into())
        .and_then(|factor| factor.checked_mul(no_show_bps.into()))
        .unwrap_or(if no_show_bps == 0 { 0 } else { half.into() })
        .min(half.into());
    Ok(share(price, bps)?.min(collateral))
}
