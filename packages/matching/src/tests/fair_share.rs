use cosmwasm_std::Uint128;
use surge_interface::Weights;

use super::{synthetic, Random, World, LIMITS, MARKET};
use crate::{advance, index, Node, Root};

const BOND: u128 = 1_000_000_000_000;

/// Jobs of node 0 and of all others, of ten thousand equal jobs that end at once.
fn share_out(nodes: &[Node], bonds: &[u128]) -> (u32, u32) {
    let mut job = synthetic::job(Weights::DEFAULT, &mut Random(5));
    job.rtt_ms.clear();
    job.need = surge_interface::Resources {
        milli_cpu: 1_000,
        ..Default::default()
    };
    let mut world = World::new(nodes);
    let mut jobs = vec![0; nodes.len()];
    for turn in 0..10_000 {
        job.alive_since_secs = synthetic::ALIVE_SINCE_SECS - turn % 600;
        let pick = world.search(&job, &LIMITS).pick.unwrap();
        let node = usize::try_from(pick.node).unwrap();
        jobs[node] += 1;
        let mut root = Root::load(&world.storage, MARKET).unwrap();
        let mut row = world.rows[node].clone();
        row.key.virtual_time = advance(pick.tag.u64(), pick.price, Uint128::new(bonds[node]));
        index::replace(&mut world.storage, &mut root, &world.rows[node].key, &row).unwrap();
        root.virtual_time = pick.tag.u64();
        root.save(&mut world.storage);
        world.rows[node] = row;
    }
    (jobs[0], jobs[1..].iter().sum())
}

/// One provider with one node against one with the same bond on `parts` nodes.
fn split(parts: u32, regions: u8) -> (Vec<Node>, Vec<u128>) {
    let mut model = synthetic::node(0, &mut Random(4));
    model.free = model.capacity;
    model.prices = synthetic::reference();
    model.last_seen_secs = synthetic::NOW_SECS;
    model.virtual_time = 0;
    let nodes = (0..=parts).map(|id| Node {
        id,
        provider: id.min(1),
        region: u8::try_from(id).unwrap() % regions,
        ..model.clone()
    });
    let bonds = (0..=parts).map(|id| {
        if id == 0 {
            BOND
        } else {
            BOND / u128::from(parts)
        }
    });
    (nodes.collect(), bonds.collect())
}

/// MAT-9, inequality 9: however a bond is split, over 10⁴ near-tie jobs it gets what an undivided
/// one gets, within 2 % and a job per part.
#[test]
fn splitting_a_bond_gains_nothing_within_a_cell() {
    for parts in [3, 32] {
        let (nodes, bonds) = split(parts, 1);
        let (one, many) = share_out(&nodes, &bonds);
        assert!(
            one.abs_diff(many) <= 200 + parts,
            "{parts} parts: {one} against {many}"
        );
    }
}

/// MAT-9. The same when the parts lie in other places, as long as a search sees them all.
#[test]
fn splitting_a_bond_over_regions_gains_nothing() {
    for (parts, regions) in [(11, 12), (36, 4)] {
        let (nodes, bonds) = split(parts, regions);
        let (one, many) = share_out(&nodes, &bonds);
        assert!(
            one.abs_diff(many) <= 200 + parts,
            "{parts} parts: {one} against {many}"
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
