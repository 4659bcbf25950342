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
    /// The node keeps no state of so old a block.
    #[error("the node does not keep the state of block {height} any more: {log}")]
    Forgotten {
        /// The block.
        height: u64,
        /// What it said.
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
    /// No block held the transaction in time. It may still land.
    #[error("transaction {hash} is in no block after {secs} s; it may still land up to block {last_block}, and never after it")]
    NotIncluded {
        /// Its hash.
        hash: String,
        /// How long was waited.
        secs: u64,
        /// The last block that it is valid for.
        last_block: u64,
    },
    /// The transaction was handed over, and nobody says what became of it.
    #[error("transaction {hash} was sent and may land up to block {last_block}, but the node does not say what became of it: {source}")]
    Unseen {
        /// Its hash.
        hash: String,
        /// The last block that it is valid for.
        last_block: u64,
        /// What the node said.
        source: Box<Error>,
    },
    /// The node does not have all blocks that may hold a transaction.
    #[error("the node has no blocks before {earliest}: it cannot know what became of transaction {hash}, which one from block {first_block} to {last_block} may hold")]
    NotKept {
        /// Its hash.
        hash: String,
        /// The first block that may hold it.
        first_block: u64,
        /// The last block that may hold it.
        last_block: u64,
        /// The oldest block that the node has.
        earliest: u64,
    },
    /// A transaction could not be noted before it was to be sent, so it was not. Why.
    #[error("nothing was sent, because it could not be noted first: {0}")]
    NotNoted(String),
    /// A transaction would cost more than is paid for one.
    #[error("{gas_limit} gas cost {fee} {denom} of fees, and at most {highest} {denom} are paid for a transaction")]
    FeeTooHigh {
        /// The gas limit that was asked for, or that simulating led to.
        gas_limit: u64,
        /// Its fee, in base units.
        fee: u128,
        /// The highest fee, in base units.
        highest: u128,
        /// What fees are paid in.
        denom: String,
    },
    /// The node is of another chain.
    #[error("{url} is a node of {found}, not of {wanted}")]
    OtherChain {
        /// The node.
        url: String,
        /// Its chain.
        found: String,
        /// The network's chain.
        wanted: String,
    },
    /// An account that the chain does not know has nothing to pay fees with.
    #[error("{address} has never held anything on {chain_id}: it cannot pay fees")]
    Unfunded {
        /// The account.
        address: String,
        /// The chain.
        chain_id: String,
    },
    /// No hash of a transaction.
    #[error("{0:?} is no transaction hash: 64 hexadecimal digits")]
    Hash(String),
    /// A network's file is wrong.
    #[error("network {name}: {reason}")]
    Network {
        /// File or name.
        name: String,
        /// What is wrong.
        reason: String,
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
}

/// The SDK's code for a sequence that does not fit.
const WRONG_SEQUENCE: u64 = 32;

impl Error {
    /// Whether the transaction was refused because another one of its account was faster.
    pub fn is_wrong_sequence(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == WRONG_SEQUENCE)
    }

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
