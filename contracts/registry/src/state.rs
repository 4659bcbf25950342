//! Every storage key of the registry. The matching index has raw keys of its own, see
//! `surge_matching::index`.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, OverflowError, Uint128};
use cw_storage_plus::{Item, Map};
use surge_interface::registry::{NodeSpec, Params, Unbonding};
use surge_interface::{Kind, Resources, TimeProfile, UnitPrices};

/// What was set at instantiation, and the state of intake.
#[cw_serde]
pub struct Config {
    pub escrow: Addr,
    pub profile: TimeProfile,
    pub intake_open: bool,
}

/// Ids given so far.
#[cw_serde]
#[derive(Default)]
pub struct Counters {
    pub providers: u32,
    pub nodes: u32,
}

/// A region without its distances.
#[cw_serde]
pub struct RegionRecord {
    pub name: String,
    pub jurisdiction: String,
    pub clean_ppm: u32,
}

/// A class with its markets.
#[cw_serde]
pub struct ClassRecord {
    pub name: String,
    pub leading: Kind,
    pub smallest: [u32; 5],
    pub markets: Vec<MarketRecord>,
}

/// A class in one denomination. A change of the reference prices starts a new generation
/// of the index, because rows are ordered by their price against the reference.
#[cw_serde]
pub struct MarketRecord {
    pub denom: u8,
    pub generation: u8,
    pub reference: UnitPrices,
    pub smallest_bond: Uint128,
    pub evict_tip: Uint128,
}

/// What seldom changes of a node.
#[cw_serde]
pub struct NodeRecord {
    pub provider: u32,
    pub spec: NodeSpec,
}

/// What changes with every job or heartbeat: short names, it is written often.
#[cw_serde]
#[derive(Default)]
pub struct Load {
    /// Reserved for running jobs.
    #[serde(rename = "r")]
    pub reserved: [u32; 5],
    /// Kept back by the owner, according to the last heartbeat.
    #[serde(rename = "w")]
    pub withheld: [u32; 5],
    /// Sequence of the last heartbeat.
    #[serde(rename = "s")]
    pub seq: u32,
    /// Time of the last heartbeat.
    #[serde(rename = "t")]
    pub last_seen_secs: u64,
    /// Virtual time for fair shares.
    #[serde(rename = "v")]
    pub virtual_time: u64,
    /// Bond behind the node.
    #[serde(rename = "b")]
    pub bond: Uint128,
    /// Part of it locked for running jobs.
    #[serde(rename = "l")]
    pub locked: Uint128,
    /// Running jobs.
    #[serde(rename = "n")]
    pub running: u32,
    /// Jobs paid.
    #[serde(rename = "d")]
    pub settled: u32,
    /// Jobs missed since `missed` was last zero.
    #[serde(rename = "x")]
    pub strikes: u8,
    /// Worth of jobs that were missed and not made good by paid ones since.
    #[serde(rename = "m", skip_serializing_if = "Uint128::is_zero", default)]
    pub missed: Uint128,
    /// Key of the node's row in the index, while it has one.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none", default)]
    pub row: Option<Binary>,
}

/// What a removed node leaves behind, so that adding it again wipes nothing out.
#[cw_serde]
#[derive(Default)]
pub struct Standing {
    pub virtual_time: u64,
    pub strikes: u8,
    #[serde(skip_serializing_if = "Uint128::is_zero", default)]
    pub missed: Uint128,
}

/// What a running job holds of its node. Its presence is what makes a release possible,
/// and its removal what makes a second one impossible.
#[cw_serde]
pub struct Reservation {
    #[serde(rename = "n")]
    pub node: u32,
    #[serde(rename = "r")]
    pub need: [u32; 5],
    #[serde(rename = "c")]
    pub collateral: Uint128,
    #[serde(rename = "p")]
    pub price: Uint128,
    /// What collateral, penalty and the node's turn are measured by: the price, at least
    /// what the class's reference prices come to.
    #[serde(rename = "k")]
    pub worth: Uint128,
    /// What the job added to the node's virtual time.
    #[serde(rename = "v")]
    pub work: u64,
    /// Penalty for missing the deadline, as it was when the node took the job.
    #[serde(rename = "x")]
    pub no_show_bps: u16,
    /// The reporter's part of it, of that day too.
    #[serde(rename = "t")]
    pub tip_bps: u16,
}

