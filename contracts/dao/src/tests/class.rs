//! Classes, found in the actions.

use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{coins, from_json, to_json_binary, Addr, Binary, StdResult, Uint128};
use cw20::Cw20ExecuteMsg;
use proptest::prelude::*;
use surge_interface::dao::{Action, Class, Row};
use surge_interface::UncheckedDenom;

use super::world::{addr, call, plain, raw_call, send};
use crate::class::{classes_of, variant, Classes};
use crate::ContractError;

/// `owned` has rows for `update_params` and `pay`, `token` for `transfer` and `send`.
fn row(contract: &Addr, message: &str) -> StdResult<Option<Class>> {
    let rows = [
        (addr("owned"), "update_params", Class::Params),
        (addr("owned"), "pay", Class::Spend),
        (addr("token"), "transfer", Class::Spend),
        (addr("token"), "send", Class::Spend),
        (addr("token"), "increase_allowance", Class::Params),
    ];
    let found = rows
        .into_iter()
        .find(|(of, name, _)| of == contract && *name == message);
    Ok(found.map(|(_, _, class)| class))
}

fn classes(actions: &[Action]) -> Result<Vec<Class>, ContractError> {
    let api = MockApi::default();
    classes_of(actions, &api, &addr("dao"), &row).map(Classes::list)
}

fn of(action: Action) -> Vec<Class> {
    classes(&[action]).unwrap()
}

fn send_with(contract: &Addr, msg: &str) -> Action {
    let msg = Cw20ExecuteMsg::Send {
        contract: contract.to_string(),
        amount: Uint128::one(),
        msg: Binary::from(msg.as_bytes()),
    };
    call(&addr("token"), &msg)
}

fn migrate(contract: &str) -> Action {
    Action::Migrate {
        contract: addr(contract).to_string(),
        code_id: 2,
        msg: Binary::from(b"{}"),
    }
}

fn set_admin(contract: &str) -> Action {
    Action::SetAdmin {
        contract: addr(contract).to_string(),
        admin: addr("zoe").to_string(),
    }
}

#[test]
fn each_action_has_its_class() {
    let any = [Class::Policy, Class::Any];
    assert_eq!(classes(&[]).unwrap(), [Class::Text]);
    assert_eq!(of(send("zoe", 1)), [Class::Spend]);
    assert_eq!(of(migrate("owned")), [Class::Upgrade]);
    assert_eq!(of(migrate("dao")), [Class::Upgrade]);
    assert_eq!(of(set_admin("owned")), [Class::Upgrade]);
    let (class, policy) = (Class::Text, plain());
    assert_eq!(of(Action::SetPolicy { class, policy }), any);
    let row = Row {
        contract: addr("owned").to_string(),
        message: "x".to_owned(),
        class: Class::Params,
    };
    assert_eq!(of(Action::SetRow { row }), any);
    let address = addr("zoe").to_string();
    assert_eq!(of(Action::AddMember { address }), [Class::Membership]);
    assert_eq!(of(Action::RemoveMember { member: 1 }), [Class::Membership]);
    let actions = [send("zoe", 1), Action::RemoveMember { member: 1 }];
    assert_eq!(
        classes(&actions).unwrap(),
        [Class::Spend, Class::Membership]
    );
}

