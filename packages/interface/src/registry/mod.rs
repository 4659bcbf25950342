//! The registry: who lends machines, and which machine gets a job.

mod job;
mod query;
mod record;
mod settings;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;
use cw20::Cw20ReceiveMsg;
use cw_ownable::cw_ownable_execute;

use crate::{Resources, TimeProfile, UncheckedDenom, UnitPrices};

pub use job::{AssignResponse, Assignment, Data, Order, Outcome};
pub use query::*;
pub use record::{
    BondRecord, Low, NodeSpec, PendingPayout, ProviderRecord, ProviderStatus, MAX_LOWS,
};
pub use settings::{Class, Market, Params, Region};

/// Most nodes of one provider.
pub const MAX_NODES: u32 = 32;
/// Most regions; region ids are below.
pub const MAX_REGIONS: u8 = 64;
/// Most classes.
pub const MAX_CLASSES: u8 = 32;
/// Most denominations.
pub const MAX_DENOMS: u8 = 16;
/// Most bytes of a profile URI and of a name.
pub const MAX_TEXT: usize = 256;
/// Most nodes in one eviction.
pub const MAX_EVICTIONS: usize = 100;
/// Most requests of unbonding that a provider may have open.
pub const MAX_UNBONDINGS: usize = 16;
/// Largest number of rows that a search may read, and of rows it may refuse.
pub const MAX_ROWS: u16 = 256;
/// Largest step of a heartbeat's sequence, so that a stolen hot key cannot use it up.
pub const MAX_SEQ_STEP: u32 = 1 << 20;
/// Most replicas of a job's data.
pub const MAX_REPLICAS: usize = 16;
/// Least speed of each bandwidth tier, in Mbit/s.
pub const BANDWIDTH_TIERS_MBPS: [u32; 4] = [10, 100, 1_000, 10_000];

/// What the registry is born with. The sender of the instantiation keeps no right.
#[cw_serde]
pub struct InstantiateMsg {
    /// May change parameters and tables: the network's DAO.
    pub owner: String,
    /// The escrow contract: alone may assign and release.
    pub escrow: String,
    /// Bounds of all durations, for good.
    pub profile: TimeProfile,
    /// Parameters.
    pub params: Params,
    /// Denominations; their position is their id.
    pub denoms: Vec<UncheckedDenom>,
    /// Regions; their position is their id. Round trips are given to the regions before
    /// and to the region itself, so the n-th has n + 1 of them.
    pub regions: Vec<Region>,
    /// Classes; their position is their id.
    pub classes: Vec<Class>,
}

