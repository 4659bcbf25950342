//! The table: read, checked and split into what is explained and what explains.

use std::io::Read;

use csv::{ErrorKind, StringRecord, Trim};

use crate::options::Options;

/// The most columns that may explain the target.
const MAX_FEATURES: usize = 100;
/// The most numbers that a table may hold, so that it fits into a job's memory.
const MAX_NUMBERS: usize = 4_000_000;

/// The columns of the question.
#[derive(Debug, PartialEq)]
pub struct Data {
    /// The name of the column to explain.
    pub target: String,
    /// The names of the columns that explain it.
    pub features: Vec<String>,
    /// The values of the target.
    pub y: Vec<f64>,
    /// The values of the features, row by row.
    pub x: Vec<f64>,
}

impl Data {
    /// Reads CSV with names in its first line.
    pub fn read(input: impl Read, options: &Options) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().trim(Trim::All).from_reader(input);
        let names = reader.headers().map_err(explain)?.clone();
        check(&names)?;
        let target = match &options.target {
            Some(name) => find(&names, name)?,
            None => names.len() - 1,
        };
        let features = match &options.features {
            Some(chosen) => choose(&names, chosen, target)?,
            None => (0..names.len()).filter(|&i| i != target).collect(),
        };
        if features.len() > MAX_FEATURES {
            return Err(format!(
                "{} columns to explain `{}`, and {MAX_FEATURES} are the most: choose with --features",
                features.len(),
                &names[target]
            ));
        }

        let (mut x, mut y) = (vec![], vec![]);
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(explain)? {
            for &column in &features {
                x.push(number(&record, &names, column)?);
            }
            y.push(number(&record, &names, target)?);
            if x.len() + y.len() > MAX_NUMBERS {
                return Err(format!(
                    "the table has more than {MAX_NUMBERS} numbers: \
                     send fewer rows, or choose columns with --features"
                ));
            }
        }
        Ok(Self {
            target: names[target].to_owned(),
            features: features.iter().map(|&i| names[i].to_owned()).collect(),
            y,
            x,
        })
    }
}

/// Columns have names, each its own.
fn check(names: &StringRecord) -> Result<(), String> {
    if names.len() < 2 {
        return Err(format!(
            "the first line names {} column(s), and 2 are the least: \
             send CSV with commas and a line of names, not `{}`",
            names.len(),
            names.get(0).unwrap_or_default()
        ));
    }
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

fn choose(names: &StringRecord, chosen: &[String], target: usize) -> Result<Vec<usize>, String> {
    let mut columns = vec![];
    for name in chosen {
        let column = find(names, name)?;
        if column == target {
            return Err(format!(
                "`{name}` cannot explain itself: take it from --features or set another --target"
            ));
        }
        if columns.contains(&column) {
            return Err(format!("--features names `{name}` twice: name it once"));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn number(record: &StringRecord, names: &StringRecord, column: usize) -> Result<f64, String> {
    let text = record.get(column).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => {
            let line = record.position().map_or(0, csv::Position::line);
            Err(format!(
                "line {line}, column `{}`: `{text}` is no number; \
                 correct it, remove the line, or choose columns with --target and --features",
                &names[column]
            ))
        }
    }
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
    use super::Data;
    use crate::options::Options;

    fn read(text: &str) -> Result<Data, String> {
        Data::read(text.as_bytes(), &Options::default())
    }

    #[test]
    fn the_last_column_is_explained_by_the_others() {
        let data = read("\u{feff}a, b ,\"c, d\"\r\n1,2,3\r\n\r\n4e1,-5,.5\r\n").unwrap();
        assert_eq!(data.target, "c, d");
        assert_eq!(data.features, ["a", "b"]);
        assert_eq!(data.x, [1.0, 2.0, 40.0, -5.0]);
        assert_eq!(data.y, [3.0, 0.5]);
    }

    #[test]
    fn columns_are_chosen_by_name() {
        let options = Options {
            target: Some("a".into()),
            features: Some(vec!["c".into()]),
            ..Options::default()
        };
        let data = Data::read("a,b,c\n1,text,3\n".as_bytes(), &options).unwrap();
        assert_eq!((data.y, data.x), (vec![1.0], vec![3.0]));
    }

    #[test]
    fn malformed_tables_are_refused_with_the_place() {
        for (text, parts) in [
            ("", ["0 column(s)", "2 are the least"]),
            ("a;b\n1;2\n", ["`a;b`", "commas"]),
            ("a,,c\n", ["column 2", "no name"]),
            ("a,b,a\n", ["two columns", "`a`"]),
            ("a,b\n1,2\n3\n", ["line 3 has 1 values", "2 columns"]),
            (
                "a,b\n1,2\n3,x\n",
                ["line 3, column `b`", "`x` is no number"],
            ),
            ("a,b\n,2\n", ["line 2, column `a`", "`` is no number"]),
            ("a,b\n1,NaN\n", ["column `b`", "`NaN`"]),
            ("a,b\n1,1e999\n", ["column `b`", "`1e999`"]),
        ] {
            let problem = read(text).unwrap_err();
            for part in parts {
                assert!(problem.contains(part), "{text:?} says {problem:?}");
            }
        }
        let latin = Data::read(&b"a,b\n1,2\n\xe4,3\n"[..], &Options::default());
        assert!(latin.unwrap_err().contains("line 3 is not UTF-8"));
    }

    #[test]
    fn columns_that_are_not_there_are_refused() {
        let ask = |target: &str, features: &[&str]| {
            let options = Options {
                target: Some(target.into()),
                features: Some(features.iter().map(|name| (*name).into()).collect()),
                ..Options::default()
            };
            Data::read("a,b\n1,2\n".as_bytes(), &options).unwrap_err()
        };
        assert_eq!(ask("z", &["a"]), "no column `z`: there are `a`, `b`");
        assert!(ask("b", &["z"]).contains("no column `z`"));
        assert!(ask("b", &["b"]).contains("cannot explain itself"));
        assert!(ask("b", &["a", "a"]).contains("twice"));
    }

    #[test]
    fn too_many_columns_are_refused() {
        let names: Vec<String> = (0..102).map(|i| format!("c{i}")).collect();
        let problem = read(&names.join(",")).unwrap_err();
        assert!(problem.contains("101 columns") && problem.contains("100 are the most"));
    }
}
