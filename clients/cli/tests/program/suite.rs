//! A node whose contracts are the suite's, in cw-multi-test: what they are asked they answer,
//! and what is sent to them goes nowhere.

use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc, Arc, Mutex,
    },
    thread,
};

use base64::{engine::general_purpose::STANDARD, Engine};
use cosmrs::proto::{
    cosmos::{
        bank::v1beta1::{QueryAllBalancesResponse, QueryBalanceResponse},
        base::v1beta1::Coin,
    },
    cosmwasm::wasm::v1::{QuerySmartContractStateRequest, QuerySmartContractStateResponse},
    traits::Message,
};
use cosmwasm_std::{
    coins, to_json_vec, Addr, ContractResult, Empty, QueryRequest, SystemResult, Uint128, WasmQuery,
};
use cw_multi_test::{BankSudo, Executor, SudoMsg};
use serde_json::{json, Value};
use surge_interface::{
    dao::{self, Action, Choice, Class, Electorate, Policies, Settings},
    escrow::{self, JobResult, JobSpec, Pick},
    registry, TimeProfile, UncheckedDenom,
};
use surge_testing::{code, job, result_of, Builder, Machine, Suite, NATIVE};

use crate::node::{Illness, Node};
use crate::support::Surge;

/// Who the examples name.
const PEOPLE: [&str; 14] = [
    "alice",
    "anyone",
    "arbiter",
    "faucet",
    "member1",
    "member2",
    "member3",
    "operator1",
    "operator2",
    "payout1",
    "provider1",
    "provider2",
    "provider3",
    "requester",
];
const FOUNDERS: [&str; 3] = ["dora", "emil", "faye"];
/// What the first proposal paid: more than the bank here says that the DAO has.
const GIFT: u128 = 8_000_000;
const CHAIN: &str = "sick-1";
/// A coin that nobody here knows.
pub const OTHER: &str = "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2";

/// A program that does nothing:
/// `(module (memory (export "memory") 1) (func (export "_start")))`.
pub const NOTHING: &str = "\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\x07\x13\x02\x06memory\x02\0\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

/// Contract and query, with what was answered last.
pub type Answers = BTreeMap<(String, String), Value>;
type Asked = Arc<Mutex<Answers>>;

/// Address and message, and where the answer goes.
type Question = (String, Vec<u8>, mpsc::Sender<Result<Vec<u8>, String>>);

/// A person's program, and the chain that it speaks to.
pub struct World {
    /// The program; its network and state are set.
    pub surge: Surge,
    /// What contracts were asked, by name, and answered.
    pub asked: Asked,
    /// How often the bank was asked for a balance, and contracts for anything.
    pub asks: Arc<AtomicU64>,
    /// Contracts by address; those of the second deployment too.
    pub contracts: BTreeMap<String, String>,
}

impl World {
    /// With providers, nodes, seven jobs that run, an eighth that is accepted, a ninth that was
    /// turned down and a tenth that is delivered, three proposals, and a second deployment, `stakers`,
    /// whose DAO stakes.
    pub fn new() -> Self {
        let words: BTreeMap<&str, String> = PEOPLE
            .into_iter()
            .map(|name| (name, surge_chain::new_words().expect("words")))
            .collect();
        let people: BTreeMap<&str, Addr> = words
            .iter()
            .map(|(name, words)| {
                let key = surge_chain::Key::from_mnemonic("cosmwasm", name, words).expect("a key");
                (*name, Addr::unchecked(key.account().address()))
            })
            .collect();
        let (ask, questions) = mpsc::channel::<Question>();
        let (tell, told) = mpsc::channel();
        // The embedded chain stays in one thread.
        thread::spawn(move || {
            let (suite, stakers) = born(&people);
            let here = [
                ("dao", suite.dao.clone().expect("a DAO")),
                ("token", suite.token.clone()),
                ("registry", suite.registry.clone()),
                ("escrow", suite.escrow.clone()),
                ("rewards", suite.rewards.clone()),
                ("stakers", stakers),
            ];
            tell.send(here.map(|(name, address)| (name.to_owned(), address.to_string())))
                .expect("somebody listens");
            for (address, msg, answer) in questions {
                let _ = answer.send(smart(&suite, address, msg));
            }
        });
        let told: BTreeMap<String, String> = told.recv().expect("a suite").into_iter().collect();
        let mut first = told.clone();
        let stakers = first.remove("stakers").expect("an address");
        let mut second = first.clone();
        second.insert("dao".to_owned(), stakers.clone());
        let mut contracts: BTreeMap<String, String> = first
            .iter()
            .map(|(name, address)| (address.clone(), name.clone()))
            .collect();
        contracts.insert(stakers, "dao".to_owned());

        let asked = Asked::default();
        let asks = Arc::new(AtomicU64::new(0));
        let (known, log, counted) = (contracts.clone(), asked.clone(), asks.clone());
        let node = Node::answering(Illness::Ahead(0), move |call| {
            let answer = answer(call, &ask, &known, &log);
            counted.fetch_add(u64::from(answer.is_some()), Ordering::SeqCst);
            answer
        });
        let surge = Surge::new();
        let mut network = node.network().replace("\"wasm\"", "\"cosmwasm\"");
        network.truncate(network.find("[[keys]]").expect("keys"));
        for (name, words) in &words {
            network += &format!("[[keys]]\nname = \"{name}\"\nmnemonic = \"{words}\"\n\n");
        }
        surge.file("suite.toml", &network);
        let state = json!({ CHAIN: { "code_ids": {}, "default": first, "stakers": second } });
        surge.file("state.json", &state.to_string());
        Self {
            surge,
            asked,
            asks,
            contracts,
        }
    }
}

