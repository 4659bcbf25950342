use proptest::prelude::*;

use super::synthetic::{self, PROFILES};
use super::{any_weights, wild_job, wild_node, Random, World, LIMITS};
use crate::{judge, Limits};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// MAT-3 to MAT-6, over markets of none, one and many nodes, with weights that change
    /// after indexing and caps from nothing to plenty.
    #[test]
    fn what_a_search_claims_is_true(seed: u64, count in prop_oneof![Just(0u32), Just(1), 2u32..40]) {
        let mut random = Random(seed);
        let nodes: Vec<_> = (0..count).map(|id| wild_node(id, &mut random)).collect();
        let world = World::new(&nodes);
        let mut job = wild_job(&mut random);
        for _ in 0..4 {
            job.weights = any_weights(&mut random);
            let limits = Limits {
                rows: random.one_of(&[0, 1, 3, 128]),
                refused: random.one_of(&[0, 1, 5, 128]),
                evictions: 2,
            };
            let found = world.search(&job, &limits);
            let brute = world.brute_force(&job);
            let best = world.best(&job);

            // MAT-3: an exact answer is the best there is, else the gap is honest.
            prop_assert_eq!(found.exact, found.gap_ppm == 0);
            if found.exact {
                prop_assert_eq!(found.best_score, best.unwrap_or_default());
                prop_assert_eq!(found.pick.is_some(), best.is_some());
            }
            let at_least = u128::from(best.unwrap_or_default()) * u128::from(1_000_000 - found.gap_ppm);
            prop_assert!(u128::from(found.best_score) * 1_000_000 >= at_least);

            // MAT-4: the pick is a near tie with the best seen, and can take the job.
            if let Some(pick) = &found.pick {
                prop_assert!(u128::from(pick.score.u64()) * 100 >= u128::from(found.best_score) * 99);
                prop_assert!(brute.contains(pick));
                let least = found.runners_up.iter().filter(|other| other.score.u64() * 100 >= found.best_score * 99);
                prop_assert!(least.into_iter().all(|other| other.tag >= pick.tag));
            } else {
                prop_assert!(found.runners_up.is_empty());
            }
            prop_assert!(found.runners_up.len() <= 3);
            prop_assert!(found.runners_up.iter().all(|other| brute.contains(other) && Some(other.node) != found.pick.as_ref().map(|pick| pick.node)));
            prop_assert!(found.runners_up.is_sorted_by(|a, b| (b.score, a.node) < (a.score, b.node)));

            // MAT-5: within its caps, and every row read is accounted for.
            let refused = found.refusals.total();
            prop_assert!(refused <= 2 * u32::from(limits.refused));
            prop_assert!(u32::from(found.rows_read) - refused <= u32::from(limits.rows));
            prop_assert!(found.silent.len() <= 2);
            for row in &found.silent {
                prop_assert!(row.card.last_seen_secs < job.alive_since_secs);
                prop_assert_eq!(found.silent.iter().filter(|other| *other == row).count(), 1);
            }

            // MAT-6: the same again.
            prop_assert_eq!(world.search(&job, &limits), found);
        }
    }

    /// MAT-3. With room for every row the answer is never worse than a near tie, and with
    /// few nodes always exact.
    #[test]
    fn a_search_with_enough_rows_proves_its_answer(seed: u64, count in 0u32..40) {
        let mut random = Random(seed);
        let nodes: Vec<_> = (0..count).map(|id| wild_node(id, &mut random)).collect();
        let world = World::new(&nodes);
        let job = wild_job(&mut random);
        let found = world.search(&job, &LIMITS);
        prop_assert!(found.gap_ppm <= 10_000);
        prop_assert_eq!(found.pick.is_some(), world.best(&job).is_some());
        prop_assert_eq!(found.exact, true);
    }
}

