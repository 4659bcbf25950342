//! `surge provider`.

use clap::Subcommand;
use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::registry::{
    ExecuteMsg, NodesResponse, ProviderResponse, ProvidersResponse, QueryMsg, ReceiveMsg, MAX_NODES,
};

use super::statement;
use crate::{
    clock::moment,
    failure::{Failure, Outcome},
    listed::{coinage, denom_id},
    money::Amount,
    output::{facts, table, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge provider`.
#[derive(Subcommand)]
pub enum Command {
    /// Join as a provider; the signing key becomes the cold owner.
    Register {
        /// Hot key of the machines: an address or the name of a key. May be the owner.
        #[arg(long)]
        operator: String,
        /// Where earnings go; the owner when left away.
        #[arg(long)]
        payout: Option<String>,
        /// Where a description of you is.
        #[arg(long, default_value = "")]
        profile: String,
    },
    /// Add to a provider's bond.
    Bond {
        /// How much, such as "900 SURGE".
        amount: String,
        /// The provider; the signer's own when left away.
        #[arg(long)]
        provider: Option<u32>,
    },
    /// Start to withdraw bond that stands behind no node.
    Unbond {
        /// How much, such as "900 SURGE".
        amount: String,
    },
    /// Send bond whose wait is over to its owner; anybody may.
    Withdraw {
        /// The provider; the signer's own when left away.
        #[arg(long)]
        provider: Option<u32>,
        /// Of which denomination.
        #[arg(long, default_value = "SURGE")]
        of: String,
    },
    /// Name where earnings go from now on; it counts after a delay.
    Payout {
        /// An address or the name of a key.
        to: String,
        /// A provider that you owned and left; your present one when left away.
        #[arg(long)]
        provider: Option<u32>,
    },
    /// Change the hot key or the description.
    Update {
        /// New hot key: an address or the name of a key.
        #[arg(long)]
        operator: Option<String>,
        /// Where a description of you is.
        #[arg(long)]
        profile: Option<String>,
    },
    /// Take no new jobs.
    Drain,
    /// Take jobs again.
    Resume,
    /// Leave: nodes go, all bond starts its wait.
    Leave,
    /// A provider with its bonds.
    Show {
        /// The provider; the signer's own when left away.
        provider: Option<u32>,
    },
    /// What a provider earned and lost, from the events of the chain; for the books.
    Statement(statement::Arguments),
    /// Providers, a page at a time.
    List {
        /// Continue after this one.
        #[arg(long)]
        start_after: Option<u32>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    let simple = |what: &str, msg: ExecuteMsg| {
        let act = Act::new(what).call(session, &registry, &msg)?;
        session.perform(&act)?.report(&json!({}), "")
    };
    match command {
        Command::Register {
            operator,
            payout,
            profile,
        } => {
            let msg = ExecuteMsg::RegisterProvider {
                operator: session.address(&operator)?,
                payout: payout.map(|name| session.address(&name)).transpose()?,
                profile_uri: profile,
            };
            let act = Act::new("Registers you as a provider.").call(session, &registry, &msg)?;
            let done = session.perform(&act)?;
            let id = done.attribute(&registry, "provider_registered", "provider");
            let text = id
                .as_ref()
                .map(|id| format!("you are provider {id}; next: surge provider bond \"900 SURGE\""))
                .unwrap_or_default();
            done.report(&json!({ "provider": id }), text)
        }
        Command::Bond { amount, provider } => {
            let provider = own(session, provider)?;
            let amount = Amount::parse(&amount, &session.coinages()?)?;
            let act = Act::new(format!("Adds to the bond of provider {provider}."))
                .moving(format!("{amount} to the registry"))
                .pay(
                    session,
                    &registry,
                    &amount,
                    &ExecuteMsg::Bond { provider },
                    &ReceiveMsg::Bond { provider },
                )?;
            session
                .perform(&act)?
                .report(&json!({ "provider": provider }), "")
        }
        Command::Unbond { amount } => {
            let amount = Amount::parse(&amount, &session.coinages()?)?;
            let msg = ExecuteMsg::Unbond {
                denom: denom_id(session, &amount.coinage)?,
                amount: Uint128::new(amount.base),
            };
            let act = Act::new("Starts to withdraw bond; it waits before it can leave.")
                .moving(format!("{amount}, later, to you"))
                .call(session, &registry, &msg)?;
            session.perform(&act)?.report(&json!({}), "")
        }
        Command::Withdraw { provider, of } => {
            let provider = own(session, provider)?;
            let coinage = session.coinage_called(&of)?;
            let denom = denom_id(session, &coinage)?;
            simple(
                &format!("Sends bond of provider {provider} whose wait is over to its owner."),
                ExecuteMsg::WithdrawBond { provider, denom },
            )
        }
        Command::Payout { to, provider } => {
            let payout = session.address(&to)?;
            simple(
                &format!("Earnings go to {payout}, after the delay."),
                ExecuteMsg::SetPayout { payout, provider },
            )
        }
        Command::Update { operator, profile } => update(session, operator, profile),
        Command::Drain => simple("Your nodes take no new jobs.", ExecuteMsg::Drain {}),
        Command::Resume => simple("Your nodes take jobs again.", ExecuteMsg::Resume {}),
        Command::Leave => simple(
            "You leave: your nodes go, all your bond starts its wait.",
            ExecuteMsg::Leave {},
        ),
        Command::Statement(arguments) => statement::run(&arguments, session),
        Command::Show { provider } => show(session, provider),
        Command::List { start_after, limit } => {
            let msg = QueryMsg::Providers { start_after, limit };
            let answer: ProvidersResponse = session.ask(&registry, &msg)?;
            let mut rows = table(&[">provider", "status", ">nodes", "owner"]);
            for (id, record) in &answer.providers {
                rows.add_row([
                    id.to_string(),
                    format!("{:?}", record.status).to_lowercase(),
                    record.nodes.to_string(),
                    record.owner.to_string(),
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
    }
}

/// A new hot key stops machines that run with the old one, so the sentence says how many.
fn update(session: &Session, operator: Option<String>, profile: Option<String>) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    let operator = operator.map(|name| session.address(&name)).transpose()?;
    let mut changes = vec![];
    if let Some(operator) = &operator {
        let provider = Some(own(session, None)?);
        let msg = QueryMsg::Nodes {
            provider,
            start_after: None,
            limit: Some(MAX_NODES),
        };
        let answer: NodesResponse = session.ask(&registry, &msg)?;
        let jobs: u64 = answer
            .nodes
            .iter()
            .map(|node| u64::from(node.running))
            .sum();
        changes.push(format!(
            "Makes {operator} the hot key of your {} nodes. Start each again with it, in its folder: until then they send no heartbeats and deliver none of their {jobs} jobs.",
            answer.nodes.len()
        ));
    }
    if let Some(profile) = &profile {
        changes.push(format!("Your description is at {profile:?}."));
    }
    if changes.is_empty() {
        return Err(Failure::new("nothing is said that changes")
            .next("name a new hot key with --operator, or a description with --profile"));
    }
    let msg = ExecuteMsg::UpdateProvider {
        operator,
        profile_uri: profile,
    };
    let act = Act::new(changes.join(" ")).call(session, &registry, &msg)?;
    session.perform(&act)?.report(&json!({}), "")
}

/// The provider that is named, or the signer's own.
pub fn own(session: &Session, provider: Option<u32>) -> Outcome<u32> {
    match provider {
        Some(provider) => Ok(provider),
        None => {
            let address = session.account()?.address().to_owned();
            let msg = QueryMsg::ProviderOf { address };
            let answer: ProviderResponse = session
                .ask(&session.contracts()?.registry, &msg)
                .map_err(|failure| {
                    Failure::new(failure.what())
                        .next("register with: surge provider register --operator NAME; or name a provider")
                })?;
            Ok(answer.id)
        }
    }
}

fn show(session: &Session, provider: Option<u32>) -> Outcome<Report> {
    let provider = own(session, provider)?;
    let msg = QueryMsg::Provider { provider };
    let answer: ProviderResponse = session.ask(&session.contracts()?.registry, &msg)?;
    let mut rows = table(&["bond", ">free", ">behind nodes"]);
    for bond in &answer.bonds {
        let coinage = coinage(session, bond.denom)?;
        rows.add_row([
            coinage.display.clone(),
            coinage.of(bond.free.u128()).to_string(),
            coinage.of(bond.at_nodes.u128()).to_string(),
        ]);
    }
    let mut leaving = table(&["on its way out", "from"]);
    for unbonding in &answer.unbondings {
        let coinage = coinage(session, unbonding.denom)?;
        leaving.add_row([
            coinage.of(unbonding.amount.u128()).to_string(),
            moment(unbonding.from_secs),
        ]);
    }
    let leaving = match answer.unbondings.is_empty() {
        true => String::new(),
        false => format!("\n{leaving}"),
    };
    let record = &answer.record;
    let text = format!(
        "{}\n{rows}{leaving}",
        facts([
            ("provider", answer.id.to_string()),
            ("status", format!("{:?}", record.status).to_lowercase()),
            ("owner", record.owner.to_string()),
            ("operator", record.operator.to_string()),
            ("payout", record.payout.to_string()),
            ("nodes", record.nodes.to_string()),
        ])
    );
    Report::new(&answer, text)
}
