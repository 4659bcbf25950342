//! The members own the network: what they decide happens, and nothing else does.

use cosmwasm_std::{to_json_binary, Addr, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;
use cw_multi_test::Executor;
use cw_ownable::{Action as Ownership, Ownership as Owner};
use surge_interface::dao::{
    Action, Choice, Class, ClassifyResponse, ConfigResponse, ExecuteMsg, QueryMsg, Status,
};
use surge_interface::escrow::{self, ExecuteMsg as Escrow, Purse, QueryMsg as EscrowQuery};
use surge_interface::registry::{self, ExecuteMsg as Registry, QueryMsg as RegistryQuery};
use surge_interface::rewards::{self, ExecuteMsg as Rewards, QueryMsg as RewardsQuery};
use surge_interface::Weights;
use surge_testing::{job, Builder, Machine, Suite};

const FOUNDERS: [&str; 3] = ["ada", "ben", "cyd"];

fn network() -> Suite {
    let mut suite = Builder {
        founders: FOUNDERS.to_vec(),
        ..Builder::default()
    }
    .build();
    for name in FOUNDERS {
        suite.meet(name);
    }
    suite
}

fn params(suite: &Suite) -> registry::Params {
    suite.ask_registry(&RegistryQuery::Params {})
}

#[test]
fn members_change_the_weights_of_the_network() {
    let mut suite = network();
    let mut wanted = params(&suite);
    wanted.weights = Weights {
        time: 650_000,
        load: 50_000,
        price: 100_000,
        reputation: 200_000,
        green: 0,
    };
    let update = Registry::UpdateParams {
        params: wanted.clone(),
    };
    let action = Suite::action(&suite.registry, &update);
    let asked: ClassifyResponse = suite.ask_dao(&QueryMsg::Classify {
        actions: vec![action.clone()],
    });
    assert_eq!(asked.classes, [Class::Params]);

    let proposal = suite.propose("ada", vec![action]).expect("a proposal");
    suite.vote("ada", proposal, Choice::Yes).expect("a vote");
    assert_eq!(suite.status(proposal), Status::Open);
    suite.vote("ben", proposal, Choice::Yes).expect("a vote");
    assert_eq!(suite.status(proposal), Status::Settling, "two of three");
    // Cyd is late, but not too late to be counted.
    suite.vote("cyd", proposal, Choice::No).expect("a vote");
    suite.pass(6 * 3_600);
    assert_eq!(suite.status(proposal), Status::Passed);
    suite
        .to_dao("anybody", &ExecuteMsg::Poke { proposal })
        .expect("a poke");
    suite.pass(2 * 86_400 - 1);
    assert_eq!(suite.status(proposal), Status::Queued);
    suite.execute(proposal).expect_err("the timelock runs");
    suite.pass(1);
    suite.execute(proposal).expect("execution");
    assert_eq!(suite.status(proposal), Status::Executed);
    assert_eq!(params(&suite), wanted);
    suite.execute(proposal).expect_err("once");
    suite.assert_sound();
}

#[test]
fn the_treasurys_share_is_the_daos_and_leaves_it_by_vote_alone() {
    let mut suite = network();
    suite.join_with("alice", Machine::default());
    let id = suite.submit("bob", job(), 50_000).expect("a job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    suite.flush(0, Purse::Treasury).expect("a flush");
    let dao = suite.owner();
    let share = suite.balance(&dao, 0);
    assert!(share > 0);

    let before = suite.balance(&Suite::addr("grace"), 0);
    let gift = vec![Suite::gift("grace", share)];
    let proposal = suite.decide(&FOUNDERS, gift).expect("a decision");
    assert_eq!(suite.status(proposal), Status::Executed);
    assert_eq!(suite.balance(&Suite::addr("grace"), 0), before + share);
    assert_eq!(suite.balance(&dao, 0), 0);

    // More than there is: nothing happens, and that is recorded.
    let proposal = suite
        .decide(&FOUNDERS, vec![Suite::gift("grace", 1)])
        .expect("an execution that fails is a status");
    assert_eq!(suite.status(proposal), Status::Ready);
    assert_eq!(suite.proposal(proposal).tries, 1);
}

/// What only the owner of the contracts may send, with something in it that would count.
fn owners_messages(suite: &Suite) -> Vec<(Addr, Vec<u8>)> {
    let json = |msg: Result<cosmwasm_std::Binary, _>| msg.expect("messages serialize").to_vec();
    let mallory = Suite::addr("mallory").to_string();
    let offer = || Ownership::TransferOwnership {
        new_owner: mallory.clone(),
        expiry: None,
    };
    let class: registry::ClassesResponse = suite.ask_registry(&RegistryQuery::Classes {});
    let regions: registry::RegionsResponse = suite.ask_registry(&RegistryQuery::Regions {});
    let denom = surge_interface::UncheckedDenom::Native("umine".to_owned());
    let escrow_params: escrow::Params = suite.ask_escrow(&EscrowQuery::Params { version: None });
    let rewards_params: rewards::ParamsResponse = suite.ask_rewards(&RewardsQuery::Params {});
    let registry = [
        Registry::UpdateParams {
            params: params(suite),
        },
        Registry::SetRegion {
            id: 0,
            region: regions.regions[0].clone(),
        },
        Registry::SetClass {
            id: 0,
            class: class.classes[0].clone(),
        },
        Registry::AddDenom {
            denom: denom.clone(),
        },
        Registry::SetIntake { open: false },
        Registry::UpdateOwnership(offer()),
    ];
    let escrow = [
        Escrow::UpdateParams {
            params: escrow_params,
        },
        Escrow::AddDenom { denom },
        Escrow::SetRoles {
            arbiter: Some(mallory.clone()),
            treasury: Some(mallory.clone()),
        },
        Escrow::SetIntake { open: false },
        Escrow::UpdateOwnership(offer()),
    ];
    let rewards = [
        Rewards::UpdateParams {
            params: rewards_params.params,
        },
        Rewards::Slash {
            provider: 1,
            bps: 1,
        },
        Rewards::UpdateOwnership(offer()),
    ];
    let token = [
        Cw20ExecuteMsg::Mint {
            recipient: mallory.clone(),
            amount: Uint128::one(),
        },
        Cw20ExecuteMsg::UpdateMinter {
            new_minter: Some(mallory),
        },
    ];
    let dao = [
        ExecuteMsg::Perform { proposal: 1 },
        ExecuteMsg::CheckSolvency {},
    ];
    let mut messages = vec![];
    messages.extend(registry.map(|msg| (suite.registry.clone(), json(to_json_binary(&msg)))));
    messages.extend(escrow.map(|msg| (suite.escrow.clone(), json(to_json_binary(&msg)))));
    messages.extend(rewards.map(|msg| (suite.rewards.clone(), json(to_json_binary(&msg)))));
    messages.extend(token.map(|msg| (suite.token.clone(), json(to_json_binary(&msg)))));
    messages.extend(dao.map(|msg| (suite.owner(), json(to_json_binary(&msg)))));
    messages
}

/// Every key that ever had a part in it, and a stranger's.
const KEYS: [&str; 11] = [
    "deployer", "owner", "ada", "ben", "cyd", "faucet", "arbiter", "treasury", "alice", "alice-op",
    "mallory",
];

#[test]
fn no_key_moves_a_parameter_a_coin_or_code() {
    let mut suite = network();
    suite.join_with("alice", Machine::default());
    for name in KEYS {
        suite.meet(name);
    }
    let messages = owners_messages(&suite);
    assert_eq!(messages.len(), 18);
    for (contract, msg) in messages {
        for name in KEYS {
            let execute = WasmMsg::Execute {
                contract_addr: contract.to_string(),
                msg: msg.clone().into(),
                funds: vec![],
            };
            let result = suite.app.execute(Suite::addr(name), execute.into());
            let text = String::from_utf8_lossy(&msg);
            assert!(result.is_err(), "{name} could {text}");
        }
    }
    let contracts = [
        suite.owner(),
        suite.token.clone(),
        suite.registry.clone(),
        suite.escrow.clone(),
        suite.rewards.clone(),
    ];
    for contract in &contracts {
        let info = suite.app.wrap().query_wasm_contract_info(contract);
        let info = info.expect("a contract");
        assert_eq!(info.admin, Some(suite.owner()), "of {contract}");
        for name in KEYS {
            let takeover = WasmMsg::UpdateAdmin {
                contract_addr: contract.to_string(),
                admin: Suite::addr(name).to_string(),
            };
            let migrate = WasmMsg::Migrate {
                contract_addr: contract.to_string(),
                new_code_id: info.code_id,
                msg: to_json_binary(&registry::MigrateMsg {}).expect("json"),
            };
            for msg in [takeover, migrate] {
                let result = suite.app.execute(Suite::addr(name), msg.into());
                assert!(result.is_err(), "{name} has power over {contract}");
            }
        }
    }
    for owner in [
        suite.ask_registry::<Owner<Addr>>(&RegistryQuery::Ownership {}),
        suite.ask_escrow(&EscrowQuery::Ownership {}),
        suite.ask_rewards(&RewardsQuery::Ownership {}),
    ] {
        assert_eq!(owner.owner, Some(suite.owner()));
        assert_eq!(owner.pending_owner, None);
    }
}

#[test]
fn members_migrate_a_contract_together_and_only_forward() {
    let mut suite = network();
    let info = suite.app.wrap().query_wasm_contract_info(&suite.rewards);
    let migrate = Action::Migrate {
        contract: suite.rewards.to_string(),
        code_id: info.expect("a contract").code_id,
        msg: to_json_binary(&rewards::MigrateMsg {}).expect("json"),
    };
    let proposal = suite.decide(&FOUNDERS, vec![migrate]).expect("a decision");
    // The same version: the contract refuses, the DAO goes on.
    assert_eq!(suite.status(proposal), Status::Ready);
    let config: ConfigResponse = suite.ask_dao(&QueryMsg::Config {});
    assert_eq!(config.members, 3);
    suite
        .decide(&FOUNDERS, vec![])
        .expect("the DAO still decides");
}

#[test]
fn members_slash_what_has_not_vested_and_name_a_new_arbiter_under_the_strictest_rules() {
    let suite = network();
    for (contract, msg) in [
        (
            &suite.rewards,
            to_json_binary(&Rewards::Slash {
                provider: 1,
                bps: 10_000,
            }),
        ),
        (
            &suite.escrow,
            to_json_binary(&Escrow::SetRoles {
                arbiter: None,
                treasury: Some(Suite::addr("ada").to_string()),
            }),
        ),
        (
            &suite.escrow,
            to_json_binary(&Escrow::UpdateOwnership(Ownership::TransferOwnership {
                new_owner: Suite::addr("ada").to_string(),
                expiry: None,
            })),
        ),
    ] {
        let actions = vec![Action::Execute {
            contract: contract.to_string(),
            msg: msg.expect("json"),
            funds: vec![],
        }];
        let asked: ClassifyResponse = suite.ask_dao(&QueryMsg::Classify { actions });
        assert_eq!(asked.classes, [Class::Any]);
    }
}
