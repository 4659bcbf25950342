//! What the DAO must show, step by step.

use std::collections::BTreeMap;

use surge_interface::dao::{
    BallotsResponse, Choice, DaoMember, InvariantResponse, ProposalsResponse, QueryMsg, Status,
    TotalResponse,
};
use surge_testing::Suite;
use surge_tests::events::Typed;
use surge_tests::ghost::{Proposal, Say, Stage};

use crate::world::World;

impl World {
    /// Members, proposals, tallies and deposits; DAO-1 to DAO-6, DAO-8 and DAO-9.
    pub fn check_dao(&self) {
        let Some(dao) = &self.ghost.dao else {
            return;
        };
        let total: TotalResponse = self.suite.ask_dao(&QueryMsg::Total { height: None });
        assert_eq!(total.members as usize, dao.members.len());
        assert_eq!(total.weight.u128(), dao.members.len() as u128);
        let books: InvariantResponse = self.suite.ask_dao(&QueryMsg::Invariant {});
        assert!(books.holds, "{books:?}");
        let deposits: u128 = books.rows.iter().map(|row| row.deposits.u128()).sum();
        assert_eq!(deposits, dao.deposits(), "deposits");

        let list: ProposalsResponse = self.suite.ask_dao(&QueryMsg::Proposals {
            start_before: None,
            limit: Some(100),
        });
        assert_eq!(list.proposals.len(), dao.proposals.len());
        let mut live = BTreeMap::new();
        for (found, expected) in list.proposals.iter().rev().zip(&dao.proposals) {
            let told = format!("proposal {}: {expected:?}", found.id);
            let stage = expected.stage(self.ghost.now);
            assert_eq!(stage_of(found.status), stage, "{told}");
            assert_eq!(found.proposer, dao.number_of(&expected.proposer), "{told}");
            assert_eq!(found.total.u128(), expected.total(), "{told}");
            let tallies = [found.yes, found.no, found.abstain].map(|tally| tally.u128());
            let said = [Say::Yes, Say::No, Say::Abstain].map(|say| expected.said(say));
            assert_eq!(tallies, said, "{told}");
            // DAO-4: what was said is at most what could be said.
            assert!(tallies.iter().sum::<u128>() <= found.total.u128(), "{told}");
            assert_eq!(found.voters as usize, expected.ballots.len(), "{told}");
            assert_eq!(found.closes_secs, expected.end(), "{told}");
            assert_eq!(found.ready_secs, expected.ready(), "{told}");
            assert_eq!(u32::from(found.tries), expected.tries, "{told}");
            assert_eq!(found.deposit.u128(), expected.deposit, "{told}");
            // DAO-5: what is executed was so once.
            let once = self.executed.contains(&found.id);
            let carried_out = stage == Stage::Executed && !expected.acts.is_empty();
            assert_eq!(once, carried_out, "{told}");
            if !stage.is_over() {
                *live.entry(found.proposer).or_insert(0) += 1;
            }
        }
        assert!(live.values().all(|live| *live <= 3), "{live:?}");
        if let Some((id, newest)) = (1u64..).zip(&dao.proposals).last() {
            self.check_ballots(id, newest);
        }
    }

    /// DAO-4, ballot by ballot.
    fn check_ballots(&self, proposal: u64, expected: &Proposal) {
        let found: BallotsResponse = self.suite.ask_dao(&QueryMsg::Ballots {
            proposal,
            start_after: None,
            limit: Some(100),
        });
        let weights: u128 = found
            .ballots
            .iter()
            .map(|ballot| ballot.weight.u128())
            .sum();
        assert!(weights <= expected.total(), "proposal {proposal}");
        assert_eq!(found.ballots.len(), expected.ballots.len());
        for ballot in found.ballots {
            let member: DaoMember = self.suite.ask_dao(&QueryMsg::MemberById {
                member: ballot.member,
                height: None,
            });
            let said = expected
                .ballots
                .iter()
                .find(|(name, _)| Suite::addr(name) == member.address);
            let say = match ballot.choice {
                Choice::Yes => Say::Yes,
                Choice::No => Say::No,
                Choice::Abstain => Say::Abstain,
            };
            assert_eq!(said.map(|(_, say)| *say), Some(say), "proposal {proposal}");
        }
    }

    /// DAO-5: nothing is executed a second time.
    pub fn check_executed(&mut self, events: &[Typed]) {
        let executed = events
            .iter()
            .filter(|event| event.name == "proposal_executed");
        for event in executed {
            let first = self.executed.insert(event.number("proposal") as u64);
            assert!(first, "executed twice: {event:?}");
        }
    }
}

fn stage_of(status: Status) -> Stage {
    match status {
        Status::Open => Stage::Open,
        Status::Settling => Stage::Settling,
        Status::Passed => Stage::Passed,
        Status::Rejected => Stage::Rejected,
        Status::Queued => Stage::Queued,
        Status::Ready => Stage::Ready,
        Status::Executed => Stage::Executed,
        Status::Failed => Stage::Failed,
        Status::Expired => Stage::Expired,
        Status::Withdrawn => Stage::Withdrawn,
    }
}
