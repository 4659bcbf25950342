//! Four validators: one is killed and comes back while jobs run, then two, and the chain
//! stands still until they return. A machine that lends itself and people who order jobs go
//! on through all of it. `scripts/chain validators` makes the chain and runs this.
#![allow(missing_docs)]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use surge_chain::{Chain, Network};
use surge_chain_tests::{artifact, network, root, Error, Surge};

/// Longest wait for anything here.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program that says `done`, in WebAssembly's text form.
const PROGRAM: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\04\00\00\00done")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))))"#;

#[test]
fn jobs_go_on_while_validators_die_and_return() -> Result<(), Error> {
    let folder = tempfile::tempdir().expect("a folder for homes");
    let network = network()?;
    assert_eq!(network.rpc.len(), 4, "four validators with an RPC each");
    let people = Surge::new(folder.path().join("people"));
    let state = people.home.join("state.json");
    let store = folder.path().join("store");
    fs::create_dir_all(&store).expect("a store");
    let (people, machine) = (
        people.with("SURGE_STORE", &store),
        Surge::new(folder.path().join("machine"))
            .signing("operator1")
            .with("SURGE_STATE", &state)
            .with("SURGE_STORE", &store),
    );
    let artifacts = artifact("surge_dao");
    let artifacts = artifacts.parent().expect("a folder").display().to_string();
    people
        .signing("deployer")
        .ok(&["deploy", "apply", "--artifacts", &artifacts]);

    let log = machine.home.join("log");
    let _machine = machine.start(&[&MACHINE[..], &["--storage-gib", "1"]].concat(), log);
    until("the machine joins", || {
        let nodes = people.ok(&["node", "list"]);
        nodes["nodes"][0]["live"] == true
    });
    let requester = people.signing("requester");
    let program = folder.path().join("program.wasm");
    fs::write(
        &program,
        wat::parse_str(PROGRAM).expect("it is WebAssembly"),
    )
    .expect("a program");
    let program = program.display().to_string();
    let order = || {
        requester.ok(&[
            "job",
            "submit",
            "--program",
            &program,
            "--max-price",
            "2 STAKE",
        ])
    };
    let result = folder.path().join("result");
    let finish = |job: u64| {
        let (job, result) = (job.to_string(), result.display().to_string());
        requester.ok(&["job", "watch", &job, "--output", &result]);
        assert_eq!(fs::read(&result).expect("a result"), b"done");
        requester.ok(&["job", "accept", &job]);
    };
    let number = |ordered: &Value| ordered["job"].as_u64().expect("a job");

    // All four are there.
    finish(number(&order()));

    // The one that everybody speaks to is killed with a job under way.
    let job = number(&order());
    validator("kill", 1);
    finish(job);
    finish(number(&order()));

    // It comes back and has what the others have.
    validator("start", 1);
    let goal = heights(&network).into_iter().max().flatten();
    until("the first validator catches up", || {
        heights(&network)[0] >= goal
    });
    agree(&network, goal.expect("a height"));

    // Two of four are gone: nothing gets into a block, and nobody pretends otherwise.
    validator("kill", 2);
    validator("kill", 3);
    thread::sleep(Duration::from_secs(5));
    let stands = heights(&network)[0];
    let (error, next) = requester.fails(&[
        "job",
        "submit",
        "--program",
        &program,
        "--max-price",
        "2 STAKE",
        "--wait-secs",
        "5",
    ]);
    assert!(error.contains("may still land"), "{error}");
    assert_eq!(heights(&network)[0], stands, "two of four made a block");
    println!("without two validators: {error} ({next})");

    // They return: what was sent lands after all, once, and is worked on.
    validator("start", 2);
    validator("start", 3);
    until("blocks go on", || heights(&network)[0] > stands);
    let jobs = || people.ok(&["job", "list"])["jobs"].as_array().map(Vec::len);
    until("the job lands", || jobs() == Some(4));
    finish(4);
    finish(number(&order()));
    assert_eq!(jobs(), Some(5));
    let goal = heights(&network).into_iter().max().flatten();
    until("all have caught up", || {
        heights(&network).iter().all(|height| *height >= goal)
    });
    agree(&network, goal.expect("a height"));
    people.ok(&["money", "show"]);
    Ok(())
}

/// What a machine that lends itself is started with.
const MACHINE: [&str; 12] = [
    "node",
    "run",
    "--owner",
    "provider1",
    "--region",
    "europe",
    "--bond",
    "10 STAKE",
    "--cores",
    "2",
    "--memory-mib",
    "2048",
];

/// Kills or starts one of the chain's validators.
fn validator(what: &str, number: usize) {
    let devnet: PathBuf = root().join("scripts/devnet");
    let done = Command::new(&devnet)
        .args([what, &number.to_string()])
        .stdin(Stdio::null())
        .output()
        .expect("scripts/devnet runs");
    println!("{}", String::from_utf8_lossy(&done.stdout).trim());
    assert!(done.status.success(), "{what} {number}: {done:?}");
}

/// A chain through this node alone; none when it does not answer.
fn through(network: &Network, url: &str) -> Option<Chain> {
    let alone = Network {
        rpc: vec![url.to_owned()],
        ..network.clone()
    };
    Chain::connect(alone).ok()
}

/// The newest block of each node; none of one that does not answer.
fn heights(network: &Network) -> Vec<Option<u64>> {
    let height = |url: &String| through(network, url)?.height().ok();
    network.rpc.iter().map(height).collect()
}

/// All nodes have the same state after the block before this one.
fn agree(network: &Network, height: u64) {
    let hash = |url: &String| {
        let chain = through(network, url).expect("it answers");
        chain.app_hash(height).expect("a block")
    };
    let hashes: Vec<String> = network.rpc.iter().map(hash).collect();
    println!("state before block {height}: {hashes:?}");
    assert!(hashes.windows(2).all(|two| two[0] == two[1]), "{hashes:?}");
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(300));
    }
}