#[test]
fn a_message_has_the_class_of_its_row_and_any_without_one() {
    let owned = addr("owned");
    assert_eq!(
        of(raw_call(&owned, r#"{"update_params":{}}"#)),
        [Class::Params]
    );
    assert_eq!(of(raw_call(&owned, r#""update_params""#)), [Class::Params]);
    assert_eq!(of(raw_call(&owned, r#"{"update":{}}"#)), [Class::Any]);
    assert_eq!(
        of(raw_call(&addr("other"), r#"{"update_params":{}}"#)),
        [Class::Any]
    );
}

#[test]
fn funds_make_it_spend() {
    let action = Action::Execute {
        contract: addr("owned").to_string(),
        msg: Binary::from(br#"{"update_params":{}}"#),
        funds: coins(1, "ustake"),
    };
    assert_eq!(of(action), [Class::Spend, Class::Params]);
}

#[test]
fn moving_tokens_is_spend_by_name_whatever_the_contract() {
    let names = [
        "transfer",
        "transfer_from",
        "burn",
        "burn_from",
        "increase_allowance",
    ];
    for name in names {
        let msg = format!(r#"{{"{name}":{{}}}}"#);
        assert_eq!(
            of(raw_call(&addr("other"), &msg)),
            [Class::Spend, Class::Any]
        );
    }
    let light = raw_call(&addr("token"), r#"{"increase_allowance":{}}"#);
    assert_eq!(of(light), [Class::Spend, Class::Params]);
    for name in ["decrease_allowance", "mint"] {
        let msg = format!(r#"{{"{name}":{{}}}}"#);
        assert_eq!(of(raw_call(&addr("other"), &msg)), [Class::Any]);
    }
}

#[test]
fn what_is_sent_with_tokens_counts_too() {
    let owned = addr("owned");
    let known = send_with(&owned, r#"{"update_params":{}}"#);
    assert_eq!(of(known), [Class::Spend, Class::Params]);
    let unknown = send_with(&owned, r#"{"open_the_door":{}}"#);
    assert_eq!(of(unknown), [Class::Spend, Class::Any]);
    let from = Cw20ExecuteMsg::SendFrom {
        owner: addr("ada").to_string(),
        contract: owned.to_string(),
        amount: Uint128::one(),
        msg: Binary::from(br#"{"update_params":{}}"#),
    };
    let from = of(call(&addr("token"), &from));
    assert_eq!(
        from,
        [Class::Spend, Class::Params, Class::Any],
        "send_from has no row"
    );
    let contract = owned.clone();
    let unreadable = |action| classes(&[action]).unwrap_err();
    for inner in [
        "",
        "no json",
        "{}",
        r#"{"pay":{},"update_params":{}}"#,
        "[]",
        "7",
    ] {
        let error = ContractError::Unreadable {
            contract: contract.clone(),
        };
        assert_eq!(unreadable(send_with(&owned, inner)), error, "{inner}");
    }
    let contract = addr("token");
    let other_shape = raw_call(&contract, r#"{"send":{"to":"x"}}"#);
    assert_eq!(
        unreadable(other_shape),
        ContractError::Unreadable { contract }
    );
}

#[test]
fn what_is_sent_with_a_call_is_read_as_cw20_reads_it() {
    let (owned, owner) = (addr("owned"), addr("zoe"));
    let whole = [
        ("contract", format!("\"{owned}\"")),
        ("amount", "\"1\"".to_owned()),
        (
            "msg",
            format!("{:?}", to_json_binary(&"pay").unwrap().to_base64()),
        ),
    ];
    let mut read = 0;
    for name in ["send", "send_from"] {
        for (left_out, amount, owned_by, more) in [
            (9, "\"1\"", name == "send_from", ""),
            (0, "\"1\"", name == "send_from", ""),
            (1, "\"1\"", name == "send_from", ""),
            (2, "\"1\"", name == "send_from", ""),
            (9, "1", name == "send_from", ""),
            (9, "\"-1\"", name == "send_from", ""),
            (9, "\"1\"", name != "send_from", ""),
            (9, "\"1\"", name == "send_from", ",\"memo\":\"x\""),
            (9, "\"1\"", name == "send_from", ",\"amount\":\"2\""),
        ] {
            let mut fields = whole.clone();
            fields[1].1 = amount.to_owned();
            let mut fields: Vec<_> = fields.into_iter().collect();
            if left_out < fields.len() {
                fields.remove(left_out);
            }
            if owned_by {
                fields.push(("owner", format!("\"{owner}\"")));
            }
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| format!("\"{key}\":{value}"))
                .collect();
            let msg = format!("{{\"{name}\":{{{}{more}}}}}", fields.join(","));
            let told = classes(&[raw_call(&addr("token"), &msg)]);
            let cw20 = from_json::<Cw20ExecuteMsg>(msg.as_bytes());
            assert_eq!(told.is_ok(), cw20.is_ok(), "{msg}: {told:?} {cw20:?}");
            read += u32::from(told.is_ok());
        }
    }
    assert_eq!(
        read, 5,
        "each as it is, and with fields that both pass over"
    );
}

#[test]
fn the_name_is_what_the_receiver_will_read() {
    let owned = addr("owned");
    let name = |msg: &str| variant(&owned, msg.as_bytes());
    assert_eq!(name(r#"{"\u0074ransfer":{}}"#).unwrap(), "transfer");
    assert_eq!(name(" { \"pay\" : [1, {\"a\": \"}\"}] } ").unwrap(), "pay");
    assert_eq!(name(r#"{"pay":1.5e3}"#).unwrap(), "pay");
    assert_eq!(name(r#"{"pay":"\"}"}"#).unwrap(), "pay");
    for msg in [
        "",
        "{}",
        "[]",
        "null",
        "true",
        "7",
        "-7",
        r#"{"pay":{},"burn":{}}"#,
        r#"{"pay":{},"pay":{}}"#,
        r#"{"pay":{}}{"burn":{}}"#,
        r#"{"pay":{}} x"#,
        r#"{"pay"}"#,
        r#"{"pay":{}"#,
        r#"{pay:{}}"#,
        "\u{feff}{\"pay\":{}}",
    ] {
        let contract = owned.clone();
        assert_eq!(
            name(msg),
            Err(ContractError::Unreadable { contract }),
            "{msg}"
        );
    }
    let deep = format!(r#"{{"pay":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
    assert!(name(&deep).is_err());
}

#[test]
fn the_dao_is_reached_by_typed_actions_alone() {
    let dao = addr("dao");
    for action in [
        raw_call(&dao, r#"{"perform":{"proposal":1}}"#),
        send_with(&dao, r#"{"stake":{}}"#),
        set_admin("dao"),
    ] {
        assert_eq!(classes(&[action]), Err(ContractError::CallsItself));
    }
    let shouted = Action::Execute {
        contract: dao.to_string().to_uppercase(),
        msg: Binary::from(br#"{"perform":{"proposal":1}}"#),
        funds: vec![],
    };
    assert!(matches!(classes(&[shouted]), Err(ContractError::Std(_))));
}

#[test]
fn upgrades_stand_alone() {
    let mixed = [migrate("owned"), send("zoe", 1)];
    assert_eq!(classes(&mixed), Err(ContractError::UpgradesStandAlone));
    let mixed = [Action::RemoveMember { member: 1 }, set_admin("owned")];
    assert_eq!(classes(&mixed), Err(ContractError::UpgradesStandAlone));
    let several = [migrate("owned"), set_admin("owned"), migrate("dao")];
    assert_eq!(classes(&several).unwrap(), [Class::Upgrade]);
}

#[test]
fn nothing_is_sent_to_nobody_or_of_nothing() {
    assert_eq!(classes(&[send("zoe", 0)]), Err(ContractError::NoAmount));
    let to_nobody = Action::Send {
        to: "nobody".to_owned(),
        denom: UncheckedDenom::Native("ustake".to_owned()),
        amount: Uint128::one(),
    };
    assert!(matches!(classes(&[to_nobody]), Err(ContractError::Std(_))));
}

proptest! {
    /// Whatever the name and the value, a receiver that reads JSON reads the same name.
    #[test]
    fn any_name_is_read_as_it_was_written(name in ".*", value in ".*") {
        let msg = std::collections::BTreeMap::from([(name.clone(), value)]);
        let json = to_json_binary(&msg).unwrap();
        prop_assert_eq!(variant(&addr("owned"), &json), Ok(name));
    }

    /// Every key spelt in escapes is the key that it spells.
    #[test]
    fn escapes_hide_nothing(at in 0..8usize) {
        let plain = "transfer";
        let escaped: String = plain
            .char_indices()
            .map(|(i, c)| if i == at { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() })
            .collect();
        let action = raw_call(&addr("other"), &format!(r#"{{"{escaped}":{{}}}}"#));
        prop_assert_eq!(of(action), [Class::Spend, Class::Any]);
    }

    /// More actions never have fewer classes.
    #[test]
    fn classes_only_add_up(picks in proptest::collection::vec(0..4usize, 1..8)) {
        let all = [
            send("zoe", 1),
            Action::RemoveMember { member: 1 },
            raw_call(&addr("owned"), r#"{"update_params":{}}"#),
            raw_call(&addr("owned"), r#"{"else":{}}"#),
        ];
        let actions: Vec<Action> = picks.iter().map(|pick| all[*pick].clone()).collect();
        let together = classes(&actions).unwrap();
        for action in actions {
            for class in of(action) {
                prop_assert!(together.contains(&class));
            }
        }
    }
}
