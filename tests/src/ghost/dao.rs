//! What members decide: each ballot by itself, counted anew whenever somebody asks.

use std::collections::{BTreeMap, BTreeSet};

use super::{must, part, Deed, Denom, Ghost, Refused, Seen, What, WHOLE};

/// How the ghost calls the DAO's own purse, and the DAO as an owner.
pub const DAO: &str = "dao";

/// Most proposals of a member that are not over.
const MOST_LIVE: usize = 3;
/// Tries of an execution that may fail.
const TRIES: u32 = 3;
/// Time between two of them that count.
const DAY: u64 = 86_400;

/// What a proposal does.
#[derive(Clone, Debug)]
pub enum Act {
    /// What only the owner of a contract may send.
    Do(Box<What>),
    /// The DAO's money goes to somebody.
    Spend(String, Denom, u128),
    /// Somebody becomes a member.
    Admit(String),
    /// Somebody is one no longer.
    Dismiss(String),
}

/// What a member says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Say {
    Yes,
    No,
    Abstain,
}

/// The rules of a class; shares in basis points.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Law {
    pub quorum: u128,
    pub pass: u128,
    pub least_yes: u128,
    pub voters: u128,
    pub voting: u64,
    pub settle: u64,
    pub timelock: u64,
    pub grace: u64,
    pub deposit: u128,
}

impl Law {
    /// The harder of both, number by number.
    fn with(&self, other: &Self) -> Self {
        Self {
            quorum: self.quorum.max(other.quorum),
            pass: self.pass.max(other.pass),
            least_yes: self.least_yes.max(other.least_yes),
            voters: self.voters.max(other.voters),
            voting: self.voting.max(other.voting),
            settle: self.settle.max(other.settle),
            timelock: self.timelock.max(other.timelock),
            grace: self.grace.min(other.grace),
            deposit: self.deposit.max(other.deposit),
        }
    }
}

/// The rules of every class; those for rules and code are those for anything else.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Laws {
    pub text: Law,
    pub spend: Law,
    pub membership: Law,
    pub params: Law,
    pub any: Law,
}

impl Laws {
    /// What holds for these acts together.
    pub fn of(&self, acts: &[Act]) -> Law {
        let hardest = [&self.spend, &self.membership, &self.params, &self.any];
        let hardest = hardest
            .iter()
            .fold(self.text.clone(), |all, law| all.with(law));
        let laws = acts.iter().map(|act| match act {
            Act::Spend(..) => &self.spend,
            Act::Admit(_) | Act::Dismiss(_) => &self.membership,
            Act::Do(what) if is_parameter(what) => &self.params,
            Act::Do(_) => &hardest,
        });
        let together = laws.cloned().reduce(|all, law| all.with(&law));
        together.unwrap_or_else(|| self.text.clone())
    }
}

/// What the owner sets in the ordinary course.
fn is_parameter(what: &What) -> bool {
    matches!(
        what,
        What::SetTerms(_)
            | What::ListInEscrow(_)
            | What::IntakeOfEscrow(_)
            | What::SetRules(_)
            | What::SetRegion { .. }
            | What::SetEvictTip(_)
            | What::ListInRegistry(_)
            | What::IntakeOfRegistry(_)
            | What::SetRates(_)
    )
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Open,
    Settling,
    Passed,
    Rejected,
    Queued,
    Ready,
    Executed,
    Failed,
    Expired,
    Withdrawn,
}

impl Stage {
    /// Whether nothing can happen to it any more.
    pub fn is_over(self) -> bool {
        use Stage::{Executed, Expired, Failed, Rejected, Withdrawn};
        matches!(self, Executed | Expired | Failed | Rejected | Withdrawn)
    }

    fn is_voting(self) -> bool {
        matches!(self, Self::Open | Self::Settling)
    }
}

/// A proposal.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Proposal {
    pub proposer: String,
    pub acts: Vec<Act>,
    pub law: Law,
    /// Who was a member when its block began.
    pub electorate: BTreeSet<String>,
    pub ballots: BTreeMap<String, Say>,
    pub opened: u64,
    pub closes: u64,
    pub extended: bool,
    /// What no further ballot can change, and when it ends the voting.
    pub certain: Option<(bool, u64)>,
    pub queued: Option<u64>,
    pub tries: u32,
    pub last_try: Option<u64>,
    /// What was recorded for good.
    pub over: Option<Stage>,
    pub deposit: u128,
}

