//! Jobs get nodes and give them back. For the escrow alone.

use cosmwasm_std::{to_json_binary, Addr, DepsMut, Response, Storage, Uint128};
use surge_accounting::{no_show, share};
use surge_interface::escrow::Status;
use surge_interface::events::registry::{
    NobodyFound, NodeAssigned, NodeEvicted, NodeReleased, NodeSlashed, NodeVacated,
};
use surge_interface::events::{done, Journal};
use surge_interface::raw::EscrowStore;
use surge_interface::registry::{score_ppm, AssignResponse, Assignment, Order, Outcome};
use surge_interface::{Resources, Scored};
use surge_matching::index::Root;
use surge_matching::{advance, Found};

use super::bond;
use crate::index::{self, is_eligible, load_node};
use crate::pick::{reason, silent_nodes, Request, StoredExplanation};
use crate::state::{
    Load, NodeRecord, Reservation, CONFIG, EXPLANATIONS, FORMER, LOADS, NODES, RESERVATIONS,
};
use crate::ContractError;

pub fn assign(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    job: u64,
    order: Order,
) -> Result<Response, ContractError> {
    ensure_escrow(deps.storage, sender_addr)?;
    if let Some(held) = RESERVATIONS.may_load(deps.storage, job)? {
        return Err(ContractError::AlreadyReserved {
            job,
            node: held.node,
        });
    }
    let mut journal = Journal::default();
    let request = Request::read(deps.storage, deps.api, now_secs, order)?;
    let answer = search(deps.storage, &mut journal, now_secs, job, &request)?;
    respond(deps, journal, "assign", &answer)
}

pub fn reassign(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    job: u64,
    order: Order,
    declined: &[u32],
) -> Result<Response, ContractError> {
    ensure_escrow(deps.storage, sender_addr)?;
    let mut journal = Journal::default();
    let mut request = Request::read(deps.storage, deps.api, now_secs, order)?;
    for node in declined {
        // The whole provider is out, or its nodes could decline one after the other.
        let provider = match NODES.may_load(deps.storage, *node)? {
            Some(record) => Some(record.provider),
            None => FORMER.may_load(deps.storage, *node)?,
        };
        request.job.own.extend(provider);
    }
    request.job.declined = declined.to_vec();
    if RESERVATIONS.has(deps.storage, job) {
        give_back(deps.storage, &mut journal, now_secs, job, &Outcome::Closed)?;
    }
    let stored = EXPLANATIONS.may_load(deps.storage, job)?;
    let mut root = Root::load(deps.storage, request.key)?;
    if let Some(mut found) = next_runner_up(deps.storage, &request, &root, stored.as_ref())? {
        let answer = take(
            deps.storage,
            &mut journal,
            now_secs,
            job,
            &request,
            &mut root,
            &mut found,
        )?;
        return respond(deps, journal, "reassign", &answer);
    }
    let answer = search(deps.storage, &mut journal, now_secs, job, &request)?;
    respond(deps, journal, "reassign", &answer)
}

pub fn release(
    deps: DepsMut,
    now_secs: u64,
    sender_addr: &Addr,
    job: u64,
    outcome: Outcome,
) -> Result<Response, ContractError> {
    ensure_escrow(deps.storage, sender_addr)?;
    if let Outcome::NoShow { reporter } = &outcome {
        deps.api.addr_validate(reporter)?;
    }
    let mut journal = Journal::default();
    give_back(deps.storage, &mut journal, now_secs, job, &outcome)?;
    Ok(journal.close(deps.storage, done("release"))?)
}

/// A delivered job needs no machine any more, whatever comes of its result. The escrow's
/// own record says that it was delivered.
pub fn vacate(deps: DepsMut, now_secs: u64, job: u64) -> Result<Response, ContractError> {
    let mut held = RESERVATIONS
        .may_load(deps.storage, job)?
        .ok_or(ContractError::NotReserved { job })?;
    let need = Resources::from_array(held.need);
    if need == Resources::default() {
        return Err(ContractError::AlreadyVacated { job });
    }
    let escrow_addr = CONFIG.load(deps.storage)?.escrow;
    let status = EscrowStore::open(deps.querier, escrow_addr)?.job_status(job)?;
    if !matches!(status, Some(Status::Submitted | Status::Disputed)) {
        return Err(ContractError::NotDelivered { job });
    }
    held.need = Resources::default().to_array();
    RESERVATIONS.save(deps.storage, job, &held)?;
    let (record, mut load) = load_node(deps.storage, held.node)?;
    load.reserved = Resources::from_array(load.reserved)
        .saturating_sub(&need)
        .to_array();
    let eligible = load.row.is_some() || is_eligible(deps.storage, now_secs, &record, &load)?;
    index::refresh(deps.storage, held.node, &record, &mut load, eligible)?;
    let mut journal = Journal::default();
    journal.note(NodeVacated {
        job,
        node: held.node,
    });
    Ok(journal.close(deps.storage, done("vacate"))?)
}

