//! The release wasm on a real chain: predicted addresses, a hundred nodes, a job from
//! submission to withdrawal with a signer for each role, then every other message, each
//! measured as a transaction of its own. `scripts/gas` runs this.
#![allow(missing_docs)]

#[path = "job/deploy.rs"]
mod deploy;
#[path = "job/governance.rs"]
mod governance;
#[path = "job/members.rs"]
mod members;
#[path = "job/nodes.rs"]
mod nodes;
#[path = "job/rewards.rs"]
mod rewards;
#[path = "job/terms.rs"]
mod terms;
#[path = "job/world.rs"]
mod world;

use cosmwasm_std::Uint128;
use deploy::Codes;
use surge_chain_tests::{gas::Table, Chain, Error, Included, Network};
use surge_interface::{
    escrow::{self, Beneficiary, ExecuteMsg as Escrow, Pick, Purse, Status, WhenFull},
    registry::{self, ExecuteMsg as Registry},
    Resources, UncheckedDenom,
};
use terms::{
    escrow_params, heartbeat, job, native, registry_params, result, DEPOSIT, TAKE_BPS, TEN_MINUTES,
    UNBONDING_SECS,
};
use world::World;

const SUBMIT_BUDGET: u64 = 360_000;
const RESULT_BUDGET: u64 = 150_000;
const SETTLE_BUDGET: u64 = 275_000;
const HEARTBEAT_BUDGET: u64 = 148_000;

#[test]
fn every_message_works_on_a_chain_and_costs_what_the_table_says() -> Result<(), Error> {
    let mut table = Table::default();
    let chain = Chain::connect(Network::from_env()?)?;
    let deployer = chain.network().key("deployer")?;
    chain.warm_up(&deployer)?;
    let codes = Codes::store(&chain, &deployer, &mut table)?;

    let (mut world, built) = World::deploy(&codes, chain, table, 0)?;
    world.note(built);
    let built = world.fill()?;
    world.note(built);

    liveness(&mut world)?;
    a_job_from_submission_to_withdrawal(&mut world)?;
    strangers_get_nothing(&mut world)?;
    a_job_that_pays_at_once(&mut world)?;
    a_job_that_nobody_looks_at(&mut world)?;
    a_job_that_is_declined_and_cancelled(&mut world)?;
    a_job_that_waits(&mut world)?;
    a_job_that_is_disputed(&mut world)?;
    a_job_whose_node_never_delivers(&mut world)?;
    what_was_collected_moves_on(&mut world)?;
    providers_change_and_leave(&mut world)?;
    members_set_parameters(&mut world)?;
    silent_nodes_are_evicted(&mut world)?;
    world.assert_solvent()?;

    // The same again where nodes quote in the reward token. How it is built is measured.
    let (mut world, _) = World::deploy(&codes, world.chain, world.table, 1)?;
    world.fill()?;
    rewards::jobs_in_the_reward_token(&mut world)?;
    world.assert_solvent()?;
    governance::members_decide(&mut world, &codes)?;

    judge(&world.table)
}

fn liveness(world: &mut World) -> Result<(), Error> {
    let node = world.providers[0].nodes[0];
    let capacity = world.node(node)?.spec.capacity;
    let operator = &world.providers[0].operator;
    let again = world.at_registry(operator, &heartbeat(node, 2, capacity))?;
    let less = Resources {
        milli_cpu: capacity.milli_cpu / 2,
        ..capacity
    };
    let moved = world.at_registry(operator, &heartbeat(node, 3, less))?;
    let back = world.at_registry(operator, &heartbeat(node, 4, capacity))?;
    assert_eq!(world.node(node)?.seq, 4);
    world.table.note_within(
        HEARTBEAT_BUDGET,
        "registry heartbeat (nothing changed)",
        &again,
    );
    world
        .table
        .note("registry heartbeat (half of it kept back)", &moved);
    world
        .table
        .note("registry heartbeat (all free again)", &back);
    Ok(())
}

