//! What a new node takes, and whether its owner has it, before the first coin is spent.

use cw20::{BalanceResponse, Cw20QueryMsg};
use surge_interface::{
    registry::{Market, ProviderResponse},
    Resources, UncheckedDenom,
};

use super::{free_bond, Join};
use crate::{machine::detect, settings::Offer, suite::Suite, Error};

/// A new node as far as the network has to know it: everything is looked up before the
/// first coin is spent.
pub struct Plan<'a> {
    pub region: &'a str,
    pub region_id: u8,
    pub class: u8,
    pub market: Market,
    pub bond: u128,
    pub denom: &'a UncheckedDenom,
    pub capacity: Resources,
}

pub fn plan<'a>(suite: &Suite, offer: &'a Offer, join: &'a Join) -> Result<Plan<'a>, Error> {
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
    let regions = suite.regions()?;
    let names = regions.iter().map(|found| found.name.as_str());
    Ok(Plan {
        region,
        region_id: position(names, region, "region")?,
        class,
        market,
        bond: *bond,
        denom,
        capacity: detect()?.offered(offer)?,
    })
}

/// Gas of all steps of joining with a margin: registering or a hot key, bond and node take less
/// than 200,000 each.
const JOINING_GAS: u64 = 1_000_000;

/// Fails when the owner has not what all steps take: the bond that is missing, and the fees.
pub fn ensure_purse(
    suite: &Suite,
    provider: Option<&ProviderResponse>,
    plan: &Plan<'_>,
    join: &Join,
) -> Result<(), Error> {
    let Plan { bond, denom, .. } = plan;
    let free = provider.map_or(0, |provider| free_bond(provider, plan.market.denom));
    let missing = bond.saturating_sub(free);
    let fee = &suite.chain.network().fee;
    let (fees, coin) = (
        fee.of(JOINING_GAS)?,
        UncheckedDenom::Native(fee.denom.clone()),
    );
    let needed = match **denom == coin {
        true => vec![(missing.saturating_add(fees), &coin)],
        false => vec![(missing, *denom), (fees, &coin)],
    };
    let owner = join.owner.address();
    for (needed, denom) in needed {
        let held = held(suite, owner, denom)?;
        if held < needed {
            return Err(Error::NotReady {
                what: format!(
                    "{owner} holds {held} base units of {denom}, and joining takes up to {needed}: a bond of {bond} of {}, of which {free} are bonded and free, and {fees} of {coin} for gas",
                    plan.denom
                ),
                next: "send the owner what is missing, or join with less: --bond AMOUNT".to_owned(),
            });
        }
    }
    Ok(())
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
