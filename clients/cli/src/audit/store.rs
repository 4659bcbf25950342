//! The registry's index of one market, as it stood at a moment: a copy of its records.

use std::collections::BTreeMap;

use cosmwasm_std::{MemoryStorage, Storage};
use surge_chain::Record;
use surge_interface::registry::{NodeResponse, NodesResponse, QueryMsg};
use surge_interface::Explanation;
use surge_matching::{
    index::{self, Root, StoredDirectory},
    Card, Market, Node, Row, RowKey,
};

use super::{moment::Moment, registry_at, request::Request};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// First byte of the keys of rows, words, roots and virtual times; see docs/matching.md.
const KINDS: [u8; 4] = [1, 2, 3, 4];
/// Of rows.
const ROWS: u8 = 1;

/// The index of a market.
pub struct Index {
    storage: MemoryStorage,
    root: Root,
    market: Market,
}

impl Index {
    /// Reads it from the ledger.
    pub fn read(session: &Session, moment: &Moment, market: Market) -> Outcome<Self> {
        let mut storage = MemoryStorage::new();
        let before = moment.height.saturating_sub(1);
        for kind in KINDS {
            for (key, value) in records(session, market, kind, before)? {
                storage.set(&key, &value);
            }
        }
        let root = Root::load(&storage, market).map_err(Failure::new)?;
        Ok(Self {
            storage,
            root,
            market,
        })
    }

    /// As a search reads it.
    pub fn directory(&self) -> StoredDirectory<'_> {
        StoredDirectory::new(&self.storage, &self.root)
    }

    /// Tag of the market's last pick.
    pub fn virtual_time(&self) -> u64 {
        self.root.virtual_time
    }

    /// All rows, one by one.
    pub fn rows(&self) -> Outcome<Vec<Row>> {
        let prefix = prefix(self.market, ROWS);
        let end = [prefix.as_slice(), &[u8::MAX; RowKey::LEN]].concat();
        let order = cosmwasm_std::Order::Ascending;
        let rows = self.storage.range(Some(&prefix), Some(&end), order);
        rows.map(|(key, card)| row(&key, &card)).collect()
    }

    /// The row of one node.
    pub fn row_of(&self, node: u32) -> Outcome<Option<Row>> {
        Ok(self.rows()?.into_iter().find(|row| row.key.node == node))
    }

    /// Nodes whose row is not what their record gives.
    pub fn untrue(
        &self,
        session: &Session,
        moment: &Moment,
        request: &Request,
    ) -> Outcome<Vec<u32>> {
        let rows = self.rows()?;
        let mut facts: BTreeMap<u32, NodeResponse> = BTreeMap::new();
        let mut start_after = None;
        loop {
            let msg = QueryMsg::Nodes {
                provider: None,
                start_after,
                limit: Some(100),
            };
            let page: NodesResponse = registry_at(session, moment, &msg)?;
            start_after = page.nodes.last().map(|node| node.id);
            facts.extend(page.nodes.into_iter().map(|node| (node.id, node)));
            if start_after.is_none_or(|last| facts.len() >= rows.len() && past(&rows, last)) {
                break;
            }
        }
        let untrue = rows.iter().filter(|row| {
            let fact = facts.get(&row.key.node);
            fact.is_none_or(|fact| expected(fact, row, request) != **row)
        });
        Ok(untrue.map(|row| row.key.node).collect())
    }

    /// Puts in what other transactions of the block did before. Says what cannot be known.
    pub fn catch_up(&mut self, session: &Session, moment: &Moment) -> Outcome<Vec<String>> {
        let mut doubts = vec![];
        if moment.before.is_empty() {
            return Ok(doubts);
        }
        let after: BTreeMap<u32, Row> = records(session, self.market, ROWS, moment.height)?
            .into_iter()
            .map(|(key, card)| row(&key, &card).map(|row| (row.key.node, row)))
            .collect::<Outcome<_>>()?;
        for earlier in &moment.before {
            doubts.extend(earlier.other.iter().map(|what| format!("{what} happened")));
            for node in &earlier.nodes {
                if moment.later.contains(node) {
                    doubts.push(format!("node {node} changed"));
                    continue;
                }
                let old = self.row_of(*node)?;
                let changed = match (old, after.get(node)) {
                    (Some(old), Some(new)) => {
                        index::replace(&mut self.storage, &mut self.root, &old.key, new)
                    }
                    (Some(old), None) => index::remove(&mut self.storage, &mut self.root, &old.key),
                    (None, Some(new)) => index::insert(&mut self.storage, &mut self.root, new),
                    (None, None) => Ok(()),
                };
                changed.map_err(Failure::new)?;
            }
            for job in &earlier.jobs {
                let at = session.contracts()?;
                let msg = QueryMsg::ExplainMatch { job: *job };
                let pick: Explanation = session
                    .chain()?
                    .at(moment.height)
                    .smart(&at.registry, &msg)?;
                let same = after
                    .get(&pick.pick.node)
                    .is_some_and(|row| row.key.market == self.market);
                if same {
                    self.root.virtual_time = pick.pick.tag.u64();
                }
            }
        }
        Ok(doubts)
    }
}

/// The row that a node's record gives. Its turn stands in the index alone.
fn expected(fact: &NodeResponse, row: &Row, request: &Request) -> Row {
    let node = Node {
        id: fact.id,
        provider: fact.provider,
        region: fact.spec.region,
        bandwidth_tier: fact.spec.bandwidth_tier,
        leading: request.job.leading,
        free: fact
            .spec
            .capacity
            .saturating_sub(&fact.reserved)
            .saturating_sub(&fact.withheld),
        prices: fact.spec.prices,
        reputation_ppm: row.card.reputation_ppm,
        clean_ppm: fact.spec.clean_ppm,
        last_seen_secs: fact.last_seen_secs,
        bond: fact.bond,
        locked: fact.locked,
        virtual_time: row.key.virtual_time,
    };
    Row::of(&node, request.job.market, &request.job.reference)
}

fn past(rows: &[Row], last: u32) -> bool {
    rows.iter().all(|row| row.key.node <= last)
}

fn records(session: &Session, market: Market, kind: u8, height: u64) -> Outcome<Vec<Record>> {
    let registry = session.contracts()?.registry;
    let prefix = prefix(market, kind);
    Ok(session.chain()?.at(height).records(&registry, &prefix)?)
}

/// Virtual times are shared by all generations of a market.
fn prefix(market: Market, kind: u8) -> Vec<u8> {
    let mut prefix = vec![kind, market.class, market.denom];
    if kind != 4 {
        prefix.push(market.generation);
    }
    prefix
}

fn row(key: &[u8], card: &[u8]) -> Outcome<Row> {
    let key = key.strip_prefix(&[ROWS]).unwrap_or_default();
    Ok(Row {
        key: RowKey::from_bytes(key).map_err(Failure::new)?,
        card: Card::from_bytes(card).map_err(Failure::new)?,
    })
}
