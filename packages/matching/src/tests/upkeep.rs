use std::collections::BTreeMap;

use cosmwasm_std::{MemoryStorage, Order, Storage, Uint128};
use proptest::prelude::*;

use super::{synthetic, wild_node, Random, World, MARKET};
use crate::{
    index, Directory, Market, MatchError, Place, Root, Row, RowOrder, StoredDirectory, Word,
};

fn records(storage: &MemoryStorage) -> Vec<(Vec<u8>, Vec<u8>)> {
    storage.range(None, None, Order::Ascending).collect()
}

fn without_ceiling(storage: &MemoryStorage) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut records = records(storage);
    for (_, root) in records.iter_mut().filter(|(key, _)| key[0] == 3) {
        root.drain(..2);
    }
    records
}

fn move_load(node: &mut crate::Node, random: &mut Random) {
    node.free.milli_cpu = random.between_u32(0, 128_000);
    node.locked = Uint128::new(node.bond.u128() / 8 * u128::from(random.between(0, 8)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// MAT-2. After any history of rows that come, move and go, every record is what a
    /// fresh index of the same rows would hold: rows, words and root.
    #[test]
    fn an_index_with_a_history_equals_a_fresh_one(
        seed: u64,
        // One or two as often as many: the last row of a market is a case of its own.
        last_id in prop_oneof![0u32..2, 2u32..20],
    ) {
        let mut random = Random(seed);
        let mut storage = MemoryStorage::new();
        let mut root = Root::load(&storage, MARKET).unwrap();
        let mut nodes = BTreeMap::new();
        for _ in 0..120 {
            let id = random.between_u32(0, last_id);
            let mut fresh = wild_node(id, &mut random);
            // Few words and cells, so that they fill and empty often.
            fresh.region %= 2;
            match nodes.get(&id).cloned() {
                None => {
                    index::insert(&mut storage, &mut root, &synthetic::row(&fresh)).unwrap();
                    nodes.insert(id, fresh);
                }
                Some(old) if random.chance(30) => {
                    index::remove(&mut storage, &mut root, &synthetic::row(&old).key).unwrap();
                    nodes.remove(&id);
                }
                Some(old) => {
                    let mut new = if random.chance(50) { fresh } else { old.clone() };
                    move_load(&mut new, &mut random);
                    let (old, row) = (synthetic::row(&old), synthetic::row(&new));
                    index::replace(&mut storage, &mut root, &old.key, &row).unwrap();
                    nodes.insert(id, new);
                }
            }
            if random.chance(30) {
                root.save(&mut storage);
                root = Root::load(&storage, MARKET).unwrap();
            }
        }
        root.save(&mut storage);
        let nodes: Vec<_> = nodes.into_values().collect();
        let fresh = World::new(&nodes).storage;
        prop_assert_eq!(without_ceiling(&storage), without_ceiling(&fresh));
        // The ceiling remembers rows that have gone, so it may only be too high.
        let fresh = Root::load(&fresh, MARKET).unwrap();
        for word in fresh.words() {
            let (old, new) = (root.ceiling(word), fresh.ceiling(word));
            prop_assert!(old.price >= new.price && old.reputation >= new.reputation);
            prop_assert!(old.green >= new.green && old.size >= new.size);
        }
    }

    /// MAT-2. Through words and cells a search can reach every row exactly once.
    #[test]
    fn every_row_can_be_reached(seed: u64, count in 0u32..60) {
        let mut random = Random(seed);
        let nodes: Vec<_> = (0..count).map(|id| wild_node(id, &mut random)).collect();
        let world = World::new(&nodes);
        let root = Root::load(&world.storage, MARKET).unwrap();
        let directory = StoredDirectory::new(&world.storage, &root);
        let mut reached = vec![];
        for word in directory.words() {
            let cells = directory.cells(word).unwrap();
            prop_assert!(!cells.is_empty());
            let ceiling = directory.ceiling(word);
            prop_assert!(cells.iter().all(|cell| cell.price <= ceiling.price
                && cell.reputation <= ceiling.reputation
                && cell.green <= ceiling.green
                && cell.size <= ceiling.size));
            for cell in cells {
                let best: Vec<Row> = directory.rows(cell, RowOrder::BestFirst).map(Result::unwrap).collect();
                let mut worst: Vec<Row> = directory.rows(cell, RowOrder::WorstFirst).map(Result::unwrap).collect();
                prop_assert!(!best.is_empty());
                worst.reverse();
                prop_assert_eq!(&best, &worst);
                prop_assert!(best.is_sorted_by_key(|row| row.key.step));
                reached.extend(best);
            }
        }
        reached.sort_by_key(|row| row.key.node);
        prop_assert_eq!(reached, world.rows);
    }
}

#[test]
fn a_word_with_many_cells_comes_back() {
    let mut storage = MemoryStorage::new();
    let mut root = Root::load(&storage, MARKET).unwrap();
    let word = Word {
        place: Place {
            region: 63,
            bandwidth_tier: 3,
        },
        load: 7,
    };
    let mut row = synthetic::row(&wild_node(1, &mut Random(1)));
    let mut codes: Vec<u16> = (0..4_096).collect();
    codes.sort_by_key(|code| code.wrapping_mul(40_503));
    codes.truncate(600);
    for (done, code) in (1usize..).zip(&codes) {
        row.key.cell = crate::Cell::of(word, *code);
        index::insert(&mut storage, &mut root, &row).unwrap();
        if [1, 255, 256, 257, 600].contains(&done) {
            let cells = StoredDirectory::new(&storage, &root).cells(word).unwrap();
            let mut expected: Vec<u16> = codes[..done].to_vec();
            expected.sort_unstable();
            assert_eq!(
                cells.iter().map(|cell| cell.code()).collect::<Vec<_>>(),
                expected
            );
        }
    }
    for code in codes {
        row.key.cell = crate::Cell::of(word, code);
        index::remove(&mut storage, &mut root, &row.key).unwrap();
    }
    root.save(&mut storage);
    assert_eq!(records(&storage), vec![]);
}

#[test]
fn nothing_is_written_when_nothing_changed_but_the_card() {
    let node = synthetic::node(1, &mut Random(1));
    let mut world = World::new(std::slice::from_ref(&node));
    let before = records(&world.storage);
    let mut root = Root::load(&world.storage, MARKET).unwrap();
    let mut seen = node.clone();
    seen.last_seen_secs += 60;
    index::replace(
        &mut world.storage,
        &mut root,
        &world.rows[0].key,
        &synthetic::row(&seen),
    )
    .unwrap();
    root.save(&mut world.storage);
    let after = records(&world.storage);
    let changed = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after)
        .count();
    assert_eq!((before.len(), after.len(), changed), (3, 3, 1));
}

#[test]
fn a_root_changes_rows_of_its_own_market_only() {
    let mut world = World::new(&[synthetic::node(1, &mut Random(1))]);
    let other = Market {
        generation: 1,
        ..MARKET
    };
    let mut root = Root::load(&world.storage, other).unwrap();
    let row = world.rows[0].clone();
    let error = MatchError::OtherMarket {
        row: MARKET,
        root: other,
    };
    assert_eq!(
        index::insert(&mut world.storage, &mut root, &row),
        Err(error.clone())
    );
    assert_eq!(
        index::remove(&mut world.storage, &mut root, &row.key),
        Err(error.clone())
    );
    assert_eq!(
        index::replace(&mut world.storage, &mut root, &row.key, &row),
        Err(error)
    );
}

#[test]
fn virtual_time_outlives_a_generation() {
    let mut storage = MemoryStorage::new();
    let mut root = Root::load(&storage, MARKET).unwrap();
    root.virtual_time = 77;
    root.save(&mut storage);
    let next = Market {
        generation: 1,
        ..MARKET
    };
    assert_eq!(Root::load(&storage, next).unwrap().virtual_time, 77);
}

#[test]
fn corrupt_records_are_named() {
    let world = World::new(&[synthetic::node(1, &mut Random(1))]);
    for (key, _) in records(&world.storage) {
        let mut storage = World::new(&[synthetic::node(1, &mut Random(1))]).storage;
        storage.set(&key, &[0x80; 7]);
        let job = synthetic::job(surge_interface::Weights::DEFAULT, &mut Random(1));
        let failed = Root::load(&storage, MARKET).and_then(|root| {
            crate::search(
                &StoredDirectory::new(&storage, &root),
                &job,
                0,
                &super::LIMITS,
            )
        });
        assert!(
            matches!(failed, Err(MatchError::Corrupt { .. })),
            "{key:?}: {failed:?}"
        );
    }
}
