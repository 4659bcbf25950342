//! What was searched for: the job's order, with the registry's tables of that moment.

use cw_storage_plus::Path;
use serde_json::Value;
use surge_interface::{
    escrow::{self, Pick},
    registry::{ClassesResponse, DenomsResponse, NodeResponse, Params, QueryMsg, RegionsResponse},
    Explanation, PPM,
};
use surge_matching::{judge, search, Job, Limits, Market, Row};

use super::{job_at, moment::Moment, registry_at, store::Index, Finding};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// A search that can be run again.
pub struct Request {
    /// The job as the search knows it.
    pub job: Job,
    number: u64,
    params: Params,
    pinned: Option<u32>,
}

impl Request {
    /// Reads it from the ledger.
    pub fn read(session: &Session, moment: &Moment, recorded: &Explanation) -> Outcome<Self> {
        let (at, chain) = (session.contracts()?, session.chain()?);
        let before = moment.height.saturating_sub(1);
        // After the block the job is there, with its deposit still held.
        let found = job_at(session, recorded.job, moment.height)?;
        let (spec, summary) = (&found.spec, &found.summary);
        let terms: escrow::Params = chain.at(moment.height).smart(
            &at.escrow,
            &escrow::QueryMsg::Params {
                version: Some(summary.params_version),
            },
        )?;
        let params: Params = registry_at(session, moment, &QueryMsg::Params {})?;
        let regions: RegionsResponse = registry_at(session, moment, &QueryMsg::Regions {})?;
        let classes: ClassesResponse = registry_at(session, moment, &QueryMsg::Classes {})?;
        let denoms: DenomsResponse = registry_at(session, moment, &QueryMsg::Denoms {})?;
        let odd = |what: &str| {
            Failure::new(format!(
                "the registry of block {before} has no {what} of job {}",
                recorded.job
            ))
        };
        let denom = summary
            .denom
            .id_in(&denoms.denoms)
            .ok_or_else(|| odd("denomination"))?;
        let class = classes
            .classes
            .get(usize::from(spec.class))
            .ok_or_else(|| odd("class"))?;
        let market = class
            .markets
            .iter()
            .find(|market| market.denom == denom)
            .ok_or_else(|| odd("market"))?;
        let weights = spec.weights.unwrap_or(params.weights);

        let mut own = vec![];
        for map in ["owners", "operators"] {
            let key = Path::<u32>::new(map.as_bytes(), &[summary.requester.as_bytes()]);
            let provider = chain.at(before).raw(&at.registry, &key)?;
            if !provider.is_empty() {
                own.push(serde_json::from_slice(&provider)?);
            }
        }
        if moment.again {
            for node in &summary.declined {
                // The whole provider is out, also when its node is gone since.
                let msg = QueryMsg::Node { node: *node };
                let found: Result<NodeResponse, _> = registry_at(session, moment, &msg);
                own.extend(found.ok().map(|node| node.provider));
            }
        }
        let silence = params
            .heartbeat_secs
            .saturating_mul(params.missed_heartbeats.into());
        let places = &regions.regions;
        let mut allowed = u64::MAX;
        if !spec.regions.is_empty() || !spec.jurisdictions.is_empty() {
            allowed = 0;
            for (id, place) in (0u8..).zip(places) {
                let named = spec.regions.is_empty() || spec.regions.contains(&id);
                let lawful = spec.jurisdictions.is_empty()
                    || spec.jurisdictions.contains(&place.jurisdiction);
                if named && lawful {
                    allowed |= 1 << id;
                }
            }
        }
        let replicas = spec.data.replicas.iter();
        let replicas = replicas.filter_map(|region| places.get(usize::from(*region)));
        let rtt_ms = replicas
            .map(|place| place.rtt_ms.clone())
            .reduce(|one, other| one.into_iter().zip(other).map(|(a, b)| a.min(b)).collect())
            .unwrap_or_default();
        Ok(Self {
            job: Job {
                market: Market {
                    class: spec.class,
                    denom,
                    generation: generation(session, spec.class, denom, before)?,
                },
                leading: class.leading,
                reference: market.reference,
                need: spec.need,
                reserved_secs: spec.reserved_secs,
                max_price: summary.held,
                collateral_bps: terms.collateral_bps,
                weights,
                rtt_ms,
                size_mib: spec.data.size_mib,
                clean_ppm: match weights.green {
                    0 => vec![],
                    _ => places.iter().map(|place| place.clean_ppm).collect(),
                },
                regions: allowed,
                own,
                declined: match moment.again {
                    true => summary.declined.clone(),
                    false => vec![],
                },
                alive_since_secs: recorded.at_secs.saturating_sub(silence),
                time_scale_ms: params.time_scale_ms,
            },
            number: recorded.job,
            params,
            pinned: match spec.pick {
                Pick::Pinned(node) => Some(node),
                Pick::Auto => None,
            },
        })
    }

