//! From the ghost's plain numbers to the contracts' messages.

use cosmwasm_std::{Uint128, Uint64};
use surge_interface::dao;
use surge_interface::escrow::{self, JobSpec, Pick, WhenFull};
use surge_interface::registry::{self, Data, NodeSpec};
use surge_interface::rewards;
use surge_interface::{Resources, UnitPrices, Weights};
use surge_testing::Suite;
use surge_tests::ghost::{Ghost, Law, Laws, Machine, Order, Rates, Rules, Terms};

/// The reference prices by this percentage.
pub fn prices(percent: u64) -> [u64; 5] {
    [20_000_000, 2_000_000, 0, 100_000_000, 0].map(|price: u64| price * percent / 100)
}

pub fn weights(weights: [u64; 5]) -> Weights {
    let [time, load, price, reputation, green] = weights.map(|weight| weight as u32);
    Weights {
        time,
        load,
        price,
        reputation,
        green,
    }
}

pub fn spec(order: &Order) -> JobSpec {
    JobSpec {
        need: Resources::from_array(order.need),
        reserved_secs: order.secs,
        data: data(order),
        weights: order.weights.map(weights),
        regions: order.regions.clone(),
        jurisdictions: order.laws.clone(),
        pick: order.pinned.map_or(Pick::Auto, Pick::Pinned),
        when_full: if order.patient {
            WhenFull::Wait
        } else {
            WhenFull::Refuse
        },
        ..surge_testing::job()
    }
}

fn data(order: &Order) -> Data {
    Data {
        replicas: order.replicas.clone(),
        size_mib: order.size as u64,
    }
}

pub fn order(
    suite: &Suite,
    ghost: &Ghost,
    requester: &str,
    denom: usize,
    order: &Order,
    most: u128,
) -> registry::Order {
    let terms = ghost.terms.last().expect("the first terms");
    registry::Order {
        requester: Suite::addr(requester).to_string(),
        class: 0,
        denom: suite.denom(denom as u8),
        need: Resources::from_array(order.need),
        reserved_secs: order.secs,
        max_price: Uint128::new(most),
        data: data(order),
        weights: order.weights.map(weights),
        regions: order.regions.clone(),
        jurisdictions: order.laws.clone(),
        pinned: order.pinned,
        collateral_bps: terms.collateral as u32,
    }
}

pub fn node_spec(machine: &Machine) -> NodeSpec {
    NodeSpec {
        class: 0,
        denom: machine.denom as u8,
        region: machine.region,
        bandwidth_tier: machine.tier,
        capacity: Resources::from_array(machine.capacity),
        prices: unit_prices(machine.prices),
        watts: 100,
        clean_ppm: machine.clean as u32,
    }
}

pub fn unit_prices(prices: [u64; 5]) -> UnitPrices {
    let [milli_cpu, memory_mib, gpus, storage_gib, bandwidth_mbps] = prices.map(Uint64::new);
    UnitPrices {
        milli_cpu,
        memory_mib,
        gpus,
        storage_gib,
        bandwidth_mbps,
    }
}

pub fn terms(terms: &Terms) -> escrow::Params {
    escrow::Params {
        take_bps: terms.take as u16,
        burn_bps: terms.burn as u16,
        treasury_bps: terms.treasury as u16,
        insurance_bps: terms.insurance as u16,
        accept_secs: terms.accept,
        review_secs: terms.review,
        waiting_secs: terms.waiting,
        dispute_secs: terms.dispute,
        collateral_bps: terms.collateral as u32,
        cancel_bps: terms.cancel as u16,
        decline_bps: terms.decline as u16,
        dispute_bond_bps: terms.dispute_bond as u16,
        max_declines: terms.max_declines as u8,
        work_mint_bps: terms.work_mint as u16,
        accepted_bps: terms.accepted as u16,
        gate_bps: terms.gate as u16,
    }
}

pub fn rates(rates: &Rates) -> rewards::Params {
    rewards::Params {
        base_bps: rates.base as u16,
        ceiling_bps: rates.ceiling as u16,
        pool_bps: rates.pool as u16,
        instant_bps: rates.instant as u16,
    }
}

pub fn rules(rules: &Rules) -> registry::Params {
    registry::Params {
        weights: weights(rules.weights),
        rows_cap: 128,
        refused_cap: 128,
        time_scale_ms: rules.time_scale as u32,
        heartbeat_secs: rules.silence / 3,
        missed_heartbeats: 3,
        unbonding_secs: rules.unbonding,
        payout_delay_secs: rules.payout_delay,
        evictions_per_search: rules.evictions as u8,
        no_show_bps: rules.no_show as u16,
        tip_bps: rules.tip as u16,
    }
}

fn policy(law: &Law) -> dao::Policy {
    dao::Policy {
        quorum_bps: law.quorum as u16,
        pass_bps: law.pass as u16,
        min_yes_bps: law.least_yes as u16,
        min_voters: law.voters as u16,
        voting_secs: law.voting,
        settle_secs: law.settle,
        timelock_secs: law.timelock,
        grace_secs: law.grace,
        deposit: Uint128::new(law.deposit),
    }
}

pub fn policies(laws: &Laws) -> dao::Policies {
    dao::Policies {
        text: policy(&laws.text),
        spend: policy(&laws.spend),
        membership: policy(&laws.membership),
        params: policy(&laws.params),
        policy: policy(&laws.any),
        upgrade: policy(&laws.any),
        any: policy(&laws.any),
    }
}
