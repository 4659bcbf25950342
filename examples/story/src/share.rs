//! What becomes of a price, by the rules in words.

use surge_interface::escrow::Params;

/// The network's share of a price and its parts, in base units.
pub struct Share {
    /// All of it.
    pub take: u128,
    /// What of it is burned.
    pub burn: u128,
    /// What of it goes to the insurance kitty.
    pub insurance: u128,
}

impl Share {
    /// Of this price of one job that was paid in the reward token.
    pub fn of(price: u128, params: &Params) -> Self {
        let take = price * u128::from(params.take_bps) / 10_000;
        Self {
            take,
            burn: take * u128::from(params.burn_bps) / 10_000,
            insurance: take * u128::from(params.insurance_bps) / 10_000,
        }
    }

    /// What of it is the treasury's: the rest.
    pub fn treasury(&self) -> u128 {
        self.take - self.burn - self.insurance
    }
}
