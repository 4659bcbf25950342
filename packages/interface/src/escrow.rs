//! The escrow: jobs, the money held for them, and who gets it.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128};
use cw20::Cw20ReceiveMsg;
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

use crate::{registry::Data, Denom, Resources, TimeProfile, UncheckedDenom, Weights};

/// Most bytes of all texts of a job, and of a result's URI.
pub const MAX_TEXT: usize = 4_096;
/// Most inputs of a job.
pub const MAX_INPUTS: usize = 16;
/// Most denominations.
pub const MAX_DENOMS: usize = 16;
/// Highest take.
pub const MAX_TAKE_BPS: u16 = 2_000;
/// Most times that a job may be declined.
pub const MAX_DECLINES: u8 = 8;
/// Most that a burned token may mint, for work and as emission together (κ + γ): below one
/// by a margin, so that whoever trades with himself loses at every size.
pub const MAX_MINT_BPS: u16 = 9_000;

/// What the escrow is born with. The sender of the instantiation keeps no right.
#[cw_serde]
pub struct InstantiateMsg {
    /// May change parameters: the network's DAO.
    pub owner: String,
    /// The registry contract.
    pub registry: String,
    /// Rules on disputes.
    pub arbiter: String,
    /// Gets the treasury's share of the take.
    pub treasury: String,
    /// Bounds of all durations, for good.
    pub profile: TimeProfile,
    /// The first version of the parameters.
    pub params: Params,
    /// What jobs may be paid in.
    pub denoms: Vec<UncheckedDenom>,
    /// The reward token, one of them, for good: of it alone the burn share is burned, and
    /// what is burned counts as a contribution. The owner may list it later, never another.
    pub reward_token: Option<String>,
}

/// Parameters. Each change makes a new version; a job keeps the one it was submitted under.
#[cw_serde]
pub struct Params {
    /// The network's share of a provider's pay; at most [`MAX_TAKE_BPS`].
    pub take_bps: u16,
    /// Part of the take that is burned, of jobs paid in the reward token; of others it goes
    /// to the treasury.
    pub burn_bps: u16,
    /// Part of the take for the treasury.
    pub treasury_bps: u16,
    /// Part of the take for the insurance kitty. The three parts sum to 10,000.
    pub insurance_bps: u16,
    /// Time to decline after assignment; it is added to the reserved time.
    pub accept_secs: u64,
    /// Time for the requester to look at a result; after it anybody may settle.
    pub review_secs: u64,
    /// Time that a job waits for a node.
    pub waiting_secs: u64,
    /// Time for the arbiter to rule; after it the money is halved.
    pub dispute_secs: u64,
    /// Bond that a node locks for a job, as a share of the worth (the price, at least the
    /// reference price); at least 10,000.
    pub collateral_bps: u32,
    /// What a requester who cancels pays beside the elapsed time, of the price.
    pub cancel_bps: u16,
    /// What each declining costs the requester when in the end nobody takes the job, of
    /// the deposit.
    pub decline_bps: u16,
    /// What a requester puts up to dispute a result, of the price.
    pub dispute_bond_bps: u16,
    /// Times that a job may be declined before it ends; at most [`MAX_DECLINES`].
    pub max_declines: u8,
    /// What a burned token mints for work that is beyond doubt (κ).
    pub work_mint_bps: u16,
    /// Share of that for work whose requester accepted it (q of level 0). Silence mints
    /// nothing.
    pub accepted_bps: u16,
    /// Share of a burned token up to which a provider's bond may earn more than its base
    /// (γ). With `work_mint_bps` at most [`MAX_MINT_BPS`].
    pub gate_bps: u16,
}

