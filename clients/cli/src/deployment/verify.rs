//! Whether what is on the chain is what this program would put there.

use std::path::Path;

use serde::Serialize;
use serde_json::{json, Value};
use surge_interface::token;

use super::{blueprint, Addresses, Settings, CONTRACTS};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// One thing that was compared.
#[derive(Serialize)]
pub struct Finding {
    /// The contract.
    pub contract: &'static str,
    /// What was compared.
    pub what: String,
    /// What it should be.
    pub expected: Value,
    /// What it is.
    pub found: Value,
    /// Whether they are the same.
    pub holds: bool,
}

/// Settings that a contract tells as it was told them: query, and where they stand in its
/// first message.
const TOLD: [(&str, &str, &str, &str); 18] = [
    ("dao", r#"{"config":{}}"#, "/name", "/name"),
    ("dao", r#"{"config":{}}"#, "/profile", "/profile"),
    ("dao", r#"{"config":{}}"#, "/settings", "/settings"),
    ("dao", r#"{"policies":{}}"#, "", "/policies"),
    ("registry", r#"{"config":{}}"#, "/escrow", "/escrow"),
    ("registry", r#"{"config":{}}"#, "/profile", "/profile"),
    ("registry", r#"{"params":{}}"#, "", "/params"),
    ("registry", r#"{"denoms":{}}"#, "/denoms", "/denoms"),
    ("registry", r#"{"classes":{}}"#, "/classes", "/classes"),
    ("escrow", r#"{"config":{}}"#, "/registry", "/registry"),
    ("escrow", r#"{"config":{}}"#, "/arbiter", "/arbiter"),
    ("escrow", r#"{"config":{}}"#, "/treasury", "/treasury"),
    (
        "escrow",
        r#"{"config":{}}"#,
        "/reward_token",
        "/reward_token",
    ),
    ("escrow", r#"{"config":{}}"#, "/profile", "/profile"),
    ("escrow", r#"{"params":{}}"#, "", "/params"),
    ("rewards", r#"{"config":{}}"#, "/token", "/token"),
    ("rewards", r#"{"config":{}}"#, "/epoch_secs", "/epoch_secs"),
    ("rewards", r#"{"params":{}}"#, "/params", "/params"),
];

/// Compares all that can be compared.
pub fn verify(session: &Session, settings: &Settings, artifacts: &Path) -> Outcome<Vec<Finding>> {
    let chain = session.chain()?;
    let at = session.contracts()?;
    let mut findings = vec![];
    for contract in CONTRACTS {
        let address = at.get(contract);
        let mut note = |what: &str, expected: Value, found: Value| {
            findings.push(Finding {
                contract,
                what: what.to_owned(),
                holds: expected == found,
                expected,
                found,
            });
        };
        let found = chain.contract(address)?.ok_or_else(|| {
            Failure::new(format!("there is no {contract} at {address}"))
                .next("put it there with: surge deploy apply")
        })?;
        let local = super::apply::checksum(artifacts, contract)?;
        let code = chain.code(found.code_id)?;
        let code = code.map(|code| code.checksum.to_hex());
        note("code", json!(local), json!(code));
        note("admin", json!(at.dao), json!(found.admin));
        let version: Value = serde_json::from_slice(&chain.raw(address, b"contract_info")?)?;
        let name = format!("crates.io:surge-{contract}");
        if contract != "token" {
            note("name", json!(name), version["contract"].clone());
            note(
                "version",
                json!(env!("CARGO_PKG_VERSION")),
                version["version"].clone(),
            );
        }
        if matches!(contract, "registry" | "escrow" | "rewards") {
            let ownership: Value = chain.smart(address, &json!({ "ownership": {} }))?;
            note("owner", json!(at.dao), ownership["owner"].clone());
            note(
                "offered to",
                Value::Null,
                ownership["pending_owner"].clone(),
            );
        }
        if contract == "token" {
            check_token(session, &at, &mut note)?;
        }
        let message = blueprint::message(contract, settings, &at, &session.network().fee.denom, 0)?;
        for (_, query, answer, told) in TOLD.iter().filter(|row| row.0 == contract) {
            let query: Value = serde_json::from_str(query)?;
            let answered: Value = chain.smart(address, &query)?;
            let found = answered.pointer(answer).cloned().unwrap_or_default();
            let expected = message.pointer(told).cloned().unwrap_or_default();
            note(told.trim_start_matches('/'), expected, found);
        }
    }
    Ok(findings)
}

fn check_token(
    session: &Session,
    at: &Addresses,
    note: &mut impl FnMut(&str, Value, Value),
) -> Outcome<()> {
    let info: Value = session.ask(&at.token, &json!({ "token_info": {} }))?;
    let minter: Value = session.ask(&at.token, &json!({ "minter": {} }))?;
    note("symbol", json!(token::SYMBOL), info["symbol"].clone());
    note("decimals", json!(token::DECIMALS), info["decimals"].clone());
    note("minter", json!(at.rewards), minter["minter"].clone());
    note("cap", json!(token::CAP.to_string()), minter["cap"].clone());
    Ok(())
}
