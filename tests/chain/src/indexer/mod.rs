//! An indexer: rebuilds balances, bonds, jobs, rewards and votes of a network from events
//! alone, and compares them with what the contracts answer.
//!
//! Events do not tell everything. What an indexer has to take from elsewhere:
//!
//! - the token's first balances, from the message that made it: [`Index::new`] is told them;
//! - parameters, tables and roles that a contract was born with: the first event is that of
//!   their first change;
//! - of a node, in which denomination it quotes, its capacity, prices and watts, and with
//!   that what jobs reserve on it; the denomination is known once the node pays a tip or a
//!   penalty;
//! - whether a search finds a node, after `Resume`, a job or a change of bond: only
//!   heartbeats and evictions say it;
//! - worth of a job, which strikes and what makes them good are measured by;
//! - the words: terms of a job, where its result and the reasons of a dispute lie, who rules
//!   on it; title, text, actions and policy of a proposal, reasons of ballots. They stand in
//!   the messages;
//! - what time alone does: a proposal that nobody recorded has passed or failed by its
//!   policy, and vested parts by the calendar of the epochs.

mod check;
mod dao;
mod escrow;
mod money;
mod registry;
mod rewards;
mod told;

use std::collections::BTreeMap;

use cw20::{BalanceResponse, Cw20QueryMsg};
use serde::Deserialize;
use serde_json::json;
use surge_chain::{Block, Chain, Event};

use self::{check::Check, money::Balances, told::Told};
use crate::Error;

const NATIVE: &str = "ustake";

/// What events told of a network.
pub struct Index {
    /// Addresses by name.
    contracts: BTreeMap<String, String>,
    coins: Balances,
    tokens: Balances,
    registry: registry::Registry,
    escrow: escrow::Escrow,
    rewards: rewards::Rewards,
    daos: BTreeMap<String, dao::Dao>,
    /// Number of the last event of each contract.
    seq: BTreeMap<String, u64>,
    events: usize,
}

/// What came of a comparison.
#[derive(Debug)]
pub struct Verdict {
    /// Events of the network that were read.
    pub events: usize,
    /// Figures and records that are the same.
    pub agreed: usize,
    /// What is not, with both sides.
    pub differ: Vec<String>,
}

impl Index {
    /// Of the contracts with these names and addresses: `token`, `registry`, `escrow` and
    /// `rewards`; what is called otherwise is a DAO. `genesis` are the token's first balances.
    pub fn new(
        contracts: BTreeMap<String, String>,
        genesis: &[(String, u128)],
    ) -> Result<Self, Error> {
        let mut tokens = Balances::default();
        for (address, amount) in genesis {
            tokens.give(address, *amount)?;
        }
        Ok(Self {
            contracts,
            tokens,
            coins: Balances::default(),
            registry: Default::default(),
            escrow: Default::default(),
            rewards: Default::default(),
            daos: BTreeMap::new(),
            seq: BTreeMap::new(),
            events: 0,
        })
    }

    /// Reads all blocks from the first to this one. Fails when the number of an event does
    /// not follow the one before.
    pub fn read(&mut self, chain: &Chain, up_to: u64) -> Result<(), Error> {
        for height in 1..=up_to {
            let Block {
                executed, events, ..
            } = chain.block(height)?;
            let of_transactions = executed.into_iter().flat_map(|one| one.events);
            let all: Vec<Event> = of_transactions.chain(events).collect();
            let ours = |event: &Event| {
                let by = event.get("_contract_address");
                by.is_some_and(|by| self.name(by).is_some())
            };
            // The time of a block is a call of its own.
            let now_secs = match all.iter().any(ours) {
                true => chain.block_nanos(height)? / 1_000_000_000,
                false => 0,
            };
            for event in &all {
                self.take(event, now_secs)?;
            }
        }
        Ok(())
    }

    fn name(&self, address: &str) -> Option<&str> {
        let found = self.contracts.iter().find(|(_, known)| *known == address)?;
        Some(found.0)
    }

    fn take(&mut self, event: &Event, now_secs: u64) -> Result<(), Error> {
        self.coins.bank(event, NATIVE)?;
        let Some((by, told)) = Told::by(event, now_secs) else {
            return Ok(());
        };
        let Some(contract) = self.name(by).map(str::to_owned) else {
            return Ok(());
        };
        self.events += 1;
        if !told.name.is_empty() {
            self.number(&contract, told.get("seq")?)?;
        }
        match contract.as_str() {
            "token" => self.tokens.token(&told),
            "registry" => self.registry.take(&told),
            "escrow" => self.escrow.take(&told),
            "rewards" => self.rewards.take(&told),
            _ => self.daos.entry(contract).or_default().take(&told),
        }
    }

    fn number(&mut self, contract: &str, seq: u64) -> Result<(), Error> {
        let last = self.seq.entry(contract.to_owned()).or_default();
        if seq != *last + 1 {
            return Err(Error::Answer(format!(
                "event {seq} of the {contract} follows event {last}"
            )));
        }
        *last = seq;
        Ok(())
    }

    /// Compares with what the chain answers after this block; balances of these addresses.
    pub fn compare(
        &self,
        chain: &Chain,
        height: u64,
        holders: &[(String, String)],
    ) -> Result<Verdict, Error> {
        #[derive(Deserialize)]
        struct Numbered {
            seq: u64,
        }
        let mut check = Check {
            chain: chain.at(height),
            now_secs: chain.block_nanos(height)? / 1_000_000_000,
            contracts: &self.contracts,
            agreed: 0,
            differ: vec![],
        };
        // The token alone does not number its events.
        for contract in self.contracts.keys().filter(|name| *name != "token") {
            let config: Numbered = check.ask(contract, &json!({ "config": {} }))?;
            let seq = self.seq.get(contract).copied().unwrap_or_default();
            check.same(format!("events of the {contract}"), seq, config.seq);
        }
        for (address, name) in holders {
            let coins = check.chain.balance(address, NATIVE)? as i128;
            check.same(format!("coins of {name}"), self.coins.of(address), coins);
            let address = address.clone();
            let told = self.tokens.of(&address);
            let tokens: BalanceResponse = check.ask("token", &Cw20QueryMsg::Balance { address })?;
            let tokens = tokens.balance.u128() as i128;
            check.same(format!("tokens of {name}"), told, tokens);
        }
        self.registry.check(&mut check)?;
        self.escrow.check(&mut check)?;
        self.rewards.check(&mut check)?;
        for (name, dao) in &self.daos {
            dao.check(name, &mut check)?;
        }
        Ok(Verdict {
            events: self.events,
            agreed: check.agreed,
            differ: check.differ,
        })
    }
}
