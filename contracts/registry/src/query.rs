//! Answers.

use cosmwasm_std::{Addr, Deps, Order as Direction, StdResult, Uint128};
use cw_storage_plus::Bound;
use surge_interface::events::SEQ;
use surge_interface::page;
use surge_interface::raw::PROVIDERS;
use surge_interface::registry::{
    BondResponse, Class, ClassesResponse, ConfigResponse, DenomsResponse, InvariantResponse,
    Market, NodeResponse, NodesResponse, Order, Params, ProviderResponse, ProvidersResponse,
    Region, RegionsResponse, RegistryMoney, ReservationResponse, SimulationResponse, MAX_CLASSES,
};
use surge_interface::{Explanation, Resources};
use surge_matching::index::Root;

use crate::index::{alive_since, is_found, load_node};
use crate::pick::{simulated, Request};
use crate::state::{
    ClassRecord, BONDS, CLASSES, CONFIG, DENOMS, EXPLANATIONS, MONEY, NODES, NODES_OF, OPERATORS,
    OWNERS, PARAMS, PROFILES, REGIONS, RESERVATIONS, ROUND_TRIPS, TIPS, UNBONDINGS,
};
use crate::ContractError;

pub fn config(deps: Deps) -> Result<ConfigResponse, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    Ok(ConfigResponse {
        escrow: config.escrow,
        profile: config.profile,
        intake_open: config.intake_open,
        seq: SEQ.may_load(deps.storage)?.unwrap_or_default(),
    })
}

pub fn params(deps: Deps) -> StdResult<Params> {
    PARAMS.load(deps.storage)
}

pub fn provider(deps: Deps, provider: u32) -> Result<ProviderResponse, ContractError> {
    let record = PROVIDERS
        .may_load(deps.storage, provider)?
        .ok_or(ContractError::UnknownProvider { provider })?;
    let bonds = BONDS
        .prefix(provider)
        .range(deps.storage, None, None, Direction::Ascending)
        .map(|bond| {
            bond.map(|(denom, bond)| BondResponse {
                denom,
                free: bond.free,
                at_nodes: bond.at_nodes,
                lows: bond.lows,
            })
        })
        .collect::<StdResult<_>>()?;
    Ok(ProviderResponse {
        id: provider,
        record,
        profile_uri: PROFILES
            .may_load(deps.storage, provider)?
            .unwrap_or_default(),
        bonds,
        unbondings: UNBONDINGS
            .may_load(deps.storage, provider)?
            .unwrap_or_default(),
    })
}

pub fn provider_of(deps: Deps, address: &str) -> Result<ProviderResponse, ContractError> {
    let addr = deps.api.addr_validate(address)?;
    let id = match OWNERS.may_load(deps.storage, &addr)? {
        Some(id) => Some(id),
        None => OPERATORS.may_load(deps.storage, &addr)?,
    };
    provider(
        deps,
        id.ok_or(ContractError::NotAProvider { sender: addr })?,
    )
}

pub fn providers(
    deps: Deps,
    start_after: Option<u32>,
    limit: Option<u32>,
) -> Result<ProvidersResponse, ContractError> {
    let providers = PROVIDERS
        .range(
            deps.storage,
            start_after.map(Bound::exclusive),
            None,
            Direction::Ascending,
        )
        .take(page::limit(limit)?)
        .collect::<StdResult<_>>()?;
    Ok(ProvidersResponse { providers })
}

pub fn node(deps: Deps, now_secs: u64, node: u32) -> Result<NodeResponse, ContractError> {
    let (record, load) = load_node(deps.storage, node)?;
    let alive_since = alive_since(&PARAMS.load(deps.storage)?, now_secs);
    let indexed = is_found(deps.storage, &record, &load)?;
    Ok(NodeResponse {
        id: node,
        provider: record.provider,
        spec: record.spec,
        reserved: Resources::from_array(load.reserved),
        withheld: Resources::from_array(load.withheld),
        bond: load.bond,
        locked: load.locked,
        seq: load.seq,
        last_seen_secs: load.last_seen_secs,
        live: load.seq > 0 && load.last_seen_secs >= alive_since,
        indexed,
        running: load.running,
        settled: load.settled,
        strikes: load.strikes,
        missed: load.missed,
    })
}

