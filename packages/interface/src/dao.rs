//! The DAO: members, proposals, votes, and what they decide.
//!
//! A proposal's policy is computed from its actions and frozen with it. Terms of the
//! rules: `quorum`, `pass`, `smallest yes` are shares of weight in basis points;
//! *undecided* is the weight that has not voted.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Binary, Coin, Uint128};
use cw20::Cw20ReceiveMsg;

use crate::{TimeProfile, UncheckedDenom};

/// Most bytes of a title.
pub const MAX_TITLE: usize = 140;
/// Most bytes of a proposal's text.
pub const MAX_TEXT: usize = 24 * 1024;
/// Most characters of the text that lists carry.
pub const SUMMARY_CHARS: usize = 280;
/// Most bytes of the reason of a vote.
pub const MAX_REASON: usize = 512;
/// Most actions of a proposal.
pub const MAX_ACTIONS: usize = 16;
/// Most bytes of all actions of a proposal.
pub const MAX_ACTION_BYTES: usize = 24 * 1024;
/// Most proposals of one member that are not over.
pub const MAX_LIVE: usize = 3;
/// Most members at instantiation.
pub const MAX_FOUNDERS: usize = 100;
/// Tries of an execution that may fail, one a day.
pub const MAX_TRIES: u8 = 3;
/// Time between two failing tries that count.
pub const TRY_SECS: u64 = 86_400;
/// Least gas that an execution may state.
pub const MIN_GAS: u64 = 100_000;
/// Most gas that an execution may state.
pub const MAX_GAS: u64 = 40_000_000;
/// Most withdrawals of stake of one member that are on their way.
pub const MAX_UNSTAKINGS: usize = 16;
/// Most rows of the table of classes at instantiation.
pub const MAX_ROWS: usize = 64;

/// What a DAO is born with. It owns itself: the sender of the instantiation keeps no right.
#[cw_serde]
pub struct InstantiateMsg {
    /// What it is called.
    pub name: String,
    /// Where a description of it is.
    pub uri: String,
    /// Bounds of all durations, for good.
    pub profile: TimeProfile,
    /// Who votes with what weight, for good.
    pub weights: Weights,
    /// What may be changed later.
    pub settings: Settings,
    /// The rules, one for each class.
    pub policies: Policies,
    /// Which message belongs to which class.
    pub rows: Vec<Row>,
}

/// Who votes with what weight.
#[cw_serde]
pub enum Weights {
    /// One member, one vote. Members come and go by vote.
    OnePerMember {
        /// The first members; they count at once.
        members: Vec<String>,
    },
    /// Whoever stakes a token is a member with as much weight.
    Staked {
        /// The token.
        token: String,
        /// Wait before a stake leaves; at least the longest voting, settling and timelock
        /// together.
        unstaking_secs: u64,
    },
}

/// Numbers that hold for every class.
#[cw_serde]
pub struct Settings {
    /// Age of new weight before it counts.
    pub min_age_secs: u64,
    /// What deposits are paid in.
    pub deposit_denom: UncheckedDenom,
    /// Part of the deposit that stays with the DAO when the quorum was missed.
    pub forfeit_bps: u16,
}

/// What a proposal does, as far as the rules care.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing but words.
    Text,
    /// Moves money.
    Spend,
    /// Changes who is a member.
    Membership,
    /// Changes parameters of a contract that the DAO owns.
    Params,
    /// Changes the rules themselves.
    Policy,
    /// Changes code.
    Upgrade,
    /// Anything else: the strictest of all rules, component by component.
    Any,
}

impl Class {
    /// Every class, in the order of [`Policies`].
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Spend,
        Self::Membership,
        Self::Params,
        Self::Policy,
        Self::Upgrade,
        Self::Any,
    ];

    /// How events and tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Spend => "spend",
            Self::Membership => "membership",
            Self::Params => "params",
            Self::Policy => "policy",
            Self::Upgrade => "upgrade",
            Self::Any => "any",
        }
    }
}

/// The rules of one class.
#[cw_serde]
pub struct Policy {
    /// Share of all weight that has to vote, abstaining included.
    pub quorum_bps: u16,
    /// Share of yes among yes and no; a strict majority is needed in any case.
    pub pass_bps: u16,
    /// Share of all weight that has to say yes; one vote is needed in any case.
    pub min_yes_bps: u16,
    /// Members who have to vote, or all when there are fewer.
    pub min_voters: u16,
    /// Time to vote.
    pub voting_secs: u64,
    /// Time that a result which cannot change by itself has to stand before the voting
    /// ends early.
    pub settle_secs: u64,
    /// Time between the decision and its execution.
    pub timelock_secs: u64,
    /// Time in which each next step has to be taken, or the proposal expires.
    pub grace_secs: u64,
    /// What a proposer puts up.
    pub deposit: Uint128,
}

