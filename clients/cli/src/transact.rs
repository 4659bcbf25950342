//! One transaction, from what somebody wants to what a block holds.

use std::io::{self, BufRead, IsTerminal, Write};

use cosmrs::Any;
use cosmwasm_std::{coins, Binary, Coin, Uint128};
use cw20::Cw20ExecuteMsg;
use serde::Serialize;
use serde_json::{json, Value};
use surge_chain::{execute, pay, Event, Included, Limit};
use surge_interface::UncheckedDenom;

use crate::{
    failure::{Failure, Outcome},
    money::{Amount, Coinage},
    output::{self, thousands, Report},
    sent,
    session::{Sending, Session},
    shortage, unsigned,
};

/// What somebody wants done.
pub struct Act {
    /// One plain sentence.
    pub sentence: String,
    /// What moves, in display units, and what changes, one line each.
    pub moves: Vec<String>,
    /// The messages.
    pub messages: Vec<Any>,
    /// The messages as people read them.
    pub readable: Vec<Value>,
}

impl Act {
    /// Nothing yet.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            moves: vec![],
            messages: vec![],
            readable: vec![],
        }
    }

    /// Says what moves or changes.
    #[must_use]
    pub fn moving(mut self, line: impl Into<String>) -> Self {
        self.moves.push(line.into());
        self
    }

    /// A message to a contract.
    pub fn call(self, session: &Session, contract: &str, msg: &impl Serialize) -> Outcome<Self> {
        self.with(session, contract, msg, &[])
    }

    /// A message to a contract with money. Tokens go with a message of their own, of which
    /// `inside` is the contract's part; coins go with `msg`.
    pub fn pay(
        self,
        session: &Session,
        contract: &str,
        amount: &Amount,
        msg: &impl Serialize,
        inside: &impl Serialize,
    ) -> Outcome<Self> {
        match &amount.coinage.denom {
            UncheckedDenom::Native(denom) => {
                self.with(session, contract, msg, &coins(amount.base, denom))
            }
            UncheckedDenom::Cw20(token) => {
                let send = Cw20ExecuteMsg::Send {
                    contract: contract.to_owned(),
                    amount: Uint128::new(amount.base),
                    msg: Binary::new(serde_json::to_vec(inside)?),
                };
                self.with(session, token, &send, &[])
            }
        }
    }

    /// Coins to an address.
    pub fn coins(mut self, session: &Session, to: &str, funds: &[Coin]) -> Outcome<Self> {
        let sender = session.account()?;
        self.messages.push(pay(sender.address(), to, funds)?);
        self.readable.push(json!({ "to": to, "funds": funds }));
        Ok(self)
    }

    fn with(
        mut self,
        session: &Session,
        contract: &str,
        msg: &impl Serialize,
        funds: &[Coin],
    ) -> Outcome<Self> {
        let sender = session.account()?;
        self.messages
            .push(execute(sender.address(), contract, msg, funds)?);
        self.readable
            .push(json!({ "contract": contract, "msg": msg, "funds": funds }));
        Ok(self)
    }
}

/// What came of it.
pub enum Done {
    /// It is in a block.
    Included(Box<Included>),
    /// It was only shown, or written for somebody else to sign: for machines and people.
    Shown(Value, String),
}

impl Done {
    /// An attribute of the first such event of this contract's, when it happened.
    pub fn attribute(&self, contract: &str, event: &str, key: &str) -> Option<String> {
        match self {
            Self::Included(included) => {
                let mut events = emitted(&included.events, contract, event);
                Some(events.next()?.get(key)?.to_owned())
            }
            Self::Shown(..) => None,
        }
    }

    /// What was sent or shown, and this beside it.
    pub fn report(self, more: &impl Serialize, text: impl Into<String>) -> Outcome<Report> {
        match self {
            Self::Included(included) => Report::new(&told(&included, more)?, text),
            Self::Shown(plan, text) => Report::new(&plan, text),
        }
    }
}

/// Events of this name that this contract emitted: another's may say the same words.
pub fn emitted<'a>(
    events: &'a [Event],
    contract: &'a str,
    event: &str,
) -> impl Iterator<Item = &'a Event> {
    let kind = format!("wasm-{event}");
    events
        .iter()
        .filter(move |event| event.kind == kind && event.get("_contract_address") == Some(contract))
}

