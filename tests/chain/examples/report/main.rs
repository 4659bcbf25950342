//! Writes docs/gas.md and its plot from what stands in gas/. Run it by `scripts/generate`.

mod plot;

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use serde::{de::DeserializeOwned, Deserialize};
use surge_chain_tests::{
    coverage::WITHOUT,
    gas::{self, Cost, Table},
    peers::{Peers, Row},
    scaling::{Scaling, FROM, TOLERANCE_PERCENT},
};

/// What others published about themselves.
#[derive(Deserialize)]
struct Published {
    system: String,
    what: String,
    gas: u64,
    unit: String,
    kind: String,
    date: String,
    source: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let docs = Path::new(&root).join("docs");
    fs::create_dir_all(&docs)?;
    let scaling: Scaling = committed("scaling")?;
    plot::draw(&docs.join("gas-scaling.svg"), &scaling)?;
    let mut page = String::new();
    let table = Table::committed()?;
    beginning(&mut page, &table)?;
    among_many(&mut page, &scaling)?;
    beside_dao_dao(&mut page, &committed("peers")?)?;
    beside_others(&mut page, &committed::<Vec<Published>>("published")?)?;
    every_message(&mut page, &table)?;
    fs::write(docs.join("gas.md"), page)?;
    Ok(())
}

fn committed<T: DeserializeOwned>(name: &str) -> Result<T, Box<dyn Error>> {
    Ok(gas::read(name)?.ok_or_else(|| format!("gas/{name}.json is missing"))?)
}

fn beginning(page: &mut String, table: &Table) -> Result<(), Box<dyn Error>> {
    let gas = |what: &str| {
        let row = table.0.get(what);
        row.map(|cost| cost.gas)
            .ok_or_else(|| format!("the table has no {what}"))
    };
    let submit = gas("escrow submit_job (native, 100 nodes)")?;
    let result = gas("escrow submit_result")?;
    let accept = gas("escrow accept")?;
    let beat = gas("registry heartbeat (nothing changed)")?;
    let stored: u64 = sum(table, |what| what.starts_with("store "));
    let made: u64 = sum(table, |what| {
        what.contains(" instantiate") && !what.contains("staked")
    });
    write!(
        page,
        "# Gas

What everything costs on a real chain: wasmd, one transaction for each message, its signature
and bytes included. This page is made by `./scripts/generate` of what stands in
[`gas/`](../gas); the figures come from

```
./scripts/gas              # every message: gas/table.json, five minutes
./scripts/gas --check      # the same, compared; and a job among 10, 100 and 1,000 nodes
./scripts/gas --scaling    # among 10,000 too: gas/scaling.json
./scripts/gas --peers      # DAO DAO on the same chain: gas/peers.json; builds it the first time
```

`--check` is part of `./scripts/test`. It fails when any figure of a message is over 1 % higher
than the table says, when a message is over its budget, when one has neither a row nor a
reason to have none, and when a job costs over {TOLERANCE_PERCENT} % more or less among 1,000 nodes than
among {FROM}. What costs less is only told. A change that has to cost more says why in
[CHANGELOG.md](../CHANGELOG.md).

## A job

| | gas |
|---|---:|
| submit, among 100 nodes | {} |
| result | {} |
| accept | {} |
| **together** | **{}** |
| free the machine before the review ends, if wanted | {} |
| withdraw, apart from accepting | {} |
| a node's heartbeat | {} |
| its heartbeats of a day, 288 at the default interval | {} |
| store the five contracts | {} |
| make them | {} |

Paid in the reward token the submission is {} and the acceptance {}. A claim of rewards
for any number of jobs and epochs is {} as measured, and more by 30 for each byte that its
weekly parts are longer.
",
        digits(submit),
        digits(result),
        digits(accept),
        digits(submit + result + accept),
        digits(gas("registry vacate")?),
        digits(gas("escrow withdraw (provider)")?),
        digits(beat),
        digits(beat * 288),
        digits(stored),
        digits(made),
        digits(gas("escrow receive submit_job (reward token, 100 nodes)")?),
        digits(gas("escrow accept (reward token)")?),
        digits(gas("rewards claim (epochs booked, emission, vested)")?),
    )?;
    Ok(())
}

fn sum(table: &Table, is: impl Fn(&str) -> bool) -> u64 {
    let rows = table.0.iter().filter(|(what, _)| is(what));
    rows.map(|(_, cost)| cost.gas).sum()
}

fn among_many(page: &mut String, scaling: &Scaling) -> Result<(), Box<dyn Error>> {
    let Scaling {
        date,
        wasmd,
        surge,
        seconds,
        seed,
        sizes,
    } = scaling;
    let jobs = sizes.first().map_or(0, |size| size.jobs.len());
    write!(
        page,
        "
## Among few and many nodes

The same {jobs} jobs in networks of ever ten times more nodes, which a generator draws from the
seed {seed}; [its first lines](../tests/chain/src/generator.rs) say how. Measured
{date} on wasmd {wasmd} with version {surge}, in {seconds} s.

| nodes | least gas | middle | most | of {FROM} nodes | rows read, middle | most | proven best |
|---:|---:|---:|---:|---:|---:|---:|---:|
"
    )?;
    let base = sizes.iter().find(|size| size.nodes == FROM);
    let base = base.map_or(1, |size| size.gas()[1]);
    for size in sizes {
        let ([least, middle, most], [rows, longest]) = (size.gas(), size.rows());
        writeln!(
            page,
            "| {} | {} | {} | {} | {:.1} % | {rows} | {longest} | {} of {jobs} |",
            digits(size.nodes as u64),
            digits(least),
            digits(middle),
            digits(most),
            100.0 * middle as f64 / base as f64,
            size.proven(),
        )?;
    }
    page.push_str(
        "
![Gas of a job among 10 to 10,000 nodes](gas-scaling.svg)

A search reads rows in the order of the best that they could score and stops when none of the
rest can win, or at the network's cap ([matching.md](matching.md)). So gas follows the rows
read, a few hundred each, and not the nodes.
",
    );
    Ok(())
}

