//! Which node this program runs.

use surge_interface::registry::NodeResponse;

use crate::{machine::Machine, settings::Offer, suite::Suite, Error};

/// The operator's node: the one that is named, or the only one.
pub fn own_node(suite: &Suite, operator: &str, named: Option<u32>) -> Result<NodeResponse, Error> {
    let provider =
        suite.provider_of(operator)?.ok_or_else(|| {
            Error::NotReady {
        what: format!("{operator} is no provider's operator"),
        next: "join with: surge node run --owner NAME; or: surge provider register --operator NAME"
            .to_owned(),
    }
        })?;
    if provider.record.operator.as_str() != operator {
        return Err(Error::NotReady {
            what: format!(
                "{operator} owns provider {} and is not its operator, {}",
                provider.id, provider.record.operator
            ),
            next: "name the operator's key with --from".to_owned(),
        });
    }
    let nodes = suite.nodes_of(provider.id)?;
    let ids: Vec<String> = nodes.iter().map(|node| node.id.to_string()).collect();
    let mut chosen = nodes
        .into_iter()
        .filter(|node| named.is_none_or(|named| named == node.id));
    match (chosen.next(), chosen.next()) {
        (Some(node), None) => Ok(node),
        (None, _) => Err(Error::NotReady {
            what: format!(
                "provider {} has no such node; it has: {}",
                provider.id,
                if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
            ),
            next: "add one with: surge node run --owner NAME; or: surge node add --region NAME --bond AMOUNT"
                .to_owned(),
        }),
        (Some(_), Some(_)) => Err(Error::NotReady {
            what: format!("provider {} has several nodes: {}", provider.id, ids.join(", ")),
            next: "name one with --node ID, and give each a folder of its own".to_owned(),
        }),
    }
}

/// Where the chain offers something else than the owner says, or than there is: sentences
/// with a next step.
pub fn differences(node: &NodeResponse, offer: &Offer, machine: &Machine) -> Vec<String> {
    let known = node.spec.capacity;
    let rows = [
        (
            "cores",
            offer.cores,
            known.milli_cpu / 1_000,
            u64::from(machine.cores),
        ),
        (
            "memory_mib",
            offer.memory_mib,
            known.memory_mib,
            machine.memory_mib,
        ),
        (
            "storage_gib",
            offer.storage_gib,
            known.storage_gib,
            machine.disk_gib,
        ),
    ];
    let node = node.id;
    let mut found = vec![];
    for (what, said, known, there) in rows {
        match said {
            Some(said) if said != known => found.push(format!(
                "{what}: the settings offer {said}, the chain knows {known}; start once with --owner NAME, or as the owner: surge node set {node}"
            )),
            _ if u64::from(known) > there => found.push(format!(
                "{what}: the chain knows {known}, this machine has {there}; offer less as the owner with: surge node set {node}"
            )),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Uint128;
    use surge_interface::{registry::NodeSpec, Resources};

    use super::*;

    #[test]
    fn what_the_chain_offers_is_compared_with_owner_and_machine() {
        let capacity = Resources {
            milli_cpu: 4_000,
            memory_mib: 1_024,
            storage_gib: 500,
            ..Resources::default()
        };
        let node = NodeResponse {
            id: 7,
            provider: 1,
            spec: NodeSpec {
                class: 0,
                denom: 0,
                region: 0,
                bandwidth_tier: 0,
                capacity,
                prices: Default::default(),
                watts: 0,
                clean_ppm: 0,
            },
            reserved: Resources::default(),
            withheld: Resources::default(),
            bond: Uint128::zero(),
            locked: Uint128::zero(),
            seq: 0,
            last_seen_secs: 0,
            live: false,
            indexed: false,
            running: 0,
            settled: 0,
            strikes: 0,
            missed: Uint128::zero(),
        };
        let offer = Offer {
            cores: Some(2),
            ..Offer::default()
        };
        let machine = Machine {
            cores: 8,
            memory_mib: 2_000,
            disk_gib: 100,
            gpus: vec![],
        };
        let found = differences(&node, &offer, &machine);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("cores: the settings offer 2, the chain knows 4"));
        assert!(found[1].starts_with("storage_gib: the chain knows 500, this machine has 100"));
    }
}
