//! Joining with a machine, and changing what it offers: what only the owner's key may do.
//! Each step looks at the chain first, so whatever was interrupted goes on where it stood.

mod plan;

use std::{thread, time::Duration};

use cosmrs::Any;
use cosmwasm_std::{coins, Binary, Uint128};
use cw20::Cw20ExecuteMsg;
use surge_chain::{execute, Key, Limit};
use surge_interface::{
    registry::{ExecuteMsg, NodeResponse, NodeSpec, ProviderResponse, ReceiveMsg},
    Resources, UncheckedDenom, UnitPrices,
};
use tracing::{info, warn};

use crate::{
    journal::{Journal, Purpose, Sent},
    machine::detect,
    outbox::{self, News, Note, Outgoing},
    own::{self, joining, listens},
    settings::Offer,
    suite::Suite,
    Error,
};

use plan::{market, plan, Plan};

/// What a new node asks when its owner says nothing, in percent of the reference prices.
const ALL: u64 = 100;
/// Time between two looks at a transaction.
const LOOK: Duration = Duration::from_millis(300);

/// Who is asked before a step is signed.
pub type Agree = Box<dyn Fn(&Step) -> Result<(), Error>>;

/// What the owner brings to join with a machine.
pub struct Join {
    /// The cold key.
    pub owner: Key,
    /// Bond behind the node, in base units of a denomination; needed for a new node.
    pub bond: Option<(u128, UncheckedDenom)>,
    /// Where earnings go; the owner when absent. Counts when the provider is registered.
    pub payout: Option<String>,
    /// Whether the machine is a further one beside those that the provider has.
    pub add: bool,
    /// Whether the hot key replaces another one that stands there, for all machines.
    pub replace_operator: bool,
    /// Hears of each step before it is signed, and may refuse it.
    pub agree: Agree,
}

/// A step that the owner's key signs.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// One plain sentence.
    pub sentence: String,
    /// What moves: base units of a denomination, from the owner to the registry.
    pub moves: Option<(u128, UncheckedDenom)>,
    /// Gas that a simulation used.
    pub gas: u64,
    /// The fee, in base units.
    pub fee: u128,
}

/// A step that is not simulated yet.
struct Wanted {
    sentence: String,
    moves: Option<(u128, UncheckedDenom)>,
    message: Any,
}

/// Does what is missing until the machine offers what its owner says. The node that it adds
/// is the journal's from then on.
pub fn run(
    suite: &Suite,
    journal: &mut Journal,
    note: &Note,
    operator: &str,
    named: Option<u32>,
    offer: &Offer,
    join: &Join,
) -> Result<(), Error> {
    wait(suite, journal)?;
    loop {
        let known = own::known(journal)?;
        let Some(wanted) = next(suite, operator, named.or(known), offer, join)? else {
            return Ok(());
        };
        let simulated = suite
            .chain
            .simulate(join.owner.account(), std::slice::from_ref(&wanted.message))?;
        (join.agree)(&Step {
            sentence: wanted.sentence.clone(),
            moves: wanted.moves,
            gas: simulated.gas_used,
            fee: simulated.fee,
        })?;
        let outgoing = Outgoing {
            signer: &join.owner,
            messages: &[wanted.message],
            purpose: Purpose::Join,
            job: None,
            also: &[],
            limit: Limit::Gas(simulated.gas_limit),
        };
        if let News::Refused(_, error) = outbox::send(&suite.chain, journal, note, &outgoing)? {
            return Err(error.into());
        }
        let included = wait(suite, journal)?;
        info!(
            event = "joined",
            step = wanted.sentence,
            tx = included,
            "joined further"
        );
    }
}

/// Waits until nothing is on its way. Answers the hash of what landed.
fn wait(suite: &Suite, journal: &mut Journal) -> Result<Option<String>, Error> {
    let mut landed = None;
    loop {
        match outbox::look(&suite.chain, journal, |_| None)? {
            News::Nothing => return Ok(landed),
            News::Included(tx, _) => landed = Some(tx.hash),
            News::Failed(tx, why) => failed(&tx, &why)?,
            News::Refused(tx, error) if tx.purpose == Purpose::Join => return Err(error.into()),
            News::Refused(..) => {}
            News::Waiting | News::Lapsed(_) => thread::sleep(LOOK),
        }
    }
}

