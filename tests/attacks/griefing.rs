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

/// A stranger's deposit for somebody else. Guard: `bond::add` touches the free bond and
/// nothing else.
#[test]
fn dust_from_a_stranger_moves_no_timer_and_unlocks_nothing() {
    let (mut suite, _, _) = with_alice();
    suite.bond("alice", 1, 0, 5_000).expect("bond");
    let amount = 5_000u128.into();
    let unbond = Registry::Unbond { denom: 0, amount };
    suite.to_registry("alice", &unbond).expect("unbonds");
    let payout = Suite::addr("vault").to_string();
    let set = Registry::SetPayout {
        payout,
        provider: None,
    };
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

/// A job that only wastes everybody's time costs its requester a fee for each node that
/// had to look at it. Guard: `decline_fee` in `give_up`.
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

/// However many providers there are, a job is declined at most `max_declines` times, so the
/// fees have an end. Guard: the count in `assignment::decline`.
#[test]
fn many_nodes_that_decline_cannot_make_a_requester_pay_without_end() {
    let mut suite = Suite::new();
    for sybil in 0..10 {
        let machine = Machine::default().with_bond(20_000);
        suite.join_with(&format!("mallory-{sybil}"), machine);
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

/// A provider declines with all its nodes at once: the job goes to somebody else, and its
/// requester pays for one declining. Guard: `reassign` adds the provider of each node that
/// declined to `Job.own`.
#[test]
fn a_providers_nodes_cannot_decline_one_after_the_other() {
    let mut suite = Suite::new();
    suite.join("mallory", 5 * 20_000);
    for _ in 0..5 {
        let machine = Machine::default().with_bond(20_000);
        let node = suite.add_node("mallory", machine).expect("node");
        suite.heartbeat(node).expect("heartbeat");
    }
    let (honest, _) = suite.join_with("carol", Machine::default().priced_percent(150));
    let id = suite.submit("bob", job(), 50_000).expect("job");
    assert_eq!(suite.job(id).provider, Some(1), "the cheaper ones");
    suite.decline(id).expect("decline");
    assert_eq!(suite.job(id).provider, Some(honest));
    suite.decline(id).expect("decline");
    assert_eq!(suite.job(id).status, Status::Expired, "nobody is left");
    assert_eq!(suite.account_credit("bob", 0), 50_000 - 2 * 500);
}

/// Taking the node away that declined does not help. Guard: `FORMER` remembers whose it was.
#[test]
fn a_provider_that_removes_the_node_that_declined_is_still_out() {
    let mut suite = Suite::new();
    suite.join("mallory", 2 * 20_000);
    for _ in 0..2 {
        let machine = Machine::default().with_bond(20_000);
        let node = suite.add_node("mallory", machine).expect("node");
        suite.heartbeat(node).expect("heartbeat");
    }
    let mut spec = job();
    spec.when_full = WhenFull::Wait;
    let id = suite.submit("bob", spec, 50_000).expect("job");
    let node = suite.job(id).node.expect("a node");
    suite.decline(id).expect("decline");
    let remove = Registry::RemoveNode { node };
    suite.to_registry("mallory", &remove).expect("removed");
    let reason = "of 1 nodes read none can take the job: 1 of the requester or of \
                  a provider that declined it; let the job wait";
    let expected = EscrowError::NobodyFits {
        job: id,
        reason: reason.to_owned(),
    };
    let retry = Escrow::Match { job: id };
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("anybody", &retry)
    });
    suite.join_with("carol", Machine::default());
    suite.to_escrow("anybody", &retry).expect("somebody else");
}

/// A node that asks nearly nothing, gets the job and declines it. Guard: the deposit stays
/// held, and `ask_again` searches with all of it.
#[test]
fn a_bait_that_asks_little_and_declines_leaves_the_job_to_the_next_although_dearer() {
    for runner_up in [true, false] {
        let mut suite = Suite::new();
        suite.join_with("mallory", Machine::default().priced_percent(1));
        if runner_up {
            suite.join_with("carol", Machine::default().priced_percent(120));
        }
        let mut spec = job();
        spec.when_full = WhenFull::Wait;
        let id = suite.submit("bob", spec, 50_000).expect("job");
        let bait = suite.job(id);
        assert_eq!((bait.node, bait.price.u128()), (Some(1), PRICE / 100 + 1));
        assert_eq!(bait.held.u128(), 50_000);
        suite.decline(id).expect("decline");
        if !runner_up {
            let waiting = suite.job(id);
            assert_eq!((waiting.held, waiting.price), (bait.held, bait.held));
            suite.join_with("carol", Machine::default().priced_percent(120));
            let retry = Escrow::Match { job: id };
            suite.to_escrow("anybody", &retry).expect("carol fits");
        }
        let served = suite.job(id);
        let price = (PRICE * 120).div_ceil(100);
        assert_eq!(served.node, Some(2));
        // Each is rounded up once.
        assert!(served.price.u128().abs_diff(price) <= 1);
        let price = served.price.u128();
        suite.deliver(id).expect("delivery");
        suite.accept("bob", id).expect("acceptance");
        assert_eq!(suite.account_credit("bob", 0), 50_000 - price);
        suite.assert_sound();
    }
}

/// A node that idles through a review could be kept busy by those who pay little. Guards:
/// `vacate` asks the escrow's record whether the job was delivered, and works once.
#[test]
fn capacity_is_free_at_delivery_and_neither_before_nor_twice() {
    let (mut suite, _, _) = with_alice();
    let mut all = job();
    all.need.milli_cpu = 8_000;
    let first = suite.submit("bob", all.clone(), 50_000).expect("job");
    let held = suite.node(1);
    assert!(!held.indexed && suite.submit("bob", all.clone(), 50_000).is_err());
    let early = RegistryError::NotDelivered { job: first };
    refuses(&mut suite, early, |suite| suite.vacate(first));
    let unknown = RegistryError::NotReserved { job: 99 };
    refuses(&mut suite, unknown, |suite| suite.vacate(99));
    suite.deliver(first).expect("delivery");
    suite.vacate(first).expect("capacity");
    let free = suite.node(1);
    assert!(free.indexed);
    assert_eq!(free.reserved.milli_cpu, 0);
    assert_eq!(
        (free.locked, free.running),
        (held.locked, 1),
        "still liable"
    );
    let twice = RegistryError::AlreadyVacated { job: first };
    refuses(&mut suite, twice, |suite| suite.vacate(first));
    let busy = RegistryError::NodeBusy {
        node: 1,
        running: 1,
    };
    refuses(&mut suite, busy, |suite| {
        suite.to_registry("alice", &Registry::RemoveNode { node: 1 })
    });
    // The next job has it; the first one's end gives nothing back again.
    let second = suite.submit("bob", all, 50_000).expect("the next job");
    suite
        .dispute("bob", first, suite.job(first).price.u128().div_ceil(10))
        .expect("dispute");
    suite.rule(first, 5_000).expect("ruling");
    let node = suite.node(1);
    assert_eq!((node.reserved.milli_cpu, node.running), (8_000, 1));
    assert_eq!(node.locked, held.locked);
    let over = RegistryError::NotReserved { job: first };
    refuses(&mut suite, over, |suite| suite.vacate(first));
    // A disputed job is delivered too.
    suite.deliver(second).expect("delivery");
    let bond = suite.job(second).price.u128().div_ceil(10);
    suite.dispute("bob", second, bond).expect("dispute");
    suite.vacate(second).expect("capacity");
    assert_eq!(suite.node(1).reserved, Default::default());
    suite.assert_sound();
}

/// Coins that nobody sent with a message, to confuse the books. Guard: every amount is
/// booked, balances are never asked for.
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
            let reason = "of 1 nodes read none can take the job: 1 of the requester \
                          or of a provider that declined it; let the job wait";
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
