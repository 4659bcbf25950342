//! `surge credit` and `surge tips`: money that waits to be fetched.

use clap::Subcommand;
use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::{
    escrow::{self, Beneficiary},
    registry,
};

use super::provider::own;
use crate::{
    failure::{Failure, Outcome},
    listed::denom_id,
    money::{Amount, Coinage},
    output::{table, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge credit`.
#[derive(Subcommand)]
pub enum Credit {
    /// What the escrow owes somebody; you, when nobody is named.
    Show {
        #[command(flatten)]
        whose: Whose,
    },
    /// Send a credit to its owner; anybody may.
    Withdraw {
        #[command(flatten)]
        whose: Whose,
        /// Of which denomination; of each that is owed when left away.
        #[arg(long)]
        of: Option<String>,
    },
}

/// What can be said after `surge tips`.
#[derive(Subcommand)]
pub enum Tips {
    /// What somebody earned by evictions and reports; you, when nobody is named.
    Show {
        /// An address or the name of a key.
        account: Option<String>,
    },
    /// Send somebody's tips; anybody may.
    Withdraw {
        /// An address or the name of a key; you, when left away.
        account: Option<String>,
        /// Of which denomination.
        #[arg(long, default_value = "SURGE")]
        of: String,
    },
}

/// Who is owed.
#[derive(clap::Args)]
pub struct Whose {
    /// A requester: an address or the name of a key.
    #[arg(long, conflicts_with = "provider")]
    account: Option<String>,
    /// A provider, paid to its payout address.
    #[arg(long)]
    provider: Option<u32>,
    /// The provider that the signer owns or operates.
    #[arg(long, conflicts_with_all = ["account", "provider"])]
    mine: bool,
}

impl Whose {
    fn beneficiary(&self, session: &Session) -> Outcome<Beneficiary> {
        Ok(match (&self.account, self.provider, self.mine) {
            (_, None, true) => Beneficiary::Provider(own(session, None)?),
            (_, Some(provider), _) => Beneficiary::Provider(provider),
            (account, None, false) => Beneficiary::Account(who(session, account.as_deref())?),
        })
    }
}

/// Carries it out.
pub fn credit(command: Credit, session: &Session) -> Outcome<Report> {
    let escrow = session.contracts()?.escrow;
    match command {
        Credit::Show { whose } => {
            let beneficiary = whose.beneficiary(session)?;
            let mut list = vec![];
            let mut rows = table(&["denomination", ">owed"]);
            for owed in owed(session, &beneficiary)? {
                rows.add_row([owed.coinage.display.clone(), owed.to_string()]);
                list.push(json!({ "denom": owed.coinage.denom, "amount": owed.base.to_string() }));
            }
            Report::new(
                &json!({ "beneficiary": beneficiary, "credits": list }),
                rows.to_string(),
            )
        }
        Credit::Withdraw { whose, of } => {
            let beneficiary = whose.beneficiary(session)?;
            let of = of.map(|of| session.coinage_called(&of)).transpose()?;
            withdraw(session, &escrow, &beneficiary, of.as_ref())
        }
    }
}

/// What the escrow owes somebody, of each denomination that it lists.
fn owed(session: &Session, beneficiary: &Beneficiary) -> Outcome<Vec<Amount>> {
    let escrow = session.contracts()?.escrow;
    let listed: escrow::DenomsResponse = session.ask(&escrow, &escrow::QueryMsg::Denoms {})?;
    let mut amounts = vec![];
    for denom in listed.denoms {
        let coinage = session.coinage(&denom.into());
        let msg = escrow::QueryMsg::Credit {
            beneficiary: beneficiary.clone(),
            denom: coinage.denom.clone(),
        };
        let owed: Uint128 = session.ask(&escrow, &msg)?;
        amounts.push(coinage.of(owed.u128()));
    }
    Ok(amounts)
}

/// Sends somebody a credit in one denomination, or all there are.
fn withdraw(
    session: &Session,
    escrow: &str,
    beneficiary: &Beneficiary,
    of: Option<&Coinage>,
) -> Outcome<Report> {
    let mut owed = owed(session, beneficiary)?;
    owed.retain(|owed| owed.base > 0);
    let (sent, others): (Vec<_>, Vec<_>) = owed
        .into_iter()
        .partition(|owed| of.is_none_or(|of| *of == owed.coinage));
    let whom = match beneficiary {
        Beneficiary::Account(account) => account.clone(),
        Beneficiary::Provider(provider) => {
            format!("the payout address of provider {provider}")
        }
    };
    if sent.is_empty() {
        let of = of.map_or_else(String::new, |of| format!(" in {}", of.display));
        let nothing = format!("nothing is there to be withdrawn{of} for {whom}");
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        return Err(match others.is_empty() {
            true => Failure::new(nothing).next(
                "credits come when jobs end: surge credit show; for evictions: surge tips show",
            ),
            false => Failure::new(format!("{nothing}, but {}", others.join(", ")))
                .next("leave --of away to withdraw all; see: surge credit show"),
        });
    }
    let mut act = Act::new(match sent.len() {
        1 => "Sends a credit to its owner.",
        _ => "Sends credits to their owner.",
    });
    let mut list = vec![];
    for owed in sent {
        let msg = escrow::ExecuteMsg::Withdraw {
            beneficiary: beneficiary.clone(),
            denom: owed.coinage.denom.clone(),
        };
        act = act
            .moving(format!("{owed} from the escrow to {whom}"))
            .call(session, escrow, &msg)?;
        list.push(json!({ "denom": owed.coinage.denom, "amount": owed.base.to_string() }));
    }
    session
        .perform(&act)?
        .report(&json!({ "credits": list }), "")
}

/// Carries it out.
pub fn tips(command: Tips, session: &Session) -> Outcome<Report> {
    let registry = session.contracts()?.registry;
    let earned = |account: &str, denom: u8| -> Outcome<Uint128> {
        let msg = registry::QueryMsg::Tips {
            account: account.to_owned(),
            denom,
        };
        session.ask(&registry, &msg)
    };
    match command {
        Tips::Show { account } => {
            let account = who(session, account.as_deref())?;
            let mut list = vec![];
            let mut rows = table(&["denomination", ">earned"]);
            let listed: registry::DenomsResponse =
                session.ask(&registry, &registry::QueryMsg::Denoms {})?;
            for (id, denom) in (0u8..).zip(listed.denoms) {
                let coinage = session.coinage(&denom.into());
                let tips = earned(&account, id)?;
                rows.add_row([coinage.display.clone(), coinage.of(tips.u128()).to_string()]);
                list.push(json!({ "denom": coinage.denom, "amount": tips }));
            }
            Report::new(
                &json!({ "account": account, "tips": list }),
                rows.to_string(),
            )
        }
        Tips::Withdraw { account, of } => {
            let account = who(session, account.as_deref())?;
            let coinage = session.coinage_called(&of)?;
            let denom = denom_id(session, &coinage)?;
            let tips = coinage.of(earned(&account, denom)?.u128());
            let msg = registry::ExecuteMsg::WithdrawTips {
                account: account.clone(),
                denom,
            };
            let act = Act::new("Sends tips to who earned them.")
                .moving(format!("{tips} from the registry to {account}"))
                .call(session, &registry, &msg)?;
            session.perform(&act)?.report(
                &json!({ "account": account, "amount": tips.base.to_string() }),
                "",
            )
        }
    }
}

/// The address of somebody that is named, or the signer's.
fn who(session: &Session, name: Option<&str>) -> Outcome<String> {
    match name {
        Some(name) => session.address(name),
        None => Ok(session.account()?.address().to_owned()),
    }
}
