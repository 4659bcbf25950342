//! What a provider has earned: read and computed, nothing written. Claims and queries ask
//! the same.

use std::iter;

use cosmwasm_std::{Addr, Deps, Order, Storage, Uint128};
use cw_storage_plus::Bound;
use surge_accounting::{era_end, grant, open_gate, Gated, Grant, Yield};
use surge_interface::raw::{EscrowStore, RegistryStore};
use surge_interface::registry::BondRecord;
use surge_interface::rewards::Reward;

use crate::state::{Account, Config, Totals, INDICES, RULES};
use crate::ContractError;

/// A claim, computed.
pub struct Counted {
    /// The totals after it.
    pub totals: Totals,
    /// What it turned, when epochs were over.
    pub turned: Option<Turned>,
    /// The account after it.
    pub account: Account,
    /// What it grants and pays.
    pub reward: Reward,
    /// Where the minted part goes.
    pub payout_addr: Addr,
}

/// Epochs that were turned at once.
pub struct Turned {
    /// All bonds in the reward token.
    pub bonded: Uint128,
    /// The index at the start of each epoch with which the pool halved, and of the one
    /// after the last: between two of them it rises evenly.
    pub marks: Vec<(u64, Yield)>,
}

/// Turns the epochs that are over, in memory. Answers the totals then, and what was turned.
pub fn turn(
    storage: &dyn Storage,
    config: &Config,
    registry: &RegistryStore,
    now_secs: u64,
) -> Result<(Totals, Option<Turned>), ContractError> {
    let mut totals = Totals::load(storage)?;
    let epoch = config.epoch_at(now_secs);
    if epoch <= totals.epoch {
        return Ok((totals, None));
    }
    let bonded = registry.all_bonds(config.bond_denom)?;
    let params = RULES.load(storage)?.params;
    let mut marks = vec![];
    while totals.epoch < epoch {
        let from = totals.epoch;
        let to = era_end(config.cap, from)?.map_or(epoch, |end| end.min(epoch));
        let added =
            surge_accounting::turn(config.cap, bonded, &params, config.epoch_secs, from, to)?;
        totals.epoch = to;
        totals.index = totals.index.plus(added.rise)?;
        totals.released = totals.released.checked_add(added.released)?;
        totals.spare = totals.spare.checked_add(added.spare)?;
        marks.push((to, totals.index));
    }
    Ok((totals, Some(Turned { bonded, marks })))
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
    let (mut totals, turned) = turn(deps.storage, config, &registry, now_secs)?;
    let mut account = Account::load(deps.storage, provider)?;

    // For work.
    let work = given.work.checked_sub(account.work)?;
    account.work = given.work;

    // For bond, over whole epochs: the best that counts from the last claim on, or from a
    // rise since.
    let indices = Indices {
        storage: deps.storage,
        totals: &totals,
        marks: turned.as_ref().map_or(&[], |turned| &turned.marks),
    };
    let Counts {
        bond,
        from_epoch,
        mut earned,
    } = for_bond(&indices, config, account.epoch, &bond)?;
    let left = totals.released.checked_sub(totals.emitted)?;
    earned.base = earned.base.min(left);
    let base = earned.base;
    // More than the base only for what was burned, out of what is set aside for no bond.
    // What the bond does not allow yet stays open, and what it allows beyond that stays too.
    let open = given.gate.checked_sub(account.gate)?;
    let Gated { gated, room } = open_gate(open, account.room, earned, totals.spare)?;
    let emitted = base.checked_add(gated)?;
    account.epoch = totals.epoch;
    account.gate = account.gate.checked_add(gated)?;
    account.room = room;
    account.emission = account.emission.checked_add(emitted)?;
    totals.spare = totals.spare.checked_sub(gated)?;
    totals.emitted = totals.emitted.checked_add(emitted)?;

    // Within the cap of all time, part at once; the rest is carried, or vests.
    let due = work.checked_add(emitted)?.checked_add(account.carried)?;
    let mintable = config.cap.checked_sub(config.genesis)?;
    let allowed = mintable.checked_sub(totals.granted)?;
    let instant_bps = RULES.load(deps.storage)?.params.instant_bps;
    let Grant {
        granted,
        carried,
        instant,
        vesting,
    } = grant(due, allowed, instant_bps)?;
    account.carried = carried;
    totals.granted = totals.granted.checked_add(granted)?;

    // With what has vested of earlier grants.
    let mut buckets = account.take_vesting();
    let vested = buckets.release(config.bucket_at(now_secs))?;
    buckets.add(vesting)?;
    account.put_vesting(buckets);
    let minted = instant.checked_add(vested)?;
    account.minted = account.minted.checked_add(minted)?;
    totals.minted = totals.minted.checked_add(minted)?;

    Ok(Counted {
        turned,
        payout_addr: record.payout_at(now_secs).clone(),
        reward: Reward {
            work,
            base,
            bond,
            from_epoch,
            to_epoch: totals.epoch,
            gated,
            gate: open.checked_sub(gated)?,
            room,
            carried,
            granted,
            instant,
            vested,
        },
        totals,
        account,
    })
}

