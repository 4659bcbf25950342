//! A requester's program that fails when its node can no longer turn the job down.

use std::{thread, time::Duration};

use super::town::Town;

const ENDLESS: &str = r#"(module (memory (export "memory") 1)
    (func (export "_start") (loop $again (br $again))))"#;
/// The run ends after the accept window of the town, which is 60 seconds, also by the time of
/// blocks that come slowly on a busy machine.
const SECS: u64 = 75;

pub fn a_program_that_never_ends_costs_its_node_nothing(town: &Town) {
    let mut doomed = town.start_node(Some("broken"));
    town.wait_until_found(&mut doomed);
    let before = (town.books(), town.node());
    let job = town.submit_program(ENDLESS, SECS);
    // Also a node that is killed when it has the report, and nothing else, delivers that.
    thread::sleep(Duration::from_secs(SECS - 10));
    assert!(!doomed.wait(), "killed");
    let mut node = town.start_node(None);

    let output = town.home("requester").join("failed.txt");
    let (error, next) = town.requester.fails(&[
        "job",
        "watch",
        &job.to_string(),
        "--output",
        &output.display().to_string(),
        "--store",
        &town.store,
    ]);
    let how = format!("the program ran for longer than {SECS}.0 s; give it less to do");
    assert_eq!(
        error,
        format!("job {job}: its program failed, says its node: {how}")
    );
    assert!(next.contains(&format!("surge job dispute {job}")), "{next}");
    let report = std::fs::read(&output).expect("the report");
    let report = surge_node::FailureReport::parse(&report).expect("a report");
    assert_eq!(
        (report.how.as_str(), report.stderr.as_str()),
        (how.as_str(), "")
    );

    // The node is paid for the run.
    town.requester.ok(&["job", "accept", &job.to_string()]);
    town.wait_for_event(&mut node, job, "job_over");
    assert!(node.end());
    let (price, node) = (town.price_of(job), town.node());
    assert_eq!(
        town.books().since(&before.0)["payout"],
        price - price * 500 / 10_000
    );
    assert_eq!(node["strikes"], before.1["strikes"], "it missed nothing");
    assert_eq!(node["bond"], before.1["bond"], "it lost nothing");
}
