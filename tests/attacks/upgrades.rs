//! Migration goes forward only, and only to the same contract; and nobody reads a store whose
//! layout it does not know.

use cosmwasm_std::testing::{mock_dependencies, mock_env};
use cosmwasm_std::{Addr, DepsMut, Response, StdError};
use cw2::{get_contract_version, set_contract_version};
use cw_multi_test::AppResponse;
use surge_interface::raw::ABI;
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::upkeep::UpkeepError;
use surge_interface::{dao, escrow, registry, rewards};
use surge_testing::{job, Machine, Suite};
use surge_tests::refusal::refuses;

const RUNNING: &str = env!("CARGO_PKG_VERSION");

/// What a contract's migration answers.
type Migrate = fn(DepsMut) -> Result<Response, UpkeepError>;

macro_rules! migration {
    ($contract:ident, $messages:ident) => {
        |deps| {
            use $contract::contract::migrate;
            use $contract::ContractError;
            migrate(deps, mock_env(), $messages::MigrateMsg {}).map_err(|error| match error {
                ContractError::Upkeep(error) => error,
                other => panic!("{other}"),
            })
        }
    };
}

const CONTRACTS: [(&str, Migrate); 4] = [
    (
        "crates.io:surge-registry",
        migration!(surge_registry, registry),
    ),
    ("crates.io:surge-escrow", migration!(surge_escrow, escrow)),
    (
        "crates.io:surge-rewards",
        migration!(surge_rewards, rewards),
    ),
    ("crates.io:surge-dao", migration!(surge_dao, dao)),
];

/// Code of another contract, newer code than is there, the same again. Guards:
/// `ensure_from_older_version` and the comparison after it.
#[test]
fn a_contract_migrates_from_an_older_version_of_itself_alone() {
    for (own, migrate) in CONTRACTS {
        let mut deps = mock_dependencies();
        let mut from = |name: &str, version: &str| {
            set_contract_version(&mut deps.storage, name, version).expect("a version");
            let result = migrate(deps.as_mut());
            let after = get_contract_version(&deps.storage).expect("a version");
            (result, after)
        };
        let others = CONTRACTS.iter().map(|(name, _)| *name);
        let others = others
            .filter(|name| *name != own)
            .chain(["crates.io:surge-escrow2"]);
        let wrong = others.map(|name| (name, "0.0.1")).chain([(own, "99.0.0")]);
        for (name, version) in wrong {
            let (result, after) = from(name, version);
            assert!(
                matches!(result, Err(UpkeepError::Std(_))),
                "{own} from {name} {version}: {result:?}"
            );
            assert_eq!((&*after.contract, &*after.version), (name, version));
        }
        let (result, _) = from(own, RUNNING);
        let version = RUNNING.to_owned();
        assert_eq!(result, Err(UpkeepError::NotOlder { version }), "{own}");

        let (result, after) = from(own, "0.0.1");
        let events = result.expect("a migration").events;
        let migrated = events.iter().find(|event| event.ty == "contract_migrated");
        let migrated = &migrated.expect("an event").attributes;
        let told = |key: &str| migrated.iter().find(|told| told.key == key);
        assert_eq!(
            told("from").map(|told| &*told.value),
            Some("0.0.1"),
            "{own}"
        );
        assert_eq!(told("to").map(|told| &*told.value), Some(RUNNING), "{own}");
        assert_eq!(after.version, RUNNING, "{own}");
    }
}

/// Whoever reads another contract's store.
type Reader = fn(&mut Suite) -> anyhow::Result<AppResponse>;

fn pay_a_provider(suite: &mut Suite) -> anyhow::Result<AppResponse> {
    suite.withdraw_provider(1)
}

fn deliver(suite: &mut Suite) -> anyhow::Result<AppResponse> {
    suite.deliver(3)
}

fn vacate(suite: &mut Suite) -> anyhow::Result<AppResponse> {
    suite.to_registry("anybody", &Registry::Vacate { job: 2 })
}

fn claim(suite: &mut Suite) -> anyhow::Result<AppResponse> {
    let claim = rewards::ExecuteMsg::Claim { provider: 1 };
    suite.to_rewards("anybody", &claim)
}

fn turn(suite: &mut Suite) -> anyhow::Result<AppResponse> {
    suite.to_rewards("anybody", &rewards::ExecuteMsg::Turn {})
}

/// One of two contracts is migrated to another layout, the other reads it as before. Guard:
/// `check_abi`, for both stores and for each reader of them.
#[test]
fn no_reader_takes_a_layout_that_it_does_not_know() {
    let mut suite = Suite::new();
    let (_, node) = suite.join_with("alice", Machine::default());
    suite.pass(86_400);
    suite.heartbeat(node).expect("heartbeat");
    for id in 1..=3 {
        suite.submit("bob", job(), 50_000).expect("job");
        if id < 3 {
            suite.deliver(id).expect("delivery");
        }
    }
    suite.accept("bob", 1).expect("acceptance");
    let stores = [suite.registry.clone(), suite.escrow.clone()];
    let by_escrow = |error| surge_escrow::ContractError::Std(error);
    let by_registry = |error| surge_registry::ContractError::Std(error);
    let by_rewards = |error| surge_rewards::ContractError::Std(error);
    for abi in [Some(2), Some(0), None] {
        let [registry, escrow] = &stores;
        let known = lay_out(&mut suite, registry, abi);
        for reader in [pay_a_provider, deliver] as [Reader; 2] {
            refuses(&mut suite, by_escrow(unknown(registry, abi)), reader);
        }
        for reader in [claim, turn] as [Reader; 2] {
            refuses(&mut suite, by_rewards(unknown(registry, abi)), reader);
        }
        lay_out(&mut suite, registry, known);

        let known = lay_out(&mut suite, escrow, abi);
        refuses(&mut suite, by_registry(unknown(escrow, abi)), vacate);
        refuses(&mut suite, by_rewards(unknown(escrow, abi)), claim);
        lay_out(&mut suite, escrow, known);
    }
    // In the known layout all of them read.
    for reader in [pay_a_provider, deliver, vacate, turn, claim] as [Reader; 5] {
        reader(&mut suite).expect("a known layout");
    }
}

/// Makes a contract's store say that it has this layout. Answers what it said.
fn lay_out(suite: &mut Suite, contract: &Addr, abi: Option<u32>) -> Option<u32> {
    let mut store = suite.app.contract_storage_mut(contract);
    let before = ABI.may_load(&*store).expect("a number");
    match abi {
        Some(abi) => ABI.save(&mut *store, &abi).expect("stored"),
        None => ABI.remove(&mut *store),
    }
    before
}

fn unknown(contract: &Addr, abi: Option<u32>) -> StdError {
    match abi {
        Some(abi) => StdError::generic_err(format!(
            "{contract} stores layout {abi}, this contract knows 1: migrate both in one proposal"
        )),
        None => StdError::parse_err("u32", "EOF while parsing a JSON value."),
    }
}
