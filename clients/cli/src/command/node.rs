//! `surge node`.

use std::{fmt, str::FromStr};

use clap::{Args, Subcommand};
use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::{
    registry::{ClassesResponse, ExecuteMsg, NodeResponse, NodeSpec, NodesResponse, QueryMsg},
    Resources, UnitPrices,
};

use crate::{
    clock::ago,
    failure::{Failure, Outcome},
    listed::{class_id, coinage, denom_id, region_id, regions},
    money::{Amount, Coinage},
    output::{enumerated, facts, in_one_line, table, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge node`.
#[derive(Subcommand)]
pub enum Command {
    /// Lend this machine, unattended: heartbeats, jobs, results, earnings.
    Run(Box<super::run::Run>),
    /// Show what this machine has, and what it would offer.
    Detect,
    #[command(flatten)]
    Registry(Registry),
}

/// What the registry is told or asked.
#[derive(Subcommand)]
pub enum Registry {
    /// Add a machine to your provider.
    Add(Add),
    /// Change a machine.
    Set {
        /// The node.
        node: u32,
        /// What it lends from now on.
        #[command(flatten)]
        capacity: Changed,
        /// Its prices, in percent of the reference prices.
        #[arg(long)]
        price_percent: Option<u64>,
        /// Part of your bond that stands behind it, such as "900 SURGE".
        #[arg(long)]
        bond: Option<String>,
        /// What it draws, in watts.
        #[arg(long)]
        watts: Option<u32>,
        /// Share of its energy that is clean, in percent.
        #[arg(long)]
        clean_percent: Option<u32>,
    },
    /// Say that machines are alive, once; `surge node run` does it by itself.
    Heartbeat {
        /// The nodes, of one provider; all in one transaction.
        #[arg(required = true)]
        nodes: Vec<u32>,
        /// What of each may be used now; all of it when left away.
        #[command(flatten)]
        free: Changed,
    },
    /// Take a machine without jobs away.
    Remove {
        /// The node.
        node: u32,
    },
    /// Take silent machines out of the index, for a tip each.
    Evict {
        /// The nodes, at most 100.
        #[arg(required = true)]
        nodes: Vec<u32>,
    },
    /// One machine.
    Show {
        /// The node.
        node: u32,
    },
    /// Machines, a page at a time.
    List {
        /// Of this provider only.
        #[arg(long)]
        provider: Option<u32>,
        /// Of the page only those that are silent.
        #[arg(long)]
        silent: bool,
        /// Continue after this one.
        #[arg(long)]
        start_after: Option<u32>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
}

/// A new machine.
#[derive(Args)]
pub struct Add {
    /// Class by name.
    #[arg(long, default_value = "cpu")]
    class: String,
    /// Region by name; see `surge network regions`.
    #[arg(long)]
    region: String,
    #[command(flatten)]
    capacity: Capacity,
    /// Part of your bond that stands behind it, such as "900 SURGE". It quotes in the same.
    #[arg(long)]
    bond: String,
    /// Its prices, in percent of the reference prices.
    #[arg(long, default_value_t = 100)]
    price_percent: u64,
    /// Speed of its line in Mbit/s: 10, 100, 1000 or 10000.
    #[arg(long, default_value_t = 100)]
    line_mbps: u32,
    /// What it draws, in watts.
    #[arg(long, default_value_t = 100)]
    watts: u32,
    /// Share of its energy that is clean, in percent.
    #[arg(long, default_value_t = 0)]
    clean_percent: u32,
}

/// Processor cores, in thousandths.
#[derive(Clone, Copy)]
pub struct Cores(u32);

impl FromStr for Cores {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let amount = Amount::parse(text, &[Coinage::cores()]).ok();
        amount
            .and_then(|amount| u32::try_from(amount.base).ok())
            .map(Self)
            .ok_or_else(|| "write a number with at most 3 decimal places, such as 0.5".to_owned())
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1_000 => f.write_str("1 core"),
            milli => Coinage::cores().of(milli.into()).fmt(f),
        }
    }
}

/// What a machine lends or a job needs.
#[derive(Args, Clone, Copy)]
pub struct Capacity {
    /// Processor cores, such as 2 or 0.5.
    #[arg(long, default_value = "1")]
    pub cores: Cores,
    /// Memory in MiB.
    #[arg(long, default_value_t = 1_024)]
    pub memory_mib: u32,
    /// Storage in GiB.
    #[arg(long, default_value_t = 1)]
    pub storage_gib: u32,
    /// Graphics processors.
    #[arg(long, default_value_t = 0)]
    pub gpus: u32,
    /// Bandwidth in Mbit/s.
    #[arg(long, default_value_t = 0)]
    pub bandwidth_mbps: u32,
}

impl Capacity {
    /// As the contracts count it.
    pub const fn resources(self) -> Resources {
        Resources {
            milli_cpu: self.cores.0,
            memory_mib: self.memory_mib,
            gpus: self.gpus,
            storage_gib: self.storage_gib,
            bandwidth_mbps: self.bandwidth_mbps,
        }
    }
}

/// What of a machine's capacity is said anew; the rest stays.
#[derive(Args, Clone, Copy)]
pub struct Changed {
    /// Processor cores, such as 2 or 0.5.
    #[arg(long)]
    cores: Option<Cores>,
    /// Memory in MiB.
    #[arg(long)]
    memory_mib: Option<u32>,
    /// Storage in GiB.
    #[arg(long)]
    storage_gib: Option<u32>,
    /// Graphics processors.
    #[arg(long)]
    gpus: Option<u32>,
    /// Bandwidth in Mbit/s.
    #[arg(long)]
    bandwidth_mbps: Option<u32>,
}

impl Changed {
    fn over(self, before: Resources) -> Resources {
        Resources {
            milli_cpu: self.cores.map_or(before.milli_cpu, |cores| cores.0),
            memory_mib: self.memory_mib.unwrap_or(before.memory_mib),
            gpus: self.gpus.unwrap_or(before.gpus),
            storage_gib: self.storage_gib.unwrap_or(before.storage_gib),
            bandwidth_mbps: self.bandwidth_mbps.unwrap_or(before.bandwidth_mbps),
        }
    }
}

/// A capacity as people read it.
fn told(capacity: Resources) -> String {
    format!(
        "{}, {} MiB, {} GiB, {} GPUs, {} Mbit/s",
        Cores(capacity.milli_cpu),
        capacity.memory_mib,
        capacity.storage_gib,
        capacity.gpus,
        capacity.bandwidth_mbps
    )
}

/// Carries it out.
pub fn run(command: Registry, session: &Session) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    match command {
        Registry::Add(add) => add_node(&add, session),
        Registry::Set {
            node,
            capacity,
            price_percent,
            bond,
            watts,
            clean_percent,
        } => {
            let found: NodeResponse = session.ask(&registry, &QueryMsg::Node { node })?;
            let bond = bond
                .map(|bond| Amount::parse(&bond, &session.coinages()?))
                .transpose()?;
            let prices = price_percent
                .map(|percent| {
                    reference(session, found.spec.class, found.spec.denom)
                        .map(|prices| scaled(prices, percent))
                })
                .transpose()?;
            let before = found.spec.capacity;
            let capacity = Some(capacity.over(before)).filter(|capacity| *capacity != before);
            let mut act = Act::new(format!("Changes node {node}."));
            if let Some(capacity) = capacity {
                act = act.moving(format!("from {} to {}", told(before), told(capacity)));
            }
            if let Some(percent) = price_percent {
                act = act.moving(format!("prices at {percent} % of the reference prices"));
            }
            if let Some(bond) = &bond {
                act = act.moving(format!("{bond} of your bond behind it"));
            }
            let msg = ExecuteMsg::UpdateNode {
                node,
                capacity,
                prices,
                bond: bond.map(|bond| Uint128::new(bond.base)),
                watts,
                clean_ppm: clean_percent.map(|percent| percent.saturating_mul(10_000)),
            };
            let act = act.call(session, &registry, &msg)?;
            session.perform(&act)?.report(&json!({ "node": node }), "")
        }
        Registry::Heartbeat { mut nodes, free } => {
            nodes.sort_unstable();
            nodes.dedup();
            let (what, are) = match nodes.as_slice() {
                [_] => ("node", "is"),
                _ => ("nodes", "are"),
            };
            let ids = enumerated(&nodes);
            let mut act = Act::new(format!("Says that {what} {ids} {are} alive."));
            for node in &nodes {
                let found: NodeResponse =
                    session.ask(&registry, &QueryMsg::Node { node: *node })?;
                let msg = ExecuteMsg::Heartbeat {
                    node: *node,
                    seq: found.seq.saturating_add(1),
                    free: free.over(found.spec.capacity),
                };
                act = act.call(session, &registry, &msg)?;
            }
            session
                .perform(&act)?
                .report(&json!({ "nodes": nodes }), "")
        }
        Registry::Remove { node } => {
            let act = Act::new(format!(
                "Takes node {node} away; its bond is your provider's again."
            ))
            .call(session, &registry, &ExecuteMsg::RemoveNode { node })?;
            session.perform(&act)?.report(&json!({ "node": node }), "")
        }
        Registry::Evict { nodes } => {
            let act = Act::new("Takes nodes that are silent out of the index, for a tip each.")
                .call(session, &registry, &ExecuteMsg::Evict { nodes })?;
            session.perform(&act)?.report(&json!({}), "")
        }
        Registry::Show { node } => show(session, node),
        Registry::List {
            provider,
            silent,
            start_after,
            limit,
        } => {
            let msg = QueryMsg::Nodes {
                provider,
                start_after,
                limit,
            };
            let mut answer: NodesResponse = session.ask(&registry, &msg)?;
            if silent {
                answer.nodes.retain(|node| !node.live);
            }
            let regions = regions(session)?;
            let mut rows = table(&[
                ">node",
                ">provider",
                "region",
                ">cores",
                ">in use",
                "live",
                ">jobs paid",
                ">strikes",
                "seen",
            ]);
            for node in &answer.nodes {
                let region = regions.regions.get(usize::from(node.spec.region));
                rows.add_row([
                    node.id.to_string(),
                    node.provider.to_string(),
                    region
                        .map(|region| in_one_line(&region.name))
                        .unwrap_or_default(),
                    cores(node.spec.capacity),
                    cores(node.reserved),
                    if node.live { "yes" } else { "no" }.to_owned(),
                    node.settled.to_string(),
                    node.strikes.to_string(),
                    match node.last_seen_secs {
                        0 => "never".to_owned(),
                        secs => ago(secs),
                    },
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
    }
}

fn add_node(add: &Add, session: &Session) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    let bond = Amount::parse(&add.bond, &session.coinages()?)?;
    let denom = denom_id(session, &bond.coinage)?;
    let class = class_id(session, &add.class)?;
    let tiers = surge_interface::registry::BANDWIDTH_TIERS_MBPS;
    let tier = tiers.iter().position(|tier| *tier == add.line_mbps);
    let tier = tier
        .and_then(|tier| u8::try_from(tier).ok())
        .ok_or_else(|| {
            Failure::new(format!(
                "a line of {} Mbit/s is none of {tiers:?}",
                add.line_mbps
            ))
        })?;
    let msg = ExecuteMsg::AddNode {
        spec: NodeSpec {
            class,
            denom,
            region: region_id(session, &add.region)?,
            bandwidth_tier: tier,
            capacity: add.capacity.resources(),
            prices: scaled(reference(session, class, denom)?, add.price_percent),
            watts: add.watts,
            clean_ppm: add.clean_percent.saturating_mul(10_000),
        },
        bond: Uint128::new(bond.base),
    };
    let act = Act::new(format!(
        "Adds a node of {} in {}.",
        add.capacity.cores, add.region
    ))
    .moving(format!("{bond} of your bond behind it"))
    .call(session, &registry, &msg)?;
    let done = session.perform(&act)?;
    let node = done.attribute(&registry, "node_added", "node");
    let text = node
        .as_ref()
        .map(|node| format!("it is node {node}; it takes jobs from its first heartbeat on"))
        .unwrap_or_default();
    done.report(&json!({ "node": node }), text)
}

fn show(session: &Session, node: u32) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    let found: NodeResponse = session.ask(&registry, &QueryMsg::Node { node })?;
    let coinage = coinage(session, found.spec.denom)?;
    let regions = regions(session)?;
    let region = regions.regions.get(usize::from(found.spec.region));
    let text = facts([
        ("node", found.id.to_string()),
        ("provider", found.provider.to_string()),
        (
            "region",
            region
                .map(|region| in_one_line(&region.name))
                .unwrap_or_default(),
        ),
        (
            "cores",
            format!(
                "{}, {} in use",
                cores(found.spec.capacity),
                cores(found.reserved)
            ),
        ),
        (
            "memory",
            format!(
                "{} MiB, {} in use",
                found.spec.capacity.memory_mib, found.reserved.memory_mib
            ),
        ),
        (
            "bond",
            format!(
                "{}, {} locked",
                coinage.of(found.bond.u128()),
                coinage.of(found.locked.u128())
            ),
        ),
        ("live", if found.live { "yes" } else { "no" }.to_owned()),
        (
            "jobs",
            format!("{} running, {} paid", found.running, found.settled),
        ),
        ("strikes", found.strikes.to_string()),
    ]);
    Report::new(&found, text.to_string())
}

fn reference(session: &Session, class: u8, denom: u8) -> Outcome<UnitPrices> {
    let classes: ClassesResponse =
        session.ask(&session.contracts()?.registry, &QueryMsg::Classes {})?;
    let class = classes.classes.get(usize::from(class));
    class
        .and_then(|class| class.markets.iter().find(|market| market.denom == denom))
        .map(|market| market.reference)
        .ok_or_else(|| Failure::new("the class has no market in this denomination"))
}

fn scaled(prices: UnitPrices, percent: u64) -> UnitPrices {
    UnitPrices::from_array(
        prices
            .to_array()
            .map(|price| price.saturating_mul(percent) / 100),
    )
}

fn cores(resources: Resources) -> String {
    Coinage::cores().of(resources.milli_cpu.into()).number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_core_are_told_as_they_are() {
        for (milli_cpu, told) in [(40, "0.04"), (250, "0.25"), (1_000, "1"), (1_500, "1.5")] {
            let resources = Resources {
                milli_cpu,
                ..Resources::default()
            };
            assert_eq!(cores(resources), told);
        }
    }
}
