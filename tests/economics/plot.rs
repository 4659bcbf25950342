//! Profit over time as a picture.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::agents::{Strategy, CAPITAL};
use crate::{Finding, Outcome};

/// Colours that can be told apart (Okabe and Ito), in the order of the strategies.
const COLOURS: [RGBColor; 10] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(0, 114, 178),
    RGBColor(0, 158, 115),
    RGBColor(150, 150, 150),
    RGBColor(190, 190, 60),
    RGBColor(120, 80, 40),
];

/// Draws the worlds with the network's weights: an honest agent of the first, and all cheats.
pub fn draw(path: &Path, findings: &[Finding]) -> Result<(), Box<dyn Error>> {
    let usual = || findings.iter().filter(|finding| finding.load_ppm > 0);
    let honest = usual().take(1).flat_map(|finding| &finding.honest()[..1]);
    let lines: Vec<&Outcome> = honest
        .chain(usual().flat_map(|finding| finding.cheats()))
        .collect();
    let percent = |profit: i128| 100.0 * profit as f64 / CAPITAL as f64;
    let points = || lines.iter().flat_map(|line| &line.book.curve);
    let days = points().map(|(day, _)| *day).max().unwrap_or(1);
    let low = points()
        .map(|(_, profit)| percent(*profit))
        .fold(0.0, f64::min);
    let high = points()
        .map(|(_, profit)| percent(*profit))
        .fold(0.0, f64::max);

    let root = SVGBackend::new(path, (900, 560)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Profit with the same capital", ("sans-serif", 24))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0..days, low * 1.05..high * 1.05)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 17))
        .axis_desc_style(("sans-serif", 17))
        .x_desc("epoch")
        .y_desc("profit, percent of capital")
        .draw()?;
    for line in lines {
        let style = COLOURS[line.strategy as usize % COLOURS.len()].stroke_width(2);
        let curve = line.book.curve.iter();
        let curve = curve.map(|(day, profit)| (*day, percent(*profit)));
        let mut label = line.strategy.label().to_owned();
        if line.strategy == Strategy::Honest {
            label.push_str(" among honest agents");
        }
        chart
            .draw_series(LineSeries::new(curve, style))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .label_font(("sans-serif", 17))
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .draw()?;
    Ok(root.present()?)
}
