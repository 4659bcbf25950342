//! Keys: their words stay where they belong.

use std::sync::atomic::Ordering;

use crate::node::{Illness, Node};
use crate::support::{fields, text, Surge};
use serde_json::{json, Value};

/// Words that every wallet of the field knows; the address is what those give for them.
const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const ADDRESS: &str = "osmo19rl4cm2hmr8afy4kldpxz3fka4jguq0a5m7df8";
const PASSPHRASE: [(&str, &str); 1] = [("SURGE_PASSPHRASE", "correct horse")];
const ON: [&str; 2] = ["--network", "osmosis-testnet"];
/// Bob's words are imported for a network of one made-up node, and pay somebody there.
const IMPORT: [&str; 5] = ["keys", "import", "bob", "-n", "sick.toml"];
const PAY: [&str; 9] = [
    "pay",
    "wasm1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqe9gl9p",
    "1 STAKE",
    "-n",
    "sick.toml",
    "-f",
    "bob",
    "--yes",
    "--json",
];

fn words(command: &[&'static str]) -> Vec<&'static str> {
    command.iter().copied().chain(ON).collect()
}

#[test]
fn a_key_is_imported_from_standard_input_or_the_environment_by_the_standard_path() {
    let surge = Surge::new();
    let import = words(&["keys", "import", "alice", "--json"]);
    let done = surge.run_with(&import, &PASSPHRASE, &format!("{WORDS}\n"));
    assert_eq!(done.json(), json!({ "name": "alice", "address": ADDRESS }));

    let import = words(&["keys", "import", "bob", "--json"]);
    let variables = [PASSPHRASE[0], ("SURGE_MNEMONIC", WORDS)];
    assert_eq!(
        surge.run_with(&import, &variables, "").json()["address"],
        ADDRESS
    );

    let list = surge.run(&words(&["keys", "list", "--json"])).json();
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!(fields(&list[0]), ["address", "name", "origin"]);
}

#[test]
fn another_account_of_the_same_words_is_imported_by_its_path() {
    let surge = Surge::new();
    let at = |name: &'static str, path: &'static str| {
        let import = words(&["keys", "import", name, "--path", path, "--json"]);
        surge.run_with(&import, &PASSPHRASE, &format!("{WORDS}\n"))
    };
    assert_eq!(at("first", "m/44'/118'/0'/0/0").json()["address"], ADDRESS);
    let second = at("second", "m/44'/118'/0'/0/1").json()["address"].clone();
    assert_ne!(second, ADDRESS);
    let shown = surge.run(&words(&["keys", "list", "--json"])).json();
    assert_eq!(shown[1]["address"], second);
    let failure = at("third", "first").failure();
    let error = failure["error"].as_str().expect("text");
    assert!(error.contains("\"first\" is no derivation path"), "{error}");
}

#[test]
fn settings_of_somebody_else_that_name_keys_are_told_to_name_addresses() {
    let surge = Surge::new();
    let settings = include_str!("../../../../networks/testnet.settings.toml");
    surge.file("theirs.toml", settings);
    let at = "dao=osmo1d,token=osmo1t,registry=osmo1r,escrow=osmo1e,rewards=osmo1w";
    let verify = [
        "deploy",
        "verify",
        "--settings",
        "theirs.toml",
        "--addresses",
        at,
    ];
    let failure = surge
        .run(&[&verify[..], &ON, &["--json"]].concat())
        .failure();
    let error = failure["error"].as_str().expect("text");
    assert_eq!(error, "theirs.toml: there is no key named arbiter");
    let next = failure["next"].as_str().expect("text");
    assert!(
        next.contains("need addresses") && next.contains("osmo1"),
        "{next}"
    );
}

#[test]
fn a_new_key_writes_its_words_once_for_its_user_alone() {
    let surge = Surge::new();
    let add = words(&["keys", "add", "alice", "--backup", "alice.words", "--json"]);
    let done = surge.run_with(&add, &PASSPHRASE, "");
    let added = done.json();
    assert_eq!(fields(&added), ["address", "backup", "name"]);
    let backup = std::fs::read_to_string(surge.path("alice.words")).expect("words");
    assert_eq!(backup.split_whitespace().count(), 24);

    let again = words(&["keys", "add", "bob", "--backup", "alice.words", "--json"]);
    let failure = surge.run_with(&again, &PASSPHRASE, "").failure();
    assert!(failure["error"]
        .as_str()
        .is_some_and(|error| error.contains("exists already")));

    // The words are those of the key.
    let import = words(&["keys", "import", "again", "--json"]);
    let imported = surge.run_with(&import, &PASSPHRASE, &backup).json();
    assert_eq!(imported["address"], added["address"]);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_what_belongs_to_a_key() {
    use std::os::unix::fs::PermissionsExt;

    let surge = Surge::new();
    let add = words(&["keys", "add", "alice", "--backup", "alice.words"]);
    assert_eq!(surge.run_with(&add, &PASSPHRASE, "").code, 0);
    for name in ["keys/alice.json", "alice.words"] {
        let mode = std::fs::metadata(surge.path(name))
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // `surge doctor` sees when that changes.
    let key = surge.path("keys/alice.json");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("a change");
    let doctor = surge.run(&words(&["doctor", "--json"])).failure();
    let checks = doctor["checks"].as_array().expect("checks");
    let keys = checks
        .iter()
        .find(|check| check["what"] == "keys")
        .expect("keys");
    assert_eq!(keys["state"], "wrong");
}

#[test]
fn no_output_and_no_file_but_the_backup_holds_the_words() {
    let surge = Surge::new();
    let import = words(&["keys", "import", "alice"]);
    let mut said = vec![surge.run_with(&import, &PASSPHRASE, WORDS)];
    let add = words(&["keys", "add", "bob", "--backup", "bob.words"]);
    said.push(surge.run_with(&add, &PASSPHRASE, ""));
    let backup = std::fs::read_to_string(surge.path("bob.words")).expect("words");
    for command in [
        &["keys", "list"][..],
        &["keys", "list", "--json"],
        &["keys", "show", "alice"],
        &["keys", "show", "bob", "--json"],
        &["keys", "import", "alice"],
        &["network", "show"],
        &["doctor"],
        &["doctor", "--json"],
    ] {
        said.push(surge.run_with(&words(command), &PASSPHRASE, WORDS));
    }
    let hidden = |text: &str| {
        assert!(!text.contains("abandon"), "{text}");
        assert!(!text.contains(backup.trim()), "{text}");
        assert!(!text.contains("correct horse"), "{text}");
    };
    for done in &said {
        hidden(&done.out);
        hidden(&done.err);
    }
    for name in ["alice", "bob"] {
        let path = surge.path(&format!("keys/{name}.json"));
        hidden(&std::fs::read_to_string(path).expect("a key"));
    }
}

#[test]
fn there_is_no_way_to_say_words_in_an_argument_or_to_get_them_back() {
    let surge = Surge::new();
    for command in [
        &["keys", "export", "alice"][..],
        &["keys", "import", "alice", WORDS],
        &["keys", "import", "alice", "--mnemonic", WORDS],
        &["keys", "import", "alice", "--passphrase", "correct horse"],
    ] {
        assert_eq!(surge.run(command).code, 2, "{command:?}");
    }
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let surge = Surge::new();
    let import = words(&["keys", "import", "alice", "--json"]);
    let error =
        |done: crate::support::Done| done.failure()["error"].as_str().expect("text").to_owned();
    let mistyped = WORDS.replace("about", "abandon");
    for (variables, input, expected) in [
        (&PASSPHRASE[..], mistyped.as_str(), "checksum"),
        (
            &[("SURGE_PASSPHRASE", "short")],
            WORDS,
            "has 5 characters, at least 8",
        ),
        (
            &[],
            WORDS,
            "a passphrase is needed, and nobody is here to type it",
        ),
    ] {
        let said = error(surge.run_with(&import, variables, input));
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(surge.run_with(&import, &PASSPHRASE, WORDS).code, 0);
    let said = error(surge.run_with(&import, &PASSPHRASE, WORDS));
    assert!(
        said.contains("there is a key named alice already"),
        "{said}"
    );
    let slash = words(&["keys", "import", "../alice", "--json"]);
    let said = error(surge.run_with(&slash, &PASSPHRASE, WORDS));
    assert!(said.contains("is no name of a key"), "{said}");
}

#[test]
fn a_key_opens_with_its_own_passphrase_alone() {
    let (surge, node) = (Surge::new(), Node::start(Illness::Ahead(0)));
    surge.file("sick.toml", &node.network());
    assert_eq!(surge.run_with(&IMPORT, &PASSPHRASE, WORDS).code, 0);
    let wrong = [("SURGE_PASSPHRASE", "wrong horse")];
    let failure = surge.run_with(&PAY, &wrong, "").failure();
    assert_eq!(
        text(&failure, "error"),
        "the passphrase does not open the key bob"
    );
    assert_eq!(node.handed.load(Ordering::SeqCst), 0);
    surge.run_with(&PAY, &PASSPHRASE, "").json();
    assert_eq!(node.handed.load(Ordering::SeqCst), 1);
    // A machine may write it to standard input instead.
    let failure = surge.run_with(&PAY, &[], "wrong horse\n").failure();
    assert!(text(&failure, "error").contains("does not open the key bob"));
    surge.run_with(&PAY, &[], "correct horse\n").json();
    assert_eq!(node.handed.load(Ordering::SeqCst), 2);
    let failure = surge.run_with(&PAY, &[], "").failure();
    assert!(
        text(&failure, "next").contains("standard input"),
        "{failure}"
    );
}

#[test]
fn a_key_that_does_not_open_says_whether_its_file_is_damaged_or_not_for_a_passphrase() {
    let (surge, node) = (Surge::new(), Node::start(Illness::Ahead(0)));
    surge.file("sick.toml", &node.network());
    // Words on the first line, the passphrase on the second.
    let both = format!("{WORDS}\ncorrect horse\n");
    assert_eq!(surge.run_with(&IMPORT, &[], &both).code, 0);
    let kept = std::fs::read_to_string(surge.path("keys/bob.json")).expect("a key");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    let pay = || surge.run_with(&PAY, &PASSPHRASE, "");
    pay().json();
    let with = |words: String| {
        let mut file = kept.clone();
        file["words"] = words.into();
        surge.file("keys/bob.json", &file.to_string());
        let failure = pay().failure();
        (
            text(&failure, "error").to_owned(),
            text(&failure, "next").to_owned(),
        )
    };
    let armored = text(&kept, "words");
    let other = age::x25519::Identity::generate().to_public();
    let other = age::encrypt_and_armor(&other, WORDS.as_bytes()).expect("encrypted");
    let cut: Vec<&str> = armored.lines().collect();
    let cut = [&cut[..cut.len() - 2], &cut[cut.len() - 1..]]
        .concat()
        .join("\n");
    for (words, error, next) in [
        (cut, "bob.json is damaged", "import the key by its words"),
        ("nothing".to_owned(), "bob.json is damaged", "from a copy"),
        (
            other,
            "for another key of age, not with a passphrase",
            "surge keys import bob2",
        ),
    ] {
        let (said, step) = with(words);
        assert!(said.contains(error), "{said}");
        assert!(step.contains(next), "{step}");
    }
    assert_eq!(node.handed.load(Ordering::SeqCst), 1);
}
