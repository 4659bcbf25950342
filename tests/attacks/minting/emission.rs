//! On the emission: bonds and burns that count for more than they were, or take from others.

use cosmwasm_std::Uint128;
use surge_interface::escrow::{Contribution, Params as EscrowParams, QueryMsg as Escrow};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::rewards::{
    AccountResponse, EmissionResponse, ExecuteMsg, Params, QueryMsg as Rewards, Reward,
};
use surge_interface::TimeProfile;
use surge_testing::{Builder, Machine, Suite};

use super::{claimable, wash, BOND, DAY};

/// Inequality 4: a bond that is there for the moment of a claim only. Guard: bond counts as
/// low as it stood over whole epochs.
#[test]
fn bonding_claiming_and_unbonding_within_an_epoch_earns_nothing() {
    let mut suite = Suite::new();
    suite.pass(DAY - 2);
    let provider = suite.join("mallory", BOND);
    assert_eq!(suite.claim(provider).expect("a claim"), 0);
    // One second before the boundary and one after it.
    suite.pass(3);
    assert_eq!(suite.claim(provider).expect("a claim"), 0);
    let unbond = Registry::Unbond {
        denom: 1,
        amount: Uint128::new(BOND),
    };
    suite.to_registry("mallory", &unbond).expect("unbonds");
    assert_eq!(suite.claim(provider).expect("a claim"), 0);
    // Again, and gone before the epoch is over.
    suite.bond("mallory", provider, 1, BOND).expect("bonds");
    suite.pass(DAY - 2);
    suite.to_registry("mallory", &unbond).expect("unbonds");
    suite.pass(3);
    assert_eq!(suite.claim(provider).expect("a claim"), 0);
    let nothing = Reward {
        from_epoch: 2,
        to_epoch: 2,
        ..Reward::default()
    };
    assert_eq!(claimable(&suite, provider), nothing);
}

/// A stranger sends nothing at all, as a cw20 token allows, to a provider that has no bond
/// yet. Guard: the registry remembers how low a bond stood when it rose, and only then; or
/// the bond would look as if it had come later than the epochs that it is counted for, and
/// its first claim would count nothing.
#[test]
fn a_bond_of_nothing_does_not_make_the_next_one_look_empty() {
    let mut suite = Suite::new();
    let provider = suite.register("alice").expect("registration");
    suite
        .bond("mallory", provider, 1, 0)
        .expect("nothing, in tokens");
    suite.pass(2 * DAY);
    suite.bond("alice", provider, 1, BOND).expect("a bond");
    suite.pass(10 * DAY);
    let whole = BOND * 2 / 100 * 9 / 365;
    let base = claimable(&suite, provider).base.u128();
    assert!(base.abs_diff(whole) <= 1, "{base}, {whole} expected");
}

/// A stranger's dust makes an old low of a bond that is new. Guard: a
/// bond counts from whichever of its rises earns most.
#[test]
fn dust_before_a_provider_bonds_takes_nothing_from_it() {
    for dust in [0, 1] {
        let mut suite = Suite::new();
        let [hit, spared] = ["alice", "bob"].map(|name| suite.register(name).expect("joins"));
        suite.bond("mallory", hit, 1, dust).expect("dust");
        suite.pass(DAY);
        suite.bond("alice", hit, 1, BOND).expect("bonds");
        suite.bond("bob", spared, 1, BOND).expect("bonds");
        suite.pass(100 * DAY);
        let base = claimable(&suite, spared).base;
        assert!(!base.is_zero());
        assert_eq!(claimable(&suite, hit).base, base, "after dust of {dust}");
        // Nor does what it loses by counting later come back.
        suite.claim(hit).expect("a claim");
        assert_eq!(claimable(&suite, hit).base, Uint128::zero());
    }
}

/// A bond from the middle of a silence that ends after a halving. Guard: the indices at a
/// halving are turned with it, so no epoch before it is lost and none counts by the
/// larger pool.
#[test]
fn a_halving_that_nobody_turned_takes_nothing_and_gives_nothing() {
    let mut suite = Suite::with_rewards(Params {
        pool_bps: 1,
        ..Params::defaults()
    });
    suite.pass(700 * DAY);
    let provider = suite.join("alice", 9 * BOND);
    suite.pass(30 * DAY);
    let first = claimable(&suite, provider).base.u128();
    assert!(first > 0);
    // The epochs 701 to 729 by one pool, 730 to 758 by half of it.
    suite.pass(29 * DAY);
    let both = claimable(&suite, provider).base.u128();
    assert!(both.abs_diff(first + first / 2) <= 29, "{first}, {both}");
    suite.claim(provider).expect("a claim");
    let late = suite.join("bob", BOND);
    assert_eq!(claimable(&suite, late).base, Uint128::zero());
    assert_eq!(claimable(&suite, provider).base, Uint128::zero());
}

