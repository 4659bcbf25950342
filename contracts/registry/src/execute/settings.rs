//! What the owner decides.

use cosmwasm_std::{to_json_string, Addr, DepsMut, Response, Storage, Uint128};
use serde::Serialize;
use surge_interface::bounds::{lasts, within};
use surge_interface::events::registry::ParamsUpdated;
use surge_interface::events::{done, Journal};
use surge_interface::raw::{ABI, ABI_VERSION};
use surge_interface::registry::{
    Class, InstantiateMsg, Market, Params, Region, MAX_CLASSES, MAX_DENOMS, MAX_REGIONS, MAX_ROWS,
};
use surge_interface::time::TimeBounds;
use surge_interface::{UncheckedDenom, BPS, PPM};

use super::provider::ensure_text;
use crate::state::{
    ClassRecord, Config, Counters, MarketRecord, RegionRecord, CLASSES, CONFIG, COUNTERS, DENOMS,
    PARAMS, REGIONS, ROUND_TRIPS,
};
use crate::ContractError;

pub fn instantiate(deps: DepsMut, msg: InstantiateMsg) -> Result<Response, ContractError> {
    cw_ownable::initialize_owner(deps.storage, deps.api, Some(&msg.owner))?;
    let config = Config {
        escrow: deps.api.addr_validate(&msg.escrow)?,
        profile: msg.profile,
        intake_open: true,
    };
    CONFIG.save(deps.storage, &config)?;
    check_params(&msg.params, &msg.profile.bounds())?;
    PARAMS.save(deps.storage, &msg.params)?;
    COUNTERS.save(deps.storage, &Counters::default())?;
    ABI.save(deps.storage, &ABI_VERSION)?;
    DENOMS.save(deps.storage, &vec![])?;
    REGIONS.save(deps.storage, &vec![])?;
    for denom in &msg.denoms {
        list_denom(deps.storage, deps.api, denom)?;
    }
    for (id, region) in (0..=u8::MAX).zip(msg.regions) {
        save_region(deps.storage, id, region)?;
    }
    for (id, class) in (0..=u8::MAX).zip(msg.classes) {
        save_class(deps.storage, id, class)?;
    }
    Ok(done("instantiate"))
}

pub fn update_params(
    deps: DepsMut,
    sender_addr: &Addr,
    params: Params,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    check_params(&params, &CONFIG.load(deps.storage)?.profile.bounds())?;
    PARAMS.save(deps.storage, &params)?;
    updated(deps.storage, "params", &params)
}

pub fn set_region(
    deps: DepsMut,
    sender_addr: &Addr,
    id: u8,
    region: Region,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    let value = (id, region.clone());
    save_region(deps.storage, id, region)?;
    updated(deps.storage, "region", &value)
}

pub fn set_class(
    deps: DepsMut,
    sender_addr: &Addr,
    id: u8,
    class: Class,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    let value = (id, class.clone());
    save_class(deps.storage, id, class)?;
    updated(deps.storage, "class", &value)
}

pub fn add_denom(
    deps: DepsMut,
    sender_addr: &Addr,
    denom: &UncheckedDenom,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    list_denom(deps.storage, deps.api, denom)?;
    updated(deps.storage, "denom", denom)
}

pub fn set_intake(
    deps: DepsMut,
    sender_addr: &Addr,
    open: bool,
) -> Result<Response, ContractError> {
    cw_ownable::assert_owner(deps.storage, sender_addr)?;
    let mut config = CONFIG.load(deps.storage)?;
    config.intake_open = open;
    CONFIG.save(deps.storage, &config)?;
    updated(deps.storage, "intake", &open)
}

fn updated(
    storage: &mut dyn Storage,
    what: &'static str,
    value: &impl Serialize,
) -> Result<Response, ContractError> {
    let mut journal = Journal::default();
    journal.note(ParamsUpdated {
        what,
        value: to_json_string(value)?,
    });
    Ok(journal.close(storage, done("update").add_attribute("what", what))?)
}

fn check_params(params: &Params, bounds: &TimeBounds) -> Result<(), ContractError> {
    check_weights(&params.weights)?;
    within("rows_cap", params.rows_cap.into(), 1, MAX_ROWS.into())?;
    within("refused_cap", params.refused_cap.into(), 1, MAX_ROWS.into())?;
    within("time_scale_ms", params.time_scale_ms.into(), 1, 3_600_000)?;
    lasts("heartbeat_secs", params.heartbeat_secs, &bounds.heartbeat)?;
    within("missed_heartbeats", params.missed_heartbeats.into(), 1, 20)?;
    lasts("unbonding_secs", params.unbonding_secs, &bounds.unbonding)?;
    lasts(
        "payout_delay_secs",
        params.payout_delay_secs,
        &bounds.payout_delay,
    )?;
    within(
        "evictions_per_search",
        params.evictions_per_search.into(),
        0,
        32,
    )?;
    within(
        "no_show_bps",
        params.no_show_bps.into(),
        0,
        u64::from(BPS / 2),
    )?;
    Ok(within(
        "tip_bps",
        params.tip_bps.into(),
        0,
        u64::from(BPS / 2),
    )?)
}

pub fn check_weights(weights: &surge_interface::Weights) -> Result<(), ContractError> {
    if weights.is_valid() {
        return Ok(());
    }
    Err(ContractError::BadWeights {
        sum: weights.total(),
    })
}

