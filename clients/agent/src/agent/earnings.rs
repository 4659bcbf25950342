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
        let every = Duration::try_from_secs_f64(every_hours * 3_600.0).unwrap_or(Duration::MAX);
        Ok(self.now_secs.saturating_sub(last_secs) >= every.as_secs())
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

/// Whether no further job fits beside those that a node has.
fn is_full(node: &NodeResponse) -> bool {
    let room = node.spec.capacity.saturating_sub(&node.reserved);
    room.milli_cpu < 1_000 || room.memory_mib == 0
}
