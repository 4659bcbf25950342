//! What each contract is born with, given where all of them will be.

use cosmwasm_std::Uint128;
use cw20::{Cw20Coin, MinterResponse};
use cw20_base::msg::InstantiateMarketingInfo;
use serde_json::{to_value, Value};
use surge_interface::{
    dao::{self, Electorate, Row},
    escrow, registry, rewards, token, UncheckedDenom, BPS,
};

use super::{Addresses, Settings};
use crate::failure::Outcome;

/// The contract's first message. `fee_denom` is what deposits and jobs may be paid in beside
/// SURGE; `start_secs` is when the rewards' epoch 0 starts.
pub fn message(
    contract: &str,
    settings: &Settings,
    at: &Addresses,
    fee_denom: &str,
    start_secs: u64,
) -> Outcome<Value> {
    let native = || UncheckedDenom::Native(fee_denom.to_owned());
    let denoms = || vec![native(), UncheckedDenom::Cw20(at.token.clone())];
    let profile = settings.profile;
    Ok(match contract {
        "dao" => to_value(dao::InstantiateMsg {
            name: settings.dao.name.clone(),
            uri: settings.dao.uri.clone(),
            profile,
            electorate: Electorate::OnePerMember {
                members: settings.dao.founders.clone(),
            },
            settings: dao::Settings {
                min_age_secs: 0,
                deposit_denom: native(),
                forfeit_bps: 2_500,
            },
            policies: settings.policies(),
            rows: Row::of_network(&at.registry, &at.escrow, &at.rewards),
        })?,
        "token" => to_value(token_msg(settings, at))?,
        "registry" => to_value(registry::InstantiateMsg {
            owner: at.dao.clone(),
            escrow: at.escrow.clone(),
            profile,
            params: settings.registry(),
            denoms: denoms(),
            regions: settings.regions.clone(),
            classes: settings.classes.clone(),
        })?,
        "escrow" => to_value(escrow::InstantiateMsg {
            owner: at.dao.clone(),
            registry: at.registry.clone(),
            arbiter: settings.arbiter.clone(),
            treasury: at.dao.clone(),
            profile,
            params: settings.escrow(),
            denoms: denoms(),
            reward_token: Some(at.token.clone()),
        })?,
        _ => to_value(rewards::InstantiateMsg {
            owner: at.dao.clone(),
            token: at.token.clone(),
            escrow: at.escrow.clone(),
            registry: at.registry.clone(),
            profile,
            start_secs,
            epoch_secs: settings.epoch_secs,
            params: settings.rewards(),
        })?,
    })
}

fn token_msg(settings: &Settings, at: &Addresses) -> cw20_base::msg::InstantiateMsg {
    let share = |address: &str, bps: u16| Cw20Coin {
        address: address.to_owned(),
        amount: Uint128::new(token::CAP / u128::from(BPS) * u128::from(bps)),
    };
    let faucet = settings.faucet.iter();
    cw20_base::msg::InstantiateMsg {
        name: token::NAME.to_owned(),
        symbol: token::SYMBOL.to_owned(),
        decimals: token::DECIMALS,
        initial_balances: [share(&at.dao, token::DAO_BPS)]
            .into_iter()
            .chain(faucet.map(|faucet| share(faucet, token::FAUCET_BPS)))
            .collect(),
        mint: Some(MinterResponse {
            minter: at.rewards.clone(),
            cap: Some(Uint128::new(token::CAP)),
        }),
        marketing: Some(InstantiateMarketingInfo {
            project: None,
            description: None,
            marketing: Some(at.dao.clone()),
            logo: None,
        }),
    }
}
