//! What other transactions of a pick's block did before it.
//!
//! A node that only they changed stands after the block as it stood before the pick. One that
//! the pick or a later transaction changed too is taken along step by step: heartbeats and
//! jobs are all that may happen to it, anything else leaves a doubt.

use std::collections::{btree_map::Entry, BTreeMap, BTreeSet};

use surge_interface::{
    escrow::Pick,
    registry::{NodeResponse, QueryMsg},
    Explanation,
};
use surge_matching::advance;

use super::{
    job_at,
    moment::{Change, ChangeKind, Moment},
    registry_at,
    request::Request,
    store::{expected, Index},
};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// Brings the index to the moment of the pick. Says what cannot be known.
pub fn catch_up(
    session: &Session,
    moment: &Moment,
    request: &Request,
    index: &mut Index,
) -> Outcome<BTreeSet<String>> {
    let mut doubts = BTreeSet::new();
    if moment.before.is_empty() {
        return Ok(doubts);
    }
    let after = index.after(session, moment)?;
    let mut nodes: BTreeMap<u32, Step> = BTreeMap::new();
    for earlier in &moment.before {
        doubts.extend(earlier.other.iter().map(|what| format!("{what} happened")));
        for change in &earlier.changes {
            let node = change.node;
            let step = match nodes.entry(node) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Step::first(session, moment, index, node)?),
            };
            if !step.competes(index) {
                continue;
            }
            let known = step.take(session, moment, request, index, change)?;
            if !moment.later.contains(&node) {
                index.put(node, after.get(&node))?;
            } else if known {
                let row = step.row(request);
                index.put(node, row.as_ref())?;
            } else {
                doubts.insert(format!("node {node} changed in a way that no event tells"));
            }
        }
    }
    Ok(doubts)
}

/// A node on its way through a block.
struct Step {
    fact: NodeResponse,
    virtual_time: u64,
    /// What its owner keeps back is the same before and after the block.
    steady: bool,
}

impl Step {
    fn first(session: &Session, moment: &Moment, index: &Index, node: u32) -> Outcome<Self> {
        let msg = QueryMsg::Node { node };
        let registry = session.contracts()?.registry;
        let after: NodeResponse = session.chain()?.at(moment.height).smart(&registry, &msg)?;
        // A node that is added in this block was not there before.
        let before: NodeResponse =
            registry_at(session, moment, &msg).unwrap_or_else(|_| after.clone());
        let row = index.row_of(node)?;
        Ok(Self {
            steady: before.withheld == after.withheld,
            virtual_time: row.map_or(0, |row| row.key.virtual_time),
            fact: before,
        })
    }

    /// Whether it is in the market of the pick.
    fn competes(&self, index: &Index) -> bool {
        let market = index.market();
        (self.fact.spec.class, self.fact.spec.denom) == (market.class, market.denom)
    }

    /// Takes a change in. Answers whether all of it is known.
    fn take(
        &mut self,
        session: &Session,
        moment: &Moment,
        request: &Request,
        index: &mut Index,
        change: &Change,
    ) -> Outcome<bool> {
        match change.kind {
            ChangeKind::Alive => {
                self.fact.last_seen_secs = moment.at_secs;
                Ok(self.steady && self.fact.indexed)
            }
            ChangeKind::Assigned { job, collateral } => {
                let registry = session.contracts()?.registry;
                let found = job_at(session, job, moment.height)?;
                let explained: Explanation = session
                    .chain()?
                    .at(moment.height)
                    .smart(&registry, &QueryMsg::ExplainMatch { job })?;
                let (need, tag) = (found.spec.need, explained.pick.tag.u64());
                let worth = request
                    .worth(need, found.spec.reserved_secs, explained.pick.price)
                    .map_err(Failure::new)?;
                self.virtual_time = advance(tag, worth, self.fact.bond);
                self.fact.locked = self.fact.locked.saturating_add(collateral);
                let reserved = self.fact.reserved.checked_add(&need);
                self.fact.reserved = reserved.unwrap_or(self.fact.reserved);
                if !matches!(found.spec.pick, Pick::Pinned(_)) {
                    index.turn(tag);
                }
                Ok(self.fact.indexed)
            }
            ChangeKind::Other => Ok(false),
        }
    }

    /// Its row; none when it has no room left.
    fn row(&self, request: &Request) -> Option<surge_matching::Row> {
        let row = expected(&self.fact, self.virtual_time, request);
        request.has_room(&row).then_some(row)
    }
}
