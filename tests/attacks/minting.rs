//! On the mint: tokens for nothing, twice, too early or beyond the cap.

use cosmwasm_std::Uint128;
use cw20::{Cw20ExecuteMsg, MinterResponse};
use cw_multi_test::Executor;
use cw_ownable::OwnershipError;
use surge_interface::bounds::OutOfBounds;
use surge_interface::escrow::{Contribution, Params as EscrowParams, QueryMsg as Escrow};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::rewards::{
    AccountResponse, EmissionResponse, ExecuteMsg, InvariantResponse, Params, QueryMsg as Rewards,
    Reward,
};
use surge_interface::TimeProfile;
use surge_rewards::ContractError;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::refusal::refuses;

const DAY: u64 = 86_400;
const BOND: u128 = 100_000_000_000;

fn claimable(suite: &Suite, provider: u32) -> Reward {
    suite.ask_rewards(&Rewards::Claimable { provider })
}

/// Everything in the reward token that a ring has or is owed, with what will vest.
fn fortune(suite: &Suite, ring: &[&str], provider: u32) -> u128 {
    let held: u128 = ring
        .iter()
        .map(|name| suite.balance(&Suite::addr(name), 1) + suite.account_credit(name, 1))
        .sum();
    let reward = claimable(suite, provider);
    let account: AccountResponse = suite.ask_rewards(&Rewards::Account { provider });
    let vesting: Uint128 = account.vesting.iter().sum();
    let bond: u128 = suite
        .provider(provider)
        .bonds
        .iter()
        .filter(|bond| bond.denom == 1)
        .map(|bond| (bond.free + bond.at_nodes).u128())
        .sum();
    held + suite.provider_credit(provider, 1) + reward.granted.u128() + vesting.u128() + bond
}

/// One round of a ring that pays itself: Mia orders, Mallory delivers, Mia accepts.
fn wash(suite: &mut Suite, deposit: u128, secs: u64) {
    let mut spec = job();
    spec.reserved_secs = secs;
    let id = suite.submit_in_tokens("mia", spec, deposit).expect("job");
    suite.deliver(id).expect("delivery");
    suite.accept("mia", id).expect("acceptance");
}

/// Inequalities 1 and 2. Who pays himself mints more than he burns. Guard: κ + γ ≤ 0.9 of what
/// is burned, frozen with the job. At the bound itself and at every size the ring loses at
/// least a tenth of what it burned.
#[test]
fn washing_loses_at_every_size_even_at_the_highest_rates() {
    for (kappa, q, gamma) in [
        (6_000, 2_500, 3_000),
        (6_000, 10_000, 3_000),
        (9_000, 10_000, 0),
    ] {
        for secs in [60, 3_600, 30 * DAY] {
            let mut suite = Builder {
                escrow: EscrowParams {
                    work_mint_bps: kappa,
                    accepted_bps: q,
                    gate_bps: gamma,
                    ..EscrowParams::defaults(TimeProfile::Main)
                },
                // No base, so that only what the washing itself mints is counted.
                rewards: Params {
                    base_bps: 0,
                    ..Params::defaults()
                },
                ..Builder::default()
            }
            .build();
            let ring = ["mallory", "mallory-op", "mia"];
            for name in ring {
                suite.meet(name);
            }
            let machine = Machine::default().quoting(1).with_bond(BOND);
            let (provider, node) = suite.join_with("mallory", machine);
            suite.pass(DAY);
            suite.claim(provider).expect("a claim");
            let before = fortune(&suite, &ring, provider);
            for _ in 0..5 {
                suite.heartbeat(node).expect("heartbeat");
                wash(&mut suite, 100_000_000, secs);
            }
            suite.pass(2 * DAY);
            let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
            let burned = given.burned.u128();
            let lost = before - fortune(&suite, &ring, provider);
            assert!(burned > 0);
            assert!(
                lost * 10 >= burned,
                "{lost} lost, {burned} burned at {kappa}, {q}, {gamma}"
            );
            let reward = claimable(&suite, provider);
            assert!((reward.work + reward.gated).u128() * 10 <= burned * 9);
        }
    }
}