impl Proposal {
    /// How many of the electorate said this.
    pub fn said(&self, what: Say) -> u128 {
        self.ballots.values().filter(|say| **say == what).count() as u128
    }

    /// Everybody who could say something.
    pub fn total(&self) -> u128 {
        self.electorate.len() as u128
    }

    fn cast(&self) -> u128 {
        self.ballots.len() as u128
    }

    fn has_quorum(&self) -> bool {
        self.cast() * WHOLE >= self.law.quorum * self.total()
    }

    fn enough_voted(&self) -> bool {
        let needed = self.law.voters.min(self.total());
        self.has_quorum() && self.cast() >= needed
    }

    /// Whether so many for it win against so many.
    fn wins(&self, yes: u128, no: u128) -> bool {
        let share = yes * WHOLE >= self.law.pass * (yes + no);
        let least = yes * WHOLE >= self.law.least_yes * self.total();
        yes > no && share && least
    }

    fn passes(&self) -> bool {
        self.enough_voted() && self.wins(self.said(Say::Yes), self.said(Say::No))
    }

    fn is_certain(&self) -> Option<bool> {
        let silent = self.total() - self.cast();
        let (yes, no) = (self.said(Say::Yes), self.said(Say::No));
        if self.enough_voted() && self.wins(yes, no + silent) {
            return Some(true);
        }
        (!self.wins(yes + silent, no)).then_some(false)
    }

    /// When the voting ends as it stands.
    pub fn end(&self) -> u64 {
        self.certain
            .map_or(self.closes, |(_, at)| at.min(self.closes))
    }

    /// From when it can be executed, once it is queued.
    pub fn ready(&self) -> Option<u64> {
        self.queued.map(|at| at + self.law.timelock)
    }

    /// Where it stands at a moment.
    pub fn stage(&self, now: u64) -> Stage {
        if let Some(over) = self.over {
            return over;
        }
        if let Some(ready) = self.ready() {
            return match now {
                _ if now < ready => Stage::Queued,
                _ if now < ready + self.law.grace => Stage::Ready,
                _ => Stage::Expired,
            };
        }
        match (now < self.end(), self.certain, self.passes()) {
            (true, None, _) => Stage::Open,
            (true, Some(_), _) => Stage::Settling,
            (false, _, false) => Stage::Rejected,
            // With nothing to do it is done.
            (false, _, true) if self.acts.is_empty() => Stage::Executed,
            (false, _, true) if now < self.end() + self.law.grace => Stage::Passed,
            (false, _, true) => Stage::Expired,
        }
    }

    /// A ballot, and what it does to the clocks.
    fn count(&mut self, who: &str, say: Say, now: u64) -> Vec<&'static str> {
        let mut seen = vec![];
        let passed = self.passes();
        if self.ballots.insert(who.to_owned(), say).is_some() {
            seen.push("a ballot changed");
        }
        let settle = self.law.settle;
        if passed != self.passes() && now + settle >= self.closes && !self.extended {
            self.extended = true;
            self.closes += settle;
            seen.push("a voting extended");
        }
        let certain = self.is_certain();
        if certain != self.certain.map(|(result, _)| result) {
            if self.certain.is_some() {
                seen.push("a result that was certain no longer");
            }
            let at = (now + settle).min(self.closes);
            self.certain = certain.map(|result| (result, at));
        }
        seen
    }
}

/// Who decides, and what was proposed.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Dao {
    pub members: BTreeSet<String>,
    /// Everybody who ever was one, in the order of joining.
    pub ever: Vec<String>,
    /// The members when this block began.
    pub at_start: BTreeSet<String>,
    pub laws: Laws,
    pub forfeit: u128,
    /// Proposal n is at n - 1.
    pub proposals: Vec<Proposal>,
}

impl Dao {
    /// With these members, who count from now on.
    pub fn new(founders: &[&str], laws: Laws, forfeit: u128) -> Self {
        let ever: Vec<String> = founders.iter().map(|name| (*name).to_owned()).collect();
        let members: BTreeSet<String> = ever.iter().cloned().collect();
        Self {
            at_start: members.clone(),
            members,
            ever,
            laws,
            forfeit,
            proposals: vec![],
        }
    }

