//! The same jobs in networks of ten nodes and of ever ten times more.

use std::{sync::Mutex, thread, time::Instant};

use surge_chain_tests::{
    generator::{machines, wishes, Machine, Wish, SEED},
    new_words,
    scaling::{Job, Scaling, Size},
    Chain, Error, Key,
};
use surge_interface::escrow::{ExecuteMsg as Escrow, JobSpec, Pick};
use surge_interface::registry::{self, ExecuteMsg as Registry};

use super::nodes;
use super::terms::{heartbeat, job};
use super::world::World;

/// Jobs that are measured in each network.
const JOBS: usize = 15;
/// What a job may cost: more than any does.
const DEPOSIT: u128 = 50_000_000;
/// Gas for each message while the network is built: more than any needs.
const ADD_GAS: u64 = 215_000;
const BEAT_GAS: u64 = 162_000;
const SUBMIT_GAS: u64 = 400_000;
const PAY_GAS: u64 = 100_000;
/// Messages in a transaction.
const PAYMENTS: usize = 100;
const SUBMITS: usize = 40;
/// Providers that join at the same time.
const THREADS: usize = 16;
/// What a provider gets for bond and fees.
const POCKET: u128 = 1_000_000_000;

/// A provider, which is its own operator.
struct Provider {
    key: Key,
    id: Option<u32>,
}

pub fn measure(world: &mut World, most: usize) -> Result<Scaling, Error> {
    let began = Instant::now();
    let all = machines(most, &nodes::reference());
    let (mut sizes, mut done, mut providers) = (vec![], 0, vec![]);
    for nodes in [10, 100, 1_000, 10_000] {
        if nodes > most {
            break;
        }
        grow(world, &mut providers, &all[done..nodes])?;
        done = nodes;
        let seconds = began.elapsed().as_secs();
        println!(
            "{nodes} nodes of {} providers after {seconds} s",
            providers.len()
        );
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

/// Adds these nodes, many providers at the same time, makes them live, and loads them.
fn grow(world: &World, providers: &mut Vec<Provider>, new: &[Machine]) -> Result<(), Error> {
    let numbers = || new.iter().map(|machine| machine.provider);
    found(world, providers, numbers().max().map_or(0, |last| last + 1))?;

    let first = numbers().min().unwrap_or_default();
    let turns = Mutex::new(providers.iter_mut().enumerate().skip(first));
    let next = || turns.lock().expect("nobody panicked").next();
    let work = || -> Result<Vec<(usize, u32)>, Error> {
        let chain = Chain::connect(world.chain.network().clone())?;
        let mut built = vec![];
        while let Some((number, provider)) = next() {
            let mine = new.iter().enumerate();
            let mine: Vec<_> = mine
                .filter(|(_, machine)| machine.provider == number)
                .collect();
            let ids = join(&chain, world, provider, &mine)?;
            built.extend(mine.iter().map(|(place, _)| *place).zip(ids));
        }
        Ok(built)
    };
    let built = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let done = threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"));
        done.collect::<Result<Vec<_>, _>>()
    })?;
    let mut built: Vec<(usize, u32)> = built.into_iter().flatten().collect();
    assert_eq!(built.len(), new.len(), "every node has an id");

    built.sort_unstable();
    let last = built.iter().map(|(_, id)| *id).max().unwrap_or_default();
    let jobs = built.into_iter().filter_map(|(place, id)| {
        let machine = &new[place];
        let spec = JobSpec {
            pick: Pick::Pinned(id),
            class: machine.spec.class,
            ..spec(machine.job.as_ref()?)
        };
        Some((Escrow::SubmitJob { spec }, DEPOSIT))
    });
    let jobs: Vec<_> = jobs.collect();
    searchable(world, last)?;
    for jobs in jobs.chunks(SUBMITS) {
        let gas = 100_000 + SUBMIT_GAS * jobs.len() as u64;
        world
            .chain
            .execute_all_within(gas, &world.requester, &world.escrow, jobs)?;
    }
    Ok(())
}

/// The newest nodes are found by searches.
fn searchable(world: &World, last: u32) -> Result<(), Error> {
    let page: registry::NodesResponse = world.chain.smart(
        &world.registry,
        &registry::QueryMsg::Nodes {
            provider: None,
            start_after: Some(last.saturating_sub(100)),
            limit: Some(100),
        },
    )?;
    for node in &page.nodes {
        assert!(node.live && node.indexed, "node {} is in no index", node.id);
    }
    Ok(())
}

/// Makes keys for this many providers, and fills their pockets.
fn found(world: &World, providers: &mut Vec<Provider>, count: usize) -> Result<(), Error> {
    let known = providers.len();
    for number in known..count {
        let (prefix, name) = (&world.chain.network().prefix, format!("provider {number}"));
        let key = Key::from_mnemonic(prefix, &name, &new_words()?)?;
        providers.push(Provider { key, id: None });
    }
    let addresses: Vec<_> = providers[known..]
        .iter()
        .map(|provider| provider.key.address())
        .collect();
    for addresses in addresses.chunks(PAYMENTS) {
        let gas = 100_000 + PAY_GAS * addresses.len() as u64;
        world
            .chain
            .pay_all_within(gas, &world.faucet, addresses, POCKET)?;
    }
    Ok(())
}

/// A provider registers if it has not yet, bonds, adds its nodes and makes them live. Answers
/// their ids.
fn join(
    chain: &Chain,
    world: &World,
    provider: &mut Provider,
    mine: &[(usize, &Machine)],
) -> Result<Vec<u32>, Error> {
    let (key, registry) = (&provider.key, &world.registry);
    let id = match provider.id {
        Some(id) => id,
        None => {
            let register = Registry::RegisterProvider {
                operator: key.address().into(),
                payout: None,
                profile_uri: "https://provider.example.org/surge.json".into(),
            };
            let gas = ADD_GAS + 100_000;
            let joined = chain.execute_all_within(gas, key, registry, &[(register, 0)])?;
            joined.attribute("wasm-provider_registered", "provider")?
        }
    };
    provider.id = Some(id);

    let bond: u128 = mine.iter().map(|(_, machine)| machine.bond.u128()).sum();
    let mut msgs = vec![(Registry::Bond { provider: id }, bond)];
    msgs.extend(mine.iter().map(|(_, machine)| {
        let msg = Registry::AddNode {
            spec: machine.spec.clone(),
            bond: machine.bond,
        };
        (msg, 0)
    }));
    let gas = 100_000 + ADD_GAS * msgs.len() as u64;
    let added = chain.execute_all_within(gas, key, registry, &msgs)?;
    let events = added.events.iter();
    let events = events.filter(|event| event.kind == "wasm-node_added");
    let ids = events.filter_map(|event| event.get("node")?.parse().ok());
    let ids: Vec<u32> = ids.collect();

    let beats = mine.iter().zip(&ids);
    let beats = beats.map(|((_, machine), id)| (heartbeat(*id, 1, machine.free), 0));
    let beats: Vec<_> = beats.collect();
    let gas = 100_000 + BEAT_GAS * beats.len() as u64;
    chain.execute_all_within(gas, key, registry, &beats)?;
    Ok(ids)
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
