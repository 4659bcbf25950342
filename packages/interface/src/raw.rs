//! Records that one contract reads from another by raw key, for the price of a store read
//! instead of a contract load.

use cosmwasm_std::{from_json, Addr, Empty, QuerierWrapper, StdError, StdResult};
use cw_storage_plus::{Item, Map, Path};

use serde::Deserialize;

use crate::escrow::Status;
use crate::registry::ProviderRecord;

/// Layout of the records below. A contract stores the number it writes; readers fail on a
/// number they do not know.
pub const ABI: Item<u32> = Item::new("abi");

/// The layout that this package describes.
pub const ABI_VERSION: u32 = 1;

/// `registry`: provider id => who it is. Written by the registry alone.
pub const PROVIDERS: Map<u32, ProviderRecord> = Map::new("providers");

/// Every raw record, for the documentation: contract, key, value, meaning.
pub const RECORDS: [(&str, &str, &str, &str); 4] = [
    (
        "registry",
        "`abi`",
        "`u32`",
        "Layout of this table; 1 today. Check it before reading anything else.",
    ),
    (
        "registry",
        "`providers` · provider id (u32, big endian)",
        "`ProviderRecord`",
        "Owner, operator, payout address, status and number of nodes of a provider.",
    ),
    ("escrow", "`abi`", "`u32`", "As the registry's."),
    (
        "escrow",
        "`jobs` · job id (u64, big endian)",
        "object with `s`, a `Status`",
        "Where a job stands. Its other fields are the escrow's own.",
    ),
];

/// Who a provider is, read from the registry's store. `None` when there is no such
/// provider; fails when the registry stores a layout that this code does not know.
pub fn provider(
    querier: &QuerierWrapper,
    registry_addr: &Addr,
    provider: u32,
) -> StdResult<Option<ProviderRecord>> {
    check_abi(querier, registry_addr)?;
    PROVIDERS.query(querier, registry_addr.clone(), provider)
}

/// The part of a job's record that others may read.
#[derive(Deserialize)]
struct JobStatus {
    #[serde(rename = "s")]
    status: Status,
}

/// Where a job stands, read from the escrow's store. `None` when there is no such job;
/// fails as [`provider`] does.
pub fn job_status(
    querier: &QuerierWrapper,
    escrow_addr: &Addr,
    job: u64,
) -> StdResult<Option<Status>> {
    check_abi(querier, escrow_addr)?;
    let key = Path::<Empty>::new(b"jobs", &[&job.to_be_bytes()]);
    querier
        .query_wasm_raw(escrow_addr, key.to_vec())?
        .map(|record| from_json::<JobStatus>(record).map(|job| job.status))
        .transpose()
}

fn check_abi(querier: &QuerierWrapper, contract_addr: &Addr) -> StdResult<()> {
    let abi = ABI.query(querier, contract_addr.clone())?;
    if abi == ABI_VERSION {
        return Ok(());
    }
    Err(StdError::generic_err(format!(
        "{contract_addr} stores layout {abi}, this contract knows {ABI_VERSION}: migrate both in one proposal"
    )))
}
