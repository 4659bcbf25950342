//! `surge provider statement`: what a provider earned and lost, line by line, out of the
//! chain's events.

use std::collections::BTreeMap;

use clap::Args;
use cosmrs::tendermint::Time;
use serde::Serialize;
use serde_json::json;
use surge_chain::{Chain, Event, Placed};
use surge_interface::UncheckedDenom;

use super::provider::{coinage, own};
use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
    output::{table, Report},
    session::Session,
};

/// A day, in seconds.
const DAY: u64 = 86_400;

/// What can be said after `surge provider statement`.
#[derive(Args)]
pub struct Arguments {
    /// The provider; the signer's own when left away.
    provider: Option<u32>,
    /// The first day (UTC), such as 2026-01-01; the node's first block when left away.
    #[arg(long, value_name = "DAY", value_parser = beginning)]
    since: Option<u64>,
    /// The last day (UTC), such as 2026-12-31; today when left away.
    #[arg(long, value_name = "DAY", value_parser = beginning)]
    until: Option<u64>,
    /// Comma-separated values, for a spreadsheet.
    #[arg(long)]
    csv: bool,
}

/// Why money came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// The provider's part of a job's price, when the job ended. It is a credit then.
    Job,
    /// What a node's bond lost.
    Penalty,
    /// Reward tokens that were minted for it.
    Reward,
}

/// A line of the statement.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    /// Time of the block, RFC 3339 in UTC.
    time: String,
    height: u64,
    tx: String,
    what: What,
    /// The job; none of a reward.
    job: Option<u64>,
    /// Base units; with a minus when they were lost.
    amount: String,
    denom: String,
    /// The same as people write it.
    shown: String,
    #[serde(skip)]
    base: u128,
}

/// Money that a transaction brought or took.
#[derive(Debug, PartialEq, Eq)]
struct Moved {
    what: What,
    job: Option<u64>,
    amount: u128,
    money: Money,
}

/// Of what, as the event says it.
#[derive(Debug, PartialEq, Eq)]
enum Money {
    /// A denomination as the escrow writes it.
    Denom(String),
    /// The registry's number of one.
    Id(u8),
    /// The reward token.
    Surge,
}

/// Carries it out.
pub fn run(arguments: &Arguments, session: &Session) -> Outcome<Report> {
    let provider = own(session, arguments.provider)?;
    let chain = session.chain()?;
    let from = match arguments.since {
        Some(secs) => chain.first_since(secs)?,
        None => chain.progress()?.earliest.max(1),
    };
    let to = match arguments.until {
        Some(secs) => chain
            .first_since(secs.saturating_add(DAY))?
            .saturating_sub(1),
        None => chain.progress()?.height,
    };
    let found = session.waiting("reading the provider's transactions", || {
        transactions(chain, provider, from, to)
    })?;
    let mut known = Known::new(session)?;
    let mut lines = vec![];
    for placed in &found {
        let included = &placed.included;
        for moved in moved(&included.events, provider) {
            let coinage = known.coinage(&moved.money)?;
            let shown = coinage.of(moved.amount).to_string();
            let sign = if moved.what == What::Penalty { "-" } else { "" };
            lines.push(Line {
                time: known.time(included.height)?,
                height: included.height,
                tx: included.hash.clone(),
                what: moved.what,
                job: moved.job,
                amount: format!("{sign}{}", moved.amount),
                denom: coinage.denom.to_string(),
                shown: format!("{sign}{shown}"),
                base: moved.amount,
            });
        }
    }
    let text = match arguments.csv {
        true => values(&lines)?,
        false => told(&lines, &known, from, to),
    };
    Report::new(
        &json!({ "provider": provider, "from_height": from, "to_height": to, "lines": lines }),
        text,
    )
}

