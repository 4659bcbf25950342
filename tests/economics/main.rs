//! An agent simulation on the real contracts: what honest work earns, and what cheats earn
//! with the same capital. `docs/economics.md` says what is assumed and what came out.
//!
//! `SURGE_EPOCHS`, `SURGE_SEED`, `SURGE_JOBS`, `SURGE_COST`, `SURGE_NOTICED`,
//! `SURGE_SILENT` and `SURGE_ACCEPTED` change the assumptions; `SURGE_PLOT` names a file for
//! the plot, `SURGE_DOCS=write` puts the tables into the documentation.

mod agents;
mod books;
#[path = "../histories/chance.rs"]
#[allow(dead_code)] // It is the histories'; not all of it is needed here.
mod chance;
mod docs;
mod lazy;
mod market;
mod plot;
mod table;

use std::sync::Mutex;
use std::thread;

use agents::{Strategy, CAPITAL};
use books::Book;
use market::{Assumptions, World};
use surge_interface::Weights;

use Strategy::{
    FlashBoundary, FlashEpoch, Honest, Idle, Lazy, LazyClearing, Overstated, SplitNames,
    SplitNodes, Washing,
};

/// Honest agents of each world.
const HONEST: usize = 3;

/// Each list is a world of its own among honest agents: cheats that take jobs would
/// otherwise take them from each other.
const CHEATS: [&[Strategy]; 6] = [
    &[Idle, FlashBoundary, FlashEpoch, Washing],
    &[Lazy],
    &[LazyClearing],
    &[SplitNodes],
    &[SplitNames],
    &[Overstated],
];

/// How a network is set: what makes load count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Weight of load in the score.
    pub load_ppm: u32,
    /// Collateral of each job, of its price.
    pub collateral_bps: u32,
}

/// As a network starts. A bond of 900 is hardly locked by jobs of one or two.
const USUAL: Setting = Setting {
    load_ppm: Weights::DEFAULT.load,
    collateral_bps: 10_000,
};

/// Load weighs as much as it can without taking from what differs, and jobs lock twenty
/// times their price: most of a small bond, an eighth of a large one within days.
const HEAVY: Setting = Setting {
    load_ppm: Weights::DEFAULT.load + Weights::DEFAULT.reputation,
    collateral_bps: 200_000,
};

/// What an agent came to.
pub struct Outcome {
    /// What it did.
    pub strategy: Strategy,
    /// Its books.
    pub book: Book,
    /// What it has more than at the start, in base units.
    pub profit: i128,
    /// Its nodes.
    pub nodes: usize,
}

/// What a world came to.
pub struct Finding {
    /// How its network was set.
    pub setting: Setting,
    /// The honest ones first.
    pub outcomes: Vec<Outcome>,
    /// Days until they left.
    pub days: u64,
    /// Share of the time that honest machines worked.
    pub busy_percent: f64,
    /// Jobs that were wanted, and those that nobody took in the end.
    pub jobs: (u64, u64),
}

impl Finding {
    /// The honest agents.
    pub fn honest(&self) -> &[Outcome] {
        &self.outcomes[..HONEST]
    }

    /// The others.
    pub fn cheats(&self) -> &[Outcome] {
        &self.outcomes[HONEST..]
    }

    /// What honest work earned on average.
    pub fn honest_profit(&self) -> i128 {
        let profits = self.honest().iter().map(|honest| honest.profit);
        profits.sum::<i128>() / HONEST as i128
    }

    /// What the least of the honest ones earned.
    pub fn least_honest(&self) -> i128 {
        let profits = self.honest().iter().map(|honest| honest.profit);
        profits.min().expect("somebody is honest")
    }

    /// Profit of a year, in percent of the capital.
    pub fn a_year(&self, profit: i128) -> f64 {
        100.0 * profit as f64 / CAPITAL as f64 * 365.0 / self.days as f64
    }

    /// A profit in percent of that of honest work.
    pub fn of_honest(&self, profit: i128) -> f64 {
        100.0 * profit as f64 / self.honest_profit() as f64
    }
}

fn explore(assumptions: &Assumptions, setting: Setting, cheats: &[Strategy]) -> Finding {
    let strategies = [&[Honest; HONEST][..], cheats].concat();
    let mut world = World::new(assumptions, setting, &strategies);
    world.live();
    let busy_percent = world.busy_percent();
    let jobs = (world.wanted, world.refused);
    let outcomes = world.agents.into_iter().map(|agent| Outcome {
        strategy: agent.strategy,
        profit: agent.book.profit(),
        nodes: agent.nodes.len(),
        book: agent.book,
    });
    Finding {
        setting,
        outcomes: outcomes.collect(),
        days: world.days,
        busy_percent,
        jobs,
    }
}