/// The same ring under two names: Mallory works for Moe, Moe for Mallory.
#[test]
fn washing_in_a_ring_of_providers_loses_as_much() {
    let mut suite = Builder {
        rewards: Params {
            base_bps: 0,
            ..Params::defaults()
        },
        ..Builder::default()
    }
    .build();
    let names = ["mallory", "moe", "mia"];
    for name in names {
        suite.meet(name);
    }
    let supply = |suite: &Suite| -> InvariantResponse { suite.ask_rewards(&Rewards::Invariant {}) };
    let providers = ["mallory", "moe"].map(|name| {
        let machine = Machine::default().quoting(1).with_bond(40_000_000);
        suite.join_with(name, machine).0
    });
    for round in 0..6 {
        for node in suite.all_nodes() {
            suite.heartbeat(node.id).expect("heartbeat");
        }
        let payer = names[round % 2];
        let mut spec = job();
        spec.reserved_secs = 10 * DAY;
        let id = suite
            .submit_in_tokens(payer, spec, 100_000_000)
            .expect("job");
        suite.deliver(id).expect("delivery");
        suite.accept(payer, id).expect("acceptance");
    }
    suite.pass(40 * DAY);
    let mut burned = 0;
    for provider in providers {
        suite.claim(provider).expect("a claim");
        let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
        burned += given.burned.u128();
        assert!((given.work + given.gate).u128() * 10 <= given.burned.u128() * 9);
    }
    // A quarter of κ and all of γ: 45 of 100 that were burned come back at most.
    let granted = supply(&suite).granted.u128();
    assert!(
        0 < granted && granted <= burned * 45 / 100,
        "{granted} of {burned}"
    );
}

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
    let mut suite = Builder {
        rewards: Params {
            pool_bps: 1,
            ..Params::defaults()
        },
        ..Builder::default()
    }
    .build();
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
    let mut suite = Builder {
        rewards: Params {
            pool_bps: 1,
            ..Params::defaults()
        },
        ..Builder::default()
    }
    .build();
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

/// Guard: a claim counts what was not counted, and nothing else.
#[test]
fn nothing_is_claimed_twice_however_often_somebody_tries() {
    let mut suite = Suite::new();
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (provider, _) = suite.join_with("mallory", machine);
    wash(&mut suite, 100_000_000, 30 * DAY);
    suite.pass(10 * DAY);
    let promised = claimable(&suite, provider);
    let first = suite.claim(provider).expect("a claim");
    assert_eq!(first, promised.instant.u128());
    for _ in 0..3 {
        assert_eq!(suite.claim(provider).expect("a claim"), 0);
    }
    let books: InvariantResponse = suite.ask_rewards(&Rewards::Invariant {});
    assert_eq!(books.granted, promised.granted);
}

/// A mint for whoever asks. Guards: the token's minter is the rewards contract, which has
/// no message that mints to somebody or names another minter.
#[test]
fn nobody_else_mints_and_nobody_names_another_minter() {
    let mut suite = Suite::new();
    suite.meet("mallory");
    let mint = Cw20ExecuteMsg::Mint {
        recipient: Suite::addr("mallory").to_string(),
        amount: Uint128::new(1),
    };
    let usurp = Cw20ExecuteMsg::UpdateMinter {
        new_minter: Some(Suite::addr("mallory").to_string()),
    };
    let token = suite.token.clone();
    for msg in [mint, usurp] {
        for name in ["mallory", "owner", "deployer", "faucet"] {
            let unauthorized = cw20_base::ContractError::Unauthorized {};
            refuses(&mut suite, unauthorized, |suite| {
                let sender = Suite::addr(name);
                suite.app.execute_contract(sender, token.clone(), &msg, &[])
            });
        }
    }
    let minter: MinterResponse = suite
        .app
        .wrap()
        .query_wasm_smart(&token, &cw20::Cw20QueryMsg::Minter {})
        .expect("the token answers");
    assert_eq!(minter.minter, suite.rewards.as_str());
}

/// Guard: owner checks, and a message that names a provider pays the provider.
#[test]
fn strangers_change_nothing_and_claims_pay_the_payout_address() {
    let mut suite = Suite::new();
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (provider, _) = suite.join_with("alice", machine);
    wash(&mut suite, 100_000_000, 30 * DAY);
    suite.meet("mallory");
    for msg in [
        ExecuteMsg::UpdateParams {
            params: Params::defaults(),
        },
        ExecuteMsg::Slash { provider, bps: 1 },
    ] {
        let not_owner = ContractError::Ownership(OwnershipError::NotOwner);
        refuses(&mut suite, not_owner, |suite| {
            suite.to_rewards("mallory", &msg)
        });
    }
    let payout = Registry::SetPayout {
        payout: Suite::addr("vault").to_string(),
        provider: None,
    };
    suite
        .to_registry("alice", &payout)
        .expect("a payout address");
    suite.pass(4 * DAY);
    let held = |suite: &Suite, name| suite.balance(&Suite::addr(name), 1);
    let before = ["mallory", "alice"].map(|name| held(&suite, name));
    let minted = suite.claim(provider).expect("a claim");
    let claim = ExecuteMsg::Claim { provider };
    suite.to_rewards("mallory", &claim).expect("a claim");
    assert!(minted > 0);
    assert_eq!(held(&suite, "vault"), minted);
    assert_eq!(["mallory", "alice"].map(|name| held(&suite, name)), before);
    refuses(
        &mut suite,
        ContractError::UnknownProvider { provider: 99 },
        |suite| suite.to_rewards("mallory", &ExecuteMsg::Claim { provider: 99 }),
    );
}

