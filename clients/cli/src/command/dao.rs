//! `surge dao`.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use cosmwasm_std::{Binary, Uint128};
use serde_json::{json, Value};
use surge_interface::dao::{
    Action, Choice, ClassifyResponse, Draft, ExecuteMsg, FullProposalResponse, MembersResponse,
    ProposalsResponse, QueryMsg, ReceiveMsg, MIN_GAS,
};

use crate::{
    failure::{Failure, Outcome},
    keys,
    money::Amount,
    output::{facts, table, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge dao`.
#[derive(Subcommand)]
pub enum Command {
    /// Open a proposal. Without actions it is an opinion.
    Propose(Propose),
    /// Vote, or vote again.
    Vote {
        /// The proposal.
        proposal: u64,
        /// What you say.
        choice: Say,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Record that the voting is over: from then on the timelock runs. Anybody may.
    Poke {
        /// The proposal.
        proposal: u64,
    },
    /// Carry out what is ready. Anybody may.
    Execute {
        /// The proposal.
        proposal: u64,
    },
    /// Take your proposal back while nobody else has voted.
    Withdraw {
        /// The proposal.
        proposal: u64,
    },
    /// Send the deposit of a proposal that is over to its proposer. Anybody may.
    Refund {
        /// The proposal.
        proposal: u64,
    },
    /// A proposal with its text and what it does.
    Show {
        /// The proposal.
        proposal: u64,
    },
    /// Proposals, newest first.
    List {
        /// Continue before this one.
        #[arg(long)]
        start_before: Option<u64>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Members.
    Members {
        /// Continue after this one.
        #[arg(long)]
        start_after: Option<u32>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
}

/// A proposal.
#[derive(Args)]
pub struct Propose {
    /// A line.
    #[arg(long)]
    title: String,
    /// The reasons.
    #[arg(long, default_value = "")]
    text: String,
    /// Pay somebody: `ADDRESS AMOUNT`, such as `payout1 "5 SURGE"`. May be repeated.
    #[arg(long, num_args = 2, value_names = ["TO", "AMOUNT"])]
    spend: Vec<String>,
    /// Call a contract of the suite: `CONTRACT JSON`, such as `escrow '{"set_intake":{"open":false}}'`.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "JSON"])]
    call: Vec<String>,
    /// More actions, as a file with a JSON list of them.
    #[arg(long)]
    actions: Option<PathBuf>,
    /// Gas that the actions may use together.
    #[arg(long, default_value_t = 1_000_000)]
    actions_gas: u64,
}

/// What a member says.
#[derive(Clone, Copy, ValueEnum)]
pub enum Say {
    /// For it.
    Yes,
    /// Against it.
    No,
    /// Counts for the quorum only.
    Abstain,
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    let dao = session.contracts()?.dao;
    let simple = |what: String, msg: ExecuteMsg| {
        let act = Act::new(what).call(session, &dao, &msg)?;
        session.perform(&act)?.report(&json!({}), "")
    };
    match command {
        Command::Propose(propose) => open(&propose, session),
        Command::Vote {
            proposal,
            choice,
            reason,
        } => {
            let (choice, word) = match choice {
                Say::Yes => (Choice::Yes, "for"),
                Say::No => (Choice::No, "against"),
                Say::Abstain => (Choice::Abstain, "neither for nor against"),
            };
            simple(
                format!("Votes {word} proposal {proposal}."),
                ExecuteMsg::Vote {
                    proposal,
                    choice,
                    reason,
                },
            )
        }
        Command::Poke { proposal } => simple(
            format!("Records the result of proposal {proposal}."),
            ExecuteMsg::Poke { proposal },
        ),
        Command::Execute { proposal } => {
            let act = Act::new(format!(
                "Carries out proposal {proposal}, all of it or nothing."
            ))
            .call(session, &dao, &ExecuteMsg::Execute { proposal })?;
            let done = session.perform(&act)?;
            let failed = done.attribute("execution_failed", "error");
            let text = match &failed {
                Some(why) => format!("its actions failed and were undone: {why}"),
                None => String::new(),
            };
            done.report(&json!({ "proposal": proposal, "failed": failed }), text)
        }
        Command::Withdraw { proposal } => simple(
            format!("Takes proposal {proposal} back."),
            ExecuteMsg::Withdraw { proposal },
        ),
        Command::Refund { proposal } => simple(
            format!("Sends the deposit of proposal {proposal} to its proposer."),
            ExecuteMsg::Refund { proposal },
        ),
        Command::Show { proposal } => show(session, proposal),
        Command::List {
            start_before,
            limit,
        } => {
            let msg = QueryMsg::Proposals {
                start_before,
                limit,
            };
            let answer: ProposalsResponse = session.ask(&dao, &msg)?;
            let mut rows = table(&[">proposal", "status", ">yes", ">no", ">of", "title"]);
            for proposal in &answer.proposals {
                rows.add_row([
                    proposal.id.to_string(),
                    proposal.status.name().to_owned(),
                    proposal.yes.to_string(),
                    proposal.no.to_string(),
                    proposal.total.to_string(),
                    proposal.title.clone(),
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
        Command::Members { start_after, limit } => {
            let msg = QueryMsg::Members { start_after, limit };
            let answer: MembersResponse = session.ask(&dao, &msg)?;
            let mut rows = table(&[">member", ">weight", "address"]);
            for member in &answer.members {
                rows.add_row([
                    member.id.to_string(),
                    member.weight.to_string(),
                    member.address.to_string(),
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
    }
}

fn open(propose: &Propose, session: &Session) -> Outcome<Report> {
    let contracts = session.contracts()?;
    let actions = actions(propose, session)?;
    let msg = QueryMsg::Classify {
        actions: actions.clone(),
    };
    let found: ClassifyResponse = session.ask(&contracts.dao, &msg)?;
    let deposit = session
        .coinage(&found.deposit_denom)
        .of(found.policy.deposit.u128());
    let draft = Draft {
        title: propose.title.clone(),
        text: propose.text.clone(),
        gas: match actions.is_empty() {
            true => 0,
            false => propose.actions_gas.max(MIN_GAS),
        },
        actions,
    };
    let classes: Vec<&str> = found.classes.iter().map(|class| class.name()).collect();
    let policy = &found.policy;
    let act = Act::new(format!(
        "Opens a proposal of class {}: {:.1} % of all weight has to vote, for {:.1} days at most, then {:.1} days of timelock.",
        classes.join(" and "),
        f64::from(policy.quorum_bps) / 100.0,
        policy.voting_secs as f64 / 86_400.0,
        policy.timelock_secs as f64 / 86_400.0,
    ));
    let inside = ReceiveMsg::Propose {
        draft: Box::new(draft.clone()),
    };
    let msg = ExecuteMsg::Propose { draft };
    let act = match deposit.base {
        0 => act.call(session, &contracts.dao, &msg)?,
        _ => act
            .moving(format!("{deposit} to the DAO, until it is over"))
            .pay(session, &contracts.dao, &deposit, &msg, &inside)?,
    };
    let done = session.perform(&act)?;
    let id = done.attribute("proposal_opened", "proposal");
    let text = id
        .as_ref()
        .map(|id| format!("it is proposal {id}; next: surge dao vote {id} yes"))
        .unwrap_or_default();
    done.report(&json!({ "proposal": id }), text)
}

fn actions(propose: &Propose, session: &Session) -> Outcome<Vec<Action>> {
    let contracts = session.contracts()?;
    let mut actions = vec![];
    for pair in propose.spend.chunks(2) {
        let [to, amount] = pair else { continue };
        let amount = Amount::parse(amount, &session.coinages()?)?;
        actions.push(Action::Send {
            to: keys::address(session.network(), to)?,
            denom: amount.coinage.denom,
            amount: Uint128::new(amount.base),
        });
    }
    for pair in propose.call.chunks(2) {
        let [contract, msg] = pair else { continue };
        let known = crate::deployment::CONTRACTS.contains(&contract.as_str());
        let msg: Value =
            serde_json::from_str(msg).map_err(|error| Failure::new(format!("{msg}: {error}")))?;
        actions.push(Action::Execute {
            contract: match known {
                true => contracts.get(contract).to_owned(),
                false => keys::address(session.network(), contract)?,
            },
            msg: Binary::new(serde_json::to_vec(&msg)?),
            funds: vec![],
        });
    }
    if let Some(path) = &propose.actions {
        let text = fs::read(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        let more: Vec<Action> = serde_json::from_slice(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        actions.extend(more);
    }
    Ok(actions)
}

fn show(session: &Session, proposal: u64) -> Outcome<Report> {
    let msg = QueryMsg::FullProposal { proposal };
    let found: FullProposalResponse = session.ask(&session.contracts()?.dao, &msg)?;
    let (summary, policy) = (&found.proposal, &found.policy);
    let classes: Vec<&str> = summary.classes.iter().map(|class| class.name()).collect();
    let next = summary.ready_secs.map_or_else(
        || format!("voting until {}", summary.closes_secs),
        |ready| format!("ready from {ready}"),
    );
    let text = facts([
        ("proposal", format!("{}: {}", summary.id, summary.title)),
        (
            "status",
            format!("{}, {next} (s since 1970)", summary.status.name()),
        ),
        ("classes", classes.join(", ")),
        (
            "votes",
            format!(
                "{} yes, {} no, {} abstain, of {}",
                summary.yes, summary.no, summary.abstain, summary.total
            ),
        ),
        (
            "needs",
            format!(
                "{:.1} % of all weight, {} voters",
                f64::from(policy.quorum_bps) / 100.0,
                policy.min_voters
            ),
        ),
        (
            "failure",
            found.failure.clone().unwrap_or_else(|| "none".to_owned()),
        ),
    ]);
    let text = format!(
        "{text}\n\n{}\n\n{:#}",
        found.text,
        serde_json::to_value(&found.actions)?
    );
    Report::new(&found, text)
}
