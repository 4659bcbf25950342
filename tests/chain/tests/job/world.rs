//! All contracts on a chain with a hundred live nodes, and the verbs of their users.

use cosmwasm_std::Uint128;
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg};
use serde::Serialize;
use surge_chain_tests::{gas::Measurement, Chain, Error, Included, Key};
use surge_interface::{dao, escrow, registry, rewards, UncheckedDenom};

use super::deploy::Built;
use super::providers::Provider;
use super::terms::{job, native, result, DEPOSIT, TEN_MINUTES};

pub struct World {
    pub chain: Chain,
    pub table: Measurement,
    pub dao: String,
    pub token: String,
    pub registry: String,
    pub escrow: String,
    pub rewards: String,
    /// What nodes quote in: 0 native, 1 the reward token.
    pub quoted: u8,
    pub deployer: Key,
    pub faucet: Key,
    pub members: [Key; 3],
    pub arbiter: Key,
    pub requester: Key,
    pub anyone: Key,
    pub hostile: Key,
    /// In the order of their ids.
    pub providers: Vec<Provider>,
}

impl World {
    /// Everybody but the providers.
    pub fn signers(&self) -> impl Iterator<Item = &Key> {
        let others = [
            &self.deployer,
            &self.faucet,
            &self.arbiter,
            &self.requester,
            &self.anyone,
            &self.hostile,
        ];
        self.members.iter().chain(others)
    }

    /// Every contract of the network.
    pub fn contracts(&self) -> [&String; 5] {
        [
            &self.dao,
            &self.token,
            &self.registry,
            &self.escrow,
            &self.rewards,
        ]
    }

    /// Notes what it took to build something.
    pub fn note(&mut self, built: Built) {
        for (what, included) in built {
            self.table.note(what, &included);
        }
    }

    /// Sends money of the quoted denomination with a message to one of the contracts: coins
    /// with the message itself, tokens with what the token passes on.
    pub fn send_money(
        &self,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        passed_on: &impl Serialize,
        amount: u128,
    ) -> Result<Included, Error> {
        if self.quoted == 0 {
            return self.chain.execute(signer, contract, msg, amount);
        }
        let send = Cw20ExecuteMsg::Send {
            contract: contract.into(),
            amount: amount.into(),
            msg: serde_json::to_vec(passed_on)?.into(),
        };
        self.chain.execute(signer, &self.token, &send, 0)
    }

    /// What an address holds of the quoted denomination.
    pub fn balance(&self, address: &str) -> Result<u128, Error> {
        if self.quoted == 0 {
            return self.chain.balance(address);
        }
        let msg = Cw20QueryMsg::Balance {
            address: address.into(),
        };
        let answer: BalanceResponse = self.chain.smart(&self.token, &msg)?;
        Ok(answer.balance.u128())
    }

    /// The quoted denomination.
    pub fn denom(&self) -> UncheckedDenom {
        match self.quoted {
            0 => native(),
            _ => UncheckedDenom::Cw20(self.token.clone()),
        }
    }

    /// All nodes, page by page.
    pub fn nodes(&self) -> Result<Vec<registry::NodeResponse>, Error> {
        let mut nodes: Vec<registry::NodeResponse> = vec![];
        loop {
            let page: registry::NodesResponse = self.chain.smart(
                &self.registry,
                &registry::QueryMsg::Nodes {
                    provider: None,
                    start_after: nodes.last().map(|node| node.id),
                    limit: None,
                },
            )?;
            if page.nodes.is_empty() {
                return Ok(nodes);
            }
            nodes.extend(page.nodes);
        }
    }

    pub fn node(&self, node: u32) -> Result<registry::NodeResponse, Error> {
        self.chain
            .smart(&self.registry, &registry::QueryMsg::Node { node })
    }

    /// Which provider a node belongs to.
    pub fn provider_of(&self, node: u32) -> &Provider {
        let owns = |provider: &&Provider| provider.nodes.contains(&node);
        self.providers
            .iter()
            .find(owns)
            .expect("the node has a provider")
    }

    pub fn at_registry(&self, signer: &Key, msg: &registry::ExecuteMsg) -> Result<Included, Error> {
        self.chain.execute(signer, &self.registry, msg, 0)
    }

    pub fn at_escrow(&self, signer: &Key, msg: &escrow::ExecuteMsg) -> Result<Included, Error> {
        self.chain.execute(signer, &self.escrow, msg, 0)
    }

    /// The requester submits a job. Answers its id with the transaction.
    pub fn submit(&self, spec: escrow::JobSpec, deposit: u128) -> Result<(u64, Included), Error> {
        let passed_on = escrow::ReceiveMsg::SubmitJob {
            spec: Box::new(spec.clone()),
        };
        let msg = escrow::ExecuteMsg::SubmitJob { spec };
        let included = self.send_money(&self.requester, &self.escrow, &msg, &passed_on, deposit)?;
        Ok((included.attribute("wasm-job_submitted", "job")?, included))
    }

