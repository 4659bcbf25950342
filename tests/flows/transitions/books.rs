//! Whether a row happens with the money and the node that it names.

use surge_interface::escrow::Purse;
use surge_interface::registry::{self, QueryMsg, ReservationResponse};
use surge_tests::table::Row;

use super::stage::{go, ruling, send, stage, Moment, Stage, DEPOSIT};

/// What the table is about.
#[derive(Debug)]
struct Books {
    provider: u128,
    requester: u128,
    purses: [u128; 3],
    bond: u128,
    tips: u128,
    kitty: u128,
    settled: u32,
    strikes: u8,
}

fn books(stage: &Stage) -> Books {
    use surge_interface::escrow::{InvariantResponse, QueryMsg};
    let suite = &stage.suite;
    let rows: InvariantResponse = suite.ask_escrow(&QueryMsg::Invariant {});
    let row = &rows.rows[usize::from(stage.denom)];
    let registry: registry::InvariantResponse =
        suite.ask_registry(&registry::QueryMsg::Invariant {});
    let money = &registry.rows[usize::from(stage.denom)];
    let node = suite.node(1);
    Books {
        provider: suite.provider_credit(1, stage.denom),
        requester: suite.account_credit("bob", stage.denom),
        purses: [row.burn, row.treasury, row.insurance].map(|purse| purse.u128()),
        bond: node.bond.u128(),
        tips: money.tips.u128(),
        kitty: money.kitty.u128(),
        settled: node.settled,
        strikes: node.strikes,
    }
}

pub fn happens(row: &Row, denom: u8, moment: Moment) {
    let mut stage = stage(row, denom);
    let fresh = row["State"] == "new";
    // Of a new job the stage has sent the message already.
    let before = books(&stage);
    go(&mut stage, &row["Clock"], moment, row);
    let assigned = stage.suite.job(stage.job);
    if !fresh {
        send(&mut stage, &row["Message"], row)
            .unwrap_or_else(|error| panic!("{row:?} {moment:?}: {error:#}"));
    }
    let after = books(&stage);
    let summary = stage.suite.job(stage.job);
    assert_eq!(format!("{:?}", summary.status), row["Next"], "{row:?}");
    let held = match summary.status.is_final() {
        true => 0,
        false => DEPOSIT,
    };
    assert_eq!(summary.held.u128(), held, "{row:?}");

    let price = summary.price.u128();
    let elapsed_secs = stage.suite.now_secs() - assigned.assigned_secs;
    let elapsed = u128::from(elapsed_secs.min(600));
    let worked = ((price * elapsed).div_ceil(600) + price / 10).min(price);
    let share = price * ruling(row) / 10_000;
    let bond = price.div_ceil(10);
    let fees = DEPOSIT * summary.declined.len() as u128 / 100;
    let paid = match row["To the provider"].as_str() {
        "0" => 0,
        "P − take" => price,
        "elapsed − take" => worked,
        "share − take" => share,
        "half − take" => price / 2,
        other => panic!("nothing is called {other}"),
    };
    let take = paid * 500 / 10_000;
    let back = match row["To the requester"].as_str() {
        "0" => 0,
        "D" => DEPOSIT,
        "D − P" => DEPOSIT - price,
        "D − fees" => DEPOSIT - fees,
        "D − elapsed" => DEPOSIT - worked,
        "D − share" => DEPOSIT - share,
        "D − share + B" => DEPOSIT - share + bond,
        "D + B" => DEPOSIT + bond,
        "D − half + B" => DEPOSIT - price / 2 + bond,
        other => panic!("nothing is called {other}"),
    };
    let (network, lost) = match row["To the network"].as_str() {
        "0" => (0, 0),
        "fees" => (fees, fees),
        "take" => (take, 0),
        "take + B" => (take + bond, bond),
        other => panic!("nothing is called {other}"),
    };
    assert_eq!(after.provider - before.provider, paid - take, "{row:?}");
    assert_eq!(after.requester - before.requester, back, "{row:?}");
    let purses: Vec<u128> = (0..3).map(|p| after.purses[p] - before.purses[p]).collect();
    assert_eq!(purses.iter().sum::<u128>(), network, "{row:?}");
    let burn = if denom == 1 { take / 2 } else { 0 };
    assert_eq!(purses[0], burn, "only tokens burn: {row:?}");
    assert_eq!(purses[2], take / 5 + lost, "insurance: {row:?}");
    node_is(&stage, row, &before, &after, price);
    stage.suite.assert_sound();
    if network > 0 {
        let purse = if purses[1] > 0 {
            Purse::Treasury
        } else {
            Purse::Insurance
        };
        stage.suite.flush(denom, purse).expect("flush");
    }
}

fn node_is(stage: &Stage, row: &Row, before: &Books, after: &Books, price: u128) {
    let held: Option<ReservationResponse> = stage
        .suite
        .app
        .wrap()
        .query_wasm_smart(
            &stage.suite.registry,
            &QueryMsg::Reservation { job: stage.job },
        )
        .ok();
    let at = held.as_ref().map(|held| held.node);
    let node = stage.suite.node(1);
    let settled = after.settled - before.settled;
    let penalty = before.bond - after.bond;
    let (expected_at, expected_settled, expected_penalty) = match row["Node"].as_str() {
        "none" | "released" => (None, 0, 0),
        "reserved" | "kept" => (Some(1), 0, 0),
        "moved" => (Some(2), 0, 0),
        "paid" => (None, 1, 0),
        "slashed" => (None, 0, price * 500 / 10_000),
        other => panic!("nothing is called {other}"),
    };
    assert_eq!(at, expected_at, "{row:?}");
    assert_eq!(settled, expected_settled, "{row:?}");
    assert_eq!(penalty, expected_penalty, "{row:?}");
    // Who reports a missed deadline gets a tenth; a ruling has no reporter.
    let reported = row["Message"] == "Expire";
    let tip = if reported { expected_penalty / 10 } else { 0 };
    assert_eq!(after.tips - before.tips, tip, "{row:?}");
    let kitty = after.kitty - before.kitty;
    assert_eq!(kitty, expected_penalty - tip, "{row:?}");
    assert_eq!(after.strikes, u8::from(expected_penalty > 0), "{row:?}");
    let locked = if at == Some(1) { price } else { 0 };
    assert_eq!(node.locked.u128(), locked, "{row:?}");
    assert_eq!(node.running, u32::from(at == Some(1)), "{row:?}");
}
