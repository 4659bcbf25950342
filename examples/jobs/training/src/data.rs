//! The table: read, checked and split into features and labels.

use std::collections::BTreeMap;
use std::io::Read;

use csv::{ErrorKind, StringRecord, Trim};
use nalgebra::DMatrix;

use crate::model::Model;
use crate::options::Options;

/// The most features.
const MAX_FEATURES: usize = 1_000;
/// The most classes.
const MAX_CLASSES: usize = 100;
/// The most numbers that a table may hold, so that it fits into a job's memory.
const MAX_NUMBERS: usize = 4_000_000;

/// Which columns of a file are meant.
#[derive(Debug)]
pub struct Columns {
    features: Vec<usize>,
    label: Option<usize>,
}

/// Rows of a file.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// The names of the features.
    pub features: Vec<String>,
    /// The name of the column with the labels.
    pub label: Option<String>,
    /// The features, one column for each row of the file.
    pub x: DMatrix<f64>,
    /// The labels, if the file has them.
    pub labels: Option<Labels>,
}

/// The class of each row.
#[derive(Debug, Default, PartialEq)]
pub struct Labels {
    /// The classes that occur, in byte order.
    pub classes: Vec<String>,
    /// For each row, which of them it is.
    pub rows: Vec<usize>,
}

impl Columns {
    /// The label that the options name, or the last column; and all others.
    pub fn to_train(names: &StringRecord, options: &Options) -> Result<Self, String> {
        if names.len() < 2 {
            return Err(format!(
                "the first line names {} column(s), and 2 are the least: \
                 send CSV with commas and a line of names, not `{}`",
                names.len(),
                names.get(0).unwrap_or_default()
            ));
        }
        if names.len() - 1 > MAX_FEATURES {
            return Err(format!(
                "{} features, and {MAX_FEATURES} are the most: leave out columns",
                names.len() - 1
            ));
        }
        let label = match &options.label {
            Some(name) => find(names, name)?,
            None => names.len() - 1,
        };
        Ok(Self {
            features: (0..names.len()).filter(|&i| i != label).collect(),
            label: Some(label),
        })
    }

    /// The features of a model, wherever they stand, and its label if it is there.
    pub fn to_predict(names: &StringRecord, model: &Model) -> Result<Self, String> {
        let features = model.features.iter();
        Ok(Self {
            features: features
                .map(|feature| find(names, &feature.name))
                .collect::<Result<_, _>>()?,
            label: find(names, &model.label).ok(),
        })
    }
}

impl Table {
    /// Reads CSV with names in its first line.
    pub fn read(
        input: impl Read,
        choose: impl FnOnce(&StringRecord) -> Result<Columns, String>,
    ) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().trim(Trim::All).from_reader(input);
        let names = reader.headers().map_err(explain)?.clone();
        check(&names)?;
        let columns = choose(&names)?;

        let mut numbers = vec![];
        let mut classes = BTreeMap::new();
        let mut labels = vec![];
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(explain)? {
            for &column in &columns.features {
                numbers.push(number(&record, &names, column)?);
            }
            if let Some(column) = columns.label {
                let label = label(&record, &names, column)?;
                let number = classes.get(label).copied().unwrap_or(classes.len());
                if number == classes.len() {
                    classes.insert(label.to_owned(), number);
                }
                labels.push(number);
                if classes.len() > MAX_CLASSES {
                    return Err(format!(
                        "column `{}` has more than {MAX_CLASSES} classes: \
                         the label is another column? set --label",
                        &names[column]
                    ));
                }
            }
            if numbers.len() > MAX_NUMBERS {
                return Err(format!(
                    "the table has more than {MAX_NUMBERS} numbers: \
                     send fewer rows or fewer columns"
                ));
            }
        }
        if numbers.is_empty() {
            return Err("there are no rows after the line of names: send at least one".into());
        }
        let features: Vec<String> = columns
            .features
            .iter()
            .map(|&i| names[i].to_owned())
            .collect();
        Ok(Self {
            x: DMatrix::from_vec(features.len(), numbers.len() / features.len(), numbers),
            features,
            label: columns.label.map(|column| names[column].to_owned()),
            labels: columns.label.map(|_| Labels::sorted(classes, labels)),
        })
    }
}

impl Labels {
    /// From numbers by first occurrence to numbers by order.
    fn sorted(numbers: BTreeMap<String, usize>, mut rows: Vec<usize>) -> Self {
        let mut places = vec![0; numbers.len()];
        for (place, number) in numbers.values().enumerate() {
            places[*number] = place;
        }
        for row in &mut rows {
            *row = places[*row];
        }
        Self {
            classes: numbers.into_keys().collect(),
            rows,
        }
    }
}

