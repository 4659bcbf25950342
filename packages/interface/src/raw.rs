//! Records that one contract reads from another by raw key, for the price of a store read
//! instead of a contract load.

use cosmwasm_std::{Addr, QuerierWrapper, StdError, StdResult};
use cw_storage_plus::{Item, Map};

use crate::registry::ProviderRecord;

/// Layout of the records below. A contract stores the number it writes; readers fail on a
/// number they do not know.
pub const ABI: Item<u32> = Item::new("abi");

/// The layout that this package describes.
pub const ABI_VERSION: u32 = 1;

/// `registry`: provider id => who it is. Written by the registry alone.
pub const PROVIDERS: Map<u32, ProviderRecord> = Map::new("providers");

/// Every raw record, for the documentation: contract, key, value, meaning.
pub const RECORDS: [(&str, &str, &str, &str); 2] = [
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
];

/// Who a provider is, read from the registry's store. `None` when there is no such
/// provider; fails when the registry stores a layout that this code does not know.
pub fn provider(
    querier: &QuerierWrapper,
    registry_addr: &Addr,
    provider: u32,
) -> StdResult<Option<ProviderRecord>> {
    let abi = ABI.query(querier, registry_addr.clone())?;
    if abi != ABI_VERSION {
        return Err(StdError::generic_err(format!(
            "the registry stores layout {abi}, this contract knows {ABI_VERSION}: migrate both in one proposal"
        )));
    }
    PROVIDERS.query(querier, registry_addr.clone(), provider)
}
