//! Members, proposals, ballots and deposits.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use surge_interface::dao::{
    BallotsResponse, ConfigResponse, DaoMember, FullProposalResponse, InvariantResponse,
    MembersResponse, QueryMsg, TotalResponse,
};

use super::check::Check;
use super::told::Told;
use crate::Error;

/// Rows of a page: more than there are.
const ALL: Option<u32> = Some(100);

#[derive(Default)]
pub(super) struct Dao {
    members: BTreeMap<u32, Member>,
    proposals: BTreeMap<u64, Proposal>,
    total: u128,
}

#[derive(Default)]
struct Member {
    address: String,
    weight: u128,
    pending: u128,
    /// Stake on its way out: amount and from when.
    leaving: Vec<(u128, u64)>,
}

#[derive(Default)]
struct Proposal {
    proposer: u32,
    classes: String,
    height: u64,
    total: u128,
    closes_secs: u64,
    ready_secs: u64,
    status: String,
    tries: u8,
    deposit: u128,
    /// Choice and weight by member.
    ballots: BTreeMap<u32, (String, u128)>,
    /// Yes, no and abstain as the last vote told them.
    tally: [u128; 3],
}

impl Dao {
    pub fn take(&mut self, told: &Told) -> Result<(), Error> {
        match told.name {
            "member_added" => {
                let address = told.text("address")?;
                let member = self.members.entry(told.get("member")?).or_default();
                member.address = address;
            }
            "weight_changed" => {
                let (weight, pending) = (told.get("weight")?, told.get("pending")?);
                let member = self.members.entry(told.get("member")?).or_default();
                (member.weight, member.pending) = (weight, pending);
                self.total = told.get("total")?;
            }
            "unstaking_started" => {
                let row = (told.get("amount")?, told.get("from_secs")?);
                let member = self.members.entry(told.get("member")?).or_default();
                member.leaving.push(row);
            }
            "stake_released" => {
                let member = self.members.entry(told.get("member")?).or_default();
                member
                    .leaving
                    .retain(|(_, from_secs)| *from_secs > told.now_secs);
            }
            "proposal_opened" => {
                let proposal = Proposal {
                    proposer: told.get("proposer")?,
                    classes: told.text("classes")?,
                    height: told.get("height")?,
                    total: told.get("total")?,
                    closes_secs: told.get("closes_secs")?,
                    deposit: told.get("deposit")?,
                    status: "open".into(),
                    ..Proposal::default()
                };
                self.proposals.insert(told.get("proposal")?, proposal);
            }
            "vote_cast" => {
                let ballot = (told.text("choice")?, told.get("weight")?);
                let member = told.get("member")?;
                let proposal = self.proposal(told)?;
                proposal.ballots.insert(member, ballot);
                proposal.tally = [told.get("yes")?, told.get("no")?, told.get("abstain")?];
                proposal.closes_secs = told.get("closes_secs")?;
            }
            "proposal_closed" => {
                let proposal = self.proposal(told)?;
                proposal.status = told.text("status")?;
                proposal.ready_secs = told.get("ready_secs")?;
            }
            "proposal_executed" => self.proposal(told)?.status = "executed".into(),
            "execution_failed" => {
                let proposal = self.proposal(told)?;
                proposal.status = told.text("status")?;
                proposal.tries = told.get("tries")?;
            }
            "deposit_refunded" => self.proposal(told)?.deposit = 0,
            _ => {}
        }
        Ok(())
    }

    fn proposal(&mut self, told: &Told) -> Result<&mut Proposal, Error> {
        let id = told.get("proposal")?;
        let found = self.proposals.get_mut(&id);
        found.ok_or_else(|| Error::Answer(format!("nobody told of proposal {id}")))
    }