    /// What is put up for all proposals.
    pub fn deposits(&self) -> u128 {
        self.proposals.iter().map(|proposal| proposal.deposit).sum()
    }

    /// The number of who is or was a member; 0 for nobody.
    pub fn number_of(&self, who: &str) -> u32 {
        let place = self.ever.iter().position(|name| name == who);
        place.map_or(0, |place| place as u32 + 1)
    }

    fn remove(&mut self, who: &str) -> Result<(), Refused> {
        must(self.members.contains(who), "no member")?;
        must(self.members.len() > 1, "the last member")?;
        self.members.remove(who);
        Ok(())
    }
}

impl Ghost {
    /// Time passes, and a new block begins.
    pub fn pass(&mut self, secs: u64) {
        self.now += secs;
        if let Some(dao) = &mut self.dao {
            dao.at_start = dao.members.clone();
        }
    }

    fn dao(&mut self) -> Result<&mut Dao, Refused> {
        self.dao.as_mut().ok_or("there is no DAO")
    }

    fn proposal(&mut self, id: u64) -> Result<&mut Proposal, Refused> {
        let place = (id as usize).checked_sub(1);
        let dao = self.dao()?;
        let found = place.and_then(|place| dao.proposals.get_mut(place));
        found.ok_or("no such proposal")
    }

    pub(super) fn propose(
        &mut self,
        who: &str,
        acts: &[Act],
        deposit: u128,
    ) -> Result<(), Refused> {
        let now = self.now;
        let dao = self.dao()?;
        must(dao.at_start.contains(who), "no weight")?;
        let spends = |act: &Act| !matches!(act, Act::Spend(_, _, 0));
        must(acts.iter().all(spends), "an amount of nothing")?;
        let law = dao.laws.of(acts);
        must(deposit == law.deposit, "the deposit")?;
        let own = dao.proposals.iter().filter(|p| p.proposer == who);
        let live = own.filter(|p| !p.stage(now).is_over()).count();
        must(live < MOST_LIVE, "too many proposals")?;
        let proposal = Proposal {
            proposer: who.to_owned(),
            acts: acts.to_vec(),
            electorate: dao.at_start.clone(),
            ballots: BTreeMap::new(),
            opened: now,
            closes: now + law.voting,
            extended: false,
            certain: None,
            queued: None,
            tries: 0,
            last_try: None,
            over: None,
            deposit,
            law,
        };
        dao.proposals.push(proposal);
        self.take_from(who, 0, deposit)?;
        self.give(DAO, 0, deposit);
        Ok(())
    }

    pub(super) fn vote(&mut self, who: &str, id: u64, say: Say) -> Result<(), Refused> {
        let now = self.now;
        let (members, at_start) = (self.dao()?.ever.len(), self.dao()?.members.clone());
        let proposal = self.proposal(id)?;
        must(proposal.stage(now).is_voting(), "the voting is over")?;
        must(proposal.electorate.contains(who), "no weight")?;
        must(proposal.ballots.get(who) != Some(&say), "the same ballot")?;
        let mut seen = proposal.count(who, say, now);
        let (cast, total) = (proposal.cast(), proposal.total());
        assert!(cast <= total && total <= members as u128, "ballots");
        if !at_start.contains(who) {
            seen.push("a ballot of who has left");
        }
        if at_start != proposal.electorate {
            seen.push("a ballot under another electorate than today's");
        }
        self.saw_in_dao(seen);
        Ok(())
    }

    fn saw_in_dao(&mut self, seen: Vec<&'static str>) {
        self.passages.extend(seen.into_iter().map(str::to_owned));
    }

