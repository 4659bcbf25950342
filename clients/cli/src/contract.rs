//! Messages and queries by name: checked against what the contracts take, before anything is
//! sent, and built from words instead of JSON.

use serde::{de::DeserializeOwned, Serialize};
use serde_json::{Map, Value};
use surge_interface::{dao, escrow, registry, rewards};

use crate::{
    failure::{Failure, Outcome},
    money::{Amount, Coinage},
};

/// What goes to a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes something.
    Message,
    /// Changes nothing.
    Query,
    /// Rides on tokens that are sent to the contract.
    WithTokens,
}

/// Whether a contract would understand this; otherwise why not.
pub fn check(contract: &str, kind: Kind, msg: &Value) -> Result<(), String> {
    fn fits<T: DeserializeOwned + Serialize>(msg: &Value) -> Result<(), String> {
        let read: T = serde_json::from_value(msg.clone()).map_err(|error| error.to_string())?;
        let understood = serde_json::to_value(read).map_err(|error| error.to_string())?;
        match unread(msg, &understood) {
            Some(field) => Err(format!("unknown field `{field}`")),
            None => Ok(()),
        }
    }
    match (contract, kind) {
        ("registry", Kind::Message) => fits::<registry::ExecuteMsg>(msg),
        ("registry", Kind::Query) => fits::<registry::QueryMsg>(msg),
        ("registry", Kind::WithTokens) => fits::<registry::ReceiveMsg>(msg),
        ("escrow", Kind::Message) => fits::<escrow::ExecuteMsg>(msg),
        ("escrow", Kind::Query) => fits::<escrow::QueryMsg>(msg),
        ("escrow", Kind::WithTokens) => fits::<escrow::ReceiveMsg>(msg),
        ("rewards", Kind::Message) => fits::<rewards::ExecuteMsg>(msg),
        ("rewards", Kind::Query) => fits::<rewards::QueryMsg>(msg),
        ("dao", Kind::Message) => fits::<dao::ExecuteMsg>(msg),
        ("dao", Kind::Query) => fits::<dao::QueryMsg>(msg),
        ("dao", Kind::WithTokens) => fits::<dao::ReceiveMsg>(msg),
        ("token", Kind::Message) => fits::<cw20_base::msg::ExecuteMsg>(msg),
        ("token", Kind::Query) => fits::<cw20_base::msg::QueryMsg>(msg),
        (other, _) => Err(format!("{other} takes nothing like this")),
    }
}

/// A field of what was written that was not understood: contracts ignore such fields, people
/// mistype them.
fn unread(written: &Value, understood: &Value) -> Option<String> {
    match (written, understood) {
        (Value::Object(written), Value::Object(understood)) => {
            written
                .iter()
                .find_map(|(name, value)| match (understood.get(name), value) {
                    (None, Value::Null) => None,
                    (None, _) => Some(name.clone()),
                    (Some(inner), _) => unread(value, inner),
                })
        }
        (Value::Array(written), Value::Array(understood)) => written
            .iter()
            .zip(understood)
            .find_map(|(written, understood)| unread(written, understood)),
        _ => None,
    }
}

