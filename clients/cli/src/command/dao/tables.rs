//! Rows of the registry's tables: regions, classes of nodes, denominations. What is not named
//! of a row stays as it is now.

use std::str::FromStr;

use cosmwasm_std::Uint128;
use surge_interface::{
    registry::{Class, ClassesResponse, Market, QueryMsg, Region},
    Kind, Resources, UncheckedDenom, UnitPrices,
};

use crate::{
    failure::{Failure, Outcome},
    keys, listed,
    money::{Amount, Coinage},
    session::Session,
};

/// Names with what is said of each.
type Said = [(String, Vec<String>)];

/// Kinds of resources as words.
const KINDS: [(&str, Kind); 5] = [
    ("milli_cpu", Kind::MilliCpu),
    ("memory_mib", Kind::MemoryMib),
    ("gpus", Kind::Gpus),
    ("storage_gib", Kind::StorageGib),
    ("bandwidth_mbps", Kind::BandwidthMbps),
];

/// Regions by id, as they shall be.
pub fn regions(said: &Said, session: &Session) -> Outcome<Vec<(u8, Region)>> {
    if said.is_empty() {
        return Ok(vec![]);
    }
    let mut all = listed::regions(session)?.regions;
    let mut changed = vec![];
    for (name, fields) in said {
        let known = all.iter().position(|region| region.name == *name);
        let index = known.unwrap_or(all.len());
        let mut names: Vec<String> = all.iter().map(|region| region.name.clone()).collect();
        if known.is_none() {
            names.push(name.clone());
        }
        let before = all.get(index);
        let mut jurisdiction = before.map(|region| region.jurisdiction.clone());
        let mut clean_ppm = before.map(|region| region.clean_ppm);
        let mut rtt_ms: Vec<Option<u16>> = match before {
            Some(region) => region.rtt_ms.iter().copied().map(Some).collect(),
            None => vec![None; names.len()],
        };
        for field in fields {
            let (field, value) = assigned(field)?;
            match field {
                "jurisdiction" => jurisdiction = Some(value.to_owned()),
                "clean_percent" => clean_ppm = Some(ppm(value)?),
                _ => {
                    let other = field.strip_prefix("rtt.").ok_or_else(|| {
                        unknown(name, field, "jurisdiction, clean_percent, rtt.REGION")
                    })?;
                    let place = names.iter().position(|name| name == other);
                    let rtt = place.and_then(|place| rtt_ms.get_mut(place));
                    let rtt =
                        rtt.ok_or_else(|| unknown("the network", other, &names.join(", ")))?;
                    *rtt = Some(number(field, value)?);
                }
            }
        }
        let missing = |what: String| {
            Failure::new(format!("{name} is a new region: {what} is missing")).next(format!(
                "say it too: --region {name} jurisdiction=DE clean_percent=60 rtt.{name}=2 …"
            ))
        };
        let round_trips = names.iter().zip(rtt_ms);
        let region = Region {
            name: name.clone(),
            jurisdiction: jurisdiction.ok_or_else(|| missing("jurisdiction".to_owned()))?,
            clean_ppm: clean_ppm.ok_or_else(|| missing("clean_percent".to_owned()))?,
            rtt_ms: round_trips
                .map(|(other, rtt)| rtt.ok_or_else(|| missing(format!("rtt.{other}"))))
                .collect::<Outcome<_>>()?,
        };
        match all.get_mut(index) {
            Some(known) => *known = region.clone(),
            None => {
                // The others know the way to it then too.
                for (other, rtt) in all.iter_mut().zip(&region.rtt_ms) {
                    other.rtt_ms.push(*rtt);
                }
                all.push(region.clone());
            }
        }
        changed.push((id(index)?, region));
    }
    Ok(changed)
}

/// Classes by id, as they shall be.
pub fn classes(said: &Said, session: &Session) -> Outcome<Vec<(u8, Class)>> {
    if said.is_empty() {
        return Ok(vec![]);
    }
    let registry = session.contracts()?.registry;
    let answer: ClassesResponse = session.ask(&registry, &QueryMsg::Classes {})?;
    let mut all = answer.classes;
    let mut changed = vec![];
    for (name, fields) in said {
        let known = all.iter().position(|class| class.name == *name);
        let index = known.unwrap_or(all.len());
        let mut class = match all.get(index) {
            Some(class) => class.clone(),
            None => Class {
                name: name.clone(),
                leading: leading(name, fields)?,
                smallest: Resources::default(),
                markets: vec![],
            },
        };
        for field in fields {
            change(&mut class, field, known.is_some(), session)?;
        }
        match all.get_mut(index) {
            Some(known) => *known = class.clone(),
            None => all.push(class.clone()),
        }
        changed.push((id(index)?, class));
    }
    Ok(changed)
}

