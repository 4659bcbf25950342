use cosmwasm_std::Uint128;
use surge_interface::{Resources, UnitPrices};

use crate::AccountingError;

/// Seconds of an hour times the millionths in which unit prices are given.
const UNIT: u128 = 3_600 * 1_000_000;

/// Price of `need` for `secs` seconds, in base units: `Σ price · need · secs / 3600 / 10⁶`,
/// rounded up once, so in favour of the provider by less than one base unit.
pub fn job_price(
    prices: &UnitPrices,
    need: &Resources,
    secs: u64,
) -> Result<Uint128, AccountingError> {
    let overflow = || AccountingError::Overflow { what: "the price" };
    let mut per_hour = 0u128;
    for (price, amount) in prices.to_array().into_iter().zip(need.to_array()) {
        per_hour = u128::from(price)
            .checked_mul(u128::from(amount))
            .and_then(|part| per_hour.checked_add(part))
            .ok_or_else(overflow)?;
    }
    per_hour
        .checked_mul(u128::from(secs))
        .map(|total| Uint128::new(total.div_ceil(UNIT)))
        .ok_or_else(overflow)
}
