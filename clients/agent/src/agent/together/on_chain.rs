//! A requester with thirty jobs on one node, none of which can be done.

use std::{thread, time::Duration};

use cosmwasm_std::Addr;
use surge_interface::escrow::Artifact;
use surge_store::{Place, Stores};

use crate::{
    agent::{Agent, Parts},
    settings::Settings,
    stand_in::{self, StandIn, World},
};

const NODE: u32 = 7;
const JOBS: u32 = 30;
/// When all jobs were assigned, and the last second in which they may be turned down.
const ASSIGNED_SECS: u64 = 1_000;
const WINDOW_SECS: u64 = ASSIGNED_SECS + 600;

/// Thirty jobs whose program nobody stored turn due in the same second. Each round after that
/// is a block, ten seconds long. Answers what the chain knows in the last second of the window.
fn thirty_jobs(prepare: impl FnOnce(&mut World)) -> StandIn {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    std::fs::create_dir(&store).expect("a folder");
    let stores = Stores::new(&Place::Folder(store.clone()), &[], false, None).expect("a store");
    let stored = stores.put(b"a program", None).expect("kept");
    std::fs::remove_file(store.join(&stored.sha256)).expect("gone");
    let program = Artifact {
        uri: stored.uri,
        sha256: stored.sha256,
    };
    let chain = StandIn::start();
    {
        let mut world = chain.world();
        world.now_secs = ASSIGNED_SECS + 1;
        let job = |id: u32| stand_in::job(id.into(), NODE, ASSIGNED_SECS, program.clone());
        world.jobs = (1..=JOBS).map(job).collect();
        world.nodes[0].running = JOBS;
        world.nodes[0].last_seen_secs = world.now_secs;
        // As gas/table.json has it.
        world.gas.insert("decline", 347_062);
        prepare(&mut world);
    }
    let mut settings = Settings::default();
    (
        settings.earnings.withdraw_hours,
        settings.earnings.claim_hours,
    ) = (0.0, 0.0);
    let mut agent = Agent::open(Parts {
        network: chain.network(),
        contracts: stand_in::contracts(),
        operator: stand_in::key(),
        join: None,
        settings,
        stores,
        folder: folder.path().join("node"),
        note: Box::new(|_, _| Ok(())),
        drill: None,
    })
    .expect("a node");
    while agent.trouble.len() < JOBS as usize || !agent.busy.is_empty() {
        agent.round().expect("a round");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(chain.world().together.is_empty(), "all wait");
    for now_secs in (WINDOW_SECS - 300..=WINDOW_SECS).step_by(10) {
        {
            let mut world = chain.world();
            world.now_secs = now_secs;
            world.height += 1;
            // No heartbeat is due.
            world.nodes[0].last_seen_secs = now_secs;
        }
        agent.round().expect("a round");
        if chain.world().nodes[0].running == 0 {
            break;
        }
    }
    // What landed is noted.
    agent.round().expect("a round");
    let declined = agent.summary().expect("a summary").declined;
    let (left, cancelled) = {
        let world = chain.world();
        (world.nodes[0].running, world.cancelled)
    };
    assert_eq!(
        declined,
        u64::from(JOBS - left - cancelled),
        "the journal knows"
    );
    chain
}

#[test]
fn a_requester_with_thirty_jobs_has_no_node_miss_its_accept_window() {
    let chain = thirty_jobs(|_| {});
    assert_eq!(chain.world().together, [10, 10, 10]);
    assert_eq!(chain.world().nodes[0].running, 0);
}

#[test]
fn one_job_that_cannot_be_turned_down_keeps_none_of_the_others() {
    let chain = thirty_jobs(|world| world.stuck = Some(13));
    assert_eq!(chain.world().together, [10, 2, 10, 7]);
    assert_eq!(chain.world().nodes[0].running, 1);
}

/// The simulation goes well each time, and then a cancelled job undoes the whole transaction.
/// That holds up the jobs of nobody else.
#[test]
fn a_requester_that_cancels_a_job_in_each_block_holds_up_nobody_elses() {
    // Side by side, as each waits for its chain most of the time.
    thread::scope(|scope| {
        // What is left waits until less than its margin is: 120 seconds for six jobs or more.
        for (every, by_secs) in [(1, 1_380), (2, 1_480), (3, 1_480)] {
            scope.spawn(move || {
                let chain = thirty_jobs(|world| {
                    world.cancels_every = every;
                    // Its jobs are the first ones.
                    for job in &mut world.jobs[15..] {
                        job.summary.requester = Addr::unchecked("other");
                    }
                });
                let world = chain.world();
                assert_eq!(world.nodes[0].running, 0, "every {every}");
                let others = world.declined.iter().filter(|(job, _)| *job > 15);
                let others: Vec<u64> = others.map(|(_, secs)| *secs).collect();
                assert_eq!(others.len(), 15, "every {every}");
                let last = others.iter().max().expect("fifteen");
                assert!(*last <= by_secs, "every {every}: {last}");
            });
        }
    });
}

/// A purse that is too small for so many, or a block: no simulation knows.
#[test]
fn what_the_chain_does_not_take_together_is_sent_in_smaller_parts() {
    let chain = thirty_jobs(|world| world.takes = 4);
    assert!(chain.world().together.iter().all(|together| *together <= 4));
    assert_eq!(chain.world().nodes[0].running, 0);
}

/// Anybody may have many addresses.
#[test]
fn thirty_requesters_with_a_job_each_are_as_one_with_thirty() {
    let chain = thirty_jobs(|world| {
        for job in &mut world.jobs {
            job.summary.requester = Addr::unchecked(format!("requester{}", job.summary.id));
        }
    });
    assert_eq!(chain.world().together, [10, 10, 10]);
    assert_eq!(chain.world().nodes[0].running, 0);
}
