//! What members are told before they decide, and what the treasury holds.

use std::sync::atomic::Ordering;

use serde_json::{json, Value};

use crate::suite::{World, OTHER};
use crate::support::fields;

const ON: [&str; 4] = ["--network", "suite.toml", "--json", "--dry-run"];

fn said(world: &World, words: &[&str]) -> Value {
    world.surge.run(&[words, &ON].concat()).json()
}

/// The lines of a plan that tell what moves and changes.
fn moves(plan: &Value) -> Vec<&str> {
    let lines = plan["moves"].as_array().expect("a list");
    lines.iter().filter_map(Value::as_str).collect()
}

#[test]
fn who_proposes_and_who_votes_is_told_each_action_in_words() {
    let world = World::new();
    let propose = |more: &[&str]| {
        let words = ["dao", "propose", "--title", "x", "--from", "member1"];
        said(&world, &[&words[..], more].concat())
    };
    let payout = said(&world, &["keys", "show", "payout1"])["address"].clone();
    let payout = payout.as_str().expect("an address");
    let plan = propose(&[
        "--spend", "payout1", "10 STAKE", "--spend", "dao", "5 SURGE",
    ]);
    assert_eq!(
        moves(&plan),
        [
            &format!("if it passes: pays 10 STAKE to {payout}"),
            "if it passes: pays 5 SURGE to dao",
            "the DAO has 7 STAKE of its own now, and this pays 10 STAKE: it cannot be carried out before more is there",
        ]
    );
    let plan = propose(&[
        "--set",
        "registry.heartbeat_secs=20",
        "--remove-member",
        "1",
    ]);
    let told = moves(&plan);
    assert!(
        told[0].starts_with("if it passes: puts member 1 out, "),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("if it passes: registry: heartbeat_secs ")
            && told[1].ends_with(" → 20"),
        "{told:?}"
    );
    let plan = propose(&[
        "--rule",
        "spend.quorum_bps=3000",
        "--intake",
        "escrow",
        "closed",
    ]);
    assert_eq!(
        moves(&plan),
        [
            "if it passes: rules of class spend: quorum_bps 2000 → 3000",
            "if it passes: escrow.set_intake open=false",
        ]
    );
    // The first proposal took members in.
    let shown = world
        .surge
        .run(&["dao", "show", "1", "--network", "suite.toml"]);
    assert!(shown.out.contains("\n  takes cosmwasm1"), "{}", shown.out);
    assert!(shown.out.contains(" UTC, "), "{}", shown.out);
    assert!(!shown.out.contains("since 1970"), "{}", shown.out);
    let vote = said(&world, &["dao", "vote", "3", "yes", "--from", "member2"]);
    let what = vote["what"].as_str().expect("a sentence");
    assert!(what.starts_with("Votes for proposal 3, \""), "{what}");
}

#[test]
fn a_token_that_is_none_keeps_nobody_from_looking_at_a_proposal() {
    let world = World::new();
    let nobody = said(&world, &["keys", "show", "anyone"])["address"].clone();
    let actions = json!([
        { "send": { "to": nobody, "denom": { "cw20": nobody }, "amount": "5" } },
        { "send": { "to": nobody, "denom": { "native": "ustake" }, "amount": "8000000" } },
    ]);
    let file = world.surge.file("actions.json", &actions.to_string());
    let words = ["dao", "propose", "--title", "x", "--from", "member1"];
    let plan = said(&world, &[&words[..], &["--actions", &file]].concat());
    let told = moves(&plan);
    let none = told.iter().find(|line| line.contains("cannot be asked"));
    assert!(
        none.is_some_and(|line| line.starts_with("this pays 5 ")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|line| line.contains("this pays 8 STAKE")),
        "{told:?}"
    );
}

#[test]
fn many_denominations_of_a_proposal_are_not_all_asked_for() {
    let world = World::new();
    let nobody = said(&world, &["keys", "show", "anyone"])["address"].clone();
    let send = |denom: &str, amount: &str| {
        let denom = json!({ "native": denom });
        json!({ "send": { "to": nobody, "denom": denom, "amount": amount } })
    };
    let mut actions: Vec<Value> = (0..60).map(|of| send(&format!("dust{of}"), "5")).collect();
    actions.push(send("ustake", "8000000"));
    let file = world
        .surge
        .file("actions.json", &json!(actions).to_string());
    let words = ["dao", "propose", "--title", "x", "--from", "member1"];
    let before = world.asks.load(Ordering::SeqCst);
    let plan = said(&world, &[&words[..], &["--actions", &file]].concat());
    let asked = world.asks.load(Ordering::SeqCst) - before;
    assert!(asked < 40, "asked {asked} times");
    let told = moves(&plan);
    // What has a name here comes first, and what is left out is said.
    assert!(
        told.iter().any(|line| line.contains("this pays 8 STAKE")),
        "{told:?}"
    );
    let left_out = "it pays 31 further denominations";
    assert!(
        told.iter().any(|line| line.starts_with(left_out)),
        "{told:?}"
    );
}

