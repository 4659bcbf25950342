//! Joining, changing, draining and leaving.

use cosmwasm_std::{Addr, DepsMut, Order, Response, StdResult, Storage, Uint128};
use surge_interface::events::registry::{
    PayoutSet, ProviderRegistered, ProviderStatusChanged, ProviderUpdated,
};
use surge_interface::events::{done, Journal};
use surge_interface::raw::PROVIDERS;
use surge_interface::registry::{
    PendingPayout, ProviderRecord, ProviderStatus, MAX_NODES, MAX_TEXT,
};

use super::{bond, ensure_status, ensure_stays, load, node, owned, run_by};
use crate::state::{BONDS, CONFIG, COUNTERS, NODES_OF, OPERATORS, OWNERS, PARAMS, PROFILES};
use crate::{index, ContractError};

pub fn register(
    deps: DepsMut,
    owner_addr: Addr,
    operator_addr: Addr,
    payout_addr: Addr,
    profile_uri: &str,
) -> Result<Response, ContractError> {
    if !CONFIG.load(deps.storage)?.intake_open {
        return Err(ContractError::IntakeClosed);
    }
    ensure_no_owner(deps.storage, &owner_addr)?;
    // Whoever signs for itself need not care who else named it.
    if operator_addr != owner_addr {
        ensure_free(deps.storage, &operator_addr)?;
    }
    ensure_text("the profile URI", profile_uri)?;

    let mut counters = COUNTERS.load(deps.storage)?;
    counters.providers = counters.providers.saturating_add(1);
    COUNTERS.save(deps.storage, &counters)?;
    let provider = counters.providers;

    OWNERS.save(deps.storage, &owner_addr, &provider)?;
    OPERATORS.save(deps.storage, &operator_addr, &provider)?;
    PROFILES.save(deps.storage, provider, &profile_uri.to_owned())?;
    let record = ProviderRecord {
        owner: owner_addr.clone(),
        operator: operator_addr.clone(),
        payout: payout_addr.clone(),
        pending_payout: None,
        status: ProviderStatus::Active,
        nodes: 0,
    };
    PROVIDERS.save(deps.storage, provider, &record)?;

    let mut journal = Journal::default();
    journal.note(ProviderRegistered {
        provider,
        owner: owner_addr,
        operator: operator_addr,
        payout: payout_addr,
    });
    let response = done("register_provider").add_attribute("provider", provider.to_string());
    Ok(journal.close(deps.storage, response)?)
}

pub fn update(
    deps: DepsMut,
    sender_addr: &Addr,
    operator_addr: Option<Addr>,
    profile_uri: Option<&str>,
) -> Result<Response, ContractError> {
    let (provider, mut record) = owned(deps.storage, sender_addr)?;
    if let Some(operator_addr) = operator_addr.filter(|addr| *addr != record.operator) {
        if operator_addr != record.owner {
            ensure_free(deps.storage, &operator_addr)?;
        }
        forget_operator(deps.storage, provider, &record.operator)?;
        OPERATORS.save(deps.storage, &operator_addr, &provider)?;
        record.operator = operator_addr;
        PROVIDERS.save(deps.storage, provider, &record)?;
    }
    if let Some(profile_uri) = profile_uri {
        ensure_text("the profile URI", profile_uri)?;
        PROFILES.save(deps.storage, provider, &profile_uri.to_owned())?;
    }
    let mut journal = Journal::default();
    journal.note(ProviderUpdated {
        provider,
        operator: record.operator,
    });
    Ok(journal.close(deps.storage, done("update_provider"))?)
}

/// The owner may set an address while another still waits: the old one counts until the
/// new one's own wait is over, so a stolen cold key can be noticed.
pub fn set_payout(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    provider: Option<u32>,
    payout_addr: Addr,
) -> Result<Response, ContractError> {
    let (provider, mut record) = match provider {
        Some(provider) => (provider, owned_once(deps.storage, sender_addr, provider)?),
        None => owned(deps.storage, sender_addr)?,
    };
    let delay_secs = PARAMS.load(deps.storage)?.payout_delay_secs;
    let from_secs = now_secs.saturating_add(delay_secs);
    record.payout = record.payout_at(now_secs).clone();
    record.pending_payout = Some(PendingPayout {
        payout: payout_addr.clone(),
        from_secs,
    });
    PROVIDERS.save(deps.storage, provider, &record)?;
    let mut journal = Journal::default();
    journal.note(PayoutSet {
        provider,
        payout: payout_addr,
        from_secs,
    });
    Ok(journal.close(deps.storage, done("set_payout"))?)
}

pub fn drain(deps: DepsMut, sender_addr: &Addr) -> Result<Response, ContractError> {
    let (provider, record) = run_by(deps.storage, sender_addr)?;
    ensure_status(provider, &record, ProviderStatus::Active)?;
    for node in nodes_of(deps.storage, provider)? {
        index::hide(deps.storage, node)?;
    }
    set_status(deps, provider, record, ProviderStatus::Draining, "drain")
}

