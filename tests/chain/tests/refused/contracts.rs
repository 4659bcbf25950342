//! Messages that the contracts refuse: of the wrong signer, with the wrong coins, with too
//! little gas. Each changes nothing, and its signer pays the fee alone.

use serde_json::{json, Value};
use surge_chain::{migrate, Error, Key, Limit};
use surge_chain_tests::suite::{capacity, job, result, Suite, GAS};
use surge_interface::escrow::{ExecuteMsg, WhenFull};

use super::refused;

const DEPOSIT: u128 = 200_000;
/// What cw20-base says when somebody sends more than it has.
const TOO_MUCH: &str = "Overflow: Cannot Sub with given operands";

/// The fee of a transaction of these tests.
fn fee(suite: &Suite, gas: u64) -> u128 {
    suite.chain.network().fee.of(gas).expect("a fee")
}

/// Sends it and checks that it fails with these words, and that nothing changed.
fn check(suite: &Suite, signer: &Key, contract: &str, msg: &Value, funds: u128, why: &str) {
    let (before, balance) = (suite.snapshot(), suite.balance(signer.address()));
    let error = refused(
        suite.execute(signer, contract, msg, funds),
        &msg.to_string(),
    );
    let log = format!("failed to execute message; message index: 0: {why}");
    let Error::Failed { code, raw_log, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(raw_log, &log, "{msg}: code {code}");
    assert_eq!(suite.snapshot(), before, "{msg} changed something");
    let paid = balance - suite.balance(signer.address());
    assert_eq!(paid, fee(suite, GAS), "{msg}: the fee alone is paid");
}

/// The words of a contract as wasmd passes them on.
fn said(by: &str) -> String {
    format!("{by}: execute wasm contract failed")
}

#[test]
fn what_is_not_theirs_strangers_cannot_do_and_pay_the_fee_for_trying() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = Suite::deploy(folder.path(), "strangers", |_| {});
    let [owner, operator, requester, hostile] =
        ["provider3", "operator3", "requester", "hostile"].map(|name| suite.key(name));
    let nodes = suite.provider(&owner, &operator, 1, 8);
    let submit = ExecuteMsg::SubmitJob {
        spec: job(4, WhenFull::Refuse),
    };
    let done = suite
        .execute(&requester, &suite.escrow, &submit, DEPOSIT)
        .expect("a job");
    let id: u64 = done.attribute("wasm-job_submitted", "job").expect("a job");

    let params: Value = suite
        .ask(&suite.registry, json!({ "params": {} }))
        .expect("parameters");
    let deliver = json!({ "submit_result": { "job": id, "result": result() } });
    let order = json!({ "requester": hostile.address(), "class": 0, "denom": { "native": "ustake" }, "need": capacity(1), "reserved_secs": 60, "max_price": "1000", "data": { "replicas": [], "size_mib": 0 }, "regions": [], "jurisdictions": [], "collateral_bps": 10_000 });
    let [registry, escrow, token, dao, rewards] = [
        &suite.registry,
        &suite.escrow,
        &suite.token,
        &suite.dao,
        &suite.rewards,
    ];
    let address = hostile.address();
    let only = |who: &str| format!("only {who} may do this, not {address}");
    let not_owner = "Caller is not the contract's current owner".to_owned();
    let tries = |tries: Vec<(&String, Value, String)>| {
        for (contract, msg, why) in tries {
            check(&suite, &hostile, contract, &msg, 0, &said(&why));
        }
    };
    let operator_of_job = format!("the operator of the node that has job {id}");
    let mine = json!({ "title": "Mine", "text": "", "actions": [], "gas": 200_000 });
    tries(vec![
        (
            registry,
            json!({ "update_params": { "params": params } }),
            not_owner.clone(),
        ),
        (
            registry,
            json!({ "set_intake": { "open": false } }),
            not_owner.clone(),
        ),
        (
            registry,
            json!({ "update_ownership": { "transfer_ownership": { "new_owner": address } } }),
            not_owner.clone(),
        ),
        (
            registry,
            json!({ "heartbeat": { "node": nodes[0], "seq": 2, "free": capacity(8) } }),
            only("the operator of provider 1"),
        ),
        (
            registry,
            json!({ "remove_node": { "node": nodes[0] } }),
            only("the owner of provider 1"),
        ),
        (
            registry,
            json!({ "assign": { "job": id + 1, "order": order } }),
            only(&format!("the escrow {escrow}")),
        ),
        (
            registry,
            json!({ "release": { "job": id, "outcome": "settled" } }),
            only(&format!("the escrow {escrow}")),
        ),
        (
            escrow,
            json!({ "set_roles": { "arbiter": address, "treasury": address } }),
            not_owner.clone(),
        ),
        (escrow, deliver, only(&operator_of_job)),
        (
            escrow,
            json!({ "decline": { "job": id } }),
            only(&operator_of_job),
        ),
        (
            escrow,
            json!({ "cancel": { "job": id } }),
            only(&format!("the requester of job {id}")),
        ),
        (
            token,
            json!({ "mint": { "recipient": address, "amount": "1" } }),
            "Unauthorized".to_owned(),
        ),
        (
            token,
            json!({ "transfer": { "recipient": address, "amount": "1" } }),
            TOO_MUCH.to_owned(),
        ),
        (
            rewards,
            json!({ "slash": { "provider": 1, "bps": 1 } }),
            not_owner,
        ),
        (
            dao,
            json!({ "propose": { "draft": mine } }),
            format!("{address} is not a member"),
        ),
        (
            dao,
            json!({ "perform": { "proposal": 1 } }),
            only("the dao itself"),
        ),
    ]);

    // Once there is a result, and a dispute about it.
    let deliver = ExecuteMsg::SubmitResult {
        job: id,
        result: result(),
    };
    suite
        .execute(&operator, escrow, &deliver, 0)
        .expect("a result");
    let dispute =
        json!({ "dispute": { "job": id, "reason_uri": "https://files.example.org/why.txt" } });
    let requester_of_job = only(&format!("the requester of job {id}"));
    tries(vec![(
        escrow,
        json!({ "accept": { "job": id, "pay": true } }),
        requester_of_job.clone(),
    )]);
    // With the bond that is asked for, which comes back.
    let bond = suite.job(id).summary.price.u128().div_ceil(10);
    let arbiter = suite.key("arbiter").address().to_owned();
    check(
        &suite,
        &hostile,
        escrow,
        &dispute,
        bond,
        &said(&requester_of_job),
    );
    // What a person hears at a terminal.
    let surge = suite.surge.signing("hostile");
    let (error, _) = surge.fails(&["job", "accept", &id.to_string()]);
    assert_eq!(error, only(&format!("the requester of job {id}")));
    suite
        .execute(&requester, escrow, &dispute, bond)
        .expect("a dispute");
    tries(vec![(
        escrow,
        json!({ "rule": { "job": id, "provider_bps": 0 } }),
        format!("only the arbiter {arbiter} may rule, not {address}"),
    )]);

    // Nobody but the DAO is admin.
    let snapshot = suite.snapshot();
    let code = suite
        .chain
        .contract(escrow)
        .expect("an answer")
        .expect("a contract")
        .code_id;
    let message = migrate(address, escrow, code, &json!({})).expect("a message");
    let error = refused(
        suite.chain.send(&hostile, &[message], Limit::Gas(GAS)),
        "a migration",
    );
    assert_eq!(
        error.raw_log(),
        "failed to execute message; message index: 0: can not migrate: unauthorized"
    );
    assert_eq!(suite.snapshot(), snapshot);
}

