//! What it costs to govern: proposals of several sizes, votes, executions that succeed,
//! fail, and run out of gas; deposits; stakes; and a network handed from members to stakers.

use cosmwasm_std::Uint128;
use cw20::{Cw20ExecuteMsg, Logo};
use cw_ownable::{Action as Ownership, Ownership as Owner};
use surge_chain_tests::{Error, Key};
use surge_interface::dao::{
    Action, Choice, Class, ConfigResponse, ExecuteMsg, QueryMsg, ReceiveMsg, Row, Status,
};
use surge_interface::escrow::ExecuteMsg as Escrow;
use surge_interface::registry::{ExecuteMsg as Registry, QueryMsg as RegistryQuery};

use surge_interface::rewards::ExecuteMsg as Rewards;

use super::deploy::Codes;
use super::members::{call, words, ENOUGH};
use super::terms::{policies, registry_params};
use super::world::{assert_fails, World};

const PROPOSE_BUDGET: u64 = 250_000;
const VOTE_BUDGET: u64 = 165_000;
const EXECUTE_BUDGET: u64 = 240_000;

pub fn propose_and_vote(world: &mut World) -> Result<(), Error> {
    // This DAO has decided before: its counters exist.
    let mut proposals = vec![];
    for (member, text, what, budget) in [
        (0, 200, "dao propose (200 B, one spend)", None),
        (
            1,
            2_048,
            "dao propose (2 KB, one spend)",
            Some(PROPOSE_BUDGET),
        ),
        (1, 10_240, "dao propose (10 KB, one spend)", None),
        (2, 24_576, "dao propose (24 KB, one spend)", None),
    ] {
        let gift = vec![world.gift(1)];
        let (proposal, included) = world.propose(member, text, gift, ENOUGH)?;
        match budget {
            Some(budget) => world.table.note_within(budget, what, &included),
            None => world.table.note(what, &included),
        }
        proposals.push(proposal);
    }
    let mut costs = vec![];
    for (proposal, what) in [
        (proposals[0], "dao vote (200 B)"),
        (proposals[3], "dao vote (24 KB)"),
    ] {
        let voted = world.vote(0, proposal, Choice::Abstain)?;
        costs.push(voted.gas_used);
        world.table.note_within(VOTE_BUDGET, what, &voted);
    }
    assert!(costs[0].abs_diff(costs[1]) * 100 < costs[0], "{costs:?}");
    let second = world.vote(1, proposals[0], Choice::Yes)?;
    let changed = world.vote(1, proposals[0], Choice::Abstain)?;
    let reasoned = ExecuteMsg::Vote {
        proposal: proposals[3],
        choice: Choice::No,
        reason: Some(words(512)),
    };
    let reasoned = world.at_dao(&world.members[1], &reasoned)?;
    let hostile = ExecuteMsg::Vote {
        proposal: proposals[0],
        choice: Choice::Yes,
        reason: None,
    };
    assert_fails(world.at_dao(&world.hostile, &hostile), "member");
    let (spam, _) = world.propose(2, 200, vec![], 0)?;
    let withdrawn = world.at_dao(&world.members[2], &ExecuteMsg::Withdraw { proposal: spam })?;
    for (what, included) in [
        ("dao vote (the second)", second),
        ("dao vote (changed)", changed),
        ("dao vote (with a reason of 512 B)", reasoned),
        ("dao withdraw", withdrawn),
    ] {
        world.table.note(what, &included);
    }
    Ok(())
}

