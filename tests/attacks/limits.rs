//! Too much, too little, and nothing.

use cosmwasm_std::Uint128;
use surge_escrow::ContractError as EscrowError;
use surge_interface::bounds::OutOfBounds;
use surge_interface::escrow::{self, ExecuteMsg as Escrow};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::{TimeProfile, UncheckedDenom, Weights};
use surge_registry::ContractError as RegistryError;
use surge_testing::{job, Machine, Suite};
use surge_tests::refusal::refuses;

use crate::with_alice;

/// Guard: `page::limit`.
#[test]
fn a_page_above_the_cap_is_an_error_and_not_a_cut_list() {
    let (suite, _, _) = with_alice();
    let wrapper = suite.app.wrap();
    let too_many = "a page has at most 100 rows, 101 were asked for";
    let jobs = escrow::QueryMsg::Jobs {
        start_after: None,
        limit: Some(101),
    };
    let answer: Result<escrow::JobsResponse, _> = wrapper.query_wasm_smart(&suite.escrow, &jobs);
    assert!(answer.expect_err("refused").to_string().contains(too_many));
    let pages = [
        registry::QueryMsg::Providers {
            start_after: None,
            limit: Some(101),
        },
        registry::QueryMsg::Nodes {
            provider: None,
            start_after: None,
            limit: Some(101),
        },
    ];
    for page in pages {
        let answer: Result<registry::NodesResponse, _> =
            wrapper.query_wasm_smart(&suite.registry, &page);
        assert!(answer.expect_err("refused").to_string().contains(too_many));
    }
}

type SetEscrow = fn(&mut escrow::Params, u64);
type SetRegistry = fn(&mut registry::Params, u64);

/// Each parameter of the escrow at its bounds and one beyond. Guard: `check_params`, the
/// same at birth and later.
#[test]
fn parameters_of_the_escrow_stay_within_their_bounds() {
    let hour = 3_600;
    let day = 24 * hour;
    let cases: [(&str, u64, u64, SetEscrow); 10] = [
        ("take_bps", 0, 2_000, |p, v| p.take_bps = v as u16),
        ("accept_secs", 120, hour, |p, v| p.accept_secs = v),
        ("review_secs", hour, 7 * day, |p, v| p.review_secs = v),
        ("waiting_secs", 600, 7 * day, |p, v| p.waiting_secs = v),
        ("dispute_secs", day, 14 * day, |p, v| p.dispute_secs = v),
        ("collateral_bps", 10_000, 2_000_000, |p, v| {
            p.collateral_bps = v as u32;
        }),
        ("cancel_bps", 0, 5_000, |p, v| p.cancel_bps = v as u16),
        ("decline_bps", 0, 500, |p, v| p.decline_bps = v as u16),
        ("dispute_bond_bps", 1, 10_000, |p, v| {
            p.dispute_bond_bps = v as u16;
        }),
        ("accepted_bps", 0, 10_000, |p, v| p.accepted_bps = v as u16),
    ];
    let (mut suite, _, _) = with_alice();
    let update = |value: u64, set: SetEscrow| {
        let mut params = escrow::Params::defaults(TimeProfile::Main);
        set(&mut params, value);
        Escrow::UpdateParams { params }
    };
    for (what, min, max, set) in cases {
        for value in [min, max] {
            let msg = update(value, set);
            suite.to_escrow("owner", &msg).expect("within the bounds");
        }
        for value in [min.checked_sub(1), Some(max + 1)].into_iter().flatten() {
            let msg = update(value, set);
            let expected = EscrowError::OutOfBounds(OutOfBounds {
                what,
                value,
                min,
                max,
            });
            refuses(&mut suite, expected, |suite| suite.to_escrow("owner", &msg));
        }
    }
    let mut params = escrow::Params::defaults(TimeProfile::Main);
    params.burn_bps = 5_001;
    let sum = EscrowError::BadSplit { sum: 10_001 };
    refuses(&mut suite, sum, |suite| {
        suite.to_escrow("owner", &Escrow::UpdateParams { params })
    });
}

