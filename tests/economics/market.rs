//! Days on the network: requesters order, agents work or do not, epochs turn.

use std::collections::BTreeMap;

use cw_multi_test::Executor;
use surge_accounting::job_price;
use surge_interface::escrow::{JobSpec, Pick, Purse, Status};
use surge_interface::{escrow, registry, rewards, TimeProfile, Weights};
use surge_testing::{job, Builder, Machine, Suite};

use crate::agents::{need, transfer, Agent, Strategy, CAPITAL, MACHINE_MILLI};
use crate::books::{bond_of, withdraw};
use crate::chance::Chance;
use crate::Setting;

/// Length of an epoch.
pub const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
/// Jobs come and go at fixed times of day, so many a day.
const TICKS: u64 = 6;
/// Names that order, with pockets that no job empties.
const REQUESTERS: u64 = 5;
/// Days that the arbiter takes.
const RULING_DAYS: u64 = 2;
/// Days until a requester's silence is an answer.
const REVIEW_DAYS: u64 = 2;
/// Days until its silence decides.
const SILENCE_DAYS: u64 = 8;
/// Epochs between two claims.
const CLAIM_EVERY: u64 = 7;
/// Days between two rounds of washing: a round has to fit into the working capital.
const WASH_EVERY: u64 = 4;
/// Jobs need one to three times this.
const CORES_STEP: u32 = 2_000;
/// Price of a washing node, of the reference price.
const WASH_PRICE: u128 = 10;
/// Days between two points of a curve.
const POINT_EVERY: u64 = 4;

/// What the simulation takes for granted about people and machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// Epochs, of a day each.
    pub epochs: u64,
    /// Where chance starts.
    pub seed: u64,
    /// Jobs of honest requesters a day, on average and for each agent that offers a machine.
    pub jobs: u64,
    /// What a job costs whoever really does it, of its price.
    pub cost_percent: u64,
    /// How often an honest requester notices garbage and disputes it.
    pub noticed_percent: u64,
    /// How often the arbiter is silent then.
    pub silent_percent: u64,
    /// How often an honest requester accepts good work. Otherwise it says nothing, and
    /// somebody settles when the review window is over: paid, but without reward.
    pub accepted_percent: u64,
}

impl Assumptions {
    /// Those that `docs/economics.md` gives reasons for.
    pub const fn usual() -> Self {
        Self {
            epochs: 200,
            seed: 1,
            jobs: 3,
            cost_percent: 60,
            noticed_percent: 90,
            silent_percent: 10,
            accepted_percent: 100,
        }
    }

    /// The usual ones but for what the environment says.
    pub fn read() -> Self {
        let number = |name: &str, usual: u64| match std::env::var(name) {
            Ok(text) => text.parse().expect("a number"),
            Err(_) => usual,
        };
        let usual = Self::usual();
        Self {
            epochs: number("SURGE_EPOCHS", usual.epochs),
            seed: number("SURGE_SEED", usual.seed),
            jobs: number("SURGE_JOBS", usual.jobs),
            cost_percent: number("SURGE_COST", usual.cost_percent),
            noticed_percent: number("SURGE_NOTICED", usual.noticed_percent),
            silent_percent: number("SURGE_SILENT", usual.silent_percent),
            accepted_percent: number("SURGE_ACCEPTED", usual.accepted_percent),
        }
    }

    /// Whether only chance and length differ from the usual ones.
    pub fn people_are_usual(&self) -> bool {
        let Self { epochs, seed, .. } = *self;
        *self
            == Self {
                epochs,
                seed,
                ..Self::usual()
            }
    }
}

/// A job at its node.
struct Running {
    agent: usize,
    due_tick: u64,
    milli: u32,
}

/// A dispute that waits for its end.
struct Dispute {
    job: u64,
    agent: usize,
    ends_day: u64,
    silent: bool,
}

/// One chain with its people.
pub struct World {
    /// The chain.
    pub suite: Suite,
    /// Who takes part.
    pub agents: Vec<Agent>,
    /// Jobs that honest requesters wanted.
    pub wanted: u64,
    /// Jobs of those for which there was no node, in the end.
    pub refused: u64,
    /// Share of the honest agents' machines at work, summed over ticks.
    busy: f64,
    /// Ticks so far.
    ticks: u64,
    /// Days until everybody left.
    pub days: u64,
    assumptions: Assumptions,
    chance: Chance,
    start_secs: u64,
    running: BTreeMap<u64, Running>,
    /// Delivered jobs that nobody will say anything about, with the day of their settlement.
    unanswered: Vec<(u64, u64)>,
    disputes: Vec<Dispute>,
}

