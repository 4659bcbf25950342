//! Which node gets a job, by trying them all.

use std::cmp::Reverse;

use super::{Denom, Ghost, Job, Node, Order, MILLION};

/// Least speed of each bandwidth tier, in Mbit/s.
const MBPS: [u128; 4] = [10, 100, 1_000, 10_000];

/// What the chain chose and said about it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The node it picked.
    pub pick: Option<Pick>,
    /// Silent nodes that it took out of the index on the way.
    pub evicted: Vec<u32>,
}

/// A pick with its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Pick {
    pub node: u32,
    pub score: u128,
    pub parts: [u128; 5],
    pub price: u128,
    pub tag: u128,
    pub best_score: u128,
    pub exact: bool,
    pub gap: u128,
    pub runners_up: Vec<u32>,
}

/// A node that can take a job.
#[derive(Clone, Debug)]
pub(super) struct Able {
    node: u32,
    score: u128,
    parts: [u128; 5],
    price: u128,
    /// The price, at least the reference price.
    worth: u128,
    tag: u128,
}

impl Ghost {
    /// What is neither reserved nor withheld.
    pub(super) fn free_of(node: &Node) -> [u32; 5] {
        let mut free = node.machine.capacity;
        let held = node.reserved.iter().zip(node.withheld);
        for (free, (reserved, withheld)) in free.iter_mut().zip(held) {
            *free -= *reserved;
            *free -= withheld.min(*free);
        }
        free
    }

    /// Something is free of each kind that the class asks for, and bond for the smallest.
    pub(super) fn has_room(&self, node: &Node) -> bool {
        let market = &self.markets[node.machine.denom];
        let free = Self::free_of(node);
        let room = (0..5).all(|kind| market.smallest[kind] == 0 || free[kind] > 0);
        room && node.bond - node.locked >= market.smallest_bond.max(1)
    }

    /// Providers whose nodes are the requester's own.
    fn is_own(&self, provider: u32, requester: &str) -> bool {
        let operated = self.operators.get(requester) == Some(&provider);
        operated || self.owned_by(requester) == Some(provider)
    }

    /// Whether one of the nodes that declined is this provider's.
    fn has_declined(&self, provider: u32, declined: &[u32]) -> bool {
        declined.iter().any(|id| {
            let node = self.nodes.get(id).map(|node| node.provider);
            node.or(self.former.get(id).copied()) == Some(provider)
        })
    }

    fn allows(&self, order: &Order, region: u8) -> bool {
        let law = &self.regions[usize::from(region)].law;
        let named = order.regions.is_empty() || order.regions.contains(&region);
        named && (order.laws.is_empty() || order.laws.contains(law))
    }

    /// A node for an order, or nothing when it cannot take it.
    fn able(
        &self,
        requester: &str,
        denom: Denom,
        order: &Order,
        most: u128,
        declined: &[u32],
        id: u32,
    ) -> Option<Able> {
        let node = self.nodes.get(&id)?;
        let machine = &node.machine;
        let live = node.last_seen >= self.now.saturating_sub(self.rules.silence);
        if !node.indexed
            || machine.denom != denom
            || !self.allows(order, machine.region)
            || self.is_own(node.provider, requester)
            || self.has_declined(node.provider, declined)
            || !live
        {
            return None;
        }
        let free = Self::free_of(node);
        if (0..5).any(|kind| free[kind] < order.need[kind]) {
            return None;
        }
        let price = price_of(&machine.prices, &order.need, order.secs);
        let reference = &self.markets[denom].reference;
        let worth = price.max(price_of(reference, &order.need, order.secs));
        let collateral = (worth * order.collateral_bps(self)).div_ceil(super::WHOLE);
        if price > most || collateral > node.bond - node.locked {
            return None;
        }
        let weights = order.weights.unwrap_or(self.rules.weights);
        let parts = self.parts(denom, order, &weights, node, collateral);
        let score = (0..5).map(|part| u128::from(weights[part]) * parts[part]);
        Some(Able {
            node: id,
            score: score.sum(),
            parts,
            price,
            worth,
            tag: node.virtual_time.max(self.markets[denom].virtual_time),
        })
    }