/// What touched the provider's money, in the chain's order, each transaction once.
fn transactions(chain: &Chain, provider: u32, from: u64, to: u64) -> Outcome<Vec<Placed>> {
    let mut found = BTreeMap::new();
    for event in ["wasm-job_closed", "wasm-reward_claimed"] {
        let condition =
            format!("{event}.provider='{provider}' AND tx.height>={from} AND tx.height<={to}");
        for placed in chain.transactions(&condition)? {
            found.insert((placed.included.height, placed.index), placed);
        }
    }
    Ok(found.into_values().collect())
}

/// What the events of a transaction brought this provider, and took from it.
fn moved(events: &[Event], provider: u32) -> Vec<Moved> {
    let id = provider.to_string();
    let number = |event: &Event, key: &str| event.get(key)?.parse().ok();
    let of_provider = |event: &&Event| event.get("provider") == Some(id.as_str());
    let closed = || {
        let closed = events
            .iter()
            .filter(|event| event.kind == "wasm-job_closed");
        closed.filter(of_provider)
    };
    let paid = closed().filter_map(|event| {
        Some(Moved {
            what: What::Job,
            job: event.get("job")?.parse().ok(),
            amount: number(event, "to_provider")?,
            money: Money::Denom(event.get("denom")?.to_owned()),
        })
    });
    let slashed = events
        .iter()
        .filter(|event| event.kind == "wasm-node_slashed");
    // It names no provider; the job that ended with it does.
    let slashed = slashed.filter(|event| closed().any(|job| job.get("job") == event.get("job")));
    let slashed = slashed.filter_map(|event| {
        Some(Moved {
            what: What::Penalty,
            job: event.get("job")?.parse().ok(),
            amount: number(event, "amount")?,
            money: Money::Id(event.get("denom_id")?.parse().ok()?),
        })
    });
    let claimed = events
        .iter()
        .filter(|event| event.kind == "wasm-reward_claimed");
    let claimed = claimed.filter(of_provider).filter_map(|event| {
        Some(Moved {
            what: What::Reward,
            job: None,
            amount: number(event, "minted")?,
            money: Money::Surge,
        })
    });
    let all = paid.chain(slashed).chain(claimed);
    all.filter(|moved| moved.amount > 0).collect()
}

/// What is asked of the chain once.
struct Known<'a> {
    session: &'a Session,
    surge: Coinage,
    listed: BTreeMap<u8, Coinage>,
    times: BTreeMap<u64, String>,
}

impl<'a> Known<'a> {
    fn new(session: &'a Session) -> Outcome<Self> {
        Ok(Self {
            session,
            surge: Coinage::surge(&session.contracts()?.token),
            listed: BTreeMap::new(),
            times: BTreeMap::new(),
        })
    }

    fn coinage(&mut self, money: &Money) -> Outcome<Coinage> {
        match money {
            Money::Surge => Ok(self.surge.clone()),
            Money::Denom(denom) => Ok(self.named(denom)),
            Money::Id(id) => {
                if !self.listed.contains_key(id) {
                    self.listed.insert(*id, coinage(self.session, *id)?);
                }
                Ok(self.listed[id].clone())
            }
        }
    }

    fn named(&self, denom: &str) -> Coinage {
        let denom = match denom.strip_prefix("cw20/") {
            Some(token) => UncheckedDenom::Cw20(token.to_owned()),
            None => UncheckedDenom::Native(denom.to_owned()),
        };
        self.session.coinage(&denom)
    }

    fn time(&mut self, height: u64) -> Outcome<String> {
        if let Some(time) = self.times.get(&height) {
            return Ok(time.clone());
        }
        let secs = self.session.chain()?.secs_of(height)?;
        let time = i64::try_from(secs)
            .ok()
            .and_then(|secs| Time::from_unix_timestamp(secs, 0).ok())
            .ok_or_else(|| Failure::new(format!("block {height} has the time {secs}")))?
            .to_rfc3339();
        self.times.insert(height, time.clone());
        Ok(time)
    }
}

