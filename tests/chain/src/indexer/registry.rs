//! Providers, their bonds and nodes, tips and the kitty.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use surge_interface::registry::{
    InvariantResponse, NodeResponse, Params, ProviderResponse, ProviderStatus, QueryMsg,
};

use super::check::Check;
use super::told::Told;
use crate::Error;

#[derive(Default)]
pub(super) struct Registry {
    providers: BTreeMap<u32, Provider>,
    nodes: BTreeMap<u32, Node>,
    /// What running jobs lock, with their nodes.
    locked: BTreeMap<u64, (u32, u128)>,
    tips: BTreeMap<(String, u8), u128>,
    kitty: BTreeMap<u8, u128>,
    /// Parameters as they were set last.
    params: Option<Params>,
}

#[derive(Default)]
struct Provider {
    owner: String,
    operator: String,
    /// Payout addresses with the time from which each counts.
    payouts: Vec<(u64, String)>,
    status: String,
    /// Bond that stays, by denomination.
    bonds: BTreeMap<u8, u128>,
    /// Bond on its way out: denomination, amount, from when.
    unbondings: Vec<(u8, u128, u64)>,
}

#[derive(Default)]
struct Node {
    provider: u32,
    class: u8,
    region: u8,
    bond: u128,
    heartbeat: u32,
    seen_secs: u64,
    settled: u32,
    /// Known once the node has paid something: no event says it before.
    denom: Option<u8>,
}

