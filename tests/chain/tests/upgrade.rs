//! Live contracts go from the code of an earlier commit to newer code by a vote of the
//! members, with a job and bond under way; going back and foreign code are refused.
//! `scripts/chain upgrade` builds both and runs this.
#![allow(missing_docs)]

use std::{cell::Cell, env, fs, path::PathBuf};

use cosmwasm_std::{Binary, Uint128};
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
    deployer: Key,
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
    let old_folder = old.display().to_string();
    let deployed = someone.signing("deployer").ok(&[
        "deploy",
        "apply",
        "--settings",
        &settings,
        "--artifacts",
        &old_folder,
    ]);

    let chain = Chain::connect(network()?)?;
    let key = |name: &str| chain.network().key(name);
    let members = Members {
        keys: [key("member1")?, key("member2")?, key("member3")?],
        deployer: key("deployer")?,
        addresses: deployed["contracts"].clone(),
        decided: Cell::new(0),
        chain,
    };

    // Work that is under way while the code changes under it.
    let job = order_a_job(&someone, folder.path());
    let before = members.versions()?;

    let codes = members.store(&new)?;
    let forward = members.migrations(|contract| codes[contract].clone());
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

    // Back to the earlier code, and to another contract's: refused, and all stays as it is.
    let earlier = members.store(&old)?;
    let back = members.migrations(|contract| earlier[contract].clone());
    for action in back
        .into_iter()
        .filter(|action| !to(action, members.address("token")))
    {
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
    for (contract, code) in foreign {
        let action = members.migration(contract, codes[code].clone());
        let decided = members.decide(vec![action])?;
        assert_eq!(
            decided.proposal.status,
            Status::Ready,
            "{contract} took the {code}'s code"
        );
        println!("{contract} to the {code}'s code: {:?}", decided.failure);
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

    /// Uploads the artifacts of a folder. Answers their code ids by contract.
    fn store(&self, folder: &std::path::Path) -> Result<Value, Error> {
        let mut codes = json!({});
        for contract in CONTRACTS {
            let wasm = folder.join(format!("surge_{contract}.wasm"));
            codes[contract] = json!(self.chain.store(&self.deployer, &wasm)?.0);
        }
        Ok(codes)
    }

    fn migration(&self, contract: &str, code: Value) -> Action {
        Action::Migrate {
            contract: self.address(contract).into(),
            code_id: code.as_u64().expect("a code id"),
            msg: Binary::new(b"{}".to_vec()),
        }
    }

    fn migrations(&self, code: impl Fn(&str) -> Value) -> Vec<Action> {
        // The DAO last: it carries the others out.
        let (dao, others) = CONTRACTS.split_first().expect("there are contracts");
        let all = others.iter().chain([dao]);
        all.map(|contract| self.migration(contract, code(contract)))
            .collect()
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
    let program = folder.join("program");
    fs::write(&program, b"stands for a program").expect("a program");
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
    let path = root().join("networks/devnet.settings.toml");
    let settings = fs::read_to_string(path).expect("settings of the devnet");
    let policy = |class: &str| {
        format!(
            "\n[dao.policies.{class}]\nquorum_bps = 2000\npass_bps = 5000\nmin_yes_bps = 0\n\
             min_voters = 2\nvoting_secs = 20\nsettle_secs = 1\ntimelock_secs = 1\n\
             grace_secs = 3600\ndeposit = \"{}\"\n",
            Uint128::zero()
        )
    };
    let classes = [
        "text",
        "spend",
        "membership",
        "params",
        "policy",
        "upgrade",
        "any",
    ];
    settings + &classes.map(policy).concat()
}

fn artifacts(variable: &str) -> PathBuf {
    env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run scripts/chain upgrade"))
        .into()
}

fn to(action: &Action, address: &str) -> bool {
    matches!(action, Action::Migrate { contract, .. } if contract == address)
}
