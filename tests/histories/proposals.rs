//! What could happen next.

use surge_tests::ghost::{Deed, Denom, Ghost, Job, Node, Order, Purse, Standing, Status, What};

use crate::chance::Chance;
use crate::tables::prices;
use crate::world::{first_rules, first_terms, machine, people, Step, PROVIDERS, REQUESTERS};

pub fn deed(who: &str, what: What) -> Deed {
    Deed {
        who: who.to_owned(),
        what,
        coins: 0,
    }
}

/// Everybody joins: each provider with bond in both denominations and one to three nodes.
pub fn first_deeds(chance: &mut Chance) -> Vec<Deed> {
    let mut deeds = vec![];
    for (provider, name) in (1..).zip(PROVIDERS) {
        let operator = format!("{name}-op");
        let payout = format!("{name}-pay");
        deeds.push(deed(name, What::Register { operator, payout }));
        for denom in 0..2 {
            let amount = 400_000;
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
    let silent = ghost.nodes.values().filter(|n| !ghost.is_live(n)).count();
    if silent * 2 > ghost.nodes.len() && chance.percent(60) {
        return Step::Send(any_heartbeat(chance, ghost));
    }
    if !(ghost.escrow_office.open && ghost.registry_office.open) && chance.percent(50) {
        let (office, what) = if ghost.escrow_office.open {
            (&ghost.registry_office, What::IntakeOfRegistry(true))
        } else {
            (&ghost.escrow_office, What::IntakeOfEscrow(true))
        };
        return Step::Send(deed(&office.owner, what));
    }
    let lost = |node: &Node| node.indexed && !ghost.is_live(node);
    if ghost.nodes.values().any(lost) && chance.percent(6) {
        return Step::Send(deed("anybody", evict(chance, ghost)));
    }
    let choose: Choice = chance.weighted(&[
        (15, Choice::Pass),
        (10, Choice::Heartbeat),
        (15, Choice::Submit),
        (28, Choice::Job),
        (9, Choice::Money),
        (13, Choice::Provider),
        (9, Choice::Owner),
        (9, Choice::Hostile),
    ]);
    Step::Send(match choose {
        Choice::Pass => return Step::Pass(pass(chance, ghost)),
        Choice::Heartbeat => any_heartbeat(chance, ghost),
        Choice::Submit => submit(chance, ghost),
        Choice::Job => job_step(chance, ghost),
        Choice::Money => money(chance, ghost),
        Choice::Provider => provider_step(chance, ghost),
        Choice::Owner => owner_step(chance, ghost),
        Choice::Hostile => hostile(chance, ghost),
    })
}

#[derive(Clone, Copy)]
enum Choice {
    Pass,
    Heartbeat,
    Submit,
    Job,
    Money,
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
        denom: chance.below(2) as Denom,
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
    let waiting = running.iter().find(|(_, job)| can_be_matched(ghost, job));
    if let (Some((id, _)), true) = (waiting, chance.percent(70)) {
        return deed("anybody", What::Match(*id));
    }
    let due = running.iter().filter(|(_, job)| job.deadline <= ghost.now);
    let due: Vec<(u64, &Job)> = due.copied().collect();
    let (id, job) = match (running.is_empty(), due.is_empty() || chance.percent(20)) {
        (true, _) => return submit(chance, ghost),
        (false, true) => chance.of(&running),
        (false, false) => chance.of(&due),
    };
    let overdue = ghost.now > job.deadline;
    let late = if overdue { 60 } else { 8 };
    let requester = job.requester.clone();
    let anybody = "anybody".to_owned();
    let operator = job
        .node
        .map_or_else(String::new, |(_, provider)| operator_of(ghost, provider));
    let pay = chance.percent(30);
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
            roll if roll < 72 => (requester, What::Accept(id, pay)),
            _ => {
                let bond = dispute_bond(ghost, job) + u128::from(chance.percent(10));
                let denom = job.denom;
                let job = id;
                (requester, What::Dispute { job, denom, bond })
            }
        },
        _ => match chance.below(100) {
            roll if roll < late => (anybody, What::Settle(id, pay)),
            _ => {
                let bps = chance.of(&[0, 1, 4_999, 5_000, 5_001, 9_999, 10_000, 10_001]);
                (ghost.arbiter.clone(), What::Rule(id, bps))
            }
        },
    };
    let wrong = who.is_empty() || chance.percent(6);
    let who = if wrong { anyone(chance) } else { who };
    deed(&who, what)
}

/// Whether a job waits that a node could take now.
fn can_be_matched(ghost: &Ghost, job: &Job) -> bool {
    let best = || ghost.best_score(&job.requester, job.denom, &job.order, job.held);
    job.status == Status::Open && ghost.now <= job.deadline && best().is_some()
}

fn dispute_bond(ghost: &Ghost, job: &Job) -> u128 {
    (job.held * ghost.terms[job.terms].dispute_bond).div_ceil(10_000)
}

