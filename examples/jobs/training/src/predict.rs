//! From a model and rows to classes.

use crate::data::Table;
use crate::model::{Model, Score};
use crate::train::ROWS_AT_ONCE;

/// What a model says of a row.
#[derive(Debug, PartialEq)]
pub struct Prediction<'a> {
    /// The class.
    pub class: &'a str,
    /// How sure the model is.
    pub probability: f64,
}

/// Asks the model about each row of a table that has its features in its order.
pub fn predict<'a>(model: &'a Model, table: &Table) -> Result<Vec<Prediction<'a>>, String> {
    let network = model.network();
    let rows = table.x.ncols();
    let mut predictions = Vec::with_capacity(rows);
    for first in (0..rows).step_by(ROWS_AT_ONCE) {
        let count = ROWS_AT_ONCE.min(rows - first);
        let mut x = table.x.columns(first, count).into_owned();
        for mut row in x.column_iter_mut() {
            for (value, feature) in row.iter_mut().zip(&model.features) {
                *value = feature.scaled(*value);
            }
        }
        for found in network.probabilities(&x).column_iter() {
            let (class, probability) = found.argmax();
            if !probability.is_finite() {
                return Err(format!(
                    "row {} is too far from what the model was trained with to compute: \
                     correct it or leave it out",
                    predictions.len() + 1
                ));
            }
            predictions.push(Prediction {
                class: &model.classes[class],
                probability,
            });
        }
    }
    Ok(predictions)
}

/// How often the model is right, if the table has labels.
pub fn score(predictions: &[Prediction], table: &Table) -> Option<Score> {
    let labels = table.labels.as_ref()?;
    let pairs = predictions.iter().zip(&labels.rows);
    let right = pairs.filter(|(found, label)| found.class == labels.classes[**label]);
    Some(Score {
        rows: predictions.len(),
        correct: right.count(),
    })
}

/// The predictions as CSV.
pub fn csv(predictions: &[Prediction]) -> String {
    let mut text = "row,predicted,probability\n".to_owned();
    for (i, Prediction { class, probability }) in predictions.iter().enumerate() {
        text += &format!("{},{},{probability:.6}\n", i + 1, quote(class));
    }
    text
}

/// A cell as CSV has it.
fn quote(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{csv, predict, score};
    use crate::data::{Columns, Table};
    use crate::model::{Feature, Model, Score};
    use crate::network::{Layer, Network};
    use nalgebra::{DMatrix, DVector};

    /// Small is `x`, large is `y, z`, and 5 is the middle.
    fn model() -> Model {
        let network = Network {
            layers: vec![Layer {
                weights: DMatrix::from_row_slice(2, 2, &[-1.0, 0.0, 1.0, 0.0]),
                biases: DVector::from_column_slice(&[0.0, 0.0]),
            }],
        };
        let feature = |name: &str, mean, scale| Feature {
            name: name.to_owned(),
            mean,
            scale,
        };
        Model::new(
            "kind".into(),
            vec!["x".into(), "y, z".into()],
            vec![feature("a", 5.0, 2.0), feature("b", 0.0, 0.001)],
            network,
            Default::default(),
        )
    }

    #[test]
    fn columns_are_found_by_name_and_others_do_not_matter() {
        let model = model();
        let text = "kind,b,note,a\nx,0,?,1\nx,0,?,6\nw,0,?,5\n";
        let choose = |names: &csv::StringRecord| Columns::to_predict(names, &model);
        let table = Table::read(text.as_bytes(), choose).unwrap();
        let predictions = predict(&model, &table).unwrap();
        assert_eq!(
            csv(&predictions),
            "row,predicted,probability\n\
             1,x,0.982014\n\
             2,\"y, z\",0.731059\n\
             3,x,0.500000\n"
        );
        let right = Score {
            rows: 3,
            correct: 1,
        };
        assert_eq!(score(&predictions, &table), Some(right));
    }

    #[test]
    fn rows_without_labels_have_no_score_and_rows_without_features_are_refused() {
        let model = model();
        let read = |text: &str| {
            let choose = |names: &csv::StringRecord| Columns::to_predict(names, &model);
            Table::read(text.as_bytes(), choose)
        };
        let table = read("a,b\n1,2\n").unwrap();
        assert_eq!(score(&predict(&model, &table).unwrap(), &table), None);
        let far = predict(&model, &read("a,b\n1,2\n1,1e308\n").unwrap()).map(|_| ());
        assert!(far.unwrap_err().contains("row 2 is too far"));
        let problem = read("a,c\n1,2\n").unwrap_err();
        assert_eq!(problem, "no column `b`: there are `a`, `c`");
    }
}
