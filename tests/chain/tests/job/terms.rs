//! On which terms everything happens here: short times, a job, a policy.

use cosmwasm_std::Uint128;
use surge_interface::dao::{Policies, Policy};
use surge_interface::{escrow, registry, Resources, TimeProfile, UncheckedDenom, Weights};

/// Wait before a bond leaves: short, like all times here.
pub const UNBONDING_SECS: u64 = 5;
pub const TAKE_BPS: u16 = 500;
/// Length of an epoch.
pub const EPOCH_SECS: u64 = 5;
/// Deposit of most jobs; what the price leaves comes back when they end.
pub const DEPOSIT: u128 = 40_000;
/// Reserved time of most jobs.
pub const TEN_MINUTES: u64 = 600;

pub fn native() -> UncheckedDenom {
    UncheckedDenom::Native("ustake".into())
}

pub fn registry_params() -> registry::Params {
    registry::Params {
        weights: Weights::DEFAULT,
        rows_cap: 128,
        refused_cap: 128,
        time_scale_ms: 100,
        heartbeat_secs: 3_600,
        missed_heartbeats: 3,
        unbonding_secs: UNBONDING_SECS,
        payout_delay_secs: 1,
        evictions_per_search: 4,
        no_show_bps: 1_000,
        tip_bps: 1_000,
    }
}

pub fn escrow_params() -> escrow::Params {
    escrow::Params {
        take_bps: TAKE_BPS,
        burn_bps: 5_000,
        treasury_bps: 3_000,
        insurance_bps: 2_000,
        accept_secs: 5,
        review_secs: 6,
        waiting_secs: 300,
        dispute_secs: 300,
        collateral_bps: 10_000,
        cancel_bps: 1_000,
        decline_bps: 100,
        dispute_bond_bps: 1_000,
        max_declines: 3,
        ..escrow::Params::defaults(TimeProfile::Dev)
    }
}

/// A job of ten minutes on four cores with one input.
pub fn job(reserved_secs: u64) -> escrow::JobSpec {
    let file = |name: &str, digit: &str| escrow::Artifact {
        uri: format!("https://files.example.org/surge/{name}"),
        sha256: digit.repeat(64),
    };
    escrow::JobSpec {
        class: 0,
        need: Resources {
            milli_cpu: 4_000,
            memory_mib: 8_192,
            gpus: 0,
            storage_gib: 10,
            bandwidth_mbps: 0,
        },
        reserved_secs,
        program: file("render.wasm", "a"),
        args: vec![],
        inputs: vec![file("scene.bin", "b")],
        data: registry::Data {
            replicas: vec![5],
            size_mib: 200,
        },
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pick: escrow::Pick::Auto,
        when_full: escrow::WhenFull::Refuse,
    }
}

pub fn result() -> escrow::JobResult {
    escrow::JobResult {
        sha256: "c".repeat(64),
        size: 1_048_576,
        uri: "https://files.example.org/surge/result.png".into(),
    }
}

/// The members' rules: two voters suffice for everything, and what has no row of its own
/// asks for money too.
pub fn policies() -> Policies {
    let policy = Policy {
        quorum_bps: 2_000,
        pass_bps: 5_000,
        min_yes_bps: 0,
        min_voters: 2,
        voting_secs: 120,
        settle_secs: 1,
        timelock_secs: 1,
        grace_secs: 3_600,
        deposit: Uint128::zero(),
    };
    let strict = Policy {
        deposit: Uint128::new(1_000),
        ..policy.clone()
    };
    Policies {
        any: strict,
        ..same_for_all(policy)
    }
}

/// One policy for every class.
pub fn same_for_all(policy: Policy) -> Policies {
    Policies {
        text: policy.clone(),
        spend: policy.clone(),
        membership: policy.clone(),
        params: policy.clone(),
        policy: policy.clone(),
        upgrade: policy.clone(),
        any: policy,
    }
}

/// The node is alive and this much is free on it.
pub fn heartbeat(node: u32, seq: u32, free: Resources) -> registry::ExecuteMsg {
    registry::ExecuteMsg::Heartbeat { node, seq, free }
}
