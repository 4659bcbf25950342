//! What members of the DAO do.

use surge_tests::ghost::{Act, Dao, Deed, Ghost, Proposal, Say, Stage, What, DAO};

use super::owners::owner_step;
use super::{anyone, deed};
use crate::chance::Chance;
use crate::world::{Step, PROVIDERS, REQUESTERS};

/// What somebody does as an owner: a key sends it, members propose it. What they have
/// proposed already they carry on.
pub fn as_owner(chance: &mut Chance, ghost: &Ghost, deed: Deed) -> Deed {
    let Some(dao) = ghost.dao.as_ref().filter(|_| deed.who == DAO) else {
        return deed;
    };
    if matches!(deed.what, What::Claim(_)) {
        return super::deed("anybody", deed.what);
    }
    let live = dao
        .proposals
        .iter()
        .filter(|p| !p.stage(ghost.now).is_over());
    if live.count() > 3 {
        return carry_on(chance, ghost, dao);
    }
    let mut acts = vec![Act::Do(Box::new(deed.what))];
    if chance.percent(10) {
        acts.push(spend(chance, ghost));
    }
    propose(chance, dao, acts)
}

/// What members do next, or how long nobody does anything.
pub fn next(chance: &mut Chance, ghost: &Ghost, dao: &Dao) -> Step {
    let now = ghost.now;
    let live = dao.proposals.iter().filter(|p| !p.stage(now).is_over());
    let live: Vec<&Proposal> = live.collect();
    let voting = (1u64..).zip(&dao.proposals);
    let voting = voting.filter(|(_, p)| !p.ballots.is_empty() && now < p.end());
    let voting: Vec<(u64, &Proposal)> = voting.filter(|(_, p)| p.over.is_none()).collect();
    if !voting.is_empty() && chance.percent(12) {
        let (id, proposal) = chance.of(&voting);
        let voters: Vec<String> = proposal.ballots.keys().cloned().collect();
        let say = chance.of(&[Say::Yes, Say::No, Say::No, Say::Abstain]);
        let vote = What::Vote(id, say);
        return Step::Send(Box::new(deed(&chance.of(&voters), vote)));
    }
    let open: Vec<&&Proposal> = live
        .iter()
        .filter(|p| p.stage(now) == Stage::Open)
        .collect();
    if !open.is_empty() && chance.percent(6) {
        // A late vote may change the result.
        let proposal = chance.of(&open);
        let moment = proposal.closes - chance.between(1, proposal.law.settle);
        return Step::Pass(moment.saturating_sub(now).max(1));
    }
    // A certain result settles, a timelock runs; give or take a second.
    let waits = live
        .iter()
        .filter(|p| matches!(p.stage(now), Stage::Settling | Stage::Queued));
    let ends: Vec<u64> = waits
        .map(|p| p.ready().unwrap_or_else(|| p.end()))
        .collect();
    if !ends.is_empty() && chance.percent(65) {
        let end = chance.of(&ends) - 1 + chance.below(3);
        return Step::Pass(end.saturating_sub(now).max(1));
    }
    let what_next = match chance.below(100) {
        roll if roll < 2 => deed(&member(chance, dao), What::LeaveDao),
        roll if roll < 80 && !live.is_empty() => carry_on(chance, ghost, dao),
        _ if live.len() > 3 => carry_on(chance, ghost, dao),
        _ => {
            let acts = match chance.below(17) {
                0 | 1 => vec![],
                2..=4 => vec![spend(chance, ghost)],
                5..=7 => vec![Act::Admit(newcomer(chance, dao))],
                8..=10 => vec![Act::Dismiss(member(chance, dao))],
                _ => {
                    let owners = owner_step(chance, ghost);
                    let deed = as_owner(chance, ghost, owners);
                    return Step::Send(Box::new(deed));
                }
            };
            propose(chance, dao, acts)
        }
    };
    Step::Send(Box::new(what_next))
}