pub fn execute(world: &mut World) -> Result<(), Error> {
    world.chain.pay(&world.anyone, &world.dao, 1_000_000)?;
    let (proposal, _) = world.propose(0, 200, vec![world.gift(777)], ENOUGH)?;
    let poked = world.make_ready(&[proposal])?;
    world.table.note("dao poke", &poked);
    let before = world.chain.balance(world.hostile.address())?;
    let executed = world.execute(proposal)?;
    world
        .table
        .note_within(EXECUTE_BUDGET, "dao execute (one spend)", &executed);
    assert_eq!(world.chain.balance(world.hostile.address())?, before + 777);
    assert_eq!(world.proposal(proposal)?.proposal.status, Status::Executed);
    assert_fails(world.execute(proposal), "needs Ready");

    let add = |key: &Key| Action::AddMember {
        address: key.address().into(),
    };
    // The next member's id is known.
    let remove = Action::RemoveMember {
        member: world.members.len() as u32 + 1,
    };
    let (first, second) = (add(&world.requester), add(&world.anyone));
    let decided = world.decide(0, [vec![first], vec![remove], vec![second]])?;
    let [(_, added), (_, removed), _] = &decided[..] else {
        unreachable!("three were decided");
    };
    let left = world.at_dao(&world.anyone, &ExecuteMsg::Leave {})?;
    world.table.note("dao execute (one member)", added);
    world.table.note("dao execute (one member less)", removed);
    world.table.note("dao leave", &left);
    Ok(())
}

/// A spend that is not covered: undone, recorded, and the rest of the DAO goes on.
pub fn what_fails(world: &mut World) -> Result<(), Error> {
    let held = world.chain.balance(&world.dao)?;
    let actions = vec![world.gift(1), world.gift(held)];
    let (proposal, failed) = world.decide_one(2, actions)?;
    world.table.note("dao execute (fails, two spends)", &failed);
    let after = world.proposal(proposal)?;
    assert_eq!(after.proposal.status, Status::Ready);
    assert_eq!(after.proposal.tries, 1);
    assert!(after.failure.is_some());
    assert_eq!(world.chain.balance(&world.dao)?, held, "all undone");
    Ok(())
}

/// With less gas than stated the transaction fails and nothing is recorded; with less
/// than the actions need, stated so by the proposal, the try fails.
pub fn too_little_gas(world: &mut World) -> Result<(), Error> {
    let (proposal, _) = world.propose(0, 200, vec![world.gift(1)], ENOUGH)?;
    world.make_ready(&[proposal])?;
    let execute = ExecuteMsg::Execute { proposal };
    for gas in [120_000, 135_000, 145_000, 155_000, 165_000] {
        let tried = world
            .chain
            .execute_within(gas, &world.anyone, &world.dao, &execute);
        match tried {
            Ok(_) => {
                let status = world.proposal(proposal)?.proposal.status;
                assert_eq!(status, Status::Executed, "{gas} was enough");
                return Err(Error::Answer(format!("{gas} was enough to execute")));
            }
            Err(error) => assert!(error.raw_log().contains("out of gas"), "{error}"),
        }
        let after = world.proposal(proposal)?;
        assert_eq!(
            (after.proposal.status, after.proposal.tries),
            (Status::Ready, 0)
        );
    }
    world.execute(proposal)?;
    assert_eq!(world.proposal(proposal)?.proposal.status, Status::Executed);

    // The least that may be stated is not enough for a call of another contract.
    let update = Registry::UpdateParams {
        params: registry_params(),
    };
    let update = call(&world.registry, &update)?;
    let (proposal, _) = world.propose(0, 200, vec![update], 100_000)?;
    world.make_ready(&[proposal])?;
    world.execute(proposal)?;
    let after = world.proposal(proposal)?;
    assert_eq!(
        (after.proposal.status, after.proposal.tries),
        (Status::Ready, 1)
    );
    // Out of gas, as the chain says it to a contract.
    assert_eq!(after.failure.as_deref(), Some("codespace: sdk, code: 11"));
    Ok(())
}

pub fn rules_change(world: &mut World) -> Result<(), Error> {
    let mut policy = policies().text;
    policy.min_voters = 1;
    let rule = Action::SetPolicy {
        class: Class::Text,
        policy,
    };
    let (proposal, ruled) = world.decide_one(2, vec![rule])?;
    world.table.note("dao execute (a policy)", &ruled);
    let refunded = world.at_dao(&world.anyone, &ExecuteMsg::Refund { proposal })?;
    world.table.note("dao refund", &refunded);
    world.assert_solvent()
}

