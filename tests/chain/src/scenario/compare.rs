//! What two runs have in common, and what they may not.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;
use surge_chain::Event;

use super::stage::{Record, Run};

/// A difference between the chains that is none of the contracts'.
pub struct Allowed {
    /// The step; `*` is any.
    pub step: &'static str,
    /// What differs. A `*` at the beginning or the end stands for anything.
    pub field: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// All of them.
pub const ALLOWED: &[Allowed] = &[
    Allowed {
        step: "*",
        field: "event fee's *",
        reason: "cw-multi-test takes no fees and checks no signatures",
    },
    Allowed {
        step: "*",
        field: "*.msg_index",
        reason: "the SDK numbers the messages of a transaction; cw-multi-test has no transactions",
    },
    Allowed {
        step: "*",
        field: "event message",
        reason: "the SDK names sender and module of each message, cw-multi-test does not",
    },
    Allowed {
        step: "*",
        field: "event coin_spent",
        reason: "the SDK's bank tells both sides of a transfer, cw-multi-test's the transfer alone",
    },
    Allowed {
        step: "*",
        field: "event coin_received",
        reason: "the SDK's bank tells both sides of a transfer, cw-multi-test's the transfer alone",
    },
    Allowed {
        step: "*",
        field: "event transfer",
        reason: "cw-multi-test says nothing of coins that go with a message",
    },
    Allowed {
        step: "*",
        field: "*, order of attributes",
        reason: "wasmd sorts the attributes of what messages of contracts emit",
    },
    Allowed {
        step: "*",
        field: "event reply.mode",
        reason: "cw-multi-test alone says whether a reply heard of success",
    },
    Allowed {
        step: "6 is executed",
        field: "event wasm-execution_failed.reason",
        reason: "a node tells contracts the code of an error alone, for its words may vary",
    },
    Allowed {
        step: "*",
        field: "dao full_proposal.failure",
        reason: "a node tells contracts the code of an error alone, for its words may vary",
    },
    Allowed {
        step: "a job of somebody without so much money",
        field: "refusal",
        reason: "the bank says it, not a contract, and each in its own words",
    },
    Allowed {
        step: "a bond of more than there is",
        field: "refusal",
        reason: "the bank says it, not a contract, and each in its own words",
    },
];

/// Something that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// After which step.
    pub step: String,
    /// What.
    pub field: String,
    /// On the node; nothing when it is not there.
    pub node: Option<String>,
    /// On the embedded chain; nothing when it is not there.
    pub embedded: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".into());
        let Self {
            step,
            field,
            node,
            embedded,
        } = self;
        write!(
            f,
            "{step}: {field}\n    node:     {}\n    embedded: {}",
            side(node),
            side(embedded)
        )
    }
}

/// Where two runs differ, in order.
pub fn differences(node: &Run, embedded: &Run) -> Vec<Difference> {
    let mut found = vec![];
    let steps = node.records.len().max(embedded.records.len());
    for step in 0..steps {
        match (node.records.get(step), embedded.records.get(step)) {
            (Some(left), Some(right)) => Pair { left, right }.compare(&mut found),
            (left, right) => {
                let name = |record: Option<&Record>| record.map(|record| record.step.clone());
                found.push(Difference {
                    step: name(left.or(right)).unwrap_or_default(),
                    field: "step".into(),
                    node: name(left),
                    embedded: name(right),
                });
            }
        }
    }
    found
}

/// What is wrong: differences that are not allowed, and allowed ones that are not there.
pub fn judge(differences: &[Difference], allowed: &[Allowed]) -> Vec<String> {
    let mut met = vec![false; allowed.len()];
    let mut wrong = vec![];
    for difference in differences {
        let entry = allowed.iter().position(|entry| entry.allows(difference));
        match entry.and_then(|entry| met.get_mut(entry)) {
            Some(met) => *met = true,
            None => wrong.push(difference.to_string()),
        }
    }
    let idle = allowed.iter().zip(met).filter(|(_, met)| !met);
    wrong.extend(idle.map(|(entry, _)| {
        format!(
            "{}: {} is allowed to differ ({}) and does not: take it out of the table",
            entry.step, entry.field, entry.reason
        )
    }));
    wrong
}

impl Allowed {
    fn allows(&self, difference: &Difference) -> bool {
        fits(self.step, &difference.step) && fits(self.field, &difference.field)
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        _ => text == pattern,
    }
}

/// The same step of both runs.
struct Pair<'a> {
    left: &'a Record,
    right: &'a Record,
}

