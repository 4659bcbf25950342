//! Nodes that look best and cannot take the job. The attacker knows the index: its nodes
//! are new (least served), cheap, idle, clean, well reputed and everywhere. The guards are
//! the cap of its own for refused rows and the scattered second pass.

use cosmwasm_std::Uint128;
use surge_interface::{Resources, UnitPrices, Weights};

use super::synthetic::{self, Random, ALIVE_SINCE_SECS, PROFILES};
use super::{World, LIMITS};
use crate::{Job, Node};

const HONEST: u32 = 1_000;
const REQUESTER: u32 = 4_000_000;

/// A node at the top of its place, large enough for everything.
fn tempting(id: u32, random: &mut Random) -> Node {
    let mut node = synthetic::node(id, random);
    node.provider = REQUESTER + 1;
    node.free = Resources::from_array([128_000, 1 << 20, 8, 10_000, 10_000]);
    node.locked = Uint128::zero();
    node.prices = UnitPrices::from_array(synthetic::reference().to_array().map(|price| price / 2));
    node.reputation_ppm = 1_000_000;
    node.clean_ppm = 1_000_000;
    node.virtual_time = 0;
    node
}

type Poison = (&'static str, fn(&mut Node));

const KINDS: [Poison; 5] = [
    ("silent", |node| node.last_seen_secs = ALIVE_SINCE_SECS - 1),
    ("tiny memory with many cores", |node| {
        node.free.memory_mib = 1;
    }),
    // Nothing of it locked: with all locked it would look as full as it is.
    ("hardly any bond", |node| node.bond = Uint128::one()),
    ("too dear in the mix", |node| {
        node.prices.memory_mib = 2_500_000_000_000u64.into();
    }),
    ("the requester's own", |node| node.provider = REQUESTER),
];

fn jobs(random: &mut Random) -> Vec<Job> {
    let jobs = PROFILES.iter().flat_map(|(_, weights)| [*weights; 6]);
    jobs.map(|weights| {
        let mut job = synthetic::job(weights, random);
        job.own = vec![REQUESTER];
        job.max_price = Uint128::new(1_000_000_000_000);
        job
    })
    .collect()
}

/// MAT-8. Every job that an honest node can take gets a node.
fn assert_nobody_is_left_without(
    name: &str,
    honest: u32,
    poison: impl Fn(u32, &[Node], &mut Random) -> Node,
    count: u32,
) {
    let mut random = Random(99);
    let mut nodes = synthetic::nodes(honest, &mut random);
    let poison: Vec<_> = (honest..honest + count)
        .map(|id| poison(id, &nodes, &mut random))
        .collect();
    nodes.extend(poison);
    let world = World::new(&nodes);
    let jobs = jobs(&mut random);
    let mut with_room = 0;
    for job in &jobs {
        let room = world.brute_force(job).len();
        let found = world.search(job, &LIMITS);
        with_room += usize::from(room > 0);
        assert!(
            found.pick.is_some() || room == 0,
            "{name}: nobody found, {room} have room, {:?}, need {:?}",
            found.refusals,
            job.need
        );
        assert!(found.refusals.total() <= 2 * u32::from(LIMITS.refused));
    }
    assert!(
        with_room * 10 >= jobs.len() * 9,
        "{name}: {with_room} jobs had room"
    );
}

#[test]
fn poison_of_one_kind_leaves_no_job_without_a_node() {
    for (name, spoil) in KINDS {
        let poison = |id, _: &[Node], random: &mut Random| {
            let mut node = tempting(id, random);
            spoil(&mut node);
            node
        };
        assert_nobody_is_left_without(name, HONEST, poison, 600);
    }
}

#[test]
fn poison_of_all_kinds_leaves_no_job_without_a_node() {
    let poison = |id, _: &[Node], random: &mut Random| {
        let mut node = tempting(id, random);
        let (_, spoil) = random.one_of(&KINDS);
        spoil(&mut node);
        node
    };
    assert_nobody_is_left_without("all kinds", HONEST, poison, 5 * 300);
}

/// Poison that looks best, and five silent twins before every honest node in the same
/// cell: only the order in which the second pass reads a cell, most served first, tells
/// them apart.
#[test]
fn poison_before_every_node_leaves_no_job_without_a_node() {
    let poison = |id: u32, honest: &[Node], random: &mut Random| {
        let twin = honest[usize::try_from(id).unwrap() % honest.len()].clone();
        Node {
            id,
            provider: REQUESTER + 1,
            last_seen_secs: ALIVE_SINCE_SECS - 1,
            virtual_time: 0,
            ..if id < 400 { tempting(id, random) } else { twin }
        }
    };
    assert_nobody_is_left_without("twins", 200, poison, 1_200);
}

/// Half of the poison looks best, half worst: a second pass that merely came from the
/// other end would meet only poison again.
#[test]
fn poison_at_both_ends_leaves_no_job_without_a_node() {
    let poison = |id, _: &[Node], random: &mut Random| {
        let mut node = tempting(id, random);
        if random.chance(50) {
            (node.region, node.bandwidth_tier) = (random.one_of(&[0, 4, 8]), 0);
            node.free.milli_cpu /= 8;
            node.locked = Uint128::new(node.bond.u128() / 8 * 7);
            node.prices =
                UnitPrices::from_array(synthetic::reference().to_array().map(|price| price * 20));
            (node.reputation_ppm, node.clean_ppm, node.virtual_time) = (0, 0, u64::MAX);
        }
        let (_, spoil) = random.one_of(&KINDS);
        spoil(&mut node);
        node
    };
    assert_nobody_is_left_without("both ends", HONEST, poison, 5 * 300);
}

/// Evicting what a search reports heals the index: after a few jobs the best is found
/// again in one pass.
#[test]
fn silent_poison_is_reported_until_it_is_gone() {
    let mut random = Random(5);
    let mut nodes = synthetic::nodes(100, &mut random);
    nodes.extend((100..400).map(|id| {
        let mut node = tempting(id, &mut random);
        node.last_seen_secs = ALIVE_SINCE_SECS - 1;
        node
    }));
    let mut world = World::new(&nodes);
    let job = synthetic::job(Weights::DEFAULT, &mut random);
    for _ in 0..300 {
        let found = world.search(&job, &LIMITS);
        assert!(found.pick.is_some());
        if found.refusals.silent == 0 {
            assert_eq!(found.best_score, world.best(&job).unwrap());
            return;
        }
        let mut root = crate::Root::load(&world.storage, synthetic::MARKET).unwrap();
        for row in &found.silent {
            crate::index::remove(&mut world.storage, &mut root, &row.key).unwrap();
            world.rows.retain(|other| other != row);
        }
        root.save(&mut world.storage);
    }
    panic!("still poisoned after 300 jobs");
}
