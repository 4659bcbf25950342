//! The suite on a chain, put there by the `surge` program, for tests that use it.

use std::{fs, path::Path};

use cosmwasm_std::coins;
use serde::Serialize;
use serde_json::{json, Value};
use surge_chain::{execute, Chain, Error, Included, Key, Limit, Signed};
use surge_interface::{
    escrow,
    registry::{self, NodeSpec},
    Resources, TimeProfile, UnitPrices,
};

use crate::{artifact, network, root, Surge};

/// Gas that a transaction of these tests may use.
pub const GAS: u64 = 2_000_000;
/// Bond behind each node.
pub const BOND: u128 = 1_000_000;

/// The contracts of one deployment, and the chain.
pub struct Suite {
    /// The chain.
    pub chain: Chain,
    /// Who deployed, at a terminal; others of the same home know the deployment too.
    pub surge: Surge,
    /// The DAO.
    pub dao: String,
    /// The token.
    pub token: String,
    /// The registry.
    pub registry: String,
    /// The escrow.
    pub escrow: String,
    /// The rewards.
    pub rewards: String,
}

impl Suite {
    /// Deploys the suite under this name, with the height behind it so that a chain may be used
    /// twice, with the settings of local networks, heartbeats once an hour, and what `change`
    /// makes of them.
    pub fn deploy(folder: &Path, name: &str, change: impl FnOnce(&mut toml::Table)) -> Self {
        let file = root().join("networks/devnet.settings.toml");
        let text = fs::read_to_string(file).expect("the settings");
        let mut settings: toml::Table = text.parse().expect("TOML");
        let params = registry::Params {
            heartbeat_secs: 3_600,
            ..registry::Params::defaults(TimeProfile::Dev)
        };
        let params = toml::Value::try_from(params).expect("parameters");
        settings.insert("registry".into(), params);
        change(&mut settings);
        let chain = Chain::connect(network().expect("the network's file")).expect("a node");
        let name = format!("{name}-{}", chain.height().expect("a height"));
        let surge = Surge::new(folder.join(&name)).signing("deployer");
        let surge = surge.with("SURGE_DEPLOYMENT", &name);
        let path = surge.home.join("settings.toml");
        fs::write(&path, settings.to_string()).expect("a file");
        let (path, wasm) = (path.display().to_string(), artifact("surge_dao"));
        let artifacts = wasm.parent().expect("a folder").display().to_string();
        let args = ["--settings", &path, "--artifacts", &artifacts];
        let done = surge.ok(&[&["deploy", "apply"], &args[..]].concat());
        let at = |contract: &str| {
            let address = done["contracts"][contract].as_str();
            address.expect("an address").to_owned()
        };
        Self {
            dao: at("dao"),
            token: at("token"),
            registry: at("registry"),
            escrow: at("escrow"),
            rewards: at("rewards"),
            chain,
            surge,
        }
    }

    /// A key of the network's file.
    pub fn key(&self, name: &str) -> Key {
        self.chain.network().key(name).expect("a key")
    }

    /// What an address holds of the fees' coin.
    pub fn balance(&self, address: &str) -> u128 {
        let denom = &self.chain.network().fee.denom;
        self.chain.balance(address, denom).expect("an answer")
    }