/// An emission that votes raise without end. Guards: a step of a tenth, once a quarter,
/// and bounds in code.
#[test]
fn the_emission_moves_by_a_tenth_once_a_quarter() {
    let mut suite = Suite::new();
    suite.meet("owner");
    let update = |base, ceiling, pool, instant| ExecuteMsg::UpdateParams {
        params: Params {
            base_bps: base,
            ceiling_bps: ceiling,
            pool_bps: pool,
            instant_bps: instant,
        },
    };
    let step = |what, from, to, most| ContractError::StepTooLarge {
        what,
        from,
        to,
        most,
    };
    let bound = |what, value: u64, max| {
        ContractError::OutOfBounds(OutOfBounds {
            what,
            value,
            min: 0,
            max,
        })
    };
    for (msg, expected) in [
        (
            update(221, 800, 10_000, 2_500),
            step("base_bps", 200, 221, 20),
        ),
        (
            update(200, 881, 10_000, 2_500),
            step("ceiling_bps", 800, 881, 80),
        ),
        (
            update(200, 800, 8_999, 2_500),
            step("pool_bps", 10_000, 8_999, 1_000),
        ),
        (
            update(200, 2_001, 10_000, 2_500),
            bound("ceiling_bps", 2_001, 2_000),
        ),
        (
            update(200, 800, 10_001, 2_500),
            bound("pool_bps", 10_001, 10_000),
        ),
        (
            update(200, 800, 10_000, 5_001),
            bound("instant_bps", 5_001, 5_000),
        ),
        (
            update(200, 199, 10_000, 2_500),
            ContractError::CeilingBelowBase {
                ceiling_bps: 199,
                base_bps: 200,
            },
        ),
    ] {
        refuses(&mut suite, expected, |suite| {
            suite.to_rewards("owner", &msg)
        });
    }
    suite
        .to_rewards("owner", &update(220, 720, 9_000, 2_500))
        .expect("a tenth");
    let now_secs = suite.now_secs();
    suite.pass(DAY);
    let lately = ContractError::ChangedLately {
        changeable_secs: now_secs + 90 * DAY,
        now_secs: now_secs + DAY,
    };
    refuses(&mut suite, lately, |suite| {
        suite.to_rewards("owner", &update(242, 720, 9_000, 2_500))
    });
    suite
        .to_rewards("owner", &update(220, 720, 9_000, 0))
        .expect("not emission");
    suite.pass(89 * DAY);
    suite
        .to_rewards("owner", &update(242, 792, 9_900, 0))
        .expect("a quarter later");
}

/// Guard: a step is at least one, or a vote that sets a number to nothing would be for
/// good.
#[test]
fn a_rate_that_was_set_to_nothing_moves_again_one_by_one() {
    let mut suite = Builder {
        rewards: Params {
            base_bps: 1,
            ..Params::defaults()
        },
        ..Builder::default()
    }
    .build();
    suite.meet("owner");
    let update = |base_bps| ExecuteMsg::UpdateParams {
        params: Params {
            base_bps,
            ..Params::defaults()
        },
    };
    suite
        .to_rewards("owner", &update(0))
        .expect("a step of one");
    suite.pass(90 * DAY);
    let too_large = ContractError::StepTooLarge {
        what: "base_bps",
        from: 0,
        to: 2,
        most: 1,
    };
    refuses(&mut suite, too_large, |suite| {
        suite.to_rewards("owner", &update(2))
    });
    suite
        .to_rewards("owner", &update(1))
        .expect("a step of one");
}

/// Guard: epochs that are over are turned before the numbers change.
#[test]
fn a_change_of_the_emission_does_not_reach_back() {
    let mut suite = Suite::new();
    let provider = suite.join("alice", BOND);
    suite.pass(30 * DAY);
    let before = claimable(&suite, provider).base;
    let params = Params {
        base_bps: 180,
        ..Params::defaults()
    };
    suite
        .to_rewards("owner", &ExecuteMsg::UpdateParams { params })
        .expect("a step");
    assert_eq!(claimable(&suite, provider).base, before);
}

