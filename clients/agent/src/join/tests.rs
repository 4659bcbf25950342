use cosmrs::proto::{cosmwasm::wasm::v1::MsgExecuteContract, traits::Message};
use cosmwasm_std::{to_json_vec, Addr};
use serde_json::json;
use surge_interface::{
    registry::{
        Class, ClassesResponse, DenomsResponse, NodesResponse, ProviderRecord, ProviderStatus,
        QueryMsg,
    },
    Denom, Kind,
};

use super::*;
use crate::{fake, suite::Contracts};

const REFERENCE: [u64; 5] = [100, 10, 0, 1_000, 0];

/// The suite as a node's program sees it, of which there is a registry alone.
fn suite(registry: impl Fn(QueryMsg) -> Vec<u8> + Send + 'static) -> Suite {
    let chain = fake::chain(move |method, params| match method {
        "status" => Ok(json!({ "node_info": { "network": "here-1" } })),
        "abci_query" => {
            let (_, request) = fake::asked(params);
            let asked = serde_json::from_slice(&fake::smart(&request).1).expect("a query");
            Ok(fake::told(registry(asked)))
        }
        other => panic!("{other} is not asked for"),
    });
    Suite {
        chain,
        contracts: Contracts {
            registry: fake::address(1),
            escrow: fake::address(2),
            rewards: "rewards".to_owned(),
        },
    }
}

fn owner() -> Key {
    fake::key()
}

fn provider(operator: &str) -> ProviderResponse {
    let owner = Addr::unchecked(owner().address());
    ProviderResponse {
        id: 1,
        record: ProviderRecord {
            owner: owner.clone(),
            operator: Addr::unchecked(operator),
            payout: owner,
            pending_payout: None,
            status: ProviderStatus::Active,
            nodes: 1,
        },
        profile_uri: String::new(),
        bonds: vec![],
        unbondings: vec![],
    }
}

fn node(prices: UnitPrices) -> NodeResponse {
    let capacity = Resources {
        milli_cpu: 1_000,
        memory_mib: 1_024,
        storage_gib: 1,
        ..Resources::default()
    };
    NodeResponse {
        id: 7,
        provider: 1,
        spec: NodeSpec {
            class: 0,
            denom: 0,
            region: 0,
            bandwidth_tier: 0,
            capacity,
            prices,
            watts: 0,
            clean_ppm: 0,
        },
        reserved: Resources::default(),
        withheld: Resources::default(),
        bond: Uint128::new(10),
        locked: Uint128::zero(),
        seq: 0,
        last_seen_secs: 0,
        live: false,
        indexed: false,
        running: 0,
        settled: 0,
        strikes: 0,
        missed: Uint128::zero(),
    }
}

/// A registry with a provider, its node and a market.
fn registry(operator: &'static str, prices: UnitPrices) -> impl Fn(QueryMsg) -> Vec<u8> + Send {
    let market = Market {
        denom: 0,
        reference: UnitPrices::from_array(REFERENCE),
        smallest_bond: Uint128::new(10),
        evict_tip: Uint128::new(1),
    };
    let class = Class {
        name: "cpu".to_owned(),
        leading: Kind::MilliCpu,
        smallest: Resources::default(),
        markets: vec![market],
    };
    move |asked| {
        let answer = match asked {
            QueryMsg::ProviderOf { .. } => to_json_vec(&provider(operator)),
            QueryMsg::Nodes { .. } => to_json_vec(&NodesResponse {
                nodes: vec![node(prices)],
            }),
            QueryMsg::Denoms {} => to_json_vec(&DenomsResponse {
                denoms: vec![Denom::Native("ustake".to_owned())],
            }),
            QueryMsg::Classes {} => to_json_vec(&ClassesResponse {
                classes: vec![class.clone()],
            }),
            other => panic!("{other:?} is not asked for"),
        };
        answer.expect("JSON")
    }
}

fn join(add: bool) -> Join {
    Join {
        owner: owner(),
        bond: None,
        payout: None,
        add,
        replace_operator: true,
        agree: Box::new(|_| Ok(())),
    }
}

/// What a step tells the registry.
fn told(step: &Wanted) -> ExecuteMsg {
    let message = MsgExecuteContract::decode(step.message.value.as_slice()).expect("a message");
    serde_json::from_slice(&message.msg).expect("of the registry")
}

#[test]
fn a_machine_that_cannot_join_takes_nobodys_hot_key_away() {
    let suite = suite(registry("old", UnitPrices::from_array(REFERENCE)));
    let offer = Offer::default();
    let refused = next(&suite, "new", None, &offer, &join(true));
    let error = refused.err().expect("it has no bond").to_string();
    assert!(
        error.contains("a new node needs a region and a bond"),
        "{error}"
    );
    // For a node that is there nothing more is needed.
    let step = next(&suite, "new", Some(7), &offer, &join(false)).expect("an answer");
    assert!(matches!(
        told(&step.expect("a step")),
        ExecuteMsg::UpdateProvider { .. }
    ));
}

#[test]
fn prices_change_only_when_that_is_said() {
    let dear = UnitPrices::from_array(REFERENCE.map(|price| price * 3));
    let suite = suite(registry("old", dear));
    let step = |percent| {
        let offer = Offer {
            price_percent: percent,
            ..Offer::default()
        };
        next(&suite, "old", Some(7), &offer, &join(false)).expect("an answer")
    };
    assert!(step(None).is_none(), "its prices stay");
    assert!(step(Some(300)).is_none(), "they are these");
    let wanted = step(Some(150)).expect("a step");
    assert!(
        wanted
            .sentence
            .ends_with("at 150 % of the reference prices."),
        "{}",
        wanted.sentence
    );
    let ExecuteMsg::UpdateNode { prices, .. } = told(&wanted) else {
        panic!("{}", wanted.sentence);
    };
    let half_more = REFERENCE.map(|price| price * 3 / 2);
    assert_eq!(prices, Some(UnitPrices::from_array(half_more)));
}

#[test]
fn only_a_step_of_joining_that_failed_ends_the_start() {
    for purpose in Purpose::ALL {
        let tx = Sent {
            hash: "A".to_owned(),
            purpose,
            job: None,
            also: vec![],
            last_block: 1,
            bytes: vec![],
            fee: 0,
        };
        let ended = failed(&tx, "out of gas").is_err();
        assert_eq!(ended, purpose == Purpose::Join, "{purpose:?}");
    }
}

#[test]
fn cores_are_told_to_the_thousandth() {
    let told = |milli_cpu| {
        let capacity = Resources {
            milli_cpu,
            ..Resources::default()
        };
        cores(capacity).to_string()
    };
    assert_eq!([500, 1_500, 2_000].map(told), ["0.5", "1.5", "2"]);
}
