//! What the DAO holds of others' money. Everything above that is its own.

use cosmwasm_std::{Addr, Order, QuerierWrapper, Storage, Uint128};
use surge_interface::Denom;

use crate::state::{Ledger, LEDGERS};
use crate::ContractError;

impl Ledger {
    /// All that is owed.
    pub fn total(&self) -> Result<Uint128, ContractError> {
        Ok(self.deposits.checked_add(self.stakes)?)
    }
}

/// The ledger of a denomination.
pub fn load(storage: &dyn Storage, denom: &Denom) -> Result<Ledger, ContractError> {
    Ok(LEDGERS
        .may_load(storage, &key_of(denom))?
        .unwrap_or_default())
}

/// Writes the ledger of a denomination.
pub fn save(
    storage: &mut dyn Storage,
    denom: &Denom,
    ledger: &Ledger,
) -> Result<(), ContractError> {
    Ok(LEDGERS.save(storage, &key_of(denom), ledger)?)
}

/// Every ledger with its denomination, in the order of their keys.
pub fn all(storage: &dyn Storage) -> Result<Vec<(Denom, Ledger)>, ContractError> {
    LEDGERS
        .range(storage, None, None, Order::Ascending)
        .map(|row| {
            let (key, ledger) = row?;
            Ok((denom_of(key)?, ledger))
        })
        .collect()
}

/// Fails unless the DAO holds what it owes, in every denomination in which it owes
/// something.
pub fn ensure_solvent(
    storage: &dyn Storage,
    querier: &QuerierWrapper,
    self_addr: &Addr,
) -> Result<(), ContractError> {
    for (denom, ledger) in all(storage)? {
        let owed = ledger.total()?;
        if owed.is_zero() {
            continue;
        }
        let balance = denom.balance(querier, self_addr)?;
        if balance < owed {
            return Err(ContractError::Insolvent {
                denom: denom.into(),
                balance,
                owed,
            });
        }
    }
    Ok(())
}

// A native denomination may contain slashes, so the first letters tell them apart.
const NATIVE: &str = "n/";
const CW20: &str = "c/";

fn key_of(denom: &Denom) -> String {
    match denom {
        Denom::Native(denom) => format!("{NATIVE}{denom}"),
        Denom::Cw20(token) => format!("{CW20}{token}"),
    }
}

fn denom_of(key: String) -> Result<Denom, ContractError> {
    if let Some(denom) = key.strip_prefix(NATIVE) {
        return Ok(Denom::Native(denom.to_owned()));
    }
    if let Some(token) = key.strip_prefix(CW20) {
        return Ok(Denom::Cw20(Addr::unchecked(token)));
    }
    Err(ContractError::BadLedger { key })
}
