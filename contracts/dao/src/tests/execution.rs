//! What was decided is carried out once, whole, and in its time.

use cosmwasm_std::testing::{mock_env, MockApi, MockQuerier};
use cosmwasm_std::{
    to_json_binary, Addr, Binary, DepsMut, Empty, QuerierWrapper, Reply, SubMsgResponse,
    SubMsgResult,
};
use cw_multi_test::Executor;
use surge_interface::dao::*;

use super::world::*;
use crate::contract::reply;
use crate::ContractError;

fn not_ready(proposal: u64, status: Status) -> ContractError {
    let needed = Status::Ready;
    ContractError::WrongStatus {
        proposal,
        status,
        needed,
    }
}

#[test]
fn what_is_voted_for_happens_and_is_recorded() {
    let mut world = World::new();
    world.give(1_000);
    let proposal = world.propose(vec![send("zoe", 400)]);
    assert_eq!(world.status(proposal), Status::Open);
    for who in ["ada", "ben"] {
        let response = world.vote(who, proposal, Choice::Yes);
        let voter = attribute(&response, "vote_cast", "address");
        assert_eq!(voter, addr(who).as_str());
    }
    assert_eq!(world.status(proposal), Status::Open);
    world.vote("cyd", proposal, Choice::Yes);
    assert_eq!(world.status(proposal), Status::Settling);
    world.pass(10);
    assert_eq!(world.status(proposal), Status::Passed);
    assert_eq!(
        refused(world.execute(proposal)),
        not_ready(proposal, Status::Passed)
    );
    let response = world.poke(proposal).unwrap();
    assert_eq!(attribute(&response, "proposal_closed", "status"), "queued");
    let ready_secs = (world.now() + 50).to_string();
    assert_eq!(
        attribute(&response, "proposal_closed", "ready_secs"),
        ready_secs
    );
    world.pass(49);
    assert_eq!(
        refused(world.execute(proposal)),
        not_ready(proposal, Status::Queued)
    );
    world.pass(1);
    let response = world.execute(proposal).unwrap();
    assert_eq!(attribute(&response, "proposal_executed", "actions"), "1");
    assert_eq!(world.status(proposal), Status::Executed);
    assert_eq!(world.ustake(&addr("zoe")), 400);
    assert_eq!(world.ustake(&world.dao), 600);
    assert_eq!(
        refused(world.execute(proposal)),
        not_ready(proposal, Status::Executed)
    );
    assert_eq!(world.ustake(&addr("zoe")), 400);
}

#[test]
fn an_opinion_that_passed_stands_for_good() {
    let mut world = World::new();
    let proposal = world.propose(vec![]);
    for who in ["ada", "ben", "cyd"] {
        world.vote(who, proposal, Choice::Yes);
    }
    world.pass(9);
    assert_eq!(world.status(proposal), Status::Settling);
    assert_eq!(world.member("ada").live, [proposal]);
    world.pass(1);
    let stands = |world: &World| {
        assert_eq!(world.status(proposal), Status::Executed);
        assert_eq!(world.proposal(proposal).proposal.expires_secs, None);
        assert!(world.member("ada").live.is_empty());
    };
    stands(&world);
    world.pass(10_000_000);
    stands(&world);
    let executed = Status::Executed;
    assert_eq!(
        refused(world.execute(proposal)),
        not_ready(proposal, executed)
    );
    let response = world.poke(proposal).unwrap();
    let told = |key| attribute(&response, "proposal_closed", key);
    assert_eq!(
        (told("status").as_str(), told("ready_secs").as_str()),
        ("executed", "0")
    );
    stands(&world);
    let status = executed;
    let error = ContractError::NothingToRecord { proposal, status };
    assert_eq!(refused(world.poke(proposal)), error);
}

