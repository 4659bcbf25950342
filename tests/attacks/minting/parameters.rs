//! On the numbers of the mint: at birth, by votes without end, and what an owner takes back.

use cosmwasm_std::Uint128;
use cw_multi_test::Executor;
use surge_interface::bounds::OutOfBounds;
use surge_interface::escrow::Params as EscrowParams;
use surge_interface::rewards::{ExecuteMsg, Params, QueryMsg as Rewards};
use surge_interface::TimeProfile;
use surge_rewards::ContractError;
use surge_testing::{Machine, Suite};
use surge_tests::refusal::refuses;

use super::{claimable, wash, BOND, DAY};

/// A number above the most that it may be.
fn bound(what: &'static str, value: u64, max: u64) -> ContractError {
    ContractError::OutOfBounds(OutOfBounds {
        what,
        value,
        min: 0,
        max,
    })
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
    let mut suite = Suite::with_rewards(Params {
        base_bps: 1,
        ..Params::defaults()
    });
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
