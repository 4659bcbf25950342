//! The release wasm on a real chain: predicted addresses, a hundred nodes, a job from
//! submission to withdrawal with a signer for each role, then every other message, each
//! measured as a transaction of its own. `scripts/gas` runs this.
#![allow(missing_docs)]

#[path = "job/deploy.rs"]
mod deploy;
#[path = "job/governance.rs"]
mod governance;
#[path = "job/jobs.rs"]
mod jobs;
#[path = "job/keys.rs"]
mod keys;
#[path = "job/members.rs"]
mod members;
#[path = "job/nodes.rs"]
mod nodes;
#[path = "job/owner.rs"]
mod owner;
#[path = "job/peers.rs"]
mod peers;
#[path = "job/providers.rs"]
mod providers;
#[path = "job/purses.rs"]
mod purses;
#[path = "job/rewards.rs"]
mod rewards;
#[path = "job/scaling.rs"]
mod scaling;
#[path = "job/stakers.rs"]
mod stakers;
#[path = "job/terms.rs"]
mod terms;
#[path = "job/tokens.rs"]
mod tokens;
#[path = "job/trouble.rs"]
mod trouble;
#[path = "job/world.rs"]
mod world;

use deploy::Codes;
use surge_chain_tests::{
    coverage::gaps,
    gas::{self, Measurement, Table},
    network, Chain, Error,
};
use world::World;

#[test]
fn every_message_works_on_a_chain_and_costs_what_the_table_says() -> Result<(), Error> {
    let mut table = Measurement::start()?;
    let chain = Chain::connect(network()?)?;
    let deployer = chain.network().key("deployer")?;
    chain.warm_up(&deployer)?;
    let codes = Codes::store(&chain, &deployer, &mut table)?;

    let (mut world, built) = World::deploy(&codes, chain, table, 0, vec![nodes::cpu()])?;
    world.note(built);
    let built = world.fill()?;
    world.note(built);
    keys::everything_is_the_members(&world)?;

    providers::stay_alive(&mut world)?;
    jobs::one_from_submission_to_withdrawal(&mut world)?;
    jobs::strangers_get_nothing(&mut world)?;
    jobs::one_that_pays_at_once(&mut world)?;
    jobs::one_that_nobody_looks_at(&mut world)?;
    trouble::declined_and_cancelled(&mut world)?;
    trouble::kept_waiting(&mut world)?;
    trouble::disputed(&mut world)?;
    trouble::never_delivered(&mut world)?;
    purses::native(&mut world)?;
    providers::change_and_leave(&mut world)?;
    keys::no_key_moves_a_parameter_a_coin_or_code(&world)?;
    owner::members_set_parameters(&mut world)?;
    providers::silent_nodes_are_evicted(&mut world)?;
    owner::members_migrate_forward_only(&mut world)?;

    // The same again where nodes quote in the reward token. How it is built is measured,
    // but for bond in tokens.
    let (mut world, _) = World::deploy(&codes, world.chain, world.table, 1, vec![nodes::cpu()])?;
    let built = world.fill()?.into_iter();
    world.note(built.filter(|(what, _)| what.contains("receive")).collect());
    let provider = rewards::jobs_in_the_reward_token(&mut world)?;
    purses::reward_token(&mut world)?;
    rewards::claims(&mut world, provider)?;
    rewards::members_set_the_emission(&mut world, provider)?;
    governance::propose_and_vote(&mut world)?;
    governance::execute(&mut world)?;
    governance::what_fails(&mut world)?;
    governance::too_little_gas(&mut world)?;
    governance::rules_change(&mut world)?;
    governance::everything_else_that_members_decide(&mut world)?;
    tokens::every_message(&mut world)?;
    governance::stakers_take_over(&mut world, &codes)?;
    stakers::from_the_first_stake_to_its_return(&mut world, &codes)?;

    judge(&world.table.table)
}

/// Up to a thousand nodes; up to ten thousand when `SURGE_GAS=write`, which writes
/// `gas/scaling.json`.
#[test]
fn finding_a_node_costs_as_much_among_many_as_among_few() -> Result<(), Error> {
    let chain = Chain::connect(network()?)?;
    let mut table = Measurement::none();
    let codes = Codes::store(&chain, &chain.network().key("deployer")?, &mut table)?;
    let classes = vec![nodes::cpu(), nodes::memory()];
    let (mut world, _) = World::deploy(&codes, chain, table, 0, classes)?;
    let found = scaling::measure(&mut world, if writes() { 10_000 } else { 1_000 })?;
    if writes() {
        gas::write("scaling", &found)?;
        println!("wrote gas/scaling.json");
    }
    found.assert_flat();
    Ok(())
}

/// Writes `gas/peers.json`. Needs DAO DAO, which `scripts/gas --peers` builds, and fails
/// without it.
#[test]
fn dao_dao_does_the_same() -> Result<(), Error> {
    let chain = Chain::connect(network()?)?;
    let deployer = chain.network().key("deployer")?;
    chain.warm_up(&deployer)?;
    let codes = Codes::store(&chain, &deployer, &mut Measurement::none())?;
    let table = Measurement::start()?;
    let (mut world, built) = World::deploy(&codes, chain, table, 0, vec![nodes::cpu()])?;
    gas::write("peers", &peers::measure(&mut world, &built)?)?;
    println!("wrote gas/peers.json");
    Ok(())
}

/// Whether what is measured is to be committed.
fn writes() -> bool {
    std::env::var_os("SURGE_GAS").is_some_and(|wish| wish == "write")
}

/// Compares with the committed table, or writes it when `SURGE_GAS=write`.
fn judge(table: &Table) -> Result<(), Error> {
    let mut wrong = table.over_budget();
    wrong.extend(gaps(table)?);
    if writes() {
        table.write()?;
        println!("wrote gas/table.json");
    } else {
        let committed = Table::committed()?;
        for saving in table.falls(&committed) {
            println!("{saving}");
        }
        wrong.extend(table.rises(&committed));
    }
    for complaint in &wrong {
        println!("{complaint}");
    }
    assert!(
        wrong.is_empty(),
        "{} costs are not what they should be: when more is meant, write gas/table.json again with ./scripts/gas, commit it, and say why in CHANGELOG.md",
        wrong.len()
    );
    Ok(())
}
