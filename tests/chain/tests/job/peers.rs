//! DAO DAO and our DAO do the same on the same chain.

use std::path::PathBuf;

use cosmwasm_std::{coins, to_json_binary, BankMsg, CosmosMsg, Empty};
use serde_json::{json, Value};
use surge_chain_tests::{
    gas::Cost,
    peers::{Peers, Row},
    Error, Included,
};
use surge_interface::dao::{Choice, Status};

use super::deploy::Built;
use super::members::{words, ENOUGH};
use super::world::World;

/// Bytes of the proposals' texts.
const TEXTS: [usize; 4] = [200, 2_048, 10_240, 24_576];
const VERSION: &str = "2.6.0";

/// DAO DAO's contracts: the treasury with the name of the DAO, and where members propose.
struct DaoDao {
    core: String,
    proposals: String,
}

/// `built` is how the world was.
pub fn measure(world: &mut World, built: &Built) -> Result<Peers, Error> {
    let (theirs, created) = create(world)?;
    for dao in [&world.dao, &theirs.core] {
        world.chain.pay(&world.anyone, dao, 1_000_000)?;
    }
    let ours = built.iter().find(|(what, _)| what.starts_with("dao "));
    let ours = ours.map(|(_, included)| included.clone());
    let mut rows = vec![row(world, "create", None, ours, Some(created))];
    for text in TEXTS {
        let [our_propose, our_vote, our_poke, our_execute] = here(world, text)?;
        let [propose, vote, execute] = there(world, &theirs, text)?;
        for (step, ours, theirs) in [
            ("propose", our_propose, Some(propose)),
            ("vote", our_vote, Some(vote)),
            ("record the result", our_poke, None),
            ("execute", our_execute, Some(execute)),
        ] {
            rows.push(row(world, step, Some(text), Some(ours), theirs));
        }
    }
    Ok(Peers {
        date: std::env::var("SURGE_DATE").unwrap_or_default(),
        wasmd: std::env::var("SURGE_WASMD").unwrap_or_default(),
        surge: env!("CARGO_PKG_VERSION").into(),
        dao_dao: VERSION.into(),
        rows,
    })
}

fn row(
    world: &mut World,
    step: &str,
    text: Option<usize>,
    ours: Option<Included>,
    dao_dao: Option<Included>,
) -> Row {
    let about = text.map_or(String::new(), |text| format!(" ({text} B)"));
    let mut cost = |whose: &str, included: Option<Included>| -> Option<Cost> {
        let what = format!("{whose}: {step}{about}");
        world.table.note(&what, &included?);
        world.table.table.0.get(&what).copied()
    };
    Row {
        step: step.into(),
        text,
        ours: cost("ours", ours),
        dao_dao: cost("DAO DAO", dao_dao),
    }
}

/// Propose, the first vote, the record of the result, execute.
fn here(world: &World, text: usize) -> Result<[Included; 4], Error> {
    let (proposal, proposed) = world.propose(0, text, vec![world.gift(1)], ENOUGH)?;
    let voted = world.vote(0, proposal, Choice::Yes)?;
    world.vote(1, proposal, Choice::Yes)?;
    let poked = world.recorded(&[proposal])?;
    let executed = world.execute(proposal)?;
    assert_eq!(world.proposal(proposal)?.proposal.status, Status::Executed);
    Ok([proposed, voted, poked, executed])
}

/// Propose, the first vote, execute. The result needs no record: the vote that makes it
/// certain is one.
fn there(world: &World, dao: &DaoDao, text: usize) -> Result<[Included; 3], Error> {
    let at = |member: usize, msg: Value| {
        let member = &world.members[member];
        world.chain.execute(member, &dao.proposals, &msg, 0)
    };
    let spend: CosmosMsg<Empty> = CosmosMsg::Bank(BankMsg::Send {
        to_address: world.hostile.address().into(),
        amount: coins(1, &world.chain.network().fee.denom),
    });
    let proposed = at(
        0,
        json!({ "propose": {
            "title": "A proposal to look at",
            "description": words(text),
            "msgs": [spend],
        } }),
    )?;
    let proposal: u64 = proposed.attribute("wasm", "proposal_id")?;
    let ballot = json!({ "vote": { "proposal_id": proposal, "vote": "yes" } });
    let voted = at(0, ballot.clone())?;
    at(1, ballot)?;
    let before = world.chain.balance(world.hostile.address())?;
    let executed = at(2, json!({ "execute": { "proposal_id": proposal } }))?;
    let after = world.chain.balance(world.hostile.address())?;
    assert_eq!(after, before + 1, "the spend arrived");
    Ok([proposed, voted, executed])
}

/// Three members with one vote each, a majority of all decides, anybody may propose without
/// a deposit and execute.
fn create(world: &World) -> Result<(DaoDao, Included), Error> {
    let folder = std::env::var_os("SURGE_PEERS").map(PathBuf::from);
    let folder = folder.ok_or_else(|| {
        Error::Answer("SURGE_PEERS names no folder with DAO DAO: run ./scripts/gas --peers".into())
    })?;
    let code = |name: &str| -> Result<u64, Error> {
        let wasm = folder.join(name).with_extension("wasm");
        Ok(world.chain.store(&world.deployer, &wasm)?.0)
    };
    let members = world.members.iter();
    let members = members.map(|key| json!({ "addr": key.address(), "weight": 1 }));
    let module = |code_id: u64, label: &str, msg: Value| -> Result<Value, Error> {
        Ok(json!({
            "code_id": code_id,
            "label": label,
            "admin": { "core_module": {} },
            "funds": [],
            "msg": to_json_binary(&msg).map_err(|error| Error::Answer(error.to_string()))?,
        }))
    };
    let voting = json!({ "group_contract": { "new": {
        "cw4_group_code_id": code("cw4-group")?,
        "initial_members": members.collect::<Vec<_>>(),
    } } });
    let proposals = json!({
        "threshold": { "absolute_percentage": { "percentage": { "majority": {} } } },
        "max_voting_period": { "time": 3_600 },
        "only_members_execute": false,
        "allow_revoting": false,
        "pre_propose_info": { "anyone_may_propose": {} },
        "close_proposal_on_execution_failure": true,
    });
    let msg = json!({
        "name": "The network",
        "description": "The same as ours, as far as it goes",
        "automatically_add_cw20s": false,
        "automatically_add_cw721s": false,
        "voting_module_instantiate_info": module(code("voting-cw4")?, "voting", voting)?,
        "proposal_modules_instantiate_info":
            [module(code("proposal-single")?, "proposals", proposals)?],
    });
    let salt = world.chain.height()?.to_be_bytes();
    let deployer = &world.deployer;
    let label = "DAO DAO";
    let (core, created) = world.chain.instantiate(
        deployer,
        code("core")?,
        label,
        deployer.address(),
        &salt,
        &msg,
    )?;
    let modules: Value = world
        .chain
        .smart(&core, &json!({ "proposal_modules": {} }))?;
    let proposals = modules[0]["address"].as_str().unwrap_or_default().into();
    Ok((DaoDao { core, proposals }, created))
}
