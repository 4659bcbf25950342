//! What messages cost: `gas/table.json`, and how a measurement compares with it.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{root, Error, Included};

/// How far a measurement may be from the table before the table must be written again, in
/// percent. A chain measures the same on every run; this leaves room for an address or a
/// number that is a digit longer.
const TOLERANCE_PERCENT: u64 = 1;

/// What one message costs as a transaction of its own, signature and bytes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Gas used.
    pub gas: u64,
    /// Bytes of the signed transaction.
    pub bytes: usize,
    /// What it may cost at most.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub budget: Option<u64>,
}

/// Costs by message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table(BTreeMap<String, Cost>);

impl Table {
    /// Notes what a message cost. `what` is the contract, the message and, in brackets,
    /// what matters for the cost: `escrow submit_job (native, 100 nodes)`.
    pub fn note(&mut self, what: &str, included: &Included) {
        let cost = Cost {
            gas: included.gas_used,
            bytes: included.bytes.unwrap_or_default(),
            budget: None,
        };
        println!("{:>9} gas  {:>5} bytes  {what}", cost.gas, cost.bytes);
        let before = self.0.insert(what.into(), cost);
        assert_eq!(before, None, "{what} is measured twice");
    }

    /// Like [`Table::note`], with a limit.
    pub fn note_within(&mut self, budget: u64, what: &str, included: &Included) {
        self.note(what, included);
        self.0
            .entry(what.into())
            .and_modify(|cost| cost.budget = Some(budget));
    }

    /// The committed table; an empty one when there is none.
    pub fn committed() -> Result<Self, Error> {
        match std::fs::read(path()) {
            Ok(text) => Ok(serde_json::from_slice(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(Error::File {
                path: path(),
                source,
            }),
        }
    }

    /// Writes this as the table to commit.
    pub fn write(&self) -> Result<(), Error> {
        let path = path();
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::create_dir_all(path.parent().unwrap_or(root()))
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|source| Error::File { path, source })
    }

    /// Messages over their budget.
    pub fn over_budget(&self) -> Vec<Complaint> {
        let over = |(what, cost): (&String, &Cost)| {
            let budget = cost.budget.filter(|budget| cost.gas > *budget)?;
            Some(Complaint {
                what: what.clone(),
                measured: Some(cost.gas),
                expected: Some(budget),
                reason: "over its budget",
            })
        };
        self.0.iter().filter_map(over).collect()
    }

    /// Where this measurement differs from the committed table.
    pub fn differences(&self, committed: &Self) -> Vec<Complaint> {
        let names = self.0.keys().chain(committed.0.keys());
        let names: std::collections::BTreeSet<_> = names.collect();
        let complain = |what: &String| {
            let measured = self.0.get(what).map(|cost| cost.gas);
            let expected = committed.0.get(what).map(|cost| cost.gas);
            let reason = match (measured, expected) {
                (Some(now), Some(then)) if now.abs_diff(then) * 100 <= then * TOLERANCE_PERCENT => {
                    return None
                }
                (Some(now), Some(then)) if now > then => "dearer than the table says",
                (Some(_), Some(_)) => "cheaper than the table says",
                (Some(_), None) => "not in the table",
                _ => "in the table, but not measured",
            };
            Some(Complaint {
                what: what.clone(),
                measured,
                expected,
                reason,
            })
        };
        names.into_iter().filter_map(complain).collect()
    }
}

fn path() -> PathBuf {
    root().join("gas/table.json")
}

/// A cost that is not what it should be.
#[derive(Debug)]
pub struct Complaint {
    what: String,
    measured: Option<u64>,
    expected: Option<u64>,
    reason: &'static str,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            measured,
            expected,
            reason,
        } = self;
        let gas = |gas: &Option<u64>| gas.map_or("nothing".into(), |gas| gas.to_string());
        write!(
            f,
            "{what}: {reason}: {} measured, {} expected",
            gas(measured),
            gas(expected)
        )
    }
}