    /// Sends a message to a contract with coins, and waits.
    pub fn execute(
        &self,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Included, Error> {
        self.execute_within(GAS, signer, contract, msg, funds)
    }

    /// The same with a gas limit of its own.
    pub fn execute_within(
        &self,
        gas: u64,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Included, Error> {
        let funds = coins(funds, &self.chain.network().fee.denom);
        let message = execute(signer.address(), contract, msg, &funds)?;
        self.chain.send(signer, &[message], Limit::Gas(gas))
    }

    /// Signs a message to a contract with coins, to be handed over later.
    pub fn signed(
        &self,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Signed, Error> {
        let funds = coins(funds, &self.chain.network().fee.denom);
        let message = execute(signer.address(), contract, msg, &funds)?;
        let envelope = self.chain.envelope(signer.address(), GAS)?;
        self.chain.sign(signer, &[message], &envelope)
    }

    /// Asks a contract.
    pub fn ask(&self, contract: &str, msg: Value) -> Result<Value, Error> {
        self.chain.smart(contract, &msg)
    }

    /// A provider with live nodes of so many cores each, all they have being free. Answers
    /// the ids of the nodes.
    pub fn provider(&self, owner: &Key, operator: &Key, nodes: u32, cores: u32) -> Vec<u32> {
        let joined = self.execute(
            owner,
            &self.registry,
            &registry::ExecuteMsg::RegisterProvider {
                operator: operator.address().into(),
                payout: None,
                profile_uri: "https://provider.example.org/surge.json".into(),
            },
            0,
        );
        let joined = joined.expect("a provider");
        let provider = joined
            .attribute("wasm-provider_registered", "provider")
            .expect("an id");
        let bond = registry::ExecuteMsg::Bond { provider };
        let amount = BOND * u128::from(nodes + 1);
        self.execute(owner, &self.registry, &bond, amount)
            .expect("a bond");
        (0..nodes)
            .map(|_| {
                let add = registry::ExecuteMsg::AddNode {
                    spec: node(cores),
                    bond: BOND.into(),
                };
                let added = self.execute(owner, &self.registry, &add, 0);
                let added = added.expect("a node");
                let node = added.attribute("wasm-node_added", "node").expect("an id");
                let beat = registry::ExecuteMsg::Heartbeat {
                    node,
                    seq: 1,
                    free: capacity(cores),
                };
                self.execute(operator, &self.registry, &beat, 0)
                    .expect("a heartbeat");
                node
            })
            .collect()
    }

    /// A job by id.
    pub fn job(&self, job: u64) -> escrow::JobResponse {
        let msg = escrow::QueryMsg::Job { job };
        self.chain.smart(&self.escrow, &msg).expect("a job")
    }

    /// What the contracts say about themselves and what they hold: whatever changes them
    /// changes this.
    pub fn snapshot(&self) -> Vec<Value> {
        let ask = |contract: &str, query: &str| {
            let answer = self.ask(contract, json!({ query: {} }));
            answer.unwrap_or_else(|error| panic!("{query}: {error}"))
        };
        let mut all = vec![];
        for contract in [&self.registry, &self.escrow, &self.dao] {
            all.extend([ask(contract, "config"), ask(contract, "invariant")]);
            all.push(json!(self.balance(contract).to_string()));
        }
        all.push(ask(&self.rewards, "config"));
        all.push(ask(&self.token, "token_info"));
        all.push(ask(&self.registry, "nodes"));
        all.push(ask(&self.escrow, "jobs"));
        all
    }
}

/// What a node of so many cores has.
pub fn capacity(cores: u32) -> Resources {
    Resources {
        milli_cpu: cores * 1_000,
        memory_mib: cores * 4_096,
        storage_gib: cores * 10,
        ..Default::default()
    }
}

/// A node of so many cores.
pub fn node(cores: u32) -> NodeSpec {
    NodeSpec {
        class: 0,
        denom: 0,
        region: 0,
        bandwidth_tier: 1,
        capacity: capacity(cores),
        prices: UnitPrices {
            milli_cpu: 20_000_000u64.into(),
            memory_mib: 2_000_000u64.into(),
            storage_gib: 100_000_000u64.into(),
            ..Default::default()
        },
        watts: 100,
        clean_ppm: 0,
    }
}

/// A job of ten minutes that needs so many cores.
pub fn job(cores: u32, when_full: escrow::WhenFull) -> escrow::JobSpec {
    escrow::JobSpec {
        class: 0,
        need: capacity(cores),
        reserved_secs: 600,
        program: escrow::Artifact {
            uri: "https://files.example.org/render.wasm".into(),
            sha256: "a".repeat(64),
        },
        args: vec![],
        inputs: vec![],
        data: registry::Data::default(),
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pick: escrow::Pick::Auto,
        when_full,
    }
}

/// What a node delivers.
pub fn result() -> escrow::JobResult {
    escrow::JobResult {
        sha256: "c".repeat(64),
        size: 1_024,
        uri: "https://files.example.org/result.png".into(),
    }
}
