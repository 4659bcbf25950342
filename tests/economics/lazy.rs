//! From how much attention on delivering garbage does not pay.

use surge_interface::escrow::Params as Terms;
use surge_interface::registry::Params as Rules;
use surge_interface::TimeProfile;

use crate::market::Assumptions;

/// Most of the price that a penalty takes, after strikes in a row.
const MOST: f64 = 0.5;

/// Strikes after which penalties grow no more.
const STRIKES: usize = 5;
/// Jobs missed and not made good, at most, and jobs in a life.
const DEEPEST: usize = 100;
const EVENTS: usize = 1_000;

/// What delivering garbage for a price of one brings, when a share `noticed` of it is
/// noticed.
pub fn income(assumptions: &Assumptions, noticed: f64, clears: bool) -> f64 {
    let silent = assumptions.silent_percent as f64 / 100.0;
    let ruled = noticed * (1.0 - silent);
    let half = (1.0 - of_take()) / 2.0;
    (1.0 - noticed) * paid() + noticed * silent * half - ruled * penalty(ruled, noticed, clears)
}

/// What honest work for a price of one brings.
pub fn honest_income(assumptions: &Assumptions) -> f64 {
    paid() - assumptions.cost_percent as f64 / 100.0
}

/// The share that has to be noticed so that garbage brings no more than this.
pub fn break_even(assumptions: &Assumptions, other: f64, volume: f64, clears: bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if volume * income(assumptions, middle, clears) > other {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Pay after the take, with what it mints.
fn paid() -> f64 {
    let terms = Terms::defaults(TimeProfile::Main);
    let burned = of_take() * share(terms.burn_bps);
    let work = share(terms.work_mint_bps) * share(terms.accepted_bps);
    1.0 - of_take() + burned * (work + share(terms.gate_bps))
}

fn of_take() -> f64 {
    share(Terms::defaults(TimeProfile::Main).take_bps)
}

/// The penalty on average. Who clears its strikes pays the first one each time, and what it
/// costs to turn as much over with itself. Otherwise it doubles with each ruling until as
/// many jobs were paid as were missed: the average over many jobs of one size.
fn penalty(ruled: f64, noticed: f64, clears: bool) -> f64 {
    let first = share(Rules::defaults(TimeProfile::Main).no_show_bps);
    if clears {
        return first + 1.0 - paid();
    }
    let paid = 1.0 - noticed;
    let missing = ruled / f64::max(ruled + paid, f64::MIN_POSITIVE);
    // How likely so many jobs are missed, with so many strikes.
    let mut likely = [[0.0; STRIKES]; DEEPEST];
    likely[0][0] = 1.0;
    let (mut sum, mut times) = (0.0, 0.0);
    for _ in 0..EVENTS {
        let mut next = [[0.0; STRIKES]; DEEPEST];
        for (missed, row) in likely.iter().enumerate() {
            for (strikes, chance) in row.iter().enumerate() {
                let size = f64::min(first * f64::from(1 << strikes), MOST);
                sum += chance * missing * size;
                times += chance * missing;
                let (deeper, more) = (
                    (missed + 1).min(DEEPEST - 1),
                    (strikes + 1).min(STRIKES - 1),
                );
                next[deeper][more] += chance * missing;
                let higher = missed.saturating_sub(1);
                let kept = if higher == 0 { 0 } else { strikes };
                next[higher][kept] += chance * (1.0 - missing);
            }
        }
        likely = next;
    }
    if times > 0.0 {
        sum / times
    } else {
        first
    }
}

fn share(bps: u16) -> f64 {
    f64::from(bps) / 10_000.0
}
