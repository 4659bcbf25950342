//! A DAO whose weight takes a while to count and whose deposits are tokens: what only such a
//! one can do.

use cosmwasm_std::Uint128;
use cw20::Cw20ExecuteMsg;
use surge_chain_tests::{Error, Included};
use surge_interface::dao::{Choice, Draft, ExecuteMsg, ReceiveMsg, Status};

use super::deploy::{Codes, GUILD_DEPOSIT};
use super::members::words;
use super::world::World;

pub fn from_the_first_stake_to_its_return(world: &mut World, codes: &Codes) -> Result<(), Error> {
    world.dao = world.deploy_guild(codes)?;
    for (member, amount) in [(0, 1_000_000), (1, 2_000_000)] {
        hand_over(world, member, &ReceiveMsg::Stake {}, amount)?;
    }
    world.chain.wait_until(world.chain.now_secs()? + 2)?;
    let activate = |member| world.at_dao(&world.anyone, &ExecuteMsg::Activate { member });
    activate(1)?;
    let activated = activate(2)?;

    let opinion = ReceiveMsg::Propose {
        draft: Box::new(Draft {
            title: "What we think of it".into(),
            text: words(200),
            actions: vec![],
            gas: 0,
        }),
    };
    let proposed = hand_over(world, 1, &opinion, GUILD_DEPOSIT)?;
    let proposal = proposed.attribute("wasm-proposal_opened", "proposal")?;
    for member in [0, 1] {
        world.vote(member, proposal, Choice::Yes)?;
    }
    let closes = world.proposal(proposal)?.proposal.closes_secs;
    world.chain.wait_until(closes)?;
    // There is nothing to carry out: it is final with this.
    let poked = world.at_dao(&world.anyone, &ExecuteMsg::Poke { proposal })?;
    assert_eq!(world.proposal(proposal)?.proposal.status, Status::Executed);
    let before = world.balance(world.members[1].address())?;
    let refunded = world.at_dao(&world.anyone, &ExecuteMsg::Refund { proposal })?;
    let after = world.balance(world.members[1].address())?;
    assert_eq!(after, before + GUILD_DEPOSIT);

    let amount = Uint128::new(500_000);
    world.at_dao(&world.members[1], &ExecuteMsg::Unstake { amount })?;
    let unstaking = world.chain.now_secs()? + 13;
    world.chain.wait_until(unstaking)?;
    let released = world.at_dao(&world.anyone, &ExecuteMsg::ReleaseStake { member: 2 })?;
    let back = world.balance(world.members[1].address())?;
    assert_eq!(back, after + amount.u128());

    for (what, included) in [
        ("dao activate", activated),
        ("dao receive propose (200 B, an opinion)", proposed),
        ("dao poke (an opinion)", poked),
        ("dao refund (reward token)", refunded),
        ("dao release_stake", released),
    ] {
        world.table.note(what, &included);
    }
    world.assert_solvent()
}

/// A member sends the DAO tokens.
fn hand_over(
    world: &World,
    member: usize,
    msg: &ReceiveMsg,
    amount: u128,
) -> Result<Included, Error> {
    let send = Cw20ExecuteMsg::Send {
        contract: world.dao.clone(),
        amount: amount.into(),
        msg: serde_json::to_vec(msg)?.into(),
    };
    world
        .chain
        .execute(&world.members[member], &world.token, &send, 0)
}
