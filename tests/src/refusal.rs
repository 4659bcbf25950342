//! Refusals: the exact error, and nothing changed.

use std::collections::BTreeMap;
use std::fmt::Debug;

use anyhow::Result as AnyResult;
use cosmwasm_std::{Addr, Record};
use cw_multi_test::AppResponse;
use surge_testing::Suite;

/// Everything that can be compared of the chain: the contracts' whole storage, and what
/// named people and the contracts hold.
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    stores: Vec<Vec<Record>>,
    balances: BTreeMap<(Addr, u8), u128>,
}

/// What the chain looks like now.
pub fn snapshot(suite: &Suite, people: &[&str]) -> Snapshot {
    let contracts = [&suite.registry, &suite.escrow, &suite.token, &suite.rewards];
    let contracts = contracts.into_iter().chain(&suite.dao);
    let contracts: Vec<&Addr> = contracts.collect();
    let holders = people
        .iter()
        .map(|name| Suite::addr(name))
        .chain(contracts.iter().copied().cloned());
    Snapshot {
        stores: contracts
            .iter()
            .map(|contract| suite.app.dump_wasm_raw(contract))
            .collect(),
        balances: holders
            .flat_map(|holder| [(holder.clone(), 0), (holder, 1)])
            .map(|(holder, denom)| {
                let held = suite.balance(&holder, denom);
                ((holder, denom), held)
            })
            .collect(),
    }
}

/// Panics unless the result is this error of a contract, wherever in the chain of calls.
#[track_caller]
pub fn assert_refused<E>(result: AnyResult<AppResponse>, expected: E)
where
    E: std::error::Error + PartialEq + Send + Sync + 'static,
{
    let error = match result {
        Ok(response) => panic!("refusal expected: {expected}, got {:?}", response.events),
        Err(error) => error,
    };
    let found = error.downcast_ref::<E>() == Some(&expected);
    assert!(found, "expected: {expected}\ngot: {error:#}");
}

/// Does something that must be refused with this error and change nothing.
#[track_caller]
pub fn refuses<E>(
    suite: &mut Suite,
    expected: E,
    attempt: impl FnOnce(&mut Suite) -> AnyResult<AppResponse>,
) where
    E: std::error::Error + PartialEq + Send + Sync + Debug + 'static,
{
    const PEOPLE: [&str; 10] = [
        "alice",
        "alice-op",
        "bob",
        "carol",
        "mallory",
        "mallory-op",
        "anybody",
        "arbiter",
        "owner",
        "heir",
    ];
    for name in PEOPLE {
        suite.meet(name);
    }
    let before = snapshot(suite, &PEOPLE);
    let result = attempt(suite);
    assert_refused(result, expected);
    assert!(
        before == snapshot(suite, &PEOPLE),
        "a refusal changed something"
    );
}
