//! CometBFT's JSON-RPC, as much of it as a client needs.

use std::time::Duration;

use base64::{engine::general_purpose::STANDARD, Engine};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

use crate::Error;

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Rpc {
    agent: ureq::Agent,
    url: String,
}

impl Rpc {
    pub(crate) fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build();
        Self {
            agent: config.new_agent(),
            url: url.into(),
        }
    }

    /// The result of a call, or the node's error.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<T, Error> {
        let unreachable = |source| Error::Unreachable {
            url: self.url.clone(),
            source: Box::new(source),
        };
        let mut answer: Value = self
            .agent
            .post(&self.url)
            .send_json(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
            .map_err(unreachable)?
            .body_mut()
            .with_config()
            .limit(64 << 20)
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

    /// The value that a query of the chain's services answers.
    /// With a height, as the chain stood after that block.
    pub(crate) fn query(
        &self,
        path: &str,
        request: &[u8],
        height: Option<u64>,
    ) -> Result<Vec<u8>, Error> {
        let mut params = json!({ "path": path, "data": hex::encode(request), "prove": false });
        if let Some(height) = height {
            params["height"] = json!(height.to_string());
        }
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
