//! Which nodes a search can find: live, undrained nodes with room and bond.

use cosmwasm_std::{Binary, Storage, Uint128};
use surge_interface::raw::PROVIDERS;
use surge_interface::registry::{Params, ProviderStatus};
use surge_interface::{Resources, PPM};
use surge_matching::index::{self, Root};
use surge_matching::{Market, Node, Row, RowKey};

use crate::state::{ClassRecord, Load, MarketRecord, NodeRecord, CLASSES, LOADS, NODES, PARAMS};
use crate::ContractError;

/// Reputation of everybody until it is counted.
const NEUTRAL_PPM: u32 = PPM / 2;

/// A node with all that decides about its row.
pub struct Candidate<'a> {
    pub node: u32,
    pub record: &'a NodeRecord,
    pub class: &'a ClassRecord,
    pub market: &'a MarketRecord,
}

impl Candidate<'_> {
    /// The node's row for this load.
    pub fn row(&self, load: &Load) -> Row {
        let spec = &self.record.spec;
        Row::of(
            &Node {
                id: self.node,
                provider: self.record.provider,
                region: spec.region,
                bandwidth_tier: spec.bandwidth_tier,
                leading: self.class.leading,
                free: load.free(&spec.capacity),
                prices: spec.prices,
                reputation_ppm: NEUTRAL_PPM,
                clean_ppm: spec.clean_ppm,
                last_seen_secs: load.last_seen_secs,
                bond: load.bond,
                locked: load.locked,
                virtual_time: load.virtual_time,
            },
            market_key(spec.class, self.market),
            &self.market.reference,
        )
    }

    /// Whether a job could fit at all: something is free of each kind that the class asks
    /// for, and bond for the smallest job.
    fn has_room(&self, load: &Load) -> bool {
        let free = load.free(&self.record.spec.capacity).to_array();
        let kinds = self.class.smallest.iter().zip(free);
        kinds
            .into_iter()
            .all(|(smallest, free)| *smallest == 0 || free > 0)
            && load.free_bond() >= self.market.smallest_bond.max(Uint128::one())
    }

    /// Puts the node's row where its load says, or takes it away, and notes the key in the
    /// load. `root` is that of the candidate's market; the caller saves it and the load.
    pub fn place(
        &self,
        storage: &mut dyn Storage,
        root: &mut Root,
        load: &mut Load,
        eligible: bool,
    ) -> Result<(), ContractError> {
        let before = row_key(load)?;
        let after = (eligible && self.has_room(load)).then(|| self.row(load));
        let current = market_key(self.record.spec.class, self.market);
        match (&before, &after) {
            (Some(old), Some(new)) if old.market == current => {
                index::replace(storage, root, old, new)?;
            }
            (old, new) => {
                if let Some(old) = old {
                    take_out(storage, root, current, old)?;
                }
                if let Some(new) = new {
                    index::insert(storage, root, new)?;
                }
            }
        }
        load.row = after.map(|row| Binary::from(row.key.to_bytes().as_slice()));
        Ok(())
    }
}

/// Removes a row, which may be of an older generation of the market than `root`.
fn take_out(
    storage: &mut dyn Storage,
    root: &mut Root,
    current: Market,
    row: &RowKey,
) -> Result<(), ContractError> {
    if row.market == current {
        return Ok(index::remove(storage, root, row)?);
    }
    let mut older = Root::load(storage, row.market)?;
    index::remove(storage, &mut older, row)?;
    older.save(storage);
    Ok(())
}

fn row_key(load: &Load) -> Result<Option<RowKey>, ContractError> {
    Ok(load
        .row
        .as_ref()
        .map(|key| RowKey::from_bytes(key.as_slice()))
        .transpose()?)
}

/// Whether a search can find the node. Nobody reads rows of an older generation.
pub fn is_found(
    storage: &dyn Storage,
    record: &NodeRecord,
    load: &Load,
) -> Result<bool, ContractError> {
    let Some(row) = row_key(load)? else {
        return Ok(false);
    };
    let spec = &record.spec;
    let (_, market) = class_of(storage, spec.class, spec.denom)?;
    Ok(row.market == market_key(spec.class, &market))
}

/// The key of a class's market in the index.
pub fn market_key(class: u8, market: &MarketRecord) -> Market {
    Market {
        class,
        denom: market.denom,
        generation: market.generation,
    }
}

/// The class of a node and its market there.
pub fn class_of(
    storage: &dyn Storage,
    class: u8,
    denom: u8,
) -> Result<(ClassRecord, MarketRecord), ContractError> {
    let record = CLASSES
        .may_load(storage, class)?
        .ok_or(ContractError::UnknownClass { class })?;
    let market = record
        .markets
        .iter()
        .find(|market| market.denom == denom)
        .cloned()
        .ok_or(ContractError::NoMarket { class, denom })?;
    Ok((record, market))
}

/// Nodes last seen before this are silent.
pub fn alive_since(params: &Params, now_secs: u64) -> u64 {
    let silence_secs = params
        .heartbeat_secs
        .saturating_mul(params.missed_heartbeats.into());
    now_secs.saturating_sub(silence_secs)
}

/// Whether a node without a row may get one: its provider takes jobs and it is live.
pub fn is_eligible(
    storage: &dyn Storage,
    now_secs: u64,
    record: &NodeRecord,
    load: &Load,
) -> Result<bool, ContractError> {
    let active = PROVIDERS
        .may_load(storage, record.provider)?
        .is_some_and(|provider| provider.status == ProviderStatus::Active);
    Ok(active && load.last_seen_secs >= alive_since(&PARAMS.load(storage)?, now_secs))
}

/// Brings a node's row in line with a changed load and saves both.
pub fn refresh(
    storage: &mut dyn Storage,
    node: u32,
    record: &NodeRecord,
    load: &mut Load,
    eligible: bool,
) -> Result<(), ContractError> {
    let spec = &record.spec;
    let (class, market) = class_of(storage, spec.class, spec.denom)?;
    let key = market_key(spec.class, &market);
    let mut root = Root::load(storage, key)?;
    let candidate = Candidate {
        node,
        record,
        class: &class,
        market: &market,
    };
    candidate.place(storage, &mut root, load, eligible)?;
    root.save(storage);
    Ok(LOADS.save(storage, node, load)?)
}

/// Takes a node out of the index.
pub fn hide(storage: &mut dyn Storage, node: u32) -> Result<(), ContractError> {
    let mut load = LOADS.load(storage, node)?;
    if load.row.is_none() {
        return Ok(());
    }
    let record = NODES.load(storage, node)?;
    refresh(storage, node, &record, &mut load, false)
}

/// Lets searches find a node of a provider that takes jobs again.
pub fn show(storage: &mut dyn Storage, now_secs: u64, node: u32) -> Result<(), ContractError> {
    let mut load = LOADS.load(storage, node)?;
    let record = NODES.load(storage, node)?;
    let live = load.last_seen_secs >= alive_since(&PARAMS.load(storage)?, now_secs);
    refresh(storage, node, &record, &mut load, live)
}

/// The node with its load.
pub fn load_node(storage: &dyn Storage, node: u32) -> Result<(NodeRecord, Load), ContractError> {
    let record = NODES
        .may_load(storage, node)?
        .ok_or(ContractError::UnknownNode { node })?;
    Ok((record, LOADS.load(storage, node)?))
}

/// Adds to a vector of reserved resources.
pub fn reserve(reserved: &[u32; 5], need: &Resources) -> Option<[u32; 5]> {
    Some(
        Resources::from_array(*reserved)
            .checked_add(need)?
            .to_array(),
    )
}
