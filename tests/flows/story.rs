//! A job from the order to the last coin.

use surge_interface::escrow::{Beneficiary, Purse, Status};
use surge_testing::{job, Machine, Suite, NATIVE};
use surge_tests::events::named;

/// 2 cores at 20,000 and 2 GiB at 2,048 a core-hour and GiB-hour, 100 for a GiB of disk,
/// for a sixth of an hour, rounded up.
const PRICE: u128 = 7_366;

#[test]
fn the_nearest_to_the_data_gets_the_job_and_everybody_gets_a_share() {
    let mut suite = Suite::new();
    let (_, far) = suite.join_with("alice", Machine::default().in_region(6));
    let (provider, near) = suite.join_with("carol", Machine::default().in_region(3));
    let at_first = {
        let bob = suite.meet("bob");
        suite.balance(&bob, 0)
    };

    let mut spec = job();
    spec.data.replicas = vec![3];
    spec.data.size_mib = 1;
    let id = suite.submit("bob", spec, 50_000).expect("submission");
    let summary = suite.job(id);
    assert_eq!(summary.status, Status::Assigned);
    assert_eq!(summary.node, Some(near));
    assert_eq!(summary.price.u128(), PRICE);
    assert_eq!(summary.held.u128(), 50_000, "all of it until the end");
    assert_eq!(suite.account_credit("bob", 0), 0);
    let why = suite.explain(id);
    assert!(why.exact);
    assert_eq!(why.runners_up[0].node, far);
    assert!(why.pick.parts.time > why.runners_up[0].parts.time);
    assert_eq!(suite.node(near).locked.u128(), PRICE);

    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    assert_eq!(suite.job(id).status, Status::Settled);
    assert_eq!(suite.job(id).held.u128(), 0);
    assert_eq!(suite.account_credit("bob", 0), 50_000 - PRICE);
    let take = PRICE * 5 / 100;
    assert_eq!(suite.provider_credit(provider, 0), PRICE - take);
    assert_eq!(suite.node(near).settled, 1);
    assert_eq!(suite.node(near).locked.u128(), 0);

    let before = suite.balance(&Suite::addr("carol"), 0);
    suite.withdraw_provider(provider).expect("withdrawal");
    let earned = suite.balance(&Suite::addr("carol"), 0) - before;
    assert_eq!(earned, PRICE - take);
    suite.withdraw_account("bob").expect("withdrawal");
    let spent = at_first - suite.balance(&Suite::addr("bob"), 0);
    assert_eq!(spent, PRICE);
    suite.flush(0, Purse::Treasury).expect("flush");
    suite.flush(0, Purse::Insurance).expect("flush");
    let treasury = suite.balance(&Suite::addr("treasury"), 0);
    assert_eq!(treasury, take - take / 5, "native coins are not burned");
    let held = suite.app.wrap().query_balance(&suite.escrow, NATIVE);
    assert_eq!(held.expect("the bank answers").amount.u128(), 0);
    suite.assert_sound();
}

#[test]
fn a_job_paid_in_tokens_burns_half_of_the_take_for_good() {
    let mut suite = Suite::new();
    let (provider, _) = suite.join_with("alice", Machine::default().quoting(1));
    suite.meet("bob");
    suite.meet("anybody");
    let at_first = supply(&suite);
    let id = suite.submit_in_tokens("bob", job(), 50_000).expect("job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    let take = PRICE * 5 / 100;
    assert_eq!(supply(&suite), at_first, "nothing burns before the flush");
    let response = suite.flush(1, Purse::Burn).expect("flush");
    let flushed = named(&suite, &response, "flushed");
    assert_eq!(flushed[0].number("amount"), take / 2);
    assert_eq!(supply(&suite), at_first - take / 2, "the supply falls");
    suite.flush(1, Purse::Treasury).expect("flush");
    suite.flush(1, Purse::Insurance).expect("flush");
    let treasury = suite.balance(&Suite::addr("treasury"), 1);
    assert_eq!(treasury, take - take / 2 - take / 5);
    for beneficiary in [
        Beneficiary::Provider(provider),
        Beneficiary::Account(Suite::addr("bob").to_string()),
    ] {
        suite.withdraw(beneficiary, 1).expect("withdrawal");
    }
    assert_eq!(suite.balance(&suite.escrow.clone(), 1), 0);
    suite.assert_sound();
}

#[test]
fn accepting_with_pay_sends_all_that_the_provider_is_owed() {
    use surge_interface::escrow::ExecuteMsg;
    let mut suite = Suite::new();
    let (provider, _) = suite.join_with("alice", Machine::default());
    let first = suite.submit("bob", job(), 50_000).expect("job");
    let second = suite.submit("bob", job(), 50_000).expect("job");
    for id in [first, second] {
        suite.deliver(id).expect("delivery");
    }
    suite.accept("bob", first).expect("acceptance");
    let before = suite.balance(&Suite::addr("alice"), 0);
    let msg = ExecuteMsg::Accept {
        job: second,
        pay: true,
    };
    suite.to_escrow("bob", &msg).expect("acceptance");
    let earned = suite.balance(&Suite::addr("alice"), 0) - before;
    assert_eq!(earned, 2 * (PRICE - PRICE * 5 / 100));
    assert_eq!(suite.provider_credit(provider, 0), 0);
}

fn supply(suite: &Suite) -> u128 {
    let info: cw20::TokenInfoResponse = suite
        .app
        .wrap()
        .query_wasm_smart(&suite.token, &cw20::Cw20QueryMsg::TokenInfo {})
        .expect("the token answers");
    info.total_supply.u128()
}
