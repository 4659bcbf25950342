use cosmwasm_std::Uint128;
use proptest::prelude::*;

use super::{any_weights, synthetic, wild_job, wild_node, wild_reference, Random, MARKET};
use crate::key::RowKey;
use crate::score::{bound, parts, weigh};
use crate::{judge, Refusal, Row};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// MAT-1. Row ≤ its step of its cell ≤ the cell ≤ the word, whatever the weights.
    #[test]
    fn no_row_scores_above_its_bounds(seed: u64) {
        let mut random = Random(seed);
        let mut job = wild_job(&mut random);
        job.reference = wild_reference(&mut random);
        let row = Row::of(&wild_node(0, &mut random), MARKET, &job.reference);
        job.own.clear();
        job.declined.clear();
        job.regions = u64::MAX;
        for _ in 0..3 {
            job.weights = any_weights(&mut random);
            let fits = judge(&job, &row, 0);
            let collateral = match &fits {
                Ok(scored) => job.collateral(scored.price).unwrap(),
                Err(Refusal::BondTooLow { needed, .. }) => *needed,
                Err(_) => Uint128::zero(),
            };
            let score = weigh(&job.weights, &parts(&job, row.key.cell, &row.card, collateral));
            prop_assert!(score <= 1_000_000_000_000);
            let Some(of_row) = bound(&job, row.key.cell, row.key.step) else {
                prop_assert!(fits.is_err(), "a cell without room held a node with room");
                continue;
            };
            let of_cell = bound(&job, row.key.cell, 0).unwrap();
            let of_word = bound(&job, row.key.cell.word.best(), 0).unwrap();
            prop_assert!(of_row <= of_cell && of_cell <= of_word);
            let mut ceiling = row.key.cell;
            ceiling.price = random.between_u32(ceiling.price.into(), 7) as u8;
            ceiling.reputation = random.between_u32(ceiling.reputation.into(), 3) as u8;
            ceiling.green = random.between_u32(ceiling.green.into(), 3) as u8;
            ceiling.size = random.between_u32(ceiling.size.into(), 31) as u8;
            let of_ceiling = bound(&job, ceiling, 0).unwrap();
            prop_assert!(of_cell <= of_ceiling && of_ceiling <= of_word);
            if let Ok(scored) = fits {
                prop_assert_eq!(scored.score.u64(), score);
                prop_assert!(score <= of_row, "{} > {}", score, of_row);
            }
        }
    }

    /// MAT-1. Later steps of a cell never promise more.
    #[test]
    fn bounds_fall_along_a_cell(seed: u64, step in 0u8..255) {
        let mut random = Random(seed);
        let job = wild_job(&mut random);
        let Row { key: RowKey { cell, .. }, .. } = synthetic::row(&wild_node(0, &mut random));
        prop_assert!(bound(&job, cell, step + 1) <= bound(&job, cell, step));
    }
}

/// The LP of the bound against every price and reputation that the cell allows.
#[test]
fn the_best_mix_is_never_too_low_and_hardly_too_high() {
    let mut random = Random(3);
    for _ in 0..300 {
        let mut job = wild_job(&mut random);
        (job.weights.time, job.weights.load, job.weights.green) = (0, 0, 0);
        job.need = Default::default();
        let key = synthetic::row(&wild_node(0, &mut random)).key;
        let cell = key.cell;
        let (price_low, price_high) = cell.price_edges();
        let (low, high) = cell.reputation_edges();
        let merit = cell.merit_from(key.step);
        let mut best = 0;
        for price in (price_low..=price_high).step_by(50) {
            let Some(room) = merit.checked_sub(2 * price).filter(|room| *room >= low) else {
                continue;
            };
            let reputation = room.min(high);
            let score = u64::from(job.weights.price) * u64::from(price)
                + u64::from(job.weights.reputation) * u64::from(reputation);
            best = best.max(score);
        }
        let bound = bound(&job, cell, key.step).unwrap();
        assert!(best <= bound, "{best} > {bound}");
        let slack = 60 * u64::from(job.weights.price + job.weights.reputation);
        assert!(bound <= best + 2 * slack, "{bound} is far above {best}");
    }
}
