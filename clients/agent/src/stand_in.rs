//! A chain that does what a test wants: CometBFT's JSON-RPC and the contracts' queries, as
//! much of them as a node asks for that is given no new jobs.

mod fixtures;

use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use cosmrs::proto::{
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountResponse},
        bank::v1beta1::QueryBalanceResponse,
        base::{abci::v1beta1::GasInfo, v1beta1::Coin},
        tx::v1beta1::{SimulateRequest, SimulateResponse, TxBody, TxRaw},
    },
    cosmwasm::wasm::v1::{
        MsgExecuteContract, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
    },
    traits::Message,
};
use cosmrs::Any;
use cosmwasm_std::{Binary, HexBinary, Uint128};
use serde_json::{json, Value};
use surge_chain::Network;
use surge_interface::{
    escrow::{self, JobResponse, Status},
    registry::{Class, Market, NodeResponse, Params, ProviderResponse, Region},
    resources::Kind,
    rewards::Reward,
    Denom, Resources, TimeProfile, UnitPrices,
};
use tiny_http::{Response, Server};

use fixtures::provider;
pub use fixtures::{coin, contracts, job, key, node, order};

/// What the chain answers.
pub struct World {
    /// Its newest block.
    pub height: u64,
    /// The oldest block that it has.
    pub earliest: u64,
    /// Transactions of every account.
    pub sequence: u64,
    /// Whether it takes no transaction, because its sequence is used up.
    pub used_up: bool,
    /// Whether what it takes is in a block at once.
    pub lands: bool,
    /// Time of the newest block.
    pub now_secs: u64,
    /// Whether the registry takes new nodes.
    pub intake_open: bool,
    /// What a node has to offer at least.
    pub smallest: Resources,
    /// Provider 1.
    pub provider: ProviderResponse,
    /// Its nodes.
    pub nodes: Vec<NodeResponse>,
    /// Denominations of the registry.
    pub denoms: Vec<Denom>,
    /// Base units of `ustake` that every account holds.
    pub coins: u128,
    /// What the escrow owes provider 1, in the denominations that it knows.
    pub owed: BTreeMap<String, u128>,
    /// What it may claim, in the registry's denomination of this number.
    pub reward: (u128, u8),
    /// Reference prices of a core, by denomination.
    pub references: Vec<u64>,
    /// Messages, such as `withdraw`, that a simulation fails with.
    pub refused: Vec<&'static str>,
    /// Jobs, by number from 1.
    pub jobs: Vec<JobResponse>,
    /// A job that cannot be turned down.
    pub stuck: Option<u64>,
    /// Each so many-th transaction of declines is undone, because `requester` cancelled the
    /// first of its jobs a moment before; 0 is never.
    pub cancels_every: usize,
    /// Jobs that were cancelled so.
    pub cancelled: u32,
    /// Jobs that were turned down, and when.
    pub declined: Vec<(u64, u64)>,
    /// What delivered jobs hold of node 7.
    pub reserved: BTreeMap<u64, Resources>,
    /// Most messages of a transaction that it takes.
    pub takes: usize,
    /// Denominations whose withdrawals a simulation fails with.
    pub unpayable: Vec<&'static str>,
    /// Pages of jobs that were asked for.
    pub pages: Cell<u32>,
    /// How often a job was asked for by itself.
    pub looks: Cell<u32>,
    /// Newest jobs that its pages do not show yet.
    pub lag: usize,
    /// Messages that fail in their block.
    pub fails: Vec<&'static str>,
    /// Gas that simulations of each message use, where it is not 100,000.
    pub gas: BTreeMap<&'static str, u64>,
    /// Events of what is in a block.
    pub events: Value,
    /// Messages that it took, in order.
    pub taken: Vec<Value>,
    /// How many of them each transaction had.
    pub together: Vec<usize>,
    /// Why the last transaction failed in its block.
    undone: Option<String>,
}

/// The chain, as long as the test runs.
pub struct StandIn {
    world: Arc<Mutex<World>>,
    url: String,
}

