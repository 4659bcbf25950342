//! What a proposal does, in words.

use std::{fs, path::PathBuf};

use clap::Args;
use cosmwasm_std::{Binary, Uint128};
use serde_json::{json, Value};
use surge_interface::dao::{Action, Row};

use super::{numbers, tables};
use crate::{
    command::ask,
    contract::{check, compose, Kind},
    deployment::CONTRACTS,
    failure::{Failure, Outcome},
    money::{Amount, Coinage},
    session::Session,
};

/// Everything that members can decide; each may be repeated. Contracts are named `registry`,
/// `escrow`, `rewards`, `token` or `dao`, people by their key or address.
#[derive(Args)]
pub struct Actions {
    /// Pay somebody, such as `payout1 "5 SURGE"`.
    #[arg(long, num_args = 2, value_names = ["TO", "AMOUNT"])]
    spend: Vec<String>,
    /// Take somebody in.
    #[arg(long, value_name = "WHO")]
    add_member: Vec<String>,
    /// Put a member out, by id.
    #[arg(long, value_name = "MEMBER")]
    remove_member: Vec<u32>,
    /// Change a parameter, such as `registry.heartbeat_secs=60`; the others stay.
    #[arg(long, value_name = "CONTRACT.FIELD=VALUE")]
    set: Vec<String>,
    /// Change a rule of a class of proposals, such as `spend.quorum_bps=3000`.
    #[arg(long, value_name = "CLASS.FIELD=VALUE")]
    rule: Vec<String>,
    /// Change a setting of the DAO: `min_age_secs`, `forfeit_bps` or `deposit_denom`.
    #[arg(long, value_name = "FIELD=VALUE")]
    setting: Vec<String>,
    /// Say which class of proposals a message belongs to: `escrow set_roles params`.
    #[arg(long, num_args = 3, value_names = ["CONTRACT", "MESSAGE", "CLASS"])]
    row: Vec<String>,
    /// Open or close the intake of a contract: `escrow closed`.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "open|closed"])]
    intake: Vec<String>,
    /// Add a region, or change one: its name, then what is new of `jurisdiction=DE`,
    /// `clean_percent=60` and `rtt.REGION=MILLISECONDS`, the round trip to another region or to
    /// itself. A new one needs all of it.
    #[arg(long, num_args = 1.., value_names = ["NAME", "FIELD=VALUE"])]
    region: Vec<String>,
    /// Add a class of nodes, or change one: its name, then what is new of `leading=KIND` (of a
    /// new class), `smallest.KIND=NUMBER`, `price.COIN.KIND=NUMBER` (millionths of a base unit
    /// for a unit and hour), `bond.COIN=AMOUNT` and `tip.COIN=AMOUNT`, the smallest bond and
    /// what an eviction brings. Kinds are milli_cpu, memory_mib, gpus, storage_gib and
    /// bandwidth_mbps.
    #[arg(long, num_args = 1.., value_names = ["NAME", "FIELD=VALUE"])]
    class: Vec<String>,
    /// List a denomination at the registry (bonds) or the escrow (jobs): a native one, or a
    /// token by its address.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "DENOM"])]
    add_denom: Vec<String>,
    /// Name a new arbiter or treasury: `arbiter arbiter2`.
    #[arg(long, num_args = 2, value_names = ["arbiter|treasury", "WHO"])]
    role: Vec<String>,
    /// Take back a share of what a provider's rewards still vest: `3 25`.
    #[arg(long, num_args = 2, value_names = ["PROVIDER", "PERCENT"])]
    slash: Vec<String>,
    /// Offer a contract to a new owner, who has to accept it: `escrow ADDRESS`.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "WHO"])]
    owner: Vec<String>,
    /// Accept a contract that its owner offers to this DAO.
    #[arg(long, value_name = "CONTRACT")]
    accept_owner: Vec<String>,
    /// Hand over the right to give a contract other code.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "WHO"])]
    admin: Vec<String>,
    /// Send any message in words, as `surge call` does: `token.update_marketing project=surge`.
    #[arg(long, num_args = 1.., value_names = ["CONTRACT.MESSAGE", "FIELD=VALUE"])]
    tell: Vec<String>,
    /// Send a contract of the suite any message, from a file.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "FILE.json"])]
    message: Vec<String>,
    /// The same with the message itself; the contract may be any address.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "JSON"])]
    call: Vec<String>,
    /// Give a contract other code, which is stored already: `registry 12`.
    #[arg(long, num_args = 2, value_names = ["CONTRACT", "CODE"])]
    migrate: Vec<String>,
    /// More actions, as a file with a JSON list of them.
    #[arg(long)]
    actions: Option<PathBuf>,
}

