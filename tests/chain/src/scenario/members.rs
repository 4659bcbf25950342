//! What the members decide.

use cosmwasm_std::{Binary, Uint128};
use cw20::Cw20ExecuteMsg;
use serde::Serialize;
use surge_interface::dao::{
    Action, Choice, ClassifyResponse, Draft, ExecuteMsg as Dao, FullProposalResponse, QueryMsg,
    Status,
};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::{rewards, UncheckedDenom};

use super::birth::{registry_params, TEXT_DEPOSIT};
use super::{ledger::NATIVE, stage::Stage};
use crate::Error;

impl Stage<'_> {
    /// A member proposes, with the deposit that is asked for. Answers the proposal's id.
    fn propose(&mut self, what: &str, member: u8, actions: Vec<Action>) -> Result<u64, Error> {
        let classify = QueryMsg::Classify {
            actions: actions.clone(),
        };
        let asked: ClassifyResponse = self.ask("dao", &classify)?;
        let deposit = asked.policy.deposit.u128();
        let draft = Draft {
            title: what.to_owned(),
            text: "Because it is good for all of us.".into(),
            actions,
            gas: 2_000_000,
        };
        let (step, who) = (format!("proposed: {what}"), format!("member{member}"));
        let landed = self.act(&step, &who, "dao", &Dao::Propose { draft }, deposit)?;
        landed.attribute("proposal_opened", "proposal")
    }

    fn vote(&mut self, member: u8, proposal: u64, choice: Choice) -> Result<(), Error> {
        let step = format!("member{member} says {} to {proposal}", choice.name());
        let vote = Dao::Vote {
            proposal,
            choice,
            reason: Some("I thought about it.".into()),
        };
        let who = format!("member{member}");
        self.act(&step, &who, "dao", &vote, 0).map(drop)
    }

    fn proposal(&self, proposal: u64) -> Result<FullProposalResponse, Error> {
        self.ask("dao", &QueryMsg::FullProposal { proposal })
    }

    /// The voting ends, and anybody records it.
    fn poke(&mut self, proposal: u64) -> Result<(), Error> {
        let closes = self.proposal(proposal)?.proposal.closes_secs;
        self.wait_until(closes)?;
        let step = format!("the voting on {proposal} is over");
        self.act(&step, "anyone", "dao", &Dao::Poke { proposal }, 0)
            .map(drop)
    }

    /// The timelock passes, and anybody executes.
    fn execute(&mut self, proposal: u64) -> Result<(), Error> {
        let ready = self.proposal(proposal)?.proposal.ready_secs;
        self.wait_until(ready.unwrap_or_default())?;
        let step = format!("{proposal} is executed");
        self.act(&step, "anyone", "dao", &Dao::Execute { proposal }, 0)
            .map(drop)
    }

    fn refund(&mut self, proposal: u64) -> Result<(), Error> {
        let step = format!("the deposit of {proposal} is settled");
        self.act(&step, "anyone", "dao", &Dao::Refund { proposal }, 0)
            .map(drop)
    }
}

fn call(contract: String, msg: &impl Serialize) -> Result<Action, Error> {
    Ok(Action::Execute {
        contract,
        msg: Binary::new(serde_json::to_vec(msg)?),
        funds: vec![],
    })
}

/// An opinion that hardly anybody cares about: half a minute later it has failed.
pub(super) fn opinion(stage: &mut Stage) -> Result<u64, Error> {
    let opinion = stage.propose("an opinion", 1, vec![])?;
    stage.vote(1, opinion, Choice::Yes)?;
    Ok(opinion)
}

/// Part of its deposit stays with the DAO.
pub(super) fn opinion_fails(stage: &mut Stage, opinion: u64) -> Result<(), Error> {
    stage.poke(opinion)?;
    assert_eq!(stage.proposal(opinion)?.proposal.status, Status::Rejected);
    stage.refund(opinion)
}

