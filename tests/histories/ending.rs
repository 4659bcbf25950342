//! How a history ends: by exits that need nobody's good will.

use surge_tests::ghost::{Creditor, Provider, Purse, Standing, Status, What, DENOMS};

use crate::chance::Chance;
use crate::proposals::deed;
use crate::world::World;

/// After so many halvings nothing is left of any pool.
const ERAS: u64 = 40;

pub fn everybody_leaves(world: &mut World, chance: &mut Chance) {
    end_jobs(world);
    book_and_pay(world);
    if chance.percent(30) {
        // Nobody does anything for years.
        let eras = chance.of(&[1, 2, 2, 30]);
        world.pass(eras * 730 * world.ghost.rewards.epoch_secs);
        world.check();
    }
    claim_all(world);
    for _ in 0..2 {
        bonds_rise(world, chance);
        claim_all(world);
        world.check();
    }
    leave(world);
    world.check();
    claim_all(world);
    if world.ghost.rewards.gates_wait() {
        // For pools to come: then let all of them have come.
        world.pass(ERAS * 730 * world.ghost.rewards.epoch_secs);
        claim_all(world);
    }
    // What the last claims granted comes with the 26 buckets after it.
    world.pass(27 * 7 * world.ghost.rewards.epoch_secs);
    claim_all(world);
    world.check();
    nothing_vests(world);
    deposits_come_back(world);
    for denom in 0..DENOMS {
        let escrow = world.ghost.escrow[denom].total();
        assert_eq!(escrow, 0, "left in the escrow");
        let registry = &world.ghost.registry[denom];
        assert_eq!(registry.total(), registry.kitty, "left beside the kitty");
    }
    let gone = |standing| standing == Standing::Gone;
    assert!(world.ghost.providers.iter().all(|p| gone(p.standing)));
    assert!(world.ghost.nodes.is_empty());
}

/// Anybody ends every job once its time is over.
fn end_jobs(world: &mut World) {
    let last = world.ghost.jobs.iter().map(|job| job.deadline).max();
    let now = world.ghost.now;
    world.pass(last.unwrap_or_default().saturating_sub(now) + 1);
    for id in 1..=world.ghost.jobs.len() as u64 {
        let what = match world.ghost.jobs[id as usize - 1].status {
            Status::Open | Status::Assigned => What::Expire(id),
            Status::Submitted | Status::Disputed => What::Settle(id, false),
            _ => continue,
        };
        must(world, "anybody", what);
        world.check();
    }
}

/// Anybody moves on what is owed.
fn book_and_pay(world: &mut World) {
    for denom in 0..DENOMS {
        if world.ghost.escrow[denom].stray > 0 {
            must(world, "anybody", What::SyncEscrow(denom));
        }
        for (purse, amount) in [
            (Purse::Burn, world.ghost.escrow[denom].burn),
            (Purse::Treasury, world.ghost.escrow[denom].treasury),
            (Purse::Insurance, world.ghost.escrow[denom].insurance),
        ] {
            if amount > 0 {
                must(world, "anybody", What::Flush(denom, purse));
            }
        }
        if world.ghost.registry[denom].stray > 0 {
            must(world, "anybody", What::SyncRegistry(denom));
        }
    }
    for (creditor, denom) in world.ghost.credits.clone().into_keys() {
        let what = match creditor {
            Creditor::Account(account) => What::WithdrawAccount(account, denom),
            Creditor::Provider(provider) => What::WithdrawProvider(provider, denom),
        };
        must(world, "anybody", what);
    }
    for (account, denom) in world.ghost.tips.clone().into_keys() {
        must(world, "anybody", What::WithdrawTips(account, denom));
    }
}

