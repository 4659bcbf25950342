//! Deposits and stakes are held apart from what is the DAO's own.

use cosmwasm_std::{Addr, Uint128};
use cw20::Cw20ExecuteMsg;
use surge_interface::dao::*;
use surge_interface::UncheckedDenom;

use super::world::*;
use crate::execute::rules::ensure_not_owed;
use crate::ContractError;

fn native() -> World {
    World::with(|_| {
        let mut msg = birth();
        let mut policy = plain();
        policy.deposit = Uint128::new(100);
        policy.quorum_bps = 5_000;
        msg.policies = all(&policy);
        msg
    })
}

fn with_token() -> World {
    let mut world = World::with(|token| {
        let mut msg = birth();
        let mut policy = plain();
        policy.deposit = Uint128::new(100);
        msg.policies = all(&policy);
        msg.electorate = Electorate::Staked {
            token: token.to_string(),
            unstaking_secs: 160,
        };
        msg.settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
        msg
    });
    world.stake("ada", 600).unwrap();
    world.stake("ben", 300).unwrap();
    world.pass(1);
    world
}

fn money(world: &World) -> Vec<(u128, u128, u128)> {
    let answer: InvariantResponse = world.ask(&QueryMsg::Invariant {});
    assert!(answer.holds);
    let row = |row: &DaoMoney| (row.balance.u128(), row.deposits.u128(), row.stakes.u128());
    answer.rows.iter().map(row).collect()
}

fn deposits(world: &World) -> u128 {
    money(world)[0].1
}

fn refund(proposal: u64) -> ExecuteMsg {
    ExecuteMsg::Refund { proposal }
}

fn propose_in_tokens(world: &mut World, actions: Vec<Action>) -> u64 {
    let draft = Box::new(draft(actions));
    world
        .send_token("ada", 100, &ReceiveMsg::Propose { draft })
        .unwrap();
    world.ask::<ConfigResponse>(&QueryMsg::Config {}).proposals
}

fn carry(world: &mut World, proposal: u64) {
    world.vote("ada", proposal, Choice::Yes);
    world.pass(10);
    world.poke(proposal).unwrap();
    world.pass(50);
}

#[test]
fn the_deposit_is_exactly_what_the_policy_asks_for() {
    let mut world = native();
    let denom = UncheckedDenom::Native("ustake".to_owned());
    let needed = Uint128::new(100);
    let error = ContractError::WrongDeposit { needed, denom };
    for ustake in [0, 99, 101] {
        let told = world.try_propose_with("ada", vec![], ustake);
        assert_eq!(refused(told), error);
    }
    let boxed = Box::new(draft(vec![]));
    let told = world.send_token("ada", 100, &ReceiveMsg::Propose { draft: boxed });
    assert_eq!(refused(told), error, "not in another denomination");
    let propose = ExecuteMsg::Propose {
        draft: draft(vec![]),
    };
    let response = world.tell_with("ada", &propose, 100).unwrap();
    let told = |key| attribute(&response, "proposal_opened", key);
    assert_eq!(
        (told("deposit"), told("denom")),
        ("100".into(), "ustake".into())
    );
    assert_eq!(told("address"), addr("ada").as_str());
    assert_eq!(money(&world), [(100, 100, 0)]);
    let mut free = World::new();
    let response = free.tell("ada", &propose).unwrap();
    let told = |key| attribute(&response, "proposal_opened", key);
    assert_eq!(
        (told("deposit"), told("denom")),
        ("0".into(), "none".into())
    );
    let told = free.try_propose_with("ada", vec![], 1);
    assert!(matches!(refused(told), ContractError::WrongDeposit { .. }));
    let poke = ExecuteMsg::Poke { proposal: 1 };
    let told = free.tell_with("ada", &poke, 1);
    assert!(matches!(refused(told), ContractError::Payment(_)));
}

