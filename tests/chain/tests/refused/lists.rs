//! Lists at their caps. A node answers a query within a gas limit of its own
//! (`query_gas_limit`, 3,000,000 by default); a page of 100 rows, each as large as the
//! contracts allow, has to fit.

use std::time::Instant;

use cosmwasm_std::{coins, to_json_binary};
use serde_json::{json, Value};
use surge_chain::{execute, new_words, pay, Error, Key, Limit, Signed};
use surge_chain_tests::suite::{job, Suite};
use surge_interface::{dao, escrow, registry};

/// Rows of the longest page; so many members and providers are there.
const ROWS: usize = 100;
/// What each of them gets for its fees and its bond, in base units.
const POCKET: u128 = 5_000_000;

/// Sends one message of each signer, all of them before looking for the first.
fn all_at_once<'a>(
    suite: &Suite,
    gas: u64,
    messages: impl IntoIterator<Item = (&'a Key, &'a str, Value)>,
) {
    let sent: Vec<Signed> = messages
        .into_iter()
        .map(|(signer, contract, msg)| {
            let message = execute(signer.address(), contract, &msg, &[]).expect("a message");
            let chain = &suite.chain;
            let envelope = chain.envelope(signer.address(), gas).expect("an envelope");
            let signed = chain
                .sign(signer, &[message], &envelope)
                .expect("a transaction");
            chain.broadcast(&signed.bytes).expect("taken");
            signed
        })
        .collect();
    for signed in &sent {
        suite
            .chain
            .wait(signed)
            .unwrap_or_else(|error| panic!("{error}"));
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

/// A network of a hundred members, each of whom is a provider with a node, has a proposal of
/// the longest text and actions, a ballot of the longest reason on the first one, and a job.
fn crowd(folder: &std::path::Path) -> (Suite, Vec<Key>) {
    let prefix = surge_chain_tests::network()
        .expect("the network's file")
        .prefix;
    let keys: Vec<Key> = (0..ROWS)
        .map(|number| {
            let words = new_words().expect("words");
            Key::from_mnemonic(&prefix, &format!("member {number}"), &words).expect("a key")
        })
        .collect();
    let founders: Vec<String> = keys.iter().map(|key| key.address().to_owned()).collect();
    let suite = Suite::deploy(folder, "lists", &founders);
    let giver = suite.key("faucet");
    let gifts = keys
        .iter()
        .map(|key| pay(giver.address(), key.address(), &coins(POCKET, "ustake")));
    let gifts = gifts.collect::<Result<Vec<_>, _>>().expect("messages");
    suite
        .chain
        .send(&giver, &gifts, Limit::Simulated)
        .expect("gifts");

    let actions = vec![dao::Action::Execute {
        contract: suite.token.clone(),
        msg: to_json_binary(&"x".repeat(17_000)).expect("JSON"),
        funds: vec![],
    }];
    let draft = |number: usize| dao::Draft {
        title: format!("{number:0>140}"),
        text: "t".repeat(dao::MAX_TEXT),
        actions: actions.clone(),
        gas: dao::MIN_GAS,
    };
    let propose = keys.iter().enumerate().map(|(number, key)| {
        let msg = dao::ExecuteMsg::Propose {
            draft: draft(number),
        };
        (key, suite.dao.as_str(), json!(msg))
    });
    all_at_once(&suite, 4_000_000, propose);
    let vote = keys.iter().map(|key| {
        let msg = dao::ExecuteMsg::Vote {
            proposal: 1,
            choice: dao::Choice::Abstain,
            reason: Some("r".repeat(dao::MAX_REASON)),
        };
        (key, suite.dao.as_str(), json!(msg))
    });
    all_at_once(&suite, 400_000, vote);
    let register = keys.iter().map(|key| {
        let msg = registry::ExecuteMsg::RegisterProvider {
            operator: suite.dao.replace(&suite.dao, key.address()),
            payout: Some(suite.rewards.clone()),
            profile_uri: "p".repeat(registry::MAX_TEXT),
        };
        (key, suite.registry.as_str(), json!(msg))
    });
    all_at_once(&suite, 400_000, register);
    (suite, keys)
}

#[test]
fn a_list_at_its_cap_fits_a_nodes_query_gas() {
    let folder = tempfile::tempdir().expect("a folder");
    let (suite, keys) = crowd(folder.path());
    let _ = (&keys, escrow::MAX_TEXT, job(1, escrow::WhenFull::Wait));
    for (contract, query) in [
        (&suite.registry, json!({ "providers": { "limit": ROWS } })),
        (&suite.registry, json!({ "nodes": { "limit": ROWS } })),
        (&suite.registry, json!({ "regions": {} })),
        (&suite.escrow, json!({ "jobs": { "limit": ROWS } })),
        (&suite.dao, json!({ "members": { "limit": ROWS } })),
        (&suite.dao, json!({ "proposals": { "limit": ROWS } })),
        (
            &suite.dao,
            json!({ "ballots": { "proposal": 1, "limit": ROWS } }),
        ),
        (&suite.dao, json!({ "full_proposal": { "proposal": 1 } })),
        (&suite.dao, json!({ "proposal": { "proposal_id": 1 } })),
        (&suite.dao, json!({ "list_proposals": { "limit": ROWS } })),
        (
            &suite.dao,
            json!({ "list_votes": { "proposal_id": 1, "limit": ROWS } }),
        ),
        (&suite.dao, json!({ "list_voters": { "limit": ROWS } })),
        (&suite.dao, json!({ "list_members": { "limit": ROWS } })),
        (&suite.dao, json!({ "rows": { "limit": ROWS } })),
        (&suite.dao, json!({ "deposits": { "limit": ROWS } })),
    ] {
        rows(&suite, contract, &query);
    }
    for limit in [1, 5, 10, 15, 20, 25, 30, 40, 50] {
        rows(
            &suite,
            &suite.dao,
            &json!({ "list_proposals": { "limit": limit } }),
        );
    }
}