impl Params {
    /// What a network starts with.
    pub const fn defaults(profile: TimeProfile) -> Self {
        let (accept_secs, review_secs, waiting_secs, dispute_secs) = match profile {
            TimeProfile::Main => (600, 86_400, 3_600, 7 * 86_400),
            TimeProfile::Dev => (10, 30, 30, 60),
        };
        Self {
            take_bps: 500,
            burn_bps: 5_000,
            treasury_bps: 3_000,
            insurance_bps: 2_000,
            accept_secs,
            review_secs,
            waiting_secs,
            dispute_secs,
            collateral_bps: 10_000,
            cancel_bps: 1_000,
            decline_bps: 100,
            dispute_bond_bps: 1_000,
            max_declines: 4,
            work_mint_bps: 6_000,
            accepted_bps: 2_500,
            gate_bps: 3_000,
        }
    }
}

/// A file by content.
#[cw_serde]
pub struct Artifact {
    /// Where it can be fetched.
    pub uri: String,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// A job as its requester describes it. The funds sent are the highest price it may cost.
#[cw_serde]
pub struct JobSpec {
    /// Class of node by id.
    pub class: u8,
    /// What is reserved on the node.
    pub need: Resources,
    /// For how long; the result is due by then.
    pub reserved_secs: u64,
    /// The WASI program.
    pub program: Artifact,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Its inputs: the first is its standard input, the others its input folder.
    #[serde(default)]
    pub inputs: Vec<Artifact>,
    /// Where the data lies, for the matching.
    #[serde(default)]
    pub data: Data,
    /// What counts for this job; the network's weights when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weights: Option<Weights>,
    /// Allowed regions by id; empty allows all.
    #[serde(default)]
    pub regions: Vec<u8>,
    /// Allowed jurisdictions; empty allows all.
    #[serde(default)]
    pub jurisdictions: Vec<String>,
    /// How the node is chosen.
    #[serde(default)]
    pub pick: Pick,
    /// What happens when no node fits.
    #[serde(default)]
    pub when_full: WhenFull,
}

/// How the node is chosen.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub enum Pick {
    /// The chain picks.
    #[default]
    Auto,
    /// The requester names the node.
    Pinned(u32),
}

/// What happens when no node fits.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub enum WhenFull {
    /// The submission fails and nothing is paid.
    #[default]
    Refuse,
    /// The job waits; anybody may retry the match.
    Wait,
}

/// What a node delivered.
#[cw_serde]
pub struct JobResult {
    /// SHA-256 of the output, 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes of the output.
    pub size: u64,
    /// Where it can be fetched.
    pub uri: String,
}

/// What a provider contributed so far, in the reward token. The rewards contract reads it
/// by raw key ([`crate::raw`]).
#[cw_serde]
#[derive(Default)]
pub struct Contribution {
    /// Collected for burning out of its jobs.
    #[serde(rename = "b")]
    pub burned: Uint128,
    /// What that mints for work.
    #[serde(rename = "w")]
    pub work: Uint128,
    /// Up to what its bond may earn more than its base.
    #[serde(rename = "g")]
    pub gate: Uint128,
}

/// Who a credit belongs to.
#[cw_serde]
#[derive(Eq)]
pub enum Beneficiary {
    /// A requester, by address; paid to it.
    Account(String),
    /// A provider, by id; paid to the payout address its owner set at the registry.
    Provider(u32),
}

/// What is collected from the take.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Purse {
    /// Burned at the token.
    Burn,
    /// Sent to the treasury's address.
    Treasury,
    /// Sent to the registry's insurance kitty.
    Insurance,
}

