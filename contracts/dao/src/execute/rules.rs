//! The DAO changes its own rules, and what its messages may not loosen.

use cosmwasm_std::{Addr, Api, Empty, StdResult, Storage, Uint128};
use surge_interface::bounds::{lasts, within};
use surge_interface::dao::{Class, Policy, Row, Settings, MAX_MESSAGE};
use surge_interface::events::dao::RulesChanged;
use surge_interface::events::Journal;
use surge_interface::{Denom, BPS};

use super::{at_most, Call};
use crate::state::{Config, Rules, ALLOWED, CONFIG, ROWS, RULES};
use crate::{ledger, policy, ContractError};

/// New rules of a class, for proposals from now on.
pub fn set_policy(
    call: &mut Call,
    journal: &mut Journal,
    class: Class,
    policy: &Policy,
) -> Result<(), ContractError> {
    ensure_within_reach(call, policy.deposit)?;
    let storage = &mut *call.deps.storage;
    let config = CONFIG.load(storage)?;
    policy::save(storage, config.profile, class, policy)?;
    policy::check_unstaking(storage, &config)?;
    journal.note(RulesChanged {
        what: "policy",
        of: class.name().to_owned(),
    });
    Ok(())
}

/// A new row of the table, for proposals from now on.
pub fn set_row(
    storage: &mut dyn Storage,
    api: &dyn Api,
    journal: &mut Journal,
    row: &Row,
) -> Result<(), ContractError> {
    save_row(storage, api, row)?;
    journal.note(RulesChanged {
        what: "row",
        of: format!("{} {}", row.contract, row.message),
    });
    Ok(())
}

/// New settings.
pub fn set_settings(
    call: &mut Call,
    journal: &mut Journal,
    settings: &Settings,
) -> Result<(), ContractError> {
    let storage = &mut *call.deps.storage;
    let config = CONFIG.load(storage)?;
    let before = RULES.load(storage)?.deposit_denom;
    save_settings(storage, call.deps.api, &config, settings)?;
    if RULES.load(storage)?.deposit_denom != before {
        let largest = policy::largest_deposit(storage)?;
        ensure_within_reach(call, largest)?;
    }
    journal.note(RulesChanged {
        what: "settings",
        of: "all".to_owned(),
    });
    Ok(())
}

/// Fails unless the DAO itself holds as much as a proposer would have to put up. If nobody
/// could, nobody would ever propose to change that. A policy's own proposer has put it up
/// here already, so this stops only what another vote has moved to other money since.
fn ensure_within_reach(call: &Call, deposit: Uint128) -> Result<(), ContractError> {
    if deposit.is_zero() {
        return Ok(());
    }
    let denom = RULES.load(call.deps.storage)?.deposit_denom;
    let balance = denom.balance(&call.deps.querier, &call.self_addr)?;
    if balance >= deposit {
        return Ok(());
    }
    Err(ContractError::DepositOutOfReach {
        denom: denom.into(),
        balance,
        deposit,
    })
}

/// Checks a row and answers its contract.
pub fn check_row(api: &dyn Api, row: &Row) -> Result<Addr, ContractError> {
    let contract_addr = api.addr_validate(&row.contract)?;
    if row.message.is_empty() {
        return Err(ContractError::Empty {
            what: "the message of a row",
        });
    }
    let len = row.message.len();
    at_most("the number of bytes of a message's name", len, MAX_MESSAGE)?;
    match row.class {
        Class::Spend | Class::Params | Class::Any => Ok(contract_addr),
        Class::Text | Class::Membership | Class::Policy | Class::Upgrade => {
            Err(ContractError::BadRow {
                class: row.class.name(),
            })
        }
    }
}

/// Checks and writes a row; `Any` is what holds without one.
pub fn save_row(storage: &mut dyn Storage, api: &dyn Api, row: &Row) -> Result<(), ContractError> {
    let contract_addr = check_row(api, row)?;
    let key = (&contract_addr, row.message.as_str());
    if row.class == Class::Any {
        ROWS.remove(storage, key);
        return Ok(());
    }
    Ok(ROWS.save(storage, key, &row.class)?)
}

/// Checks settings and answers them as they are stored.
pub fn check_settings(
    storage: &dyn Storage,
    api: &dyn Api,
    config: &Config,
    settings: &Settings,
) -> Result<Rules, ContractError> {
    let span = config.profile.bounds().min_age;
    lasts("min_age_secs", settings.min_age_secs, &span)?;
    within("forfeit_bps", settings.forfeit_bps.into(), 0, BPS.into())?;
    let deposit_denom = settings.deposit_denom.check(api)?;
    if let Denom::Cw20(token) = &deposit_denom {
        if ALLOWED.has(storage, token) {
            return Err(ContractError::AllowedToken {
                token: token.clone(),
            });
        }
    }
    Ok(Rules {
        min_age_secs: settings.min_age_secs,
        deposit_denom,
        forfeit_bps: settings.forfeit_bps,
    })
}

/// Checks and writes settings.
pub fn save_settings(
    storage: &mut dyn Storage,
    api: &dyn Api,
    config: &Config,
    settings: &Settings,
) -> Result<(), ContractError> {
    let rules = check_settings(storage, api, config, settings)?;
    Ok(RULES.save(storage, &rules)?)
}

/// Fails when the DAO holds, or may come to hold, this token for others. Whoever were
/// allowed to move it could take theirs later, when nothing checks what the DAO still holds.
pub fn ensure_not_owed(storage: &dyn Storage, token: &Addr) -> Result<(), ContractError> {
    let denom = Denom::Cw20(token.clone());
    let staked = CONFIG.load(storage)?.token.as_ref() == Some(token);
    let deposited = RULES.load(storage)?.deposit_denom == denom;
    if staked || deposited || !ledger::load(storage, &denom)?.total()?.is_zero() {
        return Err(ContractError::AllowanceOfOwed {
            token: token.clone(),
        });
    }
    Ok(())
}

/// Remembers that somebody may move this token from now on.
pub fn allow(storage: &mut dyn Storage, token: &Addr) -> StdResult<()> {
    ALLOWED.save(storage, token, &Empty {})
}
