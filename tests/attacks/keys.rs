//! Stolen keys.

use cw_ownable::{Action, OwnershipError};
use surge_escrow::ContractError as EscrowError;
use surge_interface::escrow::{self, ExecuteMsg as Escrow};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::upkeep::UpkeepError;
use surge_interface::{TimeProfile, UncheckedDenom};
use surge_registry::ContractError as RegistryError;
use surge_testing::{job, result_of, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::{with_alice, with_job, PRICE};

/// A stolen hot key reaches for the bond. Guard: `owned` and `ensure_owner`; the operator
/// appears in neither.
#[test]
fn a_hot_key_moves_no_money_and_no_machine() {
    let (mut suite, id) = with_job();
    suite.bond("alice", 1, 0, 5_000).expect("bond");
    let thief = Suite::addr("alice-op");
    let not_owner = || RegistryError::NotAProvider {
        sender: Suite::addr("alice-op"),
    };
    for msg in [
        Registry::Unbond {
            denom: 0,
            amount: 1u128.into(),
        },
        Registry::Leave {},
        Registry::SetPayout {
            payout: thief.to_string(),
            provider: None,
        },
        Registry::UpdateProvider {
            operator: Some(Suite::addr("mallory").to_string()),
            profile_uri: None,
        },
        Registry::AddNode {
            spec: Machine::default().spec,
            bond: 5_000u128.into(),
        },
    ] {
        refuses(&mut suite, not_owner(), |suite| {
            suite.to_registry("alice-op", &msg)
        });
    }
    let cheap = Registry::UpdateNode {
        node: 1,
        capacity: None,
        prices: Some(Machine::default().priced_percent(1).spec.prices),
        bond: None,
        watts: None,
        clean_ppm: None,
    };
    for msg in [cheap, Registry::RemoveNode { node: 1 }] {
        let expected = RegistryError::NotProviderOwner {
            provider: 1,
            sender: thief.clone(),
        };
        refuses(&mut suite, expected, |suite| {
            suite.to_registry("alice-op", &msg)
        });
    }
    // It can deliver rubbish; the money still goes where the owner said.
    suite.deliver(id).expect("rubbish");
    suite.accept("bob", id).expect("acceptance");
    let before = suite.balance(&thief, 0);
    suite.withdraw_provider(1).expect("withdrawal");
    assert_eq!(suite.balance(&thief, 0), before);
}

/// Guard: `ensure_operator` asks the registry for the key of today.
#[test]
fn a_replaced_hot_key_loses_the_running_jobs_at_once() {
    let (mut suite, id) = with_job();
    let replace = Registry::UpdateProvider {
        operator: Some(Suite::addr("fresh").to_string()),
        profile_uri: None,
    };
    suite.to_registry("alice", &replace).expect("a new key");
    let deliver = Escrow::SubmitResult {
        job: id,
        result: result_of("output"),
    };
    let expected = EscrowError::NotOperator {
        job: id,
        sender: Suite::addr("alice-op"),
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_escrow("alice-op", &deliver)
    });
    suite.to_escrow("fresh", &deliver).expect("the new key");
}

/// Guard: `payout_at` and the delay of `set_payout`; a second change starts a wait of its
/// own.
#[test]
fn a_stolen_cold_key_redirects_earnings_only_after_the_delay() {
    let (mut suite, id) = with_job();
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    let set = |name: &str| Registry::SetPayout {
        payout: Suite::addr(name).to_string(),
        provider: None,
    };
    suite.meet("vault");
    suite.to_registry("alice", &set("mallory")).expect("theft");
    suite.pass(3 * 86_400 - 1);
    let earned = PRICE - PRICE * 5 / 100;
    let (mallory, alice) = (Suite::addr("mallory"), Suite::addr("alice"));
    let before = (suite.balance(&mallory, 0), suite.balance(&alice, 0));
    suite.withdraw_provider(1).expect("in time");
    let after = (suite.balance(&mallory, 0), suite.balance(&alice, 0));
    assert_eq!((after.0 - before.0, after.1 - before.1), (0, earned));
    // The owner notices and names another; the thief's never counts.
    suite.to_registry("alice", &set("vault")).expect("rescue");
    suite.pass(86_400);
    let second = suite.provider(1).record;
    assert_eq!(*second.payout_at(suite.now_secs()), alice);
    suite.pass(2 * 86_400);
    let vault = Suite::addr("vault");
    assert_eq!(*second.payout_at(suite.now_secs()), vault);
}

/// Strangers send the owner's messages. Guard: `assert_owner` in each message of the owner.
#[test]
fn nobody_but_the_owner_decides() {
    let (mut suite, _, _) = with_alice();
    let profile = TimeProfile::Main;
    let denom = UncheckedDenom::Native("ujunk".to_owned());
    let known: registry::RegionsResponse = suite.ask_registry(&registry::QueryMsg::Regions {});
    let classes: registry::ClassesResponse = suite.ask_registry(&registry::QueryMsg::Classes {});
    for msg in [
        Registry::UpdateParams {
            params: registry::Params::defaults(profile),
        },
        Registry::SetRegion {
            id: 0,
            region: known.regions[0].clone(),
        },
        Registry::SetClass {
            id: 0,
            class: classes.classes[0].clone(),
        },
        Registry::AddDenom {
            denom: denom.clone(),
        },
        Registry::SetIntake { open: false },
    ] {
        let expected = RegistryError::Ownership(OwnershipError::NotOwner);
        refuses(&mut suite, expected, |suite| {
            suite.to_registry("mallory", &msg)
        });
    }
    for msg in [
        Escrow::UpdateParams {
            params: escrow::Params::defaults(profile),
        },
        Escrow::AddDenom { denom },
        Escrow::SetRoles {
            arbiter: Some(Suite::addr("mallory").to_string()),
            treasury: Some(Suite::addr("mallory").to_string()),
        },
        Escrow::SetIntake { open: false },
    ] {
        let expected = EscrowError::Ownership(OwnershipError::NotOwner);
        refuses(&mut suite, expected, |suite| {
            suite.to_escrow("mallory", &msg)
        });
    }
}

