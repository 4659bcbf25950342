//! What the owner decides.

use surge_tests::ghost::{Deed, Ghost, Rates, What, DAO};

use super::{anyone, deed};
use crate::chance::Chance;
use crate::world::{first_rules, first_terms};

pub fn owner_step(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let escrow = ghost.escrow_office.owner.clone();
    let registry = ghost.registry_office.owner.clone();
    let home = if ghost.dao.is_some() { DAO } else { "owner" };
    let heir = |owner: &str| match owner == home {
        true => "heir".to_owned(),
        false => home.to_owned(),
    };
    if let (Some(offered), true) = (&ghost.escrow_office.offered, chance.percent(45)) {
        return deed(offered, What::TakeEscrow);
    }
    if let (Some(offered), true) = (&ghost.registry_office.offered, chance.percent(60)) {
        return deed(offered, What::TakeRegistry);
    }
    let rewards = ghost.rewards.office.owner.clone();
    if let (Some(offered), true) = (&ghost.rewards.office.offered, chance.percent(45)) {
        return deed(offered, What::TakeRewards);
    }
    let number = chance.below(4);
    let (owner, what) = match chance.below(31) {
        0 | 1 | 22 => {
            let mut terms = first_terms();
            terms.take = chance.of(&[0, 1, 500, 500, 2_000, 2_000, 2_000, 2_001]);
            (terms.burn, terms.treasury) = chance.of(&[(0, 8_000), (8_000, 0), (5_000, 3_000)]);
            terms.cancel = chance.of(&[0, 1, 1_000, 5_000]);
            terms.decline = chance.of(&[0, 100, 500]);
            terms.dispute_bond = chance.of(&[1, 1_000, 1_000, 1_000, 1_000, 10_000, 10_000, 0]);
            terms.max_declines = chance.of(&[1, 1, 1, 8]);
            terms.collateral = chance.of(&[10_000, 20_000]);
            terms.review = chance.of(&[1, 300]);
            (terms.work_mint, terms.gate) = chance.of(&[
                (6_000, 3_000),
                (9_000, 0),
                (0, 9_000),
                (1, 8_999),
                (5_000, 4_000),
                (6_000, 3_000),
                (6_001, 3_000),
                (0, 0),
            ]);
            terms.accepted = chance.of(&[2_500, 2_500, 10_000, 10_000, 3_333, 0, 7_777, 10_001]);
            (escrow, What::SetTerms(terms))
        }
        2 | 30 => {
            let arbiter = chance.of(&["arbiter", "judge", "arbiter", "ann", "pia"]);
            let treasury = chance.of(&["treasury", "vault"]);
            let roles = What::SetRoles(Some(arbiter.to_owned()), Some(treasury.to_owned()));
            (escrow, roles)
        }
        3 => (escrow, What::ListInEscrow(format!("uother{number}"))),
        4 => (escrow, What::IntakeOfEscrow(false)),
        5 | 6 => {
            let to = heir(&escrow);
            (escrow, What::OfferEscrow(to))
        }
        7 | 8 => {
            let mut rules = first_rules();
            rules.no_show = chance.of(&[0, 1, 500, 5_000, 5_001]);
            rules.tip = chance.of(&[0, 1_000, 5_000]);
            rules.evictions = chance.of(&[0, 1, 8, 32]) as usize;
            rules.unbonding = chance.of(&[1, 500, 2_000]);
            rules.payout_delay = chance.of(&[1, 200]);
            rules.time_scale = chance.of(&[1, 100, 1_000, 3_600_000]);
            (registry, What::SetRules(rules))
        }
        9 | 23 => {
            let id = chance.below(8) as u8;
            let mut rtt: Vec<u128> = ghost.regions[usize::from(id) % 7].rtt.clone();
            let place = chance.below(7) as usize;
            rtt[place] = u128::from(chance.below(500));
            let clean = chance.of::<u128>(&[0, 500_000, 1_000_000]);
            (registry, What::SetRegion { id, clean, rtt })
        }
        10 | 24 => {
            let tip = chance.of::<u128>(&[0, 100, 1_000, 1_001]);
            (registry, What::SetEvictTip(tip))
        }
        11 | 29 => (registry, What::ListInRegistry(format!("uother{number}"))),
        12 => (registry, What::IntakeOfRegistry(false)),
        13..=16 | 25 | 28 => {
            let vesting = some_vesting(ghost);
            if vesting.is_empty() && chance.percent(80) {
                let provider = chance.between(1, ghost.providers.len() as u64) as u32;
                return deed(&rewards, What::Claim(provider));
            }
            (rewards, slash(chance, ghost, &vesting))
        }
        17..=19 => (rewards, What::SetRates(rates(chance, ghost))),
        20 | 21 => {
            let to = heir(&rewards);
            (rewards, What::OfferRewards(to))
        }
        _ => {
            let to = heir(&registry);
            (registry, What::OfferRegistry(to))
        }
    };
    let wrong = chance.percent(8);
    let who = if wrong { anyone(chance) } else { owner };
    deed(&who, what)
}

fn some_vesting(ghost: &Ghost) -> Vec<u32> {
    let accounts = ghost.rewards.accounts.iter();
    let vesting = accounts.filter(|(_, account)| account.vests.values().any(|part| *part > 0));
    vesting.map(|(id, _)| *id).collect()
}

/// A share of what vests for somebody, most often of somebody for whom something does.
fn slash(chance: &mut Chance, ghost: &Ghost, vesting: &[u32]) -> What {
    let provider = match vesting.is_empty() || chance.percent(10) {
        true => chance.below(ghost.providers.len() as u64 + 2) as u32,
        false => chance.of(vesting),
    };
    What::SlashVesting(
        provider,
        chance.of(&[0, 1, 2_500, 2_500, 5_000, 5_000, 10_000, 10_001]),
    )
}

/// Other numbers, most often within a step.
fn rates(chance: &mut Chance, ghost: &Ghost) -> Rates {
    let mut rates = ghost.rewards.rates.clone();
    let instant = rates.instant;
    rates.instant = chance.of(&[instant, instant, 0, 1, 2_500, 5_000, 5_001]);
    let number = match chance.below(8) {
        0..=2 => &mut rates.base,
        3 | 4 => &mut rates.ceiling,
        5 | 6 => &mut rates.pool,
        _ => return rates,
    };
    let most = number.div_ceil(10);
    let (up, down) = (*number + most, *number - most);
    let beyond = [up + 1, down.saturating_sub(1)];
    *number = chance.of(&[down, down, down + 1, up, up, beyond[0], beyond[1]]);
    rates
}