/// Messages.
#[cw_ownable_execute]
#[cw_serde]
pub enum ExecuteMsg {
    /// Anybody joins as a provider; the sender becomes the cold owner.
    RegisterProvider {
        /// Hot key: heartbeats, results, declining. May be the owner.
        operator: String,
        /// Where earnings go; the owner when absent.
        payout: Option<String>,
        /// Where a description of the provider is.
        profile_uri: String,
    },
    /// The provider's owner changes its operator or profile.
    UpdateProvider {
        /// New hot key.
        operator: Option<String>,
        /// New description.
        profile_uri: Option<String>,
    },
    /// The provider's owner names a new payout address; it counts after the delay.
    SetPayout {
        /// The new address.
        payout: String,
        /// A provider that the sender owned when it left: rewards of one that is gone still
        /// vest. The sender's present one when absent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        provider: Option<u32>,
    },
    /// Anybody adds the native funds sent to a provider's bond.
    Bond {
        /// The provider.
        provider: u32,
    },
    /// The provider's owner starts to withdraw bond that no node holds.
    Unbond {
        /// Denomination by id.
        denom: u8,
        /// How much.
        amount: Uint128,
    },
    /// Anybody sends bond whose wait is over to the provider's owner. One denomination at
    /// a time, so that a token that refuses cannot hold back the others.
    WithdrawBond {
        /// The provider.
        provider: u32,
        /// Denomination by id.
        denom: u8,
    },
    /// Owner or operator: no new jobs for any node.
    Drain {},
    /// Owner or operator: jobs again.
    Resume {},
    /// The provider's owner leaves: nodes without jobs are removed, all bond unbonds.
    Leave {},
    /// The provider's owner adds a node.
    AddNode {
        /// Description.
        spec: NodeSpec,
        /// Part of the provider's bond that stands behind this node.
        bond: Uint128,
    },
    /// The provider's owner changes a node.
    UpdateNode {
        /// The node.
        node: u32,
        /// New capacity, not below what is reserved.
        capacity: Option<Resources>,
        /// New prices, for jobs to come.
        prices: Option<UnitPrices>,
        /// New part of the provider's bond, not below what is locked.
        bond: Option<Uint128>,
        /// New declared watts.
        watts: Option<u32>,
        /// New declared clean share.
        clean_ppm: Option<u32>,
    },
    /// The provider's owner removes a node without jobs; its bond becomes the provider's.
    RemoveNode {
        /// The node.
        node: u32,
    },
    /// The operator says that a node is alive and what is free on it.
    Heartbeat {
        /// The node.
        node: u32,
        /// Higher than in the last heartbeat, by at most [`MAX_SEQ_STEP`].
        seq: u32,
        /// What is free beside the network's jobs. Lowers what is matched, never raises
        /// it above capacity less reserved.
        free: Resources,
    },
    /// Anybody takes silent nodes out of the index, for a tip each from their bond.
    Evict {
        /// Nodes; at most [`MAX_EVICTIONS`]. Those that are not silent are skipped.
        nodes: Vec<u32>,
    },
    /// The escrow asks for a node. Answers [`AssignResponse`].
    Assign {
        /// The job.
        job: u64,
        /// What it needs.
        order: Order,
    },
    /// The escrow asks for another node after the one that had the job declined it: a
    /// stored runner-up that still can, or a new search. Answers [`AssignResponse`].
    Reassign {
        /// The job.
        job: u64,
        /// What it needs; `max_price` is what the escrow still holds.
        order: Order,
        /// Nodes that declined.
        declined: Vec<u32>,
    },
    /// The escrow says that a job ended; capacity and collateral become free.
    Release {
        /// The job.
        job: u64,
        /// How it ended.
        outcome: Outcome,
    },
    /// Anybody frees the capacity of a job whose result was delivered; the collateral stays
    /// locked until the job ends. Without it a node would stand idle through the review.
    Vacate {
        /// The job.
        job: u64,
    },
    /// Anybody adds the native funds sent to the insurance kitty.
    FundKitty {},
    /// Anybody sends a reporter's tips to it.
    WithdrawTips {
        /// Who earned them.
        account: String,
        /// Denomination by id.
        denom: u8,
    },
    /// Anybody books coins that came without a message to the kitty.
    Sync {
        /// Denomination by id.
        denom: u8,
    },
    /// A cw20 token moved here; `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// The owner changes parameters.
    UpdateParams {
        /// All of them.
        params: Params,
    },
    /// The owner adds a region (id = number of regions) or changes one.
    SetRegion {
        /// Which.
        id: u8,
        /// All of it; round trips to every region up to and including this one.
        region: Region,
    },
    /// The owner adds a class (id = number of classes) or changes one.
    SetClass {
        /// Which.
        id: u8,
        /// All of it. The leading resource stays, markets may be added and changed.
        class: Class,
    },
    /// The owner adds a denomination. Only tokens known to move exactly what they say.
    AddDenom {
        /// The denomination.
        denom: UncheckedDenom,
    },
    /// The owner stops or allows new providers and nodes. Everything else goes on.
    SetIntake {
        /// Whether new ones are allowed.
        open: bool,
    },
}

/// What a cw20 token is sent for.
#[cw_serde]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::Bond`].
    Bond {
        /// The provider.
        provider: u32,
    },
    /// As [`ExecuteMsg::FundKitty`].
    FundKitty {},
}

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}
