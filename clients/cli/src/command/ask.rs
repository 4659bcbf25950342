//! `surge ask` and `surge call`: whatever a contract takes, in words.

use clap::Args;
use serde_json::{json, Value};
use surge_interface::UncheckedDenom;

use crate::{
    contract::{check, compose, Kind},
    deployment::CONTRACTS,
    failure::{Failure, Outcome},
    money::Amount,
    output::Report,
    reach,
    session::Session,
    transact::Act,
};

/// What can be said after `surge ask`.
#[derive(Args)]
pub struct Ask {
    /// The contract: dao, token, registry, escrow or rewards.
    contract: String,
    /// The query; without it, what there is.
    query: Option<String>,
    /// Its fields. `@NAME` is the address of a key.
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// As the chain stood after this block, as long as the node keeps it.
    #[arg(long)]
    height: Option<u64>,
}

/// What can be said after `surge call`.
#[derive(Args)]
pub struct Call {
    /// The contract: dao, token, registry, escrow or rewards.
    contract: String,
    /// The message; without it, what there is.
    message: Option<String>,
    /// Its fields. `@NAME` is the address of a key, `5 SURGE` so many base units.
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// Money that goes with it, such as "5 SURGE".
    #[arg(long)]
    pay: Option<String>,
}

/// Asks.
pub fn ask(arguments: &Ask, session: &Session) -> Outcome<Report> {
    known(&arguments.contract)?;
    let Some(query) = &arguments.query else {
        return names(&arguments.contract, Kind::Query);
    };
    let coinages = session.coinages()?;
    let msg = compose(
        &arguments.contract,
        Kind::Query,
        query,
        &arguments.fields,
        &|name| session.address(name),
        &coinages,
    )?;
    let contracts = session.contracts()?;
    let contract = contracts.get(&arguments.contract);
    let chain = session.chain()?;
    let answer: Value = match arguments.height {
        Some(height) => chain.at(height).smart(contract, &msg)?,
        None => chain.smart(contract, &msg)?,
    };
    let text = format!("{answer:#}");
    Report::new(&answer, text)
}

/// Sends.
pub fn call(arguments: &Call, session: &Session) -> Outcome<Report> {
    known(&arguments.contract)?;
    let Some(message) = &arguments.message else {
        return names(&arguments.contract, Kind::Message);
    };
    let coinages = session.coinages()?;
    let contracts = session.contracts()?;
    let contract = contracts.get(&arguments.contract);
    let pay = arguments.pay.as_ref();
    let pay = pay
        .map(|amount| Amount::parse(amount, &coinages))
        .transpose()?;
    let tokens = pay
        .as_ref()
        .is_some_and(|amount| matches!(amount.coinage.denom, UncheckedDenom::Cw20(_)));
    let kind = if tokens {
        Kind::WithTokens
    } else {
        Kind::Message
    };
    let msg = compose(
        &arguments.contract,
        kind,
        message,
        &arguments.fields,
        &|name| session.address(name),
        &coinages,
    )?;
    let act = Act::new(format!("Sends {message} to the {}.", arguments.contract));
    let act = match &pay {
        Some(amount) => act
            .moving(format!("{amount} to the {}", arguments.contract))
            .pay(session, contract, amount, &msg, &msg)?,
        None => act.call(session, contract, &msg)?,
    };
    session
        .perform(&act)?
        .report(&json!({ "message": msg }), "")
}

/// A contract's name; an error tells which there are.
pub fn known(contract: &str) -> Outcome<()> {
    match CONTRACTS.contains(&contract) {
        true => Ok(()),
        false => Err(Failure::new(format!("there is no contract {contract:?}"))
            .next(format!("choose one of {}", CONTRACTS.join(", ")))),
    }
}

/// A message in a file, as `dao propose --message` takes it.
pub fn from_file(contract: &str, path: &std::path::Path) -> Outcome<Value> {
    known(contract)?;
    let text = std::fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    let msg: Value = serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    check(contract, Kind::Message, &msg).map_err(|why| {
        Failure::new(format!(
            "{}: the {contract} takes no such message: {why}",
            path.display()
        ))
        .next(format!(
            "its messages stand in schema/{contract}/surge-{contract}.json"
        ))
    })?;
    Ok(msg)
}

fn names(contract: &str, kind: Kind) -> Outcome<Report> {
    let mut rows = crate::output::table(&["name", "command"]);
    let mut list = vec![];
    for reach in reach::all().filter(|reach| reach.contract == contract && reach.kind == kind) {
        let by = match reach.by {
            reach::By::Command(path) => format!("surge {path}"),
            reach::By::Contract(who, path) => format!("the {who} sends it, see surge {path}"),
        };
        list.push(json!({ "name": reach.name, "by": by }));
        rows.add_row([reach.name.to_owned(), by]);
    }
    Report::new(&list, rows.to_string())
}
