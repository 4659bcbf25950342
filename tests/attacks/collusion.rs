//! Everybody but the network in one hand.

use surge_escrow::ContractError;
use surge_interface::escrow::{ExecuteMsg, JobResponse, Purse, QueryMsg as EscrowQuery};
use surge_interface::registry::{ExecuteMsg as Registry, InvariantResponse, QueryMsg};
use surge_testing::{job, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::{fortune, with_job, PRICE};

const RING: [&str; 6] = ["mallory", "mallory-op", "mia", "moe", "anybody", "treasury"];

/// Everything that belongs to the ring comes home: bond, tips and credits.
fn bring_home(suite: &mut Suite) {
    suite
        .to_registry("mallory", &Registry::Leave {})
        .expect("leaves");
    suite.pass(21 * 86_400);
    let withdraw = Registry::WithdrawBond {
        provider: 1,
        denom: 0,
    };
    suite.to_registry("mallory", &withdraw).expect("bond");
    for name in RING {
        let _ = suite.withdraw_account(name);
        let tips = Registry::WithdrawTips {
            account: Suite::addr(name).to_string(),
            denom: 0,
        };
        let _ = suite.to_registry("mallory", &tips);
    }
    let _ = suite.withdraw_provider(1);
}

/// Inequalities 2 and 5: failures staged for the compensation. Guards: what a no-show pays
/// goes to the kitty, less a tip of at most half; nothing of it goes to the requester.
#[test]
fn staged_failures_cost_a_ring_nine_tenths_of_every_penalty() {
    let mut suite = Suite::new();
    for name in RING {
        suite.meet(name);
    }
    let at_first = fortune(&suite, &RING);
    let (_, node) = suite.join_with("mallory", Machine::default());
    let mut penalties = 0;
    for _ in 0..6 {
        suite.heartbeat(node).expect("heartbeat");
        let id = suite.submit("mia", job(), PRICE).expect("job");
        let before = suite.node(node).bond.u128();
        suite.pass(1_201);
        suite.expire("moe", id).expect("expiry");
        let slashed = before - suite.node(node).bond.u128();
        // Of this job: refund + tip ≤ price + slashed.
        let tip = slashed / 10;
        assert!(PRICE + tip <= PRICE + slashed);
        penalties += slashed;
    }
    let money: InvariantResponse = suite.ask_registry(&QueryMsg::Invariant {});
    let kitty = money.rows[0].kitty.u128();
    bring_home(&mut suite);
    let lost = at_first - fortune(&suite, &RING);
    assert_eq!(lost, kitty, "the kitty has what the ring lost");
    assert!(lost * 10 >= penalties * 9 && lost > 0);
}

/// Inequality 2: paying oneself costs the take, each time.
#[test]
fn paying_oneself_costs_the_take() {
    let ring = ["mallory", "mallory-op", "mia"];
    let mut suite = Suite::new();
    for name in ring {
        suite.meet(name);
    }
    let at_first = fortune(&suite, &ring);
    suite.join_with("mallory", Machine::default());
    for _ in 0..10 {
        let id = suite.submit("mia", job(), PRICE).expect("job");
        suite.deliver(id).expect("delivery");
        suite.accept("mia", id).expect("acceptance");
    }
    bring_home(&mut suite);
    let lost = at_first - fortune(&suite, &ring);
    assert_eq!(lost, 10 * (PRICE * 5 / 100));
    suite.flush(0, Purse::Treasury).expect("flush");
    suite.flush(0, Purse::Insurance).expect("flush");
    suite.assert_sound();
}

/// A dispute that one party loses to its friend the other costs the ring the take, the
/// bond when it is lost, and the penalty when nothing is left for the provider. Guards: the
/// bond and all of the penalty go to the kitty, to neither party and to no reporter.
#[test]
fn a_dispute_among_friends_earns_nothing() {
    let ring = ["mallory", "mallory-op", "mia"];
    for provider_bps in [0, 5_000, 10_000] {
        let mut suite = Suite::new();
        for name in ring {
            suite.meet(name);
        }
        suite.meet("arbiter");
        let at_first = fortune(&suite, &ring);
        suite.join_with("mallory", Machine::default());
        let id = suite.submit("mia", job(), PRICE).expect("job");
        suite.deliver(id).expect("delivery");
        let bond = PRICE.div_ceil(10);
        suite.dispute("mia", id, bond).expect("dispute");
        suite.rule(id, provider_bps).expect("ruling");
        bring_home(&mut suite);
        let lost = at_first - fortune(&suite, &ring);
        let share = PRICE * u128::from(provider_bps) / 10_000;
        let lost_bond = if provider_bps > 5_000 { bond } else { 0 };
        let penalty = if provider_bps == 0 {
            PRICE * 5 / 100
        } else {
            0
        };
        let expected = share * 5 / 100 + lost_bond + penalty;
        assert_eq!(lost, expected, "{provider_bps}");
    }
}

/// Disputes for nothing. Guards: the bond is exact and in the job's denomination, and only
/// the requester may dispute.
#[test]
fn a_dispute_takes_the_requesters_own_bond_in_the_jobs_denomination() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    let bond = PRICE.div_ceil(10);
    for wrong in [1, bond - 1, bond + 1] {
        let expected = ContractError::WrongAmount {
            needed: bond.into(),
            denom: suite.denom(0),
            sent: wrong.into(),
        };
        refuses(&mut suite, expected, |suite| {
            suite.dispute("bob", id, wrong)
        });
    }
    let in_tokens = ContractError::WrongAmount {
        needed: bond.into(),
        denom: suite.denom(0),
        sent: bond.into(),
    };
    let escrow = suite.escrow.clone();
    let msg = surge_interface::escrow::ReceiveMsg::Dispute {
        job: id,
        reason_uri: "why".to_owned(),
    };
    refuses(&mut suite, in_tokens, |suite| {
        suite.send_tokens("bob", &escrow, &msg, bond)
    });
    for who in ["mallory", "alice", "anybody"] {
        let sender = Suite::addr(who);
        let expected = ContractError::NotRequester { job: id, sender };
        refuses(&mut suite, expected, |suite| suite.dispute(who, id, bond));
    }
}

