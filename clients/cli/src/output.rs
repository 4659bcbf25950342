//! What commands print: tables for people, JSON for machines.

use std::{
    io::{self, Write},
    time::Duration,
};

use comfy_table::{presets::UTF8_FULL_CONDENSED, CellAlignment, Table};
use cosmrs::tendermint::Time;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::Value;

use crate::failure::Outcome;

/// What a command has to say.
pub struct Report {
    json: Value,
    text: String,
}

impl Report {
    /// The same thing for machines and for people.
    pub fn new(json: &impl Serialize, text: impl Into<String>) -> Outcome<Self> {
        Ok(Self {
            json: serde_json::to_value(json)?,
            text: text.into(),
        })
    }

    /// Prints it.
    pub fn print(&self, json: bool) {
        match json {
            true => say(&format!("{:#}", self.json)),
            false if self.text.is_empty() => {}
            false => say(&harmless(self.text.trim_end())),
        }
    }
}

/// Writes to standard output. Whoever reads it may have had enough, such as `head`: then the
/// rest goes nowhere, which is no failure of what was done.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Text without what could drive a terminal or turn its writing round: parts of it are a
/// stranger's. Lines and tabs stay.
pub fn harmless(text: &str) -> String {
    let shown = |c: char| c == '\n' || c == '\t' || !drives(c);
    text.chars()
        .map(|c| if shown(c) { c } else { '\u{fffd}' })
        .collect()
}

/// A stranger's text in one line, so that it cannot pretend to be a line of ours.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if drives(c) { '\u{fffd}' } else { c })
        .collect()
}

fn drives(c: char) -> bool {
    // Line and paragraph separators, and what changes the direction of writing.
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Shows on a terminal that time passes while something takes long.
pub fn waiting<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(120));
    let done = work();
    spinner.finish_and_clear();
    done
}

/// A table with these columns. Those that begin with `>` are numbers.
pub fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(columns.iter().map(|column| column.trim_start_matches('>')));
    for (index, column) in columns.iter().enumerate() {
        if column.starts_with('>') {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table
}

/// Two columns, what and how much.
pub fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, String)>) -> Table {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    for (what, value) in facts {
        table.add_row([what.to_owned(), value]);
    }
    table
}

/// A time of the chain's, in seconds since 1970, as people read it: when, and how long that is
/// from `now_secs`.
pub fn moment(secs: u64, now_secs: u64) -> String {
    let time = i64::try_from(secs)
        .ok()
        .and_then(|secs| Time::from_unix_timestamp(secs, 0).ok());
    let Some(time) = time else {
        return format!("{secs} s after 1970");
    };
    let time = time.to_rfc3339().replace('T', " ").replace('Z', " UTC");
    match secs.checked_sub(now_secs) {
        Some(left) => format!("{time}, in {}", lasting(left)),
        None => format!("{time}, {} ago", lasting(now_secs.saturating_sub(secs))),
    }
}

/// Text with the times that contracts tell, `7 seconds of block time`, as moments. `now_secs`
/// counts where they do not tell what time it is.
pub fn dated(text: &str, now_secs: u64) -> String {
    const UNIT: &str = " seconds of block time";
    let mut told = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(UNIT) {
        let words = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let secs = before
            .strip_prefix(words)
            .and_then(|secs| secs.parse().ok());
        let now = after.strip_prefix(", now it is ").map(|after| {
            let left = after.trim_start_matches(|c: char| c.is_ascii_digit());
            (
                after.strip_suffix(left).and_then(|now| now.parse().ok()),
                left,
            )
        });
        let (now_secs, left) = match now {
            Some((Some(now_secs), left)) => (now_secs, left),
            _ => (now_secs, after),
        };
        told.push_str(words);
        match secs {
            Some(secs) => told.push_str(&moment(secs, now_secs)),
            None => told.push_str(UNIT),
        }
        rest = left;
    }
    told + rest
}

/// A duration in its largest units, rounded down.
fn lasting(secs: u64) -> String {
    match secs {
        0..120 => format!("{secs} s"),
        120..7_200 => format!("{} min", secs / 60),
        7_200..172_800 => format!("{} h", secs / 3_600),
        _ => format!("{} days", secs / 86_400),
    }
}

/// A number with its thousands apart.
pub fn thousands(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_a_date_and_what_is_left() {
        for (secs, shown) in [
            (1_795_419_265, "2026-11-23 07:34:25 UTC, in 0 s"),
            (1_795_419_273, "2026-11-23 07:34:33 UTC, in 8 s"),
            (1_795_422_865, "2026-11-23 08:34:25 UTC, in 60 min"),
            (1_795_592_065, "2026-11-25 07:34:25 UTC, in 2 days"),
            (1_795_412_065, "2026-11-23 05:34:25 UTC, 2 h ago"),
            (u64::MAX, "18446744073709551615 s after 1970"),
        ] {
            assert_eq!(moment(secs, 1_795_419_265), shown);
        }
    }

    #[test]
    fn times_that_contracts_tell_are_moments_for_people() {
        for (said, shown) in [
            (
                "too early for job 7: possible after 1795419273 seconds of block time, now it is 1795419265",
                "too early for job 7: possible after 2026-11-23 07:34:33 UTC, in 8 s",
            ),
            (
                "the next ends at 1795419385 seconds of block time; wait",
                "the next ends at 2026-11-23 07:36:25 UTC, in 2 min; wait",
            ),
            ("nothing of it: 12 seconds", "nothing of it: 12 seconds"),
        ] {
            assert_eq!(dated(said, 1_795_419_265), shown);
        }
    }

    #[test]
    fn a_strangers_text_drives_no_terminal_and_makes_no_line_of_ours() {
        let text = "http://x/\u{1b}[2Jy\u{9b}1m\u{202e}\nresult: none\tz";
        assert_eq!(
            harmless(text),
            "http://x/\u{fffd}[2Jy\u{fffd}1m\u{fffd}\nresult: none\tz"
        );
        assert!(!printable(text).contains(['\n', '\t', '\u{1b}']));
        assert_eq!(printable("größer, 大きい"), "größer, 大きい");
    }
}
