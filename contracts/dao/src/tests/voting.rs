//! Who votes, on what, with what weight, and until when.

use surge_interface::dao::*;
use surge_interface::UncheckedDenom;

use super::world::*;
use crate::ContractError;

#[test]
fn weight_is_that_of_the_start_of_the_block() {
    let mut world = World::staked();
    // In one block: mal stakes and tries to propose with it.
    world.stake("mal", 500).unwrap();
    let (member, height) = (4, world.height());
    let error = ContractError::NoWeight { member, height };
    assert_eq!(refused(world.try_propose("mal", vec![])), error);
    // In the same block ada proposes: mal's new weight counts neither here nor in the total.
    let proposal = world.propose(vec![]);
    let opened = world.proposal(proposal).proposal;
    assert_eq!((opened.height, opened.total.u128()), (height, 100));
    world.pass(1);
    assert_eq!(refused(world.try_vote("mal", proposal, Choice::No)), error);
    // What leaves later does not change what counts here.
    let amount = 60u128.into();
    world.tell("ada", &ExecuteMsg::Unstake { amount }).unwrap();
    world.vote("ada", proposal, Choice::Yes);
    assert_eq!(world.proposal(proposal).proposal.yes.u128(), 60);
    let before: TotalResponse = world.ask(&QueryMsg::Total {
        height: Some(height),
    });
    assert_eq!((before.weight.u128(), before.members), (100, 3));
    assert_eq!(world.total().weight.u128(), 540);
}

#[test]
fn nobody_has_weight_in_the_block_of_birth() {
    let world = World::new();
    let born = world.height() - 1;
    let at = |height| -> u128 {
        let height = Some(height);
        world
            .ask::<TotalResponse>(&QueryMsg::Total { height })
            .weight
            .u128()
    };
    assert_eq!((at(born), at(born + 1)), (0, 5));
}

#[test]
fn only_members_propose_and_vote() {
    let mut world = World::new();
    let address = addr("mal");
    let error = ContractError::NotMember { address };
    assert_eq!(refused(world.try_propose("mal", vec![])), error);
    let proposal = world.propose(vec![]);
    assert_eq!(refused(world.try_vote("mal", proposal, Choice::Yes)), error);
    let proposal = 9;
    let error = ContractError::UnknownProposal { proposal };
    assert_eq!(refused(world.try_vote("ada", proposal, Choice::Yes)), error);
}

#[test]
fn ballots_may_change_but_not_repeat() {
    let mut world = World::new();
    let proposal = world.propose(vec![]);
    let vote = |choice, reason: &str| ExecuteMsg::Vote {
        proposal,
        choice,
        reason: Some(reason.to_owned()),
    };
    world.tell("ada", &vote(Choice::Yes, "because")).unwrap();
    let ballot: Option<BallotResponse> = world.ask(&QueryMsg::Ballot {
        proposal,
        member: 1,
    });
    assert_eq!(ballot.unwrap().reason.as_deref(), Some("because"));
    let error = refused(world.try_vote("ada", proposal, Choice::Yes));
    let (member, choice) = (1, Choice::Yes);
    let same = ContractError::SameBallot {
        proposal,
        member,
        choice,
    };
    assert_eq!(error, same);
    let response = world.vote("ada", proposal, Choice::No);
    assert_eq!(attribute(&response, "vote_cast", "yes"), "0");
    assert_eq!(attribute(&response, "vote_cast", "no"), "1");
    let ballots: BallotsResponse = world.ask(&QueryMsg::Ballots {
        proposal,
        start_after: None,
        limit: None,
    });
    assert_eq!(ballots.ballots.len(), 1);
    assert_eq!(ballots.ballots[0].choice, Choice::No);
    assert_eq!(ballots.ballots[0].weight.u128(), 1);
    assert_eq!(ballots.ballots[0].reason, None, "it was given for yes");
    let long = "x".repeat(MAX_REASON + 1);
    let error = refused(world.tell("ben", &vote(Choice::Yes, &long)));
    assert!(matches!(error, ContractError::TooLong { .. }));
}

#[test]
fn a_changed_ballot_stops_the_early_end() {
    let mut world = World::new();
    let proposal = world.propose(vec![send("zoe", 1)]);
    for who in ["ada", "ben", "cyd"] {
        world.vote(who, proposal, Choice::Yes);
    }
    assert_eq!(world.status(proposal), Status::Settling);
    let settles = world.proposal(proposal).proposal.closes_secs;
    assert_eq!(settles, world.now() + 10);
    world.pass(9);
    world.vote("cyd", proposal, Choice::No);
    assert_eq!(world.status(proposal), Status::Open);
    world.pass(1);
    assert_eq!(world.status(proposal), Status::Open);
    let status = Status::Open;
    let error = ContractError::NothingToRecord { proposal, status };
    assert_eq!(refused(world.poke(proposal)), error);
    world.vote("dee", proposal, Choice::Yes);
    world.pass(10);
    let error = refused(world.try_vote("eve", proposal, Choice::No));
    let status = Status::Passed;
    assert_eq!(error, ContractError::VotingOver { proposal, status });
}

