//! When a pick happened, and what happened in the same block before.

use std::collections::BTreeSet;

use surge_chain::{Attributes, Included};
use surge_interface::Explanation;

use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// A pick's transaction in its block.
pub struct Moment {
    /// The block.
    pub height: u64,
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
    /// Nodes that it changed.
    pub nodes: BTreeSet<u32>,
    /// Jobs that it found nodes for, in order.
    pub jobs: Vec<u64>,
    /// What else it changed that a search may depend on.
    pub other: Vec<String>,
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
        let condition = format!("wasm-node_assigned.job='{}'", recorded.job);
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
            let ours = of(&pick.included, &registry).any(|(kind, attributes)| {
                kind == "node_assigned" && attributes.get("job") == Some(&recorded.job.to_string())
            });
            if ours && chain.secs_of(pick.included.height)? == recorded.at_secs {
                break pick;
            }
        };
        let height = pick.included.height;
        let again = pick.included.events.iter().any(|(kind, attributes)| {
            kind == "wasm"
                && attributes.get("_contract_address") == Some(&registry)
                && attributes
                    .get("action")
                    .is_some_and(|action| action == "reassign")
        });
        let (mut before, mut later) = (vec![], BTreeSet::new());
        let own = Earlier::read(&pick.included, &registry);
        let search = ["node_assigned", "node_evicted", "node_released"];
        if own.jobs.len() > 1
            || of(&pick.included, &registry).any(|(kind, _)| !search.contains(&kind))
        {
            before.push(Earlier {
                hash: pick.included.hash.clone(),
                nodes: BTreeSet::new(),
                jobs: vec![],
                other: vec!["more of the same transaction".to_owned()],
            });
        }
        for tx in chain.transactions(&format!("tx.height={height}"))? {
            let touched = Earlier::read(&tx.included, &registry);
            match tx.index < pick.index {
                true if touched.changes() => before.push(touched),
                true => {}
                false => later.extend(touched.nodes),
            }
        }
        Ok(Self {
            height,
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
            nodes: BTreeSet::new(),
            jobs: vec![],
            other: vec![],
        };
        for (kind, attributes) in of(tx, registry) {
            let node: Option<u32> = attributes.get("node").and_then(|node| node.parse().ok());
            if kind == "node_assigned" {
                let job: Option<u64> = attributes.get("job").and_then(|job| job.parse().ok());
                touched.jobs.extend(job);
            }
            match node {
                Some(node) => touched.nodes.extend([node]),
                None if HARMLESS.contains(&kind) => {}
                None => touched.other.push(kind.to_owned()),
            }
        }
        touched
    }

    fn changes(&self) -> bool {
        !self.nodes.is_empty() || !self.other.is_empty()
    }
}

/// The registry's own events of a transaction.
fn of<'a>(tx: &'a Included, registry: &'a str) -> impl Iterator<Item = (&'a str, &'a Attributes)> {
    tx.events.iter().filter_map(move |(kind, attributes)| {
        let own = attributes
            .get("_contract_address")
            .is_some_and(|contract| contract == registry);
        let kind = kind.strip_prefix("wasm-")?;
        own.then_some((kind, attributes))
    })
}
