//! On the mint: tokens for nothing, twice, too early or beyond the cap.

mod emission;
mod parameters;

use cosmwasm_std::Uint128;
use cw20::{Cw20ExecuteMsg, MinterResponse};
use cw_multi_test::Executor;
use cw_ownable::OwnershipError;
use surge_interface::escrow::{Contribution, Params as EscrowParams, QueryMsg as Escrow};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::rewards::{
    AccountResponse, ExecuteMsg, InvariantResponse, Params, QueryMsg as Rewards, Reward,
};
use surge_interface::TimeProfile;
use surge_rewards::ContractError;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::refusal::refuses;

const DAY: u64 = 86_400;
const BOND: u128 = 100_000_000_000;

fn claimable(suite: &Suite, provider: u32) -> Reward {
    suite.ask_rewards(&Rewards::Claimable { provider })
}

/// Everything in the reward token that a ring has or is owed, with what will vest.
fn fortune(suite: &Suite, ring: &[&str], provider: u32) -> u128 {
    let held: u128 = ring
        .iter()
        .map(|name| suite.balance(&Suite::addr(name), 1) + suite.account_credit(name, 1))
        .sum();
    let reward = claimable(suite, provider);
    let account: AccountResponse = suite.ask_rewards(&Rewards::Account { provider });
    let vesting: Uint128 = account.vesting.iter().sum();
    let bond: u128 = suite
        .provider(provider)
        .bonds
        .iter()
        .filter(|bond| bond.denom == 1)
        .map(|bond| (bond.free + bond.at_nodes).u128())
        .sum();
    held + suite.provider_credit(provider, 1) + reward.granted.u128() + vesting.u128() + bond
}

/// One round of a ring that pays itself: Mia orders, Mallory delivers, Mia accepts.
fn wash(suite: &mut Suite, deposit: u128, secs: u64) {
    let mut spec = job();
    spec.reserved_secs = secs;
    let id = suite.submit_in_tokens("mia", spec, deposit).expect("job");
    suite.deliver(id).expect("delivery");
    suite.accept("mia", id).expect("acceptance");
}

/// Inequalities 1 and 2. Who pays himself mints more than he burns. Guard: κ + γ ≤ 0.9 of what
/// is burned, frozen with the job. At the bound itself and at every size the ring loses at
/// least a tenth of what it burned.
#[test]
fn washing_loses_at_every_size_even_at_the_highest_rates() {
    for (kappa, q, gamma) in [
        (6_000, 2_500, 3_000),
        (6_000, 10_000, 3_000),
        (9_000, 10_000, 0),
    ] {
        for secs in [60, 3_600, 30 * DAY] {
            let mut suite = Builder {
                escrow: EscrowParams {
                    work_mint_bps: kappa,
                    accepted_bps: q,
                    gate_bps: gamma,
                    ..EscrowParams::defaults(TimeProfile::Main)
                },
                // No base, so that only what the washing itself mints is counted.
                rewards: Params {
                    base_bps: 0,
                    ..Params::defaults()
                },
                ..Builder::default()
            }
            .build();
            let ring = ["mallory", "mallory-op", "mia"];
            for name in ring {
                suite.meet(name);
            }
            let machine = Machine::default().quoting(1).with_bond(BOND);
            let (provider, node) = suite.join_with("mallory", machine);
            suite.pass(DAY);
            suite.claim(provider).expect("a claim");
            let before = fortune(&suite, &ring, provider);
            for _ in 0..5 {
                suite.heartbeat(node).expect("heartbeat");
                wash(&mut suite, 100_000_000, secs);
            }
            suite.pass(2 * DAY);
            let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
            let burned = given.burned.u128();
            let lost = before - fortune(&suite, &ring, provider);
            assert!(burned > 0);
            assert!(
                lost * 10 >= burned,
                "{lost} lost, {burned} burned at {kappa}, {q}, {gamma}"
            );
            let reward = claimable(&suite, provider);
            assert!((reward.work + reward.gated).u128() * 10 <= burned * 9);
        }
    }
}

