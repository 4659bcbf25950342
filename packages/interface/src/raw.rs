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

/// The registry's store, whose layout was checked.
pub struct RegistryStore<'a> {
    querier: QuerierWrapper<'a>,
    addr: Addr,
}

impl<'a> RegistryStore<'a> {
    /// Fails when the registry stores a layout that this code does not know.
    pub fn open(querier: QuerierWrapper<'a>, addr: Addr) -> StdResult<Self> {
        check_abi(&querier, &addr)?;
        Ok(Self { querier, addr })
    }

    /// Who a provider is. `None` when there is no such provider.
    pub fn provider(&self, provider: u32) -> StdResult<Option<ProviderRecord>> {
        PROVIDERS.query(&self.querier, self.addr.clone(), provider)
    }

    /// What a provider bonded in a denomination.
    pub fn bond(&self, provider: u32, denom: u8) -> StdResult<BondRecord> {
        let bond = BONDS.query(&self.querier, self.addr.clone(), (provider, denom))?;
        Ok(bond.unwrap_or_default())
    }

    /// All bonds of a denomination, those on their way out included.
    pub fn all_bonds(&self, denom: u8) -> StdResult<Uint128> {
        let key = Path::<Empty>::new(b"money", &[&denom.to_be_bytes()]);
        match self.querier.query_wasm_raw(&self.addr, key.to_vec())? {
            Some(record) => Ok(from_json::<Bonds>(record)?.bonds),
            None => Ok(Uint128::zero()),
        }
    }

    /// The id of a denomination, if it is listed.
    pub fn denom_id(&self, denom: &Denom) -> StdResult<Option<u8>> {
        Ok(denom.id_in(&DENOMS.query(&self.querier, self.addr.clone())?))
    }
}

/// The escrow's store, whose layout was checked.
pub struct EscrowStore<'a> {
    querier: QuerierWrapper<'a>,
    addr: Addr,
}

impl<'a> EscrowStore<'a> {
    /// Fails when the escrow stores a layout that this code does not know.
    pub fn open(querier: QuerierWrapper<'a>, addr: Addr) -> StdResult<Self> {
        check_abi(&querier, &addr)?;
        Ok(Self { querier, addr })
    }

    /// Where a job stands. `None` when there is no such job.
    pub fn job_status(&self, job: u64) -> StdResult<Option<Status>> {
        let key = Path::<Empty>::new(b"jobs", &[&job.to_be_bytes()]);
        self.querier
            .query_wasm_raw(&self.addr, key.to_vec())?
            .map(|record| from_json::<JobStatus>(record).map(|job| job.status))
            .transpose()
    }

    /// What a provider contributed.
    pub fn contribution(&self, provider: u32) -> StdResult<Contribution> {
        let given = CONTRIBUTIONS.query(&self.querier, self.addr.clone(), provider)?;
        Ok(given.unwrap_or_default())
    }
}

/// The part of a denomination's money that others may read.
#[derive(Deserialize)]
struct Bonds {
    bonds: Uint128,
}

/// The part of a job's record that others may read.
#[derive(Deserialize)]
struct JobStatus {
    #[serde(rename = "s")]
    status: Status,
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
