use std::{
    env, fmt,
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Longest wait for a program that runs beside the test.
const PATIENCE: Duration = Duration::from_secs(60);

/// One person at a terminal: the `surge` program with a home of its own, so that keys,
/// state and stores of several people lie apart.
#[derive(Clone, Debug)]
pub struct Surge {
    /// Where this person's files are (`SURGE_HOME`).
    pub home: PathBuf,
    /// The network's file.
    pub network: PathBuf,
    /// The program.
    pub bin: PathBuf,
    /// Name of the key that signs, when a command does not say it with `--from`.
    pub from: Option<String>,
    /// Further environment of each call, such as `SURGE_STATE`.
    pub env: Vec<(String, String)>,
}

/// A command that failed, as the program said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What went wrong.
    pub error: String,
    /// What to do about it; empty when it said nothing.
    pub next: String,
}

impl Surge {
    /// A person with this home on the network of `SURGE_NETWORK`, through the program of
    /// `SURGE_BIN`; `scripts/chain` sets both. Panics when they are not set.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        let named = |name: &str| -> PathBuf {
            let value = env::var_os(name);
            value
                .unwrap_or_else(|| panic!("{name} is not set: run scripts/chain"))
                .into()
        };
        let home = home.into();
        fs::create_dir_all(&home).unwrap_or_else(|error| panic!("{}: {error}", home.display()));
        Self {
            home,
            network: named("SURGE_NETWORK"),
            bin: named("SURGE_BIN"),
            from: None,
            env: vec![],
        }
    }

    /// The same person, signing with this key.
    #[must_use]
    pub fn signing(&self, name: &str) -> Self {
        Self {
            from: Some(name.into()),
            ..self.clone()
        }
    }

    /// The same person with this in the environment.
    #[must_use]
    pub fn with(&self, name: &str, value: impl AsRef<Path>) -> Self {
        let mut with = self.clone();
        let value = value.as_ref().display().to_string();
        with.env.push((name.into(), value));
        with
    }

    /// A call of the program with `--json --yes`, to be started by the caller.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.bin);
        command
            .args(args)
            .args(["--json", "--yes"])
            .env("SURGE_HOME", &self.home)
            .env("SURGE_NETWORK", &self.network)
            .env_remove("SURGE_FROM")
            .env_remove("SURGE_STATE")
            .env_remove("SURGE_STORE")
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(from) = &self.from {
            command.env("SURGE_FROM", from);
        }
        command
    }

    /// Runs a command to its end. Answers what it printed as JSON; null when it printed
    /// nothing.
    pub fn run(&self, args: &[&str]) -> Result<Value, Refusal> {
        let refused = |error: String| Refusal {
            error,
            next: String::new(),
        };
        let output = self
            .command(args)
            .output()
            .map_err(|error| refused(format!("{}: {error}", self.bin.display())))?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let said: Value = match stdout.trim() {
            "" => Value::Null,
            text => serde_json::from_str(text)
                .map_err(|error| refused(format!("no JSON ({error}): {text}\n{stderr}")))?,
        };
        if output.status.success() {
            return Ok(said);
        }
        let text = |field: &str| said[field].as_str().unwrap_or_default().to_owned();
        Err(match said.get("error") {
            Some(_) => Refusal {
                error: text("error"),
                next: text("next"),
            },
            None => refused(format!("{}: {stderr}", output.status)),
        })
    }

    /// Runs a command that has to succeed. Panics with what it said otherwise.
    pub fn ok(&self, args: &[&str]) -> Value {
        self.run(args)
            .unwrap_or_else(|refusal| panic!("surge {}: {refusal}", args.join(" ")))
    }

    /// Runs a command that has to fail. Answers what it said and the next step it named.
    pub fn fails(&self, args: &[&str]) -> (String, String) {
        match self.run(args) {
            Ok(said) => panic!("surge {} did not fail: {said:#}", args.join(" ")),
            Err(refusal) => (refusal.error, refusal.next),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (next: {})", self.error, self.next)
    }
}

/// A program that runs beside the test; ended when it is dropped.
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Surge {
    /// Starts a command that runs until it is ended. What it prints goes to this file.
    pub fn start(&self, args: &[&str], log: impl Into<PathBuf>) -> Running {
        let log = log.into();
        let open = || {
            let mut options = OpenOptions::new();
            let file = options.create(true).append(true).open(&log);
            file.unwrap_or_else(|error| panic!("{}: {error}", log.display()))
        };
        let child = self
            .command(args)
            .stdin(Stdio::null())
            .stdout(open())
            .stderr(open())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.bin.display()));
        Running { child, log }
    }
}

impl Running {
    /// What it printed as JSON so far, a line each; other lines are left out.
    pub fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines = text.lines();
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits until it printed what is looked for. Panics when it ended or a minute is over.
    pub fn wait_for<T>(&mut self, what: &str, mut found: impl FnMut(&Value) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = self.lines().iter().find_map(&mut found) {
                return found;
            }
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || since.elapsed() > PATIENCE {
                panic!("no {what} (ended: {ended:?}):\n{}", self.text());
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until it ends by itself; answers whether it ended well. Panics after a minute.
    pub fn wait(&mut self) -> bool {
        self.exit_code() == Some(0)
    }

    /// Waits until it ends by itself; answers its exit code. Panics after a minute.
    pub fn exit_code(&mut self) -> Option<i32> {
        let since = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.code(),
                _ if since.elapsed() > PATIENCE => panic!("it does not end:\n{}", self.text()),
                _ => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Asks it to end (SIGTERM); answers whether it ended well.
    pub fn end(&mut self) -> bool {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.is_ok_and(|asked| asked.success()), "no process {pid}");
        self.wait()
    }

    /// Ends it without warning (SIGKILL).
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
