//! `surge credit` and `surge tips`: money that waits to be fetched.

use clap::Subcommand;
use cosmwasm_std::Uint128;
use serde_json::{json, Value};
use surge_interface::{
    escrow::{self, Beneficiary},
    registry, Denom,
};

use super::provider::own;
use crate::{
    failure::{Failure, Outcome},
    money::Amount,
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
        /// Of which denomination; of each that is there when left away.
        #[arg(long)]
        of: Option<String>,
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
    match command {
        Credit::Show { whose } => {
            let beneficiary = whose.beneficiary(session)?;
            let (list, rows) = shown(&owed(session, &beneficiary)?, ">owed");
            Report::new(
                &json!({ "beneficiary": beneficiary, "credits": list }),
                rows,
            )
        }
        Credit::Withdraw { whose, of } => {
            let beneficiary = whose.beneficiary(session)?;
            let escrow = session.contracts()?.escrow;
            let waiting = Waiting {
                command: "credit",
                what: "credits",
                holder: "the escrow",
                whom: match &beneficiary {
                    Beneficiary::Account(account) => account.clone(),
                    Beneficiary::Provider(provider) => {
                        format!("the payout address of provider {provider}")
                    }
                },
                amounts: owed(session, &beneficiary)?,
                otherwise:
                    "credits come when jobs end: surge credit show; for evictions: surge tips show",
            };
            waiting.send(session, of, |act, _, amount| {
                let msg = escrow::ExecuteMsg::Withdraw {
                    beneficiary: beneficiary.clone(),
                    denom: amount.coinage.denom.clone(),
                };
                act.call(session, &escrow, &msg)
            })
        }
    }
}

/// Carries it out.
pub fn tips(command: Tips, session: &Session) -> Outcome<Report> {
    match command {
        Tips::Show { account } => {
            let account = who(session, account.as_deref())?;
            let (list, rows) = shown(&earned(session, &account)?, ">earned");
            Report::new(&json!({ "account": account, "tips": list }), rows)
        }
        Tips::Withdraw { account, of } => {
            let account = who(session, account.as_deref())?;
            let registry = session.contracts()?.registry;
            let waiting = Waiting {
                command: "tips",
                what: "tips",
                holder: "the registry",
                whom: account.clone(),
                amounts: earned(session, &account)?,
                otherwise: "tips come by evictions and reports: surge tips show; for jobs: surge credit show",
            };
            waiting.send(session, of, |act, denom, _| {
                let msg = registry::ExecuteMsg::WithdrawTips {
                    account: account.clone(),
                    denom,
                };
                act.call(session, &registry, &msg)
            })
        }
    }
}

/// What the escrow owes somebody, of each denomination that it lists.
fn owed(session: &Session, beneficiary: &Beneficiary) -> Outcome<Vec<Amount>> {
    let escrow = session.contracts()?.escrow;
    let listed: escrow::DenomsResponse = session.ask(&escrow, &escrow::QueryMsg::Denoms {})?;
    let amount = |denom: Denom| {
        let coinage = session.coinage(&denom.into());
        let msg = escrow::QueryMsg::Credit {
            beneficiary: beneficiary.clone(),
            denom: coinage.denom.clone(),
        };
        let owed: Uint128 = session.ask(&escrow, &msg)?;
        Ok(coinage.of(owed.u128()))
    };
    listed.denoms.into_iter().map(amount).collect()
}

/// What somebody earned by evictions and reports, of each denomination that the registry
/// lists, in its order.
fn earned(session: &Session, account: &str) -> Outcome<Vec<Amount>> {
    let registry = session.contracts()?.registry;
    let listed: registry::DenomsResponse =
        session.ask(&registry, &registry::QueryMsg::Denoms {})?;
    let amount = |(denom, listed): (u8, Denom)| {
        let msg = registry::QueryMsg::Tips {
            account: account.to_owned(),
            denom,
        };
        let tips: Uint128 = session.ask(&registry, &msg)?;
        Ok(session.coinage(&listed.into()).of(tips.u128()))
    };
    (0u8..).zip(listed.denoms).map(amount).collect()
}

/// Amounts for machines and as a table whose second column is called so.
fn shown(amounts: &[Amount], column: &str) -> (Vec<Value>, String) {
    let mut rows = table(&["denomination", column]);
    for amount in amounts {
        rows.add_row([amount.coinage.display.clone(), amount.to_string()]);
    }
    (amounts.iter().map(row).collect(), rows.to_string())
}

fn row(amount: &Amount) -> Value {
    json!({ "denom": amount.coinage.denom, "amount": amount.base.to_string() })
}

/// Money that a contract keeps for somebody until it is fetched.
struct Waiting {
    /// The command that shows it.
    command: &'static str,
    what: &'static str,
    /// The contract.
    holder: &'static str,
    /// Who gets it.
    whom: String,
    /// Of each denomination that the contract lists, in its order.
    amounts: Vec<Amount>,
    /// The next step where there is none.
    otherwise: &'static str,
}

impl Waiting {
    /// Sends what is there in one denomination, or in all of them; `call` adds the message
    /// for the denomination of this number.
    fn send(
        self,
        session: &Session,
        of: Option<String>,
        call: impl Fn(Act, u8, &Amount) -> Outcome<Act>,
    ) -> Outcome<Report> {
        let of = of.map(|of| session.coinage_called(&of)).transpose()?;
        let Self { what, whom, .. } = self;
        let amounts = (0u8..).zip(self.amounts);
        let (sent, others): (Vec<_>, Vec<_>) = amounts
            .filter(|(_, amount)| amount.base > 0)
            .partition(|(_, amount)| of.as_ref().is_none_or(|of| *of == amount.coinage));
        if sent.is_empty() {
            let of = of.map_or_else(String::new, |of| format!(" in {}", of.display));
            let nothing = format!("no {what} are there to be withdrawn{of} for {whom}");
            let others: Vec<String> = others.iter().map(|(_, other)| other.to_string()).collect();
            return Err(match others.is_empty() {
                true => Failure::new(nothing).next(self.otherwise),
                false => {
                    Failure::new(format!("{nothing}, but {}", others.join(", "))).next(format!(
                        "leave --of away to withdraw all; see: surge {} show",
                        self.command
                    ))
                }
            });
        }
        let mut act = Act::new(format!("Sends {what} to their owner."));
        for (denom, amount) in &sent {
            act = act.moving(format!("{amount} from {} to {whom}", self.holder));
            act = call(act, *denom, amount)?;
        }
        let list: Vec<Value> = sent.iter().map(|(_, amount)| row(amount)).collect();
        session.perform(&act)?.report(&json!({ what: list }), "")
    }
}

/// The address of somebody that is named, or the signer's.
fn who(session: &Session, name: Option<&str>) -> Outcome<String> {
    match name {
        Some(name) => session.address(name),
        None => Ok(session.account()?.address().to_owned()),
    }
}
