//! The model as a file.
//!
//! One line of JSON, fields in this order:
//!
//! | field | holds |
//! |---|---|
//! | `format` | `surge-perceptron-1` |
//! | `label` | the name of the column with the classes |
//! | `classes` | their names, in byte order |
//! | `features` | `name`, `mean` and `scale` of each input, in order |
//! | `layers` | `weights` (a list for each neuron, a number for each input) and `biases` of each layer |
//! | `training`, `holdout` | `rows` and how many of them the model gets `correct` |
//!
//! To classify a row: take `(value - mean) / scale` of each feature; for each layer
//! multiply by the weights and add the biases; after each layer but the last replace
//! negative numbers by 0; the largest number of the last layer is the class. Its
//! probability is the softmax of these numbers.
//!
//! Numbers are the shortest decimals that give the same bits again.

use std::fmt::{Display, Formatter};
use std::fs;
use std::path::Path;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use crate::network::{Layer, Network};

const FORMAT: &str = "surge-perceptron-1";
/// Where a program finds its input folder.
const INPUT: &str = "/input";

/// A trained classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    format: String,
    /// The name of the column with the classes.
    pub label: String,
    /// Their names, in byte order.
    pub classes: Vec<String>,
    /// What it looks at.
    pub features: Vec<Feature>,
    layers: Vec<Weights>,
    /// On the rows trained with.
    pub training: Score,
    /// On the rows kept from training.
    pub holdout: Score,
}

/// A column and what is usual in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// Over the rows trained with.
    pub mean: f64,
    /// The standard deviation, never 0.
    pub scale: f64,
}

/// A layer, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Weights {
    weights: Vec<Vec<f64>>,
    biases: Vec<f64>,
}

/// How often a model is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Rows asked.
    pub rows: usize,
    /// Rows answered as labelled.
    pub correct: usize,
}

impl Display for Score {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        let share = self.correct as f64 / self.rows.max(1) as f64;
        write!(f, "{share:.4} ({} of {})", self.correct, self.rows)
    }
}

impl Feature {
    /// Around 0, mostly between -2 and 2.
    pub fn scaled(&self, value: f64) -> f64 {
        (value - self.mean) / self.scale
    }
}

impl Model {
    /// Puts together what training found.
    pub fn new(
        label: String,
        classes: Vec<String>,
        features: Vec<Feature>,
        network: Network,
        (training, holdout): (Score, Score),
    ) -> Self {
        let layers = network.layers.iter().map(|layer| Weights {
            weights: layer
                .weights
                .row_iter()
                .map(|row| row.iter().copied().collect())
                .collect(),
            biases: layer.biases.iter().copied().collect(),
        });
        Self {
            format: FORMAT.to_owned(),
            label,
            classes,
            features,
            layers: layers.collect(),
            training,
            holdout,
        }
    }

    /// Reads a model from the input folder.
    pub fn open(file: &str) -> Result<Self, String> {
        let path = Path::new(INPUT).join(file);
        let text = fs::read_to_string(&path).map_err(|error| {
            format!(
                "cannot read the model {}: {error}; put what training gave into the input folder",
                path.display()
            )
        })?;
        Self::from_json(&text).map_err(|problem| format!("the model {file} {problem}"))
    }

    /// The model as a file.
    pub fn to_json(&self) -> Result<String, String> {
        let text = serde_json::to_string(self)
            .map_err(|error| format!("cannot write the model: {error}"))?;
        Ok(text + "\n")
    }

    /// Reads and checks a model.
    fn from_json(text: &str) -> Result<Self, String> {
        let model: Self = serde_json::from_str(text)
            .map_err(|error| format!("is no model: {error}; use what training gave, unchanged"))?;
        if model.format != FORMAT {
            return Err(format!(
                "has the format `{}`, and this program reads `{FORMAT}`: train it again",
                model.format
            ));
        }
        match model.flaw() {
            None => Ok(model),
            Some(flaw) => Err(format!("{flaw}: use what training gave, unchanged")),
        }
    }