/// Messages.
#[cw_ownable_execute]
#[cw_serde]
pub enum ExecuteMsg {
    /// Anybody orders a job; the native funds sent are the deposit. It is assigned at
    /// once, refused, or waits.
    SubmitJob {
        /// The job.
        spec: JobSpec,
    },
    /// A cw20 token moved here; `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// Anybody tries again to find a node for a waiting job. Fails when still nobody fits.
    Match {
        /// The job.
        job: u64,
    },
    /// The operator turns a job down within the accept window. It goes to the next
    /// runner-up or waits; nobody is punished.
    Decline {
        /// The job.
        job: u64,
    },
    /// The operator says what came out, before the deadline.
    SubmitResult {
        /// The job.
        job: u64,
        /// What came out.
        result: JobResult,
    },
    /// The requester accepts the result: the provider is credited.
    Accept {
        /// The job.
        job: u64,
        /// Also send the provider all it is owed in this denomination.
        pay: bool,
    },
    /// Anybody settles: a result that the requester left alone past the review window,
    /// or a dispute that the arbiter left alone.
    Settle {
        /// The job.
        job: u64,
        /// Also send the provider all it is owed in this denomination.
        pay: bool,
    },
    /// The requester cancels before there is a result and before it is overdue. Free while
    /// the job waits, less the fee for each declining; later it pays for the elapsed share
    /// of the reserved time and a fee.
    Cancel {
        /// The job.
        job: u64,
    },
    /// Anybody ends a job that waited too long or whose node missed the deadline.
    Expire {
        /// The job.
        job: u64,
    },
    /// The requester disputes a result within the review window, with the bond as funds.
    Dispute {
        /// The job.
        job: u64,
        /// Where the reasons are.
        reason_uri: String,
    },
    /// The arbiter of the day of the dispute decides it; not its own. Nothing for the
    /// provider costs the node what a missed deadline would.
    Rule {
        /// The job.
        job: u64,
        /// Share of the price that is the provider's.
        provider_bps: u16,
    },
    /// Anybody sends a credit to its owner.
    Withdraw {
        /// Whose.
        beneficiary: Beneficiary,
        /// In which denomination.
        denom: UncheckedDenom,
    },
    /// Anybody moves on what was collected in a purse.
    Flush {
        /// In which denomination.
        denom: UncheckedDenom,
        /// Which purse. Each by itself, so that none can block another.
        purse: Purse,
    },
    /// Anybody books coins that came without a message to the treasury's share.
    Sync {
        /// In which denomination.
        denom: UncheckedDenom,
    },
    /// The owner sets a new version of the parameters, for jobs to come.
    UpdateParams {
        /// All of them.
        params: Params,
    },
    /// The owner lists a denomination. Only tokens known to move exactly what they say.
    AddDenom {
        /// The denomination.
        denom: UncheckedDenom,
    },
    /// The owner changes who rules and who gets the treasury's share.
    SetRoles {
        /// New arbiter, for disputes to come.
        arbiter: Option<String>,
        /// New treasury.
        treasury: Option<String>,
    },
    /// The owner stops or allows new jobs. Everything else goes on.
    SetIntake {
        /// Whether new ones are allowed.
        open: bool,
    },
}

/// What a cw20 token is sent for.
#[cw_serde]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::SubmitJob`].
    SubmitJob {
        /// The job.
        spec: Box<JobSpec>,
    },
    /// As [`ExecuteMsg::Dispute`].
    Dispute {
        /// The job.
        job: u64,
        /// Where the reasons are.
        reason_uri: String,
    },
}

/// Where a job stands. Each state but the last five has a deadline.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Status {
    /// Waits for a node until the deadline.
    Open,
    /// A node has until the deadline to deliver.
    Assigned,
    /// The requester has until the deadline to accept or dispute.
    Submitted,
    /// The arbiter has until the deadline to rule.
    Disputed,
    /// The provider was paid.
    Settled,
    /// The arbiter, or its silence, divided the money.
    Resolved,
    /// The requester cancelled.
    Cancelled,
    /// Nobody took the job in time.
    Expired,
    /// The node missed the deadline.
    Failed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Assigned,
        Self::Submitted,
        Self::Disputed,
        Self::Settled,
        Self::Resolved,
        Self::Cancelled,
        Self::Expired,
        Self::Failed,
    ];

    /// Whether the job is over.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Settled | Self::Resolved | Self::Cancelled | Self::Expired | Self::Failed
        )
    }
}