/// Money is spent, a parameter set, a member added; one proposal is voted down, one cannot
/// be carried out, one is taken back.
pub(super) fn decide(stage: &mut Stage) -> Result<(), Error> {
    let spend = |amount: u128| Action::Send {
        to: stage.address("payout1").unwrap_or_default(),
        denom: UncheckedDenom::Native(NATIVE.into()),
        amount: Uint128::new(amount),
    };
    let (little, more, too_much) = (spend(100), spend(50), spend(1_000_000_000));
    let tokens = Cw20ExecuteMsg::Transfer {
        recipient: stage.address("payout1")?,
        amount: Uint128::new(7_000),
    };
    let tokens = call(stage.address("token")?, &tokens)?;
    let params = Registry::UpdateParams {
        params: registry::Params {
            heartbeat_secs: 1,
            missed_heartbeats: 1,
            ..registry_params()
        },
    };
    let params = call(stage.address("registry")?, &params)?;
    let emission = rewards::ExecuteMsg::UpdateParams {
        params: rewards::Params {
            base_bps: 190,
            ..rewards::Params::defaults()
        },
    };
    let emission = call(stage.address("rewards")?, &emission)?;
    let newcomer = Action::AddMember {
        address: stage.address("anyone")?,
    };

    let draft = Draft {
        title: "A stranger's".into(),
        text: "Why not?".into(),
        actions: vec![],
        gas: 0,
    };
    let strange = Dao::Propose {
        draft: draft.clone(),
    };
    let step = "a stranger proposes";
    stage.refused(
        step,
        "requester",
        "dao",
        &strange,
        TEXT_DEPOSIT,
        "is not a member",
    )?;
    let step = "a proposal with too small a deposit";
    stage.refused(
        step,
        "member1",
        "dao",
        &strange,
        TEXT_DEPOSIT - 1,
        "send 1000 ustake with this, nothing else",
    )?;

    let spending = stage.propose("to spend", 1, vec![little, tokens])?;
    // All of them are decided at once, so that one wait does for all.
    let setting = stage.propose("to set parameters", 2, vec![params, emission])?;
    let unwanted = stage.propose("to spend more", 2, vec![more])?;
    let failing = stage.propose("to spend too much", 3, vec![too_much])?;
    let joining = stage.propose("to add a member", 3, vec![newcomer])?;
    let withdrawn = stage.propose("to be taken back", 3, vec![])?;
    let back = Dao::Withdraw {
        proposal: withdrawn,
    };
    let step = "a stranger takes a proposal back";
    stage.refused(step, "member1", "dao", &back, 0, "only the proposer")?;
    stage.act("a proposal is taken back", "member3", "dao", &back, 0)?;
    stage.refund(withdrawn)?;

    let vote = Dao::Vote {
        proposal: spending,
        choice: Choice::Yes,
        reason: None,
    };
    stage.refused(
        "a stranger votes",
        "anyone",
        "dao",
        &vote,
        0,
        "is not a member",
    )?;
    let execute = Dao::Execute { proposal: spending };
    let step = "executed before it is decided";
    stage.refused(
        step,
        "anyone",
        "dao",
        &execute,
        0,
        "is Open, this needs Ready",
    )?;
    stage.vote(1, spending, Choice::Abstain)?;
    for member in [2, 1] {
        stage.vote(member, spending, Choice::Yes)?;
    }
    for member in [1, 2] {
        stage.vote(member, setting, Choice::Yes)?;
        stage.vote(member, unwanted, Choice::No)?;
        stage.vote(member, failing, Choice::Yes)?;
        stage.vote(member, joining, Choice::Yes)?;
    }
    for proposal in [spending, setting, unwanted, failing, joining] {
        stage.poke(proposal)?;
    }
    for proposal in [spending, setting, failing, joining] {
        stage.execute(proposal)?;
    }
    let again = "executed once more";
    stage.refused(
        again,
        "anyone",
        "dao",
        &execute,
        0,
        "is Executed, this needs Ready",
    )?;
    let late = Dao::Vote {
        proposal: spending,
        choice: Choice::No,
        reason: None,
    };
    stage.refused(
        "a vote too late",
        "member3",
        "dao",
        &late,
        0,
        "nobody votes any longer",
    )?;
    for proposal in [spending, unwanted] {
        stage.refund(proposal)?;
    }
    let status = |proposal| -> Result<_, Error> { Ok(stage.proposal(proposal)?.proposal.status) };
    assert_eq!(status(setting)?, Status::Executed);
    assert_eq!(status(unwanted)?, Status::Rejected);
    assert_eq!(status(failing)?, Status::Ready);
    Ok(())
}
