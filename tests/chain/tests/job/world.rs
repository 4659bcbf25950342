//! All contracts on a chain with a hundred live nodes, and the verbs of their users.

use cosmwasm_std::Uint128;
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg};
use serde::Serialize;
use surge_chain_tests::{gas::Table, Chain, Error, Included, Key};
use surge_interface::{dao, escrow, registry, rewards, UncheckedDenom};

use super::deploy::Built;
use super::nodes;
use super::terms::{heartbeat, native, result};

/// Nodes in the network.
pub const NODES: usize = 100;
pub const PROVIDERS: usize = 4;
/// Messages in one transaction while the network is filled.
const BATCH: usize = 25;

pub struct World {
    pub chain: Chain,
    pub table: Table,
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

pub struct Provider {
    pub id: u32,
    pub owner: Key,
    pub operator: Key,
    /// Where its earnings go: an address that signs nothing, so that its balance is exact.
    pub payout: String,
    /// Its nodes.
    pub nodes: Vec<u32>,
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

    /// Four providers with 25 live nodes each. The last of each kind of message is
    /// answered, as a transaction of its own.
    pub fn fill(&mut self) -> Result<Built, Error> {
        let mut built = vec![];
        let payout = self.chain.network().key("payout1")?.address().to_owned();
        for number in 1..=PROVIDERS {
            let owner = self.chain.network().key(&format!("provider{number}"))?;
            let operator = self.chain.network().key(&format!("operator{number}"))?;
            self.chain.warm_up(&owner)?;
            self.chain.warm_up(&operator)?;
            let joined = self.chain.execute(
                &owner,
                &self.registry,
                &registry::ExecuteMsg::RegisterProvider {
                    operator: operator.address().into(),
                    payout: Some(payout.clone()),
                    profile_uri: "https://provider.example.org/surge.json".into(),
                },
                0,
            )?;
            let id = joined.attribute("wasm-provider_registered", "provider")?;
            let bond = registry::ExecuteMsg::Bond { provider: id };
            let passed_on = registry::ReceiveMsg::Bond { provider: id };
            let add_bond = |nodes: usize| {
                let amount = nodes::BOND * nodes as u128;
                self.send_money(&owner, &self.registry, &bond, &passed_on, amount)
            };
            let bonded = add_bond(NODES / PROVIDERS + 1)?;
            if number == PROVIDERS {
                let more = add_bond(1)?;
                built.push(("registry register_provider", joined));
                built.push(("registry bond (first)", bonded));
                built.push(("registry bond (more)", more));
            }
            self.providers.push(Provider {
                id,
                owner,
                operator,
                payout: payout.clone(),
                nodes: vec![],
            });
        }

        let specs = nodes::specs(NODES, self.quoted);
        let mut added = vec![];
        for (provider, specs) in self.providers.iter().zip(specs.chunks(NODES / PROVIDERS)) {
            let msgs: Vec<_> = specs.iter().map(nodes::add).collect();
            let (last, others) = msgs.split_last().expect("a provider has nodes");
            let many = self
                .chain
                .execute_all(&provider.owner, &self.registry, others)?;
            let one = self
                .chain
                .execute(&provider.owner, &self.registry, last, 0)?;
            let ids = many.events.iter().chain(&one.events);
            let ids = ids.filter(|(kind, _)| kind == "wasm-node_added");
            let ids: Vec<u32> = ids
                .filter_map(|(_, event)| event.get("node")?.parse().ok())
                .collect();
            assert_eq!(ids.len(), specs.len(), "every node has an id");
            added.push((ids, one));
        }
        let (_, last) = added.last().expect("there are providers");
        built.push(("registry add_node (the 100th)", last.clone()));
        for (provider, (ids, _)) in self.providers.iter_mut().zip(added) {
            provider.nodes = ids;
        }

        for (provider, specs) in self.providers.iter().zip(specs.chunks(NODES / PROVIDERS)) {
            let beats = provider.nodes.iter().zip(specs);
            let msgs: Vec<_> = beats
                .map(|(&node, spec)| heartbeat(node, 1, spec.capacity))
                .collect();
            let (last, others) = msgs.split_last().expect("a provider has nodes");
            for batch in others.chunks(BATCH) {
                self.chain
                    .execute_all(&provider.operator, &self.registry, batch)?;
            }
            let one = self
                .chain
                .execute(&provider.operator, &self.registry, last, 0)?;
            if provider.id == self.providers[PROVIDERS - 1].id {
                built.push(("registry heartbeat (first: into the index)", one));
            }
        }
        let nodes = self.nodes()?;
        let live = nodes
            .iter()
            .filter(|node| node.live && node.indexed)
            .count();
        assert_eq!(live, NODES, "live nodes in the index");
        Ok(built)
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
