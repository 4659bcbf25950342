//! From an order to a pick: what the registry knows is handed to `surge_matching`, and
//! what comes back is kept as the explanation.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Api, StdResult, Storage, Uint128, Uint64};
use surge_interface::registry::{Order, Params, SimulationResponse, MAX_REPLICAS};
use surge_interface::{Explanation, Parts, Refusals, Scored, Weights, PPM};
use surge_matching::index::{Root, StoredDirectory};
use surge_matching::{judge, search, Found, Job, Limits, Market};

use crate::execute::bond::id_of;
use crate::execute::settings::check_weights;
use crate::index::{alive_since, class_of, load_node, market_key, Candidate};
use crate::state::{
    ClassRecord, MarketRecord, NODES, OPERATORS, OWNERS, PARAMS, REGIONS, ROUND_TRIPS,
};
use crate::ContractError;

/// An order with everything that is needed to judge nodes for it.
pub struct Request {
    pub params: Params,
    pub class: ClassRecord,
    pub market: MarketRecord,
    pub key: Market,
    pub pinned: Option<u32>,
    pub job: Job,
}

impl Request {
    /// Checks an order against the tables.
    pub fn read(
        storage: &dyn Storage,
        api: &dyn Api,
        now_secs: u64,
        order: Order,
    ) -> Result<Self, ContractError> {
        let params = PARAMS.load(storage)?;
        let denom = id_of(storage, &order.denom.check(api)?)?;
        let (class, market) = class_of(storage, order.class, denom)?;
        if order.need.of(class.leading) == 0 {
            return Err(ContractError::NothingNeeded {
                leading: class.leading,
            });
        }
        let weights = order.weights.unwrap_or(params.weights);
        check_weights(&weights)?;
        let requester_addr = api.addr_validate(&order.requester)?;
        let key = market_key(order.class, &market);
        let job = Job {
            market: key,
            leading: class.leading,
            reference: market.reference,
            need: order.need,
            reserved_secs: order.reserved_secs,
            max_price: order.max_price,
            collateral_bps: order.collateral_bps,
            weights,
            rtt_ms: round_trips(storage, &order.data.replicas)?,
            size_mib: order.data.size_mib,
            clean_ppm: clean_shares(storage, &weights)?,
            regions: allowed_regions(storage, &order)?,
            own: own_providers(storage, &requester_addr)?,
            declined: vec![],
            alive_since_secs: alive_since(&params, now_secs),
            time_scale_ms: params.time_scale_ms,
        };
        Ok(Self {
            params,
            class,
            market,
            key,
            pinned: order.pinned,
            job,
        })
    }

    /// The best node that a search finds, or the pinned one.
    pub fn find(&self, storage: &dyn Storage, root: &Root) -> Result<Found, ContractError> {
        if let Some(node) = self.pinned {
            return Ok(self.judge_one(storage, root, node)?.unwrap_or_default());
        }
        let directory = StoredDirectory::new(storage, root);
        let limits = Limits {
            rows: self.params.rows_cap,
            refused: self.params.refused_cap,
            evictions: self.params.evictions_per_search,
        };
        Ok(search(&directory, &self.job, root.virtual_time, &limits)?)
    }

    /// Judges a single node: pinned, or a runner-up. `None` when it is not in the index
    /// of this market.
    pub fn judge_one(
        &self,
        storage: &dyn Storage,
        root: &Root,
        node: u32,
    ) -> Result<Option<Found>, ContractError> {
        if !NODES.has(storage, node) {
            return Ok(None);
        }
        let (record, load) = load_node(storage, node)?;
        let spec = &record.spec;
        if load.row.is_none() || spec.class != self.key.class || spec.denom != self.key.denom {
            return Ok(None);
        }
        let row = self.candidate(node, &record).row(&load);
        Ok(Some(only(judge(&self.job, &row, root.virtual_time))))
    }

    /// The node with the tables of this request.
    pub fn candidate<'a>(
        &'a self,
        node: u32,
        record: &'a crate::state::NodeRecord,
    ) -> Candidate<'a> {
        Candidate {
            node,
            record,
            class: &self.class,
            market: &self.market,
        }
    }
}

