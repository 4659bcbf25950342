//! The command line on a chain: what it prints, what it carries to the contracts, and
//! whether it finds each pick again. `scripts/chain commands` runs it.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Stdio,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::{json, Value};
use surge_chain_tests::Surge;
use tempfile::TempDir;

/// A deployment of its own, by somebody who deploys nothing else, with three nodes.
fn surge() -> &'static Surge {
    static WORLD: OnceLock<(TempDir, Surge)> = OnceLock::new();
    let (_, surge) = WORLD.get_or_init(|| {
        let home = tempfile::tempdir().expect("a folder");
        let surge = Surge::new(home.path());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let artifacts = root.join("artifacts").display().to_string();
        let apply = ["deploy", "apply", "--artifacts", &artifacts];
        surge.signing("hostile").ok(&apply);
        for machine in 1..=3 {
            let owner = surge.signing(&format!("provider{machine}"));
            let operator = format!("operator{machine}");
            owner.ok(&["provider", "register", "--operator", &operator]);
            owner.ok(&["provider", "bond", "50 STAKE"]);
            let percent = (70 + 10 * machine).to_string();
            owner.ok(&[
                "node",
                "add",
                "--region",
                "europe",
                "--cores",
                "8",
                "--memory-mib",
                "16384",
                "--storage-gib",
                "16",
                "--bond",
                "20 STAKE",
                "--price-percent",
                &percent,
            ]);
        }
        let program = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
        let program = wat::parse_str(program).expect("a program");
        std::fs::write(home.path().join("p.wasm"), program).expect("a file");
        std::fs::write(home.path().join("d.csv"), "a,b\n").expect("a file");
        (home, surge)
    });
    surge
}

/// All nodes say that they are alive.
fn alive(surge: &Surge) {
    for machine in 1..=3 {
        let operator = surge.signing(&format!("operator{machine}"));
        operator.ok(&["node", "heartbeat", &machine.to_string()]);
    }
}

fn order<'a>(command: &'a str, program: &'a str, input: &'a str) -> Vec<&'a str> {
    vec![
        "job",
        command,
        "--program",
        program,
        "--input",
        input,
        "--near",
        "europe",
        "--max-price",
        "2 STAKE",
    ]
}

/// Paths of a program and an input.
fn files(surge: &Surge) -> (String, String) {
    let of = |name: &str| surge.home.join(name).display().to_string();
    (of("p.wasm"), of("d.csv"))
}

/// What is said of the pick of a job: verdict and why.
fn verdict(surge: &Surge, job: u64) -> (String, Value) {
    let explained = surge.ok(&["job", "explain", &job.to_string()]);
    let verdict = explained["verdict"].as_str().expect("a verdict");
    (verdict.to_owned(), explained)
}

#[test]
fn each_pick_of_crowded_blocks_is_found_right_again_from_the_ledger() {
    let surge = surge();
    alive(surge);
    let (program, input) = files(surge);
    // Five people and three machines at the same time: several to a block.
    let people = ["requester", "anyone", "member1", "member2", "payout1"];
    let mut children = vec![];
    for (index, person) in people.iter().chain(&people[..2]).enumerate() {
        let mut command = surge
            .signing(person)
            .command(&order("submit", &program, &input));
        children.push(command.stdout(Stdio::piped()).spawn().expect("it starts"));
        if index < 3 {
            let operator = surge.signing(&format!("operator{}", index + 1));
            let node = (index + 1).to_string();
            let mut command = operator.command(&["node", "heartbeat", &node]);
            children.push(command.stdout(Stdio::null()).spawn().expect("it starts"));
        }
    }
    let mut jobs = vec![];
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        jobs.extend(said["job"].as_u64());
    }
    assert_eq!(
        jobs.len(),
        7,
        "every job was submitted, also two of one key at once"
    );
    let mut blocks = BTreeSet::new();
    let mut crowded = 0;
    for job in &jobs {
        let (verdict, explained) = verdict(surge, *job);
        assert_eq!(verdict, "right", "job {job}: {explained:#}");
        let audit = &explained["audit"];
        assert_eq!((&audit["nodes"], &audit["fitting"]), (&json!(3), &json!(3)));
        blocks.insert(audit["height"].as_u64());
        crowded += usize::from(
            audit["before"]
                .as_array()
                .is_some_and(|before| !before.is_empty()),
        );
    }
    println!(
        "{} jobs in {} blocks, {crowded} after others of their block",
        jobs.len(),
        blocks.len()
    );
    assert!(crowded > 0, "some job came after another one of its block");

    // A declined job goes to a runner-up, a pinned one where it was told to.
    let declined = jobs[0].to_string();
    let shown = surge.ok(&["job", "show", &declined]);
    let node = shown["summary"]["node"].as_u64().expect("a node");
    let operator = surge.signing(&format!("operator{node}"));
    operator.ok(&["job", "decline", &declined]);
    let (again, explained) = verdict(surge, jobs[0]);
    assert_eq!(again, "right", "{explained:#}");
    assert_ne!(
        explained["explanation"]["pick"]["node"].as_u64(),
        Some(node)
    );
    let mut pinned = order("submit", &program, &input);
    pinned.extend(["--node", "3"]);
    let job = surge.signing("requester").ok(&pinned)["job"]
        .as_u64()
        .expect("a job");
    let (found, explained) = verdict(surge, job);
    assert_eq!(
        (found.as_str(), &explained["explanation"]["pick"]["node"]),
        ("right", &json!(3))
    );

    // Turned down by the only node that it may have, it is over: who watches learns why.
    let job = job.to_string();
    surge.signing("operator3").ok(&["job", "decline", &job]);
    let (said, next) = surge.fails(&["job", "watch", &job]);
    assert!(
        said.contains("turned down by node 3; 0.02 STAKE of the deposit was kept; its requester has a credit of "),
        "{said}"
    );
    assert!(next.contains("surge credit withdraw --of STAKE"), "{next}");
}