/// A small pool, and somebody who burned much and claims first. Guard: what all bonds can
/// claim by standing there is set aside when epochs are turned, gates share the rest.
#[test]
fn who_burned_much_and_claims_first_takes_nobodys_base() {
    let mut suite = Builder {
        escrow: EscrowParams {
            take_bps: 2_000,
            burn_bps: 10_000,
            treasury_bps: 0,
            insurance_bps: 0,
            ..EscrowParams::defaults(TimeProfile::Main)
        },
        rewards: Params {
            pool_bps: 1,
            ..Params::defaults()
        },
        ..Builder::default()
    }
    .build();
    let idle = suite.join("alice", BOND);
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (busy, _) = suite.join_with("mallory", machine.priced_percent(100_000));
    wash(&mut suite, 90_000_000_000, 30 * DAY);
    suite.pass(20 * DAY);
    let earned = claimable(&suite, idle).base;
    assert!(!earned.is_zero());
    let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider: busy });
    assert!(given.gate > earned, "enough to take it all");
    for _ in 0..2 {
        suite.claim(busy).expect("a claim");
        assert_eq!(claimable(&suite, idle).base, earned);
    }
    suite.claim(idle).expect("a claim");
    let schedule: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
    assert!(schedule.emitted <= schedule.released);
}

/// A pool that bonds share to the last unit, and somebody who burned and turns every epoch
/// by itself. Guard: what is set aside for bonds is rounded up, so that no turn leaves
/// its rounding to gates although bonds earn it over time.
#[test]
fn what_turns_round_away_opens_no_gate() {
    let mut suite = Suite::with_rewards(Params {
        pool_bps: 1,
        ..Params::defaults()
    });
    let machine = Machine::default().quoting(1).with_bond(3 * BOND + 7);
    let (provider, _) = suite.join_with("mallory", machine.priced_percent(100_000));
    wash(&mut suite, 90_000_000_000, 30 * DAY);
    suite.claim(provider).expect("a claim");
    for _ in 0..30 {
        suite.pass(DAY);
        suite
            .to_rewards("mallory", &ExecuteMsg::Turn {})
            .expect("a turn");
    }
    let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
    assert!(given.gate > Uint128::new(30), "enough for what is rounded");
    let reward = claimable(&suite, provider);
    assert!(!reward.base.is_zero());
    assert_eq!(reward.gated, Uint128::zero(), "{reward:?}");
}

/// Burned at the end of forty days, more than the last of them allows.
fn burned_late(pester: impl Fn(&mut Suite, u32)) -> AccountResponse {
    let mut suite = Suite::new();
    suite.meet("mallory");
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (provider, node) = suite.join_with("alice", machine.priced_percent(100_000));
    for _ in 0..40 {
        suite.pass(DAY);
        pester(&mut suite, provider);
    }
    suite.heartbeat(node).expect("heartbeat");
    wash(&mut suite, 90_000_000_000, 30 * DAY);
    suite.claim(provider).expect("a claim");
    suite.ask_rewards(&Rewards::Account { provider })
}

/// A stranger claims for a provider every epoch, so that each claim sees one epoch of its
/// ceiling. Guard: an account keeps the room that its ceilings left, so the sum of what
/// was gated does not depend on who claims and how often.
#[test]
fn a_stranger_who_claims_every_epoch_takes_no_room_from_a_gate() {
    let once = burned_late(|_, _| {});
    let often = burned_late(|suite, provider| {
        let claim = ExecuteMsg::Claim { provider };
        suite.to_rewards("mallory", &claim).expect("a claim");
    });
    let an_epoch = BOND * 6 / 100 / 365;
    assert!(once.gate.u128() > 10 * an_epoch, "{once:?}");
    assert_eq!(often.gate, once.gate);
    // Each of the 41 claims rounds by itself.
    assert!(once.emission.abs_diff(often.emission).u128() <= 41);
    assert!(once.room.abs_diff(often.room).u128() <= 41);
}

/// A bond that leaves. Guard: its base ends, and the room is what its ceilings left while
/// it stood; nothing comes to it.
#[test]
fn room_grows_only_while_a_bond_stands() {
    let mut suite = Suite::new();
    let provider = suite.join("alice", BOND);
    let account = |suite: &mut Suite| -> AccountResponse {
        suite.claim(provider).expect("a claim");
        suite.ask_rewards(&Rewards::Account { provider })
    };
    suite.pass(10 * DAY);
    let stood = account(&mut suite);
    let most = BOND * 8 / 100 * 10 / 365;
    let allowed = (stood.emission + stood.room).u128();
    assert!(
        !stood.room.is_zero() && allowed <= most,
        "{allowed} of {most}"
    );
    let unbond = Registry::Unbond {
        denom: 1,
        amount: Uint128::new(BOND),
    };
    suite.to_registry("alice", &unbond).expect("unbonds");
    suite.pass(100 * DAY);
    let left = account(&mut suite);
    assert_eq!((left.room, left.emission), (stood.room, stood.emission));
}
