//! Jobs in the reward token: paid with what the token passes on, partly burned, and minted
//! for.

use cw20::Cw20ExecuteMsg;
use surge_chain_tests::Error;
use surge_interface::escrow::{
    Contribution, ExecuteMsg as Escrow, Purse, QueryMsg as EscrowQuery, ReceiveMsg,
};
use surge_interface::registry::ReceiveMsg as RegistryReceive;
use surge_interface::rewards::{AccountResponse, ExecuteMsg, Params, QueryMsg};

use super::world::{job, World, EPOCH_SECS};
use super::{assert_fails, DEPOSIT, TEN_MINUTES};

const SUBMIT_BUDGET: u64 = 430_000;
const CLAIM_BUDGET: u64 = 240_000;
/// Epochs of a bucket of vesting.
const BUCKET_EPOCHS: u64 = 7;

pub fn jobs_in_the_reward_token(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    world.deliver(id)?;
    let accept = |job| Escrow::Accept { job, pay: false };
    world.at_escrow(&world.requester, &accept(id))?;

    let (id, submitted) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let what = "escrow receive submit_job (reward token, 100 nodes)";
    world.table.note_within(SUBMIT_BUDGET, what, &submitted);
    let summary = world.job(id)?.summary;
    let node = summary.node.expect("a node");
    let provider = world.provider_of(node).id;
    world.deliver(id)?;
    let before = given(world, provider)?;
    let accepted = world.at_escrow(&world.requester, &accept(id))?;
    world.table.note("escrow accept (reward token)", &accepted);
    let after = given(world, provider)?;
    let burned = (after.burned - before.burned).u128();
    assert_eq!(burned, summary.price.u128() * 500 / 10_000 / 2);
    assert_eq!(
        (after.work - before.work).u128(),
        burned * 6_000 / 10_000 / 4
    );

    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    world.deliver(id)?;
    let paid = world.at_escrow(&world.requester, &Escrow::Accept { job: id, pay: true })?;
    world
        .table
        .note("escrow accept (reward token, and pay)", &paid);

    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    world.deliver(id)?;
    let bond = world.job(id)?.summary.price.u128().div_ceil(10);
    let passed_on = ReceiveMsg::Dispute {
        job: id,
        reason_uri: "https://files.example.org/why.txt".into(),
    };
    let disputed = world.send_money(
        &world.requester,
        &world.escrow,
        &passed_on,
        &passed_on,
        bond,
    )?;
    world.table.note("escrow receive dispute", &disputed);
    let rule = Escrow::Rule {
        job: id,
        provider_bps: 0,
    };
    world.at_escrow(&world.arbiter, &rule)?;

    what_was_collected_moves_on(world)?;
    a_claim(world, provider)?;
    the_owner_of_the_emission(world, provider)
}

fn given(world: &World, provider: u32) -> Result<Contribution, Error> {
    let msg = EscrowQuery::Contribution { provider };
    world.chain.smart(&world.escrow, &msg)
}

fn what_was_collected_moves_on(world: &mut World) -> Result<(), Error> {
    for (purse, what) in [
        (Purse::Burn, "escrow flush (burn)"),
        (Purse::Treasury, "escrow flush (treasury, reward token)"),
        (Purse::Insurance, "escrow flush (insurance, reward token)"),
    ] {
        let denom = world.denom();
        let flush = Escrow::Flush { denom, purse };
        let flushed = world.at_escrow(&world.anyone, &flush)?;
        world.table.note(what, &flushed);
    }
    let passed_on = RegistryReceive::FundKitty {};
    let funded = world.send_money(
        &world.anyone,
        &world.registry,
        &passed_on,
        &passed_on,
        1_000,
    )?;
    world.table.note("registry receive fund_kitty", &funded);
    world.assert_solvent()
}

/// The dearest kind is measured: epochs to turn, emission, all buckets, and some vested.
fn a_claim(world: &mut World, provider: u32) -> Result<(), Error> {
    let claim = ExecuteMsg::Claim { provider };
    let at_rewards = |world: &World, msg: &ExecuteMsg| {
        world.chain.execute(&world.anyone, &world.rewards, msg, 0)
    };
    let config: surge_interface::rewards::ConfigResponse =
        world.chain.smart(&world.rewards, &QueryMsg::Config {})?;
    world.chain.wait_until(config.start_secs + EPOCH_SECS)?;
    let turned = at_rewards(world, &ExecuteMsg::Turn {})?;
    world.table.note("rewards turn", &turned);

    let payout = world.providers[0].payout.clone();
    let before = world.balance(&payout)?;
    let first = at_rewards(world, &claim)?;
    world.table.note("rewards claim (the first)", &first);
    let minted: u128 = first.attribute("wasm-reward_claimed", "minted")?;
    assert!(minted > 0);
    assert_eq!(world.balance(&payout)?, before + minted);

    let bucket = EPOCH_SECS * BUCKET_EPOCHS;
    world.chain.wait_until(world.chain.now_secs()? + bucket)?;
    let claimed = at_rewards(world, &claim)?;
    let what = "rewards claim (epochs booked, emission, vested)";
    world.table.note_within(CLAIM_BUDGET, what, &claimed);
    let vested: u128 = claimed.attribute("wasm-reward_claimed", "minted")?;
    assert!(vested > 0);
    assert_eq!(world.balance(&payout)?, before + minted + vested);
    let msg = QueryMsg::Account { provider };
    let account: AccountResponse = world.chain.smart(&world.rewards, &msg)?;
    assert_eq!(account.minted.u128(), minted + vested);

    let mint = Cw20ExecuteMsg::Mint {
        recipient: world.hostile.address().into(),
        amount: 1u128.into(),
    };
    let minted = world.chain.execute(&world.hostile, &world.token, &mint, 0);
    assert_fails(minted, "Unauthorized");
    Ok(())
}

fn the_owner_of_the_emission(world: &mut World, provider: u32) -> Result<(), Error> {
    let params = Params {
        base_bps: 190,
        ..Params::defaults()
    };
    for (what, msg) in [
        ("rewards update_params", ExecuteMsg::UpdateParams { params }),
        (
            "rewards slash",
            ExecuteMsg::Slash {
                provider,
                bps: 10_000,
            },
        ),
    ] {
        let refused = world.chain.execute(&world.hostile, &world.rewards, &msg, 0);
        assert_fails(refused, "owner");
        let done = world.chain.execute(&world.owner, &world.rewards, &msg, 0)?;
        world.table.note(what, &done);
    }
    Ok(())
}
