//! Where files of jobs lie, for requesters and nodes.

use surge_chain::{Kind, Network};
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

/// Refuses the user's own folder where others have to read it: on every network that is not
/// this machine.
pub fn ensure_shared(named: Option<&str>, network: &Network) -> Outcome<()> {
    if named.is_some() || network.kind == Kind::Local {
        return Ok(());
    }
    let folder = place(None)?;
    Err(Failure::new(format!(
        "files would lie in {folder}, which no other machine of {} can read",
        network.chain_id
    ))
    .next("name a store that others reach: --store http://HOST:PORT (surge store serve is one), or a folder that all of them share: --store FOLDER"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn network(kind: &str) -> Network {
        let text = format!(
            "chain_id = \"far-1\"\nkind = \"{kind}\"\nprefix = \"wasm\"\nrpc = [\"http://127.0.0.1:1\"]\n[fee]\ndenom = \"ustake\"\ndisplay = \"STAKE\"\nexponent = 6\ngas_price = \"0.025\"\n"
        );
        Network::parse(&text, "a test").expect("a network")
    }

    #[test]
    fn ones_own_folder_is_a_store_on_one_machine_only() {
        assert!(ensure_shared(None, &network("local")).is_ok());
        for kind in ["test", "main"] {
            let failure = ensure_shared(None, &network(kind)).expect_err("nobody can read it");
            assert!(failure.what().contains("no other machine of far-1"));
            assert!(failure.step().is_some_and(|step| step.contains("--store")));
            assert!(ensure_shared(Some("/shared"), &network(kind)).is_ok());
        }
    }
}
