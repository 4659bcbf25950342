//! `surge provider statement`: what a provider earned and lost, from the events of the chain.

use std::{collections::BTreeMap, fmt::Display, ops::Range};

use clap::Args;
use cosmwasm_std::Uint128;
use serde::Serialize;
use serde_json::json;
use surge_chain::{Event, Placed};
use surge_interface::{
    registry::{DenomsResponse, NodesResponse, ProviderResponse, QueryMsg, MAX_NODES},
    UncheckedDenom,
};

use super::provider::own;
use crate::{
    clock::{day, moment, written, DAY_SECS},
    failure::{Failure, Outcome},
    output::{table, Report},
    session::Session,
};

/// What can be said after `surge provider statement`.
#[derive(Args)]
pub struct Arguments {
    /// The provider; the signer's own when left away.
    provider: Option<u32>,
    /// First day, such as 2026-01-01, in UTC; that of the node's first block when left away.
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Last day; today when left away.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// A table for spreadsheets: a line each, fields separated by commas.
    #[arg(long)]
    csv: bool,
}

/// One thing that was earned, paid or lost.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    /// Time of its block, in UTC.
    time: String,
    /// `job`, `reward` and `tips` were earned, `penalty` and `eviction` lost; `payout` is what
    /// was earned with jobs when it left the escrow for the payout address.
    what: &'static str,
    /// The job, where it was one.
    job: Option<u64>,
    /// How much, in base units.
    amount: Uint128,
    /// Of what.
    denom: String,
    /// The same as people write it.
    shown: String,
    /// The transaction.
    tx: String,
    /// Its block.
    height: u64,
}

/// What an event says of a provider, before anybody looks what its denomination is called.
#[derive(Debug, PartialEq)]
struct Entry {
    what: &'static str,
    job: Option<u64>,
    amount: u128,
    denom: Denom,
}

/// A denomination as events write it.
#[derive(Clone, Debug, PartialEq)]
enum Denom {
    /// In full.
    Named(String),
    /// By the registry's number.
    Listed(usize),
    /// That of rewards.
    Reward,
}

/// Whose statement it is, and whose events count: anybody's contract may emit the same words.
struct Whose {
    provider: String,
    nodes: Vec<String>,
    accounts: Vec<String>,
    registry: String,
    escrow: String,
    rewards: String,
}

/// Carries it out.
pub fn run(arguments: &Arguments, session: &Session) -> Outcome<Report> {
    let provider = own(session, arguments.provider)?;
    let whose = whose(session, provider)?;
    let chain = session.chain()?;
    let since = arguments.since.as_deref().map(day).transpose()?;
    let earliest = chain.progress()?.earliest.max(1);
    if earliest > 1 {
        if let Some(lacks) = cut_short(earliest, chain.secs_of(earliest)?, since) {
            eprintln!("warning: {lacks}");
        }
    }
    let from = match since {
        Some(since) => chain.first_since(since)?,
        None => earliest,
    };
    let to = match &arguments.until {
        Some(until) => chain.first_since(day(until)?.saturating_add(DAY_SECS))?,
        None => chain.progress()?.height.saturating_add(1),
    };
    let placed = session.waiting("reading events", || placed(session, &whose, from..to))?;
    let denoms: DenomsResponse = session.ask(&whose.registry, &QueryMsg::Denoms {})?;
    let token = session.contracts()?.token;
    let mut times = BTreeMap::new();
    let mut rows = vec![];
    for tx in placed {
        let included = tx.included;
        let secs = match times.get(&included.height) {
            Some(secs) => *secs,
            None => {
                let secs = session.chain()?.secs_of(included.height)?;
                times.insert(included.height, secs);
                secs
            }
        };
        for entry in entries(&included.events, &whose) {
            let denom = match entry.denom {
                Denom::Named(name) => denom_of(&name),
                Denom::Listed(id) => denoms
                    .denoms
                    .get(id)
                    .cloned()
                    .map(UncheckedDenom::from)
                    .ok_or_else(|| {
                        Failure::new(format!("the registry lists no denomination {id}"))
                    })?,
                Denom::Reward => UncheckedDenom::Cw20(token.clone()),
            };
            rows.push(Row {
                time: written(secs)?,
                what: entry.what,
                job: entry.job,
                amount: entry.amount.into(),
                denom: denom.to_string(),
                shown: session.coinage(&denom).of(entry.amount).to_string(),
                tx: included.hash.clone(),
                height: included.height,
            });
        }
    }
    let text = match arguments.csv {
        true => csv(&rows)?,
        false => format!(
            "{}\nblocks {from} to {}; the gas of your keys is not in it",
            shown(&rows, session),
            to.saturating_sub(1)
        ),
    };
    Report::new(
        &json!({
            "provider": provider,
            "from_height": from,
            "to_height": to.saturating_sub(1),
            "lines": rows,
        }),
        text,
    )
}

