//! Jobs as separate wallets, through the `surge` program and `surge node run`: each person
//! has a home of its own, files go over HTTP, and the node may be killed at any moment.
//! `scripts/chain node` runs this.
#![allow(missing_docs)]

#[path = "node/books.rs"]
mod books;
#[path = "node/earnings.rs"]
mod earnings;
#[path = "node/failing.rs"]
mod failing;
#[path = "node/fleet.rs"]
mod fleet;
#[path = "node/killed.rs"]
mod killed;
#[path = "node/town.rs"]
mod town;

use serde_json::json;
use town::{Town, SHOUTED};

/// One after the other on one network: the node has one journal.
#[test]
fn a_node_runs_by_itself() {
    let town = Town::found();
    a_whole_job_reconciles_to_the_last_unit(&town);
    a_killed_node_finishes_its_job_once(&town);
    a_killed_node_turns_a_job_down_once(&town);
    a_second_program_on_the_operators_key_is_told_of(&town);
    killed::a_node_killed_at_random_delivers_once(&town);
    a_silent_requester_pays_too(&town);
    a_job_that_brings_less_than_its_settling_costs_is_left(&town);
    earnings::a_node_fetches_what_it_earned_and_tells_its_numbers(&town);
    failing::a_program_that_never_ends_costs_its_node_nothing(&town);
    fleet::a_further_machine_takes_nothing_over(&town);
    fleet::a_node_that_somebody_else_runs_too_ends(&town);
    a_drained_node_gets_no_job_and_another_home_cannot_share_its_journal(&town);
    fleet::a_further_machine_joins_once_and_outlives_its_hot_key(&town);
}

fn a_whole_job_reconciles_to_the_last_unit(town: &Town) {
    let mut node = town.start_node(None);
    town.wait_until_found(&mut node);
    let before = town.books();
    let credit_before = town.credit_of_requester();

    let output = town.home("requester").join("result.txt");
    let submitted = town.submit(&town.store);
    let job = submitted["job"].as_u64().expect("a job");
    let watched = town.requester.ok(&[
        "job",
        "watch",
        &job.to_string(),
        "--output",
        &output.display().to_string(),
        "--store",
        &town.store,
    ]);
    assert_eq!(watched["status"], "submitted");
    let found = std::fs::read(&output).expect("the result");
    assert_eq!(
        found,
        town.run_here(),
        "the same program gives the same bytes here"
    );
    assert_eq!(found, SHOUTED);

    let accepted = town.requester.ok(&["job", "accept", &job.to_string()]);
    town.wait_for_event(&mut node, job, "job_over");
    assert!(node.end(), "a node that is asked to end ends well");

    let after = town.books();
    let paid = [&submitted, &accepted].map(|done| town.fee_of(done["tx"].as_str().expect("a tx")));
    let fees_of_node: i128 = town.fees_in(&node);
    let price = town.price_of(job);
    let take = price * 500 / 10_000;
    let moved = after.since(&before);
    assert_eq!(
        moved["requester"],
        -town.deposit() - paid.iter().sum::<i128>()
    );
    assert_eq!(
        moved["operator"],
        -fees_of_node,
        "the hot key pays gas and nothing else\n{}",
        town.sent()
    );
    assert_eq!(moved["owner"], 0, "the cold key signed nothing");
    assert_eq!(moved["payout"], price - take);
    assert_eq!(moved["registry"], 0);
    // What the price left of the deposit waits for the requester; the take for a flush.
    assert_eq!(moved["escrow"], town.deposit() - price + take);
    assert_eq!(
        town.credit_of_requester() - credit_before,
        town.deposit() - price
    );
    let fees = paid.iter().sum::<i128>() + fees_of_node;
    assert_eq!(
        moved.values().sum::<i128>(),
        -fees,
        "nothing came from nowhere"
    );
}

/// Right after each record that the journal writes on the way of a job.
fn a_killed_node_finishes_its_job_once(town: &Town) {
    let records = [
        "taken",
        "fetched",
        "ran",
        "published",
        "signed-result",
        "sent-result",
        "delivered",
        "closed",
        "signed-heartbeat",
        "sent-heartbeat",
    ];
    for record in records {
        let before = town.counts();
        let mut doomed = town.start_node(Some(record));
        let beats = record.ends_with("heartbeat");
        if beats {
            assert!(!doomed.wait(), "{record}: killed");
        } else {
            town.wait_until_found(&mut doomed);
        }
        let mut node = None;
        if beats {
            let mut again = town.start_node(None);
            town.wait_until_found(&mut again);
            node = Some(again);
        }
        let job = town.submit(&town.store)["job"].as_u64().expect("a job");
        if record == "closed" {
            town.finish(job);
        }
        if !beats {
            assert!(!doomed.wait(), "{record}: killed");
        }
        let mut node = node.unwrap_or_else(|| town.start_node(None));
        if record != "closed" {
            town.finish(job);
        }
        town.wait_for_close(&mut node, job);
        if record == "taken" || beats {
            town.wait_for_heartbeat(&mut node);
        }
        assert!(node.end(), "{record}");
        let after = town.counts();
        assert_eq!(town.job(job)["summary"]["status"], "settled", "{record}");
        // A sequence counts what landed, also what failed there.
        let heartbeats = after.heartbeats - before.heartbeats;
        assert!(heartbeats >= 2, "{record}: killing does not silence a node");
        assert_eq!(
            after.transactions - before.transactions,
            heartbeats + 1,
            "{record}: one result, and nothing twice\n{}",
            town.sent()
        );
    }
}