/// Queries.
#[cw_ownable_query]
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Roles, intake and the current version of the parameters.
    #[returns(ConfigResponse)]
    Config {},
    /// A version of the parameters; the current one when absent.
    #[returns(Params)]
    Params {
        /// The version.
        version: Option<u32>,
    },
    /// Denominations that jobs may be paid in.
    #[returns(DenomsResponse)]
    Denoms {},
    /// A job with all its terms.
    #[returns(JobResponse)]
    Job {
        /// The job.
        job: u64,
    },
    /// Jobs in order of submission, without their terms.
    #[returns(JobsResponse)]
    Jobs {
        /// Continue after this one.
        start_after: Option<u64>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// What a beneficiary may withdraw.
    #[returns(Uint128)]
    Credit {
        /// Whose.
        beneficiary: Beneficiary,
        /// In which denomination.
        denom: UncheckedDenom,
    },
    /// What a provider contributed so far.
    #[returns(Contribution)]
    Contribution {
        /// The provider.
        provider: u32,
    },
    /// What the escrow holds against what it owes, per denomination.
    #[returns(InvariantResponse)]
    Invariant {},
}

/// See [`QueryMsg::Config`].
#[cw_serde]
pub struct ConfigResponse {
    /// The registry contract.
    pub registry: Addr,
    /// Rules on disputes.
    pub arbiter: Addr,
    /// Gets the treasury's share.
    pub treasury: Addr,
    /// Bounds of all durations.
    pub profile: TimeProfile,
    /// The reward token.
    pub reward_token: Option<Addr>,
    /// Whether new jobs are allowed.
    pub intake_open: bool,
    /// Current version of the parameters.
    pub params_version: u32,
    /// Jobs so far.
    pub jobs: u64,
    /// Number of the last event.
    pub seq: u64,
}

/// See [`QueryMsg::Denoms`].
#[cw_serde]
pub struct DenomsResponse {
    /// The denominations.
    pub denoms: Vec<Denom>,
}

/// A job without its terms.
#[cw_serde]
pub struct JobSummary {
    /// The job.
    pub id: u64,
    /// Who pays.
    pub requester: Addr,
    /// In what.
    pub denom: Denom,
    /// Where it stands.
    pub status: Status,
    /// When this state ends; of no meaning once the job is over.
    pub deadline_secs: u64,
    /// The deposit, until it is over; what the price leaves of it goes back then.
    pub held: Uint128,
    /// Price, once assigned; the deposit before.
    pub price: Uint128,
    /// Node, once assigned.
    pub node: Option<u32>,
    /// Its provider.
    pub provider: Option<u32>,
    /// When it was assigned.
    pub assigned_secs: u64,
    /// Version of the parameters that holds for it.
    pub params_version: u32,
    /// Nodes that declined it.
    pub declined: Vec<u32>,
}

/// See [`QueryMsg::Job`].
#[cw_serde]
pub struct JobResponse {
    /// Where it stands.
    pub summary: JobSummary,
    /// Its terms.
    pub spec: JobSpec,
    /// What came out.
    pub result: Option<JobResult>,
    /// What the requester has against it.
    pub dispute: Option<DisputeResponse>,
}

/// A dispute, open or over.
#[cw_serde]
pub struct DisputeResponse {
    /// What the requester put up.
    pub bond: Uint128,
    /// Who rules.
    pub arbiter: Addr,
    /// Where the reasons are.
    pub reason_uri: String,
}

/// See [`QueryMsg::Jobs`].
#[cw_serde]
pub struct JobsResponse {
    /// The jobs.
    pub jobs: Vec<JobSummary>,
}

/// See [`QueryMsg::Invariant`].
#[cw_serde]
pub struct InvariantResponse {
    /// One row per denomination.
    pub rows: Vec<EscrowMoney>,
    /// Whether the escrow holds at least what it owes everywhere.
    pub holds: bool,
}

/// What the escrow owes in one denomination.
#[cw_serde]
pub struct EscrowMoney {
    /// The denomination.
    pub denom: Denom,
    /// Held according to the chain.
    pub balance: Uint128,
    /// For jobs that are not over, with their disputes' bonds.
    pub jobs: Uint128,
    /// Credits not withdrawn yet.
    pub credits: Uint128,
    /// Collected for burning.
    pub burn: Uint128,
    /// Collected for the treasury.
    pub treasury: Uint128,
    /// Collected for the insurance kitty.
    pub insurance: Uint128,
}

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}
