//! Answers.

use cosmwasm_std::{Deps, StdResult};
use cw20::{Cw20QueryMsg, TokenInfoResponse};
use surge_interface::events::SEQ;
use surge_interface::rewards::{
    AccountResponse, ConfigResponse, EmissionResponse, InvariantResponse, ParamsResponse, Reward,
    VestingPart, VestingResponse, BUCKET_EPOCHS,
};

use crate::count;
use crate::execute::changeable_secs;
use crate::state::{Account, Totals, CONFIG, RULES};
use crate::ContractError;

pub fn config(deps: Deps) -> StdResult<ConfigResponse> {
    let config = CONFIG.load(deps.storage)?;
    Ok(ConfigResponse {
        token: config.token,
        escrow: config.escrow,
        registry: config.registry,
        bond_denom: config.bond_denom,
        start_secs: config.start_secs,
        epoch_secs: config.epoch_secs,
        cap: config.cap,
        genesis: config.genesis,
        seq: SEQ.may_load(deps.storage)?.unwrap_or_default(),
    })
}

pub fn params(deps: Deps) -> StdResult<ParamsResponse> {
    let rules = RULES.load(deps.storage)?;
    Ok(ParamsResponse {
        changeable_secs: changeable_secs(&CONFIG.load(deps.storage)?, &rules),
        params: rules.params,
    })
}

pub fn emission(deps: Deps, now_secs: u64) -> Result<EmissionResponse, ContractError> {
    let totals = Totals::load(deps.storage)?;
    let config = CONFIG.load(deps.storage)?;
    let current_epoch = config.epoch_at(now_secs);
    Ok(EmissionResponse {
        epoch: totals.epoch,
        current_epoch,
        base_index: totals.index.base,
        ceiling_index: totals.index.ceiling,
        released: totals.released,
        emitted: totals.emitted,
        spare: totals.spare,
        pool: surge_accounting::pool(config.cap, current_epoch)?,
        halves_epoch: surge_accounting::era_end(config.cap, current_epoch)?,
    })
}

pub fn vesting(deps: Deps, now_secs: u64, provider: u32) -> Result<VestingResponse, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let mut vesting = Account::load(deps.storage, provider)?.take_vesting();
    let due = vesting.release(config.bucket_at(now_secs))?;
    let parts = (vesting.first..).zip(vesting.parts);
    Ok(VestingResponse {
        due,
        parts: parts
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(bucket, amount)| VestingPart {
                from_secs: config.start_of(bucket.saturating_mul(BUCKET_EPOCHS)),
                amount,
            })
            .collect(),
    })
}

pub fn account(deps: Deps, provider: u32) -> StdResult<AccountResponse> {
    let account = Account::load(deps.storage, provider)?;
    Ok(AccountResponse {
        epoch: account.epoch,
        work: account.work,
        gate: account.gate,
        room: account.room,
        emission: account.emission,
        carried: account.carried,
        vesting: account.parts,
        bucket: account.bucket,
        minted: account.minted,
        slashed: account.slashed,
    })
}

pub fn claimable(deps: Deps, now_secs: u64, provider: u32) -> Result<Reward, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    Ok(count::claim(deps, &config, provider, now_secs)?.reward)
}

pub fn invariant(deps: Deps) -> Result<InvariantResponse, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let totals = Totals::load(deps.storage)?;
    let info: TokenInfoResponse = deps
        .querier
        .query_wasm_smart(&config.token, &Cw20QueryMsg::TokenInfo {})?;
    let spent = totals.minted.checked_add(totals.slashed)?;
    let born = config.genesis.checked_add(totals.granted)?;
    let holds = born <= config.cap
        && spent <= totals.granted
        && totals.emitted <= totals.released
        && info.total_supply <= config.genesis.checked_add(totals.minted)?;
    Ok(InvariantResponse {
        cap: config.cap,
        genesis: config.genesis,
        granted: totals.granted,
        minted: totals.minted,
        vesting: totals.granted.saturating_sub(spent),
        slashed: totals.slashed,
        supply: info.total_supply,
        holds,
    })
}
