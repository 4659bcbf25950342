//! What the members of the DAO do.

use anyhow::Result as AnyResult;
use cosmwasm_std::{coins, to_json_binary, Addr, Uint128};
use cw_multi_test::{AppResponse, Executor};
use serde::Serialize;
use surge_interface::dao::{
    Action, Choice, Draft, ExecuteMsg, FullProposalResponse, ProposalSummary, QueryMsg, Status,
};

use crate::verbs::attribute;
use crate::{Suite, NATIVE};

impl Suite {
    /// The action that calls a contract with this message.
    pub fn action<T: Serialize>(contract: &Addr, msg: &T) -> Action {
        Action::Execute {
            contract: contract.to_string(),
            msg: to_json_binary(msg).expect("messages serialize"),
            funds: vec![],
        }
    }

    /// The action that sends coins of the DAO's.
    pub fn gift(name: &str, amount: u128) -> Action {
        Action::Send {
            to: Self::addr(name).to_string(),
            denom: surge_interface::UncheckedDenom::Native(NATIVE.to_owned()),
            amount: Uint128::new(amount),
        }
    }

    /// Sends a message to the DAO.
    pub fn to_dao(&mut self, name: &str, msg: &ExecuteMsg) -> AnyResult<AppResponse> {
        let contract = self.dao_addr().clone();
        self.send(name, &contract, msg, 0)
    }

    /// A member proposes, with the deposit that is asked for.
    pub fn propose(&mut self, name: &str, actions: Vec<Action>) -> AnyResult<u64> {
        let asked: surge_interface::dao::ClassifyResponse = self.ask_dao(&QueryMsg::Classify {
            actions: actions.clone(),
        });
        let draft = Draft {
            title: "A proposal".to_owned(),
            text: "Because it is good for all of us.".to_owned(),
            actions,
            gas: 5_000_000,
        };
        let (contract, sender) = (self.dao_addr().clone(), self.meet(name));
        let deposit = asked.policy.deposit.u128();
        let funds = match deposit {
            0 => vec![],
            _ => coins(deposit, NATIVE),
        };
        let msg = ExecuteMsg::Propose { draft };
        let response = self.app.execute_contract(sender, contract, &msg, &funds)?;
        attribute(&response, "proposal")
    }

    /// A member votes.
    pub fn vote(&mut self, name: &str, proposal: u64, choice: Choice) -> AnyResult<AppResponse> {
        let msg = ExecuteMsg::Vote {
            proposal,
            choice,
            reason: None,
        };
        self.to_dao(name, &msg)
    }

    /// Anybody carries out what is ready.
    pub fn execute(&mut self, proposal: u64) -> AnyResult<AppResponse> {
        self.to_dao("anybody", &ExecuteMsg::Execute { proposal })
    }

    /// The first of these members proposes, all of them say yes, the result settles, the
    /// timelock passes, and anybody executes what there is. Answers the proposal as it
    /// stands then.
    pub fn decide(&mut self, members: &[&str], actions: Vec<Action>) -> AnyResult<u64> {
        let first = members.first().copied().unwrap_or_default();
        let proposal = self.propose(first, actions)?;
        for member in members {
            self.vote(member, proposal, Choice::Yes)?;
        }
        loop {
            match self.status(proposal) {
                Status::Passed => break,
                Status::Executed => return Ok(proposal),
                _ => self.pass_until(self.proposal(proposal).closes_secs),
            }
        }
        self.to_dao("anybody", &ExecuteMsg::Poke { proposal })?;
        let ready = self.proposal(proposal).ready_secs.unwrap_or_default();
        self.pass_until(ready);
        self.execute(proposal)?;
        Ok(proposal)
    }

    /// Where a proposal stands.
    pub fn status(&self, proposal: u64) -> Status {
        self.proposal(proposal).status
    }

    /// A proposal without text and actions.
    pub fn proposal(&self, proposal: u64) -> ProposalSummary {
        let response: FullProposalResponse = self.ask_dao(&QueryMsg::FullProposal { proposal });
        response.proposal
    }

    /// Asks the DAO; panics on an error.
    pub fn ask_dao<T: serde::de::DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.app
            .wrap()
            .query_wasm_smart(self.dao_addr(), msg)
            .expect("the DAO answers")
    }

    fn dao_addr(&self) -> &Addr {
        self.dao.as_ref().expect("a DAO needs founders")
    }

    fn pass_until(&mut self, secs: u64) {
        let wait = secs.saturating_sub(self.now_secs());
        self.pass(wait.max(1));
    }
}