#[test]
fn forty_are_paid_by_one_proposal() {
    let mut world = World::new();
    world.give(1_000);
    let payroll: Vec<_> = (1..=40).map(|i| (format!("m{i}"), i)).collect();
    let actions = payroll.iter().map(|(who, ustake)| send(who, *ustake));
    let proposal = world.ready(actions.collect());
    let response = world.execute(proposal).unwrap();
    assert_eq!(attribute(&response, "proposal_executed", "actions"), "40");
    for (who, ustake) in payroll {
        assert_eq!(world.ustake(&addr(&who)), ustake);
    }
    assert_eq!(world.ustake(&world.dao), 1_000 - 40 * 41 / 2);
}

#[test]
fn what_expired_is_never_executed() {
    let mut world = World::new();
    world.give(1_000);
    let proposal = world.ready(vec![send("zoe", 400)]);
    let unpoked = world.propose(vec![send("zoe", 400)]);
    world.vote("ada", unpoked, Choice::Yes);
    world.pass(199);
    assert_eq!(world.status(proposal), Status::Ready);
    world.pass(1);
    assert_eq!(
        refused(world.execute(proposal)),
        not_ready(proposal, Status::Expired)
    );
    world.pass(10_000_000);
    for proposal in [proposal, unpoked] {
        assert_eq!(
            refused(world.execute(proposal)),
            not_ready(proposal, Status::Expired)
        );
        let response = world.poke(proposal).unwrap();
        assert_eq!(attribute(&response, "proposal_closed", "status"), "expired");
        assert_eq!(
            refused(world.execute(proposal)),
            not_ready(proposal, Status::Expired)
        );
    }
    assert_eq!(world.ustake(&addr("zoe")), 0);
}

#[test]
fn a_failing_action_undoes_all_and_counts_a_try() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        let grace = 86_400;
        for policy in [&mut msg.policies.spend, &mut msg.policies.any] {
            policy.grace_secs = grace;
        }
        msg.policies = all(&msg.policies.spend);
        msg
    });
    world.give(1_000);
    let add = Action::AddMember {
        address: addr("zoe").to_string(),
    };
    let fail = world.to_probe(&Probe::Fail {});
    let proposal = world.ready(vec![send("zoe", 400), add, fail]);
    let response = world.execute(proposal).unwrap();
    assert_eq!(attribute(&response, "execution_failed", "tries"), "1");
    assert_eq!(attribute(&response, "execution_failed", "status"), "ready");
    let reason = attribute(&response, "execution_failed", "reason");
    assert!(
        !reason.is_empty() && reason.chars().count() <= 200,
        "{reason}"
    );
    assert!(!has_event(&response, "proposal_executed"));
    assert!(!has_event(&response, "member_added"));
    assert_eq!(world.ustake(&addr("zoe")), 0);
    assert_eq!(world.total().members, 5);
    let after = world.proposal(proposal);
    assert_eq!(after.proposal.status, Status::Ready);
    assert_eq!(after.failure, Some(reason));
    // Trying again at once costs the proposal nothing.
    for _ in 0..5 {
        let response = world.execute(proposal).unwrap();
        assert_eq!(attribute(&response, "execution_failed", "tries"), "1");
    }
    let expires_secs = after.proposal.expires_secs.unwrap();
    assert_eq!(
        world.proposal(proposal).proposal.expires_secs,
        Some(expires_secs)
    );
    let left = expires_secs - world.now();
    world.pass(left);
    assert_eq!(
        world.status(proposal),
        Status::Expired,
        "failing does not prolong it"
    );
}

#[test]
fn three_failing_days_are_the_end() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        msg.profile = surge_interface::TimeProfile::Main;
        msg.policies = Policies::defaults(msg.profile);
        msg
    });
    let day = 86_400;
    let actions = vec![world.to_probe(&Probe::Fail {})];
    let proposal = world.propose(actions);
    for who in ["ada", "ben", "cyd", "dee", "eve"] {
        world.vote(who, proposal, Choice::Yes);
    }
    world.pass(day / 4);
    world.poke(proposal).unwrap();
    world.pass(3 * day);
    for (tries, status) in [("1", "ready"), ("2", "ready"), ("3", "failed")] {
        let response = world.execute(proposal).unwrap();
        assert_eq!(attribute(&response, "execution_failed", "tries"), tries);
        assert_eq!(attribute(&response, "execution_failed", "status"), status);
        world.pass(day);
    }
    assert_eq!(world.status(proposal), Status::Failed);
    assert_eq!(
        refused(world.execute(proposal)),
        not_ready(proposal, Status::Failed)
    );
}

