//! Asked with the messages of cw3 and cw4 and read with their types.

use cosmwasm_std::{coins, from_json, to_json_binary, BankMsg, CosmosMsg, Timestamp, WasmMsg};
use cw20::Cw20ExecuteMsg;
use cw3::Cw3QueryMsg;
use cw4::Cw4QueryMsg;
use cw_utils::{Expiration, ThresholdResponse};
use serde::de::DeserializeOwned;
use serde::Serialize;
use surge_interface::dao::*;
use surge_interface::UncheckedDenom;

use super::world::*;
use crate::ContractError;

fn asked<T: DeserializeOwned>(world: &World, msg: &impl Serialize) -> Result<T, String> {
    let answer = world.app.wrap().query_wasm_smart(&world.dao, msg);
    answer.map_err(|error| error.to_string())
}

fn ask<T: DeserializeOwned>(world: &World, msg: &impl Serialize) -> T {
    asked(world, msg).unwrap()
}

fn cw3_proposal(world: &World, proposal_id: u64) -> cw3::ProposalResponse {
    ask(world, &Cw3QueryMsg::Proposal { proposal_id })
}

fn status(world: &World, proposal: u64) -> cw3::Status {
    cw3_proposal(world, proposal).status
}

fn quorum_and_pass(total_weight: u64) -> ThresholdResponse {
    ThresholdResponse::ThresholdQuorum {
        threshold: "0.5".parse().unwrap(),
        quorum: "0.1".parse().unwrap(),
        total_weight,
    }
}

#[test]
fn a_proposal_reads_as_one_of_cw3() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        let mut policy = plain();
        policy.deposit = 100u128.into();
        msg.policies = all(&policy);
        msg
    });
    let add = Action::AddMember {
        address: addr("zoe").to_string(),
    };
    let token = world.token.clone();
    let tokens = Action::Send {
        to: addr("zoe").to_string(),
        denom: UncheckedDenom::Cw20(token.to_string()),
        amount: 7u128.into(),
    };
    let actions = vec![
        send("zoe", 400),
        tokens,
        world.to_probe(&Probe::Fine {}),
        add.clone(),
    ];
    let mut draft = draft(actions);
    draft.text = "ü".repeat(SUMMARY_CHARS + 1);
    let text = draft.text.clone();
    world
        .tell_with("ada", &ExecuteMsg::Propose { draft }, 100)
        .unwrap();

    let told = cw3_proposal(&world, 1);
    assert_eq!(
        (told.id, told.title.as_str(), told.description),
        (1, "A title", text)
    );
    assert_eq!(told.proposer, addr("ada"));
    let closes = Timestamp::from_seconds(world.now() + 100);
    assert_eq!(told.expires, Expiration::AtTime(closes));
    assert_eq!(told.threshold, quorum_and_pass(5));
    let deposit = told.deposit.unwrap();
    let native = cw20::Denom::Native("ustake".to_owned());
    assert_eq!((deposit.amount.u128(), deposit.denom), (100, native));
    assert!(deposit.refund_failed_proposals);
    let call = |contract: &cosmwasm_std::Addr, msg| {
        CosmosMsg::from(WasmMsg::Execute {
            contract_addr: contract.to_string(),
            msg,
            funds: vec![],
        })
    };
    let transfer = Cw20ExecuteMsg::Transfer {
        recipient: addr("zoe").to_string(),
        amount: 7u128.into(),
    };
    let messages = [
        BankMsg::Send {
            to_address: addr("zoe").to_string(),
            amount: coins(400, "ustake"),
        }
        .into(),
        call(&token, to_json_binary(&transfer).unwrap()),
        call(&world.probe, to_json_binary(&Probe::Fine {}).unwrap()),
        // What the DAO does to itself is nothing that it could be sent.
        call(&world.dao, to_json_binary(&add).unwrap()),
    ];
    assert_eq!(told.msgs, messages);
    assert!(from_json::<ExecuteMsg>(to_json_binary(&add).unwrap()).is_err());

    let list: cw3::ProposalListResponse = ask(
        &world,
        &Cw3QueryMsg::ListProposals {
            start_after: None,
            limit: None,
        },
    );
    assert_eq!(list.proposals[0].description, "ü".repeat(SUMMARY_CHARS));
    assert_eq!(list.proposals[0].msgs, messages);
}