/// What the suite answers, where it is asked.
fn answer(
    call: &Value,
    ask: &mpsc::Sender<Question>,
    contracts: &BTreeMap<String, String>,
    asked: &Asked,
) -> Option<Result<Value, String>> {
    let value = match call["params"]["path"].as_str()? {
        "/cosmos.bank.v1beta1.Query/Balance" => QueryBalanceResponse {
            balance: Some(Coin {
                denom: NATIVE.to_owned(),
                amount: "7000000".to_owned(),
            }),
        }
        .encode_to_vec(),
        "/cosmos.bank.v1beta1.Query/AllBalances" => QueryAllBalancesResponse {
            balances: [(NATIVE, "7000000"), (OTHER, "9000000")]
                .map(|(denom, amount)| Coin {
                    denom: denom.to_owned(),
                    amount: amount.to_owned(),
                })
                .to_vec(),
            pagination: None,
        }
        .encode_to_vec(),
        "/cosmwasm.wasm.v1.Query/SmartContractState" => {
            let data = call["params"]["data"].as_str().expect("data");
            let bytes: Vec<u8> = (0..data.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&data[at..at + 2], 16).expect("digits"))
                .collect();
            let request = QuerySmartContractStateRequest::decode(&*bytes).expect("a request");
            let (reply, replied) = mpsc::channel();
            ask.send((request.address.clone(), request.query_data.clone(), reply))
                .expect("the chain lives");
            match replied.recv().expect("an answer") {
                Ok(data) => {
                    let msg: Value = serde_json::from_slice(&request.query_data).expect("JSON");
                    let name = msg.as_object().and_then(|msg| msg.keys().next());
                    let key = (
                        contracts[&request.address].clone(),
                        name.expect("a name").clone(),
                    );
                    let said = serde_json::from_slice(&data).expect("JSON");
                    asked.lock().expect("no panic").insert(key, said);
                    QuerySmartContractStateResponse { data }.encode_to_vec()
                }
                Err(log) => {
                    return Some(Ok(json!({ "response": { "code": 5, "log": log } })));
                }
            }
        }
        _ => return None,
    };
    Some(Ok(
        json!({ "response": { "code": 0, "value": STANDARD.encode(value) } }),
    ))
}

fn smart(suite: &Suite, contract_addr: String, msg: Vec<u8>) -> Result<Vec<u8>, String> {
    let request: QueryRequest<Empty> = WasmQuery::Smart {
        contract_addr,
        msg: msg.into(),
    }
    .into();
    let request = to_json_vec(&request).expect("a request");
    match suite.app.wrap().raw_query(&request) {
        SystemResult::Ok(ContractResult::Ok(data)) => Ok(data.into()),
        SystemResult::Ok(ContractResult::Err(error)) => Err(error),
        SystemResult::Err(error) => Err(error.to_string()),
    }
}