impl Policy {
    const fn starting(
        day: u64,
        quorum_bps: u16,
        pass_bps: u16,
        min_voters: u16,
        [voting, timelock]: [u64; 2],
    ) -> Self {
        Self {
            quorum_bps,
            pass_bps,
            min_yes_bps: 0,
            min_voters,
            voting_secs: voting.saturating_mul(day),
            settle_secs: day / 4,
            timelock_secs: timelock.saturating_mul(day),
            grace_secs: day.saturating_mul(14),
            deposit: Uint128::zero(),
        }
    }
}

/// The rules of every class.
#[cw_serde]
#[allow(missing_docs)] // see Class
pub struct Policies {
    pub text: Policy,
    pub spend: Policy,
    pub membership: Policy,
    pub params: Policy,
    pub policy: Policy,
    pub upgrade: Policy,
    pub any: Policy,
}

impl Policies {
    /// In the order of [`Class::ALL`].
    pub fn into_array(self) -> [Policy; 7] {
        [
            self.text,
            self.spend,
            self.membership,
            self.params,
            self.policy,
            self.upgrade,
            self.any,
        ]
    }

    /// What a DAO starts with; deposits are nothing.
    pub const fn defaults(profile: TimeProfile) -> Self {
        // A day on a real network is ten seconds on a local one.
        let day = match profile {
            TimeProfile::Main => 86_400,
            TimeProfile::Dev => 10,
        };
        Self {
            text: Policy::starting(day, 1_000, 5_000, 1, [3, 0]),
            spend: Policy::starting(day, 2_000, 5_000, 2, [3, 1]),
            membership: Policy::starting(day, 2_000, 5_000, 2, [3, 1]),
            params: Policy::starting(day, 2_500, 5_000, 2, [5, 2]),
            policy: Policy::starting(day, 3_333, 6_667, 3, [7, 3]),
            upgrade: Policy::starting(day, 3_333, 6_667, 3, [7, 3]),
            any: Policy::starting(day, 3_333, 6_667, 3, [7, 3]),
        }
    }
}

/// Says which class a message of a contract belongs to. Messages without a row are
/// [`Class::Any`].
#[cw_serde]
pub struct Row {
    /// The contract.
    pub contract: String,
    /// The message as its JSON calls it, such as `update_params`.
    pub message: String,
    /// The class: `Spend`, `Params` or `Any`. `Text` does nothing, and the others belong to
    /// typed actions.
    pub class: Class,
}

impl Row {
    /// The rows of a DAO that owns a network: what the contracts' owner sets as parameters.
    /// Who rules on disputes, who gets the treasury's share and slashes of rewards stay
    /// [`Class::Any`].
    pub fn of_network(registry: &str, escrow: &str, rewards: &str) -> Vec<Self> {
        let messages: [(&str, &[&str]); 3] = [
            (
                registry,
                &[
                    "update_params",
                    "set_region",
                    "set_class",
                    "add_denom",
                    "set_intake",
                ],
            ),
            (escrow, &["update_params", "add_denom", "set_intake"]),
            (rewards, &["update_params"]),
        ];
        let row = |contract: &str, message: &str| Self {
            contract: contract.to_owned(),
            message: message.to_owned(),
            class: Class::Params,
        };
        messages
            .into_iter()
            .flat_map(|(contract, messages)| messages.iter().map(move |name| row(contract, name)))
            .collect()
    }
}

/// What a proposal does when it is executed. Its class is computed from it.
#[cw_serde]
pub enum Action {
    /// Sends money: `Spend`.
    Send {
        /// To whom.
        to: String,
        /// In what.
        denom: UncheckedDenom,
        /// How much.
        amount: Uint128,
    },
    /// Calls a contract that is not the DAO: the class of the message's row, `Any` without
    /// one; and `Spend` when funds go with it or the message moves cw20 tokens or allows
    /// somebody else to. A cw20 `send` has also the class of what is sent with it.
    Execute {
        /// The contract.
        contract: String,
        /// The message, JSON.
        msg: Binary,
        /// Native coins that go with it.
        #[serde(default)]
        funds: Vec<Coin>,
    },
    /// Migrates a contract: `Upgrade`. It has to run the same code at the execution as it
    /// did when this was proposed.
    Migrate {
        /// The contract; may be the DAO itself.
        contract: String,
        /// The new code.
        code_id: u64,
        /// The migration message, JSON.
        msg: Binary,
    },
    /// Hands over the right to migrate a contract: `Upgrade`.
    SetAdmin {
        /// The contract; never the DAO itself.
        contract: String,
        /// Who may migrate it then.
        admin: String,
    },
    /// Changes the rules of a class: `Policy` and `Any`, under the strictest of all rules
    /// and the new one.
    SetPolicy {
        /// The class.
        class: Class,
        /// Its rules.
        policy: Policy,
    },
    /// Changes or adds a row of the table of classes: `Policy` and `Any`.
    SetRow {
        /// The row. `Any` removes it.
        row: Row,
    },
    /// Changes the settings: `Policy` and `Any`.
    SetSettings {
        /// All of them.
        settings: Settings,
    },
    /// Adds a member, where each has one vote: `Membership`.
    AddMember {
        /// Who.
        address: String,
    },
    /// Removes a member, where each has one vote: `Membership`.
    RemoveMember {
        /// Who.
        member: u32,
    },
}