/// A denomination as the escrow's events write it.
fn denom_of(name: &str) -> UncheckedDenom {
    match name.strip_prefix("cw20/") {
        Some(token) => UncheckedDenom::Cw20(token.to_owned()),
        None => UncheckedDenom::Native(name.to_owned()),
    }
}

/// What a statement lacks: the node keeps no block before this one, and the days that are
/// asked for begin earlier.
fn cut_short(earliest: u64, earliest_secs: u64, since: Option<u64>) -> Option<String> {
    let lacks = since.is_none_or(|since| since < earliest_secs);
    lacks.then(|| {
        format!(
            "the node has no blocks before {earliest}, {}: what happened earlier is not in this statement; ask a node that has them: --network FILE",
            moment(earliest_secs)
        )
    })
}

fn whose(session: &Session, provider: u32) -> Outcome<Whose> {
    let contracts = session.contracts()?;
    let registry = contracts.registry;
    let answer: ProviderResponse = session.ask(&registry, &QueryMsg::Provider { provider })?;
    let msg = QueryMsg::Nodes {
        provider: Some(provider),
        start_after: None,
        limit: Some(MAX_NODES),
    };
    let nodes: NodesResponse = session.ask(&registry, &msg)?;
    let mut accounts = vec![
        answer.record.owner.to_string(),
        answer.record.operator.to_string(),
    ];
    accounts.dedup();
    Ok(Whose {
        provider: provider.to_string(),
        nodes: nodes.nodes.iter().map(|node| node.id.to_string()).collect(),
        accounts,
        registry,
        escrow: contracts.escrow,
        rewards: contracts.rewards,
    })
}

/// What a node's index is asked for: events about this provider, of the suite's contracts
/// alone. A stranger's contract may emit the same words in as many transactions as it likes.
fn conditions(whose: &Whose) -> Vec<String> {
    let of = |contract: &str, event: &str, key: &str, value: &str| {
        format!("wasm-{event}.{key}='{value}' AND wasm-{event}._contract_address='{contract}'")
    };
    let provider = &whose.provider;
    let mut conditions = vec![
        of(&whose.escrow, "job_closed", "provider", provider),
        of(&whose.escrow, "withdrawn", "of", provider),
        of(&whose.rewards, "reward_claimed", "provider", provider),
    ];
    let registry = &whose.registry;
    let evicted = |node: &String| of(registry, "node_evicted", "node", node);
    conditions.extend(whose.nodes.iter().map(evicted));
    let tipped = |account: &String| of(registry, "tips_withdrawn", "account", account);
    conditions.extend(whose.accounts.iter().map(tipped));
    conditions
}

