//! What it costs to govern: proposals of several sizes, votes, executions that succeed,
//! fail, and run out of gas; deposits; stakes; and a network handed from members to stakers.

use cosmwasm_std::Uint128;
use cw_ownable::{Action as Ownership, Ownership as Owner};
use surge_chain_tests::Error;
use surge_interface::dao::{Action, Choice, Class, ExecuteMsg, ReceiveMsg, Status};
use surge_interface::registry::{ExecuteMsg as Registry, QueryMsg as RegistryQuery};

use super::assert_fails;
use super::deploy::Codes;
use super::members::{call, words, ENOUGH};
use super::terms::{policies, registry_params};
use super::world::World;

const PROPOSE_BUDGET: u64 = 250_000;
const VOTE_BUDGET: u64 = 165_000;
const EXECUTE_BUDGET: u64 = 240_000;

pub fn members_decide(world: &mut World, codes: &Codes) -> Result<(), Error> {
    world.what_it_costs_to_propose_and_vote()?;
    world.what_it_costs_to_execute()?;
    world.what_fails()?;
    world.too_little_gas()?;
    world.rules_change()?;
    world.stakers_take_over(codes)
}

impl World {
    fn what_it_costs_to_propose_and_vote(&mut self) -> Result<(), Error> {
        // This DAO has decided before: its counters exist.
        let mut proposals = vec![];
        for (member, text, what, budget) in [
            (0, 200, "dao propose (200 B, one spend)", None),
            (
                1,
                2_048,
                "dao propose (2 KB, one spend)",
                Some(PROPOSE_BUDGET),
            ),
            (1, 10_240, "dao propose (10 KB, one spend)", None),
            (2, 24_576, "dao propose (24 KB, one spend)", None),
        ] {
            let gift = vec![self.gift(1)];
            let (proposal, included) = self.propose(member, text, gift, ENOUGH)?;
            match budget {
                Some(budget) => self.table.note_within(budget, what, &included),
                None => self.table.note(what, &included),
            }
            proposals.push(proposal);
        }
        let mut costs = vec![];
        for (proposal, what) in [
            (proposals[0], "dao vote (200 B)"),
            (proposals[3], "dao vote (24 KB)"),
        ] {
            let voted = self.vote(0, proposal, Choice::Abstain)?;
            costs.push(voted.gas_used);
            self.table.note_within(VOTE_BUDGET, what, &voted);
        }
        assert!(costs[0].abs_diff(costs[1]) * 100 < costs[0], "{costs:?}");
        let second = self.vote(1, proposals[0], Choice::Yes)?;
        let changed = self.vote(1, proposals[0], Choice::Abstain)?;
        let reasoned = ExecuteMsg::Vote {
            proposal: proposals[3],
            choice: Choice::No,
            reason: Some(words(512)),
        };
        let reasoned = self.at_dao(&self.members[1], &reasoned)?;
        let hostile = ExecuteMsg::Vote {
            proposal: proposals[0],
            choice: Choice::Yes,
            reason: None,
        };
        assert_fails(self.at_dao(&self.hostile, &hostile), "member");
        let (spam, _) = self.propose(2, 200, vec![], 0)?;
        let withdrawn = self.at_dao(&self.members[2], &ExecuteMsg::Withdraw { proposal: spam })?;
        for (what, included) in [
            ("dao vote (the second)", second),
            ("dao vote (changed)", changed),
            ("dao vote (with a reason of 512 B)", reasoned),
            ("dao withdraw", withdrawn),
        ] {
            self.table.note(what, &included);
        }
        Ok(())
    }

    fn what_it_costs_to_execute(&mut self) -> Result<(), Error> {
        self.chain.pay(&self.anyone, &self.dao, 1_000_000)?;
        let (proposal, _) = self.propose(0, 200, vec![self.gift(777)], ENOUGH)?;
        let poked = self.make_ready(&[proposal])?;
        self.table.note("dao poke", &poked);
        let before = self.chain.balance(self.hostile.address())?;
        let executed = self.execute(proposal)?;
        self.table
            .note_within(EXECUTE_BUDGET, "dao execute (one spend)", &executed);
        assert_eq!(self.chain.balance(self.hostile.address())?, before + 777);
        assert_eq!(self.proposal(proposal)?.proposal.status, Status::Executed);
        assert_fails(self.execute(proposal), "needs Ready");

        let add = Action::AddMember {
            address: self.requester.address().into(),
        };
        let (_, added) = self.decide_one(0, vec![add])?;
        self.table.note("dao execute (one member)", &added);
        let left = self.at_dao(&self.requester, &ExecuteMsg::Leave {})?;
        self.table.note("dao leave", &left);
        Ok(())
    }

