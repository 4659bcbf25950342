//! `surge tx`.

use clap::Args;
use serde_json::json;

use crate::{
    failure::{Failure, Outcome},
    output::{table, thousands, Report},
    session::Session,
};

/// What can be said after `surge tx`.
#[derive(Args)]
pub struct Arguments {
    /// Its hash.
    hash: String,
}

/// Carries it out.
pub fn run(arguments: &Arguments, session: &Session) -> Outcome<Report> {
    let found = session.chain()?.find(&arguments.hash)?;
    let included = found.ok_or_else(|| {
        Failure::new(format!("no block holds {}", arguments.hash)).next(
            "it may still land within 100 blocks of its sending; after that it never will, and can be sent again",
        )
    })?;
    let mut rows = table(&["event", "attribute", "value"]);
    for (kind, attributes) in &included.events {
        if !kind.starts_with("wasm-") {
            continue;
        }
        for (index, (key, value)) in attributes.iter().enumerate() {
            let kind = if index == 0 {
                kind.trim_start_matches("wasm-")
            } else {
                ""
            };
            rows.add_row([kind, key, value]);
        }
    }
    let text = format!(
        "in block {}, {} gas of {}\n{rows}",
        included.height,
        thousands(included.gas_used),
        thousands(included.gas_limit),
    );
    let events: Vec<_> = included
        .events
        .iter()
        .map(|(kind, attributes)| json!({ "type": kind, "attributes": attributes }))
        .collect();
    Report::new(
        &json!({
            "hash": included.hash,
            "height": included.height,
            "gas_used": included.gas_used,
            "gas_limit": included.gas_limit,
            "events": events,
        }),
        text,
    )
}
