//! What only the inside can tell.

use std::collections::BTreeSet;

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi};
use cosmwasm_std::{coins, Uint128};
use cw_utils::PaymentError;
use surge_interface::registry::{Class, InstantiateMsg, Market, Params, Region};
use surge_interface::{Kind, Resources, TimeProfile, UncheckedDenom, UnitPrices, Weights};

use crate::contract::instantiate;
use crate::ContractError;

fn birth() -> InstantiateMsg {
    let addr = |name: &str| MockApi::default().addr_make(name).to_string();
    let region = |name: &str, rtt_ms: Vec<u16>| Region {
        name: name.to_owned(),
        jurisdiction: "US".to_owned(),
        clean_ppm: 0,
        rtt_ms,
    };
    InstantiateMsg {
        owner: addr("owner"),
        escrow: addr("escrow"),
        profile: TimeProfile::Main,
        params: Params::defaults(TimeProfile::Main),
        denoms: vec![UncheckedDenom::Native("ustake".to_owned())],
        regions: vec![region("east", vec![1]), region("west", vec![60, 1])],
        classes: vec![Class {
            name: "cpu".to_owned(),
            leading: Kind::MilliCpu,
            smallest: Resources::from_array([1_000, 1_024, 0, 1, 0]),
            markets: vec![Market {
                denom: 0,
                reference: UnitPrices::from_array([1, 1, 1, 1, 1]),
                smallest_bond: Uint128::one(),
                evict_tip: Uint128::zero(),
            }],
        }],
    }
}

fn born(msg: InstantiateMsg, ustake: u128) -> Result<(), ContractError> {
    let sender = MockApi::default().addr_make("deployer");
    let funds = match ustake {
        0 => vec![],
        amount => coins(amount, "ustake"),
    };
    let info = message_info(&sender, &funds);
    instantiate(mock_dependencies().as_mut(), mock_env(), info, msg).map(|_| ())
}

#[test]
fn no_two_records_share_a_key() {
    let keys = include_str!("state.rs").split("::new(\"").skip(1);
    let keys = keys.filter_map(|rest| rest.split('"').next());
    let elsewhere = ["seq", "ownership", "contract_info", "abi", "providers"];
    let all: Vec<&str> = keys.chain(elsewhere).collect();
    let different: BTreeSet<&str> = all.iter().copied().collect();
    assert!(all.len() > elsewhere.len());
    assert_eq!(all.len(), different.len(), "{all:?}");
    // Keys of the matching index begin with 1 to 4, those of maps with a zero byte.
    assert!(all.iter().all(|key| key.as_bytes().first() > Some(&4)));
}

#[test]
fn birth_checks_what_later_changes_check() {
    assert_eq!(born(birth(), 0), Ok(()));
    let swallowed = ContractError::Payment(PaymentError::NonPayable {});
    assert_eq!(born(birth(), 1), Err(swallowed));
    let mut msg = birth();
    msg.params.weights = Weights {
        time: 0,
        ..Weights::DEFAULT
    };
    assert_eq!(
        born(msg, 0),
        Err(ContractError::BadWeights { sum: 750_000 })
    );
    let mut msg = birth();
    for region in &mut msg.regions {
        region.rtt_ms = vec![1];
    }
    let short = ContractError::WrongRoundTrips {
        region: 1,
        needed: 2,
        given: 1,
    };
    assert_eq!(born(msg, 0), Err(short));
    let mut msg = birth();
    msg.denoms.clear();
    let unknown = ContractError::UnknownDenomId { denom: 0, count: 0 };
    assert_eq!(born(msg, 0), Err(unknown));
    let mut msg = birth();
    msg.escrow = msg.escrow.to_uppercase();
    assert!(matches!(born(msg, 0), Err(ContractError::Std(_))));
}
