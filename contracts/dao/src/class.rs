//! Which classes a list of actions has, found in the actions themselves: nobody declares
//! them.

use std::fmt;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{from_json, Addr, Api, Binary, StdResult, Uint128};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use surge_interface::dao::{Action, Class};

use crate::ContractError;

/// A set of classes, one bit each, in the order of [`Class::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes(pub u8);

impl Classes {
    pub const NONE: Self = Self(0);

    pub const fn with(self, class: Class) -> Self {
        Self(self.0 | bit(class))
    }

    pub const fn has(self, class: Class) -> bool {
        self.0 & bit(class) != 0
    }

    pub fn list(self) -> Vec<Class> {
        Class::ALL
            .into_iter()
            .filter(|class| self.has(*class))
            .collect()
    }
}

/// How events call them.
impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for class in self.list() {
            write!(f, "{between}{}", class.name())?;
            between = ",";
        }
        Ok(())
    }
}

const fn bit(class: Class) -> u8 {
    match class {
        Class::Text => 1,
        Class::Spend => 2,
        Class::Membership => 4,
        Class::Params => 8,
        Class::Policy => 16,
        Class::Upgrade => 32,
        Class::Any => 64,
    }
}

/// The table of classes: the row of a contract's message.
pub type Lookup<'a> = dyn Fn(&Addr, &str) -> StdResult<Option<Class>> + 'a;

/// The classes of all actions together. Fails on what no proposal may do and on messages
/// that cannot be read.
pub fn classes_of(
    actions: &[Action],
    api: &dyn Api,
    self_addr: &Addr,
    row: &Lookup,
) -> Result<Classes, ContractError> {
    if actions.is_empty() {
        return Ok(Classes::NONE.with(Class::Text));
    }
    let mut classes = Classes::NONE;
    let mut upgrades = 0usize;
    for action in actions {
        classes = match action {
            Action::Send { to, denom, amount } => {
                api.addr_validate(to)?;
                denom.check(api)?;
                if amount.is_zero() {
                    return Err(ContractError::NoAmount);
                }
                classes.with(Class::Spend)
            }
            Action::Execute {
                contract,
                msg,
                funds,
            } => {
                let contract_addr = ensure_other(api, self_addr, contract)?;
                if !funds.is_empty() {
                    classes = classes.with(Class::Spend);
                }
                call(classes, api, self_addr, row, &contract_addr, msg)?
            }
            Action::Migrate { contract, .. } => {
                api.addr_validate(contract)?;
                upgrades = upgrades.saturating_add(1);
                classes.with(Class::Upgrade)
            }
            Action::SetAdmin { contract, admin } => {
                ensure_other(api, self_addr, contract)?;
                api.addr_validate(admin)?;
                upgrades = upgrades.saturating_add(1);
                classes.with(Class::Upgrade)
            }
            Action::SetPolicy { .. } | Action::SetRow { .. } | Action::SetSettings { .. } => {
                classes.with(Class::Policy).with(Class::Any)
            }
            Action::AddMember { address } => {
                api.addr_validate(address)?;
                classes.with(Class::Membership)
            }
            Action::RemoveMember { .. } => classes.with(Class::Membership),
        };
    }
    if upgrades != 0 && upgrades != actions.len() {
        return Err(ContractError::UpgradesStandAlone);
    }
    Ok(classes)
}

/// Only typed actions reach the DAO itself, whoever passes the message on.
fn ensure_other(api: &dyn Api, self_addr: &Addr, contract: &str) -> Result<Addr, ContractError> {
    let contract_addr = api.addr_validate(contract)?;
    if contract_addr == *self_addr {
        return Err(ContractError::CallsItself);
    }
    Ok(contract_addr)
}

fn call(
    classes: Classes,
    api: &dyn Api,
    self_addr: &Addr,
    row: &Lookup,
    contract_addr: &Addr,
    msg: &[u8],
) -> Result<Classes, ContractError> {
    let name = variant(contract_addr, msg)?;
    let class = row(contract_addr, &name)?.unwrap_or(Class::Any);
    let classes = classes.with(class);
    Ok(match moves(&name) {
        Moves::Nothing => classes,
        Moves::Tokens => classes.with(Class::Spend),
        Moves::TokensWithCall => {
            let (receiver, inner) = sent_with(contract_addr, msg)?;
            let receiver_addr = ensure_other(api, self_addr, &receiver)?;
            let inner_name = variant(&receiver_addr, &inner)?;
            let inner_class = row(&receiver_addr, &inner_name)?.unwrap_or(Class::Any);
            classes.with(Class::Spend).with(inner_class)
        }
    })
}

enum Moves {
    Nothing,
    Tokens,
    TokensWithCall,
}

/// Whether a message of this name moves cw20 tokens, whatever the contract is.
fn moves(name: &str) -> Moves {
    match name {
        "transfer" | "transfer_from" | "burn" | "burn_from" | ALLOWANCE => Moves::Tokens,
        "send" | "send_from" => Moves::TokensWithCall,
        _ => Moves::Nothing,
    }
}

/// What lets somebody else move tokens later.
const ALLOWANCE: &str = "increase_allowance";

/// Whether the message lets somebody else move the DAO's tokens later.
pub fn is_allowance(contract_addr: &Addr, msg: &[u8]) -> Result<bool, ContractError> {
    Ok(variant(contract_addr, msg)? == ALLOWANCE)
}

/// The messages of cw20 that call a contract, field by field. Reading all of cw20's takes
/// twenty kilobytes of wasm.
#[cw_serde]
enum Sent {
    Send {
        contract: String,
        amount: Uint128,
        msg: Binary,
    },
    SendFrom {
        owner: String,
        contract: String,
        amount: Uint128,
        msg: Binary,
    },
}

/// Whom a cw20 message calls and with what.
fn sent_with(contract_addr: &Addr, msg: &[u8]) -> Result<(String, Vec<u8>), ContractError> {
    match from_json(msg) {
        Ok(Sent::Send { contract, msg, .. } | Sent::SendFrom { contract, msg, .. }) => {
            Ok((contract, msg.into()))
        }
        _ => Err(ContractError::Unreadable {
            contract: contract_addr.clone(),
        }),
    }
}

/// What the contract that gets this message will call it.
pub fn variant(contract_addr: &Addr, msg: &[u8]) -> Result<String, ContractError> {
    from_json::<Variant>(msg)
        .map(|variant| variant.0)
        .map_err(|_| ContractError::Unreadable {
            contract: contract_addr.clone(),
        })
}

/// The name of an enum's variant: the only key of an object, or a bare string.
struct Variant(String);

impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Variant;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with one key, or a string")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Variant, E> {
        Ok(Variant(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Variant, A::Error> {
        let Some(name) = map.next_key::<String>()? else {
            return Err(de::Error::custom("no key"));
        };
        map.next_value::<IgnoredAny>()?;
        // Today's parser refuses a rest by itself; not every parser does.
        if map.next_key::<String>()?.is_some() {
            return Err(de::Error::custom("more than one key"));
        }
        Ok(Variant(name))
    }
}
