//! The strictest of several rules, and what no rule may be.

use cosmwasm_std::Uint128;
use proptest::prelude::*;
use surge_interface::bounds::OutOfBounds;
use surge_interface::dao::{Class, Policies, Policy};
use surge_interface::TimeProfile;

use super::world::plain;
use crate::policy::{check, strictest};

prop_compose! {
    fn any_policy()(
        shares in any::<[u16; 4]>(),
        times in any::<[u64; 4]>(),
        deposit in any::<u128>(),
    ) -> Policy {
        Policy {
            quorum_bps: shares[0],
            pass_bps: shares[1],
            min_yes_bps: shares[2],
            min_voters: shares[3],
            voting_secs: times[0],
            settle_secs: times[1],
            timelock_secs: times[2],
            grace_secs: times[3],
            deposit: Uint128::new(deposit),
        }
    }
}

fn is_at_least(one: &Policy, other: &Policy) -> bool {
    one.quorum_bps >= other.quorum_bps
        && one.pass_bps >= other.pass_bps
        && one.min_yes_bps >= other.min_yes_bps
        && one.min_voters >= other.min_voters
        && one.voting_secs >= other.voting_secs
        && one.settle_secs >= other.settle_secs
        && one.timelock_secs >= other.timelock_secs
        && one.grace_secs <= other.grace_secs
        && one.deposit >= other.deposit
}

proptest! {
    #[test]
    fn the_strictest_is_no_easier_than_any(a in any_policy(), b in any_policy(), c in any_policy()) {
        let all = strictest(strictest(a.clone(), b.clone()), c.clone());
        for one in [&a, &b, &c] {
            prop_assert!(is_at_least(&all, one));
        }
        prop_assert_eq!(&all, &strictest(c, strictest(b, a.clone())));
        prop_assert_eq!(&strictest(a.clone(), a.clone()), &a);
    }
}

fn refused(class: Class, profile: TimeProfile, change: impl Fn(&mut Policy)) -> &'static str {
    let mut policy = Policies::defaults(profile).upgrade;
    change(&mut policy);
    let OutOfBounds { what, .. } = check(&policy, class, profile).unwrap_err();
    what
}

#[test]
fn the_defaults_are_within_the_bounds() {
    for profile in [TimeProfile::Main, TimeProfile::Dev] {
        let policies = Policies::defaults(profile).into_array();
        for (class, policy) in Class::ALL.into_iter().zip(policies) {
            assert_eq!(check(&policy, class, profile), Ok(()), "{class:?}");
        }
    }
}

#[test]
fn no_rule_is_weaker_than_the_code_allows() {
    use TimeProfile::Main;
    let spend = Class::Spend;
    assert_eq!(refused(spend, Main, |it| it.quorum_bps = 499), "quorum_bps");
    assert_eq!(
        refused(spend, Main, |it| it.quorum_bps = 10_001),
        "quorum_bps"
    );
    assert_eq!(refused(spend, Main, |it| it.pass_bps = 4_999), "pass_bps");
    assert_eq!(refused(spend, Main, |it| it.pass_bps = 10_001), "pass_bps");
    assert_eq!(
        refused(spend, Main, |it| it.min_yes_bps = 10_001),
        "min_yes_bps"
    );
    assert_eq!(refused(spend, Main, |it| it.min_voters = 0), "min_voters");
    assert_eq!(
        refused(spend, Main, |it| it.voting_secs = 3_599),
        "voting_secs"
    );
    assert_eq!(
        refused(spend, Main, |it| it.settle_secs = 3_599),
        "settle_secs"
    );
    assert_eq!(
        refused(spend, Main, |it| it.grace_secs = 86_399),
        "grace_secs"
    );
    assert_eq!(
        refused(spend, Main, |it| it.voting_secs = u64::MAX),
        "voting_secs"
    );
    assert_eq!(
        refused(spend, Main, |it| it.timelock_secs = u64::MAX),
        "timelock_secs"
    );
    let longer = |it: &mut Policy| (it.voting_secs, it.settle_secs) = (3_600, 3_601);
    assert_eq!(refused(spend, Main, longer), "settle_secs");
    let hasty = |it: &mut Policy| it.timelock_secs = 2 * 86_400 - 1;
    assert_eq!(refused(Class::Upgrade, Main, hasty), "timelock_secs");
    let mut policy = Policies::defaults(Main).upgrade;
    policy.timelock_secs = 2 * 86_400;
    assert_eq!(check(&policy, Class::Upgrade, Main), Ok(()));
    policy.timelock_secs = 0;
    assert_eq!(check(&policy, spend, Main), Ok(()));
    let mut policy = plain();
    policy.quorum_bps = 0;
    assert_eq!(check(&policy, Class::Text, TimeProfile::Dev), Ok(()));
}
