//! What went wrong, and what to do about it.

use std::fmt;

/// An error as people read it: what happened, and the next step.
#[derive(Debug)]
pub struct Failure {
    what: String,
    next: Option<String>,
    details: Option<serde_json::Value>,
}

/// What a command comes to.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Something went wrong.
    pub fn new(what: impl fmt::Display) -> Self {
        Self {
            what: what.to_string(),
            next: None,
            details: None,
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

    /// What machines want to know of it beside.
    #[must_use]
    pub fn details(self, details: serde_json::Value) -> Self {
        Self {
            details: Some(details),
            ..self
        }
    }

    /// It as machines read it.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "error": self.what, "next": self.next, "details": self.details })
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
            E::NotIncluded { hash, .. } => {
                failure.next(format!("look again with: surge tx {hash}"))
            }
            E::Unfunded { address, .. } => {
                failure.next(format!("send {address} some coins, or use another key with --from"))
            }
            E::Refused { raw_log, .. } if raw_log.contains("insufficient fee") => {
                failure.next("the node wants a higher gas price: gas_price in the network's file")
            }
            E::Refused { raw_log, .. } | E::Failed { raw_log, .. }
                if raw_log.contains("insufficient funds") =>
            {
                failure.next("see what the key holds with: surge keys show NAME")
            }
            E::Failed { raw_log, .. } if raw_log.contains("out of gas") => {
                failure.next("give it more with --gas, or leave --gas away to have it simulated")
            }
            _ => failure,
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
    match said {
        Some(said) if !said.is_empty() && log.contains("wasm contract failed") => said.to_owned(),
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
