//! What the DAO answers.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128};

use super::{Action, Choice, Class, Policies, Policy, Row, Settings, Status};
use crate::{TimeProfile, UncheckedDenom};

/// Queries.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Name, weights and settings.
    #[returns(ConfigResponse)]
    Config {},
    /// The rules of each class.
    #[returns(Policies)]
    Policies {},
    /// The table of classes.
    #[returns(RowsResponse)]
    Rows {
        /// Continue after this contract and message.
        start_after: Option<(String, String)>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// The classes and the policy that these actions would have.
    #[returns(ClassifyResponse)]
    Classify {
        /// The actions.
        actions: Vec<Action>,
    },
    /// A proposal with its text and actions.
    #[returns(ProposalResponse)]
    Proposal {
        /// The proposal.
        proposal: u64,
    },
    /// Proposals, newest first, without text and actions.
    #[returns(ProposalsResponse)]
    Proposals {
        /// Continue before this one.
        start_before: Option<u64>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// How a member voted.
    #[returns(BallotResponse)]
    Ballot {
        /// The proposal.
        proposal: u64,
        /// The member.
        member: u32,
    },
    /// Ballots by member.
    #[returns(BallotsResponse)]
    Ballots {
        /// The proposal.
        proposal: u64,
        /// Continue after this member.
        start_after: Option<u32>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// A member by id.
    #[returns(MemberResponse)]
    Member {
        /// The member.
        member: u32,
        /// Weight at the start of this block; now when absent.
        height: Option<u64>,
    },
    /// A member by address.
    #[returns(MemberResponse)]
    MemberOf {
        /// The address.
        address: String,
        /// Weight at the start of this block; now when absent.
        height: Option<u64>,
    },
    /// Members by id, those who left included.
    #[returns(MembersResponse)]
    Members {
        /// Continue after this member.
        start_after: Option<u32>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// All weight.
    #[returns(TotalResponse)]
    Total {
        /// At the start of this block; now when absent.
        height: Option<u64>,
    },
    /// What the DAO holds of others' money, against what it owes.
    #[returns(InvariantResponse)]
    Invariant {},
}

/// See [`QueryMsg::Config`].
#[cw_serde]
pub struct ConfigResponse {
    /// What it is called.
    pub name: String,
    /// Where a description of it is.
    pub uri: String,
    /// Bounds of all durations.
    pub profile: TimeProfile,
    /// The staked token; each member has one vote when absent.
    pub token: Option<Addr>,
    /// Wait before a stake leaves; 0 where each member has one vote.
    pub unstaking_secs: u64,
    /// Settings.
    pub settings: Settings,
    /// Proposals so far.
    pub proposals: u64,
    /// Members so far, those who left included.
    pub members: u32,
    /// Number of the last event.
    pub seq: u64,
}

/// See [`QueryMsg::Rows`].
#[cw_serde]
pub struct RowsResponse {
    /// By contract and message.
    pub rows: Vec<Row>,
}

/// See [`QueryMsg::Classify`].
#[cw_serde]
pub struct ClassifyResponse {
    /// Classes of the actions together.
    pub classes: Vec<Class>,
    /// The policy that holds for them.
    pub policy: Policy,
}

/// A proposal without text and actions.
#[cw_serde]
pub struct ProposalSummary {
    /// The proposal.
    pub id: u64,
    /// Where it stands now, whoever recorded it.
    pub status: Status,
    /// Who proposed it.
    pub proposer: u32,
    /// A line.
    pub title: String,
    /// The first [`SUMMARY_CHARS`] characters of the text.
    pub summary: String,
    /// SHA-256 of the text, hexadecimal.
    pub text_sha256: String,
    /// Classes of its actions.
    pub classes: Vec<Class>,
    /// Electorate are those at the start of this block.
    pub height: u64,
    /// All weight there.
    pub total: Uint128,
    /// Weight for it.
    pub yes: Uint128,
    /// Weight against it.
    pub no: Uint128,
    /// Weight that counts for the quorum only.
    pub abstain: Uint128,
    /// Members who voted.
    pub voters: u32,
    /// When it was opened.
    pub opened_secs: u64,
    /// When the voting ends, early when the result settles.
    pub closes_secs: u64,
    /// From when it may be executed; absent until it is queued.
    pub ready_secs: Option<u64>,
    /// When it expires unless somebody takes the next step; absent while the voting runs
    /// and when it is over.
    pub expires_secs: Option<u64>,
    /// Failing tries that count.
    pub tries: u8,
    /// What the proposer put up and has not got back.
    pub deposit: Uint128,
}

/// See [`QueryMsg::Proposal`].
#[cw_serde]
pub struct ProposalResponse {
    /// Where it stands.
    pub proposal: ProposalSummary,
    /// The reasons.
    pub text: String,
    /// What it does.
    pub actions: Vec<Action>,
    /// Gas that the actions may use together.
    pub gas: u64,
    /// The rules, frozen when it was opened.
    pub policy: Policy,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// See [`QueryMsg::Proposals`].
#[cw_serde]
pub struct ProposalsResponse {
    /// Newest first.
    pub proposals: Vec<ProposalSummary>,
}

/// See [`QueryMsg::Ballot`].
#[cw_serde]
pub struct BallotResponse {
    /// Who voted.
    pub member: u32,
    /// What.
    pub choice: Choice,
    /// With what weight.
    pub weight: Uint128,
    /// Why.
    pub reason: Option<String>,
}

/// See [`QueryMsg::Ballots`].
#[cw_serde]
pub struct BallotsResponse {
    /// By member.
    pub ballots: Vec<BallotResponse>,
}

/// See [`QueryMsg::Member`].
#[cw_serde]
pub struct MemberResponse {
    /// The member.
    pub id: u32,
    /// Its key.
    pub address: Addr,
    /// Weight that counts.
    pub weight: Uint128,
    /// Weight that will count, now.
    pub pending: Uint128,
    /// From when it may be activated.
    pub pending_secs: u64,
    /// Stake on its way out, now.
    pub unstakings: Vec<Unstaking>,
}

/// Stake on its way out.
#[cw_serde]
pub struct Unstaking {
    /// How much.
    pub amount: Uint128,
    /// From when it may be released.
    pub from_secs: u64,
}

/// See [`QueryMsg::Members`].
#[cw_serde]
pub struct MembersResponse {
    /// By id.
    pub members: Vec<MemberResponse>,
}

/// See [`QueryMsg::Total`].
#[cw_serde]
pub struct TotalResponse {
    /// All weight that counts.
    pub weight: Uint128,
    /// Members with weight.
    pub members: u32,
}

/// See [`QueryMsg::Invariant`].
#[cw_serde]
pub struct InvariantResponse {
    /// One row per denomination in which something is owed, or was.
    pub rows: Vec<DaoMoney>,
    /// Whether the DAO holds at least what it owes everywhere.
    pub holds: bool,
}

/// What a DAO holds and owes in one denomination.
#[cw_serde]
pub struct DaoMoney {
    /// The denomination.
    pub denom: UncheckedDenom,
    /// Held according to the chain; what is above the rest is the DAO's own.
    pub balance: Uint128,
    /// Deposits not refunded yet.
    pub deposits: Uint128,
    /// Stakes, pending and leaving ones included.
    pub stakes: Uint128,
}
