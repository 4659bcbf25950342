//! What the node does when nothing is to be run, and what it tells of itself.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::json;

use super::town::Town;

/// Everything as often as it may be, so that a test sees it.
const EAGER: &str = "metrics = \"127.0.0.1:0\"
[earnings]
settle = false
vacate_secs = 1
withdraw_hours = 0.001
claim_hours = 0.001
";
/// A price above the fee of a withdrawal: less is left at the escrow.
const SECS: u64 = 3_600;

pub fn a_node_fetches_what_it_earned_and_tells_its_numbers(town: &Town) {
    let machine = town.operator.ok(&["node", "detect"]);
    let number = |path: &str| machine.pointer(path).and_then(serde_json::Value::as_u64);
    let cores = number("/machine/cores").expect("cores");
    let offered = number("/offered/milli_cpu").expect("an offer");
    assert!(cores > 0 && (1_000..=cores * 1_000).contains(&offered));

    let mut node = town.start_node_with(EAGER);
    town.wait_until_found(&mut node);
    let at = node.wait_for("metrics", |line| {
        (line["event"] == "metrics").then(|| line["at"].as_str().map(str::to_owned))?
    });
    let before = (town.books(), numbers(&at));
    let job = town.submit_long(SECS);

    // Delivered, and its requester takes time: the machine is free again.
    let did = |what: &'static str| {
        move |line: &serde_json::Value| {
            (line["event"] == "included" && line["what"] == what).then_some(())
        }
    };
    node.wait_for("vacate", did("vacate"));
    let held = town.ask("registry", &json!({ "reservation": { "job": job } }));
    assert_eq!(held["need"]["milli_cpu"], 0);

    // Accepted, but not paid out: the node has it sent.
    let (job_field, pay) = (format!("job={job}"), "pay=false");
    town.requester
        .ok(&["call", "escrow", "accept", &job_field, pay]);
    node.wait_for("withdraw", did("withdraw"));
    let price = town.price_of(job);
    let moved = town.books().since(&before.0);
    assert_eq!(moved["payout"], price - price * 500 / 10_000);
    town.wait_for_event(&mut node, job, "job_over");
    town.wait("a closed job in the metrics", || {
        let closed = "surge_node_jobs{stage=\"closed\"}";
        numbers(&at)[closed] == before.1[closed] + 1.0
    });
    let after = numbers(&at);
    for what in ["result", "vacate", "withdraw"] {
        let name = format!("surge_node_transactions_total{{end=\"included\",purpose=\"{what}\"}}");
        assert_eq!(after[&name], before.1[&name] + 1.0, "{name}");
    }
    // Bond and pay are in coins, which earn no rewards: nothing is claimed in vain.
    let claims = "surge_node_transactions_total{end=\"included\",purpose=\"claim\"}";
    assert_eq!(after[claims], 0.0);
    assert!(after["surge_node_block_height"] > 0.0);
    assert!(after["surge_node_fees_base_units_total"] > 0.0);
    let earned = after.iter();
    let earned = earned.filter(|(name, _)| name.starts_with("surge_node_earned_base_units_total{"));
    let earned: f64 = earned.map(|(_, amount)| amount).sum();
    assert_eq!(earned as i128, price - price * 500 / 10_000);
    assert_eq!(after["surge_node_live"], 1.0);
    assert_eq!(after["surge_node_strikes"], 0.0);
    assert!(after["surge_node_free_bond_base_units"] > 0.0);
    assert!(after["surge_node_operator_balance_base_units"] > 0.0);

    // What the machine sent is told by `surge tx`, from the same home.
    let lines = node.lines();
    let sent = lines.iter().find(|line| line["what"] == "withdraw");
    let hash = sent.and_then(|line| line["tx"].as_str()).expect("a hash");
    let noted = std::fs::read_to_string(town.home("operator").join("sent.jsonl"));
    let noted = noted.expect("what was sent");
    let line = noted.lines().find(|line| line.contains(hash));
    assert!(line.is_some_and(|line| line.contains("surge node run: withdraw")));
    assert!(node.end());
}

/// What Prometheus would read.
fn numbers(at: &str) -> BTreeMap<String, f64> {
    let mut stream = TcpStream::connect(at).expect("metrics");
    write!(stream, "GET /metrics HTTP/1.0\r\n\r\n").expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let lines = text.lines().filter(|line| line.starts_with("surge_node_"));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse().expect("a number")))
        .collect()
}
