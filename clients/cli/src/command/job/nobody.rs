//! Why no node would take a job, counted over all of them.

use surge_interface::{
    registry::{NodeResponse, NodesResponse, Order, QueryMsg, Region},
    Resources,
};

use crate::{
    failure::{Failure, Outcome},
    listed::{coinage, denom_id, regions},
    session::Session,
};

/// Nodes of an answer of the registry's.
const PAGE: u32 = 100;

/// What keeps a node from a job; the first that does counts.
const CAUSES: [(&str, &str); 7] = [
    (
        "of another class",
        "choose a class with --class: surge network classes",
    ),
    (
        "where the job may not run",
        "allow more with --region and --jurisdiction",
    ),
    (
        "paid in something else",
        "offer what they are paid in with --max-price",
    ),
    (
        "too small",
        "need less: --cores, --memory-mib, --storage-gib, --gpus, --bandwidth-mbps",
    ),
    (
        "silent",
        "wait for them, or order with --wait; see: surge node list",
    ),
    ("busy or drained", "try again later, or order with --wait"),
    (
        "too dear, with too little free bond, or yours",
        "raise --max-price or need less",
    ),
];

/// The registry's reason, how many nodes there are, what keeps each, and what would help.
pub fn explained(session: &Session, order: &Order, reason: &str) -> Outcome<Failure> {
    let registry = session.contracts()?.registry;
    let regions = regions(session)?.regions;
    let denom = denom_id(session, &session.coinage(&order.denom))?;
    let (mut counts, mut total) = ([0u32; CAUSES.len()], 0u32);
    let mut paid_in = vec![];
    let mut start_after = None;
    loop {
        let msg = QueryMsg::Nodes {
            provider: None,
            start_after,
            limit: Some(PAGE),
        };
        let page: NodesResponse = session.ask(&registry, &msg)?;
        for node in &page.nodes {
            if order.pinned.is_some_and(|pinned| pinned != node.id) {
                continue;
            }
            total = total.saturating_add(1);
            let cause = cause(node, order, denom, &regions);
            if cause == 2 && !paid_in.contains(&node.spec.denom) {
                paid_in.push(node.spec.denom);
            }
            if let Some(count) = counts.get_mut(cause) {
                *count = count.saturating_add(1);
            }
        }
        match page.nodes.last() {
            Some(last) if page.nodes.len() == PAGE as usize => start_after = Some(last.id),
            _ => break,
        }
    }
    let mut paid: Vec<String> = vec![];
    for denom in paid_in {
        paid.push(coinage(session, denom)?.display);
    }
    let counted = CAUSES.iter().zip(counts).filter(|(_, count)| *count > 0);
    let (mut causes, mut steps) = (vec![], vec![]);
    for ((cause, step), count) in counted {
        match *cause {
            "paid in something else" => {
                causes.push(format!("{count} paid in {}", paid.join(" or ")));
            }
            cause => causes.push(format!("{count} {cause}")),
        }
        steps.push(*step);
    }
    let no_node = format!("no node takes this job: {reason}");
    if total == 0 {
        return Ok(Failure::new(no_node)
            .next("there is none: see surge node list; a machine is lent with surge node run"));
    }
    let nodes = match total {
        1 => "the only node".to_owned(),
        total => format!("{total} nodes"),
    };
    Ok(
        Failure::new(format!("{no_node}\nof {nodes}: {}", causes.join(", ")))
            .next(steps.join("; ")),
    )
}

/// Which of the causes keeps this node.
fn cause(node: &NodeResponse, order: &Order, denom: u8, regions: &[Region]) -> usize {
    let spec = &node.spec;
    let named = order.regions.is_empty() || order.regions.contains(&spec.region);
    let country = regions
        .get(usize::from(spec.region))
        .map(|region| &region.jurisdiction);
    let lawful = order.jurisdictions.is_empty()
        || country.is_some_and(|country| order.jurisdictions.contains(country));
    let fits = |left: Resources| {
        let mut pairs = left.to_array().into_iter().zip(order.need.to_array());
        pairs.all(|(left, need)| left >= need)
    };
    let (taken, withheld) = (node.reserved.to_array(), node.withheld.to_array());
    let mut free = spec.capacity.to_array();
    for (free, used) in free.iter_mut().zip(taken.into_iter().zip(withheld)) {
        *free = free.saturating_sub(used.0).saturating_sub(used.1);
    }
    [
        spec.class != order.class,
        !(named && lawful),
        spec.denom != denom,
        !fits(spec.capacity),
        !node.live,
        !fits(Resources::from_array(free)),
    ]
    .iter()
    .position(|keeps| *keeps)
    .unwrap_or(CAUSES.len() - 1)
}
