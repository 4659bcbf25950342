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
#[path = "job/providers.rs"]
mod providers;
#[path = "job/purses.rs"]
mod purses;
#[path = "job/rewards.rs"]
mod rewards;
#[path = "job/terms.rs"]
mod terms;
#[path = "job/trouble.rs"]
mod trouble;
#[path = "job/world.rs"]
mod world;

use deploy::Codes;
use surge_chain_tests::{gas::Table, network, Chain, Error};
use world::World;

#[test]
fn every_message_works_on_a_chain_and_costs_what_the_table_says() -> Result<(), Error> {
    let mut table = Table::default();
    let chain = Chain::connect(network()?)?;
    let deployer = chain.network().key("deployer")?;
    chain.warm_up(&deployer)?;
    let codes = Codes::store(&chain, &deployer, &mut table)?;

    let (mut world, built) = World::deploy(&codes, chain, table, 0)?;
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

    // The same again where nodes quote in the reward token. How it is built is measured.
    let (mut world, _) = World::deploy(&codes, world.chain, world.table, 1)?;
    world.fill()?;
    let provider = rewards::jobs_in_the_reward_token(&mut world)?;
    purses::reward_token(&mut world)?;
    rewards::claims(&mut world, provider)?;
    rewards::members_set_the_emission(&mut world, provider)?;
    governance::propose_and_vote(&mut world)?;
    governance::execute(&mut world)?;
    governance::what_fails(&mut world)?;
    governance::too_little_gas(&mut world)?;
    governance::rules_change(&mut world)?;
    governance::stakers_take_over(&mut world, &codes)?;

    judge(&world.table)
}

/// Compares with the committed table, or writes it when `SURGE_GAS=write`.
fn judge(table: &Table) -> Result<(), Error> {
    let over = table.over_budget();
    for complaint in &over {
        println!("{complaint}");
    }
    if std::env::var_os("SURGE_GAS").is_some_and(|wish| wish == "write") {
        table.write()?;
        println!("wrote gas/table.json");
    } else {
        let differences = table.differences(&Table::committed()?);
        for complaint in &differences {
            println!("{complaint}");
        }
        assert!(
            differences.is_empty(),
            "{} costs are not those of gas/table.json: when that is meant, write it again with ./scripts/gas and commit it",
            differences.len()
        );
    }
    assert!(
        over.is_empty(),
        "{} messages are over their budget",
        over.len()
    );
    Ok(())
}
