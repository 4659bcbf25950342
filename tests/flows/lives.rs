//! The tables of the registry's README against the code.

use surge_interface::escrow::QueryMsg as EscrowQuery;
use surge_interface::registry::{ClassesResponse, ExecuteMsg, ProviderStatus, QueryMsg};
use surge_interface::Resources;
use surge_registry::ContractError;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::refusal::assert_refused;
use surge_tests::table::{after_heading, Row};

const README: &str = include_str!("../../contracts/registry/README.md");
const UNBONDING_SECS: u64 = 21 * 86_400;

fn rows(heading: &str) -> Vec<Row> {
    after_heading(README, heading)
}

fn register() -> ExecuteMsg {
    ExecuteMsg::RegisterProvider {
        operator: Suite::addr("alice-op").to_string(),
        payout: None,
        profile_uri: String::new(),
    }
}

/// A provider in this state, with or without bond.
fn provider_in(state: &str, bonded: bool) -> Suite {
    let mut suite = Suite::new();
    for name in ["alice", "alice-op", "mallory"] {
        suite.meet(name);
    }
    if state == "new" {
        return suite;
    }
    suite.to_registry("alice", &register()).expect("joins");
    if bonded || matches!(state, "Unbonding") {
        suite.bond("alice", 1, 0, 5_000).expect("bond");
    }
    match state {
        "Active" => {}
        "Draining" => {
            suite
                .to_registry("alice", &ExecuteMsg::Drain {})
                .expect("drains");
        }
        "Unbonding" | "Gone" => {
            suite
                .to_registry("alice", &ExecuteMsg::Leave {})
                .expect("leaves");
        }
        other => panic!("no state is called {other}"),
    }
    suite
}

fn message(name: &str) -> ExecuteMsg {
    match name {
        "RegisterProvider" => register(),
        "Drain" => ExecuteMsg::Drain {},
        "Resume" => ExecuteMsg::Resume {},
        "Leave" => ExecuteMsg::Leave {},
        "WithdrawBond" => ExecuteMsg::WithdrawBond {
            provider: 1,
            denom: 0,
        },
        other => panic!("no message is called {other}"),
    }
}

fn allowed(who: &str) -> Vec<&'static str> {
    match who {
        "owner" => vec!["alice"],
        "owner or operator" => vec!["alice", "alice-op"],
        "anyone" => vec!["mallory"],
        other => panic!("nobody is called {other}"),
    }
}

#[test]
fn a_provider_goes_every_way_that_the_table_names() {
    for row in rows("Life of a provider") {
        let senders = match row["State"].as_str() {
            "new" => vec!["alice"],
            _ => allowed(&row["Who"]),
        };
        for sender in senders {
            let bonded = row["When"] == "bond is left";
            let mut suite = provider_in(&row["State"], bonded);
            if row["When"] == "all of it has waited" {
                suite.pass(UNBONDING_SECS);
            }
            let before = suite.balance(&Suite::addr("alice"), 0);
            suite
                .to_registry(sender, &message(&row["Message"]))
                .unwrap_or_else(|error| panic!("{row:?}: {error:#}"));
            let provider = suite.provider(1);
            let status = format!("{:?}", provider.record.status);
            assert_eq!(status, row["Next"], "{row:?}");
            if row["Message"] == "WithdrawBond" {
                let paid = suite.balance(&Suite::addr("alice"), 0) - before;
                assert_eq!(paid, 5_000, "to the owner, whoever asks");
                assert!(provider.unbondings.is_empty());
            }
            suite.assert_sound();
        }
    }
}

