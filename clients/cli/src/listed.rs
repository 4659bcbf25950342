//! What the registry lists, by name and by number.

use surge_interface::{
    registry::{ClassesResponse, DenomsResponse, QueryMsg, RegionsResponse},
    UncheckedDenom,
};

use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
    session::Session,
};

/// All regions by id.
pub fn regions(session: &Session) -> Outcome<RegionsResponse> {
    session.ask(&session.contracts()?.registry, &QueryMsg::Regions {})
}

/// A region by name.
pub fn region_id(session: &Session, name: &str) -> Outcome<u8> {
    let regions = regions(session)?.regions;
    let position = regions.iter().position(|region| region.name == name);
    position
        .and_then(|position| u8::try_from(position).ok())
        .ok_or_else(|| {
            let names: Vec<&str> = regions.iter().map(|region| region.name.as_str()).collect();
            Failure::new(format!("there is no region {name:?}"))
                .next(format!("choose one of {}", names.join(", ")))
        })
}

/// A class by name.
pub fn class_id(session: &Session, name: &str) -> Outcome<u8> {
    let classes: ClassesResponse =
        session.ask(&session.contracts()?.registry, &QueryMsg::Classes {})?;
    let position = classes.classes.iter().position(|class| class.name == name);
    position
        .and_then(|position| u8::try_from(position).ok())
        .ok_or_else(|| {
            let names: Vec<&str> = classes
                .classes
                .iter()
                .map(|class| class.name.as_str())
                .collect();
            Failure::new(format!("there is no class {name:?}"))
                .next(format!("choose one of {}", names.join(", ")))
        })
}

/// The registry's number for a denomination.
pub fn denom_id(session: &Session, coinage: &Coinage) -> Outcome<u8> {
    let answer: DenomsResponse =
        session.ask(&session.contracts()?.registry, &QueryMsg::Denoms {})?;
    let position = answer
        .denoms
        .iter()
        .position(|denom| UncheckedDenom::from(denom.clone()) == coinage.denom);
    position
        .and_then(|position| u8::try_from(position).ok())
        .ok_or_else(|| Failure::new(format!("the registry does not list {}", coinage.display)))
}

/// What the registry's denomination of this number is called.
pub fn coinage(session: &Session, denom: u8) -> Outcome<Coinage> {
    let answer: DenomsResponse =
        session.ask(&session.contracts()?.registry, &QueryMsg::Denoms {})?;
    let listed = answer.denoms.get(usize::from(denom)).cloned();
    let listed = listed
        .map(UncheckedDenom::from)
        .ok_or_else(|| Failure::new(format!("the registry lists no denomination {denom}")))?;
    Ok(session.coinage(&listed))
}
