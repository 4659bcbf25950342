//! What happens within one block: two requesters and the last free node, two and two free
//! nodes, and a result that is accepted and disputed at once.
//!
//! `scripts/chain race` runs it.

use std::{thread, time::Duration};

use cosmwasm_std::coins;
use surge_chain::{Error, Included, Key, Signed};
use surge_chain_tests::suite::{job, result, Suite};
use surge_interface::{
    escrow::{self, ExecuteMsg, Status, WhenFull},
    UncheckedDenom,
};

/// Most of the escrow's deposit for a job.
const DEPOSIT: u128 = 200_000;
/// Tries until two transactions are in one block.
const TRIES: u32 = 20;
/// Cores of each node; a job takes them all.
const CORES: u32 = 4;

/// What became of a transaction: the block's height is known of both kinds.
struct Landed {
    height: u64,
    outcome: Result<Included, String>,
}

/// Hands all over before a block comes, and waits for all of them. None when they are not in
/// one block.
fn in_one_block(suite: &Suite, all: &[Signed]) -> (bool, Vec<Landed>) {
    // Just after a block, so that the next one takes all.
    let height = suite.chain.height().expect("a height");
    while suite.chain.height().expect("a height") == height {
        thread::sleep(Duration::from_millis(5));
    }
    for signed in all {
        suite.chain.broadcast(&signed.bytes).expect("taken");
    }
    let landed: Vec<Landed> = all.iter().map(|signed| land(suite, signed)).collect();
    let one = landed.iter().all(|found| found.height == landed[0].height);
    (one, landed)
}

fn land(suite: &Suite, signed: &Signed) -> Landed {
    let outcome = match suite.chain.wait(signed) {
        Ok(included) => Ok(included),
        Err(Error::Failed { raw_log, .. }) => Err(raw_log),
        Err(error) => panic!("{error}"),
    };
    let found = suite.chain.executed(&signed.pending.hash);
    let (height, _) = found.expect("an answer").expect("a block");
    Landed { height, outcome }
}

fn submit(suite: &Suite, requester: &Key, when_full: WhenFull) -> Signed {
    let spec = job(CORES, when_full);
    let msg = ExecuteMsg::SubmitJob { spec };
    suite
        .signed(requester, &suite.escrow, &msg, DEPOSIT)
        .expect("a transaction")
}

/// Ends a job whose node has not delivered, so that the node is free again.
fn cancel(suite: &Suite, requester: &Key, job: u64) {
    let msg = ExecuteMsg::Cancel { job };
    suite
        .execute(requester, &suite.escrow, &msg, 0)
        .expect("a cancellation");
}

fn job_id(included: &Included) -> u64 {
    included
        .attribute("wasm-job_submitted", "job")
        .expect("a job")
}

#[test]
fn the_last_free_node_goes_to_one_of_two_and_the_other_loses_nothing_but_gas() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = Suite::deploy(folder.path(), "race", |_| {});
    let [owner, operator] = ["provider1", "operator1"].map(|name| suite.key(name));
    let nodes = suite.provider(&owner, &operator, 1, CORES);
    let requesters = ["requester", "anyone"].map(|name| suite.key(name));

    refused_or_assigned(&suite, &requesters, nodes[0]);
    requesters.iter().for_each(|key| withdraw(&suite, key));
    waiting_or_assigned(&suite, &requesters, nodes[0]);
    accepted_or_disputed(&suite, &requesters[0], &operator);

    let more = ["provider2", "operator2"].map(|name| suite.key(name));
    suite.provider(&more[0], &more[1], 1, CORES);
    two_and_two(&suite, &requesters);
}

fn refused_or_assigned(suite: &Suite, requesters: &[Key; 2], node: u32) {
    for tries in 1.. {
        let before = requesters
            .each_ref()
            .map(|key| suite.balance(key.address()));
        let both = requesters
            .each_ref()
            .map(|key| submit(suite, key, WhenFull::Refuse));
        let (one_block, landed) = in_one_block(suite, &both);
        let winners: Vec<usize> = (0..2).filter(|who| landed[*who].outcome.is_ok()).collect();
        assert_eq!(winners.len(), 1, "one of two gets the node");
        let (winner, loser) = (winners[0], 1 - winners[0]);
        let included = landed[winner].outcome.as_ref().expect("the winner");
        let id = job_id(included);
        assert_eq!(suite.job(id).summary.node, Some(node));
        let why = landed[loser].outcome.as_ref().expect_err("the loser");
        assert!(why.contains(NOBODY), "{why}");
        let after = suite.balance(requesters[loser].address());
        assert_eq!(before[loser] - after, both[loser].fee, "the loser's coins");
        let after = suite.balance(requesters[winner].address());
        assert_eq!(before[winner] - after, both[winner].fee + DEPOSIT);
        cancel(suite, &requesters[winner], id);
        if one_block {
            println!(
                "  the last node: in one block at try {tries}, block {}",
                landed[0].height
            );
            return;
        }
        assert!(tries < TRIES, "never in one block");
    }
}

/// What a requester hears when no node has room.
const NOBODY: &str = "no node of this class with enough room is online in the allowed regions";

