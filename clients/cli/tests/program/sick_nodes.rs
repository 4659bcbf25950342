//! What is said and done when a node is not as it should be.

use std::sync::atomic::Ordering;

use crate::node::{Illness, Node};
use crate::support::{fields, text, Done, Surge};
use serde_json::Value;

const TO: &str = "wasm1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqe9gl9p";

/// A person, a node, and what came of a payment.
fn pay(illness: Illness, more: &[&str]) -> (Surge, Node, Done) {
    let (surge, node) = (Surge::new(), Node::start(illness));
    surge.file("sick.toml", &node.network());
    let words = [
        "pay",
        TO,
        "1 STAKE",
        "-n",
        "sick.toml",
        "-f",
        "alice",
        "--yes",
        "--json",
    ];
    let words: Vec<&str> = words.iter().chain(more).copied().collect();
    let done = surge.run(&words);
    (surge, node, done)
}

#[test]
fn a_payment_is_included_and_says_what_it_cost() {
    let (_, node, done) = pay(Illness::Ahead(0), &[]);
    let report = done.json();
    assert_eq!(
        fields(&report),
        ["amount", "denom", "fee", "gas", "height", "to", "tx"]
    );
    assert_eq!(
        (&report["height"], &report["gas"]),
        (&101.into(), &70_000.into())
    );
    // Base units, as the JSON of every command has them.
    assert_eq!(
        (&report["amount"], &report["denom"]["native"]),
        (&"1000000".into(), &"ustake".into())
    );
    // 70,000 gas and 40 % at 0.025.
    assert_eq!(report["fee"], "2450");
    assert_eq!(node.handed.load(Ordering::SeqCst), 1);
}

#[test]
fn a_node_of_another_chain_is_not_used() {
    let (_, node, done) = pay(Illness::OtherChain, &[]);
    let failure = done.failure();
    assert!(
        text(&failure, "error").contains("is a node of other-1, not of sick-1"),
        "{failure}"
    );
    assert!(text(&failure, "next").contains("chain_id"));
    assert_eq!(node.handed.load(Ordering::SeqCst), 0);
}

#[test]
fn a_sequence_that_does_not_fit_is_signed_anew_with_the_one_that_does() {
    let (_, node, done) = pay(Illness::Ahead(2), &[]);
    done.json();
    assert_eq!(node.handed.load(Ordering::SeqCst), 3);
}

#[test]
fn while_an_earlier_one_is_missing_the_same_transaction_is_handed_over_again() {
    let (_, node, done) = pay(Illness::Lagging(3), &[]);
    done.json();
    assert_eq!(node.handed.load(Ordering::SeqCst), 4);
    let different = node.different.lock().expect("it is over").len();
    assert_eq!(different, 1, "a second one could land beside the first");
}

#[test]
fn one_that_waits_in_vain_for_an_earlier_one_may_still_land() {
    let (surge, node, done) = pay(Illness::Lagging(1_000), &["--wait-secs", "1"]);
    let failure = done.failure();
    assert_eq!(failure["may_land_until"], 200, "{failure}");
    let error = text(&failure, "error");
    assert!(error.contains("expected 7, got 8"), "{error}");
    assert_eq!(node.different.lock().expect("it is over").len(), 1);
    let hash = text(&failure, "tx");
    let known = std::fs::read_to_string(surge.path("sent.jsonl")).expect("a file");
    assert!(known.contains(hash), "{known}");
}

#[test]
fn one_that_is_refused_and_lands_all_the_same_is_found_and_not_sent_again() {
    for blocks in [0, 1, 2] {
        let (_, node, done) = pay(Illness::Late(blocks), &[]);
        assert_eq!(done.json()["height"], 101);
        assert_eq!(node.handed.load(Ordering::SeqCst), 1, "after {blocks}");
    }
}

#[test]
fn one_that_lands_where_state_and_index_are_late_is_not_paid_a_second_time() {
    for blocks in [1, 2, 3, 5] {
        let (_, node, done) = pay(Illness::Slow(blocks), &[]);
        assert_eq!(done.json()["height"], 101);
        let different = node.different.lock().expect("it is over").len();
        assert_eq!(different, 1, "a payment twice, after {blocks}");
    }
}

#[test]
fn one_that_is_refused_and_cannot_be_looked_for_may_have_landed() {
    let (_, _, done) = pay(Illness::Mute, &[]);
    let failure = done.failure();
    assert_eq!(failure["may_land_until"], 200, "{failure}");
    let next = format!("surge tx {}", text(&failure, "tx"));
    assert!(text(&failure, "next").contains(&next), "{failure}");
}