fn a_killed_node_turns_a_job_down_once(town: &Town) {
    for record in ["signed-decline", "sent-decline", "declined"] {
        let before = town.counts();
        let mut doomed = town.start_node(Some(record));
        town.wait_until_found(&mut doomed);
        // A folder that the node's owner did not name.
        let private = town.home("requester").join("private");
        let job = town.submit(&private.display().to_string())["job"]
            .as_u64()
            .expect("a job");
        assert!(!doomed.wait(), "{record}: killed");
        let mut node = town.start_node(None);
        town.wait_for_start(&mut node);
        town.wait_for_status(job, "expired");
        assert!(node.end(), "{record}");
        let after = town.counts();
        let heartbeats = after.heartbeats - before.heartbeats;
        assert_eq!(
            after.transactions - before.transactions,
            heartbeats + 1,
            "{record}: declined once\n{}",
            town.sent()
        );
    }
}

/// What the node had signed is pushed aside; it says so long before that lapses.
fn a_second_program_on_the_operators_key_is_told_of(town: &Town) {
    let mut doomed = town.start_node(Some("signed-heartbeat"));
    assert!(!doomed.wait(), "killed before it handed over");
    town.operator.ok(&["node", "heartbeat", "1"]);
    let mut node = town.start_node(None);
    node.wait_for("a warning", |line| {
        (line["event"] == "overtaken").then_some(())
    });
    town.wait_for_heartbeat(&mut node);
    assert!(node.end());
}

/// After the review the node settles, and is paid at once.
fn a_silent_requester_pays_too(town: &Town) {
    let mut node = town.start_node(None);
    town.wait_until_found(&mut node);
    let before = town.books();
    // Long enough to bring more than its settling costs.
    let job = town.submit_long(3_600);
    town.wait_for_status(job, "settled");
    town.wait_for_event(&mut node, job, "job_over");
    let price = town.price_of(job);
    let paid = price - price * 500 / 10_000;
    assert_eq!(town.books().since(&before)["payout"], paid);
    // What it brought is told.
    node.wait_for("what it brought", |line| {
        let told = line["event"] == "job_over" && line["job"] == json!(job);
        let brought = line["earned"] == json!(paid.to_string());
        (told && brought && line["cause"] == "silence" && line["status"] == "settled").then_some(())
    });
    let books = ["provider", "statement", "1", "--since", "2020-01-01"];
    let statement = town.operator.ok(&books);
    let rows = statement["lines"].as_array().into_iter().flatten();
    let of_job: Vec<_> = rows.filter(|row| row["job"] == json!(job)).collect();
    let [row] = of_job.as_slice() else {
        panic!("one row of job {job}: {of_job:?}");
    };
    assert_eq!(
        (&row["what"], &row["amount"]),
        (&json!("job"), &json!(paid.to_string()))
    );
    let later = [&books[..], &["--until", "2020-01-02"]].concat();
    assert_eq!(
        town.operator.ok(&later)["lines"],
        json!([]),
        "other days are left out"
    );
    assert!(node.end());
}

/// Its requester is silent too, but nobody pays to be paid less; the machine is freed, so
/// that further jobs fit.
fn a_job_that_brings_less_than_its_settling_costs_is_left(town: &Town) {
    let mut node = town.start_node_with("[earnings]\nvacate_secs = 1\n");
    town.wait_until_found(&mut node);
    let job = town.submit(&town.store)["job"].as_u64().expect("a job");
    town.wait("word of what it costs", || {
        let mut lines = node.lines().into_iter();
        lines.any(|line| line["event"] == "not_worth_it" && line["job"] == json!(job))
    });
    assert_eq!(town.job(job)["summary"]["status"], "submitted");
    // Anybody may.
    town.requester.ok(&["job", "settle", &job.to_string()]);
    town.wait_for_event(&mut node, job, "job_over");
    assert!(node.end());
}

fn a_drained_node_gets_no_job_and_another_home_cannot_share_its_journal(town: &Town) {
    let mut node = town.start_node(None);
    town.wait_until_found(&mut node);
    let (error, next) = town.operator.fails(
        &town
            .node_arguments(None)
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    assert!(
        error.starts_with("another `surge node run` uses"),
        "{error}"
    );
    assert!(next.contains("folder of its own"), "{next}");
    assert!(node.end());
    let summary = town.node();
    assert_eq!(summary["indexed"], json!(false));
    assert_eq!(
        summary["withheld"]["milli_cpu"],
        summary["spec"]["capacity"]["milli_cpu"]
    );
    let (error, _) = town.try_submit(&town.store).expect_err("nobody has room");
    assert!(error.contains("job"), "{error}");
}
