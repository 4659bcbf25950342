//! Where a proposal stands, without a chain.

use proptest::prelude::*;
use surge_interface::dao::{Choice, Status, MAX_TRIES, TRY_SECS};

use super::head::any_head;
use crate::class::Classes;
use crate::head::{Certain, Head};

const CHOICES: [Choice; 3] = [Choice::Yes, Choice::No, Choice::Abstain];

fn open(total: u128) -> Head {
    Head {
        status: Status::Open,
        classes: Classes(1),
        extended: false,
        certain: None,
        tries: 0,
        proposer: 1,
        voters: 0,
        quorum_bps: 2_000,
        pass_bps: 5_000,
        min_yes_bps: 0,
        min_voters: 1,
        height: 5,
        total,
        yes: 0,
        no: 0,
        abstain: 0,
        opened_secs: 1_000,
        closes_secs: 1_100,
        settles_secs: 0,
        queued_secs: 0,
        failed_secs: 0,
        settle_secs: 10,
        timelock_secs: 50,
        grace_secs: 200,
        gas: 0,
    }
}

#[test]
fn one_half_is_no_majority() {
    let mut head = open(10);
    head.count(None, Choice::Yes, 5, 1_000);
    head.count(None, Choice::No, 5, 1_001);
    assert!(!head.passes());
    assert_eq!(head.certain, Some(Certain::Fail));
    head.count(Some(Choice::No), Choice::Abstain, 5, 1_002);
    assert!(head.passes());
}

#[test]
fn abstaining_counts_for_the_quorum_alone() {
    let mut head = open(10);
    head.quorum_bps = 10_000;
    head.count(None, Choice::Abstain, 9, 1_000);
    assert!(!head.passes());
    head.count(None, Choice::Yes, 1, 1_001);
    assert!(head.passes());
    let mut head = open(10);
    head.count(None, Choice::Abstain, 10, 1_000);
    assert!(!head.passes(), "one has to say yes in any case");
    assert_eq!(head.certain, Some(Certain::Fail));
}