#[test]
fn an_execution_that_was_undone_is_a_failure() {
    let surge = surge();
    let member = surge.signing("member1");
    let opened = member.ok(&[
        "dao",
        "propose",
        "--title",
        "Too much",
        "--spend",
        "payout1",
        "90000 STAKE",
    ]);
    let proposal = opened["proposal"].as_u64().expect("a proposal").to_string();
    for name in ["member1", "member2", "member3"] {
        let voter = surge.signing(name);
        voter.ok(&["dao", "vote", &proposal, "yes"]);
    }
    let anyone = surge.signing("anyone");
    let since = Instant::now();
    let until = |wanted: &str| loop {
        let shown = surge.ok(&["dao", "show", &proposal]);
        if shown["proposal"]["status"] == wanted {
            return;
        }
        assert!(since.elapsed().as_secs() < 90, "{shown:#}");
        thread::sleep(Duration::from_millis(500));
    };
    until("passed");
    anyone.ok(&["dao", "poke", &proposal]);
    until("ready");
    let (said, next) = anyone.fails(&["dao", "execute", &proposal]);
    assert!(said.contains("failed and were undone: "), "{said}");
    assert!(next.contains("surge dao treasury"), "{next}");
    let shown = surge.ok(&["dao", "show", &proposal]);
    assert!(said.ends_with(shown["failure"].as_str().expect("why")));
}

#[test]
fn a_provider_reads_what_it_earned_from_the_chains_events() {
    let surge = surge();
    alive(surge);
    let (program, input) = files(surge);
    let requester = surge.signing("requester");
    let mut pinned = order("submit", &program, &input);
    pinned.extend(["--node", "3"]);
    let submitted = requester.ok(&pinned);
    let job = submitted["job"].as_u64().expect("a job");
    let number = job.to_string();
    let operator = surge.signing("operator3");
    operator.ok(&["job", "result", &number, "--output", &input]);
    let accepted = requester.ok(&["job", "accept", &number]);
    let hash = accepted["tx"].as_str().expect("a hash");
    let events = surge.ok(&["tx", hash])["events"].clone();
    let events = events.as_array().expect("events");
    let closed = events
        .iter()
        .find(|event| event["type"] == "wasm-job_closed");
    let paid = &closed.expect("it closed")["attributes"]["to_provider"];

    let statement = operator.ok(&["provider", "statement"]);
    let lines = statement["lines"].as_array().expect("lines");
    let line = lines
        .iter()
        .find(|line| line["job"] == job)
        .expect("a line");
    assert_eq!((&line["what"], &line["tx"]), (&json!("job"), &json!(hash)));
    assert_eq!((&line["amount"], &line["denom"]), (paid, &json!("ustake")));
    // Nothing of other days.
    let before = ["provider", "statement", "3", "--until", "2020-01-01"];
    assert_eq!(surge.ok(&before)["lines"], json!([]));
}

#[test]
fn a_block_that_is_not_there_yet_cannot_be_asked_for() {
    let surge = surge();
    let (error, next) = surge.fails(&["ask", "registry", "config", "--height", "99999999"]);
    assert!(error.contains("height in the future"), "{error}");
    assert!(next.contains("surge doctor"), "{next}");
}

