//! Harm for the sake of harm.

use cosmwasm_std::{coins, BankMsg};
use cw_multi_test::Executor;
use surge_escrow::ContractError as EscrowError;
use surge_interface::escrow::{
    ExecuteMsg as Escrow, InvariantResponse, Pick, Purse, QueryMsg, Status, WhenFull,
};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_registry::ContractError as RegistryError;
use surge_testing::{job, Machine, Suite, NATIVE};
use surge_tests::refusal::refuses;

use crate::{with_alice, with_job, PRICE};

/// depin.md 4, no. 12. Guard: `bond::add` touches the free bond and nothing else.
#[test]
fn dust_from_a_stranger_moves_no_timer_and_unlocks_nothing() {
    let (mut suite, _, _) = with_alice();
    suite.bond("alice", 1, 0, 5_000).expect("bond");
    let amount = 5_000u128.into();
    let unbond = Registry::Unbond { denom: 0, amount };
    suite.to_registry("alice", &unbond).expect("unbonds");
    let payout = Suite::addr("vault").to_string();
    let set = Registry::SetPayout { payout };
    suite.to_registry("alice", &set).expect("a new payout");
    let before = suite.provider(1);
    suite.pass(100);
    suite.bond("mallory", 1, 0, 1).expect("dust");
    suite.bond("mallory", 1, 1, 0).expect("less than dust");
    let after = suite.provider(1);
    assert_eq!(after.unbondings, before.unbondings);
    assert_eq!(after.record, before.record);
    assert_eq!(after.bonds[0].free.u128(), before.bonds[0].free.u128() + 1);
    assert_eq!(after.bonds[0].at_nodes, before.bonds[0].at_nodes);
}

/// The dust cannot keep a provider from being gone either. Guard: the status in
/// `bond::add`.
#[test]
fn dust_keeps_nobody_from_leaving() {
    let (mut suite, _, _) = with_alice();
    suite
        .to_registry("alice", &Registry::Leave {})
        .expect("leaves");
    let expected = RegistryError::WrongStatus {
        provider: 1,
        status: registry::ProviderStatus::Unbonding,
        needed: registry::ProviderStatus::Active,
    };
    refuses(&mut suite, expected, |suite| suite.bond("mallory", 1, 0, 1));
    suite.pass(21 * 86_400);
    for denom in 0..2 {
        let withdraw = Registry::WithdrawBond { provider: 1, denom };
        suite.to_registry("mallory", &withdraw).expect("withdrawal");
    }
    assert_eq!(
        suite.provider(1).record.status,
        registry::ProviderStatus::Gone
    );
}

/// depin.md 4, no. 14. A job that only wastes everybody's time costs its requester a fee
/// for each node that had to look at it. Guard: `decline_fee` in `give_up`.
#[test]
fn a_junk_job_costs_its_requester_a_fee_for_each_node_that_declines_it() {
    let mut suite = Suite::new();
    for name in ["alice", "carol", "dan"] {
        suite.join_with(name, Machine::default());
    }
    suite.meet("mallory");
    let at_first = suite.balance(&Suite::addr("mallory"), 0);
    let id = suite.submit("mallory", job(), PRICE).expect("job");
    for _ in 0..3 {
        suite.decline(id).expect("decline");
    }
    assert_eq!(suite.job(id).status, Status::Expired);
    suite.withdraw_account("mallory").expect("withdrawal");
    let cost = at_first - suite.balance(&Suite::addr("mallory"), 0);
    assert_eq!(cost, PRICE * 3 / 100);
    suite.flush(0, Purse::Insurance).expect("flush");
    for node in suite.all_nodes() {
        assert_eq!(
            node.bond.u128(),
            200_000,
            "nobody is punished for declining"
        );
        assert!(node.indexed);
    }
}

/// However many nodes there are, a job is declined at most `max_declines` times, so the
/// fees have an end. Guard: the count in `assignment::decline`.
#[test]
fn many_nodes_that_decline_cannot_make_a_requester_pay_without_end() {
    let mut suite = Suite::new();
    suite.join("mallory", 10 * 20_000);
    for _ in 0..10 {
        let machine = Machine::default().with_bond(20_000);
        let node = suite.add_node("mallory", machine).expect("node");
        suite.heartbeat(node).expect("heartbeat");
    }
    let mut spec = job();
    spec.when_full = WhenFull::Wait;
    let id = suite.submit("bob", spec, PRICE).expect("job");
    for _ in 0..4 {
        suite.decline(id).expect("decline");
    }
    assert_eq!(suite.job(id).status, Status::Expired, "four are allowed");
    assert_eq!(suite.account_credit("bob", 0), PRICE - PRICE * 4 / 100);
    assert!(suite.all_nodes().iter().all(|node| node.running == 0));
}

