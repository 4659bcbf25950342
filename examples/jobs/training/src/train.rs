//! From rows to a model.

use std::fmt::{Display, Formatter};

use nalgebra::DMatrix;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;
use rand::SeedableRng;

use crate::data::{Labels, Table};
use crate::model::{Feature, Model, Score};
use crate::network::Network;
use crate::options::Options;

/// Inputs are around 1, so weights beyond this mean that training has run away.
const MAX_WEIGHT: f64 = 1_000_000.0;
/// So many rows are asked at once.
pub const ROWS_AT_ONCE: usize = 1_024;

/// How far training is.
#[derive(Debug)]
pub struct Epoch {
    /// From 1.
    pub number: usize,
    /// The mean over the steps of the epoch.
    pub loss: f64,
    /// On the rows trained with.
    pub training: Score,
    /// On the rows kept from training.
    pub holdout: Score,
}

impl Display for Epoch {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        write!(
            f,
            "epoch {}: loss {:.6}, accuracy {} in training",
            self.number, self.loss, self.training
        )?;
        if self.holdout.rows > 0 {
            write!(f, ", {} in the holdout", self.holdout)?;
        }
        Ok(())
    }
}

/// Rows that the network can see.
struct Rows {
    x: DMatrix<f64>,
    classes: Vec<usize>,
}

/// Trains on the rows of a table that has labels.
pub fn train(
    table: Table,
    options: &Options,
    mut tell: impl FnMut(&Epoch),
) -> Result<Model, String> {
    let label = table.label.unwrap_or_default();
    let labels = table.labels.unwrap_or_default();
    if labels.classes.len() < 2 {
        return Err(format!(
            "column `{label}` has one class, and 2 are the least: \
             send rows of others, or set another --label"
        ));
    }

    let mut chance = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let (kept, mut order) = split(&labels, options.holdout, &mut chance);
    if options.holdout > 0.0 && kept.is_empty() {
        return Err(format!(
            "--holdout {} of {} rows is none: send more rows, or set --holdout 0",
            options.holdout,
            labels.rows.len()
        ));
    }
    let features = scales(&table.features, &table.x, &order)?;
    let mut x = table.x;
    for mut row in x.column_iter_mut() {
        for (value, feature) in row.iter_mut().zip(&features) {
            *value = feature.scaled(*value);
        }
    }
    let all = Rows {
        x,
        classes: labels.rows,
    };

    let mut sizes = vec![features.len()];
    sizes.extend(&options.hidden);
    sizes.push(labels.classes.len());
    let mut network = Network::new(&sizes, &mut chance);
    let mut last = (Score::default(), Score::default());
    for number in 1..=options.epochs {
        order.shuffle(&mut chance);
        let (mut loss, mut steps) = (0.0, 0.0);
        for chosen in order.chunks(options.batch) {
            let batch = all.only(chosen);
            let (batch_loss, gradient) = network.gradients(&batch.x, &batch.classes);
            network.step(&gradient, options.rate);
            loss += batch_loss;
            steps += 1.0;
        }
        if !network.is_within(MAX_WEIGHT) {
            return Err(format!(
                "the weights grew beyond {MAX_WEIGHT} in epoch {number} with --rate {}: \
                 set a smaller --rate",
                options.rate
            ));
        }
        last = (all.score(&order, &network), all.score(&kept, &network));
        tell(&Epoch {
            number,
            loss: loss / steps,
            training: last.0,
            holdout: last.1,
        });
    }
    Ok(Model::new(label, labels.classes, features, network, last))
}

impl Rows {
    fn only(&self, chosen: &[usize]) -> Self {
        Self {
            x: self.x.select_columns(chosen),
            classes: chosen.iter().map(|&row| self.classes[row]).collect(),
        }
    }

    fn score(&self, chosen: &[usize], network: &Network) -> Score {
        let correct = |chosen: &[usize]| {
            let some = self.only(chosen);
            let found = network.probabilities(&some.x);
            let pairs = found.column_iter().zip(&some.classes);
            pairs.filter(|(p, class)| p.imax() == **class).count()
        };
        Score {
            rows: chosen.len(),
            correct: chosen.chunks(ROWS_AT_ONCE).map(correct).sum(),
        }
    }
}

/// Keeps the same share of each class from training, and at least one row of each in it.
fn split(labels: &Labels, share: f64, chance: &mut Xoshiro256PlusPlus) -> (Vec<usize>, Vec<usize>) {
    let (mut kept, mut trained) = (vec![], vec![]);
    for class in 0..labels.classes.len() {
        let mut rows: Vec<usize> = (0..labels.rows.len())
            .filter(|&row| labels.rows[row] == class)
            .collect();
        rows.shuffle(chance);
        let wanted = (rows.len() as f64 * share).round() as usize;
        let some = wanted.min(rows.len().saturating_sub(1));
        kept.extend(&rows[..some]);
        trained.extend(&rows[some..]);
    }
    (kept, trained)
}

/// Mean and standard deviation of each feature over some rows.
fn scales(names: &[String], x: &DMatrix<f64>, rows: &[usize]) -> Result<Vec<Feature>, String> {
    let count = rows.len() as f64;
    let scale = |(i, name): (usize, &String)| {
        let values = || rows.iter().map(|&row| x[(i, row)]);
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        if !variance.is_finite() {
            return Err(format!(
                "column `{name}` is too large to compute with: divide it by a power of 10"
            ));
        }
        Ok(Feature {
            name: name.clone(),
            mean,
            // A feature that is the same everywhere stays 0.
            scale: if variance > 0.0 { variance.sqrt() } else { 1.0 },
        })
    };
    names.iter().enumerate().map(scale).collect()
}

