//! `surge deploy verify` names each field that is not what the settings say.

use std::{collections::BTreeMap, fs};

use cosmrs::Any;
use serde_json::{json, Value};
use surge_chain::{
    execute, instantiate2, migrate, store_code, update_admin, Error, Included, Key, Limit,
};
use surge_chain_tests::Surge;

use super::{artifacts, Deployer, CONTRACTS};

/// One setting each, and what of the contracts has to differ then.
const CHANGED: [(&str, &str, &str); 24] = [
    ("/profile", "dao", "profile"),
    ("/arbiter", "escrow", "arbiter"),
    ("/faucet", "token", "initial_balances[1].address"),
    ("/epoch_secs", "rewards", "epoch_secs"),
    ("/dao/name", "dao", "name"),
    ("/dao/uri", "dao", "uri"),
    ("/dao/founders/2", "dao", "members[2]"),
    (
        "/dao/policies/text/quorum_bps",
        "dao",
        "policies.text.quorum_bps",
    ),
    ("/dao/policies/any/deposit", "dao", "policies.any.deposit"),
    ("/registry/weights/time", "registry", "params.weights.time"),
    ("/registry/rows_cap", "registry", "params.rows_cap"),
    (
        "/registry/heartbeat_secs",
        "registry",
        "params.heartbeat_secs",
    ),
    ("/escrow/take_bps", "escrow", "params.take_bps"),
    ("/escrow/review_secs", "escrow", "params.review_secs"),
    ("/rewards/base_bps", "rewards", "params.base_bps"),
    ("/regions/6/name", "registry", "regions[6].name"),
    (
        "/regions/6/jurisdiction",
        "registry",
        "regions[6].jurisdiction",
    ),
    ("/regions/0/clean_ppm", "registry", "regions[0].clean_ppm"),
    ("/regions/6/rtt_ms/1", "registry", "regions[1].rtt_ms[6]"),
    ("/classes/0/name", "registry", "classes[0].name"),
    ("/classes/0/leading", "registry", "classes[0].leading"),
    (
        "/classes/0/smallest/memory_mib",
        "registry",
        "classes[0].smallest.memory_mib",
    ),
    (
        "/classes/0/markets/1/reference/milli_cpu",
        "registry",
        "classes[0].markets[1].reference.milli_cpu",
    ),
    (
        "/classes/0/markets/1/smallest_bond",
        "registry",
        "classes[0].markets[1].smallest_bond",
    ),
];

/// Another value of the same kind.
fn other(value: &Value, somebody: &str) -> Value {
    match value {
        Value::Number(number) => json!(number.as_u64().expect("a whole number") + 1),
        Value::String(text) if text.starts_with("wasm1") => json!(somebody),
        Value::String(text) if text == "dev" => json!("main"),
        Value::String(text) if text == "milli_cpu" => json!("memory_mib"),
        Value::String(text) if text.parse::<u128>().is_ok() => json!(format!("1{text}")),
        Value::String(text) => json!(format!("{text}-x")),
        other => panic!("{other} is no setting"),
    }
}

/// Pointers to all single values.
fn leaves(at: &str, value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, value)| leaves(&format!("{at}/{key}"), value, all)),
        Value::Array(rows) => rows
            .iter()
            .enumerate()
            .for_each(|(index, value)| leaves(&format!("{at}/{index}"), value, all)),
        _ => all.push(at.to_owned()),
    }
}

/// Verifies against these settings. Answers what does not hold: contract and field, wanted
/// and found.
fn differences(
    surge: &Surge,
    settings: &Value,
    more: &[&str],
) -> BTreeMap<(String, String), (Value, Value)> {
    let path = surge.home.join("changed.settings.toml");
    fs::write(&path, toml::to_string(settings).expect("TOML")).expect("a file");
    let (path, artifacts) = (path.display().to_string(), artifacts());
    let args = [
        "deploy",
        "verify",
        "--settings",
        &path,
        "--artifacts",
        &artifacts,
    ];
    let output = surge
        .command(&[&args, more].concat())
        .output()
        .expect("the program");
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    if output.status.success() {
        assert_eq!(said["holds"], true);
        return BTreeMap::new();
    }
    let findings = said["findings"].as_array().expect("findings").iter();
    let differ = findings.filter(|finding| finding["holds"] == false);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let error = text(&said["error"]);
    differ
        .map(|finding| {
            let (contract, field) = (text(&finding["contract"]), text(&finding["field"]));
            assert!(error.contains(&format!("{contract} {field} (")), "{error}");
            let values = (finding["wanted"].clone(), finding["found"].clone());
            ((contract, field), values)
        })
        .collect()
}

