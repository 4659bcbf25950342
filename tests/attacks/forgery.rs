//! Messages in a name that is not one's own, and money that is none.

use cosmwasm_std::{coins, to_json_binary, Uint128};
use cw20::{Cw20Coin, Cw20ExecuteMsg, Cw20ReceiveMsg};
use cw_multi_test::{ContractWrapper, Executor};
use cw_utils::PaymentError;
use surge_escrow::ContractError as EscrowError;
use surge_interface::escrow::{ExecuteMsg as Escrow, ReceiveMsg};
use surge_interface::registry::{self, ExecuteMsg as Registry, Order, Outcome};
use surge_interface::UncheckedDenom;
use surge_registry::ContractError as RegistryError;
use surge_testing::{job, result_of, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::{with_alice, with_job};

fn order(suite: &Suite) -> Order {
    let spec = job();
    Order {
        requester: Suite::addr("mallory").to_string(),
        class: 0,
        denom: suite.denom(0),
        need: spec.need,
        reserved_secs: 600,
        max_price: Uint128::new(50_000),
        data: Default::default(),
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pinned: None,
        collateral_bps: 10_000,
    }
}

/// Guard: `ensure_escrow` in each of the three messages.
#[test]
fn only_the_escrow_reserves_and_releases() {
    let (mut suite, id) = with_job();
    for sender in ["mallory", "alice", "owner"] {
        let order = order(&suite);
        let messages = [
            Registry::Assign {
                job: 99,
                order: order.clone(),
            },
            Registry::Reassign {
                job: id,
                order,
                declined: vec![],
            },
            Registry::Release {
                job: id,
                outcome: Outcome::Settled,
            },
        ];
        for msg in messages {
            let expected = RegistryError::NotEscrow {
                escrow: suite.escrow.clone(),
                sender: Suite::addr(sender),
            };
            refuses(&mut suite, expected, |suite| {
                suite.to_registry(sender, &msg)
            });
        }
    }
}

/// Hooks that nobody paid for. Guard: hooks are believed only from listed
/// tokens, by `info.sender`.
#[test]
fn a_worthless_token_with_the_same_name_buys_neither_jobs_nor_bond() {
    let (mut suite, _, _) = with_alice();
    let code = suite.app.store_code(Box::new(ContractWrapper::new(
        cw20_base::contract::execute,
        cw20_base::contract::instantiate,
        cw20_base::contract::query,
    )));
    let holder = Suite::addr("mallory");
    let msg = cw20_base::msg::InstantiateMsg {
        name: "Surge test token".to_owned(),
        symbol: "SURGE".to_owned(),
        decimals: 6,
        initial_balances: vec![Cw20Coin {
            address: holder.to_string(),
            amount: Uint128::MAX,
        }],
        mint: None,
        marketing: None,
    };
    let fake = suite
        .app
        .instantiate_contract(code, holder, &msg, &[], "fake", None)
        .expect("a token");
    let send = |contract: &cosmwasm_std::Addr, msg| Cw20ExecuteMsg::Send {
        contract: contract.to_string(),
        amount: Uint128::new(1_000_000),
        msg,
    };
    let spec = Box::new(job());
    let to_escrow = to_json_binary(&ReceiveMsg::SubmitJob { spec }).expect("json");
    let to_escrow = send(&suite.escrow, to_escrow);
    let denom = || UncheckedDenom::Cw20(fake.to_string());
    refuses(
        &mut suite,
        EscrowError::UnknownDenom { denom: denom() },
        |suite| suite.send("mallory", &fake, &to_escrow, 0),
    );
    let bond = to_json_binary(&registry::ReceiveMsg::Bond { provider: 1 }).expect("json");
    let bond = send(&suite.registry, bond);
    refuses(
        &mut suite,
        RegistryError::UnknownDenom { denom: denom() },
        |suite| suite.send("mallory", &fake, &bond, 0),
    );
}

/// A hook in the name of somebody else. Guard: as before; the sender inside of the hook
/// counts for nothing.
#[test]
fn a_hook_that_no_token_sent_spends_nobodys_tokens() {
    let (mut suite, _, _) = with_alice();
    let mallory = UncheckedDenom::Cw20(Suite::addr("mallory").to_string());
    let hook = |msg| Cw20ReceiveMsg {
        sender: Suite::addr("bob").to_string(),
        amount: Uint128::new(1_000_000),
        msg,
    };
    let spec = Box::new(job());
    let msg = to_json_binary(&ReceiveMsg::SubmitJob { spec }).expect("json");
    let receive = Escrow::Receive(hook(msg));
    let denom = mallory.clone();
    refuses(&mut suite, EscrowError::UnknownDenom { denom }, |suite| {
        suite.to_escrow("mallory", &receive)
    });
    let msg = to_json_binary(&registry::ReceiveMsg::Bond { provider: 1 }).expect("json");
    let receive = Registry::Receive(hook(msg));
    let denom = mallory;
    refuses(&mut suite, RegistryError::UnknownDenom { denom }, |suite| {
        suite.to_registry("mallory", &receive)
    });
}

/// Another provider's operator delivers, and is paid. Guard: `ensure_operator` looks at
/// the job's own provider.
#[test]
fn an_operator_delivers_and_declines_its_own_jobs_only() {
    let (mut suite, id) = with_job();
    suite.join_with("mallory", Machine::default());
    let sender = Suite::addr("mallory-op");
    let deliver = Escrow::SubmitResult {
        job: id,
        result: result_of("stolen"),
    };
    for msg in [deliver, Escrow::Decline { job: id }] {
        let expected = EscrowError::NotOperator {
            job: id,
            sender: sender.clone(),
        };
        refuses(&mut suite, expected, |suite| {
            suite.to_escrow("mallory-op", &msg)
        });
    }
}

/// Money that a message does not ask for would be lost. Guard: `nonpayable` before every
/// message that takes no funds.
#[test]
fn coins_with_a_message_that_takes_none_are_refused_and_not_swallowed() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    let escrow = suite.escrow.clone();
    let denom = suite.denom(0);
    for msg in [
        Escrow::Accept {
            job: id,
            pay: false,
        },
        Escrow::Match { job: id },
        Escrow::Cancel { job: id },
        Escrow::Settle {
            job: id,
            pay: false,
        },
        Escrow::Sync {
            denom: denom.clone(),
        },
        Escrow::SetIntake { open: true },
    ] {
        let who = "bob";
        refuses(
            &mut suite,
            EscrowError::Payment(PaymentError::NonPayable {}),
            |suite| suite.send(who, &escrow, &msg, 7),
        );
    }
    let registry = suite.registry.clone();
    for msg in [
        Registry::Drain {},
        Registry::Leave {},
        Registry::Evict { nodes: vec![1] },
        Registry::WithdrawBond {
            provider: 1,
            denom: 0,
        },
    ] {
        refuses(
            &mut suite,
            RegistryError::Payment(PaymentError::NonPayable {}),
            |suite| suite.send("alice", &registry, &msg, 7),
        );
    }
}

