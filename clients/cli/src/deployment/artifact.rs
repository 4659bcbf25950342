//! The contracts' code on the disk.

use std::{fs, path::Path};

use cosmwasm_std::Checksum;
use sha2::{Digest, Sha256};

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

/// All contracts' code in a folder, in the order of their birth.
pub fn read(folder: &Path) -> Outcome<Vec<Artifact>> {
    let read = |contract| {
        let path = folder.join(format!("surge_{contract}.wasm"));
        let wasm = fs::read(&path).map_err(|error| {
            Failure::new(format!("cannot read {}: {error}", path.display())).next(
                "build the contracts with: ./scripts/wasm; or name their folder with --artifacts",
            )
        })?;
        Ok(Artifact {
            contract,
            checksum: Checksum::from(<[u8; 32]>::from(Sha256::digest(&wasm))),
            wasm,
        })
    };
    CONTRACTS.into_iter().map(read).collect()
}
