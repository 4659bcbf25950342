#![allow(clippy::arithmetic_side_effects)] // a test that overflows fails, as it should

use cosmwasm_std::Uint128;
use proptest::prelude::*;
use surge_interface::rewards::{Params, VESTING_BUCKETS};
use surge_interface::token::CAP;
use surge_interface::{escrow, Resources, TimeProfile, UnitPrices};

use super::*;

const CORE_HOUR: u64 = 20_000_000; // 20 base units per milli-CPU-hour

fn money() -> impl Strategy<Value = Uint128> {
    (0u128..1 << 100).prop_map(Uint128::new)
}

fn index(base: u128, more: u128) -> Yield {
    Yield {
        base: Uint128::new(base),
        ceiling: Uint128::new(base + more),
    }
}

/// What a bond earns while an index rises from nothing.
fn earned(bond: Uint128, rise: Yield) -> Yield {
    rise.earned(bond, Yield::default()).unwrap()
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

const DAY: u64 = 86_400;

#[test]
fn the_schedule_releases_a_tenth_of_the_cap_and_no_more() {
    let cap = Uint128::new(CAP);
    let all = turn(
        cap,
        Uint128::one(),
        &Params::defaults(),
        DAY,
        0,
        u64::MAX / DAY,
    )
    .unwrap();
    assert!(all.released <= Uint128::new(CAP / 10));
    assert!(all.released >= Uint128::new(CAP / 10 - CAP / 1_000_000));
    assert_eq!(
        pool(cap, 0),
        Ok(Uint128::new(68_493_150_684)),
        "68,493 tokens a day"
    );
    assert_eq!(pool(cap, 729), pool(cap, 0));
    assert_eq!(pool(cap, 730), Ok(Uint128::new(68_493_150_684 / 2)));
    assert_eq!(pool(cap, u64::MAX), Ok(Uint128::zero()));
}

#[test]
fn a_bond_earns_two_per_cent_a_year_while_the_pool_lasts() {
    let bonded = Uint128::new(1_000_000_000_000);
    let year = turn(Uint128::new(CAP), bonded, &Params::defaults(), DAY, 0, 365).unwrap();
    let earned = earned(bonded, year.rise);
    let (base, most) = (earned.base.u128(), earned.ceiling.u128());
    assert!((19_999_999_000..=20_000_000_000).contains(&base), "{base}");
    assert!((79_999_999_000..=80_000_000_000).contains(&most), "{most}");
}

proptest! {
    #[test]
    fn epochs_may_be_booked_at_once_or_one_by_one(bonded in 0u128..CAP, from in 0u64..3_000, epochs in 0u64..1_600, cut in 0u64..1_600) {
        let (cap, params, bonded) = (Uint128::new(CAP), Params::defaults(), Uint128::new(bonded));
        let (to, middle) = (from + epochs, from + cut.min(epochs));
        let whole = turn(cap, bonded, &params, DAY, from, to).unwrap();
        let first = turn(cap, bonded, &params, DAY, from, middle).unwrap();
        let rest = turn(cap, bonded, &params, DAY, middle, to).unwrap();
        prop_assert_eq!(Ok(whole.rise), first.rise.plus(rest.rise));
        prop_assert_eq!(whole.released, first.released + rest.released);
        let spare = first.spare + rest.spare;
        prop_assert!(spare <= whole.spare && whole.spare.u128() <= spare.u128() + 1);
    }

    #[test]
    fn all_bonds_together_earn_no_more_than_the_pool(bonds in prop::collection::vec(0u128..CAP / 8, 1..8), from in 0u64..9_000, epochs in 0u64..1_600) {
        let bonded = Uint128::new(bonds.iter().sum());
        let turned = turn(Uint128::new(CAP), bonded, &Params::defaults(), DAY, from, from + epochs).unwrap();
        let paid: u128 = bonds.iter().map(|bond| earned(Uint128::new(*bond), turned.rise).base.u128()).sum();
        prop_assert!(paid + turned.spare.u128() <= turned.released.u128(), "what is spare is nobody's base");
        prop_assert!(turned.rise.base <= turned.rise.ceiling);
    }

    #[test]
    fn an_index_between_two_is_never_below_what_it_was(
        from in 0u64..1 << 40,
        epochs in 1u64..1_000,
        rates in (0u128..1 << 60, 0u128..1 << 60),
        start in (0u128..1 << 80, 0u128..1 << 80),
        odd in (0u128..1_000, 0u128..1_000),
        at in 0u64..1_000,
        bond in 0u128..CAP,
    ) {
        let at = at.min(epochs);
        let rise = |epochs: u64| index(rates.0 * u128::from(epochs), rates.1 * u128::from(epochs));
        let before = index(start.0, start.1);
        let after = before.plus(rise(epochs)).unwrap();
        let (old, new) = ((from, before), (from + epochs, after));
        // What rises by the same in each epoch is met exactly.
        let exact = Yield::between(old, new, from + at).unwrap();
        prop_assert_eq!(Ok(exact), before.plus(rise(at)));
        prop_assert_eq!(Yield::between(old, new, from), Ok(before));
        prop_assert_eq!(Yield::between(old, new, from + epochs), Ok(after));
        // What does not is rounded up: nobody earns more by counting from between.
        let after = after.plus(index(odd.0, odd.1)).unwrap();
        let between = Yield::between(old, (from + epochs, after), from + at).unwrap();
        let slowest = |low: Uint128, high: Uint128, mid: Uint128| {
            (mid - low).u128() * u128::from(epochs) >= (high - low).u128() * u128::from(at)
        };
        prop_assert!(slowest(before.base, after.base, between.base));
        prop_assert!(slowest(before.ceiling, after.ceiling, between.ceiling));
        prop_assert!(between.base <= after.base && between.ceiling <= after.ceiling);
        let rest = after.earned(Uint128::new(bond), between).unwrap();
        let all = after.earned(Uint128::new(bond), before).unwrap();
        prop_assert!(rest.base <= all.base && rest.base <= rest.ceiling);
    }

    #[test]
    fn a_grant_loses_nothing_and_keeps_to_the_cap(due in money(), allowed in money(), instant_bps in 0u16..=10_000) {
        let split = grant(due, allowed, instant_bps).unwrap();
        prop_assert_eq!(split.granted + split.carried, due);
        prop_assert_eq!(split.instant + split.vesting, split.granted);
        prop_assert_eq!(split.granted, due.min(allowed));
        prop_assert!(split.instant * Uint128::new(10_000) <= split.granted * Uint128::from(instant_bps));
    }

    #[test]
    fn what_burning_mints_and_opens_is_never_more_than_nine_tenths_of_it(
        burned in money(),
        kappa in 0u16..=9_000,
        q in 0u16..=10_000,
        gamma in 0u16..=9_000,
    ) {
        let params = escrow::Params {
            work_mint_bps: kappa,
            accepted_bps: q,
            gate_bps: gamma.min(9_000 - kappa),
            ..escrow::Params::defaults(TimeProfile::Main)
        };
        let given = contribution(burned, true, &params).unwrap();
        prop_assert_eq!(given.burned, burned);
        prop_assert!((given.work + given.gate) * Uint128::new(10) <= burned * Uint128::new(9));
        let silent = contribution(burned, false, &params).unwrap();
        prop_assert_eq!((silent.burned, silent.work + silent.gate), (burned, Uint128::zero()));
    }

    #[test]
    fn a_refund_loses_nothing_and_rounds_for_who_put_it_up(deposit in money(), bps in 0u16..=10_000) {
        let split = refund(deposit, bps).unwrap();
        prop_assert_eq!(split.refunded + split.forfeited, deposit);
        prop_assert!(split.forfeited * Uint128::new(10_000) <= deposit * Uint128::from(bps));
        prop_assert_eq!(split.forfeited == deposit, bps == 10_000 || deposit.is_zero());
    }

    #[test]
    fn claiming_often_gates_what_one_late_claim_does(
        claims in prop::collection::vec((0u128..1 << 60, 0u128..1 << 60, 0u128..1 << 60), 1..40),
        spare in 0u128..1 << 66,
    ) {
        let of = |pick: fn(&(u128, u128, u128)) -> u128| claims.iter().map(pick).sum::<u128>();
        let (gate, base) = (of(|claim| claim.0), of(|claim| claim.1));
        let ceiling = base + of(|claim| claim.2);
        let [all, base, ceiling, spare] = [gate, base, ceiling, spare].map(Uint128::new);
        let late = open_gate(all, Uint128::zero(), Yield { base, ceiling }, spare).unwrap();
        prop_assert!(base + late.gated <= ceiling && late.gated <= all && late.gated <= spare);
        prop_assert_eq!(base + late.gated + late.room, ceiling);
        let (mut open, mut room, mut gated) = (Uint128::zero(), Uint128::zero(), Uint128::zero());
        for (burned, base, more) in claims {
            open += Uint128::new(burned);
            let now = open_gate(open, room, index(base, more), spare - gated).unwrap();
            open -= now.gated;
            gated += now.gated;
            room = now.room;
        }
        // What was burned after the last ceiling is opened by the next claim.
        let rest = open_gate(open, room, Yield::default(), spare - gated).unwrap();
        prop_assert_eq!(gated + rest.gated, late.gated);
        prop_assert_eq!(rest.room, late.room);
    }

    #[test]
    fn what_vests_is_paid_in_time_and_to_the_last_unit(steps in prop::collection::vec((0u64..9, 0u128..1 << 60, 0u16..3), 1..40)) {
        let mut vesting = Vesting::default();
        let (mut now, mut added, mut paid, mut slashed) = (0, 0, 0, 0);
        for (pause, amount, slash) in steps {
            now += pause;
            paid += vesting.release(now).unwrap().u128();
            prop_assert_eq!(vesting.release(now), Ok(Uint128::zero()), "nothing twice");
            vesting.add(Uint128::new(amount)).unwrap();
            added += amount;
            if slash == 0 {
                slashed += vesting.slash(now, 3_333).unwrap().u128();
            }
            prop_assert!(vesting.parts.len() <= VESTING_BUCKETS);
            prop_assert_eq!(vesting.total().unwrap().u128(), added - paid - slashed);
        }
        let buckets = u64::try_from(VESTING_BUCKETS).unwrap();
        paid += vesting.release(now + buckets).unwrap().u128();
        prop_assert_eq!(paid + slashed, added);
    }

    #[test]
    fn nothing_vests_before_its_bucket(amount in 26u128..1 << 90, now in 0u64..1 << 40, wait in 0u64..26) {
        let mut vesting = Vesting::default();
        vesting.release(now).unwrap();
        vesting.add(Uint128::new(amount)).unwrap();
        let paid = vesting.release(now + wait).unwrap().u128();
        prop_assert_eq!(paid, amount / 26 * u128::from(wait));
    }

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

#[test]
fn what_does_not_fit_into_128_bits_is_an_error_and_no_smaller_amount() {
    let overflow = |what| AccountingError::Overflow { what };
    let most = Uint128::MAX;
    assert_eq!(collateral(most, 10_000), Ok(most));
    assert_eq!(collateral(most, 10_001), Err(overflow("the collateral")));
    assert_eq!(collateral(most, u32::MAX), Err(overflow("the collateral")));
    assert_eq!(share(most, 10_000), Ok(most));
    assert_eq!(share(most, 10_001), Err(overflow("a share")));
    assert_eq!(
        cancellation(most, 1, 1, 1),
        Err(overflow("the cancellation"))
    );
    let (none, one) = (Yield::default(), Uint128::one());
    assert_eq!(earned(most, index(SCALE, 0)).base, most);
    assert_eq!(
        index(SCALE + 1, 0).earned(most, none),
        Err(overflow("the emission"))
    );
    assert_eq!(
        Yield::between((0, none), (1, index(u128::MAX, 0)), 2),
        Err(overflow("the index"))
    );
    assert_eq!(
        index(u128::MAX, 0).plus(index(1, 0)),
        Err(overflow("the index"))
    );
    assert_eq!(
        open_gate(one, most, index(0, 1), one),
        Err(overflow("the room"))
    );
    let (cap, params) = (Uint128::new(CAP), Params::defaults());
    assert_eq!(
        turn(cap, most, &params, u64::MAX, 0, u64::MAX),
        Err(overflow("the index"))
    );
    let mut vesting = Vesting::default();
    vesting.add(most).unwrap();
    assert_eq!(vesting.total(), Ok(most));
    vesting.add(most).unwrap();
    assert_eq!(vesting.total(), Err(overflow("the vesting")));
    assert_eq!(vesting.release(100), Err(overflow("the vesting")));
}

#[test]
fn more_is_never_divided_than_there_is() {
    let whole = Uint128::new(1_000);
    let more = |part: u128, whole: u128| AccountingError::MoreThanWhole {
        part: Uint128::new(part),
        whole: Uint128::new(whole),
    };
    assert_eq!(take(whole, 10_010, 0, 0), Err(more(1_001, 1_000)));
    assert_eq!(take(whole, 1_000, 6_000, 5_000), Err(more(50, 40)));
    assert_eq!(ruling(whole, 10_010), Err(more(1_001, 1_000)));
    assert_eq!(refund(whole, 10_010), Err(more(1_001, 1_000)));
    assert_eq!(grant(whole, whole, 10_010), Err(more(1_001, 1_000)));
    assert_eq!(
        Yield::default().earned(whole, index(7, 0)),
        Err(more(7, 0)),
        "an index never falls"
    );
}
