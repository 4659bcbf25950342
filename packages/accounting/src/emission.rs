use cosmwasm_std::Uint128;
use surge_interface::rewards::{Params, EMISSION_BPS, HALVING_EPOCHS};
use surge_interface::BPS;

use crate::{share, AccountingError};

/// Scale of the indices: what a base unit of bond earned, × 10¹⁸.
pub const INDEX: u128 = 1_000_000_000_000_000_000;

/// Seconds of a year, in which the rates are given.
pub const YEAR_SECS: u64 = 365 * 86_400;

/// After so many halvings nothing is left of any pool of 128 bits.
const ERAS: u32 = 128;

/// What some epochs add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// To what a base unit of bond earned by standing there, × 10¹⁸.
    pub base: Uint128,
    /// To what it could have earned at most, × 10¹⁸.
    pub ceiling: Uint128,
    /// To what the schedule has released.
    pub released: Uint128,
}

/// The schedule's pool of an epoch: `cap · 1/10` in all of time, halved every
/// [`HALVING_EPOCHS`], so that an epoch of the first era releases `cap/10 / (2 · 730)`.
pub fn pool(cap: Uint128, epoch: u64) -> Result<Uint128, AccountingError> {
    let era = epoch.checked_div(HALVING_EPOCHS).unwrap_or_default();
    let era = u32::try_from(era).unwrap_or(ERAS);
    let first = share(cap, EMISSION_BPS.into())?
        .u128()
        .checked_div(u128::from(HALVING_EPOCHS).saturating_mul(2))
        .unwrap_or_default();
    Ok(Uint128::new(first.checked_shr(era).unwrap_or_default()))
}

/// What the epochs from `from` to the one before `to` add while `bonded` stands in all of
/// them: per epoch a base unit of bond earns `min(pool / bonded, Y0 · epoch / year)`, and
/// at most `Y · epoch / year`. Rounded down. At most one step per era, [`ERAS`] of them.
pub fn turn(
    cap: Uint128,
    bonded: Uint128,
    params: &Params,
    epoch_secs: u64,
    from: u64,
    to: u64,
) -> Result<Turn, AccountingError> {
    let rate = |bps: u16| {
        Uint128::new(INDEX)
            .checked_multiply_ratio(
                u128::from(bps).saturating_mul(epoch_secs.into()),
                u128::from(BPS).saturating_mul(YEAR_SECS.into()),
            )
            .map_err(|_| AccountingError::Overflow { what: "the index" })
    };
    let (base_rate, ceiling_rate) = (rate(params.base_bps)?, rate(params.ceiling_bps)?);
    let mut turned = Turn::default();
    let mut epoch = from;
    while epoch < to {
        let pool = share(pool(cap, epoch)?, params.pool_bps.into())?;
        let era_end = epoch
            .checked_div(HALVING_EPOCHS)
            .and_then(|era| era.checked_add(1)?.checked_mul(HALVING_EPOCHS))
            .unwrap_or(to);
        // Without a pool no later era has one either.
        let end = if pool.is_zero() { to } else { era_end.min(to) };
        let epochs = Uint128::from(end.saturating_sub(epoch));
        let fair = pool
            .checked_multiply_ratio(INDEX, bonded.max(Uint128::one()))
            .unwrap_or(Uint128::MAX);
        turned = Turn {
            base: add(turned.base, fair.min(base_rate), epochs)?,
            ceiling: add(turned.ceiling, ceiling_rate, epochs)?,
            released: add(turned.released, pool, epochs)?,
        };
        epoch = end;
    }
    Ok(turned)
}

/// What burning adds to the base of a bond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gated {
    /// How much.
    pub gated: Uint128,
    /// What the ceilings so far allowed and nothing used.
    pub room: Uint128,
}

/// As much of the open gate as there is room for under the ceilings and as is spare in the
/// schedule. `room` is what earlier claims left of theirs, `base` and `ceiling` are of this
/// one. Since the room is carried, base and gated together stay within the sum of the
/// ceilings, and how often somebody claims changes nothing else.
pub fn open_gate(
    gate: Uint128,
    room: Uint128,
    base: Uint128,
    ceiling: Uint128,
    spare: Uint128,
) -> Result<Gated, AccountingError> {
    let room = room
        .checked_add(ceiling.saturating_sub(base))
        .map_err(|_| AccountingError::Overflow { what: "the room" })?;
    let gated = gate.min(room).min(spare);
    Ok(Gated {
        gated,
        room: room.saturating_sub(gated),
    })
}

/// What a bond earned while an index rose by `rise`, rounded down.
pub fn earned(bond: Uint128, rise: Uint128) -> Result<Uint128, AccountingError> {
    bond.checked_multiply_ratio(rise, INDEX)
        .map_err(|_| AccountingError::Overflow {
            what: "the emission",
        })
}

fn add(sum: Uint128, each: Uint128, times: Uint128) -> Result<Uint128, AccountingError> {
    each.checked_mul(times)
        .and_then(|more| sum.checked_add(more))
        .map_err(|_| AccountingError::Overflow { what: "the index" })
}
