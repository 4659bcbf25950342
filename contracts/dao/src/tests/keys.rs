//! What is stored, and answers that nobody asked for.

use std::collections::BTreeSet;

use cosmwasm_std::testing::{mock_dependencies, mock_env};
use cosmwasm_std::{Binary, Reply, SubMsgResult};

use crate::contract::{migrate, reply};
use surge_interface::dao::MigrateMsg;
use surge_interface::upkeep::UpkeepError;

use crate::ContractError;

#[test]
fn no_two_records_share_a_key() {
    let source = include_str!("../state.rs");
    let calls = source.split("::new(").skip(1);
    let calls = calls.filter_map(|rest| rest.split(')').next());
    let keys = calls.flat_map(|call| call.split('"').skip(1).step_by(2));
    let elsewhere = ["seq", "contract_info"];
    let all: Vec<&str> = keys.chain(elsewhere).collect();
    let different: BTreeSet<&str> = all.iter().copied().collect();
    assert!(all.len() > 20, "{all:?}");
    assert_eq!(all.len(), different.len(), "{all:?}");
}

#[test]
fn an_answer_that_nobody_asked_for_is_refused() {
    #[allow(deprecated)]
    let msg = Reply {
        id: 9,
        payload: Binary::default(),
        gas_used: 0,
        result: SubMsgResult::Err("failed".to_owned()),
    };
    let proposal = 9;
    assert_eq!(
        reply(mock_dependencies().as_mut(), mock_env(), msg),
        Err(ContractError::UnknownProposal { proposal })
    );
}

#[test]
fn migration_goes_forward_from_a_dao_alone() {
    let from = |name: &str, version: &str| {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, name, version).unwrap();
        migrate(deps.as_mut(), mock_env(), MigrateMsg {}).map(|_| ())
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    assert_eq!(from("crates.io:surge-dao", "0.0.9"), Ok(()));
    let same = ContractError::Upkeep(UpkeepError::NotOlder {
        version: version.clone(),
    });
    assert_eq!(from("crates.io:surge-dao", &version), Err(same));
    for (name, version) in [
        ("crates.io:surge-dao", "9.0.0"),
        ("crates.io:other", "0.0.9"),
    ] {
        let error = from(name, version).unwrap_err();
        assert!(matches!(error, ContractError::Upkeep(UpkeepError::Std(_))));
    }
}
