//! Joining, bonding and leaving.

use super::{must, Denom, Ghost, Provider, Refused, Standing, DENOMS};

impl Ghost {
    /// The provider that somebody owns. Who is gone owns nothing.
    pub fn owned_by(&self, who: &str) -> Option<u32> {
        self.find(|provider| provider.owner == who)
    }

    fn operated_by(&self, who: &str) -> Option<u32> {
        self.operators.get(who).copied()
    }

    fn find(&self, is: impl Fn(&Provider) -> bool) -> Option<u32> {
        let found = self
            .providers
            .iter()
            .position(|provider| provider.standing != Standing::Gone && is(provider))?;
        Some(found as u32 + 1)
    }

    fn is_taken(&self, who: &str) -> bool {
        self.owned_by(who).is_some() || self.operated_by(who).is_some()
    }

    fn owned(&mut self, who: &str) -> Result<(u32, &mut Provider), Refused> {
        let id = self.owned_by(who).ok_or("not a provider's owner")?;
        Ok((id, &mut self.providers[id as usize - 1]))
    }

    pub(super) fn register(
        &mut self,
        who: &str,
        operator: &str,
        payout: &str,
    ) -> Result<(), Refused> {
        must(self.registry_office.open, "the intake is closed")?;
        must(self.owned_by(who).is_none(), "taken")?;
        // Whoever signs for itself need not care who else named it.
        must(operator == who || !self.is_taken(operator), "taken")?;
        let id = self.providers.len() as u32 + 1;
        self.operators.insert(operator.to_owned(), id);
        self.providers.push(Provider {
            owner: who.to_owned(),
            operator: operator.to_owned(),
            payout: payout.to_owned(),
            pending: None,
            standing: Standing::Active,
            free: [0; DENOMS],
            unbondings: vec![],
        });
        Ok(())
    }

    pub(super) fn set_operator(&mut self, who: &str, operator: &str) -> Result<(), Refused> {
        let taken = self.is_taken(operator);
        let (id, provider) = self.owned(who)?;
        if operator == provider.operator {
            return Ok(());
        }
        must(operator == provider.owner || !taken, "taken")?;
        let before = std::mem::replace(&mut provider.operator, operator.to_owned());
        self.forget_operator(id, &before);
        self.operators.insert(operator.to_owned(), id);
        Ok(())
    }

    /// The entry may have gone to somebody's own registration since.
    fn forget_operator(&mut self, id: u32, operator: &str) {
        if self.operators.get(operator) == Some(&id) {
            self.operators.remove(operator);
        }
    }

    pub(super) fn set_payout(&mut self, who: &str, payout: &str) -> Result<(), Refused> {
        let from = self.now + self.rules.payout_delay;
        let id = self.owned_by(who).ok_or("not a provider's owner")?;
        let current = self.payout_of(id).ok_or("no provider")?;
        let (_, provider) = self.owned(who)?;
        provider.payout = current;
        provider.pending = Some((payout.to_owned(), from));
        Ok(())
    }

    pub(super) fn bond(
        &mut self,
        who: &str,
        id: u32,
        denom: Denom,
        amount: u128,
    ) -> Result<(), Refused> {
        Self::coins_or_tokens(denom, amount)?;
        self.take_from(who, denom, amount)?;
        let place = (id as usize).checked_sub(1).ok_or("no such provider")?;
        let provider = self.providers.get_mut(place).ok_or("no such provider")?;
        let staying = matches!(provider.standing, Standing::Active | Standing::Draining);
        must(staying, "leaving")?;
        provider.free[denom] += amount;
        self.registry[denom].bonds += amount;
        Ok(())
    }

    pub(super) fn unbond(&mut self, who: &str, denom: Denom, amount: u128) -> Result<(), Refused> {
        let from = self.now + self.rules.unbonding;
        let (_, provider) = self.owned(who)?;
        must(provider.unbondings.len() < 16, "too many")?;
        must(amount > 0, "nothing")?;
        let free = provider.free.get_mut(denom).ok_or("no bond")?;
        *free = free.checked_sub(amount).ok_or("not enough free bond")?;
        provider.unbondings.push((denom, amount, from));
        Ok(())
    }

