//! What work mints, and what does not: other money, other tokens, each end of a job.

use cosmwasm_std::Uint128;
use cw20::{Cw20QueryMsg, TokenInfoResponse};
use surge_interface::escrow::{
    Beneficiary, Contribution, InvariantResponse as EscrowInvariant, Purse, QueryMsg as Escrow,
};
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::events::named;
use surge_tests::refusal::assert_refused;

use super::{claimable, given, machine, without_emission, work, DAY};

fn supply_of(suite: &Suite, denom: u8) -> Uint128 {
    let token = suite.cw20(denom);
    let answer: Result<TokenInfoResponse, _> = suite
        .app
        .wrap()
        .query_wasm_smart(&token, &Cw20QueryMsg::TokenInfo {});
    answer.expect("the token answers").total_supply
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
fn another_listed_token_burns_nothing_and_mints_nothing() {
    let mut suite = Builder {
        other_token: true,
        ..Builder::default()
    }
    .build();
    let (alice, _) = suite.join_with("alice", Machine::default().quoting(2));
    let supply = supply_of(&suite, 2);
    let id = suite
        .submit_in_cw20("bob", 2, job(), 50_000)
        .expect("a job in the other token");
    let price = suite.job(id).price.u128();
    suite.deliver(id).expect("delivery");
    let closed = suite.accept("bob", id).expect("acceptance");
    assert!(named(&suite, &closed, "work_credited").is_empty());
    assert_eq!(given(&suite, alice), Contribution::default());
    suite.pass(10 * DAY);
    let claimed = claimable(&suite, alice);
    assert_eq!(
        (claimed.work, claimed.gated),
        (Uint128::zero(), Uint128::zero())
    );

    // What of the reward token would be burned is the treasury's.
    let take = price * 500 / 10_000;
    assert!(take / 5 > 0);
    let nothing = surge_escrow::ContractError::NothingToWithdraw;
    assert_refused(suite.flush(2, Purse::Burn), nothing);
    suite.flush(2, Purse::Treasury).expect("the treasury's");
    suite.flush(2, Purse::Insurance).expect("the kitty's");
    let treasury = suite.balance(&Suite::addr("treasury"), 2);
    assert_eq!(treasury, take - take / 5);
    assert_eq!(supply_of(&suite, 2), supply, "nothing was burned");
    suite
        .withdraw(Beneficiary::Provider(alice), 2)
        .expect("pay");
    suite.assert_sound();
}

/// How a job of Bob's at Alice's node ends.
type End = fn(&mut Suite, u64);

/// Every way in which a provider is paid or not, and whether what is burned mints.
const ENDS: [(&str, bool, End); 8] = [
    ("accepted", true, |suite, id| {
        suite.deliver(id).expect("delivery");
        suite.accept("bob", id).expect("acceptance");
    }),
    ("accepted after the review", true, |suite, id| {
        suite.deliver(id).expect("delivery");
        suite.pass(DAY + 1);
        suite.accept("bob", id).expect("acceptance");
    }),
    ("silence", false, |suite, id| {
        suite.deliver(id).expect("delivery");
        suite.pass(DAY + 1);
        suite.settle("anybody", id).expect("settlement");
    }),
    ("cancelled", false, |suite, id| {
        suite.pass(DAY);
        suite.cancel("bob", id).expect("cancellation");
    }),
    ("ruled for the provider", false, |suite, id| {
        ruled(suite, id, 10_000)
    }),
    ("ruled in parts", false, |suite, id| ruled(suite, id, 3_000)),
    ("nothing for the provider", false, |suite, id| {
        ruled(suite, id, 0)
    }),
    ("a silent arbiter", false, |suite, id| {
        disputed(suite, id);
        let deadline = suite.job(id).deadline_secs;
        suite.pass(deadline + 1 - suite.now_secs());
        suite.settle("anybody", id).expect("settlement");
    }),
];

fn disputed(suite: &mut Suite, id: u64) {
    suite.deliver(id).expect("delivery");
    let bond = suite.job(id).price.u128().div_ceil(10);
    suite.dispute("bob", id, bond).expect("dispute");
}

fn ruled(suite: &mut Suite, id: u64, provider_bps: u16) {
    disputed(suite, id);
    suite.rule(id, provider_bps).expect("ruling");
}

#[test]
fn what_is_burned_counts_however_the_job_ends_and_mints_only_when_accepted() {
    for (end, mints, finish) in ENDS {
        let mut suite = Suite::new();
        let (alice, _) = suite.join_with("alice", machine());
        let mut spec = job();
        spec.reserved_secs = 30 * DAY;
        let id = suite
            .submit_in_tokens("bob", spec, 100_000_000)
            .expect("job");
        finish(&mut suite, id);
        let books: EscrowInvariant = suite.ask_escrow(&Escrow::Invariant {});
        let burned = books.rows[1].burn.u128();
        assert_eq!(burned > 0, end != "nothing for the provider", "{end}");
        let (work, gate) = match mints {
            true => (
                burned * 6_000 / 10_000 * 2_500 / 10_000,
                burned * 3_000 / 10_000,
            ),
            false => (0, 0),
        };
        let counted = Contribution {
            burned: Uint128::new(burned),
            work: Uint128::new(work),
            gate: Uint128::new(gate),
        };
        assert_eq!(given(&suite, alice), counted, "{end}");
    }
}
