//! Keys on disk: BIP-39 words, encrypted with a passphrase (age, scrypt). Words are never
//! printed and never an argument.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::PathBuf,
};

use age::secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use surge_chain::{Account, Key, Network};

use crate::{
    failure::{Failure, Outcome},
    home, output,
};

/// Words from the environment, for machines.
const MNEMONIC: &str = "SURGE_MNEMONIC";
/// Passphrase from the environment, for machines.
const PASSPHRASE: &str = "SURGE_PASSPHRASE";
/// Least characters of a passphrase.
const SHORTEST: usize = 8;

/// A key as it lies on the disk.
#[derive(Deserialize, Serialize)]
struct Stored {
    /// Public key in the JSON form of the Cosmos SDK, so that nothing has to be decrypted to
    /// look or to simulate.
    public: String,
    /// The words, encrypted, as text.
    words: String,
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
    store(network, name, &words).inspect_err(|_| {
        let _ = fs::remove_file(backup);
    })
}

/// Keeps a key whose words come from the environment, standard input or a prompt.
pub fn import(network: &Network, name: &str) -> Outcome<Account> {
    ensure_new(name)?;
    let words = match std::env::var(MNEMONIC) {
        Ok(words) => words,
        Err(_) if io::stdin().is_terminal() => rpassword::prompt_password("words (not shown): ")?,
        Err(_) => {
            let mut words = String::new();
            io::stdin().take(1 << 12).read_to_string(&mut words)?;
            words
        }
    };
    store(network, name, words.trim())
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

/// A key that can sign. Asks for the passphrase where the environment does not say it.
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
    let words = words.map_err(|_| {
        Failure::new(format!("the passphrase does not open the key {name}"))
            .next(format!("try again, or set {PASSPHRASE}"))
    })?;
    let words = String::from_utf8(words).map_err(|_| Failure::new("the key's file is damaged"))?;
    Ok(Key::from_mnemonic(&network.prefix, name, &words)?)
}

fn store(network: &Network, name: &str, words: &str) -> Outcome<Account> {
    let key = Key::from_mnemonic(&network.prefix, name, words)?;
    let passphrase = match std::env::var(PASSPHRASE) {
        Ok(passphrase) => SecretString::from(passphrase),
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
        )));
    }
    let recipient = age::scrypt::Recipient::new(passphrase);
    let words = output::waiting("encrypting", || {
        age::encrypt_and_armor(&recipient, words.as_bytes())
    });
    let words = words.map_err(|error| Failure::new(format!("cannot encrypt: {error}")))?;
    let stored = Stored {
        public: key.account().public.to_json(),
        words,
    };
    home::write(&file(name)?, &serde_json::to_vec_pretty(&stored)?)?;
    Ok(key.account().clone())
}

fn ensure_new(name: &str) -> Outcome<()> {
    if file(name)?.exists() {
        return Err(Failure::new(format!("there is a key named {name} already"))
            .next("choose another name, or see what there is with: surge keys list"));
    }
    Ok(())
}

fn passphrase(prompt_text: &str) -> Outcome<SecretString> {
    match std::env::var(PASSPHRASE) {
        Ok(passphrase) => Ok(SecretString::from(passphrase)),
        Err(_) => prompt(prompt_text),
    }
}

fn prompt(text: &str) -> Outcome<SecretString> {
    if !io::stdin().is_terminal() {
        return Err(
            Failure::new("a passphrase is needed, and nobody is here to type it")
                .next(format!("set {PASSPHRASE}")),
        );
    }
    Ok(SecretString::from(rpassword::prompt_password(text)?))
}

fn read(path: &std::path::Path) -> Outcome<Stored> {
    let text = fs::read(path)?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("{} is damaged: {error}", path.display())))
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

/// The address of a key by name, or the address itself.
pub fn address(network: &Network, name: &str) -> Outcome<String> {
    match name.starts_with(&format!("{}1", network.prefix)) {
        true => Ok(name.to_owned()),
        false => Ok(known(network, name)?.account.address().to_owned()),
    }
}
