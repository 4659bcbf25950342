use std::collections::BTreeMap;

use cosmwasm_std::{Binary, StdError};
use cw20::Cw20ExecuteMsg;
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{to_value, Value};
use surge_chain::Event;

use super::{
    answers,
    ledger::{Landed, Ledger, Moment},
};
use crate::Error;

/// One step of a run: what was done, and everything that could be seen after it. Addresses
/// are replaced by the names of who has them.
#[derive(Clone, Debug)]
pub struct Record {
    /// What was done.
    pub step: String,
    /// When.
    pub at: Moment,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// What was emitted, in order.
    pub events: Vec<Event>,
    /// Native coins of everybody, with the fees that he paid so far.
    pub native: BTreeMap<String, u128>,
    /// Everything that the contracts answer, by contract and query.
    pub answers: BTreeMap<String, Value>,
}

/// A run of the scenario.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its steps.
    pub records: Vec<Record>,
    /// Addresses with the names of who has them.
    pub names: Vec<(String, String)>,
    /// Fees by address, of all steps.
    pub fees: BTreeMap<String, u128>,
}

impl Run {
    /// The address of a name.
    pub fn address(&self, name: &str) -> Option<&str> {
        let found = self.names.iter().find(|(_, known)| known == name)?;
        Some(&found.0)
    }

    /// The blocks of its steps.
    pub fn moments(&self) -> impl Iterator<Item = Moment> + '_ {
        self.records.iter().map(|record| record.at)
    }
}

/// Where a scenario is played: notes each step.
pub(super) struct Stage<'a> {
    ledger: &'a mut dyn Ledger,
    progress: &'a mut dyn FnMut(&str),
    run: Run,
}

impl<'a> Stage<'a> {
    pub(super) fn new(ledger: &'a mut dyn Ledger, progress: &'a mut dyn FnMut(&str)) -> Self {
        Self {
            ledger,
            progress,
            run: Run::default(),
        }
    }

    pub(super) fn end(self) -> Run {
        self.run
    }