impl World {
    /// Deploys the contracts with the parameters that a network starts with. Only silence is
    /// allowed to last longer, so that two heartbeats a day are enough.
    pub fn new(assumptions: &Assumptions, setting: Setting, strategies: &[Strategy]) -> Self {
        let load_ppm = setting.load_ppm;
        let mut suite = Builder {
            registry: registry::Params {
                heartbeat_secs: HOUR,
                missed_heartbeats: 20,
                weights: Weights {
                    load: load_ppm,
                    // The same for everybody.
                    reputation: Weights::DEFAULT.reputation + Weights::DEFAULT.load - load_ppm,
                    ..Weights::DEFAULT
                },
                ..registry::Params::defaults(TimeProfile::Main)
            },
            escrow: escrow::Params {
                collateral_bps: setting.collateral_bps,
                ..escrow::Params::defaults(TimeProfile::Main)
            },
            ..Builder::default()
        }
        .build();
        for number in 0..REQUESTERS {
            suite.meet(&requester(number));
        }
        let start_secs = suite.now_secs();
        let agents = strategies
            .iter()
            .enumerate()
            .map(|(number, strategy)| Agent::join(&mut suite, *strategy, number))
            .collect();
        Self {
            suite,
            agents,
            wanted: 0,
            refused: 0,
            busy: 0.0,
            ticks: 0,
            days: 0,
            assumptions: assumptions.clone(),
            chance: Chance::new(assumptions.seed),
            start_secs,
            running: BTreeMap::new(),
            unanswered: vec![],
            disputes: vec![],
        }
    }

    /// Lives through all epochs, then winds everything up.
    pub fn live(&mut self) {
        for agent in 0..self.agents.len() {
            self.note_wealth(agent);
        }
        while self.days < self.assumptions.epochs {
            self.day(true);
        }
        while !(self.running.is_empty() && self.disputes.is_empty() && self.unanswered.is_empty()) {
            self.day(false);
        }
        self.wind_up();
    }

    fn day(&mut self, open: bool) {
        let day_secs = self.start_secs + self.days * DAY;
        self.wait_until(day_secs + 1);
        self.after_boundary();
        for tick in 0..TICKS {
            self.wait_until(day_secs + (2 + tick * 24 / TICKS) * HOUR);
            self.ticks += 1;
            if tick % (TICKS / 2) == 0 {
                self.beat();
            }
            self.deliver_due();
            if tick == 0 {
                self.end_disputes();
                self.end_silences();
                self.wash();
            }
            if open {
                self.order();
            }
            self.busy += self.busy_share();
        }
        self.wait_until(day_secs + DAY - 1);
        if open {
            for agent in &mut self.agents {
                agent.flash_in(&mut self.suite, self.days);
            }
        }
        self.days += 1;
        if self.days.is_multiple_of(POINT_EVERY) {
            for agent in 0..self.agents.len() {
                self.note_wealth(agent);
            }
        }
    }

    fn wait_until(&mut self, secs: u64) {
        let now_secs = self.suite.now_secs();
        self.suite.pass(secs.saturating_sub(now_secs));
    }

    /// Share of the time that the honest agents' machines worked.
    pub fn busy_percent(&self) -> f64 {
        100.0 * self.busy / self.ticks as f64
    }

    fn busy_share(&self) -> f64 {
        let honest = |agent: &&Agent| agent.strategy == Strategy::Honest;
        let machines: Vec<u32> = self
            .agents
            .iter()
            .filter(honest)
            .map(|agent| agent.busy_milli)
            .collect();
        let all = f64::from(MACHINE_MILLI) * machines.len() as f64;
        machines.iter().sum::<u32>() as f64 / all
    }

    fn note_wealth(&mut self, agent: usize) {
        let agent = &mut self.agents[agent];
        let fortune = agent.fortune(&self.suite) as i128;
        let profit = fortune - CAPITAL as i128 - agent.book.cost as i128;
        agent.book.curve.push((self.days, profit));
    }

    /// Flash bonds go, and once a week everybody else claims.
    fn after_boundary(&mut self) {
        let weekly = self.days % CLAIM_EVERY == CLAIM_EVERY - 1;
        for agent in &mut self.agents {
            agent.flash_out(&mut self.suite, self.days);
            if weekly && !agent.strategy.is_flash() {
                agent.collect(&mut self.suite);
            }
        }
        if weekly {
            for purse in [Purse::Burn, Purse::Treasury, Purse::Insurance] {
                // There may be nothing in it.
                let _ = self.suite.flush(1, purse);
            }
        }
    }

    /// Every node that is for hire says that it is alive.
    fn beat(&mut self) {
        for node in self.agents.iter().flat_map(|agent| &agent.nodes) {
            self.suite.heartbeat(*node).expect("a heartbeat");
        }
    }

