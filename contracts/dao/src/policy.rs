//! The rules of the classes: their bounds, and the strictest of several.

use cosmwasm_std::{StdResult, Storage, Uint128};
use surge_interface::bounds::{lasts, within, OutOfBounds};
use surge_interface::dao::{Action, Class, Policy, MIN_PASS_BPS, MIN_QUORUM_BPS, MIN_UPGRADE_SECS};
use surge_interface::{TimeProfile, BPS};

use crate::class::Classes;
use crate::state::{Config, POLICIES};
use crate::ContractError;

/// Fails unless the rules of a class lie within what the code allows.
pub fn check(policy: &Policy, class: Class, profile: TimeProfile) -> Result<(), OutOfBounds> {
    let bounds = profile.bounds();
    let whole = u64::from(BPS);
    let min_quorum = match class {
        Class::Text => 0,
        _ => MIN_QUORUM_BPS,
    };
    let quorum = policy.quorum_bps.into();
    within("quorum_bps", quorum, min_quorum.into(), whole)?;
    let pass = policy.pass_bps.into();
    within("pass_bps", pass, MIN_PASS_BPS.into(), whole)?;
    within("min_yes_bps", policy.min_yes_bps.into(), 0, whole)?;
    let voters = policy.min_voters.into();
    within("min_voters", voters, 1, u16::MAX.into())?;
    lasts("voting_secs", policy.voting_secs, &bounds.voting)?;
    lasts("settle_secs", policy.settle_secs, &bounds.settle)?;
    // Otherwise nothing could ever settle before the voting ends.
    let settle = policy.settle_secs;
    within("settle_secs", settle, 0, policy.voting_secs)?;
    let mut timelock = bounds.timelock;
    if class == Class::Upgrade && profile == TimeProfile::Main {
        timelock.min_secs = MIN_UPGRADE_SECS;
    }
    lasts("timelock_secs", policy.timelock_secs, &timelock)?;
    lasts("grace_secs", policy.grace_secs, &bounds.grace)
}

/// The strictest of both, component by component: nothing becomes easier by being
/// proposed together with something else.
pub fn strictest(one: Policy, other: Policy) -> Policy {
    Policy {
        quorum_bps: one.quorum_bps.max(other.quorum_bps),
        pass_bps: one.pass_bps.max(other.pass_bps),
        min_yes_bps: one.min_yes_bps.max(other.min_yes_bps),
        min_voters: one.min_voters.max(other.min_voters),
        voting_secs: one.voting_secs.max(other.voting_secs),
        settle_secs: one.settle_secs.max(other.settle_secs),
        timelock_secs: one.timelock_secs.max(other.timelock_secs),
        grace_secs: one.grace_secs.min(other.grace_secs),
        deposit: one.deposit.max(other.deposit),
    }
}

/// What holds for a proposal with these classes and actions: the strictest of its classes,
/// with `Any` of all classes, and of the rules that it would set.
pub fn effective(
    storage: &dyn Storage,
    classes: Classes,
    actions: &[Action],
) -> Result<Policy, ContractError> {
    let of = if classes.has(Class::Any) {
        Class::ALL.to_vec()
    } else {
        classes.list()
    };
    let mut policies = vec![];
    for class in of {
        policies.push(load(storage, class)?);
    }
    for action in actions {
        if let Action::SetPolicy { policy, .. } = action {
            policies.push(policy.clone());
        }
    }
    policies
        .into_iter()
        .reduce(strictest)
        .ok_or(ContractError::NoClass)
}

/// Checks and writes the rules of a class.
pub fn save(
    storage: &mut dyn Storage,
    profile: TimeProfile,
    class: Class,
    policy: &Policy,
) -> Result<(), ContractError> {
    check(policy, class, profile)?;
    Ok(POLICIES.save(storage, Classes::NONE.with(class).0, policy)?)
}

/// The rules of a class.
pub fn load(storage: &dyn Storage, class: Class) -> StdResult<Policy> {
    POLICIES.load(storage, Classes::NONE.with(class).0)
}

/// The most that a proposer may have to put up.
pub fn largest_deposit(storage: &dyn Storage) -> StdResult<Uint128> {
    let mut largest = Uint128::zero();
    for class in Class::ALL {
        largest = largest.max(load(storage, class)?.deposit);
    }
    Ok(largest)
}

/// Fails unless stake, where there is any, is held until whatever it voted for could be
/// executed.
pub fn check_unstaking(storage: &dyn Storage, config: &Config) -> Result<(), ContractError> {
    if config.token.is_none() {
        return Ok(());
    }
    let (mut voting, mut settle, mut timelock) = (0, 0, 0);
    for class in Class::ALL {
        let policy = load(storage, class)?;
        voting = policy.voting_secs.max(voting);
        settle = policy.settle_secs.max(settle);
        timelock = policy.timelock_secs.max(timelock);
    }
    let needed = voting.saturating_add(settle).saturating_add(timelock);
    let unstaking = config.unstaking_secs;
    Ok(within("unstaking_secs", unstaking, needed, u64::MAX)?)
}
