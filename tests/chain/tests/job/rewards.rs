//! Jobs in the reward token: paid with what the token passes on, partly burned, and minted
//! for.

use surge_chain_tests::Error;
use surge_interface::escrow::{Contribution, ExecuteMsg as Escrow, QueryMsg as EscrowQuery};
use surge_interface::rewards::{
    AccountResponse, ConfigResponse, ExecuteMsg, Params, ParamsResponse, QueryMsg,
};

use super::terms::{job, DEPOSIT, EPOCH_SECS, TEN_MINUTES};
use super::world::World;

const SUBMIT_BUDGET: u64 = 430_000;
const CLAIM_BUDGET: u64 = 240_000;
/// Epochs of a bucket of vesting.
const BUCKET_EPOCHS: u64 = 7;

/// Answers whose node had the first that is measured.
pub fn jobs_in_the_reward_token(world: &mut World) -> Result<u32, Error> {
    let id = world.delivered()?;
    world.accept(id, false)?;

    let (id, submitted) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let what = "escrow receive submit_job (reward token, 100 nodes)";
    world.table.note_within(SUBMIT_BUDGET, what, &submitted);
    let summary = world.job(id)?.summary;
    let node = summary.node.expect("a node");
    let provider = world.provider_of(node).id;
    world.deliver(id)?;
    let before = given(world, provider)?;
    let accepted = world.accept(id, false)?;
    world.table.note("escrow accept (reward token)", &accepted);
    let after = given(world, provider)?;
    let burned = (after.burned - before.burned).u128();
    assert_eq!(burned, summary.price.u128() * 500 / 10_000 / 2);
    assert_eq!(
        (after.work - before.work).u128(),
        burned * 6_000 / 10_000 / 4
    );

    let id = world.delivered()?;
    let paid = world.accept(id, true)?;
    world
        .table
        .note("escrow accept (reward token, and pay)", &paid);

    let id = world.delivered()?;
    let disputed = world.dispute(id)?;
    world.table.note("escrow receive dispute", &disputed);
    let rule = Escrow::Rule {
        job: id,
        provider_bps: 0,
    };
    world.at_escrow(&world.arbiter, &rule)?;
    world.assert_solvent()?;
    Ok(provider)
}

fn given(world: &World, provider: u32) -> Result<Contribution, Error> {
    let msg = EscrowQuery::Contribution { provider };
    world.chain.smart(&world.escrow, &msg)
}

/// The dearest kind is measured: epochs to turn, emission, all buckets, and some vested.
pub fn claims(world: &mut World, provider: u32) -> Result<(), Error> {
    let claim = ExecuteMsg::Claim { provider };
    let at_rewards = |world: &World, msg: &ExecuteMsg| {
        world.chain.execute(&world.anyone, &world.rewards, msg, 0)
    };
    let config: ConfigResponse = world.chain.smart(&world.rewards, &QueryMsg::Config {})?;
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
    world.assert_solvent()
}

pub fn members_set_the_emission(world: &mut World, provider: u32) -> Result<(), Error> {
    let params = Params {
        base_bps: 190,
        ..Params::defaults()
    };
    let rewards = world.rewards.clone();
    world.decree(
        &rewards,
        [
            (
                "rewards update_params",
                ExecuteMsg::UpdateParams {
                    params: params.clone(),
                },
            ),
            (
                "rewards slash",
                ExecuteMsg::Slash {
                    provider,
                    bps: 10_000,
                },
            ),
        ],
    )?;
    let set: ParamsResponse = world.chain.smart(&rewards, &QueryMsg::Params {})?;
    assert_eq!(set.params, params);
    Ok(())
}
