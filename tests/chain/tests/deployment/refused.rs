//! What a deployment refuses before a coin is spent.

use std::fs;

use serde_json::Value;
use surge_chain::Limit;

use super::{artifacts, Deployer, CONTRACTS};

/// The settings of local networks with something replaced.
fn settings(deployer: &Deployer, what: &str, by: &str) -> String {
    let file = surge_chain_tests::root().join("networks/devnet.settings.toml");
    let text = fs::read_to_string(file).expect("the settings");
    assert!(text.contains(what), "{what}");
    let path = deployer.surge.home.join("changed.settings.toml");
    fs::write(&path, text.replacen(what, by, 1)).expect("a file");
    path.display().to_string()
}

#[test]
fn a_deployment_goes_on_with_what_it_was_begun_with_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let deployer = Deployer::new(folder.path(), "begun");
    let name = &deployer.name;
    let artifacts = artifacts();
    let apply = ["deploy", "apply", "--artifacts", &artifacts];
    deployer.surge.ok(&apply);
    let (sequence, state) = (deployer.sequence(), deployer.state());

    let changed = settings(&deployer, "epoch_secs = 60", "epoch_secs = 61");
    for action in ["plan", "apply"] {
        let with = [
            "deploy",
            action,
            "--artifacts",
            &artifacts,
            "--settings",
            &changed,
        ];
        let (error, next) = deployer.surge.fails(&with);
        assert_eq!(
            error,
            format!(
                "the deployment {name} was begun with other settings:\n  epoch_secs: 60, now 61"
            )
        );
        assert!(next.contains("--deployment NAME"), "{next}");
    }

    let other = folder.path().join("artifacts");
    fs::create_dir_all(&other).expect("a folder");
    for contract in CONTRACTS {
        let file = format!("surge_{contract}.wasm");
        let from = match contract {
            "token" => surge_chain_tests::artifact("surge_rewards"),
            _ => surge_chain_tests::artifact(&format!("surge_{contract}")),
        };
        fs::copy(from, other.join(file)).expect("a copy");
    }
    let other = other.display().to_string();
    let (error, _) = deployer
        .surge
        .fails(&["deploy", "apply", "--artifacts", &other]);
    assert!(
        error.starts_with(&format!(
            "the deployment {name} was begun with another token: sha256 16e16704"
        )),
        "{error}"
    );

    let (error, _) = deployer.surge.signing("anyone").fails(&apply);
    assert!(
        error.starts_with(&format!("the deployment {name} was begun by ")),
        "{error}"
    );
    assert!(error.contains(&deployer.address), "{error}");

    assert_eq!(deployer.sequence(), sequence);
    assert_eq!(deployer.state(), state, "what is refused changes nothing");

    // The state file is lost: what is on the chain is found, and compared.
    let file = deployer.surge.home.join("state.json");
    fs::remove_file(&file).expect("the state file");
    let (error, _) = deployer.surge.fails(&[
        "deploy",
        "apply",
        "--artifacts",
        &artifacts,
        "--settings",
        &changed,
    ]);
    assert!(
        error.contains(
            "was born with other settings: 1 of them differ, epoch_secs: wanted 61, found 60"
        ),
        "{error}"
    );
    fs::remove_file(&file).expect("the state file");
    deployer.surge.ok(&apply);
    assert_eq!(deployer.sequence(), sequence, "nothing was sent");
    let known = |state: &Value| {
        let here = &state[&deployer.chain.network().chain_id];
        (
            here["code_ids"].clone(),
            here[name].clone(),
            here["_meta"][name]["start_secs"].clone(),
        )
    };
    assert_eq!(known(&deployer.state()), known(&state));
    deployer
        .surge
        .ok(&["deploy", "verify", "--artifacts", &artifacts]);
}

#[test]
fn who_cannot_pay_for_all_of_it_pays_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let deployer = Deployer::new(folder.path(), "poor");
    let artifacts = artifacts();
    // A key of its own, kept as people keep theirs.
    let poor = deployer
        .surge
        .signing("poor")
        .with("SURGE_PASSPHRASE", "correct horse");
    let words = deployer.surge.home.join("words");
    let words = words.display().to_string();
    let made = poor.ok(&["keys", "add", "poor", "--backup", &words]);
    let address = made["address"].as_str().expect("an address").to_owned();

    let (error, next) = poor.fails(&["deploy", "plan", "--artifacts", &artifacts]);
    assert!(error.contains("has never held anything"), "{error}");
    assert!(next.contains(&address), "{next}");

    let giver = deployer.chain.network().key("anyone").expect("a key");
    let funds = cosmwasm_std::coins(100_000, "ustake");
    let gift = surge_chain::pay(giver.address(), &address, &funds).expect("a message");
    deployer
        .chain
        .send(&giver, &[gift], Limit::Simulated)
        .expect("a gift");
    let plan = poor.ok(&["deploy", "plan", "--artifacts", &artifacts]);
    assert_eq!(plan["balance"], "100000");
    let steps = plan["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 10);
    for step in steps {
        let known = match step["action"].as_str() {
            Some("store") => "simulated",
            _ => "estimated",
        };
        assert_eq!(step["cost"]["known"], known, "{step}");
        assert_eq!(step["done"], false);
    }
    let fee: u64 = steps
        .iter()
        .filter_map(|step| step["cost"]["fee"].as_str()?.parse::<u64>().ok())
        .sum();
    assert_eq!(plan["fee"], fee.to_string());

    let (error, next) = poor.fails(&["deploy", "apply", "--artifacts", &artifacts]);
    assert!(error.starts_with("the deployment costs 0.6"), "{error}");
    assert!(error.ends_with("holds 0.1 STAKE"), "{error}");
    assert!(next.contains("nothing was spent"), "{next}");
    assert_eq!(
        deployer
            .chain
            .balance(&address, "ustake")
            .expect("an answer"),
        100_000
    );
    assert_eq!(deployer.chain.sequence(&address).expect("an account"), 0);
    assert!(!deployer.surge.home.join("state.json").exists());
}
