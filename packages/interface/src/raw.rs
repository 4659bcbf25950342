//! Records that one contract reads from another by raw key, for the price of a store read
//! instead of a contract load.

use cosmwasm_std::{from_json, Addr, Empty, QuerierWrapper, StdError, StdResult, Uint128};
use cw_storage_plus::{Item, Map, Path};

use serde::Deserialize;

use crate::escrow::{Contribution, Status};
use crate::registry::{BondRecord, ProviderRecord};
use crate::Denom;

/// Layout of the records below. A contract stores the number it writes; readers fail on a
/// number they do not know.
pub const ABI: Item<u32> = Item::new("abi");

/// The layout that this package describes.
pub const ABI_VERSION: u32 = 1;

/// `registry`: provider id => who it is. Written by the registry alone.
pub const PROVIDERS: Map<u32, ProviderRecord> = Map::new("providers");

/// `registry`: (provider id, denomination id) => bond. Written by the registry alone.
pub const BONDS: Map<(u32, u8), BondRecord> = Map::new("bonds");

/// `registry`: denominations; the position is the id. Written by the registry alone.
pub const DENOMS: Item<Vec<Denom>> = Item::new("denoms");

/// `escrow`: provider id => what it contributed. Written by the escrow alone.
pub const CONTRIBUTIONS: Map<u32, Contribution> = Map::new("given");

/// Every raw record, for the documentation: contract, key, value, meaning.
pub const RECORDS: [(&str, &str, &str, &str); 8] = [
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
    (
        "registry",
        "`bonds` · provider id (u32, big endian) · denomination id (u8)",
        "`BondRecord`",
        "Bond of a provider that is not on its way out, and how low it stood before.",
    ),
    (
        "registry",
        "`money` · denomination id (u8)",
        "object with `bonds`, a `Uint128`",
        "All bonds of a denomination, those on their way out included. Its other fields are the registry's own.",
    ),
    (
        "registry",
        "`denoms`",
        "list of `Denom`",
        "Denominations; the position is the id.",
    ),
    ("escrow", "`abi`", "`u32`", "As the registry's."),
    (
        "escrow",
        "`jobs` · job id (u64, big endian)",
        "object with `s`, a `Status`",
        "Where a job stands. Its other fields are the escrow's own.",
    ),
    (
        "escrow",
        "`given` · provider id (u32, big endian)",
        "`Contribution`",
        "What was burned out of a provider's jobs, and what that mints.",
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

/// What the rewards contract needs of the registry about a provider.
pub struct Standing {
    /// Who it is.
    pub record: ProviderRecord,
    /// Its bond.
    pub bond: BondRecord,
    /// All bonds of the denomination, those on their way out included.
    pub all_bonds: Uint128,
}

/// Who a provider is and what it bonded in a denomination. `None` when there is no such
/// provider; fails as [`provider`] does.
pub fn standing(
    querier: &QuerierWrapper,
    registry_addr: &Addr,
    provider: u32,
    denom: u8,
) -> StdResult<Option<Standing>> {
    check_abi(querier, registry_addr)?;
    let Some(record) = PROVIDERS.query(querier, registry_addr.clone(), provider)? else {
        return Ok(None);
    };
    let bond = BONDS.query(querier, registry_addr.clone(), (provider, denom))?;
    Ok(Some(Standing {
        record,
        bond: bond.unwrap_or_default(),
        all_bonds: read_bonds(querier, registry_addr, denom)?,
    }))
}

/// All bonds of a denomination, those on their way out included; fails as [`provider`] does.
pub fn all_bonds(querier: &QuerierWrapper, registry_addr: &Addr, denom: u8) -> StdResult<Uint128> {
    check_abi(querier, registry_addr)?;
    read_bonds(querier, registry_addr, denom)
}

/// The id of a denomination at the registry, if it is listed; fails as [`provider`] does.
pub fn denom_id(
    querier: &QuerierWrapper,
    registry_addr: &Addr,
    denom: &Denom,
) -> StdResult<Option<u8>> {
    check_abi(querier, registry_addr)?;
    let denoms = DENOMS.query(querier, registry_addr.clone())?;
    let id = denoms.iter().position(|listed| listed == denom);
    Ok(id.and_then(|id| u8::try_from(id).ok()))
}

/// What a provider contributed, read from the escrow's store; fails as [`provider`] does.
pub fn contribution(
    querier: &QuerierWrapper,
    escrow_addr: &Addr,
    provider: u32,
) -> StdResult<Contribution> {
    check_abi(querier, escrow_addr)?;
    let contribution = CONTRIBUTIONS.query(querier, escrow_addr.clone(), provider)?;
    Ok(contribution.unwrap_or_default())
}

/// The part of a denomination's money that others may read.
#[derive(Deserialize)]
struct Bonds {
    bonds: Uint128,
}

fn read_bonds(querier: &QuerierWrapper, registry_addr: &Addr, denom: u8) -> StdResult<Uint128> {
    let key = Path::<Empty>::new(b"money", &[&denom.to_be_bytes()]);
    match querier.query_wasm_raw(registry_addr, key.to_vec())? {
        Some(record) => Ok(from_json::<Bonds>(record)?.bonds),
        None => Ok(Uint128::zero()),
    }
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
