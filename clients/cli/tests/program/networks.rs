//! Networks as files, and what is said of wrong ones.

use crate::support::{fields, Surge};
use serde_json::json;

/// An entry as the Cosmos chain registry has them, with what a client needs.
fn chain() -> serde_json::Value {
    json!({
        "chain_name": "examplechain", "chain_id": "example-1", "network_type": "testnet",
        "bech32_prefix": "exa",
        "fees": { "fee_tokens": [{ "denom": "aexa", "fixed_min_gas_price": 1, "average_gas_price": 2.5 }] },
        "apis": { "rpc": [{ "address": "https://rpc.example.org" }] },
        "explorers": [{ "tx_page": "https://look.example.org/${txHash}" }],
    })
}

#[test]
fn an_entry_of_the_chain_registry_becomes_a_network() {
    let surge = Surge::new();
    let file = surge.file("chain.json", &chain().to_string());
    let added = surge
        .run(&["network", "add", "example", &file, "--json"])
        .json();
    assert_eq!(fields(&added), ["chain_id", "file", "name"]);
    let shown = surge
        .run(&["network", "show", "-n", "example", "--json"])
        .json();
    assert_eq!(fields(&shown), ["name", "network", "origin"]);
    assert_eq!(
        shown["network"],
        json!({
            "chain_id": "example-1", "kind": "test", "prefix": "exa",
            "rpc": ["https://rpc.example.org"],
            "fee": { "denom": "aexa", "display": "EXA", "exponent": 18, "gas_price": "2.5", "gas_margin_percent": 140 },
            "explorer": { "tx": "https://look.example.org/${txHash}" },
        })
    );
}

