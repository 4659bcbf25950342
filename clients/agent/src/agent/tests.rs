//! Whole looks at a chain that does what a test wants.

use std::{collections::BTreeSet, path::Path};

use serde_json::{json, Value};
use surge_interface::{
    escrow::{Artifact, JobResponse, Status},
    Resources, TimeProfile,
};
use surge_store::Place;
use tempfile::TempDir;

use super::{jobs::REST, *};
use crate::{
    settings::Earnings,
    stand_in::{self, coin, contracts, key, node, word, StandIn, World},
};

/// A day and a week, as settings have it: nothing is fetched twice in a test.
fn agent(chain: &StandIn, folder: &TempDir) -> Agent {
    let folder = folder.path();
    Agent::open(Parts {
        network: chain.network(),
        contracts: contracts(),
        operator: key(),
        join: None,
        settings: Settings {
            node: Some(7),
            earnings: Earnings::default(),
            ..Settings::default()
        },
        stores: Stores::new(&Place::Folder(folder.join("store")), &[], false, None)
            .expect("a store"),
        folder: folder.join("node"),
        note: Box::new(|_, _| Ok(())),
        drill: None,
    })
    .expect("a node")
}

/// What the chain took in so many looks, all of which went well.
fn taken(chain: &StandIn, looks: usize) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(chain, &folder);
    for _ in 0..looks {
        assert!(!agent.round().expect("a look"), "it goes on");
    }
    chain.world().taken.clone()
}

fn words(taken: &[Value]) -> Vec<String> {
    taken.iter().map(word).collect()
}