    /// Time, load, price, reputation and clean energy, each up to a million.
    fn parts(
        &self,
        denom: Denom,
        order: &Order,
        weights: &[u64; 5],
        node: &Node,
        collateral: u128,
    ) -> [u128; 5] {
        let machine = &node.machine;
        let home = usize::from(machine.region);
        let nearest = order
            .replicas
            .iter()
            .map(|replica| self.regions[usize::from(*replica)].rtt[home])
            .min();
        let delay = nearest.map_or(0, |rtt| {
            let bits = order.size * 8 * 1_024 * 1_024;
            rtt + bits / (MBPS[usize::from(machine.tier)] * 1_000)
        });
        let scale = self.rules.time_scale;
        // Half of it, because the place is only declared.
        let time = scale * MILLION / (scale + delay) / 2;

        // Whole eighths of the bond that are locked with the job.
        let eighths = (0..8)
            .filter(|eighth| 8 * (node.locked + collateral) >= (eighth + 1) * node.bond)
            .count();
        let load = [
            1_000_000, 875_000, 750_000, 625_000, 500_000, 375_000, 250_000, 125_000, 0,
        ][eighths];

        let sum = |prices: &[u64; 5]| -> u128 {
            let terms = prices.iter().zip(order.need);
            terms.map(|(p, n)| u128::from(*p) * u128::from(n)).sum()
        };
        let (reference, asked) = (sum(&self.markets[denom].reference), sum(&machine.prices));
        let price = match (reference, asked) {
            (0, _) => 0,
            (_, 0) => MILLION,
            (reference, asked) => (reference * MILLION / asked).min(MILLION),
        };

        let thirds = machine.clean * 3 / MILLION;
        let green = match weights[4] {
            0 => 0,
            _ => self.regions[home].clean * (thirds * MILLION / 3) / MILLION / 2,
        };
        [time, load, price, MILLION / 2, green]
    }

    /// Everybody who can take an order, the best first.
    pub(super) fn all_able(
        &self,
        requester: &str,
        denom: Denom,
        order: &Order,
        most: u128,
        declined: &[u32],
    ) -> Vec<Able> {
        let mut able: Vec<Able> = self
            .nodes
            .keys()
            .filter(|id| order.pinned.is_none_or(|pinned| pinned == **id))
            .filter_map(|id| self.able(requester, denom, order, most, declined, *id))
            .collect();
        able.sort_by_key(|node| (Reverse(node.score), node.node));
        able
    }

    /// The best score of an order, over all nodes.
    pub fn best_score(
        &self,
        requester: &str,
        denom: Denom,
        order: &Order,
        most: u128,
    ) -> Option<u128> {
        let able = self.all_able(requester, denom, order, most, &[]);
        able.first().map(|best| best.score)
    }

    /// How many nodes could take a job beside its own.
    pub fn others_able(&self, job: &Job) -> usize {
        let mut declined = job.declined.clone();
        declined.extend(job.node.map(|(node, _)| node));
        self.all_able(&job.requester, job.denom, &job.order, job.held, &declined)
            .len()
    }

    /// The node that has to be picked: among those within a hundredth of the best the one
    /// that was served least.
    fn due(able: &[Able]) -> Option<&Able> {
        let best = able.first()?.score;
        able.iter()
            .filter(|node| node.score >= best - best / 100)
            .min_by_key(|node| (node.tag, Reverse(node.score), node.node))
    }

    /// Tries stored runners-up, then everybody. Answers whether a node took the job.
    pub(super) fn find_node(&mut self, id: u64, seen: &Seen, again: bool) -> bool {
        let job = self.job(id).clone();
        if again && job.order.pinned.is_none() {
            let able: Vec<Able> = job
                .runners_up
                .iter()
                .filter_map(|node| {
                    self.able(
                        &job.requester,
                        job.denom,
                        &job.order,
                        job.held,
                        &job.declined,
                        *node,
                    )
                })
                .collect();
            if let Some(first) = able.first() {
                let rest: Vec<u32> = able.iter().skip(1).map(|able| able.node).collect();
                if let Some(pick) = &seen.pick {
                    let alone = !pick.exact && pick.gap == MILLION;
                    if pick.runners_up != rest || !alone {
                        self.complain(format!(
                            "job {id}: runners-up {rest:?} expected, {pick:?} seen"
                        ));
                    }
                }
                self.take_node(id, first, &rest, seen);
                return true;
            }
        }
        let able = self.all_able(
            &job.requester,
            job.denom,
            &job.order,
            job.held,
            &job.declined,
        );
        self.note_evicted(&job, seen);
        let Some(due) = Self::due(&able) else {
            if seen.pick.is_some() {
                self.complain(format!("job {id}: nobody is able, {:?} seen", seen.pick));
            }
            return false;
        };
        let due = due.clone();
        let mut runners_up = vec![];
        if let Some(pick) = &seen.pick {
            runners_up.clone_from(&pick.runners_up);
            self.check_search(id, &able, &due, pick);
        }
        self.take_node(id, &due, &runners_up, seen);
        true
    }