#[test]
fn a_late_flip_extends_the_voting_once() {
    let mut world = World::new();
    let proposal = world.propose(vec![send("zoe", 1)]);
    let opened = world.now();
    world.vote("ada", proposal, Choice::Yes);
    world.pass(95);
    let response = world.vote("ben", proposal, Choice::No);
    let closes = (opened + 110).to_string();
    assert_eq!(attribute(&response, "vote_cast", "closes_secs"), closes);
    world.pass(14);
    world.vote("cyd", proposal, Choice::Yes);
    assert_eq!(world.proposal(proposal).proposal.closes_secs, opened + 110);
    assert_eq!(world.proposal(proposal).policy.voting_secs, 100);
    world.pass(1);
    assert_eq!(world.status(proposal), Status::Passed);
}

#[test]
fn what_nobody_cared_for_is_rejected_and_recorded_once() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        msg.policies.text.min_voters = 9;
        msg
    });
    let proposal = world.propose(vec![]);
    assert_eq!(
        world.proposal(proposal).policy.min_voters,
        5,
        "all there are"
    );
    for who in ["ada", "ben", "cyd", "dee"] {
        world.vote(who, proposal, Choice::Yes);
    }
    world.pass(100);
    assert_eq!(world.status(proposal), Status::Rejected);
    let response = world.poke(proposal).unwrap();
    assert_eq!(
        attribute(&response, "proposal_closed", "status"),
        "rejected"
    );
    let status = Status::Rejected;
    let error = ContractError::NothingToRecord { proposal, status };
    assert_eq!(refused(world.poke(proposal)), error);
}

#[test]
fn a_member_has_at_most_three_proposals_that_are_not_over() {
    let mut world = World::new();
    for _ in 0..MAX_LIVE {
        world.propose(vec![]);
    }
    let error = ContractError::TooManyLive {
        member: 1,
        live: 3,
        max: 3,
    };
    assert_eq!(refused(world.try_propose("ada", vec![])), error);
    assert_eq!(world.member("ada").live, [1, 2, 3]);
    world.try_propose("ben", vec![]).unwrap();
    // Nobody has to record that they are over.
    world.pass(100);
    assert!(world.member("ada").live.is_empty());
    world.propose(vec![]);
    assert_eq!(world.member("ada").live, [5]);
}

#[test]
fn whoever_is_unknown_or_has_not_voted_is_null() {
    let mut world = World::new();
    let proposal = world.propose(vec![]);
    world.vote("ada", proposal, Choice::Yes);
    let ballot =
        |member| -> Option<BallotResponse> { world.ask(&QueryMsg::Ballot { proposal, member }) };
    let ballot_of = |who: &str| -> Option<BallotResponse> {
        let address = addr(who).to_string();
        world.ask(&QueryMsg::BallotOf { proposal, address })
    };
    assert_eq!(ballot_of("ada").unwrap().choice, Choice::Yes);
    assert_eq!(ballot_of("ada"), ballot(1));
    assert_eq!((ballot(2), ballot(99)), (None, None));
    assert_eq!((ballot_of("ben"), ballot_of("mal")), (None, None));
    let member = |member| -> Option<DaoMember> {
        world.ask(&QueryMsg::MemberById {
            member,
            height: None,
        })
    };
    assert_eq!(member(1), Some(world.member("ada")));
    assert_eq!(member(99), None);
    let address = addr("mal").to_string();
    let nobody = QueryMsg::MemberOf {
        address,
        height: None,
    };
    assert_eq!(world.ask::<Option<DaoMember>>(&nobody), None);
    let unknown = QueryMsg::Ballot {
        proposal: 9,
        member: 1,
    };
    let asked = world
        .app
        .wrap()
        .query_wasm_smart::<Option<BallotResponse>>(&world.dao, &unknown);
    assert!(asked.unwrap_err().to_string().contains("no proposal 9"));
}

#[test]
fn a_proposal_is_taken_back_while_nobody_else_has_voted() {
    let mut world = World::new();
    let proposal = world.propose(vec![]);
    world.vote("ada", proposal, Choice::Yes);
    let sender = addr("ben");
    let withdraw = ExecuteMsg::Withdraw { proposal };
    let error = ContractError::NotProposer { proposal, sender };
    assert_eq!(refused(world.tell("ben", &withdraw)), error);
    world.tell("ada", &withdraw).unwrap();
    assert_eq!(world.status(proposal), Status::Withdrawn);
    let status = Status::Withdrawn;
    let error = ContractError::VotingOver { proposal, status };
    assert_eq!(refused(world.try_vote("ben", proposal, Choice::Yes)), error);
    let proposal = world.propose(vec![]);
    world.vote("ben", proposal, Choice::Yes);
    let error = refused(world.tell("ada", &ExecuteMsg::Withdraw { proposal }));
    assert_eq!(error, ContractError::OthersVoted { proposal });
}

