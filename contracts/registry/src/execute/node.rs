//! Nodes: what they offer, whether they are alive.

use cosmwasm_std::{Addr, DepsMut, Response, Storage, Uint128};
use surge_interface::bounds::within;
use surge_interface::events::registry::{
    HeartbeatReceived, NodeAdded, NodeEvicted, NodeRemoved, NodeUpdated,
};
use surge_interface::events::{done, Journal};
use surge_interface::raw::PROVIDERS;
use surge_interface::registry::{
    NodeSpec, ProviderRecord, ProviderStatus, BANDWIDTH_TIERS_MBPS, MAX_EVICTIONS, MAX_NODES,
    MAX_SEQ_STEP,
};
use surge_interface::{Resources, UnitPrices, PPM};

use super::{bond, ensure_status, load, owned};
use crate::index::{self, alive_since, class_of, is_eligible, load_node};
use crate::state::{
    Load, NodeRecord, Standing, BONDS, CONFIG, COUNTERS, FORMER, LOADS, NODES, NODES_OF, PARAMS,
    REGIONS, STANDINGS,
};
use crate::ContractError;

/// What an owner may change of a node.
pub struct Changes {
    pub capacity: Option<Resources>,
    pub prices: Option<UnitPrices>,
    pub bond: Option<Uint128>,
    pub watts: Option<u32>,
    pub clean_ppm: Option<u32>,
}

pub fn add(
    deps: DepsMut,
    sender_addr: &Addr,
    spec: NodeSpec,
    bond: Uint128,
) -> Result<Response, ContractError> {
    if !CONFIG.load(deps.storage)?.intake_open {
        return Err(ContractError::IntakeClosed);
    }
    let (provider, mut record) = owned(deps.storage, sender_addr)?;
    ensure_status(provider, &record, ProviderStatus::Active)?;
    if record.nodes >= MAX_NODES {
        return Err(ContractError::TooMany {
            what: "nodes of a provider",
            max: usize::try_from(MAX_NODES).unwrap_or(usize::MAX),
        });
    }
    check_spec(deps.storage, &spec)?;
    check_bond(deps.storage, &spec, bond)?;
    allot(deps.storage, provider, spec.denom, Uint128::zero(), bond)?;

    let mut counters = COUNTERS.load(deps.storage)?;
    counters.nodes = counters.nodes.saturating_add(1);
    COUNTERS.save(deps.storage, &counters)?;
    let node = counters.nodes;
    record.nodes = record.nodes.saturating_add(1);
    PROVIDERS.save(deps.storage, provider, &record)?;
    NODES_OF.save(deps.storage, (provider, node), &())?;
    let standing = STANDINGS
        .may_load(deps.storage, (provider, spec.class, spec.denom))?
        .unwrap_or_default();
    let load = Load {
        bond,
        virtual_time: standing.virtual_time,
        strikes: standing.strikes,
        missed: standing.missed,
        ..Load::default()
    };
    LOADS.save(deps.storage, node, &load)?;

    let mut journal = Journal::default();
    journal.note(NodeAdded {
        node,
        provider,
        class: spec.class,
        region: spec.region,
        bond,
    });
    NODES.save(deps.storage, node, &NodeRecord { provider, spec })?;
    let response = done("add_node").add_attribute("node", node.to_string());
    Ok(journal.close(deps.storage, response)?)
}

pub fn update(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    node: u32,
    changes: Changes,
) -> Result<Response, ContractError> {
    let (mut record, mut load) = load_node(deps.storage, node)?;
    ensure_owner(deps.storage, record.provider, sender_addr)?;
    let spec = &mut record.spec;
    spec.capacity = changes.capacity.unwrap_or(spec.capacity);
    spec.prices = changes.prices.unwrap_or(spec.prices);
    spec.watts = changes.watts.unwrap_or(spec.watts);
    spec.clean_ppm = changes.clean_ppm.unwrap_or(spec.clean_ppm);
    check_spec(deps.storage, spec)?;
    let reserved = Resources::from_array(load.reserved);
    if !spec.capacity.covers(&reserved) {
        return Err(ContractError::CapacityReserved {
            capacity: spec.capacity,
            reserved,
        });
    }
    if let Some(bond) = changes.bond {
        check_bond(deps.storage, spec, bond)?;
        if bond < load.locked {
            return Err(ContractError::BondTooLow {
                denom: spec.denom,
                bond,
                needed: load.locked,
            });
        }
        let key = (record.provider, spec.class, spec.denom);
        carry_turn(deps.storage, key, &mut load, bond)?;
        allot(deps.storage, record.provider, spec.denom, load.bond, bond)?;
        load.bond = bond;
    }
    NODES.save(deps.storage, node, &record)?;
    let eligible = load.row.is_some() || is_eligible(deps.storage, now_secs, &record, &load)?;
    index::refresh(deps.storage, node, &record, &mut load, eligible)?;

    let mut journal = Journal::default();
    journal.note(NodeUpdated {
        node,
        bond: load.bond,
    });
    Ok(journal.close(deps.storage, done("update_node"))?)
}

