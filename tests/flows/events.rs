//! What an indexer sees.

use cw_ownable::Action;
use surge_interface::escrow::{ExecuteMsg as Escrow, Purse};
use surge_interface::events::{all, dao, escrow, registry, rewards};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_testing::{job, Machine, Suite};
use surge_tests::events::{typed, Typed};

/// Everything that a story and a dispute emit.
fn story() -> Vec<Typed> {
    let mut suite = Suite::new();
    let mut seen = vec![];
    let mut note = |suite: &Suite, response: anyhow::Result<cw_multi_test::AppResponse>| {
        seen.extend(typed(suite, &response.expect("it happens")));
    };
    for (provider, name) in (1..).zip(["alice", "carol"]) {
        let register = Registry::RegisterProvider {
            operator: Suite::addr(&format!("{name}-op")).to_string(),
            payout: None,
            profile_uri: String::new(),
        };
        let response = suite.to_registry(name, &register);
        note(&suite, response);
        let response = suite.bond("anybody", provider, 0, 200_000);
        note(&suite, response);
        let add = Registry::AddNode {
            spec: Machine::default().spec,
            bond: 100_000u128.into(),
        };
        let response = suite.to_registry(name, &add);
        note(&suite, response);
    }
    for node in [1, 2] {
        let response = suite.heartbeat(node);
        note(&suite, response);
    }
    let order = Escrow::SubmitJob { spec: job() };
    let escrow = suite.escrow.clone();
    for id in 1..=3 {
        let response = suite.send("bob", &escrow, &order, 50_000);
        note(&suite, response);
        if id == 1 {
            let response = suite.decline(1);
            note(&suite, response);
        }
        if id < 3 {
            let response = suite.deliver(id);
            note(&suite, response);
        }
    }
    let response = suite.vacate(1);
    note(&suite, response);
    let response = suite.accept("bob", 1);
    note(&suite, response);
    let bond = suite.job(2).price.u128().div_ceil(10);
    let response = suite.dispute("bob", 2, bond);
    note(&suite, response);
    let response = suite.rule(2, 10_000);
    note(&suite, response);
    suite.pass(2_000);
    let response = suite.expire("anybody", 3);
    note(&suite, response);
    let response = suite.withdraw_provider(1);
    note(&suite, response);
    let response = suite.withdraw_account("bob");
    note(&suite, response);
    let response = suite.flush(0, Purse::Treasury);
    note(&suite, response);
    let response = suite.flush(0, Purse::Insurance);
    note(&suite, response);
    let evict = Registry::Evict { nodes: vec![1, 2] };
    let response = suite.to_registry("mallory", &evict);
    note(&suite, response);
    let response = suite.to_registry("alice", &Registry::Leave {});
    note(&suite, response);
    let offer = || Action::TransferOwnership {
        new_owner: Suite::addr("heir").to_string(),
        expiry: None,
    };
    for (who, action) in [("owner", offer()), ("heir", Action::AcceptOwnership)] {
        let response = suite.to_registry(who, &Registry::UpdateOwnership(action.clone()));
        note(&suite, response);
        let response = suite.to_escrow(who, &Escrow::UpdateOwnership(action));
        note(&suite, response);
    }
    seen
}

#[test]
fn every_contract_numbers_its_events_without_a_gap() {
    let story = story();
    for contract in ["registry", "escrow"] {
        let own = story.iter().filter(|event| event.contract == contract);
        let numbers: Vec<u128> = own.map(|event| event.number("seq")).collect();
        let expected: Vec<u128> = (1..=numbers.len() as u128).collect();
        assert_eq!(numbers, expected, "{contract}");
        assert!(numbers.len() > 10, "{contract}");
    }
}

#[test]
fn events_are_the_documented_ones_with_all_their_attributes_and_none_is_empty() {
    let story = story();
    for event in &story {
        let doc = event.documentation();
        let doc = doc.unwrap_or_else(|| panic!("not documented: {event:?}"));
        let names: Vec<&str> = event.attributes.iter().map(|(key, _)| &**key).collect();
        let expected: Vec<&str> = ["seq"]
            .into_iter()
            .chain(doc.attributes.iter().map(|(key, _)| *key))
            .collect();
        assert_eq!(names, expected, "{}", doc.name);
        for (key, value) in &event.attributes {
            assert!(!value.is_empty(), "{key} of {}", doc.name);
        }
    }
    let names: Vec<&str> = story.iter().map(|event| &*event.name).collect();
    for expected in [
        "job_declined",
        "job_disputed",
        "node_slashed",
        "node_evicted",
        "node_vacated",
        "ownership_changed",
    ] {
        assert!(names.contains(&expected), "{expected} is missing");
    }
}

#[test]
fn the_readmes_name_every_event_and_no_other() {
    for (readme, documented) in [
        (
            include_str!("../../contracts/escrow/README.md"),
            escrow::EVENTS,
        ),
        (
            include_str!("../../contracts/registry/README.md"),
            registry::EVENTS,
        ),
        (
            include_str!("../../contracts/rewards/README.md"),
            rewards::EVENTS,
        ),
        (include_str!("../../contracts/dao/README.md"), dao::EVENTS),
    ] {
        let (_, section) = readme.split_once("## Events").expect("a section");
        let (_, list) = section.split_once(": ").expect("a list");
        let named: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        // A DAO has no owner to change.
        let documented = documented.iter().chain(all::EVENTS);
        let documented = documented
            .filter(|doc| doc.name != "ownership_changed" || !readme.starts_with("# DAO"));
        let documented: Vec<&str> = documented.map(|doc| doc.name).collect();
        assert_eq!(named, documented);
    }
}

#[test]
fn what_closes_a_job_divides_all_that_was_held() {
    let closed = story().into_iter().filter(|e| e.name == "job_closed");
    let closed: Vec<Typed> = closed.collect();
    assert_eq!(closed.len(), 3);
    let bond = 737;
    for (event, held) in closed.iter().zip([50_000, 50_000 + bond, 50_000]) {
        let parts = [
            "to_provider",
            "to_requester",
            "burn",
            "treasury",
            "insurance",
        ];
        let sum: u128 = parts.iter().map(|part| event.number(part)).sum();
        assert_eq!(sum, held, "{event:?}");
    }
}
