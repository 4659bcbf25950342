//! Where the command line keeps its files.

use std::{
    fs,
    io::{self, Write},
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
    // A file or link that somebody laid there is not written to.
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = match options.open(&new) {
        // Left by a program of the same number that was killed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&new).map_err(failed)?;
            options.open(&new).map_err(failed)?
        }
        opened => opened.map_err(failed)?,
    };
    file.write_all(content).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&new, path).map_err(failed)?;
    // Without this a power cut may bring the old file back.
    #[cfg(unix)]
    fs::File::open(match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    })
    .and_then(|folder| folder.sync_all())
    .map_err(failed)?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_through_a_link_that_lies_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, theirs) = (
            folder.path().join("state.json"),
            folder.path().join("theirs"),
        );
        fs::write(&theirs, "theirs").expect("a file");
        let new = path.with_extension(format!("{}.new", std::process::id()));
        std::os::unix::fs::symlink(&theirs, &new).expect("a link");
        write(&path, b"ours").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "ours");
        assert_eq!(fs::read_to_string(&theirs).expect("a file"), "theirs");
    }
}
