//! What only the inside can tell.

use std::collections::BTreeSet;
use surge_interface::bounds::OutOfBounds;

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi};
use cosmwasm_std::{
    coins, to_json_binary, Binary, MsgResponse, Reply, SubMsgResponse, SubMsgResult, Uint128,
};
use cw_utils::PaymentError;
use surge_interface::escrow::{Artifact, InstantiateMsg, JobSpec, Params, Pick, Status, WhenFull};
use surge_interface::registry::AssignResponse;
use surge_interface::{Resources, TimeProfile, UncheckedDenom};

use crate::contract::{instantiate, reply};
use crate::state::{Terms, JOBS, LEDGERS, TERMS};
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

/// A job that waits when no node is free.
fn patient() -> JobSpec {
    JobSpec {
        class: 0,
        need: Resources::from_array([2_000, 2_048, 0, 1, 0]),
        reserved_secs: 600,
        program: Artifact {
            uri: "file:///program".to_owned(),
            sha256: "0".repeat(64),
        },
        args: vec![],
        inputs: vec![],
        data: Default::default(),
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pick: Pick::Auto,
        when_full: WhenFull::Wait,
    }
}

fn answered(result: SubMsgResponse) -> Reply {
    Reply {
        id: 1,
        payload: Binary::default(),
        gas_used: 0,
        result: SubMsgResult::Ok(result),
    }
}

/// A string of bytes as field 1 of a protobuf message, as chains wrap what a contract answers.
fn wrapped(data: &[u8]) -> Binary {
    let len = u8::try_from(data.len()).unwrap();
    assert!(len < 128, "one byte of length");
    let mut bytes = vec![0x0a, len];
    bytes.extend(data);
    bytes.into()
}

#[test]
fn the_deposit_is_booked_also_where_the_answer_comes_in_the_older_field() {
    #[allow(deprecated)]
    let response = |data, msg_responses| SubMsgResponse {
        events: vec![],
        data,
        msg_responses,
    };
    let nobody = AssignResponse::Nobody {
        job: 1,
        reason: "all are busy".to_owned(),
    };
    let bytes = wrapped(&to_json_binary(&nobody).unwrap());
    let newer = MsgResponse {
        type_url: "/cosmwasm.wasm.v1.MsgExecuteContractResponse".to_owned(),
        value: bytes.clone(),
    };
    for result in [response(None, vec![newer]), response(Some(bytes), vec![])] {
        let mut deps = mock_dependencies();
        let sender = MockApi::default().addr_make("deployer");
        let info = message_info(&sender, &[]);
        instantiate(deps.as_mut(), mock_env(), info, birth()).unwrap();
        let terms = Terms {
            requester: MockApi::default().addr_make("bob"),
            denom: 0,
            deposit: Uint128::new(700),
            params_version: 1,
            spec: patient(),
        };
        TERMS.save(&mut deps.storage, 1, &terms).unwrap();
        reply(deps.as_mut(), mock_env(), answered(result)).unwrap();
        let ledger = LEDGERS.load(&deps.storage, 0).unwrap();
        assert_eq!(ledger.jobs, terms.deposit);
        let job = JOBS.load(&deps.storage, 1).unwrap();
        assert_eq!((job.status, job.held), (Status::Open, terms.deposit));
    }
    for silent in [
        response(None, vec![]),
        response(Some(Binary::default()), vec![]),
    ] {
        let told = reply(mock_dependencies().as_mut(), mock_env(), answered(silent));
        assert_eq!(told, Err(ContractError::NoAnswer));
    }
}
