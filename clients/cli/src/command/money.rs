//! `surge money`: what the contracts hold and owe, and where what they collected goes.

use clap::{Subcommand, ValueEnum};
use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::{
    dao,
    escrow::{self, Purse},
    registry, rewards, UncheckedDenom,
};

use crate::{
    failure::{Failure, Outcome},
    listed::{coinage, denom_id},
    money::{Amount, Coinage},
    output::{table, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge money`.
#[derive(Subcommand)]
pub enum Command {
    /// What each contract holds against what it owes; fails when one holds less.
    Show,
    /// Move on what was collected from the take; anybody may.
    Flush {
        /// Which purse.
        purse: Which,
        /// Of which denomination.
        #[arg(long, default_value = "SURGE")]
        of: String,
    },
    /// Book coins that came to a contract without a message; anybody may.
    Sync {
        /// Where they came.
        contract: Holder,
        /// Of which denomination.
        #[arg(long, default_value = "SURGE")]
        of: String,
    },
    /// Add to the insurance kitty; anybody may.
    Fund {
        /// How much, such as "5 SURGE".
        amount: String,
    },
}

/// What was collected from the take, by where it goes.
#[derive(Clone, Copy, ValueEnum)]
pub enum Which {
    /// To be burned.
    Burn,
    /// For the treasury.
    Treasury,
    /// For the insurance kitty.
    Insurance,
}

/// Contracts that book coins.
#[derive(Clone, Copy, ValueEnum)]
pub enum Holder {
    /// To the treasury's share.
    Escrow,
    /// To the insurance kitty.
    Registry,
}

/// Carries it out.
pub fn run(command: Command, session: &Session) -> Outcome<Report> {
    let contracts = session.contracts()?;
    match command {
        Command::Show => show(session),
        Command::Flush { purse, of } => {
            let coinage = session.coinage_called(&of)?;
            let (purse, what) = match purse {
                Which::Burn => (Purse::Burn, "burned"),
                Which::Treasury => (Purse::Treasury, "sent to the treasury"),
                Which::Insurance => (Purse::Insurance, "sent to the insurance kitty"),
            };
            let answer: escrow::InvariantResponse =
                session.ask(&contracts.escrow, &escrow::QueryMsg::Invariant {})?;
            let row = answer
                .rows
                .iter()
                .find(|row| UncheckedDenom::from(row.denom.clone()) == coinage.denom);
            let collected = row.map_or(Uint128::zero(), |row| match purse {
                Purse::Burn => row.burn,
                Purse::Treasury => row.treasury,
                Purse::Insurance => row.insurance,
            });
            let collected = coinage.of(collected.u128());
            let msg = escrow::ExecuteMsg::Flush {
                denom: coinage.denom,
                purse,
            };
            let act = Act::new("Moves on what was collected from the take.")
                .moving(format!("{collected} is {what}"))
                .call(session, &contracts.escrow, &msg)?;
            session
                .perform(&act)?
                .report(&json!({ "amount": collected.base.to_string() }), "")
        }
        Command::Sync { contract, of } => {
            let coinage = session.coinage_called(&of)?;
            let act = Act::new("Books coins that came without a message.");
            let act = match contract {
                Holder::Escrow => {
                    let denom = coinage.denom;
                    act.call(
                        session,
                        &contracts.escrow,
                        &escrow::ExecuteMsg::Sync { denom },
                    )?
                }
                Holder::Registry => {
                    let denom = denom_id(session, &coinage)?;
                    act.call(
                        session,
                        &contracts.registry,
                        &registry::ExecuteMsg::Sync { denom },
                    )?
                }
            };
            session.perform(&act)?.report(&json!({}), "")
        }
        Command::Fund { amount } => {
            let amount = Amount::parse(&amount, &session.coinages()?)?;
            let act = Act::new("Adds to the insurance kitty.")
                .moving(format!("{amount} to the registry, for good"))
                .pay(
                    session,
                    &contracts.registry,
                    &amount,
                    &registry::ExecuteMsg::FundKitty {},
                    &registry::ReceiveMsg::FundKitty {},
                )?;
            session
                .perform(&act)?
                .report(&json!({ "amount": amount.base.to_string() }), "")
        }
    }
}

fn show(session: &Session) -> Outcome<Report> {
    let at = session.contracts()?;
    let escrow: escrow::InvariantResponse =
        session.ask(&at.escrow, &escrow::QueryMsg::Invariant {})?;
    let registry: registry::InvariantResponse =
        session.ask(&at.registry, &registry::QueryMsg::Invariant {})?;
    let dao: dao::InvariantResponse = session.ask(&at.dao, &dao::QueryMsg::Invariant {})?;
    let rewards: rewards::InvariantResponse =
        session.ask(&at.rewards, &rewards::QueryMsg::Invariant {})?;
    let mut rows = table(&["contract", ">holds", "owes"]);
    let owes = |coinage: &Coinage, parts: &[(&str, Uint128)]| {
        let parts = parts.iter().filter(|(_, amount)| !amount.is_zero());
        let parts: Vec<String> = parts
            .map(|(what, amount)| format!("{} {what}", coinage.of(amount.u128())))
            .collect();
        match parts.is_empty() {
            true => "nothing".to_owned(),
            false => parts.join(", "),
        }
    };
    for row in &escrow.rows {
        let coinage = session.coinage(&row.denom.clone().into());
        let parts = [
            ("for jobs", row.jobs),
            ("of credits", row.credits),
            ("to burn", row.burn),
            ("for the treasury", row.treasury),
            ("for the kitty", row.insurance),
        ];
        rows.add_row([
            "escrow".to_owned(),
            coinage.of(row.balance.u128()).to_string(),
            owes(&coinage, &parts),
        ]);
    }
    for row in &registry.rows {
        let coinage = coinage(session, row.denom)?;
        let parts = [
            ("of bonds", row.bonds),
            ("of tips", row.tips),
            ("in the kitty", row.kitty),
        ];
        rows.add_row([
            "registry".to_owned(),
            coinage.of(row.balance.u128()).to_string(),
            owes(&coinage, &parts),
        ]);
    }
    for row in &dao.rows {
        let coinage = session.coinage(&row.denom);
        let parts = [("of deposits", row.deposits), ("at stake", row.stakes)];
        rows.add_row([
            "dao".to_owned(),
            coinage.of(row.balance.u128()).to_string(),
            owes(&coinage, &parts),
        ]);
    }
    let surge = Coinage::surge(&at.token);
    let supply = surge.of(rewards.supply.u128());
    let (vesting, cap) = (
        surge.of(rewards.vesting.u128()),
        surge.of(rewards.cap.u128()),
    );
    let json = json!({ "escrow": escrow, "registry": registry, "dao": dao, "rewards": rewards });
    for (contract, holds) in [
        ("escrow", escrow.holds),
        ("registry", registry.holds),
        ("dao", dao.holds),
        ("rewards", rewards.holds),
    ] {
        if !holds {
            return Err(
                Failure::new(format!("the {contract} holds less than it owes:\n{rows}"))
                    .next("tell the network's DAO; `surge dao propose` can close the intake"),
            );
        }
    }
    Report::new(
        &json,
        format!("{rows}\n{supply} exist, {vesting} vest, of {cap} at most"),
    )
}
