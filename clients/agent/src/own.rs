//! Which node this program runs.

use surge_interface::registry::{NodeResponse, ProviderResponse};

use crate::{journal::Journal, machine::Machine, settings::Offer, suite::Suite, Error};

/// What the journal calls the node that it is of.
pub const NODE: &str = "node";

/// The node that a journal is of; none when it is new.
pub fn known(journal: &Journal) -> Result<Option<u32>, Error> {
    let node = journal.fact(NODE)?;
    Ok(node.and_then(|node| node.parse().ok()))
}

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
    match (nodes.as_slice(), named) {
        (_, Some(named)) => named_of(&nodes, provider.id, named).cloned(),
        ([node], None) => Ok(node.clone()),
        ([], None) => Err(Error::NotReady {
            what: format!("provider {} has no node", provider.id),
            next: "add one with: surge node run --owner NAME; or: surge node add --region NAME --bond AMOUNT"
                .to_owned(),
        }),
        (_, None) => Err(Error::NotReady {
            what: format!("provider {} has several nodes: {}", provider.id, ids(&nodes)),
            next: "name one with --node ID, and give each a folder of its own".to_owned(),
        }),
    }
}

/// The node of this number among a provider's.
fn named_of(nodes: &[NodeResponse], provider: u32, named: u32) -> Result<&NodeResponse, Error> {
    let found = nodes.iter().find(|node| node.id == named);
    found.ok_or_else(|| Error::NotReady {
        what: match nodes {
            [] => format!("provider {provider} has no node {named}, and no other"),
            _ => format!("provider {provider} has no node {named}; it has: {}", ids(nodes)),
        },
        next: "name one of these with --node ID; to join with a further machine, give it a folder of its own with --folder, and: --owner NAME --add"
            .to_owned(),
    })
}

fn ids(nodes: &[NodeResponse]) -> String {
    let ids: Vec<String> = nodes.iter().map(|node| node.id.to_string()).collect();
    ids.join(", ")
}

/// What an owner who joins with a machine means by it: one of the provider's nodes, which is
/// named or which the journal is of, or a new one when there is none. A machine that nobody
/// named takes no node over from another one.
pub fn joining(
    nodes: &[NodeResponse],
    provider: u32,
    named: Option<u32>,
    add: bool,
) -> Result<Option<&NodeResponse>, Error> {
    match (nodes, named) {
        (_, Some(named)) => named_of(nodes, provider, named).map(Some),
        ([], None) => Ok(None),
        (_, None) if add => Ok(None),
        (_, None) => Err(Error::NotReady {
            what: format!(
                "provider {provider} has machines already, and this folder is of none of them: {}",
                ids(nodes)
            ),
            next: "to join with a further machine: --add; when this machine is to run one of them, and nothing else runs it: --node ID"
                .to_owned(),
        }),
    }
}

/// Whether the provider's nodes listen to this hot key, or the owner wants them to from now
/// on. Another key that stands there is replaced only when that was said: what runs with it
/// can neither send heartbeats nor deliver afterwards.
pub fn listens(
    provider: &ProviderResponse,
    nodes: &[NodeResponse],
    operator: &str,
    replace: bool,
) -> Result<bool, Error> {
    let stands = &provider.record.operator;
    if stands.as_str() == operator {
        return Ok(true);
    }
    if replace {
        return Ok(false);
    }
    let running: u64 = nodes.iter().map(|node| u64::from(node.running)).sum();
    Err(Error::NotReady {
        what: format!(
            "the hot key of provider {} is {stands}, not {operator}; with another one its {} nodes fall silent, and their {running} jobs wait until each machine runs with that",
            provider.id,
            nodes.len()
        ),
        next: "name the key that stands there with --from; to replace it, for all machines: --replace-operator".to_owned(),
    })
}