/// The finding when one node alone was asked: nothing is known of the others.
fn only(judged: Result<Scored, surge_matching::Refusal>) -> Found {
    let mut found = Found {
        rows_read: 1,
        gap_ppm: PPM,
        ..Found::default()
    };
    match judged {
        Ok(scored) => {
            found.best_score = scored.score.u64();
            found.pick = Some(scored);
        }
        Err(refusal) => refusal.count(&mut found.refusals),
    }
    found
}

/// Round trip from the nearest replica to each region; empty without data.
fn round_trips(storage: &dyn Storage, replicas: &[u8]) -> Result<Vec<u16>, ContractError> {
    if replicas.len() > MAX_REPLICAS {
        return Err(ContractError::TooMany {
            what: "replicas",
            max: MAX_REPLICAS,
        });
    }
    let mut nearest: Vec<u16> = vec![];
    for region in replicas {
        let row = ROUND_TRIPS
            .may_load(storage, *region)?
            .map(Ok)
            .unwrap_or_else(|| {
                Err(ContractError::UnknownRegion {
                    region: *region,
                    count: REGIONS.load(storage)?.len(),
                })
            })?;
        if nearest.is_empty() {
            nearest = row;
        } else {
            nearest = nearest
                .into_iter()
                .zip(row)
                .map(|(before, now)| before.min(now))
                .collect();
        }
    }
    Ok(nearest)
}

/// Clean share of each region's energy; left out when it does not count.
fn clean_shares(storage: &dyn Storage, weights: &Weights) -> StdResult<Vec<u32>> {
    if weights.green == 0 {
        return Ok(vec![]);
    }
    let places = REGIONS.load(storage)?;
    Ok(places.into_iter().map(|place| place.clean_ppm).collect())
}

/// The regions that an order allows, as a mask.
fn allowed_regions(storage: &dyn Storage, order: &Order) -> Result<u64, ContractError> {
    if order.regions.is_empty() && order.jurisdictions.is_empty() {
        return Ok(u64::MAX);
    }
    let places = REGIONS.load(storage)?;
    if let Some(region) = order
        .regions
        .iter()
        .find(|region| usize::from(**region) >= places.len())
    {
        return Err(ContractError::UnknownRegion {
            region: *region,
            count: places.len(),
        });
    }
    let mut mask = 0u64;
    for (region, place) in (0u8..).zip(&places) {
        let named = order.regions.is_empty() || order.regions.contains(&region);
        let lawful =
            order.jurisdictions.is_empty() || order.jurisdictions.contains(&place.jurisdiction);
        if named && lawful {
            mask |= 1u64.checked_shl(region.into()).unwrap_or_default();
        }
    }
    if mask == 0 {
        return Err(ContractError::NoRegionAllowed);
    }
    Ok(mask)
}

/// Providers that the requester owns or operates.
fn own_providers(storage: &dyn Storage, requester_addr: &Addr) -> StdResult<Vec<u32>> {
    let owned = OWNERS.may_load(storage, requester_addr)?;
    let operated = OPERATORS.may_load(storage, requester_addr)?;
    Ok(owned.into_iter().chain(operated).collect())
}

/// Why nobody was found, in a sentence with what one can do.
pub fn reason(found: &Found) -> String {
    let refusals = &found.refusals;
    let names = [
        "too full",
        "silent",
        "too dear",
        "with too little free bond",
        "of the requester or of a provider that declined it",
        "that declined it",
    ];
    let causes: Vec<String> = refusals
        .to_array()
        .into_iter()
        .zip(names)
        .filter(|(count, _)| *count > 0)
        .map(|(count, cause)| format!("{count} {cause}"))
        .collect();
    if causes.is_empty() {
        return "no node of this class with enough room is online in the allowed regions: allow more regions, need less, or let the job wait".to_owned();
    }
    // Only what can help.
    let mut ways = vec![];
    if refusals.too_dear > 0 {
        ways.push("raise the deposit");
    }
    if refusals.no_room > 0 || refusals.bond_too_low > 0 {
        ways.push("need less");
    }
    ways.push("let the job wait");
    format!(
        "of {} nodes read none can take the job: {}; {}",
        found.rows_read,
        causes.join(", "),
        ways.join(" or ")
    )
}

