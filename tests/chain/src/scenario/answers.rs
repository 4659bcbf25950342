//! Everything that the contracts can be asked, after each step.

use std::collections::BTreeMap;

use cw20::Cw20QueryMsg;
use serde::Serialize;
use serde_json::{Map, Value};
use surge_interface::dao::{ConfigResponse, QueryMsg as Dao};
use surge_interface::escrow::{self, Beneficiary, QueryMsg as Escrow};
use surge_interface::registry::{self, QueryMsg as Registry};
use surge_interface::rewards::QueryMsg as Rewards;
use surge_interface::UncheckedDenom;

use super::{ledger::NATIVE, stage::Stage};
use crate::Error;

/// Rows of a page: more than the scenario makes.
const ALL: Option<u32> = Some(100);

/// The answers, by contract and query. Contracts that are not born yet are left out.
pub(super) fn all(stage: &Stage) -> Result<BTreeMap<String, Value>, Error> {
    let mut asked = Asked {
        stage,
        answers: BTreeMap::new(),
    };
    for dao in ["dao", "stakers"] {
        if asked.once(dao, "config", &Dao::Config {})? {
            asked.dao(dao)?;
        }
    }
    if asked.once("token", "token_info", &Cw20QueryMsg::TokenInfo {})? {
        asked.token()?;
    }
    if asked.once("registry", "config", &Registry::Config {})? {
        asked.registry()?;
    }
    if asked.once("escrow", "config", &Escrow::Config {})? {
        asked.escrow()?;
    }
    if asked.once("rewards", "config", &Rewards::Config {})? {
        asked.rewards()?;
    }
    Ok(asked.answers)
}

struct Asked<'a, 'b> {
    stage: &'a Stage<'b>,
    answers: BTreeMap<String, Value>,
}

impl Asked<'_, '_> {
    /// Asks, and notes the answer. Answers whether there was one.
    fn once(&mut self, contract: &str, query: &str, msg: &impl Serialize) -> Result<bool, Error> {
        match self.stage.try_ask(contract, msg)? {
            Ok(answer) => {
                self.answers.insert(format!("{contract} {query}"), answer);
                Ok(true)
            }
            Err(_) => Ok(false),
        }
    }

    /// Asks the same of several, and notes the answers and refusals by whom they are of.
    fn each<T: ToString, M: Serialize>(
        &mut self,
        contract: &str,
        query: &str,
        of: impl IntoIterator<Item = T>,
        msg: impl Fn(&T) -> M,
    ) -> Result<(), Error> {
        let mut answers = Map::new();
        for one in of {
            let answer = self.stage.try_ask(contract, &msg(&one))?;
            let answer = answer.unwrap_or_else(|why| Value::String(format!("refused: {why}")));
            answers.insert(one.to_string(), answer);
        }
        self.answers
            .insert(format!("{contract} {query}"), Value::Object(answers));
        Ok(())
    }

    fn dao(&mut self, dao: &str) -> Result<(), Error> {
        let config: ConfigResponse = self.stage.ask(dao, &Dao::Config {})?;
        for (query, msg) in [
            ("policies", Dao::Policies {}),
            ("total", Dao::Total { height: None }),
            ("invariant", Dao::Invariant {}),
            (
                "proposals",
                Dao::Proposals {
                    start_before: None,
                    limit: ALL,
                },
            ),
            (
                "members",
                Dao::Members {
                    start_after: None,
                    limit: ALL,
                },
            ),
            (
                "deposits",
                Dao::Deposits {
                    start_after: None,
                    limit: ALL,
                },
            ),
        ] {
            self.once(dao, query, &msg)?;
        }
        let proposals = 1..=config.proposals;
        self.each(dao, "full_proposal", proposals.clone(), |&proposal| {
            Dao::FullProposal { proposal }
        })?;
        self.each(dao, "ballots", proposals, |&proposal| Dao::Ballots {
            proposal,
            start_after: None,
            limit: ALL,
        })
    }

