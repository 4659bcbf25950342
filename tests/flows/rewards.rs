//! What contributing mints, and when it is paid.

use cosmwasm_std::Uint128;
use surge_interface::escrow::{Contribution, QueryMsg as Escrow};
use surge_interface::rewards::{
    AccountResponse, EmissionResponse, ExecuteMsg, InvariantResponse, Params, QueryMsg as Rewards,
    Reward, VestingResponse,
};
use surge_interface::token::CAP;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::events::typed;

const DAY: u64 = 86_400;
/// A big machine, so that a job of a month burns something to speak of.
const BOND: u128 = 100_000_000_000;

fn machine() -> Machine {
    Machine::default().quoting(1).with_bond(BOND)
}

/// A network whose bonds earn nothing, so that only work mints.
fn without_emission() -> Suite {
    Builder {
        rewards: Params {
            base_bps: 0,
            ceiling_bps: 0,
            ..Params::defaults()
        },
        ..Builder::default()
    }
    .build()
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
fn accepted_work_mints_a_quarter_at_once_and_the_rest_over_half_a_year() {
    let mut suite = without_emission();
    let (alice, _) = suite.join_with("alice", machine());
    let purse = Suite::addr("alice");
    let burned = work(&mut suite, alice, true);
    assert!(burned > 100_000, "{burned}");
    let minted_for_work = burned * 6_000 / 10_000 * 2_500 / 10_000;
    assert_eq!(
        given(&suite, alice),
        Contribution {
            burned: Uint128::new(burned),
            work: Uint128::new(minted_for_work),
            gate: Uint128::new(burned * 3_000 / 10_000),
        }
    );

    let before = suite.balance(&purse, 1);
    let promised = claimable(&suite, alice);
    let at_once = suite.claim(alice).expect("a claim");
    assert_eq!(at_once, minted_for_work / 4);
    assert_eq!(promised.instant.u128(), at_once);
    assert_eq!(suite.balance(&purse, 1), before + at_once);
    assert_eq!(suite.claim(alice).expect("nothing more"), 0);

    // 26 buckets of seven epochs; the first begins within a week.
    let mut paid = at_once;
    for bucket in 1..=26 {
        suite.pass(7 * DAY);
        let reward = claimable(&suite, alice);
        let vested = reward.vested.u128();
        assert!(
            vested >= (minted_for_work - at_once) / 26,
            "bucket {bucket}"
        );
        paid += vested;
        suite.claim(alice).expect("a claim");
    }
    assert_eq!(paid, minted_for_work, "to the last unit");
    suite.assert_sound();
}

#[test]
fn silence_and_other_money_mint_nothing() {
    let mut suite = Suite::new();
    let (alice, _) = suite.join_with("alice", machine());
    let burned = work(&mut suite, alice, false);
    let silent = given(&suite, alice);
    assert_eq!(silent.burned.u128(), burned);
    assert_eq!(
        (silent.work, silent.gate),
        (Uint128::zero(), Uint128::zero())
    );

    let (carol, _) = suite.join_with("carol", Machine::default());
    let id = suite.submit("bob", job(), 50_000).expect("a native job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    assert_eq!(given(&suite, carol), Contribution::default());
    for provider in [alice, carol] {
        assert_eq!(suite.claim(provider).expect("a claim"), 0);
    }
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

#[test]
fn the_owner_takes_back_what_has_not_vested_and_nothing_else() {
    let mut suite = Suite::new();
    let (alice, _) = suite.join_with("alice", machine());
    work(&mut suite, alice, true);
    suite.claim(alice).expect("a claim");
    suite.pass(14 * DAY);
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
    assert_eq!(books.granted, books.minted + books.vesting + books.slashed);
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