impl Registry {
    pub fn take(&mut self, told: &Told) -> Result<(), Error> {
        match told.name {
            "provider_registered" => {
                let provider = Provider {
                    owner: told.text("owner")?,
                    operator: told.text("operator")?,
                    payouts: vec![(0, told.text("payout")?)],
                    status: "active".into(),
                    ..Provider::default()
                };
                self.providers.insert(told.get("provider")?, provider);
            }
            "provider_updated" => self.provider(told)?.operator = told.text("operator")?,
            "payout_set" => {
                let payout = (told.get("from_secs")?, told.text("payout")?);
                self.provider(told)?.payouts.push(payout);
            }
            "provider_status_changed" => self.provider(told)?.status = told.text("status")?,
            "bonded" => {
                let (denom, amount): (u8, u128) = (told.get("denom_id")?, told.get("amount")?);
                *self.provider(told)?.bonds.entry(denom).or_default() += amount;
                self.total(told, denom)?;
            }
            "unbonding_started" => {
                let (denom, amount): (u8, u128) = (told.get("denom_id")?, told.get("amount")?);
                let from_secs = told.get("from_secs")?;
                let provider = self.provider(told)?;
                *provider.bonds.entry(denom).or_default() -= amount;
                provider.unbondings.push((denom, amount, from_secs));
            }
            "bond_withdrawn" => {
                let (denom, amount): (u8, u128) = (told.get("denom_id")?, told.get("amount")?);
                let provider = self.provider(told)?;
                let ready = |(of, _, from_secs): &(u8, u128, u64)| {
                    *of == denom && *from_secs <= told.now_secs
                };
                let gone: u128 = provider
                    .unbondings
                    .extract_if(.., |row| ready(row))
                    .map(|(_, amount, _)| amount)
                    .sum();
                if gone != amount {
                    return Err(Error::Answer(format!(
                        "{amount} left, and {gone} had waited long enough"
                    )));
                }
                self.total(told, denom)?;
            }
            "node_added" => {
                let node = Node {
                    provider: told.get("provider")?,
                    class: told.get("class")?,
                    region: told.get("region")?,
                    bond: told.get("bond")?,
                    ..Node::default()
                };
                self.nodes.insert(told.get("node")?, node);
            }
            "node_updated" => self.node(told)?.bond = told.get("bond")?,
            "node_removed" => {
                self.nodes.remove(&told.get("node")?);
            }
            "heartbeat_received" => {
                let node = self.node(told)?;
                node.heartbeat = told.get("heartbeat")?;
                node.seen_secs = told.now_secs;
            }
            "node_evicted" => self.pays(told, told.get("tip")?, told.get("tip")?)?,
            "node_slashed" => {
                self.pays(told, told.get("amount")?, told.get("tip")?)?;
                self.kitty.insert(told.get("denom_id")?, told.get("kitty")?);
            }
            "registry_params_updated" if told.text("what")? == "params" => {
                self.params = Some(serde_json::from_str(&told.text("value")?)?);
            }
            "kitty_funded" => {
                self.kitty.insert(told.get("denom_id")?, told.get("kitty")?);
            }
            "tips_withdrawn" => {
                let key = (told.text("account")?, told.get("denom_id")?);
                *self.tips.entry(key).or_default() -= told.get::<u128>("amount")?;
            }
            "node_assigned" => {
                let locked = (told.get("node")?, told.get("collateral")?);
                self.locked.insert(told.get("job")?, locked);
            }
            "node_released" => {
                self.locked.remove(&told.get("job")?);
                if told.text("outcome")? == "settled" {
                    self.node(told)?.settled += 1;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The sum that the contract tells with a bond has to be that of the bonds.
    fn total(&self, told: &Told, denom: u8) -> Result<(), Error> {
        let (sum, said) = (self.bonds(denom), told.get("total_bonds")?);
        if sum == said {
            return Ok(());
        }
        Err(Error::Answer(format!(
            "all bonds in denomination {denom} are {said}, but those told of {sum}"
        )))
    }

    /// All bond in a denomination, on its way out or not.
    fn bonds(&self, denom: u8) -> u128 {
        let of = |provider: &Provider| -> u128 {
            let leaving = provider.unbondings.iter().filter(|(of, ..)| *of == denom);
            let stays = provider.bonds.get(&denom).copied().unwrap_or_default();
            stays + leaving.map(|(_, amount, _)| amount).sum::<u128>()
        };
        self.providers.values().map(of).sum()
    }

    /// A node pays, and part of it is a reporter's.
    fn pays(&mut self, told: &Told, amount: u128, tip: u128) -> Result<(), Error> {
        let (denom, reporter): (u8, _) = (told.get("denom_id")?, told.text("reporter")?);
        let node = self.node(told)?;
        node.denom = Some(denom);
        node.bond -= amount;
        let provider = node.provider;
        if let Some(provider) = self.providers.get_mut(&provider) {
            *provider.bonds.entry(denom).or_default() -= amount;
        }
        if tip > 0 {
            *self.tips.entry((reporter, denom)).or_default() += tip;
        }
        Ok(())
    }

    fn provider(&mut self, told: &Told) -> Result<&mut Provider, Error> {
        let id = told.get("provider")?;
        let found = self.providers.get_mut(&id);
        found.ok_or_else(|| Error::Answer(format!("nobody told of provider {id}")))
    }

    fn node(&mut self, told: &Told) -> Result<&mut Node, Error> {
        let id = told.get("node")?;
        let found = self.nodes.get_mut(&id);
        found.ok_or_else(|| Error::Answer(format!("nobody told of node {id}")))
    }

    pub fn check(&self, check: &mut Check) -> Result<(), Error> {
        for (&id, provider) in &self.providers {
            self.check_provider(check, id, provider)?;
        }
        for (&id, node) in &self.nodes {
            let answer: NodeResponse = check.ask("registry", &QueryMsg::Node { node: id })?;
            let locks = self.locked.values().filter(|(node, _)| *node == id);
            let (running, locked) = locks.fold((0u32, 0), |(running, sum), (_, collateral)| {
                (running + 1, sum + collateral)
            });
            let told = (node.provider, node.class, node.region, node.bond, locked);
            let spec = &answer.spec;
            let (bond, held) = (answer.bond.u128(), answer.locked.u128());
            let asked = (answer.provider, spec.class, spec.region, bond, held);
            check.same(format!("node {id}"), told, asked);
            let told = (node.heartbeat, node.seen_secs, node.settled, running);
            let seen = (answer.seq, answer.last_seen_secs);
            let asked = (seen.0, seen.1, answer.settled, answer.running);
            check.same(format!("what node {id} did"), told, asked);
        }
        for ((account, denom), &tips) in &self.tips {
            let msg = QueryMsg::Tips {
                account: account.clone(),
                denom: *denom,
            };
            let answer: Uint128 = check.ask("registry", &msg)?;
            check.same(format!("tips of {account}"), tips, answer.u128());
        }
        if let Some(params) = &self.params {
            let answer: Params = check.ask("registry", &QueryMsg::Params {})?;
            check.same("parameters of the registry".into(), params, &answer);
        }
        let money: InvariantResponse = check.ask("registry", &QueryMsg::Invariant {})?;
        for row in money.rows {
            let denom = row.denom;
            let bonds = self.bonds(denom);
            let tips = self.tips.iter().filter(|((_, of), _)| *of == denom);
            let tips: u128 = tips.map(|(_, tips)| tips).sum();
            let kitty = self.kitty.get(&denom).copied().unwrap_or_default();
            let asked = (row.bonds.u128(), row.tips.u128(), row.kitty.u128());
            let what = format!("money of the registry in denomination {denom}");
            check.same(what, (bonds, tips, kitty), asked);
        }
        Ok(())
    }

    fn check_provider(&self, check: &mut Check, id: u32, told: &Provider) -> Result<(), Error> {
        let msg = QueryMsg::Provider { provider: id };
        let answer: ProviderResponse = check.ask("registry", &msg)?;
        let record = &answer.record;
        let payouts = told.payouts.iter().rev();
        let payout = payouts
            .filter(|(from_secs, _)| *from_secs <= check.now_secs)
            .map(|(_, payout)| payout.as_str())
            .next();
        let status = match record.status {
            ProviderStatus::Active => "active",
            ProviderStatus::Draining => "draining",
            ProviderStatus::Unbonding => "unbonding",
            ProviderStatus::Gone => "gone",
        };
        let nodes = self.nodes.values().filter(|node| node.provider == id);
        check.same(
            format!("provider {id}"),
            (
                told.owner.as_str(),
                told.operator.as_str(),
                payout.unwrap_or_default(),
                told.status.as_str(),
                nodes.clone().count(),
            ),
            (
                record.owner.as_str(),
                record.operator.as_str(),
                record.payout_at(check.now_secs).as_str(),
                status,
                record.nodes as usize,
            ),
        );
        let unbondings = answer.unbondings.iter();
        let unbondings = unbondings.map(|row| (row.denom, row.amount.u128(), row.from_secs));
        let what = format!("unbondings of provider {id}");
        check.same(what, told.unbondings.clone(), unbondings.collect());
        for bond in &answer.bonds {
            let denom = bond.denom;
            let total = told.bonds.get(&denom).copied().unwrap_or_default();
            let asked = bond.free.u128() + bond.at_nodes.u128();
            let what = format!("bond of provider {id} in denomination {denom}");
            check.same(what, total, asked);
            // Which denomination a node's bond is in no event says until the node pays.
            if nodes.clone().all(|node| node.denom.is_some()) {
                let here = nodes.clone().filter(|node| node.denom == Some(denom));
                let at_nodes: u128 = here.map(|node| node.bond).sum();
                let what = format!("bond at nodes of provider {id} in denomination {denom}");
                check.same(what, at_nodes, bond.at_nodes.u128());
            }
        }
        Ok(())
    }
}