/// What failed ends the start only where the owner asked for it: something that the node
/// had still on its way is looked at again once it runs.
fn failed(tx: &Sent, why: &str) -> Result<(), Error> {
    if tx.purpose == Purpose::Join {
        return Err(Error::Settings(format!("the chain refused: {why}")));
    }
    warn!(
        event = "failed_in_block",
        what = tx.purpose.word(),
        job = tx.job,
        also = tx.others(),
        tx = tx.hash,
        fee = %tx.fee,
        why,
        "refused"
    );
    Ok(())
}

/// The first thing that is missing.
fn next(
    suite: &Suite,
    operator: &str,
    named: Option<u32>,
    offer: &Offer,
    join: &Join,
) -> Result<Option<Wanted>, Error> {
    let call = |sentence: String, msg: &ExecuteMsg| -> Result<Option<Wanted>, Error> {
        let registry = &suite.contracts.registry;
        Ok(Some(Wanted {
            sentence,
            moves: None,
            message: execute(join.owner.address(), registry, msg, &[])?,
        }))
    };
    let Some(provider) = suite.provider_of(join.owner.address())? else {
        plan(suite, None, offer, join)?.ensure_purse(suite, None, join)?;
        let msg = ExecuteMsg::RegisterProvider {
            operator: operator.to_owned(),
            payout: join.payout.clone(),
            profile_uri: String::new(),
        };
        return call("Registers you as a provider.".to_owned(), &msg);
    };
    if provider.record.owner.as_str() != join.owner.address() {
        return Err(Error::Settings(format!(
            "{} is the operator of provider {}, not its owner",
            join.owner.address(),
            provider.id
        )));
    }
    // Before anything is sent: which machine it is, whether it may join, and whether its hot key
    // may be this one.
    let nodes = suite.nodes_of(provider.id)?;
    let joins = match joining(&nodes, provider.id, named, join.add)? {
        Some(node) => Joins::Is(node),
        None => Joins::New(plan(suite, Some(&provider), offer, join)?),
    };
    if !listens(&provider, &nodes, operator, join.replace_operator)? {
        if let Joins::New(plan) = &joins {
            // A hot key that is replaced for a machine that cannot join silences the others.
            plan.ensure_purse(suite, Some(&provider), join)?;
        }
        let msg = ExecuteMsg::UpdateProvider {
            operator: Some(operator.to_owned()),
            profile_uri: None,
        };
        return call(
            format!("Makes {operator} the hot key of provider {}.", provider.id),
            &msg,
        );
    }
    match joins {
        Joins::New(plan) => add(suite, &provider, plan, offer, join, call),
        Joins::Is(node) => change(suite, &provider, node, offer, join, call),
    }
}

