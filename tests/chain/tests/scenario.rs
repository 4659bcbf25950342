//! The scenario on a real node and on the embedded chain: both runs are the same.
#![allow(missing_docs)]

use surge_chain_tests::scenario::{differences, judge, play, Embedded, Node, ALLOWED};
use surge_chain_tests::{network, Error};

#[test]
fn a_node_does_what_the_embedded_chain_does() -> Result<(), Error> {
    let mut node = Node::connect(network()?)?;
    let mut steps = 0;
    let real = play(&mut node, |step| {
        steps += 1;
        println!("{steps:>4} {step}");
    })?;
    let mut embedded = Embedded::following(real.moments());
    let embedded = play(&mut embedded, |_| ())?;
    let wrong = judge(&differences(&real, &embedded), ALLOWED);
    for what in &wrong {
        println!("{what}");
    }
    assert!(wrong.is_empty(), "{} differences", wrong.len());
    Ok(())
}