#[test]
fn an_action_that_executes_its_own_proposal_again_fails() {
    let mut world = World::new();
    world.give(1_000);
    let again = |world: &World, proposal| Probe::Call {
        contract: world.dao.to_string(),
        msg: to_json_binary(&ExecuteMsg::Execute { proposal }).unwrap(),
    };
    let actions = vec![send("zoe", 400), world.to_probe(&again(&world, 1))];
    let proposal = world.ready(actions);
    assert_eq!(proposal, 1);
    assert_eq!(world.fails(proposal), not_ready(proposal, Status::Executed));
    assert_eq!(world.ustake(&addr("zoe")), 0);
    assert_eq!(world.status(proposal), Status::Ready);
}

#[test]
fn one_proposal_may_execute_another_and_each_happens_once() {
    let mut world = World::new();
    world.give(1_000);
    let inner = world.ready(vec![send("zoe", 400)]);
    let call = Probe::Call {
        contract: world.dao.to_string(),
        msg: to_json_binary(&ExecuteMsg::Execute { proposal: inner }).unwrap(),
    };
    let outer = world.ready(vec![world.to_probe(&call)]);
    world.execute(outer).unwrap();
    assert_eq!(world.status(inner), Status::Executed);
    assert_eq!(world.status(outer), Status::Executed);
    assert_eq!(world.ustake(&addr("zoe")), 400);
    assert_eq!(
        refused(world.execute(inner)),
        not_ready(inner, Status::Executed)
    );
}

#[test]
fn only_the_dao_performs() {
    let mut world = World::new();
    let proposal = world.ready(vec![send("zoe", 1)]);
    let sender = addr("ada");
    for msg in [
        ExecuteMsg::Perform { proposal },
        ExecuteMsg::CheckSolvency {},
    ] {
        let sender = sender.clone();
        assert_eq!(
            refused(world.tell("ada", &msg)),
            ContractError::NotItself { sender }
        );
    }
    // A contract that the dao calls is not the dao either.
    let call = Probe::Call {
        contract: world.dao.to_string(),
        msg: to_json_binary(&ExecuteMsg::Perform { proposal }).unwrap(),
    };
    let through = world.ready(vec![world.to_probe(&call)]);
    let sender = world.probe.clone();
    assert_eq!(world.fails(through), ContractError::NotItself { sender });
    // And the dao itself performs nothing that was not executed.
    let (dao, msg) = (world.dao.clone(), ExecuteMsg::Perform { proposal });
    let error = refused(world.app.execute_contract(dao.clone(), dao, &msg, &[]));
    let (status, needed) = (Status::Queued, Status::Executed);
    assert_eq!(
        error,
        ContractError::WrongStatus {
            proposal,
            status,
            needed
        }
    );
}

fn migrate(contract: &Addr, code_id: u64) -> Action {
    Action::Migrate {
        contract: contract.to_string(),
        code_id,
        msg: Binary::from(b"{}"),
    }
}

#[test]
fn a_migration_starts_from_the_code_that_was_voted_on() {
    let mut world = World::new();
    let probe = world.probe.clone();
    let (old, new) = (world.probe_code, world.probe_code + 1);
    let swapped = world.ready(vec![migrate(&probe, new)]);
    let honest = world.ready(vec![migrate(&probe, new)]);
    world.execute(honest).unwrap();
    let code = |world: &World| {
        let info = world.app.wrap().query_wasm_contract_info(&probe).unwrap();
        info.code_id
    };
    assert_eq!(code(&world), new);
    let error = ContractError::CodeChanged {
        contract: probe.clone(),
        proposed: old,
        now: new,
    };
    assert_eq!(world.fails(swapped), error);
    assert_eq!(world.status(swapped), Status::Ready);
}

