//! Four providers with a hundred nodes: they join, stay alive, change and leave.

use cosmwasm_std::Uint128;
use surge_chain_tests::{Error, Key};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::Resources;

use super::deploy::Built;
use super::nodes;
use super::terms::{heartbeat, UNBONDING_SECS};
use super::world::World;

const HEARTBEAT_BUDGET: u64 = 148_000;

/// Nodes in the network.
pub const NODES: usize = 100;
pub const PROVIDERS: usize = 4;
/// Messages in one transaction while the network is filled.
const BATCH: usize = 25;

pub struct Provider {
    pub id: u32,
    pub owner: Key,
    pub operator: Key,
    /// Where its earnings go: an address that signs nothing, so that its balance is exact.
    pub payout: String,
    /// Its nodes.
    pub nodes: Vec<u32>,
}

impl World {
    /// Four providers with 25 live nodes each. The last of each kind of message is
    /// answered, as a transaction of its own.
    pub fn fill(&mut self) -> Result<Built, Error> {
        let mut built = vec![];
        let payout = self.chain.network().key("payout1")?.address().to_owned();
        for number in 1..=PROVIDERS {
            let owner = self.chain.network().key(&format!("provider{number}"))?;
            let operator = self.chain.network().key(&format!("operator{number}"))?;
            self.chain.warm_up(&owner)?;
            self.chain.warm_up(&operator)?;
            let joined = self.chain.execute(
                &owner,
                &self.registry,
                &Registry::RegisterProvider {
                    operator: operator.address().into(),
                    payout: Some(payout.clone()),
                    profile_uri: "https://provider.example.org/surge.json".into(),
                },
                0,
            )?;
            let id = joined.attribute("wasm-provider_registered", "provider")?;
            let bond = Registry::Bond { provider: id };
            let passed_on = registry::ReceiveMsg::Bond { provider: id };
            let add_bond = |nodes: usize| {
                let amount = nodes::BOND * nodes as u128;
                self.send_money(&owner, &self.registry, &bond, &passed_on, amount)
            };
            let bonded = add_bond(NODES / PROVIDERS + 1)?;
            if number == PROVIDERS {
                let more = add_bond(1)?;
                let [first, again] = match self.quoted {
                    0 => ["registry bond (first)", "registry bond (more)"],
                    _ => [
                        "registry receive bond (first)",
                        "registry receive bond (more)",
                    ],
                };
                built.push(("registry register_provider", joined));
                built.push((first, bonded));
                built.push((again, more));
            }
            self.providers.push(Provider {
                id,
                owner,
                operator,
                payout: payout.clone(),
                nodes: vec![],
            });
        }

        let specs = nodes::specs(NODES, self.quoted);
        let mut added = vec![];
        for (provider, specs) in self.providers.iter().zip(specs.chunks(NODES / PROVIDERS)) {
            let msgs: Vec<_> = specs.iter().map(nodes::add).collect();
            let (last, others) = msgs.split_last().expect("a provider has nodes");
            let many = self
                .chain
                .execute_all(&provider.owner, &self.registry, others)?;
            let one = self
                .chain
                .execute(&provider.owner, &self.registry, last, 0)?;
            let ids = many.events.iter().chain(&one.events);
            let ids = ids.filter(|event| event.kind == "wasm-node_added");
            let ids: Vec<u32> = ids
                .filter_map(|event| event.get("node")?.parse().ok())
                .collect();
            assert_eq!(ids.len(), specs.len(), "every node has an id");
            added.push((ids, one));
        }
        let (_, last) = added.last().expect("there are providers");
        built.push(("registry add_node (the 100th)", last.clone()));
        for (provider, (ids, _)) in self.providers.iter_mut().zip(added) {
            provider.nodes = ids;
        }

        for (provider, specs) in self.providers.iter().zip(specs.chunks(NODES / PROVIDERS)) {
            let beats = provider.nodes.iter().zip(specs);
            let msgs: Vec<_> = beats
                .map(|(&node, spec)| heartbeat(node, 1, spec.capacity))
                .collect();
            let (last, others) = msgs.split_last().expect("a provider has nodes");
            for batch in others.chunks(BATCH) {
                self.chain
                    .execute_all(&provider.operator, &self.registry, batch)?;
            }
            let one = self
                .chain
                .execute(&provider.operator, &self.registry, last, 0)?;
            if provider.id == self.providers[PROVIDERS - 1].id {
                built.push(("registry heartbeat (first: into the index)", one));
            }
        }
        let nodes = self.nodes()?;
        let live = nodes
            .iter()
            .filter(|node| node.live && node.indexed)
            .count();
        assert_eq!(live, NODES, "live nodes in the index");
        Ok(built)
    }
}

