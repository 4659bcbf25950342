//! Trains a classifier on labelled rows, or predicts with a classifier trained before:
//! a multi-layer perceptron, by mini-batch gradient descent.
//!
//! A job for the Surge network: rows are standard input as CSV, the model or the
//! predictions are standard output, the accuracy of each epoch is on standard error.
//! The same input and options give the same bytes; chance comes from a generator
//! with a seed. The model is JSON, described in `model.rs`.
//!
//! ```text
//! cargo build --release -p surge-job-training --target wasm32-wasip1
//! ./scripts/demo --program target/wasm32-wasip1/release/surge-job-training.wasm \
//!     --input examples/jobs/training/sample.csv
//!
//! --label COLUMN     the class of a row; the last column without it. All others
//!                    are numbers to tell it from
//! --hidden N,N,…     neurons of each hidden layer, or none (16)
//! --epochs NUMBER    how often training sees each row, 1 to 10000 (50)
//! --batch NUMBER     rows of a step, 1 to 10000 (16)
//! --rate NUMBER      length of a step, 0.00001 to 10 (0.1)
//! --holdout SHARE    of each class that is kept from training to measure
//!                    accuracy, 0 to 0.9 (0.2)
//! --seed NUMBER      another seed, another split and start (1)
//! --predict FILE     do not train: use this model from the input folder
//! ```
//!
//! The demo passes arguments on with `--arg`, one for each word: `--arg --seed --arg 7`. The
//! model for `--predict` lies in the input folder, which programs see as `/input` and the
//! demo fills with `--input-dir`.
//! Predictions are CSV with the columns `row,predicted,probability`. Where the rows
//! have the label too, the accuracy is on standard error.
//!
//! Work grows with rows × epochs × weights. The usual limits of a node are enough for
//! 50,000 rows of ten features, 50 times.
//!
//! `sample.csv` is the iris data of R. A. Fisher (1936), in the public domain.

mod data;
mod model;
mod network;
mod options;
mod predict;
mod train;

use std::io::{self, Write};
use std::process::ExitCode;

use data::{Columns, Table};
use model::Model;
use options::Task;

fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn work() -> Result<(), String> {
    let input = io::stdin().lock();
    let output = match Task::read(std::env::args().skip(1))? {
        Task::Train(options) => {
            let table = Table::read(input, |names| Columns::to_train(names, &options))?;
            let model = train::train(table, &options, |epoch| eprintln!("{epoch}"))?;
            model.to_json()?
        }
        Task::Predict(file) => {
            let model = Model::open(&file)?;
            let table = Table::read(input, |names| Columns::to_predict(names, &model))?;
            let predictions = predict::predict(&model, &table)?;
            if let Some(score) = predict::score(&predictions, &table) {
                eprintln!("accuracy {score}");
            }
            predict::csv(&predictions)
        }
    };
    io::stdout()
        .write_all(output.as_bytes())
        .map_err(|error| format!("cannot write the result: {error}"))
}
