//! Freeing the machine after delivery, and having paid what is due. Anybody may send these;
//! the operator does, and pays the gas.

use std::{collections::BTreeSet, time::Duration};

use surge_interface::{
    escrow::{JobSummary, Params, Status},
    registry::NodeResponse,
    Resources, UncheckedDenom,
};
use tracing::{info, warn};

use super::{Agent, Wanted};
use crate::{journal::Purpose, suite::Call, Error};

impl Agent {
    /// Frees the machine of a delivered job, when no further job fits beside it and its
    /// requester takes time; or when the program ends: otherwise the room would be offered
    /// again when the job is over, by a machine that is not there.
    pub(super) fn vacate(
        &self,
        summary: &JobSummary,
        terms: &Params,
    ) -> Result<Option<Wanted>, Error> {
        let patience_secs = self.settings.earnings.vacate_secs;
        let delivered_secs = summary.deadline_secs.saturating_sub(terms.review_secs);
        let alone_secs = self.now_secs.saturating_sub(delivered_secs);
        let alone = patience_secs > 0 && alone_secs >= patience_secs;
        let purpose = match (self.draining, summary.status) {
            (false, Status::Submitted) if is_full(&self.node) && alone => Purpose::Vacate,
            (true, Status::Submitted | Status::Disputed) if !self.relieved => Purpose::Withhold,
            _ => return Ok(None),
        };
        let Some(held) = self.suite.reservation(summary.id)? else {
            return Ok(None);
        };
        let call = Call::Vacate { job: summary.id };
        let wanted = Wanted::new(purpose, Some(summary.id), call);
        Ok((held.need != Resources::default()).then_some(wanted))
    }

    /// What is due to be fetched and brings more than it costs: earnings at the escrow, then
    /// rewards. What cannot be fetched is told and put off: nothing else waits for it.
    pub(super) fn earn(&mut self) -> Result<Option<Wanted>, Error> {
        let earnings = &self.settings.earnings;
        let due = [
            (Purpose::Withdraw, earnings.withdraw_hours),
            (Purpose::Claim, earnings.claim_hours),
        ];
        for (purpose, hours) in due {
            if !self.is_due(purpose, hours)? || !self.is_ready(purpose, None) {
                continue;
            }
            let mut failures = vec![];
            let found = self.fetching(purpose).unwrap_or_else(|error| {
                failures.push((None, error));
                vec![]
            });
            for (denom, call) in found {
                match self.brings_more(&call, &denom) {
                    Ok(true) => return Ok(Some(Wanted::new(purpose, None, call))),
                    Ok(false) => {}
                    Err(error) => failures.push((Some(denom.to_string()), error)),
                }
            }
            for (denom, error) in &failures {
                warn!(
                    event = "not_fetched",
                    what = purpose.word(),
                    denom,
                    %error,
                    "could not fetch what is due"
                );
            }
            let silent = |error: &Error| {
                matches!(error, Error::Chain(surge_chain::Error::Unreachable { .. }))
            };
            match failures.iter().any(|(_, error)| silent(error)) {
                true => self.hold(purpose, None),
                false => self.put_off(purpose)?,
            }
        }
        Ok(None)
    }

    /// What may be due, by denomination: earnings in those of all the provider's nodes, or
    /// rewards. Nothing where another machine of the provider fetches it for all of them.
    fn fetching(&self, purpose: Purpose) -> Result<Vec<(UncheckedDenom, Call)>, Error> {
        let provider = self.node.provider;
        let nodes = self.suite.nodes_of(provider)?;
        if speaker(&nodes).is_some_and(|node| node != self.node.id) {
            return Ok(vec![]);
        }
        let ids = match purpose {
            Purpose::Claim => BTreeSet::from([self.suite.reward_denom()?]),
            _ => nodes.iter().map(|node| node.spec.denom).collect(),
        };
        let denoms = self.suite.denoms()?;
        let denoms = ids.into_iter().filter_map(|id| denoms.get(usize::from(id)));
        let call = |denom: &UncheckedDenom| match purpose {
            Purpose::Claim => Call::Claim { provider },
            _ => Call::Withdraw {
                provider,
                denom: denom.clone(),
            },
        };
        Ok(denoms.map(|denom| (denom.clone(), call(denom))).collect())
    }

    /// Whether fetching earnings or rewards in a denomination brings more than it costs.
    fn brings_more(&self, call: &Call, denom: &UncheckedDenom) -> Result<bool, Error> {
        let provider = self.node.provider;
        let brings = match call {
            Call::Claim { .. } => {
                let reward = self.suite.claimable(provider)?;
                reward.instant.u128().saturating_add(reward.vested.u128())
            }
            _ => self.suite.owed(provider, denom.clone())?.u128(),
        };
        Ok(brings > 0 && brings > self.cost(call, denom)?)
    }

    /// It was done, cannot be, or is not worth it: not again before its time is over.
    pub(super) fn put_off(&self, purpose: Purpose) -> Result<(), Error> {
        self.journal.remember(
            &format!("last {}", purpose.word()),
            &self.now_secs.to_string(),
        )
    }

    fn is_due(&self, purpose: Purpose, every_hours: f64) -> Result<bool, Error> {
        if every_hours == 0.0 || self.draining {
            return Ok(false);
        }
        let last = self.journal.fact(&format!("last {}", purpose.word()))?;
        let last_secs: u64 = last.and_then(|secs| secs.parse().ok()).unwrap_or_default();
        Ok(is_over(every_hours, last_secs, self.now_secs))
    }