#[test]
fn the_deposit_returns_when_the_proposal_is_over_and_once() {
    let mut world = native();
    let before = world.ustake(&addr("ada"));
    let proposal = world.try_propose_with("ada", vec![], 100).unwrap();
    let status = Status::Open;
    let error = ContractError::NotOver { proposal, status };
    assert_eq!(refused(world.tell("mal", &refund(proposal))), error);
    for who in ["ada", "ben", "cyd"] {
        world.vote(who, proposal, Choice::No);
    }
    world.pass(10);
    assert_eq!(world.status(proposal), Status::Rejected);
    let response = world.tell("mal", &refund(proposal)).unwrap();
    let told = |key| attribute(&response, "deposit_refunded", key);
    assert_eq!(
        (told("refunded").as_str(), told("denom").as_str()),
        ("100", "ustake")
    );
    assert_eq!(told("address"), addr("ada").as_str());
    assert_eq!(world.ustake(&addr("ada")), before);
    assert_eq!(money(&world), [(0, 0, 0)]);
    let error = ContractError::NoDeposit { proposal };
    assert_eq!(refused(world.tell("mal", &refund(proposal))), error);
    assert_eq!(world.proposal(proposal).proposal.deposit.u128(), 0);
}

#[test]
fn deposits_to_refund_are_found() {
    let mut world = native();
    let first = world.try_propose_with("ada", vec![], 100).unwrap();
    let second = world.try_propose_with("ben", vec![], 100).unwrap();
    let all = |world: &World, start_after| -> Vec<(u64, Addr, bool)> {
        let limit = None;
        let msg = QueryMsg::Deposits { start_after, limit };
        let answer: DepositsResponse = world.ask(&msg);
        let native = UncheckedDenom::Native("ustake".to_owned());
        for deposit in &answer.deposits {
            assert_eq!((&deposit.denom, deposit.amount.u128()), (&native, 100));
        }
        let rows = answer.deposits.into_iter();
        rows.map(|deposit| (deposit.proposal, deposit.proposer, deposit.refundable))
            .collect()
    };
    let rows = [(first, addr("ada"), false), (second, addr("ben"), false)];
    assert_eq!(all(&world, None), rows);
    assert_eq!(all(&world, Some(first)), rows[1..]);
    let of = |world: &World| (world.member("ada").live, world.member("ada").refundable);
    assert_eq!(of(&world), (vec![first], vec![]));
    world.pass(100);
    assert_eq!(of(&world), (vec![], vec![first]));
    assert!(all(&world, None)[0].2);
    // The next proposal takes the place of what is over; all deposits still show it.
    let third = world.try_propose_with("ada", vec![], 100).unwrap();
    assert_eq!(of(&world), (vec![third], vec![]));
    assert_eq!(all(&world, None).len(), 3);
    world.tell("mal", &refund(first)).unwrap();
    world.tell("mal", &refund(second)).unwrap();
    assert_eq!(all(&world, None), [(third, addr("ada"), false)]);
}

#[test]
fn part_of_the_deposit_stays_when_too_few_cared() {
    let mut world = native();
    let proposal = world.try_propose_with("ada", vec![], 100).unwrap();
    world.vote("ada", proposal, Choice::Yes);
    world.pass(100);
    let response = world.tell("mal", &refund(proposal)).unwrap();
    assert_eq!(attribute(&response, "deposit_refunded", "refunded"), "75");
    assert_eq!(attribute(&response, "deposit_refunded", "forfeited"), "25");
    assert_eq!(money(&world), [(25, 0, 0)]);
    // Taken back, it returns whole.
    let proposal = world.try_propose_with("ada", vec![], 100).unwrap();
    world
        .tell("ada", &ExecuteMsg::Withdraw { proposal })
        .unwrap();
    let response = world.tell("mal", &refund(proposal)).unwrap();
    assert_eq!(attribute(&response, "deposit_refunded", "refunded"), "100");
}