/// Owners who stay bond more, some by dust and some by much, some epochs after the last
/// claim and some before the next; what they bonded before may earn more than what rose.
fn bonds_rise(world: &mut World, chance: &mut Chance) {
    let epoch_secs = world.ghost.rewards.epoch_secs;
    world.pass(chance.between(1, 10) * epoch_secs);
    for (provider, record) in (1u32..).zip(world.ghost.providers.clone()) {
        let most = world.ghost.held_by(&record.owner, 1) / 2;
        let amount = chance.of(&[1, 1_000_000, u128::MAX]).min(most);
        let stays = matches!(record.standing, Standing::Active | Standing::Draining);
        if stays && amount > 0 {
            let denom = 1;
            let bond = What::Bond {
                provider,
                denom,
                amount,
            };
            must(world, &record.owner, bond);
        }
    }
    // Sometimes nobody turns the next halving.
    let halving = 730 - world.ghost.rewards.epoch_at(world.ghost.now) % 730;
    let more = if chance.percent(50) { halving } else { 0 };
    world.pass((more + chance.between(1, 40)) * epoch_secs);
}

/// By now every proposal is over by time alone; anybody settles what was put up for it.
fn deposits_come_back(world: &mut World) {
    let Some(dao) = world.ghost.dao.clone() else {
        return;
    };
    let longest = dao.proposals.iter().map(|p| p.law.voting + p.law.grace);
    world.pass(2 * longest.max().unwrap_or_default() + 1);
    for (id, proposal) in (1u64..).zip(&dao.proposals) {
        let stage = proposal.stage(world.ghost.now);
        assert!(stage.is_over(), "proposal {id}");
        if proposal.over.is_none() {
            must(world, "anybody", What::Poke(id));
        }
        if proposal.deposit > 0 {
            must(world, "anybody", What::Refund(id));
        }
    }
    world.check();
    let left = world.ghost.dao.as_ref().map(|dao| dao.deposits());
    assert_eq!(left, Some(0));
}

/// Owners leave; after the wait anybody sends them their bonds.
fn leave(world: &mut World) {
    let providers = world.ghost.providers.clone();
    for provider in &providers {
        if matches!(provider.standing, Standing::Active | Standing::Draining) {
            must(world, &provider.owner, What::Leave);
        }
    }
    let waits = world.ghost.providers.iter().flat_map(|p| &p.unbondings);
    let last = waits.map(|(_, _, from)| *from).max().unwrap_or_default();
    let now = world.ghost.now;
    world.pass(last.saturating_sub(now));
    for id in 1..=providers.len() as u32 {
        for denom in 0..DENOMS {
            let waits = |p: &Provider| p.unbondings.iter().any(|u| u.0 == denom);
            if world.ghost.provider(id).is_some_and(waits) {
                must(world, "anybody", What::WithdrawBond(id, denom));
            }
        }
    }
}

/// Anybody claims for everybody.
fn claim_all(world: &mut World) {
    // The last first, so that it is not always the same who finds nothing left.
    for provider in (1..=world.ghost.providers.len() as u32).rev() {
        must(world, "anybody", What::Claim(provider));
    }
}

/// All work is paid or carried, nothing waits, and a claim finds nothing more.
fn nothing_vests(world: &mut World) {
    let rewards = &world.ghost.rewards;
    assert_eq!(rewards.granted(), rewards.minted() + rewards.slashed());
    let mut carried = 0;
    for (provider, account) in &rewards.accounts {
        let work = rewards.given(*provider, |burn| burn.work);
        let due = work + account.base + account.gated;
        assert_eq!(
            due,
            account.granted + account.carried,
            "provider {provider}"
        );
        assert!(account.vests.values().all(|part| *part == 0));
        carried += account.carried;
    }
    if carried > 0 {
        assert_eq!(rewards.genesis + rewards.granted(), rewards.cap);
    }
    let minted = rewards.minted();
    claim_all(world);
    assert_eq!(world.ghost.rewards.minted(), minted, "claimed twice");
}

fn must(world: &mut World, who: &str, what: What) {
    let deed = deed(who, what);
    assert!(world.send(&deed), "{deed:?} has to succeed");
}