/// Each transaction with such an event once, in the order of the chain.
fn placed(session: &Session, whose: &Whose, blocks: Range<u64>) -> Outcome<Vec<Placed>> {
    let mut found = BTreeMap::new();
    for condition in conditions(whose) {
        let Range { start, end } = blocks;
        let condition = format!("{condition} AND tx.height>={start} AND tx.height<{end}");
        let txs = session.chain()?.transactions(&condition).map_err(|error| {
            Failure::from(error).next(
                "what was earned is found by its events: ask a node with an index of transactions (tx_index.indexer = \"kv\")",
            )
        })?;
        found.extend(
            txs.into_iter()
                .map(|tx| ((tx.included.height, tx.index), tx)),
        );
    }
    Ok(found.into_values().collect())
}

/// What the events of a transaction say of a provider. A penalty is of a job that closed with
/// it in the same transaction.
fn entries(events: &[Event], whose: &Whose) -> Vec<Entry> {
    let of = |event: &Event, key: &str| event.get(key).unwrap_or_default().to_owned();
    let number = |event: &Event, key: &str| event.get(key).and_then(|text| text.parse().ok());
    let told = |event: &Event, what, key: &str, denom| Entry {
        what,
        job: number(event, "job").and_then(|job: u128| u64::try_from(job).ok()),
        amount: number(event, key).unwrap_or_default(),
        denom,
    };
    let listed = |event: &Event| {
        let id: Option<u128> = number(event, "denom_id");
        Denom::Listed(
            id.and_then(|id| usize::try_from(id).ok())
                .unwrap_or(usize::MAX),
        )
    };
    let by = |event: &Event, contract: &String| event.get("_contract_address") == Some(contract);
    let closed = |event: &Event| {
        event.kind == "wasm-job_closed"
            && by(event, &whose.escrow)
            && of(event, "provider") == whose.provider
    };
    let jobs: Vec<String> = events
        .iter()
        .filter(|event| closed(event))
        .map(|event| of(event, "job"))
        .collect();
    let entry = |event: &Event| match event.kind.as_str() {
        _ if closed(event) => Some(told(
            event,
            "job",
            "to_provider",
            Denom::Named(of(event, "denom")),
        )),
        "wasm-withdrawn"
            if by(event, &whose.escrow)
                && of(event, "kind") == "provider"
                && of(event, "of") == whose.provider =>
        {
            Some(told(
                event,
                "payout",
                "amount",
                Denom::Named(of(event, "denom")),
            ))
        }
        "wasm-reward_claimed"
            if by(event, &whose.rewards) && of(event, "provider") == whose.provider =>
        {
            Some(told(event, "reward", "minted", Denom::Reward))
        }
        "wasm-node_slashed" if by(event, &whose.registry) && jobs.contains(&of(event, "job")) => {
            Some(told(event, "penalty", "amount", listed(event)))
        }
        "wasm-node_evicted"
            if by(event, &whose.registry) && whose.nodes.contains(&of(event, "node")) =>
        {
            Some(told(event, "eviction", "tip", listed(event)))
        }
        "wasm-tips_withdrawn"
            if by(event, &whose.registry) && whose.accounts.contains(&of(event, "account")) =>
        {
            Some(told(event, "tips", "amount", listed(event)))
        }
        _ => None,
    };
    let found = events.iter().filter_map(entry);
    found.filter(|entry| entry.amount > 0).collect()
}