#[test]
fn verify_fails_on_each_setting_that_differs_and_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let deployer = Deployer::new(folder.path(), "verified");
    let artifacts = artifacts();
    let done = deployer
        .surge
        .ok(&["deploy", "apply", "--artifacts", &artifacts]);
    // `surge tx` knows what was sent, should one of them be lost.
    let sent = fs::read_to_string(deployer.surge.home.join("sent.jsonl")).expect("a file");
    for step in done["steps"].as_array().expect("steps") {
        let name = format!("{} {}", step["action"], step["contract"]).replace('"', "");
        let hash = step["tx"].as_str().expect("a transaction");
        let mut lines = sent.lines().filter(|line| line.contains(hash));
        assert!(
            lines.any(|line| line.contains(&name)),
            "{name} {hash}: {sent}"
        );
    }
    let chain_id = deployer.chain.network().chain_id.clone();
    let state = deployer.state();
    let settings = &state[&chain_id]["_meta"][&deployer.name]["settings"];
    let somebody = deployer.chain.network().key("hostile").expect("a key");
    let somebody = somebody.address();
    // Whoever verifies has no key.
    let surge = Surge {
        from: None,
        ..deployer.surge.clone()
    };
    assert_eq!(differences(&surge, settings, &[]), BTreeMap::new());

    for (setting, contract, field) in CHANGED {
        let mut changed = settings.clone();
        let place = changed.pointer_mut(setting).expect(setting);
        let (before, now) = (place.clone(), other(place, somebody));
        *place = now.clone();
        let differ = differences(&surge, &changed, &[]);
        let found = differ.get(&(contract.to_owned(), field.to_owned()));
        assert_eq!(found, Some(&(now, before)), "{setting}: {differ:?}");
        assert!(differ.len() <= 10, "{setting}: {differ:?}");
    }

    // All of them at once: every value of the settings is compared.
    let mut all = vec![];
    leaves("", settings, &mut all);
    println!("  {} settings", all.len());
    let mut changed = settings.clone();
    for setting in &all {
        let place = changed.pointer_mut(setting).expect("a setting");
        *place = other(place, somebody);
    }
    let differ = differences(&surge, &changed, &[]);
    for setting in &all {
        let wanted = changed.pointer(setting).expect("a setting");
        let found = settings.pointer(setting).expect("a setting");
        let key = setting
            .rsplit('/')
            .find(|part| part.parse::<usize>().is_err());
        let key = match key.expect("a name") {
            "founders" => "members",
            "faucet" => "address",
            key => key,
        };
        let named = differ.iter().any(|((_, field), values)| {
            let field = field
                .trim_end_matches(']')
                .trim_end_matches(|c: char| c.is_ascii_digit());
            field.trim_end_matches('[').ends_with(key) && (&values.0, &values.1) == (wanted, found)
        });
        assert!(named, "{setting} is not compared");
    }

    // A region, a class and a founder less.
    for (list, contract, field) in [
        ("/regions", "registry", "regions[6]"),
        ("/classes", "registry", "classes[0]"),
        ("/dao/founders", "dao", "members[2]"),
    ] {
        let mut changed = settings.clone();
        let rows = changed.pointer_mut(list).and_then(Value::as_array_mut);
        rows.expect("a list").pop();
        let differ = differences(&surge, &changed, &[]);
        let found = differ.get(&(contract.to_owned(), field.to_owned()));
        assert!(
            found.is_some_and(|(wanted, _)| wanted.is_null()),
            "{list}: {differ:?}"
        );
    }
}

