use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    stand_in::{contracts, key, StandIn},
    suite::Call,
};

/// A transaction that was handed over at block 100 and may land up to 130, at a chain whose
/// node came later and has no earlier blocks than these.
fn sent(purpose: Purpose, earliest: u64) -> (StandIn, Chain, Journal, TempDir) {
    let node = StandIn::start();
    node.world().lands = false;
    let chain = Chain::connect(node.network()).expect("a chain");
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(&folder.path().join("journal.db"), None).expect("a journal");
    let (key, call) = (key(), Call::Claim { provider: 1 });
    let message = call.message(key.address(), &contracts());
    let outgoing = Outgoing {
        signer: &key,
        messages: &[message.expect("a message")],
        purpose,
        job: None,
        also: &[],
        limit: Limit::Simulated,
    };
    let note: Note = Box::new(|_, _| Ok(()));
    send(&chain, &mut journal, &note, &outgoing).expect("handed over");
    node.world().earliest = earliest;
    (node, chain, journal, folder)
}

fn ask(chain: &Chain, journal: &mut Journal) -> Result<News, Error> {
    look(chain, journal, |_| None)
}

fn lapsed(purpose: Purpose, earliest: u64, sequence: u64) -> Result<bool, Error> {
    let (node, chain, mut journal, _folder) = sent(purpose, earliest);
    (node.world().height, node.world().sequence) = (200, sequence);
    let news = ask(&chain, &mut journal)?;
    Ok(matches!(news, News::Lapsed(_)))
}

#[test]
fn a_step_of_joining_that_may_have_landed_unseen_is_not_signed_anew() {
    let error = lapsed(Purpose::Join, 32, 1).expect_err("nobody knows");
    let told = error.to_string();
    assert!(told.contains("has none before 32"), "{told}");
    assert!(error.next().is_some_and(|next| next.contains("--node ID")));
    // The node has every block that may hold it; or the sequence says that none does.
    assert!(lapsed(Purpose::Join, 31, 1).expect("known"));
    assert!(lapsed(Purpose::Join, 150, 0).expect("known"));
}

#[test]
fn what_the_chain_itself_decides_about_is_signed_anew_without_its_blocks() {
    for purpose in Purpose::ALL {
        if purpose != Purpose::Join {
            assert!(lapsed(purpose, 150, 1).expect("decided anew"));
        }
    }
    // A step of joining too, once the folder has its node: it adds none.
    let (node, chain, mut journal, _folder) = sent(Purpose::Join, 150);
    (node.world().height, node.world().sequence) = (200, 1);
    journal.about(own::NODE, "7").expect("noted");
    let news = ask(&chain, &mut journal).expect("decided anew");
    assert!(matches!(news, News::Lapsed(_)));
}

#[test]
fn what_an_index_may_still_find_is_waited_for_and_not_handed_over_any_more() {
    let (node, chain, mut journal, _folder) = sent(Purpose::Result, 1);
    for (height, lapses) in [(131, false), (132, false), (133, true)] {
        node.world().height = height;
        let news = ask(&chain, &mut journal).expect("a look");
        assert_eq!(matches!(news, News::Lapsed(_)), lapses, "{news:?}");
    }
    assert_eq!(node.world().taken.len(), 1, "the first time");
}

#[test]
fn a_step_of_joining_whose_sequence_is_used_up_unseen_is_not_signed_anew() {
    for (earliest, known) in [(31, true), (103, false)] {
        let (node, chain, mut journal, _folder) = sent(Purpose::Join, earliest);
        (node.world().used_up, node.world().sequence) = (true, 1);
        node.world().height = 105;
        let news = ask(&chain, &mut journal).expect("a look");
        assert!(matches!(news, News::Waiting), "{news:?}");
        node.world().height = 108;
        match ask(&chain, &mut journal) {
            Ok(News::Lapsed(_)) => assert!(known),
            Err(Error::NotReady { .. }) => assert!(!known),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_node_that_was_added_is_known_before_its_step_is_done() {
    let (node, chain, mut journal, _folder) = sent(Purpose::Join, 1);
    {
        let mut world = node.world();
        world.lands = true;
        let added = json!({ "key": "node", "value": "9" });
        world.events = json!([{ "type": "wasm-node_added", "attributes": [added] }]);
    }
    let news = ask(&chain, &mut journal).expect("a look");
    assert!(matches!(news, News::Included(..)), "{news:?}");
    assert_eq!(own::known(&journal).expect("an answer"), Some(9));
}
