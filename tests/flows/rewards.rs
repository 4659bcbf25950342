//! What contributing mints, and when it is paid.

mod work;

use cosmwasm_std::Uint128;
use surge_interface::escrow::{Contribution, QueryMsg as Escrow};
use surge_interface::rewards::{
    AccountResponse, EmissionResponse, ExecuteMsg, InvariantResponse, Params, QueryMsg as Rewards,
    Reward, VestingResponse,
};
use surge_interface::token::CAP;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::events::{named, typed};

const DAY: u64 = 86_400;
/// A big machine, so that a job of a month burns something to speak of.
const BOND: u128 = 100_000_000_000;

fn machine() -> Machine {
    Machine::default().quoting(1).with_bond(BOND)
}

/// A network whose bonds earn nothing, so that only work mints.
fn without_emission() -> Suite {
    Suite::with_rewards(Params {
        base_bps: 0,
        ceiling_bps: 0,
        ..Params::defaults()
    })
}

/// Bob pays Alice for a month of two cores in the reward token. Answers the burn.
fn work(suite: &mut Suite, provider: u32, accepted: bool) -> u128 {
    let before = given(suite, provider).burned.u128();
    for node in suite.all_nodes() {
        suite.heartbeat(node.id).expect("heartbeat");
    }
    let mut spec = job();
    spec.reserved_secs = 30 * DAY;
    let id = suite
        .submit_in_tokens("bob", spec, 100_000_000)
        .expect("job");
    suite.deliver(id).expect("delivery");
    if accepted {
        suite.accept("bob", id).expect("acceptance");
    } else {
        suite.pass(DAY + 1);
        suite.settle("anybody", id).expect("settlement");
    }
    given(suite, provider).burned.u128() - before
}

fn given(suite: &Suite, provider: u32) -> Contribution {
    suite.ask_escrow(&Escrow::Contribution { provider })
}

fn claimable(suite: &Suite, provider: u32) -> Reward {
    suite.ask_rewards(&Rewards::Claimable { provider })
}

fn account(suite: &Suite, provider: u32) -> AccountResponse {
    suite.ask_rewards(&Rewards::Account { provider })
}

#[test]
fn what_is_credited_for_work_is_told_with_all_that_was_before() {
    let mut suite = Suite::new();
    let (alice, node) = suite.join_with("alice", machine());
    let mut before = Contribution::default();
    for id in 1..=3 {
        suite.heartbeat(node).expect("heartbeat");
        let mut spec = job();
        spec.reserved_secs = id * DAY;
        suite
            .submit_in_tokens("bob", spec, 100_000_000)
            .expect("job");
        suite.deliver(id).expect("delivery");
        let closed = suite.accept("bob", id).expect("acceptance");
        let told = named(&suite, &closed, "work_credited");
        assert_eq!(told.len(), 1);
        let now = given(&suite, alice);
        assert!(now.burned > before.burned && now.work > before.work && now.gate > before.gate);
        for (key, value) in [
            ("job", u128::from(id)),
            ("provider", alice.into()),
            ("burned", now.burned.u128()),
            ("work", now.work.u128()),
            ("gate", now.gate.u128()),
        ] {
            assert_eq!(told[0].number(key), value, "{key} of job {id}");
        }
        before = now;
    }
}

#[test]
fn booked_epochs_are_told_with_what_the_schedule_released_in_all() {
    let mut suite = Suite::new();
    suite.join("alice", BOND);
    for days in [1, 3] {
        suite.pass(days * DAY);
        let turned = suite
            .to_rewards("anybody", &ExecuteMsg::Turn {})
            .expect("a turn");
        let told = named(&suite, &turned, "epoch_turned");
        assert_eq!(told.len(), 1);
        let schedule: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
        assert!(!schedule.released.is_zero() && !schedule.base_index.is_zero());
        for (key, value) in [
            ("epoch", schedule.epoch.into()),
            ("bonded", BOND),
            ("base_index", schedule.base_index.u128()),
            ("released", schedule.released.u128()),
        ] {
            assert_eq!(told[0].number(key), value, "{key} after {days} days");
        }
    }
}

