//! A requester with thirty jobs on one node, none of which can be done.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use cosmrs::{
    proto::{
        cosmos::{
            auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
            bank::v1beta1::QueryBalanceResponse,
            base::abci::v1beta1::GasInfo,
            tx::v1beta1::{SimulateRequest, SimulateResponse, TxBody, TxRaw},
        },
        cosmwasm::wasm::v1::MsgExecuteContract,
        traits::{Message, Name},
    },
    Any,
};
use cosmwasm_std::{to_json_vec, Addr, Binary, Checksum, Uint128};
use serde_json::{json, Value};
use surge_interface::{
    escrow::{
        self, Artifact, JobResponse, JobSpec, JobSummary, JobsResponse, Pick, Status, WhenFull,
    },
    registry::{
        self, Data, NodeResponse, NodeSpec, NodesResponse, ProviderRecord, ProviderResponse,
        ProviderStatus,
    },
    Denom, Resources, TimeProfile,
};
use surge_store::{Place, Stores};

use crate::{
    agent::{Agent, Parts},
    fake,
    settings::Settings,
    suite::Contracts,
};

const NODE: u32 = 7;
const REGISTRY: u8 = 1;
const ESCROW: u8 = 2;
const JOBS: u64 = 30;
/// When all jobs were assigned, and the last second in which they may be turned down.
const ASSIGNED_SECS: u64 = 1_000;
const WINDOW_SECS: u64 = ASSIGNED_SECS + 600;

/// What the chain knows.
struct Town {
    height: u64,
    now_secs: u64,
    sequence: u64,
    operator: String,
    jobs: Vec<JobResponse>,
    /// A job that nobody can turn down.
    stuck: Option<u64>,
    /// Transactions by the base64 of their hash: height.
    included: HashMap<String, u64>,
    /// How many jobs each transaction turned down.
    together: Vec<usize>,
}

impl Town {
    fn new(operator: &str, program: &Artifact, stuck: Option<u64>) -> Self {
        let job = |id| JobResponse {
            summary: JobSummary {
                id,
                requester: Addr::unchecked("requester"),
                denom: Denom::Native("ustake".to_owned()),
                status: Status::Assigned,
                deadline_secs: 5_000,
                held: Uint128::new(10),
                price: Uint128::new(10),
                node: Some(NODE),
                provider: Some(1),
                assigned_secs: ASSIGNED_SECS,
                params_version: 1,
                declined: vec![],
            },
            spec: JobSpec {
                class: 0,
                need: Resources {
                    milli_cpu: 10,
                    memory_mib: 1,
                    storage_gib: 1,
                    ..Resources::default()
                },
                reserved_secs: 60,
                program: program.clone(),
                args: vec![],
                inputs: vec![],
                data: Data {
                    replicas: vec![],
                    size_mib: 0,
                },
                weights: None,
                regions: vec![],
                jurisdictions: vec![],
                pick: Pick::Auto,
                when_full: WhenFull::Refuse,
            },
            result: None,
            dispute: None,
        };
        Self {
            height: 100,
            now_secs: ASSIGNED_SECS + 1,
            sequence: 0,
            operator: operator.to_owned(),
            jobs: (1..=JOBS).map(job).collect(),
            stuck,
            included: HashMap::new(),
            together: vec![],
        }
    }

    fn running(&self) -> u32 {
        let ours = self.jobs.iter().filter(|job| job.summary.node.is_some());
        u32::try_from(ours.count()).expect("few")
    }

    fn node(&self) -> NodeResponse {
        let capacity = Resources {
            milli_cpu: 1_000,
            memory_mib: 1_024,
            storage_gib: 1,
            ..Resources::default()
        };
        NodeResponse {
            id: NODE,
            provider: 1,
            spec: NodeSpec {
                class: 0,
                denom: 0,
                region: 0,
                bandwidth_tier: 0,
                capacity,
                prices: Default::default(),
                watts: 0,
                clean_ppm: 0,
            },
            reserved: Resources::default(),
            withheld: Resources::default(),
            bond: Uint128::new(10),
            locked: Uint128::zero(),
            seq: 1,
            last_seen_secs: self.now_secs,
            live: true,
            indexed: true,
            running: self.running(),
            settled: 0,
            strikes: 0,
            missed: Uint128::zero(),
        }
    }

    fn provider(&self) -> ProviderResponse {
        ProviderResponse {
            id: 1,
            record: ProviderRecord {
                owner: Addr::unchecked("owner"),
                operator: Addr::unchecked(self.operator.as_str()),
                payout: Addr::unchecked("owner"),
                pending_payout: None,
                status: ProviderStatus::Active,
                nodes: 1,
            },
            profile_uri: String::new(),
            bonds: vec![],
            unbondings: vec![],
        }
    }

