//! The scenario on a real node: the embedded chain does the same, and whoever reads the
//! events alone knows as much as who asks the contracts.
#![allow(missing_docs)]

use std::collections::BTreeMap;

use surge_chain_tests::indexer::Index;
use surge_chain_tests::scenario::{differences, judge, play, Embedded, Node, Run, ALLOWED};
use surge_chain_tests::{network, Error};
use surge_interface::{token, BPS};

#[test]
fn a_node_does_what_the_embedded_chain_does_and_its_events_tell_all_of_it() -> Result<(), Error> {
    let mut node = Node::connect(network()?)?;
    let mut steps = 0;
    let run = play(&mut node, |step| {
        steps += 1;
        println!("{steps:>4} {step}");
    })?;
    the_embedded_chain_does_the_same(&run)?;
    events_tell_all_of_it(&node, &run)
}

fn the_embedded_chain_does_the_same(run: &Run) -> Result<(), Error> {
    let mut embedded = Embedded::following(run.moments());
    let embedded = play(&mut embedded, |_| ())?;
    let found = differences(run, &embedded);
    let wrong = judge(&found, ALLOWED);
    println!(
        "{} steps, {} differences, all of {} allowed kinds but {}",
        run.records.len(),
        found.len(),
        ALLOWED.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn events_tell_all_of_it(node: &Node, run: &Run) -> Result<(), Error> {
    let address = |name: &str| run.address(name).unwrap_or_default().to_owned();
    let contracts = ["dao", "stakers", "token", "registry", "escrow", "rewards"];
    let contracts = contracts.map(|name| (name.to_owned(), address(name)));
    let part = |bps: u16| token::CAP * u128::from(bps) / u128::from(BPS);
    let genesis = [
        (address("dao"), part(token::DAO_BPS)),
        (address("faucet"), part(token::FAUCET_BPS)),
    ];
    let mut index = Index::new(BTreeMap::from(contracts), &genesis)?;
    let height = node.chain().height()?;
    index.read(node.chain(), height)?;
    let verdict = index.compare(node.chain(), height, &run.names)?;
    println!(
        "{height} blocks, {} events of the network: {} records agree",
        verdict.events, verdict.agreed
    );
    assert!(verdict.differ.is_empty(), "{}", verdict.differ.join("\n"));
    assert!(verdict.agreed > 100, "{} records are few", verdict.agreed);

    // It would have noticed: before the last step the chain answered something else, and
    // events that come twice are out of order.
    let before = run.records.last().map(|last| last.at.height - 1);
    let early = index.compare(node.chain(), before.unwrap_or_default(), &run.names)?;
    let differs = |what: &str| early.differ.iter().any(|one| one.starts_with(what));
    assert!(differs("unbondings of provider 1"), "{:?}", early.differ);
    assert!(differs("coins of provider1"), "{:?}", early.differ);
    let again = index
        .read(node.chain(), height)
        .map_err(|error| error.to_string());
    let gap = "event 1 of the dao follows event";
    assert!(again.is_err_and(|error| error.contains(gap)));
    Ok(())
}