#[test]
fn a_node_does_not_decide_alone_what_is_paid() {
    // 10¹² gas and 40 % at 0.025, against the fee of 50,000,000.
    let (_, node, done) = pay(Illness::Dear, &[]);
    let failure = done.failure();
    assert_eq!(
        text(&failure, "error"),
        "1400000000000 gas cost 35000000000 ustake of fees, and at most 1250000 ustake are paid for a transaction"
    );
    assert!(text(&failure, "next").contains("--highest-fee"));
    assert_eq!(node.handed.load(Ordering::SeqCst), 0);
    let (_, _, done) = pay(Illness::Dear, &["--highest-fee", "35000 STAKE"]);
    assert_eq!(done.json()["fee"], "35000000000");

    // What somebody says himself is held to it, too; so is what the file says.
    let most = ["--highest-fee", "2450ustake", "--gas"];
    let (_, _, done) = pay(Illness::Ahead(0), &[&most[..], &["98000"]].concat());
    assert_eq!(done.json()["fee"], "2450");
    let (_, node, done) = pay(Illness::Ahead(0), &[&most[..], &["98001"]].concat());
    let failure = done.failure();
    assert!(
        text(&failure, "error").contains("at most 2450 ustake"),
        "{failure}"
    );
    assert_eq!(node.handed.load(Ordering::SeqCst), 0);
    let (surge, node) = (Surge::new(), Node::start(Illness::Ahead(0)));
    let network = node.network();
    let network = network.replace("[fee]", "[fee]\nhighest_fee = \"2449\"");
    surge.file("sick.toml", &network);
    let failure = surge
        .run(&[
            "pay",
            TO,
            "1 STAKE",
            "-n",
            "sick.toml",
            "-f",
            "alice",
            "--yes",
            "--json",
        ])
        .failure();
    assert!(
        text(&failure, "error").contains("at most 2449 ustake"),
        "{failure}"
    );
}

#[test]
fn one_gas_limit_is_none_for_many_transactions() {
    let (surge, node) = (Surge::new(), Node::start(Illness::Ahead(0)));
    surge.file("sick.toml", &node.network());
    for words in [
        ["deploy", "plan"],
        ["deploy", "apply"],
        ["deploy", "upgrade"],
    ] {
        let more = ["--gas", "5", "-n", "sick.toml", "-f", "alice", "--json"];
        let failure = surge.run(&[&words[..], &more].concat()).failure();
        assert!(text(&failure, "error").starts_with("--gas 5"), "{failure}");
        assert!(text(&failure, "next").contains("--highest-fee"));
    }
}

#[test]
fn a_node_that_lacks_the_blocks_does_not_say_that_a_transaction_is_lost() {
    // It may be in one of the blocks from 101 to 200.
    for (earliest, status) in [(101, "lost"), (102, "unknown"), (201, "unknown")] {
        let (surge, node, done) = pay(Illness::Synced(earliest), &["--wait-secs", "1"]);
        let failure = done.failure();
        let hash = text(&failure, "tx");
        node.height.store(203, Ordering::SeqCst);
        let tx = surge
            .run(&["tx", hash, "-n", "sick.toml", "--json"])
            .failure();
        assert_eq!(text(&tx, "status"), status, "{earliest}: {tx}");
        if status == "unknown" {
            let error = text(&tx, "error");
            assert!(
                error.contains(&format!("no blocks before {earliest}")),
                "{error}"
            );
            assert!(text(&tx, "next").contains("do not send it a second time"));
        }
    }
}

#[test]
fn who_does_not_know_the_question_does_not_say_that_a_transaction_is_lost() {
    let (surge, node, done) = pay(Illness::Gateway, &["--wait-secs", "1"]);
    let failure = done.failure();
    let hash = text(&failure, "tx");
    node.height.store(300, Ordering::SeqCst);
    let tx = surge
        .run(&["tx", hash, "-n", "sick.toml", "--json"])
        .failure();
    assert!(text(&tx, "error").contains("Method not found"), "{tx}");
    assert_ne!(tx["status"], "lost", "{tx}");
}

#[test]
fn after_five_times_the_program_gives_up_and_says_so() {
    let (_, node, done) = pay(Illness::Ahead(100), &[]);
    let failure = done.failure();
    assert!(
        text(&failure, "error").contains("account sequence mismatch"),
        "{failure}"
    );
    assert!(text(&failure, "next").contains("send it again"));
    assert_eq!(node.handed.load(Ordering::SeqCst), 5);
}

#[test]
fn a_timeout_says_until_when_it_may_land_and_surge_tx_when_it_cannot_any_more() {
    let (surge, node, done) = pay(Illness::Forgetful, &["--wait-secs", "1"]);
    let failure = done.failure();
    assert_eq!(fields(&failure), ["error", "may_land_until", "next", "tx"]);
    assert!(
        text(&failure, "error").contains("it may still land up to block 200"),
        "{failure}"
    );
    let hash = text(&failure, "tx");
    assert!(text(&failure, "next").contains(&format!("surge tx {hash}")));

    let tx = || {
        surge
            .run(&["tx", hash, "-n", "sick.toml", "--json"])
            .failure()
    };
    let waiting = tx();
    assert_eq!(
        (text(&waiting, "status"), &waiting["may_land_until"]),
        ("waiting", &200.into())
    );
    assert!(text(&waiting, "error").contains("Pays"), "{waiting}");
    node.height.store(200, Ordering::SeqCst);
    assert_eq!(
        text(&tx(), "status"),
        "waiting",
        "its last block may still hold it"
    );
    node.height.store(202, Ordering::SeqCst);
    assert_eq!(
        text(&tx(), "status"),
        "waiting",
        "the node's index may lag for two blocks"
    );
    node.height.store(203, Ordering::SeqCst);
    let lost = tx();
    assert_eq!(text(&lost, "status"), "lost");
    assert!(text(&lost, "next").contains("can be sent again"));
}