    fn check_search(&mut self, id: u64, able: &[Able], due: &Able, pick: &Pick) {
        let best = able.first().map_or(0, |node| node.score);
        // Who names the node has not asked for the best.
        let searched = self.job(id).order.pinned.is_none();
        let sure = (pick.exact, pick.gap)
            == if searched {
                (true, 0)
            } else {
                (false, MILLION)
            };
        if !sure || pick.best_score != best {
            self.complain(format!(
                "job {id}: the best score is {best}, {} seen, exact: {}, gap: {}",
                pick.best_score, pick.exact, pick.gap
            ));
        }
        let others: Vec<&Able> = pick
            .runners_up
            .iter()
            .filter_map(|node| able.iter().find(|able| able.node == *node))
            .collect();
        let sorted = others.windows(2).all(|pair| pair[0].score >= pair[1].score);
        let known = others.len() == pick.runners_up.len()
            && others.iter().all(|other| other.node != due.node)
            && others.len() == able.len().saturating_sub(1).min(3);
        if !sorted || !known {
            self.complain(format!("job {id}: wrong runners-up in {pick:?}"));
        }
    }

    /// A search may take silent nodes of its market out of the index, up to a cap.
    fn note_evicted(&mut self, job: &Job, seen: &Seen) {
        if seen.evicted.len() > self.rules.evictions || job.order.pinned.is_some() {
            let cap = self.rules.evictions;
            if !seen.evicted.is_empty() {
                self.complain(format!("{:?} evicted, at most {cap}", seen.evicted));
            }
        }
        let silent_before = self.now.saturating_sub(self.rules.silence);
        for id in &seen.evicted {
            let right = self.nodes.get_mut(id).is_some_and(|node| {
                let right = node.indexed
                    && node.machine.denom == job.denom
                    && node.last_seen < silent_before;
                node.indexed = false;
                right
            });
            if !right {
                self.complain(format!("node {id} was evicted wrongly"));
            }
        }
    }

    /// Capacity, collateral and the node's turn.
    fn take_node(&mut self, id: u64, able: &Able, runners_up: &[u32], seen: &Seen) {
        if let Some(pick) = &seen.pick {
            let agreed = pick.node == able.node
                && pick.score == able.score
                && pick.parts == able.parts
                && pick.price == able.price
                && pick.tag == able.tag;
            if !agreed {
                self.complain(format!("job {id}: {able:?} expected, {pick:?} seen"));
            }
        } else {
            self.complain(format!("job {id}: {able:?} expected, nobody seen"));
        }
        let (no_show, tip) = (self.rules.no_show, self.rules.tip);
        let order = self.job(id).order.clone();
        let collateral = (able.worth * order.collateral_bps(self)).div_ceil(super::WHOLE);
        let denom = self.job(id).denom;
        if order.pinned.is_none() {
            self.markets[denom].virtual_time = able.tag;
        }
        let mut node = self.nodes[&able.node].clone();
        for kind in 0..5 {
            node.reserved[kind] += order.need[kind];
        }
        node.locked += collateral;
        node.running += 1;
        let work = (able.worth << 32) / node.bond;
        node.virtual_time = able.tag + work;
        node.indexed = self.has_room(&node);
        let provider = node.provider;
        self.nodes.insert(able.node, node);
        let now = self.now;
        let job = self.job_mut(id);
        job.node = Some((able.node, provider));
        job.price = able.price;
        job.worth = able.worth;
        job.collateral = collateral;
        job.work = work;
        job.vacated = false;
        job.no_show = no_show;
        job.tip = tip;
        job.runners_up = runners_up.to_vec();
        job.assigned = now;
        job.status = super::Status::Assigned;
        let terms = job.terms;
        let accept = self.terms[terms].accept;
        self.job_mut(id).deadline = now + accept + order.secs;
    }
}

/// Price of a job: unit prices are millionths per hour; rounded up once.
fn price_of(prices: &[u64; 5], need: &[u32; 5], secs: u64) -> u128 {
    let per_hour: u128 = prices
        .iter()
        .zip(need)
        .map(|(price, need)| u128::from(*price) * u128::from(*need))
        .sum();
    (per_hour * u128::from(secs)).div_ceil(3_600 * MILLION)
}

impl Order {
    /// The collateral of the terms that the job was submitted under, carried along.
    fn collateral_bps(&self, ghost: &Ghost) -> u128 {
        self.collateral
            .unwrap_or_else(|| ghost.terms.last().map_or(0, |terms| terms.collateral))
    }
}
