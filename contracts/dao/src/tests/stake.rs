//! Whoever stakes is a member, with as much weight as it stakes.

use surge_interface::bounds::OutOfBounds;
use surge_interface::dao::*;
use surge_interface::UncheckedDenom;

use super::world::*;
use crate::ContractError;

fn aged() -> World {
    World::with(|token| {
        let mut msg = birth();
        msg.electorate = Electorate::Staked {
            token: token.to_string(),
            unstaking_secs: 160,
        };
        msg.settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
        msg.settings.min_age_secs = 30;
        msg
    })
}

fn unstake(amount: u128) -> ExecuteMsg {
    let amount = amount.into();
    ExecuteMsg::Unstake { amount }
}

fn weights(world: &World, who: &str) -> (u128, u128, u64) {
    let member = world.member(who);
    (
        member.weight.u128(),
        member.pending.u128(),
        member.pending_secs,
    )
}

#[test]
fn more_stake_waits_for_itself_and_merges_with_what_waits() {
    let mut world = aged();
    world.stake("ada", 100).unwrap();
    let first = world.now() + 30;
    assert_eq!(weights(&world, "ada"), (0, 100, first));
    world.pass(10);
    world.stake("ada", 5).unwrap();
    assert_eq!(weights(&world, "ada"), (0, 105, first + 10));
    world.pass(30);
    // What is old enough counts now, also when nobody activated it.
    world.stake("ada", 7).unwrap();
    assert_eq!(weights(&world, "ada"), (105, 7, world.now() + 30));
    assert_eq!(world.total().weight.u128(), 105);
}

#[test]
fn what_leaves_is_the_youngest_and_its_weight_is_gone_at_once() {
    let mut world = aged();
    world.stake("ada", 100).unwrap();
    world.pass(30);
    world
        .tell("mal", &ExecuteMsg::Activate { member: 1 })
        .unwrap();
    world.stake("ada", 20).unwrap();
    let from = world.now() + 30;
    world.tell("ada", &unstake(15)).unwrap();
    assert_eq!(weights(&world, "ada"), (100, 5, from));
    world.tell("ada", &unstake(10)).unwrap();
    assert_eq!(weights(&world, "ada"), (95, 0, 0));
    assert_eq!(world.total().weight.u128(), 95);
    let error = ContractError::StakeTooLow {
        member: 1,
        has: 95u128.into(),
        asked: 96u128.into(),
    };
    assert_eq!(refused(world.tell("ada", &unstake(96))), error);
    assert_eq!(
        refused(world.tell("ada", &unstake(0))),
        ContractError::NoAmount
    );
}

#[test]
fn stake_leaves_after_its_wait_to_its_staker_alone() {
    let mut world = World::staked();
    let before = world.tokens(&addr("ada"));
    world.tell("ada", &unstake(60)).unwrap();
    assert_eq!(world.total().members, 2);
    let release = ExecuteMsg::ReleaseStake { member: 1 };
    world.pass(100);
    world.stake("ada", 10).unwrap();
    world.tell("ada", &unstake(10)).unwrap();
    world.pass(59);
    let error = ContractError::NothingToRelease { member: 1 };
    assert_eq!(refused(world.tell("mal", &release)), error);
    world.pass(1);
    let response = world.tell("mal", &release).unwrap();
    assert_eq!(attribute(&response, "stake_released", "amount"), "60");
    assert_eq!(world.tokens(&addr("ada")), before + 50);
    assert_eq!(refused(world.tell("mal", &release)), error);
    world.pass(100);
    world.tell("mal", &release).unwrap();
    assert_eq!(world.tokens(&addr("ada")), before + 60);
    assert_eq!(world.tokens(&world.dao), 40);
}

#[test]
fn withdrawals_on_their_way_have_a_cap_that_frees_itself() {
    let mut world = World::staked();
    for _ in 0..MAX_UNSTAKINGS {
        world.tell("ada", &unstake(1)).unwrap();
    }
    let error = refused(world.tell("ada", &unstake(1)));
    assert!(matches!(error, ContractError::TooLong { .. }));
    assert_eq!(world.member("ada").weight.u128(), 44, "nothing changed");
    world.pass(160);
    world
        .tell("mal", &ExecuteMsg::ReleaseStake { member: 1 })
        .unwrap();
    world.tell("ada", &unstake(1)).unwrap();
}

#[test]
fn only_the_staked_token_stakes() {
    let mut world = World::staked();
    let receive = cw20::Cw20ReceiveMsg {
        sender: addr("mal").to_string(),
        amount: 1_000_000u128.into(),
        msg: cosmwasm_std::to_json_binary(&ReceiveMsg::Stake {}).unwrap(),
    };
    let token = addr("mal");
    let error = refused(world.tell("mal", &ExecuteMsg::Receive(receive)));
    assert_eq!(error, ContractError::UnknownToken { token });
    assert_eq!(refused(world.stake("mal", 0)), ContractError::NoAmount);
}

#[test]
fn members_of_a_staked_dao_are_not_voted_in_or_out() {
    let mut world = World::staked();
    let address = addr("zoe").to_string();
    for action in [
        Action::AddMember { address },
        Action::RemoveMember { member: 1 },
    ] {
        let error = refused(world.try_propose("ada", vec![action]));
        assert_eq!(error, ContractError::MembersStake);
    }
    let error = refused(world.tell("ada", &ExecuteMsg::Leave {}));
    assert_eq!(error, ContractError::MembersStake);
}

#[test]
fn no_policy_outlives_the_wait_of_stake() {
    let mut world = World::staked();
    let mut policy = plain();
    policy.timelock_secs = 51;
    let class = Class::Text;
    let action = Action::SetPolicy { class, policy };
    let proposal = world.propose(vec![action]);
    world.vote("ada", proposal, Choice::Yes);
    world.pass(10);
    world.poke(proposal).unwrap();
    world.pass(51);
    let error = OutOfBounds {
        what: "unstaking_secs",
        value: 160,
        min: 161,
        max: u64::MAX,
    };
    assert_eq!(world.fails(proposal), error.into());
    assert_eq!(world.ask::<Policies>(&QueryMsg::Policies {}).text, plain());
}
