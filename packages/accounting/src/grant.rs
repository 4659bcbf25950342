use cosmwasm_std::Uint128;

use crate::{share, AccountingError};

/// What a claim grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// As far as the cap allows it.
    pub granted: Uint128,
    /// What the cap did not allow.
    pub carried: Uint128,
    /// Part of what is granted that is paid at once.
    pub instant: Uint128,
    /// The rest of it, which vests.
    pub vesting: Uint128,
}

/// Grants what is due, up to `allowed`, and splits it. The instant part is rounded down, so
/// the remainder vests.
pub fn grant(due: Uint128, allowed: Uint128, instant_bps: u16) -> Result<Grant, AccountingError> {
    let granted = due.min(allowed);
    let instant = share(granted, instant_bps.into())?;
    let vesting = granted
        .checked_sub(instant)
        .map_err(|_| AccountingError::MoreThanWhole {
            part: instant,
            whole: granted,
        })?;
    Ok(Grant {
        granted,
        carried: due.saturating_sub(granted),
        instant,
        vesting,
    })
}