/// An [`Explanation`] as it is stored: no names, no figures that follow from others.
#[cw_serde]
pub struct StoredExplanation {
    #[serde(rename = "t")]
    at_secs: u64,
    #[serde(rename = "w")]
    weights: [u32; 5],
    /// The pick, then the runners-up.
    #[serde(rename = "c")]
    candidates: Vec<StoredScored>,
    #[serde(rename = "b")]
    best_score: u64,
    #[serde(rename = "r")]
    refusals: [u16; 6],
    #[serde(rename = "n")]
    rows_read: u16,
    #[serde(rename = "e")]
    exact: bool,
    #[serde(rename = "g")]
    gap_ppm: u32,
}

/// Node, provider, region, parts, price and tag.
type StoredScored = (u32, u32, u8, [u32; 5], Uint128, u64);

impl StoredExplanation {
    /// What is kept of a finding with a pick.
    pub fn new(at_secs: u64, weights: &Weights, pick: &Scored, found: &Found) -> Self {
        let candidates = std::iter::once(pick).chain(&found.runners_up);
        Self {
            at_secs,
            weights: weights.to_array(),
            candidates: candidates.map(stored).collect(),
            best_score: found.best_score,
            refusals: found.refusals.to_array(),
            rows_read: found.rows_read,
            exact: found.exact,
            gap_ppm: found.gap_ppm,
        }
    }

    /// The nodes that were to take over, best first.
    pub fn runners_up(&self) -> impl Iterator<Item = u32> + '_ {
        self.candidates.iter().skip(1).map(|scored| scored.0)
    }

    /// The whole explanation.
    pub fn expand(&self, job: u64) -> Result<Explanation, ContractError> {
        let weights = Weights::from_array(self.weights);
        let mut candidates = vec![];
        for scored in &self.candidates {
            candidates.push(expanded(&weights, scored));
        }
        let runners_up = candidates.split_off(1.min(candidates.len()));
        Ok(Explanation {
            job,
            at_secs: self.at_secs,
            weights,
            pick: candidates
                .pop()
                .ok_or(ContractError::NotExplained { job })?,
            runners_up,
            best_score: Uint64::new(self.best_score),
            refusals: Refusals::from_array(self.refusals),
            rows_read: self.rows_read,
            exact: self.exact,
            gap_ppm: self.gap_ppm,
        })
    }
}

fn stored(scored: &Scored) -> StoredScored {
    (
        scored.node,
        scored.provider,
        scored.region,
        scored.parts.to_array(),
        scored.price,
        scored.tag.u64(),
    )
}

fn expanded(weights: &Weights, stored: &StoredScored) -> Scored {
    let (node, provider, region, parts, price, tag) = stored;
    let parts = Parts::from_array(*parts);
    Scored {
        node: *node,
        provider: *provider,
        region: *region,
        score: Uint64::new(surge_matching::weigh(weights, &parts)),
        parts,
        price: *price,
        tag: Uint64::new(*tag),
    }
}

/// What a simulation shows: the explanation that an assignment would keep.
pub fn simulated(now_secs: u64, weights: &Weights, mut found: Found) -> SimulationResponse {
    let Some(pick) = found.pick.take() else {
        return SimulationResponse::Nobody {
            reason: reason(&found),
        };
    };
    SimulationResponse::Match(Explanation {
        job: 0,
        at_secs: now_secs,
        weights: *weights,
        pick,
        runners_up: found.runners_up,
        best_score: Uint64::new(found.best_score),
        refusals: found.refusals,
        rows_read: found.rows_read,
        exact: found.exact,
        gap_ppm: found.gap_ppm,
    })
}

/// Rows of silent nodes that a search met.
pub fn silent_nodes(found: &Found) -> Vec<u32> {
    found.silent.iter().map(|row| row.key.node).collect()
}