/// The suite, and a DAO of its stakers.
fn born(people: &BTreeMap<&str, Addr>) -> (Suite, Addr) {
    let mut suite = Builder {
        founders: FOUNDERS.to_vec(),
        ..Builder::default()
    }
    .build();
    for to_address in people.values().map(ToString::to_string) {
        let amount = coins(1_000_000_000_000, NATIVE);
        let mint = SudoMsg::Bank(BankSudo::Mint { to_address, amount });
        suite.app.sudo(mint).expect("the bank mints");
    }
    let (registry, escrow) = (suite.registry.clone(), suite.escrow.clone());
    for (provider, name) in [(1, "provider1"), (2, "provider2"), (3, "provider3")] {
        let owner = people[name].clone();
        let operator = match provider {
            1 => people["operator1"].clone(),
            _ => owner.clone(),
        };
        let machine = Machine::default();
        for (sender, msg, funds) in [
            (
                &owner,
                registry::ExecuteMsg::RegisterProvider {
                    operator: operator.to_string(),
                    payout: None,
                    profile_uri: String::new(),
                },
                vec![],
            ),
            (
                &owner,
                registry::ExecuteMsg::Bond { provider },
                coins(10_000_000_000, NATIVE),
            ),
            (
                &owner,
                registry::ExecuteMsg::AddNode {
                    spec: machine.spec.clone(),
                    bond: Uint128::new(5_000_000_000),
                },
                vec![],
            ),
            (
                &operator,
                registry::ExecuteMsg::Heartbeat {
                    node: provider,
                    seq: 1,
                    free: machine.spec.capacity,
                },
                vec![],
            ),
        ] {
            suite
                .app
                .execute_contract(sender.clone(), registry.clone(), &msg, &funds)
                .expect("a provider");
        }
    }
    for _ in 0..7 {
        let msg = escrow::ExecuteMsg::SubmitJob { spec: job() };
        let funds = coins(50_000, NATIVE);
        suite
            .app
            .execute_contract(people["requester"].clone(), escrow.clone(), &msg, &funds)
            .expect("a job");
    }
    let (requester, operator) = (&people["requester"], &people["operator1"]);
    let pinned = JobSpec {
        pick: Pick::Pinned(1),
        ..job()
    };
    let submit = escrow::ExecuteMsg::SubmitJob { spec: pinned };
    // So large that nobody should believe it.
    let result = JobResult {
        size: 1 << 60,
        ..result_of("output")
    };
    for (sender, msg, funds) in [
        (requester, submit.clone(), coins(50_000, NATIVE)),
        (
            operator,
            escrow::ExecuteMsg::SubmitResult {
                job: 8,
                result: result.clone(),
            },
            vec![],
        ),
        (
            requester,
            escrow::ExecuteMsg::Accept { job: 8, pay: false },
            vec![],
        ),
        (requester, submit.clone(), coins(50_000, NATIVE)),
        (operator, escrow::ExecuteMsg::Decline { job: 9 }, vec![]),
        (requester, submit, coins(50_000, NATIVE)),
        (
            operator,
            escrow::ExecuteMsg::SubmitResult { job: 10, result },
            vec![],
        ),
    ] {
        suite
            .app
            .execute_contract(sender.clone(), escrow.clone(), &msg, &funds)
            .expect("a job's way");
    }
    let joining = ["member1", "member2"].map(|name| Action::AddMember {
        address: people[name].to_string(),
    });
    let policies: Policies = suite.ask_dao(&dao::QueryMsg::Policies {});
    let rules = Action::SetPolicy {
        class: Class::Spend,
        policy: policies.spend,
    };
    let to_address = suite.dao.clone().expect("a DAO").to_string();
    let amount = coins(GIFT, NATIVE);
    let mint = SudoMsg::Bank(BankSudo::Mint { to_address, amount });
    suite.app.sudo(mint).expect("the bank mints");
    let gift = Suite::gift("dora", GIFT);
    let first = [&joining[..], &[rules, gift]].concat();
    suite.decide(&FOUNDERS, first).expect("members");
    for _ in 2..=3 {
        suite.propose("dora", vec![]).expect("a proposal");
    }
    suite.vote("emil", 3, Choice::Yes).expect("a vote");

    // All that voting took time: anyone earns a tip for saying so.
    let evict = registry::ExecuteMsg::Evict { nodes: vec![3] };
    suite
        .app
        .execute_contract(people["anyone"].clone(), registry.clone(), &evict, &[])
        .expect("a tip");
    for (node, name) in [(1, "operator1"), (2, "provider2"), (3, "provider3")] {
        let msg = registry::ExecuteMsg::Heartbeat {
            node,
            seq: 2,
            free: Machine::default().spec.capacity,
        };
        suite
            .app
            .execute_contract(people[name].clone(), registry.clone(), &msg, &[])
            .expect("a heartbeat");
    }

    let dao = dao::InstantiateMsg {
        name: "Stakers".to_owned(),
        uri: String::new(),
        profile: TimeProfile::Main,
        electorate: Electorate::Staked {
            token: suite.token.to_string(),
            unstaking_secs: 60 * 86_400,
        },
        settings: Settings::defaults(UncheckedDenom::Native(NATIVE.to_owned())),
        policies: Policies::defaults(TimeProfile::Main),
        rows: vec![],
    };
    let code_id = suite.app.store_code(code::dao());
    let stakers = suite
        .app
        .instantiate_contract(
            code_id,
            people["anyone"].clone(),
            &dao,
            &[],
            "stakers",
            None,
        )
        .expect("a DAO");
    (suite, stakers)
}