/// The same with two kinds of coins, and with coins that nobody lists. Guards: `one_coin`
/// and `id_of`.
#[test]
fn a_deposit_is_one_listed_coin() {
    let (mut suite, _, _) = with_alice();
    let bob = Suite::addr("bob");
    let mint = cw_multi_test::BankSudo::Mint {
        to_address: bob.to_string(),
        amount: coins(1_000, "uother"),
    };
    suite.app.sudo(mint.into()).expect("the bank mints");
    let escrow = suite.escrow.clone();
    let msg = Escrow::SubmitJob { spec: job() };
    let denom = UncheckedDenom::Native("uother".to_owned());
    refuses(&mut suite, EscrowError::UnknownDenom { denom }, |suite| {
        let funds = coins(1_000, "uother");
        suite
            .app
            .execute_contract(bob.clone(), escrow.clone(), &msg, &funds)
    });
    let both = PaymentError::MultipleDenoms {};
    refuses(&mut suite, EscrowError::Payment(both), |suite| {
        let mut funds = coins(1_000, "uother");
        funds.extend(coins(50_000, surge_testing::NATIVE));
        suite
            .app
            .execute_contract(bob.clone(), escrow.clone(), &msg, &funds)
    });
}

/// The same at the registry: what nobody lists is no bond and no gift, and stays with who
/// sent it. Guard: `id_of`.
#[test]
fn a_bond_is_one_listed_coin() {
    let (mut suite, provider, _) = with_alice();
    let mallory = Suite::addr("mallory");
    let mint = cw_multi_test::BankSudo::Mint {
        to_address: mallory.to_string(),
        amount: coins(1_000, "uother"),
    };
    suite.app.sudo(mint.into()).expect("the bank mints");
    let registry = suite.registry.clone();
    for msg in [Registry::Bond { provider }, Registry::FundKitty {}] {
        let denom = UncheckedDenom::Native("uother".to_owned());
        refuses(&mut suite, RegistryError::UnknownDenom { denom }, |suite| {
            let funds = coins(1_000, "uother");
            suite
                .app
                .execute_contract(mallory.clone(), registry.clone(), &msg, &funds)
        });
        let left = suite.app.wrap().query_balance(&mallory, "uother");
        assert_eq!(left.expect("the bank answers").amount.u128(), 1_000);
    }
}

/// Even an escrow gone wrong locks a job's collateral once. Guard: `AlreadyReserved`.
#[test]
fn the_escrow_itself_reserves_a_job_once() {
    let (mut suite, job) = with_job();
    let assign = Registry::Assign {
        job,
        order: order(&suite),
    };
    let (escrow, registry) = (suite.escrow.clone(), suite.registry.clone());
    let expected = RegistryError::AlreadyReserved { job, node: 1 };
    refuses(&mut suite, expected, |suite| {
        suite.app.execute_contract(escrow, registry, &assign, &[])
    });
}
