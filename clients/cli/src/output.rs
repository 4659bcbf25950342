//! What commands print: tables for people, JSON for machines.

use std::{
    io::{self, Write},
    time::Duration,
};

use comfy_table::{presets::UTF8_FULL_CONDENSED, CellAlignment, Table};
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
pub fn in_one_line(text: &str) -> String {
    text.chars()
        .map(|c| if drives(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Not all that does not print by itself: accents, and what joins letters or keeps them apart,
/// are part of how people write.
fn drives(c: char) -> bool {
    // Line and paragraph separators, and what changes the direction of writing.
    let turns = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || turns
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

/// All of them in words: `1, 2 and 3`; nothing when there are none.
pub fn enumerated<T: ToString>(items: &[T]) -> String {
    let all: Vec<String> = items.iter().map(ToString::to_string).collect();
    match all.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => all.concat(),
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
    fn several_are_told_as_people_say_them() {
        for (items, told) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[7, 8], "7 and 8"),
            (&[7, 8, 9], "7, 8 and 9"),
        ] {
            assert_eq!(enumerated::<u32>(items), told);
        }
    }

    #[test]
    fn a_strangers_text_drives_no_terminal_and_makes_no_line_of_ours() {
        let text = "http://x/\u{1b}[2Jy\u{9b}1m\u{202e}\nresult: none\tz";
        assert_eq!(
            harmless(text),
            "http://x/\u{fffd}[2Jy\u{fffd}1m\u{fffd}\nresult: none\tz"
        );
        assert!(!in_one_line(text).contains(['\n', '\t', '\u{1b}']));
        assert_eq!(in_one_line("größer, 大きい"), "größer, 大きい");
        // Marks of direction go; accents and joiners, which do not print either, stay.
        assert_eq!(
            in_one_line("a\u{200e}b\u{200f}c\u{61c}d"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d"
        );
        let written = "cafe\u{301}, नमस्ते, می\u{200c}خواهم";
        assert_eq!(in_one_line(written), written);
    }
}
