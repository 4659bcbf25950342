//! The scenario without a node: the embedded chain alone.
#![allow(missing_docs)]

use surge_chain_tests::scenario::{differences, play, Embedded};
use surge_chain_tests::Error;

#[test]
fn every_flow_goes_as_it_should_and_the_same_blocks_give_the_same_run() -> Result<(), Error> {
    let first = play(&mut Embedded::new(), |_| ())?;
    for record in &first.records {
        println!("DBG {} {:?}", record.step, record.refusal);
    }
    let mut again = Embedded::following(first.moments());
    let again = play(&mut again, |_| ())?;
    assert_eq!(differences(&first, &again), []);
    Ok(())
}
