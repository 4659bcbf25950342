//! When a pick happened, and what happened in the same block before.

use std::collections::BTreeSet;

use cosmwasm_std::Uint128;
use surge_chain::{Event, Included};
use surge_interface::Explanation;

use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// A pick's transaction in its block.
pub struct Moment {
    /// The block.
    pub height: u64,
    /// Its time, in seconds since 1970.
    pub at_secs: u64,
    /// The transaction.
    pub tx: String,
    /// Whether the registry was asked once more for the same job, after a declining.
    pub again: bool,
    /// Transactions of the block before it that changed the registry, in order.
    pub before: Vec<Earlier>,
    /// Nodes that it or later transactions of the block changed.
    pub later: BTreeSet<u32>,
}

/// A transaction of the same block.
pub struct Earlier {
    /// Its hash.
    pub hash: String,
    /// What it did to nodes, in order.
    pub changes: Vec<Change>,
    /// What else it changed that a search may depend on.
    pub other: Vec<String>,
}

/// What happened to a node.
pub struct Change {
    /// The node.
    pub node: u32,
    /// What.
    pub kind: ChangeKind,
}

/// What can happen to a node.
#[derive(PartialEq, Eq)]
pub enum ChangeKind {
    /// Its operator said that it is alive.
    Alive,
    /// It took a job and locked so much bond for it.
    Assigned {
        /// The job.
        job: u64,
        /// The bond.
        collateral: Uint128,
    },
    /// Something else.
    Other,
}

/// Events that change nothing that a search reads.
const HARMLESS: [&str; 9] = [
    "bonded",
    "unbonding_started",
    "bond_withdrawn",
    "payout_set",
    "tips_withdrawn",
    "kitty_funded",
    "nobody_found",
    "ownership_changed",
    "node_slashed", // its node is in node_released too
];

impl Moment {
    /// Finds it by the event that the pick left.
    pub fn find(session: &Session, recorded: &Explanation) -> Outcome<Self> {
        let (chain, registry) = (session.chain()?, session.contracts()?.registry);
        let condition = format!(
            "wasm-node_assigned.job='{}' AND wasm-node_assigned._contract_address='{registry}'",
            recorded.job
        );
        let mut picks = chain.transactions(&condition).map_err(|error| {
            Failure::from(error).next(
                "when the pick was is found by its event: ask a node with an index of transactions (tx_index.indexer = \"kv\")",
            )
        })?;
        // A job that was declined was picked a node for more than once: the last one counts.
        let pick = loop {
            let pick = picks.pop().ok_or_else(|| {
                Failure::new(format!(
                    "the node does not find the transaction that picked a node for job {}",
                    recorded.job
                ))
                .next("it may have forgotten old blocks: ask an archive node")
            })?;
            let ours = of(&pick.included, &registry).any(|(kind, event)| {
                kind == "node_assigned" && event.get("job") == Some(&recorded.job.to_string())
            });
            if ours && chain.secs_of(pick.included.height)? == recorded.at_secs {
                break pick;
            }
        };
        let height = pick.included.height;
        let again = pick.included.events.iter().any(|event| {
            event.kind == "wasm"
                && event.get("_contract_address") == Some(&registry)
                && event.get("action") == Some("reassign")
        });
        let (mut before, mut later) = (vec![], BTreeSet::new());
        let search = ["node_assigned", "node_evicted", "node_released"];
        let own: Vec<&str> = of(&pick.included, &registry)
            .map(|(kind, _)| kind)
            .collect();
        let picks = own.iter().filter(|kind| **kind == "node_assigned").count();
        if picks > 1 || own.iter().any(|kind| !search.contains(kind)) {
            before.push(Earlier {
                hash: pick.included.hash.clone(),
                changes: vec![],
                other: vec!["more of the same transaction".to_owned()],
            });
        }
        for tx in chain.transactions(&format!("tx.height={height}"))? {
            let touched = Earlier::read(&tx.included, &registry);
            match tx.index < pick.index {
                true if touched.changes() => before.push(touched),
                true => {}
                false => later.extend(touched.changes.iter().map(|change| change.node)),
            }
        }
        Ok(Self {
            height,
            at_secs: recorded.at_secs,
            tx: pick.included.hash,
            again,
            before,
            later,
        })
    }
}

impl Earlier {
    fn read(tx: &Included, registry: &str) -> Self {
        let mut touched = Self {
            hash: tx.hash.clone(),
            changes: vec![],
            other: vec![],
        };
        for (kind, event) in of(tx, registry) {
            let number = |name: &str| event.get(name).and_then(|text| text.parse().ok());
            let node = number("node").and_then(|node: u64| u32::try_from(node).ok());
            let change = match kind {
                "heartbeat_received" => ChangeKind::Alive,
                "node_assigned" => match (number("job"), event.get("collateral")) {
                    (Some(job), Some(collateral)) => ChangeKind::Assigned {
                        job,
                        collateral: collateral.parse().map(Uint128::new).unwrap_or_default(),
                    },
                    _ => ChangeKind::Other,
                },
                _ => ChangeKind::Other,
            };
            match node {
                Some(node) => touched.changes.push(Change { node, kind: change }),
                None if HARMLESS.contains(&kind) => {}
                None => touched.other.push(kind.to_owned()),
            }
        }
        touched
    }

    fn changes(&self) -> bool {
        !self.changes.is_empty() || !self.other.is_empty()
    }
}

/// The registry's own events of a transaction.
fn of<'a>(tx: &'a Included, registry: &'a str) -> impl Iterator<Item = (&'a str, &'a Event)> {
    tx.events.iter().filter_map(move |event| {
        let kind = event.kind.strip_prefix("wasm-")?;
        (event.get("_contract_address") == Some(registry)).then_some((kind, event))
    })
}
