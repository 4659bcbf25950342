//! Who votes, and by which rules.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

use crate::{TimeProfile, UncheckedDenom};

/// Who votes with what weight.
#[cw_serde]
pub enum Electorate {
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
    /// What deposits are paid in. A vote changes it only while the DAO holds the largest
    /// deposit of all policies in it.
    pub deposit_denom: UncheckedDenom,
    /// Part of the deposit that stays with the DAO when the quorum was missed.
    pub forfeit_bps: u16,
}

impl Settings {
    /// What a DAO starts with, beside the denomination of its deposits.
    pub const fn defaults(deposit_denom: UncheckedDenom) -> Self {
        Self {
            min_age_secs: 0,
            deposit_denom,
            forfeit_bps: 2_500,
        }
    }
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