#[cfg(test)]
mod tests {
    use super::{split, train, Epoch};
    use crate::data::{Columns, Labels, Table};
    use crate::model::Model;
    use crate::options::Options;
    use crate::predict::{predict, score};
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::SeedableRng;

    const IRIS: &str = include_str!("../sample.csv");

    fn learn(text: &str, options: &Options) -> Result<(Model, Vec<Epoch>), String> {
        let mut epochs = vec![];
        let table = Table::read(text.as_bytes(), |names| Columns::to_train(names, options))?;
        let model = train(table, options, |epoch| {
            epochs.push(Epoch { ..*epoch });
        })?;
        Ok((model, epochs))
    }

    fn accuracy(model: &Model, text: &str) -> f64 {
        let choose = |names: &csv::StringRecord| Columns::to_predict(names, model);
        let table = Table::read(text.as_bytes(), choose).unwrap();
        let score = score(&predict(model, &table).unwrap(), &table).unwrap();
        score.correct as f64 / score.rows as f64
    }

    /// Splits differ: with some seeds the holdout has flowers that lie among another
    /// species, where a network without hidden neurons is no better.
    #[test]
    fn the_sample_is_learnt_to_93_percent_of_what_was_never_seen() {
        let mut correct = 0;
        for seed in 1..=10 {
            let options = Options {
                seed,
                ..Options::default()
            };
            let (model, epochs) = learn(IRIS, &options).unwrap();
            assert_eq!(epochs.len(), 50);
            assert!(epochs[49].loss < epochs[0].loss / 5.0, "seed {seed}");
            assert_eq!((model.training.rows, model.holdout.rows), (120, 30));
            assert!(accuracy(&model, IRIS) >= 0.94, "seed {seed}");
            correct += model.holdout.correct;
        }
        assert!(correct >= 279, "{correct} of 300");
    }

    #[test]
    fn hidden_neurons_learn_what_no_line_separates() {
        let xor: String = (0..400)
            .map(|i| (i % 20 - 10, i / 20 - 10))
            .map(|(a, b)| format!("{a},{b},{}\n", (a < 0) != (b < 0)))
            .collect();
        let xor = format!("a,b,differ\n{xor}");
        let with = |hidden: &[usize]| {
            let options = Options {
                hidden: hidden.to_vec(),
                ..Options::default()
            };
            accuracy(&learn(&xor, &options).unwrap().0, &xor)
        };
        assert!(with(&[16]) > 0.97);
        assert!(with(&[8, 8]) > 0.97);
        assert!(with(&[]) < 0.8);
    }

    #[test]
    fn the_seed_decides() {
        let with = |seed| {
            let options = Options {
                seed,
                epochs: 3,
                ..Options::default()
            };
            learn(IRIS, &options).unwrap().0.to_json().unwrap()
        };
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn units_do_not_matter() {
        let text = |factor: f64| {
            let rows: String = IRIS
                .lines()
                .skip(1)
                .map(|line| {
                    let (first, rest) = line.split_once(',').unwrap();
                    format!("{},{rest}\n", first.parse::<f64>().unwrap() * factor + 32.0)
                })
                .collect();
            format!("a,b,c,d,species\n{rows}")
        };
        let (small, large) = (text(1.0), text(1024.0));
        let score = |text: &str| learn(text, &Options::default()).unwrap().0.holdout;
        assert_eq!(score(&small), score(&large));
    }

    #[test]
    fn the_holdout_has_its_share_of_each_class() {
        let of = |rows: Vec<usize>| Labels {
            classes: vec!["x".into(), "y".into()],
            rows,
        };
        let labels = of((0..100).map(|row| usize::from(row % 10 == 0)).collect());
        let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
        let (kept, trained) = split(&labels, 0.2, &mut chance);
        assert_eq!((kept.len(), trained.len()), (20, 80));
        assert_eq!(kept.iter().filter(|row| labels.rows[**row] == 1).count(), 2);
        let mut all = [kept, trained].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));

        let (kept, trained) = split(&of(vec![0, 1, 1]), 0.9, &mut chance);
        assert_eq!((kept.len(), trained.len()), (1, 2));
    }

    #[test]
    fn what_cannot_be_learnt_is_refused() {
        let problem = |text: &str| learn(text, &Options::default()).unwrap_err();
        assert!(problem("a,b\n1,x\n2,x\n").contains("`b` has one class, and 2 are the least"));
        assert!(problem("a,b\n1,x\n2,y\n").contains("--holdout 0.2 of 2 rows is none"));
        let wide = "a,b\n1e300,x\n-1e300,x\n1,x\n1e300,y\n0,y\n1,y\n";
        assert!(problem(wide).contains("`a` is too large"));
        let wild = Options {
            rate: 10.0,
            hidden: vec![64, 64],
            ..Options::default()
        };
        let diverged = learn(IRIS, &wild).unwrap_err();
        assert!(diverged.contains("--rate 10: set a smaller"), "{diverged}");
    }

    #[test]
    fn a_feature_that_is_the_same_everywhere_does_no_harm() {
        let text = "a,b,c\n1,5,x\n2,5,x\n3,5,x\n7,5,y\n8,5,y\n9,5,y\n";
        let (model, _) = learn(text, &Options::default()).unwrap();
        assert_eq!(model.features[1].scale, 1.0);
        assert_eq!(accuracy(&model, text), 1.0);
    }
}