    /// With what the contract of this name answers.
    pub fn check(&self, name: &str, check: &mut Check) -> Result<(), Error> {
        let config: ConfigResponse = check.ask(name, &QueryMsg::Config {})?;
        let told = (self.proposals.len() as u64, self.members.len() as u32);
        let asked = (config.proposals, config.members_ever);
        check.same(format!("proposals and members of the {name}"), told, asked);
        self.check_members(name, check)?;
        for (&id, proposal) in &self.proposals {
            check_proposal(name, check, id, proposal)?;
        }
        let deposits: u128 = self.proposals.values().map(|one| one.deposit).sum();
        let money: InvariantResponse = check.ask(name, &QueryMsg::Invariant {})?;
        let asked: Uint128 = money.rows.iter().map(|row| row.deposits).sum();
        check.same(format!("deposits at the {name}"), deposits, asked.u128());
        if config.token.is_some() {
            let stake = |member: &Member| -> u128 {
                let leaving = member.leaving.iter().map(|(amount, _)| amount);
                member.weight + member.pending + leaving.sum::<u128>()
            };
            let stakes: u128 = self.members.values().map(stake).sum();
            let asked: Uint128 = money.rows.iter().map(|row| row.stakes).sum();
            check.same(format!("stakes at the {name}"), stakes, asked.u128());
        }
        Ok(())
    }

    fn check_members(&self, name: &str, check: &mut Check) -> Result<(), Error> {
        let msg = QueryMsg::Members {
            start_after: None,
            limit: ALL,
        };
        let answer: MembersResponse = check.ask(name, &msg)?;
        let asked = |member: DaoMember| {
            let weights = (member.weight.u128(), member.pending.u128());
            let leaving = member.unstakings.iter();
            let leaving = leaving.map(|row| (row.amount.u128(), row.from_secs));
            (
                (member.id, member.address.into_string(), weights),
                leaving.collect::<Vec<_>>(),
            )
        };
        let told = self.members.iter().map(|(&id, member)| {
            let weights = (member.weight, member.pending);
            (
                (id, member.address.clone(), weights),
                member.leaving.clone(),
            )
        });
        let asked = answer.members.into_iter().map(asked);
        check.same(
            format!("members of the {name}"),
            told.collect::<Vec<_>>(),
            asked.collect(),
        );
        let answer: TotalResponse = check.ask(name, &QueryMsg::Total { height: None })?;
        check.same(
            format!("all weight of the {name}"),
            self.total,
            answer.weight.u128(),
        );
        Ok(())
    }
}

fn check_proposal(dao: &str, check: &mut Check, id: u64, told: &Proposal) -> Result<(), Error> {
    let msg = QueryMsg::FullProposal { proposal: id };
    let answer: FullProposalResponse = check.ask(dao, &msg)?;
    let head = answer.proposal;
    // A timelock ends by time alone.
    let status = match told.status.as_str() {
        "queued" if told.ready_secs <= check.now_secs => "ready",
        status => status,
    };
    let classes: Vec<&str> = head.classes.iter().map(|class| class.name()).collect();
    check.same(
        format!("proposal {id} of the {dao}"),
        (status, told.proposer, told.classes.clone(), told.tries),
        (
            head.status.name(),
            head.proposer,
            classes.join(","),
            head.tries,
        ),
    );
    check.same(
        format!("clock and deposit of proposal {id}"),
        (told.height, told.closes_secs, told.ready_secs, told.deposit),
        (
            head.height,
            head.closes_secs,
            head.ready_secs.unwrap_or_default(),
            head.deposit.u128(),
        ),
    );
    let said = |choice: &str| -> u128 {
        let ballots = told.ballots.values().filter(|(said, _)| said == choice);
        ballots.map(|(_, weight)| weight).sum()
    };
    let tally = ["yes", "no", "abstain"].map(said);
    let asked = [head.yes, head.no, head.abstain].map(|amount| amount.u128());
    let voters = told.ballots.len() as u32;
    check.same(
        format!("tally of proposal {id}"),
        (tally, told.total, voters),
        (asked, head.total.u128(), head.voters),
    );
    check.same(format!("running tally of proposal {id}"), told.tally, asked);
    let msg = QueryMsg::Ballots {
        proposal: id,
        start_after: None,
        limit: ALL,
    };
    let answer: BallotsResponse = check.ask(dao, &msg)?;
    let ballots = answer.ballots.into_iter().map(|ballot| {
        let weight = ballot.weight.u128();
        (ballot.member, (ballot.choice.name().to_owned(), weight))
    });
    let what = format!("ballots of proposal {id}");
    check.same(what, told.ballots.clone(), ballots.collect());
    Ok(())
}
