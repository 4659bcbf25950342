//! The contracts' code on the disk.

use std::{fs, path::Path};

use cosmwasm_std::Checksum;

use super::CONTRACTS;
use crate::failure::{Failure, Outcome};

/// A contract's code.
pub struct Artifact {
    /// Which contract.
    pub contract: &'static str,
    /// The code.
    pub wasm: Vec<u8>,
    /// SHA-256 of it.
    pub checksum: Checksum,
}

impl Artifact {
    /// This code for this contract.
    pub fn new(contract: &'static str, wasm: Vec<u8>) -> Self {
        Self {
            contract,
            checksum: Checksum::generate(&wasm),
            wasm,
        }
    }
}

/// All contracts' code in a folder, in the order of their birth.
pub fn read(folder: &Path) -> Outcome<Vec<Artifact>> {
    let read = |contract| {
        let path = folder.join(format!("surge_{contract}.wasm"));
        let wasm = fs::read(&path).map_err(|error| {
            Failure::new(format!("cannot read {}: {error}", path.display())).next(
                "build the contracts with: ./scripts/wasm; or name their folder with --artifacts",
            )
        })?;
        Ok(Artifact::new(contract, wasm))
    };
    CONTRACTS.into_iter().map(read).collect()
}