/// A message out of words: `FIELD=VALUE`. A value is JSON or text; `@NAME` is the address of
/// whoever `address` knows so, `5 SURGE` so many base units, `a.b=1` a field inside another.
pub fn compose(
    contract: &str,
    kind: Kind,
    name: &str,
    words: &[String],
    address: &dyn Fn(&str) -> Outcome<String>,
    coinages: &[Coinage],
) -> Outcome<Value> {
    let mut fields = vec![];
    for word in words {
        let (field, text) = word.split_once('=').ok_or_else(|| {
            Failure::new(format!("{word:?} is no FIELD=VALUE"))
                .next("write, for example: surge ask registry tips account=@anyone denom=0")
        })?;
        fields.push((field, value(text, address, coinages)?));
    }
    // Contracts want large numbers in quotes and small ones without; people need not know.
    let numbers: Vec<usize> = (0..fields.len())
        .filter(|index| {
            fields
                .get(*index)
                .is_some_and(|(_, value)| value.is_number())
        })
        .take(8)
        .collect();
    let mut why = String::new();
    for quoted in 0..1u32 << numbers.len() {
        let mut body = Map::new();
        for (index, (field, value)) in fields.iter().enumerate() {
            let place = numbers.iter().position(|number| *number == index);
            let quote = place.is_some_and(|place| quoted >> place & 1 == 1);
            let value = if quote {
                Value::String(value.to_string())
            } else {
                value.clone()
            };
            put(&mut body, field, value);
        }
        let msg = Value::Object(Map::from_iter([(name.to_owned(), Value::Object(body))]));
        match check(contract, kind, &msg) {
            Ok(()) => return Ok(msg),
            Err(reason) if why.is_empty() => why = reason,
            Err(_) => {}
        }
    }
    Err(
        Failure::new(format!("{contract} {name}: {why}")).next(format!(
        "its fields stand in schema/{contract}/surge-{contract}.json; what there is: docs/cli.md"
    )),
    )
}

fn value(
    text: &str,
    address: &dyn Fn(&str) -> Outcome<String>,
    coinages: &[Coinage],
) -> Outcome<Value> {
    if let Some(name) = text.strip_prefix('@') {
        return Ok(Value::String(address(name)?));
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        if let Ok(amount) = Amount::parse(text, coinages) {
            return Ok(Value::String(amount.base.to_string()));
        }
    }
    Ok(Value::String(text.to_owned()))
}

fn put(body: &mut Map<String, Value>, field: &str, value: Value) {
    match field.split_once('.') {
        Some((outer, inner)) => {
            let entry = body
                .entry(outer)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(map) = entry {
                put(map, inner, value);
            }
        }
        None => {
            body.insert(field.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn composed(contract: &str, kind: Kind, name: &str, words: &[&str]) -> Outcome<Value> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let coinages = [Coinage::surge("osmo1token")];
        let nobody = |name: &str| Err(Failure::new(format!("nobody is {name}")));
        compose(contract, kind, name, &words, &nobody, &coinages)
    }

    #[test]
    fn words_become_messages_that_the_contract_takes() {
        for (contract, kind, name, words, expected) in [
            (
                "registry",
                Kind::Query,
                "tips",
                &["account=osmo1a", "denom=0"][..],
                json!({ "tips": { "account": "osmo1a", "denom": 0 } }),
            ),
            (
                "token",
                Kind::Message,
                "increase_allowance",
                &["spender=osmo1a", "amount=5 SURGE"],
                json!({ "increase_allowance": { "spender": "osmo1a", "amount": "5000000" } }),
            ),
            (
                "registry",
                Kind::Message,
                "unbond",
                &["denom=1", "amount=7"],
                json!({ "unbond": { "denom": 1, "amount": "7" } }),
            ),
            (
                "escrow",
                Kind::Query,
                "credit",
                &["beneficiary.provider=3", "denom.native=uosmo"],
                json!({ "credit": { "beneficiary": { "provider": 3 }, "denom": { "native": "uosmo" } } }),
            ),
            (
                "dao",
                Kind::Query,
                "threshold",
                &[],
                json!({ "threshold": {} }),
            ),
        ] {
            let msg = composed(contract, kind, name, words).expect(name);
            assert_eq!(msg, expected);
        }
    }

    #[test]
    fn what_the_contract_would_not_take_is_refused_with_the_place_of_its_schema() {
        for (contract, name, words, what) in [
            ("registry", "tipps", &[][..], "unknown variant `tipps`"),
            (
                "registry",
                "tips",
                &["account=osmo1a"],
                "missing field `denom`",
            ),
            (
                "registry",
                "config",
                &["colour=red"],
                "unknown field `colour`",
            ),
            ("dao", "vote", &["proposal_id"], "is no FIELD=VALUE"),
            ("nobody", "config", &[], "nobody takes nothing like this"),
        ] {
            let failure = composed(contract, Kind::Query, name, words).expect_err(name);
            assert!(failure.what().contains(what), "{}", failure.what());
            assert!(failure.step().is_some());
        }
    }
}