impl StandIn {
    /// One where node 7 is silent and nothing is due.
    pub fn start() -> Self {
        let server = Server::http("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", server.server_addr());
        let world = Arc::new(Mutex::new(World {
            height: 100,
            earliest: 1,
            sequence: 0,
            used_up: false,
            lands: true,
            now_secs: 1_000_000,
            intake_open: true,
            smallest: Resources::default(),
            provider: provider(),
            nodes: vec![node(7, 0)],
            jobs: vec![],
            stuck: None,
            denoms: vec![coin("ustake"), coin("uother")],
            coins: 1_000_000,
            owed: [("ustake".to_owned(), 0), ("uother".to_owned(), 0)].into(),
            reward: (0, 1),
            references: vec![1, 1],
            refused: vec![],
            cancels_every: 0,
            cancelled: 0,
            declined: vec![],
            reserved: BTreeMap::new(),
            takes: usize::MAX,
            unpayable: vec![],
            pages: Cell::new(0),
            looks: Cell::new(0),
            lag: 0,
            fails: vec![],
            gas: BTreeMap::new(),
            events: json!([]),
            taken: vec![],
            together: vec![],
            undone: None,
        }));
        let shared = world.clone();
        thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let call: Value = serde_json::from_reader(request.as_reader()).expect("JSON");
                let answer = shared.lock().expect("one at a time").answer(&call);
                let answer = match answer {
                    Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
                    Err(data) => json!({ "error": { "code": -32603, "data": data } }),
                };
                let _ = request.respond(Response::from_string(answer.to_string()));
            }
        });
        Self { world, url }
    }

    /// What it answers from now on.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("one at a time")
    }

    /// As a network.
    pub fn network(&self) -> Network {
        let text = format!(
            "chain_id = \"stand-in-1\"\nkind = \"local\"\nprefix = \"wasm\"\nrpc = [\"{}\"]\n[fee]\ndenom = \"ustake\"\ndisplay = \"STAKE\"\nexponent = 6\ngas_price = \"0.01\"\nhighest_fee = \"{}\"\n",
            self.url,
            crate::MOST_GAS / 100
        );
        Network::parse(&text, "stand-in").expect("a network")
    }
}

impl World {
    fn answer(&mut self, call: &Value) -> Result<Value, String> {
        let params = &call["params"];
        match call["method"].as_str().unwrap_or_default() {
            "status" => Ok(json!({
                "node_info": { "network": "stand-in-1" },
                "sync_info": {
                    "latest_block_height": self.height.to_string(),
                    "earliest_block_height": self.earliest.to_string(),
                },
            })),
            "header" => {
                let days = 1 + self.now_secs / 86_400;
                let (hours, mins) = (self.now_secs / 3_600 % 24, self.now_secs / 60 % 60);
                let secs = self.now_secs % 60;
                let time = format!("1970-01-{days:02}T{hours:02}:{mins:02}:{secs:02}Z");
                Ok(json!({ "header": { "time": time } }))
            }
            "abci_query" => {
                let data = params["data"].as_str().unwrap_or_default();
                let data = HexBinary::from_hex(data).expect("hexadecimal");
                let path = params["path"].as_str().unwrap_or_default();
                Ok(json!({ "response": match self.query(path, &data) {
                    Ok(value) => json!({ "code": 0, "value": Binary::new(value).to_base64() }),
                    Err(log) => json!({ "code": 5, "log": log }),
                }}))
            }
            "broadcast_tx_sync" if self.used_up => Ok(json!({
                "code": 32,
                "log": "account sequence mismatch, expected 1, got 0: incorrect account sequence",
            })),
            "broadcast_tx_sync" => {
                let tx = params["tx"].as_str().unwrap_or_default();
                let tx = Binary::from_base64(tx).expect("base64");
                let messages = messages(&tx);
                if messages.len() > self.takes {
                    return Ok(json!({ "code": 5, "log": "insufficient funds" }));
                }
                self.together.push(messages.len());
                self.undone = self.cancel(&messages).or_else(|| self.failure(&messages));
                if self.lands {
                    self.sequence += 1;
                    self.height += 1;
                }
                for message in messages {
                    if self.lands && self.undone.is_none() {
                        self.land(&message);
                    }
                    self.taken.push(message);
                }
                Ok(json!({ "code": 0, "log": "" }))
            }
            "tx" if self.lands && !self.taken.is_empty() => Ok(json!({
                "hash": "", "height": self.height.to_string(),
                "tx_result": {
                    "code": u8::from(self.undone.is_some()),
                    "log": self.undone, "gas_used": "1", "gas_wanted": "1", "data": "",
                    "events": self.events,
                },
            })),
            "tx" => Err("tx (4F0A) not found".to_owned()),
            other => Err(format!("no {other} here")),
        }
    }

