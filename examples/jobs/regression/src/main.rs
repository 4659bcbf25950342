//! Explains one column of a CSV file by the others: ordinary least squares, with
//! standard errors and intervals from a bootstrap that resamples rows.
//!
//! A job for the Surge network: the table is standard input, the answer is
//! standard output. The same input and options give the same bytes; chance comes
//! from a generator with a seed, and numbers have 9 significant digits.
//!
//! ```text
//! cargo build --release -p surge-job-regression --target wasm32-wasip1
//! ./scripts/demo --program target/wasm32-wasip1/release/surge-job-regression.wasm \
//!     --input examples/jobs/regression/sample.csv
//!
//! --target COLUMN      the column to explain; the last one without it
//! --features A,B,…     the columns that explain it; all others without it
//! --replicates NUMBER  how often the rows are resampled, 100 to 100000 (2000)
//! --confidence SHARE   of the resamples that an interval holds, 0.5 to 0.999 (0.95)
//! --seed NUMBER        another seed, other resamples (1)
//! --table              for people to read; CSV without it
//! ```
//!
//! The demo passes arguments on with `--arg`, one for each word: `--arg --seed --arg 7`.
//!
//! The answer as CSV has the columns `kind,name,estimate,std_error,lower,upper`:
//!
//! | kind | name | estimate |
//! |---|---|---|
//! | `coefficient` | `(intercept)` or a column | its coefficient |
//! | `fit` | `r_squared`, `rows` | share of the variance explained; rows read |
//! | `bootstrap` | `replicates`, `confidence` | resamples that counted; as asked |
//!
//! Work grows with rows × replicates, and with many columns with their square. The
//! usual limits of a node are enough for 50,000 rows of four columns, 2,000 times.
//!
//! `sample.csv` is invented; `sample.rs` makes it.

mod bootstrap;
mod data;
mod fit;
mod options;
mod report;
#[cfg(test)]
mod sample;

use std::io::{self, Write};
use std::process::ExitCode;

use data::Data;
use fit::Fit;
use options::Options;

fn main() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn answer() -> Result<(), String> {
    let options = Options::read(std::env::args().skip(1))?;
    let data = Data::read(io::stdin().lock(), &options)?;
    let fit = Fit::new(&data)?;
    let spread = bootstrap::resample(&fit, &options)?;
    let report = if options.table {
        report::table(&data, &fit, &spread)
    } else {
        report::csv(&data, &fit, &spread)
    };
    io::stdout()
        .write_all(report.as_bytes())
        .map_err(|error| format!("cannot write the answer: {error}"))
}
