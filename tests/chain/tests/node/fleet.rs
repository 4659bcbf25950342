//! Several machines of one provider, and what must not happen to them by one command more.

use serde_json::{json, Value};
use surge_chain_tests::Surge;

use super::town::Town;

/// A machine that nobody named takes no node over, and a key that somebody typed replaces
/// none: both are refused before anything is sent.
pub fn a_further_machine_takes_nothing_over(town: &Town) {
    let before = (town.provider(), town.node(), town.books());
    let (error, next) = refusal(town, &town.operator, &["--folder", &folder(town, "second")]);
    assert!(
        error.starts_with("provider 1 has machines already, and this folder is of none of them: 1"),
        "{error}"
    );
    assert!(
        next.contains("--add") && next.contains("--node ID"),
        "{next}"
    );

    let (error, _) = refusal(town, &town.operator, &["--heartbeat-every", "4"]);
    assert!(
        error.starts_with("heartbeat_every is 4; it has to be 1 to 3"),
        "{error}"
    );

    let stranger = town.operator.signing("operator2");
    let (error, next) = refusal(town, &stranger, &[]);
    assert!(
        error.starts_with("the hot key of provider 1 is "),
        "{error}"
    );
    assert!(error.contains("its 1 nodes fall silent"), "{error}");
    assert!(next.contains("--replace-operator"), "{next}");
    assert_eq!((town.provider(), town.node()), (before.0, before.1));
    assert!(before
        .2
        .since(&town.books())
        .values()
        .all(|moved| *moved == 0));
}

/// Heartbeats that it did not send end a node's program.
pub fn a_node_that_somebody_else_runs_too_ends(town: &Town) {
    let mut node = town.start_node(None);
    town.wait_until_found(&mut node);
    for _ in 0..2 {
        town.operator.ok(&["node", "heartbeat", "1"]);
    }
    assert_eq!(node.exit_code(), Some(3), "only its owner can mend it");
    let lines = node.lines();
    let last = lines.iter().find(|line| line["event"] == "failed");
    let error = last.and_then(|line| line["error"].as_str()).expect("why");
    assert!(
        error.starts_with("another program runs node 1 too"),
        "{error}"
    );
}

/// A further machine joins once however often it starts, and goes on with a new hot key.
pub fn a_further_machine_joins_once_and_outlives_its_hot_key(town: &Town) {
    let folder = folder(town, "third");
    let arguments = ["--folder", &folder, "--add"];
    let bond = bonded(&town.provider());
    for start in 1..=2 {
        let mut node = town.start_machine(&town.operator, &arguments);
        let runs = node.wait_for("start", |line| {
            (line["event"] == "started").then(|| line["node"].as_u64())?
        });
        assert_eq!(runs, 2, "start {start}");
        assert!(node.end());
        let provider = town.provider();
        assert_eq!(provider["record"]["nodes"], json!(2), "start {start}");
        assert_eq!(bonded(&provider), bond * 2, "each has a bond of its own");
    }

    // Nobody runs them now: one transaction for both.
    let seqs = || [1, 2].map(|node| town.seq_of(node));
    let before = seqs();
    let sent = town.operator.ok(&["node", "heartbeat", "1", "2"]);
    assert_eq!(sent["nodes"], json!([1, 2]));
    assert_eq!(seqs(), before.map(|seq| seq + 1));
    let listed = town.operator.ok(&["node", "list", "--silent"]);
    assert_eq!(listed["nodes"], json!([]), "both are live");

    let mut node = town.start_machine(&town.operator, &arguments);
    town.wait_for_start(&mut node);
    let owner = town.operator.signing("provider1");
    owner.ok(&["provider", "update", "--operator", "operator2"]);
    assert_eq!(node.exit_code(), Some(3), "only its owner can mend it");
    let lines = node.lines();
    let last = lines.iter().find(|line| line["event"] == "failed");
    let error = last.and_then(|line| line["error"].as_str()).expect("why");
    assert!(
        error.contains("is no longer the hot key of provider 1"),
        "{error}"
    );
    assert!(last.is_some_and(|line| line["next"]
        .as_str()
        .is_some_and(|next| next.contains("--from"))));

    let stranger = town.operator.signing("operator2");
    let mut node = town.start_machine(&stranger, &arguments);
    town.wait_for_start(&mut node);
    assert!(node.end(), "the same folder, the new key");
}

fn folder(town: &Town, name: &str) -> String {
    town.home(name).display().to_string()
}

/// Bond of a provider behind its nodes and free.
fn bonded(provider: &Value) -> u128 {
    let bonds = provider["bonds"].as_array().into_iter().flatten();
    let parts = bonds.flat_map(|bond| [&bond["free"], &bond["at_nodes"]]);
    parts
        .map(|part| part.as_str().and_then(|part| part.parse::<u128>().ok()))
        .sum::<Option<u128>>()
        .expect("amounts")
}

fn refusal(town: &Town, who: &Surge, more: &[&str]) -> (String, String) {
    let arguments = town.node_arguments(None);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(more);
    who.fails(&arguments)
}
