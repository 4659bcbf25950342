//! Bonds, the kitty and tips: all the money that the registry holds.

use cosmwasm_std::{Addr, DepsMut, Order, Response, StdResult, Storage, Uint128};
use surge_interface::events::registry::{
    BondWithdrawn, Bonded, KittyFunded, ProviderStatusChanged, TipsWithdrawn, UnbondingStarted,
};
use surge_interface::events::{done, Journal};
use surge_interface::raw::PROVIDERS;
use surge_interface::registry::{ProviderStatus, Unbonding, MAX_UNBONDINGS};
use surge_interface::Denom;

use super::provider::{forget_keys, status_name};
use super::{ensure_stays, load, owned};
use crate::state::{BONDS, DENOMS, MONEY, PARAMS, TIPS, UNBONDINGS};
use crate::ContractError;

pub fn add(
    deps: DepsMut,
    now_secs: u64,
    provider: u32,
    denom: &Denom,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let denom = id_of(deps.storage, denom)?;
    let record = load(deps.storage, provider)?;
    ensure_stays(provider, &record)?;
    let mut bond = BONDS
        .may_load(deps.storage, (provider, denom))?
        .unwrap_or_default();
    let before = bond.total()?;
    bond.free = bond.free.checked_add(amount)?;
    // A token may be sent in nothing at all; then the bond has not risen.
    if !amount.is_zero() {
        bond.rose(before, now_secs);
    }
    BONDS.save(deps.storage, (provider, denom), &bond)?;
    let mut money = MONEY.may_load(deps.storage, denom)?.unwrap_or_default();
    money.bonds = money.bonds.checked_add(amount)?;
    MONEY.save(deps.storage, denom, &money)?;

    let mut journal = Journal::default();
    journal.note(Bonded {
        provider,
        denom_id: denom,
        amount,
        total_bonds: money.bonds,
    });
    Ok(journal.close(deps.storage, done("bond"))?)
}

pub fn unbond(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    denom: u8,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let (provider, _) = owned(deps.storage, sender_addr)?;
    let open = UNBONDINGS
        .may_load(deps.storage, provider)?
        .unwrap_or_default();
    if open.len() >= MAX_UNBONDINGS {
        return Err(ContractError::TooMany {
            what: "unbondings on their way",
            max: MAX_UNBONDINGS,
        });
    }
    if amount.is_zero() {
        return Err(ContractError::NothingToWithdraw);
    }
    let mut journal = Journal::default();
    start_unbonding(
        deps.storage,
        &mut journal,
        now_secs,
        provider,
        denom,
        amount,
    )?;
    Ok(journal.close(deps.storage, done("unbond"))?)
}

/// Moves bond from free to waiting.
pub fn start_unbonding(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    now_secs: u64,
    provider: u32,
    denom: u8,
    amount: Uint128,
) -> Result<(), ContractError> {
    let mut bond = BONDS
        .may_load(storage, (provider, denom))?
        .unwrap_or_default();
    bond.free = bond
        .free
        .checked_sub(amount)
        .map_err(|_| ContractError::FreeBondTooLow {
            denom,
            free: bond.free,
            needed: amount,
        })?;
    bond.fell()?;
    BONDS.save(storage, (provider, denom), &bond)?;
    let from_secs = now_secs.saturating_add(PARAMS.load(storage)?.unbonding_secs);
    let mut open = UNBONDINGS.may_load(storage, provider)?.unwrap_or_default();
    open.push(Unbonding {
        denom,
        amount,
        from_secs,
    });
    UNBONDINGS.save(storage, provider, &open)?;
    journal.note(UnbondingStarted {
        provider,
        denom_id: denom,
        amount,
        from_secs,
    });
    Ok(())
}

pub fn withdraw(
    deps: DepsMut,
    now_secs: u64,
    provider: u32,
    denom: u8,
) -> Result<Response, ContractError> {
    let mut record = load(deps.storage, provider)?;
    let open = UNBONDINGS
        .may_load(deps.storage, provider)?
        .unwrap_or_default();
    let (ready, waiting): (Vec<_>, Vec<_>) = open
        .into_iter()
        .partition(|unbonding| unbonding.denom == denom && unbonding.from_secs <= now_secs);
    if ready.is_empty() {
        return Err(ContractError::NothingMatured {
            denom,
            next_secs: waiting
                .iter()
                .filter(|unbonding| unbonding.denom == denom)
                .map(|unbonding| unbonding.from_secs)
                .min()
                .unwrap_or_default(),
        });
    }
    UNBONDINGS.save(deps.storage, provider, &waiting)?;

    let mut amount = Uint128::zero();
    for unbonding in ready {
        amount = amount.checked_add(unbonding.amount)?;
    }
    let mut money = MONEY.load(deps.storage, denom)?;
    money.bonds = money.bonds.checked_sub(amount)?;
    MONEY.save(deps.storage, denom, &money)?;
    let denoms = DENOMS.load(deps.storage)?;
    let payment = known(&denoms, denom)?.transfer(&record.owner, amount)?;
    let mut journal = Journal::default();
    journal.note(BondWithdrawn {
        provider,
        denom_id: denom,
        amount,
        total_bonds: money.bonds,
    });
    if record.status == ProviderStatus::Unbonding && is_gone(deps.storage, provider)? {
        forget_keys(deps.storage, provider, &record)?;
        record.status = ProviderStatus::Gone;
        PROVIDERS.save(deps.storage, provider, &record)?;
        journal.note(ProviderStatusChanged {
            provider,
            status: status_name(record.status),
        });
    }
    Ok(journal.close(deps.storage, done("withdraw_bond").add_message(payment))?)
}

