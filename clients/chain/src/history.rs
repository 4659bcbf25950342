//! What contracts answer and store, now or after an earlier block, and what transactions
//! left behind.

use cosmrs::proto::{
    cosmos::base::query::v1beta1::PageRequest,
    cosmwasm::wasm::v1::{QueryAllContractStateRequest, QueryAllContractStateResponse},
};
use serde_json::{json, Value};

use crate::{
    tx::{number, Included},
    Chain, Error,
};

/// Records that are read at once.
const PAGE: u64 = 500;

/// Key and value.
pub type Record = (Vec<u8>, Vec<u8>);

/// A transaction in its block.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Its place in the block, from 0.
    pub index: u64,
    /// What it did.
    pub included: Included,
}

impl Chain {
    /// Every record of a contract whose key begins so, in order.
    pub fn records(&self, contract: &str, prefix: &[u8]) -> Result<Vec<Record>, Error> {
        let mut found = vec![];
        let mut key = prefix.to_vec();
        loop {
            let request = QueryAllContractStateRequest {
                address: contract.into(),
                pagination: Some(PageRequest {
                    key,
                    limit: PAGE,
                    ..PageRequest::default()
                }),
            };
            let answer: QueryAllContractStateResponse =
                self.query("/cosmwasm.wasm.v1.Query/AllContractState", &request)?;
            for model in answer.models {
                if !model.key.starts_with(prefix) {
                    return Ok(found);
                }
                found.push((model.key, model.value));
            }
            key = answer.pagination.unwrap_or_default().next_key;
            if key.is_empty() {
                return Ok(found);
            }
        }
    }

    /// Transactions that succeeded and whose events fit a condition of CometBFT's search,
    /// such as `wasm-job_submitted.job='7'`, oldest first. A node may keep no index of
    /// transactions; then this fails.
    pub fn transactions(&self, condition: &str) -> Result<Vec<Placed>, Error> {
        let (mut found, mut page, mut seen) = (vec![], 1u64, 0u64);
        loop {
            let params = json!({
                "query": condition, "prove": false, "page": page.to_string(),
                "per_page": "100", "order_by": "asc",
            });
            let answer: Value = self.rpc.call("tx_search", &params)?;
            let txs = answer["txs"].as_array().cloned().unwrap_or_default();
            seen = seen.saturating_add(txs.len() as u64);
            for tx in &txs {
                if tx["tx_result"]["code"].as_u64().unwrap_or_default() == 0 {
                    found.push(Placed {
                        index: tx["index"].as_u64().unwrap_or_default(),
                        included: Included::read(tx, None)?,
                    });
                }
            }
            if txs.is_empty() || seen >= number(&answer["total_count"])? {
                return Ok(found);
            }
            page = page.saturating_add(1);
        }
    }
}