#[test]
fn what_machines_read_keeps_its_shape() {
    let surge = surge();
    alive(surge);
    let (program, input) = files(surge);
    let requester = surge.signing("requester");
    let mut simulate = order("simulate", &program, &input);
    let simulated = requester.ok(&simulate);
    assert!(simulated["match"]["pick"]["node"].is_u64(), "{simulated:#}");
    simulate[1] = "submit";
    simulate.push("--dry-run");
    let plan = requester.ok(&simulate);
    assert_eq!(plan["messages"][0]["funds"][0]["amount"], "2000000");
    for (command, fields) in [
        (
            &["keys", "show", "requester"][..],
            &["address", "holds", "name", "origin"][..],
        ),
        (
            &["network", "check", "--artifacts", "../../artifacts"],
            &[
                "accepted",
                "capabilities",
                "contracts",
                "fees",
                "node",
                "refused",
            ],
        ),
        (&["network", "regions"], &["regions"]),
        (&["network", "classes"], &["classes"]),
        (
            &["network", "params", "escrow"],
            &["config", "ownership", "params"],
        ),
        (&["network", "params", "token"], &["config", "minter"]),
        (
            &["provider", "show", "1"],
            &["bonds", "id", "profile_uri", "record", "unbondings"],
        ),
        (&["provider", "list"], &["providers"]),
        (&["node", "list"], &["nodes"]),
        (&["job", "list"], &["jobs"]),
        (&["claim", "1", "--show"], &["reward", "vesting"]),
        (
            &["rewards", "account", "1"],
            &["account", "contribution", "provider"],
        ),
        (
            &["credit", "show", "--provider", "1"],
            &["beneficiary", "credits"],
        ),
        (&["tips", "show", "anyone"], &["account", "tips"]),
        (
            &["money", "show"],
            &["dao", "escrow", "registry", "rewards"],
        ),
        (&["dao", "list"], &["proposals"]),
        (&["dao", "treasury"], &["address", "holds"]),
        (&["dao", "members"], &["members", "total"]),
        (&["dao", "rules"], &["policies", "rows"]),
        (&["dao", "deposits"], &["deposits"]),
        (
            &["ask", "dao", "voting_power_at_height", "address=@member1"],
            &["height", "power"],
        ),
        (&["doctor", "--from", "requester"], &["checks", "healthy"]),
    ] {
        let said = surge.ok(command);
        let object = said
            .as_object()
            .unwrap_or_else(|| panic!("{command:?}: {said:#}"));
        let found: Vec<&str> = object.keys().map(String::as_str).collect();
        assert_eq!(found, fields, "{command:?}");
    }
    let sent = surge.signing("anyone").ok(&["money", "fund", "1 STAKE"]);
    let fields: Vec<&str> = sent
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(fields, ["amount", "fee", "gas", "height", "tx"]);
    let hash = sent["tx"].as_str().expect("a hash");
    assert_eq!(surge.ok(&["tx", hash])["status"], "included");
}