#[test]
fn what_is_due_and_cannot_be_fetched_holds_no_heartbeat_up() {
    let chain = StandIn::start();
    {
        let mut world = chain.world();
        world.owed.insert("ustake".to_owned(), 1_000_000);
        world.reward = (1_000_000, 1);
        // A payout address that gets no coins; a token that nobody may mint.
        world.refused = vec!["withdraw", "claim"];
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    for _ in 0..4 {
        assert!(!agent.round().expect("a look"));
    }
    assert_eq!(words(&chain.world().taken), ["heartbeat"]);
    for purpose in [Purpose::Withdraw, Purpose::Claim] {
        let last = agent.journal.fact(&format!("last {}", purpose.word()));
        let last = last.expect("an answer");
        assert_eq!(last.as_deref(), Some("1000000"), "it is put off");
    }
    // The next heartbeat, at an escrow that does not know the node's denomination.
    {
        let mut world = chain.world();
        world.now_secs += 86_400;
        world.owed.clear();
    }
    for _ in 0..4 {
        assert!(!agent.round().expect("a look"));
    }
    assert_eq!(words(&chain.world().taken), ["heartbeat", "heartbeat"]);
}

#[test]
fn a_withdrawal_that_fails_in_its_block_is_not_paid_for_again_soon() {
    let chain = StandIn::start();
    {
        let mut world = chain.world();
        world.owed.insert("ustake".to_owned(), 1_000_000);
        world.fails = vec!["withdraw"];
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    for _ in 0..3 {
        assert!(!agent.round().expect("a look"));
    }
    // No waiting of seconds brings it back.
    agent.waits.clear();
    for _ in 0..2 {
        assert!(!agent.round().expect("a look"));
    }
    assert_eq!(words(&chain.world().taken), ["heartbeat", "withdraw"]);
}

#[test]
fn what_costs_more_than_is_paid_holds_nothing_else_up() {
    let chain = StandIn::start();
    {
        let mut world = chain.world();
        // 140,000 of fees, where at most 70,000 are paid.
        world.gas.insert("heartbeat", 10_000_000);
        world.owed.insert("ustake".to_owned(), 1_000_000);
    }
    assert_eq!(words(&taken(&chain, 4)), ["withdraw"]);
}

#[test]
fn earnings_are_fetched_in_every_denomination_of_the_providers_nodes() {
    let chain = StandIn::start();
    let both = {
        let mut world = chain.world();
        world.nodes.push(node(8, 1));
        world.owed = ["ustake", "uother"]
            .map(|denom| (denom.to_owned(), 1_000_000))
            .into();
        world.owed.clone()
    };
    let denoms = |taken: &[Value]| -> Vec<String> {
        let withdrawn = taken.iter().filter(|message| word(message) == "withdraw");
        let denoms = withdrawn.map(|message| message["withdraw"]["denom"]["native"].as_str());
        denoms
            .map(|denom| denom.expect("a denomination").to_owned())
            .collect()
    };
    assert_eq!(denoms(&taken(&chain, 8)), ["ustake", "uother"]);
    // One that the escrow does not know stops no other.
    {
        let mut world = chain.world();
        world.taken.clear();
        world.owed = both;
        world.owed.remove("ustake");
    }
    assert_eq!(denoms(&taken(&chain, 8)), ["uother"]);
    // Another machine does it for all of them.
    {
        let mut world = chain.world();
        world.taken.clear();
        world.nodes.push(node(5, 0));
        world.owed.insert("ustake".to_owned(), 1_000_000);
    }
    assert!(denoms(&taken(&chain, 8)).is_empty());
}

/// Where nobody says what the denominations are worth in coins for gas, none is weighed.
#[test]
fn a_denomination_that_cannot_be_paid_out_holds_no_other_one_up() {
    let chain = StandIn::start();
    {
        let mut world = chain.world();
        world.denoms.push(coin("uthird"));
        world.references = vec![];
        world.nodes = vec![node(7, 1), node(8, 2)];
        world.owed = ["uother", "uthird"]
            .map(|denom| (denom.to_owned(), 5))
            .into();
        world.unpayable = vec!["uother"];
    }
    let taken = taken(&chain, 6);
    let withdrawn = taken.iter().filter(|message| word(message) == "withdraw");
    let denoms: Vec<_> = withdrawn
        .map(|call| &call["withdraw"]["denom"]["native"])
        .collect();
    assert_eq!(denoms, ["uthird"]);
}

#[test]
fn jobs_that_are_all_over_are_read_once() {
    let chain = StandIn::start();
    {
        let mut world = chain.world();
        world.jobs = (1..=1_000).map(over).collect();
        // One that nobody finds.
        world.nodes[0].running = 1;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    let mut pages = || {
        agent.round().expect("a look");
        chain.world().pages.take()
    };
    assert_eq!((pages(), pages()), (10, 0));
    chain.world().jobs.push(over(1_001));
    assert_eq!((pages(), pages()), (1, 0));
    // What a node that lags behind does not show is not over.
    chain.world().jobs.push(over(1_002));
    chain.world().lag = 1;
    assert_eq!((pages(), pages()), (1, 1));
    chain.world().lag = 0;
    assert_eq!((pages(), pages()), (1, 0));
}

fn over(id: u64) -> JobResponse {
    let nothing = Artifact {
        uri: String::new(),
        sha256: String::new(),
    };
    let mut job = stand_in::job(id, 7, 1_000, nothing);
    job.summary.status = Status::Settled;
    job
}

/// Twenty coins of 18 decimals pass 64 bits.
#[test]
fn metrics_show_amounts_that_pass_64_bits() {
    let chain = StandIn::start();
    let amount = 20_000_000_000_000_000_000;
    {
        let mut world = chain.world();
        world.coins = amount;
        world.nodes[0].bond = amount.into();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    agent.round().expect("a look");
    let metrics = &agent.metrics;
    assert_eq!(
        (metrics.balance.get(), metrics.free_bond.get()),
        (2e19, 2e19)
    );
}

/// A claim takes 1,400 base units of fees.
#[test]
fn rewards_are_claimed_when_they_bring_more_than_the_fee_is_worth() {
    let claims = |brings: u128, denom: u8, references: &[u64]| {
        let chain = StandIn::start();
        {
            let mut world = chain.world();
            world.reward = (brings, denom);
            world.references = references.to_vec();
        }
        words(&taken(&chain, 4)).contains(&"claim".to_owned())
    };
    // In the coin that pays for gas.
    assert!(!claims(1_400, 0, &[1]) && claims(1_401, 0, &[1]));
    // A core costs 2 of it, or 6 of the other: what costs 1,400 is worth 4,200.
    assert!(!claims(4_200, 1, &[2, 6]) && claims(4_201, 1, &[2, 6]));
    // Nobody says what the other is worth.
    assert!(!claims(0, 1, &[2]) && claims(1, 1, &[2]));
}

#[test]
fn what_a_killed_process_had_half_written_is_swept_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(&folder.path().join("journal.db"), None).expect("a journal");
    let files = Folder::open(&folder.path().join("files")).expect("a folder");
    let needed = "ab".repeat(32);
    journal.take(7, [needed.as_str()]).expect("noted");
    for name in [needed.as_str(), &"cd".repeat(32), ".tmpHalf"] {
        std::fs::write(files.path().join(name), "bytes").expect("a file");
    }
    sweep(&journal, &files).expect("swept");
    let left = std::fs::read_dir(files.path()).expect("files");
    let left: Vec<_> = left
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    assert_eq!(left, [needed.as_str()]);
}

#[test]
fn heartbeats_are_sent_each_interval_or_as_few_as_keep_a_node_live() {
    let mut params = Params::defaults(TimeProfile::Main);
    let due: Vec<u64> = (1..=4).map(|every| due_secs(&params, every)).collect();
    assert_eq!(due, [300, 600, 840, 840]);
    // A vote may lower them while a node runs.
    params.missed_heartbeats = 1;
    assert_eq!(due_secs(&params, 3), 240);
}

/// Node 7 with jobs that were delivered long ago, and its program, which knows that and ends.
fn ending(chain: &StandIn, folder: &TempDir, jobs: u32) -> Agent {
    delivered(chain, jobs);
    let mut agent = agent(chain, folder);
    for _ in 0..3 {
        agent.round().expect("a look");
    }
    let mut world = chain.world();
    assert_eq!(words(&world.taken), ["heartbeat"]);
    world.taken.clear();
    world.together.clear();
    agent.draining = true;
    agent
}

/// Node 7 with so many jobs that were delivered long ago.
fn delivered(chain: &StandIn, jobs: u32) {
    let nothing = Artifact {
        uri: String::new(),
        sha256: "0".repeat(64),
    };
    let mut world = chain.world();
    for id in 1..=jobs {
        let mut job = stand_in::job(id.into(), 7, 1_000, nothing.clone());
        job.summary.status = Status::Submitted;
        let node = &mut world.nodes[0];
        let reserved = node.reserved.checked_add(&job.spec.need);
        node.reserved = reserved.expect("little");
        world.reserved.insert(id.into(), job.spec.need);
        world.jobs.push(job);
    }
    world.nodes[0].running = jobs;
    world.nodes[0].indexed = true;
}

/// What a job under review gives back later would be offered by a machine that is not there.
#[test]
fn a_node_that_ends_has_nothing_that_could_be_offered_later() {
    let chain = StandIn::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = ending(&chain, &folder, 1);
    let looks = (0..20).position(|_| agent.round().expect("a look"));
    assert!(looks.is_some(), "it ends");
    let world = chain.world();
    assert_eq!(words(&world.taken), ["heartbeat", "vacate", "heartbeat"]);
    assert_eq!(world.together, [1, 2], "nobody gets its machine in between");
    let node = &world.nodes[0];
    assert_eq!(node.reserved, Resources::default());
    assert_eq!(node.withheld, node.spec.capacity);
}

#[test]
fn a_node_whose_last_heartbeat_is_refused_tries_it_again_before_it_ends() {
    let chain = StandIn::start();
    chain.world().refused = vec!["heartbeat"];
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    agent.draining = true;
    let mut ends = |looks: u32| (0..looks).any(|_| agent.round().expect("a look"));
    assert!(!ends(5), "it is not said yet");
    chain.world().refused.clear();
    std::thread::sleep(BACK_OFF.0);
    assert!(ends(5));
    assert_eq!(words(&chain.world().taken), ["heartbeat"]);
    // A chain that goes on to refuse it is left.
    chain.world().refused = vec!["heartbeat"];
    chain.world().nodes[0].withheld = Resources::default();
    let mut ends = |looks: u32| (0..looks).any(|_| agent.round().expect("a look"));
    assert!(!ends(5), "it has just begun to say no");
    agent.parting = Instant::now().checked_sub(PARTING + BACK_OFF.0);
    assert!(agent.round().expect("a look"));
}

/// Whatever the chain says no to, it hears that nothing is free, and frees what it takes.
#[test]
fn a_node_that_ends_frees_its_machine_of_as_many_jobs_as_the_chain_takes() {
    let all = |prepare: fn(&mut World)| {
        let chain = StandIn::start();
        let folder = tempfile::tempdir().expect("a folder");
        let mut agent = ending(&chain, &folder, 3);
        prepare(&mut chain.world());
        for _ in 0..12 {
            if agent.round().expect("a look") {
                break;
            }
        }
        let world = chain.world();
        let node = &world.nodes[0];
        let room = node.spec.capacity.saturating_sub(&node.reserved);
        assert_eq!(node.withheld, room, "nothing is offered");
        (world.together.clone(), world.reserved.len())
    };
    // A heartbeat, then all three and a heartbeat.
    assert_eq!(all(|_| {}), (vec![1, 4], 0));
    // Coins for no more than two messages; a fee for two jobs at most.
    assert_eq!(all(|world| world.takes = 2), (vec![1, 2, 2, 2], 0));
    let costly = |world: &mut World| {
        world.gas.insert("vacate", 2_000_000);
    };
    assert_eq!(all(costly), (vec![1, 2, 3], 0));
    // No simulation knew: paid for, and fewer the next time.
    let fails = |world: &mut World| world.fails = vec!["vacate"];
    let (together, left) = all(fails);
    assert_eq!((&together[..3], left), (&[1, 4, 2][..], 3));
    // It is refused each time, and costs nothing.
    assert_eq!(all(|world| world.refused = vec!["vacate"]), (vec![1], 3));
}

/// An empty purse, for example: each job has its own wait, so that there is always one to try.
#[test]
fn a_node_that_ends_leaves_a_chain_that_goes_on_to_refuse_to_free_it() {
    let chain = StandIn::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = ending(&chain, &folder, 15);
    for _ in 0..2 {
        assert!(!agent.round().expect("a look"));
        chain.world().takes = 0;
    }
    assert_eq!(chain.world().together, [1], "a heartbeat");
    assert!(agent.parting.is_some());
    agent.parting = Instant::now().checked_sub(PARTING + BACK_OFF.0);
    assert!(agent.round().expect("a look"));
}

/// What it takes of the machine may be somebody else's already.
#[test]
fn the_program_of_a_job_that_is_over_is_ended() {
    const ENDLESS: &str = r#"(module (memory (export "memory") 1)
        (func (export "_start") (loop $again (br $again))))"#;
    let chain = StandIn::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    let program = wat::parse_str(ENDLESS).expect("a program");
    let stored = agent.bench.stores.put(&program, None).expect("kept");
    let program = Artifact {
        uri: stored.uri,
        sha256: stored.sha256,
    };
    {
        let mut world = chain.world();
        let mut job = stand_in::job(1, 7, world.now_secs, program);
        job.spec.reserved_secs = 3_600;
        job.spec.need.memory_mib = 2;
        world.jobs = vec![job];
        world.nodes[0].running = 1;
    }
    while agent.journal.count(Stage::Fetched).expect("a count") == 0 {
        agent.round().expect("a look");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(agent.busy.len(), 1);
    {
        let mut world = chain.world();
        world.jobs[0].summary.status = Status::Cancelled;
        world.nodes[0].running = 0;
    }
    let since = Instant::now();
    while !agent.busy.is_empty() {
        agent.round().expect("a look");
        chain.world().height += 1;
        std::thread::sleep(Duration::from_millis(20));
        assert!(since.elapsed() < Duration::from_secs(600), "it runs on");
    }
}

/// Such jobs stay until their requesters come back, and may become many.
#[test]
fn a_job_that_is_not_worth_settling_is_not_asked_for_each_time() {
    let chain = StandIn::start();
    delivered(&chain, 1);
    let folder = tempfile::tempdir().expect("a folder");
    let mut agent = agent(&chain, &folder);
    let mut looks = || {
        agent.round().expect("a look");
        chain.world().looks.take()
    };
    while looks() > 0 {}
    assert_eq!((looks(), looks()), (0, 0));
    let said = agent.resting.values_mut().next().expect("it rests");
    said.0 -= REST;
    let mut looks = || {
        agent.round().expect("a look");
        chain.world().looks.take()
    };
    assert_eq!((looks(), looks()), (1, 0));
    // Something became of one of the node's jobs: a new one may hide behind it.
    chain.world().nodes[0].settled += 1;
    assert_eq!((looks(), looks()), (1, 0));
}

/// Words that stay: whoever reads the log knows them from that page.
#[test]
fn the_log_has_the_events_that_the_providers_page_names() {
    fn collect(at: &Path, found: &mut BTreeSet<String>) {
        if at.is_dir() {
            for entry in std::fs::read_dir(at).expect("a folder") {
                collect(&entry.expect("an entry").path(), found);
            }
            return;
        }
        let text = std::fs::read_to_string(at).expect("a source");
        let words = text.split("event = \"").skip(1);
        let words = words.filter_map(|rest| rest.split_once('"'));
        let plain = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let words = words.map(|(word, _)| word.to_owned());
        found.extend(words.filter(|word| !word.is_empty() && plain(word)));
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut told = BTreeSet::new();
    collect(&crates.join("agent/src"), &mut told);
    collect(&crates.join("cli/src/command/run.rs"), &mut told);
    let page = std::fs::read_to_string(crates.join("../docs/provider.md")).expect("the page");
    let (_, table) = page.split_once("| event |").expect("the table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let first = table
        .lines()
        .skip(2)
        .filter_map(|row| row.split('|').nth(1));
    let named: BTreeSet<String> = first
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, named);
    assert!(told.contains("job_over"), "{}", json!(told));
}
