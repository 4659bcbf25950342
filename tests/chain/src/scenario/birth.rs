//! The network is born: the DAO first, owner and admin of everything.

use cosmwasm_std::Uint128;
use cw20::Cw20ExecuteMsg;
use serde_json::json;
use surge_interface::dao::{self, Electorate, Policies, Policy, Row, Settings};
use surge_interface::registry::{Class, Market};
use surge_interface::{
    escrow, registry, rewards, token, Kind, Resources, TimeProfile, UncheckedDenom, BPS,
};
use surge_testing::{regions, REFERENCE};

use super::{ledger::NATIVE, stage::Stage};
use crate::Error;

/// Who takes part.
const ROLES: [&str; 13] = [
    "deployer",
    "faucet",
    "member1",
    "member2",
    "member3",
    "arbiter",
    "requester",
    "provider1",
    "operator1",
    "payout1",
    "provider2",
    "operator2",
    "anyone",
];
const CONTRACTS: [&str; 6] = ["dao", "token", "registry", "escrow", "rewards", "stakers"];

/// Length of an epoch: a bucket of vesting is over in fourteen seconds.
const EPOCH_SECS: u64 = 2;
/// Reward tokens of whoever pays or bonds.
const TOKENS: u128 = 5_000_000_000_000;
/// What a mere opinion has to be backed by.
pub(super) const TEXT_DEPOSIT: u128 = 200;
/// What a proposal that spends has to be backed by.
const SPEND_DEPOSIT: u128 = 150;

pub(super) fn network(stage: &mut Stage) -> Result<(), Error> {
    stage.invite(&ROLES)?;
    stage.store(&CONTRACTS)?;
    stage.birth("dao", &dao_msg(stage)?)?;
    let part = |bps: u16| (token::CAP * u128::from(bps) / u128::from(BPS)).to_string();
    let token_msg = json!({
        "name": token::NAME,
        "symbol": token::SYMBOL,
        "decimals": token::DECIMALS,
        "initial_balances": [
            { "address": stage.address("dao")?, "amount": part(token::DAO_BPS) },
            { "address": stage.address("faucet")?, "amount": part(token::FAUCET_BPS) },
        ],
        "mint": { "minter": stage.address("rewards")?, "cap": token::CAP.to_string() },
        "marketing": { "marketing": stage.address("dao")? },
    });
    stage.birth("token", &token_msg)?;
    stage.birth("registry", &registry_msg(stage)?)?;
    stage.birth("escrow", &escrow_msg(stage)?)?;
    stage.birth("rewards", &rewards_msg(stage)?)?;
    stage.birth("stakers", &stakers_msg(stage)?)?;
    for who in ["requester", "provider2"] {
        let gift = Cw20ExecuteMsg::Transfer {
            recipient: stage.address(who)?,
            amount: TOKENS.into(),
        };
        stage.act(&format!("tokens for {who}"), "faucet", "token", &gift, 0)?;
    }
    Ok(())
}

fn native() -> UncheckedDenom {
    UncheckedDenom::Native(NATIVE.into())
}

fn denoms(stage: &Stage) -> Result<Vec<UncheckedDenom>, Error> {
    Ok(vec![
        native(),
        UncheckedDenom::Cw20(stage.address("token")?),
    ])
}

fn dao_msg(stage: &Stage) -> Result<dao::InstantiateMsg, Error> {
    let members = ["member1", "member2", "member3"];
    let members = members.map(|member| stage.address(member));
    Ok(dao::InstantiateMsg {
        name: "The network".into(),
        uri: "https://example.org/dao.json".into(),
        profile: TimeProfile::Dev,
        electorate: Electorate::OnePerMember {
            members: members.into_iter().collect::<Result<_, _>>()?,
        },
        settings: Settings::defaults(native()),
        policies: policies(),
        rows: Row::of_network(
            &stage.address("registry")?,
            &stage.address("escrow")?,
            &stage.address("rewards")?,
        ),
    })
}

