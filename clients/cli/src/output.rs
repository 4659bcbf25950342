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
            false => say(self.text.trim_end()),
        }
    }
}

/// Writes to standard output. Whoever reads it may have had enough, such as `head`: then the
/// rest goes nowhere, which is no failure of what was done.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
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
pub fn facts<const N: usize>(facts: [(&str, String); N]) -> Table {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    for (what, value) in facts {
        table.add_row([what.to_owned(), value]);
    }
    table
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