    pub(super) fn poke(&mut self, id: u64) -> Result<(), Refused> {
        let now = self.now;
        let proposal = self.proposal(id)?;
        must(proposal.over.is_none(), "recorded")?;
        let seen = match proposal.stage(now) {
            Stage::Executed => {
                proposal.over = Some(Stage::Executed);
                "an opinion on record"
            }
            Stage::Passed => {
                proposal.queued = Some(now);
                match now < proposal.closes {
                    true => "a voting that ended early",
                    false => "a voting that ran to its end",
                }
            }
            Stage::Rejected => {
                proposal.over = Some(Stage::Rejected);
                "a proposal rejected"
            }
            Stage::Expired => {
                proposal.over = Some(Stage::Expired);
                "a proposal that nobody carried on"
            }
            _ => return Err("nothing to record"),
        };
        self.saw_in_dao(vec![seen]);
        Ok(())
    }

    /// All acts or none: a failure is recorded and changes nothing else.
    pub(super) fn execute(&mut self, id: u64) -> Result<(), Refused> {
        let now = self.now;
        let proposal = self.proposal(id)?;
        must(proposal.stage(now) == Stage::Ready, "it is not ready")?;
        proposal.over = Some(Stage::Executed);
        let acts = proposal.acts.clone();
        let mut after = self.clone();
        if after.perform(&acts).is_ok() {
            for act in &acts {
                after.saw_in_dao(vec![match act {
                    Act::Do(what) if is_parameter(what) => "a parameter that members changed",
                    Act::Do(_) => "something else that members did as owners",
                    Act::Spend(..) => "money that members spent",
                    Act::Admit(_) => "a member admitted",
                    Act::Dismiss(_) => "a member dismissed",
                }]);
            }
            *self = after;
            return Ok(());
        }
        let proposal = self.proposal(id)?;
        proposal.over = None;
        if proposal.last_try.is_none_or(|last| now >= last + DAY) {
            proposal.tries += 1;
            proposal.last_try = Some(now);
        }
        if proposal.tries >= TRIES {
            proposal.over = Some(Stage::Failed);
        }
        self.saw_in_dao(vec!["an execution that failed"]);
        Ok(())
    }

    fn perform(&mut self, acts: &[Act]) -> Result<(), Refused> {
        for act in acts {
            match act {
                Act::Do(what) => {
                    let deed = Deed {
                        who: DAO.to_owned(),
                        what: (**what).clone(),
                        coins: 0,
                    };
                    self.act(&deed, &Seen::default())?;
                }
                Act::Spend(to, denom, amount) => {
                    self.take_from(DAO, *denom, *amount)?;
                    self.give(to, *denom, *amount);
                }
                Act::Admit(who) => {
                    let dao = self.dao()?;
                    must(dao.members.insert(who.clone()), "a member already")?;
                    if !dao.ever.contains(who) {
                        dao.ever.push(who.clone());
                    }
                }
                Act::Dismiss(who) => self.dao()?.remove(who)?,
            }
        }
        let deposits = self.dao()?.deposits();
        must(self.held_by(DAO, 0) >= deposits, "others' money")
    }

    pub(super) fn take_back(&mut self, who: &str, id: u64) -> Result<(), Refused> {
        let now = self.now;
        let proposal = self.proposal(id)?;
        must(proposal.proposer == who, "not its proposer")?;
        must(proposal.stage(now).is_voting(), "the voting is over")?;
        let others = proposal.ballots.keys().any(|voter| voter != who);
        must(!others, "others have voted")?;
        proposal.over = Some(Stage::Withdrawn);
        Ok(())
    }

    pub(super) fn refund(&mut self, id: u64) -> Result<(), Refused> {
        let now = self.now;
        let forfeit = self.dao()?.forfeit;
        let proposal = self.proposal(id)?;
        let stage = proposal.stage(now);
        must(stage.is_over(), "it is not over")?;
        let deposit = std::mem::take(&mut proposal.deposit);
        must(deposit > 0, "nothing was put up")?;
        let missed = matches!(stage, Stage::Rejected | Stage::Expired) && !proposal.has_quorum();
        let kept = if missed { part(deposit, forfeit) } else { 0 };
        let proposer = proposal.proposer.clone();
        self.take_from(DAO, 0, deposit - kept)?;
        self.give(&proposer, 0, deposit - kept);
        self.saw_in_dao(vec![match kept {
            0 => "a deposit that came back",
            _ => "a deposit forfeited in part",
        }]);
        Ok(())
    }

    pub(super) fn leave_dao(&mut self, who: &str) -> Result<(), Refused> {
        self.dao()?.remove(who)
    }
}
