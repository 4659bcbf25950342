//! What the DAO holds, and what of it is its own.

use std::collections::BTreeMap;

use serde_json::json;
use surge_interface::{
    dao::{DaoMoney, InvariantResponse, QueryMsg},
    escrow, UncheckedDenom,
};

use crate::{
    failure::Outcome,
    money::Coinage,
    output::{in_one_line, table, Report},
    session::Session,
};

/// Every coin that it holds, SURGE, and what tokens the escrow takes.
pub fn show(session: &Session) -> Outcome<Report> {
    let at = session.contracts()?;
    let coins = session.waiting("asking what the DAO holds", || -> Outcome<_> {
        Ok(session.chain()?.held(&at.dao)?)
    })?;
    let coins: BTreeMap<String, u128> = coins.into_iter().collect();
    let mut coinages = session.coinages()?;
    let mut also = |denom: UncheckedDenom| {
        if !coinages.iter().any(|coinage| coinage.denom == denom) {
            coinages.push(session.coinage(&denom));
        }
    };
    for denom in coins.keys() {
        also(UncheckedDenom::Native(denom.clone()));
    }
    let listed: escrow::DenomsResponse = session.ask(&at.escrow, &escrow::QueryMsg::Denoms {})?;
    for denom in listed.denoms {
        also(denom.into());
    }
    let owed = owed(session)?;
    for money in &owed {
        also(money.denom.clone());
    }
    let mut rows = table(&["denomination", ">its own", ">deposits", ">stakes", ">held"]);
    let mut holds = vec![];
    for coinage in &coinages {
        let held = match &coinage.denom {
            UncheckedDenom::Native(denom) => coins.get(denom).copied().unwrap_or_default(),
            UncheckedDenom::Cw20(_) => session.held(&at.dao, coinage)?,
        };
        let (deposits, stakes) = others(&owed, coinage);
        let own = held.saturating_sub(deposits).saturating_sub(stakes);
        let amounts = [own, deposits, stakes, held];
        let mut row = vec![in_one_line(&coinage.display)];
        row.extend(amounts.map(|base| coinage.of(base).to_string()));
        rows.add_row(row);
        holds.push(json!({
            "denom": coinage.denom,
            "own": own.to_string(),
            "deposits": deposits.to_string(),
            "stakes": stakes.to_string(),
            "held": held.to_string(),
        }));
    }
    Report::new(
        &json!({ "address": at.dao, "holds": holds }),
        format!(
            "{rows}\nat {}; tokens that neither the suite nor the escrow knows are not listed",
            at.dao
        ),
    )
}

/// What the DAO may spend of a denomination, in base units; `owed` is not its own.
pub fn own(session: &Session, owed: &[DaoMoney], coinage: &Coinage) -> Outcome<u128> {
    let held = session.held(&session.contracts()?.dao, coinage)?;
    let (deposits, stakes) = others(owed, coinage);
    Ok(held.saturating_sub(deposits).saturating_sub(stakes))
}

/// What of the DAO's money belongs to others, of each denomination.
pub fn owed(session: &Session) -> Outcome<Vec<DaoMoney>> {
    let dao = session.contracts()?.dao;
    let answer: InvariantResponse = session.ask(&dao, &QueryMsg::Invariant {})?;
    Ok(answer.rows)
}

/// Deposits and stakes in a denomination: what belongs to others.
fn others(owed: &[DaoMoney], coinage: &Coinage) -> (u128, u128) {
    let found = owed.iter().find(|money| money.denom == coinage.denom);
    found.map_or((0, 0), |money| (money.deposits.u128(), money.stakes.u128()))
}
