use cosmrs::proto::{cosmwasm::wasm::v1::MsgExecuteContract, traits::Message};
use cosmwasm_std::Addr;
use surge_chain::Chain;
use surge_interface::registry::{ProviderStatus, MAX_NODES};

use super::*;
use crate::stand_in::{self, StandIn};

/// What the stand-in's class costs.
const REFERENCE: u64 = 100;

/// A suite where provider 1 is of the test's key and has node 7, which asks so much for a core.
fn suite(operator: &str, milli_cpu: u64) -> Suite {
    on_chain(operator, milli_cpu).1
}

fn on_chain(operator: &str, milli_cpu: u64) -> (StandIn, Suite) {
    let chain = StandIn::start();
    let mut world = chain.world();
    world.provider.record.owner = Addr::unchecked(stand_in::key().address());
    world.provider.record.operator = Addr::unchecked(operator);
    world.references = vec![REFERENCE];
    world.nodes[0].spec.prices = prices(milli_cpu);
    drop(world);
    let suite = Suite {
        chain: Chain::connect(chain.network()).expect("a node"),
        contracts: stand_in::contracts(),
    };
    (chain, suite)
}

fn prices(milli_cpu: u64) -> UnitPrices {
    UnitPrices {
        milli_cpu: milli_cpu.into(),
        ..UnitPrices::default()
    }
}

fn join(add: bool) -> Join {
    Join {
        owner: stand_in::key(),
        bond: None,
        payout: None,
        add,
        replace_operator: true,
        agree: Box::new(|_| Ok(())),
    }
}

/// What a step tells the registry.
fn told(step: &Wanted) -> ExecuteMsg {
    let message = MsgExecuteContract::decode(step.message.value.as_slice()).expect("a message");
    serde_json::from_slice(&message.msg).expect("of the registry")
}

#[test]
fn a_machine_that_cannot_join_takes_nobodys_hot_key_away() {
    let suite = suite("old", REFERENCE);
    let offer = Offer::default();
    let refused = next(&suite, "new", None, &offer, &join(true));
    let error = refused.err().expect("it has no bond").to_string();
    assert!(
        error.contains("a new node needs a region and a bond"),
        "{error}"
    );
    let join_with = |bond: u128| Join {
        bond: Some((bond, UncheckedDenom::Native("ustake".to_owned()))),
        ..join(true)
    };
    let there = Offer {
        region: Some("europe".to_owned()),
        ..Offer::default()
    };
    // The owner holds 1,000,000; 600,000 gas and their margin are 8,400.
    let refused = next(&suite, "new", None, &there, &join_with(991_601));
    let error = refused.err().expect("too little").to_string();
    assert!(
        error.contains("holds 1000000 base units of ustake, and joining takes up to 1000001"),
        "{error}"
    );
    let step = next(&suite, "new", None, &there, &join_with(991_600)).expect("enough");
    assert!(matches!(
        told(&step.expect("a step")),
        ExecuteMsg::UpdateProvider { .. }
    ));
    // For a node that is there nothing more is needed.
    let step = next(&suite, "new", Some(7), &offer, &join(false)).expect("an answer");
    assert!(matches!(
        told(&step.expect("a step")),
        ExecuteMsg::UpdateProvider { .. }
    ));
}

/// Before a hot key is replaced, and before anything is bonded.
#[test]
fn a_machine_that_the_network_would_not_take_spends_nothing() {
    let (chain, suite) = on_chain("old", REFERENCE);
    let offer = Offer {
        region: Some("europe".to_owned()),
        memory_mib: Some(8),
        ..Offer::default()
    };
    let join = Join {
        bond: Some((1, UncheckedDenom::Native("ustake".to_owned()))),
        ..join(true)
    };
    let refused = |error: &str| {
        let said = next(&suite, "new", None, &offer, &join).err();
        let said = said.expect("it may not join").to_string();
        assert!(said.contains(error), "{said}");
    };
    assert!(next(&suite, "new", None, &offer, &join).is_ok());
    chain.world().smallest.memory_mib = 9;
    refused("class cpu: memory_mib 8, and 9 are the least; offer more");
    chain.world().smallest = Resources::default();
    chain.world().provider.record.nodes = MAX_NODES;
    refused("provider 1 has 32 nodes, and 32 are the most");
    chain.world().provider.record.status = ProviderStatus::Draining;
    refused("provider 1 is Draining and adds no nodes");
    chain.world().intake_open = false;
    refused("takes no new providers and nodes");
}

#[test]
fn prices_change_only_when_that_is_said() {
    let suite = suite("old", 3 * REFERENCE);
    let step = |percent| {
        let offer = Offer {
            // A node keeps its class.
            class: "another".to_owned(),
            price_percent: percent,
            ..Offer::default()
        };
        next(&suite, "old", Some(7), &offer, &join(false)).expect("an answer")
    };
    assert!(step(None).is_none(), "its prices stay");
    assert!(step(Some(300)).is_none(), "they are these");
    let wanted = step(Some(150)).expect("a step");
    assert!(
        wanted
            .sentence
            .ends_with("at 150 % of the reference prices."),
        "{}",
        wanted.sentence
    );
    let ExecuteMsg::UpdateNode { prices, .. } = told(&wanted) else {
        panic!("{}", wanted.sentence);
    };
    assert_eq!(prices, Some(self::prices(REFERENCE * 3 / 2)));
}

#[test]
fn only_a_step_of_joining_that_failed_ends_the_start() {
    for purpose in Purpose::ALL {
        let tx = Sent {
            hash: "A".to_owned(),
            purpose,
            job: None,
            also: vec![],
            last_block: 1,
            bytes: vec![],
            fee: 0,
        };
        let ended = failed(&tx, "out of gas").is_err();
        assert_eq!(ended, purpose == Purpose::Join, "{purpose:?}");
    }
}

#[test]
fn cores_are_told_to_the_thousandth() {
    let told = |milli_cpu| {
        let capacity = Resources {
            milli_cpu,
            ..Resources::default()
        };
        cores(capacity).to_string()
    };
    assert_eq!([500, 1_500, 2_000].map(told), ["0.5", "1.5", "2"]);
}
