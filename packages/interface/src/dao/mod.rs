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
    /// runs; without actions it has none and nobody needs to record anything.
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

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}
