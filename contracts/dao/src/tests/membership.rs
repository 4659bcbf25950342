//! Members, where each has one vote.

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
use cw_utils::PaymentError;
use surge_interface::dao::*;

use super::world::*;
use crate::contract::instantiate;
use crate::ContractError;

fn add(who: &str) -> Action {
    Action::AddMember {
        address: addr(who).to_string(),
    }
}

fn aged(secs: u64) -> World {
    World::with(|_| {
        let mut msg = birth();
        msg.settings.min_age_secs = secs;
        msg
    })
}

#[test]
fn a_new_member_counts_when_its_weight_is_old_enough() {
    let mut world = aged(30);
    let proposal = world.ready(vec![add("zoe")]);
    let response = world.execute(proposal).unwrap();
    assert_eq!(attribute(&response, "member_added", "member"), "6");
    let activate = ExecuteMsg::Activate { member: 6 };
    let member = world.member("zoe");
    let pending = (
        member.weight.u128(),
        member.pending.u128(),
        member.pending_secs,
    );
    assert_eq!(pending, (0, 1, world.now() + 30));
    world.pass(29);
    let error = ContractError::NothingToActivate { member: 6 };
    assert_eq!(refused(world.tell("mal", &activate)), error);
    assert_eq!((world.total().weight.u128(), world.total().members), (5, 5));
    world.pass(1);
    world.tell("mal", &activate).unwrap();
    assert_eq!((world.total().weight.u128(), world.total().members), (6, 6));
    // Not yet at the start of this block.
    assert!(world.try_propose("zoe", vec![]).is_err());
    world.pass(1);
    world.try_propose("zoe", vec![]).unwrap();
    assert_eq!(refused(world.tell("mal", &activate)), error);
}

#[test]
fn whoever_leaves_is_gone_at_once_and_may_come_back_by_vote() {
    let mut world = World::new();
    let back = world.ready(vec![add("eve")]);
    world.tell("eve", &ExecuteMsg::Leave {}).unwrap();
    assert_eq!(world.total().members, 4);
    let error = ContractError::HasLeft { member: 5 };
    assert_eq!(refused(world.tell("eve", &ExecuteMsg::Leave {})), error);
    world.execute(back).unwrap();
    assert_eq!(world.total().members, 5);
    let member = world.member("eve");
    assert_eq!(
        (member.id, member.weight.u128()),
        (5, 1),
        "the same member as before"
    );
    let twice = world.ready(vec![add("eve")]);
    let address = addr("eve");
    assert_eq!(world.fails(twice), ContractError::MemberTwice { address });
}

#[test]
fn whoever_is_voted_out_has_no_say_from_the_next_block_on() {
    let mut world = World::new();
    let out = world.ready(vec![Action::RemoveMember { member: 5 }]);
    let earlier = world.propose(vec![]);
    world.execute(out).unwrap();
    world.pass(1);
    world.vote("eve", earlier, Choice::No);
    let (member, height) = (5, world.height());
    let error = ContractError::NoWeight { member, height };
    assert_eq!(refused(world.try_propose("eve", vec![])), error);
}

#[test]
fn the_last_member_stays() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        let members = vec![addr("ada").to_string()];
        msg.electorate = Electorate::OnePerMember { members };
        msg
    });
    let error = ContractError::LastMember { member: 1 };
    assert_eq!(refused(world.tell("ada", &ExecuteMsg::Leave {})), error);
    assert_eq!(world.total().members, 1);
}

#[test]
fn nothing_is_staked_where_each_has_one_vote() {
    let mut world = World::new();
    assert_eq!(refused(world.stake("ada", 5)), ContractError::NothingStaked);
    let amount = 1u128.into();
    let error = refused(world.tell("ada", &ExecuteMsg::Unstake { amount }));
    assert_eq!(error, ContractError::NothingStaked);
    let error = refused(world.tell("ada", &ExecuteMsg::ReleaseStake { member: 1 }));
    assert_eq!(error, ContractError::NothingStaked);
}

#[test]
fn members_page_by_id() {
    let world = World::new();
    let page = |start_after, limit| -> Vec<u32> {
        let msg = QueryMsg::Members { start_after, limit };
        let members = world.ask::<MembersResponse>(&msg).members;
        members.iter().map(|member| member.id).collect()
    };
    assert_eq!(page(None, Some(2)), [1, 2]);
    assert_eq!(page(Some(2), None), [3, 4, 5]);
}

fn born(change: impl Fn(&mut InstantiateMsg)) -> Result<(), ContractError> {
    let mut msg = birth();
    change(&mut msg);
    let info = message_info(&addr("deployer"), &[]);
    instantiate(mock_dependencies().as_mut(), mock_env(), info, msg).map(|_| ())
}

#[test]
fn birth_checks_what_later_changes_check() {
    assert_eq!(born(|_| ()), Ok(()));
    let twice = |msg: &mut InstantiateMsg| {
        let members = vec![addr("ada").to_string(); 2];
        msg.electorate = Electorate::OnePerMember { members };
    };
    let address = addr("ada");
    assert_eq!(born(twice), Err(ContractError::MemberTwice { address }));
    let nobody = |msg: &mut InstantiateMsg| {
        msg.electorate = Electorate::OnePerMember { members: vec![] };
    };
    let what = "the list of members";
    assert_eq!(born(nobody), Err(ContractError::Empty { what }));
    let crowd = |msg: &mut InstantiateMsg| {
        let members = (0..=MAX_FOUNDERS).map(|i| addr(&format!("m{i}")).to_string());
        msg.electorate = Electorate::OnePerMember {
            members: members.collect(),
        };
    };
    assert!(matches!(born(crowd), Err(ContractError::TooLong { .. })));
    let loose = |msg: &mut InstantiateMsg| msg.policies.upgrade.pass_bps = 4_999;
    assert!(matches!(born(loose), Err(ContractError::OutOfBounds(_))));
    let row = |class| Row {
        contract: addr("owned").to_string(),
        message: "update".to_owned(),
        class,
    };
    let rows = |msg: &mut InstantiateMsg| msg.rows = vec![row(Class::Spend), row(Class::Params)];
    let (contract, message) = (addr("owned"), "update".to_owned());
    assert_eq!(
        born(rows),
        Err(ContractError::RowTwice { contract, message })
    );
    let upgrade = |msg: &mut InstantiateMsg| msg.rows = vec![row(Class::Upgrade)];
    let class = "upgrade";
    assert_eq!(born(upgrade), Err(ContractError::BadRow { class }));
    let shouted = |msg: &mut InstantiateMsg| {
        let members = vec![addr("ada").to_string().to_uppercase()];
        msg.electorate = Electorate::OnePerMember { members };
    };
    assert!(matches!(born(shouted), Err(ContractError::Std(_))));
    let info = message_info(&addr("deployer"), &cosmwasm_std::coins(1, "ustake"));
    let swallowed = instantiate(mock_dependencies().as_mut(), mock_env(), info, birth());
    let error = ContractError::Payment(PaymentError::NonPayable {});
    assert_eq!(swallowed.unwrap_err(), error);
}

#[test]
fn stake_is_held_until_what_it_voted_for_could_happen() {
    // 100 of voting, 10 of a late flip, 50 of timelock.
    let wait = |unstaking_secs| {
        born(|msg| {
            msg.electorate = Electorate::Staked {
                token: addr("token").to_string(),
                unstaking_secs,
            };
        })
    };
    assert_eq!(wait(160), Ok(()));
    assert!(matches!(wait(159), Err(ContractError::OutOfBounds(_))));
}
