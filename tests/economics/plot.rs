//! Profit over time as a picture.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::agents::CAPITAL;
use crate::{Finding, Outcome, HONEST};

/// Of the honest agents, then of the cheats of a world (Okabe and Ito).
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 0, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(204, 121, 167),
];
const ROWS: usize = 2;

/// Draws each world with the network's weights: its honest agents and its cheats.
pub fn draw(path: &Path, findings: &[Finding]) -> Result<(), Box<dyn Error>> {
    let worlds: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.setting == crate::USUAL)
        .collect();
    let outcomes = worlds.iter().flat_map(|world| &world.outcomes);
    let points: Vec<(u64, f64)> = outcomes.flat_map(curve).collect();
    let days = points.iter().map(|point| point.0).max().unwrap_or(1);
    let profits = || points.iter().map(|point| point.1);
    let profits = profits().fold(0.0, f64::min) * 1.05..profits().fold(0.0, f64::max) * 1.2;

    let root = SVGBackend::new(path, (1_080, 700)).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(
        "Profit in percent of the capital, over epochs",
        ("sans-serif", 24),
    )?;
    let panels = root.split_evenly((ROWS, worlds.len().div_ceil(ROWS)));
    for (world, panel) in worlds.iter().zip(&panels) {
        let mut chart = ChartBuilder::on(panel)
            .margin(10)
            .x_label_area_size(26)
            .y_label_area_size(44)
            .build_cartesian_2d(0..days, profits.clone())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 16))
            .x_labels(5)
            .y_label_formatter(&|percent| format!("{percent:.0} %"))
            .draw()?;
        for (number, line) in world.outcomes.iter().enumerate() {
            let colour = COLOURS[(number + 1).saturating_sub(HONEST) % COLOURS.len()];
            let style = colour.stroke_width(2);
            let series = chart.draw_series(LineSeries::new(curve(line), style))?;
            // The honest ones are one entry.
            if number == 0 || number >= HONEST {
                series
                    .label(line.strategy.label())
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
            }
        }
        chart
            .configure_series_labels()
            .label_font(("sans-serif", 16))
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.85))
            .draw()?;
    }
    Ok(root.present()?)
}

fn curve(outcome: &Outcome) -> impl Iterator<Item = (u64, f64)> + '_ {
    let points = outcome.book.curve.iter();
    points.map(|(day, profit)| (*day, 100.0 * *profit as f64 / CAPITAL as f64))
}