fn beside_dao_dao(page: &mut String, peers: &Peers) -> Result<(), Box<dyn Error>> {
    let Peers {
        date,
        wasmd,
        surge,
        dao_dao,
        rows,
    } = peers;
    write!(
        page,
        "
## Beside DAO DAO

DAO DAO {dao_dao} as its authors published it on crates.io, optimised as they do, and our DAO
{surge}: measured {date} in one run on one chain, wasmd {wasmd}. Three members with one vote
each; a proposal has a text of so many bytes and one spend; nobody puts up a deposit, and
anybody may execute. DAO DAO stands here without its module for deposits, which is one more
contract to run.

| | text | ours: gas | contracts | written | DAO DAO: gas | contracts | written | ours of theirs |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"
    )?;
    let cells = |cost: &Option<Cost>| match cost {
        Some(cost) => format!(
            "{} | {} | {}",
            digits(cost.gas),
            cost.contracts,
            digits(cost.written)
        ),
        None => "— | — | —".into(),
    };
    let mut dearer = vec![];
    for row in rows {
        let text = row.text.map_or("—".into(), |text| digits(text as u64));
        let share = match (row.ours, row.dao_dao) {
            (Some(ours), Some(theirs)) => {
                if ours.gas > theirs.gas {
                    dearer.push(format!("{} ({text} B)", row.step));
                }
                format!("{:.0} %", 100.0 * ours.gas as f64 / theirs.gas as f64)
            }
            _ => "—".into(),
        };
        writeln!(
            page,
            "| {} | {text} | {} | {} | {share} |",
            row.step,
            cells(&row.ours),
            cells(&row.dao_dao),
        )?;
    }
    // Two of three members have to vote.
    let whole = |text: usize, ours: bool| -> u64 {
        let of = rows.iter().filter(|row| row.text == Some(text));
        let times = |row: &Row| if row.step == "vote" { 2 } else { 1 };
        let costs = of.filter_map(|row| {
            let cost = if ours { row.ours } else { row.dao_dao };
            Some(cost?.gas * times(row))
        });
        costs.sum()
    };
    let dearer = match &dearer[..] {
        [] => "No step that both have is dearer with us.".into(),
        some => format!("Dearer with us: {}.", some.join(", ")),
    };
    write!(
        page,
        "
{dearer} One step is ours alone: anybody records the result, because the timelock runs from
that moment. There the last vote does it, and a timelock comes only with a veto. With two
votes, from proposing 2 KB to the spend, that makes {} with us and {} with DAO DAO.
",
        digits(whole(2_048, true)),
        digits(whole(2_048, false)),
    )?;
    Ok(())
}

fn beside_others(page: &mut String, published: &[Published]) -> Result<(), Box<dyn Error>> {
    page.push_str(
        "
## Beside others, as published

Not measured here, and not the same work: **read them as orders of magnitude**. EVM gas and SDK
gas are different units, and no chain prices both.

| system | what | gas | of | how it is known | date |
|---|---|---:|---|---|---|
",
    );
    for Published {
        system,
        what,
        gas,
        unit,
        kind,
        date,
        source,
    } in published
    {
        let gas = digits(*gas);
        writeln!(
            page,
            "| {system} | {what} | {gas} | {unit} | [{kind}]({source}) | {date} |"
        )?;
    }
    Ok(())
}

fn every_message(page: &mut String, table: &Table) -> Result<(), Box<dyn Error>> {
    page.push_str(
        "
## Every message

From `gas/table.json`. *Bytes* are those of the transaction. *Contracts* ran, those that were
asked by others included; each costs 64,000 once in a transaction. *Written* are bytes of keys
and values that the message left in the state of contracts, bank and all else, from the
node's own trace of its stores; the fee and the signature's number are left out. *Events* are
all of the transaction's, with their bytes. `dao execute (…)` is what members decided, carried
out.
",
    );
    for contract in ["store", "registry", "escrow", "rewards", "dao", "token"] {
        let start = format!("{contract} ");
        write!(
            page,
            "
### {}

| message | gas | budget | bytes | contracts | written | events | bytes of events |
|---|---:|---:|---:|---:|---:|---:|---:|
",
            if contract == "store" {
                "Code"
            } else {
                contract
            }
        )?;
        for (what, cost) in table.0.iter().filter(|(what, _)| what.starts_with(&start)) {
            let Cost {
                contracts, events, ..
            } = cost;
            writeln!(
                page,
                "| `{what}` | {} | {} | {} | {contracts} | {} | {events} | {} |",
                digits(cost.gas),
                cost.budget.map(digits).unwrap_or_default(),
                digits(cost.bytes),
                digits(cost.written),
                digits(cost.event_bytes),
            )?;
        }
    }
    page.push_str(
        "
### Without a row

| message | why |
|---|---|
",
    );
    for (message, why) in WITHOUT {
        writeln!(page, "| `{message}` | {why} |")?;
    }
    Ok(())
}

/// With a comma between thousands.
fn digits(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