#[test]
fn verify_fails_on_other_code_and_on_contracts_of_another_deployment() {
    let folder = tempfile::tempdir().expect("a folder");
    let artifacts = artifacts();
    let one = Deployer::new(folder.path(), "one");
    one.surge
        .ok(&["deploy", "apply", "--artifacts", &artifacts]);
    // With the same state file, so that the codes are shared.
    let name = format!("{}-other", one.name);
    let two = one.surge.with("SURGE_DEPLOYMENT", &name);
    let newest = one.newest_code();
    two.ok(&["deploy", "apply", "--artifacts", &artifacts]);
    assert_eq!(one.newest_code(), newest, "deployments share codes");
    let here = one.state()[&one.chain.network().chain_id].clone();
    let settings = here["_meta"][&one.name]["settings"].clone();

    // By addresses alone, with an empty state file and no key.
    let stranger = Surge {
        from: None,
        ..Surge::new(folder.path().join("stranger"))
    };
    let addresses = |mixed: Option<&str>| {
        let of = |contract: &&str| {
            let deployment = if mixed == Some(contract) {
                &name
            } else {
                &one.name
            };
            let address = here[deployment][*contract].as_str().expect("an address");
            format!("{contract}={address}")
        };
        CONTRACTS.iter().map(of).collect::<Vec<_>>().join(",")
    };
    assert_eq!(
        differences(&stranger, &settings, &["--addresses", &addresses(None)]),
        BTreeMap::new()
    );

    // Whatever contract is of another deployment, others than it point elsewhere.
    for (contract, fields) in [
        (
            "dao",
            vec![
                ("registry", "admin"),
                ("registry", "owner"),
                ("token", "admin"),
                ("rewards", "owner"),
                ("dao", "rows[0].contract"),
                ("escrow", "treasury"),
            ],
        ),
        (
            "token",
            vec![
                ("escrow", "reward_token"),
                ("registry", "denoms[1].cw20"),
                ("rewards", "token"),
                ("token", "minter"),
                ("token", "admin"),
            ],
        ),
        (
            "registry",
            vec![
                ("escrow", "registry"),
                ("rewards", "registry"),
                ("registry", "escrow"),
                ("registry", "owner"),
            ],
        ),
        (
            "escrow",
            vec![
                ("registry", "escrow"),
                ("rewards", "escrow"),
                ("escrow", "owner"),
                ("escrow", "admin"),
            ],
        ),
        (
            "rewards",
            vec![
                ("token", "minter"),
                ("token", "mint.minter"),
                ("rewards", "owner"),
                ("rewards", "token"),
            ],
        ),
    ] {
        let differ = differences(
            &stranger,
            &settings,
            &["--addresses", &addresses(Some(contract))],
        );
        for (at, field) in fields {
            let named = differ.contains_key(&(at.to_owned(), field.to_owned()));
            assert!(
                named,
                "another {contract}: {at} {field}: {:?}",
                differ.keys()
            );
        }
    }

    // Other code than the chain's.
    let other = folder.path().join("artifacts");
    fs::create_dir_all(&other).expect("a folder");
    for contract in CONTRACTS {
        let mut wasm = fs::read(surge_chain_tests::artifact(&format!("surge_{contract}")))
            .expect("the artifact");
        // An empty custom section more.
        wasm.extend([0, 2, 1, b'x']);
        fs::write(other.join(format!("surge_{contract}.wasm")), wasm).expect("a file");
    }
    let other = other.display().to_string();
    let verify = ["deploy", "verify", "--artifacts", &other, "--trust-state"];
    let (error, _) = one.surge.fails(&verify);
    assert!(error.starts_with("5 of "), "{error}");
    for contract in CONTRACTS {
        assert!(
            error.contains(&format!("{contract} checksum (code)")),
            "{error}"
        );
    }

    // A state file's word for the code that a contract was born with is not taken unasked.
    let (error, _) = one.surge.fails(&verify[..4]);
    assert!(error.starts_with("10 of "), "{error}");

    let (error, _) = stranger.fails(&[
        "deploy",
        "verify",
        "--artifacts",
        &artifacts,
        "--addresses",
        "dao=wasm1x",
    ]);
    assert_eq!(error, "no address of token, registry, escrow, rewards");
    let (error, next) = stranger.fails(&["deploy", "verify", "--artifacts", &artifacts]);
    assert!(
        error.contains("no deployment of the suite is known"),
        "{error}"
    );
    assert!(next.contains("SURGE_STATE"), "{next}");
}

/// Gas for each of the forger's transactions. Changing an admin is so cheap that the margin over
/// what was simulated does not cover its fee's.
const ENOUGH: u64 = 5_000_000;

/// A token of a deployment's own, made and changed by its deployer as he likes, then handed to
/// the DAO as if nothing had been.
struct Forger<'a> {
    deployer: &'a Deployer,
    key: Key,
    here: Value,
}

