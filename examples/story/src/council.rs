//! The members change the network.

use anyhow::ensure;
use serde::Serialize;
use surge_interface::dao::{Choice, ExecuteMsg, FullProposalResponse, Policy, QueryMsg, Status};
use surge_interface::registry::{ExecuteMsg as Registry, Params, QueryMsg as RegistryQuery};
use surge_interface::Weights;
use surge_testing::Suite;

use crate::cast::MEMBERS;
use crate::tell::Teller;

/// Weights after the members' vote: time to data counts for almost two thirds.
const HURRIED: Weights = Weights {
    time: 650_000,
    load: 50_000,
    price: 100_000,
    reputation: 200_000,
    green: 0,
};

/// A decision, from its proposal to its execution.
#[derive(Serialize)]
pub struct Decision {
    /// The proposal.
    pub proposal: u64,
    /// Classes that the contract found in its actions.
    pub classes: Vec<String>,
    /// Rules that hold for them.
    pub policy: Policy,
    /// Who said what.
    pub votes: Vec<(&'static str, &'static str)>,
    /// Weights before.
    pub before: Weights,
    /// Weights after.
    pub after: Weights,
    /// Seconds from the proposal to its execution.
    pub took_secs: u64,
    /// How it stands at the end.
    pub status: Status,
}

/// Three members vote on the weights of the network; two are for it.
pub fn decide(suite: &mut Suite, teller: &Teller) -> anyhow::Result<Decision> {
    let mut params: Params = suite.ask_registry(&RegistryQuery::Params {});
    let before = params.weights;
    params.weights = HURRIED;
    let update = Suite::action(&suite.registry, &Registry::UpdateParams { params });
    let [first, second, third] = MEMBERS;
    let opened_secs = suite.now_secs();
    let proposal = suite.propose(first, vec![update])?;
    let votes = [
        (first, Choice::Yes),
        (third, Choice::No),
        (second, Choice::Yes),
    ];
    for (member, choice) in votes {
        suite.vote(member, proposal, choice)?;
    }
    let opened: FullProposalResponse = suite.ask_dao(&QueryMsg::FullProposal { proposal });
    let votes = votes.map(|(member, choice)| (member, choice.name()));
    teller.proposal(&opened, &votes);

    wait_until(suite, opened.proposal.closes_secs);
    suite.to_dao("anybody", &ExecuteMsg::Poke { proposal })?;
    ensure!(
        suite.execute(proposal).is_err(),
        "it could be executed before its timelock was over"
    );
    wait_until(
        suite,
        suite.proposal(proposal).ready_secs.unwrap_or_default(),
    );
    suite.execute(proposal)?;
    let done = suite.proposal(proposal);
    ensure!(
        done.status == Status::Executed,
        "the proposal is {:?}",
        done.status
    );
    let decision = Decision {
        proposal,
        classes: done
            .classes
            .iter()
            .map(|class| class.name().to_owned())
            .collect(),
        policy: opened.policy,
        votes: votes.to_vec(),
        before,
        after: HURRIED,
        took_secs: suite.now_secs() - opened_secs,
        status: done.status,
    };
    teller.decided(&decision);
    Ok(decision)
}

fn wait_until(suite: &mut Suite, secs: u64) {
    suite.pass(secs.saturating_sub(suite.now_secs()).max(1));
}