#[test]
fn the_list_of_assets_says_how_the_coin_is_shown() {
    let surge = Surge::new();
    let file = surge.file("chain.json", &chain().to_string());
    let assets = json!({ "assets": [{
        "base": "aexa", "display": "example", "symbol": "EXMPL",
        "denom_units": [{ "denom": "aexa", "exponent": 0 }, { "denom": "example", "exponent": 12 }],
    }] });
    let assets = surge.file("assetlist.json", &assets.to_string());
    surge
        .run(&[
            "network", "add", "example", &file, "--assets", &assets, "--json",
        ])
        .json();
    let shown = surge
        .run(&["network", "show", "-n", "example", "--json"])
        .json();
    assert_eq!(shown["network"]["fee"]["display"], "EXMPL");
    assert_eq!(shown["network"]["fee"]["exponent"], 12);

    let other = surge.file("other.json", r#"{ "assets": [] }"#);
    let failure = surge
        .run(&["network", "add", "x", &file, "--assets", &other, "--json"])
        .failure();
    assert_eq!(
        failure["error"],
        "network examplechain: the list of assets does not show its fee token"
    );
}

#[test]
fn an_entry_without_what_is_needed_is_refused_by_name() {
    let surge = Surge::new();
    for (pointer, expected) in [
        ("/chain_id", "it has no chain_id"),
        ("/bech32_prefix", "it has no bech32_prefix"),
        ("/fees/fee_tokens", "it has no fees.fee_tokens"),
        ("/apis/rpc", "it has no apis.rpc"),
    ] {
        let mut chain = chain();
        *chain.pointer_mut(pointer).expect("a field") = json!(null);
        let file = surge.file("chain.json", &chain.to_string());
        let failure = surge
            .run(&["network", "add", "example", &file, "--json"])
            .failure();
        let error = failure["error"].as_str().expect("text");
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_chain_with_other_keys_is_refused_and_another_coin_type_is_told() {
    let surge = Surge::new();
    let mut chain = chain();
    chain["slip44"] = json!(60);
    let file = surge.file("chain.json", &chain.to_string());
    let failure = surge
        .run(&["network", "add", "example", &file, "--json"])
        .failure();
    let error = failure["error"].as_str().expect("text");
    assert!(error.contains("Ethereum's keys"), "{error}");

    chain["slip44"] = json!(330);
    let file = surge.file("chain.json", &chain.to_string());
    let done = surge.run(&["network", "add", "example", &file]);
    assert!(done.out.contains("by coin type 330, this program by 118"));
}

#[test]
fn networks_of_ones_own_stand_beside_those_that_come_along() {
    let surge = Surge::new();
    let before = surge.run(&["network", "list", "--json"]).json();
    let names = |list: &serde_json::Value| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|network| network["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(
        names(&before),
        [
            "archway-testnet",
            "juno-testnet",
            "neutron-testnet",
            "osmosis-testnet"
        ]
    );
    assert_eq!(fields(&before[0]), ["chain_id", "kind", "name", "origin"]);
    let file = surge.file("chain.json", &chain().to_string());
    surge.run(&["network", "add", "example", &file]);
    assert!(
        names(&surge.run(&["network", "list", "--json"]).json()).contains(&"example".to_owned())
    );
}

#[test]
fn what_is_not_there_says_what_to_do() {
    let surge = Surge::new();
    for (words, error, next) in [
        (
            &["network", "show", "-n", "nowhere"][..],
            "there is no network named nowhere",
            "surge network list",
        ),
        (
            &["network", "show"],
            "there is no devnet on this machine",
            "scripts/devnet up",
        ),
        (
            &["network", "add", "../x", "x.toml"],
            "cannot read x.toml",
            "",
        ),
        (
            &["network", "check", "-n", "osmosis-testnet"],
            "cannot read artifacts/surge_dao.wasm",
            "scripts/wasm",
        ),
        (
            &["job", "list", "-n", "osmosis-testnet"],
            "no deployment of the suite is known on osmo-test-5",
            "surge deploy apply",
        ),
        (
            &["ask", "nobody", "-n", "osmosis-testnet"],
            "there is no contract \"nobody\"",
            "dao, token, registry, escrow, rewards",
        ),
    ] {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let failure = surge.run(&words).failure();
        assert!(
            failure["error"]
                .as_str()
                .is_some_and(|said| said.contains(error)),
            "{failure}"
        );
        if !next.is_empty() {
            assert!(
                failure["next"]
                    .as_str()
                    .is_some_and(|said| said.contains(next)),
                "{failure}"
            );
        }
    }
}

#[test]
fn what_a_contract_takes_is_listed_without_a_chain() {
    let surge = Surge::new();
    let list = surge
        .run(&["ask", "escrow", "-n", "osmosis-testnet", "--json"])
        .json();
    assert_eq!(fields(&list[0]), ["by", "name"]);
    assert_eq!(list.as_array().map(Vec::len), Some(9));
}

#[test]
fn completions_and_manual_pages_are_made() {
    let surge = Surge::new();
    for shell in ["bash", "zsh", "fish"] {
        let done = surge.run(&["completions", shell]);
        assert_eq!(done.code, 0);
        assert!(done.out.contains("heartbeat"), "{shell}");
    }
    assert_eq!(surge.run(&["man", "pages"]).code, 0);
    let page = std::fs::read_to_string(surge.path("pages/surge-job-submit.1")).expect("a page");
    assert!(page.contains("max\\-price"), "{page}");
    assert!(
        page.contains("data.csv"),
        "the example stands in the page: {page}"
    );
}

#[test]
fn the_doctor_says_what_is_missing_on_a_new_machine_and_what_to_do() {
    let surge = Surge::new();
    let done = surge.run(&["doctor", "--json"]);
    let report = done.failure();
    assert_eq!(report["healthy"], false);
    let of = |what: &str| {
        let checks = report["checks"].as_array().expect("checks");
        checks
            .iter()
            .find(|check| check["what"] == what)
            .expect(what)
            .clone()
    };
    assert_eq!(of("home")["state"], "ok");
    assert_eq!(of("engine")["state"], "ok");
    assert_eq!(of("network")["state"], "wrong");
    assert!(of("network")["next"]
        .as_str()
        .is_some_and(|next| next.contains("scripts/devnet up")));
    assert_eq!(of("artifacts")["state"], "missing");
    assert_eq!(of("store")["state"], "missing");
}

#[test]
fn words_that_are_not_understood_end_with_two() {
    let surge = Surge::new();
    for words in [
        &["job", "sumbit"][..],
        &["job", "show"],
        &["job", "show", "seven"],
        &[],
    ] {
        assert_eq!(surge.run(words).code, 2, "{words:?}");
    }
}
