//! Whether a chain will take the contracts, as far as that can be known before a coin is
//! spent.

use std::io::Write;

use cosmwasm_std::Decimal;
use flate2::{write::GzEncoder, Compression};
use semver::Version;
use serde::Serialize;
use surge_chain::{Capabilities, Network};
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};

use crate::{
    deployment::Artifact,
    failure::{Failure, Outcome},
};

/// wasmd's own limit of code, uncompressed, where a chain has set no other.
const USUAL_CODE_BYTES: u64 = 800 * 1_024;
/// CometBFT's own limit of a transaction in a node's queue.
const USUAL_TX_BYTES: u64 = 1_048_576;
/// Bytes of a transaction around the code: signature, addresses, fee.
const TX_FRAME_BYTES: u64 = 1_024;
/// Most locals of a function that nodes patched since July 2026 take.
const MOST_LOCALS: u32 = 100;
/// What storing code costs: gas for each byte of the transaction, for each byte of code that
/// is compiled, and beside. As measured on wasmd 0.61.
const GAS_PER_TX_BYTE: u64 = 10;
const GAS_PER_CODE_BYTE: u64 = 3;
const GAS_BESIDE: u64 = 110_000;

/// What virtual machines allow: the first version that does, and what.
const SINCE: [((u64, u64), &str); 10] = [
    ((1, 0), "iterator"),
    ((1, 0), "staking"),
    ((1, 0), "stargate"),
    ((1, 1), "cosmwasm_1_1"),
    ((1, 2), "cosmwasm_1_2"),
    ((1, 3), "cosmwasm_1_3"),
    ((1, 4), "cosmwasm_1_4"),
    ((2, 0), "cosmwasm_2_0"),
    ((2, 1), "cosmwasm_2_1"),
    ((2, 2), "cosmwasm_2_2"),
];

/// What a contract's wasm needs.
#[derive(Clone, Debug, Serialize)]
pub struct Needs {
    /// The contract.
    pub contract: String,
    /// SHA-256 of the wasm.
    pub checksum: String,
    /// Bytes of the wasm.
    pub bytes: u64,
    /// Bytes of it as they travel.
    pub compressed_bytes: u64,
    /// Capabilities that it demands.
    pub capabilities: Vec<String>,
    /// Whether the instruction set of the first virtual machines is enough.
    pub mvp: bool,
    /// Most locals of a function.
    pub locals: u32,
    /// Gas that storing it costs, about.
    pub gas: u64,
}

/// What speaks against a contract on a chain.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// What it needs.
    #[serde(flatten)]
    pub needs: Needs,
    /// Why the chain will refuse it; empty when nothing is known to.
    pub refused: Vec<String>,
}

/// Reads what a contract's wasm needs.
pub fn needs(artifact: &Artifact) -> Outcome<Needs> {
    let (contract, wasm) = (artifact.contract, &artifact.wasm[..]);
    let broken = |error: wasmparser::BinaryReaderError| {
        Failure::new(format!("{contract}: no wasm: {error}"))
    };
    let (mut capabilities, mut locals) = (vec![], 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(broken)? {
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.map_err(broken)?;
                    if let (ExternalKind::Func, Some(name)) =
                        (export.kind, export.name.strip_prefix("requires_"))
                    {
                        capabilities.push(name.to_owned());
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut here = 0u32;
                for group in body.get_locals_reader().map_err(broken)? {
                    here = here.saturating_add(group.map_err(broken)?.0);
                }
                locals = locals.max(here);
            }
            _ => {}
        }
    }
    let mut gzip = GzEncoder::new(vec![], Compression::best());
    let compressed = gzip.write_all(wasm).and_then(|()| gzip.finish())?;
    let (bytes, compressed_bytes) = (wasm.len() as u64, compressed.len() as u64);
    Ok(Needs {
        contract: contract.to_owned(),
        checksum: artifact.checksum.to_hex(),
        bytes,
        compressed_bytes,
        capabilities,
        mvp: Validator::new_with_features(WasmFeatures::WASM1)
            .validate_all(wasm)
            .is_ok(),
        locals,
        gas: GAS_BESIDE + GAS_PER_TX_BYTE * compressed_bytes + GAS_PER_CODE_BYTE * bytes,
    })
}