/// Birth: a contract that is not the minter, or whose token could grow for ever, refuses
/// to exist; so does one whose epochs began in the past.
#[test]
fn rewards_are_not_born_without_their_token() {
    let mut suite = Suite::new();
    let config: surge_interface::rewards::ConfigResponse = suite.ask_rewards(&Rewards::Config {});
    let code_id = suite
        .app
        .wrap()
        .query_wasm_contract_info(&suite.rewards)
        .expect("a contract")
        .code_id;
    let msg = surge_interface::rewards::InstantiateMsg {
        owner: Suite::addr("owner").to_string(),
        token: suite.token.to_string(),
        escrow: config.escrow.to_string(),
        registry: config.registry.to_string(),
        profile: TimeProfile::Main,
        start_secs: suite.now_secs(),
        epoch_secs: DAY,
        params: Params::defaults(),
    };
    let born = |suite: &mut Suite, msg: &surge_interface::rewards::InstantiateMsg| {
        let error = suite
            .app
            .instantiate_contract(code_id, Suite::addr("deployer"), msg, &[], "again", None)
            .expect_err("not born");
        format!("{error:#}")
    };
    assert!(born(&mut suite, &msg).contains("the token's minter is"));
    let mut late = msg.clone();
    late.start_secs -= 1;
    assert!(born(&mut suite, &late).contains("before now"));
    let mut short = msg.clone();
    short.epoch_secs = DAY - 1;
    assert!(born(&mut suite, &short).contains("epoch_secs is 86399"));
}

/// Guard: one of escrow's parameters cannot be raised past what is burned.
#[test]
fn no_vote_makes_a_burned_token_mint_more_than_nine_tenths() {
    let mut suite = Suite::new();
    suite.meet("owner");
    let params = EscrowParams {
        work_mint_bps: 6_001,
        gate_bps: 3_000,
        ..EscrowParams::defaults(TimeProfile::Main)
    };
    let update = surge_interface::escrow::ExecuteMsg::UpdateParams { params };
    let expected = surge_escrow::ContractError::OutOfBounds(OutOfBounds {
        what: "work_mint_bps and gate_bps",
        value: 9_001,
        min: 0,
        max: 9_000,
    });
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("owner", &update)
    });
}

/// Numbers out of bounds at birth, where no step holds them back. Guard: `check_params`
/// there as with every change.
#[test]
fn rewards_are_not_born_with_an_emission_that_no_vote_could_make() {
    let mut suite = Suite::new();
    let of_suite: surge_interface::rewards::ConfigResponse = suite.ask_rewards(&Rewards::Config {});
    let info = suite.app.wrap().query_wasm_contract_info(&suite.rewards);
    let code_id = info.expect("a contract").code_id;
    let bound = |what, value: u64, max| {
        ContractError::OutOfBounds(OutOfBounds {
            what,
            value,
            min: 0,
            max,
        })
    };
    for (base_bps, ceiling_bps, pool_bps, instant_bps, expected) in [
        (200, 2_001, 0, 0, bound("ceiling_bps", 2_001, 2_000)),
        (200, 800, 10_001, 0, bound("pool_bps", 10_001, 10_000)),
        (200, 800, 0, 5_001, bound("instant_bps", 5_001, 5_000)),
        (
            801,
            800,
            0,
            0,
            ContractError::CeilingBelowBase {
                ceiling_bps: 800,
                base_bps: 801,
            },
        ),
    ] {
        let msg = surge_interface::rewards::InstantiateMsg {
            owner: Suite::addr("owner").to_string(),
            token: suite.token.to_string(),
            escrow: of_suite.escrow.to_string(),
            registry: of_suite.registry.to_string(),
            profile: TimeProfile::Main,
            start_secs: suite.now_secs(),
            epoch_secs: DAY,
            params: Params {
                base_bps,
                ceiling_bps,
                pool_bps,
                instant_bps,
            },
        };
        let deployer = Suite::addr("deployer");
        let born = suite
            .app
            .instantiate_contract(code_id, deployer, &msg, &[], "again", None);
        let error = born.expect_err("not born");
        assert_eq!(error.downcast_ref::<ContractError>(), Some(&expected));
    }
}

/// The owner takes nothing, or more than there is. Guard: the bounds of a slash.
#[test]
fn a_slash_takes_a_basis_point_at_least_and_all_at_most() {
    let mut suite = Suite::new();
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (provider, _) = suite.join_with("alice", machine.priced_percent(100_000));
    wash(&mut suite, 90_000_000_000, 30 * DAY);
    suite.claim(provider).expect("a claim");
    for bps in [0, 10_001, u16::MAX] {
        let expected = ContractError::OutOfBounds(OutOfBounds {
            what: "bps",
            value: bps.into(),
            min: 1,
            max: 10_000,
        });
        refuses(&mut suite, expected, |suite| {
            suite.to_rewards("owner", &ExecuteMsg::Slash { provider, bps })
        });
    }
    for bps in [1, 10_000] {
        let slash = ExecuteMsg::Slash { provider, bps };
        suite.to_rewards("owner", &slash).expect("a slash");
    }
    let account: surge_interface::rewards::AccountResponse =
        suite.ask_rewards(&Rewards::Account { provider });
    assert_eq!(account.vesting.iter().sum::<Uint128>(), Uint128::zero());
    refuses(
        &mut suite,
        ContractError::NothingVests { provider },
        |suite| suite.to_rewards("owner", &ExecuteMsg::Slash { provider, bps: 1 }),
    );
}
