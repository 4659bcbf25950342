//! Paging of lists.

use cosmwasm_std::{StdError, StdResult};

/// Rows of a page when the caller names no limit.
pub const DEFAULT_LIMIT: u32 = 30;

/// Most rows of a page; more is an error.
pub const MAX_LIMIT: u32 = 100;

/// The number of rows to return. Fails above [`MAX_LIMIT`], so that nobody mistakes a
/// cut page for the whole list.
pub fn limit(limit: Option<u32>) -> StdResult<usize> {
    let rows = limit.unwrap_or(DEFAULT_LIMIT);
    if rows > MAX_LIMIT {
        return Err(StdError::generic_err(format!(
            "a page has at most {MAX_LIMIT} rows, {rows} were asked for: ask for less and continue with start_after"
        )));
    }
    usize::try_from(rows)
        .map_err(|_| StdError::generic_err("page limit exceeds the machine's word"))
}
