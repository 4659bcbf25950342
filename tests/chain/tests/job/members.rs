//! What the members of the DAO do.

use cosmwasm_std::{Binary, Uint128};
use serde::Serialize;
use surge_chain_tests::{Error, Included, Key};
use surge_interface::dao::{
    Action, Choice, ClassifyResponse, Draft, ExecuteMsg, FullProposalResponse, QueryMsg, Status,
};

use super::terms::native;
use super::world::World;

/// Gas that the actions may use, unless a test says otherwise.
pub const ENOUGH: u64 = 1_000_000;

/// Words of this length.
pub fn words(bytes: usize) -> String {
    "Because it is good. ".chars().cycle().take(bytes).collect()
}

/// The action that calls a contract with this message.
pub fn call(contract: &str, msg: &impl Serialize) -> Result<Action, Error> {
    Ok(Action::Execute {
        contract: contract.into(),
        msg: Binary::new(serde_json::to_vec(msg)?),
        funds: vec![],
    })
}

impl World {
    pub fn at_dao(&self, signer: &Key, msg: &ExecuteMsg) -> Result<Included, Error> {
        self.chain.execute(signer, &self.dao, msg, 0)
    }

    /// A member proposes, with the deposit that is asked for. Answers the proposal's id with
    /// the transaction.
    pub fn propose(
        &self,
        member: usize,
        text: usize,
        actions: Vec<Action>,
        gas: u64,
    ) -> Result<(u64, Included), Error> {
        let classify = QueryMsg::Classify {
            actions: actions.clone(),
        };
        let asked: ClassifyResponse = self.chain.smart(&self.dao, &classify)?;
        let draft = Draft {
            title: "A proposal to look at".into(),
            text: words(text),
            actions,
            gas,
        };
        let included = self.chain.execute(
            &self.members[member],
            &self.dao,
            &ExecuteMsg::Propose { draft },
            asked.policy.deposit.u128(),
        )?;
        let proposal = included.attribute("wasm-proposal_opened", "proposal")?;
        Ok((proposal, included))
    }

    pub fn vote(&self, member: usize, proposal: u64, choice: Choice) -> Result<Included, Error> {
        self.at_dao(&self.members[member], &ballot(proposal, choice))
    }

    pub fn proposal(&self, proposal: u64) -> Result<FullProposalResponse, Error> {
        self.chain
            .smart(&self.dao, &QueryMsg::FullProposal { proposal })
    }

    /// Two members say yes to each, the results settle, the timelocks pass. Answers the
    /// transaction that recorded the results.
    pub fn make_ready(&self, proposals: &[u64]) -> Result<Included, Error> {
        let ballots = proposals.iter();
        let ballots = ballots.map(|&proposal| ballot(proposal, Choice::Yes));
        let ballots: Vec<_> = ballots.collect();
        for member in [0, 1] {
            self.chain
                .execute_all(&self.members[member], &self.dao, &ballots)?;
        }
        self.recorded(proposals)
    }

    /// As [`World::make_ready`], for what members have voted on.
    pub fn recorded(&self, proposals: &[u64]) -> Result<Included, Error> {
        for &proposal in proposals {
            let closes = self.proposal(proposal)?.proposal.closes_secs;
            self.chain.wait_until(closes)?;
        }
        let pokes = proposals
            .iter()
            .map(|&proposal| ExecuteMsg::Poke { proposal });
        let pokes: Vec<_> = pokes.collect();
        let poked = self.chain.execute_all(&self.anyone, &self.dao, &pokes)?;
        for &proposal in proposals {
            let ready = self.proposal(proposal)?.proposal.ready_secs;
            self.chain.wait_until(ready.expect("it passed"))?;
        }
        Ok(poked)
    }

    pub fn execute(&self, proposal: u64) -> Result<Included, Error> {
        self.at_dao(&self.anyone, &ExecuteMsg::Execute { proposal })
    }

    /// Members decide on several proposals at once, and anybody executes each. The turns to
    /// propose start with this member: what stays open counts against its proposer.
    pub fn decide(
        &self,
        first: usize,
        proposals: impl IntoIterator<Item = Vec<Action>>,
    ) -> Result<Vec<(u64, Included)>, Error> {
        let turns = (0..self.members.len()).cycle().skip(first);
        let proposed = turns.zip(proposals).map(|(member, actions)| {
            let (proposal, _) = self.propose(member, 200, actions, ENOUGH)?;
            Ok(proposal)
        });
        let proposals = proposed.collect::<Result<Vec<_>, Error>>()?;
        self.make_ready(&proposals)?;
        let execute = |proposal| Ok((proposal, self.execute(proposal)?));
        proposals.into_iter().map(execute).collect()
    }

    /// As [`World::decide`], on one.
    pub fn decide_one(
        &self,
        member: usize,
        actions: Vec<Action>,
    ) -> Result<(u64, Included), Error> {
        let decided = self.decide(member, [actions])?;
        Ok(decided.into_iter().next().expect("one was decided"))
    }

    /// Members decide that each of these messages be sent to a contract, and each is. What
    /// that costs is noted.
    pub fn decree<T: Serialize>(
        &mut self,
        contract: &str,
        msgs: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Result<(), Error> {
        let (mut names, mut proposals) = (vec![], vec![]);
        for (what, msg) in msgs {
            names.push(what);
            proposals.push(vec![call(contract, &msg)?]);
        }
        let decided = self.decide(0, proposals)?;
        for (what, (proposal, executed)) in names.into_iter().zip(decided) {
            let FullProposalResponse {
                proposal, failure, ..
            } = self.proposal(proposal)?;
            assert_eq!(proposal.status, Status::Executed, "{what}: {failure:?}");
            self.table.note(&format!("dao execute ({what})"), &executed);
        }
        Ok(())
    }

    /// Coins of the DAO's for somebody who has not earned them.
    pub fn gift(&self, amount: u128) -> Action {
        Action::Send {
            to: self.hostile.address().into(),
            denom: native(),
            amount: Uint128::new(amount),
        }
    }
}

fn ballot(proposal: u64, choice: Choice) -> ExecuteMsg {
    ExecuteMsg::Vote {
        proposal,
        choice,
        reason: None,
    }
}
