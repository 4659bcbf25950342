//! What a provider has earned: read and computed, nothing written. Claims and queries ask
//! the same.

use std::iter;

use cosmwasm_std::{Addr, Deps, Order, Storage, Uint128};
use cw_storage_plus::Bound;
use surge_accounting::{earned, open_gate, share, AccountingError, Gated, INDEX as SCALE};
use surge_interface::raw::{EscrowStore, RegistryStore};
use surge_interface::registry::BondRecord;
use surge_interface::rewards::{Reward, HALVING_EPOCHS};

use crate::state::{Account, Config, Emission, INDEX, RULES};
use crate::ContractError;

/// A claim, computed.
pub struct Counted {
    /// The schedule after it.
    pub emission: Emission,
    /// What was booked, when epochs were over.
    pub booked: Option<Booked>,
    /// The account after it.
    pub account: Account,
    /// What it grants and pays.
    pub reward: Reward,
    /// Where the minted part goes.
    pub payout_addr: Addr,
}

/// The schedule with the epochs that are over.
pub struct Turned {
    /// As it stands then.
    pub emission: Emission,
    /// What was booked, when an epoch was over.
    pub booked: Option<Booked>,
}

/// Epochs that were booked at once.
pub struct Booked {
    /// All bonds in the reward token.
    pub bonded: Uint128,
    /// The indices at the start of each epoch with which the pool halved, and of the one
    /// after the last: between two of them they rise evenly.
    pub marks: Vec<(u64, (Uint128, Uint128))>,
}

/// Books the epochs that are over, in memory.
pub fn turn(
    storage: &dyn Storage,
    config: &Config,
    registry: &RegistryStore,
    now_secs: u64,
) -> Result<Turned, ContractError> {
    let mut emission = Emission::load(storage)?;
    let epoch = config.epoch_at(now_secs);
    if epoch <= emission.epoch {
        return Ok(Turned {
            emission,
            booked: None,
        });
    }
    let bonded = registry.all_bonds(config.bond_denom)?;
    let params = RULES.load(storage)?.params;
    let mut marks = vec![];
    while emission.epoch < epoch {
        let from = emission.epoch;
        let to = era_end(config.cap, from)?.map_or(epoch, |end| end.min(epoch));
        let added =
            surge_accounting::turn(config.cap, bonded, &params, config.epoch_secs, from, to)?;
        emission.epoch = to;
        emission.base = emission.base.checked_add(added.base)?;
        emission.ceiling = emission.ceiling.checked_add(added.ceiling)?;
        emission.released = emission.released.checked_add(added.released)?;
        // All that all bonds together can claim is set aside for them. Rounded up, since a
        // claim over many bookings rounds down only once.
        let set_aside = bonded
            .checked_mul_ceil((added.base, Uint128::new(SCALE)))
            .map_err(|_| AccountingError::Overflow {
                what: "the emission",
            })?;
        let spare = added.released.checked_sub(set_aside)?;
        emission.spare = emission.spare.checked_add(spare)?;
        marks.push((to, (emission.base, emission.ceiling)));
    }
    let booked = Some(Booked { bonded, marks });
    Ok(Turned { emission, booked })
}

/// When the pool of this epoch halves next; `None` when nothing is left of it.
fn era_end(cap: Uint128, epoch: u64) -> Result<Option<u64>, ContractError> {
    if surge_accounting::pool(cap, epoch)?.is_zero() {
        return Ok(None);
    }
    let era = epoch.checked_div(HALVING_EPOCHS).unwrap_or_default();
    Ok(era
        .checked_add(1)
        .and_then(|era| era.checked_mul(HALVING_EPOCHS)))
}

