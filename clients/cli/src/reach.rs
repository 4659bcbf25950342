//! Which command reaches which message and query of the contracts. `docs/cli.md` prints it,
//! and a test fails when the schemas know one that stands nowhere here.

use crate::contract::Kind;

/// A message or query, and the command that reaches it.
pub struct Reach {
    /// The contract.
    pub contract: &'static str,
    /// Message or query.
    pub kind: Kind,
    /// Its name in JSON.
    pub name: &'static str,
    /// The command, or who sends it instead of a person.
    pub by: By,
}

/// How something is reached.
#[derive(Clone, Copy)]
pub enum By {
    /// A command of this program.
    Command(&'static str),
    /// No person sends it: a contract does, in the course of these commands.
    Contract(&'static str, &'static str),
}

const PROPOSE: &str = "dao propose";

/// Contract, its messages, its queries; each with its command.
type Rows = &'static [(&'static str, By)];

const TABLE: [(&str, Rows, Rows); 5] = [
    (
        "registry",
        &[
            ("register_provider", By::Command("provider register")),
            ("update_provider", By::Command("provider update")),
            ("set_payout", By::Command("provider payout")),
            ("bond", By::Command("provider bond")),
            ("unbond", By::Command("provider unbond")),
            ("withdraw_bond", By::Command("provider withdraw")),
            ("drain", By::Command("provider drain")),
            ("resume", By::Command("provider resume")),
            ("leave", By::Command("provider leave")),
            ("add_node", By::Command("node add")),
            ("update_node", By::Command("node set")),
            ("remove_node", By::Command("node remove")),
            ("heartbeat", By::Command("node heartbeat")),
            ("evict", By::Command("node evict")),
            ("assign", By::Contract("escrow", "job submit")),
            ("reassign", By::Contract("escrow", "job decline")),
            ("release", By::Contract("escrow", "job accept")),
            ("vacate", By::Command("job vacate")),
            ("fund_kitty", By::Command("money fund")),
            ("withdraw_tips", By::Command("tips withdraw")),
            ("sync", By::Command("money sync")),
            ("receive", By::Contract("token", "provider bond")),
            ("update_params", By::Command(PROPOSE)),
            ("set_region", By::Command(PROPOSE)),
            ("set_class", By::Command(PROPOSE)),
            ("add_denom", By::Command(PROPOSE)),
            ("set_intake", By::Command(PROPOSE)),
            ("update_ownership", By::Command(PROPOSE)),
        ],
        &[
            ("config", By::Command("network params")),
            ("params", By::Command("network params")),
            ("provider", By::Command("provider show")),
            ("provider_of", By::Command("provider show")),
            ("providers", By::Command("provider list")),
            ("node", By::Command("node show")),
            ("nodes", By::Command("node list")),
            ("regions", By::Command("network regions")),
            ("classes", By::Command("network classes")),
            ("denoms", By::Command("network denoms")),
            ("simulate_match", By::Command("job simulate")),
            ("explain_match", By::Command("job explain")),
            ("reservation", By::Command("ask")),
            ("tips", By::Command("tips show")),
            ("invariant", By::Command("money show")),
            ("ownership", By::Command("network params")),
        ],
    ),
    (
        "escrow",
        &[
            ("submit_job", By::Command("job submit")),
            ("receive", By::Contract("token", "job submit")),
            ("match", By::Command("job match")),
            ("decline", By::Command("job decline")),
            ("submit_result", By::Command("job result")),
            ("accept", By::Command("job accept")),
            ("settle", By::Command("job settle")),
            ("cancel", By::Command("job cancel")),
            ("expire", By::Command("job expire")),
            ("dispute", By::Command("job dispute")),
            ("rule", By::Command("job rule")),
            ("withdraw", By::Command("credit withdraw")),
            ("flush", By::Command("money flush")),
            ("sync", By::Command("money sync")),
            ("update_params", By::Command(PROPOSE)),
            ("add_denom", By::Command(PROPOSE)),
            ("set_roles", By::Command(PROPOSE)),
            ("set_intake", By::Command(PROPOSE)),
            ("update_ownership", By::Command(PROPOSE)),
        ],
        &[
            ("config", By::Command("network params")),
            ("params", By::Command("network params")),
            ("denoms", By::Command("network denoms")),
            ("job", By::Command("job show")),
            ("jobs", By::Command("job list")),
            ("credit", By::Command("credit show")),
            ("contribution", By::Command("rewards account")),
            ("invariant", By::Command("money show")),
            ("ownership", By::Command("network params")),
        ],
    ),
    (
        "rewards",
        &[
            ("turn", By::Command("rewards turn")),
            ("claim", By::Command("claim")),
            ("slash", By::Command(PROPOSE)),
            ("update_params", By::Command(PROPOSE)),
            ("update_ownership", By::Command(PROPOSE)),
        ],
        &[
            ("config", By::Command("network params")),
            ("params", By::Command("network params")),
            ("emission", By::Command("rewards show")),
            ("account", By::Command("rewards account")),
            ("vesting", By::Command("claim")),
            ("claimable", By::Command("claim")),
            ("invariant", By::Command("money show")),
            ("ownership", By::Command("network params")),
        ],
    ),
    (
        "dao",
        &[
            ("propose", By::Command(PROPOSE)),
            ("receive", By::Contract("token", "dao stake")),
            ("vote", By::Command("dao vote")),
            ("poke", By::Command("dao poke")),
            ("execute", By::Command("dao execute")),
            ("withdraw", By::Command("dao withdraw")),
            ("refund", By::Command("dao refund")),
            ("activate", By::Command("dao activate")),
            ("unstake", By::Command("dao unstake")),
            ("release_stake", By::Command("dao release")),
            ("leave", By::Command("dao leave")),
            ("perform", By::Contract("dao", "dao execute")),
            ("check_solvency", By::Contract("dao", "dao execute")),
        ],
        &[
            ("config", By::Command("network params")),
            ("policies", By::Command("dao rules")),
            ("rows", By::Command("dao rules")),
            ("classify", By::Command(PROPOSE)),
            ("full_proposal", By::Command("dao show")),
            ("proposals", By::Command("dao list")),
            ("deposits", By::Command("dao deposits")),
            ("ballot", By::Command("ask")),
            ("ballot_of", By::Command("ask")),
            ("ballots", By::Command("dao ballots")),
            ("member_by_id", By::Command("dao member")),
            ("member_of", By::Command("dao member")),
            ("members", By::Command("dao members")),
            ("total", By::Command("dao members")),
            ("invariant", By::Command("money show")),
            ("proposal", By::Command("ask")),
            ("list_proposals", By::Command("ask")),
            ("reverse_proposals", By::Command("ask")),
            ("vote", By::Command("ask")),
            ("list_votes", By::Command("ask")),
            ("voter", By::Command("ask")),
            ("list_voters", By::Command("ask")),
            ("threshold", By::Command("ask")),
            ("member", By::Command("ask")),
            ("list_members", By::Command("ask")),
            ("total_weight", By::Command("ask")),
            ("admin", By::Command("ask")),
            ("hooks", By::Command("ask")),
            ("voting_power_at_height", By::Command("ask")),
            ("total_power_at_height", By::Command("ask")),
        ],
    ),
    (
        "token",
        &[
            ("transfer", By::Command("pay")),
            ("burn", By::Command("call")),
            ("send", By::Command("call")),
            ("increase_allowance", By::Command("call")),
            ("decrease_allowance", By::Command("call")),
            ("transfer_from", By::Command("call")),
            ("send_from", By::Command("call")),
            ("burn_from", By::Command("call")),
            ("mint", By::Contract("rewards", "claim")),
            ("update_minter", By::Command("call")),
            ("update_marketing", By::Command(PROPOSE)),
            ("upload_logo", By::Command(PROPOSE)),
        ],
        &[
            ("balance", By::Command("keys show")),
            ("token_info", By::Command("network params")),
            ("minter", By::Command("network params")),
            ("allowance", By::Command("ask")),
            ("all_allowances", By::Command("ask")),
            ("all_spender_allowances", By::Command("ask")),
            ("all_accounts", By::Command("ask")),
            ("marketing_info", By::Command("ask")),
            ("download_logo", By::Command("ask")),
        ],
    ),
];