/// Guard: `ArbiterIsParty`; then silence decides, and that favours nobody.
#[test]
fn an_arbiter_does_not_rule_on_its_own_job() {
    let mut last = None;
    for party in ["bob", "alice"] {
        let (mut suite, id) = with_job();
        suite.deliver(id).expect("delivery");
        let arbiter = Suite::addr(party);
        let roles = ExecuteMsg::SetRoles {
            arbiter: Some(arbiter.to_string()),
            treasury: None,
        };
        suite.to_escrow("owner", &roles).expect("roles");
        let bond = PRICE.div_ceil(10);
        suite.dispute("bob", id, bond).expect("dispute");
        let rule = ExecuteMsg::Rule {
            job: id,
            provider_bps: 0,
        };
        let expected = ContractError::ArbiterIsParty { job: id, arbiter };
        refuses(&mut suite, expected, |suite| suite.to_escrow(party, &rule));
        last = Some((suite, id));
    }
    let (mut suite, id) = last.expect("two parties");
    suite.pass(7 * 86_400 + 1);
    suite.settle("anybody", id).expect("silence");
    assert_eq!(suite.provider_credit(1, 0), PRICE / 2 - PRICE / 2 * 5 / 100);
    let back = 50_000 - PRICE + PRICE / 2 + PRICE.div_ceil(10);
    assert_eq!(suite.account_credit("bob", 0), back);
}

/// Operator and payout address are named by the provider alone. Guards: `rule` looks at the
/// requester and the provider's owner, and the arbiter is that of the day of the dispute.
#[test]
fn a_provider_that_names_the_arbiter_its_operator_and_payout_is_ruled_on_all_the_same() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    let bond = PRICE.div_ceil(10);
    suite.dispute("bob", id, bond).expect("dispute");
    let arbiter = Suite::addr("arbiter").to_string();
    let operator = Registry::UpdateProvider {
        operator: Some(arbiter.clone()),
        profile_uri: None,
    };
    suite.to_registry("alice", &operator).expect("an operator");
    let payout = Registry::SetPayout {
        payout: arbiter,
        provider: None,
    };
    suite.to_registry("alice", &payout).expect("a payout");
    suite.pass(4 * 86_400);
    let record = suite.provider(1).record;
    let arbiter = Suite::addr("arbiter");
    assert_eq!(record.operator, arbiter);
    assert_eq!(*record.payout_at(suite.now_secs()), arbiter);
    suite.rule(id, 0).expect("a ruling");
    assert_eq!(suite.account_credit("bob", 0), 50_000 + bond);
    assert_eq!(suite.provider_credit(1, 0), 0);
}

/// An arbiter that is named while a dispute runs does not rule on it. Guard: the arbiter is
/// stored in the dispute.
#[test]
fn a_new_arbiter_rules_on_new_disputes_only() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    suite
        .dispute("bob", id, PRICE.div_ceil(10))
        .expect("dispute");
    let roles = ExecuteMsg::SetRoles {
        arbiter: Some(Suite::addr("mallory").to_string()),
        treasury: None,
    };
    suite.to_escrow("owner", &roles).expect("roles");
    let shown: JobResponse = suite.ask_escrow(&EscrowQuery::Job { job: id });
    let shown = shown.dispute.expect("a dispute");
    assert_eq!(shown.arbiter, Suite::addr("arbiter"));
    assert_eq!(shown.bond.u128(), PRICE.div_ceil(10));
    assert_eq!(shown.reason_uri, "https://example.org/reason");
    let rule = ExecuteMsg::Rule {
        job: id,
        provider_bps: 10_000,
    };
    let expected = ContractError::NotArbiter {
        arbiter: Suite::addr("arbiter"),
        sender: Suite::addr("mallory"),
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("mallory", &rule)
    });
    suite.rule(id, 5_000).expect("the arbiter of that day");
}