#[test]
fn lists_of_proposals_page_as_those_of_cw3() {
    let mut world = World::new();
    for who in ["ada", "ben", "cyd"] {
        world.try_propose(who, vec![]).unwrap();
    }
    let ids = |msg: &Cw3QueryMsg| -> Vec<u64> {
        let list: cw3::ProposalListResponse = ask(&world, msg);
        list.proposals.iter().map(|proposal| proposal.id).collect()
    };
    let forward = |start_after, limit| Cw3QueryMsg::ListProposals { start_after, limit };
    assert_eq!(ids(&forward(None, None)), [1, 2, 3]);
    assert_eq!(ids(&forward(Some(1), Some(1))), [2]);
    assert!(ids(&forward(Some(u64::MAX), None)).is_empty());
    let backward = |start_before, limit| Cw3QueryMsg::ReverseProposals {
        start_before,
        limit,
    };
    assert_eq!(ids(&backward(None, Some(2))), [3, 2]);
    assert_eq!(ids(&backward(Some(3), None)), [2, 1]);
    assert!(ids(&backward(Some(0), None)).is_empty());
    let error = asked::<cw3::ProposalListResponse>(&world, &forward(None, Some(101)));
    assert!(error.unwrap_err().contains("at most 100 rows"));
    let unknown = asked::<cw3::ProposalResponse>(&world, &Cw3QueryMsg::Proposal { proposal_id: 4 });
    assert!(unknown.unwrap_err().contains("no proposal 4"));
}

#[test]
fn every_status_has_one_of_cw3() {
    let mut world = World::new();
    world.give(10);
    let spend = || vec![send("zoe", 10)];
    let rejected = world.propose(spend());
    world.vote("ada", rejected, Choice::No);
    let withdrawn = world.propose(spend());
    world
        .tell(
            "ada",
            &ExecuteMsg::Withdraw {
                proposal: withdrawn,
            },
        )
        .unwrap();
    assert_eq!(status(&world, withdrawn), cw3::Status::Rejected);
    assert_eq!(status(&world, rejected), cw3::Status::Open);
    let proposal = world.propose(spend());
    for who in ["ben", "cyd", "dee"] {
        world.vote(who, proposal, Choice::Yes);
    }
    assert_eq!(world.status(proposal), Status::Settling);
    assert_eq!(status(&world, proposal), cw3::Status::Open);
    world.pass(10);
    assert_eq!(world.status(proposal), Status::Passed);
    assert_eq!(status(&world, proposal), cw3::Status::Passed);
    world.poke(proposal).unwrap();
    assert_eq!(world.status(proposal), Status::Queued);
    assert_eq!(status(&world, proposal), cw3::Status::Passed);
    world.pass(50);
    assert_eq!(world.status(proposal), Status::Ready);
    assert_eq!(status(&world, proposal), cw3::Status::Passed);
    world.execute(proposal).unwrap();
    assert_eq!(status(&world, proposal), cw3::Status::Executed);
    let expired = world.ready(spend());
    world.pass(200);
    assert_eq!(world.status(expired), Status::Expired);
    assert_eq!(status(&world, expired), cw3::Status::Rejected);
    assert_eq!(world.status(rejected), Status::Rejected);
    assert_eq!(status(&world, rejected), cw3::Status::Rejected);
}

#[test]
fn votes_and_voters_read_as_those_of_cw3() {
    let mut world = World::staked();
    let proposal_id = world.propose(vec![]);
    world.vote("ben", proposal_id, Choice::No);
    world.vote("ada", proposal_id, Choice::Abstain);
    world.vote("ada", proposal_id, Choice::Yes);
    let info = |who: &str, vote, weight| cw3::VoteInfo {
        proposal_id,
        voter: addr(who).to_string(),
        vote,
        weight,
    };
    let (ada, ben) = (
        info("ada", cw3::Vote::Yes, 60),
        info("ben", cw3::Vote::No, 30),
    );
    let vote = |who: &str| {
        let voter = addr(who).to_string();
        let msg = Cw3QueryMsg::Vote { proposal_id, voter };
        ask::<cw3::VoteResponse>(&world, &msg).vote
    };
    assert_eq!(vote("ada"), Some(ada.clone()));
    assert_eq!(vote("cyd"), None, "has not voted");
    assert_eq!(vote("mal"), None, "is nobody here");
    let votes = |start_after: Option<&str>, limit| {
        let msg = Cw3QueryMsg::ListVotes {
            proposal_id,
            start_after: start_after.map(|who| addr(who).to_string()),
            limit,
        };
        ask::<cw3::VoteListResponse>(&world, &msg).votes
    };
    assert_eq!(votes(None, None), [ada.clone(), ben.clone()]);
    assert_eq!(votes(None, Some(1)), [ada]);
    assert_eq!(votes(Some("ada"), None), [ben]);

    let voter = |who: &str| {
        let address = addr(who).to_string();
        ask::<cw3::VoterResponse>(&world, &Cw3QueryMsg::Voter { address }).weight
    };
    assert_eq!((voter("ada"), voter("mal")), (Some(60), None));
    let voters = |start_after: Option<&str>, limit| -> Vec<(String, u64)> {
        let start_after = start_after.map(|who| addr(who).to_string());
        let msg = Cw3QueryMsg::ListVoters { start_after, limit };
        let list: cw3::VoterListResponse = ask(&world, &msg);
        let row = |voter: cw3::VoterDetail| (voter.addr, voter.weight);
        list.voters.into_iter().map(row).collect()
    };
    let row = |who: &str, weight| (addr(who).to_string(), weight);
    assert_eq!(voters(None, Some(1)), [row("ada", 60)]);
    assert_eq!(voters(Some("ada"), None), [row("ben", 30), row("cyd", 10)]);
    let stranger = Cw3QueryMsg::ListVoters {
        start_after: Some(addr("mal").to_string()),
        limit: None,
    };
    let error = asked::<cw3::VoterListResponse>(&world, &stranger).unwrap_err();
    let address = addr("mal");
    assert!(error.contains(&ContractError::NotMember { address }.to_string()));
    let threshold: ThresholdResponse = ask(&world, &Cw3QueryMsg::Threshold {});
    assert_eq!(threshold, quorum_and_pass(100));
}

