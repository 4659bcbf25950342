//! What a node says about itself and its chain.

use cosmrs::proto::{
    cosmos::base::{
        node::v1beta1::{ConfigRequest, ConfigResponse},
        tendermint::v1beta1::{GetNodeInfoRequest, GetNodeInfoResponse},
    },
    cosmwasm::wasm::v1::{QueryParamsRequest, QueryParamsResponse},
};
use serde::Serialize;
use serde_json::{json, Value};

use crate::{tx::number, Chain, Error};

/// What a node says about itself and its chain.
#[derive(Clone, Debug, Serialize)]
pub struct Capabilities {
    /// The chain's application and its version.
    pub app: String,
    /// CometBFT's version.
    pub comet: String,
    /// Version of wasmd, as the node was built; none when it does not tell.
    pub wasmd: Option<String>,
    /// Version of the virtual machine, wasmvm; none when the node does not tell.
    pub wasmvm: Option<String>,
    /// Who may upload code.
    pub upload: String,
    /// Those who may, where it is some addresses.
    pub uploaders: Vec<String>,
    /// Who may make contracts of uploaded code.
    pub instantiate: String,
    /// Most gas of a block; none is no limit.
    pub block_gas: Option<u64>,
    /// Most bytes of a block.
    pub block_bytes: u64,
    /// Least that this node takes for gas, such as `0.025ustake`; empty when it takes
    /// transactions for nothing, none when it does not tell.
    pub least_gas_price: Option<String>,
    /// Blocks whose state the node keeps, in its own words; none when it does not tell.
    pub keeps: Option<String>,
}

impl Chain {
    /// What the node says about itself and its chain.
    pub fn capabilities(&self) -> Result<Capabilities, Error> {
        let info: Value = self.rpc.call("abci_info", &json!({}))?;
        let status: Value = self.rpc.call("status", &json!({}))?;
        let consensus: Value = self.rpc.call("consensus_params", &json!({}))?;
        let block = &consensus["consensus_params"]["block"];
        let answer: QueryParamsResponse =
            self.query("/cosmwasm.wasm.v1.Query/Params", &QueryParamsRequest {})?;
        let params = answer.params.unwrap_or_default();
        let upload = params.code_upload_access.unwrap_or_default();
        let text = |field: &Value| field.as_str().unwrap_or("unknown").to_owned();
        // Two services that a node may hide; what they tell is good to know, not needed.
        let built: Option<GetNodeInfoResponse> = self
            .query(
                "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo",
                &GetNodeInfoRequest {},
            )
            .ok();
        let config: Option<ConfigResponse> = self
            .query(
                "/cosmos.base.node.v1beta1.Service/Config",
                &ConfigRequest {},
            )
            .ok();
        let built = built.and_then(|info| info.application_version);
        let dependency = |name: &str| {
            let built = built.as_ref()?;
            let found = built.build_deps.iter().find(|module| {
                let path = module.path.trim_end_matches(|c: char| c.is_ascii_digit());
                path.trim_end_matches("/v").ends_with(name)
            })?;
            Some(found.version.trim_start_matches('v').to_owned())
        };
        Ok(Capabilities {
            app: format!(
                "{} {}",
                text(&info["response"]["data"]),
                info["response"]["version"].as_str().unwrap_or_default()
            )
            .trim()
            .to_owned(),
            comet: text(&status["node_info"]["version"]),
            // An application that is wasmd itself is no dependency of its own.
            wasmd: dependency("CosmWasm/wasmd").or_else(|| {
                let built = built.as_ref()?;
                let own = built.app_name == "wasmd" && !built.version.is_empty();
                own.then(|| built.version.trim_start_matches('v').to_owned())
            }),
            wasmvm: dependency("CosmWasm/wasmvm"),
            upload: access(upload.permission).to_owned(),
            uploaders: upload.addresses,
            instantiate: access(params.instantiate_default_permission).to_owned(),
            block_gas: block["max_gas"].as_str().and_then(|gas| gas.parse().ok()),
            block_bytes: number(&block["max_bytes"])?,
            least_gas_price: config
                .as_ref()
                .map(|config| config.minimum_gas_price.clone()),
            keeps: config.and_then(|config| match config.pruning_keep_recent.as_str() {
                "" => None,
                "0" => Some("all blocks".to_owned()),
                recent => Some(format!("the last {recent} blocks")),
            }),
        })
    }
}

/// What wasmd's numbers for permissions mean.
const fn access(permission: i32) -> &'static str {
    match permission {
        1 => "nobody",
        3 => "everybody",
        4 => "some addresses",
        _ => "unknown",
    }
}