    /// Somebody with a full pocket for each role.
    pub(super) fn invite(&mut self, roles: &[&'static str]) -> Result<(), Error> {
        let addresses = self.ledger.accounts(roles)?;
        let roles = roles.iter().map(|role| (*role).to_owned());
        self.run.names.extend(addresses.into_iter().zip(roles));
        Ok(())
    }

    /// The code of these contracts. Their addresses are known from now on.
    pub(super) fn store(&mut self, contracts: &[&'static str]) -> Result<(), Error> {
        for contract in contracts {
            (self.progress)(&format!("store {contract}"));
            let address = self.ledger.store("deployer", contract)?;
            self.run.names.push((address, (*contract).to_owned()));
        }
        Ok(())
    }

    /// The address of a role or contract.
    pub(super) fn address(&self, name: &str) -> Result<String, Error> {
        let address = self.run.address(name);
        let missing = || Error::Answer(format!("nobody is called {name}"));
        address.map(str::to_owned).ok_or_else(missing)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.run.names.iter().map(|(_, name)| name.as_str())
    }

    /// Time of the last step.
    pub(super) fn now_secs(&self) -> u64 {
        let last = self.run.records.last();
        last.map(|record| record.at.secs()).unwrap_or_default()
    }

    /// Lets time pass until blocks are later than this second.
    pub(super) fn wait_until(&mut self, secs: u64) -> Result<(), Error> {
        self.ledger.wait_until(secs)
    }

    /// A contract is born.
    pub(super) fn birth(&mut self, contract: &str, msg: &impl Serialize) -> Result<(), Error> {
        let step = format!("{contract} is born");
        (self.progress)(&step);
        let (admin, msg) = (self.address("dao")?, to_value(msg)?);
        let landed = self
            .ledger
            .instantiate("deployer", contract, &admin, &msg)?;
        self.note(&step, "deployer", &landed)?;
        agreed(&step, landed).map(drop)
    }

    /// Somebody sends a message to a contract, and it is done.
    pub(super) fn act(
        &mut self,
        step: &str,
        who: &str,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Landed, Error> {
        let landed = self.attempt(step, who, contract, msg, funds)?;
        agreed(step, landed)
    }

    /// Somebody sends reward tokens with a message to a contract, and it is done.
    pub(super) fn act_with_tokens(
        &mut self,
        step: &str,
        who: &str,
        contract: &str,
        msg: &impl Serialize,
        amount: u128,
    ) -> Result<Landed, Error> {
        let send = Cw20ExecuteMsg::Send {
            contract: self.address(contract)?,
            amount: amount.into(),
            msg: serde_json::to_vec(msg)?.into(),
        };
        self.act(step, who, "token", &send, 0)
    }

    /// Somebody sends a message to a contract, and it is refused for this reason; an empty
    /// one is in the bank's words, of which each chain has its own.
    pub(super) fn refused(
        &mut self,
        step: &str,
        who: &str,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
        why: &str,
    ) -> Result<(), Error> {
        let landed = self.attempt(step, who, contract, msg, funds)?;
        match landed.refusal {
            Some(refusal) if refusal.contains(why) => Ok(()),
            refusal => Err(Error::Answer(format!(
                "{step}: to be refused because {why:?}, got {refusal:?}"
            ))),
        }
    }

    /// What a contract answers to a question that it has an answer to.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.try_ask(contract, msg)?;
        let answer =
            answer.map_err(|why| Error::Answer(format!("{contract} did not answer: {why}")))?;
        Ok(serde_json::from_value(answer)?)
    }

    pub(super) fn try_ask(
        &self,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<Result<Value, String>, Error> {
        self.ledger.ask(&self.address(contract)?, &to_value(msg)?)
    }

    fn attempt(
        &mut self,
        step: &str,
        who: &str,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Landed, Error> {
        (self.progress)(step);
        let address = self.address(contract)?;
        let landed = self.ledger.execute(who, &address, &to_value(msg)?, funds)?;
        self.note(step, who, &landed)?;
        Ok(landed)
    }

    fn note(&mut self, step: &str, who: &str, landed: &Landed) -> Result<(), Error> {
        *self.run.fees.entry(self.address(who)?).or_default() += landed.fee;
        let mut native = BTreeMap::new();
        for (address, name) in &self.run.names {
            let paid = self.run.fees.get(address).copied().unwrap_or_default();
            native.insert(name.clone(), self.ledger.native(address)? + paid);
        }
        let mut answers = answers::all(self)?;
        for answer in answers.values_mut() {
            open_messages(answer)?;
            let named = self.named(&answer.to_string());
            *answer = serde_json::from_str(&named)?;
        }
        let name = |event: &Event| Event {
            kind: event.kind.clone(),
            attributes: event
                .attributes
                .iter()
                .map(|(key, value)| (key.clone(), self.named(value)))
                .collect(),
        };
        let record = Record {
            step: step.to_owned(),
            at: landed.at,
            refusal: landed.refusal.as_deref().map(|why| self.named(why)),
            events: landed.events.iter().map(name).collect(),
            native,
            answers,
        };
        self.run.records.push(record);
        Ok(())
    }

    /// A text with names in place of addresses.
    fn named(&self, text: &str) -> String {
        let names = self.run.names.iter();
        names.fold(text.to_owned(), |text, (address, name)| {
            text.replace(address, name)
        })
    }
}

impl Landed {
    /// An attribute of the first event that contracts call so, as a number or what else it is.
    pub(super) fn attribute<T: std::str::FromStr>(
        &self,
        name: &str,
        key: &str,
    ) -> Result<T, Error> {
        let kind = format!("wasm-{name}");
        let event = self.events.iter().find(|event| event.kind == kind);
        let value = event.and_then(|event| event.get(key)?.parse().ok());
        value.ok_or_else(|| Error::Answer(format!("no {key} in a {name} event")))
    }
}

fn agreed(step: &str, landed: Landed) -> Result<Landed, Error> {
    match landed.refusal {
        None => Ok(landed),
        Some(why) => Err(Error::Answer(format!("{step}: refused: {why}"))),
    }
}

/// Messages within answers are JSON in base64; names are put into them too.
fn open_messages(answer: &mut Value) -> Result<(), Error> {
    match answer {
        Value::Array(values) => values.iter_mut().try_for_each(open_messages),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(key, value)| {
            if let ("msg", Some(base64)) = (key.as_str(), value.as_str()) {
                let wrong = |error: StdError| Error::Answer(format!("{base64}: {error}"));
                let message = Binary::from_base64(base64).map_err(wrong)?;
                *value = serde_json::from_slice(&message)?;
            }
            open_messages(value)
        }),
        _ => Ok(()),
    }
}