#[test]
fn a_vote_spends_the_daos_own_money_alone() {
    let mut world = native();
    world.give(50);
    let deposit = |world: &mut World, ustake| {
        let proposal = world
            .try_propose_with("ada", vec![send("zoe", ustake)], 100)
            .unwrap();
        for who in ["ada", "ben", "cyd"] {
            world.vote(who, proposal, Choice::Yes);
        }
        world.pass(10);
        world.poke(proposal).unwrap();
        world.pass(50);
        proposal
    };
    let greedy = deposit(&mut world, 51);
    assert_eq!(money(&world), [(150, 100, 0)]);
    let error = ContractError::Insolvent {
        denom: UncheckedDenom::Native("ustake".to_owned()),
        balance: Uint128::new(99),
        owed: Uint128::new(100),
    };
    assert_eq!(world.fails(greedy), error);
    assert_eq!(world.ustake(&addr("zoe")), 0);
    assert_eq!(money(&world), [(150, 100, 0)]);
    let modest = deposit(&mut world, 50);
    world.execute(modest).unwrap();
    assert_eq!(world.ustake(&addr("zoe")), 50);
    assert_eq!(money(&world), [(200, 200, 0)]);
}

#[test]
fn deposits_and_stakes_in_one_token_are_both_covered() {
    let mut world = with_token();
    world.give_token(40);
    let typed = |token: &Addr, amount| Action::Send {
        to: addr("zoe").to_string(),
        denom: UncheckedDenom::Cw20(token.to_string()),
        amount: Uint128::new(amount),
    };
    let called = |token: &Addr, amount| {
        let msg = Cw20ExecuteMsg::Transfer {
            recipient: addr("zoe").to_string(),
            amount: Uint128::new(amount),
        };
        call(token, &msg)
    };
    let token = world.token.clone();
    for spend in [typed, called] {
        let own = world.tokens(&world.dao) - 900 - deposits(&world);
        let greedy = propose_in_tokens(&mut world, vec![spend(&token, own + 1)]);
        carry(&mut world, greedy);
        let denom = UncheckedDenom::Cw20(token.to_string());
        let owed = Uint128::new(900 + deposits(&world));
        let balance = owed - Uint128::one();
        let error = ContractError::Insolvent {
            denom,
            balance,
            owed,
        };
        assert_eq!(world.fails(greedy), error);
        let modest = propose_in_tokens(&mut world, vec![spend(&token, 20)]);
        carry(&mut world, modest);
        world.execute(modest).unwrap();
        for proposal in [greedy, modest] {
            let _ = world.tell("mal", &refund(proposal));
        }
    }
    assert_eq!(world.tokens(&addr("zoe")), 40);
    assert_eq!(money(&world), [(1_100, 200, 900)]);
}

#[test]
fn nobody_is_allowed_to_move_what_belongs_to_members() {
    let allow = |token: &Addr| {
        let msg = Cw20ExecuteMsg::IncreaseAllowance {
            spender: addr("mal").to_string(),
            amount: Uint128::new(900),
            expires: None,
        };
        call(token, &msg)
    };
    let mut world = with_token();
    let token = world.token.clone();
    let draft = Box::new(draft(vec![allow(&token)]));
    let told = world.send_token("ada", 100, &ReceiveMsg::Propose { draft });
    assert_eq!(refused(told), ContractError::AllowanceOfOwed { token });

    // A token in which nothing is owed may be allowed, but holds no deposits from then on.
    let mut world = World::new();
    world.give_token(1_000);
    let token = world.token.clone();
    let proposal = world.ready(vec![allow(&token)]);
    let mut settings = birth().settings;
    settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
    let switch = Action::SetSettings { settings };
    let early = world.ready(vec![switch.clone()]);
    world.execute(proposal).unwrap();
    let told = world.try_propose("ada", vec![switch]);
    assert_eq!(refused(told), ContractError::AllowedToken { token });
    let response = world.execute(early).unwrap();
    assert!(
        has_event(&response, "execution_failed"),
        "proposed before it was allowed"
    );
}

