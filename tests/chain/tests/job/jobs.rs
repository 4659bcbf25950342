//! Jobs that go well: from submission to withdrawal with a signer for each role, and the
//! same again as it is in a network that runs.

use cosmwasm_std::Uint128;
use surge_chain_tests::Error;
use surge_interface::escrow::{Beneficiary, ExecuteMsg as Escrow, Status};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::Resources;

use super::terms::{heartbeat, job, native, result, DEPOSIT, TAKE_BPS, TEN_MINUTES};
use super::world::{assert_fails, assert_refused, World};

const SUBMIT_BUDGET: u64 = 360_000;
const RESULT_BUDGET: u64 = 150_000;
const SETTLE_BUDGET: u64 = 275_000;

pub fn one_from_submission_to_withdrawal(world: &mut World) -> Result<(), Error> {
    let wealth = world.chain.balance(world.requester.address())?;
    let (id, submitted) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    world
        .table
        .note("escrow submit_job (the first)", &submitted);

    let summary = world.job(id)?.summary;
    let (node, price) = (summary.node.expect("a node"), summary.price.u128());
    assert_eq!(summary.status, Status::Assigned);
    assert!(0 < price && price < DEPOSIT, "price {price}");
    let spent = wealth - world.chain.balance(world.requester.address())?;
    assert_eq!(
        spent,
        DEPOSIT + submitted.fee.expect("it was sent from here")
    );
    assert_eq!(
        summary.held.u128(),
        DEPOSIT,
        "all of it, until the job ends"
    );
    let reserved = world.node(node)?;
    assert_eq!(reserved.reserved, job(TEN_MINUTES).need);
    assert!(
        reserved.locked.u128() >= price,
        "collateral of the price, or of the reference price"
    );

    let delivered = world.deliver(id)?;
    world
        .table
        .note_within(RESULT_BUDGET, "escrow submit_result", &delivered);
    assert_eq!(world.job(id)?.result, Some(result()));

    let accepted = world.accept(id, false)?;
    world.table.note("escrow accept (the first)", &accepted);
    assert_eq!(world.job(id)?.summary.status, Status::Settled);
    let freed = world.node(node)?;
    assert_eq!(
        (freed.reserved, freed.locked.u128()),
        (Resources::default(), 0)
    );

    // What the price leaves of the deposit goes back now.
    let requester = Beneficiary::Account(world.requester.address().into());
    assert_eq!(world.credit(requester.clone())?, DEPOSIT - price);
    let fetch = Escrow::Withdraw {
        beneficiary: requester,
        denom: native(),
    };
    let before = world.chain.balance(world.requester.address())?;
    let fetched = world.at_escrow(&world.anyone, &fetch)?;
    world.table.note("escrow withdraw (requester)", &fetched);
    assert_eq!(
        world.chain.balance(world.requester.address())?,
        before + DEPOSIT - price
    );

    // Five per cent of the price, rounded in favour of nobody but the pot.
    let provider = world.provider_of(node).id;
    let credit = world.credit(Beneficiary::Provider(provider))?;
    let take = price - credit;
    let owed = world.owed()?;
    assert!(
        take.abs_diff(price * u128::from(TAKE_BPS) / 10_000) <= 1,
        "take {take} of {price}"
    );
    assert_eq!((owed.burn + owed.treasury + owed.insurance).u128(), take);
    world.assert_solvent()?;

    let payout = world.provider_of(node).payout.clone();
    let before = world.chain.balance(&payout)?;
    let withdraw = Escrow::Withdraw {
        beneficiary: Beneficiary::Provider(provider),
        denom: native(),
    };
    let withdrawn = world.at_escrow(&world.anyone, &withdraw)?;
    world.table.note("escrow withdraw (provider)", &withdrawn);
    assert_eq!(
        world.chain.balance(&payout)?,
        before + credit,
        "paid to the last coin"
    );
    assert_eq!(world.credit(Beneficiary::Provider(provider))?, 0);
    world.assert_solvent()
}

