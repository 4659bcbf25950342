//! The answer as text.

use crate::bootstrap::{Interval, Spread};
use crate::data::Data;
use crate::fit::Fit;

const DIGITS: usize = 9;
const DIGITS_FOR_PEOPLE: usize = 5;

/// The answer for programs.
pub fn csv(data: &Data, fit: &Fit, spread: &Spread) -> String {
    let mut lines = vec![["kind", "name", "estimate", "std_error", "lower", "upper"].map(quote)];
    let mut line = |kind: &str, name: &str, estimate: f64, interval: Option<&Interval>| {
        let [error, low, high] = cells(interval, DIGITS);
        let estimate = number(estimate, DIGITS);
        lines.push([quote(kind), quote(name), estimate, error, low, high]);
    };
    for ((name, estimate), interval) in terms(data, fit).zip(&spread.coefficients) {
        line("coefficient", name, estimate, Some(interval));
    }
    line("fit", "r_squared", fit.r_squared, Some(&spread.r_squared));
    line("fit", "rows", data.y.len() as f64, None);
    line("bootstrap", "replicates", spread.replicates as f64, None);
    line("bootstrap", "confidence", spread.confidence, None);
    lines.iter().map(|line| line.join(",") + "\n").collect()
}

/// The answer for people.
pub fn table(data: &Data, fit: &Fit, spread: &Spread) -> String {
    let percent = 100.0 * (1.0 - spread.confidence) / 2.0;
    let mut lines = vec![[
        data.target.clone(),
        "estimate".to_owned(),
        "std. error".to_owned(),
        format!("{} %", number(percent, 3)),
        format!("{} %", number(100.0 - percent, 5)),
    ]];
    let mut line = |name: &str, estimate: f64, interval: &Interval| {
        let [error, low, high] = cells(Some(interval), DIGITS_FOR_PEOPLE);
        let estimate = number(estimate, DIGITS_FOR_PEOPLE);
        lines.push([name.to_owned(), estimate, error, low, high]);
    };
    for ((name, estimate), interval) in terms(data, fit).zip(&spread.coefficients) {
        line(name, estimate, interval);
    }
    line("R²", fit.r_squared, &spread.r_squared);

    let mut widths = [0; 5];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        for (i, (cell, width)) in line.iter().zip(widths).enumerate() {
            text += &match i {
                0 => format!("{cell:width$}"),
                _ => format!("  {cell:>width$}"),
            };
        }
        text += "\n";
    }
    let (rows, replicates) = (data.y.len(), spread.replicates);
    text + &format!("{rows} rows, {replicates} resamples\n")
}

fn terms<'a>(data: &'a Data, fit: &'a Fit) -> impl Iterator<Item = (&'a str, f64)> {
    let names = data.features.iter().map(String::as_str);
    std::iter::once("(intercept)")
        .chain(names)
        .zip(fit.coefficients.iter().copied())
}

fn cells(interval: Option<&Interval>, digits: usize) -> [String; 3] {
    interval.map_or_else(Default::default, |interval| {
        [interval.std_error, interval.low, interval.high].map(|x| number(x, digits))
    })
}

/// A number with so many significant digits, without zeros at its end.
fn number(x: f64, digits: usize) -> String {
    let rounded: f64 = format!("{:.*e}", digits - 1, x).parse().unwrap_or(x);
    // Minus zero is zero.
    let text = format!("{:?}", rounded + 0.0);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
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
    use super::{csv, number, quote, table};
    use crate::bootstrap::{Interval, Spread};
    use crate::data::Data;
    use crate::fit::Fit;

    #[test]
    fn numbers_have_so_many_significant_digits() {
        assert_eq!(number(1.0, 9), "1");
        assert_eq!(number(-0.0, 9), "0");
        assert_eq!(number(-1e-30, 9), "-1e-30");
        assert_eq!(number(1234.56789, 5), "1234.6");
        assert_eq!(number(0.1 + 0.2, 9), "0.3");
        assert_eq!(number(123_456.0, 5), "123460");
        assert_eq!(number(-3_482_258.634_595_82, 9), "-3482258.63");
    }

    #[test]
    fn names_with_commas_are_quoted() {
        assert_eq!(quote("plain"), "plain");
        assert_eq!(quote("a, \"b\""), "\"a, \"\"b\"\"\"");
    }

    #[test]
    fn an_answer_reads_as_documented() {
        let data = Data {
            target: "y".into(),
            features: vec!["a,b".into()],
            y: vec![1.0, 3.0, 5.0, 6.0],
            x: vec![0.0, 1.0, 2.0, 3.0],
        };
        let fit = Fit::new(&data).unwrap();
        let interval = Interval {
            std_error: 0.25,
            low: -1.0,
            high: 2.0,
        };
        let spread = Spread {
            coefficients: vec![interval; 2],
            r_squared: interval,
            replicates: 100,
            confidence: 0.9,
        };
        assert_eq!(
            csv(&data, &fit, &spread),
            "kind,name,estimate,std_error,lower,upper\n\
             coefficient,(intercept),1.2,0.25,-1,2\n\
             coefficient,\"a,b\",1.7,0.25,-1,2\n\
             fit,r_squared,0.979661017,0.25,-1,2\n\
             fit,rows,4,,,\n\
             bootstrap,replicates,100,,,\n\
             bootstrap,confidence,0.9,,,\n"
        );
        assert_eq!(
            table(&data, &fit, &spread),
            "y            estimate  std. error  5 %  95 %\n\
             (intercept)       1.2        0.25   -1     2\n\
             a,b               1.7        0.25   -1     2\n\
             R²            0.97966        0.25   -1     2\n\
             4 rows, 100 resamples\n"
        );
    }
}
