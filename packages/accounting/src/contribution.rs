use cosmwasm_std::Uint128;
use surge_interface::escrow::{Contribution, Params};

use crate::{share, AccountingError};

/// What burning for a job contributes by the job's parameters: κ · q · burned for work and
/// γ · burned for the gate, each share rounded down. Work that nobody accepted mints
/// nothing.
pub fn contribution(
    burned: Uint128,
    accepted: bool,
    params: &Params,
) -> Result<Contribution, AccountingError> {
    if !accepted {
        return Ok(Contribution {
            burned,
            ..Contribution::default()
        });
    }
    let at_best = share(burned, params.work_mint_bps.into())?;
    Ok(Contribution {
        burned,
        work: share(at_best, params.accepted_bps.into())?,
        gate: share(burned, params.gate_bps.into())?,
    })
}