/// What speaks against storing anything on this chain. `uploader` is who would.
pub fn against_all(can: &Capabilities, network: &Network, uploader: Option<&str>) -> Vec<String> {
    let mut refused = vec![];
    match can.upload.as_str() {
        "everybody" => {}
        "some addresses" => {
            if !uploader.is_some_and(|uploader| can.uploaders.iter().any(|may| may == uploader)) {
                refused.push(format!("only {} may upload code", can.uploaders.join(", ")));
            }
        }
        other => refused.push(format!(
            "{other} may upload code: it takes a vote of the chain's own governance"
        )),
    }
    if let Some(least) = least_price(can, &network.fee.denom) {
        if network.fee.price().is_ok_and(|ours| ours < least) {
            refused.push(format!(
                "the node wants {least} {} for gas, the network's file says {}",
                network.fee.denom, network.fee.gas_price
            ));
        }
    }
    refused
}

/// What speaks against one contract.
pub fn against(needs: &Needs, can: &Capabilities, network: &Network) -> Vec<String> {
    let mut refused = vec![];
    let most = network.code_bytes.unwrap_or(USUAL_CODE_BYTES);
    if needs.bytes > most {
        refused.push(format!("{} bytes of code, {most} are taken", needs.bytes));
    }
    let tx = needs.compressed_bytes + TX_FRAME_BYTES;
    let most = can.block_bytes.min(USUAL_TX_BYTES);
    if tx > most {
        refused.push(format!("a transaction of {tx} bytes, {most} are taken"));
    }
    if let Some(block) = can.block_gas {
        let limit = network.fee.limit_of(needs.gas).unwrap_or(u64::MAX);
        if limit > block {
            refused.push(format!("{limit} gas, a block has {block}"));
        }
    }
    let version = can.wasmvm.as_deref().and_then(version);
    if let Some(version) = version {
        for wanted in &needs.capabilities {
            let since = SINCE.iter().find(|(_, name)| name == wanted);
            match since {
                Some((since, _)) if *since <= version => {}
                Some((since, _)) => refused.push(format!(
                    "it needs {wanted}, which comes with wasmvm {}.{}",
                    since.0, since.1
                )),
                None => refused.push(format!(
                    "it needs {wanted}, which no wasmvm up to 3.0 has by itself"
                )),
            }
        }
    }
    if !needs.mvp {
        refused
            .push("instructions newer than WebAssembly 1.0: build it with scripts/wasm".to_owned());
    }
    if needs.locals > MOST_LOCALS {
        refused.push(format!(
            "a function with {} locals, patched nodes take {MOST_LOCALS}",
            needs.locals
        ));
    }
    refused
}

/// Capabilities that a virtual machine of this version has, or none when it is unknown.
pub fn capabilities(wasmvm: &str) -> Option<Vec<&'static str>> {
    let version = version(wasmvm)?;
    let known = SINCE.iter().filter(|(since, _)| *since <= version);
    Some(known.map(|(_, name)| *name).collect())
}

/// The least that the node takes for gas in this denomination.
pub fn least_price(can: &Capabilities, denom: &str) -> Option<Decimal> {
    let prices = can.least_gas_price.as_deref()?.split([',', ';']);
    let price = prices.filter_map(|price| price.trim().strip_suffix(denom));
    price.filter_map(|price| price.parse().ok()).next()
}

