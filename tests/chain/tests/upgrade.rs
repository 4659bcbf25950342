//! Live contracts go from the code of an earlier commit to newer code by a vote of the
//! members, with a job and bond under way; going back and foreign code are refused.
//! `scripts/chain upgrade` builds both and runs this.
#![allow(missing_docs)]

use std::{cell::Cell, env, fs};

use cosmwasm_std::Binary;
use serde_json::{json, Value};
use surge_chain_tests::{network, root, Chain, Error, Key, Surge};
use surge_interface::dao::{
    Action, Choice, Draft, ExecuteMsg, FullProposalResponse, QueryMsg, Status,
};

const CONTRACTS: [&str; 5] = ["dao", "token", "registry", "escrow", "rewards"];
/// Gas for five migrations.
const ENOUGH: u64 = 5_000_000;

/// The members and the suite that they own.
struct Members {
    chain: Chain,
    keys: [Key; 3],
    addresses: Value,
    /// How often they have decided: each opens proposals in turn, because one that failed
    /// stays open and a member may have few of those.
    decided: Cell<usize>,
}

#[test]
fn members_take_live_contracts_forward_and_nobody_takes_them_elsewhere() -> Result<(), Error> {
    let folder = tempfile::tempdir().expect("a folder for homes");
    let settings = folder.path().join("settings.toml");
    fs::write(&settings, quick_settings()).expect("settings are written");
    let someone = Surge::new(folder.path());
    let settings = settings.display().to_string();
    let (old, new) = (artifacts("SURGE_OLD"), artifacts("SURGE_NEW"));
    let deployer = someone.signing("deployer");
    let deployed = deployer.ok(&[
        "deploy",
        "apply",
        "--settings",
        &settings,
        "--artifacts",
        &old,
    ]);

    let chain = Chain::connect(network()?)?;
    let key = |name: &str| chain.network().key(name);
    let members = Members {
        keys: [key("member1")?, key("member2")?, key("member3")?],
        addresses: deployed["contracts"].clone(),
        decided: Cell::new(0),
        chain,
    };

    // Work that is under way while the code changes under it.
    let job = order_a_job(&someone, folder.path());
    let before = members.versions()?;

    // What it will store and what that costs is said before, and nothing is stored then.
    let file = folder.path().join("upgrade.json").display().to_string();
    let upgrade = |artifacts: &str, more: &[&str]| {
        let words = [
            "deploy",
            "upgrade",
            "--artifacts",
            artifacts,
            "--actions",
            &file,
        ];
        deployer.ok(&[&words[..], more].concat())
    };
    let plan = upgrade(&new, &["--dry-run"]);
    let number = |fee: &Value| fee.as_str().and_then(|fee| fee.parse::<u64>().ok());
    let (all, fee) = (plan["contracts"].as_array(), number(&plan["fee"]));
    let fees = all.expect("contracts").iter();
    let fees = fees.filter_map(|change| number(&change["cost"]["fee"]));
    assert_eq!(fee, Some(fees.sum()), "{plan}");
    assert!(fee > Some(0) && !folder.path().join("upgrade.json").exists());
    let stored = upgrade(&new, &[]);
    assert_eq!(stored["stored"].as_array().map(Vec::len), all.map(Vec::len));
    let forward = actions(&file);
    assert!(
        forward
            .last()
            .is_some_and(|last| to(last, members.address("dao"))),
        "the DAO comes last: it carries the others out"
    );
    let decided = members.decide(forward)?;
    assert_eq!(
        decided.proposal.status,
        Status::Executed,
        "{:?}",
        decided.failure
    );
    let after = members.versions()?;
    for (contract, (was, is)) in CONTRACTS.iter().zip(before.iter().zip(&after)) {
        println!("{contract}: {was} -> {is}");
        assert!(*contract == "token" || was != is, "{contract} stayed {is}");
    }

    // The job does not notice, nor does the money.
    let result = folder.path().join("result");
    fs::write(&result, b"what came out").expect("a result");
    let (job, result) = (job.to_string(), result.display().to_string());
    someone
        .signing("operator1")
        .ok(&["job", "result", &job, "--output", &result]);
    someone.signing("requester").ok(&["job", "accept", &job]);
    let shown = someone.ok(&["job", "show", &job]);
    assert_eq!(shown["summary"]["status"], "settled");
    for contract in ["registry", "escrow", "rewards", "dao"] {
        let books: Value = members
            .chain
            .smart(members.address(contract), &json!({ "invariant": {} }))?;
        assert_eq!(books["holds"], true, "{contract}: {books}");
    }

    // The upgrade is known, so nothing differs but the version: this program has the old one.
    let verify = ["deploy", "verify", "--artifacts", &new, "--trust-state"];
    let (error, _) = deployer.fails(&verify);
    let mut lines = error.lines().skip(1);
    assert!(lines.all(|line| line.contains(" cw2 version (")), "{error}");

    // Whoever does not take the state file's word sees which codes ran before.
    let (error, next) = deployer.fails(&verify[..4]);
    assert!(error.contains("(birth): wanted "), "{error}");
    assert!(next.contains("--trust-state"), "{next}");

    // Back to the earlier code, and to another contract's: refused, and all stays as it is.
    // The earlier code is on the chain already.
    let again = upgrade(&old, &[]);
    let stored = again["stored"].as_array().expect("contracts");
    assert!(stored.iter().all(|one| one["tx"].is_null()), "{again}");
    for action in actions(&file) {
        let decided = members.decide(vec![action])?;
        assert_eq!(decided.proposal.status, Status::Ready);
        let why = decided.failure.expect("it failed");
        println!("back: {why}");
        assert!(why.contains("newer version"), "{why}");
    }
    let foreign = [
        ("registry", "escrow"),
        ("escrow", "rewards"),
        ("rewards", "token"),
        ("dao", "registry"),
        ("token", "dao"),
    ];
    for (contract, other) in foreign {
        let code = members.chain.contract_info(members.address(other))?;
        let action = Action::Migrate {
            contract: members.address(contract).into(),
            code_id: code.code_id,
            msg: Binary::from(b"{}"),
        };
        let decided = members.decide(vec![action])?;
        assert_eq!(
            decided.proposal.status,
            Status::Ready,
            "{contract} took the {other}'s code"
        );
        println!("{contract} to the {other}'s code: {:?}", decided.failure);
        assert!(decided.failure.is_some());
    }
    assert_eq!(members.versions()?, after);
    Ok(())
}

