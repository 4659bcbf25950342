//! What the registry answers.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128, Uint64};
use cw_ownable::cw_ownable_query;

use super::{Class, Low, NodeSpec, Order, Params, ProviderRecord, Region};
use crate::{Denom, Explanation, Resources, TimeProfile};

/// Queries.
#[cw_ownable_query]
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// What was set at instantiation, and the state of intake.
    #[returns(ConfigResponse)]
    Config {},
    /// Parameters.
    #[returns(Params)]
    Params {},
    /// A provider by id.
    #[returns(ProviderResponse)]
    Provider {
        /// The provider.
        provider: u32,
    },
    /// A provider by its owner's or operator's address; the owner's comes first.
    #[returns(ProviderResponse)]
    ProviderOf {
        /// The address.
        address: String,
    },
    /// Providers in order of registration.
    #[returns(ProvidersResponse)]
    Providers {
        /// Continue after this one.
        start_after: Option<u32>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// A node by id.
    #[returns(NodeResponse)]
    Node {
        /// The node.
        node: u32,
    },
    /// Nodes in order of registration.
    #[returns(NodesResponse)]
    Nodes {
        /// Of this provider only.
        provider: Option<u32>,
        /// Continue after this one.
        start_after: Option<u32>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// All regions.
    #[returns(RegionsResponse)]
    Regions {},
    /// All classes.
    #[returns(ClassesResponse)]
    Classes {},
    /// All denominations by id.
    #[returns(DenomsResponse)]
    Denoms {},
    /// Which node would get this job now, and why. Changes nothing.
    #[returns(SimulationResponse)]
    SimulateMatch {
        /// What the job needs.
        order: Order,
    },
    /// Why a job went where it went.
    #[returns(Explanation)]
    ExplainMatch {
        /// The job.
        job: u64,
    },
    /// What is reserved for a running job.
    #[returns(ReservationResponse)]
    Reservation {
        /// The job.
        job: u64,
    },
    /// Tips that an account may fetch.
    #[returns(Uint128)]
    Tips {
        /// The account.
        account: String,
        /// Denomination by id.
        denom: u8,
    },
    /// What the registry holds against what it owes, per denomination.
    #[returns(InvariantResponse)]
    Invariant {},
}

/// See [`QueryMsg::Config`].
#[cw_serde]
pub struct ConfigResponse {
    /// The escrow contract.
    pub escrow: Addr,
    /// Bounds of all durations.
    pub profile: TimeProfile,
    /// Whether new providers and nodes are allowed.
    pub intake_open: bool,
    /// Number of the last event.
    pub seq: u64,
}

/// Bond of a provider in one denomination.
#[cw_serde]
pub struct BondResponse {
    /// Denomination by id.
    pub denom: u8,
    /// Bond that no node holds.
    pub free: Uint128,
    /// Bond that stands behind nodes, locked or not.
    pub at_nodes: Uint128,
    /// How low all of it stood before, see [`BondRecord::lowest_since`](super::BondRecord::lowest_since).
    pub lows: Vec<Low>,
}

/// Bond on its way out.
#[cw_serde]
pub struct Unbonding {
    /// Denomination by id.
    pub denom: u8,
    /// How much.
    pub amount: Uint128,
    /// From when it may be withdrawn.
    pub from_secs: u64,
}

/// See [`QueryMsg::Provider`].
#[cw_serde]
pub struct ProviderResponse {
    /// The provider.
    pub id: u32,
    /// Who it is.
    pub record: ProviderRecord,
    /// Where a description is.
    pub profile_uri: String,
    /// Bonds.
    pub bonds: Vec<BondResponse>,
    /// Bonds on their way out.
    pub unbondings: Vec<Unbonding>,
}

/// See [`QueryMsg::Providers`].
#[cw_serde]
pub struct ProvidersResponse {
    /// Id and record.
    pub providers: Vec<(u32, ProviderRecord)>,
}

/// See [`QueryMsg::Node`].
#[cw_serde]
pub struct NodeResponse {
    /// The node.
    pub id: u32,
    /// Its provider.
    pub provider: u32,
    /// Description.
    pub spec: NodeSpec,
    /// Reserved for running jobs.
    pub reserved: Resources,
    /// Kept back by its owner, according to the last heartbeat.
    pub withheld: Resources,
    /// Bond behind it.
    pub bond: Uint128,
    /// Part of the bond that is locked for running jobs.
    pub locked: Uint128,
    /// Sequence of the last heartbeat.
    pub seq: u32,
    /// Time of the last heartbeat.
    pub last_seen_secs: u64,
    /// Whether the last heartbeat is recent enough.
    pub live: bool,
    /// Whether a search can find it.
    pub indexed: bool,
    /// Running jobs.
    pub running: u32,
    /// Jobs paid.
    pub settled: u32,
    /// Jobs missed since paid work last made good all that was missed.
    pub strikes: u8,
    /// Worth of paid jobs until strikes go.
    pub missed: Uint128,
}

/// See [`QueryMsg::Nodes`].
#[cw_serde]
pub struct NodesResponse {
    /// The nodes.
    pub nodes: Vec<NodeResponse>,
}

/// See [`QueryMsg::Regions`].
#[cw_serde]
pub struct RegionsResponse {
    /// By id.
    pub regions: Vec<Region>,
}

/// See [`QueryMsg::Classes`].
#[cw_serde]
pub struct ClassesResponse {
    /// By id.
    pub classes: Vec<Class>,
}

/// See [`QueryMsg::Denoms`].
#[cw_serde]
pub struct DenomsResponse {
    /// By id.
    pub denoms: Vec<Denom>,
}

/// See [`QueryMsg::SimulateMatch`].
#[cw_serde]
pub enum SimulationResponse {
    /// This would be the explanation; its job is 0.
    Match(Explanation),
    /// Nobody could.
    Nobody {
        /// Why, in a sentence.
        reason: String,
    },
}

/// See [`QueryMsg::Reservation`].
#[cw_serde]
pub struct ReservationResponse {
    /// The node.
    pub node: u32,
    /// What is reserved.
    pub need: Resources,
    /// Bond locked.
    pub collateral: Uint128,
    /// Price of the job.
    pub price: Uint128,
}

/// See [`QueryMsg::Invariant`].
#[cw_serde]
pub struct InvariantResponse {
    /// One row per denomination.
    pub rows: Vec<RegistryMoney>,
    /// Whether the registry holds at least what it owes everywhere.
    pub holds: bool,
}

/// What the registry owes in one denomination.
#[cw_serde]
pub struct RegistryMoney {
    /// Denomination by id.
    pub denom: u8,
    /// Held according to the chain.
    pub balance: Uint128,
    /// All bonds: free, at nodes and unbonding.
    pub bonds: Uint128,
    /// Tips not fetched yet.
    pub tips: Uint128,
    /// The insurance kitty.
    pub kitty: Uint128,
}

/// A score as events and tables print it: from 0 to 1,000,000.
pub fn score_ppm(score: Uint64) -> u64 {
    score.u64().checked_div(1_000_000).unwrap_or_default()
}
