//! The messages that docs/ tells people to send.

use cosmwasm_std::{from_json, to_json_string};
use serde::{de::DeserializeOwned, Serialize};
use surge_interface::escrow::ExecuteMsg as Escrow;
use surge_interface::registry::ExecuteMsg as Registry;
use surge_testing::{Machine, Suite};

const REQUESTER: &str = include_str!("../../docs/requester.md");
const PROVIDER: &str = include_str!("../../docs/provider.md");
const README: &str = include_str!("../../README.md");
const GAS: &str = include_str!("../../docs/gas.md");
const TABLE: &str = include_str!("../../gas/table.json");

/// The JSON of a page. Each message stands there with all its fields, in their order.
fn messages<T: DeserializeOwned + Serialize>(page: &str) -> Vec<T> {
    let blocks = page.split("```json\n").skip(1);
    let texts = blocks.map(|block| block.split("```").next().unwrap_or_default());
    texts
        .map(|text| {
            let msg: T = from_json(text).expect(text);
            let dense: String = text.split_whitespace().collect();
            assert_eq!(to_json_string(&msg).expect(text), dense);
            msg
        })
        .collect()
}

#[test]
fn a_requester_can_send_what_its_page_says() {
    let mut messages: Vec<Escrow> = messages(REQUESTER);
    assert_eq!(messages.len(), 5);
    let Escrow::SubmitJob { spec } = messages.remove(0) else {
        panic!("the first message of the page submits a job");
    };
    let mut suite = Suite::new();
    suite.join_with("alice", Machine::default());
    let job = suite.submit("bob", spec, 50_000).expect("job");
    assert_eq!(job, 1);
    assert_eq!(suite.job(job).price.u128(), 21_124, "as the page computes");
    suite.deliver(job).expect("result");
    suite.to_escrow("bob", &messages[0]).expect("accepted");
}

#[test]
fn a_provider_can_send_what_its_page_says() {
    let messages: Vec<Registry> = messages(PROVIDER);
    let [register, bond, add_node, heartbeat] = &messages[..] else {
        panic!("four messages join");
    };
    let mut suite = Suite::new();
    let registry = suite.registry.clone();
    let mut register = register.clone();
    if let Registry::RegisterProvider {
        operator, payout, ..
    } = &mut register
    {
        // The page's addresses are names.
        *operator = Suite::addr("alice-op").to_string();
        *payout = Some(Suite::addr("alice-payout").to_string());
    }
    suite.to_registry("alice", &register).expect("registered");
    suite
        .send("alice", &registry, bond, 1_000_000)
        .expect("bonded");
    suite.to_registry("alice", add_node).expect("added");
    suite.to_registry("alice-op", heartbeat).expect("live");
    assert!(suite.node(1).indexed);
}

/// A number as pages write it.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).expect("digits"))
        .collect();
    groups.join(",")
}

#[test]
fn gas_on_the_pages_is_what_was_measured() {
    let table: serde_json::Value = serde_json::from_str(TABLE).expect("JSON");
    let gas = |row: &str| table[row]["gas"].as_u64().expect(row);
    let mut rows = 0;
    for line in PROVIDER.lines() {
        // | `registry heartbeat (nothing changed)` | 144,432 | …
        let Some((row, rest)) = line
            .strip_prefix("| `")
            .and_then(|line| line.split_once("` | "))
        else {
            continue;
        };
        if table.get(row).is_some() {
            let figure = rest.split(" |").next().expect("a column");
            assert_eq!(figure, thousands(gas(row)), "{row}");
            rows += 1;
        }
    }
    assert!(rows >= 10, "{rows} rows of the provider's page");
    let joining = [
        "registry register_provider",
        "registry bond (first)",
        "registry add_node (the 100th)",
        "registry heartbeat (first: into the index)",
    ];
    let beat = gas("registry heartbeat (nothing changed)");
    for figure in [
        joining.into_iter().map(gas).sum(),
        beat,
        beat * 288,
        beat * 103,
        (beat * 288 + 20) / 40,
        beat * 103 / 40,
    ] {
        let figure = thousands(figure);
        assert!(
            PROVIDER.contains(&figure),
            "{figure} on the provider's page"
        );
    }
    for row in ["escrow submit_job (native, 100 nodes)", "escrow accept"] {
        let figure = thousands(gas(row));
        assert!(REQUESTER.contains(&figure), "{row}: {figure}");
    }
    let (_, readme) = README
        .split_once("## What a job costs in gas")
        .expect("a section");
    let numbers = readme
        .split(|c: char| !c.is_ascii_digit() && c != ',')
        .map(|number| number.trim_matches(','));
    for figure in numbers.filter(|number| number.len() > 6) {
        assert!(
            GAS.contains(figure),
            "the README's {figure} is not in docs/gas.md"
        );
    }
}
