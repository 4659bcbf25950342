//! What a new node takes, and whether its owner has it, before the first coin is spent.

use cw20::{BalanceResponse, Cw20QueryMsg};
use surge_interface::{
    registry::{Class, Market, ProviderResponse, ProviderStatus, MAX_NODES},
    resources::Kind,
    Resources, UncheckedDenom,
};

use super::{free_bond, Join};
use crate::{machine::detect, settings::Offer, suite::Suite, Error};

/// A new node as far as the network has to know it.
pub struct Plan<'a> {
    pub region: &'a str,
    pub region_id: u8,
    pub class: u8,
    pub market: Market,
    pub bond: u128,
    pub denom: &'a UncheckedDenom,
    pub capacity: Resources,
}

/// Looks everything up that the network asks of a new node. Fails when it would not take it.
pub fn plan<'a>(
    suite: &Suite,
    provider: Option<&ProviderResponse>,
    offer: &'a Offer,
    join: &'a Join,
) -> Result<Plan<'a>, Error> {
    ensure_open(suite, provider)?;
    let (Some((bond, denom)), Some(region)) = (&join.bond, &offer.region) else {
        return Err(Error::Settings(
            "a new node needs a region and a bond: --region NAME --bond AMOUNT, or [offer] region and bond"
                .to_owned(),
        ));
    };
    let classes = suite.classes()?;
    let names = classes.iter().map(|class| class.name.as_str());
    let class = position(names, &offer.class, "class")?;
    let market = market(suite, class, denom)?;
    if *bond < market.smallest_bond.u128() {
        return Err(Error::Settings(format!(
            "the bond is {bond} base units of {denom}; a node needs at least {}",
            market.smallest_bond
        )));
    }
    let capacity = detect()?.offered(offer)?;
    if let Some(class) = classes.get(usize::from(class)) {
        ensure_large(capacity, class)?;
    }
    let regions = suite.regions()?;
    let names = regions.iter().map(|found| found.name.as_str());
    Ok(Plan {
        region,
        region_id: position(names, region, "region")?,
        class,
        market,
        bond: *bond,
        denom,
        capacity,
    })
}

/// Fails when the network takes no new node, or none of this provider.
fn ensure_open(suite: &Suite, provider: Option<&ProviderResponse>) -> Result<(), Error> {
    let refused = |what: String, next: &str| {
        let next = next.to_owned();
        Err(Error::NotReady { what, next })
    };
    if !suite.intake_open()? {
        let what = "the network takes no new providers and nodes now".to_owned();
        return refused(what, "try again later: its owner opens it again");
    }
    let Some(ProviderResponse { id, record, .. }) = provider else {
        return Ok(());
    };
    if record.status != ProviderStatus::Active {
        let what = format!("provider {id} is {:?} and adds no nodes", record.status);
        return refused(what, "have it take jobs again first: surge provider resume");
    }
    if record.nodes >= MAX_NODES {
        let what = format!(
            "provider {id} has {} nodes, and {MAX_NODES} are the most",
            record.nodes
        );
        return refused(
            what,
            "remove one, or register as another provider with another key",
        );
    }
    Ok(())
}

/// Fails when this is less than a node of the class has to offer.
fn ensure_large(capacity: Resources, class: &Class) -> Result<(), Error> {
    let names = [
        "milli_cpu",
        "memory_mib",
        "gpus",
        "storage_gib",
        "bandwidth_mbps",
    ];
    let all = names.into_iter().zip(Kind::ALL);
    let lacks: Vec<String> = all
        .filter(|(_, kind)| capacity.of(*kind) < class.smallest.of(*kind))
        .map(|(name, kind)| {
            let (has, needs) = (capacity.of(kind), class.smallest.of(kind));
            format!("{name} {has}, and {needs} are the least")
        })
        .collect();
    if lacks.is_empty() {
        return Ok(());
    }
    Err(Error::Settings(format!(
        "this machine would offer too little for class {}: {}; offer more of it, with --cores, --memory-mib or --storage-gib, or in [offer] of the settings",
        class.name,
        lacks.join("; ")
    )))
}

/// Gas of all steps of joining, rounded up: registering or a hot key, bond and node take
/// 160,000, 220,000 and 190,000 (`gas/table.json`).
const JOINING_GAS: u64 = 600_000;

impl Plan<'_> {
    /// Fails when the owner has not what all steps take: the bond that is missing, and the
    /// fees.
    pub fn ensure_purse(
        &self,
        suite: &Suite,
        provider: Option<&ProviderResponse>,
        join: &Join,
    ) -> Result<(), Error> {
        let (bond, denom) = (self.bond, self.denom);
        let free = provider.map_or(0, |provider| free_bond(provider, self.market.denom));
        let missing = bond.saturating_sub(free);
        let fee = &suite.chain.network().fee;
        let fees = fee.of(fee.limit_of(JOINING_GAS)?)?;
        let coin = UncheckedDenom::Native(fee.denom.clone());
        let needed = match *denom == coin {
            true => vec![(missing.saturating_add(fees), &coin)],
            false => vec![(missing, denom), (fees, &coin)],
        };
        let owner = join.owner.address();
        for (needed, of) in needed {
            let held = held(suite, owner, of)?;
            if held < needed {
                return Err(Error::NotReady {
                    what: format!(
                        "{owner} holds {held} base units of {of}, and joining takes up to {needed}: a bond of {bond} of {denom}, of which {free} are bonded and free, and {fees} of {coin} for gas"
                    ),
                    next: "send the owner what is missing, or join with less: --bond AMOUNT".to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// What an address holds, in base units.
fn held(suite: &Suite, address: &str, denom: &UncheckedDenom) -> Result<u128, Error> {
    match denom {
        UncheckedDenom::Native(denom) => Ok(suite.chain.balance(address, denom)?),
        UncheckedDenom::Cw20(token) => {
            let address = address.to_owned();
            let msg = Cw20QueryMsg::Balance { address };
            let answer: BalanceResponse = suite.chain.smart(token, &msg)?;
            Ok(answer.balance.u128())
        }
    }
}

/// The market of the class of this number in a denomination.
pub fn market(suite: &Suite, class: u8, denom: &UncheckedDenom) -> Result<Market, Error> {
    let denoms = suite.denoms()?;
    let listed = denoms.iter().position(|listed| listed == denom);
    let class = suite.classes()?.into_iter().nth(usize::from(class));
    let (name, markets) = class
        .map(|class| (class.name, class.markets))
        .unwrap_or_default();
    let mut markets = markets.into_iter();
    markets
        .find(|market| Some(usize::from(market.denom)) == listed)
        .ok_or_else(|| Error::Settings(format!("class {name} has no market in {denom}")))
}

pub fn position<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    wanted: &str,
    what: &str,
) -> Result<u8, Error> {
    names
        .clone()
        .position(|name| name == wanted)
        .and_then(|position| u8::try_from(position).ok())
        .ok_or_else(|| {
            let names: Vec<&str> = names.collect();
            Error::Settings(format!(
                "there is no {what} {wanted:?}; there are {}",
                names.join(", ")
            ))
        })
}