#[test]
fn admins_are_handed_over_but_never_the_daos_own() {
    let mut world = World::new();
    let set_admin = |contract: &Addr| Action::SetAdmin {
        contract: contract.to_string(),
        admin: addr("zoe").to_string(),
    };
    let probe = world.probe.clone();
    let proposal = world.ready(vec![set_admin(&probe)]);
    world.execute(proposal).unwrap();
    let info = world.app.wrap().query_wasm_contract_info(&probe).unwrap();
    assert_eq!(info.admin, Some(addr("zoe")));
    let dao = world.dao.clone();
    let error = refused(world.try_propose("ada", vec![set_admin(&dao)]));
    assert_eq!(error, ContractError::CallsItself);
}

#[test]
fn rows_and_settings_change_by_vote() {
    let mut world = World::new();
    let contract = world.probe.to_string();
    let row = |class| Action::SetRow {
        row: Row {
            contract: contract.clone(),
            message: "light".to_owned(),
            class,
        },
    };
    let classes = |world: &World| {
        let actions = vec![world.to_probe(&Probe::Light {})];
        world
            .ask::<ClassifyResponse>(&QueryMsg::Classify { actions })
            .classes
    };
    assert_eq!(classes(&world), [Class::Any]);
    let proposal = world.ready(vec![row(Class::Params)]);
    world.execute(proposal).unwrap();
    assert_eq!(classes(&world), [Class::Params]);
    let rows: RowsResponse = world.ask(&QueryMsg::Rows {
        start_after: None,
        limit: None,
    });
    assert_eq!(rows.rows.len(), 1);
    let after: RowsResponse = world.ask(&QueryMsg::Rows {
        start_after: Some((contract.clone(), "light".to_owned())),
        limit: None,
    });
    assert_eq!(after.rows, []);
    let proposal = world.ready(vec![row(Class::Any)]);
    world.execute(proposal).unwrap();
    assert_eq!(classes(&world), [Class::Any]);
    for class in [
        Class::Text,
        Class::Membership,
        Class::Policy,
        Class::Upgrade,
    ] {
        let error = refused(world.try_propose("ada", vec![row(class)]));
        let class = class.name();
        assert_eq!(error, ContractError::BadRow { class });
    }
    let mut settings = birth().settings;
    settings.min_age_secs = 40;
    let set = |settings: &Settings| Action::SetSettings {
        settings: settings.clone(),
    };
    let proposal = world.ready(vec![set(&settings)]);
    world.execute(proposal).unwrap();
    assert_eq!(
        world.ask::<ConfigResponse>(&QueryMsg::Config {}).settings,
        settings
    );
    settings.forfeit_bps = 10_001;
    let error = refused(world.try_propose("ada", vec![set(&settings)]));
    assert!(matches!(error, ContractError::OutOfBounds(_)));
}

#[test]
fn an_answer_that_nobody_asked_for_changes_no_proposal() {
    let mut world = World::new();
    let open = world.propose(vec![send("zoe", 1)]);
    let dao = world.dao.clone();
    let before = world.app.dump_wasm_raw(&dao);
    #[allow(deprecated)]
    let fine = SubMsgResult::Ok(SubMsgResponse {
        events: vec![],
        data: None,
        msg_responses: vec![],
    });
    // Neither a success, which is never answered, nor a failure of what was not carried out.
    for result in [fine, SubMsgResult::Err("out of gas".to_owned())] {
        let answer = Reply {
            id: open,
            payload: Binary::default(),
            gas_used: 0,
            result,
        };
        let (api, querier) = (MockApi::default(), MockQuerier::<Empty>::new(&[]));
        let mut storage = world.app.contract_storage_mut(&dao);
        let deps = DepsMut {
            storage: &mut *storage,
            api: &api,
            querier: QuerierWrapper::new(&querier),
        };
        let told = reply(deps, mock_env(), answer);
        assert_eq!(told, Err(ContractError::UnknownReply { id: open }));
    }
    assert_eq!(world.app.dump_wasm_raw(&dao), before);
    assert_eq!(world.status(open), Status::Open);
}
