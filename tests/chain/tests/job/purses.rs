//! What was collected from the take moves on, and what came without a message is booked.

use surge_chain_tests::Error;
use surge_interface::escrow::{ExecuteMsg as Escrow, Purse};
use surge_interface::registry::{ExecuteMsg as Registry, ReceiveMsg};

use super::terms;
use super::world::World;

pub fn native(world: &mut World) -> Result<(), Error> {
    flush(world, Purse::Treasury, "escrow flush (treasury)")?;
    flush(world, Purse::Insurance, "escrow flush (insurance)")?;
    fund_kitty(world, "registry fund_kitty")?;

    world.chain.pay(&world.anyone, &world.escrow, 777)?;
    world.chain.pay(&world.anyone, &world.registry, 777)?;
    let denom = terms::native();
    let synced = world.at_escrow(&world.anyone, &Escrow::Sync { denom })?;
    world.table.note("escrow sync", &synced);
    let synced = world.at_registry(&world.anyone, &Registry::Sync { denom: 0 })?;
    world.table.note("registry sync", &synced);
    world.assert_solvent()
}

pub fn reward_token(world: &mut World) -> Result<(), Error> {
    flush(world, Purse::Burn, "escrow flush (burn)")?;
    flush(
        world,
        Purse::Treasury,
        "escrow flush (treasury, reward token)",
    )?;
    flush(
        world,
        Purse::Insurance,
        "escrow flush (insurance, reward token)",
    )?;
    fund_kitty(world, "registry receive fund_kitty")?;
    world.assert_solvent()
}

/// What a purse owed arrives, the treasury's share at the DAO.
fn flush(world: &mut World, purse: Purse, what: &str) -> Result<(), Error> {
    let due = world.owed()?;
    let (to, due) = match purse {
        Purse::Burn => (None, due.burn),
        Purse::Treasury => (Some(&world.dao), due.treasury),
        Purse::Insurance => (Some(&world.registry), due.insurance),
    };
    assert!(!due.is_zero());
    let balance = |address: Option<&String>| match address {
        Some(address) => world.balance(address),
        None => Ok(0),
    };
    let (held, before) = (world.balance(&world.escrow)?, balance(to)?);
    let denom = world.denom();
    let flushed = world.at_escrow(&world.anyone, &Escrow::Flush { denom, purse })?;
    assert_eq!(world.balance(&world.escrow)?, held - due.u128());
    if to.is_some() {
        assert_eq!(balance(to)?, before + due.u128());
    }
    world.table.note(what, &flushed);
    Ok(())
}

fn fund_kitty(world: &mut World, what: &str) -> Result<(), Error> {
    let (msg, passed_on) = (Registry::FundKitty {}, ReceiveMsg::FundKitty {});
    let funded = world.send_money(&world.anyone, &world.registry, &msg, &passed_on, 1_000)?;
    world.table.note(what, &funded);
    Ok(())
}