pub fn resume(deps: DepsMut, now_secs: u64, sender_addr: &Addr) -> Result<Response, ContractError> {
    let (provider, record) = run_by(deps.storage, sender_addr)?;
    ensure_status(provider, &record, ProviderStatus::Draining)?;
    for node in nodes_of(deps.storage, provider)? {
        index::show(deps.storage, now_secs, node)?;
    }
    set_status(deps, provider, record, ProviderStatus::Active, "resume")
}

pub fn leave(deps: DepsMut, now_secs: u64, sender_addr: &Addr) -> Result<Response, ContractError> {
    let (provider, mut record) = owned(deps.storage, sender_addr)?;
    ensure_stays(provider, &record)?;
    let mut journal = Journal::default();
    for node in nodes_of(deps.storage, provider)? {
        node::take_out(deps.storage, &mut journal, provider, node)?;
    }
    record.nodes = 0;
    let bonds = BONDS
        .prefix(provider)
        .range(deps.storage, None, None, Order::Ascending)
        .collect::<StdResult<Vec<_>>>()?;
    for (denom, bond) in bonds {
        if bond.free > Uint128::zero() {
            bond::start_unbonding(
                deps.storage,
                &mut journal,
                now_secs,
                provider,
                denom,
                bond.free,
            )?;
        }
    }
    record.status = ProviderStatus::Unbonding;
    if bond::is_gone(deps.storage, provider)? {
        forget_keys(deps.storage, provider, &record)?;
        record.status = ProviderStatus::Gone;
    }
    journal.note(ProviderStatusChanged {
        provider,
        status: status_name(record.status),
    });
    PROVIDERS.save(deps.storage, provider, &record)?;
    Ok(journal.close(deps.storage, done("leave"))?)
}

/// A provider that is gone frees its keys for a new registration. Its record stays: what
/// the escrow still owes goes to its payout address.
pub fn forget_keys(
    storage: &mut dyn Storage,
    provider: u32,
    record: &ProviderRecord,
) -> Result<(), ContractError> {
    OWNERS.remove(storage, &record.owner);
    forget_operator(storage, provider, &record.operator)
}

pub fn status_name(status: ProviderStatus) -> &'static str {
    match status {
        ProviderStatus::Active => "active",
        ProviderStatus::Draining => "draining",
        ProviderStatus::Unbonding => "unbonding",
        ProviderStatus::Gone => "gone",
    }
}

fn set_status(
    deps: DepsMut,
    provider: u32,
    mut record: ProviderRecord,
    status: ProviderStatus,
    action: &str,
) -> Result<Response, ContractError> {
    record.status = status;
    PROVIDERS.save(deps.storage, provider, &record)?;
    let mut journal = Journal::default();
    journal.note(ProviderStatusChanged {
        provider,
        status: status_name(status),
    });
    Ok(journal.close(deps.storage, done(action))?)
}

/// A provider that the sender owns, or owned when it left: its key may have another
/// registration since.
fn owned_once(
    storage: &dyn Storage,
    sender_addr: &Addr,
    provider: u32,
) -> Result<ProviderRecord, ContractError> {
    let record = load(storage, provider)?;
    if record.owner != *sender_addr {
        return Err(ContractError::NotProviderOwner {
            provider,
            sender: sender_addr.clone(),
        });
    }
    Ok(record)
}

/// At most [`MAX_NODES`], by the check in `node::add`.
fn nodes_of(storage: &dyn Storage, provider: u32) -> StdResult<Vec<u32>> {
    let cap = usize::try_from(MAX_NODES).unwrap_or(usize::MAX);
    NODES_OF
        .prefix(provider)
        .keys(storage, None, None, Order::Ascending)
        .take(cap)
        .collect()
}

fn ensure_no_owner(storage: &dyn Storage, address: &Addr) -> Result<(), ContractError> {
    match OWNERS.may_load(storage, address)? {
        None => Ok(()),
        Some(provider) => Err(ContractError::AddressTaken {
            address: address.clone(),
            provider,
        }),
    }
}

/// A hot key belongs to one provider, so that its word is about one provider's nodes.
fn ensure_free(storage: &dyn Storage, address: &Addr) -> Result<(), ContractError> {
    ensure_no_owner(storage, address)?;
    match OPERATORS.may_load(storage, address)? {
        None => Ok(()),
        Some(provider) => Err(ContractError::AddressTaken {
            address: address.clone(),
            provider,
        }),
    }
}

/// The entry may have gone to the address's own registration since.
fn forget_operator(
    storage: &mut dyn Storage,
    provider: u32,
    operator_addr: &Addr,
) -> Result<(), ContractError> {
    if OPERATORS.may_load(storage, operator_addr)? == Some(provider) {
        OPERATORS.remove(storage, operator_addr);
    }
    Ok(())
}

pub fn ensure_text(what: &'static str, text: &str) -> Result<(), ContractError> {
    if text.len() <= MAX_TEXT {
        return Ok(());
    }
    Err(ContractError::TextTooLong {
        what,
        len: text.len(),
        max: MAX_TEXT,
    })
}