impl Actions {
    /// The actions, in the order of the help.
    pub fn read(&self, session: &Session) -> Outcome<Vec<Action>> {
        let mut actions = vec![];
        for (to, amount) in pairs(&self.spend) {
            let amount = Amount::parse(amount, &session.coinages()?)?;
            actions.push(Action::Send {
                to: session.address(to)?,
                denom: amount.coinage.denom,
                amount: Uint128::new(amount.base),
            });
        }
        for who in &self.add_member {
            let address = session.address(who)?;
            actions.push(Action::AddMember { address });
        }
        let leaving = self.remove_member.iter();
        actions.extend(leaving.map(|member| Action::RemoveMember { member: *member }));
        actions.extend(numbers::parameters(&self.set, session)?);
        actions.extend(numbers::rules(&self.rule, session)?);
        actions.extend(numbers::settings(&self.setting, session)?);
        for row in self.row.chunks(3) {
            if let [contract, message, class] = row {
                actions.push(Action::SetRow {
                    row: Row {
                        contract: session.address(contract)?,
                        message: message.clone(),
                        class: numbers::class(class)?,
                    },
                });
            }
        }
        for (contract, msg) in self.messages(session)? {
            actions.push(execute(session, &contract, &msg)?);
        }
        for (contract, who) in pairs(&self.admin) {
            actions.push(Action::SetAdmin {
                contract: session.address(contract)?,
                admin: session.address(who)?,
            });
        }
        for (contract, code) in pairs(&self.migrate) {
            actions.push(Action::Migrate {
                contract: session.address(contract)?,
                code_id: code.parse().map_err(|_| {
                    Failure::new(format!("{code:?} is no number of a code"))
                        .next("`surge tx HASH` of its storing tells the code_id")
                })?,
                msg: Binary::new(b"{}".to_vec()),
            });
        }
        if let Some(path) = &self.actions {
            let text = fs::read(path).map_err(|error| {
                Failure::new(format!("cannot read {}: {error}", path.display()))
            })?;
            let more: Vec<Action> = serde_json::from_slice(&text)
                .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            actions.extend(more);
        }
        Ok(actions)
    }

