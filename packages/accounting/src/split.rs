use cosmwasm_std::{Uint128, Uint256};
use surge_interface::BPS;

use crate::AccountingError;

/// `amount · bps / 10,000`, rounded down. `bps` may exceed one whole.
pub fn share(amount: Uint128, bps: u32) -> Result<Uint128, AccountingError> {
    amount
        .checked_multiply_ratio(bps, BPS)
        .map_err(|_| AccountingError::Overflow { what: "a share" })
}

/// What becomes of a provider's pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Take {
    /// To the provider.
    pub provider: Uint128,
    /// To be burned.
    pub burn: Uint128,
    /// To the treasury.
    pub treasury: Uint128,
    /// To the insurance kitty.
    pub insurance: Uint128,
}

/// Splits a provider's pay. The take is rounded down, so its remainder is the provider's;
/// within the take burn and insurance are rounded down, so their remainder is the
/// treasury's. The four parts sum to `pay`.
pub fn take(
    pay: Uint128,
    take_bps: u16,
    burn_bps: u16,
    insurance_bps: u16,
) -> Result<Take, AccountingError> {
    let taken = share(pay, take_bps.into())?;
    let burn = share(taken, burn_bps.into())?;
    let insurance = share(taken, insurance_bps.into())?;
    Ok(Take {
        provider: less(pay, taken)?,
        burn,
        treasury: less(less(taken, burn)?, insurance)?,
        insurance,
    })
}

/// Money between the two sides of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// Pay of the provider, before the take.
    pub provider: Uint128,
    /// Back to the requester.
    pub requester: Uint128,
}

/// A requester cancels a job that runs: the provider gets the elapsed share of the
/// reserved time, rounded up, and `cancel_bps` of the price, never more than the price.
pub fn cancellation(
    price: Uint128,
    elapsed_secs: u64,
    reserved_secs: u64,
    cancel_bps: u16,
) -> Result<Division, AccountingError> {
    let overflow = AccountingError::Overflow {
        what: "the elapsed share",
    };
    let reserved_secs = reserved_secs.max(1);
    let product = price.full_mul(elapsed_secs.min(reserved_secs));
    let whole = Uint256::from(reserved_secs);
    let floor = product.checked_div(whole).map_err(|_| overflow)?;
    let exact = floor.checked_mul(whole) == Ok(product);
    let elapsed = Uint128::try_from(floor)
        .ok()
        .and_then(|floor| floor.checked_add(Uint128::from(u8::from(!exact))).ok())
        .ok_or(AccountingError::Overflow {
            what: "the elapsed share",
        })?;
    let provider = elapsed
        .checked_add(share(price, cancel_bps.into())?)
        .map_err(|_| AccountingError::Overflow {
            what: "the cancellation",
        })?
        .min(price);
    Ok(Division {
        provider,
        requester: less(price, provider)?,
    })
}

/// Divides a disputed price; the remainder of rounding is the requester's.
pub fn ruling(price: Uint128, provider_bps: u16) -> Result<Division, AccountingError> {
    let provider = share(price, provider_bps.into())?;
    Ok(Division {
        provider,
        requester: less(price, provider)?,
    })
}

/// What a requester pays whose job nobody took although `declines` nodes had it: never
/// more than what is held.
pub fn decline_fee(
    held: Uint128,
    declines: u8,
    decline_bps: u16,
) -> Result<Uint128, AccountingError> {
    let bps = u32::from(declines).saturating_mul(decline_bps.into());
    Ok(share(held, bps)?.min(held))
}

/// A deposit that is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refund {
    /// Back to who put it up.
    pub refunded: Uint128,
    /// What stays.
    pub forfeited: Uint128,
}

/// Divides a deposit of which a part stays. That part is rounded down, for who put it up.
pub fn refund(deposit: Uint128, forfeit_bps: u16) -> Result<Refund, AccountingError> {
    let forfeited = share(deposit, forfeit_bps.into())?;
    Ok(Refund {
        refunded: less(deposit, forfeited)?,
        forfeited,
    })
}

fn less(whole: Uint128, part: Uint128) -> Result<Uint128, AccountingError> {
    whole
        .checked_sub(part)
        .map_err(|_| AccountingError::MoreThanWhole { part, whole })
}
