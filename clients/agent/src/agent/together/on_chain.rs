//! A requester with thirty jobs on one node, none of which can be done.

use std::{thread, time::Duration};

use cosmwasm_std::{Addr, Uint128};
use surge_interface::escrow::{Artifact, JobResponse, JobSummary, Status};
use surge_store::{Place, Stores};

use crate::{
    agent::{Agent, Parts},
    settings::Settings,
    stand_in::{self, coin, StandIn},
};

const NODE: u32 = 7;
const JOBS: u32 = 30;
/// When all jobs were assigned, and the last second in which they may be turned down.
const ASSIGNED_SECS: u64 = 1_000;
const WINDOW_SECS: u64 = ASSIGNED_SECS + 600;

fn job(id: u32, program: &Artifact) -> JobResponse {
    JobResponse {
        summary: JobSummary {
            id: id.into(),
            requester: Addr::unchecked("requester"),
            denom: coin("ustake"),
            status: Status::Assigned,
            deadline_secs: 5_000,
            held: Uint128::new(10),
            price: Uint128::new(10),
            node: Some(NODE),
            provider: Some(1),
            assigned_secs: ASSIGNED_SECS,
            params_version: 1,
            declined: vec![],
        },
        spec: stand_in::order(program.clone()),
        result: None,
        dispute: None,
    }
}

/// Thirty jobs whose program nobody stored turn due in the same second. Each round after that
/// is a block, ten seconds long. Answers what the chain knows in the last second of the window.
fn thirty_jobs(stuck: Option<u64>) -> StandIn {
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
        world.jobs = (1..=JOBS).map(|id| job(id, &program)).collect();
        world.stuck = stuck;
        world.nodes[0].running = JOBS;
        world.nodes[0].last_seen_secs = world.now_secs;
        world.gas.insert("decline", 20_000);
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
    for now_secs in (WINDOW_SECS - 60..=WINDOW_SECS).step_by(10) {
        {
            let mut world = chain.world();
            world.now_secs = now_secs;
            world.height += 1;
            // No heartbeat is due.
            world.nodes[0].last_seen_secs = now_secs;
        }
        agent.round().expect("a round");
    }
    let declined = agent.summary().expect("a summary").declined;
    let left = chain.world().nodes[0].running;
    assert_eq!(declined, u64::from(JOBS - left), "the journal knows");
    chain
}

#[test]
fn a_requester_with_thirty_jobs_has_no_node_miss_its_accept_window() {
    let chain = thirty_jobs(None);
    assert_eq!(chain.world().together, [20, 10]);
    assert_eq!(chain.world().nodes[0].running, 0);
}

#[test]
fn one_job_that_cannot_be_turned_down_keeps_none_of_the_others() {
    let chain = thirty_jobs(Some(13));
    assert_eq!(chain.world().together, [10, 2, 17]);
    assert_eq!(chain.world().nodes[0].running, 1);
}
