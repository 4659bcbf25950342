//! Renders a mountain lake at sunset and writes it to standard output as PNG.
//!
//! A job for the Surge network: a plain WASI program that computes for a while,
//! takes its parameters like any other program, and needs neither clock nor
//! files nor randomness of the host. The same parameters give the same bytes.
//!
//! ```text
//! cargo build --release -p surge-job-picture --target wasm32-wasip1
//! ./scripts/demo --program target/wasm32-wasip1/release/surge-job-picture.wasm
//!
//! --width PIXELS   1 to 4096 (640)
//! --height PIXELS  1 to 4096 (400)
//! --seed NUMBER    another landscape at another hour (7)
//! ```
//!
//! The demo passes arguments on with `--arg`, one for each word: `--arg --seed --arg 8`.
//!
//! Parameters may come as `key=value` lines on standard input too (`width=320`);
//! arguments win. Empty lines and lines that start with `#` are skipped.

mod light;
mod noise;
mod options;
mod terrain;
mod vector;
mod view;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    match paint() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn paint() -> Result<(), String> {
    let mut lines = String::new();
    io::stdin()
        .read_to_string(&mut lines)
        .map_err(|error| format!("cannot read standard input: {error}"))?;
    let options = Options::read(&lines, std::env::args().skip(1))?;
    let pixels = view::render(&options);
    let png = encode(&options, &pixels).map_err(|error| format!("cannot encode: {error}"))?;
    io::stdout()
        .write_all(&png)
        .map_err(|error| format!("cannot write the picture: {error}"))
}

fn encode(options: &Options, pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, options.width, options.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
