#![allow(clippy::arithmetic_side_effects)] // a test that overflows fails, as it should

use cosmwasm_std::testing::MockQuerier;
use cosmwasm_std::{
    to_json_binary, Addr, ContractResult, QuerierWrapper, StdError, SystemResult, Uint128,
    WasmQuery,
};
use proptest::prelude::*;

use crate::raw::{EscrowStore, RegistryStore, ABI, ABI_VERSION};
use crate::registry::{BondRecord, MAX_LOWS};

/// Opens both stores of a contract that stores this layout, or none. Answers the errors.
fn opened(abi: Option<u32>) -> [Option<StdError>; 2] {
    let mut querier = MockQuerier::<cosmwasm_std::Empty>::default();
    querier.update_wasm(move |query| {
        let WasmQuery::Raw { key, .. } = query else {
            panic!("nobody asks {query:?}");
        };
        assert_eq!(key.as_slice(), ABI.as_slice(), "before anything else");
        let stored = abi.map(|abi| to_json_binary(&abi).unwrap());
        SystemResult::Ok(ContractResult::Ok(stored.unwrap_or_default()))
    });
    let addr = Addr::unchecked("contract");
    [
        RegistryStore::open(QuerierWrapper::new(&querier), addr.clone()).err(),
        EscrowStore::open(QuerierWrapper::new(&querier), addr).err(),
    ]
}

#[test]
fn a_store_is_read_in_the_layout_that_is_known_and_in_no_other() {
    assert_eq!(opened(Some(ABI_VERSION)), [None, None]);
    for abi in [0, ABI_VERSION + 1, u32::MAX] {
        let unknown = format!(
            "contract stores layout {abi}, this contract knows 1: migrate both in one proposal"
        );
        let unknown = || Some(StdError::generic_err(unknown.clone()));
        assert_eq!(opened(Some(abi)), [unknown(), unknown()]);
    }
    let missing = || {
        Some(StdError::parse_err(
            "u32",
            "EOF while parsing a JSON value.",
        ))
    };
    assert_eq!(opened(None), [missing(), missing()]);
}

/// A bond and all that it has been: (from when, how much).
fn lived(changes: &[(u64, u128)]) -> (BondRecord, Vec<(u64, u128)>) {
    let mut bond = BondRecord::default();
    let mut history = vec![(0, 0)];
    let mut now = 1;
    for (pause, amount) in changes {
        now += pause;
        let before = bond.free;
        bond.free = Uint128::new(*amount);
        if bond.free > before {
            bond.rose(before, now);
        } else {
            bond.fell().unwrap();
        }
        history.push((now, *amount));
    }
    (bond, history)
}

/// The lowest from a moment on, the moment itself included.
fn lowest(history: &[(u64, u128)], since: u64) -> u128 {
    let ends = history.iter().skip(1).map(|(from, _)| *from);
    let ends = ends.chain([u64::MAX]);
    let spans = history.iter().zip(ends);
    let alive = spans.filter(|(_, end)| *end >= since);
    alive.map(|((_, amount), _)| *amount).min().unwrap()
}

#[test]
fn a_bond_that_a_stranger_adds_dust_to_stays_as_low_as_it_was() {
    let dust: Vec<(u64, u128)> = (0..40).map(|n| (100, 1_000_000 + n)).collect();
    let (bond, _) = lived(&dust);
    assert_eq!(bond.lows.len(), MAX_LOWS);
    assert_eq!(bond.lowest_since(0).unwrap(), Uint128::zero());
    let since = bond.lowest_since(102).unwrap().u128();
    assert!((1_000_000..1_000_040).contains(&since), "{since}");
}

proptest! {
    #[test]
    fn a_bond_never_looks_higher_than_it_was(changes in prop::collection::vec((0u64..50, 0u128..1_000), 0..30), since in 0u64..1_600) {
        let (bond, history) = lived(&changes);
        prop_assert!(bond.lows.len() <= MAX_LOWS);
        prop_assert!(bond.lows.windows(2).all(|pair| pair[0].until_secs <= pair[1].until_secs && pair[0].amount <= pair[1].amount));
        prop_assert!(bond.lowest_since(since).unwrap().u128() <= lowest(&history, since));
    }

    #[test]
    fn a_bond_that_rose_seldom_is_remembered_exactly(changes in prop::collection::vec((1u64..50, 0u128..1_000), 0..=MAX_LOWS), since in 0u64..400) {
        let (bond, history) = lived(&changes);
        prop_assert_eq!(bond.lowest_since(since).unwrap().u128(), lowest(&history, since));
    }
}
