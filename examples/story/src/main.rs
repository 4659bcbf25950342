//! Plays a job from submission to withdrawal on the embedded chain. The contracts are the
//! real ones, the program really runs, and every token is accounted for at the end.

mod books;
mod cast;
mod council;
mod errand;
mod mint;
mod play;
mod tell;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::errand::Errand;
use crate::tell::Teller;

/// Plays a job end to end on the embedded chain.
#[derive(Parser)]
#[command(name = "scripts/demo", version)]
struct Options {
    /// The WASI program (wasm32-wasip1) to run; the picture without it.
    #[arg(long)]
    program: PathBuf,
    /// A file that becomes the program's standard input.
    #[arg(long)]
    input: Option<PathBuf>,
    /// An argument for the program; may be repeated.
    #[arg(long = "arg", allow_hyphen_values = true)]
    args: Vec<String>,
    /// Size of the data that the job declares to lie in Europe, in MiB.
    #[arg(long, default_value_t = errand::DATA_MIB)]
    data_mib: u64,
    /// Folder for what the jobs put out.
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// The whole run as JSON on standard output.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let teller = Teller::new(options.json);
    match play(&options, &teller) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn play(options: &Options, teller: &Teller) -> anyhow::Result<bool> {
    let errand = Errand::read(options)?;
    let story = play::play(&errand, teller)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&story)?);
    }
    Ok(story.books.reconcile)
}