/// What the registry owes in one denomination.
#[cw_serde]
#[derive(Default)]
pub struct Money {
    /// All bonds: free, at nodes and unbonding.
    pub bonds: Uint128,
    /// Tips not fetched yet.
    pub tips: Uint128,
    /// The insurance kitty.
    pub kitty: Uint128,
}

/// Written by the owner; one record.
pub const CONFIG: Item<Config> = Item::new("config");
/// Written by the owner; one record.
pub const PARAMS: Item<Params> = Item::new("params");
/// Written when a provider or node joins; one record.
pub const COUNTERS: Item<Counters> = Item::new("counters");
/// Written by the owner; at most `MAX_DENOMS`; the position is the id. Others read it.
pub use surge_interface::raw::DENOMS;
/// Written by the owner; at most `MAX_REGIONS`; the position is the id.
pub const REGIONS: Item<Vec<RegionRecord>> = Item::new("regions");
/// region => round trip to each region by id; written by the owner; at most `MAX_REGIONS`.
pub const ROUND_TRIPS: Map<u8, Vec<u16>> = Map::new("rtt");
/// class => class; written by the owner; at most `MAX_CLASSES`.
pub const CLASSES: Map<u8, ClassRecord> = Map::new("classes");

/// owner => provider; written when one joins or is gone.
pub const OWNERS: Map<&Addr, u32> = Map::new("owners");
/// operator => provider; written when one joins, changes its operator or is gone.
pub const OPERATORS: Map<&Addr, u32> = Map::new("operators");
/// provider => where its description is; written by its owner.
pub const PROFILES: Map<u32, String> = Map::new("profiles");
/// (provider, denomination) => bond; written by bonding, nodes and slashes. Others read it.
pub use surge_interface::raw::BONDS;
/// provider => bonds on their way out; at most `MAX_UNBONDINGS` and one per denomination.
pub const UNBONDINGS: Map<u32, Vec<Unbonding>> = Map::new("unbondings");

/// node => description; written by its provider's owner.
pub const NODES: Map<u32, NodeRecord> = Map::new("nodes");
/// (provider, node) => nothing; at most `MAX_NODES` a provider.
pub const NODES_OF: Map<(u32, u32), ()> = Map::new("nodes_of");
/// removed node => provider, so that who declined a job is known for as long as the job
/// waits; one per removed node, never walked.
pub const FORMER: Map<u32, u32> = Map::new("former");
/// (provider, class, denomination) => the worst that removed nodes left; bounded by the
/// tables of classes and denominations.
pub const STANDINGS: Map<(u32, u8, u8), Standing> = Map::new("standing");
/// node => load; written by heartbeats and jobs.
pub const LOADS: Map<u32, Load> = Map::new("loads");
/// job => what it holds; written by the escrow's messages; only running jobs.
pub const RESERVATIONS: Map<u64, Reservation> = Map::new("held");
/// job => why it went where it went; written once per assignment, never walked.
pub const EXPLANATIONS: Map<u64, crate::pick::StoredExplanation> = Map::new("why");

/// denomination => what is owed; at most `MAX_DENOMS`. Others read `bonds`.
pub const MONEY: Map<u8, Money> = Map::new("money");
/// (account, denomination) => tips; written by reports, removed when fetched.
pub const TIPS: Map<(&Addr, u8), Uint128> = Map::new("tips");

impl Money {
    /// All that is owed.
    pub fn total(&self) -> Result<Uint128, OverflowError> {
        self.bonds.checked_add(self.tips)?.checked_add(self.kitty)
    }
}

impl Load {
    /// What a job may still reserve.
    pub fn free(&self, capacity: &Resources) -> Resources {
        capacity
            .saturating_sub(&Resources::from_array(self.reserved))
            .saturating_sub(&Resources::from_array(self.withheld))
    }

    /// Bond that no job has locked.
    pub fn free_bond(&self) -> Uint128 {
        self.bond.saturating_sub(self.locked)
    }
}
