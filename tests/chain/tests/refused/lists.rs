//! Lists at their caps. A node answers a query within a gas limit of its own
//! (`query_gas_limit`, 3,000,000 by default); a page of 100 rows, each as large as the
//! contracts allow, has to fit.

use std::{path::Path, time::Instant};

use cosmwasm_std::{coins, to_json_binary};
use serde_json::{json, Value};
use surge_chain::{execute, new_words, pay, Error, Key, Limit, Signed};
use surge_chain_tests::{
    network,
    suite::{capacity, job, node, Suite, BOND},
};
use surge_interface::{dao, escrow, registry, TimeProfile};

/// Rows of the longest page; so many members and providers are there.
const ROWS: usize = 100;
/// What each of them gets for its fees and its bond, in base units.
const POCKET: u128 = 5_000_000;

/// Sends one message of each signer, all of them before looking for the first.
fn all_at_once(
    suite: &Suite,
    gas: u64,
    keys: &[Key],
    contract: &str,
    funds: u128,
    msg: impl Fn(usize, &Key) -> Value,
) {
    let chain = &suite.chain;
    let sent: Vec<Signed> = (0..)
        .zip(keys)
        .map(|(number, signer)| {
            let funds = coins(funds, "ustake");
            let msg = msg(number, signer);
            let message = execute(signer.address(), contract, &msg, &funds).expect("a message");
            let envelope = chain.envelope(signer.address(), gas).expect("an envelope");
            let signed = chain
                .sign(signer, &[message], &envelope)
                .expect("a transaction");
            chain.broadcast(&signed.bytes).expect("taken");
            signed
        })
        .collect();
    for signed in &sent {
        chain.wait(signed).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Asks, and prints how long the answer is. The rows of the answer; none when the node's gas
/// did not suffice.
fn rows(suite: &Suite, contract: &str, query: &Value) -> Option<usize> {
    let since = Instant::now();
    let name = query
        .as_object()
        .and_then(|query| query.keys().next())
        .expect("a query");
    match suite.ask(contract, query.clone()) {
        Ok(answer) => {
            let rows = match &answer {
                Value::Array(rows) => rows.len(),
                Value::Object(fields) => fields
                    .values()
                    .find_map(Value::as_array)
                    .map_or(1, Vec::len),
                _ => 1,
            };
            let bytes = answer.to_string().len();
            println!(
                "  {name}: {rows} rows, {bytes} bytes, {:.2} s",
                since.elapsed().as_secs_f64()
            );
            Some(rows)
        }
        Err(Error::Query { log, .. }) if log.contains("out of gas") => {
            println!("  {name} {query}: out of gas");
            None
        }
        Err(error) => panic!("{query}: {error}"),
    }
}

/// A network at its caps: a hundred members, each of whom is a provider with a node, has
/// proposed something with the longest text and actions, has voted on the first proposal with
/// the longest reason, and has ordered a job with the longest texts; 64 regions, 32 classes.
fn crowd(folder: &Path) -> Suite {
    let prefix = network().expect("the network's file").prefix;
    let key = |number| {
        let words = new_words().expect("words");
        Key::from_mnemonic(&prefix, &format!("member {number}"), &words).expect("a key")
    };
    let keys: Vec<Key> = (0..ROWS).map(key).collect();
    let suite = Suite::deploy(folder, "lists", |settings| grow(settings, &keys));
    let giver = suite.key("faucet");
    let gift = |key: &Key| pay(giver.address(), key.address(), &coins(POCKET, "ustake"));
    let gifts: Result<Vec<_>, _> = keys.iter().map(gift).collect();
    let gifts = gifts.expect("messages");
    suite
        .chain
        .send(&giver, &gifts, Limit::Simulated)
        .expect("gifts");

    let (dao, registry) = (suite.dao.as_str(), suite.registry.as_str());
    let actions = vec![dao::Action::Execute {
        contract: suite.token.clone(),
        // In base64 and with its frame just under the 24 KiB of all actions.
        msg: to_json_binary(&"x".repeat(18_000)).expect("JSON"),
        funds: vec![],
    }];
    all_at_once(&suite, 4_000_000, &keys, dao, 1, |number, _| {
        let draft = dao::Draft {
            title: format!("{number:0>140}"),
            text: "t".repeat(dao::MAX_TEXT),
            actions: actions.clone(),
            gas: dao::MIN_GAS,
        };
        json!(dao::ExecuteMsg::Propose { draft })
    });
    all_at_once(&suite, 400_000, &keys, dao, 0, |_, _| {
        json!(dao::ExecuteMsg::Vote {
            proposal: 1,
            choice: dao::Choice::Abstain,
            reason: Some("r".repeat(dao::MAX_REASON)),
        })
    });
    all_at_once(&suite, 400_000, &keys, registry, 0, |_, key| {
        json!(registry::ExecuteMsg::RegisterProvider {
            operator: key.address().into(),
            payout: Some(suite.rewards.clone()),
            profile_uri: "p".repeat(registry::MAX_TEXT),
        })
    });
    // A payout address that does not count yet makes the record longer.
    all_at_once(
        &suite,
        400_000,
        &keys,
        registry,
        0,
        |_, _| json!({ "set_payout": { "payout": suite.escrow } }),
    );
    all_at_once(
        &suite,
        400_000,
        &keys,
        registry,
        2 * BOND,
        |number, _| json!({ "bond": { "provider": number + 1 } }),
    );
    all_at_once(&suite, 600_000, &keys, registry, 0, |_, _| {
        json!(registry::ExecuteMsg::AddNode {
            spec: node(8),
            bond: BOND.into()
        })
    });
    all_at_once(&suite, 600_000, &keys, registry, 0, |number, _| {
        let free = capacity(8);
        json!({ "heartbeat": { "node": number + 1, "seq": 1, "free": free } })
    });
    all_at_once(
        &suite,
        2_000_000,
        &keys,
        &suite.escrow,
        200_000,
        |_, _| json!({ "submit_job": { "spec": longest_job() } }),
    );
    suite
}

/// The settings at their caps.
fn grow(settings: &mut toml::Table, keys: &[Key]) {
    let founders: Vec<String> = keys.iter().map(|key| key.address().to_owned()).collect();
    settings["dao"]["founders"] = founders.into();
    let mut policies = dao::Policies::defaults(TimeProfile::Dev);
    policies.any.deposit = 1u128.into();
    let policies = toml::Value::try_from(policies).expect("policies");
    let dao = settings["dao"].as_table_mut().expect("a table");
    dao.insert("policies".into(), policies);
    let regions = (0..registry::MAX_REGIONS).map(|id| registry::Region {
        name: format!("region-{id}"),
        jurisdiction: "ZZ".into(),
        clean_ppm: 1_000_000,
        rtt_ms: (0..=id)
            .map(|other| if other == id { 2 } else { 12_345 })
            .collect(),
    });
    let regions: Vec<_> = regions.collect();
    settings["regions"] = toml::Value::try_from(regions).expect("regions");
    let cpu = settings["classes"][0].clone();
    let classes = (0..registry::MAX_CLASSES).map(|id| {
        let mut class = cpu.clone();
        class["name"] = format!("{id:0>256}").into();
        class
    });
    settings["classes"] = toml::Value::Array(classes.collect());
}

/// A job whose texts take all the bytes that they may.
fn longest_job() -> escrow::JobSpec {
    let file = |number: usize| escrow::Artifact {
        uri: format!("https://files.example.org/{number:0>150}"),
        sha256: "b".repeat(64),
    };
    let mut spec = job(4, escrow::WhenFull::Refuse);
    spec.inputs = (0..escrow::MAX_INPUTS).map(file).collect();
    spec
}

#[test]
fn a_list_at_its_cap_fits_a_nodes_query_gas() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = crowd(folder.path());
    let [registry, escrow, dao] = [&suite.registry, &suite.escrow, &suite.dao];
    println!("  registry {registry}\n  escrow {escrow}\n  dao {dao}");
    let all = json!({ "limit": ROWS });
    for (contract, query, expected) in [
        (registry, json!({ "providers": all }), ROWS),
        (registry, json!({ "nodes": all }), ROWS),
        (registry, json!({ "regions": {} }), 64),
        (registry, json!({ "classes": {} }), 32),
        // The runners-up.
        (registry, json!({ "explain_match": { "job": 1 } }), 3),
        (escrow, json!({ "jobs": all }), ROWS),
        (escrow, json!({ "job": { "job": 1 } }), 1),
        (dao, json!({ "members": all }), ROWS),
        (dao, json!({ "proposals": all }), ROWS),
        (
            dao,
            json!({ "ballots": { "proposal": 1, "limit": ROWS } }),
            ROWS,
        ),
        (dao, json!({ "deposits": all }), ROWS),
        (dao, json!({ "rows": all }), 9),
        (dao, json!({ "full_proposal": { "proposal": 1 } }), 1),
        (dao, json!({ "proposal": { "proposal_id": 1 } }), 1),
        (
            dao,
            json!({ "list_votes": { "proposal_id": 1, "limit": ROWS } }),
            ROWS,
        ),
        (dao, json!({ "list_voters": all }), ROWS),
        (dao, json!({ "list_members": all }), ROWS),
    ] {
        let found = rows(&suite, contract, &query);
        assert_eq!(found, Some(expected), "{query}");
    }

    // The lists in the shape of cw3 carry the actions, because that shape asks for them: of
    // the largest there are, a page of 15 fits, and one of the usual 30 does not. Who lists
    // them that way asks for fewer; `proposals` has no such bound.
    for list in ["list_proposals", "reverse_proposals"] {
        let page = |limit: usize| rows(&suite, dao, &json!({ list: { "limit": limit } }));
        assert_eq!(page(15), Some(15));
        assert_eq!(page(30), None, "{list} fits: this bound is no longer needed");
    }
}
