//! Where the command line keeps its files.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use etcetera::{base_strategy, BaseStrategy};

use crate::failure::{Failure, Outcome};

/// The folder of everything that is kept: `SURGE_HOME`, or where programs of this system
/// keep their settings.
pub fn home() -> Outcome<PathBuf> {
    if let Some(home) = std::env::var_os("SURGE_HOME") {
        return Ok(home.into());
    }
    base_strategy::choose_native_strategy()
        .map(|system| system.config_dir().join("surge"))
        .map_err(|_| {
            Failure::new("this system tells no home folder").next("set SURGE_HOME to a folder")
        })
}

/// A file of the user's, replaced whole or not at all; nobody else may read it.
pub fn write(path: &Path, content: &[u8]) -> Outcome<()> {
    let failed =
        |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    // Its own name, for programs that run side by side.
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&new).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&new, path).map_err(failed)
}
