use std::collections::VecDeque;

use cosmwasm_std::Uint128;
use surge_interface::Weights;

use super::{synthetic, Random, World, LIMITS, MARKET};
use crate::{advance, index, Job, Node, Root};

/// Bonds that a job of the price locks a millionth of, and a thousandth.
const AMPLE: u128 = 1 << 20;
const SCARCE: u128 = 1_000;

/// Jobs of node 0 and of all others, of ten thousand equal jobs. Each keeps its collateral
/// locked until `lasting` others have come.
fn share_out(nodes: &[Node], lasting: usize) -> (u32, u32) {
    let job = the_job();
    let mut world = World::new(nodes);
    let mut nodes = nodes.to_vec();
    let mut jobs = vec![0; nodes.len()];
    let mut running = VecDeque::new();
    for turn in 0..10_000 {
        let job = Job {
            alive_since_secs: synthetic::ALIVE_SINCE_SECS - turn % 600,
            ..job.clone()
        };
        let pick = world.search(&job, &LIMITS).pick.unwrap();
        let node = usize::try_from(pick.node).unwrap();
        jobs[node] += 1;
        let collateral = job.collateral(pick.price).unwrap();
        let bond = nodes[node].bond;
        nodes[node].virtual_time = advance(pick.tag.u64(), pick.price, bond);
        nodes[node].locked += collateral;
        running.push_back((node, collateral));
        world.place(&nodes[node], pick.tag.u64());
        if running.len() > lasting {
            let (node, collateral) = running.pop_front().unwrap();
            nodes[node].locked -= collateral;
            world.place(&nodes[node], pick.tag.u64());
        }
    }
    (jobs[0], jobs[1..].iter().sum())
}

/// A job without data, of one core.
fn the_job() -> Job {
    let mut job = synthetic::job(Weights::DEFAULT, &mut Random(5));
    job.rtt_ms.clear();
    job.need = surge_interface::Resources {
        milli_cpu: 1_000,
        ..Default::default()
    };
    job
}

impl World {
    /// Puts the node's row where its facts say, and the market's time.
    fn place(&mut self, node: &Node, virtual_time: u64) {
        let mut root = Root::load(&self.storage, MARKET).unwrap();
        let row = synthetic::row(node);
        let old = &mut self.rows[usize::try_from(node.id).unwrap()];
        index::replace(&mut self.storage, &mut root, &old.key, &row).unwrap();
        root.virtual_time = virtual_time;
        root.save(&mut self.storage);
        *old = row;
    }
}

/// One provider with one node against one with the same bond, so many times the price of a
/// job, on `parts` nodes. Each claims to be as large as the whole.
fn split(bond: u128, parts: u32, regions: u8) -> Vec<Node> {
    let mut model = synthetic::node(0, &mut Random(4));
    model.free.milli_cpu = 128_000;
    model.prices = synthetic::reference();
    model.last_seen_secs = synthetic::NOW_SECS;
    model.virtual_time = 0;
    let price = the_job().collateral(Uint128::zero()).unwrap();
    let bond = Uint128::new(bond) * price;
    let nodes = (0..=parts).map(|id| Node {
        id,
        provider: id.min(1),
        region: u8::try_from(id).unwrap() % regions,
        bond: if id == 0 {
            bond
        } else {
            Uint128::new(bond.u128() / u128::from(parts))
        },
        locked: Uint128::zero(),
        ..model.clone()
    });
    nodes.collect()
}

/// MAT-9, inequality 9: however a bond is split, over 10⁴ near-tie jobs it gets what an undivided
/// one gets, within 2 % and a job per part.
#[test]
fn splitting_a_bond_gains_nothing_within_a_cell() {
    for (parts, lasting) in [(3, 0), (32, 0), (3, 50), (32, 50)] {
        let (one, many) = share_out(&split(AMPLE, parts, 1), lasting);
        assert!(
            one.abs_diff(many) <= 200 + parts,
            "{parts} parts, {lasting} at once: {one} against {many}"
        );
    }
}

/// MAT-9. The same when the parts lie in other places, as long as a search sees them all.
#[test]
fn splitting_a_bond_over_regions_gains_nothing() {
    for (parts, regions, lasting) in [(11, 12, 0), (36, 4, 0), (11, 12, 50)] {
        let (one, many) = share_out(&split(AMPLE, parts, regions), lasting);
        assert!(
            one.abs_diff(many) <= 200 + parts,
            "{parts} parts, {lasting} at once: {one} against {many}"
        );
    }
}

/// MAT-9. Where jobs lock so much that load tells nodes apart, each of the parts looks
/// fuller with a job than the whole does: splitting may lose by that, and never gains,
/// however many jobs last at once.
#[test]
fn splitting_a_scarce_bond_only_loses() {
    for (parts, lasting) in [(10, 0), (10, 10), (10, 200), (32, 100), (32, 800)] {
        let (one, many) = share_out(&split(SCARCE, parts, 1), lasting);
        assert!(
            many <= one + 200 + parts,
            "{parts} parts, {lasting} at once: {one} against {many}"
        );
    }
}

#[test]
fn virtual_time_advances_by_work_per_bond_and_never_wraps() {
    assert_eq!(advance(5, Uint128::new(3), Uint128::new(6)), 5 + (1 << 31));
    assert_eq!(advance(5, Uint128::zero(), Uint128::new(6)), 5);
    assert_eq!(advance(5, Uint128::new(1), Uint128::zero()), u64::MAX);
    assert_eq!(
        advance(u64::MAX, Uint128::new(1), Uint128::new(1)),
        u64::MAX
    );
    assert_eq!(advance(0, Uint128::MAX, Uint128::new(1)), u64::MAX);
}
