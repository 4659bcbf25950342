//! What messages cost: `gas/table.json`, and how a measurement compares with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
};

use cosmrs::AccountId;
use serde::{de::DeserializeOwned, Deserialize, Serialize};

use crate::{
    root,
    trace::{Footprint, Trace},
    Error, Included,
};

/// How much more than the table says is still the same, in percent. A chain measures the
/// same on every run; this leaves room for an address or a number that is a digit longer.
const TOLERANCE_PERCENT: u64 = 1;

/// What one message costs as a transaction of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Gas used, signature and bytes included.
    pub gas: u64,
    /// Bytes of the signed transaction.
    pub bytes: u64,
    /// Different contracts that ran.
    pub contracts: u64,
    /// Bytes of keys and values that the message wrote to the state of any module, each key
    /// counted once; without the fee and the signature's number.
    pub written: u64,
    /// Events of the transaction.
    pub events: u64,
    /// Bytes of their types, keys and values.
    pub event_bytes: u64,
    /// Gas that it may cost at most.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub budget: Option<u64>,
}

impl Cost {
    /// What a transaction cost.
    pub fn of(included: &Included, footprint: Footprint) -> Self {
        let mut contracts = footprint.contracts.clone();
        let events = included.events.iter();
        // A key that comes twice in an event counts once.
        let attributes: Vec<(&String, &String)> = events
            .clone()
            .flat_map(|event| {
                let pairs = event.attributes.iter().map(|(key, value)| (key, value));
                pairs.collect::<BTreeMap<_, _>>()
            })
            .collect();
        // Who ran without being read anew: what was made just now.
        let ran = attributes
            .iter()
            .filter(|(key, _)| *key == "_contract_address")
            .filter_map(|(_, address)| address.parse::<AccountId>().ok());
        contracts.extend(ran.map(|address| address.to_bytes()));
        let kinds: usize = events.map(|event| event.kind.len()).sum();
        let pairs: usize = attributes
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum();
        Self {
            gas: included.gas_used,
            bytes: count(included.bytes.unwrap_or_default()),
            contracts: count(contracts.len()),
            written: count(footprint.written()),
            events: count(included.events.len()),
            event_bytes: count(kinds + pairs),
            budget: None,
        }
    }

    fn figures(&self) -> [(&'static str, u64); 6] {
        [
            ("gas", self.gas),
            ("bytes", self.bytes),
            ("contracts", self.contracts),
            ("bytes written", self.written),
            ("events", self.events),
            ("bytes of events", self.event_bytes),
        ]
    }
}

fn count(size: usize) -> u64 {
    size as u64
}

/// Costs by message. A name is the contract, the message and, in brackets, what matters for
/// the cost: `escrow submit_job (native, 100 nodes)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table(pub BTreeMap<String, Cost>);

impl Table {
    /// The committed table; an empty one when there is none.
    pub fn committed() -> Result<Self, Error> {
        read("table").map(Option::unwrap_or_default)
    }

    /// Writes this as the table to commit.
    pub fn write(&self) -> Result<(), Error> {
        write("table", self)
    }

    /// Messages over their budget.
    pub fn over_budget(&self) -> Vec<Complaint> {
        let over = |(what, cost): (&String, &Cost)| {
            let budget = cost.budget.filter(|budget| cost.gas > *budget)?;
            let reason = format!("{} gas, its budget is {budget}", cost.gas);
            Some(Complaint::new(what, reason))
        };
        self.0.iter().filter_map(over).collect()
    }

    /// Where this measurement is dearer than the committed table in any figure, or has other
    /// messages.
    pub fn rises(&self, committed: &Self) -> Vec<Complaint> {
        let mut found = vec![];
        for what in self.names(committed) {
            match (self.0.get(what), committed.0.get(what)) {
                (Some(now), Some(then)) => found.extend(compare(what, then, now, "more")),
                (Some(_), None) => found.push(Complaint::new(what, "is not in the table".into())),
                _ => {
                    let reason = "is in the table and was not measured";
                    found.push(Complaint::new(what, reason.into()));
                }
            }
        }
        found
    }

    /// Where this measurement is cheaper than the committed table.
    pub fn falls(&self, committed: &Self) -> Vec<Complaint> {
        let both = self.names(committed).into_iter();
        let both = both.filter_map(|what| Some((what, self.0.get(what)?, committed.0.get(what)?)));
        both.flat_map(|(what, now, then)| compare(what, now, then, "less"))
            .collect()
    }