fn leading(name: &str, fields: &[String]) -> Outcome<Kind> {
    let said = fields
        .iter()
        .find_map(|field| field.strip_prefix("leading="));
    let said = said.ok_or_else(|| {
        Failure::new(format!("{name} is a new class: leading is missing")).next(format!(
            "say which resource its jobs always need: --class {name} leading=gpus …"
        ))
    })?;
    kind(said)
}

/// Changes one thing of a class.
fn change(class: &mut Class, said: &str, known: bool, session: &Session) -> Outcome<()> {
    let (field, value) = assigned(said)?;
    let parts: Vec<&str> = field.split('.').collect();
    match parts.as_slice() {
        ["leading"] if known && kind(value)? != class.leading => {
            let name = &class.name;
            return Err(
                Failure::new(format!("the leading resource of {name} never changes"))
                    .next("add a class of another name"),
            );
        }
        ["leading"] => {}
        ["smallest", of] => {
            let mut smallest = class.smallest.to_array();
            put(&mut smallest, kind(of)?, number(field, value)?);
            class.smallest = Resources::from_array(smallest);
        }
        ["price", coin, of] => {
            let market = market(class, &session.coinage_called(coin)?, session)?;
            let mut prices = market.reference.to_array();
            put(&mut prices, kind(of)?, number(field, value)?);
            market.reference = UnitPrices::from_array(prices);
        }
        [what @ ("bond" | "tip"), coin] => {
            let coinage = session.coinage_called(coin)?;
            let amount = Amount::parse(value, std::slice::from_ref(&coinage))?.base;
            let market = market(class, &coinage, session)?;
            match *what {
                "bond" => market.smallest_bond = Uint128::new(amount),
                _ => market.evict_tip = Uint128::new(amount),
            }
        }
        _ => {
            let fields = "leading, smallest.KIND, price.COIN.KIND, bond.COIN, tip.COIN";
            return Err(unknown(&class.name, field, fields));
        }
    }
    Ok(())
}

/// The class's market in a denomination; a new one without prices when there is none.
fn market<'a>(
    class: &'a mut Class,
    coinage: &Coinage,
    session: &Session,
) -> Outcome<&'a mut Market> {
    let denom = listed::denom_id(session, coinage)?;
    let place = class
        .markets
        .iter()
        .position(|market| market.denom == denom);
    let place = place.unwrap_or_else(|| {
        class.markets.push(Market {
            denom,
            reference: UnitPrices::default(),
            smallest_bond: Uint128::zero(),
            evict_tip: Uint128::zero(),
        });
        class.markets.len() - 1
    });
    class
        .markets
        .get_mut(place)
        .ok_or_else(|| Failure::new("the class has no such market"))
}

/// A denomination: one with a name here, a token by its address, or a native one.
pub fn denom(word: &str, session: &Session) -> UncheckedDenom {
    if let Ok(known) = session.coinage_called(word) {
        return known.denom;
    }
    match keys::is_address(session.network(), word) {
        true => UncheckedDenom::Cw20(word.to_owned()),
        false => UncheckedDenom::Native(word.to_owned()),
    }
}

fn put<T>(vector: &mut [T; 5], kind: Kind, value: T) {
    let mut places = Kind::ALL.iter().zip(vector);
    if let Some((_, place)) = places.find(|(of, _)| **of == kind) {
        *place = value;
    }
}

fn kind(word: &str) -> Outcome<Kind> {
    let found = KINDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, kind)| *kind).ok_or_else(|| {
        let names = KINDS.map(|(name, _)| name).join(", ");
        unknown("a machine", word, &names)
    })
}

fn number<T: FromStr>(field: &str, value: &str) -> Outcome<T> {
    value.parse().map_err(|_| {
        Failure::new(format!("{field}: {value:?} is no number that fits"))
            .next("write digits alone")
    })
}

/// A share in percent, with up to four decimal places, in millionths.
fn ppm(text: &str) -> Outcome<u32> {
    let share = Amount::parse(text, &[Coinage::share()])?;
    u32::try_from(share.base)
        .ok()
        .filter(|ppm| *ppm <= 1_000_000)
        .ok_or_else(|| Failure::new(format!("{share} is more than all")).next("write 0 to 100"))
}

fn assigned(text: &str) -> Outcome<(&str, &str)> {
    text.split_once('=')
        .ok_or_else(|| Failure::new(format!("{text:?} is no FIELD=VALUE")))
}

fn unknown(of: &str, field: &str, known: &str) -> Failure {
    Failure::new(format!("{of} has no {field:?}")).next(format!("choose one of {known}"))
}

fn id(index: usize) -> Outcome<u8> {
    u8::try_from(index).map_err(|_| Failure::new(format!("there is no room for number {index}")))
}