    fn query(&self, path: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        match path {
            "/cosmos.auth.v1beta1.Query/Account" => {
                let account = BaseAccount {
                    sequence: self.sequence,
                    ..BaseAccount::default()
                };
                let account = Any {
                    type_url: String::new(),
                    value: account.encode_to_vec(),
                };
                let account = Some(account);
                Ok(QueryAccountResponse { account }.encode_to_vec())
            }
            "/cosmos.bank.v1beta1.Query/Balance" => {
                let balance = Some(Coin {
                    denom: "ustake".to_owned(),
                    amount: self.coins.to_string(),
                });
                Ok(QueryBalanceResponse { balance }.encode_to_vec())
            }
            "/cosmos.tx.v1beta1.Service/Simulate" => {
                let request = SimulateRequest::decode(data).expect("a request");
                let mut gas_used = 0;
                for message in messages(&request.tx_bytes) {
                    let word = word(&message);
                    let stuck = declined(&message).is_some_and(|job| Some(job) == self.stuck);
                    let denom = message["withdraw"]["denom"]["native"].as_str();
                    let unpayable = denom.is_some_and(|denom| self.unpayable.contains(&denom));
                    let seq = message["heartbeat"]["seq"].as_u64();
                    let stale = seq.is_some_and(|seq| seq <= self.nodes[0].seq.into());
                    if stuck || unpayable || stale || self.refused.contains(&word.as_str()) {
                        return Err(format!("{word}: no"));
                    }
                    gas_used += self.gas.get(word.as_str()).copied().unwrap_or(100_000);
                }
                let gas_info = Some(GasInfo {
                    gas_used,
                    gas_wanted: 0,
                });
                let answer = SimulateResponse {
                    gas_info,
                    result: None,
                };
                Ok(answer.encode_to_vec())
            }
            "/cosmwasm.wasm.v1.Query/SmartContractState" => {
                let request = QuerySmartContractStateRequest::decode(data).expect("a request");
                let asked: Value = serde_json::from_slice(&request.query_data).expect("JSON");
                let answer = self.smart(&request.address, &asked)?;
                let data = serde_json::to_vec(&answer).expect("JSON");
                Ok(QuerySmartContractStateResponse { data }.encode_to_vec())
            }
            other => Err(format!("no {other} here")),
        }
    }

    fn smart(&self, contract: &str, asked: &Value) -> Result<Value, String> {
        match (contract, word(asked).as_str()) {
            ("registry", "config") => Ok(json!({
                "escrow": "escrow", "profile": TimeProfile::Main, "intake_open": self.intake_open,
                "seq": 0,
            })),
            ("registry", "params") => Ok(json!(Params::defaults(TimeProfile::Main))),
            ("registry", "provider_of" | "provider") => Ok(json!(self.provider)),
            ("registry", "nodes") => Ok(json!({ "nodes": self.nodes })),
            ("registry", "node") => Ok(json!(self.nodes[0])),
            ("registry", "reservation") => {
                let job = asked["reservation"]["job"].as_u64().unwrap_or_default();
                let need = self.reserved.get(&job).copied().unwrap_or_default();
                Ok(json!({ "node": 7, "need": need, "collateral": "0", "price": "10" }))
            }
            ("registry", "denoms") => Ok(json!({ "denoms": self.denoms })),
            ("registry", "classes") => Ok(json!({ "classes": [self.class()] })),
            ("registry", "regions") => {
                let europe = Region {
                    name: "europe".to_owned(),
                    jurisdiction: "DE".to_owned(),
                    clean_ppm: 0,
                    rtt_ms: vec![1],
                };
                Ok(json!({ "regions": [europe] }))
            }
            ("escrow", "params") => Ok(json!(escrow::Params::defaults(TimeProfile::Main))),
            ("escrow", "config") => Ok(json!({
                "registry": "registry", "arbiter": "arbiter", "treasury": "treasury",
                "profile": TimeProfile::Main, "reward_token": null, "intake_open": true,
                "params_version": 1, "jobs": self.jobs.len(), "seq": 0,
            })),
            ("escrow", "jobs") => {
                self.pages.set(self.pages.get() + 1);
                let after = asked["jobs"]["start_after"].as_u64().unwrap_or_default();
                let limit = asked["jobs"]["limit"].as_u64().unwrap_or(u64::MAX);
                let shown = self.jobs.len().saturating_sub(self.lag);
                let jobs = self.jobs.iter().take(shown).map(|job| &job.summary);
                let jobs =
                    jobs.filter(|job| after < job.id && job.id <= after.saturating_add(limit));
                Ok(json!({ "jobs": jobs.collect::<Vec<_>>() }))
            }
            ("escrow", "job") => {
                self.looks.set(self.looks.get() + 1);
                let wanted = asked["job"]["job"].as_u64();
                let job = self.jobs.iter().find(|job| Some(job.summary.id) == wanted);
                Ok(json!(job.ok_or("no such job")?))
            }
            ("escrow", "credit") => {
                let denom = asked["credit"]["denom"]["native"].as_str();
                let owed = self.owed.get(denom.unwrap_or_default());
                let owed = owed.ok_or("unknown denomination")?;
                Ok(json!(Uint128::new(*owed)))
            }
            ("rewards", "claimable") => Ok(json!(Reward {
                instant: Uint128::new(self.reward.0),
                ..Reward::default()
            })),
            ("rewards", "config") => Ok(json!({
                "token": "token", "escrow": "escrow", "registry": "registry",
                "bond_denom": self.reward.1, "start_secs": 0, "epoch_secs": 1,
                "cap": "0", "genesis": "0", "seq": 0,
            })),
            (contract, other) => Err(format!("{contract} knows no {other} here")),
        }
    }

