//! Migration goes forward only, and only to the same contract.

use cosmwasm_std::testing::{mock_dependencies, mock_env};
use cw2::{get_contract_version, set_contract_version};
use surge_interface::upkeep::UpkeepError;

const RUNNING: &str = env!("CARGO_PKG_VERSION");

/// style.md 4.2, no. 20. Guards: `ensure_from_older_version` and the comparison after it.
#[test]
fn the_escrow_migrates_from_an_older_version_of_itself_alone() {
    use surge_escrow::contract::migrate;
    use surge_escrow::ContractError;
    use surge_interface::escrow::MigrateMsg;
    let mut deps = mock_dependencies();
    let mut from = |name: &str, version: &str| {
        set_contract_version(&mut deps.storage, name, version).expect("a version");
        let result = migrate(deps.as_mut(), mock_env(), MigrateMsg {});
        (
            result,
            get_contract_version(&deps.storage).expect("a version"),
        )
    };
    let name = "crates.io:surge-escrow";
    for (name, version) in [
        ("crates.io:surge-registry", "0.0.1"),
        ("crates.io:surge-escrow2", "0.0.1"),
        (name, "99.0.0"),
    ] {
        let (result, after) = from(name, version);
        assert!(
            matches!(result, Err(ContractError::Upkeep(UpkeepError::Std(_)))),
            "{result:?}"
        );
        assert_eq!((&*after.contract, &*after.version), (name, version));
    }
    let (result, _) = from(name, RUNNING);
    let version = RUNNING.to_owned();
    assert_eq!(
        result,
        Err(ContractError::Upkeep(UpkeepError::NotOlder { version }))
    );
    let (result, after) = from(name, "0.0.1");
    let events = result.expect("a migration").events;
    let migrated = events.iter().find(|event| event.ty == "contract_migrated");
    let migrated = &migrated.expect("an event").attributes;
    let told = |key: &str| migrated.iter().find(|told| told.key == key);
    assert_eq!(told("from").map(|told| &*told.value), Some("0.0.1"));
    assert_eq!(told("to").map(|told| &*told.value), Some(RUNNING));
    assert_eq!(after.version, RUNNING);
}

/// The same for the registry.
#[test]
fn the_registry_migrates_from_an_older_version_of_itself_alone() {
    use surge_interface::registry::MigrateMsg;
    use surge_registry::contract::migrate;
    use surge_registry::ContractError;
    let mut deps = mock_dependencies();
    let mut from = |name: &str, version: &str| {
        set_contract_version(&mut deps.storage, name, version).expect("a version");
        let result = migrate(deps.as_mut(), mock_env(), MigrateMsg {});
        (
            result,
            get_contract_version(&deps.storage).expect("a version"),
        )
    };
    let name = "crates.io:surge-registry";
    for (name, version) in [("crates.io:surge-escrow", "0.0.1"), (name, "99.0.0")] {
        let (result, after) = from(name, version);
        assert!(
            matches!(result, Err(ContractError::Upkeep(UpkeepError::Std(_)))),
            "{result:?}"
        );
        assert_eq!((&*after.contract, &*after.version), (name, version));
    }
    let (result, _) = from(name, RUNNING);
    let version = RUNNING.to_owned();
    assert_eq!(
        result,
        Err(ContractError::Upkeep(UpkeepError::NotOlder { version }))
    );
    let (result, after) = from(name, "0.0.1");
    let events = result.expect("a migration").events;
    let migrated = events.iter().find(|event| event.ty == "contract_migrated");
    let migrated = &migrated.expect("an event").attributes;
    let told = |key: &str| migrated.iter().find(|told| told.key == key);
    assert_eq!(told("from").map(|told| &*told.value), Some("0.0.1"));
    assert_eq!(told("to").map(|told| &*told.value), Some(RUNNING));
    assert_eq!(after.version, RUNNING);
}

/// The same for the rewards.
#[test]
fn the_rewards_migrate_from_an_older_version_of_itself_alone() {
    use surge_interface::rewards::MigrateMsg;
    use surge_rewards::contract::migrate;
    use surge_rewards::ContractError;
    let mut deps = mock_dependencies();
    let mut from = |name: &str, version: &str| {
        set_contract_version(&mut deps.storage, name, version).expect("a version");
        let result = migrate(deps.as_mut(), mock_env(), MigrateMsg {});
        (
            result,
            get_contract_version(&deps.storage).expect("a version"),
        )
    };
    let name = "crates.io:surge-rewards";
    for (name, version) in [("crates.io:surge-escrow", "0.0.1"), (name, "99.0.0")] {
        let (result, after) = from(name, version);
        assert!(
            matches!(result, Err(ContractError::Upkeep(UpkeepError::Std(_)))),
            "{result:?}"
        );
        assert_eq!((&*after.contract, &*after.version), (name, version));
    }
    let (result, _) = from(name, RUNNING);
    let version = RUNNING.to_owned();
    assert_eq!(
        result,
        Err(ContractError::Upkeep(UpkeepError::NotOlder { version }))
    );
    let (result, after) = from(name, "0.0.1");
    let events = result.expect("a migration").events;
    let migrated = events.iter().find(|event| event.ty == "contract_migrated");
    let migrated = &migrated.expect("an event").attributes;
    let told = |key: &str| migrated.iter().find(|told| told.key == key);
    assert_eq!(told("from").map(|told| &*told.value), Some("0.0.1"));
    assert_eq!(told("to").map(|told| &*told.value), Some(RUNNING));
    assert_eq!(after.version, RUNNING);
}
