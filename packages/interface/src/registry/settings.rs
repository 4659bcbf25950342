//! What the owner sets: parameters and tables.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

use crate::{Kind, Resources, TimeProfile, UnitPrices, Weights};

/// Parameters that the owner may change. A running job keeps its price, collateral,
/// penalty and tip; intervals, waits, weights and caps count for everybody from the change
/// on, within the bounds of the profile.
#[cw_serde]
pub struct Params {
    /// Weights of jobs that bring none. Sum 1,000,000.
    pub weights: Weights,
    /// Rows of fitting nodes that a search reads at most (K); at most [`MAX_ROWS`].
    pub rows_cap: u16,
    /// Rows of nodes that cannot take the job that a search reads at most; at most
    /// [`MAX_ROWS`]. A search that found nobody tries again, scattered over the cells.
    pub refused_cap: u16,
    /// T0 of the time score, in milliseconds: with data this far away it is one half.
    pub time_scale_ms: u32,
    /// Interval between heartbeats.
    pub heartbeat_secs: u64,
    /// A node is silent after this many intervals without a heartbeat.
    pub missed_heartbeats: u8,
    /// Wait before a bond leaves.
    pub unbonding_secs: u64,
    /// Wait before a new payout address counts.
    pub payout_delay_secs: u64,
    /// Silent nodes that one search takes out of the index at most.
    pub evictions_per_search: u8,
    /// Penalty for the first missed deadline, of the job's worth: its price, at least the
    /// reference price. It doubles with each further one, up to half of the worth and never
    /// above the collateral.
    pub no_show_bps: u16,
    /// Part of a penalty that goes to whoever reported it.
    pub tip_bps: u16,
}

impl Params {
    /// What a network starts with.
    pub const fn defaults(profile: TimeProfile) -> Self {
        let (heartbeat_secs, unbonding_secs, payout_delay_secs) = match profile {
            TimeProfile::Main => (300, 21 * 86_400, 3 * 86_400),
            TimeProfile::Dev => (10, 60, 10),
        };
        Self {
            weights: Weights::DEFAULT,
            rows_cap: 128,
            refused_cap: 128,
            time_scale_ms: 1_000,
            heartbeat_secs,
            missed_heartbeats: 3,
            unbonding_secs,
            payout_delay_secs,
            evictions_per_search: 8,
            no_show_bps: 500,
            tip_bps: 1_000,
        }
    }
}

/// A place with a known distance to every other.
#[cw_serde]
pub struct Region {
    /// Name, such as `eu-west`.
    pub name: String,
    /// Country whose law applies, ISO 3166-1 alpha-2.
    pub jurisdiction: String,
    /// Clean share of the grid's energy, in parts per million.
    pub clean_ppm: u32,
    /// Round trip to each region by id, the region itself included, in milliseconds.
    pub rtt_ms: Vec<u16>,
}

/// A kind of machine, such as a processor or a model family of GPUs.
#[cw_serde]
pub struct Class {
    /// Name, such as `cpu` or `gpu-a100`.
    pub name: String,
    /// The resource that every job needs; searches skip nodes with too little of it free.
    /// Never changes.
    pub leading: Kind,
    /// Smallest capacity of a node.
    pub smallest: Resources,
    /// The denominations in which nodes of this class may quote.
    pub markets: Vec<Market>,
}

/// A class in one denomination.
#[cw_serde]
pub struct Market {
    /// Id of the denomination.
    pub denom: u8,
    /// Price against which nodes are scored. Changing it empties the index of this
    /// market; nodes come back with their next heartbeat.
    pub reference: UnitPrices,
    /// Smallest bond of a node, and smallest free bond to be matched.
    pub smallest_bond: Uint128,
    /// What a silent node pays to whoever evicts it; at most a tenth of `smallest_bond`.
    pub evict_tip: Uint128,
}