    fn registry(&self, asked: registry::QueryMsg) -> Vec<u8> {
        use registry::QueryMsg::{Node, Nodes, Params, Provider, ProviderOf};
        let answer = match asked {
            Params {} => to_json_vec(&registry::Params::defaults(TimeProfile::Main)),
            ProviderOf { .. } | Provider { .. } => to_json_vec(&self.provider()),
            Nodes { .. } => to_json_vec(&NodesResponse {
                nodes: vec![self.node()],
            }),
            Node { .. } => to_json_vec(&self.node()),
            other => panic!("{other:?} is not asked for"),
        };
        answer.expect("JSON")
    }

    fn escrow(&self, asked: escrow::QueryMsg) -> Vec<u8> {
        use escrow::QueryMsg::{Config, Job, Jobs, Params};
        let nobody = Addr::unchecked("nobody");
        let answer = match asked {
            Params { .. } => to_json_vec(&escrow::Params::defaults(TimeProfile::Main)),
            Config {} => to_json_vec(&escrow::ConfigResponse {
                registry: nobody.clone(),
                arbiter: nobody.clone(),
                treasury: nobody,
                profile: TimeProfile::Main,
                reward_token: None,
                intake_open: true,
                params_version: 1,
                jobs: JOBS,
                seq: 0,
            }),
            Jobs { .. } => to_json_vec(&JobsResponse {
                jobs: self.jobs.iter().map(|job| job.summary.clone()).collect(),
            }),
            Job { job } => to_json_vec(
                self.jobs
                    .iter()
                    .find(|found| found.summary.id == job)
                    .expect("a job"),
            ),
            other => panic!("{other:?} is not asked for"),
        };
        answer.expect("JSON")
    }

    /// The jobs that a transaction turns down, or why the chain refuses it.
    fn declines(&self, tx: &[u8]) -> Result<Vec<u64>, String> {
        let raw = TxRaw::decode(tx).expect("a transaction");
        let body = TxBody::decode(raw.body_bytes.as_slice()).expect("a body");
        let job = |message: &Any| {
            let call = MsgExecuteContract::decode(message.value.as_slice()).expect("a call");
            match serde_json::from_slice(&call.msg).expect("of the escrow") {
                escrow::ExecuteMsg::Decline { job } => job,
                other => panic!("{other:?} is not sent"),
            }
        };
        let jobs: Vec<u64> = body.messages.iter().map(job).collect();
        match jobs.iter().position(|job| Some(*job) == self.stuck) {
            Some(index) => Err(format!("failed to execute message; message index: {index}")),
            None => Ok(jobs),
        }
    }

    fn take(&mut self, tx: &[u8]) -> Value {
        match self.declines(tx) {
            Err(log) => json!({ "code": 5, "log": log }),
            Ok(jobs) => {
                for job in &mut self.jobs {
                    if jobs.contains(&job.summary.id) {
                        (job.summary.node, job.summary.status) = (None, Status::Open);
                    }
                }
                self.together.push(jobs.len());
                self.sequence += 1;
                self.height += 1;
                let hash = Binary::from(Checksum::generate(tx).as_slice()).to_base64();
                self.included.insert(hash, self.height);
                json!({ "code": 0, "log": "" })
            }
        }
    }

    fn query(&self, params: &Value) -> Value {
        let (path, request) = fake::asked(params);
        match path {
            "/cosmwasm.wasm.v1.Query/SmartContractState" => {
                let (contract, msg) = fake::smart(&request);
                fake::told(match contract == fake::address(REGISTRY) {
                    true => self.registry(serde_json::from_slice(&msg).expect("a query")),
                    false => self.escrow(serde_json::from_slice(&msg).expect("a query")),
                })
            }
            "/cosmos.auth.v1beta1.Query/Account" => {
                let asked = QueryAccountRequest::decode(request.as_slice()).expect("an address");
                let account = BaseAccount {
                    address: asked.address,
                    account_number: 1,
                    sequence: self.sequence,
                    ..BaseAccount::default()
                };
                fake::value(&QueryAccountResponse {
                    account: Some(Any {
                        type_url: BaseAccount::type_url(),
                        value: account.encode_to_vec(),
                    }),
                })
            }
            "/cosmos.bank.v1beta1.Query/Balance" => fake::value(&QueryBalanceResponse {
                balance: Some(cosmrs::proto::cosmos::base::v1beta1::Coin {
                    denom: "ustake".to_owned(),
                    amount: "1000000000".to_owned(),
                }),
            }),
            "/cosmos.tx.v1beta1.Service/Simulate" => {
                let asked = SimulateRequest::decode(request.as_slice()).expect("a transaction");
                match self.declines(&asked.tx_bytes) {
                    Err(log) => json!({ "response": { "code": 5, "log": log } }),
                    Ok(jobs) => fake::value(&SimulateResponse {
                        gas_info: Some(GasInfo {
                            gas_wanted: 0,
                            gas_used: 347_000 * jobs.len() as u64,
                        }),
                        result: None,
                    }),
                }
            }
            other => panic!("{other} is not asked for"),
        }
    }

