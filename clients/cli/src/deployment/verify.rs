//! Whether what is on the chain is what this program would put there: the code, the message
//! that each contract was born with, which the chain keeps, and what it answers today.

use std::path::Path;

use cosmwasm_std::Checksum;
use serde::Serialize;
use serde_json::{json, Value};
use surge_chain::Chain;
use surge_interface::{rewards, token};

use super::{artifact, blueprint, compare, label, state::Meta, Addresses, Settings};
use crate::{
    failure::{Failure, Outcome},
    session::Session,
};

/// Rows of a page of the DAO's members.
const PAGE: usize = 100;

/// What is verified against what.
pub struct Source {
    /// Where the contracts are.
    pub addresses: Addresses,
    /// What was decided.
    pub settings: Settings,
    /// How the deployment came to be, when that is known.
    pub meta: Option<Meta>,
    /// Whether that is believed of codes that are not those of the artifacts.
    pub trust_state: bool,
}

/// One thing that was compared.
#[derive(Serialize)]
pub struct Finding {
    /// The contract.
    pub contract: &'static str,
    /// Since when it holds: `code`, `birth` or `now`.
    pub of: &'static str,
    /// The field that was compared.
    pub field: String,
    /// What it should be.
    pub wanted: Value,
    /// What it is.
    pub found: Value,
    /// Whether they are the same.
    pub holds: bool,
}

/// What a contract answers as it was told it: query, where it stands in the answer, and where
/// in the contract's first message.
const TOLD: [(&str, &str, &str, &str); 21] = [
    ("dao", "config", "/name", "/name"),
    ("dao", "config", "/uri", "/uri"),
    ("dao", "config", "/profile", "/profile"),
    ("dao", "config", "/settings", "/settings"),
    ("dao", "policies", "", "/policies"),
    ("registry", "config", "/escrow", "/escrow"),
    ("registry", "config", "/profile", "/profile"),
    ("registry", "params", "", "/params"),
    ("registry", "denoms", "/denoms", "/denoms"),
    ("registry", "classes", "/classes", "/classes"),
    ("escrow", "config", "/registry", "/registry"),
    ("escrow", "config", "/arbiter", "/arbiter"),
    ("escrow", "config", "/treasury", "/treasury"),
    ("escrow", "config", "/reward_token", "/reward_token"),
    ("escrow", "config", "/profile", "/profile"),
    ("escrow", "params", "", "/params"),
    ("escrow", "denoms", "/denoms", "/denoms"),
    ("rewards", "config", "/token", "/token"),
    ("rewards", "config", "/escrow", "/escrow"),
    ("rewards", "config", "/registry", "/registry"),
    ("rewards", "config", "/epoch_secs", "/epoch_secs"),
];

/// A contract under comparison.
struct Contract<'a> {
    name: &'static str,
    address: &'a str,
    chain: &'a Chain,
    findings: &'a mut Vec<Finding>,
}

/// Compares all that can be compared.
pub fn verify(session: &Session, source: &Source, artifacts: &Path) -> Outcome<Vec<Finding>> {
    let chain = session.chain()?;
    let at = &source.addresses;
    let mut findings = vec![];
    for (name, checksum) in artifact::checksums(artifacts)? {
        let mut contract = Contract {
            name,
            address: at.get(name),
            chain,
            findings: &mut findings,
        };
        contract.code(&checksum, at, source.meta.as_ref())?;
        let trusted = source.meta.as_ref().filter(|_| source.trust_state);
        let birth = contract.history(&checksum, trusted)?;
        let start_secs = match &source.meta {
            Some(meta) => meta.start_secs,
            None => birth["start_secs"].as_u64(),
        };
        let message = blueprint::message(
            contract.name,
            &source.settings,
            at,
            &session.network().fee.denom,
            start_secs.unwrap_or_default(),
        )?;
        contract.compare("birth", "", &message, &birth);
        contract.told(&message)?;
        match contract.name {
            "dao" => contract.dao(&message)?,
            "token" => contract.token(&message, at)?,
            "registry" => contract.registry(&message)?,
            "rewards" => contract.rewards(&message)?,
            _ => {}
        }
        if matches!(contract.name, "registry" | "escrow" | "rewards") {
            contract.owned(at)?;
        }
        if matches!(contract.name, "registry" | "escrow") {
            let config = contract.ask("config")?;
            contract.now("intake_open", json!(true), config["intake_open"].clone());
        }
    }
    Ok(findings)
}

