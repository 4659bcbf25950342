//! `surge pay`.

use clap::Args;
use cosmwasm_std::{coins, Uint128};
use cw20::Cw20ExecuteMsg;
use serde_json::json;
use surge_interface::UncheckedDenom;

use crate::{failure::Outcome, money::Amount, output::Report, session::Session, transact::Act};

/// What can be said after `surge pay`.
#[derive(Args)]
pub struct Arguments {
    /// An address or the name of a key.
    to: String,
    /// How much, such as "100 SURGE".
    amount: String,
}

/// Carries it out.
pub fn run(arguments: &Arguments, session: &Session) -> Outcome<Report> {
    let to = session.address(&arguments.to)?;
    let amount = Amount::parse(&arguments.amount, &session.coinages()?)?;
    let act = Act::new(format!("Pays {}.", arguments.to)).moving(format!("{amount} to {to}"));
    let act = match &amount.coinage.denom {
        UncheckedDenom::Native(denom) => act.coins(session, &to, &coins(amount.base, denom))?,
        UncheckedDenom::Cw20(token) => {
            let transfer = Cw20ExecuteMsg::Transfer {
                recipient: to.clone(),
                amount: Uint128::new(amount.base),
            };
            act.call(session, token, &transfer)?
        }
    };
    let more = json!({
        "to": to,
        "denom": amount.coinage.denom,
        "amount": amount.base.to_string(),
    });
    session.perform(&act)?.report(&more, "")
}