/// Columns have names, each its own.
fn check(names: &StringRecord) -> Result<(), String> {
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} has no name: name it", i + 1));
        }
        if names.iter().take(i).any(|before| before == name) {
            return Err(format!("two columns are named `{name}`: rename one"));
        }
    }
    Ok(())
}

fn find(names: &StringRecord, name: &str) -> Result<usize, String> {
    names
        .iter()
        .position(|known| known == name)
        .ok_or_else(|| format!("no column `{name}`: there are {}", list(names)))
}

/// Up to ten names.
fn list(names: &StringRecord) -> String {
    let mut shown: Vec<String> = names
        .iter()
        .take(10)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > shown.len() {
        shown.push(format!("{} more", names.len() - shown.len()));
    }
    shown.join(", ")
}

fn number(record: &StringRecord, names: &StringRecord, column: usize) -> Result<f64, String> {
    let text = record.get(column).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!(
            "line {}, column `{}`: `{text}` is no number; correct it or leave out the line \
             or the column (the label is another column? set --label)",
            line(record),
            &names[column]
        )),
    }
}

fn label<'a>(
    record: &'a StringRecord,
    names: &StringRecord,
    column: usize,
) -> Result<&'a str, String> {
    match record.get(column) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(format!(
            "line {}, column `{}`: there is no label; fill it in or leave out the line",
            line(record),
            &names[column]
        )),
    }
}

fn line(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn explain(error: csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "line {line} has {len} values, and the first line names {expected_len} columns: \
             correct it or remove it"
        ),
        ErrorKind::Utf8 { .. } => {
            format!("line {line} is not UTF-8: save the file with that encoding")
        }
        _ => format!("cannot read standard input: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Table};
    use crate::options::Options;

    fn read(text: &str, label: Option<&str>) -> Result<Table, String> {
        let options = Options {
            label: label.map(str::to_owned),
            ..Options::default()
        };
        Table::read(text.as_bytes(), |names| Columns::to_train(names, &options))
    }

    #[test]
    fn the_label_is_the_last_column_or_the_one_that_is_named() {
        let last = read("\u{feff}a, b ,kind\r\n1,2,y\r\n\r\n3,4,x\r\n", None).unwrap();
        assert_eq!(last.features, ["a", "b"]);
        assert_eq!(last.label.as_deref(), Some("kind"));
        assert_eq!(last.x.as_slice(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(last.x.shape(), (2, 2));
        let labels = last.labels.unwrap();
        assert_eq!(labels.classes, ["x", "y"]);
        assert_eq!(labels.rows, [1, 0]);

        let first = read("a,b\nx,1\ny,2\n", Some("a")).unwrap();
        assert_eq!(first.features, ["b"]);
        assert_eq!(first.labels.unwrap().rows, [0, 1]);
    }

    #[test]
    fn malformed_tables_are_refused_with_the_place() {
        for (text, parts) in [
            ("", ["0 column(s)", "2 are the least"]),
            ("a;b\n1;2\n", ["`a;b`", "commas"]),
            ("a,b\n", ["no rows", "at least one"]),
            ("a,,c\n", ["column 2", "no name"]),
            ("a,b,a\n", ["two columns", "`a`"]),
            ("a,b\n1,2\n3\n", ["line 3 has 1 values", "2 columns"]),
            (
                "a,b\n1,2\nx,3\n",
                ["line 3, column `a`", "`x` is no number"],
            ),
            ("a,b\n1,\n", ["line 2, column `b`", "no label"]),
            ("a,b\ninf,2\n", ["column `a`", "`inf`"]),
        ] {
            let problem = read(text, None).unwrap_err();
            for part in parts {
                assert!(problem.contains(part), "{text:?} says {problem:?}");
            }
        }
        assert!(read("a,b\n1,2\n", Some("z"))
            .unwrap_err()
            .contains("no column `z`: there are `a`, `b`"));
        let many: String = (0..101).map(|i| format!("1,{i}\n")).collect();
        assert!(read(&format!("a,b\n{many}"), None)
            .unwrap_err()
            .contains("`b` has more than 100 classes"));
        let names: Vec<String> = (0..1_002).map(|i| format!("c{i}")).collect();
        assert!(read(&names.join(","), None)
            .unwrap_err()
            .contains("1001 features, and 1000 are the most"));
    }
}
