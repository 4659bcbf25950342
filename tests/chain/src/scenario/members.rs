//! What the members decide.

use cosmwasm_std::{Binary, Uint128};
use cw20::Cw20ExecuteMsg;
use serde::Serialize;
use surge_interface::dao::{
    Action, Choice, Class, ClassifyResponse, Draft, ExecuteMsg as Dao, FullProposalResponse,
    QueryMsg, Row, Settings, Status,
};
use surge_interface::escrow::{self, ExecuteMsg as Escrow};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::{rewards, UncheckedDenom};
use surge_testing::regions;

use super::birth::{cpu, escrow_params, policies, registry_params, TEXT_DEPOSIT};
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

fn call(contract: &str, msg: &impl Serialize) -> Result<Action, Error> {
    Ok(Action::Execute {
        contract: contract.to_owned(),
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

/// One action of nearly every kind, for every contract.
fn everything(stage: &Stage) -> Result<Vec<Action>, Error> {
    let registry = stage.address("registry")?;
    let escrow = stage.address("escrow")?;
    let rewards = stage.address("rewards")?;
    // The last one knows its distance to all.
    let mut regions = regions();
    let id = regions.len() as u8 - 1;
    let mut region = regions.swap_remove(id.into());
    region.clean_ppm /= 2;
    let mut class = cpu();
    for market in &mut class.markets {
        market.evict_tip = Uint128::new(200);
    }
    let mut text = policies().text;
    text.voting_secs += 1;
    let escrow_params = escrow::Params {
        take_bps: 400,
        ..escrow_params()
    };
    let slash = rewards::ExecuteMsg::Slash {
        provider: 2,
        bps: 1_000,
    };
    Ok(vec![
        call(&registry, &Registry::SetRegion { id, region })?,
        call(&registry, &Registry::SetClass { id: 0, class })?,
        call(&registry, &Registry::SetIntake { open: false })?,
        call(&registry, &Registry::SetIntake { open: true })?,
        call(
            &escrow,
            &Escrow::UpdateParams {
                params: escrow_params,
            },
        )?,
        call(
            &escrow,
            &Escrow::SetRoles {
                arbiter: Some(stage.address("member2")?),
                treasury: None,
            },
        )?,
        call(&escrow, &Escrow::SetIntake { open: false })?,
        call(&rewards, &slash)?,
        Action::SetPolicy {
            class: Class::Text,
            policy: text,
        },
        Action::SetRow {
            row: Row {
                contract: stage.address("token")?,
                message: "transfer".into(),
                class: Class::Spend,
            },
        },
        Action::SetSettings {
            settings: Settings {
                forfeit_bps: 3_000,
                ..Settings::defaults(UncheckedDenom::Native(NATIVE.into()))
            },
        },
        Action::RemoveMember { member: 3 },
    ])
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
    let tokens = call(&stage.address("token")?, &tokens)?;
    let params = Registry::UpdateParams {
        params: registry::Params {
            heartbeat_secs: 1,
            missed_heartbeats: 1,
            ..registry_params()
        },
    };
    let params = call(&stage.address("registry")?, &params)?;
    let emission = rewards::ExecuteMsg::UpdateParams {
        params: rewards::Params {
            base_bps: 190,
            ..rewards::Params::defaults()
        },
    };
    let emission = call(&stage.address("rewards")?, &emission)?;
    let newcomer = Action::AddMember {
        address: stage.address("anyone")?,
    };
    // What the escrow is sent without a message it books when somebody asks it to.
    let stray = Action::Send {
        to: stage.address("escrow")?,
        denom: UncheckedDenom::Native(NATIVE.into()),
        amount: Uint128::new(11),
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
        "send 200 ustake with this, nothing else",
    )?;

    let spending = stage.propose("to spend", 1, vec![little, tokens, stray])?;
    // All of them are decided at once, so that one wait does for all.
    let setting = stage.propose("to set parameters", 2, vec![params, emission])?;
    let everything = everything(stage)?;
    let everything = stage.propose("to set everything else", 1, everything)?;
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
        stage.vote(member, everything, Choice::Yes)?;
        stage.vote(member, unwanted, Choice::No)?;
        stage.vote(member, failing, Choice::Yes)?;
        stage.vote(member, joining, Choice::Yes)?;
    }
    for proposal in [spending, setting, everything, unwanted, failing, joining] {
        stage.poke(proposal)?;
    }
    for (proposal, status) in [
        (spending, Status::Executed),
        (setting, Status::Executed),
        (everything, Status::Executed),
        (failing, Status::Ready),
        (joining, Status::Executed),
    ] {
        stage.execute(proposal)?;
        let answer = stage.proposal(proposal)?;
        let failure = answer.failure.unwrap_or_default();
        assert_eq!(answer.proposal.status, status, "{proposal}: {failure}");
    }
    let sync = Escrow::Sync {
        denom: UncheckedDenom::Native(NATIVE.into()),
    };
    stage.act("stray coins are booked", "anyone", "escrow", &sync, 0)?;
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
    for proposal in [spending, everything, unwanted] {
        stage.refund(proposal)?;
    }
    assert_eq!(stage.proposal(unwanted)?.proposal.status, Status::Rejected);
    Ok(())
}