fn a_job_from_submission_to_withdrawal(world: &mut World) -> Result<(), Error> {
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
    assert_eq!(spent, DEPOSIT + submitted.fee);
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

    let accepted = world.at_escrow(
        &world.requester,
        &Escrow::Accept {
            job: id,
            pay: false,
        },
    )?;
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

/// The same again: this is what a job costs in a network that runs.
fn a_job_that_pays_at_once(world: &mut World) -> Result<(), Error> {
    let (id, submitted) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    world.table.note_within(
        SUBMIT_BUDGET,
        "escrow submit_job (native, 100 nodes)",
        &submitted,
    );
    world.deliver(id)?;
    let accepted = world.at_escrow(
        &world.requester,
        &Escrow::Accept {
            job: id,
            pay: false,
        },
    )?;
    world
        .table
        .note_within(SETTLE_BUDGET, "escrow accept", &accepted);

    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let node = world.job(id)?.summary.node.expect("a node");
    let provider = world.provider_of(node);
    let (provider, payout) = (provider.id, provider.payout.clone());
    world.deliver(id)?;
    let before = world.chain.balance(&payout)?;
    let paid = world.at_escrow(&world.requester, &Escrow::Accept { job: id, pay: true })?;
    world
        .table
        .note_within(SETTLE_BUDGET, "escrow accept (and pay)", &paid);
    assert!(world.chain.balance(&payout)? > before);
    assert_eq!(world.credit(Beneficiary::Provider(provider))?, 0);
    world.assert_solvent()
}

fn a_job_that_nobody_looks_at(world: &mut World) -> Result<(), Error> {
    for (pay, what) in [(false, "escrow settle"), (true, "escrow settle (and pay)")] {
        let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
        world.deliver(id)?;
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

fn a_job_that_is_declined_and_cancelled(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let first = world.job(id)?.summary.node.expect("a node");
    let operator = &world.provider_of(first).operator;
    let declined = world.at_escrow(operator, &Escrow::Decline { job: id })?;
    world
        .table
        .note("escrow decline (a runner-up takes over)", &declined);
    let summary = world.job(id)?.summary;
    assert_eq!(summary.declined, [first]);
    assert!(
        summary.node.is_some_and(|second| second != first),
        "another node has it"
    );

    let cancelled = world.at_escrow(&world.requester, &Escrow::Cancel { job: id })?;
    world.table.note("escrow cancel (assigned)", &cancelled);
    assert_eq!(world.job(id)?.summary.status, Status::Cancelled);
    world.assert_solvent()
}

fn a_job_that_waits(world: &mut World) -> Result<(), Error> {
    // The one node that may have it belongs to a provider that takes no jobs now.
    let node = world.providers[0].nodes[0];
    let drained = world.at_registry(&world.providers[0].operator, &Registry::Drain {})?;
    world.table.note("registry drain (25 nodes)", &drained);
    let mut spec = job(TEN_MINUTES);
    spec.pick = Pick::Pinned(node);
    spec.when_full = WhenFull::Wait;
    let (id, waiting) = world.submit(spec, DEPOSIT)?;
    world
        .table
        .note("escrow submit_job (pinned, has to wait)", &waiting);
    assert_eq!(world.job(id)?.summary.status, Status::Open);

    let resumed = world.at_registry(&world.providers[0].operator, &Registry::Resume {})?;
    world.table.note("registry resume (25 nodes)", &resumed);
    let matched = world.at_escrow(&world.anyone, &Escrow::Match { job: id })?;
    world.table.note("escrow match (pinned)", &matched);
    assert_eq!(world.job(id)?.summary.node, Some(node));
    world.deliver(id)?;
    world.at_escrow(
        &world.requester,
        &Escrow::Accept {
            job: id,
            pay: false,
        },
    )?;

    let mut spec = job(TEN_MINUTES);
    spec.when_full = WhenFull::Wait;
    let (id, _) = world.submit(spec, 1)?;
    let wealth = world.chain.balance(world.requester.address())?;
    let cancelled = world.at_escrow(&world.requester, &Escrow::Cancel { job: id })?;
    world.table.note("escrow cancel (waiting)", &cancelled);
    assert_eq!(world.job(id)?.summary.held, Uint128::zero());
    assert!(wealth - world.chain.balance(world.requester.address())? <= cancelled.fee);
    world.assert_solvent()
}

fn a_job_that_is_disputed(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(TEN_MINUTES), DEPOSIT)?;
    let node = world.job(id)?.summary.node.expect("a node");
    let vacate = Registry::Vacate { job: id };
    assert_fails(
        world.at_registry(&world.anyone, &vacate),
        "has not been delivered",
    );
    world.deliver(id)?;
    let vacated = world.at_registry(&world.anyone, &vacate)?;
    world.table.note("registry vacate", &vacated);
    assert_eq!(world.node(node)?.reserved, Resources::default());
    let bond = world.job(id)?.summary.price.u128().div_ceil(10);
    let dispute = Escrow::Dispute {
        job: id,
        reason_uri: "https://files.example.org/why.txt".into(),
    };
    let disputed = world
        .chain
        .execute(&world.requester, &world.escrow, &dispute, bond)?;
    world.table.note("escrow dispute", &disputed);
    let rule = Escrow::Rule {
        job: id,
        provider_bps: 2_500,
    };
    assert_fails(world.at_escrow(&world.hostile, &rule), "arbiter");
    let ruled = world.at_escrow(&world.arbiter, &rule)?;
    world.table.note("escrow rule", &ruled);
    assert_eq!(world.job(id)?.summary.status, Status::Resolved);
    world.assert_solvent()
}

fn a_job_whose_node_never_delivers(world: &mut World) -> Result<(), Error> {
    let (id, _) = world.submit(job(8), DEPOSIT)?;
    let node = world.job(id)?.summary.node.expect("a node");
    let bond = world.node(node)?.bond;
    let expire = Escrow::Expire { job: id };
    assert_fails(world.at_escrow(&world.anyone, &expire), "too early");
    world
        .chain
        .wait_until(world.job(id)?.summary.deadline_secs + 1)?;
    assert_fails(world.deliver(id), "too late");
    let expired = world.at_escrow(&world.anyone, &expire)?;
    world
        .table
        .note("escrow expire (the node missed the deadline)", &expired);
    assert_eq!(world.job(id)?.summary.status, Status::Failed);
    assert!(world.node(node)?.bond < bond, "the node pays for it");

    let tips = Registry::WithdrawTips {
        account: world.anyone.address().into(),
        denom: 0,
    };
    let withdrawn = world.at_registry(&world.hostile, &tips)?;
    world.table.note("registry withdraw_tips", &withdrawn);
    world.assert_solvent()
}

fn what_was_collected_moves_on(world: &mut World) -> Result<(), Error> {
    let before = world.chain.balance(&world.dao)?;
    let due = world.owed()?.treasury.u128();
    for (purse, what) in [
        (Purse::Treasury, "escrow flush (treasury)"),
        (Purse::Insurance, "escrow flush (insurance)"),
    ] {
        let flushed = world.at_escrow(
            &world.anyone,
            &Escrow::Flush {
                denom: native(),
                purse,
            },
        )?;
        world.table.note(what, &flushed);
    }
    assert_eq!(world.chain.balance(&world.dao)?, before + due);

    world.chain.pay(&world.anyone, &world.escrow, 777)?;
    world.chain.pay(&world.anyone, &world.registry, 777)?;
    let synced = world.at_escrow(&world.anyone, &Escrow::Sync { denom: native() })?;
    world.table.note("escrow sync", &synced);
    let synced = world.at_registry(&world.anyone, &Registry::Sync { denom: 0 })?;
    world.table.note("registry sync", &synced);
    let funded = world.chain.execute(
        &world.anyone,
        &world.registry,
        &Registry::FundKitty {},
        1_000,
    )?;
    world.table.note("registry fund_kitty", &funded);
    world.assert_solvent()
}

fn providers_change_and_leave(world: &mut World) -> Result<(), Error> {
    let provider = &world.providers[3];
    let owner = &provider.owner;
    let node = provider.nodes[24];
    let spec = world.node(node)?.spec;
    let mut measured = vec![];
    let mut send = |what, msg| -> Result<(), Error> {
        measured.push((what, world.at_registry(owner, &msg)?));
        Ok(())
    };
    send(
        "registry update_node (prices)",
        Registry::UpdateNode {
            node,
            capacity: None,
            prices: Some(nodes::reference()),
            bond: None,
            watts: None,
            clean_ppm: None,
        },
    )?;
    send(
        "registry update_node (capacity)",
        Registry::UpdateNode {
            node,
            capacity: Some(Resources {
                milli_cpu: spec.capacity.milli_cpu * 2,
                ..spec.capacity
            }),
            prices: None,
            bond: None,
            watts: None,
            clean_ppm: None,
        },
    )?;
    send(
        "registry update_provider",
        Registry::UpdateProvider {
            operator: None,
            profile_uri: Some("https://provider.example.org/new.json".into()),
        },
    )?;
    send(
        "registry set_payout",
        Registry::SetPayout {
            payout: owner.address().into(),
        },
    )?;
    send("registry remove_node", Registry::RemoveNode { node })?;
    send(
        "registry unbond",
        Registry::Unbond {
            denom: 0,
            amount: Uint128::new(nodes::BOND),
        },
    )?;
    let withdraw = Registry::WithdrawBond {
        provider: provider.id,
        denom: 0,
    };
    world
        .chain
        .wait_until(world.chain.now_secs()? + UNBONDING_SECS + 1)?;
    let before = world.chain.balance(owner.address())?;
    let withdrawn = world.at_registry(&world.anyone, &withdraw)?;
    assert_eq!(world.chain.balance(owner.address())?, before + nodes::BOND);
    let left = world.at_registry(owner, &Registry::Leave {})?;
    for (what, included) in measured {
        world.table.note(what, &included);
    }
    world.table.note("registry withdraw_bond", &withdrawn);
    world.table.note("registry leave (24 nodes)", &left);
    world.assert_solvent()
}

/// What the owner may, the members decide.
fn members_set_parameters(world: &mut World) -> Result<(), Error> {
    let (registry, escrow) = (world.registry.clone(), world.escrow.clone());
    let regions = nodes::regions();
    let last = regions.len() - 1;
    // Who is silent for two seconds may be evicted.
    let liveness = registry::Params {
        heartbeat_secs: 1,
        missed_heartbeats: 1,
        ..registry_params()
    };
    let other = UncheckedDenom::Native("uother".into());
    world.decree(
        &registry,
        [
            (
                "registry update_params",
                Registry::UpdateParams {
                    params: liveness.clone(),
                },
            ),
            (
                "registry set_region",
                Registry::SetRegion {
                    id: last as u8,
                    region: regions[last].clone(),
                },
            ),
            (
                "registry set_class",
                Registry::SetClass {
                    id: 0,
                    class: nodes::cpu(),
                },
            ),
            (
                "registry add_denom",
                Registry::AddDenom {
                    denom: other.clone(),
                },
            ),
            ("registry set_intake", Registry::SetIntake { open: false }),
        ],
    )?;
    let set: registry::Params = world
        .chain
        .smart(&registry, &registry::QueryMsg::Params {})?;
    assert_eq!(set, liveness);

    let cheaper = escrow::Params {
        take_bps: TAKE_BPS - 100,
        ..escrow_params()
    };
    let arbiter = world.anyone.address().to_owned();
    world.decree(
        &escrow,
        [
            (
                "escrow update_params",
                Escrow::UpdateParams {
                    params: cheaper.clone(),
                },
            ),
            ("escrow add_denom", Escrow::AddDenom { denom: other }),
            (
                "escrow set_roles",
                Escrow::SetRoles {
                    arbiter: Some(arbiter.clone()),
                    treasury: None,
                },
            ),
            ("escrow set_intake", Escrow::SetIntake { open: false }),
        ],
    )?;
    let msg = escrow::QueryMsg::Params { version: None };
    let set: escrow::Params = world.chain.smart(&escrow, &msg)?;
    assert_eq!(set, cheaper);
    let config: escrow::ConfigResponse =
        world.chain.smart(&escrow, &escrow::QueryMsg::Config {})?;
    assert_eq!(config.arbiter.as_str(), arbiter);
    assert!(!config.intake_open);
    Ok(())
}

fn silent_nodes_are_evicted(world: &mut World) -> Result<(), Error> {
    world.chain.wait_until(world.chain.now_secs()? + 3)?;
    let nodes = &world.providers[1].nodes;
    for (few, what) in [
        (&nodes[..1], "registry evict (1 node)"),
        (&nodes[1..11], "registry evict (10 nodes)"),
    ] {
        let evicted = world.at_registry(
            &world.anyone,
            &Registry::Evict {
                nodes: few.to_vec(),
            },
        )?;
        world.table.note(what, &evicted);
        assert!(!world.node(few[0])?.indexed);
    }
    world.assert_solvent()
}

/// Whoever is not a party to a job cannot move it or its money.
fn strangers_get_nothing(world: &mut World) -> Result<(), Error> {
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
    let hostile = &world.hostile;
    for msg in [
        Escrow::SubmitResult {
            job: id,
            result: result(),
        },
        Escrow::Accept { job: id, pay: true },
        Escrow::Decline { job: id },
        Escrow::Cancel { job: id },
        Escrow::Rule {
            job: id,
            provider_bps: 10_000,
        },
    ] {
        assert!(
            world.at_escrow(hostile, &msg).is_err(),
            "{msg:?} of a stranger"
        );
    }
    for msg in [
        Registry::Release {
            job: id,
            outcome: registry::Outcome::Closed,
        },
        Registry::Assign { job: 999, order },
        heartbeat(node, 99, Resources::default()),
        Registry::RemoveNode { node },
    ] {
        assert!(
            world.at_registry(hostile, &msg).is_err(),
            "{msg:?} of a stranger"
        );
    }
    assert_eq!(world.chain.balance(&world.escrow)?, held);
    assert_eq!(world.job(id)?.summary.status, Status::Assigned);
    world.deliver(id)?;
    world.at_escrow(
        &world.requester,
        &Escrow::Accept {
            job: id,
            pay: false,
        },
    )?;
    world.assert_solvent()
}

/// The transaction failed and its log tells why.
fn assert_fails(attempt: Result<Included, Error>, why: &str) {
    match attempt {
        Ok(included) => panic!("{} should have failed: {why}", included.hash),
        Err(error) => assert!(error.raw_log().contains(why), "not about {why}: {error}"),
    }
}

/// Compares with the committed table, or writes it when `SURGE_GAS=write`.
fn judge(table: &Table) -> Result<(), Error> {
    let over = table.over_budget();
    for complaint in &over {
        println!("{complaint}");
    }
    if std::env::var_os("SURGE_GAS").is_some_and(|wish| wish == "write") {
        table.write()?;
        println!("wrote gas/table.json");
    } else {
        let differences = table.differences(&Table::committed()?);
        for complaint in &differences {
            println!("{complaint}");
        }
        assert!(
            differences.is_empty(),
            "{} costs are not those of gas/table.json: when that is meant, write it again with ./scripts/gas and commit it",
            differences.len()
        );
    }
    assert!(
        over.is_empty(),
        "{} messages are over their budget",
        over.len()
    );
    Ok(())
}
