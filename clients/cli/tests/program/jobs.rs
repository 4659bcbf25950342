//! What a requester is told of a job and its money.

use serde_json::json;

use crate::suite::{World, NOTHING};
use crate::support::Done;

fn run(world: &World, words: &[&str]) -> Done {
    let network = ["--network", "suite.toml", "--from", "requester"];
    world.surge.run(&[words, &network].concat())
}

#[test]
fn a_job_that_was_turned_down_tells_by_whom_what_it_cost_and_where_the_rest_is() {
    let world = World::new();
    let shown = run(&world, &["job", "show", "9"]).out;
    let words: Vec<&str> = shown.split_whitespace().collect();
    let shown = words.join(" ");
    for words in [
        "status expired",
        "deposit 0.05 STAKE",
        "turned down by node 1; 0.0005 STAKE of the deposit was kept",
        "fetch it with: surge credit withdraw --of STAKE",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("price"), "{shown}");

    let watched = run(&world, &["job", "watch", "9"]);
    assert_eq!(watched.code, 1, "{watched:?}");
    for words in [
        "job 9 is expired and has no result: turned down by node 1; 0.0005 STAKE",
        "surge credit withdraw --of STAKE",
    ] {
        assert!(watched.err.contains(words), "{words}: {watched:?}");
    }
    let told = run(&world, &["job", "watch", "9", "--json"]).failure();
    assert_eq!(told["declined"], json!([1]));

    let listed = run(&world, &["job", "list"]).out;
    let row = listed.lines().find(|line| line.contains("expired"));
    assert!(
        row.is_some_and(|row| row.contains("node 1") && !row.contains("STAKE")),
        "{listed}"
    );
}

#[test]
fn a_credit_in_what_has_no_name_here_is_fetched_without_naming_it() {
    let world = World::new();
    let network = std::fs::read_to_string(world.surge.path("suite.toml")).expect("a network");
    let network = network.replace("\"ustake\"", "\"uother\"");
    world.surge.file("other.toml", &network);
    let on = ["--network", "other.toml", "--from", "requester"];
    let shown = world.surge.run(&[&["job", "show", "9"][..], &on].concat());
    let fetch = "fetch it with: surge credit withdraw";
    assert!(shown.out.contains(fetch), "{shown:?}");
    assert!(!shown.out.contains("--of"), "{shown:?}");
    // What is told is understood.
    let withdraw = ["credit", "withdraw", "--dry-run"];
    let told = world.surge.run(&[&withdraw[..], &on].concat());
    assert_eq!(told.code, 0, "{told:?}");
}

#[test]
fn who_is_to_be_paid_and_what_comes_back_is_said_before_a_job_is_ended() {
    let world = World::new();
    let of_others = ["credit", "withdraw", "--of", "SURGE"];
    let refused = run(&world, &of_others);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("withdrawn in SURGE"), "{refused:?}");
    assert!(refused.err.contains("STAKE"), "{refused:?}");
    assert!(refused.err.contains("surge credit show"), "{refused:?}");
    let plan = run(&world, &["credit", "withdraw", "--dry-run", "--json"]).json();
    assert_eq!(plan["messages"].as_array().map(Vec::len), Some(1));
    let native = &plan["messages"][0]["msg"]["withdraw"]["denom"]["native"];
    assert!(native.is_string(), "{plan:#}");

    let shown = run(&world, &["job", "show", "10", "--json"]).json();
    let price = shown["summary"]["price"].as_str().expect("a price");
    assert_eq!(
        (price, &shown["summary"]["held"]),
        ("7366", &json!("50000"))
    );
    for ending in ["accept", "settle"] {
        let plan = run(&world, &["job", ending, "10", "--dry-run", "--json"]).json();
        let moves = [
            "0.006998 STAKE of the price of 0.007366 STAKE to the payout address of provider 1",
            "0.042634 STAKE of the deposit becomes a credit of yours",
        ];
        assert_eq!(plan["moves"], json!(moves), "{plan:#}");
        // Nothing is paid for what is not delivered.
        let plan = run(&world, &["job", ending, "1", "--dry-run", "--json"]).json();
        assert_eq!(plan["moves"], json!([]), "{plan:#}");
    }
}

#[test]
fn what_no_node_would_run_is_refused_before_it_is_stored() {
    let world = World::new();
    let text = world.surge.file("README.md", "# no program\n");
    let order = ["job", "submit", "--max-price", "2 STAKE", "--program"];
    let refused = run(&world, &[&order[..], &[text.as_str(), "--yes"]].concat());
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("no node runs"), "{refused:?}");
    assert!(refused.err.contains("wasm32-wasip1"), "{refused:?}");
    assert!(!world.surge.path("store").exists());
    let unwatched = ["p.wasm", "--output", "out.csv"];
    let refused = run(&world, &[&order[..], &unwatched].concat());
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("--watch"), "{refused:?}");
}

