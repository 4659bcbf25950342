//! What the examples of the help come to: every message and query of the contracts is reached
//! by words, in the form that the contract takes, and what is printed has the shape that
//! docs/cli.md tells.

use std::collections::BTreeSet;

use base64::{engine::general_purpose::STANDARD, Engine};
use cw20_base::msg as token;
use serde::{de::DeserializeOwned, Serialize};
use serde_json::Value;
use surge_interface::{
    dao::{self, Action},
    escrow, registry, rewards, UncheckedDenom,
};

use crate::suite::{Answers, World, NOTHING};
use crate::support::fields;

#[path = "../../src/examples.rs"]
#[allow(dead_code)]
mod examples;
#[path = "../../src/shapes.rs"]
#[allow(dead_code)]
mod shapes;

use examples::EXAMPLES;
use shapes::{Prints, SHAPES};

/// What concerns this machine, or deploys, or runs until it is ended: other tests run it.
const ELSEWHERE: [&str; 18] = [
    "keys add",
    "keys import",
    "network show",
    "network add",
    "network check",
    "node run",
    "job watch",
    "store serve",
    "deploy plan",
    "deploy apply",
    "deploy upgrade",
    "deploy verify",
    "tx",
    "doctor",
    "completions",
    "man",
    "node detect",
    "provider statement",
];

/// Further words, for messages and queries that no example of a command's help reaches.
const MORE: [&str; 39] = [
    "surge dao propose --title Rest --set escrow.take_bps=400 --set rewards.base_bps=199 --intake registry closed --owner registry anyone --from member1",
    "surge money fund \"5 STAKE\" --from anyone",
    "surge money sync registry --of STAKE --from anyone",
    "surge job submit --program p.wasm --max-price \"2 STAKE\" --from requester",
    "surge call token burn amount=7 --from alice",
    "surge call token decrease_allowance spender=@anyone amount=7 --from alice",
    "surge call token transfer_from owner=@anyone recipient=@alice amount=7 --from alice",
    "surge call token send_from owner=@anyone contract=@alice amount=7 msg=e30= --from alice",
    "surge call token burn_from owner=@anyone amount=7 --from alice",
    "surge call token update_minter new_minter=@anyone --from alice",
    "surge dao propose --title Logo --tell token.upload_logo url=https://example.org/l.png --from member1",
    "surge dao propose --title Moon --region moon jurisdiction=DE clean_percent=60 rtt.us-east=90 rtt.us-central=91 rtt.us-west=92 rtt.europe=93 rtt.africa=94 rtt.asia=95 rtt.australia=96 rtt.moon=2 --from member1",
    "surge ask registry reservation job=7",
    "surge ask dao ballot proposal=3 member=2",
    "surge ask dao ballot_of proposal=3 address=@member1",
    "surge ask dao proposal proposal_id=3",
    "surge ask dao list_proposals",
    "surge ask dao reverse_proposals",
    "surge ask dao vote proposal_id=3 voter=@member1",
    "surge ask dao list_votes proposal_id=3",
    "surge ask dao voter address=@member1",
    "surge ask dao list_voters",
    "surge ask dao threshold",
    "surge ask dao member addr=@member1",
    "surge ask dao list_members",
    "surge ask dao total_weight",
    "surge ask dao admin",
    "surge ask dao hooks",
    "surge ask dao total_power_at_height",
    "surge ask dao member_by_id member=2",
    "surge ask token all_allowances owner=@alice",
    "surge ask token all_spender_allowances spender=@alice",
    "surge ask token all_accounts",
    "surge ask token marketing_info",
    "surge ask token minter",
    "surge network params token",
    "surge network params escrow",
    "surge network params rewards",
    "surge network params dao",
];

/// Answers only when there is a logo.
const NO_LOGO: &str = "surge ask token download_logo";

/// What was composed: contract, whether it rides on tokens, and its name.
type Reached = BTreeSet<(String, bool, String)>;

/// The line as words of this world. Stakers have a DAO of their own.
fn words(line: &str) -> Vec<String> {
    let line = line.split(['<', '>']).next().unwrap_or_default().trim();
    let mut words = shlex::split(line).expect("a line of a shell");
    if line.contains("dao stake") || line.contains("dao unstake") {
        words.extend(["--deployment", "stakers"].map(str::to_owned));
    }
    words.remove(0);
    words.retain(|word| word != "--json" && word != "--yes");
    words.extend(["--json", "--network", "suite.toml"].map(str::to_owned));
    words
}

