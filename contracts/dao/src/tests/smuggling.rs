//! Nothing heavy passes under the rules of something light.

use cosmwasm_std::{coins, to_json_binary, Binary, Uint128};
use cw20::Cw20ExecuteMsg;
use surge_interface::dao::*;

use super::world::*;
use crate::ContractError;

/// `light` of the probe has a row of its own; spending asks for every yes.
fn world() -> World {
    let mut world = World::with(|_| {
        let mut msg = birth();
        msg.policies.spend.min_yes_bps = 10_000;
        msg.policies.any.min_yes_bps = 9_000;
        msg
    });
    let row = Row {
        contract: world.probe.to_string(),
        message: "light".to_owned(),
        class: Class::Params,
    };
    let proposal = world.ready(vec![Action::SetRow { row }]);
    world.execute(proposal).unwrap();
    world
}

fn classify(world: &World, action: Action) -> (Vec<Class>, u16) {
    let actions = vec![action];
    let answer: ClassifyResponse = world.ask(&QueryMsg::Classify { actions });
    (answer.classes, answer.policy.min_yes_bps)
}

fn send_tokens(world: &World, msg: &str) -> Action {
    let msg = Cw20ExecuteMsg::Send {
        contract: world.probe.to_string(),
        amount: Uint128::one(),
        msg: Binary::from(msg.as_bytes()),
    };
    call(&world.token, &msg)
}

#[test]
fn a_light_message_is_light() {
    let world = world();
    let light = world.to_probe(&Probe::Light {});
    assert_eq!(classify(&world, light), (vec![Class::Params], 0));
}

#[test]
fn funds_on_a_light_message_are_spending() {
    let mut world = world();
    world.give(1_000);
    let action = Action::Execute {
        contract: world.probe.to_string(),
        msg: to_json_binary(&Probe::Light {}).unwrap(),
        funds: coins(1_000, "ustake"),
    };
    let heavy = (vec![Class::Spend, Class::Params], 10_000);
    assert_eq!(classify(&world, action.clone()), heavy);
    // Four of five are not enough for it, whatever the message is called.
    let proposal = world.propose(vec![action]);
    for who in ["ada", "ben", "cyd", "dee"] {
        world.vote(who, proposal, Choice::Yes);
    }
    world.pass(100);
    assert_eq!(world.status(proposal), Status::Rejected);
    assert_eq!(world.ustake(&world.probe), 0);
}

#[test]
fn tokens_sent_with_a_message_carry_the_class_of_the_message() {
    let world = world();
    let light = send_tokens(&world, r#"{"light":{}}"#);
    let any = vec![Class::Spend, Class::Params, Class::Any];
    assert_eq!(
        classify(&world, light).0,
        any,
        "the token has no row for send"
    );
    let heavy = send_tokens(&world, r#"{"call":{}}"#);
    assert_eq!(classify(&world, heavy).0, [Class::Spend, Class::Any]);
}

#[test]
fn a_key_spelt_in_escapes_is_the_key() {
    let world = world();
    let hidden = raw_call(&world.probe, r#"{"\u0074ransfer":{}}"#);
    let heavy = (vec![Class::Spend, Class::Any], 10_000);
    assert_eq!(classify(&world, hidden), heavy);
    let spelt = raw_call(&world.probe, r#"{"\u006cight":{}}"#);
    assert_eq!(classify(&world, spelt), (vec![Class::Params], 0));
}

#[test]
fn two_keys_and_nonsense_are_refused() {
    let mut world = world();
    for msg in [
        r#"{"light":{},"transfer":{}}"#,
        r#"{"light":{},"light":{}}"#,
        "{}",
        "",
        "light",
    ] {
        let action = raw_call(&world.probe, msg);
        let contract = world.probe.clone();
        let error = refused(world.try_propose("ada", vec![action]));
        assert_eq!(error, ContractError::Unreadable { contract }, "{msg}");
    }
}

#[test]
fn the_dao_calls_itself_neither_directly_nor_through_a_token() {
    let mut world = world();
    let vote = to_json_binary(&ExecuteMsg::Poke { proposal: 1 }).unwrap();
    let direct = Action::Execute {
        contract: world.dao.to_string(),
        msg: vote,
        funds: vec![],
    };
    let through = Cw20ExecuteMsg::Send {
        contract: world.dao.to_string(),
        amount: Uint128::one(),
        msg: to_json_binary(&ReceiveMsg::Stake {}).unwrap(),
    };
    let through = call(&world.token, &through);
    for action in [direct, through] {
        let error = refused(world.try_propose("ada", vec![action]));
        assert_eq!(error, ContractError::CallsItself);
    }
}

#[test]
fn an_upgrade_brings_nothing_along() {
    let mut world = world();
    let migrate = Action::Migrate {
        contract: world.probe.to_string(),
        code_id: world.probe_code,
        msg: Binary::from(b"{}"),
    };
    let error = refused(world.try_propose("ada", vec![migrate, send("zoe", 1)]));
    assert_eq!(error, ContractError::UpgradesStandAlone);
}
