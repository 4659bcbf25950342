//! What shall be done, and how.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

const LAYERS: usize = 3;
const NEURONS: RangeInclusive<usize> = 1..=256;
const EPOCHS: RangeInclusive<usize> = 1..=10_000;
const BATCH: RangeInclusive<usize> = 1..=10_000;
const RATE: RangeInclusive<f64> = 0.00001..=10.0;
const HOLDOUT: RangeInclusive<f64> = 0.0..=0.9;
/// Options for training; each takes a value.
const FOR_TRAINING: [&str; 7] = [
    "label", "hidden", "epochs", "batch", "rate", "holdout", "seed",
];

/// What shall be done.
#[derive(Debug, PartialEq)]
pub enum Task {
    /// Make a model.
    Train(Options),
    /// Use the model in this file.
    Predict(String),
}

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The column with the classes; the last one if none is named.
    pub label: Option<String>,
    /// Neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// How often training sees each row.
    pub epochs: usize,
    /// Rows of a step.
    pub batch: usize,
    /// Length of a step.
    pub rate: f64,
    /// The share of each class that is kept from training.
    pub holdout: f64,
    /// Another seed gives another split and start.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            label: None,
            hidden: vec![16],
            epochs: 50,
            batch: 16,
            rate: 0.1,
            holdout: 0.2,
            seed: 1,
        }
    }
}

impl Task {
    /// Reads arguments: `--key value` or `--key=value`.
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::default();
        let (mut training, mut model) = (None, None);
        while let Some(arg) = args.next() {
            let key = arg
                .strip_prefix("--")
                .ok_or_else(|| format!("unexpected argument `{arg}`: options begin with --"))?;
            let (key, value) = match key.split_once('=') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (key, None),
            };
            if key != "predict" && !FOR_TRAINING.contains(&key) {
                return Err(format!(
                    "unknown option `{arg}`: use --predict or --{}",
                    FOR_TRAINING.join(", --")
                ));
            }
            let value = value
                .or_else(|| args.next())
                .ok_or_else(|| format!("--{key} needs a value"))?;
            if key == "predict" {
                model = Some(value);
            } else {
                options.set(key, value.trim())?;
                training = Some(key.to_owned());
            }
        }
        match (model, training) {
            (None, _) => Ok(Self::Train(options)),
            (Some(model), None) => Ok(Self::Predict(model)),
            (Some(_), Some(key)) => Err(format!(
                "--{key} is for training and --predict uses a model as it is: leave out one"
            )),
        }
    }
}

impl Options {
    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "label" => self.label = Some(value.to_owned()),
            "hidden" => self.hidden = layers(value)?,
            "epochs" => self.epochs = within(key, value, EPOCHS)?,
            "batch" => self.batch = within(key, value, BATCH)?,
            "rate" => self.rate = within(key, value, RATE)?,
            "holdout" => self.holdout = within(key, value, HOLDOUT)?,
            _ => self.seed = within(key, value, 0..=u64::MAX)?,
        }
        Ok(())
    }
}

fn layers(value: &str) -> Result<Vec<usize>, String> {
    if value == "none" {
        return Ok(vec![]);
    }
    let layers: Vec<usize> = value
        .split(',')
        .map(|part| within("hidden", part.trim(), NEURONS))
        .collect::<Result<_, _>>()?;
    if layers.len() > LAYERS {
        return Err(format!(
            "--hidden has {} layers, and {LAYERS} are the most: leave out some",
            layers.len()
        ));
    }
    Ok(layers)
}

fn within<T>(key: &str, value: &str, range: RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
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
    use super::{Options, Task};

    fn read(args: &[&str]) -> Result<Task, String> {
        Task::read(args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn options_take_their_value_after_a_space_or_an_equals_sign() {
        assert_eq!(read(&[]), Ok(Task::Train(Options::default())));
        assert_eq!(
            read(&["--label", "kind", "--hidden=8, 4", "--rate", "0.5"]),
            Ok(Task::Train(Options {
                label: Some("kind".into()),
                hidden: vec![8, 4],
                rate: 0.5,
                ..Options::default()
            }))
        );
        assert_eq!(
            read(&["--hidden", "none"]),
            Ok(Task::Train(Options {
                hidden: vec![],
                ..Options::default()
            }))
        );
        assert_eq!(
            read(&["--predict", "model.json"]),
            Ok(Task::Predict("model.json".into()))
        );
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_limit() {
        let problem = |args: &[&str]| read(args).unwrap_err();
        assert_eq!(
            problem(&["--epochs", "0"]),
            "--epochs must be a number from 1 to 10000, not `0`"
        );
        assert_eq!(
            problem(&["--hidden", "16,1000"]),
            "--hidden must be a number from 1 to 256, not `1000`"
        );
        assert!(problem(&["--hidden", "1,1,1,1"]).contains("4 layers, and 3 are the most"));
        assert!(problem(&["--rate", "NaN"]).contains("from 0.00001 to 10, not `NaN`"));
        assert!(problem(&["--holdout", "1"]).contains("from 0 to 0.9"));
        assert!(problem(&["--seed"]).contains("--seed needs a value"));
        assert!(problem(&["--help"]).contains("unknown option `--help`: use --predict or"));
        assert!(problem(&["iris.csv"]).contains("`iris.csv`"));
        assert!(problem(&["--predict", "m", "--seed", "2"]).contains("--seed is for training"));
    }
}
