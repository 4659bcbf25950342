//! Tables of the contracts' READMEs.

use std::collections::BTreeMap;

/// A row by column.
pub type Row = BTreeMap<String, String>;

/// The first table after the heading with this text, row by row.
pub fn after_heading(readme: &str, heading: &str) -> Vec<Row> {
    let mut lines = readme
        .lines()
        .skip_while(|line| line.trim_start_matches('#').trim() != heading || !line.starts_with('#'))
        .skip(1)
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    let head = lines
        .next()
        .unwrap_or_else(|| panic!("no table after {heading:?}"));
    let names = cells(head);
    lines
        .skip(1)
        .map(|line| {
            let cells = cells(line);
            assert_eq!(cells.len(), names.len(), "a broken row: {line}");
            names.iter().cloned().zip(cells).collect()
        })
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    line.trim()
        .trim_matches('|')
        .split('|')
        .map(|cell| cell.trim().trim_matches('`').to_owned())
        .collect()
}
