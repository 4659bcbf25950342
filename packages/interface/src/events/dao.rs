//! Events of a DAO.

use cosmwasm_std::{Addr, Event, Uint128};

use super::{numbered, Emit, EventDoc};
use crate::Denom;

events! { EVENTS of "dao";
    /// A proposal was opened.
    ProposalOpened = "proposal_opened" {
        /// The proposal.
        proposal: u64,
        /// Who proposed it.
        proposer: u32,
        /// Its key.
        address: Addr,
        /// Classes of its actions, separated by commas.
        classes: String,
        /// Weights are those at the start of this block.
        height: u64,
        /// All weight there.
        total: Uint128,
        /// When the voting ends at the latest, unless a late change extends it.
        closes_secs: u64,
        /// What the proposer put up.
        deposit: Uint128,
        /// In what; none when it is nothing.
        denom: String,
    }
    /// A member voted.
    VoteCast = "vote_cast" {
        /// The proposal.
        proposal: u64,
        /// Who voted.
        member: u32,
        /// Its key.
        address: Addr,
        /// yes, no or abstain.
        choice: &'static str,
        /// With what weight.
        weight: Uint128,
        /// Weight for it now.
        yes: Uint128,
        /// Weight against it now.
        no: Uint128,
        /// Weight that abstains now.
        abstain: Uint128,
        /// When the voting ends as it stands.
        closes_secs: u64,
    }
    /// It was recorded that the voting is over, or the proposer took it back.
    ProposalClosed = "proposal_closed" {
        /// The proposal.
        proposal: u64,
        /// queued, executed where there are no actions, rejected, expired or withdrawn.
        status: &'static str,
        /// From when it may be executed; 0 unless it is queued.
        ready_secs: u64,
    }
    /// A proposal was carried out.
    ProposalExecuted = "proposal_executed" {
        /// The proposal.
        proposal: u64,
        /// How many actions.
        actions: usize,
    }
    /// An action failed and all were undone.
    ExecutionFailed = "execution_failed" {
        /// The proposal.
        proposal: u64,
        /// Failing tries that count.
        tries: u8,
        /// ready or failed.
        status: &'static str,
        /// What the chain says of it.
        reason: String,
    }
    /// A deposit was settled.
    DepositRefunded = "deposit_refunded" {
        /// The proposal.
        proposal: u64,
        /// The proposer's key.
        address: Addr,
        /// In what.
        denom: Denom,
        /// To the proposer.
        refunded: Uint128,
        /// What stays with the DAO.
        forfeited: Uint128,
    }
    /// Somebody became a member.
    MemberAdded = "member_added" {
        /// The member.
        member: u32,
        /// Its key.
        address: Addr,
    }
    /// A member's weight changed, or will.
    WeightChanged = "weight_changed" {
        /// The member.
        member: u32,
        /// Weight that counts.
        weight: Uint128,
        /// Weight that will count.
        pending: Uint128,
        /// From when it may be activated; 0 when nothing is pending.
        pending_secs: u64,
        /// All weight that counts.
        total: Uint128,
    }
    /// A stake came.
    Staked = "staked" {
        /// The member.
        member: u32,
        /// How much.
        amount: Uint128,
    }
    /// A stake started its wait.
    UnstakingStarted = "unstaking_started" {
        /// The member.
        member: u32,
        /// How much.
        amount: Uint128,
        /// From when it may be released.
        from_secs: u64,
    }
    /// A stake left.
    StakeReleased = "stake_released" {
        /// The member.
        member: u32,
        /// How much.
        amount: Uint128,
    }
    /// Rules changed.
    RulesChanged = "dao_rules_changed" {
        /// Which: policy, row or settings.
        what: &'static str,
        /// The class, the contract with its message, or all.
        of: String,
    }
}
