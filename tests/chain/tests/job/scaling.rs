//! The same jobs in networks of ten nodes and of ever ten times more.

use std::{thread, time::Instant};

use surge_chain_tests::{
    generator::{machines, wishes, Machine, Wish, SEED},
    scaling::{Job, Scaling, Size},
    Chain, Error,
};
use surge_interface::escrow::{ExecuteMsg as Escrow, JobSpec, Pick};
use surge_interface::registry::ExecuteMsg as Registry;

use super::nodes;
use super::terms::{heartbeat, job};
use super::world::World;

/// Jobs that are measured in each network.
const JOBS: usize = 15;
/// What a job may cost: more than any does.
const DEPOSIT: u128 = 50_000_000;
/// Messages in a transaction, and gas for each, so that three of them fill a block.
const ADD: (usize, u64) = (75, 215_000);
const BEAT: (usize, u64) = (100, 162_000);
const SUBMIT: (usize, u64) = (40, 400_000);

/// What the network is built by.
struct Builder {
    provider: u32,
    number: usize,
}

pub fn measure(world: &mut World, most: usize) -> Result<Scaling, Error> {
    let began = Instant::now();
    let mut builders = vec![];
    for number in 1..=4 {
        builders.push(join(world, number)?);
    }
    let all = machines(most, &nodes::reference());
    let (mut sizes, mut done, mut ids) = (vec![], 0, vec![]);
    for nodes in [10, 100, 1_000, 10_000] {
        if nodes > most {
            break;
        }
        ids.extend(grow(world, &builders, &all[done..nodes])?);
        done = nodes;
        let seconds = began.elapsed().as_secs();
        println!("{nodes} nodes after {seconds} s");
        let jobs = submit(world)?;
        let size = Size {
            nodes,
            seconds,
            jobs,
        };
        let ([least, middle, most], [rows, longest]) = (size.gas(), size.rows());
        println!(
            "  a job costs {least} to {most} gas, the middle one {middle}; {rows} rows read, at most {longest}; {} of {JOBS} proven",
            size.proven()
        );
        sizes.push(size);
    }
    Ok(Scaling {
        date: std::env::var("SURGE_DATE").unwrap_or_default(),
        wasmd: std::env::var("SURGE_WASMD").unwrap_or_default(),
        surge: env!("CARGO_PKG_VERSION").into(),
        seconds: began.elapsed().as_secs(),
        seed: format!("{SEED:#018x}"),
        sizes,
    })
}

fn join(world: &World, number: usize) -> Result<Builder, Error> {
    let owner = world.chain.network().key(&format!("provider{number}"))?;
    let operator = world.chain.network().key(&format!("operator{number}"))?;
    world.chain.warm_up(&owner)?;
    world.chain.warm_up(&operator)?;
    let register = Registry::RegisterProvider {
        operator: operator.address().into(),
        payout: None,
        profile_uri: "https://provider.example.org/surge.json".into(),
    };
    let joined = world.at_registry(&owner, &register)?;
    Ok(Builder {
        provider: joined.attribute("wasm-provider_registered", "provider")?,
        number,
    })
}

