//! What no key may: change a parameter, move a coin that is not its own, mint, or touch
//! code. All of that is the members' together.

use std::thread;

use cosmwasm_std::Uint128;
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, MinterResponse, TokenInfoResponse};
use cw_ownable::{Action as Ownership, Ownership as Owner};
use serde::de::DeserializeOwned;
use serde_json::{json, to_value, Value};
use surge_chain_tests::{Error, Key};
use surge_interface::dao::ExecuteMsg as Dao;
use surge_interface::escrow::{self, ExecuteMsg as Escrow};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::rewards::{self, ExecuteMsg as Rewards};
use surge_interface::{token, UncheckedDenom, BPS};

use super::nodes;
use super::terms::{escrow_params, registry_params};
use super::world::{assert_chain_refused, assert_refused, World};

const NOT_OWNER: &str = "Caller is not the contract's current owner";
const NOT_OFFERED: &str = "There isn't a pending ownership transfer";
const NEVER_GIVEN_UP: &str =
    "ownership is passed on, never given up: nobody could change a parameter again";
const NOT_MINTER: &str = "Unauthorized";
const NO_ALLOWANCE: &str = "No allowance for this account";

/// A message that somebody has no right to send, and why it is refused.
struct Attempt {
    contract: String,
    msg: Value,
    why: String,
}

/// As it is from birth: nothing happened since that could change it.
pub fn everything_is_the_members(world: &World) -> Result<(), Error> {
    for contract in world.contracts() {
        let info = world.chain.contract_info(contract)?;
        assert_eq!(info.admin, world.dao, "admin of {}", info.label);
        assert_eq!(info.creator, world.deployer.address());
    }
    for contract in [&world.registry, &world.escrow, &world.rewards] {
        let owner: Owner<String> = ask(world, contract, "ownership")?;
        assert_eq!(owner.owner.as_ref(), Some(&world.dao));
        assert_eq!(owner.pending_owner, None);
    }

    let registry: registry::ConfigResponse = ask(world, &world.registry, "config")?;
    assert_eq!(registry.escrow.as_str(), world.escrow);
    let escrow: escrow::ConfigResponse = ask(world, &world.escrow, "config")?;
    assert_eq!(escrow.registry.as_str(), world.registry);
    assert_eq!(escrow.treasury.as_str(), world.dao);
    assert_eq!(
        escrow.reward_token.map(String::from).as_ref(),
        Some(&world.token)
    );
    let rewards: rewards::ConfigResponse = ask(world, &world.rewards, "config")?;
    assert_eq!(rewards.token.as_str(), world.token);
    assert_eq!(rewards.escrow.as_str(), world.escrow);
    assert_eq!(rewards.registry.as_str(), world.registry);

    let part = |bps: u16| Uint128::new(token::CAP) * Uint128::from(bps) / Uint128::from(BPS);
    let minter: MinterResponse = ask(world, &world.token, "minter")?;
    assert_eq!(minter.minter, world.rewards);
    assert_eq!(minter.cap, Some(Uint128::new(token::CAP)));
    let info: TokenInfoResponse = ask(world, &world.token, "token_info")?;
    assert_eq!((info.symbol.as_str(), info.decimals), ("SURGE", 6));
    assert_eq!(
        info.total_supply,
        part(token::DAO_BPS) + part(token::FAUCET_BPS)
    );
    let held: BalanceResponse = world.chain.smart(
        &world.token,
        &Cw20QueryMsg::Balance {
            address: world.dao.clone(),
        },
    )?;
    assert_eq!(held.balance.u128(), 80_000_000 * 1_000_000);
    Ok(())
}

/// Whoever had a part in it, and a stranger, try whatever an owner or admin may.
pub fn no_key_moves_a_parameter_a_coin_or_code(world: &World) -> Result<(), Error> {
    let before = what_there_is(world)?;
    thread::scope(|scope| {
        let keys = [
            &world.deployer,
            &world.faucet,
            &world.members[0],
            &world.arbiter,
            &world.hostile,
        ];
        let tries = keys.map(|key| scope.spawn(|| tries_everything(world, key)));
        let ends = tries.map(|thread| thread.join().expect("nothing succeeds"));
        ends.into_iter().collect::<Result<(), Error>>()
    })?;
    assert_eq!(what_there_is(world)?, before);
    Ok(())
}

