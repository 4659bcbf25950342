//! What went wrong, and what to do about it.

use std::fmt;

use serde::Serialize;
use serde_json::{json, Value};

use crate::next_steps;

/// Exit code of what failed.
const FAILED: u8 = 1;
/// Exit code of a node that only its owner can mend. docs/provider/surge-node.service names it.
const OWNERS: u8 = 3;

/// An error as people read it: what happened, and the next step.
#[derive(Debug)]
pub struct Failure {
    what: String,
    next: Option<String>,
    data: Value,
    told: bool,
    code: u8,
}

/// What a command comes to.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Something went wrong.
    pub fn new(what: impl fmt::Display) -> Self {
        Self {
            what: what.to_string(),
            next: None,
            data: json!({}),
            told: false,
            code: FAILED,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next(self, step: impl fmt::Display) -> Self {
        Self {
            next: Some(step.to_string()),
            ..self
        }
    }

    /// What machines may want to know of it; an object.
    #[must_use]
    pub fn with(self, data: &impl Serialize) -> Self {
        Self {
            data: serde_json::to_value(data).unwrap_or_default(),
            ..self
        }
    }

    /// It stands in a log already.
    #[must_use]
    pub fn told(self) -> Self {
        Self { told: true, ..self }
    }

    /// Only the owner of the node can mend it: started again, it ends the same way.
    #[must_use]
    pub fn of_owner(self) -> Self {
        Self {
            code: OWNERS,
            ..self
        }
    }

    /// The exit code.
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// Whether it stands in a log already.
    pub const fn is_told(&self) -> bool {
        self.told
    }

    /// As machines read it: `error`, `next`, and what else is known.
    pub fn json(&self) -> Value {
        let mut json = json!({ "error": self.what, "next": self.next });
        if let (Value::Object(json), Value::Object(data)) = (&mut json, &self.data) {
            json.extend(data.clone());
        }
        json
    }

    /// What happened.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The next step, where there is one.
    pub fn step(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl From<surge_chain::Error> for Failure {
    fn from(error: surge_chain::Error) -> Self {
        use surge_chain::Error as E;
        let failure = Self::new(contract_error(&error));
        match &error {
            E::Unreachable { .. } => failure.next(
                "is the node running? `surge network show` tells its address; for the devnet: scripts/devnet up",
            ),
            E::NotIncluded {
                hash, last_block, ..
            }
            | E::Unseen {
                hash, last_block, ..
            } => failure
                .next(format!("look again with: surge tx {hash}"))
                .with(&json!({ "tx": hash, "may_land_until": last_block })),
            E::Unfunded { address, .. } => {
                failure.next(format!("send {address} some coins, or use another key with --from"))
            }
            E::OtherChain { .. } => {
                failure.next("mend chain_id or rpc in the network's file: surge network show tells where it is")
            }
            E::FeeTooHigh { .. } => failure.next(
                "if it is worth that, allow it with --highest-fee AMOUNT or highest_fee in the network's file; if not, the node asks too much: name another one in the network's rpc",
            ),
            E::Mnemonic { .. } => failure.next(
                "a mnemonic has 12, 15, 18, 21 or 24 words of BIP-39's English list, in their order, with spaces between",
            ),
            E::NotKept { .. } => failure
                .next("ask a node that has them: put it first in the network's rpc"),
            E::Forgotten { .. } => failure
                .next("ask a node that keeps all states, an archive node: put it first in the network's rpc"),
            _ => match next_steps::step(&failure.what).or_else(|| next_steps::step(error.raw_log()))
            {
                Some(step) => failure.next(step),
                None => failure,
            },
        }
    }
}

/// The contract's own words, where the chain wraps them in its own.
fn contract_error(error: &surge_chain::Error) -> String {
    let log = error.raw_log();
    // What cw20-base says when somebody sends more than it has.
    if log.contains("Cannot Sub with given operands") {
        return "the token says that this is more than its sender has".to_owned();
    }
    let said = log
        .split_once("message index: ")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(log, |(_, said)| said);
    let said = said.split(": execute wasm contract failed").next();
    let said = said.and_then(|said| said.split(": query wasm contract failed").next());
    // The escrow says what the registry answered it, of a job that is none yet.
    let said = said.map(|said| match said.split_once("no node for job ") {
        Some((_, rest)) => rest.split_once(": ").map_or_else(
            || said.to_owned(),
            |(_, why)| format!("no node takes it: {why}"),
        ),
        None => said.to_owned(),
    });
    match said {
        Some(said) if !said.is_empty() && log.contains("wasm contract failed") => said,
        _ => error.to_string(),
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("JSON: {error}"))
    }
}