/// The DAO of those who stake tokens: stake leaves as soon as what it voted for is over.
fn stakers_msg(stage: &Stage) -> Result<dao::InstantiateMsg, Error> {
    let policy = Policy {
        voting_secs: 8,
        deposit: Uint128::zero(),
        ..policies().any
    };
    Ok(dao::InstantiateMsg {
        name: "The stakers".into(),
        electorate: Electorate::Staked {
            token: stage.address("token")?,
            unstaking_secs: 10,
        },
        policies: Policies {
            text: policy.clone(),
            spend: policy.clone(),
            membership: policy.clone(),
            params: policy.clone(),
            policy: policy.clone(),
            upgrade: policy.clone(),
            any: policy,
        },
        rows: vec![],
        ..dao_msg(stage)?
    })
}

/// Two of three have to vote. A certain result ends the voting within a second, so only an
/// opinion that nobody cares about waits until its voting closes.
pub(super) fn policies() -> Policies {
    let policy = Policy {
        quorum_bps: 5_000,
        pass_bps: 5_000,
        min_yes_bps: 0,
        min_voters: 2,
        voting_secs: 600,
        settle_secs: 1,
        timelock_secs: 1,
        grace_secs: 3_600,
        deposit: Uint128::zero(),
    };
    Policies {
        text: Policy {
            voting_secs: 20,
            timelock_secs: 0,
            deposit: TEXT_DEPOSIT.into(),
            ..policy.clone()
        },
        spend: Policy {
            deposit: SPEND_DEPOSIT.into(),
            ..policy.clone()
        },
        membership: policy.clone(),
        params: policy.clone(),
        policy: policy.clone(),
        upgrade: policy.clone(),
        any: policy,
    }
}

/// What the registry starts with: every wait is over in seconds.
pub(super) fn registry_params() -> registry::Params {
    registry::Params {
        heartbeat_secs: 600,
        unbonding_secs: 6,
        payout_delay_secs: 1,
        no_show_bps: 5_000,
        tip_bps: 5_000,
        ..registry::Params::defaults(TimeProfile::Dev)
    }
}

/// One class of processors, quoted in both denominations.
pub(super) fn cpu() -> Class {
    let market = |denom| Market {
        denom,
        reference: REFERENCE,
        smallest_bond: Uint128::new(10_000),
        evict_tip: Uint128::new(100),
    };
    Class {
        name: "cpu".into(),
        leading: Kind::MilliCpu,
        smallest: Resources {
            milli_cpu: 1_000,
            memory_mib: 1_024,
            gpus: 0,
            storage_gib: 1,
            bandwidth_mbps: 0,
        },
        markets: vec![market(0), market(1)],
    }
}

fn registry_msg(stage: &Stage) -> Result<registry::InstantiateMsg, Error> {
    Ok(registry::InstantiateMsg {
        owner: stage.address("dao")?,
        escrow: stage.address("escrow")?,
        profile: TimeProfile::Dev,
        params: registry_params(),
        denoms: denoms(stage)?,
        regions: regions(),
        classes: vec![cpu()],
    })
}

/// What the escrow starts with: long enough for the next step, short enough to wait for.
pub(super) fn escrow_params() -> escrow::Params {
    escrow::Params {
        accept_secs: 8,
        review_secs: 10,
        waiting_secs: 10,
        dispute_secs: 10,
        ..escrow::Params::defaults(TimeProfile::Dev)
    }
}

fn escrow_msg(stage: &Stage) -> Result<escrow::InstantiateMsg, Error> {
    Ok(escrow::InstantiateMsg {
        owner: stage.address("dao")?,
        registry: stage.address("registry")?,
        arbiter: stage.address("arbiter")?,
        treasury: stage.address("dao")?,
        profile: TimeProfile::Dev,
        params: escrow_params(),
        denoms: denoms(stage)?,
        reward_token: Some(stage.address("token")?),
    })
}

fn rewards_msg(stage: &Stage) -> Result<rewards::InstantiateMsg, Error> {
    Ok(rewards::InstantiateMsg {
        owner: stage.address("dao")?,
        token: stage.address("token")?,
        escrow: stage.address("escrow")?,
        registry: stage.address("registry")?,
        profile: TimeProfile::Dev,
        start_secs: stage.now_secs() + 10,
        epoch_secs: EPOCH_SECS,
        params: rewards::Params::defaults(),
    })
}