fn respond(
    deps: DepsMut,
    journal: Journal,
    action: &str,
    answer: &AssignResponse,
) -> Result<Response, ContractError> {
    let response = done(action).set_data(to_json_binary(answer)?);
    Ok(journal.close(deps.storage, response)?)
}

fn ensure_escrow(storage: &dyn Storage, sender_addr: &Addr) -> Result<(), ContractError> {
    let escrow = CONFIG.load(storage)?.escrow;
    if escrow == *sender_addr {
        return Ok(());
    }
    Err(ContractError::NotEscrow {
        escrow,
        sender: sender_addr.clone(),
    })
}

/// Searches and takes what is found. Silent nodes that were met lose their rows, so that
/// whoever fills the index with them pays for it once.
fn search(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    now_secs: u64,
    job: u64,
    request: &Request,
) -> Result<AssignResponse, ContractError> {
    let mut root = Root::load(storage, request.key)?;
    let mut found = request.find(storage, &root)?;
    for node in silent_nodes(&found) {
        let (record, mut load) = load_node(storage, node)?;
        request
            .candidate(node, &record)
            .place(storage, &mut root, &mut load, false)?;
        LOADS.save(storage, node, &load)?;
        journal.note(NodeEvicted {
            node,
            denom_id: record.spec.denom,
            tip: Uint128::zero(),
            reporter: "search".to_owned(),
        });
    }
    take(
        storage, journal, now_secs, job, request, &mut root, &mut found,
    )
}

/// The first stored runner-up that can still take the job; those after it stay runners-up.
fn next_runner_up(
    storage: &dyn Storage,
    request: &Request,
    root: &Root,
    stored: Option<&StoredExplanation>,
) -> Result<Option<Found>, ContractError> {
    let mut able: Vec<Found> = vec![];
    for node in stored
        .into_iter()
        .flat_map(StoredExplanation::runners_up)
        .filter(|_| request.pinned.is_none())
    {
        able.extend(
            request
                .judge_one(storage, root, node)?
                .filter(|found| found.pick.is_some()),
        );
    }
    let mut able = able.into_iter();
    let Some(mut first) = able.next() else {
        return Ok(None);
    };
    first.runners_up = able.filter_map(|found| found.pick).collect();
    Ok(Some(first))
}

/// Reserves the pick and keeps the explanation; answers nobody when there is none.
fn take(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    now_secs: u64,
    job: u64,
    request: &Request,
    root: &mut Root,
    found: &mut Found,
) -> Result<AssignResponse, ContractError> {
    let Some(pick) = found.pick.take() else {
        root.save(storage);
        journal.note(NobodyFound {
            job,
            rows_read: found.rows_read,
        });
        return Ok(AssignResponse::Nobody {
            job,
            reason: reason(found),
        });
    };
    let assignment = reserve(storage, job, request, root, &pick)?;
    let explanation = StoredExplanation::new(now_secs, &request.job.weights, &pick, found);
    EXPLANATIONS.save(storage, job, &explanation)?;
    journal.note(NodeAssigned {
        job,
        node: pick.node,
        provider: pick.provider,
        score_ppm: score_ppm(pick.score),
        price: pick.price,
        collateral: assignment.collateral,
        rows_read: found.rows_read,
        exact: found.exact,
        gap_ppm: found.gap_ppm,
    });
    Ok(AssignResponse::Assigned(assignment))
}