    /// Has a job paid that its requester left alone, when that brings more than it costs; or
    /// when searches do not find the node, because such jobs hold its room or its bond.
    pub(super) fn settle(
        &mut self,
        summary: &JobSummary,
        terms: &Params,
    ) -> Result<Option<Wanted>, Error> {
        let call = Call::Settle { job: summary.id };
        let found = self.node.indexed || !self.node.live;
        if found {
            if !self.unworthy.contains(&summary.id) {
                let denom = summary.denom.clone().into();
                // What the chain says no to is told when it is sent.
                let cost = self.cost(&call, &denom).unwrap_or_default();
                let brings = surge_accounting::take(
                    summary.price,
                    terms.take_bps,
                    terms.burn_bps,
                    terms.insurance_bps,
                );
                let brings = brings
                    .map(|parts| parts.provider.u128())
                    .unwrap_or_default();
                if cost >= brings {
                    info!(
                        event = "not_worth_it",
                        job = summary.id,
                        brings = %brings,
                        costs = %cost,
                        %denom,
                        "left unsettled: it brings less than it costs, unless its room is needed"
                    );
                    self.unworthy.insert(summary.id);
                }
            }
            if self.unworthy.contains(&summary.id) {
                return Ok(None);
            }
        }
        let purpose = Purpose::Settle;
        Ok(Some(Wanted::new(purpose, Some(summary.id), call)))
    }

    /// What a call costs in this denomination. Where gas is paid in another one, by what the
    /// network asks for the same work in both; nothing where it says that in one only.
    fn cost(&self, call: &Call, denom: &UncheckedDenom) -> Result<u128, Error> {
        let chain = &self.suite.chain;
        // First of all: what the chain refuses is known by that.
        let message = call.message(self.operator.address(), &self.suite.contracts)?;
        let fee = chain.simulate(self.operator.account(), &[message])?.fee;
        let coin = UncheckedDenom::Native(chain.network().fee.denom.clone());
        let worth = match *denom == coin {
            true => Some((1, 1)),
            false => self.worth(&coin, denom)?,
        };
        let Some((coins, same)) = worth else {
            return Ok(0);
        };
        Ok(fee.saturating_mul(same) / coins)
    }

    /// Base units of two denominations that are worth the same by the reference prices of
    /// the node's class.
    fn worth(
        &self,
        coin: &UncheckedDenom,
        denom: &UncheckedDenom,
    ) -> Result<Option<(u128, u128)>, Error> {
        let denoms = self.suite.denoms()?;
        let classes = self.suite.classes()?;
        let Some(class) = classes.get(usize::from(self.node.spec.class)) else {
            return Ok(None);
        };
        let prices = |of: &UncheckedDenom| {
            let id = denoms.iter().position(|listed| listed == of)?;
            let mut markets = class.markets.iter();
            let market = markets.find(|market| usize::from(market.denom) == id)?;
            Some(market.reference.to_array())
        };
        let (Some(coins), Some(others)) = (prices(coin), prices(denom)) else {
            return Ok(None);
        };
        let mut pairs = coins.into_iter().zip(others);
        let pair = pairs.find(|(coin, other)| *coin > 0 && *other > 0);
        Ok(pair.map(|(coin, other)| (coin.into(), other.into())))
    }
}

/// Which of a provider's nodes fetches what all of them earned: the first one that is live.
fn speaker(nodes: &[NodeResponse]) -> Option<u32> {
    let live = nodes.iter().filter(|node| node.live);
    live.map(|node| node.id).min()
}

/// Whether so many hours are over since then.
fn is_over(hours: f64, since_secs: u64, now_secs: u64) -> bool {
    let whole = Duration::try_from_secs_f64(hours * 3_600.0).unwrap_or(Duration::MAX);
    now_secs.saturating_sub(since_secs) >= whole.as_secs()
}

/// Whether no further job fits beside those that a node has.
fn is_full(node: &NodeResponse) -> bool {
    let room = node.spec.capacity.saturating_sub(&node.reserved);
    room.milli_cpu < 1_000 || room.memory_mib == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand_in;

    #[test]
    fn earnings_are_fetched_when_their_hours_are_over() {
        assert!(is_over(24.0, 0, 1_700_000_000), "never yet");
        assert!(!is_over(24.0, 1_000, 1_000 + 86_399));
        assert!(is_over(24.0, 1_000, 1_000 + 86_400));
        assert!(is_over(0.001, 1_000, 1_003));
        assert!(!is_over(1e6, 1_000, 1_000_000), "as long as may be said");
        assert!(!is_over(24.0, 1_000, 900), "a clock that went back");
    }

    #[test]
    fn one_machine_of_a_fleet_fetches_what_all_of_them_earned() {
        let with = |id, live| NodeResponse {
            id,
            live,
            ..node(0, 0)
        };
        assert_eq!(
            speaker(&[with(5, true), with(3, true), with(2, false)]),
            Some(3)
        );
        assert_eq!(speaker(&[with(2, false)]), None);
    }

    fn node(milli_cpu: u32, memory_mib: u32) -> NodeResponse {
        let of = |milli_cpu, memory_mib| Resources {
            milli_cpu,
            memory_mib,
            ..Resources::default()
        };
        let mut node = NodeResponse {
            reserved: of(milli_cpu, memory_mib),
            ..stand_in::node(7, 0)
        };
        node.spec.capacity = of(2_000, 2_048);
        node
    }

    #[test]
    fn a_machine_is_full_when_a_core_or_all_memory_is_missing() {
        assert!(!is_full(&node(1_000, 1_024)));
        assert!(is_full(&node(1_001, 1_024)));
        assert!(is_full(&node(1_000, 2_048)));
    }
}