#[test]
fn an_allowance_that_was_voted_on_earlier_fails_once_deposits_are_held() {
    let mut world = World::new();
    let token = world.token.clone();
    let msg = Cw20ExecuteMsg::IncreaseAllowance {
        spender: addr("mal").to_string(),
        amount: Uint128::new(900),
        expires: None,
    };
    let allow = world.ready(vec![call(&token, &msg)]);
    let mut settings = birth().settings;
    settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
    let switch = world.ready(vec![Action::SetSettings { settings }]);
    world.execute(switch).unwrap();
    assert_eq!(world.fails(allow), ContractError::AllowanceOfOwed { token });
}

fn paid_in(denom: &str) -> Action {
    let mut settings = birth().settings;
    settings.deposit_denom = UncheckedDenom::Native(denom.to_owned());
    Action::SetSettings { settings }
}

fn out_of_reach(balance: u128, deposit: u128) -> ContractError {
    ContractError::DepositOutOfReach {
        denom: UncheckedDenom::Native("other".to_owned()),
        balance: Uint128::new(balance),
        deposit: Uint128::new(deposit),
    }
}

#[test]
fn no_vote_asks_for_deposits_that_nobody_could_pay() {
    let mut world = native();
    let switch = world
        .try_propose_with("ada", vec![paid_in("other")], 100)
        .unwrap();
    for who in ["ada", "ben", "cyd"] {
        world.vote(who, switch, Choice::Yes);
    }
    world.pass(10);
    world.poke(switch).unwrap();
    world.pass(50);
    assert_eq!(world.fails(switch), out_of_reach(0, 100));
    world.give_coins(99, "other");
    assert_eq!(world.fails(switch), out_of_reach(99, 100));
    // Proposals go on as before, and so does this one once the money is there.
    world.try_propose_with("ben", vec![], 100).unwrap();
    world.give_coins(1, "other");
    let response = world.execute(switch).unwrap();
    assert!(has_event(&response, "proposal_executed"));
    let told = world.try_propose_with("cyd", vec![], 100);
    assert!(matches!(refused(told), ContractError::WrongDeposit { .. }));
}

#[test]
fn no_policy_takes_hold_whose_deposit_was_paid_in_other_money() {
    // Free proposals ask for nothing, so the denomination alone may be anything.
    let mut world = World::new();
    let mut policy = plain();
    policy.deposit = Uint128::new(100);
    let class = Class::Any;
    let raise = Action::SetPolicy { class, policy };
    let together = vec![paid_in("other"), raise.clone()];
    for actions in [together, vec![raise]] {
        let draft = draft(actions);
        let told = world.tell_with("ada", &ExecuteMsg::Propose { draft }, 100);
        told.unwrap();
    }
    let switch = world.propose(vec![paid_in("other")]);
    for proposal in 1..=switch {
        for who in ["ada", "ben", "cyd", "dee", "eve"] {
            world.vote(who, proposal, Choice::Yes);
        }
    }
    world.pass(10);
    for proposal in 1..=switch {
        world.poke(proposal).unwrap();
    }
    world.pass(50);
    assert_eq!(world.fails(1), out_of_reach(0, 100));
    world.execute(switch).unwrap();
    assert_eq!(world.fails(2), out_of_reach(0, 100));
    world.give_coins(100, "other");
    let response = world.execute(2).unwrap();
    assert!(has_event(&response, "proposal_executed"));
}

#[test]
fn a_deposit_keeps_the_terms_of_its_day() {
    let mut world = native();
    let proposal = world.try_propose_with("ben", vec![], 100).unwrap();
    let mut settings = birth().settings;
    settings.deposit_denom = UncheckedDenom::Native("other".to_owned());
    settings.forfeit_bps = 10_000;
    world.give_coins(100, "other");
    let action = Action::SetSettings { settings };
    let change = world.try_propose_with("ada", vec![action], 100).unwrap();
    for who in ["ada", "ben", "cyd"] {
        world.vote(who, change, Choice::Yes);
    }
    world.pass(10);
    world.poke(change).unwrap();
    world.pass(50);
    world.execute(change).unwrap();
    world.pass(40);
    assert_eq!(world.status(proposal), Status::Rejected);
    let response = world.tell("mal", &refund(proposal)).unwrap();
    assert_eq!(attribute(&response, "deposit_refunded", "refunded"), "75");
}

