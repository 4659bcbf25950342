//! Members decide: proposals of several sizes, votes, executions that succeed, fail, and
//! run out of gas; deposits; stakes; and the registry handed over to the members.

use cosmwasm_std::{Binary, Uint128};
use cw_ownable::Action as Ownership;
use serde::Serialize;
use surge_chain_tests::{Error, Included, Key};
use surge_interface::dao::{
    Action, Choice, Class, Draft, Electorate, ExecuteMsg, FullProposalResponse, InstantiateMsg,
    InvariantResponse, Policies, Policy, QueryMsg, ReceiveMsg, Row, Settings, Status,
};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::TimeProfile;

use super::assert_fails;
use super::world::{native, registry_params, Codes, World};

const PROPOSE_BUDGET: u64 = 250_000;
const VOTE_BUDGET: u64 = 165_000;
const EXECUTE_BUDGET: u64 = 240_000;

/// Gas that the actions may use, unless a test says otherwise.
const ENOUGH: u64 = 1_000_000;
const DEPOSIT: u128 = 1_000;

struct Dao<'a> {
    world: &'a mut World,
    addr: String,
    members: Vec<Key>,
}

pub fn members_decide(world: &mut World, codes: &Codes) -> Result<(), Error> {
    let members =
        ["provider1", "provider2", "provider3"].map(|name| world.chain.network().key(name));
    let members = members.into_iter().collect::<Result<Vec<_>, _>>()?;
    let founders = members.iter().map(|key| key.address().to_owned());
    let electorate = Electorate::OnePerMember {
        members: founders.collect(),
    };
    let addr = born(world, codes, electorate, "dao instantiate (3 members)")?;
    let mut dao = Dao {
        world,
        addr,
        members,
    };
    dao.what_it_costs_to_propose_and_vote()?;
    dao.what_it_costs_to_execute()?;
    dao.what_fails()?;
    dao.too_little_gas()?;
    dao.the_registry_becomes_theirs()?;
    dao.stakes(codes)
}

fn born(
    world: &mut World,
    codes: &Codes,
    electorate: Electorate,
    what: &str,
) -> Result<String, Error> {
    let deployer = world.chain.network().key("deployer")?;
    let (code_id, checksum) = &codes.0["dao"];
    let salt = world.chain.height()?.to_be_bytes();
    let addr = world.chain.predict(&deployer, checksum, &salt)?;
    let policy = Policy {
        quorum_bps: 2_000,
        pass_bps: 5_000,
        min_yes_bps: 0,
        min_voters: 2,
        voting_secs: 120,
        settle_secs: 1,
        timelock_secs: 1,
        grace_secs: 3_600,
        deposit: Uint128::zero(),
    };
    let strict = Policy {
        deposit: Uint128::new(DEPOSIT),
        ..policy.clone()
    };
    let msg = InstantiateMsg {
        name: "The network".into(),
        uri: "https://example.org/dao.json".into(),
        profile: TimeProfile::Dev,
        electorate,
        settings: Settings::defaults(native()),
        policies: Policies {
            text: policy.clone(),
            spend: policy.clone(),
            membership: policy.clone(),
            params: policy.clone(),
            policy: policy.clone(),
            upgrade: policy,
            any: strict,
        },
        rows: Row::of_network(&world.registry, &world.escrow, &world.rewards),
    };
    let (made, included) =
        world
            .chain
            .instantiate(&deployer, *code_id, "surge dao", &addr, &salt, &msg)?;
    assert_eq!(made, addr, "the DAO is not where it was predicted");
    world.table.note(what, &included);
    Ok(addr)
}

/// Words of this length.
fn words(bytes: usize) -> String {
    "Because it is good. ".chars().cycle().take(bytes).collect()
}

fn call(contract: &str, msg: &impl Serialize) -> Result<Action, Error> {
    Ok(Action::Execute {
        contract: contract.into(),
        msg: Binary::new(serde_json::to_vec(msg)?),
        funds: vec![],
    })
}