#[test]
fn in_every_state_that_no_row_names_a_provider_stays_as_it_is() {
    let rows = rows("Life of a provider");
    let sender = Suite::addr("alice");
    for status in [
        ProviderStatus::Active,
        ProviderStatus::Draining,
        ProviderStatus::Unbonding,
        ProviderStatus::Gone,
    ] {
        let state = format!("{status:?}");
        for name in [
            "RegisterProvider",
            "Drain",
            "Resume",
            "Leave",
            "WithdrawBond",
        ] {
            let named = |row: &Row| row["State"] == state && row["Message"] == name;
            if rows.iter().any(named) {
                continue;
            }
            let gone = status == ProviderStatus::Gone;
            let needed = match name {
                "Resume" => ProviderStatus::Draining,
                _ => ProviderStatus::Active,
            };
            let expected = match name {
                // A new life, as another provider.
                "RegisterProvider" if gone => {
                    let mut suite = provider_in(&state, false);
                    suite
                        .to_registry("alice", &register())
                        .expect("joins again");
                    assert_eq!(suite.provider(1).record.status, status);
                    assert_eq!(suite.provider(2).record.status, ProviderStatus::Active);
                    continue;
                }
                "RegisterProvider" => ContractError::AddressTaken {
                    address: sender.clone(),
                    provider: 1,
                },
                "WithdrawBond" => ContractError::NothingMatured {
                    denom: 0,
                    next_secs: 0,
                },
                _ if gone => ContractError::NotAProvider {
                    sender: sender.clone(),
                },
                _ => ContractError::WrongStatus {
                    provider: 1,
                    status,
                    needed,
                },
            };
            let mut suite = provider_in(&state, false);
            let result = suite.to_registry("alice", &message(name));
            assert_refused(result, expected);
            assert_eq!(suite.provider(1).record.status, status, "{name}");
        }
    }
}

#[test]
fn only_who_the_table_names_moves_a_provider() {
    for row in rows("Life of a provider") {
        if row["Who"] == "anyone" {
            continue;
        }
        let mut suite = provider_in(&row["State"], false);
        let sender = Suite::addr("mallory");
        let result = suite.to_registry("mallory", &message(&row["Message"]));
        assert_refused(result, ContractError::NotAProvider { sender });
        if row["Who"] == "owner" {
            let sender = Suite::addr("alice-op");
            let result = suite.to_registry("alice-op", &message(&row["Message"]));
            assert_refused(result, ContractError::NotAProvider { sender });
        }
    }
}

#[test]
fn bond_leaves_in_the_second_in_which_its_wait_is_over_and_not_before() {
    let mut suite = provider_in("Unbonding", true);
    let next_secs = suite.now_secs() + UNBONDING_SECS;
    suite.pass(UNBONDING_SECS - 1);
    let withdraw = message("WithdrawBond");
    let early = suite.to_registry("mallory", &withdraw);
    assert_refused(
        early,
        ContractError::NothingMatured {
            denom: 0,
            next_secs,
        },
    );
    suite.pass(1);
    suite.to_registry("mallory", &withdraw).expect("it is time");
}

/// A node, hidden or indexed, so that what the row says when can come true.
fn node_in(row: &Row) -> Suite {
    let mut suite = Builder::default().build();
    suite.join("alice", 400_000);
    if row["State"] == "new" {
        return suite;
    }
    let bond = match row["When"].as_str() {
        "its bond is all locked" => 30_000,
        _ => 200_000,
    };
    let machine = Machine::default().with_bond(bond);
    suite.add_node("alice", machine).expect("node");
    let indexed = row["State"] == "indexed";
    let resumes = row["Message"] == "Resume";
    if indexed || resumes {
        suite.heartbeat(1).expect("heartbeat");
    }
    match row["When"].as_str() {
        "it is silent" if resumes => {
            suite
                .to_registry("alice", &ExecuteMsg::Drain {})
                .expect("drains");
            suite.pass(901);
        }
        "it is silent" => suite.pass(901),
        "it is live" | "the provider drains" => {
            suite
                .to_registry("alice", &ExecuteMsg::Drain {})
                .expect("drains");
        }
        "the job took all" => {
            suite.heartbeat(1).expect("heartbeat");
            take_all(&mut suite);
        }
        "the job that took all is delivered" => {
            suite.heartbeat(1).expect("heartbeat");
            take_all(&mut suite);
            suite.deliver(1).expect("delivery");
        }
        "its bond is all locked" => {
            let mut order = job();
            order.reserved_secs = 1_200;
            suite.submit("bob", order, 50_000).expect("job");
        }
        _ => {}
    }
    assert_eq!(suite.node(1).indexed, indexed, "{row:?}");
    suite
}

