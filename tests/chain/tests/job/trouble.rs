//! Jobs that do not go well: declined, cancelled, kept waiting, disputed, never delivered.

use cosmwasm_std::Uint128;
use surge_chain_tests::Error;
use surge_interface::escrow::{ExecuteMsg as Escrow, Pick, Status, WhenFull};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::Resources;

use super::terms::{job, DEPOSIT, TEN_MINUTES};
use super::world::{assert_fails, assert_refused, World};

pub fn declined_and_cancelled(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let first = world.job(id)?.summary.node.expect("a node");
    let operator = &world.provider_of(first).operator;
    let declined = world.at_escrow(operator, &Escrow::Decline { job: id })?;
    world
        .table
        .note("escrow decline (a runner-up takes over)", &declined);
    let summary = world.job(id)?.summary;
    assert_eq!(summary.declined, [first]);
    assert!(
        summary.node.is_some_and(|second| second != first),
        "another node has it"
    );

    let cancelled = world.at_escrow(&world.requester, &Escrow::Cancel { job: id })?;
    world.table.note("escrow cancel (assigned)", &cancelled);
    assert_eq!(world.job(id)?.summary.status, Status::Cancelled);
    world.assert_solvent()
}

pub fn kept_waiting(world: &mut World) -> Result<(), Error> {
    // The one node that may have it belongs to a provider that takes no jobs now.
    let node = world.providers[0].nodes[0];
    let drained = world.at_registry(&world.providers[0].operator, &Registry::Drain {})?;
    world.table.note("registry drain (25 nodes)", &drained);
    let mut spec = job(TEN_MINUTES);
    spec.pick = Pick::Pinned(node);
    spec.when_full = WhenFull::Wait;
    let (id, waiting) = world.submit(spec, DEPOSIT)?;
    world
        .table
        .note("escrow submit_job (pinned, has to wait)", &waiting);
    assert_eq!(world.job(id)?.summary.status, Status::Open);

    let resumed = world.at_registry(&world.providers[0].operator, &Registry::Resume {})?;
    world.table.note("registry resume (25 nodes)", &resumed);
    let matched = world.at_escrow(&world.anyone, &Escrow::Match { job: id })?;
    world.table.note("escrow match (pinned)", &matched);
    assert_eq!(world.job(id)?.summary.node, Some(node));
    world.deliver(id)?;
    world.accept(id, false)?;

    let mut spec = job(TEN_MINUTES);
    spec.when_full = WhenFull::Wait;
    let (id, _) = world.submit(spec, 1)?;
    let wealth = world.chain.balance(world.requester.address())?;
    let cancelled = world.at_escrow(&world.requester, &Escrow::Cancel { job: id })?;
    world.table.note("escrow cancel (waiting)", &cancelled);
    assert_eq!(world.job(id)?.summary.held, Uint128::zero());
    assert!(
        wealth - world.chain.balance(world.requester.address())?
            <= cancelled.fee.expect("it was sent from here")
    );
    world.assert_solvent()
}

pub fn disputed(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let node = world.job(id)?.summary.node.expect("a node");
    let vacate = Registry::Vacate { job: id };
    assert_fails(
        world.at_registry(&world.anyone, &vacate),
        "has not been delivered",
    );
    world.deliver(id)?;
    let vacated = world.at_registry(&world.anyone, &vacate)?;
    world.table.note("registry vacate", &vacated);
    assert_eq!(world.node(node)?.reserved, Resources::default());
    let disputed = world.dispute(id)?;
    world.table.note("escrow dispute", &disputed);
    let rule = Escrow::Rule {
        job: id,
        provider_bps: 2_500,
    };
    let (arbiter, sender) = (world.arbiter.address(), world.hostile.address());
    assert_refused(
        world.at_escrow(&world.hostile, &rule),
        &format!("only the arbiter {arbiter} may rule, not {sender}"),
    );
    let ruled = world.at_escrow(&world.arbiter, &rule)?;
    world.table.note("escrow rule", &ruled);
    assert_eq!(world.job(id)?.summary.status, Status::Resolved);
    world.assert_solvent()
}

pub fn never_delivered(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(8), DEPOSIT)?;
    let node = world.job(id)?.summary.node.expect("a node");
    let bond = world.node(node)?.bond;
    let expire = Escrow::Expire { job: id };
    assert_fails(world.at_escrow(&world.anyone, &expire), "too early");
    world
        .chain
        .wait_until(world.job(id)?.summary.deadline_secs + 1)?;
    assert_fails(world.deliver(id), "too late");
    let expired = world.at_escrow(&world.anyone, &expire)?;
    world
        .table
        .note("escrow expire (the node missed the deadline)", &expired);
    assert_eq!(world.job(id)?.summary.status, Status::Failed);
    assert!(world.node(node)?.bond < bond, "the node pays for it");

    let tips = Registry::WithdrawTips {
        account: world.anyone.address().into(),
        denom: 0,
    };
    let withdrawn = world.at_registry(&world.hostile, &tips)?;
    world.table.note("registry withdraw_tips", &withdrawn);
    world.assert_solvent()
}