fn anyone(chance: &mut Chance) -> String {
    let mut people = people();
    // These are paid only, so that nobody fills their pockets.
    people.retain(|name| !name.ends_with("-pay") && name != "treasury" && name != "vault");
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
            to_escrow: chance.percent(50),
            denom,
            amount: u128::from(chance.between(1, 5_000)),
        },
        roll if roll < 82 => What::SyncEscrow(stray_denom(ghost.escrow[0].stray, denom)),
        roll if roll < 90 => What::SyncRegistry(stray_denom(ghost.registry[0].stray, denom)),
        _ => What::FundKitty(denom, u128::from(chance.between(0, 2_000))),
    };
    deed("anybody", what)
}

fn stray_denom(native: u128, otherwise: Denom) -> Denom {
    if native > 0 {
        0
    } else {
        otherwise
    }
}

fn provider_step(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let name = chance.of(&PROVIDERS);
    let Some(id) = ghost.owned_by(name) else {
        let (operator, payout) = (format!("{name}-op"), format!("{name}-pay"));
        return deed(name, What::Register { operator, payout });
    };
    let Some(provider) = ghost.provider(id) else {
        return submit(chance, ghost);
    };
    let ready = provider
        .unbondings
        .iter()
        .any(|(_, _, at)| *at <= ghost.now);
    if provider.standing == Standing::Draining && chance.percent(40) {
        let who = chance.of(&[name.to_owned(), provider.operator.clone()]);
        return deed(&who, What::Resume);
    }
    if ready && chance.percent(60) {
        return deed("anybody", What::WithdrawBond(id));
    }
    if provider.standing == Standing::Unbonding && chance.percent(80) {
        return submit(chance, ghost);
    }
    let denom = chance.below(2) as Denom;
    let mine = ghost.nodes.iter().filter(|(_, node)| node.provider == id);
    let mine: Vec<(u32, &Node)> = mine.map(|(id, node)| (*id, node)).collect();
    let idle = mine.iter().filter(|(_, node)| node.running == 0);
    let idle: Vec<u32> = idle.map(|(id, _)| *id).collect();
    let what = match chance.below(100) {
        roll if roll < 12 => What::Bond {
            provider: id,
            denom,
            amount: chance.of::<u128>(&[0, 1, 5_000, 50_000]),
        },
        roll if roll < 24 => {
            let all = provider.free[denom];
            let amount = chance.of(&[1, all / 2, all, all + 1]);
            What::Unbond(denom, amount)
        }
        roll if roll < 34 => What::SetPayout(chance.of(&[format!("{name}-pay"), name.to_owned()])),
        roll if roll < 42 => {
            let own = [format!("{name}-op"), name.to_owned(), "quin-op".to_owned()];
            What::SetOperator(chance.of(&own))
        }
        roll if roll < 52 => What::Drain,
        roll if roll < 62 => {
            let bond = chance.of::<u128>(&[9_999, 10_000, 50_000]);
            What::AddNode(machine(chance, denom), bond)
        }
        roll if roll < 84 && !mine.is_empty() => update_node(chance, &mine),
        roll if roll < 91 && !idle.is_empty() => What::RemoveNode(chance.of(&idle)),
        roll if roll < 96 => evict(chance, ghost),
        _ => What::Leave,
    };
    deed(name, what)
}

fn update_node(chance: &mut Chance, mine: &[(u32, &Node)]) -> What {
    let (node, record) = chance.of(mine);
    let capacity = record.machine.capacity;
    What::UpdateNode {
        node,
        capacity: chance.percent(40).then(|| {
            let mut smaller = record.reserved;
            smaller[0] = smaller[0].max(1_000);
            smaller[1] = smaller[1].max(1_024);
            smaller[3] = smaller[3].max(1);
            let mut too_small = record.reserved;
            too_small[0] = too_small[0].saturating_sub(1);
            chance.of(&[capacity, smaller, too_small, [32_000, 65_536, 0, 500, 100]])
        }),
        prices: chance
            .percent(40)
            .then(|| chance.of(&[0, 50, 90, 100, 110, 300]))
            .map(prices),
        bond: chance.percent(40).then(|| {
            let locked = record.locked;
            let below = locked.saturating_sub(1);
            chance.of(&[locked.max(10_000), below, 10_000, 80_000, 200_000])
        }),
    }
}

fn evict(chance: &mut Chance, ghost: &Ghost) -> What {
    let mut nodes: Vec<u32> = ghost.nodes.keys().copied().collect();
    if chance.percent(30) {
        nodes.extend([1, 1, 99]);
    }
    What::Evict(nodes)
}

