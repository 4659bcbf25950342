//! The DAO: members, proposals, votes, and what they decide.
//!
//! A proposal's policy is computed from its actions and frozen with it. Terms of the
//! rules: `quorum`, `pass`, `smallest yes` are shares of weight in basis points;
//! *undecided* is the weight that has not voted.

mod proposal;
mod query;
mod rules;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;
use cw20::Cw20ReceiveMsg;

use crate::TimeProfile;

pub use proposal::{Action, Choice, Draft, Status};
pub use query::*;
pub use rules::{Class, Electorate, Policies, Policy, Row, Settings};

/// Most bytes of the name of a DAO, and of its URI.
pub const MAX_LABEL: usize = 256;
/// Most bytes of a title.
pub const MAX_TITLE: usize = 140;
/// Most bytes of a proposal's text.
pub const MAX_TEXT: usize = 24 * 1024;
/// Most characters of the text that lists carry.
pub const SUMMARY_CHARS: usize = 280;
/// Most bytes of the reason of a vote.
pub const MAX_REASON: usize = 512;
/// Most actions of a proposal.
pub const MAX_ACTIONS: usize = 64;
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
/// Most bytes of the name of a message in that table.
pub const MAX_MESSAGE: usize = 64;
/// Most characters of the reason of a failure that are kept.
pub const MAX_FAILURE: usize = 200;
/// Least quorum of every class but `Text`.
pub const MIN_QUORUM_BPS: u16 = 500;
/// Least share of yes among yes and no, of every class.
pub const MIN_PASS_BPS: u16 = 5_000;
/// Least timelock of an upgrade, profile `main`.
pub const MIN_UPGRADE_SECS: u64 = 2 * 86_400;

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
    pub electorate: Electorate,
    /// What may be changed later.
    pub settings: Settings,
    /// The rules, one for each class.
    pub policies: Policies,
    /// Which message belongs to which class.
    pub rows: Vec<Row>,
}

/// Messages. Each fails and changes nothing when a condition that it names is missed.
#[cw_serde]
pub enum ExecuteMsg {
    /// A member with weight at the start of this block opens a proposal. Native funds are
    /// the deposit, exactly as the policy asks. Emits `proposal_opened`. Fails when no
    /// proposal may do this, on text or actions beyond their bounds, and for a member with
    /// [`MAX_LIVE`] proposals that are not over.
    Propose {
        /// The proposal.
        draft: Draft,
    },
    /// A cw20 token says that it moved here; `msg` is a [`ReceiveMsg`], which says what is
    /// emitted. Fails for a token that is not taken for that.
    Receive(Cw20ReceiveMsg),
    /// A member with weight at the height of the proposal votes, or votes again. Emits
    /// `vote_cast`. Fails once the voting is over, and when the member has said the same.
    Vote {
        /// The proposal.
        proposal: u64,
        /// What it says.
        choice: Choice,
        /// Why; at most [`MAX_REASON`] bytes.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
    /// Anybody records that the voting is over, or that its result was not recorded within
    /// the grace time. From then on the timelock of what passed runs; without actions it has
    /// none, and nobody needs to record anything. Emits `proposal_closed`. Fails while the
    /// voting runs, and when it is recorded.
    Poke {
        /// The proposal.
        proposal: u64,
    },
    /// Anybody executes what is ready. Emits `proposal_executed` and what the actions emit.
    /// When an action fails, all are undone, the failure is recorded, and
    /// `execution_failed` is emitted; the transaction itself fails when the proposal is not
    /// ready, or when it has too little gas.
    Execute {
        /// The proposal.
        proposal: u64,
    },
    /// The proposer takes a proposal back. Emits `proposal_closed`. Fails once somebody else
    /// has voted, or the voting is over.
    Withdraw {
        /// The proposal.
        proposal: u64,
    },
    /// Anybody sends the deposit of a proposal that is over to its proposer, less what is
    /// forfeited when it was rejected or expired without its quorum. Emits
    /// `deposit_refunded`. Fails before, and when nothing was put up or it was settled.
    Refund {
        /// The proposal.
        proposal: u64,
    },
    /// Anybody makes a member's weight count that is old enough. Emits `weight_changed`.
    /// Fails when there is none.
    Activate {
        /// The member.
        member: u32,
    },
    /// A staker starts to withdraw; the weight is gone at once, the youngest first. Emits
    /// `weight_changed` and `unstaking_started`. Fails on nothing, on more than is staked,
    /// and when [`MAX_UNSTAKINGS`] are on their way.
    Unstake {
        /// How much.
        amount: Uint128,
    },
    /// Anybody sends stake whose wait is over to its staker. Emits `stake_released`. Fails
    /// when there is none.
    ReleaseStake {
        /// The member.
        member: u32,
    },
    /// A member leaves, where each has one vote. Emits `weight_changed`. Fails where members
    /// stake, for who has left, and for the last member with weight.
    Leave {},
    /// The DAO alone, in [`Self::Execute`]: carries out the actions of a proposal. Emits
    /// `proposal_executed`, and what each action of its own changes. Fails, and with it all
    /// of them, when one fails.
    Perform {
        /// The proposal.
        proposal: u64,
    },
    /// The DAO alone, after actions: fails unless it still holds what belongs to others.
    /// Changes and emits nothing.
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
    /// Anybody stakes the token of a DAO with staked weights; the sender of the tokens is
    /// the member. Emits `staked` and `weight_changed`, and `member_added` the first time.
    /// Fails on nothing, for another token, and where each member has one vote.
    Stake {},
}

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}