/// Where the chain offers something else than the owner says, or than there is: sentences
/// with a next step.
pub fn differences(node: &NodeResponse, offer: &Offer, machine: &Machine) -> Vec<String> {
    let known = node.spec.capacity;
    let rows = [
        (
            "cores",
            offer.cores,
            known.milli_cpu,
            u64::from(machine.cores),
            1_000,
        ),
        (
            "memory_mib",
            offer.memory_mib,
            known.memory_mib,
            machine.memory_mib,
            1,
        ),
        (
            "storage_gib",
            offer.storage_gib,
            known.storage_gib,
            machine.disk_gib,
            1,
        ),
    ];
    let node = node.id;
    let mut found = vec![];
    for (what, said, in_units, there, unit) in rows {
        // Cores may be offered in thousandths.
        let known = f64::from(in_units) / f64::from(unit);
        match said {
            Some(said) if said.saturating_mul(unit) != in_units => found.push(format!(
                "{what}: the settings offer {said}, the chain knows {known}; start once with --owner NAME, or as the owner: surge node set {node}"
            )),
            _ if u64::from(in_units) > there.saturating_mul(unit.into()) => found.push(format!(
                "{what}: the chain knows {known}, this machine has {there}; offer less as the owner with: surge node set {node}"
            )),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use surge_interface::Resources;

    use super::*;
    use crate::stand_in;

    fn node(id: u32, running: u32) -> NodeResponse {
        let mut node = NodeResponse {
            running,
            live: false,
            indexed: false,
            ..stand_in::node(id, 0)
        };
        node.spec.capacity = Resources {
            milli_cpu: 4_000,
            memory_mib: 1_024,
            storage_gib: 500,
            ..Resources::default()
        };
        node
    }

    fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> (String, String) {
        let error = answer.expect_err("it is refused");
        let next = error.next().expect("a next step");
        (error.to_string(), next)
    }

    #[test]
    fn a_further_machine_takes_no_node_over_unless_it_is_named() {
        let nodes = [node(3, 0), node(5, 0)];
        let id = |found: Option<&NodeResponse>| found.map(|node| node.id);
        for some in [&nodes[..1], &nodes] {
            let (error, next) = refused(joining(some, 1, None, false));
            assert!(
                error.starts_with("provider 1 has machines already"),
                "{error}"
            );
            assert!(
                next.contains("--add") && next.contains("--node ID"),
                "{next}"
            );
            assert_eq!(id(joining(some, 1, None, true).expect("a new one")), None);
        }
        // What the journal is of, or the owner named, counts more: a start that is repeated
        // adds nothing.
        let found = joining(&nodes, 1, Some(5), true).expect("the node");
        assert_eq!(id(found), Some(5));
        let (error, next) = refused(joining(&nodes, 1, Some(4), true));
        assert_eq!(error, "provider 1 has no node 4; it has: 3, 5");
        assert!(next.contains("--folder"), "{next}");
        assert_eq!(id(joining(&[], 1, None, false).expect("the first")), None);
    }

    #[test]
    fn the_hot_key_of_a_fleet_is_replaced_only_when_that_was_said() {
        let provider = ProviderResponse {
            id: 1,
            record: surge_interface::registry::ProviderRecord {
                owner: cosmwasm_std::Addr::unchecked("owner"),
                operator: cosmwasm_std::Addr::unchecked("old"),
                payout: cosmwasm_std::Addr::unchecked("owner"),
                pending_payout: None,
                status: surge_interface::registry::ProviderStatus::Active,
                nodes: 2,
            },
            profile_uri: String::new(),
            bonds: vec![],
            unbondings: vec![],
        };
        let nodes = [node(3, 2), node(5, 1)];
        assert!(listens(&provider, &nodes, "old", false).expect("the same"));
        let (error, next) = refused(listens(&provider, &nodes, "new", false));
        assert!(
            error.contains("its 2 nodes fall silent, and their 3 jobs"),
            "{error}"
        );
        assert!(next.contains("--replace-operator"), "{next}");
        assert!(!listens(&provider, &nodes, "new", true).expect("it was said"));
    }

    #[test]
    fn what_the_chain_offers_is_compared_with_owner_and_machine() {
        let node = node(7, 0);
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
        let mut in_thousandths = node.clone();
        in_thousandths.spec.capacity.milli_cpu = 2_500;
        let found_there = differences(&in_thousandths, &offer, &machine);
        assert!(
            found_there[0].starts_with("cores: the settings offer 2, the chain knows 2.5;"),
            "{found_there:?}"
        );
        assert!(found[1].starts_with("storage_gib: the chain knows 500, this machine has 100"));
    }
}