fn owner_step(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let escrow = ghost.escrow_office.owner.clone();
    let registry = ghost.registry_office.owner.clone();
    let heir = |owner: &str| match owner {
        "owner" => "heir".to_owned(),
        _ => "owner".to_owned(),
    };
    if let (Some(offered), true) = (&ghost.escrow_office.offered, chance.percent(25)) {
        return deed(offered, What::TakeEscrow);
    }
    if let (Some(offered), true) = (&ghost.registry_office.offered, chance.percent(35)) {
        return deed(offered, What::TakeRegistry);
    }
    let number = chance.below(4);
    let (owner, what) = match chance.below(15) {
        0 | 1 => {
            let mut terms = first_terms();
            terms.take = chance.of(&[0, 1, 500, 2_000, 2_001]);
            (terms.burn, terms.treasury) = chance.of(&[(0, 8_000), (8_000, 0), (5_000, 3_000)]);
            terms.cancel = chance.of(&[0, 1, 1_000, 5_000]);
            terms.decline = chance.of(&[0, 100, 500]);
            terms.dispute_bond = chance.of(&[1, 1_000, 10_000, 0]);
            terms.max_declines = chance.of(&[1, 1, 1, 8]);
            terms.collateral = chance.of(&[10_000, 20_000]);
            terms.review = chance.of(&[1, 300]);
            (escrow, What::SetTerms(terms))
        }
        2 => {
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
        9 => {
            let id = chance.below(8) as u8;
            let mut rtt: Vec<u128> = ghost.regions[usize::from(id) % 7].rtt.clone();
            let place = chance.below(7) as usize;
            rtt[place] = u128::from(chance.below(500));
            let clean = chance.of::<u128>(&[0, 500_000, 1_000_000]);
            (registry, What::SetRegion { id, clean, rtt })
        }
        10 => {
            let tip = chance.of::<u128>(&[0, 100, 1_000_000]);
            (registry, What::SetEvictTip(tip))
        }
        11 => (registry, What::ListInRegistry(format!("uother{number}"))),
        12 => (registry, What::IntakeOfRegistry(false)),
        _ => {
            let to = heir(&registry);
            (registry, What::OfferRegistry(to))
        }
    };
    let wrong = chance.percent(8);
    let who = if wrong { anyone(chance) } else { owner };
    deed(&who, what)
}

/// Wrong signers, wrong funds, fakes, replays, random ids, zero and huge amounts.
fn hostile(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let who = match chance.percent(70) {
        true => chance.of(&["mal", "mal-op"]).to_owned(),
        false => anyone(chance),
    };
    let job = chance.below(ghost.jobs.len() as u64 + 2);
    let node = chance.below(u64::from(ghost.nodes_ever) + 2) as u32;
    let provider = chance.below(ghost.providers.len() as u64 + 2) as u32;
    let denom = chance.below(2) as Denom;
    let amount = chance.of(&[0, 1, 10_000, 1 << 60, u128::MAX / 2]);
    let to_escrow = chance.percent(50);
    let account = anyone(chance);
    let last = ghost.nodes.get(&node).map_or(0, |node| node.seq);
    let what = match chance.below(34) {
        0 => What::Assign(job),
        1 => What::Reassign(job),
        2 => What::Release(job),
        3 | 4 => What::ForgedHook {
            to_escrow,
            victim: account,
            amount,
        },
        5 | 6 => What::FakeToken {
            to_escrow,
            amount: 10_000,
        },
        7 => What::Match(job),
        8 => What::Decline(job),
        9 => What::Deliver(job),
        10 => What::Accept(job, true),
        11 => What::Settle(job, true),
        12 => What::Cancel(job),
        13 => What::Expire(job),
        14 => What::Dispute {
            job,
            denom,
            bond: amount,
        },
        15 => What::Rule(job, 10_000),
        16 => What::WithdrawAccount(account, denom),
        17 => What::WithdrawProvider(provider, denom),
        18 => What::Flush(denom, chance.of(&[Purse::Burn, Purse::Treasury])),
        19 => What::SetTerms(first_terms()),
        20 => What::OfferEscrow("mal".to_owned()),
        21 => What::TakeRegistry,
        22 => What::Register {
            operator: account,
            payout: who.clone(),
        },
        23 => What::SetOperator(account),
        24 => What::Bond {
            provider,
            denom,
            amount: 1,
        },
        25 => What::Unbond(denom, amount),
        26 => What::WithdrawBond(provider),
        27 => What::Drain,
        28 => What::UpdateNode {
            node,
            capacity: None,
            prices: Some([u64::MAX; 5]),
            bond: None,
        },
        29 => What::RemoveNode(node),
        30 => What::Heartbeat {
            node,
            seq: last + chance.below(2) as u32,
            free: [0; 5],
        },
        31 => What::Evict(vec![node, node, 0]),
        32 => What::SetRules(first_rules()),
        _ => What::Submit {
            denom,
            deposit: amount,
            order: Order {
                need: [chance.of(&[0, 1, u32::MAX]); 5],
                secs: chance.of(&[0, 1, 86_400, 86_401, u64::MAX]),
                weights: Some([chance.below(1_000_001), 0, 0, 0, 1_000_000]),
                replicas: vec![chance.below(9) as u8; chance.of(&[1, 16, 17])],
                size: u128::from(u64::MAX),
                regions: vec![chance.below(9) as u8],
                patient: true,
                ..Order::default()
            },
        },
    };
    let token = matches!(what, What::FakeToken { .. } | What::ForgedHook { .. })
        || matches!(
            what,
            What::Submit { .. } | What::Dispute { .. } | What::Bond { .. }
        );
    let coins = match !token && chance.percent(15) {
        true => 7,
        false => 0,
    };
    Deed { who, what, coins }
}