fn list_denom(
    storage: &mut dyn Storage,
    api: &dyn cosmwasm_std::Api,
    denom: &UncheckedDenom,
) -> Result<(), ContractError> {
    let mut denoms = DENOMS.load(storage)?;
    let checked = denom.check(api)?;
    if denoms.contains(&checked) {
        return Err(ContractError::DenomListed {
            denom: denom.clone(),
        });
    }
    if denoms.len() >= usize::from(MAX_DENOMS) {
        return Err(ContractError::TooMany {
            what: "denominations",
            max: MAX_DENOMS.into(),
        });
    }
    denoms.push(checked);
    Ok(DENOMS.save(storage, &denoms)?)
}

/// Distances are the same both ways: a region's row says how far it is from the regions
/// before it, and their rows are extended to match.
fn save_region(storage: &mut dyn Storage, id: u8, region: Region) -> Result<(), ContractError> {
    ensure_text("the region's name", &region.name)?;
    within("clean_ppm", region.clean_ppm.into(), 0, PPM.into())?;
    if region.jurisdiction.len() != 2
        || !region.jurisdiction.bytes().all(|b| b.is_ascii_uppercase())
    {
        return Err(ContractError::BadJurisdiction {
            given: region.jurisdiction,
        });
    }
    let mut places = REGIONS.load(storage)?;
    let position = usize::from(id);
    if position >= usize::from(MAX_REGIONS) {
        return Err(ContractError::TooMany {
            what: "regions",
            max: MAX_REGIONS.into(),
        });
    }
    let needed = places.len().max(position.saturating_add(1));
    if region.rtt_ms.len() != needed {
        return Err(ContractError::WrongRoundTrips {
            region: id,
            needed,
            given: region.rtt_ms.len(),
        });
    }
    let place = RegionRecord {
        name: region.name,
        jurisdiction: region.jurisdiction,
        clean_ppm: region.clean_ppm,
    };
    let next = places.len();
    match places.get_mut(position) {
        Some(known) => *known = place,
        None if next == position => places.push(place),
        None => {
            return Err(ContractError::IdGap {
                what: "region",
                id,
                next,
            })
        }
    }
    REGIONS.save(storage, &places)?;
    for (other, rtt_ms) in (0..=u8::MAX).zip(&region.rtt_ms) {
        if other != id {
            let mut row = ROUND_TRIPS.load(storage, other)?;
            match row.get_mut(position) {
                Some(known) => *known = *rtt_ms,
                None => row.push(*rtt_ms),
            }
            ROUND_TRIPS.save(storage, other, &row)?;
        }
    }
    Ok(ROUND_TRIPS.save(storage, id, &region.rtt_ms)?)
}

fn save_class(storage: &mut dyn Storage, id: u8, class: Class) -> Result<(), ContractError> {
    ensure_text("the class's name", &class.name)?;
    if id >= MAX_CLASSES {
        return Err(ContractError::TooMany {
            what: "classes",
            max: MAX_CLASSES.into(),
        });
    }
    if class.smallest.of(class.leading) == 0 {
        return Err(ContractError::NothingNeeded {
            leading: class.leading,
        });
    }
    if let Some(before) = id.checked_sub(1) {
        if !CLASSES.has(storage, before) {
            let known = (0..id).filter(|id| CLASSES.has(storage, *id)).count();
            return Err(ContractError::IdGap {
                what: "class",
                id,
                next: known,
            });
        }
    }
    let before = CLASSES.may_load(storage, id)?;
    if before
        .as_ref()
        .is_some_and(|before| before.leading != class.leading)
    {
        return Err(ContractError::LeadingIsFixed { class: id });
    }
    let denoms = DENOMS.load(storage)?.len();
    let before = before.map(|before| before.markets).unwrap_or_default();
    for market in &before {
        if !class.markets.iter().any(|kept| kept.denom == market.denom) {
            return Err(ContractError::MarketIsFixed {
                class: id,
                denom: market.denom,
            });
        }
    }
    let mut markets: Vec<MarketRecord> = vec![];
    for market in class.markets {
        if usize::from(market.denom) >= denoms {
            return Err(ContractError::UnknownDenomId {
                denom: market.denom,
                count: denoms,
            });
        }
        if markets.iter().any(|other| other.denom == market.denom) {
            return Err(ContractError::MarketTwice {
                denom: market.denom,
            });
        }
        let max = market
            .smallest_bond
            .checked_div(Uint128::new(10))
            .unwrap_or_default();
        if market.evict_tip > max {
            return Err(ContractError::TipTooHigh {
                tip: market.evict_tip,
                max,
            });
        }
        markets.push(next_market(&before, market)?);
    }
    let record = ClassRecord {
        name: class.name,
        leading: class.leading,
        smallest: class.smallest.to_array(),
        markets,
    };
    Ok(CLASSES.save(storage, id, &record)?)
}

fn next_market(before: &[MarketRecord], market: Market) -> Result<MarketRecord, ContractError> {
    let generation = match before.iter().find(|known| known.denom == market.denom) {
        Some(known) if known.reference == market.reference => known.generation,
        Some(known) => known
            .generation
            .checked_add(1)
            .ok_or(ContractError::TooMany {
                what: "changes of a market's reference prices",
                max: u8::MAX.into(),
            })?,
        None => 0,
    };
    Ok(MarketRecord {
        denom: market.denom,
        generation,
        reference: market.reference,
        smallest_bond: market.smallest_bond,
        evict_tip: market.evict_tip,
    })
}