#[test]
fn coins_are_what_a_message_asks_for_or_it_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = Suite::deploy(folder.path(), "coins", |_| {});
    let [owner, operator, requester, hostile] =
        ["provider4", "operator4", "requester", "hostile"].map(|name| suite.key(name));
    let nodes = suite.provider(&owner, &operator, 1, 8);
    let [registry, escrow] = [&suite.registry, &suite.escrow];
    let submit = json!({ "submit_job": { "spec": job(4, WhenFull::Refuse) } });
    let held = suite.balance(hostile.address());
    let (more, paid) = (held + 1, held - fee(&suite, GAS));
    let dear = "reply: no node for job 1: of 1 nodes read none can take the job: 1 too dear; raise the deposit or let the job wait";
    let none_taken = "This message does no accept funds";
    let unpayable =
        format!("spendable balance {paid}ustake is smaller than {more}ustake: insufficient funds");
    let beat = json!({ "heartbeat": { "node": nodes[0], "seq": 2, "free": capacity(8) } });
    let flush = json!({ "flush": { "denom": { "native": "ustake" }, "purse": "treasury" } });
    let transfer = json!({ "transfer": { "recipient": hostile.address(), "amount": "1" } });
    let zero = "the deposit is zero: send what the job may cost at most";
    check(&suite, &requester, escrow, &submit, 0, &said(zero));
    check(&suite, &requester, escrow, &submit, 1, &said(dear));
    check(&suite, &hostile, escrow, &submit, more, &unpayable);
    let bond = json!({ "bond": { "provider": 1 } });
    check(&suite, &owner, registry, &bond, 0, &said("No funds sent"));
    check(&suite, &operator, registry, &beat, 1, &said(none_taken));
    check(&suite, &requester, escrow, &flush, 1, &said(none_taken));
    let turn = json!({ "turn": {} });
    check(
        &suite,
        &requester,
        &suite.rewards,
        &turn,
        1,
        &said(none_taken),
    );
    check(
        &suite,
        &requester,
        &suite.token,
        &transfer,
        0,
        &said(TOO_MUCH),
    );

    // A dispute without its bond, and with less than it.
    let spec = job(4, WhenFull::Refuse);
    let done = suite
        .execute(&requester, escrow, &ExecuteMsg::SubmitJob { spec }, DEPOSIT)
        .expect("a job");
    let id: u64 = done.attribute("wasm-job_submitted", "job").expect("a job");
    let deliver = ExecuteMsg::SubmitResult {
        job: id,
        result: result(),
    };
    suite
        .execute(&operator, escrow, &deliver, 0)
        .expect("a result");
    let dispute =
        json!({ "dispute": { "job": id, "reason_uri": "https://files.example.org/why.txt" } });
    let bond = suite.job(id).summary.price.u128().div_ceil(10);
    let asked = format!("send {bond} ustake with this, not 1");
    check(
        &suite,
        &requester,
        escrow,
        &dispute,
        0,
        &said("No funds sent"),
    );
    check(&suite, &requester, escrow, &dispute, 1, &said(&asked));
}