    /// Honest requesters order what they need today.
    fn order(&mut self) {
        let machines = self.agents.iter().filter(|agent| agent.strategy.works());
        let tries = 2 * self.assumptions.jobs * machines.count() as u64;
        let orders = (0..tries)
            .filter(|_| self.chance.below(2 * TICKS) == 0)
            .count();
        for _ in 0..orders {
            let milli = CORES_STEP * self.chance.between(1, 3) as u32;
            let hours = 24 / TICKS * self.chance.between(1, TICKS);
            let requester = requester(self.chance.below(REQUESTERS));
            let spec = JobSpec {
                need: need(milli),
                reserved_secs: hours * HOUR,
                ..job()
            };
            let deposit = price_of(&spec) * 5 / 4;
            self.wanted += 1;
            match self.suite.submit_in_tokens(&requester, spec, deposit) {
                Ok(job) => self.offered(&requester, job, milli, hours),
                Err(_) => self.refused += 1,
            }
        }
    }

    /// A job has found a node: its agent takes it, or turns it down.
    fn offered(&mut self, requester: &str, job: u64, milli: u32, hours: u64) {
        loop {
            let summary = self.suite.job(job);
            let (Status::Assigned, Some(node)) = (summary.status, summary.node) else {
                self.refused += 1;
                return;
            };
            let owner = |agent: &Agent| agent.nodes.contains(&node);
            let agent = self.agents.iter().position(owner).expect("somebody's");
            let it = &mut self.agents[agent];
            if it.strategy.is_lazy() {
                return self.deliver_garbage(requester, job, agent);
            }
            if it.busy_milli + milli <= MACHINE_MILLI {
                it.busy_milli += milli;
                let running = Running {
                    agent,
                    due_tick: self.ticks + hours * TICKS / 24,
                    milli,
                };
                self.running.insert(job, running);
                return;
            }
            it.book.declined += 1;
            self.suite.decline(job).expect("within the accept window");
        }
    }

    /// Nothing but the result: the requester looks at it, and may or may not notice.
    fn deliver_garbage(&mut self, requester: &str, job: u64, agent: usize) {
        let price = self.suite.job(job).price.u128();
        let book = &mut self.agents[agent].book;
        book.jobs += 1;
        book.turnover += price;
        self.suite.deliver(job).expect("a result in time");
        if !self.chance.percent(self.assumptions.noticed_percent) {
            self.suite.accept(requester, job).expect("nobody noticed");
            return;
        }
        let bond = price.div_ceil(10);
        self.suite.dispute(requester, job, bond).expect("a dispute");
        self.suite.vacate(job).expect("room for the next");
        let silent = self.chance.percent(self.assumptions.silent_percent);
        let days = if silent { SILENCE_DAYS } else { RULING_DAYS };
        self.agents[agent].book.disputes += 1;
        self.disputes.push(Dispute {
            job,
            agent,
            ends_day: self.days + days,
            silent,
        });
    }

    /// What was worked on long enough is delivered, and accepted.
    fn deliver_due(&mut self) {
        let due: Vec<u64> = self
            .running
            .iter()
            .filter(|(_, running)| running.due_tick <= self.ticks)
            .map(|(job, _)| *job)
            .collect();
        for job in due {
            let Running { agent, milli, .. } = self.running.remove(&job).expect("it runs");
            let summary = self.suite.job(job);
            let price = summary.price.u128();
            self.suite.deliver(job).expect("a result in time");
            if self.chance.percent(self.assumptions.accepted_percent) {
                let accept = escrow::ExecuteMsg::Accept { job, pay: false };
                let escrow = self.suite.escrow.clone();
                self.suite
                    .app
                    .execute_contract(summary.requester, escrow, &accept, &[])
                    .expect("good work is accepted");
            } else {
                self.suite.vacate(job).expect("room for the next");
                self.unanswered.push((job, self.days + REVIEW_DAYS));
            }
            let it = &mut self.agents[agent];
            it.busy_milli -= milli;
            it.book.jobs += 1;
            it.book.turnover += price;
            it.book.cost += price * u128::from(self.assumptions.cost_percent) / 100;
        }
    }

    /// Who said nothing until the review window was over has accepted, but mints nothing.
    fn end_silences(&mut self) {
        let today = self.days;
        let (due, open) = std::mem::take(&mut self.unanswered)
            .into_iter()
            .partition(|(_, day)| *day <= today);
        self.unanswered = open;
        let due: Vec<(u64, u64)> = due;
        for (job, _) in due {
            self.suite.settle("anybody", job).expect("silence");
        }
    }

