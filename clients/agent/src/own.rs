//! Which node this program runs.

use surge_interface::registry::NodeResponse;

use crate::{suite::Suite, Error};

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
