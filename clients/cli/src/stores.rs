//! Where files of jobs lie, for requesters and nodes.

use surge_store::{Error, Place, Stores};

use crate::{
    failure::{Failure, Outcome},
    home,
};

/// Shown to HTTP stores that are written to.
pub const TOKEN: &str = "SURGE_STORE_TOKEN";

/// Writes to the named place, or to the user's own folder; reads from it and the others.
pub fn open(named: Option<&str>, others: &[String], internet: bool) -> Outcome<Stores> {
    let others: Vec<Place> = others
        .iter()
        .map(|place| place.parse())
        .collect::<Result<_, _>>()?;
    let token = std::env::var(TOKEN).ok();
    Ok(Stores::new(&place(named)?, &others, internet, token)?)
}

/// The named place, or the user's own folder.
pub fn place(named: Option<&str>) -> Outcome<Place> {
    match named {
        Some(named) => Ok(named.parse()?),
        None => Ok(Place::Folder(home::home()?.join("store"))),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self::new(&error);
        match error {
            Error::NotAllowed { .. } => {
                failure.next("name the store that it lies in with --store or --fetch")
            }
            Error::Missing { .. } | Error::Unreachable { .. } => {
                failure.next("is the store running, and the file still there? try again later")
            }
            Error::WrongHash { .. } => {
                failure.next("whoever named it promised other bytes; a result can be disputed")
            }
            Error::Place { .. } => {
                failure.next("name a folder, or an address such as http://127.0.0.1:8480")
            }
            Error::Refused { status: 401, .. } => {
                failure.next(format!("set {TOKEN} to the store's token"))
            }
            _ => failure,
        }
    }
}
