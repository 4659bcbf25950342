//! Keys on disk: BIP-39 words, encrypted with a passphrase (age, scrypt). Words are never
//! printed and never an argument.

use std::{
    fs,
    io::{self, BufRead, IsTerminal, Read},
    path::PathBuf,
    sync::Mutex,
};

use age::{
    secrecy::{ExposeSecret, SecretString},
    DecryptError,
};
use serde::{Deserialize, Serialize};
use surge_chain::{Account, Key, Network};

use crate::{
    deployment::CONTRACTS,
    failure::{Failure, Outcome},
    home, output,
};

/// Words from the environment, for machines.
const MNEMONIC: &str = "SURGE_MNEMONIC";
/// Passphrase from the environment, for machines.
const PASSPHRASE: &str = "SURGE_PASSPHRASE";
/// Least characters of a passphrase.
const SHORTEST: usize = 8;
/// Most bytes of a line of standard input.
const LONGEST: u64 = 1 << 12;

/// A key as it lies on the disk.
#[derive(Deserialize, Serialize)]
struct Stored {
    /// Public key in the JSON form of the Cosmos SDK, so that nothing has to be decrypted to
    /// look or to simulate.
    public: String,
    /// The words, encrypted, as text.
    words: String,
    /// The account's derivation path; that of the first account of every Cosmos wallet when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

/// A key that can be named.
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its account on the network.
    pub account: Account,
    /// Where it comes from.
    pub origin: String,
}

/// Makes a key of new words. `backup` gets them, readable by the user alone.
pub fn generate(network: &Network, name: &str, backup: &std::path::Path) -> Outcome<Account> {
    ensure_new(name)?;
    if backup.exists() {
        return Err(Failure::new(format!("{} exists already", backup.display()))
            .next("name a file that does not exist yet"));
    }
    let words = surge_chain::new_words()?;
    // The words first: a key whose words are nowhere else cannot be brought back.
    home::write(backup, format!("{words}\n").as_bytes())?;
    store(network, name, &words, None).inspect_err(|_| {
        let _ = fs::remove_file(backup);
    })
}

/// Keeps a key, the account at a derivation path, whose words come from the environment, standard input or a prompt.
pub fn import(network: &Network, name: &str, path: Option<String>) -> Outcome<Account> {
    ensure_new(name)?;
    let words = match std::env::var(MNEMONIC) {
        Ok(words) => words,
        Err(_) if io::stdin().is_terminal() => rpassword::prompt_password("words (not shown): ")?,
        Err(_) => line()?.unwrap_or_default(),
    };
    store(network, name, words.trim(), path)
}

/// All keys: the user's own, and those that a local network's file holds.
pub fn all(network: &Network) -> Outcome<Vec<Known>> {
    let mut found = vec![];
    for entry in fs::read_dir(folder()?).into_iter().flatten().flatten() {
        let path = entry.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            found.push(known(network, &name.unwrap_or_default())?);
        }
    }
    for key in &network.keys {
        if !found.iter().any(|known: &Known| known.name == key.name) {
            found.push(known(network, &key.name)?);
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Files of keys that others on this machine may read.
pub fn open_to_others() -> Outcome<Vec<String>> {
    let mut open = vec![];
    #[cfg(unix)]
    for entry in fs::read_dir(folder()?).into_iter().flatten().flatten() {
        use std::os::unix::fs::PermissionsExt;
        if entry.metadata()?.permissions().mode() & 0o077 != 0 {
            open.push(entry.path().display().to_string());
        }
    }
    Ok(open)
}

/// A key by name, without decrypting it.
pub fn known(network: &Network, name: &str) -> Outcome<Known> {
    let path = file(name)?;
    if path.is_file() {
        let stored = read(&path)?;
        return Ok(Known {
            name: name.to_owned(),
            account: Account::from_public(&network.prefix, &stored.public)?,
            origin: path.display().to_string(),
        });
    }
    let key = network.key(name).map_err(|_| unknown(name))?;
    Ok(Known {
        name: name.to_owned(),
        account: key.account().clone(),
        origin: "the network's file".to_owned(),
    })
}

/// A key that can sign. Its passphrase comes from the environment, a prompt, or, where nobody
/// is there to type, the next line of standard input.
pub fn unlock(network: &Network, name: &str) -> Outcome<Key> {
    let path = file(name)?;
    if !path.is_file() {
        return network.key(name).map_err(|_| unknown(name));
    }
    let stored = read(&path)?;
    let passphrase = passphrase(&format!("passphrase of {name}: "))?;
    let identity = age::scrypt::Identity::new(passphrase);
    let words = output::waiting("opening the key", || {
        age::decrypt(&identity, stored.words.as_bytes())
    });
    let words = words.map_err(|error| closed(name, &path, &error))?;
    let words = String::from_utf8(words).map_err(|_| damaged(&path, "what it holds is no text"))?;
    let path = stored.path.as_deref().unwrap_or(surge_chain::PATH);
    Ok(Key::at_path(&network.prefix, name, &words, path)?)
}

/// Why a key does not open.
fn closed(name: &str, path: &std::path::Path, error: &DecryptError) -> Failure {
    match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            Failure::new(format!("the passphrase does not open the key {name}"))
                .next(format!("try again, or set {PASSPHRASE}"))
        }
        DecryptError::NoMatchingKeys => Failure::new(format!(
            "{} is encrypted for another key of age, not with a passphrase",
            path.display()
        ))
        .next(format!(
            "keep the key under another name, by its words: surge keys import {name}2"
        )),
        DecryptError::ExcessiveWork { required, target } => Failure::new(format!(
            "{} asks for 2^{required} steps of scrypt, and this machine does 2^{target} in a second",
            path.display()
        ))
        .next(format!(
            "it was made on a faster machine; keep the key here by its words: surge keys import {name}2"
        )),
        other => damaged(path, &other.to_string()),
    }
}