#[test]
fn nobody_proposes_in_the_name_of_a_member() {
    // Without a deposit a proposal costs nothing, so the sender of a hook must still be
    // the token of deposits.
    let mut world = World::staked();
    let draft = Box::new(draft(vec![]));
    let receive = cw20::Cw20ReceiveMsg {
        sender: addr("ada").to_string(),
        amount: Uint128::zero(),
        msg: cosmwasm_std::to_json_binary(&ReceiveMsg::Propose { draft }).unwrap(),
    };
    let denom = UncheckedDenom::Cw20(world.token.to_string());
    let needed = Uint128::zero();
    let error = refused(world.tell("mal", &ExecuteMsg::Receive(receive)));
    assert_eq!(error, ContractError::WrongDeposit { needed, denom });
}

#[test]
fn the_staked_token_is_never_allowed_also_before_anybody_stakes() {
    let world = World::with(|token| {
        let mut msg = birth();
        msg.electorate = Electorate::Staked {
            token: token.to_string(),
            unstaking_secs: 160,
        };
        msg
    });
    let token = world.token.clone();
    let storage = world.app.contract_storage(&world.dao);
    let allowed = ensure_not_owed(&*storage, &token);
    assert_eq!(allowed, Err(ContractError::AllowanceOfOwed { token }));
    assert_eq!(ensure_not_owed(&*storage, &addr("other")), Ok(()));
}

#[test]
fn what_the_ledger_no_longer_owes_holds_nothing_back() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        msg.policies.text.deposit = Uint128::new(100);
        msg
    });
    let proposal = world.try_propose_with("ada", vec![], 100).unwrap();
    world
        .tell("ada", &ExecuteMsg::Withdraw { proposal })
        .unwrap();
    world.tell("mal", &refund(proposal)).unwrap();
    assert_eq!(money(&world), [(0, 0, 0)], "a row that owes nothing");
    world.give(50);
    let all_of_it = world.ready(vec![send("zoe", 50)]);
    let response = world.execute(all_of_it).unwrap();
    assert!(has_event(&response, "proposal_executed"));
    assert_eq!(world.ustake(&addr("zoe")), 50);
}

#[test]
fn a_deposit_of_nothing_leaves_nothing_to_refund() {
    let mut world = World::staked();
    let draft = Box::new(draft(vec![]));
    let told = world.send_token("ada", 0, &ReceiveMsg::Propose { draft });
    told.unwrap();
    assert_eq!(money(&world), [(100, 0, 100)]);
    let proposal = 1;
    world
        .tell("ada", &ExecuteMsg::Withdraw { proposal })
        .unwrap();
    let error = ContractError::NoDeposit { proposal };
    assert_eq!(refused(world.tell("mal", &refund(proposal))), error);
}

#[test]
fn a_deposit_may_be_forfeited_whole() {
    let mut world = World::with(|_| {
        let mut msg = birth();
        let mut policy = plain();
        policy.deposit = Uint128::new(100);
        policy.quorum_bps = 5_000;
        msg.policies = all(&policy);
        msg.settings.forfeit_bps = 10_000;
        msg
    });
    let before = world.ustake(&addr("ada"));
    let proposal = world.try_propose_with("ada", vec![], 100).unwrap();
    world.pass(100);
    let response = world.tell("mal", &refund(proposal)).unwrap();
    assert_eq!(attribute(&response, "deposit_refunded", "refunded"), "0");
    assert_eq!(attribute(&response, "deposit_refunded", "forfeited"), "100");
    assert_eq!(world.ustake(&addr("ada")), before - 100);
    assert_eq!(money(&world), [(100, 0, 0)], "the DAO's own now");
    let error = ContractError::NoDeposit { proposal };
    assert_eq!(refused(world.tell("mal", &refund(proposal))), error);
}
