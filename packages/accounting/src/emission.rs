use cosmwasm_std::Uint128;
use surge_interface::rewards::{Params, EMISSION_BPS, HALVING_EPOCHS};
use surge_interface::BPS;

use crate::{share, AccountingError};

/// Scale of what a single base unit of bond earns.
pub const SCALE: u128 = 1_000_000_000_000_000_000;

/// Seconds of a year, in which the rates are given.
pub const YEAR_SECS: u64 = 365 * 86_400;

/// After so many halvings nothing is left of any pool of 128 bits.
const ERAS: u32 = 128;

/// What bond earns. As an index: what a single base unit of it has earned since the first
/// epoch, × [`SCALE`]. Of two the one with the larger base is larger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yield {
    /// By standing there.
    pub base: Uint128,
    /// At most, with what its provider burned.
    pub ceiling: Uint128,
}

impl Yield {
    /// What a bond earned while the index rose from `since` to this one. Rounded down.
    pub fn earned(self, bond: Uint128, since: Self) -> Result<Self, AccountingError> {
        let earned = |now: Uint128, since: Uint128| {
            let rise = now
                .checked_sub(since)
                .map_err(|_| AccountingError::MoreThanWhole {
                    part: since,
                    whole: now,
                })?;
            bond.checked_multiply_ratio(rise, SCALE)
                .map_err(|_| AccountingError::Overflow {
                    what: "the emission",
                })
        };
        Ok(Self {
            base: earned(self.base, since.base)?,
            ceiling: earned(self.ceiling, since.ceiling)?,
        })
    }

    /// The index at the start of an epoch between two at whose starts it is known, when it
    /// rose evenly from `before` to `after`. Rounded up, so that a rise from there is never
    /// too large.
    pub fn between(
        before: (u64, Self),
        after: (u64, Self),
        epoch: u64,
    ) -> Result<Self, AccountingError> {
        let passed = Uint128::from(epoch.saturating_sub(before.0));
        let all = Uint128::from(after.0.saturating_sub(before.0).max(1));
        let overflow = || AccountingError::Overflow { what: "the index" };
        let at = |low: Uint128, high: Uint128| {
            high.checked_sub(low)
                .ok()
                .and_then(|rise| rise.checked_mul_ceil((passed, all)).ok())
                .and_then(|part| low.checked_add(part).ok())
                .ok_or_else(overflow)
        };
        Ok(Self {
            base: at(before.1.base, after.1.base)?,
            ceiling: at(before.1.ceiling, after.1.ceiling)?,
        })
    }

    /// With what came to it.
    pub fn plus(self, more: Self) -> Result<Self, AccountingError> {
        Ok(Self {
            base: plus(self.base, more.base)?,
            ceiling: plus(self.ceiling, more.ceiling)?,
        })
    }
}

/// What some epochs add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// To the index.
    pub rise: Yield,
    /// To what the schedule has released.
    pub released: Uint128,
    /// To the part of it that no bond earns by standing there. What all bonds together may
    /// earn is set aside for them, rounded up, since one of them that counts the epochs of
    /// many turns rounds down only once.
    pub spare: Uint128,
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

/// What turning the epochs from `from` to the one before `to` adds while `bonded` stands in all of
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
        Uint128::new(SCALE)
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
        // Without a pool no later era has one either.
        let end = era_end(cap, epoch)?.map_or(to, |end| end.min(to));
        let pool = share(pool(cap, epoch)?, params.pool_bps.into())?;
        let epochs = Uint128::from(end.saturating_sub(epoch));
        let fair = pool
            .checked_multiply_ratio(SCALE, bonded.max(Uint128::one()))
            .unwrap_or(Uint128::MAX);
        turned.rise.base = add(turned.rise.base, fair.min(base_rate), epochs)?;
        turned.rise.ceiling = add(turned.rise.ceiling, ceiling_rate, epochs)?;
        turned.released = add(turned.released, pool, epochs)?;
        epoch = end;
    }
    let set_aside = bonded
        .checked_mul_ceil((turned.rise.base, Uint128::new(SCALE)))
        .map_err(|_| AccountingError::Overflow {
            what: "the emission",
        })?;
    turned.spare =
        turned
            .released
            .checked_sub(set_aside)
            .map_err(|_| AccountingError::MoreThanWhole {
                part: set_aside,
                whole: turned.released,
            })?;
    Ok(turned)
}

/// The epoch from which the pool of this one is halved next; `None` when nothing is left
/// of it.
pub fn era_end(cap: Uint128, epoch: u64) -> Result<Option<u64>, AccountingError> {
    if pool(cap, epoch)?.is_zero() {
        return Ok(None);
    }
    let era = epoch.checked_div(HALVING_EPOCHS).unwrap_or_default();
    Ok(era
        .checked_add(1)
        .and_then(|era| era.checked_mul(HALVING_EPOCHS)))
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
/// schedule. `room` is what earlier claims left of theirs, `bond` is what it earned in this
/// one. Since the room is carried, base and gated together stay within the sum of the
/// ceilings, and how often somebody claims changes nothing else.
pub fn open_gate(
    gate: Uint128,
    room: Uint128,
    bond: Yield,
    spare: Uint128,
) -> Result<Gated, AccountingError> {
    let room = room
        .checked_add(bond.ceiling.saturating_sub(bond.base))
        .map_err(|_| AccountingError::Overflow { what: "the room" })?;
    let gated = gate.min(room).min(spare);
    Ok(Gated {
        gated,
        room: room.saturating_sub(gated),
    })
}

fn add(sum: Uint128, each: Uint128, times: Uint128) -> Result<Uint128, AccountingError> {
    let overflow = |_| AccountingError::Overflow { what: "the index" };
    plus(sum, each.checked_mul(times).map_err(overflow)?)
}

fn plus(left: Uint128, right: Uint128) -> Result<Uint128, AccountingError> {
    left.checked_add(right)
        .map_err(|_| AccountingError::Overflow { what: "the index" })
}