fn damaged(path: &std::path::Path, why: &str) -> Failure {
    Failure::new(format!("{} is damaged: {}", path.display(), why.trim())).next(
        "bring the file back from a copy, or move it away and import the key by its words: surge keys import NAME",
    )
}

fn store(network: &Network, name: &str, words: &str, path: Option<String>) -> Outcome<Account> {
    let at = path.as_deref().unwrap_or(surge_chain::PATH);
    let key = Key::at_path(&network.prefix, name, words, at)?;
    let passphrase = match std::env::var(PASSPHRASE) {
        Ok(passphrase) => SecretString::from(passphrase),
        Err(_) if !io::stdin().is_terminal() => piped()?,
        Err(_) => {
            let first = prompt("new passphrase: ")?;
            if prompt("the same again: ")?.expose_secret() != first.expose_secret() {
                return Err(Failure::new("the two passphrases differ").next("try again"));
            }
            first
        }
    };
    let len = passphrase.expose_secret().chars().count();
    if len < SHORTEST {
        return Err(Failure::new(format!(
            "the passphrase has {len} characters, at least {SHORTEST} are needed"
        ))
        .next("choose a longer one"));
    }
    let recipient = age::scrypt::Recipient::new(passphrase);
    let words = output::waiting("encrypting", || {
        age::encrypt_and_armor(&recipient, words.as_bytes())
    });
    let words = words.map_err(|error| Failure::new(format!("cannot encrypt: {error}")))?;
    let stored = Stored {
        public: key.account().public.to_json(),
        words,
        path,
    };
    home::write(&file(name)?, &serde_json::to_vec_pretty(&stored)?)?;
    Ok(key.account().clone())
}

fn ensure_new(name: &str) -> Outcome<()> {
    if CONTRACTS.contains(&name) {
        return Err(Failure::new(format!("{name} is what a contract is called"))
            .next("choose another name"));
    }
    if file(name)?.exists() {
        return Err(Failure::new(format!("there is a key named {name} already"))
            .next("choose another name, or see what there is with: surge keys list"));
    }
    Ok(())
}

fn passphrase(prompt_text: &str) -> Outcome<SecretString> {
    match std::env::var(PASSPHRASE) {
        Ok(passphrase) => Ok(SecretString::from(passphrase)),
        Err(_) if !io::stdin().is_terminal() => piped(),
        Err(_) => prompt(prompt_text),
    }
}

/// The next line of standard input. When there are no more, the last passphrase counts again:
/// a machine may use one for several keys.
fn piped() -> Outcome<SecretString> {
    static LAST: Mutex<Option<SecretString>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(|broken| broken.into_inner());
    if let Some(line) = line()? {
        *last = Some(SecretString::from(line));
    }
    last.clone().ok_or_else(|| {
        Failure::new("a passphrase is needed, and nobody is here to type it").next(format!(
            "set {PASSPHRASE}, or write it to standard input, a line for each key"
        ))
    })
}

/// A line of standard input without its end; none when there are no more.
fn line() -> Outcome<Option<String>> {
    let mut line = String::new();
    let read = io::stdin().lock().take(LONGEST).read_line(&mut line)?;
    if line.len() as u64 >= LONGEST {
        return Err(Failure::new(format!(
            "a line of standard input has {LONGEST} bytes or more"
        ))
        .next("write the words on one line and the passphrase on the next"));
    }
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    Ok((read > 0).then_some(line))
}

fn prompt(text: &str) -> Outcome<SecretString> {
    Ok(SecretString::from(rpassword::prompt_password(text)?))
}

fn read(path: &std::path::Path) -> Outcome<Stored> {
    let text = fs::read(path)?;
    serde_json::from_slice(&text).map_err(|error| damaged(path, &error.to_string()))
}

fn unknown(name: &str) -> Failure {
    Failure::new(format!("there is no key named {name}"))
        .next("see which there are with: surge keys list; make one with: surge keys add NAME")
}

fn folder() -> Outcome<PathBuf> {
    Ok(home::home()?.join("keys"))
}

fn file(name: &str) -> Outcome<PathBuf> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(Failure::new(format!(
            "{name:?} is no name of a key: letters, digits, - and _"
        )));
    }
    Ok(folder()?.join(format!("{name}.json")))
}

/// Whether this is meant as an address of the network; no key is called so.
pub fn is_address(network: &Network, word: &str) -> bool {
    word.starts_with(&format!("{}1", network.prefix))
}

/// The address of a key by name, or the address itself.
pub fn address(network: &Network, name: &str) -> Outcome<String> {
    match is_address(network, name) {
        true => Ok(name.to_owned()),
        false => Ok(known(network, name)?.account.address().to_owned()),
    }
}
