//! A node that is sick in one way: CometBFT's JSON-RPC, as much of it as a payment needs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc, Mutex,
    },
    thread,
};

use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::{json, Value};
use surge_chain::INDEX_BLOCKS;

/// What is wrong with the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Illness {
    /// It is of another chain.
    OtherChain,
    /// It takes transactions, and no block ever holds one.
    Forgetful,
    /// It says so often that another transaction used the sequence up, then it takes one. A
    /// block comes with each look.
    Ahead(u64),
    /// It says so often that an earlier transaction of the account is missing, then it takes
    /// this one.
    Lagging(u64),
    /// It says that the sequence is used up, by this very transaction: so many blocks later
    /// it is found. A block comes with each look.
    Late(u64),
    /// It says that the sequence is used up, by this very transaction, which it has from another
    /// node: a block so many later holds it, its state has it with that block, and its index
    /// finds it as late as an index may. A block comes each time that it is handed something,
    /// and with each look.
    Slow(u64),
    /// It says that the sequence is used up, and answers no query any more.
    Mute,
    /// It stands behind a gateway that does not know how to ask for a transaction.
    Gateway,
    /// It says that a payment uses a million million gas.
    Dear,
    /// It takes transactions, no block ever holds one, and it has no blocks before this one.
    Synced(u64),
    /// It takes transactions, and their block says that they failed with these words.
    Failing(&'static str),
    /// It still catches up.
    Behind,
    /// It keeps no earlier states.
    Pruned,
}

/// How an answer begins that is none, because nobody knows the method.
const UNHEARD_OF: &str = "unheard of: ";

/// A node on loopback, as long as the test runs.
pub struct Node {
    /// Where it listens.
    pub url: String,
    /// Transactions that it was handed.
    pub handed: Arc<AtomicU64>,
    /// The newest block that it tells of.
    pub height: Arc<AtomicU64>,
    /// Each transaction that it was handed, in base64; once, however often it came.
    pub different: Arc<Mutex<Vec<String>>>,
}

impl Node {
    /// Starts it.
    pub fn start(illness: Illness) -> Self {
        Self::answering(illness, |_| None)
    }

    /// One that answers some queries by itself: path and request to answer or failure.
    pub fn answering(
        illness: Illness,
        own: impl Fn(&Value) -> Option<Result<Value, String>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (handed, height) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(100)));
        let different = Arc::default();
        let state = State {
            handed: handed.clone(),
            height: height.clone(),
            taken: Arc::default(),
            different: Arc::clone(&different),
        };
        let own = Arc::new(own);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, own) = (state.clone(), own.clone());
                let answer =
                    move |call: &Value| own(call).unwrap_or_else(|| answer(call, illness, &state));
                thread::spawn(move || serve(stream, answer));
            }
        });
        Self {
            url,
            handed,
            height,
            different,
        }
    }

    /// A network with this node alone.
    pub fn network(&self) -> String {
        format!(
            "chain_id = \"sick-1\"\nkind = \"local\"\nprefix = \"wasm\"\nrpc = [\"{}\"]\n\n[fee]\ndenom = \"ustake\"\ndisplay = \"STAKE\"\nexponent = 6\ngas_price = \"0.025\"\n\n[[keys]]\nname = \"alice\"\nmnemonic = \"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about\"\n",
            self.url
        )
    }
}

/// What the node knows.
#[derive(Clone)]
struct State {
    handed: Arc<AtomicU64>,
    height: Arc<AtomicU64>,
    taken: Arc<AtomicU64>,
    different: Arc<Mutex<Vec<String>>>,
}

fn serve(mut stream: TcpStream, answer: impl Fn(&Value) -> Result<Value, String>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    loop {
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let call: Value = serde_json::from_slice(&body).expect("JSON");
        let answer = match answer(&call) {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
            Err(error) => json!({ "jsonrpc": "2.0", "id": 1, "error": match error.strip_prefix(UNHEARD_OF) {
                Some(method) => json!({ "code": -32601, "message": "Method not found", "data": method }),
                None => json!({ "code": -32603, "message": "Internal error", "data": error }),
            } }),
        }
        .to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        if stream.write_all((head + &answer).as_bytes()).is_err() {
            return;
        }
    }
}

