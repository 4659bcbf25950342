//! Plays a job from submission to withdrawal on the embedded chain. The contracts are the
//! real ones, the program really runs, and every token is accounted for at the end.

mod books;
mod cast;
mod council;
mod errand;
mod mint;
mod play;
mod share;
mod tell;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::errand::Errand;
use crate::tell::Teller;

/// Plays a job end to end on the embedded chain.
#[derive(Parser)]
#[command(name = "scripts/demo", bin_name = "./scripts/demo", version)]
struct Options {
    /// The WASI program (wasm32-wasip1) to run; the picture without it.
    #[arg(long)]
    program: PathBuf,
    /// A file that becomes the program's standard input.
    #[arg(long)]
    input: Option<PathBuf>,
    /// A folder that the program sees as /input: at most 15 files, no folders.
    #[arg(long, requires = "input")]
    input_dir: Option<PathBuf>,
    /// An argument for the program; may be repeated.
    #[arg(long = "arg", allow_hyphen_values = true)]
    args: Vec<String>,
    /// Size of the data that the job declares to lie in Europe, in MiB.
    #[arg(long, default_value_t = errand::DATA_MIB)]
    data_mib: u64,
    /// Memory that the job reserves and the program may use, in MiB.
    #[arg(long, default_value_t = errand::MEMORY_MIB)]
    memory_mib: u32,
    /// Units of fuel that the program may use, about one for each instruction.
    #[arg(long, default_value_t = errand::usual_fuel())]
    fuel: u64,
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
        Ok(false) => {
            eprintln!("error: the books do not reconcile");
            ExitCode::FAILURE
        }
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