/// A job that leaves no core free.
fn take_all(suite: &mut Suite) {
    let mut order = job();
    order.need.milli_cpu = 8_000;
    suite.submit("bob", order, 50_000).expect("job");
}

fn do_row(suite: &mut Suite, row: &Row) -> anyhow::Result<cw_multi_test::AppResponse> {
    match row["Message"].as_str() {
        "AddNode" => {
            let machine = Machine::default();
            let msg = ExecuteMsg::AddNode {
                spec: machine.spec,
                bond: machine.bond.into(),
            };
            suite.to_registry("alice", &msg)
        }
        "Heartbeat" => match row["When"].as_str() {
            "it withholds all" => suite.heartbeat_free(1, Resources::default()),
            _ => suite.heartbeat(1),
        },
        "Drain" => suite.to_registry("alice-op", &ExecuteMsg::Drain {}),
        "Resume" => suite.to_registry("alice-op", &ExecuteMsg::Resume {}),
        "Evict" => suite.to_registry("mallory", &ExecuteMsg::Evict { nodes: vec![1] }),
        "Assign" => {
            take_all(suite);
            Ok(Default::default())
        }
        "Release" => {
            suite.deliver(1)?;
            suite.accept("bob", 1)
        }
        "Vacate" => suite.vacate(1),
        "UpdateNode" => suite.to_registry(
            "alice",
            &ExecuteMsg::UpdateNode {
                node: 1,
                capacity: None,
                prices: None,
                bond: Some(suite.node(1).locked),
                watts: None,
                clean_ppm: None,
            },
        ),
        "SetClass" => {
            let known: ClassesResponse = suite.ask_registry(&QueryMsg::Classes {});
            let mut class = known.classes[0].clone();
            class.markets[0].reference.milli_cpu = 1u64.into();
            suite.to_registry("owner", &ExecuteMsg::SetClass { id: 0, class })
        }
        "RemoveNode" => suite.to_registry("alice", &ExecuteMsg::RemoveNode { node: 1 }),
        other => panic!("no message is called {other}"),
    }
}

#[test]
fn a_node_goes_every_way_that_the_table_names() {
    for row in rows("Life of a node") {
        let mut suite = node_in(&row);
        do_row(&mut suite, &row).unwrap_or_else(|error| panic!("{row:?}: {error:#}"));
        let nodes = suite.all_nodes();
        match row["Next"].as_str() {
            "gone" => {
                assert!(nodes.is_empty(), "{row:?}");
                let bonds = suite.provider(1).bonds;
                assert_eq!(bonds[0].free.u128(), 400_000, "the bond is back");
            }
            next => assert_eq!(nodes[0].indexed, next == "indexed", "{row:?}"),
        }
        // What the index says is what a search finds.
        if row["Next"] != "gone" {
            let mut small = job();
            small.need.milli_cpu = 100;
            small.need.memory_mib = 100;
            small.need.storage_gib = 0;
            small.reserved_secs = 60;
            let found = suite.submit("bob", small, 50_000);
            assert_eq!(found.is_ok(), row["Next"] == "indexed", "{row:?}");
        }
        suite.assert_sound();
    }
}

#[test]
fn after_new_reference_prices_a_heartbeat_brings_a_node_back_with_its_jobs() {
    let row: Row = [("State", "indexed"), ("Message", "SetClass"), ("When", "")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let mut suite = node_in(&row);
    let id = suite.submit("bob", job(), 50_000).expect("job");
    do_row(&mut suite, &row).expect("new prices");
    assert!(!suite.node(1).indexed);
    suite.heartbeat(1).expect("heartbeat");
    assert!(suite.node(1).indexed);
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    assert_eq!(suite.node(1).locked.u128(), 0);
    let config: surge_interface::escrow::ConfigResponse = suite.ask_escrow(&EscrowQuery::Config {});
    assert_eq!(config.jobs, 1);
}