    fn answer(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        match method {
            "status" => Ok(json!({
                "node_info": { "network": "here-1" },
                "sync_info": {
                    "latest_block_height": self.height.to_string(),
                    "earliest_block_height": "1",
                    "catching_up": false,
                },
            })),
            "header" => {
                let (minutes, secs) = (self.now_secs / 60, self.now_secs % 60);
                let time = format!("1970-01-01T00:{minutes:02}:{secs:02}Z");
                Ok(json!({ "header": { "time": time } }))
            }
            "abci_query" => Ok(self.query(params)),
            "broadcast_tx_sync" => {
                let tx = Binary::from_base64(params["tx"].as_str().expect("base64"));
                Ok(self.take(&tx.expect("base64")))
            }
            "tx" => {
                let hash = params["hash"].as_str().expect("base64");
                match self.included.get(hash) {
                    Some(height) => Ok(json!({
                        "hash": hash, "height": height.to_string(),
                        "tx_result": { "code": 0, "log": "", "gas_used": "1", "gas_wanted": "1", "data": "", "events": [] },
                    })),
                    None => Err(json!({
                        "code": -32603, "message": "Internal error", "data": format!("tx ({hash}) not found"),
                    })),
                }
            }
            other => panic!("{other} is not asked for"),
        }
    }
}

/// Thirty jobs whose program nobody stored turn due in the same second. Each round after that
/// is a block, ten seconds long. Answers what the chain knows in the last second of the window.
fn thirty_jobs(stuck: Option<u64>) -> Arc<Mutex<Town>> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    std::fs::create_dir(&store).expect("a folder");
    let stores = Stores::new(&Place::Folder(store.clone()), &[], false, None).expect("a store");
    let stored = stores.put(b"a program", None).expect("kept");
    std::fs::remove_file(store.join(&stored.sha256)).expect("gone");
    let program = Artifact {
        uri: stored.uri,
        sha256: stored.sha256,
    };
    let operator = fake::key();
    let town = Town::new(operator.address(), &program, stuck);
    let town = Arc::new(Mutex::new(town));
    let chain = town.clone();
    let network =
        fake::network(move |method, params| chain.lock().expect("one").answer(method, params));
    let mut settings = Settings::default();
    (
        settings.earnings.withdraw_hours,
        settings.earnings.claim_hours,
    ) = (0.0, 0.0);
    let mut agent = Agent::open(Parts {
        network,
        contracts: Contracts {
            registry: fake::address(REGISTRY),
            escrow: fake::address(ESCROW),
            rewards: "rewards".to_owned(),
        },
        operator,
        join: None,
        settings,
        stores,
        folder: folder.path().join("node"),
        note: Box::new(|_, _| Ok(())),
        drill: None,
    })
    .expect("a node");
    while agent.trouble.len() < JOBS as usize || !agent.busy.is_empty() {
        agent.round().expect("a round");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(town.lock().expect("one").together.is_empty(), "all wait");
    for now_secs in (WINDOW_SECS - 60..=WINDOW_SECS).step_by(10) {
        {
            let mut town = town.lock().expect("one");
            town.now_secs = now_secs;
            town.height += 1;
        }
        agent.round().expect("a round");
    }
    let declined = agent.summary().expect("a summary").declined;
    let left = u64::from(town.lock().expect("one").running());
    assert_eq!(declined, JOBS - left, "the journal knows");
    town
}

#[test]
fn a_requester_with_thirty_jobs_has_no_node_miss_its_accept_window() {
    let town = thirty_jobs(None);
    let town = town.lock().expect("one");
    assert_eq!(town.running(), 0, "after {:?}", town.together);
    assert_eq!(town.together, [20, 10]);
}

#[test]
fn one_job_that_cannot_be_turned_down_keeps_none_of_the_others() {
    let town = thirty_jobs(Some(13));
    let town = town.lock().expect("one");
    assert_eq!(town.running(), 1, "after {:?}", town.together);
    assert_eq!(town.together, [10, 2, 17]);
}