pub fn stay_alive(world: &mut World) -> Result<(), Error> {
    let node = world.providers[0].nodes[0];
    let capacity = world.node(node)?.spec.capacity;
    let operator = &world.providers[0].operator;
    let again = world.at_registry(operator, &heartbeat(node, 2, capacity))?;
    let less = Resources {
        milli_cpu: capacity.milli_cpu / 2,
        ..capacity
    };
    let moved = world.at_registry(operator, &heartbeat(node, 3, less))?;
    let back = world.at_registry(operator, &heartbeat(node, 4, capacity))?;
    assert_eq!(world.node(node)?.seq, 4);
    world.table.note_within(
        HEARTBEAT_BUDGET,
        "registry heartbeat (nothing changed)",
        &again,
    );
    world
        .table
        .note("registry heartbeat (half of it kept back)", &moved);
    world
        .table
        .note("registry heartbeat (all free again)", &back);
    Ok(())
}

pub fn change_and_leave(world: &mut World) -> Result<(), Error> {
    let provider = &world.providers[3];
    let owner = &provider.owner;
    let node = provider.nodes[24];
    let spec = world.node(node)?.spec;
    let mut measured = vec![];
    let mut send = |what, msg| -> Result<(), Error> {
        measured.push((what, world.at_registry(owner, &msg)?));
        Ok(())
    };
    send(
        "registry update_node (prices)",
        Registry::UpdateNode {
            node,
            capacity: None,
            prices: Some(nodes::reference()),
            bond: None,
            watts: None,
            clean_ppm: None,
        },
    )?;
    send(
        "registry update_node (capacity)",
        Registry::UpdateNode {
            node,
            capacity: Some(Resources {
                milli_cpu: spec.capacity.milli_cpu * 2,
                ..spec.capacity
            }),
            prices: None,
            bond: None,
            watts: None,
            clean_ppm: None,
        },
    )?;
    send(
        "registry update_provider",
        Registry::UpdateProvider {
            operator: None,
            profile_uri: Some("https://provider.example.org/new.json".into()),
        },
    )?;
    send(
        "registry set_payout",
        Registry::SetPayout {
            payout: owner.address().into(),
            provider: None,
        },
    )?;
    send("registry remove_node", Registry::RemoveNode { node })?;
    send(
        "registry unbond",
        Registry::Unbond {
            denom: 0,
            amount: Uint128::new(nodes::BOND),
        },
    )?;
    let withdraw = Registry::WithdrawBond {
        provider: provider.id,
        denom: 0,
    };
    world
        .chain
        .wait_until(world.chain.now_secs()? + UNBONDING_SECS + 1)?;
    let before = world.chain.balance(owner.address())?;
    let withdrawn = world.at_registry(&world.anyone, &withdraw)?;
    assert_eq!(world.chain.balance(owner.address())?, before + nodes::BOND);
    let left = world.at_registry(owner, &Registry::Leave {})?;
    for (what, included) in measured {
        world.table.note(what, &included);
    }
    world.table.note("registry withdraw_bond", &withdrawn);
    world.table.note("registry leave (24 nodes)", &left);
    world.assert_solvent()
}

pub fn silent_nodes_are_evicted(world: &mut World) -> Result<(), Error> {
    world.chain.wait_until(world.chain.now_secs()? + 3)?;
    let nodes = &world.providers[1].nodes;
    for (few, what) in [
        (&nodes[..1], "registry evict (1 node)"),
        (&nodes[1..11], "registry evict (10 nodes)"),
    ] {
        let evicted = world.at_registry(
            &world.anyone,
            &Registry::Evict {
                nodes: few.to_vec(),
            },
        )?;
        world.table.note(what, &evicted);
        assert!(!world.node(few[0])?.indexed);
    }
    world.assert_solvent()
}
