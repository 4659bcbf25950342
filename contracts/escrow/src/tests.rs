//! What only the inside can tell.

use std::collections::BTreeSet;
use surge_interface::bounds::OutOfBounds;

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi};
use cosmwasm_std::{coins, Binary, Reply, SubMsgResult};
use cw_utils::PaymentError;
use surge_interface::escrow::{InstantiateMsg, Params};
use surge_interface::{TimeProfile, UncheckedDenom};

use crate::contract::{instantiate, reply};
use crate::ContractError;

fn birth() -> InstantiateMsg {
    let addr = |name: &str| MockApi::default().addr_make(name).to_string();
    InstantiateMsg {
        owner: addr("owner"),
        registry: addr("registry"),
        arbiter: addr("arbiter"),
        treasury: addr("treasury"),
        profile: TimeProfile::Main,
        params: Params::defaults(TimeProfile::Main),
        denoms: vec![UncheckedDenom::Native("ustake".to_owned())],
        reward_token: None,
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
    let elsewhere = ["seq", "ownership", "contract_info"];
    let all: Vec<&str> = keys.chain(elsewhere).collect();
    let different: BTreeSet<&str> = all.iter().copied().collect();
    assert!(all.len() > elsewhere.len());
    assert_eq!(all.len(), different.len(), "{all:?}");
}

#[test]
fn birth_checks_what_later_changes_check() {
    assert_eq!(born(birth(), 0), Ok(()));
    let swallowed = ContractError::Payment(PaymentError::NonPayable {});
    assert_eq!(born(birth(), 1), Err(swallowed));
    let mut msg = birth();
    msg.params.take_bps = 2_001;
    let beyond = ContractError::OutOfBounds(OutOfBounds {
        what: "take_bps",
        value: 2_001,
        min: 0,
        max: 2_000,
    });
    assert_eq!(born(msg, 0), Err(beyond));
    let mut msg = birth();
    msg.denoms.extend(msg.denoms.clone());
    let denom = UncheckedDenom::Native("ustake".to_owned());
    assert_eq!(born(msg, 0), Err(ContractError::DenomListed { denom }));
    let mut msg = birth();
    msg.treasury = msg.treasury.to_uppercase();
    assert!(matches!(born(msg, 0), Err(ContractError::Std(_))));
}

#[test]
fn an_answer_that_nobody_asked_for_is_refused() {
    let answer = |id, result| {
        #[allow(deprecated)]
        let msg = Reply {
            id,
            payload: Binary::default(),
            gas_used: 0,
            result,
        };
        reply(mock_dependencies().as_mut(), mock_env(), msg)
    };
    let failed = || SubMsgResult::Err("failed".to_owned());
    assert_eq!(
        answer(9, failed()),
        Err(ContractError::UnknownReply { id: 9 })
    );
    assert_eq!(answer(1, failed()), Err(ContractError::NoAnswer));
}
