//! What could happen next.

mod hostile;
mod members;
mod owners;
mod providers;

use surge_tests::ghost::{Contract, Deed, Denom, Ghost, Job, Node, Order, Purse, Status, What};

use crate::chance::Chance;
use crate::world::{earns_only, machine, people, Step, GIFT, PROVIDERS, REQUESTERS};

pub fn deed(who: &str, what: What) -> Deed {
    Deed {
        who: who.to_owned(),
        what,
        coins: 0,
    }
}

/// A bond that takes most of a small pool.
const RICH: u128 = GIFT;

/// Everybody joins: each provider with bond in both denominations and one to three nodes.
pub fn first_deeds(chance: &mut Chance) -> Vec<Deed> {
    let mut deeds = vec![];
    for (provider, name) in (1..).zip(PROVIDERS) {
        let operator = format!("{name}-op");
        let payout = format!("{name}-pay");
        deeds.push(deed(name, What::Register { operator, payout }));
        let tokens = chance.of::<u128>(&[
            400_000,
            2_000_000,
            10_000_000,
            40_000_000,
            40_000_000,
            100_000_000,
            200_000_000,
            2_000_000_000,
            RICH,
            RICH,
        ]);
        // Sue has no node that quotes in tokens, so she may come without a bond in them.
        let tokens = match name == "sue" && chance.percent(40) {
            true => 0,
            false => tokens,
        };
        for (denom, amount) in [(0, 400_000), (1, tokens)] {
            let bond = What::Bond {
                provider,
                denom,
                amount,
            };
            deeds.push(deed(name, bond));
        }
        let nodes = match name {
            "pia" => 3,
            "quin" => 2,
            _ => 1,
        };
        for place in 0..nodes {
            let denom = (place + provider as usize) % 2;
            let bond = chance.of::<u128>(&[10_000, 40_000, 120_000]);
            deeds.push(deed(name, What::AddNode(machine(chance, denom), bond)));
        }
    }
    deeds
}

/// The next step: more often than not something that can succeed.
pub fn next(chance: &mut Chance, ghost: &Ghost) -> Step {
    if let (Some(dao), true) = (&ghost.dao, chance.percent(45)) {
        return members::next(chance, ghost, dao);
    }
    let silent = ghost.nodes.values().filter(|n| !ghost.is_live(n)).count();
    if silent * 2 > ghost.nodes.len() && chance.percent(60) {
        return send(any_heartbeat(chance, ghost));
    }
    if !(ghost.escrow_office.open && ghost.registry_office.open) && chance.percent(50) {
        let (office, what) = if ghost.escrow_office.open {
            (&ghost.registry_office, What::IntakeOfRegistry(true))
        } else {
            (&ghost.escrow_office, What::IntakeOfEscrow(true))
        };
        let open = deed(&office.owner, what);
        return send(members::as_owner(chance, ghost, open));
    }
    let lost = |node: &Node| node.indexed && !ghost.is_live(node);
    if ghost.nodes.values().any(lost) && chance.percent(6) {
        return send(deed("anybody", providers::evict(chance, ghost)));
    }
    let mut waiting = (1u64..).zip(&ghost.jobs);
    let waiting = waiting.find(|(_, job)| can_be_matched(ghost, job));
    if let (Some((id, _)), true) = (waiting, chance.percent(85)) {
        return send(deed("anybody", What::Match(id)));
    }
    let patient = |job: &Job| job.status == Status::Open && ghost.now <= job.deadline;
    if silent > 0 && ghost.jobs.iter().any(patient) && chance.percent(25) {
        return send(any_heartbeat(chance, ghost));
    }
    let choose: Choice = chance.weighted(&[
        (15, Choice::Pass),
        (10, Choice::Heartbeat),
        (15, Choice::Submit),
        (28, Choice::Job),
        (9, Choice::Money),
        (13, Choice::Rewards),
        (13, Choice::Provider),
        (15, Choice::Owner),
        (9, Choice::Hostile),
    ]);
    send(match choose {
        Choice::Pass => return Step::Pass(pass(chance, ghost)),
        Choice::Heartbeat => any_heartbeat(chance, ghost),
        Choice::Submit => submit(chance, ghost),
        Choice::Job => job_step(chance, ghost),
        Choice::Money => money(chance, ghost),
        Choice::Rewards => rewards(chance, ghost),
        Choice::Provider => providers::provider_step(chance, ghost),
        Choice::Owner => {
            let deed = owners::owner_step(chance, ghost);
            members::as_owner(chance, ghost, deed)
        }
        Choice::Hostile => hostile::hostile(chance, ghost),
    })
}

fn send(deed: Deed) -> Step {
    Step::Send(Box::new(deed))
}