impl Forger<'_> {
    fn address(&self, contract: &str) -> &str {
        let address = self.here[&self.deployer.name][contract].as_str();
        address.expect("an address")
    }

    fn send(&self, message: Result<Any, Error>) -> Included {
        let message = message.expect("a message");
        let sent = self
            .deployer
            .chain
            .send(&self.key, &[message], Limit::Gas(ENOUGH));
        sent.expect("a transaction")
    }

    /// A token of this code and message.
    fn born(&self, code_id: u64, salt: &str, message: &Value) -> String {
        let (me, salt) = (self.key.address(), salt.as_bytes());
        let made = self.send(instantiate2(me, code_id, "surge token", me, salt, message));
        let address = made.attribute("instantiate", "_contract_address");
        address.expect("an address")
    }

    fn migrate(&self, token: &str, code_id: u64) {
        self.send(migrate(self.key.address(), token, code_id, &json!({})));
    }

    /// What does not hold of the deployment when this is its token, by settings and addresses
    /// alone.
    fn verify(&self, token: &str) -> BTreeMap<(String, String), (Value, Value)> {
        let me = self.key.address();
        self.send(update_admin(me, token, self.address("dao")));
        let of = |contract: &str| match contract {
            "token" => format!("token={token}"),
            other => format!("{other}={}", self.address(other)),
        };
        let addresses = CONTRACTS.map(of).join(",");
        let settings = &self.here["_meta"][&self.deployer.name]["settings"];
        let stranger = Surge {
            from: None,
            ..Surge::new(self.deployer.surge.home.join("stranger"))
        };
        differences(&stranger, settings, &["--addresses", &addresses])
    }
}

#[test]
fn verify_fails_on_code_that_ran_before_and_on_money_that_nobody_was_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let deployer = Deployer::new(folder.path(), "forged");
    deployer
        .surge
        .ok(&["deploy", "apply", "--artifacts", &artifacts()]);
    let network = deployer.chain.network();
    let forger = Forger {
        key: network.key("deployer").expect("a key"),
        here: deployer.state()[&network.chain_id].clone(),
        deployer: &deployer,
    };
    let right = forger.here["code_ids"]["token"].as_u64().expect("a code");
    let mut wasm = fs::read(surge_chain_tests::artifact("surge_token")).expect("the artifact");
    wasm.extend([0, 2, 1, b'x']);
    let stored = forger.send(store_code(&deployer.address, &wasm));
    let other = stored.attribute("store_code", "code_id").expect("a code");
    let history = deployer.chain.history(forger.address("token"));
    let history = history.expect("an answer");
    let message: Value = serde_json::from_slice(&history[0].msg).expect("JSON");
    let checksum = |code_id: u64| {
        let code = deployer.chain.code(code_id).expect("an answer");
        json!(code.expect("a code").checksum.to_hex())
    };
    let (wanted, found) = (checksum(right), checksum(other));
    let named = |field: &str| ("token".to_owned(), field.to_owned());

    // Born of other code, which may have stored anything, then given the right one.
    let token = forger.born(other, "born", &message);
    forger.migrate(&token, right);
    let differ = forger.verify(&token);
    assert_eq!(
        differ.get(&named("code")),
        Some(&(wanted.clone(), found.clone())),
        "{differ:?}"
    );
    assert!(!differ.contains_key(&named("checksum")), "{differ:?}");

    // Born of the right code, and given other code for a while.
    let token = forger.born(right, "between", &message);
    forger.migrate(&token, other);
    forger.migrate(&token, right);
    let differ = forger.verify(&token);
    assert_eq!(
        differ.get(&named("later codes[0]")),
        Some(&(wanted, found)),
        "{differ:?}"
    );
    assert!(!differ.contains_key(&named("code")), "{differ:?}");

    // More of it than it was born with.
    let mut mine = message;
    mine["mint"]["minter"] = json!(deployer.address);
    let token = forger.born(right, "minted", &mine);
    let mint = json!({ "mint": { "recipient": deployer.address, "amount": "1" } });
    forger.send(execute(&deployer.address, &token, &mint, &[]));
    let hand_over = json!({ "update_minter": { "new_minter": forger.address("rewards") } });
    forger.send(execute(&deployer.address, &token, &hand_over, &[]));
    let differ = forger.verify(&token);
    assert!(
        differ.contains_key(&named("total_supply, at most")),
        "{differ:?}"
    );
    assert!(!differ.contains_key(&named("minter")), "{differ:?}");
}