fn tries_everything(world: &World, key: &Key) -> Result<(), Error> {
    let mut attempts = vec![];
    let mut at = |contract: &str, why: &str, msg: Value| {
        attempts.push(Attempt {
            contract: contract.into(),
            msg,
            why: why.into(),
        })
    };
    for msg in registry_owners_messages() {
        at(&world.registry, NOT_OWNER, to_value(msg)?);
    }
    for msg in escrow_owners_messages(key) {
        at(&world.escrow, NOT_OWNER, to_value(msg)?);
    }
    for msg in rewards_owners_messages() {
        at(&world.rewards, NOT_OWNER, to_value(msg)?);
    }
    for contract in [&world.registry, &world.escrow, &world.rewards] {
        for (why, action) in [
            (
                NOT_OWNER,
                Ownership::TransferOwnership {
                    new_owner: key.address().into(),
                    expiry: None,
                },
            ),
            (NOT_OFFERED, Ownership::AcceptOwnership),
            (NEVER_GIVEN_UP, Ownership::RenounceOwnership),
        ] {
            at(contract, why, json!({ "update_ownership": action }));
        }
    }
    for (why, msg) in tokens_messages(world, key) {
        at(&world.token, why, to_value(msg)?);
    }
    let not_itself = format!("only the dao itself may do this, not {}", key.address());
    for msg in [Dao::Perform { proposal: 1 }, Dao::CheckSolvency {}] {
        at(&world.dao, &not_itself, to_value(msg)?);
    }

    for Attempt { contract, msg, why } in attempts {
        assert_refused(world.chain.execute(key, &contract, &msg, 0), &why);
    }
    for contract in world.contracts() {
        let code_id = world.chain.contract_info(contract)?.code_id;
        let tried = world.chain.migrate(key, contract, code_id, &json!({}));
        assert_chain_refused(tried, "can not migrate: unauthorized");
        // Naming oneself would be refused before anybody looks at the admin.
        let accomplice = world.anyone.address();
        let tried = world.chain.set_admin(key, contract, accomplice);
        assert_chain_refused(tried, "can not modify contract: unauthorized");
    }
    Ok(())
}

fn registry_owners_messages() -> [Registry; 5] {
    [
        Registry::UpdateParams {
            params: registry::Params {
                tip_bps: 0,
                ..registry_params()
            },
        },
        Registry::SetRegion {
            id: 0,
            region: nodes::regions()[0].clone(),
        },
        Registry::SetClass {
            id: 0,
            class: nodes::cpu(),
        },
        Registry::AddDenom {
            denom: UncheckedDenom::Native("umine".into()),
        },
        Registry::SetIntake { open: false },
    ]
}

fn escrow_owners_messages(key: &Key) -> [Escrow; 4] {
    [
        Escrow::UpdateParams {
            params: escrow::Params {
                take_bps: 0,
                ..escrow_params()
            },
        },
        Escrow::AddDenom {
            denom: UncheckedDenom::Native("umine".into()),
        },
        Escrow::SetRoles {
            arbiter: Some(key.address().into()),
            treasury: Some(key.address().into()),
        },
        Escrow::SetIntake { open: false },
    ]
}

fn rewards_owners_messages() -> [Rewards; 2] {
    [
        Rewards::UpdateParams {
            params: rewards::Params {
                base_bps: 190,
                ..rewards::Params::defaults()
            },
        },
        Rewards::Slash {
            provider: 1,
            bps: 1,
        },
    ]
}

/// Minting, and taking what is the DAO's.
fn tokens_messages(world: &World, key: &Key) -> [(&'static str, Cw20ExecuteMsg); 4] {
    let (mine, amount) = (key.address().to_owned(), Uint128::one());
    [
        (
            NOT_MINTER,
            Cw20ExecuteMsg::Mint {
                recipient: mine.clone(),
                amount,
            },
        ),
        (
            NOT_MINTER,
            Cw20ExecuteMsg::UpdateMinter {
                new_minter: Some(mine.clone()),
            },
        ),
        (
            NO_ALLOWANCE,
            Cw20ExecuteMsg::TransferFrom {
                owner: world.dao.clone(),
                recipient: mine,
                amount,
            },
        ),
        (
            NO_ALLOWANCE,
            Cw20ExecuteMsg::BurnFrom {
                owner: world.dao.clone(),
                amount,
            },
        ),
    ]
}

/// Everything that such an attempt could have changed, numbers of the last events included.
fn what_there_is(world: &World) -> Result<Vec<Value>, Error> {
    let mut all = vec![];
    for contract in world.contracts() {
        let info = world.chain.contract_info(contract)?;
        all.push(json!([info.code_id, info.admin, info.label]));
        all.push(world.chain.balance(contract)?.to_string().into());
    }
    for contract in [&world.registry, &world.escrow, &world.rewards] {
        all.push(ask(world, contract, "config")?);
        all.push(ask(world, contract, "ownership")?);
        all.push(ask(world, contract, "params")?);
        all.push(ask(world, contract, "invariant")?);
    }
    for question in ["config", "policies", "invariant"] {
        all.push(ask(world, &world.dao, question)?);
    }
    for question in ["minter", "token_info", "all_accounts"] {
        all.push(ask(world, &world.token, question)?);
    }
    Ok(all)
}

fn ask<T: DeserializeOwned>(world: &World, contract: &str, question: &str) -> Result<T, Error> {
    world.chain.smart(contract, &json!({ question: {} }))
}