/// An owner mistypes, or hurries, its successor. Guard: two steps; who was offered has to
/// accept.
#[test]
fn ownership_goes_only_to_who_accepts_it() {
    let (mut suite, _, _) = with_alice();
    let offer = Escrow::UpdateOwnership(Action::TransferOwnership {
        new_owner: Suite::addr("heir").to_string(),
        expiry: None,
    });
    suite.to_escrow("owner", &offer).expect("an offer");
    let close = Escrow::SetIntake { open: false };
    let accept = Escrow::UpdateOwnership(Action::AcceptOwnership);
    let not_owner = EscrowError::Ownership(OwnershipError::NotOwner);
    refuses(&mut suite, not_owner, |suite| {
        suite.to_escrow("heir", &close)
    });
    let not_pending = EscrowError::Upkeep(UpkeepError::Ownership(OwnershipError::NotPendingOwner));
    refuses(&mut suite, not_pending, |suite| {
        suite.to_escrow("mallory", &accept)
    });
    suite.to_escrow("heir", &accept).expect("acceptance");
    let not_owner = EscrowError::Ownership(OwnershipError::NotOwner);
    refuses(&mut suite, not_owner, |suite| {
        suite.to_escrow("owner", &close)
    });
    suite.to_escrow("heir", &close).expect("the new owner");
    let renounce = Escrow::UpdateOwnership(Action::RenounceOwnership);
    refuses(
        &mut suite,
        EscrowError::Upkeep(UpkeepError::OwnerNeeded),
        |suite| suite.to_escrow("heir", &renounce),
    );
}

/// architecture.md, rule 10. Guard: intake is asked for by new jobs, providers and nodes
/// alone.
#[test]
fn a_closed_intake_stops_what_is_new_and_nothing_else() {
    let (mut suite, id) = with_job();
    suite
        .to_escrow("owner", &Escrow::SetIntake { open: false })
        .expect("closed");
    suite
        .to_registry("owner", &Registry::SetIntake { open: false })
        .expect("closed");
    let escrow = suite.escrow.clone();
    let order = Escrow::SubmitJob { spec: job() };
    refuses(&mut suite, EscrowError::IntakeClosed, |suite| {
        suite.send("bob", &escrow, &order, 50_000)
    });
    let add = Registry::AddNode {
        spec: Machine::default().spec,
        bond: 10_000u128.into(),
    };
    refuses(&mut suite, RegistryError::IntakeClosed, |suite| {
        suite.to_registry("alice", &add)
    });
    suite.heartbeat(1).expect("heartbeat");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    suite.withdraw_provider(1).expect("withdrawal");
    suite.withdraw_account("bob").expect("withdrawal");
    suite
        .to_registry("alice", &Registry::Leave {})
        .expect("leaves");
    suite.pass(21 * 86_400);
    let withdraw = Registry::WithdrawBond {
        provider: 1,
        denom: 0,
    };
    suite.to_registry("anybody", &withdraw).expect("bond");
}

/// Guard: `owned_once` compares with the record that stays. Rewards of a provider that is
/// gone vest for months: its owner, and nobody else, can still say where they go, also with
/// another registration.
#[test]
fn who_left_still_says_where_its_rewards_go() {
    let (mut suite, provider, node) = with_alice();
    suite
        .to_registry("alice", &Registry::RemoveNode { node })
        .expect("removal");
    suite
        .to_registry("alice", &Registry::Leave {})
        .expect("leaving");
    suite.pass(30 * 86_400);
    for denom in [0, 1] {
        let withdraw = Registry::WithdrawBond { provider, denom };
        suite.to_registry("alice", &withdraw).expect("the bond");
    }
    let gone = suite.provider(provider).record;
    assert_eq!(gone.status, registry::ProviderStatus::Gone);

    suite.meet("vault");
    let set = |of| Registry::SetPayout {
        payout: Suite::addr("vault").to_string(),
        provider: of,
    };
    let sender = Suite::addr("alice");
    refuses(
        &mut suite,
        RegistryError::NotAProvider { sender },
        |suite| suite.to_registry("alice", &set(None)),
    );
    let sender = Suite::addr("mallory");
    refuses(
        &mut suite,
        RegistryError::NotProviderOwner { provider, sender },
        |suite| suite.to_registry("mallory", &set(Some(provider))),
    );
    suite
        .to_registry("alice", &set(Some(provider)))
        .expect("a new payout address");
    suite.pass(3 * 86_400);
    let record = suite.provider(provider).record;
    assert_eq!(*record.payout_at(suite.now_secs()), Suite::addr("vault"));
}