/// What this machine is of the provider's.
enum Joins<'a> {
    /// This node.
    Is(&'a NodeResponse),
    /// None yet.
    New(Plan<'a>),
}

/// Bond first, then the node.
fn add(
    suite: &Suite,
    provider: &ProviderResponse,
    plan: Plan<'_>,
    offer: &Offer,
    join: &Join,
    call: impl Fn(String, &ExecuteMsg) -> Result<Option<Wanted>, Error>,
) -> Result<Option<Wanted>, Error> {
    let Plan {
        region,
        region_id,
        class,
        market,
        bond,
        denom,
        capacity,
    } = plan;
    if let Some(step) = top_up(suite, provider, join, bond, denom, market.denom)? {
        return Ok(Some(step));
    }
    let percent = offer.price_percent.unwrap_or(ALL);
    let tiers = surge_interface::registry::BANDWIDTH_TIERS_MBPS;
    let tier = tiers.iter().position(|tier| *tier == offer.line_mbps);
    let msg = ExecuteMsg::AddNode {
        spec: NodeSpec {
            class,
            denom: market.denom,
            region: region_id,
            bandwidth_tier: tier
                .and_then(|tier| u8::try_from(tier).ok())
                .unwrap_or_default(),
            capacity,
            prices: asked(market.reference, percent),
            watts: offer.watts,
            clean_ppm: offer.clean_percent.saturating_mul(10_000),
        },
        bond: Uint128::new(bond),
    };
    let sentence = format!(
        "Adds this machine with {} cores, {} MiB and {} GiB in {region}, at {} % of the reference prices.",
        cores(capacity),
        capacity.memory_mib,
        capacity.storage_gib,
        percent
    );
    call(sentence, &msg)
}

/// What the owner says and the chain does not know yet.
fn change(
    suite: &Suite,
    provider: &ProviderResponse,
    node: &NodeResponse,
    offer: &Offer,
    join: &Join,
    call: impl Fn(String, &ExecuteMsg) -> Result<Option<Wanted>, Error>,
) -> Result<Option<Wanted>, Error> {
    let denoms = suite.denoms()?;
    let Some(denom) = denoms.get(usize::from(node.spec.denom)) else {
        return Ok(None);
    };
    // Only what is said changes: a node that asks more than the reference goes on doing so.
    let prices = match offer.price_percent {
        // A node keeps its class, whichever one is offered.
        Some(percent) => asked(market(suite, node.spec.class, denom)?.reference, percent),
        None => node.spec.prices,
    };
    let said = detect()?.offered(offer)?;
    let now = node.spec.capacity;
    // Where the owner is silent, what is there stays.
    let pick = |said_so: bool, said: u32, now: u32| if said_so { said } else { now };
    let capacity = Resources {
        milli_cpu: pick(offer.cores.is_some(), said.milli_cpu, now.milli_cpu),
        memory_mib: pick(offer.memory_mib.is_some(), said.memory_mib, now.memory_mib),
        storage_gib: pick(
            offer.storage_gib.is_some(),
            said.storage_gib,
            now.storage_gib,
        ),
        ..now
    };
    let bond = join
        .bond
        .as_ref()
        .filter(|(_, of)| of == denom)
        .map(|(bond, _)| *bond);
    let bond = bond.filter(|bond| *bond > node.bond.u128());
    if let Some(bond) = bond {
        let missing = bond - node.bond.u128();
        if let Some(step) = top_up(suite, provider, join, missing, denom, node.spec.denom)? {
            return Ok(Some(step));
        }
    }
    if capacity == now && prices == node.spec.prices && bond.is_none() {
        return Ok(None);
    }
    let msg = ExecuteMsg::UpdateNode {
        node: node.id,
        capacity: (capacity != now).then_some(capacity),
        prices: (prices != node.spec.prices).then_some(prices),
        bond: bond.map(Uint128::new),
        watts: None,
        clean_ppm: None,
    };
    let price = match offer.price_percent {
        Some(percent) => format!("at {percent} % of the reference prices"),
        None => "at the prices that it has".to_owned(),
    };
    let sentence = format!(
        "Changes what node {} offers: {} cores, {} MiB, {} GiB, {price}.",
        node.id,
        cores(capacity),
        capacity.memory_mib,
        capacity.storage_gib
    );
    call(sentence, &msg)
}

/// Bond of a provider that is behind none of its nodes, in base units of the registry's
/// denomination of this number.
fn free_bond(provider: &ProviderResponse, denom_id: u8) -> u128 {
    let mut bonds = provider.bonds.iter();
    let bond = bonds.find(|bond| bond.denom == denom_id);
    bond.map(|bond| bond.free.u128()).unwrap_or_default()
}

/// Adds to the provider's bond what is missing for so much of it to be free.
fn top_up(
    suite: &Suite,
    provider: &ProviderResponse,
    join: &Join,
    needed: u128,
    denom: &UncheckedDenom,
    denom_id: u8,
) -> Result<Option<Wanted>, Error> {
    let missing = needed.saturating_sub(free_bond(provider, denom_id));
    if missing == 0 {
        return Ok(None);
    }
    let (owner, registry) = (join.owner.address(), &suite.contracts.registry);
    let provider = provider.id;
    let message = match denom {
        UncheckedDenom::Native(denom) => {
            let msg = ExecuteMsg::Bond { provider };
            execute(owner, registry, &msg, &coins(missing, denom))?
        }
        UncheckedDenom::Cw20(token) => {
            let inside = serde_json::to_vec(&ReceiveMsg::Bond { provider });
            let msg = Cw20ExecuteMsg::Send {
                contract: registry.clone(),
                amount: Uint128::new(missing),
                msg: Binary::new(inside.map_err(surge_chain::Error::from)?),
            };
            execute(owner, token, &msg, &[])?
        }
    };
    Ok(Some(Wanted {
        sentence: format!("Adds to the bond of provider {provider}."),
        moves: Some((missing, denom.clone())),
        message,
    }))
}

/// Processor cores of a capacity, to the thousandth.
fn cores(capacity: Resources) -> f64 {
    f64::from(capacity.milli_cpu) / 1e3
}

/// So many percent of the reference prices.
fn asked(prices: UnitPrices, percent: u64) -> UnitPrices {
    let scaled = |price: u64| price.saturating_mul(percent) / 100;
    UnitPrices::from_array(prices.to_array().map(scaled))
}

#[cfg(test)]
mod tests;