/// Most often somebody who is no member yet.
fn newcomer(chance: &mut Chance, dao: &Dao) -> String {
    let people = REQUESTERS.iter().chain(&PROVIDERS[..4]);
    let mut people: Vec<String> = people.map(|name| (*name).to_owned()).collect();
    if chance.percent(85) {
        people.retain(|name| !dao.members.contains(name));
    }
    match people.is_empty() {
        true => member(chance, dao),
        false => chance.of(&people),
    }
}

fn member(chance: &mut Chance, dao: &Dao) -> String {
    let members: Vec<String> = dao.members.iter().cloned().collect();
    chance.of(&members)
}

fn propose(chance: &mut Chance, dao: &Dao, acts: Vec<Act>) -> Deed {
    let deposit = dao.laws.of(&acts).deposit;
    let wrong = u128::from(chance.percent(4));
    let who = member(chance, dao);
    let deposit = deposit + wrong;
    deed(&who, What::Propose { acts, deposit })
}

/// Some of the DAO's money, rarely more than there is.
fn spend(chance: &mut Chance, ghost: &Ghost) -> Act {
    let denom = usize::from(chance.percent(70));
    let held = ghost.held_by(DAO, denom);
    let amount = match denom {
        0 => chance.of(&[1, 1, 1, 1, 1, held + 1, held]),
        _ => chance.of(&[
            0,
            1,
            1,
            1,
            1_000,
            1_000,
            1_000,
            1_000_000,
            1_000_000,
            held + 1,
        ]),
    };
    Act::Spend(anyone(chance), denom, amount)
}

/// The next step of a proposal that waits for one.
fn carry_on(chance: &mut Chance, ghost: &Ghost, dao: &Dao) -> Deed {
    let anybody = "anybody";
    let stages = (1u64..).zip(&dao.proposals);
    let stages: Vec<(u64, &Proposal, Stage)> = stages
        .map(|(id, proposal)| (id, proposal, proposal.stage(ghost.now)))
        .collect();
    let mut waiting = vec![];
    for (id, proposal, stage) in &stages {
        let (id, recorded) = (*id, proposal.over.is_some());
        match stage {
            Stage::Ready if proposal.tries == 0 || chance.percent(8) => {
                waiting.push((anybody.to_owned(), What::Execute(id)));
            }
            Stage::Passed => waiting.push((anybody.to_owned(), What::Poke(id))),
            Stage::Executed if !recorded && chance.percent(60) => {
                waiting.push((anybody.to_owned(), What::Poke(id)));
            }
            Stage::Rejected | Stage::Expired if !recorded && chance.percent(20) => {
                waiting.push((anybody.to_owned(), What::Poke(id)));
            }
            stage if stage.is_over() && proposal.deposit > 0 && chance.percent(15) => {
                waiting.push((anybody.to_owned(), What::Refund(id)));
            }
            Stage::Open | Stage::Settling if chance.percent(4) => {
                waiting.push((proposal.proposer.clone(), What::TakeBack(id)));
            }
            Stage::Open => {
                let silent = proposal.electorate.iter();
                let silent = silent.filter(|name| !proposal.ballots.contains_key(*name));
                for voter in silent {
                    let say = chance.weighted(&[(84, Say::Yes), (9, Say::No), (7, Say::Abstain)]);
                    waiting.push((voter.clone(), What::Vote(id, say)));
                }
            }
            Stage::Settling if chance.percent(45) => {
                let say = chance.of(&[Say::Yes, Say::No, Say::No, Say::Abstain]);
                let voters: Vec<String> = proposal.electorate.iter().cloned().collect();
                waiting.push((chance.of(&voters), What::Vote(id, say)));
            }
            _ => {}
        }
    }
    // What is decided does not wait for what is not, and older votes come first.
    let steps = waiting
        .iter()
        .filter(|(_, what)| !matches!(what, What::Vote(..)));
    let steps: Vec<(String, What)> = steps.cloned().collect();
    if !steps.is_empty() && chance.percent(60) {
        waiting = steps;
    } else if chance.percent(70) {
        waiting.truncate(3);
    }
    if waiting.is_empty() {
        let act = spend(chance, ghost);
        return propose(chance, dao, vec![act]);
    }
    let (who, what) = chance.of(&waiting);
    deed(&who, what)
}
