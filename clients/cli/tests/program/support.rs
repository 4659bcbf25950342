//! The program in a home of its own.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// One person's `surge`.
pub struct Surge {
    home: TempDir,
}

impl Surge {
    /// With an empty home.
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A file in the home, with this content.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// The program with these words; nothing of this machine's settings comes through.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surge"));
        command
            .args(words)
            .env_clear()
            .env("SURGE_HOME", self.home.path())
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1")
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// What came of it.
    pub fn run(&self, words: &[&str]) -> Done {
        Done::of(self.command(words))
    }

    /// The same with variables and a standard input.
    pub fn run_with(&self, words: &[&str], variables: &[(&str, &str)], input: &str) -> Done {
        let mut command = self.command(words);
        command
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // A program that wants nothing may be gone already.
        let _ = pipe.write_all(input.as_bytes());
        drop(pipe);
        Done::read(child.wait_with_output().expect("it ends"))
    }
}

/// How the program ended.
#[derive(Debug)]
pub struct Done {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Done {
    fn of(mut command: Command) -> Self {
        Self::read(command.output().expect("the program starts"))
    }

    fn read(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// It ended well; what it printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).expect("JSON alone on standard output")
    }

    /// It failed; what it printed, as JSON.
    #[track_caller]
    pub fn failure(&self) -> Value {
        assert_eq!(self.code, 1, "{self:?}");
        serde_json::from_str(&self.out).expect("JSON alone on standard output")
    }
}

/// Names of an object's fields, in order.
#[track_caller]
pub fn fields(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

/// What stands in a field that holds text.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("text")
}
