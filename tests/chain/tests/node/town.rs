//! Who takes part: a deployer, a requester, a provider with a cold and a hot key, each with
//! a home of its own; a store that all reach over HTTP; a chain.

use std::{
    cell::Cell,
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use serde_json::{json, Value};
use surge_chain_tests::{network, root, Running, Surge};
use surge_interface::{escrow::Params, TimeProfile};
use tempfile::TempDir;

use super::books::Books;

/// What the program writes for the input.
pub const SHOUTED: &[u8] = b"A LITTLE TEXT, TO BE SHOUTED\n";
const INPUT: &[u8] = b"a little text, to be shouted\n";
const DEPOSIT: i128 = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(90);
/// Time to look at a result.
const REVIEW_SECS: u64 = 45;

/// Reads its input, makes letters capital ones, writes that.
const PROGRAM: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start") (local $at i32) (local $end i32)
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 4096))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $at (i32.const 1024))
    (local.set $end (i32.add (i32.const 1024) (i32.load (i32.const 8))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (if (i32.lt_u
              (i32.sub (i32.load8_u (local.get $at)) (i32.const 97)) (i32.const 26))
          (then (i32.store8 (local.get $at)
            (i32.sub (i32.load8_u (local.get $at)) (i32.const 32)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

/// Those of a local network, with time enough to turn a job down and to accept a result on
/// a machine that is busy.
fn patient_settings() -> String {
    let usual = root().join("networks/devnet.settings.toml");
    let usual = fs::read_to_string(usual).expect("settings of the devnet");
    let params = Params {
        accept_secs: 60,
        review_secs: REVIEW_SECS,
        ..Params::defaults(TimeProfile::Dev)
    };
    let params = serde_json::to_value(params).expect("JSON");
    let lines = params.as_object().expect("fields").iter();
    let lines: String = lines
        .map(|(name, value)| format!("{name} = {value}\n"))
        .collect();
    format!("{usual}\n[escrow]\n{lines}")
}

pub struct Town {
    pub requester: Surge,
    pub operator: Surge,
    pub store: String,
    chain: surge_chain::Chain,
    state: Value,
    folder: TempDir,
    starts: Cell<u32>,
    _store: Running,
}

/// What the operator's key did.
pub struct Counts {
    /// Transactions in blocks.
    pub transactions: u64,
    /// Heartbeats that counted.
    pub heartbeats: u64,
}

impl Town {
    pub fn found() -> Self {
        let folder = TempDir::new().expect("a folder");
        let home = |name: &str| folder.path().join(name);
        // Not the usual deployer: other tests deploy on this chain too.
        let deployer = Surge::new(home("deployer")).signing("anyone");
        let artifacts = root().join("artifacts").display().to_string();
        let settings = home("settings.toml");
        fs::write(&settings, patient_settings()).expect("the settings");
        let settings = settings.display().to_string();
        deployer.ok(&[
            "deploy",
            "apply",
            "--artifacts",
            &artifacts,
            "--settings",
            &settings,
        ]);
        let state = home("deployer").join("state.json");
        let person = |name: &str, key: &str| {
            let person = Surge::new(home(name)).signing(key);
            person.with("SURGE_STATE", &state)
        };
        let files = folder.path().join("files");
        let served = ["store", "serve", "--listen", "127.0.0.1:0", "--folder"];
        let files = files.display().to_string();
        let served = [&served[..], &[files.as_str()]].concat();
        let mut store = deployer.start(&served, folder.path().join("store.log"));
        let address = store.wait_for("address", |line| line["store"].as_str().map(str::to_owned));
        fs::write(
            home("requester.wasm"),
            wat::parse_str(PROGRAM).expect("a program"),
        )
        .expect("the program");
        fs::write(home("requester.txt"), INPUT).expect("the input");
        let state = serde_json::from_slice(&fs::read(&state).expect("the state")).expect("JSON");
        Self {
            requester: person("requester", "requester"),
            operator: person("operator", "operator1"),
            store: address,
            chain: surge_chain::Chain::connect(network().expect("a network")).expect("a chain"),
            state,
            folder,
            starts: Cell::new(0),
            _store: store,
        }
    }

    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn deposit(&self) -> i128 {
        DEPOSIT
    }

    pub fn node_arguments(&self, drill: Option<&str>) -> Vec<String> {
        let words = [
            "node",
            "run",
            "--owner",
            "provider1",
            "--payout",
            "payout1",
            "--region",
            "europe",
            "--bond",
            "1 STAKE",
            "--cores",
            "1",
            "--memory-mib",
            "1024",
            "--storage-gib",
            "1",
            "--store",
            &self.store,
        ];
        let drill = drill.map(|record| ["--drill", record]);
        let drill = drill.iter().flatten();
        words
            .iter()
            .chain(drill)
            .map(|word| (*word).to_owned())
            .collect()
    }

    /// The node; it joins when it starts for the first time. With a drill it ends right
    /// after that record of its journal.
    pub fn start_node(&self, drill: Option<&str>) -> Running {
        self.begin(&self.operator, drill)
    }

    fn begin(&self, operator: &Surge, drill: Option<&str>) -> Running {
        let drill = drill.map(|record| ["--drill", record]);
        let drill: Vec<&str> = drill.into_iter().flatten().collect();
        self.start_machine(operator, &drill)
    }

    /// A machine with further arguments beside the node's usual ones.
    pub fn start_machine(&self, operator: &Surge, more: &[&str]) -> Running {
        let arguments = self.node_arguments(None);
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend(more);
        self.starts.set(self.starts.get() + 1);
        let log = self
            .folder
            .path()
            .join(format!("node-{}.log", self.starts.get()));
        operator.start(&arguments, log)
    }

    /// The node with these settings beside its usual ones.
    pub fn start_node_with(&self, settings: &str) -> Running {
        let file = self.home("node.toml");
        fs::write(&file, settings).expect("the settings");
        self.begin(&self.operator.with("SURGE_NODE_CONFIG", &file), None)
    }

    /// Until it hears signals.
    pub fn wait_for_start(&self, node: &mut Running) {
        node.wait_for("start", |line| (line["event"] == "started").then_some(()));
    }

    pub fn wait_until_found(&self, node: &mut Running) {
        self.wait_for_start(node);
        self.wait("an index that has the node", || {
            self.node()["indexed"] == json!(true)
        });
    }

    pub fn wait_for_event(&self, node: &mut Running, job: u64, event: &str) {
        node.wait_for(event, |line| {
            (line["event"] == event && line["job"] == json!(job)).then_some(())
        });
    }

    /// Until the journal knows that the job is over, which an earlier run may have written.
    pub fn wait_for_close(&self, node: &mut Running, job: u64) {
        self.wait_for_status(job, "settled");
        self.wait_for_start(node);
        thread::sleep(Duration::from_secs(2));
    }

    /// Until another heartbeat is in a block: killing did not silence the node.
    pub fn wait_for_heartbeat(&self, node: &mut Running) {
        let seen = self.node()["seq"].as_u64();
        self.wait_for_start(node);
        self.wait("another heartbeat", || self.node()["seq"].as_u64() > seen);
    }

    pub fn wait_for_status(&self, job: u64, status: &str) {
        self.wait(status, || self.job(job)["summary"]["status"] == status);
    }

    pub fn wait(&self, what: &str, is_there: impl Fn() -> bool) {
        let since = Instant::now();
        while !is_there() {
            assert!(since.elapsed() < PATIENCE, "no {what}");
            thread::sleep(Duration::from_millis(200));
        }
    }

    pub fn submit(&self, store: &str) -> Value {
        let submitted = self.try_submit(store);
        submitted.unwrap_or_else(|(error, next)| panic!("{error} ({next})"))
    }

    pub fn try_submit(&self, store: &str) -> Result<Value, (String, String)> {
        self.order("requester.wasm", store, 60)
    }

    /// Orders the usual job with the machine reserved for longer.
    pub fn submit_long(&self, secs: u64) -> u64 {
        let submitted = self.order("requester.wasm", &self.store, secs);
        let submitted = submitted.unwrap_or_else(|(error, next)| panic!("{error} ({next})"));
        submitted["job"].as_u64().expect("a job")
    }

    /// Orders a job of a program in the text format, for so many seconds.
    pub fn submit_program(&self, program: &str, secs: u64) -> u64 {
        let program = wat::parse_str(program).expect("a program");
        fs::write(self.home("other.wasm"), program).expect("the program");
        let submitted = self.order("other.wasm", &self.store, secs);
        let submitted = submitted.unwrap_or_else(|(error, next)| panic!("{error} ({next})"));
        submitted["job"].as_u64().expect("a job")
    }

    fn order(&self, program: &str, store: &str, secs: u64) -> Result<Value, (String, String)> {
        let program = self.home(program).display().to_string();
        let secs = secs.to_string();
        let input = self.home("requester.txt").display().to_string();
        let submitted = self.requester.run(&[
            "job",
            "submit",
            "--program",
            &program,
            "--input",
            &input,
            "--store",
            store,
            "--max-price",
            "1 STAKE",
            "--secs",
            &secs,
            "--near",
            "europe",
        ]);
        submitted.map_err(|refusal| (refusal.error, refusal.next))
    }

    /// As its requester: waits for the result and accepts it.
    pub fn finish(&self, job: u64) {
        let job = job.to_string();
        let output = self.home("requester").join("again.txt");
        let output = output.display().to_string();
        let watch = [
            "job",
            "watch",
            &job,
            "--output",
            &output,
            "--store",
            &self.store,
        ];
        self.requester.ok(&watch);
        assert_eq!(fs::read(&output).expect("the result"), SHOUTED);
        self.requester.ok(&["job", "accept", &job]);
    }

    /// What the program gives when it runs in the test itself.
    pub fn run_here(&self) -> Vec<u8> {
        let job = surge_node::Job {
            program: wat::parse_str(PROGRAM).expect("a program"),
            stdin: INPUT.to_vec(),
            ..surge_node::Job::default()
        };
        let outcome = surge_node::run(job, &surge_node::Limits::default()).expect("a run");
        assert_eq!(outcome.status, surge_node::Status::Finished);
        outcome.output
    }

    pub fn job(&self, job: u64) -> Value {
        self.ask("escrow", &json!({ "job": { "job": job } }))
    }

    pub fn price_of(&self, job: u64) -> i128 {
        let price = self.job(job)["summary"]["price"].as_str().map(str::parse);
        price.and_then(Result::ok).expect("a price")
    }

    pub fn node(&self) -> Value {
        self.ask("registry", &json!({ "node": { "node": 1 } }))
    }

    /// Sequence of a node's last heartbeat.
    pub fn seq_of(&self, node: u32) -> u64 {
        let found = self.ask("registry", &json!({ "node": { "node": node } }));
        found["seq"].as_u64().expect("a sequence")
    }

    pub fn provider(&self) -> Value {
        self.ask("registry", &json!({ "provider": { "provider": 1 } }))
    }

    pub fn credit_of_requester(&self) -> i128 {
        let denom = json!({ "native": self.denom() });
        let account = json!({ "account": self.address("requester") });
        let query = json!({ "credit": { "beneficiary": account, "denom": denom } });
        let credit = self.ask("escrow", &query);
        credit
            .as_str()
            .and_then(|credit| credit.parse().ok())
            .expect("an amount")
    }

    pub fn counts(&self) -> Counts {
        let operator = self.address("operator1");
        Counts {
            transactions: self.chain.sequence(&operator).expect("a sequence"),
            // Before it joined there is none.
            heartbeats: self.node()["seq"].as_u64().unwrap_or_default(),
        }
    }

    /// What the nodes said about transactions, for who reads why a test failed.
    pub fn sent(&self) -> String {
        let mut said = String::new();
        for start in 1..=self.starts.get() {
            let log = self.folder.path().join(format!("node-{start}.log"));
            let text = fs::read_to_string(log).unwrap_or_default();
            let lines = text.lines().filter(|line| line.contains("\"what\":"));
            said.extend(lines.map(|line| format!("{start} {line}\n")));
        }
        said
    }

    pub fn books(&self) -> Books {
        let of = |address: &str| {
            self.chain
                .balance(address, self.denom())
                .expect("a balance")
        };
        let key = |name| of(&self.address(name));
        Books(
            [
                ("requester", key("requester")),
                ("owner", key("provider1")),
                ("operator", key("operator1")),
                ("payout", key("payout1")),
                ("escrow", of(self.contract("escrow"))),
                ("registry", of(self.contract("registry"))),
            ]
            .into(),
        )
    }

    /// The fee of a transaction, as the chain tells it.
    pub fn fee_of(&self, hash: &str) -> i128 {
        let found = self
            .chain
            .find(hash)
            .expect("an answer")
            .expect("a transaction");
        let mut events = found.events.iter();
        let paid = events.find(|event| event.kind == "tx" && event.get("fee").is_some());
        let fees = paid.and_then(|event| event.get("fee"));
        let fee = fees.and_then(|fee| fee.strip_suffix(self.denom()));
        fee.and_then(|fee| fee.parse().ok()).expect("a fee")
    }

    /// What a node said that it paid for transactions since the books were looked at: after
    /// its first heartbeat.
    pub fn fees_in(&self, node: &Running) -> i128 {
        let lines = node.lines();
        let sent = lines.iter().filter(|line| line["event"] == "included");
        sent.skip(1)
            .map(|line| {
                let fee = self.fee_of(line["tx"].as_str().expect("a hash"));
                assert_eq!(line["fee"].as_str(), Some(fee.to_string().as_str()));
                fee
            })
            .sum()
    }

    pub fn ask(&self, contract: &str, query: &Value) -> Value {
        let answer = self.chain.smart(self.contract(contract), query);
        answer.unwrap_or_else(|error| panic!("{contract} {query}: {error}"))
    }

    fn contract(&self, name: &str) -> &str {
        let here = &self.state[self.chain.network().chain_id.as_str()]["default"][name];
        here.as_str().expect("an address")
    }

    fn address(&self, name: &str) -> String {
        let key = self.chain.network().key(name).expect("a key");
        key.address().to_owned()
    }

    fn denom(&self) -> &str {
        &self.chain.network().fee.denom
    }
}