    /// Messages to contracts, but those that change parameters.
    fn messages(&self, session: &Session) -> Outcome<Vec<(String, Value)>> {
        let mut messages: Vec<(String, Value)> = vec![];
        let mut to = |contract: &str, msg: Value| messages.push((contract.to_owned(), msg));
        for (contract, word) in pairs(&self.intake) {
            let open = match word {
                "open" => true,
                "closed" => false,
                _ => {
                    return Err(Failure::new(format!("an intake is no {word:?}"))
                        .next("write open or closed"))
                }
            };
            to(contract, json!({ "set_intake": { "open": open } }));
        }
        for (id, region) in tables::regions(&grouped(&self.region)?, session)? {
            to(
                "registry",
                json!({ "set_region": { "id": id, "region": region } }),
            );
        }
        for (id, class) in tables::classes(&grouped(&self.class)?, session)? {
            to(
                "registry",
                json!({ "set_class": { "id": id, "class": class } }),
            );
        }
        for (contract, word) in pairs(&self.add_denom) {
            let denom = tables::denom(word, session);
            to(contract, json!({ "add_denom": { "denom": denom } }));
        }
        for (role, who) in pairs(&self.role) {
            if !["arbiter", "treasury"].contains(&role) {
                return Err(Failure::new(format!("nobody is the {role:?}"))
                    .next("write arbiter or treasury"));
            }
            let who = session.address(who)?;
            to("escrow", json!({ "set_roles": { role: who } }));
        }
        for (provider, percent) in pairs(&self.slash) {
            let provider: u32 = provider.parse().map_err(|_| {
                Failure::new(format!("{provider:?} is no number of a provider"))
                    .next("see which there are with: surge provider list")
            })?;
            let share = Amount::parse(percent, &[Coinage::percent()])?;
            if share.base == 0 || share.base > 10_000 {
                return Err(Failure::new(format!("{share} is no share of what vests"))
                    .next("write more than 0 and at most 100 percent"));
            }
            let slash = json!({ "provider": provider, "bps": share.base });
            to("rewards", json!({ "slash": slash }));
        }
        for (contract, who) in pairs(&self.owner) {
            let new_owner = session.address(who)?;
            let transfer = json!({ "new_owner": new_owner, "expiry": null });
            to(
                contract,
                json!({ "update_ownership": { "transfer_ownership": transfer } }),
            );
        }
        for contract in &self.accept_owner {
            to(contract, json!({ "update_ownership": "accept_ownership" }));
        }
        for (what, fields) in grouped(&self.tell)? {
            let (contract, name) = what.split_once('.').ok_or_else(|| {
                Failure::new(format!("{what:?} is no CONTRACT.MESSAGE"))
                    .next("write, for example: --tell token.update_marketing project=surge")
            })?;
            ask::known(contract)?;
            to(
                contract,
                compose(
                    contract,
                    Kind::Message,
                    name,
                    &fields,
                    &|name| session.address(name),
                    &session.coinages()?,
                )?,
            );
        }
        for (contract, path) in pairs(&self.message) {
            to(contract, ask::from_file(contract, path.as_ref())?);
        }
        for (contract, text) in pairs(&self.call) {
            let msg = serde_json::from_str(text)
                .map_err(|error| Failure::new(format!("{text}: {error}")))?;
            to(contract, msg);
        }
        Ok(messages)
    }
}

/// A message, checked when the contract is one of the suite.
pub fn execute(session: &Session, contract: &str, msg: &Value) -> Outcome<Action> {
    if CONTRACTS.contains(&contract) {
        check(contract, Kind::Message, msg).map_err(|why| {
            Failure::new(format!("the {contract} takes no such message: {why}")).next(format!(
                "its messages stand in schema/{contract}/surge-{contract}.json"
            ))
        })?;
    }
    Ok(Action::Execute {
        contract: session.address(contract)?,
        msg: Binary::new(serde_json::to_vec(msg)?),
        funds: vec![],
    })
}

fn pairs(words: &[String]) -> impl Iterator<Item = (&str, &str)> {
    words.chunks(2).filter_map(|pair| match pair {
        [one, other] => Some((one.as_str(), other.as_str())),
        _ => None,
    })
}

/// Names, each with the `FIELD=VALUE`s behind it.
fn grouped(words: &[String]) -> Outcome<Vec<(String, Vec<String>)>> {
    let mut groups: Vec<(String, Vec<String>)> = vec![];
    for word in words {
        match (word.contains('='), groups.last_mut()) {
            (false, _) => groups.push((word.clone(), vec![])),
            (true, Some((_, fields))) => fields.push(word.clone()),
            (true, None) => {
                return Err(Failure::new(format!("{word:?} says nothing of whom"))
                    .next("write a name before it"))
            }
        }
    }
    Ok(groups)
}