/// Each kind of action and of an owner's message that is not measured yet. None of it lasts:
/// what is offered is not accepted.
pub fn everything_else_that_members_decide(world: &mut World) -> Result<(), Error> {
    let row = Row {
        contract: world.escrow.clone(),
        message: "set_roles".into(),
        class: Class::Params,
    };
    let config: ConfigResponse = world.chain.smart(&world.dao, &QueryMsg::Config {})?;
    let admin = world.anyone.address().to_owned();
    let actions = [
        ("a row", Action::SetRow { row }),
        (
            "settings",
            Action::SetSettings {
                settings: config.settings,
            },
        ),
        (
            "another admin",
            Action::SetAdmin {
                contract: world.token.clone(),
                admin: admin.clone(),
            },
        ),
    ];
    let (names, actions): (Vec<_>, Vec<_>) = actions.into_iter().unzip();
    let decided = world.decide(0, actions.into_iter().map(|action| vec![action]))?;
    for (what, (proposal, executed)) in names.into_iter().zip(decided) {
        let after = world.proposal(proposal)?;
        let status = after.proposal.status;
        assert_eq!(status, Status::Executed, "{what}: {:?}", after.failure);
        world
            .table
            .note(&format!("dao execute ({what})"), &executed);
    }

    let (escrow, rewards, token) = (
        world.escrow.clone(),
        world.rewards.clone(),
        world.token.clone(),
    );
    let offer = Ownership::TransferOwnership {
        new_owner: admin,
        expiry: None,
    };
    let offered = Escrow::UpdateOwnership(offer.clone());
    world.decree(&escrow, [("escrow update_ownership", offered)])?;
    let offered = Rewards::UpdateOwnership(offer);
    world.decree(&rewards, [("rewards update_ownership", offered)])?;
    let words = Cw20ExecuteMsg::UpdateMarketing {
        project: Some("https://example.org".into()),
        description: Some("What work earns.".into()),
        marketing: None,
    };
    let logo = Cw20ExecuteMsg::UploadLogo(Logo::Url("https://example.org/surge.svg".into()));
    world.decree(
        &token,
        [
            ("token update_marketing", words),
            ("token upload_logo", logo),
        ],
    )
}

/// The members offer the registry to those who stake the reward token, and these accept
/// it.
pub fn stakers_take_over(world: &mut World, codes: &Codes) -> Result<(), Error> {
    let (stakers, included) = world.deploy_stakers(codes)?;
    world.table.note("dao instantiate (staked)", &included);
    let registry = world.registry.clone();
    let offer = Ownership::TransferOwnership {
        new_owner: stakers.clone(),
        expiry: None,
    };
    let offer = Registry::UpdateOwnership(offer);
    world.decree(&registry, [("registry update_ownership", offer)])?;
    world.dao = stakers;

    let stake = |member: usize, amount: u128| {
        let msg = ReceiveMsg::Stake {};
        world.send_money(&world.members[member], &world.dao, &msg, &msg, amount)
    };
    stake(0, 1_000_000)?;
    let staked = stake(1, 2_000_000)?;
    let more = stake(1, 1_000_000)?;
    let (proposal, proposed) = world.propose(1, 2_048, vec![world.gift(1)], ENOUGH)?;
    let voted = world.vote(1, proposal, Choice::Yes)?;
    let unstake = ExecuteMsg::Unstake {
        amount: Uint128::new(500_000),
    };
    let unstaked = world.at_dao(&world.members[1], &unstake)?;
    let votes = world.proposal(proposal)?.proposal;
    assert_eq!(votes.yes.u128(), 3_000_000, "as it stood at the height");

    let accept = Registry::UpdateOwnership(Ownership::AcceptOwnership);
    let (_, accepted) = world.decide_one(0, vec![call(&registry, &accept)?])?;
    let msg = RegistryQuery::Ownership {};
    let ownership: Owner<String> = world.chain.smart(&registry, &msg)?;
    assert_eq!(ownership.owner, Some(world.dao.clone()));
    for (what, included) in [
        ("dao receive stake (the first)", staked),
        ("dao receive stake (more)", more),
        ("dao propose (2 KB, one spend, staked)", proposed),
        ("dao vote (staked)", voted),
        ("dao unstake", unstaked),
        ("dao execute (accepts a contract, staked)", accepted),
    ] {
        world.table.note(what, &included);
    }
    world.assert_solvent()
}
