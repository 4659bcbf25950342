//! What those decide who stake the token.

use surge_interface::dao::{Choice, Draft, ExecuteMsg, FullProposalResponse, QueryMsg, ReceiveMsg};
use surge_interface::dao::{DaoMember, Status};

use super::stage::Stage;
use crate::Error;

/// Two stake, one of them decides by the weight of its stake, and takes part of it back.
pub(super) fn decide(stage: &mut Stage) -> Result<(), Error> {
    for (who, amount) in [("requester", 1_000), ("provider2", 400)] {
        let step = format!("{who} stakes");
        stage.act_with_tokens(&step, who, "stakers", &ReceiveMsg::Stake {}, amount)?;
    }
    let draft = Draft {
        title: "An opinion of stakers".into(),
        text: "Whoever has more says more.".into(),
        actions: vec![],
        gas: 0,
    };
    let propose = ExecuteMsg::Propose { draft };
    stage.act("a staker proposes", "requester", "stakers", &propose, 0)?;
    let vote = |choice| ExecuteMsg::Vote {
        proposal: 1,
        choice,
        reason: None,
    };
    stage.act(
        "the smaller stake says no",
        "provider2",
        "stakers",
        &vote(Choice::No),
        0,
    )?;
    stage.act(
        "the larger stake says yes",
        "requester",
        "stakers",
        &vote(Choice::Yes),
        0,
    )?;
    let unstake = |amount: u128| ExecuteMsg::Unstake {
        amount: amount.into(),
    };
    let step = "more than is staked";
    stage.refused(step, "requester", "stakers", &unstake(1_001), 0, "1000")?;
    stage.act(
        "a staker unstakes",
        "requester",
        "stakers",
        &unstake(300),
        0,
    )?;
    let release = ExecuteMsg::ReleaseStake { member: 1 };
    let step = "a stake before its wait is over";
    stage.refused(
        step,
        "anyone",
        "stakers",
        &release,
        0,
        "no stake whose wait is over",
    )?;
    let ask = QueryMsg::FullProposal { proposal: 1 };
    let opinion: FullProposalResponse = stage.ask("stakers", &ask)?;
    stage.wait_until(opinion.proposal.closes_secs)?;
    let poke = ExecuteMsg::Poke { proposal: 1 };
    stage.act("the stakers' voting is over", "anyone", "stakers", &poke, 0)?;
    let opinion: FullProposalResponse = stage.ask("stakers", &ask)?;
    assert_eq!(opinion.proposal.status, Status::Executed);
    let ask = QueryMsg::MemberById {
        member: 1,
        height: None,
    };
    let staker: DaoMember = stage.ask("stakers", &ask)?;
    let leaves = staker.unstakings.first().map(|row| row.from_secs);
    stage.wait_until(leaves.unwrap_or_default())?;
    stage.act("a stake comes back", "anyone", "stakers", &release, 0)?;
    Ok(())
}
