//! Gas of a job over the number of nodes, as a picture.

use std::{error::Error, path::Path};

use plotters::prelude::*;
use surge_chain_tests::scaling::Scaling;

/// Of the cheapest, the middle and the dearest job (Okabe and Ito).
const LINES: [(&str, RGBColor); 3] = [
    ("the cheapest job", RGBColor(0, 114, 178)),
    ("the middle one", RGBColor(0, 0, 0)),
    ("the dearest", RGBColor(213, 94, 0)),
];

/// Draws it.
pub fn draw(path: &Path, scaling: &Scaling) -> Result<(), Box<dyn Error>> {
    let nodes = scaling.sizes.iter().map(|size| size.nodes as f64);
    let least = nodes.clone().fold(f64::INFINITY, f64::min);
    let most = nodes.fold(0.0, f64::max);
    let top = scaling.sizes.iter().map(|size| size.gas()[2]).max();
    let top = top.unwrap_or_default() as f64 / 1_000.0;

    let root = SVGBackend::new(path, (720, 380)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(14)
        .margin_right(40)
        .caption(
            "Thousand gas of escrow submit_job, over nodes in the network",
            ("sans-serif", 18),
        )
        .x_label_area_size(28)
        .y_label_area_size(50)
        .build_cartesian_2d((least..most).log_scale(), 0.0..top * 1.25)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 14))
        .x_label_formatter(&|nodes| format!("{nodes:.0}"))
        .y_label_formatter(&|gas| format!("{gas:.0}"))
        .draw()?;
    for (line, (label, colour)) in LINES.into_iter().enumerate() {
        let points = scaling.sizes.iter();
        let points = points.map(|size| (size.nodes as f64, size.gas()[line] as f64 / 1_000.0));
        let style = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.clone(), style))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
        chart.draw_series(points.map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .label_font(("sans-serif", 14))
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.85))
        .draw()?;
    Ok(root.present()?)
}
