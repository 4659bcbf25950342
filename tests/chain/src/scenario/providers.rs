//! Providers come, and go.

use cosmwasm_std::Uint128;
use surge_interface::registry::{ExecuteMsg as Registry, NodeResponse, QueryMsg, ReceiveMsg};
use surge_testing::Machine;

use super::stage::Stage;
use crate::Error;

/// Bond behind a node that quotes in the native coin.
const BOND: u128 = 200_000;
/// Bond behind the node that quotes in the reward token: enough to earn by standing there.
const TOKEN_BOND: u128 = 1_000_000_000_000;
/// Free bond of the first provider.
const SPARE: u128 = 50_000;

/// Two providers: the nodes 1 and 2 quote in the native coin, 3 in the reward token.
pub(super) fn join(stage: &mut Stage) -> Result<(), Error> {
    for (provider, payout) in [(1, Some("payout1")), (2, None)] {
        let owner = format!("provider{provider}");
        let register = Registry::RegisterProvider {
            operator: stage.address(&format!("operator{provider}"))?,
            payout: payout.map(|name| stage.address(name)).transpose()?,
            profile_uri: format!("https://example.org/{owner}"),
        };
        let step = format!("{owner} registers");
        let landed = stage.act(&step, &owner, "registry", &register, 0)?;
        let id: u32 = landed.attribute("provider_registered", "provider")?;
        assert_eq!(id, provider, "the first are the first");
    }
    let bond = Registry::Bond { provider: 1 };
    let bonds = BOND + SPARE;
    stage.act("provider1 bonds", "provider1", "registry", &bond, bonds)?;
    let bond = Registry::Bond { provider: 2 };
    stage.act(
        "anybody bonds for provider2",
        "anyone",
        "registry",
        &bond,
        BOND,
    )?;
    let bond = ReceiveMsg::Bond { provider: 2 };
    let step = "provider2 bonds tokens";
    stage.act_with_tokens(step, "provider2", "registry", &bond, TOKEN_BOND)?;
    for (provider, machine) in [
        (1, Machine::default().with_bond(BOND)),
        (2, Machine::default().with_bond(BOND).in_region(3)),
        (2, Machine::default().with_bond(TOKEN_BOND).quoting(1)),
    ] {
        let owner = format!("provider{provider}");
        let add = Registry::AddNode {
            spec: machine.spec,
            bond: machine.bond.into(),
        };
        stage.act(&format!("{owner} adds a node"), &owner, "registry", &add, 0)?;
    }
    for (node, provider) in [(1, 1), (2, 2), (3, 2)] {
        heartbeat(stage, node, provider)?;
    }
    let update = Registry::UpdateProvider {
        operator: None,
        profile_uri: Some("https://example.org/new".into()),
    };
    let step = "provider1 describes itself anew";
    stage.act(step, "provider1", "registry", &update, 0)?;
    Ok(())
}

/// Somebody adds to the insurance, and the bonds of others stay what they are.
pub(super) fn kitty_funded(stage: &mut Stage) -> Result<(), Error> {
    let fund = Registry::FundKitty {};
    let step = "the kitty is funded";
    stage
        .act(step, "anyone", "registry", &fund, 1_234)
        .map(drop)
}

/// The node's operator says that all of it is free.
pub(super) fn heartbeat(stage: &mut Stage, node: u32, provider: u32) -> Result<(), Error> {
    let known: NodeResponse = stage.ask("registry", &QueryMsg::Node { node })?;
    let beat = Registry::Heartbeat {
        node,
        seq: known.seq + 1,
        free: known.spec.capacity,
    };
    let step = format!("node {node} is alive");
    let operator = format!("operator{provider}");
    stage.act(&step, &operator, "registry", &beat, 0)?;
    Ok(())
}

/// Whoever has no right to a provider's things, or too little money, moves nothing.
pub(super) fn strangers_and_too_little(stage: &mut Stage) -> Result<(), Error> {
    let unbond = Registry::Unbond {
        denom: 0,
        amount: Uint128::new(1),
    };
    let beat = Registry::Heartbeat {
        node: 1,
        seq: 999,
        free: Default::default(),
    };
    let add = Registry::AddNode {
        spec: Machine::default().spec,
        bond: (SPARE + 1).into(),
    };
    let remove = Registry::RemoveNode { node: 1 };
    let bond = Registry::Bond { provider: 1 };
    let params = Registry::UpdateParams {
        params: super::birth::registry_params(),
    };
    for (step, who, msg, funds, why) in [
        ("a stranger unbonds", "anyone", unbond, 0, "provider"),
        (
            "another's operator is alive",
            "operator2",
            beat,
            0,
            "only the operator",
        ),
        ("more bond than is free", "provider1", add, 0, "50000"),
        (
            "a stranger removes a node",
            "provider2",
            remove,
            0,
            "only the owner",
        ),
        (
            "a bond of nothing",
            "provider1",
            bond.clone(),
            0,
            "No funds sent",
        ),
        (
            "a bond of more than there is",
            "anyone",
            bond,
            2_000_000_000,
            "",
        ),
        ("a stranger sets parameters", "member1", params, 0, "owner"),
    ] {
        stage.refused(step, who, "registry", &msg, funds, why)?;
    }
    Ok(())
}

/// Nodes that are silent for a second are evicted, now that members want it so.
pub(super) fn evicted(stage: &mut Stage) -> Result<(), Error> {
    stage.wait_until(stage.now_secs() + 2)?;
    let evict = Registry::Evict {
        nodes: vec![1, 2, 3],
    };
    stage.act("silent nodes are evicted", "anyone", "registry", &evict, 0)?;
    for denom in [0, 1] {
        let tips = Registry::WithdrawTips {
            account: stage.address("anyone")?,
            denom,
        };
        let step = format!("tips of evictions, denomination {denom}");
        stage.act(&step, "payout1", "registry", &tips, 0)?;
    }
    Ok(())
}

/// The first provider changes its node, takes out what is free, and leaves with the rest.
pub(super) fn leave(stage: &mut Stage) -> Result<(), Error> {
    let payout = Registry::SetPayout {
        payout: stage.address("provider1")?,
        provider: None,
    };
    let step = "a payout address is named";
    stage.act(step, "provider1", "registry", &payout, 0)?;
    let mut by_owner = |step: &str, msg: Registry| -> Result<(), Error> {
        stage.act(step, "provider1", "registry", &msg, 0).map(drop)
    };
    by_owner(
        "a node gets less bond",
        Registry::UpdateNode {
            node: 1,
            capacity: None,
            prices: None,
            bond: Some(100_000u128.into()),
            watts: Some(100),
            clean_ppm: None,
        },
    )?;
    by_owner("a provider drains", Registry::Drain {})?;
    by_owner(
        "a provider unbonds",
        Registry::Unbond {
            denom: 0,
            amount: 10_000u128.into(),
        },
    )?;
    let withdraw = Registry::WithdrawBond {
        provider: 1,
        denom: 0,
    };
    let step = "bond before its wait is over";
    stage.refused(
        step,
        "anyone",
        "registry",
        &withdraw,
        0,
        "is ready to be withdrawn",
    )?;
    stage.act(
        "a node is removed",
        "provider1",
        "registry",
        &Registry::RemoveNode { node: 1 },
        0,
    )?;
    stage.act(
        "a provider leaves",
        "provider1",
        "registry",
        &Registry::Leave {},
        0,
    )?;
    stage.wait_until(stage.now_secs() + super::birth::registry_params().unbonding_secs)?;
    stage.act("bond comes back", "anyone", "registry", &withdraw, 0)?;
    Ok(())
}