/// Whether a leaving provider has nothing left here.
pub fn is_gone(storage: &dyn Storage, provider: u32) -> StdResult<bool> {
    if UNBONDINGS
        .may_load(storage, provider)?
        .is_some_and(|open| !open.is_empty())
    {
        return Ok(false);
    }
    for bond in BONDS
        .prefix(provider)
        .range(storage, None, None, Order::Ascending)
    {
        let (_, bond) = bond?;
        if !bond.free.is_zero() || !bond.at_nodes.is_zero() {
            return Ok(false);
        }
    }
    Ok(true)
}

pub fn fund_kitty(
    deps: DepsMut,
    denom: &Denom,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let denom = id_of(deps.storage, denom)?;
    grow_kitty(deps, denom, amount, "fund_kitty")
}

pub fn sync(deps: DepsMut, self_addr: &Addr, denom: u8) -> Result<Response, ContractError> {
    let denoms = DENOMS.load(deps.storage)?;
    let held = known(&denoms, denom)?.balance(&deps.querier, self_addr)?;
    let money = MONEY.may_load(deps.storage, denom)?.unwrap_or_default();
    let owed = money.total()?;
    let surplus = held.saturating_sub(owed);
    if surplus.is_zero() {
        return Err(ContractError::NothingToSync);
    }
    grow_kitty(deps, denom, surplus, "sync")
}

fn grow_kitty(
    deps: DepsMut,
    denom: u8,
    amount: Uint128,
    action: &str,
) -> Result<Response, ContractError> {
    let mut money = MONEY.may_load(deps.storage, denom)?.unwrap_or_default();
    money.kitty = money.kitty.checked_add(amount)?;
    MONEY.save(deps.storage, denom, &money)?;
    let mut journal = Journal::default();
    journal.note(KittyFunded {
        denom_id: denom,
        amount,
        kitty: money.kitty,
    });
    Ok(journal.close(deps.storage, done(action))?)
}

/// Moves part of a node's bond to a reporter's tips and the rest to the kitty; the caller
/// takes both from the node. Answers the kitty.
pub fn pay_out_of_bond(
    storage: &mut dyn Storage,
    provider: u32,
    denom: u8,
    reporter_addr: Option<&Addr>,
    tip: Uint128,
    rest: Uint128,
) -> Result<Uint128, ContractError> {
    let amount = tip.checked_add(rest)?;
    let mut bond = BONDS.load(storage, (provider, denom))?;
    bond.at_nodes = bond.at_nodes.checked_sub(amount)?;
    bond.fell()?;
    BONDS.save(storage, (provider, denom), &bond)?;
    let mut money = MONEY.load(storage, denom)?;
    money.bonds = money.bonds.checked_sub(amount)?;
    money.tips = money.tips.checked_add(tip)?;
    money.kitty = money.kitty.checked_add(rest)?;
    MONEY.save(storage, denom, &money)?;
    if let Some(reporter_addr) = reporter_addr.filter(|_| !tip.is_zero()) {
        let tips = TIPS
            .may_load(storage, (reporter_addr, denom))?
            .unwrap_or_default();
        TIPS.save(storage, (reporter_addr, denom), &tips.checked_add(tip)?)?;
    }
    Ok(money.kitty)
}

pub fn withdraw_tips(
    deps: DepsMut,
    account_addr: Addr,
    denom: u8,
) -> Result<Response, ContractError> {
    let amount = TIPS
        .may_load(deps.storage, (&account_addr, denom))?
        .ok_or(ContractError::NothingToWithdraw)?;
    TIPS.remove(deps.storage, (&account_addr, denom));
    let mut money = MONEY.load(deps.storage, denom)?;
    money.tips = money.tips.checked_sub(amount)?;
    MONEY.save(deps.storage, denom, &money)?;
    let denoms = DENOMS.load(deps.storage)?;
    let payment = known(&denoms, denom)?.transfer(&account_addr, amount)?;
    let mut journal = Journal::default();
    journal.note(TipsWithdrawn {
        account: account_addr,
        denom_id: denom,
        amount,
    });
    Ok(journal.close(deps.storage, done("withdraw_tips").add_message(payment))?)
}

/// The id of a listed denomination.
pub fn id_of(storage: &dyn Storage, denom: &Denom) -> Result<u8, ContractError> {
    denom
        .id_in(&DENOMS.load(storage)?)
        .ok_or_else(|| ContractError::UnknownDenom {
            denom: denom.clone().into(),
        })
}

/// The denomination with this id.
pub fn known(denoms: &[Denom], denom: u8) -> Result<&Denom, ContractError> {
    denoms
        .get(usize::from(denom))
        .ok_or(ContractError::UnknownDenomId {
            denom,
            count: denoms.len(),
        })
}
