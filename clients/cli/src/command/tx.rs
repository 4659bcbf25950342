//! `surge tx`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{json, Value};
use surge_chain::{Error, Included, Pending, Progress};

use crate::{
    failure::{Failure, Outcome},
    output::{table, thousands, Report},
    sent,
    session::Session,
};

/// What can be said after `surge tx`.
#[derive(Args)]
pub struct Arguments {
    /// Its hash, 64 hexadecimal digits.
    hash: String,
}

/// Carries it out. A transaction that is in a block and succeeded is a report; everything
/// else is a failure that says in `status` what became of it: `failed`, `waiting` (it may
/// still land), `lost` (it cannot land any more) or `unknown`.
pub fn run(arguments: &Arguments, session: &Session) -> Outcome<Report> {
    let hash = &arguments.hash;
    let chain = session.chain()?;
    match chain.find_with_progress(hash) {
        Ok((_, Some(included))) => report(&included),
        Ok((progress, None)) => Err(missing(session, hash, progress)?),
        Err(error) => {
            let failed = match &error {
                Error::Failed { code, gas_used, .. } => {
                    json!({ "hash": hash, "status": "failed", "code": code, "gas_used": gas_used })
                }
                _ => return Err(error.into()),
            };
            let failure = Failure::from(error);
            let told = Failure::new(format!(
                "it is in a block and failed, its fee is paid: {}",
                failure.what()
            ))
            .with(&failed);
            Err(match failure.step() {
                Some(step) => told.next(step),
                None => told,
            })
        }
    }
}

fn missing(session: &Session, hash: &str, progress: Progress) -> Outcome<Failure> {
    let height = progress.height;
    let of = |status: &str, last: Option<u64>| json!({ "hash": hash, "status": status, "height": height, "may_land_until": last });
    if progress.catching_up {
        return Ok(Failure::new(format!(
            "the node is still catching up, at block {height}: it cannot know what became of {hash}"
        ))
        .next("ask again later, or ask another node: --network FILE")
        .with(&of("unknown", None)));
    }
    let sent = sent::find(&session.network().chain_id, hash)?;
    let mut past = false;
    if let Some(sent) = &sent {
        let pending = Pending {
            hash: hash.to_owned(),
            last_block: sent.last_block,
        };
        past = progress.is_past(&pending);
        if past && !progress.holds(&pending) {
            return Ok(Failure::new(format!(
                "the node has no blocks before {}: it cannot know what became of {hash}, which one from block {} to {} may hold. It was: {}",
                progress.earliest,
                pending.first_block(),
                pending.last_block,
                sent.what
            ))
            .next("ask a node that has them: --network FILE; do not send it a second time before one of those says that it is lost")
            .with(&of("unknown", Some(sent.last_block))));
        }
    }
    Ok(match sent {
        Some(sent) if past => Failure::new(format!(
            "{hash} is in no block and can no longer land: block {} was its last, this is {height}. It was: {}",
            sent.last_block, sent.what
        ))
        .next("it can be sent again, without danger of doing it twice")
        .with(&of("lost", Some(sent.last_block))),
        Some(sent) => Failure::new(format!(
            "{hash} is in no block yet; it may land up to block {}, this is {height}. It is: {}",
            sent.last_block, sent.what
        ))
        .next("ask again; do not send it a second time before that block")
        .with(&of("waiting", Some(sent.last_block))),
        None => Failure::new(format!(
            "no block holds {hash}, and it was not sent from here, so nobody knows up to which block it may land"
        ))
        .next("what this program sends may land for 100 blocks; after that it can be sent again. What --unsigned wrote has no last block: until another transaction of its account is in a block, do not send it again. A node forgets old transactions: ask another one, too")
        .with(&of("unknown", None)),
    })
}

fn report(included: &Included) -> Outcome<Report> {
    let mut rows = table(&["event", "attribute", "value"]);
    for event in &included.events {
        let Some(kind) = event.kind.strip_prefix("wasm-") else {
            continue;
        };
        for (index, (key, value)) in event.attributes.iter().enumerate() {
            rows.add_row([if index == 0 { kind } else { "" }, key, value]);
        }
    }
    let rows = match rows.is_empty() {
        true => String::new(),
        false => format!("\n{rows}"),
    };
    let text = format!(
        "in block {}, {} gas of {}{rows}",
        included.height,
        thousands(included.gas_used),
        thousands(included.gas_limit),
    );
    let events: Vec<Value> = included
        .events
        .iter()
        .map(|event| {
            let attributes: BTreeMap<_, _> = event.attributes.iter().cloned().collect();
            json!({ "type": event.kind, "attributes": attributes })
        })
        .collect();
    Report::new(
        &json!({
            "hash": included.hash,
            "status": "included",
            "height": included.height,
            "gas_used": included.gas_used,
            "gas_limit": included.gas_limit,
            "events": events,
        }),
        text,
    )
}