#[test]
fn a_transaction_that_was_not_sent_from_here_is_not_promised_anything() {
    let (surge, _node, _) = pay(Illness::Forgetful, &["--dry-run"]);
    let hash = "0".repeat(64);
    let unknown = surge
        .run(&["tx", &hash, "-n", "sick.toml", "--json"])
        .failure();
    assert_eq!(text(&unknown, "status"), "unknown");
    assert_eq!(unknown["may_land_until"], Value::Null);
    // It may be one that was signed elsewhere, which lands whenever it is sent.
    assert!(text(&unknown, "next").contains("What --unsigned wrote has no last block"));
}

#[test]
fn a_node_that_is_behind_is_not_believed() {
    let (surge, _node, _) = pay(Illness::Behind, &["--dry-run"]);
    let hash = "0".repeat(64);
    let unknown = surge
        .run(&["tx", &hash, "-n", "sick.toml", "--json"])
        .failure();
    assert_eq!(text(&unknown, "status"), "unknown");
    assert!(
        text(&unknown, "error").contains("still catching up"),
        "{unknown}"
    );
}

#[test]
fn a_state_that_the_node_has_forgotten_is_said_to_be() {
    let (surge, node) = (Surge::new(), Node::start(Illness::Pruned));
    surge.file("sick.toml", &node.network());
    let names = ["dao", "token", "registry", "escrow", "rewards"];
    let table: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), TO.into()))
        .collect();
    let state = serde_json::json!({ "sick-1": { "code_ids": {}, "default": table } });
    surge.file("state.json", &state.to_string());
    let ask = ["ask", "registry", "config", "--height", "5"];
    let failure = surge
        .run(&[&ask[..], &["-n", "sick.toml", "--json"]].concat())
        .failure();
    let error = text(&failure, "error");
    assert!(
        error.contains("does not keep the state of block 5 any more"),
        "{error}"
    );
    assert!(text(&failure, "next").contains("archive node"));
}

#[test]
fn a_failure_in_a_block_is_the_contracts_own_words_and_a_next_step() {
    let log = "failed to execute message; message index: 0: job 7 is Settled, this needs Submitted: execute wasm contract failed";
    let (surge, _node, done) = pay(Illness::Failing(log), &[]);
    let failure = done.failure();
    assert_eq!(
        text(&failure, "error"),
        "job 7 is Settled, this needs Submitted"
    );
    assert!(text(&failure, "next").contains("surge job show"));
    let hash = "1".repeat(64);
    let failed = surge
        .run(&["tx", &hash, "-n", "sick.toml", "--json"])
        .failure();
    assert_eq!(
        fields(&failed),
        ["code", "error", "gas_used", "hash", "next", "status"]
    );
    assert_eq!(text(&failed, "status"), "failed");
}

#[test]
fn a_dry_run_shows_the_exact_messages_and_hands_nothing_over() {
    let (_, node, done) = pay(Illness::Forgetful, &["--dry-run"]);
    let plan = done.json();
    assert_eq!(
        fields(&plan),
        [
            "fee",
            "gas",
            "gas_limit",
            "messages",
            "moves",
            "signer",
            "what"
        ]
    );
    assert_eq!(
        plan["messages"],
        serde_json::json!([{ "to": TO, "funds": [{ "denom": "ustake", "amount": "1000000" }] }])
    );
    assert_eq!(node.handed.load(Ordering::SeqCst), 0);
}

#[test]
fn nothing_is_sent_when_nobody_says_yes() {
    let (surge, node) = (Surge::new(), Node::start(Illness::Forgetful));
    surge.file("sick.toml", &node.network());
    let failure = surge
        .run(&[
            "pay",
            TO,
            "1 STAKE",
            "-n",
            "sick.toml",
            "-f",
            "alice",
            "--json",
        ])
        .failure();
    assert_eq!(text(&failure, "error"), "nobody is here to say yes");
    assert_eq!(node.handed.load(Ordering::SeqCst), 0);
}

#[test]
fn a_node_that_is_not_there_is_named() {
    let surge = Surge::new();
    let gone = Node {
        url: "http://127.0.0.1:9".to_owned(),
        handed: Default::default(),
        height: Default::default(),
        different: Default::default(),
    };
    surge.file("gone.toml", &gone.network());
    let failure = surge
        .run(&["job", "list", "-n", "gone.toml", "--json"])
        .failure();
    assert!(
        text(&failure, "error").contains("of the suite is known"),
        "{failure}"
    );
    let failure = surge
        .run(&["keys", "show", "alice", "-n", "gone.toml", "--json"])
        .failure();
    assert!(
        text(&failure, "error").contains("http://127.0.0.1:9"),
        "{failure}"
    );
    assert!(text(&failure, "next").contains("is the node running?"));
}
