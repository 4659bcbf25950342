//! What members have at stake.

use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::{
    dao::{ConfigResponse, ExecuteMsg, QueryMsg, ReceiveMsg},
    UncheckedDenom,
};

use crate::{
    failure::{Failure, Outcome},
    money::{Amount, Coinage},
    output::Report,
    session::Session,
    transact::Act,
};

/// Tokens become weight.
pub fn stake(session: &Session, amount: &str) -> Outcome<Report> {
    let (dao, coinage) = staked(session)?;
    let amount = of(session, amount, &coinage)?;
    let nothing = json!({}); // coins are never staked: `staked` is a token
    let act = Act::new("Puts tokens at stake, as weight.")
        .moving(format!("{amount} to the DAO, until you take them out"))
        .pay(session, &dao, &amount, &nothing, &ReceiveMsg::Stake {})?;
    session
        .perform(&act)?
        .report(&json!({ "amount": amount.base.to_string() }), "")
}

/// Weight becomes tokens, after a wait.
pub fn unstake(session: &Session, amount: &str) -> Outcome<Report> {
    let (dao, coinage) = staked(session)?;
    let amount = of(session, amount, &coinage)?;
    let msg = ExecuteMsg::Unstake {
        amount: Uint128::new(amount.base),
    };
    let act = Act::new("Starts to take a stake out; it waits before it can leave.")
        .moving(format!("{amount}, later, to you"))
        .call(session, &dao, &msg)?;
    session
        .perform(&act)?
        .report(&json!({ "amount": amount.base.to_string() }), "")
}

/// The DAO, and the token that counts as weight there.
fn staked(session: &Session) -> Outcome<(String, Coinage)> {
    let dao = session.contracts()?.dao;
    let config: ConfigResponse = session.ask(&dao, &QueryMsg::Config {})?;
    match config.token {
        Some(token) => Ok((
            dao,
            session.coinage(&UncheckedDenom::Cw20(token.into_string())),
        )),
        None => Err(
            Failure::new("each member has one vote here: nothing is staked")
                .next("see who votes with: surge dao members"),
        ),
    }
}

fn of(session: &Session, text: &str, coinage: &Coinage) -> Outcome<Amount> {
    let amount = Amount::parse(text, &session.coinages()?)?;
    match amount.coinage == *coinage {
        true => Ok(amount),
        false => Err(Failure::new(format!(
            "{amount} counts for nothing here: weight is {}",
            coinage.display
        ))),
    }
}