#[derive(Clone, Copy)]
enum Choice {
    Pass,
    Heartbeat,
    Submit,
    Job,
    Money,
    Rewards,
    Provider,
    Owner,
    Hostile,
}

/// Some seconds, or to a moment that something depends on, give or take a second.
fn pass(chance: &mut Chance, ghost: &Ghost) -> u64 {
    let jobs = ghost.jobs.iter().filter(|job| !job.status.is_final());
    let mut moments: Vec<u64> = jobs.map(|job| job.deadline).collect();
    if chance.percent(25) {
        moments.clear();
        for provider in &ghost.providers {
            moments.extend(provider.unbondings.iter().map(|(_, _, from)| *from));
            moments.extend(provider.pending.iter().map(|(_, from)| *from));
        }
        let rewards = &ghost.rewards;
        let epoch = rewards.epoch_at(ghost.now);
        moments.push(rewards.start_of(epoch + 1));
        moments.push(rewards.start_of((epoch / 7 + 1) * 7));
        moments.push(rewards.start_of((epoch / 730 + 1) * 730));
        moments.retain(|moment| *moment < ghost.now + 3_000);
        let silence = ghost.rules.silence;
        moments.extend(ghost.nodes.values().map(|node| node.last_seen + silence));
    }
    moments.retain(|moment| *moment > ghost.now);
    if moments.is_empty() || chance.percent(30) {
        return chance.of(&[1, 5, 30, 61, 200, 500]);
    }
    let moment = chance.of(&moments) - 1 + chance.below(3);
    (moment - ghost.now).max(1)
}

fn any_heartbeat(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let ids: Vec<u32> = ghost.nodes.keys().copied().collect();
    if ids.is_empty() {
        return submit(chance, ghost);
    }
    let silent: Vec<u32> = ids
        .iter()
        .copied()
        .filter(|id| !ghost.is_live(&ghost.nodes[id]))
        .collect();
    let node = if silent.is_empty() || chance.percent(20) {
        chance.of(&ids)
    } else {
        chance.of(&silent)
    };
    heartbeat(chance, ghost, node, false)
}

pub fn heartbeat(chance: &mut Chance, ghost: &Ghost, id: u32, whole: bool) -> Deed {
    let node = &ghost.nodes[&id];
    let mut free = node.machine.capacity;
    if !whole && chance.percent(30) {
        free = free.map(|amount| (u64::from(amount) * chance.below(101) / 100) as u32);
    }
    if !whole && chance.percent(10) {
        free = [u32::MAX; 5];
    }
    let operator = operator_of(ghost, node.provider);
    let seq = node.seq + 1;
    deed(
        &operator,
        What::Heartbeat {
            node: id,
            seq,
            free,
        },
    )
}

fn operator_of(ghost: &Ghost, provider: u32) -> String {
    let provider = ghost.provider(provider);
    provider.map_or_else(String::new, |provider| provider.operator.clone())
}

pub fn order(chance: &mut Chance, ghost: &Ghost) -> Order {
    let weights = [
        [1_000_000, 0, 0, 0, 0],
        [0, 1_000_000, 0, 0, 0],
        [100_000, 100_000, 300_000, 0, 500_000],
        [400_000, 300_000, 0, 300_000, 0],
        [0, 0, 0, 0, 1_000_000],
    ];
    let replicas = (0..chance.below(3)).map(|_| chance.below(7) as u8);
    let replicas = replicas.collect();
    let pinned = match chance.percent(12) {
        true => Some(chance.between(1, u64::from(ghost.nodes_ever) + 1) as u32),
        false => None,
    };
    Order {
        need: chance.of(&[
            [1_000, 1_024, 0, 1, 0],
            [2_000, 2_048, 0, 1, 0],
            [4_000, 8_192, 0, 10, 0],
            [8_000, 4_096, 0, 1, 50],
            [500, 0, 1, 0, 0],
        ]),
        secs: chance.of(&[60, 120, 300, 600]),
        weights: chance.percent(40).then(|| chance.of(&weights)),
        replicas,
        size: chance.of::<u128>(&[0, 100, 5_000]),
        regions: match chance.percent(10) {
            true => vec![0, 1, 2, 3],
            false => vec![],
        },
        laws: match chance.percent(10) {
            true => vec!["US".to_owned(), "DE".to_owned()],
            false => vec![],
        },
        pinned,
        patient: chance.percent(50),
        collateral: None,
    }
}

fn submit(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let requester = match chance.percent(90) {
        true => chance.of(&REQUESTERS),
        false => chance.of(&PROVIDERS),
    };
    let what = What::Submit {
        denom: Denom::from(chance.percent(60)),
        deposit: chance.of::<u128>(&[1_500, 8_000, 30_000, 60_000, 60_000]),
        order: order(chance, ghost),
    };
    deed(requester, what)
}