/// For people: the lines, and the sum of each kind.
fn told(lines: &[Line], known: &Known<'_>, from: u64, to: u64) -> String {
    let mut rows = table(&["time (UTC)", "what", ">job", ">amount", ">block"]);
    let mut sums: BTreeMap<(What, &str), u128> = BTreeMap::new();
    for line in lines {
        rows.add_row([
            line.time.clone(),
            line.what.word().to_owned(),
            line.job.map_or_else(String::new, |job| job.to_string()),
            line.shown.clone(),
            line.height.to_string(),
        ]);
        let sum = sums.entry((line.what, line.denom.as_str())).or_default();
        *sum = sum.saturating_add(line.base);
    }
    let mut text = format!("{rows}\n");
    for ((what, denom), sum) in sums {
        let sum = known.named(denom).of(sum);
        text.push_str(&format!("{}: {sum}\n", what.word()));
    }
    text.push_str(&format!(
        "blocks {from} to {to}; gas fees of your keys are not in it"
    ));
    text
}

/// For spreadsheets.
fn values(lines: &[Line]) -> Outcome<String> {
    let mut writer = csv::Writer::from_writer(vec![]);
    let wrong = |error: &dyn std::fmt::Display| Failure::new(format!("cannot write it: {error}"));
    for line in lines {
        writer.serialize(line).map_err(|error| wrong(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| wrong(&error))?;
    String::from_utf8(bytes).map_err(|error| wrong(&error))
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Penalty => "penalty",
            Self::Reward => "reward",
        }
    }
}

/// The first second of a day, written as 2026-01-31.
fn beginning(day: &str) -> Result<u64, String> {
    let time: Time = format!("{day}T00:00:00Z")
        .parse()
        .map_err(|_| format!("{day:?} is no day: write it as 2026-01-31"))?;
    u64::try_from(time.unix_timestamp()).map_err(|_| format!("{day} is before 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, attributes: &[(&str, &str)]) -> Event {
        Event {
            kind: kind.to_owned(),
            attributes: attributes
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    fn closed(job: &str, provider: &str, amount: &str) -> Event {
        let attributes = [
            ("job", job),
            ("provider", provider),
            ("to_provider", amount),
            ("denom", "ustake"),
        ];
        event("wasm-job_closed", &attributes)
    }

    fn slashed(job: &str) -> Event {
        let attributes = [("job", job), ("denom_id", "1"), ("amount", "40")];
        event("wasm-node_slashed", &attributes)
    }

    #[test]
    fn a_transaction_brings_and_takes_what_is_the_providers() {
        let events = [
            slashed("7"),
            closed("7", "3", "0"),
            closed("8", "3", "500"),
            // Somebody else's in the same transaction.
            slashed("9"),
            closed("9", "4", "0"),
            closed("10", "4", "900"),
            event(
                "wasm-reward_claimed",
                &[("provider", "3"), ("minted", "12")],
            ),
            event(
                "wasm-reward_claimed",
                &[("provider", "4"), ("minted", "13")],
            ),
        ];
        let found: Vec<_> = moved(&events, 3)
            .into_iter()
            .map(|moved| (moved.what, moved.job, moved.amount, moved.money))
            .collect();
        let ustake = || Money::Denom("ustake".to_owned());
        assert_eq!(
            found,
            [
                (What::Job, Some(8), 500, ustake()),
                (What::Penalty, Some(7), 40, Money::Id(1)),
                (What::Reward, None, 12, Money::Surge),
            ]
        );
    }

    #[test]
    fn days_are_read_and_what_is_no_day_is_told() {
        assert_eq!(beginning("1970-01-02"), Ok(DAY));
        for wrong in ["2026-02-30", "yesterday", "01.02.2026"] {
            let error = beginning(wrong).expect_err(wrong);
            assert!(error.contains("write it as 2026-01-31"), "{error}");
        }
    }
}
