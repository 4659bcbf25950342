//! Handlers.

use cosmwasm_std::{Addr, DepsMut, Response, Storage, Uint128};
use cw20::{Cw20ExecuteMsg, Cw20QueryMsg, MinterResponse, TokenInfoResponse};
use surge_interface::bounds::{lasts, within};
use surge_interface::denom::call;
use surge_interface::events::rewards::{EpochTurned, ParamsUpdated, RewardClaimed, VestingSlashed};
use surge_interface::events::{done, Journal};
use surge_interface::raw::RegistryStore;
use surge_interface::rewards::{
    InstantiateMsg, Params, MAX_CEILING_BPS, MAX_INSTANT_BPS, STEP_BPS,
};
use surge_interface::{Denom, BPS};

use crate::count::{self, Turned};
use crate::state::{Account, Config, Rules, Totals, CONFIG, INDICES, RULES};
use crate::ContractError;

pub fn instantiate(
    deps: DepsMut,
    now_secs: u64,
    self_addr: Addr,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw_ownable::initialize_owner(deps.storage, deps.api, Some(&msg.owner))?;
    lasts("epoch_secs", msg.epoch_secs, &msg.profile.bounds().epoch)?;
    if msg.start_secs < now_secs {
        return Err(ContractError::StartsInThePast {
            start_secs: msg.start_secs,
            now_secs,
        });
    }
    check_params(&msg.params)?;

    let token = deps.api.addr_validate(&msg.token)?;
    let minter: Option<MinterResponse> = deps
        .querier
        .query_wasm_smart(&token, &Cw20QueryMsg::Minter {})?;
    let cap = match minter {
        Some(MinterResponse { minter, cap }) if minter == self_addr.as_str() => {
            cap.ok_or(ContractError::NoCap)?
        }
        other => {
            return Err(ContractError::NotMinter {
                minter: other.map_or_else(|| "nobody".to_owned(), |other| other.minter),
                this: self_addr,
            })
        }
    };
    let info: TokenInfoResponse = deps
        .querier
        .query_wasm_smart(&token, &Cw20QueryMsg::TokenInfo {})?;
    let genesis = info.total_supply;
    if genesis > cap {
        return Err(ContractError::BornOverCap {
            supply: genesis,
            cap,
        });
    }
    let registry = deps.api.addr_validate(&msg.registry)?;
    let listed = RegistryStore::open(deps.querier, registry.clone())?
        .denom_id(&Denom::Cw20(token.clone()))?;
    let bond_denom = listed.ok_or(ContractError::TokenNotListed {
        token: token.clone(),
    })?;
    CONFIG.save(
        deps.storage,
        &Config {
            token,
            escrow: deps.api.addr_validate(&msg.escrow)?,
            registry,
            bond_denom,
            start_secs: msg.start_secs,
            epoch_secs: msg.epoch_secs,
            cap,
            genesis,
        },
    )?;
    RULES.save(
        deps.storage,
        &Rules {
            params: msg.params,
            changed_secs: 0,
        },
    )?;
    INDICES.save(deps.storage, 0, &(Uint128::zero(), Uint128::zero()))?;
    Ok(done("instantiate"))
}

/// Anybody turns the epochs that are over.
pub fn turn(mut deps: DepsMut, now_secs: u64) -> Result<Response, ContractError> {
    let mut journal = Journal::default();
    let config = CONFIG.load(deps.storage)?;
    if !turn_if_over(deps.branch(), &mut journal, &config, now_secs)? {
        let next = config.epoch_at(now_secs).saturating_add(1);
        return Err(ContractError::NothingToTurn {
            next_secs: config.start_of(next),
        });
    }
    Ok(journal.close(deps.storage, done("turn"))?)
}

/// Counts what a provider contributed, and mints what is due.
pub fn claim(deps: DepsMut, now_secs: u64, provider: u32) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let counted = count::claim(deps.as_ref(), &config, provider, now_secs)?;
    let mut journal = Journal::default();
    if let Some(turned) = counted.turned {
        note_turn(deps.storage, &mut journal, &counted.totals, &turned)?;
    }
    counted.totals.save(deps.storage);
    counted.account.save(deps.storage, provider);

    let reward = counted.reward;
    let minted = reward.instant.checked_add(reward.vested)?;
    let mut response = done("claim");
    if !minted.is_zero() {
        let mint = Cw20ExecuteMsg::Mint {
            recipient: counted.payout_addr.to_string(),
            amount: minted,
        };
        response = response.add_message(call(&config.token, &mint)?);
    }
    journal.note(RewardClaimed {
        provider,
        to: counted.payout_addr,
        work: reward.work,
        base: reward.base,
        bond: reward.bond,
        from_epoch: reward.from_epoch,
        to_epoch: reward.to_epoch,
        gated: reward.gated,
        room: reward.room,
        granted: reward.granted,
        carried: reward.carried,
        instant: reward.instant,
        vested: reward.vested,
        minted,
        total_minted: counted.totals.minted,
        total_granted: counted.totals.granted,
    });
    Ok(journal.close(deps.storage, response)?)
}

