//! The scenario without a node: the embedded chain alone, and the judge that compares runs.
#![allow(missing_docs)]

use surge_chain_tests::scenario::{differences, judge, play, Allowed, Embedded};
use surge_chain_tests::Error;

#[test]
fn the_same_blocks_give_the_same_run_and_the_judge_sees_what_differs() -> Result<(), Error> {
    let first = play(&mut Embedded::new(), |_| ())?;
    let mut again = Embedded::following(first.moments());
    let again = play(&mut again, |_| ())?;
    assert_eq!(differences(&first, &again), []);

    let mut other = again.clone();
    let last = other.records.last_mut().expect("a step");
    *last.native.entry("payout1".into()).or_default() += 1;
    let coins = Allowed {
        step: "*",
        field: "native coins of *",
        reason: "one coin was put there",
    };
    let found = differences(&first, &other);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(judge(&found, &[]), [found[0].to_string()]);
    assert!(judge(&found, &[coins]).is_empty());

    let idle = Allowed {
        step: "dao is born",
        field: "refusal",
        reason: "nothing is",
    };
    let complaint = judge(&[], &[idle]);
    assert_eq!(complaint.len(), 1);
    assert!(complaint[0].contains("take it out of the table"));

    other.records.pop();
    let found = differences(&first, &other);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].field, "step");
    Ok(())
}