/// Bond that moves takes its turn along: what a node gives up leaves its virtual time in the
/// provider's standing, what a node gets brings at least that. Otherwise one bond, moved
/// after each job to a node whose turn it still is, would be served as often as many.
fn carry_turn(
    storage: &mut dyn Storage,
    key: (u32, u8, u8),
    load: &mut Load,
    bond: Uint128,
) -> Result<(), ContractError> {
    let mut standing = STANDINGS.may_load(storage, key)?.unwrap_or_default();
    if bond > load.bond {
        load.virtual_time = load.virtual_time.max(standing.virtual_time);
    } else if load.virtual_time > standing.virtual_time {
        standing.virtual_time = load.virtual_time;
        STANDINGS.save(storage, key, &standing)?;
    }
    Ok(())
}

pub fn remove(deps: DepsMut, sender_addr: &Addr, node: u32) -> Result<Response, ContractError> {
    let (record, _) = load_node(deps.storage, node)?;
    let provider = record.provider;
    let mut owner = ensure_owner(deps.storage, provider, sender_addr)?;
    let mut journal = Journal::default();
    take_out(deps.storage, &mut journal, provider, node)?;
    owner.nodes = owner.nodes.saturating_sub(1);
    PROVIDERS.save(deps.storage, provider, &owner)?;
    Ok(journal.close(deps.storage, done("remove_node"))?)
}

/// Removes a node without jobs; its bond becomes the provider's again.
pub fn take_out(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    provider: u32,
    node: u32,
) -> Result<(), ContractError> {
    let (record, load) = load_node(storage, node)?;
    if load.running > 0 {
        return Err(ContractError::NodeBusy {
            node,
            running: load.running,
        });
    }
    index::hide(storage, node)?;
    let key = (provider, record.spec.class, record.spec.denom);
    let before = STANDINGS.may_load(storage, key)?.unwrap_or_default();
    let standing = Standing {
        virtual_time: before.virtual_time.max(load.virtual_time),
        strikes: before.strikes.max(load.strikes),
        missed: before.missed.max(load.missed),
    };
    STANDINGS.save(storage, key, &standing)?;
    allot(
        storage,
        provider,
        record.spec.denom,
        load.bond,
        Uint128::zero(),
    )?;
    NODES.remove(storage, node);
    LOADS.remove(storage, node);
    NODES_OF.remove(storage, (provider, node));
    FORMER.save(storage, node, &provider)?;
    journal.note(NodeRemoved {
        node,
        provider,
        bond: load.bond,
    });
    Ok(())
}

pub fn heartbeat(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    node: u32,
    seq: u32,
    free: Resources,
) -> Result<Response, ContractError> {
    let (record, mut load) = load_node(deps.storage, node)?;
    let provider = super::load(deps.storage, record.provider)?;
    if provider.operator != *sender_addr {
        return Err(ContractError::NotOperator {
            provider: record.provider,
            sender: sender_addr.clone(),
        });
    }
    if seq <= load.seq {
        return Err(ContractError::StaleHeartbeat {
            seq,
            last: load.seq,
        });
    }
    let step = seq.saturating_sub(load.seq);
    within(
        "the step of the heartbeat's sequence",
        step.into(),
        1,
        MAX_SEQ_STEP.into(),
    )?;
    load.seq = seq;
    load.last_seen_secs = now_secs;
    load.withheld = record
        .spec
        .capacity
        .saturating_sub(&Resources::from_array(load.reserved))
        .saturating_sub(&free)
        .to_array();
    let active = provider.status == ProviderStatus::Active;
    index::refresh(deps.storage, node, &record, &mut load, active)?;

    let mut journal = Journal::default();
    journal.note(HeartbeatReceived {
        node,
        heartbeat: seq,
        indexed: load.row.is_some(),
    });
    Ok(journal.close(deps.storage, done("heartbeat"))?)
}

