//! Whose money it is. Every amount that the escrow holds stands in exactly one field of a
//! denomination's ledger.

use cosmwasm_std::{Addr, CosmosMsg, QuerierWrapper, Storage, Uint128};
use surge_interface::events::escrow::Withdrawn;
use surge_interface::events::Journal;
use surge_interface::{raw, Denom};

use crate::state::{Ledger, ACCOUNT_CREDITS, CONFIG, DENOMS, LEDGERS, PROVIDER_CREDITS};
use crate::ContractError;

impl Ledger {
    /// All that is owed.
    pub fn total(&self) -> Result<Uint128, ContractError> {
        Ok(self
            .jobs
            .checked_add(self.credits)?
            .checked_add(self.burn)?
            .checked_add(self.treasury)?
            .checked_add(self.insurance)?)
    }
}

/// The ledger of a denomination.
pub fn load(storage: &dyn Storage, denom: u8) -> Result<Ledger, ContractError> {
    Ok(LEDGERS.may_load(storage, denom)?.unwrap_or_default())
}

/// Credits an account; nothing is written for nothing. The ledger follows.
pub fn credit_account(
    storage: &mut dyn Storage,
    ledger: &mut Ledger,
    account_addr: &Addr,
    denom: u8,
    amount: Uint128,
) -> Result<(), ContractError> {
    if amount.is_zero() {
        return Ok(());
    }
    ledger.credits = ledger.credits.checked_add(amount)?;
    let key = (account_addr, denom);
    let before = ACCOUNT_CREDITS.may_load(storage, key)?.unwrap_or_default();
    Ok(ACCOUNT_CREDITS.save(storage, key, &before.checked_add(amount)?)?)
}

/// Credits a provider; nothing is written for nothing. The ledger follows.
pub fn credit_provider(
    storage: &mut dyn Storage,
    ledger: &mut Ledger,
    provider: u32,
    denom: u8,
    amount: Uint128,
) -> Result<(), ContractError> {
    if amount.is_zero() {
        return Ok(());
    }
    ledger.credits = ledger.credits.checked_add(amount)?;
    let key = (provider, denom);
    let before = PROVIDER_CREDITS.may_load(storage, key)?.unwrap_or_default();
    Ok(PROVIDER_CREDITS.save(storage, key, &before.checked_add(amount)?)?)
}

/// Takes an account's whole credit and answers the payment of it.
pub fn pay_account(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    ledger: &mut Ledger,
    account_addr: &Addr,
    denom: u8,
) -> Result<CosmosMsg, ContractError> {
    let key = (account_addr, denom);
    let amount = ACCOUNT_CREDITS
        .may_load(storage, key)?
        .ok_or(ContractError::NothingToWithdraw)?;
    ACCOUNT_CREDITS.remove(storage, key);
    ledger.credits = ledger.credits.checked_sub(amount)?;
    let listed = denom_of(storage, denom)?;
    let payment = listed.transfer(account_addr, amount)?;
    journal.note(Withdrawn {
        kind: "account",
        of: account_addr.to_string(),
        to: account_addr.clone(),
        denom: listed,
        amount,
    });
    Ok(payment)
}

/// Takes a provider's whole credit and answers its payment, with `more` that was never
/// credited, to the payout address that counts now.
#[allow(clippy::too_many_arguments)] // one for each thing that a payment touches
pub fn pay_provider(
    storage: &mut dyn Storage,
    querier: &QuerierWrapper,
    journal: &mut Journal,
    ledger: &mut Ledger,
    now_secs: u64,
    provider: u32,
    denom: u8,
    more: Uint128,
) -> Result<CosmosMsg, ContractError> {
    let key = (provider, denom);
    let mut amount = more;
    if let Some(credit) = PROVIDER_CREDITS.may_load(storage, key)? {
        PROVIDER_CREDITS.remove(storage, key);
        ledger.credits = ledger.credits.checked_sub(credit)?;
        amount = amount.checked_add(credit)?;
    }
    if amount.is_zero() {
        return Err(ContractError::NothingToWithdraw);
    }
    let registry_addr = CONFIG.load(storage)?.registry;
    let record = raw::provider(querier, &registry_addr, provider)?
        .ok_or(ContractError::UnknownProvider { provider })?;
    let payout_addr = record.payout_at(now_secs);
    let listed = denom_of(storage, denom)?;
    let payment = listed.transfer(payout_addr, amount)?;
    journal.note(Withdrawn {
        kind: "provider",
        of: provider.to_string(),
        to: payout_addr.clone(),
        denom: listed,
        amount,
    });
    Ok(payment)
}

/// The denomination with this id.
pub fn denom_of(storage: &dyn Storage, denom: u8) -> Result<Denom, ContractError> {
    DENOMS
        .load(storage)?
        .get(usize::from(denom))
        .cloned()
        .ok_or_else(|| ContractError::UnknownDenom {
            denom: surge_interface::UncheckedDenom::Native(format!("with id {denom}")),
        })
}

/// The id of a listed denomination.
pub fn id_of(storage: &dyn Storage, denom: &Denom) -> Result<u8, ContractError> {
    DENOMS
        .load(storage)?
        .iter()
        .position(|listed| listed == denom)
        .and_then(|id| u8::try_from(id).ok())
        .ok_or_else(|| ContractError::UnknownDenom {
            denom: denom.clone().into(),
        })
}