#[test]
fn every_part_of_the_policy_is_needed() {
    let passing = || {
        let mut head = open(100);
        head.count(None, Choice::Yes, 60, 1_000);
        head.count(None, Choice::No, 20, 1_000);
        head
    };
    assert!(passing().passes());
    type Spoil = (&'static str, fn(&mut Head));
    let spoil: [Spoil; 4] = [
        ("quorum", |head| head.quorum_bps = 8_001),
        ("voters", |head| head.min_voters = 3),
        ("least yes", |head| head.min_yes_bps = 6_001),
        ("share", |head| head.pass_bps = 7_501),
    ];
    for (what, spoil) in spoil {
        let mut head = passing();
        spoil(&mut head);
        assert!(!head.passes(), "{what}");
    }
    let mut head = passing();
    (head.quorum_bps, head.min_voters) = (8_000, 2);
    (head.min_yes_bps, head.pass_bps) = (6_000, 7_500);
    assert!(head.passes(), "each at its edge");
}

#[test]
fn a_certain_result_settles_and_an_uncertain_one_does_not() {
    let mut head = open(100);
    head.count(None, Choice::Yes, 40, 1_000);
    assert_eq!((head.certain, head.settles_secs), (None, 0));
    head.count(None, Choice::Yes, 11, 1_020);
    let pass = Some(Certain::Pass);
    assert_eq!((head.certain, head.settles_secs), (pass, 1_030));
    // More of the same does not start the clock again.
    head.count(None, Choice::Yes, 5, 1_025);
    assert_eq!(head.settles_secs, 1_030);
    // A changed ballot that breaks it stops the clock.
    head.count(Some(Choice::Yes), Choice::No, 11, 1_026);
    assert_eq!((head.certain, head.settles_secs), (None, 0));
    assert_eq!(head.end_secs(), 1_100);
    // Certain again, it starts again; and once more from one way to the other.
    head.count(Some(Choice::No), Choice::Yes, 11, 1_030);
    assert_eq!((head.certain, head.settles_secs), (pass, 1_040));
    head.count(Some(Choice::Yes), Choice::No, 40, 1_035);
    assert_eq!((head.certain, head.settles_secs), (None, 0));
    head.count(None, Choice::No, 44, 1_036);
    let fail = Some(Certain::Fail);
    assert_eq!((head.certain, head.settles_secs), (fail, 1_046));
    head.count(Some(Choice::No), Choice::Yes, 40, 1_040);
    assert_eq!((head.certain, head.settles_secs), (pass, 1_050));
}

#[test]
fn settling_never_lasts_longer_than_the_voting() {
    let mut head = open(100);
    head.extended = true;
    head.count(None, Choice::Yes, 51, 1_095);
    assert_eq!(head.settles_secs, 1_100);
}

#[test]
fn a_late_flip_extends_once() {
    let mut head = open(100);
    head.count(None, Choice::Yes, 30, 1_000);
    head.count(None, Choice::No, 29, 1_089);
    assert_eq!(head.closes_secs, 1_100, "nothing changed, and not late");
    head.count(None, Choice::No, 2, 1_090);
    assert_eq!((head.closes_secs, head.extended), (1_110, true));
    head.count(None, Choice::Yes, 4, 1_109);
    assert!(head.passes());
    assert_eq!(head.closes_secs, 1_110, "once");
    let mut head = open(100);
    head.count(None, Choice::Yes, 30, 1_000);
    head.count(None, Choice::No, 29, 1_095);
    assert_eq!(head.closes_secs, 1_100, "late, but nothing changed");
}

#[test]
fn spans_end_with_the_second_before_their_end() {
    let mut head = open(10);
    head.gas = 100_000;
    head.count(None, Choice::Yes, 3, 1_000);
    let at = |head: &Head, secs| (head.status_at(secs), head.expires_secs(secs));
    assert_eq!(at(&head, 1_099), (Status::Open, None));
    assert_eq!(at(&head, 1_100), (Status::Passed, Some(1_300)));
    assert_eq!(at(&head, 1_299), (Status::Passed, Some(1_300)));
    assert_eq!(at(&head, 1_300), (Status::Expired, None));
    head.status = Status::Queued;
    head.queued_secs = 1_200;
    assert_eq!(at(&head, 1_249), (Status::Queued, Some(1_450)));
    assert_eq!(at(&head, 1_250), (Status::Ready, Some(1_450)));
    assert_eq!(at(&head, 1_449), (Status::Ready, Some(1_450)));
    assert_eq!(at(&head, 1_450), (Status::Expired, None));
}

#[test]
fn one_failing_try_a_day_counts_and_three_are_the_end() {
    let mut head = open(10);
    head.status = Status::Executed;
    let mut now_secs = 5_000;
    for tries in 1..MAX_TRIES {
        head.fail(now_secs);
        assert_eq!((head.status, head.tries), (Status::Queued, tries));
        head.fail(now_secs + TRY_SECS - 1);
        assert_eq!((head.status, head.tries), (Status::Queued, tries));
        now_secs += TRY_SECS;
    }
    head.fail(now_secs);
    assert_eq!((head.status, head.tries), (Status::Failed, MAX_TRIES));
}

#[derive(Clone, Debug)]
struct Vote {
    voter: usize,
    choice: usize,
    wait: u64,
}

fn votes() -> impl Strategy<Value = Vec<Vote>> {
    let vote = (0..6usize, 0..3usize, 0..15u64).prop_map(|(voter, choice, wait)| Vote {
        voter,
        choice,
        wait,
    });
    proptest::collection::vec(vote, 0..40)
}

fn frozen() -> impl Strategy<Value = (Head, [u128; 6])> {
    let weights = prop_oneof![
        proptest::array::uniform6(1..50u128),
        proptest::array::uniform6(1..u128::MAX / 6),
    ];
    let rules = (
        500..=10_000u16,
        5_000..=10_000u16,
        prop_oneof![Just(0), 0..=10_000u16],
        1..=6u16,
        1..30u32,
    );
    (weights, rules).prop_map(|(weights, (quorum, pass, min_yes, voters, settle))| {
        let mut head = open(weights.iter().sum());
        head.quorum_bps = quorum;
        head.pass_bps = pass;
        head.min_yes_bps = min_yes;
        head.min_voters = voters;
        head.settle_secs = settle;
        (head, weights)
    })
}

proptest! {
    /// Certain means: whatever those do who have not voted, and nobody else changes
    /// anything, the result is this.
    #[test]
    fn the_undecided_cannot_change_what_is_certain(
        (mut head, weights) in frozen(),
        first in proptest::array::uniform6(0..4usize),
        rest in proptest::array::uniform6(0..4usize),
    ) {
        for (choice, weight) in first.iter().zip(weights) {
            if let Some(choice) = CHOICES.get(*choice) {
                head.count(None, *choice, weight, 1_001);
            }
        }
        let certain = head.certainty();
        prop_assert_eq!(certain, head.certain);
        for ((before, choice), weight) in first.iter().zip(rest).zip(weights) {
            if let (3, Some(choice)) = (*before, CHOICES.get(choice)) {
                head.count(None, *choice, weight, 1_002);
            }
        }
        match certain {
            Some(Certain::Pass) => prop_assert!(head.passes()),
            Some(Certain::Fail) => prop_assert!(!head.passes()),
            None => {}
        }
    }

    /// When everybody has voted nothing is open any longer.
    #[test]
    fn all_ballots_make_it_certain(
        (mut head, weights) in frozen(),
        choices in proptest::array::uniform6(0..3usize),
    ) {
        for (choice, weight) in choices.iter().zip(weights) {
            head.count(None, CHOICES[*choice], weight, 1_001);
        }
        let expected = if head.passes() { Certain::Pass } else { Certain::Fail };
        prop_assert_eq!(head.certain, Some(expected));
        prop_assert_eq!(head.cast(), head.total);
    }

    /// Any history of votes: the tallies are the ballots, the voting ends, at most one
    /// extension late, and the timer runs exactly while something is certain.
    #[test]
    fn tallies_and_clocks_hold_in_any_order((mut head, weights) in frozen(), votes in votes()) {
        let first_end = head.closes_secs;
        let mut ballots: [Option<Choice>; 6] = [None; 6];
        let mut now_secs = head.opened_secs;
        for Vote { voter, choice, wait } in votes {
            now_secs += wait;
            let open = matches!(head.status_at(now_secs), Status::Open | Status::Settling);
            prop_assert_eq!(open, now_secs < head.end_secs());
            let choice = CHOICES[choice];
            if !open || ballots[voter] == Some(choice) {
                continue;
            }
            head.count(ballots[voter], choice, weights[voter], now_secs);
            ballots[voter] = Some(choice);
            let tally = |of: Choice| -> u128 {
                let said = ballots.iter().zip(weights).filter(|(ballot, _)| **ballot == Some(of));
                said.map(|(_, weight)| weight).sum()
            };
            prop_assert_eq!(head.yes, tally(Choice::Yes));
            prop_assert_eq!(head.no, tally(Choice::No));
            prop_assert_eq!(head.abstain, tally(Choice::Abstain));
            let voters = ballots.iter().flatten().count();
            prop_assert_eq!(usize::try_from(head.voters), Ok(voters));
            prop_assert_eq!(head.settles_secs != 0, head.certainty().is_some());
            prop_assert!(head.end_secs() <= head.closes_secs);
            prop_assert!(head.closes_secs <= first_end + u64::from(head.settle_secs));
            if head.settles_secs != 0 {
                prop_assert!(head.settles_secs > now_secs);
            }
        }
    }

    /// Time alone only goes forward.
    #[test]
    fn nothing_comes_back_by_itself(head in any_head(), one in any::<u64>(), more in any::<u32>()) {
        let order = |status| match status {
            Status::Open | Status::Settling => 0,
            Status::Passed => 1,
            Status::Queued => 2,
            Status::Ready => 3,
            _ => 4,
        };
        let later = one.saturating_add(more.into());
        let (before, after) = (head.status_at(one), head.status_at(later));
        prop_assert!(order(before) <= order(after), "{before:?} {after:?}");
        if before.is_final() {
            prop_assert_eq!(before, after);
        }
    }
}
