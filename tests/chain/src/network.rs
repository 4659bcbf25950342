use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, Key};

/// A network as `scripts/devnet` describes it in `network.json`.
#[derive(Clone, Deserialize)]
pub struct Network {
    /// Chain id; part of what is signed.
    pub chain_id: String,
    /// CometBFT's JSON-RPC.
    pub rpc: String,
    /// First part of every address.
    pub prefix: String,
    /// Denomination of fees.
    pub denom: String,
    /// Price of a million gas, in base units of the denomination.
    pub price_per_million_gas: u64,
    /// Funded keys by name.
    keys: Vec<NamedMnemonic>,
}

#[derive(Clone, Deserialize)]
struct NamedMnemonic {
    name: String,
    mnemonic: String,
}

impl Network {
    /// The network that the environment variable `SURGE_CHAIN` names.
    pub fn from_env() -> Result<Self, Error> {
        Self::load(&PathBuf::from(
            std::env::var_os("SURGE_CHAIN").ok_or(Error::NoChain)?,
        ))
    }

    /// The network that a file describes.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(|source| Error::File {
            path: path.into(),
            source,
        })?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// The key of this name.
    pub fn key(&self, name: &str) -> Result<Key, Error> {
        let named = self.keys.iter().find(|key| key.name == name);
        let named = named.ok_or_else(|| Error::NoKey(name.into()))?;
        Key::from_mnemonic(&self.prefix, &named.name, &named.mnemonic)
    }
}
