use std::path::PathBuf;

/// What can go wrong between a client and a chain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node did not answer.
    #[error("no answer from the node at {url}: {source}")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why not.
        source: Box<ureq::Error>,
    },
    /// The node refused a call.
    #[error("the node refused {method}: {message}")]
    Rpc {
        /// The call.
        method: &'static str,
        /// What it said.
        message: String,
    },
    /// A query failed, for example in the contract.
    #[error("query {path} failed: {log}")]
    Query {
        /// The query's service.
        path: String,
        /// What the chain said.
        log: String,
    },
    /// The transaction never got into a block: a wrong signature or sequence, too low a fee.
    #[error("transaction refused with code {code}: {raw_log}")]
    Refused {
        /// The chain's error code.
        code: u64,
        /// What the chain said.
        raw_log: String,
    },
    /// The transaction is in a block and failed; its fee is paid.
    #[error("transaction failed with code {code} after {gas_used} gas: {raw_log}")]
    Failed {
        /// The chain's error code.
        code: u64,
        /// What the chain said, the contract's error included.
        raw_log: String,
        /// What it cost.
        gas_used: u64,
    },
    /// No block held the transaction in time.
    #[error("transaction {hash} is in no block after {secs} s")]
    NotIncluded {
        /// Its hash.
        hash: String,
        /// How long was waited.
        secs: u64,
    },
    /// An answer is not what it should be.
    #[error("unexpected answer: {0}")]
    Answer(String),
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A transaction cannot be put together.
    #[error("{0}")]
    Compose(#[from] cosmrs::ErrorReport),
    /// Words that give no key.
    #[error("no key in the mnemonic of {name}: {reason}")]
    Mnemonic {
        /// Whose.
        name: String,
        /// Why not.
        reason: String,
    },
    /// JSON that does not fit.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Nobody of this name has a key on this network.
    #[error("the network has no key named {0}")]
    NoKey(String),
    /// No network was named.
    #[error("SURGE_CHAIN is not set: it names the network.json of a node, as scripts/devnet writes it; scripts/gas does all of it")]
    NoChain,
}

impl Error {
    /// What the chain said of a transaction or query that failed; empty when it is not of
    /// the chain's saying.
    pub fn raw_log(&self) -> &str {
        match self {
            Self::Refused { raw_log, .. } | Self::Failed { raw_log, .. } => raw_log,
            Self::Query { log, .. } => log,
            _ => "",
        }
    }
}