/// The same for the registry.
#[test]
fn parameters_of_the_registry_stay_within_their_bounds() {
    let day = 86_400;
    let cases: [(&str, u64, u64, SetRegistry); 10] = [
        ("rows_cap", 1, 256, |p, v| p.rows_cap = v as u16),
        ("refused_cap", 1, 256, |p, v| p.refused_cap = v as u16),
        ("time_scale_ms", 1, 3_600_000, |p, v| {
            p.time_scale_ms = v as u32;
        }),
        ("heartbeat_secs", 60, 3_600, |p, v| p.heartbeat_secs = v),
        ("missed_heartbeats", 1, 20, |p, v| {
            p.missed_heartbeats = v as u8;
        }),
        ("unbonding_secs", 21 * day, 90 * day, |p, v| {
            p.unbonding_secs = v;
        }),
        ("payout_delay_secs", day, 30 * day, |p, v| {
            p.payout_delay_secs = v;
        }),
        ("evictions_per_search", 0, 32, |p, v| {
            p.evictions_per_search = v as u8;
        }),
        ("no_show_bps", 0, 5_000, |p, v| p.no_show_bps = v as u16),
        ("tip_bps", 0, 5_000, |p, v| p.tip_bps = v as u16),
    ];
    let (mut suite, _, _) = with_alice();
    let update = |value: u64, set: SetRegistry| {
        let mut params = registry::Params::defaults(TimeProfile::Main);
        set(&mut params, value);
        Registry::UpdateParams { params }
    };
    for (what, min, max, set) in cases {
        for value in [min, max] {
            let msg = update(value, set);
            suite.to_registry("owner", &msg).expect("within the bounds");
        }
        for value in [min.checked_sub(1), Some(max + 1)].into_iter().flatten() {
            let msg = update(value, set);
            let expected = RegistryError::OutOfBounds(OutOfBounds {
                what,
                value,
                min,
                max,
            });
            refuses(&mut suite, expected, |suite| {
                suite.to_registry("owner", &msg)
            });
        }
    }
    let mut params = registry::Params::defaults(TimeProfile::Main);
    params.weights = Weights {
        time: 1,
        ..Weights::DEFAULT
    };
    let sum = params.weights.total();
    refuses(&mut suite, RegistryError::BadWeights { sum }, |suite| {
        suite.to_registry("owner", &Registry::UpdateParams { params })
    });
}

/// With every share at nothing and at its most, all money still goes somewhere.
#[test]
fn with_every_share_at_its_edge_a_job_still_pays_out_whole() {
    for (take, cancel, decline) in [(0, 0, 0), (1, 1, 1), (2_000, 5_000, 500)] {
        let mut suite = Suite::new();
        let mut params = escrow::Params::defaults(TimeProfile::Main);
        (params.take_bps, params.cancel_bps, params.decline_bps) = (take, cancel, decline);
        let msg = Escrow::UpdateParams { params };
        suite.to_escrow("owner", &msg).expect("new terms");
        suite.join_with("alice", Machine::default());
        for id in 1..=3 {
            suite.submit("bob", job(), 50_000).expect("job");
            if id == 1 {
                suite.cancel("bob", id).expect("cancellation");
            } else if id == 2 {
                suite.decline(id).expect("decline");
            } else {
                suite.deliver(id).expect("delivery");
                suite.accept("bob", id).expect("acceptance");
            }
        }
        let books: escrow::InvariantResponse = suite.ask_escrow(&escrow::QueryMsg::Invariant {});
        let row = &books.rows[0];
        assert_eq!(row.jobs, Uint128::zero());
        let owed = row.credits + row.treasury + row.insurance + row.burn;
        assert_eq!(row.balance, owed, "{take}");
        assert_eq!(row.balance.u128(), 150_000);
    }
}