/// What a claim for this provider does now.
pub fn claim(
    deps: Deps,
    config: &Config,
    provider: u32,
    now_secs: u64,
) -> Result<Counted, ContractError> {
    let registry = RegistryStore::open(deps.querier, config.registry.clone())?;
    let record = registry
        .provider(provider)?
        .ok_or(ContractError::UnknownProvider { provider })?;
    let bond = registry.bond(provider, config.bond_denom)?;
    let escrow = EscrowStore::open(deps.querier, config.escrow.clone())?;
    let given = escrow.contribution(provider)?;
    let Turned {
        mut emission,
        booked,
    } = turn(deps.storage, config, &registry, now_secs)?;
    let mut account = Account::load(deps.storage, provider)?;

    // For work.
    let work = given.work.checked_sub(account.work)?;
    account.work = given.work;

    // For bond, over whole epochs: the best that counts from the last claim on, or from a
    // rise since.
    let indices = Indices {
        storage: deps.storage,
        emission: &emission,
        marks: booked.as_ref().map_or(&[], |booked| &booked.marks),
    };
    let (base, ceiling) = for_bond(&indices, config, account.epoch, &bond)?;
    let base = base.min(emission.released.checked_sub(emission.emitted)?);
    // More than the base only for what was burned, out of what is set aside for no bond.
    // What the bond does not allow yet stays open, and what it allows beyond that stays too.
    let open = given.gate.checked_sub(account.gate)?;
    let Gated { gated, room } = open_gate(open, account.room, base, ceiling, emission.spare)?;
    account.room = room;
    emission.spare = emission.spare.checked_sub(gated)?;
    let emitted = base.checked_add(gated)?;
    account.epoch = emission.epoch;
    account.gate = account.gate.checked_add(gated)?;
    account.emission = account.emission.checked_add(emitted)?;
    emission.emitted = emission.emitted.checked_add(emitted)?;

    // Within the cap of all time; the rest is carried.
    let due = work.checked_add(emitted)?.checked_add(account.carried)?;
    let allowed = config
        .cap
        .checked_sub(config.genesis)?
        .checked_sub(emission.granted)?;
    let granted = due.min(allowed);
    account.carried = due.checked_sub(granted)?;
    emission.granted = emission.granted.checked_add(granted)?;

    // Part at once, the rest over time.
    let params = RULES.load(deps.storage)?.params;
    let instant = share(granted, params.instant_bps.into())?;
    let mut vesting = account.take_vesting();
    let vested = vesting.release(config.bucket_at(now_secs))?;
    vesting.add(granted.checked_sub(instant)?)?;
    account.put_vesting(vesting);
    let minted = instant.checked_add(vested)?;
    account.minted = account.minted.checked_add(minted)?;
    emission.minted = emission.minted.checked_add(minted)?;

    Ok(Counted {
        booked,
        payout_addr: record.payout_at(now_secs).clone(),
        reward: Reward {
            work,
            base,
            gated,
            room,
            carried: account.carried,
            granted,
            instant,
            vested,
        },
        emission,
        account,
    })
}

/// What a bond earned by standing there, and what it could have earned at most: as low as it
/// stood from the last claim on or, when that is more, from the first whole epoch after one
/// of its rises on. So nobody makes an old low count by adding dust before a rise.
fn for_bond(
    indices: &Indices,
    config: &Config,
    claimed: u64,
    bond: &BondRecord,
) -> Result<(Uint128, Uint128), ContractError> {
    let rises = bond.lows.iter();
    let rises = rises.map(|low| config.epoch_after(low.until_secs));
    let mut best = (Uint128::zero(), Uint128::zero());
    for from in iter::once(claimed).chain(rises.filter(|epoch| *epoch > claimed)) {
        let lowest = bond.lowest_since(config.start_of(from))?;
        let emission = indices.emission;
        if lowest.is_zero() || from >= emission.epoch {
            continue;
        }
        let (base, ceiling) = indices.at(from)?;
        best = best.max((
            earned(lowest, emission.base.checked_sub(base)?)?,
            earned(lowest, emission.ceiling.checked_sub(ceiling)?)?,
        ));
    }
    Ok(best)
}

/// The indices at the start of epochs, with what was booked but is not stored yet.
struct Indices<'a> {
    storage: &'a dyn Storage,
    emission: &'a Emission,
    marks: &'a [(u64, (Uint128, Uint128))],
}

impl Indices<'_> {
    /// At the start of an epoch. Between two known ones they rose evenly, because the later
    /// of them was booked at once with all before it and a halving is known too. Rounded up,
    /// so that a rise from there is never too large.
    fn at(&self, epoch: u64) -> Result<(Uint128, Uint128), ContractError> {
        let stored = |order, min, max| {
            let mut range = INDEX.range(self.storage, min, max, order);
            range.next().transpose()
        };
        let at = Bound::inclusive(epoch);
        let new = self.marks.iter().rev().find(|mark| mark.0 <= epoch);
        let before = match new {
            Some(mark) => *mark,
            None => stored(Order::Descending, None, Some(at.clone()))?.unwrap_or_default(),
        };
        if before.0 == epoch {
            return Ok(before.1);
        }
        let new = self.marks.iter().find(|mark| mark.0 >= epoch).copied();
        let after = stored(Order::Ascending, Some(at), None)?.or(new);
        let now = (
            self.emission.epoch,
            (self.emission.base, self.emission.ceiling),
        );
        let after = after.unwrap_or(now);
        let (passed, all) = (
            epoch.saturating_sub(before.0),
            after.0.saturating_sub(before.0),
        );
        let between = |low: Uint128, high: Uint128| -> Result<Uint128, ContractError> {
            let rise = high.checked_sub(low)?;
            let part = rise.checked_mul_ceil((Uint128::from(passed), Uint128::from(all.max(1))));
            let part = part.map_err(|_| AccountingError::Overflow { what: "the index" })?;
            Ok(low.checked_add(part)?)
        };
        Ok((
            between(before.1 .0, after.1 .0)?,
            between(before.1 .1, after.1 .1)?,
        ))
    }
}