/// What every transaction that was sent tells, and this beside it.
pub fn told(included: &Included, more: &impl Serialize) -> Outcome<Value> {
    let mut json = serde_json::to_value(more)?;
    if let Value::Object(fields) = &mut json {
        fields.insert("tx".into(), json!(included.hash));
        fields.insert("height".into(), json!(included.height));
        fields.insert("gas".into(), json!(included.gas_used));
        let fee = included.fee.map(|fee| fee.to_string());
        fields.insert("fee".into(), json!(fee));
    }
    Ok(json)
}

impl Session {
    /// Simulates, shows, asks, sends and waits.
    pub fn perform(&self, act: &Act) -> Outcome<Done> {
        self.perform_after(act, || Ok(()))
    }

    /// The same, with something that has to be done before it is sent or written for somebody
    /// else to sign. It is not done when nobody wants it sent.
    pub fn perform_after(&self, act: &Act, first: impl FnOnce() -> Outcome<()>) -> Outcome<Done> {
        let chain = self.chain()?;
        let account = self.account()?;
        let simulated = self.waiting("simulating", || {
            chain
                .simulate(&account, &act.messages)
                .map_err(|error| shortage::explained(self, act, error))
        })?;
        let usual = match self.unsigned.is_some() {
            true => simulated.gas_limit.saturating_add(unsigned::SIGNATURES_GAS),
            false => simulated.gas_limit,
        };
        let gas_limit = self.sending.gas.unwrap_or(usual);
        let fees = Coinage::fees(&self.network().fee);
        let fee = fees.of(self.network().fee.within(gas_limit)?);
        if !self.json {
            eprintln!("{}", output::harmless(&act.sentence));
            for line in &act.moves {
                eprintln!("  {}", output::harmless(line));
            }
            eprintln!(
                "  gas {} (limit {}), fee {fee}, {} {}",
                thousands(simulated.gas_used),
                thousands(gas_limit),
                match self.unsigned.is_some() {
                    true => "to be signed by",
                    false => "signed by",
                },
                account.address()
            );
        }
        let mut plan = json!({
            "what": act.sentence,
            "moves": act.moves,
            "messages": act.readable,
            "gas": simulated.gas_used,
            "gas_limit": gas_limit,
            "fee": fee.base.to_string(),
            "signer": account.address(),
        });
        if self.sending.dry_run {
            let text = format!("{:#}", plan["messages"]);
            return Ok(Done::Shown(plan, text));
        }
        if let Some(file) = &self.unsigned {
            unsigned::ensure_new(file)?;
            first()?;
            let text = unsigned::write(self.network(), file, act, &account, gas_limit, &fee)?;
            plan["unsigned"] = json!(file);
            return Ok(Done::Shown(plan, text));
        }
        self.sending.ensure_wanted()?;
        let key = self.key()?;
        first()?;
        let included = self
            .waiting("waiting for a block", || {
                chain.send_noted(&key, &act.messages, Limit::Gas(gas_limit), |signed| {
                    sent::note(&self.network().chain_id, &signed.pending, &act.sentence)
                        .map_err(|failure| failure.what().to_owned())
                })
            })
            .map_err(|error| shortage::explained(self, act, error))?;
        if !self.json {
            let paid = included.fee.map(|fee| format!(", fee {}", fees.of(fee)));
            eprintln!(
                "done in block {}: {}\n  gas {} used{}{}",
                included.height,
                included.hash,
                thousands(included.gas_used),
                paid.unwrap_or_default(),
                self.network()
                    .tx_page(&included.hash)
                    .map(|page| format!("\n  {page}"))
                    .unwrap_or_default()
            );
        }
        Ok(Done::Included(Box::new(included)))
    }

    /// Shows that time passes while something takes long.
    pub fn waiting<T>(&self, what: &'static str, work: impl FnOnce() -> T) -> T {
        match self.json {
            true => work(),
            false => output::waiting(what, work),
        }
    }
}

impl Sending {
    /// Refuses one gas limit for the many transactions that somebody, such as `a node sends`.
    pub fn ensure_simulated(&self, who: &str) -> Outcome<()> {
        let Some(gas) = self.gas else { return Ok(()) };
        Err(Failure::new(format!(
            "--gas {gas} is the limit of one transaction, and {who} many different ones"
        ))
        .next("leave --gas away: each is simulated; what one may cost is bounded by --highest-fee"))
    }

    /// Asks whether to send, unless `--yes` said so.
    pub fn ensure_wanted(&self) -> Outcome<()> {
        if self.dry_run {
            return Err(Failure::new("nothing is sent with --dry-run"));
        }
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::new("nobody is here to say yes")
                .next("add --yes to send it, or --dry-run to look at it only"));
        }
        eprint!("send it? [y/N] ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::new("not sent")),
        }
    }
}