/// Adds these nodes, each provider at the same time, makes them live, and loads them.
fn grow(world: &World, builders: &[Builder], new: &[Machine]) -> Result<Vec<u32>, Error> {
    let chain = &world.chain;
    let built = thread::scope(|scope| {
        let works: Vec<_> = builders
            .iter()
            .enumerate()
            .map(|(own, builder)| {
                let mine = new.iter().enumerate();
                let mine: Vec<_> = mine
                    .filter(|(_, machine)| machine.provider == own)
                    .collect();
                scope.spawn(move || add(world, builder, mine))
            })
            .collect();
        let done = works.into_iter().map(|work| work.join().expect("no panic"));
        done.collect::<Result<Vec<_>, Error>>()
    })?;
    let mut ids: Vec<(usize, u32)> = built.into_iter().flatten().collect();
    ids.sort_unstable();
    let ids: Vec<u32> = ids.into_iter().map(|(_, id)| id).collect();

    let busy = new.iter().zip(&ids);
    let jobs = busy.filter_map(|(machine, id)| {
        let spec = JobSpec {
            pick: Pick::Pinned(*id),
            class: machine.spec.class,
            ..spec(machine.job.as_ref()?)
        };
        Some((Escrow::SubmitJob { spec }, DEPOSIT))
    });
    let jobs: Vec<_> = jobs.collect();
    for jobs in jobs.chunks(SUBMIT.0) {
        let gas = 100_000 + SUBMIT.1 * jobs.len() as u64;
        chain.execute_all_within(gas, &world.requester, &world.escrow, jobs)?;
    }
    Ok(ids)
}

/// Answers the ids, by the place of the node.
fn add(
    world: &World,
    builder: &Builder,
    mine: Vec<(usize, &Machine)>,
) -> Result<Vec<(usize, u32)>, Error> {
    if mine.is_empty() {
        return Ok(vec![]);
    }
    let chain = Chain::connect(world.chain.network().clone())?;
    let owner = chain
        .network()
        .key(&format!("provider{}", builder.number))?;
    let operator = chain
        .network()
        .key(&format!("operator{}", builder.number))?;
    let bond: u128 = mine.iter().map(|(_, machine)| machine.bond.u128()).sum();
    let msg = Registry::Bond {
        provider: builder.provider,
    };
    chain.execute(&owner, &world.registry, &msg, bond)?;

    let mut ids = vec![];
    for batch in mine.chunks(ADD.0) {
        let msgs: Vec<_> = batch
            .iter()
            .map(|(_, machine)| {
                let msg = Registry::AddNode {
                    spec: machine.spec.clone(),
                    bond: machine.bond,
                };
                (msg, 0)
            })
            .collect();
        let gas = 100_000 + ADD.1 * batch.len() as u64;
        let added = chain.execute_all_within(gas, &owner, &world.registry, &msgs)?;
        let events = added.events.iter();
        let events = events.filter(|(kind, _)| kind == "wasm-node_added");
        ids.extend(events.filter_map(|(_, event)| event.get("node")?.parse::<u32>().ok()));
    }
    assert_eq!(ids.len(), mine.len(), "every node has an id");
    let live: Vec<_> = mine.iter().zip(&ids).collect();
    for batch in live.chunks(BEAT.0) {
        let msgs: Vec<_> = batch
            .iter()
            .map(|((_, machine), id)| (heartbeat(**id, 1, machine.free), 0))
            .collect();
        let gas = 100_000 + BEAT.1 * batch.len() as u64;
        chain.execute_all_within(gas, &operator, &world.registry, &msgs)?;
    }
    let places = mine.iter().map(|(place, _)| *place);
    Ok(places.zip(ids).collect())
}

/// The jobs, each as a transaction of its own. They are cancelled afterwards.
fn submit(world: &World) -> Result<Vec<Job>, Error> {
    let (mut jobs, mut ids) = (vec![], vec![]);
    for wish in wishes(JOBS) {
        let (id, submitted) = world.submit(spec(&wish), DEPOSIT)?;
        ids.push((Escrow::Cancel { job: id }, 0));
        jobs.push(Job {
            gas: submitted.gas_used,
            rows_read: submitted.attribute("wasm-node_assigned", "rows_read")?,
            exact: submitted.attribute("wasm-node_assigned", "exact")?,
        });
    }
    let gas = 300_000 * ids.len() as u64;
    world
        .chain
        .execute_all_within(gas, &world.requester, &world.escrow, &ids)?;
    Ok(jobs)
}

fn spec(wish: &Wish) -> JobSpec {
    JobSpec {
        need: wish.need,
        data: wish.data.clone(),
        ..job(wish.reserved_secs)
    }
}