impl Dao<'_> {
    fn send(&self, signer: &Key, msg: &ExecuteMsg) -> Result<Included, Error> {
        self.world.chain.execute(signer, &self.addr, msg, 0)
    }

    fn propose(
        &self,
        member: usize,
        text: usize,
        actions: Vec<Action>,
        gas: u64,
        deposit: u128,
    ) -> Result<(u64, Included), Error> {
        let draft = Draft {
            title: "A proposal to look at".into(),
            text: words(text),
            actions,
            gas,
        };
        let msg = ExecuteMsg::Propose { draft };
        let member = &self.members[member];
        let included = self
            .world
            .chain
            .execute(member, &self.addr, &msg, deposit)?;
        Ok((
            included.attribute("wasm-proposal_opened", "proposal")?,
            included,
        ))
    }

    fn vote(&self, member: usize, proposal: u64, choice: Choice) -> Result<Included, Error> {
        let reason = None;
        let msg = ExecuteMsg::Vote {
            proposal,
            choice,
            reason,
        };
        self.send(&self.members[member], &msg)
    }

    fn proposal(&self, proposal: u64) -> Result<FullProposalResponse, Error> {
        self.world
            .chain
            .smart(&self.addr, &QueryMsg::FullProposal { proposal })
    }

    /// Two members say yes, the result settles, the timelock passes.
    fn make_ready(&self, proposal: u64) -> Result<Included, Error> {
        for member in [0, 1] {
            self.vote(member, proposal, Choice::Yes)?;
        }
        let closes = self.proposal(proposal)?.proposal.closes_secs;
        self.world.chain.wait_until(closes)?;
        let poked = self.send(&self.world.anyone, &ExecuteMsg::Poke { proposal })?;
        let ready = self.proposal(proposal)?.proposal.ready_secs;
        self.world.chain.wait_until(ready.unwrap_or_default())?;
        Ok(poked)
    }

    fn execute(&self, proposal: u64) -> Result<Included, Error> {
        self.send(&self.world.anyone, &ExecuteMsg::Execute { proposal })
    }

    /// A member proposes what is decided and executed at once. Proposals that stay open
    /// count against their proposer, so members take turns.
    fn decide(
        &self,
        member: usize,
        actions: Vec<Action>,
        deposit: u128,
    ) -> Result<(u64, Included), Error> {
        let (proposal, _) = self.propose(member, 200, actions, ENOUGH, deposit)?;
        self.make_ready(proposal)?;
        Ok((proposal, self.execute(proposal)?))
    }

    fn gift(&self, amount: u128) -> Action {
        Action::Send {
            to: self.world.hostile.address().into(),
            denom: native(),
            amount: Uint128::new(amount),
        }
    }

    fn what_it_costs_to_propose_and_vote(&mut self) -> Result<(), Error> {
        // A first proposal and a first vote, so that counters exist.
        let (first, _) = self.propose(0, 200, vec![self.gift(1)], ENOUGH, 0)?;
        self.vote(1, first, Choice::Abstain)?;
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
            let (proposal, included) = self.propose(member, text, gift, ENOUGH, 0)?;
            match budget {
                Some(budget) => self.world.table.note_within(budget, what, &included),
                None => self.world.table.note(what, &included),
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
            self.world.table.note_within(VOTE_BUDGET, what, &voted);
        }
        assert!(costs[0].abs_diff(costs[1]) * 100 < costs[0], "{costs:?}");
        let second = self.vote(1, proposals[0], Choice::Yes)?;
        let changed = self.vote(1, proposals[0], Choice::Abstain)?;
        let reasoned = ExecuteMsg::Vote {
            proposal: proposals[3],
            choice: Choice::No,
            reason: Some(words(512)),
        };
        let reasoned = self.send(&self.members[1], &reasoned)?;
        let hostile = ExecuteMsg::Vote {
            proposal: proposals[0],
            choice: Choice::Yes,
            reason: None,
        };
        assert_fails(self.send(&self.world.hostile, &hostile), "member");
        let (spam, _) = self.propose(2, 200, vec![], 0, 0)?;
        let withdrawn = self.send(&self.members[2], &ExecuteMsg::Withdraw { proposal: spam })?;
        for (what, included) in [
            ("dao vote (the second)", second),
            ("dao vote (changed)", changed),
            ("dao vote (with a reason of 512 B)", reasoned),
            ("dao withdraw", withdrawn),
        ] {
            self.world.table.note(what, &included);
        }
        Ok(())
    }

    fn what_it_costs_to_execute(&mut self) -> Result<(), Error> {
        self.world
            .chain
            .pay(&self.world.anyone, &self.addr, 1_000_000)?;
        let (proposal, _) = self.propose(0, 200, vec![self.gift(777)], ENOUGH, 0)?;
        let poked = self.make_ready(proposal)?;
        self.world.table.note("dao poke", &poked);
        let before = self.world.chain.balance(self.world.hostile.address())?;
        let executed = self.execute(proposal)?;
        self.world
            .table
            .note_within(EXECUTE_BUDGET, "dao execute (one spend)", &executed);
        assert_eq!(
            self.world.chain.balance(self.world.hostile.address())?,
            before + 777
        );
        assert_eq!(self.proposal(proposal)?.proposal.status, Status::Executed);
        assert_fails(self.execute(proposal), "needs Ready");

        let add = Action::AddMember {
            address: self.world.requester.address().into(),
        };
        let (_, added) = self.decide(0, vec![add], 0)?;
        self.world.table.note("dao execute (one member)", &added);
        let left = self.send(&self.world.requester, &ExecuteMsg::Leave {})?;
        self.world.table.note("dao leave", &left);
        Ok(())
    }

    /// A spend that is not covered: undone, recorded, and the rest of the DAO goes on.
    fn what_fails(&mut self) -> Result<(), Error> {
        let held = self.world.chain.balance(&self.addr)?;
        let actions = vec![self.gift(1), self.gift(held)];
        let (proposal, failed) = self.decide(2, actions, 0)?;
        self.world
            .table
            .note("dao execute (fails, two spends)", &failed);
        let after = self.proposal(proposal)?;
        assert_eq!(after.proposal.status, Status::Ready);
        assert_eq!(after.proposal.tries, 1);
        assert!(after.failure.is_some());
        assert_eq!(self.world.chain.balance(&self.addr)?, held, "all undone");
        Ok(())
    }

    /// With less gas than stated the transaction fails and nothing is recorded; with less
    /// than the actions need, stated so by the proposal, the try fails.
    fn too_little_gas(&mut self) -> Result<(), Error> {
        let (proposal, _) = self.propose(0, 200, vec![self.gift(1)], ENOUGH, 0)?;
        self.make_ready(proposal)?;
        let execute = ExecuteMsg::Execute { proposal };
        for gas in [120_000, 135_000, 145_000, 155_000, 165_000] {
            let tried =
                self.world
                    .chain
                    .execute_within(gas, &self.world.anyone, &self.addr, &execute);
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
        let update = call(&self.world.registry, &update)?;
        let (proposal, _) = self.propose(0, 200, vec![update], 100_000, 0)?;
        self.make_ready(proposal)?;
        self.execute(proposal)?;
        let after = self.proposal(proposal)?;
        assert_eq!(
            (after.proposal.status, after.proposal.tries),
            (Status::Ready, 1)
        );
        Ok(())
    }

    /// The owner offers the registry, the members accept it, and from then on they alone
    /// change it.
    fn the_registry_becomes_theirs(&mut self) -> Result<(), Error> {
        let offer = Registry::UpdateOwnership(Ownership::TransferOwnership {
            new_owner: self.addr.clone(),
            expiry: None,
        });
        let offered = self.world.at_registry(&self.world.owner, &offer)?;
        self.world
            .table
            .note("registry update_ownership (offer)", &offered);
        let accept = Registry::UpdateOwnership(Ownership::AcceptOwnership);
        let accept = call(&self.world.registry, &accept)?;
        let (proposal, accepted) = self.decide(2, vec![accept], DEPOSIT)?;
        self.world
            .table
            .note("dao execute (accepts a contract)", &accepted);
        assert_eq!(self.proposal(proposal)?.proposal.status, Status::Executed);
        let update = Registry::UpdateParams {
            params: registry_params(),
        };
        assert_fails(self.world.at_registry(&self.world.owner, &update), "owner");
        let update = call(&self.world.registry, &update)?;
        let (proposal, updated) = self.decide(2, vec![update], 0)?;
        self.world
            .table
            .note("dao execute (parameters of the registry)", &updated);
        assert_eq!(self.proposal(proposal)?.proposal.status, Status::Executed);

        let mut policy = self.proposal(proposal)?.policy;
        policy.min_voters = 1;
        let rule = Action::SetPolicy {
            class: Class::Text,
            policy,
        };
        let (proposal, ruled) = self.decide(2, vec![rule], DEPOSIT)?;
        self.world.table.note("dao execute (a policy)", &ruled);
        let refunded = self.send(&self.world.anyone, &ExecuteMsg::Refund { proposal })?;
        self.world.table.note("dao refund", &refunded);
        self.assert_solvent()
    }

    /// Another DAO, where the reward token is staked.
    fn stakes(&mut self, codes: &Codes) -> Result<(), Error> {
        let electorate = Electorate::Staked {
            token: self.world.token.clone(),
            unstaking_secs: 130,
        };
        self.addr = born(self.world, codes, electorate, "dao instantiate (staked)")?;
        let stake = |dao: &Self, member: usize, amount: u128| {
            let msg = ReceiveMsg::Stake {};
            dao.world
                .send_money(&dao.members[member], &dao.addr, &msg, &msg, amount)
        };
        stake(self, 0, 1_000_000)?;
        let staked = stake(self, 1, 2_000_000)?;
        let more = stake(self, 1, 1_000_000)?;
        let (proposal, proposed) = self.propose(1, 2_048, vec![self.gift(1)], ENOUGH, 0)?;
        let voted = self.vote(1, proposal, Choice::Yes)?;
        let unstake = ExecuteMsg::Unstake {
            amount: Uint128::new(500_000),
        };
        let unstaked = self.send(&self.members[1], &unstake)?;
        let votes = self.proposal(proposal)?.proposal;
        assert_eq!(votes.yes.u128(), 3_000_000, "as it stood at the height");
        for (what, included) in [
            ("dao receive stake (the first)", staked),
            ("dao receive stake (more)", more),
            ("dao propose (2 KB, one spend, staked)", proposed),
            ("dao vote (staked)", voted),
            ("dao unstake", unstaked),
        ] {
            self.world.table.note(what, &included);
        }
        self.assert_solvent()
    }

    fn assert_solvent(&self) -> Result<(), Error> {
        let msg = QueryMsg::Invariant {};
        let money: InvariantResponse = self.world.chain.smart(&self.addr, &msg)?;
        assert!(money.holds, "{money:?}");
        Ok(())
    }
}
