//! What transactions did to the node's state, from the file that the node traces it to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
};

use base64::{engine::general_purpose::STANDARD, Engine};
use serde::Deserialize;

use crate::Error;

/// The names of wasmd's keys: a code and a contract.
const CODE: u8 = 1;
const CONTRACT: u8 = 2;
/// Bytes of a contract's address.
const ADDRESS: usize = 32;

/// Reads the file that `SURGE_DEVNET_TRACE` made the node write, as far as it is.
pub struct Trace {
    path: PathBuf,
    file: BufReader<File>,
    /// A line that the node is not through with.
    begun: String,
    by_hash: BTreeMap<String, Footprint>,
}

/// What a transaction did, its signature and fee apart: the node traces messages only.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    /// Contracts that ran, by their addresses. Each is loaded once in a transaction.
    pub contracts: BTreeSet<Vec<u8>>,
    /// What was written after the last read, which is when the messages are through: bytes of
    /// key and value by store and key, and none for what was deleted.
    written: BTreeMap<(String, Vec<u8>), usize>,
    /// The contract whose record was read last.
    asked: Option<Vec<u8>>,
}

impl Footprint {
    /// Bytes of keys and values that the transaction left in the state.
    pub fn written(&self) -> usize {
        self.written.values().sum()
    }

    fn add(&mut self, step: Step) -> Result<(), Error> {
        let key = bytes(&step.key)?;
        let asked = self.asked.take();
        match step.operation.as_str() {
            "write" => {
                let size = key.len() + bytes(&step.value)?.len();
                self.written.insert((step.metadata.store_name, key), size);
                return Ok(());
            }
            "delete" => {
                self.written.insert((step.metadata.store_name, key), 0);
                return Ok(());
            }
            _ => self.written.clear(),
        }
        // Loading a contract reads its record and then its code's. Reading the record alone
        // only asks for it.
        if step.metadata.store_name == "wasm" && step.operation == "read" {
            match (key.first(), asked) {
                (Some(&CODE), Some(contract)) => {
                    self.contracts.insert(contract);
                }
                (Some(&CONTRACT), _) if key.len() == 1 + ADDRESS => {
                    self.asked = Some(key[1..].into());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// One access to a store.
#[derive(Deserialize)]
struct Step {
    operation: String,
    key: String,
    value: String,
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    store_name: String,
    #[serde(rename = "txHash")]
    tx_hash: String,
}

impl Trace {
    /// The trace that the environment variable `SURGE_TRACE` names.
    pub fn open() -> Result<Self, Error> {
        let path = std::env::var_os("SURGE_TRACE").ok_or_else(|| {
            Error::Answer(
                "SURGE_TRACE names no file: what messages write is measured by ./scripts/gas"
                    .into(),
            )
        })?;
        let path = PathBuf::from(path);
        let file = File::open(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            path,
            file: BufReader::new(file),
            begun: String::new(),
            by_hash: BTreeMap::new(),
        })
    }

    /// What a transaction did that is in a block.
    pub fn of(&mut self, hash: &str) -> Result<Footprint, Error> {
        self.read_on()?;
        Ok(self.by_hash.get(hash).cloned().unwrap_or_default())
    }

    fn read_on(&mut self) -> Result<(), Error> {
        loop {
            let read = self.file.read_line(&mut self.begun);
            read.map_err(|source| Error::File {
                path: self.path.clone(),
                source,
            })?;
            if !self.begun.ends_with('\n') {
                return Ok(());
            }
            // Most of it is what blocks do by themselves.
            if self.begun.contains("txHash") {
                let step: Step = serde_json::from_str(&self.begun)?;
                let hash = step.metadata.tx_hash.clone();
                self.by_hash.entry(hash).or_default().add(step)?;
            }
            self.begun.clear();
        }
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(text)
        .map_err(|error| Error::Answer(format!("the trace: {text}: {error}")))
}