/// The same ring under two names: Mallory works for Moe, Moe for Mallory.
#[test]
fn washing_in_a_ring_of_providers_loses_as_much() {
    let mut suite = Suite::with_rewards(Params {
        base_bps: 0,
        ..Params::defaults()
    });
    let names = ["mallory", "moe", "mia"];
    for name in names {
        suite.meet(name);
    }
    let supply = |suite: &Suite| -> InvariantResponse { suite.ask_rewards(&Rewards::Invariant {}) };
    let providers = ["mallory", "moe"].map(|name| {
        let machine = Machine::default().quoting(1).with_bond(40_000_000);
        suite.join_with(name, machine).0
    });
    for round in 0..6 {
        for node in suite.all_nodes() {
            suite.heartbeat(node.id).expect("heartbeat");
        }
        let payer = names[round % 2];
        let mut spec = job();
        spec.reserved_secs = 10 * DAY;
        let id = suite
            .submit_in_tokens(payer, spec, 100_000_000)
            .expect("job");
        suite.deliver(id).expect("delivery");
        suite.accept(payer, id).expect("acceptance");
    }
    suite.pass(40 * DAY);
    let mut burned = 0;
    for provider in providers {
        suite.claim(provider).expect("a claim");
        let given: Contribution = suite.ask_escrow(&Escrow::Contribution { provider });
        burned += given.burned.u128();
        assert!((given.work + given.gate).u128() * 10 <= given.burned.u128() * 9);
    }
    // A quarter of κ and all of γ: 45 of 100 that were burned come back at most.
    let granted = supply(&suite).granted.u128();
    assert!(
        0 < granted && granted <= burned * 45 / 100,
        "{granted} of {burned}"
    );
}

/// Guard: a claim counts what was not counted, and nothing else.
#[test]
fn nothing_is_claimed_twice_however_often_somebody_tries() {
    let mut suite = Suite::new();
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (provider, _) = suite.join_with("mallory", machine);
    wash(&mut suite, 100_000_000, 30 * DAY);
    suite.pass(10 * DAY);
    let promised = claimable(&suite, provider);
    let first = suite.claim(provider).expect("a claim");
    assert_eq!(first, promised.instant.u128());
    for _ in 0..3 {
        assert_eq!(suite.claim(provider).expect("a claim"), 0);
    }
    let books: InvariantResponse = suite.ask_rewards(&Rewards::Invariant {});
    assert_eq!(books.granted, promised.granted);
}

/// A mint for whoever asks. Guards: the token's minter is the rewards contract, which has
/// no message that mints to somebody or names another minter.
#[test]
fn nobody_else_mints_and_nobody_names_another_minter() {
    let mut suite = Suite::new();
    suite.meet("mallory");
    let mint = Cw20ExecuteMsg::Mint {
        recipient: Suite::addr("mallory").to_string(),
        amount: Uint128::new(1),
    };
    let usurp = Cw20ExecuteMsg::UpdateMinter {
        new_minter: Some(Suite::addr("mallory").to_string()),
    };
    let token = suite.token.clone();
    for msg in [mint, usurp] {
        for name in ["mallory", "owner", "deployer", "faucet"] {
            let unauthorized = cw20_base::ContractError::Unauthorized {};
            refuses(&mut suite, unauthorized, |suite| {
                let sender = Suite::addr(name);
                suite.app.execute_contract(sender, token.clone(), &msg, &[])
            });
        }
    }
    let minter: MinterResponse = suite
        .app
        .wrap()
        .query_wasm_smart(&token, &cw20::Cw20QueryMsg::Minter {})
        .expect("the token answers");
    assert_eq!(minter.minter, suite.rewards.as_str());
}

/// Guard: owner checks, and a message that names a provider pays the provider.
#[test]
fn strangers_change_nothing_and_claims_pay_the_payout_address() {
    let mut suite = Suite::new();
    let machine = Machine::default().quoting(1).with_bond(BOND);
    let (provider, _) = suite.join_with("alice", machine);
    wash(&mut suite, 100_000_000, 30 * DAY);
    suite.meet("mallory");
    for msg in [
        ExecuteMsg::UpdateParams {
            params: Params::defaults(),
        },
        ExecuteMsg::Slash { provider, bps: 1 },
    ] {
        let not_owner = ContractError::Ownership(OwnershipError::NotOwner);
        refuses(&mut suite, not_owner, |suite| {
            suite.to_rewards("mallory", &msg)
        });
    }
    let payout = Registry::SetPayout {
        payout: Suite::addr("vault").to_string(),
        provider: None,
    };
    suite
        .to_registry("alice", &payout)
        .expect("a payout address");
    suite.pass(4 * DAY);
    let held = |suite: &Suite, name| suite.balance(&Suite::addr(name), 1);
    let before = ["mallory", "alice"].map(|name| held(&suite, name));
    let minted = suite.claim(provider).expect("a claim");
    let claim = ExecuteMsg::Claim { provider };
    suite.to_rewards("mallory", &claim).expect("a claim");
    assert!(minted > 0);
    assert_eq!(held(&suite, "vault"), minted);
    assert_eq!(["mallory", "alice"].map(|name| held(&suite, name)), before);
    refuses(
        &mut suite,
        ContractError::UnknownProvider { provider: 99 },
        |suite| suite.to_rewards("mallory", &ExecuteMsg::Claim { provider: 99 }),
    );
}