    fn class(&self) -> Class {
        let references = self.references.iter().zip(0..);
        let market = |(core, denom): (&u64, u8)| Market {
            denom,
            reference: UnitPrices {
                milli_cpu: (*core).into(),
                ..UnitPrices::default()
            },
            smallest_bond: Uint128::zero(),
            evict_tip: Uint128::zero(),
        };
        Class {
            name: "cpu".to_owned(),
            leading: Kind::MilliCpu,
            smallest: self.smallest,
            markets: references.map(market).collect(),
        }
    }

    /// Why one of these fails in its block.
    fn failure(&self, messages: &[Value]) -> Option<String> {
        let words = messages.iter().map(word).enumerate();
        let mut failing = words.filter(|(_, word)| self.fails.contains(&word.as_str()));
        let (index, word) = failing.next()?;
        Some(format!(
            "failed to execute message; message index: {index}: {word}: no"
        ))
    }

    /// Why declines are undone, when this is one of those transactions.
    fn cancel(&mut self, messages: &[Value]) -> Option<String> {
        let nth = self.together.len();
        if !nth.is_multiple_of(self.cancels_every) {
            return None;
        }
        let is_theirs = |job: &u64| {
            let mut jobs = self.jobs.iter().map(|job| &job.summary);
            jobs.any(|found| found.id == *job && found.requester.as_str() == "requester")
        };
        let mut declines = messages.iter().map(declined).enumerate();
        let (index, job) =
            declines.find_map(|(index, job)| Some((index, job.filter(is_theirs)?)))?;
        let found = self.jobs.iter_mut().find(|found| found.summary.id == job);
        found?.summary.status = Status::Cancelled;
        self.nodes[0].running -= 1;
        self.cancelled += 1;
        Some(format!(
            "failed to execute message; message index: {index}: job {job} is cancelled"
        ))
    }

    fn land(&mut self, message: &Value) {
        match word(message).as_str() {
            "heartbeat" => {
                self.nodes[0].seq += 1;
                self.nodes[0].last_seen_secs = self.now_secs;
                let free = &message["heartbeat"]["free"];
                let free: Resources = serde_json::from_value(free.clone()).expect("resources");
                let node = &mut self.nodes[0];
                let room = node.spec.capacity.saturating_sub(&node.reserved);
                node.withheld = room.saturating_sub(&free);
            }
            "withdraw" => {
                let denom = message["withdraw"]["denom"]["native"].as_str();
                self.owed.insert(denom.unwrap_or_default().to_owned(), 0);
            }
            "claim" => self.reward.0 = 0,
            "vacate" => {
                let job = message["vacate"]["job"].as_u64().unwrap_or_default();
                let held = self.reserved.remove(&job).expect("it holds something");
                let node = &mut self.nodes[0];
                node.reserved = node.reserved.saturating_sub(&held);
            }
            "decline" => {
                let declined = declined(message);
                let job = self
                    .jobs
                    .iter_mut()
                    .find(|job| Some(job.summary.id) == declined);
                let job = &mut job.expect("a job").summary;
                (job.node, job.status) = (None, Status::Open);
                self.declined.push((job.id, self.now_secs));
                self.nodes[0].running -= 1;
            }
            _ => {}
        }
    }
}

/// The messages of a transaction, to whichever contracts.
fn messages(tx: &[u8]) -> Vec<Value> {
    let tx = TxRaw::decode(tx).expect("a transaction");
    let body = TxBody::decode(&*tx.body_bytes).expect("a body");
    let messages = body.messages.iter().map(|message| {
        let message = MsgExecuteContract::decode(&*message.value).expect("a message");
        serde_json::from_slice(&message.msg).expect("JSON")
    });
    messages.collect()
}

/// The job that a message turns down.
fn declined(message: &Value) -> Option<u64> {
    message["decline"]["job"].as_u64()
}

/// What a message or query is called.
pub fn word(message: &Value) -> String {
    let fields = message.as_object().expect("an object");
    fields.keys().next().cloned().unwrap_or_default()
}