fn run(world: &World, line: &str, how: &str) -> Value {
    let mut words = words(line);
    words.push(how.to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = world.surge.run(&words);
    assert_eq!(done.code, 0, "{line}: {done:?}");
    serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{line}: {error}: {done:?}"))
}

/// The contract takes it, and loses nothing of it.
fn takes<T: DeserializeOwned + Serialize>(msg: &Value) {
    let read: T = serde_json::from_value(msg.clone())
        .unwrap_or_else(|error| panic!("{msg:#} is not taken: {error}"));
    let again = serde_json::to_value(read).expect("JSON");
    let told = (without_nulls(&again), without_nulls(msg));
    assert_eq!(told.0, told.1, "the contract reads something else");
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(values) => values.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

fn reach(contract: &str, tokens: bool, msg: &Value, reached: &mut Reached) {
    match (contract, tokens) {
        ("registry", false) => takes::<registry::ExecuteMsg>(msg),
        ("registry", true) => takes::<registry::ReceiveMsg>(msg),
        ("escrow", false) => takes::<escrow::ExecuteMsg>(msg),
        ("escrow", true) => takes::<escrow::ReceiveMsg>(msg),
        ("rewards", false) => takes::<rewards::ExecuteMsg>(msg),
        ("dao", false) => takes::<dao::ExecuteMsg>(msg),
        ("dao", true) => takes::<dao::ReceiveMsg>(msg),
        ("token", false) => takes::<token::ExecuteMsg>(msg),
        (other, _) => panic!("{other} takes no {msg:#}"),
    }
    let name = msg.as_object().and_then(|msg| msg.keys().next());
    let name = name.expect("a name").clone();
    reached.insert((contract.to_owned(), tokens, name));
}

/// A plan's messages, what rides on tokens, and what proposals carry.
fn follow(world: &World, plan: &Value, reached: &mut Reached, actions: &mut BTreeSet<String>) {
    let decoded = |text: &Value| -> Value {
        let bytes = STANDARD.decode(text.as_str().expect("text"));
        serde_json::from_slice(&bytes.expect("base64")).expect("JSON")
    };
    for message in plan["messages"].as_array().into_iter().flatten() {
        let Some(contract) = message["contract"].as_str() else {
            continue; // a payment in coins
        };
        let (contract, msg) = (&world.contracts[contract], &message["msg"]);
        reach(contract, false, msg, reached);
        let send = &msg["send"];
        let to = send["contract"].as_str();
        if let Some(to) = to.and_then(|to| world.contracts.get(to)) {
            reach(to, true, &decoded(&send["msg"]), reached);
        }
        for action in msg["propose"]["draft"]["actions"]
            .as_array()
            .into_iter()
            .flatten()
        {
            takes::<Action>(action);
            let (kind, inner) = action
                .as_object()
                .and_then(|action| action.iter().next())
                .expect("an action");
            actions.insert(kind.clone());
            if kind == "execute" {
                let contract = inner["contract"].as_str().expect("an address");
                let contract = &world.contracts[contract];
                reach(contract, false, &decoded(&inner["msg"]), reached);
            }
        }
    }
}

/// Denominations are written as contracts take them.
fn denominated(line: &str, shown: &Value) {
    match shown {
        Value::Object(of) => {
            if let Some(denom) = of.get("denom") {
                let read = serde_json::from_value::<UncheckedDenom>(denom.clone());
                assert!(read.is_ok(), "{line}: {denom}");
            }
            of.values().for_each(|inner| denominated(line, inner));
        }
        Value::Array(list) => list.iter().for_each(|inner| denominated(line, inner)),
        _ => {}
    }
}

/// What a command prints has the fields of its shape.
fn shaped(world: &World, command: &str, line: &str, shown: &Value, asked: &Answers) {
    let shape = SHAPES.iter().find(|shape| shape.command == command);
    let shape = shape.expect("a shape");
    // What a contract answers is its own.
    let own = !shape.told().contains("answer");
    let sorted = |names: &[(&str, &str)], more: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.extend(more.iter().map(|name| (*name).to_owned()));
        names.sort_unstable();
        names
    };
    match shape.prints {
        Prints::Sent(names) => {
            let plan = [
                "fee",
                "gas",
                "gas_limit",
                "messages",
                "moves",
                "signer",
                "what",
            ];
            assert_eq!(fields(shown), plan, "{line}");
            // Nobody earned what could be claimed.
            let anyway = if command == "claim" { " --anyway" } else { "" };
            let sent = run(world, &format!("{line}{anyway}"), "--yes");
            let names = sorted(names, &["fee", "gas", "height", "tx"]);
            assert_eq!(fields(&sent), names, "{line}");
            denominated(line, &sent);
        }
        Prints::Object(names) => {
            let mut found = fields(shown);
            // Without the chain's history a pick stays unchecked.
            if command == "job explain" {
                found = found
                    .into_iter()
                    .map(|name| if name == "next" { "audit" } else { name })
                    .collect();
                found.sort_unstable();
            }
            assert_eq!(found, sorted(names, &[]), "{line}");
            if own {
                denominated(line, shown);
            }
        }
        Prints::List(names) => {
            denominated(line, shown);
            for row in shown.as_array().expect("a list") {
                assert_eq!(fields(row), sorted(names, &[]), "{line}");
            }
        }
        Prints::Answer(contract, query) => {
            let key = (contract.to_owned(), query.to_owned());
            let answer = asked
                .get(&key)
                .unwrap_or_else(|| panic!("{line} asks no {query}"));
            assert_eq!(shown, answer, "{line}");
        }
        Prints::Other(_) => {}
    }
}

#[test]
fn words_reach_all_that_the_contracts_take_and_answer() {
    let world = World::new();
    world.surge.file("p.wasm", NOTHING);
    for name in ["data.csv", "out.csv", "out.png"] {
        world.surge.file(name, "a,b\n");
    }
    let (mut reached, mut actions) = (Reached::new(), BTreeSet::new());
    let run_here = EXAMPLES
        .iter()
        .filter(|(command, _)| !ELSEWHERE.contains(command));
    let mut shown = vec![];
    for (command, lines) in run_here {
        for line in *lines {
            let said = run(&world, line, "--dry-run");
            follow(&world, &said, &mut reached, &mut actions);
            if *line == lines[0] {
                let asked = world.asked.lock().expect("no panic").clone();
                shown.push((*command, *line, said, asked));
            }
        }
    }
    assert!(
        !world.surge.path("store").exists(),
        "a dry run stored something"
    );
    for line in MORE {
        follow(
            &world,
            &run(&world, line, "--dry-run"),
            &mut reached,
            &mut actions,
        );
    }
    for (command, line, said, asked) in shown {
        shaped(&world, command, line, &said, &asked);
    }
    let logo: Vec<String> = words(NO_LOGO);
    let logo: Vec<&str> = logo.iter().map(String::as_str).collect();
    let failure = world.surge.run(&logo).failure();
    let error = failure["error"].as_str().expect("text");
    assert!(error.contains("Logo"), "{error}");

    let mut missing = vec![];
    for contract in ["registry", "escrow", "rewards", "dao", "token"] {
        for (what, message) in [("call", true), ("ask", false)] {
            let list = run(&world, &format!("surge {what} {contract}"), "--dry-run");
            for row in list.as_array().expect("a list") {
                let name = row["name"].as_str().expect("a name").to_owned();
                let by = row["by"].as_str().expect("text");
                let asked = world.asked.lock().expect("no panic");
                let found = match message {
                    _ if !by.starts_with("surge ") || name == "download_logo" => true,
                    true => reached.contains(&(contract.to_owned(), false, name.clone())),
                    false => asked.contains_key(&(contract.to_owned(), name.clone())),
                };
                if !found {
                    missing.push(format!("{contract} {name}, by {by}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "nothing here composes {missing:#?}");
    for (contract, name) in [
        ("registry", "bond"),
        ("registry", "fund_kitty"),
        ("escrow", "submit_job"),
        ("dao", "stake"),
    ] {
        let row = (contract.to_owned(), true, name.to_owned());
        assert!(reached.contains(&row), "{row:?} rides on no tokens");
    }
    let kinds = [
        "add_member",
        "execute",
        "migrate",
        "remove_member",
        "send",
        "set_admin",
        "set_policy",
        "set_row",
        "set_settings",
    ];
    assert_eq!(
        actions.iter().map(String::as_str).collect::<Vec<_>>(),
        kinds
    );
}