    fn token(&mut self) -> Result<(), Error> {
        let mut holders = vec![];
        for name in self.stage.names() {
            holders.push((name.to_owned(), self.stage.address(name)?));
        }
        let mut balances = Map::new();
        for (name, address) in holders {
            let answer = self
                .stage
                .ask("token", &Cw20QueryMsg::Balance { address })?;
            balances.insert(name, answer);
        }
        self.answers
            .insert("token balance".into(), Value::Object(balances));
        Ok(())
    }

    fn registry(&mut self) -> Result<(), Error> {
        for (query, msg) in [
            ("params", Registry::Params {}),
            ("classes", Registry::Classes {}),
            ("invariant", Registry::Invariant {}),
            (
                "nodes",
                Registry::Nodes {
                    provider: None,
                    start_after: None,
                    limit: ALL,
                },
            ),
        ] {
            self.once("registry", query, &msg)?;
        }
        self.each("registry", "provider", self.providers()?, |&provider| {
            Registry::Provider { provider }
        })?;
        let reporter = self.stage.address("anyone")?;
        self.each("registry", "tips", [0, 1], |&denom| Registry::Tips {
            account: reporter.clone(),
            denom,
        })
    }

    fn escrow(&mut self) -> Result<(), Error> {
        let config: escrow::ConfigResponse = self.stage.ask("escrow", &Escrow::Config {})?;
        let token = UncheckedDenom::Cw20(self.stage.address("token")?);
        let denoms = [
            ("native", UncheckedDenom::Native(NATIVE.into())),
            ("tokens", token),
        ];
        self.once("escrow", "params", &Escrow::Params { version: None })?;
        self.once("escrow", "invariant", &Escrow::Invariant {})?;
        let (start_after, limit) = (None, ALL);
        let jobs = Escrow::Jobs { start_after, limit };
        self.once("escrow", "jobs", &jobs)?;
        self.each("escrow", "job", 1..=config.jobs, |&job| Escrow::Job { job })?;
        self.each("registry", "explain_match", 1..=config.jobs, |&job| {
            Registry::ExplainMatch { job }
        })?;
        self.each("registry", "reservation", 1..=config.jobs, |&job| {
            Registry::Reservation { job }
        })?;
        let providers = self.providers()?;
        let requester = self.stage.address("requester")?;
        for (name, denom) in denoms {
            let credit = |beneficiary| Escrow::Credit {
                beneficiary,
                denom: denom.clone(),
            };
            let query = format!("credit of providers, {name}");
            self.each("escrow", &query, providers.clone(), |&provider| {
                credit(Beneficiary::Provider(provider))
            })?;
            let query = format!("credit of the requester, {name}");
            let requester = credit(Beneficiary::Account(requester.clone()));
            self.once("escrow", &query, &requester)?;
        }
        self.each("escrow", "contribution", providers, |&provider| {
            Escrow::Contribution { provider }
        })
    }

    fn rewards(&mut self) -> Result<(), Error> {
        for (query, msg) in [
            ("params", Rewards::Params {}),
            ("emission", Rewards::Emission {}),
            ("invariant", Rewards::Invariant {}),
        ] {
            self.once("rewards", query, &msg)?;
        }
        let providers = self.providers()?;
        self.each("rewards", "account", providers.clone(), |&provider| {
            Rewards::Account { provider }
        })?;
        self.each("rewards", "vesting", providers.clone(), |&provider| {
            Rewards::Vesting { provider }
        })?;
        self.each("rewards", "claimable", providers, |&provider| {
            Rewards::Claimable { provider }
        })
    }

    fn providers(&self) -> Result<Vec<u32>, Error> {
        let (start_after, limit) = (None, ALL);
        let msg = Registry::Providers { start_after, limit };
        let page: registry::ProvidersResponse = self.stage.ask("registry", &msg)?;
        Ok(page.providers.into_iter().map(|(id, _)| id).collect())
    }
}
