//! Killed at any step, a deployment is completed by the next try, and nothing happens twice.

use std::{
    fs,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use serde_json::{json, Value};
use surge_chain_tests::artifact;

use super::{Deployer, CONTRACTS};

/// Longest that one step takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// When the program is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// As soon as the state file names the step's transaction, sent or not.
    Noted,
    /// As soon as a block holds it.
    Included,
}

/// Applies until this moment of this step, then kills the program. Answers whether the
/// program had taken note that the step is done.
fn kill_at(deployer: &Deployer, step: &str, moment: Moment) -> bool {
    let chain_id = deployer.chain.network().chain_id.clone();
    let pending = || {
        let state = deployer.state();
        let pending = state[&chain_id]["_meta"][&deployer.name]["pending"].clone();
        (pending["step"] == step).then_some(pending)
    };
    let artifacts = super::artifacts();
    let mut command = deployer
        .surge
        .command(&["deploy", "apply", "--artifacts", &artifacts]);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program");
    let since = Instant::now();
    let noted = loop {
        if let Some(pending) = pending() {
            break pending;
        }
        let ended = child.try_wait().expect("a child");
        assert_eq!(ended, None, "it ended before {step}");
        assert!(since.elapsed() < PATIENCE, "{step} never came");
        thread::sleep(Duration::from_millis(1));
    };
    if moment == Moment::Included {
        let hash = noted["hash"].as_str().expect("a hash");
        while deployer.chain.find(hash).expect("an answer").is_none() {
            assert!(since.elapsed() < PATIENCE, "{step} never landed");
        }
    }
    child.kill().expect("a child that runs");
    child.wait().expect("a child that ended");
    pending().is_none()
}

/// Steps of a deployment in order.
fn steps() -> Vec<String> {
    let of = |action: &str| CONTRACTS.map(|contract| format!("{action} {contract}"));
    [of("store"), of("instantiate")].concat()
}

/// Kills a deployment when this step is noted, and the next try when a block holds the step
/// after it (for the last step: the step itself is all that is left). Then completes it, and
/// checks that each step happened once.
fn interrupt(deployer: &Deployer, step: usize, codes: u64) {
    let (sequence, newest) = (deployer.sequence(), deployer.newest_code());
    let steps = steps();
    let mut kills = vec![(&steps[step], Moment::Noted)];
    kills.extend(steps.get(step + 1).map(|next| (next, Moment::Included)));
    if step == 0 {
        kills.insert(1, (&steps[0], Moment::Included));
    }
    for (step, moment) in kills {
        // What was noted before its kill may have been carried out by then.
        let known = kill_at(deployer, step, moment);
        println!("  killed: {step} {moment:?}, noted as done {known}");
    }
    let artifacts = super::artifacts();
    let apply = ["deploy", "apply", "--artifacts", &artifacts];
    let since = Instant::now();
    let done = deployer.surge.ok(&apply);
    let name = &steps[step];
    println!(
        "  {name}: completed in {:.1} s",
        since.elapsed().as_secs_f64()
    );

    assert_eq!(deployer.newest_code() - newest, codes, "codes of {name}");
    let sent = deployer.sequence() - sequence;
    assert_eq!(sent, codes + 5, "transactions of {name}");
    let chain_id = &deployer.chain.network().chain_id;
    let state = deployer.state();
    for contract in CONTRACTS {
        let wasm = fs::read(artifact(&format!("surge_{contract}"))).expect("the artifact");
        let code_id = state[chain_id]["code_ids"][contract].as_u64();
        let code = deployer.chain.code(code_id.expect("a code id"));
        let code = code.expect("an answer").expect("a code");
        assert_eq!(code.checksum, cosmwasm_std::Checksum::generate(&wasm));
        assert_eq!(code.creator, deployer.address);
        let address = done["contracts"][contract].as_str().expect("an address");
        let found = deployer.chain.contract(address).expect("an answer");
        let found = found.expect("a contract");
        assert_eq!(
            (Some(found.code_id), &found.creator),
            (code_id, &deployer.address)
        );
    }
    let verify = ["deploy", "verify", "--artifacts", &artifacts];
    deployer.surge.ok(&verify);
}

#[test]
fn a_deployment_killed_at_any_step_is_completed_by_the_next_try() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = (0..CONTRACTS.len()).map(|step| {
        let deployer = Deployer::new(folder.path(), &format!("killed-{step}"));
        interrupt(&deployer, step, 5);
        deployer
    });
    // The codes are there by now, and deployments share them.
    let any = whole.last().expect("a deployment");
    let chain_id = any.chain.network().chain_id.clone();
    let codes: Value = any.state()[&chain_id]["code_ids"].clone();
    for step in CONTRACTS.len()..2 * CONTRACTS.len() {
        let deployer = Deployer::new(folder.path(), &format!("killed-{step}"));
        let state = json!({ &chain_id: { "code_ids": codes } });
        fs::write(deployer.surge.home.join("state.json"), state.to_string()).expect("a file");
        interrupt(&deployer, step, 0);
    }

    let sequence = any.sequence();
    let artifacts = super::artifacts();
    let again = any
        .surge
        .ok(&["deploy", "apply", "--artifacts", &artifacts]);
    let steps = again["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 10);
    assert!(steps.iter().all(|step| step["tx"].is_null()), "{again}");
    assert_eq!(any.sequence(), sequence, "what is done is not done again");
}

#[test]
fn two_tries_at_once_are_one_too_many() {
    let folder = tempfile::tempdir().expect("a folder");
    let deployer = Deployer::new(folder.path(), "at-once");
    let artifacts = super::artifacts();
    let apply = ["deploy", "apply", "--artifacts", &artifacts];
    let mut first = deployer.surge.command(&apply);
    let mut first = first
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    while !deployer.surge.home.join("state.json").exists() {
        assert_eq!(first.try_wait().expect("a child"), None, "it ended early");
        thread::sleep(Duration::from_millis(5));
    }
    let (error, next) = deployer.surge.fails(&apply);
    assert!(
        error.contains("another deployment is being applied"),
        "{error}"
    );
    assert!(next.contains("wait for it"), "{next}");
    assert!(first.wait().expect("a child").success());
}