    /// The node's operator delivers.
    pub fn deliver(&self, job: u64) -> Result<Included, Error> {
        let node = self.job(job)?.summary.node.expect("the job has a node");
        let msg = escrow::ExecuteMsg::SubmitResult {
            job,
            result: result(),
        };
        self.at_escrow(&self.provider_of(node).operator, &msg)
    }

    /// A job of the usual kind that is delivered.
    pub fn delivered(&self) -> Result<u64, Error> {
        let (id, _) = self.submit(job(TEN_MINUTES), DEPOSIT)?;
        self.deliver(id)?;
        Ok(id)
    }

    /// The requester accepts.
    pub fn accept(&self, job: u64, pay: bool) -> Result<Included, Error> {
        self.at_escrow(&self.requester, &escrow::ExecuteMsg::Accept { job, pay })
    }

    /// The requester disputes, with the bond that is asked for.
    pub fn dispute(&self, job: u64) -> Result<Included, Error> {
        let bond = self.job(job)?.summary.price.u128().div_ceil(10);
        let reason_uri = String::from("https://files.example.org/why.txt");
        let passed_on = escrow::ReceiveMsg::Dispute {
            job,
            reason_uri: reason_uri.clone(),
        };
        let msg = escrow::ExecuteMsg::Dispute { job, reason_uri };
        self.send_money(&self.requester, &self.escrow, &msg, &passed_on, bond)
    }

    pub fn job(&self, job: u64) -> Result<escrow::JobResponse, Error> {
        self.chain
            .smart(&self.escrow, &escrow::QueryMsg::Job { job })
    }

    pub fn credit(&self, beneficiary: escrow::Beneficiary) -> Result<u128, Error> {
        let msg = escrow::QueryMsg::Credit {
            beneficiary,
            denom: self.denom(),
        };
        Ok(self.chain.smart::<Uint128>(&self.escrow, &msg)?.u128())
    }

    /// What the escrow owes in the quoted denomination.
    pub fn owed(&self) -> Result<escrow::EscrowMoney, Error> {
        let money: escrow::InvariantResponse = self
            .chain
            .smart(&self.escrow, &escrow::QueryMsg::Invariant {})?;
        assert!(money.holds, "the escrow owes more than it has: {money:?}");
        let row = money.rows.into_iter().nth(self.quoted.into());
        Ok(row.expect("the quoted denomination"))
    }

    /// Every contract holds what it owes, to the last coin.
    pub fn assert_solvent(&self) -> Result<(), Error> {
        let row = self.owed()?;
        let owed = row.jobs + row.credits + row.burn + row.treasury + row.insurance;
        assert_eq!(row.balance, owed, "the escrow: {row:?}");
        assert_eq!(row.balance.u128(), self.balance(&self.escrow)?);

        let money: registry::InvariantResponse = self
            .chain
            .smart(&self.registry, &registry::QueryMsg::Invariant {})?;
        assert!(money.holds, "the registry owes more than it has: {money:?}");
        let row = money.rows.into_iter().nth(self.quoted.into());
        let row = row.expect("the quoted denomination");
        assert_eq!(
            row.balance,
            row.bonds + row.tips + row.kitty,
            "the registry: {row:?}"
        );
        assert_eq!(row.balance.u128(), self.balance(&self.registry)?);
        let books: rewards::InvariantResponse = self
            .chain
            .smart(&self.rewards, &rewards::QueryMsg::Invariant {})?;
        assert!(
            books.holds,
            "the rewards are not what they may be: {books:?}"
        );
        let money: dao::InvariantResponse =
            self.chain.smart(&self.dao, &dao::QueryMsg::Invariant {})?;
        assert!(money.holds, "the DAO owes more than it has: {money:?}");
        Ok(())
    }
}

/// The transaction failed and its log tells why.
pub fn assert_fails(attempt: Result<Included, Error>, why: &str) {
    match attempt {
        Ok(included) => panic!("{} should have failed: {why}", included.hash),
        Err(error) => assert!(error.raw_log().contains(why), "not about {why}: {error}"),
    }
}

/// The contract refused the only message of a transaction, for exactly this reason.
pub fn assert_refused(attempt: Result<Included, Error>, why: &str) {
    assert_chain_refused(attempt, &format!("{why}: execute wasm contract failed"));
}

/// The chain refused the only message of a transaction, for exactly this reason.
pub fn assert_chain_refused(attempt: Result<Included, Error>, why: &str) {
    let log = format!("failed to execute message; message index: 0: {why}");
    match attempt {
        Ok(included) => panic!("{} should have failed: {why}", included.hash),
        Err(error) => assert_eq!(error.raw_log(), log, "{error}"),
    }
}
