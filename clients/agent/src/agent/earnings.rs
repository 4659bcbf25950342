//! Freeing the machine after delivery, and having paid what is due. Anybody may send these;
//! the operator does, and pays the gas.

use std::time::Duration;

use surge_interface::{
    escrow::{JobSummary, Params, Status},
    registry::NodeResponse,
    UncheckedDenom,
};

use super::{Agent, Wanted};
use crate::{journal::Purpose, suite::Call, Error};

impl Agent {
    /// Frees the machine of a delivered job, when no further job fits beside it and its
    /// requester takes time.
    pub(super) fn vacate(
        &self,
        summary: &JobSummary,
        terms: &Params,
    ) -> Result<Option<Wanted>, Error> {
        let patience_secs = self.settings.earnings.vacate_secs;
        let delivered_secs = summary.deadline_secs.saturating_sub(terms.review_secs);
        let alone_secs = self.now_secs.saturating_sub(delivered_secs);
        let alone = patience_secs > 0 && alone_secs >= patience_secs;
        let submitted = summary.status == Status::Submitted;
        if self.draining.is_some() || !is_full(&self.node) || !alone || !submitted {
            return Ok(None);
        }
        let held = self.suite.reservation(summary.id)?.need;
        let call = Call::Vacate { job: summary.id };
        Ok((held.milli_cpu > 0).then_some((Purpose::Vacate, Some(summary.id), call)))
    }

    /// What is due to be fetched: earnings at the escrow, then rewards.
    pub(super) fn earn(&mut self) -> Result<Vec<Wanted>, Error> {
        let mut wanted = vec![];
        let provider = self.node.provider;
        if self.is_due(Purpose::Withdraw, self.settings.earnings.withdraw_hours)? {
            let denoms = self.suite.denoms()?;
            let denom = denoms.get(usize::from(self.node.spec.denom)).cloned();
            if let Some(denom) = denom {
                let owed = self.suite.owed(provider, denom.clone())?.u128();
                let call = Call::Withdraw {
                    provider,
                    denom: denom.clone(),
                };
                if owed > 0 && owed > self.cost(&call, &denom)? {
                    wanted.push((Purpose::Withdraw, None, call));
                } else {
                    self.put_off(Purpose::Withdraw)?;
                }
            }
        }
        if self.is_due(Purpose::Claim, self.settings.earnings.claim_hours)? {
            let reward = self.suite.claimable(provider)?;
            let brings = reward.instant.u128().saturating_add(reward.vested.u128());
            if brings > 0 {
                wanted.push((Purpose::Claim, None, Call::Claim { provider }));
            } else {
                self.put_off(Purpose::Claim)?;
            }
        }
        Ok(wanted)
    }

    /// It was done, or not worth it: not again before its time is over.
    pub(super) fn put_off(&self, purpose: Purpose) -> Result<(), Error> {
        self.journal.remember(
            &format!("last {}", purpose.word()),
            &self.now_secs.to_string(),
        )
    }

    fn is_due(&self, purpose: Purpose, every_hours: f64) -> Result<bool, Error> {
        if every_hours == 0.0 || self.draining.is_some() {
            return Ok(false);
        }
        let last = self.journal.fact(&format!("last {}", purpose.word()))?;
        let last_secs: u64 = last.and_then(|secs| secs.parse().ok()).unwrap_or_default();
        Ok(is_over(every_hours, last_secs, self.now_secs))
    }

    /// What a call costs in this denomination; nothing when gas is paid in another one.
    fn cost(&self, call: &Call, denom: &UncheckedDenom) -> Result<u128, Error> {
        let chain = &self.suite.chain;
        if *denom != UncheckedDenom::Native(chain.network().fee.denom.clone()) {
            return Ok(0);
        }
        let message = call.message(self.operator.address(), &self.suite.contracts)?;
        Ok(chain.simulate(self.operator.account(), &[message])?.fee)
    }
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
    use cosmwasm_std::Uint128;
    use surge_interface::{registry::NodeSpec, Resources};

    use super::*;

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
    fn a_machine_is_full_when_a_core_or_all_memory_is_missing() {
        let with = |milli_cpu, memory_mib| NodeResponse {
            id: 7,
            provider: 1,
            spec: NodeSpec {
                class: 0,
                denom: 0,
                region: 0,
                bandwidth_tier: 0,
                capacity: Resources {
                    milli_cpu: 2_000,
                    memory_mib: 2_048,
                    ..Resources::default()
                },
                prices: Default::default(),
                watts: 0,
                clean_ppm: 0,
            },
            reserved: Resources {
                milli_cpu,
                memory_mib,
                ..Resources::default()
            },
            withheld: Resources::default(),
            bond: Uint128::zero(),
            locked: Uint128::zero(),
            seq: 0,
            last_seen_secs: 0,
            live: true,
            indexed: true,
            running: 1,
            settled: 0,
            strikes: 0,
            missed: Uint128::zero(),
        };
        assert!(!is_full(&with(1_000, 1_024)));
        assert!(is_full(&with(1_001, 1_024)));
        assert!(is_full(&with(1_000, 2_048)));
    }
}