    /// The arbiter rules, or its time is over.
    fn end_disputes(&mut self) {
        let today = self.days;
        let (due, open) = std::mem::take(&mut self.disputes)
            .into_iter()
            .partition(|dispute| dispute.ends_day <= today);
        self.disputes = open;
        let due: Vec<Dispute> = due;
        for Dispute {
            job, agent, silent, ..
        } in due
        {
            if silent {
                self.suite.settle("anybody", job).expect("silence");
                continue;
            }
            let it = &mut self.agents[agent];
            let provider = it.providers[0];
            let before = bond_of(&self.suite, provider);
            self.suite.rule(job, 0).expect("a ruling");
            it.book.penalties += before - bond_of(&self.suite, provider);
            it.book.note_bond(&self.suite, provider);
            if it.strategy == Strategy::LazyClearing {
                // Only work worth as much as was missed clears strikes.
                let missed = self.suite.job(job).price.u128();
                let mut spec = JobSpec {
                    need: need(MACHINE_MILLI),
                    reserved_secs: HOUR,
                    ..surge_testing::job()
                };
                let an_hour = price_of(&spec);
                spec.reserved_secs = (missed * u128::from(HOUR)).div_ceil(an_hour) as u64;
                self.pay_itself(agent, spec, 1);
                let node = self.agents[agent].nodes[0];
                assert_eq!(self.suite.node(node).strikes, 0, "it paid enough");
            }
        }
    }

    /// Whoever washes turns over what the ceiling of its bond can take, in one round.
    fn wash(&mut self) {
        if !self.days.is_multiple_of(WASH_EVERY) {
            return;
        }
        for agent in 0..self.agents.len() {
            let it = &self.agents[agent];
            if it.strategy != Strategy::Washing {
                continue;
            }
            let bond = bond_of(&self.suite, it.providers[0]);
            let purse = it.purse.as_deref().expect("a purse");
            let held = self.suite.balance(&Suite::addr(purse), 1);
            let target = (worth_washing(bond) * u128::from(WASH_EVERY)).min(held);
            let mut spec = JobSpec {
                need: need(MACHINE_MILLI),
                reserved_secs: HOUR,
                ..job()
            };
            let an_hour = price_of(&spec) * WASH_PRICE;
            spec.reserved_secs = (target * u128::from(HOUR) / an_hour) as u64;
            self.pay_itself(agent, spec, WASH_PRICE);
        }
    }

    /// An agent orders from its own node under another name, delivers and accepts.
    fn pay_itself(&mut self, agent: usize, mut spec: JobSpec, dearer: u128) {
        let it = &mut self.agents[agent];
        let suite = &mut self.suite;
        let (provider, node) = (it.providers[0], it.nodes[0]);
        let owner = it.owners[0].clone();
        let purse = it.purse.clone().expect("a purse");
        spec.pick = Pick::Pinned(node);
        let deposit = price_of(&spec) * dearer;
        let job = suite
            .submit_in_tokens(&purse, spec, deposit)
            .expect("its own node takes it");
        suite.deliver(job).expect("a result");
        suite.accept(&purse, job).expect("it accepts");
        withdraw(suite, provider);
        let held = suite.balance(&Suite::addr(&owner), 1);
        transfer(suite, &owner, &purse, held);
        it.book.washed += deposit;
    }

    /// Everybody claims, leaves, waits and takes home what there is.
    fn wind_up(&mut self) {
        let day_secs = self.start_secs + self.days * DAY;
        self.wait_until(day_secs + 1);
        for agent in &mut self.agents {
            agent.collect(&mut self.suite);
            agent.leave(&mut self.suite);
        }
        self.suite.pass(21 * DAY);
        for agent in &mut self.agents {
            agent.fetch_bonds(&mut self.suite);
            agent.collect(&mut self.suite);
            for provider in &agent.providers {
                let left = self.suite.provider(*provider);
                assert_eq!(left.record.status, registry::ProviderStatus::Gone);
            }
        }
        for agent in 0..self.agents.len() {
            self.note_wealth(agent);
        }
        self.suite.assert_sound();
    }
}

fn requester(number: u64) -> String {
    format!("requester-{number}")
}

/// Price of a job at the reference prices, in base units.
fn price_of(spec: &JobSpec) -> u128 {
    let prices = Machine::default().spec.prices;
    let price = job_price(&prices, &spec.need, spec.reserved_secs);
    price.expect("a small number").u128()
}

/// Price of the largest job.
pub fn dearest_job() -> u128 {
    price_of(&JobSpec {
        need: need(3 * CORES_STEP),
        reserved_secs: DAY,
        ..job()
    })
}

/// What this bond can turn into emission in a day, as turnover with oneself: the room
/// between base and ceiling, over what burning opens of each token that changes hands.
fn worth_washing(bond: u128) -> u128 {
    let rates = rewards::Params::defaults();
    let terms = escrow::Params::defaults(TimeProfile::Main);
    let room = bond * u128::from(rates.ceiling_bps - rates.base_bps) / 10_000 / 365;
    let opened = u128::from(terms.take_bps) * u128::from(terms.burn_bps);
    room * 10_000 * 10_000 * 10_000 / (opened * u128::from(terms.gate_bps))
}
