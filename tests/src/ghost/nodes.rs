//! What nodes offer and whether they are alive.

use super::{must, Ghost, Machine, Node, Refused, Standing};

impl Ghost {
    /// Saves a changed node. It stays in the index while it has room, and comes back when
    /// its provider takes jobs and it is live.
    pub(super) fn touch(&mut self, id: u32, mut node: Node) {
        let live = node.last_seen >= self.now.saturating_sub(self.rules.silence);
        let active = self
            .provider(node.provider)
            .is_some_and(|provider| provider.standing == Standing::Active);
        node.indexed = (node.indexed || active && live) && self.has_room(&node);
        self.nodes.insert(id, node);
    }

    fn check_machine(&self, machine: &Machine) -> Result<(), Refused> {
        let market = self.markets.get(machine.denom).ok_or("no market")?;
        let enough = (0..5).all(|kind| machine.capacity[kind] >= market.smallest[kind]);
        must(enough, "too small")?;
        must(machine.prices[0] > 0, "no price for what leads the class")?;
        let known = usize::from(machine.region) < self.regions.len();
        must(known, "no such region")?;
        must(machine.tier < 4, "no such tier")?;
        must(machine.clean <= super::MILLION, "the clean share")
    }

    pub(super) fn add_node(
        &mut self,
        who: &str,
        machine: &Machine,
        bond: u128,
    ) -> Result<(), Refused> {
        must(self.registry_office.open, "the intake is closed")?;
        let provider = self.owned_by(who).ok_or("not a provider's owner")?;
        let standing = self.provider(provider).map(|p| p.standing);
        must(standing == Some(Standing::Active), "not active")?;
        let nodes = self.nodes.values().filter(|n| n.provider == provider);
        must(nodes.count() < 32, "too many nodes")?;
        self.check_machine(machine)?;
        let denom = machine.denom;
        must(bond >= self.markets[denom].smallest_bond, "the bond")?;
        let free = &mut self.providers[provider as usize - 1].free[denom];
        *free = free.checked_sub(bond).ok_or("not enough free bond")?;
        self.nodes_ever += 1;
        let left = self.left_behind.get(&(provider, denom));
        let (virtual_time, strikes, missed) = left.copied().unwrap_or_default();
        self.nodes.insert(
            self.nodes_ever,
            Node {
                provider,
                machine: machine.clone(),
                bond,
                locked: 0,
                reserved: [0; 5],
                withheld: [0; 5],
                seq: 0,
                last_seen: 0,
                indexed: false,
                running: 0,
                settled: 0,
                strikes,
                missed,
                virtual_time,
            },
        );
        Ok(())
    }

    fn node_of_owner(&self, who: &str, id: u32) -> Result<Node, Refused> {
        let node = self.nodes.get(&id).ok_or("no such node")?;
        let owner = self.provider(node.provider).map(|p| p.owner.as_str());
        must(owner == Some(who), "only the provider's owner")?;
        Ok(node.clone())
    }

    pub(super) fn update_node(
        &mut self,
        who: &str,
        id: u32,
        capacity: Option<[u32; 5]>,
        prices: Option<[u64; 5]>,
        bond: Option<u128>,
    ) -> Result<(), Refused> {
        let mut node = self.node_of_owner(who, id)?;
        if let Some(capacity) = capacity {
            node.machine.capacity = capacity;
        }
        if let Some(prices) = prices {
            node.machine.prices = prices;
        }
        self.check_machine(&node.machine)?;
        let fits = (0..5).all(|kind| node.machine.capacity[kind] >= node.reserved[kind]);
        must(fits, "below what is reserved")?;
        if let Some(bond) = bond {
            let denom = node.machine.denom;
            must(bond >= self.markets[denom].smallest_bond, "the bond")?;
            must(bond >= node.locked, "below what is locked")?;
            let free = &mut self.providers[node.provider as usize - 1].free[denom];
            *free = (*free + node.bond)
                .checked_sub(bond)
                .ok_or("not enough free bond")?;
            let key = (node.provider, node.machine.denom);
            let (time, ..) = self.left_behind.entry(key).or_default();
            match bond > node.bond {
                true => node.virtual_time = node.virtual_time.max(*time),
                false => *time = node.virtual_time.max(*time),
            }
            node.bond = bond;
        }
        self.touch(id, node);
        Ok(())
    }

    pub(super) fn remove_node(&mut self, who: &str, id: u32) -> Result<(), Refused> {
        let node = self.node_of_owner(who, id)?;
        must(node.running == 0, "it has jobs")?;
        self.drop_node(id);
        Ok(())
    }

    pub(super) fn drop_node(&mut self, id: u32) {
        if let Some(node) = self.nodes.remove(&id) {
            let provider = &mut self.providers[node.provider as usize - 1];
            provider.free[node.machine.denom] += node.bond;
            self.former.insert(id, node.provider);
            let key = (node.provider, node.machine.denom);
            let (time, strikes, missed) = self.left_behind.entry(key).or_default();
            *time = node.virtual_time.max(*time);
            *strikes = node.strikes.max(*strikes);
            *missed = node.missed.max(*missed);
        }
    }

    pub(super) fn heartbeat(
        &mut self,
        who: &str,
        id: u32,
        seq: u32,
        free: [u32; 5],
    ) -> Result<(), Refused> {
        let mut node = self.nodes.get(&id).ok_or("no such node")?.clone();
        let provider = self.provider(node.provider).ok_or("no provider")?;
        must(provider.operator == who, "only the operator")?;
        must(seq > node.seq, "a replay")?;
        must(seq - node.seq <= 1 << 20, "too large a step")?;
        let active = provider.standing == Standing::Active;
        node.seq = seq;
        node.last_seen = self.now;
        for (kind, free) in free.iter().enumerate() {
            let room = node.machine.capacity[kind] - node.reserved[kind];
            node.withheld[kind] = room - room.min(*free);
        }
        node.indexed = active && self.has_room(&node);
        self.nodes.insert(id, node);
        Ok(())
    }

    pub(super) fn evict(&mut self, who: &str, ids: &[u32]) -> Result<(), Refused> {
        must(ids.len() <= 100, "too many nodes")?;
        let silent_before = self.now.saturating_sub(self.rules.silence);
        let mut evicted = 0;
        for id in ids {
            let Some(node) = self.nodes.get_mut(id) else {
                continue;
            };
            if !node.indexed || node.last_seen >= silent_before {
                continue;
            }
            node.indexed = false;
            let denom = node.machine.denom;
            let tip = self.markets[denom].evict_tip.min(node.bond - node.locked);
            node.bond -= tip;
            self.out_of_bond(who, denom, tip, 0);
            evicted += 1;
        }
        must(evicted > 0, "nobody is silent")
    }
}