/// Everything that the contracts take, in their order.
pub fn all() -> impl Iterator<Item = Reach> {
    TABLE.into_iter().flat_map(|(contract, messages, queries)| {
        let rows = |kind, rows: Rows| {
            rows.iter().map(move |(name, by)| Reach {
                contract,
                kind,
                name,
                by: *by,
            })
        };
        rows(Kind::Message, messages).chain(rows(Kind::Query, queries))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Names of a contract's messages and queries, as its schema has them.
    fn schema(contract: &str) -> BTreeSet<(bool, String)> {
        let path = format!(
            "{}/../../schema/{contract}/surge-{contract}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("a schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let mut names = BTreeSet::new();
        for (message, part) in [(true, "execute"), (false, "query")] {
            for list in ["oneOf", "anyOf"] {
                for variant in schema[part][list].as_array().into_iter().flatten() {
                    let objects = variant["required"].as_array().into_iter().flatten();
                    let units = variant["enum"].as_array().into_iter().flatten();
                    for name in objects.chain(units) {
                        names.insert((message, name.as_str().expect("a name").to_owned()));
                    }
                }
            }
        }
        names
    }

    #[test]
    fn every_message_and_query_of_the_schemas_has_a_command() {
        for (contract, ..) in TABLE {
            let reached: BTreeSet<_> = all()
                .filter(|reach| reach.contract == contract)
                .map(|reach| (reach.kind == Kind::Message, reach.name.to_owned()))
                .collect();
            assert_eq!(reached, schema(contract), "{contract}");
        }
    }

    #[test]
    fn every_command_of_the_table_exists() {
        let program = crate::program();
        for reach in all() {
            let path = match reach.by {
                By::Command(path) | By::Contract(_, path) => path,
            };
            let mut command = &program;
            for word in path.split(' ') {
                command = command
                    .find_subcommand(word)
                    .unwrap_or_else(|| panic!("{path} reaches {}, but is no command", reach.name));
            }
            assert!(!command.has_subcommands(), "{path} is only a group");
        }
    }
}
