//! The tables in the documentation are those that came out.

use std::path::Path;

use comfy_table::Table;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/economics.md");

/// Compares each table with the one between its marks in the page, or writes it there.
pub fn keep(tables: &[(&str, Table)]) {
    let page = std::fs::read_to_string(PAGE).expect("docs/economics.md");
    let mut now = page.clone();
    for (name, table) in tables {
        let (from, to) = (
            format!("<!-- {name} -->\n"),
            format!("<!-- end of {name} -->"),
        );
        let begin = now.find(&from).map(|at| at + from.len());
        let begin = begin.unwrap_or_else(|| panic!("docs/economics.md has no {from}"));
        let end = begin + now[begin..].find(&to).expect("the end of the table");
        now.replace_range(begin..end, &format!("{table}\n"));
    }
    if now == page {
        return;
    }
    let how =
        "SURGE_DOCS=write SURGE_PLOT=docs/economics.svg cargo test -p surge-tests --test economics";
    match std::env::var("SURGE_DOCS").as_deref() {
        Ok("write") => std::fs::write(Path::new(PAGE), now).expect("docs/economics.md"),
        _ => panic!("the tables of docs/economics.md are of other code; write them with: {how}"),
    }
}