#[test]
fn a_proposal_carries_what_only_the_dao_may_send_and_is_checked_before() {
    let surge = surge();
    let member = surge.signing("member1");
    let file = surge.home.join("intake.json");
    std::fs::write(&file, r#"{ "set_intake": { "open": false } }"#).expect("a file");
    let file = file.display().to_string();
    let opened = member.ok(&[
        "dao",
        "propose",
        "--title",
        "Faster",
        "--set",
        "registry.heartbeat_secs=20",
        "--set",
        "escrow.review_secs=40",
        "--message",
        "escrow",
        &file,
        "--spend",
        "payout1",
        "1 STAKE",
    ]);
    let proposal = opened["proposal"].as_u64().expect("a proposal").to_string();
    let shown = surge.ok(&["dao", "show", &proposal]);
    assert_eq!(shown["actions"].as_array().map(Vec::len), Some(4));
    for (change, error) in [
        (
            &["--set", "registry.hart=1"][..],
            "registry has no \"hart\"",
        ),
        (
            &["--call", "registry", r#"{"set_intake":{"opn":true}}"#],
            "missing field `open`",
        ),
        (
            &[
                "--call",
                "escrow",
                r#"{"set_intake":{"open":true,"why":1}}"#,
            ],
            "unknown field `why`",
        ),
        (&["--intake", "escrow", "ajar"], "an intake is no \"ajar\""),
        (
            &["--rule", "tax.quorum_bps=1"],
            "there is no class of proposals \"tax\"",
        ),
    ] {
        let mut command = vec!["dao", "propose", "--title", "x"];
        command.extend(change);
        let (said, next) = member.fails(&command);
        assert!(said.contains(error), "{said}");
        assert!(!next.is_empty(), "{said}");
    }
}

#[test]
fn a_deployment_of_others_is_verified_by_checksums_alone_and_kept() {
    let state = std::fs::read(surge().home.join("state.json")).expect("a state file");
    let state: Value = serde_json::from_slice(&state).expect("JSON");
    let mut chains = state.as_object().expect("chains").values();
    let here = &chains.next().expect("a chain")["default"];
    let at = ["dao", "token", "registry", "escrow", "rewards"]
        .map(|name| format!("{name}={}", here[name].as_str().expect("an address")))
        .join(",");
    let home = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sums = home.path().join("checksums.txt");
    std::fs::copy(root.join("artifacts/checksums.txt"), sums).expect("a file");
    let artifacts = home.path().display().to_string();
    let stranger = Surge::new(home.path());
    let (error, next) = stranger.fails(&["dao", "members"]);
    assert!(error.contains("no deployment"), "{error}");
    assert!(next.contains("--keep"), "{next}");
    let verify = [
        "deploy",
        "verify",
        "--addresses",
        &at,
        "--artifacts",
        &artifacts,
    ];
    assert_eq!(stranger.ok(&verify)["holds"], true);
    stranger.fails(&["dao", "members"]);
    stranger.ok(&[&verify[..], &["--keep"]].concat());
    assert_eq!(stranger.ok(&["dao", "members"])["total"]["members"], 3);
}

#[test]
fn who_ends_a_job_is_told_where_its_money_went_and_fetches_the_rest() {
    let surge = surge();
    alive(surge);
    let (program, input) = files(surge);
    let requester = surge.signing("requester");
    let mut pinned = order("submit", &program, &input);
    pinned.extend(["--node", "1"]);
    let job = requester.ok(&pinned)["job"].as_u64().expect("a job");
    let job = job.to_string();
    let operator = surge.signing("operator1");
    operator.ok(&["job", "result", &job, "--output", &input]);
    let plan = requester.ok(&["job", "accept", &job, "--dry-run"]);
    let moves = plan["moves"].to_string();
    assert!(moves.contains("to the payout address"), "{moves}");
    assert!(moves.contains("a credit of yours"), "{moves}");
    let closed = &requester.ok(&["job", "accept", &job])["closed"];
    assert_eq!(closed["status"], "settled");
    let amount = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
    let (provider, back) = (&closed["to_provider"], &closed["to_requester"]);
    assert!(amount(provider).is_some_and(|paid| paid > 0), "{closed:#}");
    let sent = requester.ok(&["credit", "withdraw"]);
    assert!(
        amount(&sent["credits"][0]["amount"]) >= amount(back),
        "{sent:#}"
    );
    let (said, next) = requester.fails(&["credit", "withdraw"]);
    assert!(
        said.contains("no credits are there to be withdrawn"),
        "{said}"
    );
    assert!(next.contains("surge credit show"), "{next}");
}

#[test]
fn a_watch_ends_when_no_node_came_in_time() {
    let surge = surge();
    let (program, input) = files(surge);
    let requester = surge.signing("requester");
    let mut waits = order("submit", &program, &input);
    waits.extend(["--cores", "4000", "--wait", "--watch"]);
    let (said, next) = requester.fails(&waits);
    assert!(said.starts_with("no node took job "), "{said}");
    let expire = next.strip_prefix("end it with: surge ").and_then(|next| {
        let (command, rest) = next.split_once(';')?;
        assert!(rest.contains("surge credit withdraw --of STAKE"), "{next}");
        Some(command)
    });
    let expire: Vec<&str> = expire.expect(&next).split(' ').collect();
    let closed = &requester.ok(&expire)["closed"];
    assert_eq!(
        (&closed["status"], &closed["to_requester"]),
        (&json!("expired"), &json!("2000000"))
    );
}

#[test]
fn contracts_refuse_in_their_own_words_with_a_next_step() {
    let surge = surge();
    for (who, command, error, next) in [
        (
            "anyone",
            &["provider", "drain"][..],
            "is neither owner nor operator",
            "surge provider register",
        ),
        (
            "requester",
            &["job", "accept", "4711"],
            "there is no job 4711",
            "surge job list",
        ),
        (
            "provider1",
            &["provider", "register", "--operator", "operator1"],
            "already belongs to provider",
            "surge provider show",
        ),
        (
            "anyone",
            &["node", "heartbeat", "1"],
            "only the operator of provider",
            "--from NAME",
        ),
        (
            "member1",
            &["dao", "vote", "99", "yes"],
            "there is no proposal 99",
            "surge dao list",
        ),
        (
            "member1",
            &["dao", "stake", "5 SURGE"],
            "nothing is staked",
            "surge dao members",
        ),
        (
            "requester",
            &["credit", "withdraw", "--of", "SURGE"],
            "no credits are there to be withdrawn",
            "surge credit show",
        ),
        (
            "requester",
            &["pay", "anyone", "5 SURGE"],
            "requester has 0 SURGE and ",
            "\"2 STAKE\"",
        ),
        (
            "requester",
            &["pay", "anyone", "90000000 STAKE"],
            "which is too little for this and its fee: 90000000 STAKE to",
            "surge keys show requester",
        ),
    ] {
        let (said, step) = surge.signing(who).fails(command);
        assert!(said.contains(error), "{command:?}: {said}");
        assert!(step.contains(next), "{command:?}: {step}");
    }
}
