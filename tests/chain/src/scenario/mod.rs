//! The flows of the suite, written once and played on two chains: [`Embedded`] in this
//! process, and a real [`Node`]. Both have blocks of the same heights and times, so that
//! everything that can be seen after each step has to be the same, see [`differences`].

mod answers;
mod birth;
mod compare;
mod embedded;
mod jobs;
mod ledger;
mod members;
mod node;
mod providers;
mod stage;
mod stakers;
mod trouble;

pub use compare::{differences, judge, Allowed, Difference, ALLOWED};
pub use embedded::Embedded;
pub use ledger::{Event, Landed, Ledger, Moment};
pub use node::Node;
pub use stage::{Record, Run};

use crate::Error;

/// Plays all flows. `progress` hears of each step before it is done. Fails when something
/// is done that should be refused, or refused that should be done.
pub fn play(ledger: &mut dyn Ledger, mut progress: impl FnMut(&str)) -> Result<Run, Error> {
    let mut stage = stage::Stage::new(ledger, &mut progress);
    birth::network(&mut stage)?;
    providers::join(&mut stage)?;
    let opinion = members::opinion(&mut stage)?;
    jobs::accepted(&mut stage)?;
    jobs::in_tokens(&mut stage)?;
    trouble::declined_and_cancelled(&mut stage)?;
    trouble::kept_waiting(&mut stage)?;
    trouble::disputed(&mut stage)?;
    members::opinion_fails(&mut stage, opinion)?;
    trouble::silence(&mut stage)?;
    trouble::refused(&mut stage)?;
    providers::strangers_and_too_little(&mut stage)?;
    providers::kitty_funded(&mut stage)?;
    stakers::decide(&mut stage)?;
    members::decide(&mut stage)?;
    jobs::claim(&mut stage, "a claim after some has vested")?;
    providers::evicted(&mut stage)?;
    providers::leave(&mut stage)?;
    Ok(stage.end())
}