impl Pair<'_> {
    fn compare(&self, found: &mut Vec<Difference>) {
        let (left, right) = (self.left, self.right);
        let mut note = |field: &str, node: Option<String>, embedded: Option<String>| {
            if node != embedded {
                found.push(Difference {
                    step: left.step.clone(),
                    field: field.to_owned(),
                    node,
                    embedded,
                });
            }
        };
        note("step", Some(left.step.clone()), Some(right.step.clone()));
        let moment = |record: &Record| Some(format!("{:?}", record.at));
        note("block", moment(left), moment(right));
        note("refusal", left.refusal.clone(), right.refusal.clone());
        for (node, embedded) in aligned(&left.events, &right.events) {
            compare_events(node, embedded, &mut note);
        }
        for name in names(&left.native, &right.native) {
            let of = |record: &Record| record.native.get(name).map(u128::to_string);
            note(&format!("native coins of {name}"), of(left), of(right));
        }
        for query in names(&left.answers, &right.answers) {
            let (node, embedded) = (left.answers.get(query), right.answers.get(query));
            compare_values(query, node, embedded, &mut note);
        }
    }
}

fn names<'a, T>(
    left: &'a BTreeMap<String, T>,
    right: &'a BTreeMap<String, T>,
) -> std::collections::BTreeSet<&'a String> {
    left.keys().chain(right.keys()).collect()
}

/// Events of both sides in order, those together that are of the same type and contract.
fn aligned<'a>(
    left: &'a [Event],
    right: &'a [Event],
) -> Vec<(Option<&'a Event>, Option<&'a Event>)> {
    let same = |left: &Event, right: &Event| {
        left.kind == right.kind && left.get("_contract_address") == right.get("_contract_address")
    };
    // Lengths of the longest common sequences of what is left of both.
    let mut common = vec![vec![0usize; right.len() + 1]; left.len() + 1];
    for (l, one) in left.iter().enumerate().rev() {
        for (r, other) in right.iter().enumerate().rev() {
            common[l][r] = if same(one, other) {
                common[l + 1][r + 1] + 1
            } else {
                common[l + 1][r].max(common[l][r + 1])
            };
        }
    }
    let (mut l, mut r, mut pairs) = (0, 0, vec![]);
    while l < left.len() || r < right.len() {
        match (left.get(l), right.get(r)) {
            (Some(one), Some(other)) if same(one, other) => {
                pairs.push((Some(one), Some(other)));
                (l, r) = (l + 1, r + 1);
            }
            (Some(one), other) if other.is_none() || common[l + 1][r] >= common[l][r + 1] => {
                pairs.push((Some(one), None));
                l += 1;
            }
            (_, other) => {
                pairs.push((None, other));
                r += 1;
            }
        }
    }
    pairs
}

type Note<'a> = &'a mut dyn FnMut(&str, Option<String>, Option<String>);

fn compare_events(node: Option<&Event>, embedded: Option<&Event>, note: Note) {
    let (Some(left), Some(right)) = (node, embedded) else {
        let name = node.or(embedded).map(|event| event.kind.clone());
        let name = name.unwrap_or_default();
        let text = |event: Option<&Event>| event.map(|event| format!("{:?}", event.attributes));
        return note(&format!("event {name}"), text(node), text(embedded));
    };
    let mut keys: Vec<&String> = vec![];
    for (key, _) in left.attributes.iter().chain(&right.attributes) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    for key in &keys {
        let of = |event: &Event| {
            let values = event.attributes.iter().filter(|(name, _)| name == *key);
            let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
            (!values.is_empty()).then(|| values.join(" and "))
        };
        note(&format!("event {}.{key}", left.kind), of(left), of(right));
    }
    // The order of the attributes that both have.
    let order = |event: &Event, other: &Event| {
        let both = |key: &&String| other.get(key).is_some();
        let keys = event.attributes.iter().map(|(key, _)| key).filter(both);
        Some(format!("{:?}", keys.collect::<Vec<_>>()))
    };
    let field = format!("event {}, order of attributes", left.kind);
    note(&field, order(left, right), order(right, left));
}

/// Numbers in a path say which of several, not what: `jobs.3.price` is `jobs.price`.
fn compare_values(path: &str, node: Option<&Value>, embedded: Option<&Value>, note: Note) {
    match (node, embedded) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let keys = left.keys().chain(right.keys());
            for key in keys.collect::<std::collections::BTreeSet<_>>() {
                let number = key.bytes().all(|byte| byte.is_ascii_digit());
                let path = if number {
                    path.to_owned()
                } else {
                    format!("{path}.{key}")
                };
                compare_values(&path, left.get(key), right.get(key), note);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                compare_values(path, left.get(index), right.get(index), note);
            }
        }
        (left, right) => {
            let text = |value: Option<&Value>| value.map(Value::to_string);
            note(path, text(left), text(right));
        }
    }
}