/// Whoever is not a party to a job cannot move it or its money.
pub fn strangers_get_nothing(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let node = world.job(id)?.summary.node.expect("a node");
    let order = registry::Order {
        requester: world.hostile.address().into(),
        class: 0,
        denom: native(),
        need: job(TEN_MINUTES).need,
        reserved_secs: TEN_MINUTES,
        max_price: Uint128::new(DEPOSIT),
        data: Default::default(),
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pinned: None,
        collateral_bps: 10_000,
    };
    let held = world.chain.balance(&world.escrow)?;
    let (hostile, sender) = (&world.hostile, world.hostile.address());
    let provider = world.provider_of(node).id;
    let not_operator =
        format!("only the operator of the node that has job {id} may do this, not {sender}");
    let not_requester = format!("only the requester of job {id} may do this, not {sender}");
    let not_disputed = format!("job {id} is Assigned, this needs Disputed");
    for (why, msg) in [
        (
            &not_operator,
            Escrow::SubmitResult {
                job: id,
                result: result(),
            },
        ),
        (&not_operator, Escrow::Decline { job: id }),
        (&not_requester, Escrow::Cancel { job: id }),
        (
            &not_disputed,
            Escrow::Rule {
                job: id,
                provider_bps: 10_000,
            },
        ),
    ] {
        assert_refused(world.at_escrow(hostile, &msg), why);
    }
    let not_escrow = format!("only the escrow {} may do this, not {sender}", world.escrow);
    for (why, msg) in [
        (
            &not_escrow,
            Registry::Release {
                job: id,
                outcome: registry::Outcome::Closed,
            },
        ),
        (&not_escrow, Registry::Assign { job: 999, order }),
        (
            &format!("only the operator of provider {provider} may do this, not {sender}"),
            heartbeat(node, 99, Resources::default()),
        ),
        (
            &format!("only the owner of provider {provider} may do this, not {sender}"),
            Registry::RemoveNode { node },
        ),
    ] {
        assert_refused(world.at_registry(hostile, &msg), why);
    }
    assert_eq!(world.chain.balance(&world.escrow)?, held);
    assert_eq!(world.job(id)?.summary.status, Status::Assigned);
    world.deliver(id)?;
    let accept = Escrow::Accept { job: id, pay: true };
    assert_refused(world.at_escrow(hostile, &accept), &not_requester);
    world.accept(id, false)?;
    world.assert_solvent()
}

/// The same again: this is what a job costs in a network that runs.
pub fn one_that_pays_at_once(world: &mut World) -> Result<(), Error> {
    let (id, submitted) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    world.table.note_within(
        SUBMIT_BUDGET,
        "escrow submit_job (native, 100 nodes)",
        &submitted,
    );
    world.deliver(id)?;
    let accepted = world.accept(id, false)?;
    world
        .table
        .note_within(SETTLE_BUDGET, "escrow accept", &accepted);

    let id = world.delivered()?;
    let node = world.job(id)?.summary.node.expect("a node");
    let provider = world.provider_of(node);
    let (provider, payout) = (provider.id, provider.payout.clone());
    let before = world.chain.balance(&payout)?;
    let paid = world.accept(id, true)?;
    world
        .table
        .note_within(SETTLE_BUDGET, "escrow accept (and pay)", &paid);
    assert!(world.chain.balance(&payout)? > before);
    assert_eq!(world.credit(Beneficiary::Provider(provider))?, 0);
    world.assert_solvent()
}

pub fn one_that_nobody_looks_at(world: &mut World) -> Result<(), Error> {
    for (pay, what) in [(false, "escrow settle"), (true, "escrow settle (and pay)")] {
        let id = world.delivered()?;
        let settle = Escrow::Settle { job: id, pay };
        assert_fails(world.at_escrow(&world.anyone, &settle), "too early");
        world
            .chain
            .wait_until(world.job(id)?.summary.deadline_secs + 1)?;
        let settled = world.at_escrow(&world.anyone, &settle)?;
        world.table.note_within(SETTLE_BUDGET, what, &settled);
        assert_eq!(world.job(id)?.summary.status, Status::Settled);
    }
    world.assert_solvent()
}