    pub(super) fn withdraw_bond(&mut self, id: u32, denom: Denom) -> Result<(), Refused> {
        let now = self.now;
        let place = (id as usize).checked_sub(1).ok_or("no such provider")?;
        let provider = self.providers.get_mut(place).ok_or("no such provider")?;
        let (ready, waiting): (Vec<_>, Vec<_>) = provider
            .unbondings
            .iter()
            .copied()
            .partition(|(of, _, from)| *of == denom && *from <= now);
        must(!ready.is_empty(), "nothing is ready")?;
        provider.unbondings = waiting;
        let owner = provider.owner.clone();
        for (denom, amount, _) in ready {
            self.registry[denom].bonds -= amount;
            self.give(&owner, denom, amount);
        }
        self.close_when_empty(id);
        Ok(())
    }

    fn close_when_empty(&mut self, id: u32) {
        let provider = &mut self.providers[id as usize - 1];
        let empty = provider.unbondings.is_empty() && provider.free == [0; DENOMS];
        if provider.standing == Standing::Unbonding && empty {
            provider.standing = Standing::Gone;
            let operator = provider.operator.clone();
            self.forget_operator(id, &operator);
            self.passage("Unbonding", "Gone", "WithdrawBond");
        }
    }

    fn run_by(&self, who: &str) -> Result<u32, Refused> {
        let found = self.owned_by(who).or(self.operated_by(who));
        found.ok_or("neither owner nor operator")
    }

    pub(super) fn drain(&mut self, who: &str) -> Result<(), Refused> {
        let id = self.run_by(who)?;
        let provider = &mut self.providers[id as usize - 1];
        must(provider.standing == Standing::Active, "not active")?;
        provider.standing = Standing::Draining;
        for node in self.nodes.values_mut().filter(|n| n.provider == id) {
            node.indexed = false;
        }
        self.passage("Active", "Draining", "Drain");
        Ok(())
    }

    pub(super) fn resume(&mut self, who: &str) -> Result<(), Refused> {
        let id = self.run_by(who)?;
        let provider = &mut self.providers[id as usize - 1];
        must(provider.standing == Standing::Draining, "not draining")?;
        provider.standing = Standing::Active;
        for (node, record) in self.nodes.clone() {
            if record.provider == id {
                self.touch(node, record);
            }
        }
        self.passage("Draining", "Active", "Resume");
        Ok(())
    }

    pub(super) fn leave(&mut self, who: &str) -> Result<(), Refused> {
        let from = self.now + self.rules.unbonding;
        let (id, provider) = self.owned(who)?;
        let before = provider.standing;
        let staying = matches!(before, Standing::Active | Standing::Draining);
        must(staying, "leaving already")?;
        let mine = |node: &super::Node| node.provider == id;
        let busy = self
            .nodes
            .values()
            .any(|node| mine(node) && node.running > 0);
        must(!busy, "a node has jobs")?;
        let nodes: Vec<u32> = self
            .nodes
            .iter()
            .filter(|(_, node)| mine(node))
            .map(|(id, _)| *id)
            .collect();
        for node in nodes {
            self.drop_node(node);
        }
        let (_, provider) = self.owned(who)?;
        for denom in 0..DENOMS {
            let amount = std::mem::take(&mut provider.free[denom]);
            if amount > 0 {
                provider.unbondings.push((denom, amount, from));
            }
        }
        let gone = provider.unbondings.is_empty();
        let to = if gone {
            Standing::Gone
        } else {
            Standing::Unbonding
        };
        provider.standing = to;
        let operator = provider.operator.clone();
        if gone {
            self.forget_operator(id, &operator);
        }
        self.passage(&format!("{before:?}"), &format!("{to:?}"), "Leave");
        Ok(())
    }
}