/// Zero, one and the largest number as amounts. Guards: the named errors.
#[test]
fn amounts_of_nothing_and_of_everything_are_refused() {
    let (mut suite, _, _) = with_alice();
    let nothing = Registry::Unbond {
        denom: 0,
        amount: Uint128::zero(),
    };
    refuses(&mut suite, RegistryError::NothingToWithdraw, |suite| {
        suite.to_registry("alice", &nothing)
    });
    let everything = Registry::Unbond {
        denom: 0,
        amount: Uint128::MAX,
    };
    let expected = RegistryError::FreeBondTooLow {
        denom: 0,
        free: Uint128::zero(),
        needed: Uint128::MAX,
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_registry("alice", &everything)
    });
    let add = Registry::AddNode {
        spec: Machine::default().spec,
        bond: Uint128::MAX,
    };
    let expected = RegistryError::FreeBondTooLow {
        denom: 0,
        free: Uint128::zero(),
        needed: Uint128::MAX,
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_registry("alice", &add)
    });
    let escrow = suite.escrow.clone();
    let order = escrow::ReceiveMsg::SubmitJob {
        spec: Box::new(job()),
    };
    refuses(&mut suite, EscrowError::NoDeposit, |suite| {
        suite.send_tokens("bob", &escrow, &order, 0)
    });
    refuses(&mut suite, EscrowError::NoDeposit, |suite| {
        suite.send("bob", &escrow, &Escrow::SubmitJob { spec: job() }, 0)
    });
    let mut empty = job();
    empty.need.milli_cpu = 0;
    let expected = RegistryError::NothingNeeded {
        leading: surge_interface::Kind::MilliCpu,
    };
    refuses(&mut suite, expected, |suite| {
        suite.send("bob", &escrow, &Escrow::SubmitJob { spec: empty }, 50_000)
    });
}

/// Lists that strangers fill have an end. Guards: `MAX_NODES`, `MAX_UNBONDINGS`, the
/// length of a job's texts, `MAX_REPLICAS`.
#[test]
fn lists_that_strangers_fill_have_an_end() {
    let (mut suite, _, _) = with_alice();
    suite.join("mallory", 33 * 10_000);
    let add = Registry::AddNode {
        spec: Machine::default().spec,
        bond: 10_000u128.into(),
    };
    for _ in 0..32 {
        suite.to_registry("mallory", &add).expect("a node");
    }
    let expected = RegistryError::TooMany {
        what: "nodes of a provider",
        max: 32,
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_registry("mallory", &add)
    });
    let unbond = Registry::Unbond {
        denom: 0,
        amount: 1u128.into(),
    };
    for _ in 0..16 {
        suite.to_registry("mallory", &unbond).expect("unbonds");
    }
    let expected = RegistryError::TooMany {
        what: "unbondings on their way",
        max: 16,
    };
    refuses(&mut suite, expected, |suite| {
        suite.to_registry("mallory", &unbond)
    });
    let escrow = suite.escrow.clone();
    let mut long = job();
    long.args = vec![String::new(); 5_000];
    let expected = EscrowError::TooLong {
        what: "the number of bytes of the job's texts",
        len: 5_000 + "file:///program".len(),
        max: 4_096,
    };
    refuses(&mut suite, expected, |suite| {
        suite.send("bob", &escrow, &Escrow::SubmitJob { spec: long }, 50_000)
    });
    let mut everywhere = job();
    everywhere.data.replicas = vec![0; 17];
    let expected = RegistryError::TooMany {
        what: "replicas",
        max: 16,
    };
    refuses(&mut suite, expected, |suite| {
        let msg = Escrow::SubmitJob { spec: everywhere };
        suite.send("bob", &escrow, &msg, 50_000)
    });
}

/// The same twice: a denomination, a market, a key. Guards: `DenomListed`, `MarketTwice`,
/// `AddressTaken`.
#[test]
fn nothing_is_listed_twice() {
    let (mut suite, _, _) = with_alice();
    for id in 0..2 {
        let denom: UncheckedDenom = suite.denom(id);
        let expected = EscrowError::DenomListed {
            denom: denom.clone(),
        };
        let add = Escrow::AddDenom {
            denom: denom.clone(),
        };
        refuses(&mut suite, expected, |suite| suite.to_escrow("owner", &add));
        let expected = RegistryError::DenomListed {
            denom: denom.clone(),
        };
        let add = Registry::AddDenom { denom };
        refuses(&mut suite, expected, |suite| {
            suite.to_registry("owner", &add)
        });
    }
    let classes: registry::ClassesResponse = suite.ask_registry(&registry::QueryMsg::Classes {});
    let mut class = classes.classes[0].clone();
    class.markets.push(class.markets[0].clone());
    let set = Registry::SetClass { id: 0, class };
    let twice = RegistryError::MarketTwice { denom: 0 };
    refuses(&mut suite, twice, |suite| suite.to_registry("owner", &set));
    for (who, operator, taken) in [
        ("alice", "fresh", "alice"),
        ("mallory", "alice-op", "alice-op"),
        ("mallory", "alice", "alice"),
    ] {
        let register = Registry::RegisterProvider {
            operator: Suite::addr(operator).to_string(),
            payout: None,
            profile_uri: String::new(),
        };
        let expected = RegistryError::AddressTaken {
            address: Suite::addr(taken),
            provider: 1,
        };
        refuses(&mut suite, expected, |suite| {
            suite.to_registry(who, &register)
        });
    }
}

