//! A contract's own proof of its books says so when they do not hold.

use cosmwasm_std::{coins, Addr, BankMsg, Uint128};
use cw20::Cw20ExecuteMsg;
use cw_multi_test::Executor;
use surge_interface::dao::{InvariantResponse as DaoBooks, QueryMsg as Dao};
use surge_interface::escrow::{InvariantResponse as EscrowBooks, QueryMsg as Escrow};
use surge_interface::registry::{InvariantResponse as RegistryBooks, QueryMsg as Registry};
use surge_interface::rewards::{InvariantResponse as RewardsBooks, QueryMsg as Rewards};
use surge_interface::token::CAP;
use surge_testing::{job, Builder, Machine, Suite, NATIVE};

/// Money leaves a contract by no message of its own.
fn lose(suite: &mut Suite, contract: &Addr, denom: u8) {
    let (thief, amount) = (Suite::addr("thief"), 1u128);
    if denom == 0 {
        let send = BankMsg::Send {
            to_address: thief.to_string(),
            amount: coins(amount, NATIVE),
        };
        let sent = suite.app.execute(contract.clone(), send.into());
        sent.expect("coins move");
        return;
    }
    let transfer = Cw20ExecuteMsg::Transfer {
        recipient: thief.to_string(),
        amount: Uint128::new(amount),
    };
    let token = suite.cw20(denom);
    let sent = suite
        .app
        .execute_contract(contract.clone(), token, &transfer, &[]);
    sent.expect("tokens move");
}

#[test]
fn registry_and_escrow_show_one_missing_unit_of_any_denomination() {
    for denom in [0, 1] {
        let mut suite = Suite::new();
        suite.join_with("alice", Machine::default().quoting(denom));
        match denom {
            0 => suite.submit("bob", job(), 50_000),
            _ => suite.submit_in_tokens("bob", job(), 50_000),
        }
        .expect("a job");
        suite.assert_sound();
        let escrow_holds = |suite: &Suite| {
            let books: EscrowBooks = suite.ask_escrow(&Escrow::Invariant {});
            books.holds
        };
        let registry_holds = |suite: &Suite| {
            let books: RegistryBooks = suite.ask_registry(&Registry::Invariant {});
            books.holds
        };
        let (escrow, registry) = (suite.escrow.clone(), suite.registry.clone());
        lose(&mut suite, &escrow, denom);
        assert!(!escrow_holds(&suite) && registry_holds(&suite), "{denom}");
        lose(&mut suite, &registry, denom);
        assert!(!registry_holds(&suite), "{denom}");
    }
}

#[test]
fn the_dao_shows_a_missing_unit_of_a_deposit_and_not_one_of_its_own() {
    let mut builder = Builder {
        founders: vec!["ada", "ben"],
        ..Builder::default()
    };
    builder.policies.text.deposit = Uint128::new(100);
    let mut suite = builder.build();
    suite.propose("ada", vec![]).expect("a proposal");
    let dao = suite.owner();
    suite.meet("ben");
    let gift = coins(1, NATIVE);
    let ben = Suite::addr("ben");
    suite
        .app
        .send_tokens(ben, dao.clone(), &gift)
        .expect("a gift");
    let holds = |suite: &Suite| {
        let books: DaoBooks = suite.ask_dao(&Dao::Invariant {});
        books.holds
    };
    lose(&mut suite, &dao, 0);
    assert!(holds(&suite), "the gift was its own");
    lose(&mut suite, &dao, 0);
    assert!(!holds(&suite), "the deposit is not");
}

/// Writes the schedule's nine numbers, each below 128, as the rewards contract packs them:
/// epoch, both indices, released, emitted, spare, granted, minted, slashed.
fn write_schedule(suite: &mut Suite, numbers: [u8; 9]) {
    let rewards = suite.rewards.clone();
    let mut store = suite.app.contract_storage_mut(&rewards);
    store.set(b"totals", &numbers);
}

#[test]
fn the_rewards_show_what_is_minted_granted_or_emitted_beyond_what_may_be() {
    let holds = |suite: &Suite| {
        let books: RewardsBooks = suite.ask_rewards(&Rewards::Invariant {});
        books.holds
    };
    // A unit of room below the cap.
    let mut suite = Builder {
        genesis: CAP - 1,
        ..Builder::default()
    }
    .build();
    for (numbers, expected, what) in [
        ([1, 0, 0, 9, 9, 0, 1, 1, 0], true, "all of it minted"),
        ([1, 0, 0, 9, 9, 0, 1, 0, 1], true, "all of it slashed"),
        ([1, 0, 0, 9, 9, 0, 2, 0, 0], false, "granted beyond the cap"),
        (
            [1, 0, 0, 9, 9, 0, 0, 1, 0],
            false,
            "minted more than granted",
        ),
        (
            [1, 0, 0, 9, 9, 0, 0, 0, 1],
            false,
            "slashed more than granted",
        ),
        ([1, 0, 0, 9, 9, 0, 1, 1, 1], false, "minted and slashed"),
        (
            [1, 0, 0, 8, 9, 0, 1, 0, 0],
            false,
            "emitted more than released",
        ),
    ] {
        write_schedule(&mut suite, numbers);
        assert_eq!(holds(&suite), expected, "{what}");
    }
    // A mint that no claim asked for.
    write_schedule(&mut suite, [0; 9]);
    assert!(holds(&suite));
    let mint = Cw20ExecuteMsg::Mint {
        recipient: Suite::addr("thief").to_string(),
        amount: Uint128::one(),
    };
    let (minter, token) = (suite.rewards.clone(), suite.token.clone());
    let minted = suite.app.execute_contract(minter, token, &mint, &[]);
    minted.expect("the minter mints");
    assert!(!holds(&suite), "a token from nowhere");
}