fn csv(rows: &[Row]) -> Outcome<String> {
    let wrong = |error: &dyn Display| Failure::new(format!("cannot write the table: {error}"));
    let mut writer = csv::Writer::from_writer(vec![]);
    for row in rows {
        writer.serialize(row).map_err(|error| wrong(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| wrong(&error))?;
    String::from_utf8(bytes).map_err(|error| wrong(&error))
}

fn shown(rows: &[Row], session: &Session) -> String {
    let mut lines = table(&["time", "what", ">job", ">amount", ">block", "tx"]);
    let mut sums: BTreeMap<(&str, &str), u128> = BTreeMap::new();
    for row in rows {
        lines.add_row([
            row.time.clone(),
            row.what.to_owned(),
            row.job.map(|job| job.to_string()).unwrap_or_default(),
            row.shown.clone(),
            row.height.to_string(),
            row.tx.clone(),
        ]);
        let sum = sums.entry((row.what, &row.denom)).or_default();
        *sum = sum.saturating_add(row.amount.u128());
    }
    let mut text = lines.to_string();
    for ((what, denom), sum) in sums {
        let sum = session.coinage(&denom_of(denom)).of(sum);
        text.push_str(&format!("\n{what}: {sum}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, contract: &str, attributes: &[(&str, &str)]) -> Event {
        let address = [("_contract_address", contract)];
        let all = address.iter().chain(attributes);
        Event {
            kind: format!("wasm-{kind}"),
            attributes: all
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    fn whose() -> Whose {
        Whose {
            provider: "1".to_owned(),
            nodes: vec!["4".to_owned()],
            accounts: vec!["owner".to_owned()],
            registry: "registry".to_owned(),
            escrow: "escrow".to_owned(),
            rewards: "rewards".to_owned(),
        }
    }

    fn closed(contract: &str, provider: &str, amount: &str) -> Event {
        let attributes = [
            ("job", "7"),
            ("provider", provider),
            ("denom", "ustake"),
            ("to_provider", amount),
        ];
        event("job_closed", contract, &attributes)
    }

    #[test]
    fn only_the_suites_own_events_about_this_provider_count() {
        let slashed = [
            ("job", "7"),
            ("node", "4"),
            ("denom_id", "0"),
            ("amount", "3"),
        ];
        let claimed = [("provider", "1"), ("minted", "9")];
        let withdrawn = [
            ("kind", "provider"),
            ("of", "1"),
            ("denom", "cw20/token"),
            ("amount", "5"),
        ];
        let events = [
            closed("escrow", "1", "10"),
            closed("stranger", "1", "1000"),
            closed("escrow", "2", "1000"),
            closed("escrow", "1", "0"),
            event("node_slashed", "registry", &slashed),
            event("reward_claimed", "rewards", &claimed),
            event("withdrawn", "escrow", &withdrawn),
            event(
                "withdrawn",
                "escrow",
                &[("kind", "account"), ("of", "1"), ("amount", "1")],
            ),
        ];
        let found = entries(&events, &whose());
        let told: Vec<_> = found
            .iter()
            .map(|entry| (entry.what, entry.job, entry.amount, &entry.denom))
            .collect();
        let coin = Denom::Named("ustake".to_owned());
        assert_eq!(
            told,
            [
                ("job", Some(7), 10, &coin),
                ("penalty", Some(7), 3, &Denom::Listed(0)),
                ("reward", None, 9, &Denom::Reward),
                ("payout", None, 5, &Denom::Named("cw20/token".to_owned())),
            ]
        );
        // A penalty of a job that was somebody else's is not this provider's.
        let found = entries(&events[2..5], &whose());
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_statement_that_begins_before_the_nodes_first_block_says_so() {
        for (since, lacks) in [(None, true), (Some(999), true), (Some(1_000), false)] {
            let told = cut_short(900, 1_000, since);
            assert_eq!(told.is_some(), lacks, "{since:?}");
            if let Some(told) = told {
                assert!(
                    told.contains("before 900, 1970-01-01 00:16:40 UTC"),
                    "{told}"
                );
            }
        }
    }

    #[test]
    fn a_node_is_asked_for_the_suites_own_events_only() {
        let asked = conditions(&whose());
        assert_eq!(asked.len(), 5);
        for (event, contract) in [
            ("job_closed", "escrow"),
            ("withdrawn", "escrow"),
            ("reward_claimed", "rewards"),
            ("node_evicted", "registry"),
            ("tips_withdrawn", "registry"),
        ] {
            let address = format!(" AND wasm-{event}._contract_address='{contract}'");
            let found = asked.iter().filter(|asked| asked.ends_with(&address));
            assert_eq!(found.count(), 1, "{event}: {asked:?}");
        }
    }
}