#[test]
fn members_read_as_those_of_cw4() {
    let mut world = World::new();
    let before = world.height();
    world.tell("eve", &ExecuteMsg::Leave {}).unwrap();
    world.pass(1);
    let member = |who: &str, at_height| {
        let addr = addr(who).to_string();
        ask::<cw4::MemberResponse>(&world, &Cw4QueryMsg::Member { addr, at_height }).weight
    };
    assert_eq!((member("ada", None), member("mal", None)), (Some(1), None));
    assert_eq!(member("eve", None), None, "has left");
    assert_eq!(
        member("eve", Some(before)),
        Some(1),
        "not before this block"
    );
    let total = |at_height| {
        ask::<cw4::TotalWeightResponse>(&world, &Cw4QueryMsg::TotalWeight { at_height }).weight
    };
    assert_eq!(
        (total(None), total(Some(before)), total(Some(1))),
        (4, 5, 0)
    );
    let list = |start_after: Option<&str>, limit| -> Vec<(String, u64)> {
        let start_after = start_after.map(|who| addr(who).to_string());
        let msg = Cw4QueryMsg::ListMembers { start_after, limit };
        let list: cw4::MemberListResponse = ask(&world, &msg);
        let row = |member: cw4::Member| (member.addr, member.weight);
        list.members.into_iter().map(row).collect()
    };
    let row = |who: &str, weight| (addr(who).to_string(), weight);
    assert_eq!(list(None, Some(2)), [row("ada", 1), row("ben", 1)]);
    assert_eq!(list(Some("dee"), None), [row("eve", 0)]);
    let admin: cw4::AdminResponse = ask(&world, &Cw4QueryMsg::Admin {});
    assert_eq!(admin.admin, Some(world.dao.to_string()));
    let hooks: cw4::HooksResponse = ask(&world, &Cw4QueryMsg::Hooks {});
    assert!(hooks.hooks.is_empty());
}

#[test]
fn weight_reads_as_that_of_a_voting_module_of_dao_dao() {
    let mut world = World::staked();
    world.stake("mal", 500).unwrap();
    let height = world.height();
    let power = |who: &str, height| -> PowerAtHeightResponse {
        let address = addr(who).to_string();
        ask(&world, &QueryMsg::VotingPowerAtHeight { address, height })
    };
    let answer = |power: u128, height| PowerAtHeightResponse {
        power: power.into(),
        height,
    };
    assert_eq!(power("ada", None), answer(60, height));
    assert_eq!(power("mal", None), answer(0, height), "not in its block");
    assert_eq!(power("mal", Some(height + 1)), answer(500, height + 1));
    assert_eq!(power("zoe", None), answer(0, height));
    let total: PowerAtHeightResponse = ask(&world, &QueryMsg::TotalPowerAtHeight { height: None });
    assert_eq!(total, answer(100, height));
}

#[test]
fn a_weight_that_does_not_fit_is_an_error_and_never_cut() {
    let huge = u128::from(u64::MAX) + 1;
    let mut world = World::with(|token| {
        let mut msg = birth();
        msg.electorate = Electorate::Staked {
            token: token.to_string(),
            unstaking_secs: 160,
        };
        msg.settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
        msg
    });
    world.mint("ada", huge);
    world.stake("ada", huge).unwrap();
    world.pass(1);
    let proposal_id = world.propose(vec![]);
    world.vote("ada", proposal_id, Choice::Yes);
    let voter = addr("ada").to_string();
    let error = ContractError::TooHeavy {
        weight: huge.into(),
    }
    .to_string();
    for msg in [
        Cw3QueryMsg::Proposal { proposal_id },
        Cw3QueryMsg::Voter {
            address: voter.clone(),
        },
        Cw3QueryMsg::Vote { proposal_id, voter },
        Cw3QueryMsg::Threshold {},
    ] {
        let told = asked::<serde::de::IgnoredAny>(&world, &msg).unwrap_err();
        assert!(told.contains(&error), "{msg:?}: {told}");
    }
    assert_eq!(world.proposal(proposal_id).proposal.yes.u128(), huge);
    let msg = QueryMsg::TotalPowerAtHeight { height: None };
    let total: PowerAtHeightResponse = ask(&world, &msg);
    assert_eq!(total.power.u128(), huge);
}
