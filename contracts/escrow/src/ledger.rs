//! Whose money it is. Every amount that the escrow holds stands in exactly one field of a
//! denomination's ledger.

use cosmwasm_std::{Addr, CosmosMsg, StdResult, Storage, Uint128};
use surge_interface::events::escrow::Withdrawn;
use surge_interface::events::Journal;
use surge_interface::raw::RegistryStore;
use surge_interface::Denom;

use crate::execute::Call;
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

/// Who a credit belongs to.
pub enum Creditor {
    /// A requester.
    Account(Addr),
    /// A provider; paid to the payout address that counts at the time.
    Provider(u32),
}

impl Creditor {
    fn credit(&self, storage: &dyn Storage, denom: u8) -> StdResult<Option<Uint128>> {
        match self {
            Self::Account(addr) => ACCOUNT_CREDITS.may_load(storage, (addr, denom)),
            Self::Provider(provider) => PROVIDER_CREDITS.may_load(storage, (*provider, denom)),
        }
    }

    fn forget(&self, storage: &mut dyn Storage, denom: u8) {
        match self {
            Self::Account(addr) => ACCOUNT_CREDITS.remove(storage, (addr, denom)),
            Self::Provider(provider) => PROVIDER_CREDITS.remove(storage, (*provider, denom)),
        }
    }

    fn save(&self, storage: &mut dyn Storage, denom: u8, credit: &Uint128) -> StdResult<()> {
        match self {
            Self::Account(addr) => ACCOUNT_CREDITS.save(storage, (addr, denom), credit),
            Self::Provider(provider) => PROVIDER_CREDITS.save(storage, (*provider, denom), credit),
        }
    }

    /// What the creditor may withdraw.
    pub fn owed(&self, storage: &dyn Storage, denom: u8) -> StdResult<Uint128> {
        Ok(self.credit(storage, denom)?.unwrap_or_default())
    }

    /// Credits an amount; nothing is written for nothing. The ledger follows.
    pub fn add(
        &self,
        storage: &mut dyn Storage,
        ledger: &mut Ledger,
        denom: u8,
        amount: Uint128,
    ) -> Result<(), ContractError> {
        if amount.is_zero() {
            return Ok(());
        }
        ledger.credits = ledger.credits.checked_add(amount)?;
        let credit = self.owed(storage, denom)?.checked_add(amount)?;
        Ok(self.save(storage, denom, &credit)?)
    }

    /// Takes the whole credit and answers its payment, with `more` that was never credited.
    pub fn pay(
        &self,
        call: &mut Call,
        journal: &mut Journal,
        ledger: &mut Ledger,
        denom: u8,
        more: Uint128,
    ) -> Result<CosmosMsg, ContractError> {
        let storage = &mut *call.deps.storage;
        let mut amount = more;
        if let Some(credit) = self.credit(storage, denom)? {
            self.forget(storage, denom);
            ledger.credits = ledger.credits.checked_sub(credit)?;
            amount = amount.checked_add(credit)?;
        }
        if amount.is_zero() {
            return Err(ContractError::NothingToWithdraw);
        }
        let (kind, of, to) = match self {
            Self::Account(addr) => ("account", addr.to_string(), addr.clone()),
            Self::Provider(provider) => {
                let registry_addr = CONFIG.load(storage)?.registry;
                let record = RegistryStore::open(call.deps.querier, registry_addr)?
                    .provider(*provider)?
                    .ok_or(ContractError::UnknownProvider {
                        provider: *provider,
                    })?;
                let payout_addr = record.payout_at(call.now_secs).clone();
                ("provider", provider.to_string(), payout_addr)
            }
        };
        let denom = denom_of(storage, denom)?;
        let payment = denom.transfer(&to, amount)?;
        journal.note(Withdrawn {
            kind,
            of,
            to,
            denom,
            amount,
        });
        Ok(payment)
    }
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
    denom
        .id_in(&DENOMS.load(storage)?)
        .ok_or_else(|| ContractError::UnknownDenom {
            denom: denom.clone().into(),
        })
}
