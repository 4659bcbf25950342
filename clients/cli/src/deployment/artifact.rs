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

/// Name of the list of checksums in a folder of artifacts.
const CHECKSUMS: &str = "checksums.txt";

/// The checksums of all contracts' code in a folder, in the order of their birth: of the wasm,
/// or where none of it was built what the list of checksums says.
pub fn checksums(folder: &Path) -> Outcome<Vec<(&'static str, Checksum)>> {
    let built = |contract: &&str| folder.join(format!("surge_{contract}.wasm")).exists();
    let list = folder.join(CHECKSUMS);
    if CONTRACTS.iter().any(built) || !list.exists() {
        let artifacts = read(folder)?.into_iter();
        return Ok(artifacts
            .map(|artifact| (artifact.contract, artifact.checksum))
            .collect());
    }
    let text = fs::read_to_string(&list)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", list.display())))?;
    let find = |contract| {
        let file = format!("surge_{contract}.wasm");
        let mut lines = text.lines().filter_map(|line| line.split_once("  "));
        let found = lines.find(|(_, name)| name.trim() == file);
        let found = found.and_then(|(checksum, _)| Checksum::from_hex(checksum).ok());
        let checksum = found.ok_or_else(|| {
            Failure::new(format!("{} has no checksum of {file}", list.display()))
                .next("bring the committed file back, or build the contracts with: ./scripts/wasm")
        })?;
        Ok((contract, checksum))
    };
    CONTRACTS.into_iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_wasm_was_built_the_committed_checksums_say_what_it_has_to_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join(CHECKSUMS);
        let text: String = CONTRACTS
            .iter()
            .map(|name| {
                format!(
                    "{}  surge_{name}.wasm\n",
                    Checksum::generate(name.as_bytes())
                )
            })
            .collect();
        fs::write(&list, &text).expect("a file");
        let found = checksums(folder.path()).expect("checksums");
        for (name, checksum) in &found {
            assert_eq!(*checksum, Checksum::generate(name.as_bytes()));
        }
        assert_eq!(found.len(), CONTRACTS.len());
        fs::write(&list, text.replace("surge_dao", "other")).expect("a file");
        let failure = checksums(folder.path()).expect_err("one is missing");
        assert!(failure.what().contains("no checksum of surge_dao.wasm"));
        // Half a build is no build.
        fs::write(folder.path().join("surge_dao.wasm"), "dao").expect("a file");
        assert!(checksums(folder.path()).is_err());
    }
}