#[test]
fn the_part_of_the_schedule_that_is_released_is_the_one_that_was_set() {
    // A tenth of the cap over all time, halved every 730 days.
    let pool = CAP / 10 / 1_460;
    for pool_bps in [0, 1, 5_000, 10_000] {
        let mut suite = Suite::with_rewards(Params {
            pool_bps,
            ..Params::defaults()
        });
        let alice = suite.join("alice", 9 * BOND);
        suite.pass(11 * DAY);
        let share = pool * u128::from(pool_bps) / 10_000;
        let base = claimable(&suite, alice).base.u128();
        // Two per cent a year of the bond, over the ten epochs that it was there for.
        let full = 9 * BOND * 2 / 100 * 10 / 365;
        let expected = full.min(share * 10);
        assert!(expected - base <= 10, "{base} at {pool_bps}");
        suite
            .to_rewards("anybody", &ExecuteMsg::Turn {})
            .expect("a turn");
        let schedule: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
        assert_eq!(schedule.released.u128(), share * 11, "at {pool_bps}");
    }
}

#[test]
fn what_burning_opens_is_at_most_what_bonds_leave_of_the_pools_and_the_rest_stays_open() {
    let mut suite = Suite::with_rewards(Params {
        pool_bps: 1,
        ..Params::defaults()
    });
    let dear = machine().priced_percent(100_000).with_bond(9 * BOND / 10);
    let (alice, _) = suite.join_with("alice", dear);
    let mut spec = job();
    spec.reserved_secs = 30 * DAY;
    let id = suite
        .submit_in_tokens("bob", spec, 90_000_000_000)
        .expect("job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    let open = given(&suite, alice).gate.u128();
    let mut gated = 0;
    let mut base = 0;
    for _ in 0..3 {
        suite.pass(5 * DAY);
        let reward = claimable(&suite, alice);
        suite.claim(alice).expect("a claim");
        gated += reward.gated.u128();
        base += reward.base.u128();
        let schedule: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
        let released = schedule.released.u128();
        // The bond was not there for the first epoch; its base of it is set aside all the same.
        let aside = base + base / (u128::from(schedule.epoch) - 1);
        let spare = released - aside;
        assert!(
            spare - gated <= 8 && reward.gated > Uint128::zero(),
            "{gated} of {spare}"
        );
        assert!(gated < open, "more is open than there is");
        assert_eq!(account(&suite, alice).gate.u128(), gated);
    }
    suite.assert_sound();
}

#[test]
fn a_bond_earns_its_base_for_whole_epochs_and_more_for_what_was_burned() {
    let mut suite = Suite::new();
    suite.pass(3 * DAY);
    let idle = suite.join("idle", BOND);
    suite.pass(12 * 3_600);
    let (busy, _) = suite.join_with("busy", machine());
    let burned = work(&mut suite, busy, true);
    suite.pass(10 * DAY);

    let start: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
    assert_eq!((start.epoch, start.current_epoch), (0, 13));
    // Both were there for the epochs 4 to 12, whatever part of the third they had seen.
    // Bond counts wherever it is: free, or behind a node.
    let base = BOND * 2 / 100 * 9 / 365;
    for (provider, more) in [(idle, 0), (busy, burned * 3_000 / 10_000)] {
        let reward = claimable(&suite, provider);
        let difference = reward.base.u128().abs_diff(base);
        assert!(difference <= 1, "{reward:?}, {base} expected");
        assert_eq!(reward.gated.u128(), more);
    }
    suite.claim(idle).expect("a claim");
    suite.claim(busy).expect("a claim");
    assert_eq!(claimable(&suite, idle).base, Uint128::zero(), "once");
    let after: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
    assert_eq!(after.epoch, 13);
    assert!(after.emitted <= after.released);
    suite.assert_sound();
}

#[test]
fn what_the_bond_does_not_allow_yet_stays_open() {
    let mut suite = Suite::new();
    // The smallest bond that gets the job at all: eight per cent a year are next to nothing.
    let (alice, _) = suite.join_with("alice", machine().with_bond(40_000_000));
    let burned = work(&mut suite, alice, true);
    let open = burned * 3_000 / 10_000;
    suite.pass(2 * DAY);
    suite.claim(alice).expect("a claim");
    let first = account(&suite, alice).gate.u128();
    assert!(0 < first && first < open, "{first} of {open}");
    for _ in 0..400 {
        suite.pass(DAY);
    }
    suite.claim(alice).expect("a claim");
    assert_eq!(account(&suite, alice).gate.u128(), open, "all in the end");
}

#[test]
fn a_bond_counts_as_low_as_it_stood_since_the_last_claim() {
    let mut suite = Suite::new();
    let provider = suite.join("alice", BOND);
    suite.pass(DAY);
    suite.claim(provider).expect("a claim");
    suite.pass(5 * DAY);
    let whole = claimable(&suite, provider).base.u128();
    let unbond = surge_interface::registry::ExecuteMsg::Unbond {
        denom: 1,
        amount: Uint128::new(BOND * 3 / 4),
    };
    suite.to_registry("alice", &unbond).expect("unbonds");
    suite
        .bond("alice", provider, 1, BOND * 3 / 4)
        .expect("bonds again");
    let low = claimable(&suite, provider).base.u128();
    assert!(low.abs_diff(whole / 4) <= 1, "{low} of {whole}");

    // From the next whole epoch after the claim on, all of it counts again.
    suite.claim(provider).expect("a claim");
    suite.pass(DAY);
    suite.claim(provider).expect("a claim");
    suite.pass(DAY);
    let again = claimable(&suite, provider).base.u128();
    assert!(again.abs_diff(whole / 5) <= 1, "{again} of {whole}");
}

/// What was granted in all is what each of these providers got, waits for and lost, and
/// nobody else has anything.
fn assert_books_are_the_accounts(suite: &Suite, providers: &[u32]) {
    let books: InvariantResponse = suite.ask_rewards(&Rewards::Invariant {});
    let accounts = providers.iter().map(|provider| account(suite, *provider));
    let [mut minted, mut vesting, mut slashed] = [Uint128::zero(); 3];
    for account in accounts {
        let waits: Uint128 = account.vesting.iter().sum();
        assert!(!waits.is_zero());
        minted += account.minted;
        vesting += waits;
        slashed += account.slashed;
    }
    assert_eq!(books.granted, minted + vesting + slashed);
    assert_eq!(
        (books.minted, books.vesting, books.slashed),
        (minted, vesting, slashed)
    );
}

#[test]
fn the_owner_takes_back_what_has_not_vested_and_nothing_else() {
    let mut suite = Suite::new();
    let (alice, _) = suite.join_with("alice", machine());
    work(&mut suite, alice, true);
    suite.claim(alice).expect("a claim");
    // Somebody else has something that vests too.
    let carol = suite.join("carol", BOND);
    suite.pass(14 * DAY);
    suite.claim(carol).expect("a claim");
    let due = claimable(&suite, alice).vested;
    let left: Uint128 = account(&suite, alice).vesting.iter().sum();
    let slash = ExecuteMsg::Slash {
        provider: alice,
        bps: 5_000,
    };
    let slashed = suite.to_rewards("owner", &slash).expect("a slash");
    let events = typed(&suite, &slashed);
    let amount = events[0].number("amount");
    assert_eq!(claimable(&suite, alice).vested, due, "what is due stays");
    assert!(amount.abs_diff((left - due).u128() / 2) <= 26, "{amount}");
    let books: InvariantResponse = suite.ask_rewards(&Rewards::Invariant {});
    assert_eq!(books.slashed.u128(), amount);
    assert_books_are_the_accounts(&suite, &[alice, carol]);
    suite.claim(alice).expect("a claim");
    assert_books_are_the_accounts(&suite, &[alice, carol]);
    suite.assert_sound();
}

#[test]
fn a_claim_at_the_cap_carries_the_rest_and_goes_on() {
    let mut suite = Builder {
        genesis: CAP - 30_000,
        ..Builder::default()
    }
    .build();
    let (alice, _) = suite.join_with("alice", machine());
    let burned = work(&mut suite, alice, true);
    let earned = burned * 6_000 / 10_000 * 2_500 / 10_000;
    assert!(earned > 30_000);
    let reward = claimable(&suite, alice);
    assert_eq!(reward.granted.u128(), 30_000);
    assert_eq!(reward.carried.u128(), earned - 30_000);
    suite.claim(alice).expect("no error at the cap");
    work(&mut suite, alice, true);
    suite
        .flush(1, surge_interface::escrow::Purse::Burn)
        .expect("burned");
    let reward = claimable(&suite, alice);
    assert_eq!(reward.granted, Uint128::zero(), "burning frees no room");
    assert!(reward.carried.u128() > earned - 30_000);
    suite.claim(alice).expect("still no error");
    for _ in 0..26 {
        suite.pass(7 * DAY);
    }
    suite.claim(alice).expect("a claim");
    let books: InvariantResponse = suite.ask_rewards(&Rewards::Invariant {});
    assert_eq!(books.minted.u128(), 30_000);
    suite.assert_sound();
}

#[test]
fn anybody_turns_epochs_and_a_gap_pays_nothing_extra() {
    let mut suite = Suite::new();
    let early = suite.join("early", BOND);
    for _ in 0..5 {
        suite.pass(DAY);
        suite
            .to_rewards("anybody", &ExecuteMsg::Turn {})
            .expect("a turn");
    }
    let refused = suite.to_rewards("anybody", &ExecuteMsg::Turn {});
    assert!(format!("{:#}", refused.unwrap_err()).contains("no epoch is over"));
    suite.pass(5 * DAY);
    let late = suite.join("late", BOND);
    suite.pass(2 * DAY);
    let rewards = [early, late].map(|provider| claimable(&suite, provider).base.u128());
    // The epochs 1 to 11, and the eleventh alone.
    assert!(rewards[1] > 0);
    assert!(rewards[0].abs_diff(rewards[1] * 11) <= 11, "{rewards:?}");
}

#[test]
fn who_came_in_a_gap_across_a_halving_has_its_whole_epochs() {
    let mut suite = Suite::new();
    let early = suite.join("early", BOND);
    suite.pass(DAY);
    suite
        .to_rewards("anybody", &ExecuteMsg::Turn {})
        .expect("a turn");
    // Nobody turns anything for two years, until the epoch 731 is over. The turn knows
    // both eras apart.
    suite.pass(728 * DAY + DAY / 2);
    let late = suite.join("late", BOND);
    suite.pass(3 * DAY);
    suite.claim(late).expect("a claim");
    let emission: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
    assert_eq!(emission.epoch, 732);
    let two_epochs = BOND * 2 / 100 * 2 / 365;
    assert_eq!(account(&suite, late).emission.u128(), two_epochs);
    let whole = claimable(&suite, early).base.u128();
    assert!(whole > 0, "who was there before has all of it");
    // From then on both earn the same.
    suite.claim(early).expect("a claim");
    suite.pass(10 * DAY);
    let bases = [early, late].map(|provider| claimable(&suite, provider).base.u128());
    assert!(
        bases[0] > 0 && bases[0].abs_diff(bases[1]) <= 1,
        "{bases:?}"
    );
    suite.assert_sound();
}

/// Who books income has to know each date and amount, and on which bond it rests.
#[test]
fn what_vests_says_when_and_a_claim_says_for_what() {
    let mut suite = Suite::new();
    let (alice, _) = suite.join_with("alice", machine());
    suite.pass(40 * DAY);
    work(&mut suite, alice, true);
    let reward = claimable(&suite, alice);
    assert_eq!(reward.bond.u128(), BOND);
    let epochs = (reward.from_epoch, reward.to_epoch);
    assert_eq!(epochs, (1, 40), "she bonded in epoch 0");
    assert_eq!(
        reward.gate + reward.gated,
        given(&suite, alice).gate,
        "what is used of the gate and what is not"
    );

    suite.claim(alice).expect("a claim");
    let promised: VestingResponse = suite.ask_rewards(&Rewards::Vesting { provider: alice });
    assert_eq!((promised.due.u128(), promised.parts.len()), (0, 26));
    let all: Uint128 = promised.parts.iter().map(|part| part.amount).sum();
    assert_eq!(all, reward.granted - reward.instant);
    let first = &promised.parts[0];
    let wait = first.from_secs - suite.now_secs();
    assert!((1..=7 * DAY).contains(&wait), "{wait}");

    // A second before its date nothing of it is due, and on it all of it.
    suite.pass(wait - 1);
    assert_eq!(claimable(&suite, alice).vested.u128(), 0);
    suite.pass(1);
    assert_eq!(claimable(&suite, alice).vested, first.amount);
    let due: VestingResponse = suite.ask_rewards(&Rewards::Vesting { provider: alice });
    assert_eq!((due.due, due.parts.len()), (first.amount, 25));

    let schedule: EmissionResponse = suite.ask_rewards(&Rewards::Emission {});
    assert_eq!(schedule.halves_epoch, Some(730));
    assert_eq!(schedule.pool.u128(), CAP / 10 / (2 * 730));
}
