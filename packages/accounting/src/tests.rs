#![allow(clippy::arithmetic_side_effects)] // a test that overflows fails, as it should

use cosmwasm_std::Uint128;
use proptest::prelude::*;
use surge_interface::{Resources, UnitPrices};

use super::*;

const CORE_HOUR: u64 = 20_000_000; // 20 base units per milli-CPU-hour

fn money() -> impl Strategy<Value = Uint128> {
    (0u128..1 << 100).prop_map(Uint128::new)
}

#[test]
fn a_core_for_an_hour_costs_what_the_unit_price_says() {
    let prices = UnitPrices::from_array([CORE_HOUR, 0, 0, 0, 0]);
    let need = Resources::from_array([1_000, 512, 0, 0, 0]);
    assert_eq!(job_price(&prices, &need, 3_600), Ok(Uint128::new(20_000)));
    assert_eq!(
        job_price(&prices, &need, 1),
        Ok(Uint128::new(6)),
        "5.55 rounds up"
    );
}

#[test]
fn the_price_is_rounded_once_and_not_per_resource() {
    let prices = UnitPrices::from_array([1_800_000_000; 5]);
    let need = Resources::from_array([1; 5]);
    assert_eq!(
        job_price(&prices, &need, 1),
        Ok(Uint128::new(3)),
        "2.5, not 5 times 1"
    );
}

#[test]
fn a_price_beyond_128_bits_is_an_error() {
    let prices = UnitPrices::from_array([u64::MAX; 5]);
    let need = Resources::from_array([u32::MAX; 5]);
    assert_eq!(
        job_price(&prices, &need, u64::MAX),
        Err(AccountingError::Overflow { what: "the price" })
    );
}

#[test]
fn cancelling_pays_for_elapsed_time_and_a_fee() {
    let division = cancellation(Uint128::new(1_000), 30, 60, 1_000).unwrap();
    assert_eq!(division.provider, Uint128::new(600));
    assert_eq!(division.requester, Uint128::new(400));
    let late = cancellation(Uint128::new(1_000), 90, 60, 1_000).unwrap();
    assert_eq!(
        late.provider,
        Uint128::new(1_000),
        "never more than the price"
    );
}

#[test]
fn penalties_double_up_to_half_the_price_and_the_collateral() {
    let penalty = |strikes| no_show(Uint128::new(1_000), Uint128::new(400), strikes, 500).unwrap();
    assert_eq!(
        [0, 1, 2, 3, 4, 40, 255].map(penalty),
        [50, 100, 200, 400, 400, 400, 400].map(Uint128::new)
    );
}

proptest! {
    #[test]
    fn a_take_loses_nothing(pay in money(), take_bps in 0u16..=2_000, burn in 0u16..=10_000, rest in 0u16..=10_000) {
        let insurance = rest.min(10_000 - burn);
        let split = take(pay, take_bps, burn, insurance).unwrap();
        prop_assert_eq!(split.provider + split.burn + split.treasury + split.insurance, pay);
        prop_assert!(split.provider >= pay - share(pay, take_bps.into()).unwrap());
    }

    #[test]
    fn a_division_loses_nothing(price in money(), elapsed: u64, reserved: u64, bps in 0u16..=10_000) {
        for division in [cancellation(price, elapsed, reserved, bps).unwrap(), ruling(price, bps).unwrap()] {
            prop_assert_eq!(division.provider + division.requester, price);
        }
    }

    #[test]
    fn longer_and_larger_never_costs_less(need in prop::array::uniform5(0u32..1 << 20), secs in 1u64..1 << 22, more in 0u64..1 << 20) {
        let prices = UnitPrices::from_array([CORE_HOUR, 7, 0, 1, 999]);
        let small = job_price(&prices, &Resources::from_array(need), secs).unwrap();
        let large = job_price(&prices, &Resources::from_array(need), secs + more).unwrap();
        prop_assert!(small <= large);
    }

    #[test]
    fn splitting_a_pay_gains_the_provider_less_than_a_unit_a_piece(pay in 1u128..1 << 60, pieces in 1u128..50) {
        let whole = take(Uint128::new(pay), 500, 5_000, 2_000).unwrap().provider;
        let piece = take(Uint128::new(pay / pieces), 500, 5_000, 2_000).unwrap().provider;
        let rest = take(Uint128::new(pay - pay / pieces * (pieces - 1)), 500, 5_000, 2_000).unwrap().provider;
        prop_assert!(piece.u128() * (pieces - 1) + rest.u128() <= whole.u128() + pieces);
    }

    #[test]
    fn fees_never_exceed_what_is_held(held in money(), declines: u8, bps in 0u16..=10_000) {
        prop_assert!(decline_fee(held, declines, bps).unwrap() <= held);
    }
}