/// Capacity, collateral and the node's turn: all or nothing.
fn reserve(
    storage: &mut dyn Storage,
    job: u64,
    request: &Request,
    root: &mut Root,
    pick: &Scored,
) -> Result<Assignment, ContractError> {
    let (record, mut load) = load_node(storage, pick.node)?;
    let need = request.job.need;
    let worth = request.job.worth(pick.price)?;
    let collateral = request.job.collateral(pick.price)?;
    load.reserved = index::reserve(&load.reserved, &need)
        .filter(|reserved| {
            record
                .spec
                .capacity
                .covers(&Resources::from_array(*reserved))
        })
        .ok_or(ContractError::CapacityReserved {
            capacity: record.spec.capacity,
            reserved: Resources::from_array(load.reserved),
        })?;
    load.locked = load.locked.checked_add(collateral)?;
    load.running = load.running.saturating_add(1);
    let tag = pick.tag.u64();
    load.virtual_time = advance(tag, worth, load.bond);
    // A requester who names the node says nothing about whose turn it was.
    if request.pinned.is_none() {
        root.virtual_time = tag;
    }
    request
        .candidate(pick.node, &record)
        .place(storage, root, &mut load, true)?;
    root.save(storage);
    LOADS.save(storage, pick.node, &load)?;
    let held = Reservation {
        node: pick.node,
        need: need.to_array(),
        collateral,
        price: pick.price,
        worth,
        work: load.virtual_time.saturating_sub(tag),
        no_show_bps: request.params.no_show_bps,
        tip_bps: request.params.tip_bps,
    };
    RESERVATIONS.save(storage, job, &held)?;
    Ok(Assignment {
        job,
        node: pick.node,
        provider: record.provider,
        price: pick.price,
        collateral,
    })
}

/// Ends a reservation: once, because the record goes.
fn give_back(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    now_secs: u64,
    job: u64,
    outcome: &Outcome,
) -> Result<(), ContractError> {
    let held = RESERVATIONS
        .may_load(storage, job)?
        .ok_or(ContractError::NotReserved { job })?;
    RESERVATIONS.remove(storage, job);
    let record = NODES.load(storage, held.node)?;
    let mut load = LOADS.load(storage, held.node)?;
    // Capacity is no money: were its ledger ever wrong, a job must still be able to end.
    load.reserved = Resources::from_array(load.reserved)
        .saturating_sub(&Resources::from_array(held.need))
        .to_array();
    load.locked = load.locked.checked_sub(held.collateral)?;
    load.running = load.running.saturating_sub(1);
    let outcome_name = match outcome {
        Outcome::Settled => {
            load.settled = load.settled.saturating_add(1);
            make_good(&mut load, held.price);
            "settled"
        }
        Outcome::Closed => {
            // Work that was not done does not count against the node's next turn.
            load.virtual_time = load.virtual_time.saturating_sub(held.work);
            "closed"
        }
        Outcome::Faulted => {
            punish(storage, journal, job, &record, &mut load, &held, None)?;
            "faulted"
        }
        Outcome::NoShow { reporter } => {
            let reporter_addr = Addr::unchecked(reporter);
            let reporter = Some(reporter_addr);
            punish(storage, journal, job, &record, &mut load, &held, reporter)?;
            "no_show"
        }
    };
    let eligible = load.row.is_some() || is_eligible(storage, now_secs, &record, &load)?;
    index::refresh(storage, held.node, &record, &mut load, eligible)?;
    journal.note(NodeReleased {
        job,
        node: held.node,
        outcome: outcome_name,
    });
    Ok(())
}

/// A paid job makes good its price, which may be less than its worth. Strikes go when all
/// that was missed is made good: a job that the node's owner pays itself clears no more than
/// it was paid.
fn make_good(load: &mut Load, price: Uint128) {
    load.missed = load.missed.saturating_sub(price);
    if load.missed.is_zero() {
        load.strikes = 0;
    }
}

/// A missed deadline costs bond: a tip to the reporter, whoever that is, the rest to the
/// kitty. The requester has its money back and gets nothing more, or staging failures would
/// pay: the tip is always less than what the node loses.
fn punish(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    job: u64,
    record: &NodeRecord,
    load: &mut Load,
    held: &Reservation,
    reporter: Option<Addr>,
) -> Result<(), ContractError> {
    let amount = no_show(held.worth, held.collateral, load.strikes, held.no_show_bps)?;
    let tip = match &reporter {
        Some(_) => share(amount, held.tip_bps.into())?,
        None => Uint128::zero(),
    };
    load.strikes = load.strikes.saturating_add(1);
    load.missed = load.missed.saturating_add(held.worth);
    load.bond = load.bond.checked_sub(amount)?;
    let kitty = bond::pay_out_of_bond(
        storage,
        record.provider,
        record.spec.denom,
        reporter.as_ref(),
        tip,
        amount.checked_sub(tip)?,
    )?;
    journal.note(NodeSlashed {
        job,
        node: held.node,
        denom_id: record.spec.denom,
        amount,
        tip,
        reporter: reporter.map_or_else(|| "none".to_owned(), Addr::into_string),
        kitty,
    });
    Ok(())
}