/// All worlds, as many at a time as there are cores.
fn explore_all(assumptions: &Assumptions) -> Vec<Finding> {
    let usual = CHEATS.iter().map(|cheats| (USUAL, *cheats));
    let heavy = CHEATS[1..].iter().map(|cheats| (HEAVY, *cheats));
    let worlds: Vec<(Setting, &[Strategy])> = usual.chain(heavy).collect();
    let waiting = Mutex::new(worlds.iter().enumerate());
    let found = Mutex::new(vec![]);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| loop {
                let next = waiting.lock().expect("nobody panicked").next();
                let Some((number, (setting, cheats))) = next else {
                    return;
                };
                let finding = explore(assumptions, *setting, cheats);
                found
                    .lock()
                    .expect("nobody panicked")
                    .push((number, finding));
            });
        }
    });
    let mut found = found.into_inner().expect("nobody panicked");
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, finding)| finding).collect()
}

#[test]
fn cheats_earn_less_than_honest_work_with_the_same_capital() {
    let assumptions = Assumptions::read();
    let findings = explore_all(&assumptions);
    println!("{}", table::of(&assumptions, &findings));
    if assumptions == Assumptions::usual() {
        docs::keep(&[
            ("as a network starts", table::table(&findings, USUAL)),
            ("where load weighs most", table::table(&findings, HEAVY)),
        ]);
    }
    if let Ok(path) = std::env::var("SURGE_PLOT") {
        // Tests run in the directory of their crate, paths are meant from the workspace.
        let path = std::path::Path::new("..").join(path);
        plot::draw(&path, &findings).expect("the plot is written");
    }
    for finding in &findings {
        // Other people than we assume are for whoever asks to judge.
        if assumptions.people_are_usual() {
            check_work(finding);
        }
        for outcome in finding.cheats() {
            check_money(outcome);
        }
    }
    check_idle_and_flash(&findings[0]);
}

/// Each cheat earns less than the least of the honest ones; who only splits or overstates
/// honest work gets no more turns than its bond's.
fn check_work(finding: &Finding) {
    let least = finding.least_honest();
    for cheat in finding.cheats() {
        let (label, profit) = (cheat.strategy.label(), cheat.profit);
        if matches!(cheat.strategy, SplitNodes | SplitNames | Overstated) {
            check_turns(finding, cheat);
        } else {
            assert!(profit < least, "{label} pays: {profit}, honest {least}");
        }
    }
}

/// Inequality 9, in money: however a bond is split, it gets the share of the
/// honest bonds but for a fiftieth and a job per node.
fn check_turns(finding: &Finding, cheat: &Outcome) {
    let turnovers = finding.honest().iter().map(|honest| honest.book.turnover);
    let fair = turnovers.sum::<u128>() / HONEST as u128;
    let most = fair * 102 / 100 + cheat.nodes as u128 * market::dearest_job();
    let (label, turnover) = (cheat.strategy.label(), cheat.book.turnover);
    assert!(turnover <= most, "{label}: {turnover}, honest {fair}");
}

/// Whoever pays itself loses by it, whatever its bond earns beside.
fn check_money(outcome: &Outcome) {
    let book = &outcome.book;
    if outcome.strategy == Washing {
        let itself = outcome.profit - book.base as i128;
        assert!(book.washed > 0 && itself < 0, "washing earns {itself}");
        // Nine tenths of what is burned comes back at most, by rates that are frozen.
        assert!(-itself > (book.washed / 40) as i128, "only {itself} lost");
    }
}

/// Bonds that come and go earn less than bonds that stay; those earn the base alone.
fn check_idle_and_flash(finding: &Finding) {
    let of = |strategy| {
        let mut cheats = finding.cheats().iter();
        let found = cheats.find(|outcome| outcome.strategy == strategy);
        found.expect("everybody took part")
    };
    let idle = of(Idle);
    assert_eq!(idle.profit, idle.book.base as i128);
    let most = CAPITAL * 2 / 100 * u128::from(finding.days) / 365;
    assert!(idle.book.base <= most);
    assert!(of(FlashBoundary).profit * 1_000 < idle.profit);
    // An epoch in each 22 days, and a little for what it earned before.
    let epochs = u128::from(finding.days / 22 + 1);
    let most = CAPITAL * 2 / 100 * epochs / 365 * 101 / 100;
    assert!(of(FlashEpoch).profit <= most as i128);
    // Washing adds nothing to what the same bond earns idle.
    let washer = of(Washing);
    let idle_at_work = idle.book.base * agents::WORKING_BOND / CAPITAL;
    // Each claim rounds down by less than one.
    assert!(washer.book.base <= idle_at_work + u128::from(washer.book.claims));
    assert!(washer.profit < idle_at_work as i128);
}
