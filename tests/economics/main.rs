//! An agent simulation on the real contracts.

mod agents;
mod books;
#[path = "../histories/chance.rs"]
#[allow(dead_code)]
mod chance;
mod market;

use agents::Strategy;
use market::{Assumptions, World};

#[test]
fn thin() {
    let assumptions = Assumptions {
        epochs: std::env::var("SURGE_EPOCHS")
            .ok()
            .map_or(20, |v| v.parse().unwrap()),
        seed: 1,
        jobs: std::env::var("SURGE_JOBS").ok().map_or(4, |v| v.parse().unwrap()),
        load_ppm: std::env::var("SURGE_LOAD").ok().map_or(150_000, |v| v.parse().unwrap()),
        cost_percent: 60,
        noticed_percent: 90,
        silent_percent: 10,
    };
    use Strategy::*;
    for list in [
        &[
            Honest,
            Honest,
            Honest,
            Idle,
            Washing,
            FlashBoundary,
            FlashEpoch,
        ][..],
        &[Honest, Honest, Honest, Lazy, LazyClearing],
        &[Honest, Honest, Honest, SplitNodes],
        &[Honest, Honest, Honest, SplitNames],
        &[Honest, Honest, Honest, Overstated],
    ] {
        let began = std::time::Instant::now();
        let mut world = World::new(&assumptions, list);
        world.live();
        println!(
            "days {} wanted {} refused {} busy {:.1}% in {:?}",
            world.days,
            world.wanted,
            world.refused,
            world.busy_percent(),
            began.elapsed()
        );
        for a in &world.agents {
            let b = &a.book;
            println!("{:28} jobs {:4} turn {:9} decl {} disp {} cost {} pen {} washed {} base {} gated {} work {} profit {:?}", a.strategy.label(), b.jobs, b.turnover, b.declined, b.disputes, b.cost, b.penalties, b.washed, b.base, b.gated, b.work, b.curve.last());
        }
    }
}