/// A bond over some epochs.
struct Counts {
    bond: Uint128,
    from_epoch: u64,
    earned: Yield,
}

/// What a bond earned: as low as it stood from the last claim on or, when that is more, from
/// the first whole epoch after one of its rises on. So nobody makes an old low count by
/// adding dust before a rise.
fn for_bond(
    indices: &Indices,
    config: &Config,
    claimed: u64,
    bond: &BondRecord,
) -> Result<Counts, ContractError> {
    let rises = bond.lows.iter();
    let rises = rises.map(|low| config.epoch_after(low.until_secs));
    let mut best = Counts {
        bond: Uint128::zero(),
        from_epoch: claimed,
        earned: Yield::default(),
    };
    for from in iter::once(claimed).chain(rises.filter(|epoch| *epoch > claimed)) {
        let lowest = bond.lowest_since(config.start_of(from))?;
        if lowest.is_zero() || from >= indices.totals.epoch {
            continue;
        }
        let earned = indices.totals.index.earned(lowest, indices.at(from)?)?;
        if earned > best.earned {
            best = Counts {
                bond: lowest,
                from_epoch: from,
                earned,
            };
        }
    }
    Ok(best)
}

/// The index at the start of epochs, with what was turned but is not stored yet.
struct Indices<'a> {
    storage: &'a dyn Storage,
    totals: &'a Totals,
    marks: &'a [(u64, Yield)],
}

impl Indices<'_> {
    /// At the start of an epoch. Between two known ones it rose evenly, because the later
    /// of them was turned at once with all before it and a halving is known too.
    fn at(&self, epoch: u64) -> Result<Yield, ContractError> {
        let before = match self.marks.iter().rev().find(|mark| mark.0 <= epoch) {
            Some(mark) => *mark,
            None => self
                .stored(None, Some(epoch), Order::Descending)?
                .unwrap_or_default(),
        };
        if before.0 == epoch {
            return Ok(before.1);
        }
        let after = match self.stored(Some(epoch), None, Order::Ascending)? {
            Some(mark) => mark,
            None => {
                let new = self.marks.iter().find(|mark| mark.0 >= epoch);
                new.copied()
                    .unwrap_or((self.totals.epoch, self.totals.index))
            }
        };
        Ok(Yield::between(before, after, epoch)?)
    }

    /// The first that is stored between two epochs, in this order.
    fn stored(
        &self,
        from: Option<u64>,
        to: Option<u64>,
        order: Order,
    ) -> Result<Option<(u64, Yield)>, ContractError> {
        let (from, to) = (from.map(Bound::inclusive), to.map(Bound::inclusive));
        let found = INDICES.range(self.storage, from, to, order).next();
        let mark = found.transpose()?;
        Ok(mark.map(|(epoch, (base, ceiling))| (epoch, Yield { base, ceiling })))
    }
}