    /// Searches, as the registry does.
    pub fn find(&self, session: &Session, moment: &Moment, index: &Index) -> Outcome<Finding> {
        if moment.again && self.pinned.is_none() {
            if let Some(found) = self.next_runner_up(session, moment, index)? {
                return Ok(found);
            }
        }
        if let Some(node) = self.pinned {
            let row = index.row_of(node)?;
            return Ok(row.map(|row| self.only(&row, index)).unwrap_or_default());
        }
        let limits = Limits {
            rows: self.params.rows_cap,
            refused: self.params.refused_cap,
            evictions: self.params.evictions_per_search,
        };
        let found = search(&index.directory(), &self.job, index.virtual_time(), &limits)
            .map_err(Failure::new)?;
        Ok(Finding {
            pick: found.pick,
            runners_up: found.runners_up,
            best_score: found.best_score,
            refusals: found.refusals,
            rows_read: found.rows_read,
            exact: found.exact,
            gap_ppm: found.gap_ppm,
        })
    }

    /// The first runner-up of the pick before that can take the job.
    fn next_runner_up(
        &self,
        session: &Session,
        moment: &Moment,
        index: &Index,
    ) -> Outcome<Option<Finding>> {
        let msg = QueryMsg::ExplainMatch { job: self.number };
        let stored: Explanation = match registry_at(session, moment, &msg) {
            Ok(stored) => stored,
            // A job that waited has none yet.
            Err(failure) if failure.what().contains("there is no explanation") => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let mut able = vec![];
        for runner_up in &stored.runners_up {
            let row = index.row_of(runner_up.node)?;
            let found = row.map(|row| self.only(&row, index));
            able.extend(found.filter(|found| found.pick.is_some()));
        }
        let mut able = able.into_iter();
        let Some(mut first) = able.next() else {
            return Ok(None);
        };
        first.runners_up = able.filter_map(|found| found.pick).collect();
        Ok(Some(first))
    }

    /// The finding when one node alone was asked.
    fn only(&self, row: &Row, index: &Index) -> Finding {
        let mut found = Finding {
            rows_read: 1,
            gap_ppm: PPM,
            ..Finding::default()
        };
        match judge(&self.job, row, index.virtual_time()) {
            Ok(scored) => {
                found.best_score = scored.score.u64();
                found.pick = Some(scored);
            }
            Err(refusal) => refusal.count(&mut found.refusals),
        }
        found
    }
}

/// How often the reference prices of a market had changed. Rows of earlier times stay where
/// they are and are not read; the registry's own record of the class tells.
fn generation(session: &Session, class: u8, denom: u8, height: u64) -> Outcome<u8> {
    let registry = session.contracts()?.registry;
    let key = Path::<Value>::new(b"classes", &[&[class]]);
    let record = session.chain()?.at(height).raw(&registry, &key)?;
    let record: Value = serde_json::from_slice(&record)?;
    let markets = record["markets"].as_array().into_iter().flatten();
    let mut markets = markets.filter(|market| market["denom"] == denom);
    markets
        .next()
        .and_then(|market| u8::try_from(market["generation"].as_u64()?).ok())
        .ok_or_else(|| {
            Failure::new(format!(
                "the registry's record of class {class} is not one that this program knows"
            ))
            .next("use the surge program of the registry's version: surge network params registry")
        })
}