/// Something with a job that is not over, most often with one whose time has come.
fn job_step(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let running = (1u64..)
        .zip(&ghost.jobs)
        .filter(|(_, job)| !job.status.is_final());
    let running: Vec<(u64, &Job)> = running.collect();
    let due = running.iter().filter(|(_, job)| job.deadline <= ghost.now);
    let due: Vec<(u64, &Job)> = due.copied().collect();
    let (id, job) = match (running.is_empty(), due.is_empty() || chance.percent(20)) {
        (true, _) => return submit(chance, ghost),
        (false, true) => chance.of(&running),
        (false, false) => chance.of(&due),
    };
    if let Some(deed) = in_time(chance, ghost, &running) {
        return deed;
    }
    let overdue = ghost.now > job.deadline;
    let late = if overdue { 60 } else { 8 };
    let requester = job.requester.clone();
    let anybody = "anybody".to_owned();
    let operator = job
        .node
        .map_or_else(String::new, |(_, provider)| operator_of(ghost, provider));
    let pay = chance.percent(30);
    let delivered = matches!(job.status, Status::Submitted | Status::Disputed);
    if delivered && chance.percent(if job.vacated { 4 } else { 30 }) {
        return deed("anybody", What::Vacate(id));
    }
    let last = job.declined.len() + 1 >= ghost.terms[job.terms].max_declines;
    if job.status == Status::Assigned && !overdue && last && chance.percent(20) {
        return deed(&operator, What::Decline(id));
    }
    let (who, what) = match job.status {
        Status::Open => match chance.below(100) {
            roll if roll < late => (anybody, What::Expire(id)),
            roll if roll < 70 => (anybody, What::Match(id)),
            _ => (requester, What::Cancel(id)),
        },
        Status::Assigned => match chance.below(100) {
            roll if roll < late => (anybody, What::Expire(id)),
            roll if roll < 66 => (operator, What::Deliver(id)),
            roll if roll < 90 => (operator, What::Decline(id)),
            _ => (requester, What::Cancel(id)),
        },
        Status::Submitted => match chance.below(100) {
            roll if roll < late => (anybody, What::Settle(id, pay)),
            roll if roll < 55 => (requester, What::Accept(id, pay)),
            _ => {
                let bond = dispute_bond(ghost, job) + u128::from(chance.percent(10));
                let denom = job.denom;
                let job = id;
                (requester, What::Dispute { job, denom, bond })
            }
        },
        _ => match chance.below(100) {
            roll if roll < late => (anybody, What::Settle(id, pay)),
            _ => (job.arbiter.clone(), ruling(chance, id)),
        },
    };
    let wrong = who.is_empty() || chance.percent(6);
    let who = if wrong { anyone(chance) } else { who };
    deed(&who, what)
}

/// What is possible for a short time only, or it would hardly ever happen.
fn in_time(chance: &mut Chance, ghost: &Ghost, running: &[(u64, &Job)]) -> Option<Deed> {
    let mut jobs = running.iter();
    let disputed =
        jobs.find(|(_, job)| job.status == Status::Disputed && ghost.now <= job.deadline);
    if let (Some((id, job)), true) = (disputed, chance.percent(60)) {
        return Some(deed(&job.arbiter, ruling(chance, *id)));
    }
    let mut jobs = running.iter();
    let delivered =
        jobs.find(|(_, job)| job.status == Status::Submitted && ghost.now <= job.deadline);
    if let (Some((id, job)), true) = (delivered, chance.percent(18)) {
        let (bond, denom) = (dispute_bond(ghost, job), job.denom);
        let job_id = *id;
        let dispute = What::Dispute {
            job: job_id,
            denom,
            bond,
        };
        return Some(deed(&job.requester, dispute));
    }
    let mut jobs = running.iter();
    let content = jobs.find(|(_, job)| job.status == Status::Submitted && job.denom == 1);
    if let (Some((id, job)), true) = (content, chance.percent(70)) {
        return Some(deed(&job.requester, What::Accept(*id, chance.percent(30))));
    }
    let mut jobs = running.iter();
    let alone = jobs.find(|(_, job)| {
        let until = job.assigned + ghost.terms[job.terms].accept;
        let fresh = job.status == Status::Assigned && ghost.now <= until;
        fresh && ghost.others_able(job) == 0
    });
    if let (Some((id, job)), true) = (alone, chance.percent(25)) {
        let operator = operator_of(ghost, job.node?.1);
        return Some(deed(&operator, What::Decline(*id)));
    }
    None
}

fn ruling(chance: &mut Chance, job: u64) -> What {
    let bps = chance.of(&[0, 0, 0, 0, 0, 1, 4_999, 5_000, 5_001, 9_999, 10_000, 10_001]);
    What::Rule(job, bps)
}