fn waiting_or_assigned(suite: &Suite, requesters: &[Key; 2], node: u32) {
    for tries in 1.. {
        let both = requesters
            .each_ref()
            .map(|key| submit(suite, key, WhenFull::Wait));
        let (one_block, landed) = in_one_block(suite, &both);
        let jobs = landed.iter().map(|found| {
            let included = found.outcome.as_ref().expect("both are taken");
            suite.job(job_id(included))
        });
        let jobs: Vec<escrow::JobResponse> = jobs.collect();
        let statuses = [0, 1].map(|who| jobs[who].summary.status);
        let winner = usize::from(statuses[0] == Status::Open);
        assert_eq!(statuses[winner], Status::Assigned, "{statuses:?}");
        assert_eq!(statuses[1 - winner], Status::Open, "{statuses:?}");
        assert_eq!(jobs[winner].summary.node, Some(node));
        assert_eq!(jobs[1 - winner].summary.node, None);
        // Who waits has its deposit held, whole, and gets it back when it no longer waits.
        let (waiting, key) = (&jobs[1 - winner].summary, &requesters[1 - winner]);
        assert_eq!(waiting.held.u128(), DEPOSIT);
        cancel(suite, key, waiting.id);
        assert_eq!(credit(suite, key), DEPOSIT, "the whole deposit comes back");
        cancel(suite, &requesters[winner], jobs[winner].summary.id);
        requesters.iter().for_each(|key| withdraw(suite, key));
        if one_block {
            println!(
                "  one waits: in one block at try {tries}, block {}",
                landed[0].height
            );
            return;
        }
        assert!(tries < TRIES, "never in one block");
    }
}

fn withdraw(suite: &Suite, key: &Key) {
    let msg = ExecuteMsg::Withdraw {
        beneficiary: escrow::Beneficiary::Account(key.address().into()),
        denom: UncheckedDenom::Native("ustake".into()),
    };
    if credit(suite, key) > 0 {
        let done = suite.execute(key, &suite.escrow, &msg, 0);
        done.expect("a withdrawal");
    }
}

fn credit(suite: &Suite, key: &Key) -> u128 {
    let msg = escrow::QueryMsg::Credit {
        beneficiary: escrow::Beneficiary::Account(key.address().into()),
        denom: UncheckedDenom::Native("ustake".into()),
    };
    let credit: cosmwasm_std::Uint128 = suite.chain.smart(&suite.escrow, &msg).expect("an answer");
    credit.u128()
}

fn two_and_two(suite: &Suite, requesters: &[Key; 2]) {
    for tries in 1.. {
        let both = requesters
            .each_ref()
            .map(|key| submit(suite, key, WhenFull::Refuse));
        let (one_block, landed) = in_one_block(suite, &both);
        let jobs = landed.iter().map(|found| {
            let included = found.outcome.as_ref().expect("there is a node for each");
            suite.job(job_id(included)).summary
        });
        let jobs: Vec<escrow::JobSummary> = jobs.collect();
        assert_ne!(jobs[0].node, jobs[1].node, "each has a node of its own");
        assert_eq!(jobs[0].price, jobs[1].price);
        for (key, job) in requesters.iter().zip(&jobs) {
            cancel(suite, key, job.id);
        }
        if one_block {
            println!(
                "  two and two: in one block at try {tries}, block {}",
                landed[0].height
            );
            return;
        }
        assert!(tries < TRIES, "never in one block");
    }
}

/// The same requester signs both, so that their order is his: what comes first counts. From
/// two keys there is no such race, because only the requester may do either.
fn accepted_or_disputed(suite: &Suite, requester: &Key, operator: &Key) {
    for accept_first in [true, false] {
        let mut tries = 0;
        loop {
            tries += 1;
            let signed = submit(suite, requester, WhenFull::Refuse);
            suite.chain.broadcast(&signed.bytes).expect("taken");
            let id = job_id(&suite.chain.wait(&signed).expect("a job"));
            let deliver = ExecuteMsg::SubmitResult {
                job: id,
                result: result(),
            };
            suite
                .execute(operator, &suite.escrow, &deliver, 0)
                .expect("a result");
            let price = suite.job(id).summary.price.u128();
            let accept = ExecuteMsg::Accept { job: id, pay: true };
            let dispute = ExecuteMsg::Dispute {
                job: id,
                reason_uri: "https://files.example.org/why.txt".into(),
            };
            let bond = price.div_ceil(10);
            let denom = &suite.chain.network().fee.denom;
            let message = |msg: &ExecuteMsg, funds: u128| {
                let funds = coins(funds, denom);
                surge_chain::execute(requester.address(), &suite.escrow, msg, &funds)
                    .expect("a message")
            };
            let (accept, dispute) = (message(&accept, 0), message(&dispute, bond));
            let pair = match accept_first {
                true => [accept, dispute],
                false => [dispute, accept],
            };
            let mut envelope = suite
                .chain
                .envelope(requester.address(), surge_chain_tests::suite::GAS)
                .expect("an envelope");
            let both = pair.map(|message| {
                let signed = suite.chain.sign(requester, &[message], &envelope);
                envelope.sequence += 1;
                signed.expect("a transaction")
            });
            let before = suite.balance(requester.address());
            let (one_block, landed) = in_one_block(suite, &both);
            assert!(landed[0].outcome.is_ok(), "what comes first counts");
            let why = landed[1].outcome.as_ref().expect_err("what comes second");
            assert!(why.contains(&format!("job {id} is ")), "{why}");
            let (status, paid) = match accept_first {
                true => (Status::Settled, 0),
                false => (Status::Disputed, bond),
            };
            assert_eq!(suite.job(id).summary.status, status);
            let fees: u128 = both.iter().map(|signed| signed.fee).sum();
            let after = suite.balance(requester.address());
            assert_eq!(before - after, fees + paid, "one of them moved coins");
            if !accept_first {
                // The arbiter ends it, so that the node is free again.
                let rule = ExecuteMsg::Rule {
                    job: id,
                    provider_bps: 10_000,
                };
                suite
                    .execute(&suite.key("arbiter"), &suite.escrow, &rule, 0)
                    .expect("a ruling");
            }
            if one_block {
                println!("  accepted first {accept_first}: in one block at try {tries}");
                break;
            }
            assert!(tries < TRIES, "never in one block");
        }
    }
}
