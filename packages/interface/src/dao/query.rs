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
    /// The classes, the policy and with it the deposit and all times that a proposal with
    /// these actions would have now. Fails when no proposal may do this.
    #[returns(ClassifyResponse)]
    Classify {
        /// The actions.
        actions: Vec<Action>,
    },
    /// A proposal with its text and actions.
    #[returns(FullProposalResponse)]
    FullProposal {
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
    /// Deposits that were not settled, by proposal.
    #[returns(DepositsResponse)]
    Deposits {
        /// Continue after this proposal.
        start_after: Option<u64>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// How a member voted; null when it did not, or there is no such member.
    #[returns(Option<BallotResponse>)]
    Ballot {
        /// The proposal.
        proposal: u64,
        /// The member.
        member: u32,
    },
    /// How an address voted; null when it did not.
    #[returns(Option<BallotResponse>)]
    BallotOf {
        /// The proposal.
        proposal: u64,
        /// The address.
        address: String,
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
    /// A member by id; null when there is none.
    #[returns(Option<DaoMember>)]
    MemberById {
        /// The member.
        member: u32,
        /// Weight at the start of this block; now when absent.
        height: Option<u64>,
    },
    /// A member by address; null when it never was one.
    #[returns(Option<DaoMember>)]
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

    /// As cw3: a proposal with its text and messages. An action by which the DAO changes
    /// itself stands there as a call of the DAO with the action in place of a message. The
    /// queries as cw3 and cw4 fail where a weight does not fit their 64 bits.
    #[returns(cw3::ProposalResponse)]
    Proposal {
        /// The proposal.
        proposal_id: u64,
    },
    /// As cw3: proposals, oldest first, each with the first [`SUMMARY_CHARS`] characters of
    /// its text.
    ///
    /// [`SUMMARY_CHARS`]: super::SUMMARY_CHARS
    #[returns(cw3::ProposalListResponse)]
    ListProposals {
        /// Continue after this one.
        start_after: Option<u64>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// As cw3: the same, newest first.
    #[returns(cw3::ProposalListResponse)]
    ReverseProposals {
        /// Continue before this one.
        start_before: Option<u64>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// As cw3: how an address voted; null when it did not.
    #[returns(cw3::VoteResponse)]
    Vote {
        /// The proposal.
        proposal_id: u64,
        /// Who.
        voter: String,
    },
    /// As cw3: ballots, in the order of the members' ids.
    #[returns(cw3::VoteListResponse)]
    ListVotes {
        /// The proposal.
        proposal_id: u64,
        /// Continue after this member's address.
        start_after: Option<String>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// As cw3: weight of an address now; null without any.
    #[returns(cw3::VoterResponse)]
    Voter {
        /// The address.
        address: String,
    },
    /// As cw3: members in the order of their ids, those without weight with a 0.
    #[returns(cw3::VoterListResponse)]
    ListVoters {
        /// Continue after this member's address.
        start_after: Option<String>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// As cw3: quorum and pass of class `Any`, the strictest there are. Each proposal has
    /// its own.
    #[returns(cw_utils::ThresholdResponse)]
    Threshold {},

    /// As cw4: weight of an address; null without any.
    #[returns(cw4::MemberResponse)]
    Member {
        /// The address.
        addr: String,
        /// At the start of this block; now when absent.
        at_height: Option<u64>,
    },
    /// As cw4: members in the order of their ids, those without weight with a 0.
    #[returns(cw4::MemberListResponse)]
    ListMembers {
        /// Continue after this member's address.
        start_after: Option<String>,
        /// Rows, 30 by default, at most 100.
        limit: Option<u32>,
    },
    /// As cw4: all weight.
    #[returns(cw4::TotalWeightResponse)]
    TotalWeight {
        /// At the start of this block; now when absent.
        at_height: Option<u64>,
    },
    /// As cw4: who changes members, which is the DAO itself.
    #[returns(cw4::AdminResponse)]
    Admin {},
    /// As cw4: who is told of changes, which is nobody.
    #[returns(cw4::HooksResponse)]
    Hooks {},

    /// As a voting module of DAO DAO: weight of an address.
    #[returns(PowerAtHeightResponse)]
    VotingPowerAtHeight {
        /// The address.
        address: String,
        /// At the start of this block, or of the present one.
        height: Option<u64>,
    },
    /// As a voting module of DAO DAO: all weight.
    #[returns(PowerAtHeightResponse)]
    TotalPowerAtHeight {
        /// At the start of this block, or of the present one.
        height: Option<u64>,
    },
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
    /// Members that there ever were, those who left included. [`QueryMsg::Total`] counts
    /// those with weight.
    pub members_ever: u32,
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
    /// What its deposit is paid in.
    pub deposit_denom: UncheckedDenom,
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
    /// Weights are those at the start of this block.
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

/// See [`QueryMsg::FullProposal`].
#[cw_serde]
pub struct FullProposalResponse {
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

/// See [`QueryMsg::Deposits`].
#[cw_serde]
pub struct DepositsResponse {
    /// By proposal.
    pub deposits: Vec<UnsettledDeposit>,
}

/// A deposit that was not settled.
#[cw_serde]
pub struct UnsettledDeposit {
    /// The proposal.
    pub proposal: u64,
    /// Who gets it back.
    pub proposer: Addr,
    /// In what.
    pub denom: UncheckedDenom,
    /// How much was put up.
    pub amount: Uint128,
    /// Whether the proposal is over, so that anybody may refund it.
    pub refundable: bool,
}

/// See [`QueryMsg::Ballot`] and [`QueryMsg::BallotOf`].
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

/// A member, those who left included.
#[cw_serde]
pub struct DaoMember {
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
    /// Its proposals that are not over, now; at most [`MAX_LIVE`](super::MAX_LIVE).
    pub live: Vec<u64>,
    /// Those of its latest proposals, as many, that are over and whose deposit can be
    /// refunded, now. [`QueryMsg::Deposits`] has older ones too.
    pub refundable: Vec<u64>,
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
    pub members: Vec<DaoMember>,
}

/// See [`QueryMsg::Total`].
#[cw_serde]
pub struct TotalResponse {
    /// All weight that counts.
    pub weight: Uint128,
    /// Members with weight.
    pub members: u32,
}

/// See [`QueryMsg::VotingPowerAtHeight`] and [`QueryMsg::TotalPowerAtHeight`].
#[cw_serde]
pub struct PowerAtHeightResponse {
    /// Weight that counts.
    pub power: Uint128,
    /// At the start of this block.
    pub height: u64,
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