/// A proposal as its proposer writes it.
#[cw_serde]
pub struct Draft {
    /// A line, at most [`MAX_TITLE`] bytes.
    pub title: String,
    /// The reasons, at most [`MAX_TEXT`] bytes.
    pub text: String,
    /// What it does, at most [`MAX_ACTIONS`]; nothing for a mere opinion.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Gas that the actions may use together, from [`MIN_GAS`] to [`MAX_GAS`]. Of no
    /// meaning without actions.
    #[serde(default)]
    pub gas: u64,
}

/// What a member says.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Choice {
    /// For it.
    Yes,
    /// Against it.
    No,
    /// Counts for the quorum only.
    Abstain,
}

impl Choice {
    /// How events call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Abstain => "abstain",
        }
    }
}

/// Messages.
#[cw_serde]
pub enum ExecuteMsg {
    /// A member opens a proposal. Native funds are the deposit, exactly as the policy asks.
    Propose {
        /// The proposal.
        draft: Draft,
    },
    /// A cw20 token moved here; `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// A member votes, or votes again, while the voting runs.
    Vote {
        /// The proposal.
        proposal: u64,
        /// What it says.
        choice: Choice,
        /// Why; at most [`MAX_REASON`] bytes.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
    /// Anybody records that the voting is over. From then on the timelock of what passed
    /// runs.
    Poke {
        /// The proposal.
        proposal: u64,
    },
    /// Anybody executes what is ready. When an action fails, all are undone and the
    /// failure is recorded; the transaction itself fails when it has too little gas.
    Execute {
        /// The proposal.
        proposal: u64,
    },
    /// The proposer takes a proposal back while nobody else has voted.
    Withdraw {
        /// The proposal.
        proposal: u64,
    },
    /// Anybody sends the deposit of a proposal that is over to its proposer.
    Refund {
        /// The proposal.
        proposal: u64,
    },
    /// Anybody makes weight count that is old enough.
    Activate {
        /// The member.
        member: u32,
    },
    /// A staker starts to withdraw; the weight is gone at once.
    Unstake {
        /// How much.
        amount: Uint128,
    },
    /// Anybody sends stake whose wait is over to its staker.
    ReleaseStake {
        /// The member.
        member: u32,
    },
    /// A member leaves, where each has one vote.
    Leave {},
    /// The DAO alone: carries out the actions of a proposal.
    Perform {
        /// The proposal.
        proposal: u64,
    },
    /// The DAO alone, after actions: fails unless it still holds what belongs to others.
    CheckSolvency {},
}

/// What a cw20 token is sent for.
#[cw_serde]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::Propose`], with the deposit in tokens.
    Propose {
        /// The proposal.
        draft: Box<Draft>,
    },
    /// Anybody stakes the token of a DAO with staked weights.
    Stake {},
}

/// Where a proposal stands.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Status {
    /// Members vote.
    Open,
    /// Members vote; the result stands unless somebody changes a ballot.
    Settling,
    /// It has passed; anybody records it within the grace time.
    Passed,
    /// It was not accepted.
    Rejected,
    /// It was accepted; the timelock runs.
    Queued,
    /// Anybody may execute it within the grace time.
    Ready,
    /// It was carried out.
    Executed,
    /// It could not be carried out.
    Failed,
    /// Nobody took the next step in time.
    Expired,
    /// Its proposer took it back.
    Withdrawn,
}

impl Status {
    /// Whether nothing more can happen to the proposal.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Rejected | Self::Executed | Self::Failed | Self::Expired | Self::Withdrawn
        )
    }

    /// How events call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settling => "settling",
            Self::Passed => "passed",
            Self::Rejected => "rejected",
            Self::Queued => "queued",
            Self::Ready => "ready",
            Self::Executed => "executed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

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

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}