#[test]
fn texts_come_back_whole_and_lists_carry_their_beginning() {
    let mut world = World::new();
    let text: String = "Grüße, «Chor» 🎶\n\"\\"
        .chars()
        .cycle()
        .take(2_000)
        .collect();
    for text in [text, "ü".repeat(280), String::new(), "🎶".repeat(281)] {
        let mut draft = draft(vec![]);
        draft.text = text.clone();
        world.tell("ada", &ExecuteMsg::Propose { draft }).unwrap();
        let list: ProposalsResponse = world.ask(&QueryMsg::Proposals {
            start_before: None,
            limit: Some(1),
        });
        let proposal = &list.proposals[0];
        let begin: String = text.chars().take(SUMMARY_CHARS).collect();
        assert_eq!(proposal.summary, begin);
        assert_eq!(world.proposal(proposal.id).text, text);
        if text.is_empty() {
            let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            assert_eq!(proposal.text_sha256, nothing);
        }
        let proposal = proposal.id;
        world
            .tell("ada", &ExecuteMsg::Withdraw { proposal })
            .unwrap();
    }
    let older: ProposalsResponse = world.ask(&QueryMsg::Proposals {
        start_before: Some(3),
        limit: None,
    });
    let ids: Vec<u64> = older.proposals.iter().map(|proposal| proposal.id).collect();
    assert_eq!(ids, [2, 1]);
}

#[test]
fn drafts_have_bounds() {
    let mut world = World::new();
    let mut long = [(); 5].map(|()| draft(vec![]));
    long[0].title = "x".repeat(MAX_TITLE + 1);
    long[1].text = "x".repeat(MAX_TEXT + 1);
    long[2].actions = vec![send("zoe", 1); MAX_ACTIONS + 1];
    long[3].actions = vec![raw_call(&addr("x"), &"x".repeat(MAX_ACTION_BYTES))];
    for draft in &long[..4] {
        let draft = draft.clone();
        let error = refused(world.tell("ada", &ExecuteMsg::Propose { draft }));
        assert!(matches!(error, ContractError::TooLong { .. }), "{error}");
    }
    for gas in [MIN_GAS - 1, MAX_GAS + 1] {
        let mut draft = draft(vec![send("zoe", 1)]);
        draft.gas = gas;
        let error = refused(world.tell("ada", &ExecuteMsg::Propose { draft }));
        assert!(matches!(error, ContractError::OutOfBounds(_)), "{error}");
    }
    let mut draft = draft(vec![]);
    draft.title.clear();
    let error = refused(world.tell("ada", &ExecuteMsg::Propose { draft }));
    assert_eq!(error, ContractError::Empty { what: "the title" });
}

#[test]
fn a_proposal_takes_the_strictest_of_its_classes() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        msg.policies.spend.quorum_bps = 4_000;
        msg.policies.spend.grace_secs = 90;
        msg.policies.membership.timelock_secs = 77;
        msg.policies.upgrade.min_yes_bps = 6_000;
        msg
    });
    let both = vec![send("zoe", 1), Action::RemoveMember { member: 2 }];
    let proposal = world.propose(both);
    let policy = world.proposal(proposal).policy;
    let mut expected = plain();
    (
        expected.quorum_bps,
        expected.grace_secs,
        expected.timelock_secs,
    ) = (4_000, 90, 77);
    assert_eq!(policy, expected);
    // Unknown is the strictest of all.
    let actions = vec![world.to_probe(&Probe::Fine {})];
    let answer: ClassifyResponse = world.ask(&QueryMsg::Classify {
        actions: actions.clone(),
    });
    expected.min_yes_bps = 6_000;
    assert_eq!(answer.classes, [Class::Any]);
    assert_eq!(answer.policy, expected);
    let native = UncheckedDenom::Native("ustake".to_owned());
    assert_eq!(answer.deposit_denom, native);
    // What a proposal would set holds for it already.
    let mut policy = plain();
    policy.voting_secs = 300;
    let class = Class::Text;
    let answer: ClassifyResponse = world.ask(&QueryMsg::Classify {
        actions: vec![Action::SetPolicy { class, policy }],
    });
    expected.voting_secs = 300;
    assert_eq!(answer.classes, [Class::Policy, Class::Any]);
    assert_eq!(answer.policy, expected);
}

#[test]
fn rules_that_change_leave_open_proposals_alone() {
    let mut world = World::new();
    let class = Class::Text;
    let mut policy = plain();
    policy.quorum_bps = 9_000;
    policy.timelock_secs = 0;
    let change = world.ready(vec![Action::SetPolicy {
        class,
        policy: policy.clone(),
    }]);
    let earlier = world.propose(vec![]);
    let response = world.execute(change).unwrap();
    assert_eq!(attribute(&response, "dao_rules_changed", "of"), "text");
    assert_eq!(world.proposal(earlier).policy, plain());
    let later = world.propose(vec![]);
    assert_eq!(world.proposal(later).policy, policy);
    let policies: Policies = world.ask(&QueryMsg::Policies {});
    assert_eq!(policies.text, policy);
}