fn answer(call: &Value, illness: Illness, state: &State) -> Result<Value, String> {
    let State {
        handed,
        height,
        taken,
        different,
    } = state;
    let now = height.load(Ordering::SeqCst).to_string();
    match call["method"].as_str().expect("a method") {
        "status" => {
            if matches!(
                illness,
                Illness::Ahead(_) | Illness::Late(_) | Illness::Slow(_)
            ) {
                height.fetch_add(1, Ordering::SeqCst);
            }
            let earliest = match illness {
                Illness::Synced(earliest) => earliest,
                _ => 1,
            };
            Ok(json!({
                "node_info": { "network": if illness == Illness::OtherChain { "other-1" } else { "sick-1" } },
                "sync_info": {
                    "latest_block_height": now,
                    "earliest_block_height": earliest.to_string(),
                    "catching_up": illness == Illness::Behind,
                },
            }))
        }
        "abci_query" if illness == Illness::Mute && handed.load(Ordering::SeqCst) > 0 => {
            Err("out of order".to_owned())
        }
        "abci_query" if illness == Illness::Pruned => Ok(json!({ "response": {
            "code": 38,
            "log": "failed to load state at height 5; version does not exist (latest height: 100): invalid request",
        } })),
        "abci_query" => {
            let value = match call["params"]["path"].as_str().expect("a path") {
                // The same, and as many transactions were in blocks as it was handed.
                "/cosmos.auth.v1beta1.Query/Account"
                    if matches!(illness, Illness::Ahead(_))
                        && handed.load(Ordering::SeqCst) > 0 =>
                {
                    let sequence = handed.load(Ordering::SeqCst).min(127) as u8;
                    vec![0x0a, 0x06, 0x12, 0x04, 0x18, 0x01, 0x20, sequence]
                }
                "/cosmos.auth.v1beta1.Query/Account" if is_used_up(illness, state) => {
                    vec![0x0a, 0x06, 0x12, 0x04, 0x18, 0x01, 0x20, 0x01]
                }
                // QueryAccountResponse { account: Any { value: BaseAccount { account_number: 1 } } }
                "/cosmos.auth.v1beta1.Query/Account" => vec![0x0a, 0x04, 0x12, 0x02, 0x18, 0x01],
                // SimulateResponse { gas_info: { gas_used: 10¹² } }
                "/cosmos.tx.v1beta1.Service/Simulate" if illness == Illness::Dear => {
                    vec![0x0a, 0x07, 0x10, 0x80, 0xa0, 0x94, 0xa5, 0x8d, 0x1d]
                }
                // SimulateResponse { gas_info: { gas_used: 70,000 } }
                "/cosmos.tx.v1beta1.Service/Simulate" => {
                    vec![0x0a, 0x04, 0x10, 0xf0, 0xa2, 0x04]
                }
                other => return Err(format!("this node does not know {other}")),
            };
            Ok(json!({ "response": { "code": 0, "value": STANDARD.encode(value) } }))
        }
        "broadcast_tx_sync" => {
            let before = handed.fetch_add(1, Ordering::SeqCst);
            let tx = call["params"]["tx"].as_str().expect("base64").to_owned();
            let mut different = different.lock().expect("one writer");
            if !different.contains(&tx) {
                different.push(tx);
            }
            Ok(match illness {
                Illness::Ahead(times) if before < times => json!({
                    "code": 32,
                    "log": "account sequence mismatch, expected 7, got 0: incorrect account sequence",
                }),
                Illness::Lagging(times) if before < times => json!({
                    "code": 32,
                    "log": "account sequence mismatch, expected 7, got 8: incorrect account sequence",
                }),
                Illness::Late(blocks) => {
                    let lands = height.load(Ordering::SeqCst) + blocks;
                    taken.store(lands, Ordering::SeqCst);
                    json!({
                        "code": 32,
                        "log": "account sequence mismatch, expected 1, got 0: incorrect account sequence",
                    })
                }
                Illness::Mute => json!({
                    "code": 32,
                    "log": "account sequence mismatch, expected 1, got 0: incorrect account sequence",
                }),
                Illness::Slow(blocks) => {
                    let now = height.fetch_add(1, Ordering::SeqCst);
                    if before == 0 {
                        taken.store(now + blocks, Ordering::SeqCst);
                    }
                    json!({
                        "code": 32,
                        "log": "account sequence mismatch, expected 1, got 0: incorrect account sequence",
                    })
                }
                _ => {
                    taken.fetch_add(1, Ordering::SeqCst);
                    json!({ "code": 0, "log": "" })
                }
            })
        }
        "tx" => match illness {
            Illness::Gateway => Err(format!("{UNHEARD_OF}tx")),
            Illness::Forgetful | Illness::Behind | Illness::Synced(_) => Err(unknown()),
            Illness::Late(_) if height.load(Ordering::SeqCst) < taken.load(Ordering::SeqCst) => {
                Err(unknown())
            }
            // What it told last is a block less than what it will tell next.
            Illness::Slow(_)
                if height.load(Ordering::SeqCst) - 1
                    <= taken.load(Ordering::SeqCst) + INDEX_BLOCKS =>
            {
                Err(unknown())
            }
            _ if taken.load(Ordering::SeqCst) == 0 => Err(unknown()),
            Illness::Failing(words) => Ok(included(call, 5, words)),
            _ => Ok(included(call, 0, "")),
        },
        other => Err(format!("this node does not know {other}")),
    }
}

/// Whether blocks have used up the sequence that the payment was signed with.
fn is_used_up(illness: Illness, state: &State) -> bool {
    let taken = state.taken.load(Ordering::SeqCst);
    match illness {
        Illness::Late(_) => taken > 0,
        Illness::Slow(_) => taken > 0 && state.height.load(Ordering::SeqCst) >= taken,
        _ => false,
    }
}

fn unknown() -> String {
    "tx (4F0A) not found, err: %!w(<nil>)".to_owned()
}

fn included(call: &Value, code: u64, log: &str) -> Value {
    json!({
        "hash": call["params"]["hash"], "height": "101",
        "tx_result": { "code": code, "log": log, "gas_used": "70000", "gas_wanted": "98000", "data": "", "events": [] },
    })
}
