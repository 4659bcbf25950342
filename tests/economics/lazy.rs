//! From how much attention on delivering garbage does not pay.

use surge_interface::escrow::Params as Terms;
use surge_interface::registry::Params as Rules;
use surge_interface::TimeProfile;

use crate::market::Assumptions;

/// Most of the price that a penalty takes, after strikes in a row.
const MOST: f64 = 0.5;

/// What delivering garbage for a price of one brings, when a share `noticed` of it is
/// noticed. Who clears its strikes pays the first penalty each time.
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

/// The penalty on average: it doubles with each ruling in a row, until a job is settled.
fn penalty(ruled: f64, noticed: f64, clears: bool) -> f64 {
    let first = share(Rules::defaults(TimeProfile::Main).no_show_bps);
    if clears || ruled == 0.0 {
        return first;
    }
    let again = ruled / (ruled + 1.0 - noticed);
    let (mut sum, mut chance, mut size) = (0.0, 1.0 - again, first);
    while size < MOST {
        sum += chance * size;
        chance *= again;
        size = f64::min(2.0 * size, MOST);
    }
    // All further ones are the largest.
    let steps = (MOST / first).log2().ceil();
    sum + again.powf(steps) * MOST
}

fn share(bps: u16) -> f64 {
    f64::from(bps) / 10_000.0
}