/// MAT-7. The promise of the published numbers at 1,000 nodes: with reputations of all
/// sizes, and with the neutral one that everybody has until it is counted.
#[test]
fn every_profile_finds_and_proves_the_best_of_a_thousand() {
    for neutral in [false, true] {
        let mut random = Random(1_000);
        let mut nodes = synthetic::nodes(1_000, &mut random);
        if neutral {
            nodes
                .iter_mut()
                .for_each(|node| node.reputation_ppm = 500_000);
        }
        let world = World::new(&nodes);
        for (name, weights) in PROFILES {
            let (mut found, mut proven) = (0, 0);
            for _ in 0..100 {
                let job = synthetic::job(weights, &mut random);
                let answer = world.search(&job, &LIMITS);
                found += u32::from(answer.best_score == world.best(&job).unwrap_or_default());
                proven += u32::from(answer.gap_ppm <= 10_000);
            }
            assert!(found >= 99, "{name}: found the best in {found} of 100 jobs");
            assert!(
                proven >= 98,
                "{name}: proved a near tie in {proven} of 100 jobs"
            );
        }
    }
}

#[test]
fn an_empty_market_has_nobody_and_says_so_exactly() {
    let job = synthetic::job(surge_interface::Weights::DEFAULT, &mut Random(1));
    let found = World::new(&[]).search(&job, &LIMITS);
    assert_eq!(
        (found.pick, found.exact, found.gap_ppm, found.rows_read),
        (None, true, 0, 0)
    );
}

#[test]
fn each_refusal_has_its_own_counter() {
    use crate::Refusal;
    use cosmwasm_std::Uint128;
    let mut node = synthetic::node(7, &mut Random(7));
    (node.bond, node.locked) = (Uint128::new(3_000), Uint128::new(2_000));
    let row = synthetic::row(&node);
    let mut fair = synthetic::job(surge_interface::Weights::DEFAULT, &mut Random(2));
    fair.need = Default::default();
    fair.need.milli_cpu = 1;
    assert!(judge(&fair, &row, 0).is_ok());
    let refusal = |change: &dyn Fn(&mut crate::Job)| {
        let mut job = fair.clone();
        change(&mut job);
        let refusal = judge(&job, &row, 0).unwrap_err();
        let refusals = World::new(std::slice::from_ref(&node))
            .search(&job, &LIMITS)
            .refusals;
        (
            refusal,
            [
                refusals.own,
                refusals.declined,
                refusals.silent,
                refusals.no_room,
                refusals.too_dear,
                refusals.bond_too_low,
            ],
        )
    };
    assert_eq!(
        refusal(&|job| job.own = vec![node.provider]),
        (Refusal::Own, [1, 0, 0, 0, 0, 0])
    );
    assert_eq!(
        refusal(&|job| job.declined = vec![7]),
        (Refusal::Declined, [0, 1, 0, 0, 0, 0])
    );
    let silent = Refusal::Silent {
        last_seen_secs: node.last_seen_secs,
    };
    assert_eq!(
        refusal(&|job| job.alive_since_secs = node.last_seen_secs + 1),
        (silent, [0, 0, 1, 0, 0, 0])
    );
    assert_eq!(
        refusal(&|job| job.need.gpus = 100),
        (Refusal::NoRoom, [0, 0, 0, 1, 0, 0])
    );
    assert_eq!(
        refusal(&|job| job.max_price = Uint128::zero()),
        (Refusal::TooDear, [0, 0, 0, 0, 1, 0])
    );
    let (bond, counters) = refusal(&|job| job.collateral_bps = u32::MAX);
    assert!(matches!(bond, Refusal::BondTooLow { .. }));
    assert_eq!(counters, [0, 0, 0, 0, 0, 1]);
    assert_eq!(
        refusal(&|job| job.regions = 0),
        (Refusal::Elsewhere, [0; 6])
    );
    assert_eq!(refusal(&|job| job.market.denom = 9).0, Refusal::OtherMarket);
}