/// style.md 4.2, no. 7. Guard: every amount is booked, balances are never asked for.
#[test]
fn coins_that_nobody_asked_for_belong_to_the_treasury_and_the_kitty() {
    let (mut suite, id) = with_job();
    let before = suite.job(id);
    for to in [suite.escrow.clone(), suite.registry.clone()] {
        let gift = BankMsg::Send {
            to_address: to.to_string(),
            amount: coins(1_000, NATIVE),
        };
        let mallory = Suite::addr("mallory");
        suite.app.execute(mallory, gift.into()).expect("a gift");
    }
    suite.assert_sound();
    assert_eq!(suite.job(id), before);
    let denom = suite.denom(0);
    let sync = Escrow::Sync { denom };
    suite.to_escrow("anybody", &sync).expect("sync");
    let sync_registry = Registry::Sync { denom: 0 };
    suite.to_registry("anybody", &sync_registry).expect("sync");
    let books: InvariantResponse = suite.ask_escrow(&QueryMsg::Invariant {});
    assert_eq!(books.rows[0].treasury.u128(), 1_000);
    refuses(&mut suite, EscrowError::NothingToSync, |suite| {
        suite.to_escrow("anybody", &sync)
    });
    refuses(&mut suite, RegistryError::NothingToSync, |suite| {
        suite.to_registry("anybody", &sync_registry)
    });
}

/// Guard: empty purses and credits pay nothing, instead of sending zero coins, which the
/// bank refuses.
#[test]
fn an_empty_purse_and_an_empty_credit_pay_nothing() {
    let (mut suite, _, _) = with_alice();
    for purse in [Purse::Burn, Purse::Treasury, Purse::Insurance] {
        for denom in 0..2 {
            refuses(&mut suite, EscrowError::NothingToWithdraw, |suite| {
                suite.flush(denom, purse)
            });
        }
    }
    refuses(&mut suite, EscrowError::NothingToWithdraw, |suite| {
        suite.withdraw_provider(1)
    });
    let tips = Registry::WithdrawTips {
        account: Suite::addr("mallory").to_string(),
        denom: 0,
    };
    refuses(&mut suite, RegistryError::NothingToWithdraw, |suite| {
        suite.to_registry("mallory", &tips)
    });
}

/// One's own job at one's own node would farm what jobs earn. Guards: `own` in `judge`,
/// for the chain's pick and for a named node.
#[test]
fn nobody_hires_a_node_that_it_owns_or_operates() {
    let (mut suite, _, node) = with_alice();
    for who in ["alice", "alice-op"] {
        for pick in [Pick::Auto, Pick::Pinned(node)] {
            let mut spec = job();
            spec.pick = pick;
            let reason = "of 1 nodes read none can take the job: 1 the requester's own; raise \
                          the deposit, need less, or let the job wait";
            let expected = EscrowError::NobodyFits {
                job: 1,
                reason: reason.to_owned(),
            };
            let escrow = suite.escrow.clone();
            refuses(&mut suite, expected, |suite| {
                suite.send(who, &escrow, &Escrow::SubmitJob { spec }, 50_000)
            });
        }
    }
    suite.join_with("carol", Machine::default().priced_percent(150));
    let id = suite.submit("alice", job(), 50_000).expect("job");
    assert_eq!(suite.job(id).node, Some(2), "the dearer node of another");
}

/// Guard: `release` removes the reservation first; the escrow's states end for good.
#[test]
fn nothing_ends_twice() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    suite.pass(10 * 86_400);
    let again = |status, needed| EscrowError::WrongStatus {
        job: id,
        status,
        needed,
    };
    let settled = Status::Settled;
    refuses(&mut suite, again(settled, Status::Submitted), |suite| {
        suite.accept("bob", id)
    });
    refuses(&mut suite, again(settled, Status::Submitted), |suite| {
        suite.settle("mallory", id)
    });
    refuses(&mut suite, again(settled, Status::Assigned), |suite| {
        suite.expire("mallory", id)
    });
    suite.withdraw_provider(1).expect("withdrawal");
    refuses(&mut suite, EscrowError::NothingToWithdraw, |suite| {
        suite.withdraw_provider(1)
    });
    suite.withdraw_account("bob").expect("withdrawal");
    refuses(&mut suite, EscrowError::NothingToWithdraw, |suite| {
        suite.withdraw_account("bob")
    });
    // Even the escrow cannot release what it gave back.
    let escrow = suite.escrow.clone();
    let release = Registry::Release {
        job: id,
        outcome: registry::Outcome::Settled,
    };
    let registry = suite.registry.clone();
    refuses(
        &mut suite,
        RegistryError::NotReserved { job: id },
        |suite| {
            suite
                .app
                .execute_contract(escrow.clone(), registry.clone(), &release, &[])
        },
    );
}
