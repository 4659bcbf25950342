//! What members propose and say.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Coin, Uint128};

use super::{Class, Policy, Row, Settings};
use crate::UncheckedDenom;

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
    /// It was carried out, or passed with nothing to carry out.
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