    /// A spend that is not covered: undone, recorded, and the rest of the DAO goes on.
    fn what_fails(&mut self) -> Result<(), Error> {
        let held = self.chain.balance(&self.dao)?;
        let actions = vec![self.gift(1), self.gift(held)];
        let (proposal, failed) = self.decide_one(2, actions)?;
        self.table.note("dao execute (fails, two spends)", &failed);
        let after = self.proposal(proposal)?;
        assert_eq!(after.proposal.status, Status::Ready);
        assert_eq!(after.proposal.tries, 1);
        assert!(after.failure.is_some());
        assert_eq!(self.chain.balance(&self.dao)?, held, "all undone");
        Ok(())
    }

    /// With less gas than stated the transaction fails and nothing is recorded; with less
    /// than the actions need, stated so by the proposal, the try fails.
    fn too_little_gas(&mut self) -> Result<(), Error> {
        let (proposal, _) = self.propose(0, 200, vec![self.gift(1)], ENOUGH)?;
        self.make_ready(&[proposal])?;
        let execute = ExecuteMsg::Execute { proposal };
        for gas in [120_000, 135_000, 145_000, 155_000, 165_000] {
            let tried = self
                .chain
                .execute_within(gas, &self.anyone, &self.dao, &execute);
            match tried {
                Ok(_) => {
                    let status = self.proposal(proposal)?.proposal.status;
                    assert_eq!(status, Status::Executed, "{gas} was enough");
                    return Err(Error::Answer(format!("{gas} was enough to execute")));
                }
                Err(error) => assert!(error.raw_log().contains("out of gas"), "{error}"),
            }
            let after = self.proposal(proposal)?;
            assert_eq!(
                (after.proposal.status, after.proposal.tries),
                (Status::Ready, 0)
            );
        }
        self.execute(proposal)?;
        assert_eq!(self.proposal(proposal)?.proposal.status, Status::Executed);

        // The least that may be stated is not enough for a call of another contract.
        let update = Registry::UpdateParams {
            params: registry_params(),
        };
        let update = call(&self.registry, &update)?;
        let (proposal, _) = self.propose(0, 200, vec![update], 100_000)?;
        self.make_ready(&[proposal])?;
        self.execute(proposal)?;
        let after = self.proposal(proposal)?;
        assert_eq!(
            (after.proposal.status, after.proposal.tries),
            (Status::Ready, 1)
        );
        assert_eq!(after.failure.as_deref(), Some("out of gas"));
        Ok(())
    }

    fn rules_change(&mut self) -> Result<(), Error> {
        let mut policy = policies().text;
        policy.min_voters = 1;
        let rule = Action::SetPolicy {
            class: Class::Text,
            policy,
        };
        let (proposal, ruled) = self.decide_one(2, vec![rule])?;
        self.table.note("dao execute (a policy)", &ruled);
        let refunded = self.at_dao(&self.anyone, &ExecuteMsg::Refund { proposal })?;
        self.table.note("dao refund", &refunded);
        self.assert_solvent()
    }

    /// The members offer the registry to those who stake the reward token, and these accept
    /// it.
    fn stakers_take_over(&mut self, codes: &Codes) -> Result<(), Error> {
        let (stakers, included) = self.deploy_stakers(codes)?;
        self.table.note("dao instantiate (staked)", &included);
        let registry = self.registry.clone();
        let offer = Ownership::TransferOwnership {
            new_owner: stakers.clone(),
            expiry: None,
        };
        let offer = Registry::UpdateOwnership(offer);
        self.decree(&registry, [("registry update_ownership", offer)])?;
        self.dao = stakers;

        let stake = |member: usize, amount: u128| {
            let msg = ReceiveMsg::Stake {};
            self.send_money(&self.members[member], &self.dao, &msg, &msg, amount)
        };
        stake(0, 1_000_000)?;
        let staked = stake(1, 2_000_000)?;
        let more = stake(1, 1_000_000)?;
        let (proposal, proposed) = self.propose(1, 2_048, vec![self.gift(1)], ENOUGH)?;
        let voted = self.vote(1, proposal, Choice::Yes)?;
        let unstake = ExecuteMsg::Unstake {
            amount: Uint128::new(500_000),
        };
        let unstaked = self.at_dao(&self.members[1], &unstake)?;
        let votes = self.proposal(proposal)?.proposal;
        assert_eq!(votes.yes.u128(), 3_000_000, "as it stood at the height");

        let accept = Registry::UpdateOwnership(Ownership::AcceptOwnership);
        let (_, accepted) = self.decide_one(0, vec![call(&registry, &accept)?])?;
        let msg = RegistryQuery::Ownership {};
        let ownership: Owner<String> = self.chain.smart(&registry, &msg)?;
        assert_eq!(ownership.owner, Some(self.dao.clone()));
        for (what, included) in [
            ("dao receive stake (the first)", staked),
            ("dao receive stake (more)", more),
            ("dao propose (2 KB, one spend, staked)", proposed),
            ("dao vote (staked)", voted),
            ("dao unstake", unstaked),
            ("dao execute (accepts a contract)", accepted),
        ] {
            self.table.note(what, &included);
        }
        self.assert_solvent()
    }
}
