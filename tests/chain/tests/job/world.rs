//! All contracts on a chain with a hundred live nodes, and the verbs of their users.

use std::collections::BTreeMap;

use cosmwasm_std::{Checksum, Uint128};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg};
use serde::Serialize;
use serde_json::json;
use surge_chain_tests::{artifact, gas::Table, Chain, Error, Included, Key};
use surge_interface::{
    escrow, registry, rewards, token, Resources, TimeProfile, UncheckedDenom, Weights,
};

use super::nodes;

/// Nodes in the network.
pub const NODES: usize = 100;
const PROVIDERS: usize = 4;
/// Messages in one transaction while the network is filled.
const BATCH: usize = 25;

/// Wait before a bond leaves: short, like all times here.
pub const UNBONDING_SECS: u64 = 5;
pub const TAKE_BPS: u16 = 500;
/// Length of an epoch.
pub const EPOCH_SECS: u64 = 5;
/// Tokens that each of those who pay or bond starts with.
const POCKET: u128 = 10_000_000_000_000;

pub struct World {
    pub chain: Chain,
    pub token: String,
    pub registry: String,
    pub escrow: String,
    pub rewards: String,
    /// What nodes quote in: 0 native, 1 the reward token.
    pub quoted: u8,
    pub table: Table,
    pub owner: Key,
    pub arbiter: Key,
    pub requester: Key,
    pub anyone: Key,
    pub hostile: Key,
    /// Owner and operator by provider, whose ids count from the first entry on.
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

pub fn native() -> UncheckedDenom {
    UncheckedDenom::Native("ustake".into())
}

pub fn registry_params() -> registry::Params {
    registry::Params {
        weights: Weights::DEFAULT,
        rows_cap: 128,
        refused_cap: 128,
        time_scale_ms: 100,
        heartbeat_secs: 3_600,
        missed_heartbeats: 3,
        unbonding_secs: UNBONDING_SECS,
        payout_delay_secs: 1,
        evictions_per_search: 4,
        no_show_bps: 1_000,
        tip_bps: 1_000,
    }
}

pub fn escrow_params() -> escrow::Params {
    escrow::Params {
        take_bps: TAKE_BPS,
        burn_bps: 5_000,
        treasury_bps: 3_000,
        insurance_bps: 2_000,
        accept_secs: 5,
        review_secs: 6,
        waiting_secs: 300,
        dispute_secs: 300,
        collateral_bps: 10_000,
        cancel_bps: 1_000,
        decline_bps: 100,
        dispute_bond_bps: 1_000,
        max_declines: 3,
        ..escrow::Params::defaults(TimeProfile::Dev)
    }
}

/// A job of ten minutes on four cores with one input.
pub fn job(reserved_secs: u64) -> escrow::JobSpec {
    let file = |name: &str, digit: &str| escrow::Artifact {
        uri: format!("https://files.example.org/surge/{name}"),
        sha256: digit.repeat(64),
    };
    escrow::JobSpec {
        class: 0,
        need: Resources {
            milli_cpu: 4_000,
            memory_mib: 8_192,
            gpus: 0,
            storage_gib: 10,
            bandwidth_mbps: 0,
        },
        reserved_secs,
        program: file("render.wasm", "a"),
        args: vec![],
        inputs: vec![file("scene.bin", "b")],
        data: registry::Data {
            replicas: vec![5],
            size_mib: 200,
        },
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pick: escrow::Pick::Auto,
        when_full: escrow::WhenFull::Refuse,
    }
}

pub fn result() -> escrow::JobResult {
    escrow::JobResult {
        sha256: "c".repeat(64),
        size: 1_048_576,
        uri: "https://files.example.org/surge/result.png".into(),
    }
}

/// Code ids and checksums of what is deployed.
pub struct Codes(pub BTreeMap<&'static str, (u64, Checksum)>);

impl Codes {
    /// Uploads every contract.
    pub fn store(chain: &Chain, deployer: &Key, table: &mut Table) -> Result<Self, Error> {
        let mut codes = BTreeMap::new();
        for name in ["dao", "token", "registry", "escrow", "rewards"] {
            let file = artifact(&format!("surge_{name}"));
            let (code_id, checksum, stored) = chain.store(deployer, &file)?;
            table.note(&format!("store {name}"), &stored);
            codes.insert(name, (code_id, checksum));
        }
        Ok(Self(codes))
    }
}

impl World {
    /// Makes all contracts at the addresses predicted for them. Nodes will quote in the
    /// denomination with this id.
    pub fn deploy(codes: &Codes, chain: Chain, quoted: u8) -> Result<Self, Error> {
        let key = |name: &str| chain.network().key(name);
        let (deployer, owner, arbiter) = (key("deployer")?, key("owner")?, key("arbiter")?);
        let treasury = key("treasury")?;
        let (requester, anyone, hostile) = (key("requester")?, key("anyone")?, key("hostile")?);
        for signer in [&deployer, &owner, &arbiter, &requester, &anyone, &hostile] {
            chain.warm_up(signer)?;
        }
        let mut holders = vec![requester.address().to_owned(), anyone.address().to_owned()];
        for number in 1..=PROVIDERS {
            holders.push(key(&format!("provider{number}"))?.address().into());
        }

        // Another height, another address: the tests may run again on the same chain.
        let salt = chain.height()?.to_be_bytes();
        let predict = |name: &str| chain.predict(&deployer, &codes.0[name].1, &salt);
        let mut world = Self {
            token: predict("token")?,
            registry: predict("registry")?,
            escrow: predict("escrow")?,
            rewards: predict("rewards")?,
            quoted,
            table: Table::default(),
            owner,
            arbiter,
            requester,
            anyone,
            hostile,
            providers: vec![],
            chain,
        };
        let owner = world.owner.address().to_owned();
        let denoms = vec![native(), UncheckedDenom::Cw20(world.token.clone())];
        let token_msg = json!({
            "name": token::NAME,
            "symbol": token::SYMBOL,
            "decimals": token::DECIMALS,
            "initial_balances": holders
                .into_iter()
                .map(|address| json!({ "address": address, "amount": POCKET.to_string() }))
                .collect::<Vec<_>>(),
            "mint": { "minter": world.rewards, "cap": token::CAP.to_string() },
        });
        let registry_msg = registry::InstantiateMsg {
            owner: owner.clone(),
            escrow: world.escrow.clone(),
            profile: TimeProfile::Dev,
            params: registry_params(),
            denoms: denoms.clone(),
            regions: nodes::regions(),
            classes: vec![nodes::cpu()],
        };
        let escrow_msg = escrow::InstantiateMsg {
            owner: owner.clone(),
            registry: world.registry.clone(),
            arbiter: world.arbiter.address().into(),
            treasury: treasury.address().into(),
            profile: TimeProfile::Dev,
            params: escrow_params(),
            denoms,
            reward_token: Some(world.token.clone()),
        };
        let rewards_msg = rewards::InstantiateMsg {
            owner: owner.clone(),
            token: world.token.clone(),
            escrow: world.escrow.clone(),
            registry: world.registry.clone(),
            profile: TimeProfile::Dev,
            start_secs: world.chain.now_secs()? + 30,
            epoch_secs: EPOCH_SECS,
            params: rewards::Params::defaults(),
        };
        for (name, what, msg, predicted) in [
            ("token", "token instantiate", token_msg, &world.token),
            (
                "registry",
                "registry instantiate (12 regions)",
                serde_json::to_value(&registry_msg)?,
                &world.registry,
            ),
            (
                "escrow",
                "escrow instantiate",
                serde_json::to_value(&escrow_msg)?,
                &world.escrow,
            ),
            (
                "rewards",
                "rewards instantiate",
                serde_json::to_value(&rewards_msg)?,
                &world.rewards,
            ),
        ] {
            let (made, included) = world.chain.instantiate(
                &deployer,
                codes.0[name].0,
                &format!("surge {name}"),
                &owner,
                &salt,
                &msg,
            )?;
            assert_eq!(&made, predicted, "{name} is not where it was predicted");
            world.table.note(what, &included);
        }
        Ok(world)
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
    /// measured, as a transaction of its own.
    pub fn fill(&mut self) -> Result<(), Error> {
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
                self.table.note("registry register_provider", &joined);
                self.table.note("registry bond (first)", &bonded);
                self.table.note("registry bond (more)", &more);
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
        self.table.note("registry add_node (the 100th)", last);
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
                self.table
                    .note("registry heartbeat (first: into the index)", &one);
            }
        }
        let nodes = self.nodes()?;
        let live = nodes
            .iter()
            .filter(|node| node.live && node.indexed)
            .count();
        assert_eq!(live, NODES, "live nodes in the index");
        Ok(())
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

    /// Both contracts hold what they owe, to the last coin.
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
        Ok(())
    }
}

/// The node is alive and this much is free on it.
pub fn heartbeat(node: u32, seq: u32, free: Resources) -> registry::ExecuteMsg {
    registry::ExecuteMsg::Heartbeat { node, seq, free }
}