#[test]
fn how_large_a_program_may_be_is_for_each_provider_to_say() {
    let world = World::new();
    let mut program = NOTHING.as_bytes().to_vec();
    // A section of 9 MiB that is for nobody, behind the program.
    program.extend([0, 0x80, 0x80, 0xc0, 0x04]);
    program.resize(program.len() + (9 << 20), 0);
    std::fs::write(world.surge.path("p.wasm"), program).expect("a file");
    let order = ["job", "simulate", "--program", "p.wasm"];
    let told = run(&world, &[&order[..], &["--max-price", "2 STAKE"]].concat());
    assert_eq!(told.code, 0, "{told:?}");
}

#[test]
fn a_job_that_no_node_takes_is_told_what_keeps_each_of_them() {
    let world = World::new();
    let program = world.surge.file("p.wasm", NOTHING);
    let order = ["job", "simulate", "--program", program.as_str()];
    for (terms, causes, next) in [
        (
            &["--max-price", "2 STAKE", "--cores", "4000"][..],
            "of 3 nodes: 3 too small",
            "--cores",
        ),
        (
            &["--max-price", "2 STAKE", "--jurisdiction", "ZA"],
            "of 3 nodes: 3 where the job may not run",
            "--jurisdiction",
        ),
        (
            &["--max-price", "2 STAKE", "--node", "2", "--cores", "4000"],
            "of the only node: 1 too small",
            "--cores",
        ),
    ] {
        let refused = run(&world, &[&order[..], terms].concat());
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.err.contains(causes), "{causes}: {refused:?}");
        assert!(refused.err.contains(next), "{next}: {refused:?}");
    }
}

#[test]
fn a_result_larger_than_this_machine_is_to_take_is_not_fetched() {
    let world = World::new();
    // Its operator says that it has 2⁶⁰ bytes.
    let watch = ["job", "watch", "8"];
    let refused = run(&world, &[&watch[..], &["--json"]].concat()).failure();
    let error = refused["error"].as_str().expect("text");
    for number in ["1,152,921,504,606,846,976 bytes", "1,024 MiB"] {
        assert!(error.contains(number), "{number}: {refused}");
    }
    let next = refused["next"].as_str().expect("a step");
    let allowed = "surge job watch 8 --max-result-mib 1099511627776";
    assert!(next.contains(allowed), "{refused}");
    // Once it is allowed, it is looked for.
    let allow = ["--max-result-mib", "1099511627776"];
    let looked = run(&world, &[&watch[..], &allow].concat());
    assert!(looked.err.contains("file:///output"), "{looked:?}");
}

#[test]
fn claiming_nothing_is_not_paid_for() {
    let world = World::new();
    let refused = run(&world, &["claim", "3", "--yes"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("nothing to claim"), "{refused:?}");
    assert!(refused.err.contains("--anyway"), "{refused:?}");
}

#[test]
fn files_are_stored_when_somebody_said_yes_and_not_before() {
    let world = World::new();
    let store = world.surge.path("shelf").display().to_string();
    let kept = || {
        let files = std::fs::read_dir(&store).into_iter().flatten();
        files.count()
    };
    let program = world.surge.file("p.wasm", NOTHING);
    let result = world.surge.file("result", "bytes");
    for words in [
        &[
            "job",
            "submit",
            "--max-price",
            "2 STAKE",
            "--program",
            &program,
        ][..],
        &["job", "result", "1", "--output", &result],
    ] {
        let words = [words, &["--store", &store]].concat();
        let refused = run(&world, &words);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(
            refused.err.contains("nobody is here to say yes"),
            "{refused:?}"
        );
        assert_eq!(kept(), 0, "{words:?}");
    }
    // What is signed elsewhere is sent when nobody here is asked.
    let words = ["job", "result", "1", "--output", &result, "--store", &store];
    let written = run(&world, &[&words[..], &["--unsigned", "x.json"]].concat());
    assert_eq!(written.code, 0, "{written:?}");
    assert!(written.err.contains("no last block") || written.out.contains("no last block"));
    assert_eq!(kept(), 1);
    // Where nothing can be written, nothing is stored either.
    let other = world.surge.file("other", "other bytes");
    let words = ["job", "result", "2", "--output", &other, "--store", &store];
    let refused = run(&world, &[&words[..], &["--unsigned", "x.json"]].concat());
    assert!(refused.err.contains("x.json exists already"), "{refused:?}");
    assert_eq!(kept(), 1);
}

#[test]
fn machines_are_told_with_how_long_ago_they_were_seen() {
    let world = World::new();
    let listed = run(&world, &["node", "list"]).out;
    let row = listed.lines().find(|line| line.contains(" ago"));
    assert!(row.is_some(), "{listed}");
    assert!(!listed.contains(".0 "), "{listed}");
}
