//! `surge dao`.

mod actions;
mod execute;
mod look;
mod numbers;
mod propose;
mod stake;
mod tables;
pub mod told;
mod treasury;

use clap::{Subcommand, ValueEnum};
use serde_json::json;
use surge_interface::dao::{
    BallotsResponse, Choice, DaoMember, DepositsResponse, ExecuteMsg, MembersResponse, Policies,
    ProposalsResponse, QueryMsg, RowsResponse, TotalResponse,
};

use crate::{
    clock::span,
    failure::{Failure, Outcome},
    money::Coinage,
    output::{enumerated, facts, in_one_line, table, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge dao`.
#[derive(Subcommand)]
pub enum Command {
    /// Open a proposal. Without actions it is an opinion.
    Propose(Box<propose::Propose>),
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
    /// What members said on a proposal.
    Ballots {
        /// The proposal.
        proposal: u64,
        /// Continue after this member.
        #[arg(long)]
        start_after: Option<u32>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Deposits of proposals that were not settled yet.
    Deposits {
        /// Continue after this proposal.
        #[arg(long)]
        start_after: Option<u64>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Members, and the weight of all.
    Members {
        /// Continue after this one.
        #[arg(long)]
        start_after: Option<u32>,
        /// How many, at most 100.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// One member, with what is at stake.
    Member {
        /// An id, an address or the name of a key; you, when left away.
        who: Option<String>,
    },
    /// What the DAO holds, and what of it is its own and not a deposit or a stake.
    Treasury,
    /// Quorum, times and deposit of each class of proposal, and which messages belong to which.
    Rules,
    /// Put tokens at stake, as weight.
    Stake {
        /// How much, such as "100 SURGE".
        amount: String,
    },
    /// Start to take a stake out; it waits before it can leave.
    Unstake {
        /// How much, such as "100 SURGE".
        amount: String,
    },
    /// Send stake whose wait is over to its member; anybody may.
    Release {
        /// The member, by id.
        member: u32,
    },
    /// Make weight count that is old enough; anybody may.
    Activate {
        /// The member, by id.
        member: u32,
    },
    /// Stop being a member.
    Leave,
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
        Command::Propose(propose) => propose::open(&propose, session),
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
            let found = look::proposal_of(session, proposal)?;
            let mut act = Act::new(format!(
                "Votes {word} proposal {proposal}, {:?}.",
                in_one_line(&found.proposal.title)
            ));
            for line in told::lines(session, told::ONCE, &found.actions)? {
                act = act.moving(line);
            }
            let msg = ExecuteMsg::Vote {
                proposal,
                choice,
                reason,
            };
            let act = act.call(session, &dao, &msg)?;
            session.perform(&act)?.report(&json!({}), "")
        }
        Command::Poke { proposal } => simple(
            format!("Records the result of proposal {proposal}."),
            ExecuteMsg::Poke { proposal },
        ),
        Command::Execute { proposal } => execute::run(session, proposal),
        Command::Withdraw { proposal } => simple(
            format!("Takes proposal {proposal} back."),
            ExecuteMsg::Withdraw { proposal },
        ),
        Command::Refund { proposal } => simple(
            format!("Sends the deposit of proposal {proposal} to its proposer."),
            ExecuteMsg::Refund { proposal },
        ),
        Command::Show { proposal } => look::show(session, proposal),
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
                    in_one_line(&proposal.title),
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
        Command::Members { start_after, limit } => {
            let msg = QueryMsg::Members { start_after, limit };
            let answer: MembersResponse = session.ask(&dao, &msg)?;
            let total: TotalResponse = session.ask(&dao, &QueryMsg::Total { height: None })?;
            let mut rows = table(&[">member", ">weight", "address"]);
            for member in &answer.members {
                rows.add_row([
                    member.id.to_string(),
                    member.weight.to_string(),
                    member.address.to_string(),
                ]);
            }
            Report::new(
                &json!({ "members": answer.members, "total": total }),
                format!("{rows}\n{} members, weight {}", total.members, total.weight),
            )
        }
        Command::Ballots {
            proposal,
            start_after,
            limit,
        } => {
            let msg = QueryMsg::Ballots {
                proposal,
                start_after,
                limit,
            };
            let answer: BallotsResponse = session.ask(&dao, &msg)?;
            let mut rows = table(&[">member", "said", ">weight", "why"]);
            for ballot in &answer.ballots {
                rows.add_row([
                    ballot.member.to_string(),
                    ballot.choice.name().to_owned(),
                    ballot.weight.to_string(),
                    in_one_line(ballot.reason.as_deref().unwrap_or_default()),
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
        Command::Deposits { start_after, limit } => {
            let msg = QueryMsg::Deposits { start_after, limit };
            let answer: DepositsResponse = session.ask(&dao, &msg)?;
            let mut rows = table(&[">proposal", ">deposit", "may go back", "proposer"]);
            for deposit in &answer.deposits {
                let coinage = session.coinage(&deposit.denom);
                rows.add_row([
                    deposit.proposal.to_string(),
                    coinage.of(deposit.amount.u128()).to_string(),
                    if deposit.refundable { "yes" } else { "no" }.to_owned(),
                    deposit.proposer.to_string(),
                ]);
            }
            Report::new(&answer, rows.to_string())
        }
        Command::Member { who } => member(session, who.as_deref()),
        Command::Treasury => treasury::show(session),
        Command::Rules => rules(session),
        Command::Stake { amount } => stake::stake(session, &amount),
        Command::Unstake { amount } => stake::unstake(session, &amount),
        Command::Release { member } => simple(
            format!("Sends stake of member {member} whose wait is over."),
            ExecuteMsg::ReleaseStake { member },
        ),
        Command::Activate { member } => simple(
            format!("Makes weight of member {member} count that is old enough."),
            ExecuteMsg::Activate { member },
        ),
        Command::Leave => simple(
            "You are no longer a member; what you have at stake starts its wait.".to_owned(),
            ExecuteMsg::Leave {},
        ),
    }
}

fn member(session: &Session, who: Option<&str>) -> Outcome<Report> {
    let msg = match who.map(|who| (who, who.parse::<u32>())) {
        Some((_, Ok(member))) => QueryMsg::MemberById {
            member,
            height: None,
        },
        Some((name, Err(_))) => QueryMsg::MemberOf {
            address: session.address(name)?,
            height: None,
        },
        None => QueryMsg::MemberOf {
            address: session.account()?.address().to_owned(),
            height: None,
        },
    };
    let found: Option<DaoMember> = session.ask(&session.contracts()?.dao, &msg)?;
    let member = found.ok_or_else(|| {
        Failure::new(format!("{} is no member", who.unwrap_or("the signer")))
            .next("see who is with: surge dao members")
    })?;
    let list = |numbers: &[u64]| match numbers.is_empty() {
        true => "none".to_owned(),
        false => enumerated(numbers),
    };
    let text = facts([
        ("member", member.id.to_string()),
        ("address", member.address.to_string()),
        ("weight", member.weight.to_string()),
        ("weight that will count", member.pending.to_string()),
        ("open proposals", list(&member.live)),
        ("deposits to refund", list(&member.refundable)),
    ]);
    Report::new(&member, text.to_string())
}

fn rules(session: &Session) -> Outcome<Report> {
    let dao = session.contracts()?.dao;
    let policies: Policies = session.ask(&dao, &QueryMsg::Policies {})?;
    let deposits = session.coinage(&told::settings_of(session)?.deposit_denom);
    let (mut all, mut start_after) = (vec![], None);
    loop {
        let msg = QueryMsg::Rows {
            start_after,
            limit: Some(100),
        };
        let answer: RowsResponse = session.ask(&dao, &msg)?;
        start_after = answer
            .rows
            .last()
            .map(|row| (row.contract.clone(), row.message.clone()));
        let last = answer.rows.len() < 100;
        all.extend(answer.rows);
        if last {
            break;
        }
    }
    let mut rows = table(&[
        "class",
        ">quorum",
        ">pass",
        ">voters",
        ">voting",
        ">timelock",
        ">deposit",
    ]);
    let classes = surge_interface::dao::Class::ALL;
    for (class, policy) in classes.iter().zip(policies.clone().into_array()) {
        rows.add_row([
            class.name().to_owned(),
            Coinage::percent().of(policy.quorum_bps.into()).to_string(),
            Coinage::percent().of(policy.pass_bps.into()).to_string(),
            policy.min_voters.to_string(),
            span(policy.voting_secs),
            span(policy.timelock_secs),
            deposits.of(policy.deposit.u128()).to_string(),
        ]);
    }
    let mut messages = table(&["contract", "message", "class"]);
    for row in &all {
        messages.add_row([
            told::called(session, &row.contract),
            row.message.clone(),
            row.class.name().to_owned(),
        ]);
    }
    Report::new(
        &json!({ "policies": policies, "rows": all }),
        format!("{rows}\n{messages}\nevery other message to a contract is of class any"),
    )
}