    /// What does not fit together.
    fn flaw(&self) -> Option<String> {
        if self.features.is_empty() {
            return Some("has no features".to_owned());
        }
        if let Some(feature) = self.features.iter().find(|f| f.scale == 0.0) {
            return Some(format!("has 0 as the scale of `{}`", feature.name));
        }
        let mut inputs = self.features.len();
        for (i, layer) in self.layers.iter().enumerate() {
            let number = i + 1;
            if layer.weights.len() != layer.biases.len() {
                return Some(format!(
                    "has {} neurons and {} biases in layer {number}",
                    layer.weights.len(),
                    layer.biases.len()
                ));
            }
            if let Some(row) = layer.weights.iter().find(|row| row.len() != inputs) {
                return Some(format!(
                    "has {} weights for {inputs} inputs in layer {number}",
                    row.len()
                ));
            }
            inputs = layer.weights.len();
        }
        if self.layers.is_empty() || inputs != self.classes.len() || inputs < 2 {
            return Some(format!(
                "has {} layers that end in {inputs} neurons for {} classes",
                self.layers.len(),
                self.classes.len()
            ));
        }
        None
    }

    /// What computes.
    pub fn network(&self) -> Network {
        let layers = self.layers.iter().map(|layer| {
            let inputs = layer.weights.first().map_or(0, Vec::len);
            let weights = layer.weights.iter().flatten().copied();
            Layer {
                weights: DMatrix::from_row_iterator(layer.weights.len(), inputs, weights),
                biases: DVector::from_column_slice(&layer.biases),
            }
        });
        Network {
            layers: layers.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Feature, Model, Score};
    use crate::network::Network;
    use proptest::prelude::*;
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::SeedableRng;

    fn model(seed: u64, mean: f64, scale: f64) -> (Model, Network) {
        let network = Network::new(&[2, 3, 2], &mut Xoshiro256PlusPlus::seed_from_u64(seed));
        let feature = |name: &str| Feature {
            name: name.to_owned(),
            mean,
            scale,
        };
        let score = Score {
            rows: 4,
            correct: 3,
        };
        let model = Model::new(
            "kind".into(),
            vec!["x".into(), "y, \"z\"".into()],
            vec![feature("a"), feature("b")],
            network.clone(),
            (score, Score::default()),
        );
        (model, network)
    }

    proptest! {
        #[test]
        fn a_model_comes_back_bit_by_bit(seed: u64, mean in -1e9..1e9_f64, scale in 1e-9..1e9_f64) {
            let (model, network) = model(seed, mean, scale);
            let back = Model::from_json(&model.to_json().unwrap()).unwrap();
            prop_assert_eq!(back.network(), network);
            prop_assert_eq!(back, model);
        }
    }

    #[test]
    fn a_model_that_does_not_fit_together_is_refused() {
        let good = model(1, 1.0, 2.0).0.to_json().unwrap();
        let change = |from: &str, to: &str| {
            assert!(good.contains(from), "{good} has no {from}");
            Model::from_json(&good.replacen(from, to, 1)).unwrap_err()
        };
        assert!(change("tron-1", "tron-2").contains("`surge-perceptron-2`, and this program"));
        assert!(change("{", "[").contains("is no model"));
        assert!(change("\"scale\":2.0", "\"scale\":1e999").contains("is no model"));
        assert!(change("\"scale\":2.0", "\"scale\":0.0").contains("0 as the scale of `a`"));
        assert!(change("\"biases\":[0.0,", "\"biases\":[").contains("3 neurons and 2 biases"));
        assert!(change("[[", "[[1.0,").contains("3 weights for 2 inputs in layer 1"));
        assert!(change("[\"x\",", "[\"w\",\"x\",").contains("2 neurons for 3 classes"));
        let missing = Model::open("/nowhere/model.json").unwrap_err();
        assert!(missing.contains("/nowhere/model.json") && missing.contains("input folder"));
    }
}