impl Contract<'_> {
    /// One row for each field of the first level, and where it differs one for each field
    /// within.
    fn compare(&mut self, of: &'static str, field: &str, wanted: &Value, found: &Value) {
        if let (Value::Object(one), Value::Object(other), true) = (wanted, found, field.is_empty())
        {
            let keys: std::collections::BTreeSet<&String> =
                one.keys().chain(other.keys()).collect();
            for key in keys {
                self.compare(of, key, &wanted[key], &found[key]);
            }
            return;
        }
        let differ = compare::differences(field, wanted, found);
        if differ.is_empty() {
            self.findings.push(Finding {
                contract: self.name,
                of,
                field: field.to_owned(),
                wanted: wanted.clone(),
                found: found.clone(),
                holds: true,
            });
        }
        for one in differ {
            self.findings.push(Finding {
                contract: self.name,
                of,
                field: one.field,
                wanted: one.wanted,
                found: one.found,
                holds: false,
            });
        }
    }

    fn now(&mut self, field: &str, wanted: Value, found: Value) {
        self.compare("now", field, &wanted, &found);
    }

    /// The code, who may change it, and what it says that it is.
    fn code(&mut self, checksum: &Checksum, at: &Addresses, meta: Option<&Meta>) -> Outcome<()> {
        let found = self.chain.contract(self.address)?.ok_or_else(|| {
            Failure::new(format!("there is no {} at {}", self.name, self.address))
                .next("put it there with: surge deploy apply")
        })?;
        let code = self.chain.code(found.code_id)?;
        let code = code.map(|code| code.checksum.to_hex());
        let version = self.chain.raw(self.address, b"contract_info")?;
        let version: Value = match version.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&version)?,
        };
        let (name, number) = match self.name {
            "token" => ("crates.io:cw20-base".to_owned(), "2.0.0"),
            own => (format!("crates.io:surge-{own}"), env!("CARGO_PKG_VERSION")),
        };
        let rows = [
            ("checksum", json!(checksum.to_hex()), json!(code)),
            ("admin", json!(at.dao), json!(found.admin)),
            ("label", json!(label(self.name)), json!(found.label)),
            ("cw2 contract", json!(name), version["contract"].clone()),
            ("cw2 version", json!(number), version["version"].clone()),
        ];
        for (field, wanted, found) in rows {
            self.compare("code", field, &wanted, &found);
        }
        if let Some(meta) = meta {
            self.compare(
                "code",
                "creator",
                &json!(meta.deployer),
                &json!(found.creator),
            );
        }
        Ok(())
    }

    /// Which codes it ran, from its birth on: that of the artifacts and no other, because other
    /// code may have changed what it stores; or those that a trusted state file knows. Answers
    /// the message that it was born with.
    fn history(&mut self, checksum: &Checksum, meta: Option<&Meta>) -> Outcome<Value> {
        let history = self.chain.history(self.address)?;
        let mut ran = vec![];
        for change in &history {
            let code = self.chain.code(change.code_id)?;
            ran.push(code.map_or_else(String::new, |code| code.checksum.to_hex()));
        }
        let now = checksum.to_hex();
        let proof = meta.and_then(|meta| meta.contracts.get(self.name));
        let born = proof.map_or(&now, |proof| &proof.checksum);
        let first = ran.first().cloned().unwrap_or_default();
        self.compare("birth", "code", &json!(born), &json!(first));
        let upgrades = meta.and_then(|meta| meta.upgrades.get(self.name));
        let known: Vec<&String> = upgrades
            .into_iter()
            .flatten()
            .map(|proof| &proof.checksum)
            .chain([&now])
            .collect();
        let (later, mut wanted) = (ran.get(1..).unwrap_or_default(), vec![]);
        for code in later {
            wanted.extend(known.contains(&code).then_some(code));
        }
        self.compare("birth", "later codes", &json!(wanted), &json!(later));
        let birth = history.first().map(|birth| birth.msg.as_slice());
        Ok(serde_json::from_slice(birth.unwrap_or(b"null"))?)
    }

    fn ask(&self, query: &str) -> Outcome<Value> {
        Ok(self.chain.smart(self.address, &json!({ query: {} }))?)
    }

    fn told(&mut self, message: &Value) -> Outcome<()> {
        let (mut answer, name) = (("", Value::Null), self.name);
        for (_, query, answered, told) in TOLD.iter().filter(|row| row.0 == name) {
            if answer.0 != *query {
                answer = (query, self.ask(query)?);
            }
            let found = answer.1.pointer(answered).cloned().unwrap_or_default();
            let wanted = message.pointer(told).cloned().unwrap_or_default();
            self.now(told.trim_start_matches('/'), wanted, found);
        }
        Ok(())
    }

    /// The DAO owns it, and it is offered to nobody.
    fn owned(&mut self, at: &Addresses) -> Outcome<()> {
        let ownership = self.ask("ownership")?;
        self.now("owner", json!(at.dao), ownership["owner"].clone());
        let pending = ownership["pending_owner"].clone();
        self.now("pending_owner", Value::Null, pending);
        Ok(())
    }

    fn dao(&mut self, message: &Value) -> Outcome<()> {
        let config = self.ask("config")?;
        self.now("staked token", Value::Null, config["token"].clone());
        let mut members: Vec<Value> = vec![];
        loop {
            let after = members.last().map(|member| member["id"].clone());
            let query = json!({ "members": { "start_after": after, "limit": PAGE } });
            let page: Value = self.chain.smart(self.address, &query)?;
            let page = page["members"].as_array().cloned().unwrap_or_default();
            let last = page.len() < PAGE;
            members.extend(page);
            if last {
                break;
            }
        }
        let voting = members.iter().filter(|member| member["weight"] != "0");
        let voting: Vec<Value> = voting.map(|member| member["address"].clone()).collect();
        let founders = message["electorate"]["one_per_member"]["members"].clone();
        self.now("members", founders, Value::Array(voting));
        let query = json!({ "rows": { "limit": PAGE } });
        let rows: Value = self.chain.smart(self.address, &query)?;
        let sorted = |rows: &Value| {
            let mut rows = rows.as_array().cloned().unwrap_or_default();
            rows.sort_by_key(|row| format!("{} {}", row["contract"], row["message"]));
            Value::Array(rows)
        };
        self.now("rows", sorted(&message["rows"]), sorted(&rows["rows"]));
        Ok(())
    }

    fn token(&mut self, message: &Value, at: &Addresses) -> Outcome<()> {
        let info = self.ask("token_info")?;
        for field in ["name", "symbol", "decimals"] {
            self.now(field, message[field].clone(), info[field].clone());
        }
        let minter = self.ask("minter")?;
        self.now("minter", json!(at.rewards), minter["minter"].clone());
        let cap = minter["cap"].clone();
        self.now("cap", json!(token::CAP.to_string()), cap);
        let born = message["initial_balances"].as_array().into_iter().flatten();
        let born = born.map(|share| number(&share["amount"]));
        let rewards: rewards::InvariantResponse = self
            .chain
            .smart(&at.rewards, &rewards::QueryMsg::Invariant {})?;
        let most = born.sum::<u128>().saturating_add(rewards.minted.u128());
        // Anybody may burn what is theirs.
        let found = number(&info["total_supply"]);
        self.findings.push(Finding {
            contract: self.name,
            of: "now",
            field: "total_supply, at most".to_owned(),
            wanted: json!(most.to_string()),
            found: json!(found.to_string()),
            holds: found <= most,
        });
        let marketing = self.ask("marketing_info")?["marketing"].clone();
        self.now("marketing", json!(at.dao), marketing);
        Ok(())
    }

    fn registry(&mut self, message: &Value) -> Outcome<()> {
        // A region was told its round trips to those before it and to itself.
        let mut regions = message["regions"].as_array().cloned().unwrap_or_default();
        let told = regions.clone();
        for (one, region) in regions.iter_mut().enumerate() {
            let trips = (0..told.len()).map(|other| {
                let (near, far) = (one.min(other), one.max(other));
                told[far]["rtt_ms"][near].clone()
            });
            region["rtt_ms"] = trips.collect();
        }
        let found = self.ask("regions")?["regions"].clone();
        self.now("regions", Value::Array(regions), found);
        Ok(())
    }

    fn rewards(&mut self, message: &Value) -> Outcome<()> {
        let config = self.ask("config")?;
        let start = config["start_secs"].clone();
        self.now("start_secs", message["start_secs"].clone(), start);
        self.now("cap", json!(token::CAP.to_string()), config["cap"].clone());
        let params = self.ask("params")?["params"].clone();
        self.now("params", message["params"].clone(), params);
        Ok(())
    }
}

/// An amount as contracts write it.
fn number(amount: &Value) -> u128 {
    let amount = amount.as_str().and_then(|text| text.parse().ok());
    amount.unwrap_or_default()
}

impl Source {
    /// What `surge deploy verify` goes by: what is named, and what is not from the state file.
    pub fn find(
        session: &Session,
        settings: Option<&Path>,
        addresses: Option<&str>,
    ) -> Outcome<Self> {
        let network = session.network();
        let here = super::State::load()?.on(&network.chain_id);
        let meta = here.meta.get(&session.deployment).cloned();
        let (addresses, meta) = match addresses {
            Some(text) => (Addresses::parse(text)?, None),
            None => (session.contracts()?, meta),
        };
        let noted = meta.as_ref().and_then(|meta| meta.settings.clone());
        let settings = match (settings, noted) {
            (None, Some(noted)) => {
                noted.check("the state file", network)?;
                noted
            }
            (path, _) => Settings::read(path, network)?,
        };
        Ok(Self {
            addresses,
            settings,
            meta,
            trust_state: false,
        })
    }
}
