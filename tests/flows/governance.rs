//! The members own the network: what they decide happens, and nothing else does.

use cosmwasm_std::{to_json_binary, Addr, Binary, StdResult, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;
use cw_multi_test::Executor;
use cw_ownable::{Action as Ownership, Ownership as Owner, OwnershipError};
use surge_interface::dao::{
    Action, Choice, Class, ClassifyResponse, ConfigResponse, ExecuteMsg, QueryMsg, RowsResponse,
    Status,
};
use surge_interface::escrow::{self, ExecuteMsg as Escrow, Purse, QueryMsg as EscrowQuery};
use surge_interface::registry::{self, ExecuteMsg as Registry, QueryMsg as RegistryQuery};
use surge_interface::rewards::{self, ExecuteMsg as Rewards, QueryMsg as RewardsQuery};
use surge_interface::Weights;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::refusal::snapshot;

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

/// What only the owner of a contract may send.
struct Owned {
    contract: Addr,
    msg: Binary,
    /// What the DAO computes for it; absent for what no proposal may send.
    class: Option<Class>,
    /// Why anybody else is refused.
    refusal: Refusal,
}

/// What a sender is told.
type Refusal = fn(Addr) -> String;

fn not_owner(_: Addr) -> String {
    OwnershipError::NotOwner.to_string()
}

fn not_minter(_: Addr) -> String {
    cw20_base::ContractError::Unauthorized {}.to_string()
}

fn not_itself(sender: Addr) -> String {
    surge_dao::ContractError::NotItself { sender }.to_string()
}

/// All that only the owner of a contract may send, with something in it that would count.
fn owners_messages(suite: &Suite) -> Vec<Owned> {
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
    let (params_class, any) = (Some(Class::Params), Some(Class::Any));
    let registry = [
        (
            Registry::UpdateParams {
                params: params(suite),
            },
            params_class,
        ),
        (
            Registry::SetRegion {
                id: 0,
                region: regions.regions[0].clone(),
            },
            params_class,
        ),
        (
            Registry::SetClass {
                id: 0,
                class: class.classes[0].clone(),
            },
            params_class,
        ),
        (
            Registry::AddDenom {
                denom: denom.clone(),
            },
            params_class,
        ),
        (Registry::SetIntake { open: false }, params_class),
        (Registry::UpdateOwnership(offer()), any),
    ];
    let escrow = [
        (
            Escrow::UpdateParams {
                params: escrow_params,
            },
            params_class,
        ),
        (Escrow::AddDenom { denom }, params_class),
        (
            Escrow::SetRoles {
                arbiter: Some(mallory.clone()),
                treasury: Some(mallory.clone()),
            },
            any,
        ),
        (Escrow::SetIntake { open: false }, params_class),
        (Escrow::UpdateOwnership(offer()), any),
    ];
    let rewards = [
        (
            Rewards::UpdateParams {
                params: rewards_params.params,
            },
            params_class,
        ),
        (
            Rewards::Slash {
                provider: 1,
                bps: 10_000,
            },
            any,
        ),
        (Rewards::UpdateOwnership(offer()), any),
    ];
    let token = [
        (
            Cw20ExecuteMsg::Mint {
                recipient: mallory.clone(),
                amount: Uint128::one(),
            },
            any,
        ),
        (
            Cw20ExecuteMsg::UpdateMinter {
                new_minter: Some(mallory),
            },
            any,
        ),
    ];
    let dao = [
        (ExecuteMsg::Perform { proposal: 1 }, None),
        (ExecuteMsg::CheckSolvency {}, None),
    ];
    let mut owned = vec![];
    let mut add = |contract: &Addr, msg: StdResult<Binary>, class, refusal: Refusal| {
        owned.push(Owned {
            contract: contract.clone(),
            msg: msg.expect("messages serialize"),
            class,
            refusal,
        });
    };
    for (msg, class) in registry {
        add(&suite.registry, to_json_binary(&msg), class, not_owner);
    }
    for (msg, class) in escrow {
        add(&suite.escrow, to_json_binary(&msg), class, not_owner);
    }
    for (msg, class) in rewards {
        add(&suite.rewards, to_json_binary(&msg), class, not_owner);
    }
    for (msg, class) in token {
        add(&suite.token, to_json_binary(&msg), class, not_minter);
    }
    for (msg, class) in dao {
        add(&suite.owner(), to_json_binary(&msg), class, not_itself);
    }
    owned
}

#[test]
fn the_table_of_classes_knows_the_parameters_of_the_contracts_and_nothing_else() {
    let suite = network();
    let owned = owners_messages(&suite);
    for message in &owned {
        let asked = QueryMsg::Classify {
            actions: vec![Action::Execute {
                contract: message.contract.to_string(),
                msg: message.msg.clone(),
                funds: vec![],
            }],
        };
        let answer: Result<ClassifyResponse, _> =
            suite.app.wrap().query_wasm_smart(suite.owner(), &asked);
        let text = String::from_utf8_lossy(&message.msg);
        match message.class {
            Some(class) => {
                let found = answer.expect("a class").classes;
                assert_eq!(found, [class], "{} {text}", message.contract);
            }
            None => {
                let calls = surge_dao::ContractError::CallsItself.to_string();
                let error = answer.expect_err("no proposal does that").to_string();
                assert!(error.contains(&calls), "{text}: {error}");
            }
        }
    }
    // Every row belongs to one of these messages.
    let rows: RowsResponse = suite.ask_dao(&QueryMsg::Rows {
        start_after: None,
        limit: Some(100),
    });
    let named = owned
        .iter()
        .filter(|message| message.class == Some(Class::Params));
    assert_eq!(rows.rows.len(), named.count());
}

/// Every key that ever had a part in it, and a stranger's.
const KEYS: [&str; 11] = [
    "deployer", "owner", "ada", "ben", "cyd", "faucet", "arbiter", "treasury", "alice", "alice-op",
    "mallory",
];

/// Alice worked for tokens and claimed: something of hers vests.
fn with_vesting() -> Suite {
    let mut suite = network();
    let machine = Machine::default().quoting(1).with_bond(100_000_000_000);
    let (alice, _) = suite.join_with("alice", machine);
    let mut spec = job();
    spec.reserved_secs = 30 * 86_400;
    let id = suite
        .submit_in_tokens("bob", spec, 100_000_000)
        .expect("a job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    suite.claim(alice).expect("a claim");
    suite
}

#[test]
fn no_key_moves_a_parameter_a_coin_or_code() {
    let mut suite = with_vesting();
    for name in KEYS {
        suite.meet(name);
    }
    let owned = owners_messages(&suite);
    assert_eq!(owned.len(), 18);
    let before = snapshot(&suite, &KEYS);
    for message in &owned {
        for name in KEYS {
            let execute = WasmMsg::Execute {
                contract_addr: message.contract.to_string(),
                msg: message.msg.clone(),
                funds: vec![],
            };
            let sender = Suite::addr(name);
            let result = suite.app.execute(sender.clone(), execute.into());
            let text = String::from_utf8_lossy(&message.msg);
            let error = result.expect_err(&text);
            let why = error.root_cause().to_string();
            assert_eq!(why, (message.refusal)(sender), "{name}: {text}");
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
            let admin = Some(suite.owner());
            for (msg, refusal) in [
                (
                    takeover,
                    format!("Only admin can update the contract admin: {admin:?}"),
                ),
                (
                    migrate,
                    format!("Only admin can migrate contract: {admin:?}"),
                ),
            ] {
                let result = suite.app.execute(Suite::addr(name), msg.into());
                let error = result.expect_err("the DAO alone");
                assert_eq!(error.root_cause().to_string(), refusal, "{contract}");
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
    assert!(before == snapshot(&suite, &KEYS), "something moved");
}

/// What the keys above were refused is what the members can do.
#[test]
fn members_slash_what_vests_by_vote() {
    let mut suite = with_vesting();
    let account = |suite: &Suite| -> rewards::AccountResponse {
        suite.ask_rewards(&RewardsQuery::Account { provider: 1 })
    };
    let vesting: Uint128 = account(&suite).vesting.iter().sum();
    assert!(!vesting.is_zero());
    let slash = Rewards::Slash {
        provider: 1,
        bps: 10_000,
    };
    let action = Suite::action(&suite.rewards, &slash);
    let proposal = suite.decide(&FOUNDERS, vec![action]).expect("a decision");
    assert_eq!(suite.status(proposal), Status::Executed);
    let after = account(&suite);
    let due: rewards::Reward = suite.ask_rewards(&RewardsQuery::Claimable { provider: 1 });
    assert!(!after.slashed.is_zero());
    assert_eq!(after.slashed + due.vested, vesting, "all but what is due");
    suite.assert_sound();
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
    assert_eq!(config.members_ever, 3);
    suite
        .decide(&FOUNDERS, vec![])
        .expect("the DAO still decides");
}
