//! Where two answers differ, field by field.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

/// One field that is not what it should be.
pub struct Difference {
    /// The field, such as `regions[2].name`.
    pub field: String,
    /// What it should be; null when it should not be there.
    pub wanted: Value,
    /// What it is; null when it is not there.
    pub found: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            wanted,
            found,
        } = self;
        write!(f, "{field}: wanted {wanted}, found {found}")
    }
}

/// Every field that differs, `field` before the name of each. A field that is null and one
/// that is not there are the same.
pub fn differences(field: &str, wanted: &Value, found: &Value) -> Vec<Difference> {
    let mut all = vec![];
    collect(field, wanted, found, &mut all);
    all
}

fn collect(field: &str, wanted: &Value, found: &Value, all: &mut Vec<Difference>) {
    match (wanted, found) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let inner = match field.is_empty() {
                    true => key.clone(),
                    false => format!("{field}.{key}"),
                };
                collect(&inner, &wanted[key], &found[key], all);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            for index in 0..one.len().max(other.len()) {
                let inner = format!("{field}[{index}]");
                let (one, other) = (one.get(index), other.get(index));
                let null = &Value::Null;
                collect(&inner, one.unwrap_or(null), other.unwrap_or(null), all);
            }
        }
        _ if wanted == found => {}
        _ => all.push(Difference {
            field: field.to_owned(),
            wanted: wanted.clone(),
            found: found.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_field_that_differs_is_named_with_both_values() {
        let wanted = json!({ "a": 1, "b": [{ "c": "x" }, 2], "d": null, "e": {} });
        let found = json!({ "a": 1, "b": [{ "c": "y" }, 2, 3], "f": true, "e": {} });
        let named: Vec<String> = differences("", &wanted, &found)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            named,
            [
                "b[0].c: wanted \"x\", found \"y\"",
                "b[2]: wanted null, found 3",
                "f: wanted null, found true",
            ]
        );
        assert_eq!(differences("", &wanted, &wanted).len(), 0);
    }
}
