//! Networks by name: the user's own files, those that come with the program, and the local
//! chain of `scripts/devnet`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use surge_chain::Network;

use crate::{
    failure::{Failure, Outcome},
    home,
};

/// The local chain's name.
pub const DEVNET: &str = "devnet";

/// Networks that come with the program.
const KNOWN: [(&str, &str); 4] = [
    (
        "osmosis-testnet",
        include_str!("../../../networks/osmosis-testnet.toml"),
    ),
    (
        "juno-testnet",
        include_str!("../../../networks/juno-testnet.toml"),
    ),
    (
        "neutron-testnet",
        include_str!("../../../networks/neutron-testnet.toml"),
    ),
    (
        "archway-testnet",
        include_str!("../../../networks/archway-testnet.toml"),
    ),
];

/// A network and where it is described.
pub struct Named {
    /// What it is called.
    pub name: String,
    /// File, or `built in`.
    pub origin: String,
    /// The network.
    pub network: Network,
}

/// The network of this name, or of the file at this path.
pub fn find(name: &str) -> Outcome<Named> {
    let path = Path::new(name);
    if path
        .extension()
        .is_some_and(|extension| extension == "toml")
    {
        return load(name, path);
    }
    let own = own_file(name)?;
    if own.is_file() {
        return load(name, &own);
    }
    if name == DEVNET {
        let file = devnet_file();
        if !file.is_file() {
            return Err(Failure::new("there is no devnet on this machine")
                .next("start one with: scripts/devnet up"));
        }
        return load(name, &file);
    }
    match KNOWN.iter().find(|(known, _)| *known == name) {
        Some((known, text)) => Ok(Named {
            name: (*known).to_owned(),
            origin: "built in".to_owned(),
            network: Network::parse(text, known)?,
        }),
        None => Err(Failure::new(format!("there is no network named {name}"))
            .next("see which there are with: surge network list")),
    }
}

/// All networks: the user's own hide built-in ones of the same name.
pub fn all() -> Outcome<Vec<Named>> {
    let mut names: Vec<String> = KNOWN.iter().map(|(name, _)| (*name).to_owned()).collect();
    if devnet_file().is_file() {
        names.push(DEVNET.to_owned());
    }
    for entry in fs::read_dir(folder()?).into_iter().flatten().flatten() {
        let path = entry.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            names.extend(
                path.file_stem()
                    .map(|stem| stem.to_string_lossy().into_owned()),
            );
        }
    }
    names.sort();
    names.dedup();
    names.iter().map(|name| find(name)).collect()
}

/// Adds a network of the user's own.
pub fn add(name: &str, network: &Network) -> Outcome<PathBuf> {
    let path = own_file(name)?;
    home::write(&path, network.to_toml()?.as_bytes())?;
    Ok(path)
}

fn load(name: &str, path: &Path) -> Outcome<Named> {
    Ok(Named {
        name: name.to_owned(),
        origin: path.display().to_string(),
        network: Network::load(path)?,
    })
}

fn folder() -> Outcome<PathBuf> {
    Ok(home::home()?.join("networks"))
}

fn own_file(name: &str) -> Outcome<PathBuf> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(Failure::new(format!(
            "{name:?} is no name of a network: letters, digits, - and _"
        )));
    }
    Ok(folder()?.join(format!("{name}.toml")))
}

/// Where `scripts/devnet` describes its chain.
fn devnet_file() -> PathBuf {
    let state = || {
        let home = std::env::var_os("HOME").unwrap_or_default();
        std::env::var_os("XDG_STATE_HOME")
            .map_or_else(|| Path::new(&home).join(".local/state"), PathBuf::from)
            .join("surge/devnet")
    };
    std::env::var_os("SURGE_DEVNET_HOME")
        .map_or_else(state, PathBuf::from)
        .join("network.toml")
}