impl Members {
    fn address(&self, contract: &str) -> &str {
        self.addresses[contract].as_str().expect("it is deployed")
    }

    /// What each contract says that it is.
    fn versions(&self) -> Result<Vec<Value>, Error> {
        let version = |contract: &&str| -> Result<Value, Error> {
            let told = self.chain.raw(self.address(contract), b"contract_info")?;
            Ok(serde_json::from_slice(&told)?)
        };
        CONTRACTS.iter().map(version).collect()
    }

    /// Two of three say yes, and anybody carries it out.
    fn decide(&self, actions: Vec<Action>) -> Result<FullProposalResponse, Error> {
        let dao = self.address("dao");
        let draft = Draft {
            title: "Other code".into(),
            text: "Which one, the actions say.".into(),
            actions,
            gas: ENOUGH,
        };
        let turn = self.decided.replace(self.decided.get() + 1);
        let proposer = &self.keys[turn % self.keys.len()];
        let opened = self
            .chain
            .execute(proposer, dao, &ExecuteMsg::Propose { draft }, 0)?;
        let proposal = opened.attribute("wasm-proposal_opened", "proposal")?;
        for member in &self.keys[..2] {
            let vote = ExecuteMsg::Vote {
                proposal,
                choice: Choice::Yes,
                reason: None,
            };
            self.chain.execute(member, dao, &vote, 0)?;
        }
        let told = || -> Result<FullProposalResponse, Error> {
            self.chain.smart(dao, &QueryMsg::FullProposal { proposal })
        };
        self.chain.wait_until(told()?.proposal.closes_secs)?;
        self.chain
            .execute(&self.keys[0], dao, &ExecuteMsg::Poke { proposal }, 0)?;
        let ready = told()?.proposal.ready_secs.expect("it passed");
        self.chain.wait_until(ready)?;
        self.chain
            .execute(&self.keys[0], dao, &ExecuteMsg::Execute { proposal }, 0)?;
        told()
    }
}

/// A provider with a node, and a job at it.
fn order_a_job(someone: &Surge, folder: &std::path::Path) -> u64 {
    let [owner, operator, requester] =
        ["provider1", "operator1", "requester"].map(|name| someone.signing(name));
    owner.ok(&["provider", "register", "--operator", "operator1"]);
    owner.ok(&["provider", "bond", "10 STAKE"]);
    let added = owner.ok(&[
        "node",
        "add",
        "--region",
        "europe",
        "--cores",
        "4",
        "--memory-mib",
        "8192",
        "--bond",
        "5 STAKE",
    ]);
    let node = added["node"].as_str().expect("a node").to_owned();
    operator.ok(&["node", "heartbeat", &node]);
    let program = folder.join("program.wasm");
    let nothing = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    fs::write(&program, wat::parse_str(nothing).expect("a program")).expect("a file");
    let program = program.display().to_string();
    let ordered = requester.ok(&[
        "job",
        "submit",
        "--program",
        &program,
        "--max-price",
        "2 STAKE",
    ]);
    ordered["job"].as_u64().expect("a job")
}

/// What a local network is born with, and votes that last seconds.
fn quick_settings() -> String {
    let files = ["devnet.settings.toml", "quick.policies.toml"];
    let text = files.map(|file| {
        let path = root().join("networks").join(file);
        fs::read_to_string(path).expect("settings")
    });
    text.concat()
}

fn artifacts(variable: &str) -> String {
    env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run scripts/chain upgrade"))
}

/// What the program wrote for the members to decide.
fn actions(file: &str) -> Vec<Action> {
    let text = fs::read(file).expect("the actions");
    serde_json::from_slice(&text).expect("actions")
}

fn to(action: &Action, address: &str) -> bool {
    matches!(action, Action::Migrate { contract, .. } if contract == address)
}
