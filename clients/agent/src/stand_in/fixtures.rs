//! Who and what is on the chain of the tests.

use cosmwasm_std::{Addr, Uint128};
use surge_chain::Key;
use surge_interface::{
    escrow::{Artifact, JobResponse, JobSpec, JobSummary, Pick, Status, WhenFull},
    registry::{Data, NodeResponse, NodeSpec, ProviderRecord, ProviderResponse, ProviderStatus},
    Denom, Resources, UnitPrices,
};

use crate::suite::Contracts;

const MNEMONIC: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

/// The operator's key.
pub fn key() -> Key {
    Key::from_mnemonic("wasm", "operator", MNEMONIC).expect("a key")
}

/// Where the contracts are.
pub fn contracts() -> Contracts {
    Contracts {
        registry: "registry".to_owned(),
        escrow: "escrow".to_owned(),
        rewards: "rewards".to_owned(),
    }
}

/// A node of provider 1 that is bonded in the registry's denomination of this number.
pub fn node(id: u32, denom: u8) -> NodeResponse {
    NodeResponse {
        id,
        provider: 1,
        spec: NodeSpec {
            class: 0,
            denom,
            region: 0,
            bandwidth_tier: 0,
            capacity: Resources {
                milli_cpu: 1_000,
                memory_mib: 16,
                ..Resources::default()
            },
            prices: UnitPrices::default(),
            watts: 0,
            clean_ppm: 0,
        },
        reserved: Resources::default(),
        withheld: Resources::default(),
        bond: Uint128::zero(),
        locked: Uint128::zero(),
        seq: 0,
        last_seen_secs: 0,
        live: true,
        indexed: true,
        running: 0,
        settled: 0,
        strikes: 0,
        missed: Uint128::zero(),
    }
}

/// A job of this node, assigned then.
pub fn job(id: u64, node: u32, assigned_secs: u64, program: Artifact) -> JobResponse {
    JobResponse {
        summary: JobSummary {
            id,
            requester: Addr::unchecked("requester"),
            denom: coin("ustake"),
            status: Status::Assigned,
            deadline_secs: assigned_secs + 4_000,
            held: Uint128::new(10),
            price: Uint128::new(10),
            node: Some(node),
            provider: Some(1),
            assigned_secs,
            params_version: 1,
            declined: vec![],
        },
        spec: order(program),
        result: None,
        dispute: None,
    }
}

/// A job of a minute that runs this program and asks for little.
pub fn order(program: Artifact) -> JobSpec {
    JobSpec {
        class: 0,
        need: Resources {
            milli_cpu: 10,
            memory_mib: 1,
            storage_gib: 1,
            ..Resources::default()
        },
        reserved_secs: 60,
        program,
        args: vec![],
        inputs: vec![],
        data: Data {
            replicas: vec![],
            size_mib: 0,
        },
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pick: Pick::Auto,
        when_full: WhenFull::Refuse,
    }
}

pub fn provider() -> ProviderResponse {
    ProviderResponse {
        id: 1,
        record: ProviderRecord {
            owner: Addr::unchecked("owner"),
            operator: Addr::unchecked(key().address()),
            payout: Addr::unchecked("owner"),
            pending_payout: None,
            status: ProviderStatus::Active,
            nodes: 1,
        },
        profile_uri: String::new(),
        bonds: vec![],
        unbondings: vec![],
    }
}

/// A denomination of the chain's own coins.
pub fn coin(denom: &str) -> Denom {
    Denom::Native(denom.to_owned())
}