/// Whether a job waits that a node could take now.
fn can_be_matched(ghost: &Ghost, job: &Job) -> bool {
    job.status == Status::Open && ghost.now <= job.deadline && ghost.others_able(job) > 0
}

fn dispute_bond(ghost: &Ghost, job: &Job) -> u128 {
    (job.price * ghost.terms[job.terms].dispute_bond).div_ceil(10_000)
}

fn anyone(chance: &mut Chance) -> String {
    let mut people = people();
    people.retain(|name| !earns_only(name));
    chance.of(&people)
}

fn money(chance: &mut Chance, ghost: &Ghost) -> Deed {
    use surge_tests::ghost::Creditor;
    let denom = chance.below(2) as Denom;
    let credits: Vec<_> = ghost.credits.keys().cloned().collect();
    let tips: Vec<_> = ghost.tips.keys().cloned().collect();
    let what = match chance.below(100) {
        roll if roll < 35 && !credits.is_empty() => match chance.of(&credits) {
            (Creditor::Account(account), denom) => What::WithdrawAccount(account, denom),
            (Creditor::Provider(provider), denom) => What::WithdrawProvider(provider, denom),
        },
        roll if roll < 45 && !tips.is_empty() => {
            let (account, denom) = chance.of(&tips);
            What::WithdrawTips(account, denom)
        }
        roll if roll < 62 => {
            let purse = chance.of(&[Purse::Burn, Purse::Treasury, Purse::Insurance]);
            What::Flush(
                1.min(denom + usize::from(matches!(purse, Purse::Burn))),
                purse,
            )
        }
        roll if roll < 74 => What::Stray {
            to: chance.of(&[
                Contract::Escrow,
                Contract::Registry,
                Contract::Escrow,
                Contract::Registry,
                Contract::Rewards,
                Contract::Rewards,
            ]),
            denom,
            amount: u128::from(chance.between(1, 5_000)),
        },
        roll if roll < 82 => What::SyncEscrow(stray_denom(ghost.escrow[0].stray, denom)),
        roll if roll < 90 => What::SyncRegistry(stray_denom(ghost.registry[0].stray, denom)),
        _ => What::FundKitty(denom, u128::from(chance.between(0, 2_000))),
    };
    deed("anybody", what)
}

/// Anybody claims for whom it likes, or turns what is over; and holders burn.
fn rewards(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let who = match chance.percent(60) {
        true => "anybody".to_owned(),
        false => anyone(chance),
    };
    let provider = chance.between(1, ghost.providers.len() as u64) as u32;
    let bare = (1u32..).zip(&ghost.providers).find(|(id, record)| {
        let staying = record.standing < surge_tests::ghost::Standing::Unbonding;
        staying && record.free[1] + ghost.at_nodes(*id, 1) == 0
    });
    if let (Some((provider, record)), true) = (bare, chance.percent(15)) {
        let bond = What::Bond {
            provider,
            denom: 1,
            amount: chance.of(&[0, 2_000_000_000]),
        };
        return deed(&record.owner, bond);
    }
    // What an earlier ceiling left, what burning opened since may use.
    let with_room = (1u32..).zip(&ghost.providers).find(|(id, _)| {
        let accounts = &ghost.rewards.accounts;
        let account = accounts.get(id).cloned().unwrap_or_default();
        let open = ghost.rewards.given(*id, |burn| burn.gate) - account.gated;
        open > 0 && account.room() > 0
    });
    if let (Some((provider, _)), true) = (with_room, chance.percent(60)) {
        return deed(&who, What::Claim(provider));
    }
    // A bond that allows a part of what burning opened soon allows all of it.
    let in_part = (1u32..).zip(&ghost.providers).find(|(id, _)| {
        let counted = ghost
            .rewards
            .accounts
            .get(id)
            .map_or(0, |account| account.gated);
        let open = ghost.rewards.given(*id, |burn| burn.gate) - counted;
        let gated = |id| ghost.would_claim(id).map_or(0, |claimed| claimed.gated);
        open > 0 && (1..open).contains(&gated(*id))
    });
    if let (Some((provider, _)), true) = (in_part, chance.percent(80)) {
        return deed(&who, What::Claim(provider));
    }
    let over = ghost.rewards.epoch_at(ghost.now) > ghost.rewards.turned();
    let what = match chance.below(100) {
        roll if roll < 18 && (over || roll < 2) => What::Turn,
        roll if roll < 24 => What::BurnOwn(chance.of(&[0, 1, 1_000_000, u128::MAX])),
        _ => What::Claim(provider),
    };
    deed(&who, what)
}

fn stray_denom(native: u128, otherwise: Denom) -> Denom {
    if native > 0 {
        0
    } else {
        otherwise
    }
}