pub fn nodes(
    deps: Deps,
    now_secs: u64,
    provider: Option<u32>,
    start_after: Option<u32>,
    limit: Option<u32>,
) -> Result<NodesResponse, ContractError> {
    let from = start_after.map(Bound::exclusive);
    let limit = page::limit(limit)?;
    let ids: Vec<u32> = match provider {
        Some(provider) => NODES_OF
            .prefix(provider)
            .keys(deps.storage, from, None, Direction::Ascending)
            .take(limit)
            .collect::<StdResult<_>>()?,
        None => NODES
            .keys(deps.storage, from, None, Direction::Ascending)
            .take(limit)
            .collect::<StdResult<_>>()?,
    };
    let nodes = ids
        .into_iter()
        .map(|id| node(deps, now_secs, id))
        .collect::<Result<_, _>>()?;
    Ok(NodesResponse { nodes })
}

pub fn regions(deps: Deps) -> Result<RegionsResponse, ContractError> {
    let mut regions = vec![];
    for (id, place) in (0u8..).zip(REGIONS.load(deps.storage)?) {
        regions.push(Region {
            name: place.name,
            jurisdiction: place.jurisdiction,
            clean_ppm: place.clean_ppm,
            rtt_ms: ROUND_TRIPS.load(deps.storage, id)?,
        });
    }
    Ok(RegionsResponse { regions })
}

pub fn classes(deps: Deps) -> Result<ClassesResponse, ContractError> {
    let classes = CLASSES
        .range(deps.storage, None, None, Direction::Ascending)
        .take(MAX_CLASSES.into())
        .map(|class| class.map(|(_, class)| public(class)))
        .collect::<StdResult<_>>()?;
    Ok(ClassesResponse { classes })
}

fn public(class: ClassRecord) -> Class {
    Class {
        name: class.name,
        leading: class.leading,
        smallest: Resources::from_array(class.smallest),
        markets: class
            .markets
            .into_iter()
            .map(|market| Market {
                denom: market.denom,
                reference: market.reference,
                smallest_bond: market.smallest_bond,
                evict_tip: market.evict_tip,
            })
            .collect(),
    }
}

pub fn denoms(deps: Deps) -> StdResult<DenomsResponse> {
    Ok(DenomsResponse {
        denoms: DENOMS.load(deps.storage)?,
    })
}

pub fn simulate_match(
    deps: Deps,
    now_secs: u64,
    order: Order,
) -> Result<SimulationResponse, ContractError> {
    let request = Request::read(deps.storage, deps.api, now_secs, order)?;
    let root = Root::load(deps.storage, request.key)?;
    let found = request.find(deps.storage, &root)?;
    Ok(simulated(now_secs, &request.job.weights, found))
}

pub fn explain_match(deps: Deps, job: u64) -> Result<Explanation, ContractError> {
    EXPLANATIONS
        .may_load(deps.storage, job)?
        .ok_or(ContractError::NotExplained { job })?
        .expand(job)
}

pub fn reservation(deps: Deps, job: u64) -> Result<ReservationResponse, ContractError> {
    let held = RESERVATIONS
        .may_load(deps.storage, job)?
        .ok_or(ContractError::NotReserved { job })?;
    Ok(ReservationResponse {
        node: held.node,
        need: Resources::from_array(held.need),
        collateral: held.collateral,
        price: held.price,
    })
}

pub fn tips(deps: Deps, account: &str, denom: u8) -> Result<Uint128, ContractError> {
    let account_addr = deps.api.addr_validate(account)?;
    Ok(TIPS
        .may_load(deps.storage, (&account_addr, denom))?
        .unwrap_or_default())
}

pub fn invariant(deps: Deps, self_addr: &Addr) -> Result<InvariantResponse, ContractError> {
    let mut rows = vec![];
    let mut holds = true;
    for (denom, listed) in (0u8..).zip(DENOMS.load(deps.storage)?) {
        let money = MONEY.may_load(deps.storage, denom)?.unwrap_or_default();
        let balance = listed.balance(&deps.querier, self_addr)?;
        let owed = money.total()?;
        holds = holds && balance >= owed;
        rows.push(RegistryMoney {
            denom,
            balance,
            bonds: money.bonds,
            tips: money.tips,
            kitty: money.kitty,
        });
    }
    Ok(InvariantResponse { rows, holds })
}
