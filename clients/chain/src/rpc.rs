//! CometBFT's JSON-RPC, as much of it as a client needs.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    time::Duration,
};

use base64::{engine::general_purpose::STANDARD, Engine};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

use crate::Error;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes of an answer.
const MOST_BYTES: u64 = 64 << 20;

/// A network's nodes. The one that answered last is asked first; when it does not answer,
/// the next one of the same chain is.
#[derive(Clone)]
pub(crate) struct Rpc {
    agent: ureq::Agent,
    urls: Vec<String>,
    chain_id: String,
    current: Arc<AtomicUsize>,
}

impl Rpc {
    /// Through the first node that answers. Fails when that is one of another chain.
    pub(crate) fn connect(urls: &[String], chain_id: &str) -> Result<Self, Error> {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build();
        let rpc = Self {
            agent: config.new_agent(),
            urls: urls.to_vec(),
            chain_id: chain_id.into(),
            current: Arc::default(),
        };
        match rpc.ensure_chain(0) {
            Err(error @ Error::Unreachable { .. }) => rpc.move_on(0, error)?,
            other => other?,
        }
        Ok(rpc)
    }

    /// Which node answered last.
    pub(crate) fn current(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    /// The result of a call, or the node's error.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<T, Error> {
        let current = self.current();
        match self.ask(current, method, params) {
            Err(error @ Error::Unreachable { .. }) => {
                self.move_on(current, error)?;
                self.ask(self.current(), method, params)
            }
            answer => answer,
        }
    }

    /// Goes on with the next node that answers; fails with why this one did not when there
    /// is none.
    fn move_on(&self, from: usize, error: Error) -> Result<(), Error> {
        let next = (1..self.urls.len()).map(|step| (from + step) % self.urls.len());
        for candidate in next {
            if self.ensure_chain(candidate).is_ok() {
                self.current.store(candidate, Ordering::Relaxed);
                return Ok(());
            }
        }
        Err(error)
    }

    fn ensure_chain(&self, node: usize) -> Result<(), Error> {
        let status: Value = self.ask(node, "status", &json!({}))?;
        let found = status["node_info"]["network"].as_str().unwrap_or_default();
        if found == self.chain_id {
            return Ok(());
        }
        Err(Error::OtherChain {
            url: self.urls[node].clone(),
            found: found.to_owned(),
            wanted: self.chain_id.clone(),
        })
    }

    fn ask<T: DeserializeOwned>(
        &self,
        node: usize,
        method: &'static str,
        params: &Value,
    ) -> Result<T, Error> {
        let url = &self.urls[node];
        let unreachable = |source| Error::Unreachable {
            url: url.clone(),
            source: Box::new(source),
        };
        let mut answer: Value = self
            .agent
            .post(url)
            .send_json(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
            .map_err(unreachable)?
            .body_mut()
            .with_config()
            .limit(MOST_BYTES)
            .read_json()
            .map_err(unreachable)?;
        if let Some(error) = answer.get("error") {
            return Err(Error::Rpc {
                method,
                message: error.to_string(),
            });
        }
        Ok(serde_json::from_value(answer["result"].take())?)
    }

    /// The value that a query of the chain's services answers, as of a block.
    pub(crate) fn query(
        &self,
        path: &str,
        request: &[u8],
        height: Option<u64>,
    ) -> Result<Vec<u8>, Error> {
        let data = hex::encode(request);
        // 0 is the newest block.
        let asked = height.unwrap_or_default().to_string();
        let params = json!({ "path": path, "data": data, "height": asked, "prove": false });
        let answer: Value = self.call("abci_query", &params)?;
        let response = &answer["response"];
        if response["code"].as_u64().unwrap_or_default() != 0 {
            let log = response["log"].as_str().unwrap_or_default().to_owned();
            if let (Some(height), true) = (height, forgotten(&log)) {
                return Err(Error::Forgotten { height, log });
            }
            return Err(Error::Query {
                path: path.into(),
                log,
            });
        }
        decode(&response["value"])
    }
}

/// Bytes of a field in base64; none when the field is null.
pub(crate) fn decode(field: &Value) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(field.as_str().unwrap_or_default())
        .map_err(|error| Error::Answer(format!("{field}: {error}")))
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Whether the node says that it keeps no state of the height that was asked for.
fn forgotten(log: &str) -> bool {
    [
        "failed to load state at height",
        "version does not exist",
        "version mismatch on immutable",
    ]
    .iter()
    .any(|words| log.contains(words))
}