/// What a job or its result is known by must be a hash, or two could look like one. Guard:
/// `check_hash`.
#[test]
fn a_hash_is_sixty_four_small_hexadecimal_digits() {
    let (mut suite, _, _) = with_alice();
    let running = suite.submit("bob", job(), 50_000).expect("job");
    let escrow = suite.escrow.clone();
    let good = job().program.sha256;
    for given in [
        String::new(),
        good[1..].to_owned(),
        format!("{good}0"),
        good.to_uppercase(),
        "g".repeat(64),
        "é".repeat(32),
    ] {
        assert_ne!(given, good, "the usual hash has letters");
        let expected = EscrowError::BadHash {
            given: given.clone(),
        };
        let mut spec = job();
        spec.program.sha256 = given.clone();
        refuses(&mut suite, expected, |suite| {
            suite.send("bob", &escrow, &Escrow::SubmitJob { spec }, 50_000)
        });
        let mut result = surge_testing::result_of("output");
        result.sha256 = given.clone();
        let deliver = Escrow::SubmitResult {
            job: running,
            result,
        };
        refuses(&mut suite, EscrowError::BadHash { given }, |suite| {
            suite.to_escrow("alice-op", &deliver)
        });
    }
}

/// Guards: `MAX_DENOMS` of both contracts, so that no walk over denominations grows.
#[test]
fn the_lists_of_denominations_have_an_end() {
    let (mut suite, _, _) = with_alice();
    let denom = |id: usize| UncheckedDenom::Native(format!("ucoin{id}"));
    for id in 2..escrow::MAX_DENOMS {
        let add = Escrow::AddDenom { denom: denom(id) };
        suite.to_escrow("owner", &add).expect("another");
    }
    let max = escrow::MAX_DENOMS;
    let expected = EscrowError::TooLong {
        what: "the list of denominations",
        len: max + 1,
        max,
    };
    let add = Escrow::AddDenom { denom: denom(max) };
    refuses(&mut suite, expected, |suite| suite.to_escrow("owner", &add));
    for id in 2..usize::from(registry::MAX_DENOMS) {
        let add = Registry::AddDenom { denom: denom(id) };
        suite.to_registry("owner", &add).expect("another");
    }
    let max = usize::from(registry::MAX_DENOMS);
    let expected = RegistryError::TooMany {
        what: "denominations",
        max,
    };
    let add = Registry::AddDenom { denom: denom(max) };
    refuses(&mut suite, expected, |suite| {
        suite.to_registry("owner", &add)
    });
}

/// Guards: the places that an order and a node name exist, and one of them is allowed.
#[test]
fn orders_and_nodes_name_places_that_there_are() {
    let (mut suite, _, _) = with_alice();
    let regions: registry::RegionsResponse = suite.ask_registry(&registry::QueryMsg::Regions {});
    let count = regions.regions.len();
    let region = u8::try_from(count).expect("few regions");
    let unknown = || RegistryError::UnknownRegion { region, count };
    let mut far = job();
    far.data.replicas = vec![0, region];
    let mut nowhere = job();
    nowhere.regions = vec![0, region];
    let mut lawless = job();
    lawless.jurisdictions = vec!["XX".to_owned()];
    let escrow = suite.escrow.clone();
    for (spec, expected) in [
        (far, unknown()),
        (nowhere, unknown()),
        (lawless, RegistryError::NoRegionAllowed),
    ] {
        refuses(&mut suite, expected, |suite| {
            suite.send("bob", &escrow, &Escrow::SubmitJob { spec }, 50_000)
        });
    }
    let mut spec = Machine::default().spec;
    spec.region = region;
    let add = Registry::AddNode {
        spec,
        bond: 10_000u128.into(),
    };
    refuses(&mut suite, unknown(), |suite| {
        suite.to_registry("alice", &add)
    });
}
