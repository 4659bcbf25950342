//! What the owner decides.

use super::{must, Ghost, Office, Refused, Rules, Terms, MILLION, WHOLE};

/// Most denominations of a contract.
const MOST_DENOMS: usize = 16;
/// Longest duration of the profile for tests.
const LONGEST: u64 = 86_400;

impl Office {
    pub(super) fn ensure_owner(&self, who: &str) -> Result<(), Refused> {
        must(self.owner == who, "only the owner")
    }

    pub(super) fn list(&mut self, who: &str, name: &str) -> Result<(), Refused> {
        self.ensure_owner(who)?;
        let known = self.denoms.iter().any(|listed| listed == name);
        must(!known, "listed already")?;
        // Two are listed from the start.
        must(self.denoms.len() + 2 < MOST_DENOMS, "too many")?;
        self.denoms.push(name.to_owned());
        Ok(())
    }

    pub(super) fn set_intake(&mut self, who: &str, open: bool) -> Result<(), Refused> {
        self.ensure_owner(who)?;
        self.open = open;
        Ok(())
    }

    pub(super) fn offer(&mut self, who: &str, to: &str) -> Result<(), Refused> {
        self.ensure_owner(who)?;
        self.offered = Some(to.to_owned());
        Ok(())
    }

    pub(super) fn accept(&mut self, who: &str) -> Result<(), Refused> {
        must(self.offered.as_deref() == Some(who), "not offered")?;
        self.owner = who.to_owned();
        self.offered = None;
        Ok(())
    }
}

impl Ghost {
    pub(super) fn set_terms(&mut self, who: &str, terms: &Terms) -> Result<(), Refused> {
        self.escrow_office.ensure_owner(who)?;
        must(terms.take <= 2_000, "the take")?;
        let split = terms.burn + terms.treasury + terms.insurance;
        must(split == WHOLE, "the split")?;
        for secs in [terms.accept, terms.review, terms.waiting, terms.dispute] {
            must((1..=LONGEST).contains(&secs), "a duration")?;
        }
        let most = 200 * WHOLE;
        must((WHOLE..=most).contains(&terms.collateral), "the collateral")?;
        must(terms.cancel <= WHOLE / 2, "the cancellation")?;
        must(terms.decline <= 500, "the decline fee")?;
        must(
            (1..=WHOLE).contains(&terms.dispute_bond),
            "the dispute bond",
        )?;
        must((1..=8).contains(&terms.max_declines), "the declines")?;
        must(terms.accepted <= WHOLE, "the accepted share")?;
        must(terms.work_mint + terms.gate <= 9_000, "more than is burned")?;
        self.terms.push(terms.clone());
        Ok(())
    }

    pub(super) fn set_roles(
        &mut self,
        who: &str,
        arbiter: &Option<String>,
        treasury: &Option<String>,
    ) -> Result<(), Refused> {
        self.escrow_office.ensure_owner(who)?;
        if let Some(arbiter) = arbiter {
            self.arbiter.clone_from(arbiter);
        }
        if let Some(treasury) = treasury {
            self.treasury.clone_from(treasury);
        }
        Ok(())
    }

    pub(super) fn set_rules(&mut self, who: &str, rules: &Rules) -> Result<(), Refused> {
        self.registry_office.ensure_owner(who)?;
        must(
            rules.weights.iter().sum::<u64>() == 1_000_000,
            "the weights",
        )?;
        must(
            (1..=3_600_000).contains(&rules.time_scale),
            "the time scale",
        )?;
        for secs in [rules.unbonding, rules.payout_delay] {
            must((1..=LONGEST).contains(&secs), "a duration")?;
        }
        must(rules.evictions <= 32, "the evictions")?;
        must(rules.no_show <= WHOLE / 2, "the penalty")?;
        must(rules.tip <= WHOLE / 2, "the tip")?;
        self.rules = rules.clone();
        Ok(())
    }

    /// A known region changes; distances are the same both ways.
    pub(super) fn set_region(
        &mut self,
        who: &str,
        id: u8,
        clean: u128,
        rtt: &[u128],
    ) -> Result<(), Refused> {
        self.registry_office.ensure_owner(who)?;
        must(clean <= MILLION, "the clean share")?;
        must(rtt.len() == self.regions.len(), "the round trips")?;
        let id = usize::from(id);
        must(id < self.regions.len(), "no such region")?;
        self.regions[id].clean = clean;
        for (other, ms) in rtt.iter().enumerate() {
            self.regions[id].rtt[other] = *ms;
            self.regions[other].rtt[id] = *ms;
        }
        Ok(())
    }

    pub(super) fn set_evict_tip(&mut self, who: &str, tip: u128) -> Result<(), Refused> {
        self.registry_office.ensure_owner(who)?;
        for market in &mut self.markets {
            must(tip <= market.smallest_bond / 10, "the tip")?;
            market.evict_tip = tip;
        }
        Ok(())
    }
}