/// The owner takes back a share of what has not vested.
pub fn slash(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    provider: u32,
    bps: u16,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    within("bps", bps.into(), 1, BPS.into())?;
    let config = CONFIG.load(deps.storage)?;
    let mut account = Account::load(deps.storage, provider)?;
    let mut vesting = account.take_vesting();
    let amount = vesting.slash(config.bucket_at(now_secs), bps)?;
    if amount.is_zero() {
        return Err(ContractError::NothingVests { provider });
    }
    account.put_vesting(vesting);
    account.slashed = account.slashed.checked_add(amount)?;
    account.save(deps.storage, provider);
    let mut totals = Totals::load(deps.storage)?;
    totals.slashed = totals.slashed.checked_add(amount)?;
    totals.save(deps.storage);
    let mut journal = Journal::default();
    journal.note(VestingSlashed { provider, amount });
    Ok(journal.close(deps.storage, done("slash"))?)
}

/// The owner changes the emission by a step, or how rewards vest.
pub fn update_params(
    mut deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    params: Params,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    check_params(&params)?;
    let config = CONFIG.load(deps.storage)?;
    let mut rules = RULES.load(deps.storage)?;
    let mut journal = Journal::default();
    let old = &rules.params;
    let numbers = [
        ("base_bps", old.base_bps, params.base_bps),
        ("ceiling_bps", old.ceiling_bps, params.ceiling_bps),
        ("pool_bps", old.pool_bps, params.pool_bps),
    ];
    if numbers.iter().any(|(_, from, to)| from != to) {
        let changeable_secs = changeable_secs(&config, &rules);
        if now_secs < changeable_secs {
            return Err(ContractError::ChangedLately {
                changeable_secs,
                now_secs,
            });
        }
        for (what, from, to) in numbers {
            check_step(what, from, to)?;
        }
        // Epochs that are over were earned under the old numbers.
        turn_if_over(deps.branch(), &mut journal, &config, now_secs)?;
        rules.changed_secs = now_secs;
    }
    journal.note(ParamsUpdated {
        base_bps: params.base_bps,
        ceiling_bps: params.ceiling_bps,
        pool_bps: params.pool_bps,
        instant_bps: params.instant_bps,
    });
    rules.params = params;
    RULES.save(deps.storage, &rules)?;
    Ok(journal.close(deps.storage, done("update_params"))?)
}

/// From when the emission may change again.
pub fn changeable_secs(config: &Config, rules: &Rules) -> u64 {
    match rules.changed_secs {
        0 => 0,
        changed => changed.saturating_add(config.quarter_secs()),
    }
}

/// Turns the epochs that are over, if there are any.
fn turn_if_over(
    deps: DepsMut,
    journal: &mut Journal,
    config: &Config,
    now_secs: u64,
) -> Result<bool, ContractError> {
    let registry = RegistryStore::open(deps.querier, config.registry.clone())?;
    let (totals, turned) = count::turn(deps.storage, config, &registry, now_secs)?;
    let Some(turned) = turned else {
        return Ok(false);
    };
    note_turn(deps.storage, journal, &totals, &turned)?;
    totals.save(deps.storage);
    Ok(true)
}

fn note_turn(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    totals: &Totals,
    turned: &Turned,
) -> Result<(), ContractError> {
    for (epoch, index) in &turned.marks {
        INDICES.save(storage, *epoch, &(index.base, index.ceiling))?;
    }
    journal.note(EpochTurned {
        epoch: totals.epoch,
        bonded: turned.bonded,
        base_index: totals.index.base,
        ceiling_index: totals.index.ceiling,
        released: totals.released,
    });
    Ok(())
}

fn check_params(params: &Params) -> Result<(), ContractError> {
    within(
        "ceiling_bps",
        params.ceiling_bps.into(),
        0,
        MAX_CEILING_BPS.into(),
    )?;
    if params.base_bps > params.ceiling_bps {
        return Err(ContractError::CeilingBelowBase {
            ceiling_bps: params.ceiling_bps,
            base_bps: params.base_bps,
        });
    }
    within("pool_bps", params.pool_bps.into(), 0, BPS.into())?;
    Ok(within(
        "instant_bps",
        params.instant_bps.into(),
        0,
        MAX_INSTANT_BPS.into(),
    )?)
}

/// A tenth of what it was, rounded up and at least one, so that no number is stuck.
fn check_step(what: &'static str, from: u16, to: u16) -> Result<(), ContractError> {
    let most = u32::from(from)
        .saturating_mul(STEP_BPS.into())
        .div_ceil(BPS.into())
        .max(1);
    let most = u16::try_from(most).unwrap_or(u16::MAX);
    if from.abs_diff(to) > most {
        return Err(ContractError::StepTooLarge {
            what,
            from,
            to,
            most,
        });
    }
    Ok(())
}
