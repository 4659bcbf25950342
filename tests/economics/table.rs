//! What came out, for people.

use std::fmt::Write;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use crate::agents::{Strategy, SURGE};
use crate::lazy::{break_even, honest_income};
use crate::market::Assumptions;
use crate::{Finding, Outcome, Setting, HEAVY, USUAL};

const HEADER: [&str; 9] = [
    "strategy",
    "jobs",
    "turnover",
    "cost of work",
    "penalties",
    "base",
    "gated and mint",
    "profit a year",
    "of honest",
];

/// Both tables and what follows from them.
pub fn of(assumptions: &Assumptions, findings: &[Finding]) -> String {
    let mut text = format!("{assumptions:#?}\n");
    for (setting, title) in [
        (
            USUAL,
            "\nAs a network starts, in SURGE; each agent started with 1,000:\n",
        ),
        (
            HEAVY,
            "\nThe same where load weighs most and jobs lock twenty times their price:\n",
        ),
    ] {
        text.push_str(title);
        let _ = writeln!(text, "{}", table(findings, setting));
    }
    for finding in findings {
        for cheat in finding.cheats() {
            note(&mut text, assumptions, finding, cheat);
        }
    }
    let books = findings.iter().flat_map(|finding| &finding.outcomes);
    let claims: u64 = books.map(|outcome| outcome.book.claims).sum();
    let _ = writeln!(text, "{claims} claims kept inequalities 1 and 3.");
    text
}

/// What came out with this setting.
pub fn table(findings: &[Finding], setting: Setting) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(HEADER);
    for finding in findings.iter().filter(|finding| finding.setting == setting) {
        let mut honest = finding.honest().iter().map(|agent| row(finding, agent));
        let mean = mean(finding);
        let spread = honest
            .by_ref()
            .map(|row| row[8].replace(" %", ""))
            .collect::<Vec<_>>();
        let label = format!(
            "honest work, {:.0} % busy ({})",
            finding.busy_percent,
            spread.join(", ")
        );
        let mut cells = row(finding, &mean);
        cells[0] = label;
        table.add_row(cells);
        for cheat in finding.cheats() {
            table.add_row(row(finding, cheat));
        }
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The honest agents as one.
fn mean(finding: &Finding) -> Outcome {
    let honest = finding.honest();
    let number = honest.len() as u128;
    let mean = |part: fn(&Outcome) -> u128| honest.iter().map(part).sum::<u128>() / number;
    let mut outcome = Outcome {
        strategy: Strategy::Honest,
        book: Default::default(),
        profit: finding.honest_profit(),
        nodes: 1,
    };
    outcome.book.jobs = mean(|agent| agent.book.jobs.into()) as u64;
    outcome.book.turnover = mean(|agent| agent.book.turnover);
    outcome.book.cost = mean(|agent| agent.book.cost);
    outcome.book.base = mean(|agent| agent.book.base);
    outcome.book.gated = mean(|agent| agent.book.gated);
    outcome.book.work = mean(|agent| agent.book.work);
    outcome
}

fn row(finding: &Finding, agent: &Outcome) -> Vec<String> {
    let book = &agent.book;
    let tokens = |amount: u128| format!("{:.1}", amount as f64 / SURGE as f64);
    vec![
        agent.strategy.label().to_owned(),
        book.jobs.to_string(),
        tokens(book.turnover + book.washed),
        tokens(book.cost),
        tokens(book.penalties),
        tokens(book.base),
        tokens(book.gated + book.work),
        format!("{:.2} %", finding.a_year(agent.profit)),
        format!("{:.1} %", finding.of_honest(agent.profit)),
    ]
}

/// What a row does not say.
fn note(text: &mut String, assumptions: &Assumptions, finding: &Finding, cheat: &Outcome) {
    let (label, book) = (cheat.strategy.label(), &cheat.book);
    let honest = finding.honest();
    let turnovers = honest.iter().map(|agent| agent.book.turnover as f64);
    let volume = book.turnover as f64 * honest.len() as f64 / turnovers.sum::<f64>();
    let load = match finding.setting == HEAVY {
        true => "where load weighs most, ",
        false => "",
    };
    let _ = match cheat.strategy {
        Strategy::Washing => writeln!(
            text,
            "{label}: washing itself brings {:.2} SURGE for {:.0} turned over",
            (cheat.profit - book.base as i128) as f64 / SURGE as f64,
            book.washed as f64 / SURGE as f64,
        ),
        Strategy::Lazy | Strategy::LazyClearing => {
            let clears = cheat.strategy == Strategy::LazyClearing;
            let even = |other, volume| 100.0 * break_even(assumptions, other, volume, clears);
            let honest = honest_income(assumptions);
            writeln!(
                text,
                "{load}{label}: {:.2} times the honest turnover, {} of {} results disputed; it \
                 breaks even with honest work when {:.0} % are noticed, with as many jobs when \
                 {:.0} %, and with an idle bond when {:.0} %",
                volume,
                book.disputes,
                book.jobs,
                even(honest, volume),
                even(honest, 1.0),
                even(0.0, 1.0),
            )
        }
        Strategy::SplitNodes | Strategy::SplitNames | Strategy::Overstated => {
            let (wanted, refused) = finding.jobs;
            writeln!(
                text,
                "{load}{label}: {volume:.2} times the honest turnover, {} declined; {refused} of \
                 {wanted} jobs found nobody",
                book.declined,
            )
        }
        _ => Ok(()),
    };
}
