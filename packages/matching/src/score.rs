//! The parts of a score, and bounds of them that hold for any weights.

use cosmwasm_std::Uint128;
use surge_interface::registry::BANDWIDTH_TIERS_MBPS;
use surge_interface::{Parts, Weights, PPM};

use crate::key::{eighths, ratio_ppm, GREENEST, LOADS};
use crate::{Card, Cell, Job, Place};

/// What a place counts while it is only declared by the node's owner. Half: with the full
/// score, lying about the region earned 0.6 of an honest income in simulation.
const SELF_DECLARED_PPM: u32 = 500_000;
const EIGHTH_PPM: u32 = PPM / 8;
/// [`PPM`] for wide arithmetic.
const WHOLE: u64 = 1_000_000;
const BITS_PER_MIB: u128 = 8 * 1_024 * 1_024;
const BITS_PER_MS_AND_MBPS: u128 = 1_000;

/// `Σ weight · part`.
pub fn weigh(weights: &Weights, parts: &Parts) -> u64 {
    [
        (weights.time, parts.time),
        (weights.load, parts.load),
        (weights.price, parts.price),
        (weights.reputation, parts.reputation),
        (weights.green, parts.green),
    ]
    .into_iter()
    .map(|(weight, part)| u64::from(weight).saturating_mul(part.into()))
    .fold(0, u64::saturating_add)
}

/// The parts of a row's score when the job locks `collateral`.
pub(crate) fn parts(job: &Job, cell: Cell, card: &Card, collateral: Uint128) -> Parts {
    Parts {
        time: time_part(job, cell.word.place),
        load: load_part(card, collateral),
        price: price_part(job, card),
        reputation: card.reputation_ppm,
        green: green_part(job, cell),
    }
}

/// The most that a row of this cell, from this step of static merit on, can score for
/// this job. `None` when the leading resource cannot fit into any row of the cell.
pub(crate) fn bound(job: &Job, cell: Cell, step: u8) -> Option<u64> {
    let (price, reputation) = best_mix(&job.weights, cell, step);
    let parts = Parts {
        time: time_part(job, cell.word.place),
        load: load_ceiling(job, cell)?,
        price,
        reputation,
        green: green_part(job, cell),
    };
    Some(weigh(&job.weights, &parts))
}

/// `T0 / (T0 + T)` with T the round trip from the nearest copy of the data plus its
/// transfer at the least speed of the bandwidth tier. The same for all of a place.
fn time_part(job: &Job, place: Place) -> u32 {
    let Some(delay_ms) = delay_ms(job, place) else {
        return 0;
    };
    let scale = u128::from(job.time_scale_ms);
    let near = ratio_ppm(scale, scale.saturating_add(delay_ms));
    share(near, SELF_DECLARED_PPM)
}

fn delay_ms(job: &Job, place: Place) -> Option<u128> {
    if job.rtt_ms.is_empty() {
        return Some(0);
    }
    let rtt_ms = job.rtt_ms.get(usize::from(place.region))?;
    let mbps = BANDWIDTH_TIERS_MBPS.get(usize::from(place.bandwidth_tier))?;
    let bits = u128::from(job.size_mib).saturating_mul(BITS_PER_MIB);
    let transfer_ms = bits.checked_div(u128::from(*mbps).saturating_mul(BITS_PER_MS_AND_MBPS))?;
    Some(transfer_ms.saturating_add((*rtt_ms).into()))
}

/// Share of the node's bond that stays free with the job's collateral locked, in eighths
/// rounded up. Not of its capacity: whoever claims more than it has, splits what it has or
/// delivers garbage at once would look idle. Bond cannot be claimed, and it is locked until
/// the job ends. In eighths, because what a small job takes of a large bond says nothing:
/// turns decide among those, and the bound of a cell is within their reach.
fn load_part(card: &Card, collateral: Uint128) -> u32 {
    free_ppm(eighths(card.locked.saturating_add(collateral), card.bond))
}

/// At least `load` eighths of the bond are locked. A job that needs more than the largest
/// free amount of the size tier has no place in the cell.
fn load_ceiling(job: &Job, cell: Cell) -> Option<u32> {
    let fits = job.need.of(job.leading) <= cell.largest_free();
    fits.then(|| free_ppm(cell.word.load))
}

fn free_ppm(eighths_locked: u8) -> u32 {
    u32::from(LOADS.saturating_sub(eighths_locked)).saturating_mul(EIGHTH_PPM)
}

/// Reference price of what the job needs over the asked price of it, at most one. Nothing
/// when the references know none of what it needs.
fn price_part(job: &Job, card: &Card) -> u32 {
    let per_hour = |prices: [u64; 5]| {
        let terms = prices.into_iter().zip(job.need.to_array());
        terms.fold(0u128, |sum, (price, need)| {
            sum.saturating_add(u128::from(price).saturating_mul(need.into()))
        })
    };
    match per_hour(job.reference.to_array()) {
        0 => 0,
        reference => ratio_ppm(reference, per_hour(card.prices.to_array())),
    }
}

/// The node's step of clean energy times that of its region, half of it while declared.
fn green_part(job: &Job, cell: Cell) -> u32 {
    let region = job
        .clean_ppm
        .get(usize::from(cell.word.place.region))
        .copied()
        .unwrap_or_default();
    let node = ratio_ppm(cell.green.into(), GREENEST.into());
    share(share(region.min(PPM), node), SELF_DECLARED_PPM)
}

/// The price and reputation that together weigh most among all that the edges of the cell
/// and `2 · price + reputation ≤ merit` allow: a knapsack of two goods, filled with the
/// one that weighs more per unit first. Halves are rounded up, so the mix may be slightly
/// out of reach, never too low.
fn best_mix(weights: &Weights, cell: Cell, step: u8) -> (u32, u32) {
    let (price_low, price_high) = cell.price_edges();
    let (reputation_low, reputation_high) = cell.reputation_edges();
    let room = cell
        .merit_from(step)
        .saturating_sub(price_low.saturating_mul(2))
        .saturating_sub(reputation_low);
    let price_room = price_high.saturating_sub(price_low);
    let reputation_room = reputation_high.saturating_sub(reputation_low);
    let (price, reputation) = if weights.price >= weights.reputation.saturating_mul(2) {
        let price = price_room.min(room.div_ceil(2));
        (
            price,
            reputation_room.min(room.saturating_sub(price.saturating_mul(2))),
        )
    } else {
        let reputation = reputation_room.min(room);
        (
            price_room.min(room.saturating_sub(reputation).div_ceil(2)),
            reputation,
        )
    };
    (
        price_low.saturating_add(price),
        reputation_low.saturating_add(reputation),
    )
}

fn share(amount: u32, share_ppm: u32) -> u32 {
    let product = u64::from(amount).saturating_mul(share_ppm.into()) / WHOLE;
    u32::try_from(product).unwrap_or(u32::MAX)
}