#[test]
fn too_little_gas_changes_nothing_wherever_it_runs_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = Suite::deploy(folder.path(), "gas", |_| {});
    let [owner, operator, requester] =
        ["provider1", "operator1", "requester"].map(|name| suite.key(name));
    suite.provider(&owner, &operator, 1, 8);
    let submit = ExecuteMsg::SubmitJob {
        spec: job(1, WhenFull::Refuse),
    };
    let submit_within =
        |gas: u64| suite.execute_within(gas, &requester, &suite.escrow, &submit, DEPOSIT);
    let used = submit_within(GAS).expect("a job").gas_used;
    println!("  submit_job uses {used} gas");

    // From before the first contract, through the escrow, the registry that it calls and the
    // escrow's reply, to the last unit but few.
    let mut places = std::collections::BTreeSet::new();
    for percent in [20, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98] {
        let gas = used * percent / 100;
        let (before, balance) = (suite.snapshot(), suite.balance(requester.address()));
        let error = refused(submit_within(gas), &format!("{gas} gas"));
        let Error::Failed { code, raw_log, .. } = &error else {
            panic!("{gas} gas: {error}");
        };
        assert_eq!(*code, 11, "{gas} gas: {raw_log}");
        assert!(raw_log.contains("out of gas"), "{gas} gas: {raw_log}");
        let place = raw_log
            .split("out of gas in location: ")
            .nth(1)
            .unwrap_or(raw_log);
        places.insert(place.split(';').next().unwrap_or(place).to_owned());
        assert_eq!(suite.snapshot(), before, "{gas} gas changed something");
        let paid = balance - suite.balance(requester.address());
        assert_eq!(paid, fee(&suite, gas), "{gas} gas: the fee alone is paid");
    }
    println!("  out of gas in: {places:?}");
    assert!(places.len() > 1, "{places:?}");

    // Too little even for the signature never gets into a block.
    let error = refused(submit_within(1_000), "a thousand gas");
    assert!(matches!(&error, Error::Refused { code: 11, .. }), "{error}");

    // What a person hears at a terminal.
    let program = folder.path().join("program.wasm");
    let idle = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    std::fs::write(&program, wat::parse_str(idle).expect("a program")).expect("a file");
    let program = program.display().to_string();
    let surge = suite.surge.signing("requester");
    let args = [
        "job",
        "submit",
        "--program",
        &program,
        "--cores",
        "1",
        "--max-price",
        "200000ustake",
    ];
    let (error, next) = surge.fails(&[&args[..], &["--gas", "150000"]].concat());
    assert!(error.contains("out of gas"), "{error}");
    assert!(next.contains("--gas"), "{next}");
}