fn version(text: &str) -> Option<(u64, u64)> {
    let version = Version::parse(text.trim_start_matches('v')).ok()?;
    Some((version.major, version.minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> Capabilities {
        Capabilities {
            app: "wasmd 0.61.14".to_owned(),
            comet: "0.38.19".to_owned(),
            wasmd: Some("0.61.14".to_owned()),
            wasmvm: Some("3.0.7".to_owned()),
            upload: "everybody".to_owned(),
            uploaders: vec![],
            instantiate: "everybody".to_owned(),
            block_gas: Some(50_000_000),
            block_bytes: 22_020_096,
            least_gas_price: Some("0.025000000000000000uosmo".to_owned()),
            keeps: None,
        }
    }

    fn network() -> Network {
        let text = include_str!("../../../networks/osmosis-testnet.toml");
        Network::parse(text, "osmosis-testnet").expect("a network")
    }

    fn small() -> Needs {
        Needs {
            contract: "token".to_owned(),
            checksum: String::new(),
            bytes: 300_000,
            compressed_bytes: 100_000,
            capabilities: vec!["iterator".to_owned()],
            mvp: true,
            locals: 40,
            gas: 2_000_000,
        }
    }

    #[test]
    fn what_every_chain_takes_is_not_refused() {
        assert!(against_all(&node(), &network(), None).is_empty());
        assert!(against(&small(), &node(), &network()).is_empty());
    }

    #[test]
    fn each_refusal_names_the_value_and_the_limit() {
        let own = || Network {
            code_bytes: None,
            ..network()
        };
        type Change = fn(&mut Needs, &mut Capabilities);
        let cases: [(Change, &str); 7] = [
            (
                |needs, _| needs.bytes = 819_201,
                "819201 bytes of code, 819200 are taken",
            ),
            (
                |needs, _| needs.compressed_bytes = 1_047_553,
                "a transaction of 1048577 bytes, 1048576 are taken",
            ),
            (
                |needs, can| {
                    needs.gas = 4_000_000;
                    can.block_gas = Some(5_000_000);
                },
                "5600000 gas, a block has 5000000",
            ),
            (
                |needs, can| {
                    needs.capabilities = vec!["cosmwasm_2_0".to_owned()];
                    can.wasmvm = Some("1.5.5".to_owned());
                },
                "it needs cosmwasm_2_0, which comes with wasmvm 2.0",
            ),
            (
                |needs, _| needs.capabilities = vec!["osmosis".to_owned()],
                "it needs osmosis, which no wasmvm",
            ),
            (
                |needs, _| needs.mvp = false,
                "instructions newer than WebAssembly 1.0",
            ),
            (|needs, _| needs.locals = 101, "a function with 101 locals"),
        ];
        for (change, words) in cases {
            let (mut needs, mut can) = (small(), node());
            change(&mut needs, &mut can);
            let refused = against(&needs, &can, &own());
            assert_eq!(refused.len(), 1, "{refused:?}");
            assert!(refused[0].contains(words), "{refused:?}");
        }
    }

    #[test]
    fn who_may_upload_and_what_gas_costs_is_checked_before() {
        let named = |who: &[&str]| Capabilities {
            upload: "some addresses".to_owned(),
            uploaders: who.iter().map(|who| (*who).to_owned()).collect(),
            ..node()
        };
        assert!(against_all(&named(&["osmo1me"]), &network(), Some("osmo1me")).is_empty());
        let refused = against_all(&named(&["osmo1you"]), &network(), Some("osmo1me"));
        assert_eq!(refused, ["only osmo1you may upload code"]);
        let nobody = Capabilities {
            upload: "nobody".to_owned(),
            ..node()
        };
        assert!(against_all(&nobody, &network(), None)[0].contains("governance"));
        let dear = Capabilities {
            least_gas_price: Some("0.5uosmo".to_owned()),
            ..node()
        };
        assert_eq!(
            against_all(&dear, &network(), None),
            ["the node wants 0.5 uosmo for gas, the network's file says 0.025"]
        );
    }

    #[test]
    fn what_a_wasm_needs_is_read_from_it() {
        // (module (func (export "requires_iterator") (local i32 i32)))
        let wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x15\x01\x11requires_iterator\0\0\x0a\x06\x01\x04\x01\x02\x7f\x0b";
        let needs = needs(&Artifact::new("registry", wasm.to_vec())).expect("a module");
        assert_eq!(needs.capabilities, ["iterator"]);
        assert_eq!((needs.locals, needs.mvp), (2, true));
        assert!(super::needs(&Artifact::new("registry", b"no wasm".to_vec())).is_err());
    }

    #[test]
    fn virtual_machines_are_known_by_their_version() {
        assert_eq!(
            capabilities("1.0.0"),
            Some(vec!["iterator", "staking", "stargate"])
        );
        assert_eq!(
            capabilities("3.0.7").map(|all| all.len()),
            Some(SINCE.len())
        );
        assert_eq!(capabilities("unknown"), None);
    }
}
