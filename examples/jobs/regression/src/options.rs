//! What shall be explained by what, and how often the rows are resampled.

use std::ops::RangeInclusive;
use std::str::FromStr;

const REPLICATES: RangeInclusive<usize> = 100..=100_000;
const CONFIDENCE: RangeInclusive<f64> = 0.5..=0.999;
/// Options that take a value.
const WITH_VALUE: [&str; 5] = ["target", "features", "replicates", "confidence", "seed"];

/// The question.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The column to explain; the last one if none is named.
    pub target: Option<String>,
    /// The columns that explain it; all others if none is named.
    pub features: Option<Vec<String>>,
    /// How often the rows are resampled.
    pub replicates: usize,
    /// The share of the resamples that an interval holds.
    pub confidence: f64,
    /// Another seed gives other resamples.
    pub seed: u64,
    /// For people to read.
    pub table: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            target: None,
            features: None,
            replicates: 2_000,
            confidence: 0.95,
            seed: 1,
            table: false,
        }
    }
}

impl Options {
    /// Reads arguments: `--key value` or `--key=value`.
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(arg) = args.next() {
            let key = arg
                .strip_prefix("--")
                .ok_or_else(|| format!("unexpected argument `{arg}`: options begin with --"))?;
            let (key, value) = match key.split_once('=') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (key, None),
            };
            if key == "table" && value.is_none() {
                options.table = true;
                continue;
            }
            if !WITH_VALUE.contains(&key) {
                return Err(format!(
                    "unknown option `{arg}`: use --table or --{}",
                    WITH_VALUE.join(", --")
                ));
            }
            let value = value
                .or_else(|| args.next())
                .ok_or_else(|| format!("--{key} needs a value"))?;
            options.set(key, &value)?;
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "target" => self.target = Some(value.trim().to_owned()),
            "features" => {
                let names = value.split(',').map(|name| name.trim().to_owned());
                self.features = Some(names.collect());
            }
            "replicates" => self.replicates = within(key, value, REPLICATES)?,
            "confidence" => self.confidence = within(key, value, CONFIDENCE)?,
            _ => self.seed = within(key, value, 0..=u64::MAX)?,
        }
        Ok(())
    }
}

fn within<T>(key: &str, value: &str, range: RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!(
            "--{key} must be a number from {} to {}, not `{value}`",
            range.start(),
            range.end()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn read(args: &[&str]) -> Result<Options, String> {
        Options::read(args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn options_take_their_value_after_a_space_or_an_equals_sign() {
        let options = read(&["--target", "price", "--features=area, age", "--table"]).unwrap();
        assert_eq!(
            options,
            Options {
                target: Some("price".into()),
                features: Some(vec!["area".into(), "age".into()]),
                table: true,
                ..Options::default()
            }
        );
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_limit() {
        let problem = |args: &[&str]| read(args).unwrap_err();
        assert_eq!(
            problem(&["--replicates", "5"]),
            "--replicates must be a number from 100 to 100000, not `5`"
        );
        assert_eq!(
            problem(&["--confidence", "95"]),
            "--confidence must be a number from 0.5 to 0.999, not `95`"
        );
        assert!(problem(&["--confidence", "NaN"]).contains("`NaN`"));
        assert!(problem(&["--seed", "-1"]).contains("`-1`"));
        assert!(problem(&["--seed"]).contains("--seed needs a value"));
        assert!(problem(&["--size", "9"]).contains("unknown option `--size`: use --table or"));
        assert!(problem(&["--table=yes"]).contains("unknown option `--table=yes`"));
        assert!(problem(&["price"]).contains("`price`"));
    }
}
