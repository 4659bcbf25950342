//! The registry: who lends machines, and which machine gets a job.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, StdResult, Uint128, Uint64};
use cw20::Cw20ReceiveMsg;
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

use crate::{
    Denom, Explanation, Kind, Resources, TimeProfile, UncheckedDenom, UnitPrices, Weights,
};

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
    /// Penalty for the first missed deadline, of the job's stake: its price, at least the
    /// reference price. It doubles with each further one, up to half of the stake and never
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

/// A node as its owner describes it.
#[cw_serde]
pub struct NodeSpec {
    /// Class by id.
    pub class: u8,
    /// Denomination by id, one that the class has a market in.
    pub denom: u8,
    /// Region by id, declared.
    pub region: u8,
    /// Bandwidth tier by position in [`BANDWIDTH_TIERS_MBPS`].
    pub bandwidth_tier: u8,
    /// What the node lends at most.
    pub capacity: Resources,
    /// What it asks.
    pub prices: UnitPrices,
    /// Watts at full load, declared.
    pub watts: u32,
    /// Clean share of its energy in parts per million, declared.
    pub clean_ppm: u32,
}

/// Where a job's data lies.
#[cw_serde]
#[derive(Default)]
pub struct Data {
    /// Regions that hold a copy; none when the job has no data.
    pub replicas: Vec<u8>,
    /// Size in MiB.
    pub size_mib: u64,
}

/// What a job needs from a node.
#[cw_serde]
pub struct Order {
    /// Who pays. Its own nodes are not picked.
    pub requester: String,
    /// Class by id.
    pub class: u8,
    /// Denomination of payment.
    pub denom: UncheckedDenom,
    /// What is reserved.
    pub need: Resources,
    /// For how long.
    pub reserved_secs: u64,
    /// Highest price of the whole job.
    pub max_price: Uint128,
    /// Where the data lies.
    pub data: Data,
    /// Weights of this job; the network's when absent.
    pub weights: Option<Weights>,
    /// Allowed regions by id; empty allows all.
    pub regions: Vec<u8>,
    /// Allowed jurisdictions; empty allows all.
    pub jurisdictions: Vec<String>,
    /// The one node that may take the job, when the requester named one.
    pub pinned: Option<u32>,
    /// Collateral as a share of the stake: the price, at least the reference price.
    pub collateral_bps: u32,
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

/// How a job ended, as far as its node is concerned.
#[cw_serde]
pub enum Outcome {
    /// Paid.
    Settled,
    /// Without fault: cancelled, declined or decided for the requester.
    Closed,
    /// Decided wholly against the provider: costs as much as a missed deadline, all of it
    /// for the kitty.
    Faulted,
    /// The deadline passed without a result.
    NoShow {
        /// Who reported it.
        reporter: String,
    },
}

/// Answer to an assignment. No node is an answer, not an error: the escrow decides
/// whether the job waits.
#[cw_serde]
pub enum AssignResponse {
    /// A node took the job.
    Assigned(Assignment),
    /// None could.
    Nobody {
        /// The job.
        job: u64,
        /// Why, in a sentence.
        reason: String,
    },
}

/// A job at its node.
#[cw_serde]
pub struct Assignment {
    /// The job.
    pub job: u64,
    /// The node.
    pub node: u32,
    /// Its provider.
    pub provider: u32,
    /// Price of the whole job.
    pub price: Uint128,
    /// Bond locked for it.
    pub collateral: Uint128,
}

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

/// Where a provider stands.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum ProviderStatus {
    /// Its nodes take jobs.
    Active,
    /// Its nodes take no new jobs.
    Draining,
    /// It has left; bond is waiting to be withdrawn.
    Unbonding,
    /// It has left with everything.
    Gone,
}

/// A payout address that does not count yet.
#[cw_serde]
pub struct PendingPayout {
    /// The address.
    pub payout: Addr,
    /// From when it counts.
    pub from_secs: u64,
}

/// Who a provider is. The escrow and the rewards contract read this record by raw key
/// ([`crate::raw`]).
#[cw_serde]
pub struct ProviderRecord {
    /// Cold key.
    pub owner: Addr,
    /// Hot key.
    pub operator: Addr,
    /// Where earnings go.
    pub payout: Addr,
    /// Where they will go.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pending_payout: Option<PendingPayout>,
    /// Status.
    pub status: ProviderStatus,
    /// Nodes it has.
    pub nodes: u32,
}

impl ProviderRecord {
    /// Where earnings go at this time.
    pub fn payout_at(&self, now_secs: u64) -> &Addr {
        match &self.pending_payout {
            Some(pending) if pending.from_secs <= now_secs => &pending.payout,
            _ => &self.payout,
        }
    }
}

/// Most lows that a bond remembers.
pub const MAX_LOWS: usize = 6;

/// Bond of a provider in one denomination that is not on its way out. The rewards contract
/// reads this record by raw key ([`crate::raw`]).
#[cw_serde]
#[derive(Default)]
pub struct BondRecord {
    /// Behind no node.
    #[serde(rename = "f")]
    pub free: Uint128,
    /// Behind nodes, locked or not.
    #[serde(rename = "n")]
    pub at_nodes: Uint128,
    /// How low it stood before, see [`BondRecord::lowest_since`]; at most [`MAX_LOWS`].
    #[serde(rename = "l", skip_serializing_if = "Vec::is_empty", default)]
    pub lows: Vec<Low>,
}

/// A bond stood at `amount` until `until_secs`, and has been higher ever since.
#[cw_serde]
pub struct Low {
    /// Until when.
    #[serde(rename = "t")]
    pub until_secs: u64,
    /// How much.
    #[serde(rename = "a")]
    pub amount: Uint128,
}

impl BondRecord {
    /// All of it.
    pub fn total(&self) -> StdResult<Uint128> {
        Ok(self.free.checked_add(self.at_nodes)?)
    }

    /// Remembers how low the bond stood, after it rose from `before`. When that is too much
    /// to remember, the two that differ least become the lower one of them: the bond may
    /// look lower than it was, never higher, and who adds dust changes it by dust.
    pub fn rose(&mut self, before: Uint128, now_secs: u64) {
        self.lows.push(Low {
            until_secs: now_secs,
            amount: before,
        });
        if self.lows.len() > MAX_LOWS {
            let pairs = self.lows.iter().zip(self.lows.iter().skip(1));
            let rises = pairs.map(|(low, next)| next.amount.abs_diff(low.amount));
            let least = rises.zip(0usize..).min().unwrap_or_default().1;
            let lower = self.lows.remove(least).amount;
            if let Some(low) = self.lows.get_mut(least) {
                low.amount = lower;
            }
        }
    }

    /// Forgets what is no lower than the bond is now, after it fell.
    pub fn fell(&mut self) -> StdResult<()> {
        let now = self.total()?;
        self.lows.retain(|low| low.amount < now);
        Ok(())
    }

    /// The lowest that the bond has been at any moment from `since_secs` on, as far as is
    /// remembered; never more than it was.
    pub fn lowest_since(&self, since_secs: u64) -> StdResult<Uint128> {
        let low = self.lows.iter().find(|low| low.until_secs >= since_secs);
        match low {
            Some(low) => Ok(low.amount),
            None => self.total(),
        }
    }
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

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}

/// A score as events and tables print it: from 0 to 1,000,000.
pub fn score_ppm(score: Uint64) -> u64 {
    score.u64().checked_div(1_000_000).unwrap_or_default()
}