#[test]
fn a_proposal_that_was_carried_out_says_what_it_set_and_nothing_of_now() {
    let world = World::new();
    let show = ["dao", "show", "1", "--network", "suite.toml"];
    let shown = world.surge.run(&show).out;
    assert!(shown.contains("executed"), "{shown}");
    assert!(shown.contains("rules of class spend: "), "{shown}");
    assert!(shown.contains("quorum_bps 2000"), "{shown}");
    assert!(shown.contains("  pays 8 STAKE to "), "{shown}");
    for of_now in ["as they are now", "of its own now", "→"] {
        assert!(!shown.contains(of_now), "{of_now}: {shown}");
    }
}

#[test]
fn rules_are_told_in_percent_and_money() {
    let world = World::new();
    let shown = world
        .surge
        .run(&["dao", "rules", "--network", "suite.toml"])
        .out;
    let spend = shown.lines().find(|line| line.contains("spend"));
    let spend = spend.expect("a row");
    assert!(spend.contains("20 %") && spend.contains("STAKE"), "{spend}");
    let plan = said(
        &world,
        &["dao", "propose", "--title", "x", "--from", "member1"],
    );
    let what = plan["what"].as_str().expect("a sentence");
    assert!(
        what.contains(" % of all weight") && !what.contains(".0 %"),
        "{what}"
    );
}

#[test]
fn the_gas_that_a_proposal_states_is_enough_for_its_actions() {
    let world = World::new();
    let mut words = vec!["dao", "propose", "--title", "x", "--from", "member1"];
    let gas = |words: &[&str]| {
        let plan = said(&world, words);
        plan["messages"][0]["msg"]["propose"]["draft"]["gas"].as_u64()
    };
    for _ in 0..64 {
        words.extend(["--spend", "payout1", "0.01 STAKE"]);
    }
    // Twice 40,000 and 64 payments of 20,000, as contracts/dao/README.md tells.
    assert_eq!(gas(&words), Some(2_640_000));
    assert_eq!(gas(&words[..9]), Some(1_000_000));
    words.extend(["--actions-gas", "7000000"]);
    assert_eq!(gas(&words), Some(7_000_000));
}

#[test]
fn the_treasury_is_shown_and_contracts_are_named_like_people() {
    let world = World::new();
    let treasury = said(&world, &["dao", "treasury"]);
    assert_eq!(fields(&treasury), ["address", "holds"]);
    let holds = treasury["holds"].as_array().expect("a list");
    let of = |denom: &str| {
        let mut found = holds.iter().filter(|row| row["denom"]["native"] == denom);
        found
            .next()
            .unwrap_or_else(|| panic!("no {denom}: {holds:#?}"))
    };
    // The bank tells all amounts at once; asked for one denomination it tells another here.
    for (denom, amount) in [(OTHER, "9000000"), ("ustake", "7000000")] {
        assert_eq!(of(denom)["own"], amount);
        assert_eq!(of(denom)["held"], amount);
    }
    let dao = &treasury["address"];
    assert_eq!(said(&world, &["keys", "show", "dao"])["address"], *dao);
    let paid = said(&world, &["pay", "dao", "1 STAKE", "--from", "alice"]);
    assert_eq!(paid["messages"][0]["to"], *dao);
    let asked = ["ask", "dao", "voter", "address=@dao"];
    assert!(said(&world, &asked)["weight"].is_null());
    let import = ["keys", "import", "dao", "--network", "suite.toml", "--json"];
    let failure = world.surge.run(&import).failure();
    assert_eq!(failure["error"], "dao is what a contract is called");
}

#[test]
fn a_transaction_is_written_for_keys_that_are_elsewhere() {
    let world = World::new();
    let on = ["--network", "suite.toml", "--json"];
    let member = said(&world, &["keys", "show", "member1"])["address"].clone();
    let member = member.as_str().expect("an address");
    let vote = ["dao", "vote", "2", "yes", "--from", member];
    let run = |more: &[&str]| world.surge.run(&[&vote[..], &on, more].concat());
    let refused = run(&["--yes"]).failure();
    let next = refused["next"].as_str().expect("a step");
    assert!(next.contains("--unsigned FILE"), "{refused}");
    run(&["--unsigned", "vote.json", "--dry-run"]).json();
    assert!(
        !world.surge.path("vote.json").exists(),
        "a dry run wrote it"
    );

    let plan = run(&["--unsigned", "vote.json"]).json();
    assert_eq!(plan["unsigned"], "vote.json");
    let text = std::fs::read(world.surge.path("vote.json")).expect("a file");
    let transaction: Value = serde_json::from_slice(&text).expect("JSON");
    let message = &transaction["body"]["messages"][0];
    assert_eq!(message["@type"], "/cosmwasm.wasm.v1.MsgExecuteContract");
    assert_eq!(message["sender"], member);
    assert_eq!(message["msg"]["vote"]["proposal"], 2);
    let fee = &transaction["auth_info"]["fee"];
    assert_eq!(fee["amount"][0]["amount"], plan["fee"]);
    assert_eq!(plan["fee"], "3200", "base units, as after sending");
    // 70,000 and 40 %, and what several signatures may take.
    assert_eq!(fee["gas_limit"], "128000");

    let again = run(&["--unsigned", "vote.json"]).failure();
    assert_eq!(again["error"], "vote.json exists already");
    let deploy = ["deploy", "apply", "--from", "alice", "--unsigned", "x.json"];
    let refused = world.surge.run(&[&deploy[..], &on].concat()).failure();
    assert!(refused["next"]
        .as_str()
        .is_some_and(|next| next.contains("--unsigned")));
}