pub fn evict(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: Addr,
    nodes: &[u32],
) -> Result<Response, ContractError> {
    if nodes.len() > MAX_EVICTIONS {
        return Err(ContractError::TooMany {
            what: "nodes in one eviction",
            max: MAX_EVICTIONS,
        });
    }
    let alive_since = alive_since(&PARAMS.load(deps.storage)?, now_secs);
    let mut journal = Journal::default();
    let mut evicted = 0u32;
    for node in nodes {
        let Some(mut load) = LOADS.may_load(deps.storage, *node)? else {
            continue;
        };
        if load.row.is_none() || load.last_seen_secs >= alive_since {
            continue;
        }
        let record = NODES.load(deps.storage, *node)?;
        let (_, market) = class_of(deps.storage, record.spec.class, record.spec.denom)?;
        let tip = market.evict_tip.min(load.free_bond());
        load.bond = load.bond.checked_sub(tip)?;
        bond::pay_out_of_bond(
            deps.storage,
            record.provider,
            record.spec.denom,
            Some(&sender_addr),
            tip,
            Uint128::zero(),
        )?;
        index::refresh(deps.storage, *node, &record, &mut load, false)?;
        journal.note(NodeEvicted {
            node: *node,
            denom_id: record.spec.denom,
            tip,
            reporter: sender_addr.to_string(),
        });
        evicted = evicted.saturating_add(1);
    }
    if evicted == 0 {
        return Err(ContractError::NobodySilent);
    }
    let response = done("evict").add_attribute("evicted", evicted.to_string());
    Ok(journal.close(deps.storage, response)?)
}

fn ensure_owner(
    storage: &dyn Storage,
    provider: u32,
    sender_addr: &Addr,
) -> Result<ProviderRecord, ContractError> {
    let record = load(storage, provider)?;
    if record.owner == *sender_addr {
        return Ok(record);
    }
    Err(ContractError::NotProviderOwner {
        provider,
        sender: sender_addr.clone(),
    })
}

fn check_spec(storage: &dyn Storage, spec: &NodeSpec) -> Result<(), ContractError> {
    let (class, _) = class_of(storage, spec.class, spec.denom)?;
    let smallest = Resources::from_array(class.smallest);
    if !spec.capacity.covers(&smallest) {
        return Err(ContractError::CapacityTooSmall {
            capacity: spec.capacity,
            smallest,
        });
    }
    if Resources::from_array(spec.prices.to_array().map(|price| u32::from(price > 0)))
        .of(class.leading)
        == 0
    {
        return Err(ContractError::NoPrice {
            leading: class.leading,
        });
    }
    let count = REGIONS.load(storage)?.len();
    if usize::from(spec.region) >= count {
        return Err(ContractError::UnknownRegion {
            region: spec.region,
            count,
        });
    }
    let tiers = u64::try_from(BANDWIDTH_TIERS_MBPS.len()).unwrap_or(u64::MAX);
    let tier = u64::from(spec.bandwidth_tier);
    let max = tiers.saturating_sub(1);
    within("bandwidth_tier", tier, 0, max)?;
    Ok(within("clean_ppm", spec.clean_ppm.into(), 0, PPM.into())?)
}

fn check_bond(storage: &dyn Storage, spec: &NodeSpec, bond: Uint128) -> Result<(), ContractError> {
    let (_, market) = class_of(storage, spec.class, spec.denom)?;
    if bond < market.smallest_bond {
        return Err(ContractError::BondTooLow {
            denom: spec.denom,
            bond,
            needed: market.smallest_bond,
        });
    }
    Ok(())
}

/// Changes what stands behind a node from `before` to `after`, out of or into the
/// provider's free bond.
fn allot(
    storage: &mut dyn Storage,
    provider: u32,
    denom: u8,
    before: Uint128,
    after: Uint128,
) -> Result<(), ContractError> {
    let mut bond = BONDS
        .may_load(storage, (provider, denom))?
        .unwrap_or_default();
    let free = bond.free.checked_add(before)?;
    bond.free = free
        .checked_sub(after)
        .map_err(|_| ContractError::FreeBondTooLow {
            denom,
            free,
            needed: after,
        })?;
    bond.at_nodes = bond.at_nodes.checked_sub(before)?.checked_add(after)?;
    Ok(BONDS.save(storage, (provider, denom), &bond)?)
}