    fn names<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a String> {
        self.0.keys().chain(other.0.keys()).collect()
    }
}

/// Figures that are over one per cent higher in the second than in the first.
fn compare(what: &str, low: &Cost, high: &Cost, how: &str) -> Vec<Complaint> {
    let pairs = low.figures().into_iter().zip(high.figures());
    let apart = pairs
        .filter(|((_, low), (_, high))| high.saturating_sub(*low) * 100 > low * TOLERANCE_PERCENT);
    apart
        .map(|((figure, low), (_, high))| {
            let (now, then) = if how == "more" {
                (high, low)
            } else {
                (low, high)
            };
            Complaint::new(
                what,
                format!("{how} {figure}: {now}, the table says {then}"),
            )
        })
        .collect()
}

/// Costs as they are measured.
pub struct Measurement {
    /// So far.
    pub table: Table,
    trace: Option<Trace>,
}

impl Measurement {
    /// Nothing measured yet. Needs the node's trace, see [`Trace::open`].
    pub fn start() -> Result<Self, Error> {
        Ok(Self {
            table: Table::default(),
            trace: Some(Trace::open()?),
        })
    }

    /// For what builds a network whose messages are not of interest.
    pub fn none() -> Self {
        Self {
            table: Table::default(),
            trace: None,
        }
    }

    /// Notes what a message cost.
    pub fn note(&mut self, what: &str, included: &Included) {
        let Some(trace) = &mut self.trace else { return };
        let footprint = trace.of(&included.hash);
        let footprint = footprint.unwrap_or_else(|error| panic!("{what}: {error}"));
        let cost = Cost::of(included, footprint);
        let Cost {
            gas,
            contracts,
            written,
            events,
            ..
        } = cost;
        println!("{gas:>9} gas  {contracts} contracts  {written:>6} bytes written  {events:>3} events  {what}");
        let before = self.table.0.insert(what.into(), cost);
        assert_eq!(before, None, "{what} is measured twice");
    }

    /// Like [`Measurement::note`], with a limit.
    pub fn note_within(&mut self, budget: u64, what: &str, included: &Included) {
        self.note(what, included);
        let entry = self.table.0.entry(what.into());
        entry.and_modify(|cost| cost.budget = Some(budget));
    }
}

/// What `gas/<name>.json` holds; none when there is no such file.
pub fn read<T: DeserializeOwned>(name: &str) -> Result<Option<T>, Error> {
    match std::fs::read(path(name)) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File {
            path: path(name),
            source,
        }),
    }
}

/// Writes `gas/<name>.json`.
pub fn write(name: &str, content: &impl Serialize) -> Result<(), Error> {
    let path = path(name);
    let text = serde_json::to_string_pretty(content)? + "\n";
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })
}

fn path(name: &str) -> PathBuf {
    root().join("gas").join(name).with_extension("json")
}

/// A cost that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    what: String,
    reason: String,
}

impl Complaint {
    /// About a message.
    pub fn new(what: &str, reason: String) -> Self {
        Self {
            what: what.into(),
            reason,
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost = Cost {
        gas: 200_000,
        bytes: 400,
        contracts: 2,
        written: 700,
        events: 9,
        event_bytes: 900,
        budget: None,
    };

    fn table(cost: Cost) -> Table {
        Table([("escrow accept".into(), cost)].into())
    }

    #[test]
    fn any_figure_that_rises_by_more_than_a_hundredth_fails() {
        let committed = table(COST);
        let dearer = [
            Cost {
                gas: 202_001,
                ..COST
            },
            Cost { bytes: 405, ..COST },
            Cost {
                contracts: 3,
                ..COST
            },
            Cost {
                written: 708,
                ..COST
            },
            Cost { events: 10, ..COST },
            Cost {
                event_bytes: 910,
                ..COST
            },
        ];
        for cost in dearer {
            let rises = table(cost).rises(&committed);
            assert_eq!(rises.len(), 1, "{cost:?}: {rises:?}");
            assert_eq!(table(cost).falls(&committed), []);
        }
        let same = table(Cost {
            gas: 202_000,
            written: 707,
            ..COST
        });
        assert_eq!(same.rises(&committed), []);
    }

    #[test]
    fn what_falls_is_told_and_no_failure() {
        let (committed, cheaper) = (
            table(COST),
            table(Cost {
                gas: 190_000,
                ..COST
            }),
        );
        assert_eq!(cheaper.rises(&committed), []);
        let told: Vec<_> = cheaper
            .falls(&committed)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            ["escrow accept: less gas: 190000, the table says 200000"]
        );
    }

    #[test]
    fn a_message_that_is_missing_on_either_side_fails() {
        let (one, none) = (table(COST), Table::default());
        assert_eq!(one.rises(&none).len(), 1);
        assert_eq!(none.rises(&one).len(), 1);
    }
}
