//! Weights that are stale: of members who came, went or moved their stake, and of scores that
//! a vote changed under an index that was sorted before.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use cw_multi_test::Executor;
use surge_dao::ContractError;
use surge_interface::dao::{
    Action, Choice, DaoMember, Electorate, ExecuteMsg, InstantiateMsg, Policies, ProposalSummary,
    QueryMsg, ReceiveMsg, Settings, Status,
};
use surge_interface::registry::{
    self, Data, ExecuteMsg as Registry, Order, QueryMsg as AskRegistry, SimulationResponse,
};
use surge_interface::{Explanation, Resources, TimeProfile, Weights};
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::refusal::assert_refused;

const DAY: u64 = 86_400;
/// As long as the longest voting, settling and timelock together, and a day.
const UNSTAKING: u64 = 12 * DAY;

fn network() -> Suite {
    let mut suite = Builder {
        founders: vec!["ada", "ben", "cyd"],
        ..Builder::default()
    }
    .build();
    for name in ["ada", "ben", "cyd", "dan"] {
        suite.meet(name);
    }
    suite
}

fn id_of(suite: &Suite, name: &str) -> u32 {
    let address = Suite::addr(name).to_string();
    let member: DaoMember = suite.ask_dao(&QueryMsg::MemberOf {
        address,
        height: None,
    });
    member.id
}

fn no_weight(suite: &Suite, name: &str, proposal: &ProposalSummary) -> ContractError {
    ContractError::NoWeight {
        member: id_of(suite, name),
        height: proposal.height,
    }
}

/// What all ballots come to, and what they could come to at most.
fn tally(suite: &Suite, proposal: u64) -> (u128, u128) {
    let found = suite.proposal(proposal);
    let cast = found.yes + found.no + found.abstain;
    (cast.u128(), found.total.u128())
}

/// Who joins during a vote has no say in it, and who goes keeps the one it had. Guard: the
/// weights of a proposal are those at the start of its block.
#[test]
fn members_who_come_and_go_after_a_proposal_opened_do_not_change_its_electorate() {
    let mut suite = network();
    let join = Action::AddMember {
        address: Suite::addr("dan").to_string(),
    };
    let opinion = suite.propose("ada", vec![]).expect("a proposal");
    let opened = suite.proposal(opinion);
    assert_eq!(opened.total, Uint128::new(3));
    suite
        .vote("cyd", opinion, Choice::No)
        .expect("a vote of a member");
    // Dan's admission passes within the three days in which that vote runs.
    let admission = suite
        .decide(&["ada", "ben", "cyd"], vec![join])
        .expect("a decision");
    assert_eq!(suite.status(admission), Status::Executed);
    suite
        .to_dao("ben", &ExecuteMsg::Leave {})
        .expect("ben leaves");
    suite.pass(60);
    assert_eq!(suite.status(opinion), Status::Open);

    let refused = no_weight(&suite, "dan", &opened);
    assert_refused(suite.vote("dan", opinion, Choice::Yes), refused);
    assert_eq!(tally(&suite, opinion), (1, 3));
    suite
        .vote("ben", opinion, Choice::Yes)
        .expect("he was one then");
    suite.vote("ada", opinion, Choice::Yes).expect("a vote");
    assert_eq!(tally(&suite, opinion), (3, 3));

    // In the next one it is the other way round.
    let next = suite.propose("dan", vec![]).expect("a proposal");
    let refused = no_weight(&suite, "ben", &suite.proposal(next));
    assert_refused(suite.vote("ben", next, Choice::Yes), refused);
    suite.vote("dan", next, Choice::Yes).expect("a vote");
    assert_eq!(tally(&suite, next), (1, 3));
}

/// A DAO of stakers in place of the network's; 300 of the token are staked in it.
fn stakers() -> Suite {
    let mut suite = network();
    let code_id = suite
        .app
        .wrap()
        .query_wasm_contract_info(suite.owner())
        .expect("a contract")
        .code_id;
    let birth = InstantiateMsg {
        name: "The stakers".to_owned(),
        uri: String::new(),
        profile: TimeProfile::Main,
        electorate: Electorate::Staked {
            token: suite.token.to_string(),
            unstaking_secs: UNSTAKING,
        },
        settings: Settings {
            min_age_secs: 0,
            deposit_denom: suite.denom(0),
            forfeit_bps: 0,
        },
        policies: Policies::defaults(TimeProfile::Main),
        rows: vec![],
    };
    let deployer = Suite::addr("deployer");
    let dao = suite
        .app
        .instantiate_contract(code_id, deployer, &birth, &[], "stakers", None);
    suite.dao = Some(dao.expect("a DAO"));
    for name in ["ada", "ben", "cyd"] {
        stake(&mut suite, name, 100);
    }
    suite
}

fn stake(suite: &mut Suite, name: &str, amount: u128) {
    let dao = suite.owner();
    let staked = suite.send_tokens(name, &dao, &ReceiveMsg::Stake {}, amount);
    staked.expect("a stake");
}

fn unstake(suite: &mut Suite, name: &str, amount: u128) {
    let amount = Uint128::new(amount);
    let unstaked = suite.to_dao(name, &ExecuteMsg::Unstake { amount });
    unstaked.expect("a withdrawal");
}

/// Mallory stakes, votes, withdraws and stakes the same tokens under another name. Guards:
/// weights are read at the start of the proposal's block, and what leaves waits for longer
/// than any vote that it counted in.
#[test]
fn the_same_stake_does_not_vote_twice_under_two_names() {
    let mut suite = stakers();
    stake(&mut suite, "mallory", 600);
    suite.pass(5);
    let proposal = suite.propose("ada", vec![]).expect("a proposal");
    assert_eq!(suite.proposal(proposal).total, Uint128::new(900));

    // She goes first and votes then: her weight is that of the block, counted once.
    unstake(&mut suite, "mallory", 600);
    suite.pass(60);
    suite
        .vote("mallory", proposal, Choice::Yes)
        .expect("her weight at the height");
    assert_eq!(tally(&suite, proposal), (600, 900));
    suite
        .vote("mallory", proposal, Choice::No)
        .expect("she changes her mind");
    assert_eq!(tally(&suite, proposal), (600, 900));

    // The tokens themselves stay until nothing that they voted for is open.
    let member = id_of(&suite, "mallory");
    let release = ExecuteMsg::ReleaseStake { member };
    suite.pass(3 * DAY);
    assert_refused(
        suite.to_dao("moe", &release),
        ContractError::NothingToRelease { member },
    );
    assert!(suite.status(proposal).is_final(), "the voting is over");
    suite.pass(UNSTAKING);
    suite.to_dao("moe", &release).expect("her stake comes back");

    // Whoever has them next has a say in what is opened then.
    let next = suite.propose("ada", vec![]).expect("a proposal");
    assert_eq!(suite.proposal(next).total, Uint128::new(300));
    let refused = no_weight(&suite, "mallory", &suite.proposal(next));
    assert_refused(suite.vote("mallory", next, Choice::Yes), refused);
}

/// Tokens that come with or after the proposal. Guard: the *start* of the block, so that
/// nothing borrowed for a block counts.
#[test]
fn a_stake_of_the_same_block_or_later_does_not_vote() {
    let mut suite = stakers();
    suite.pass(5);
    stake(&mut suite, "mallory", 10_000);
    let proposal = suite.propose("ada", vec![]).expect("the same block");
    assert_eq!(suite.proposal(proposal).total, Uint128::new(300));
    let refused = no_weight(&suite, "mallory", &suite.proposal(proposal));
    assert_refused(suite.vote("mallory", proposal, Choice::Yes), refused);
    let member = id_of(&suite, "mallory");
    let height = suite.app.block_info().height;
    let error = suite.propose("mallory", vec![]).expect_err("no weight yet");
    assert_eq!(
        error.downcast_ref::<ContractError>(),
        Some(&ContractError::NoWeight { member, height })
    );
    // More of it does not make an old stake count more either.
    suite.pass(60);
    stake(&mut suite, "ben", 5_000);
    suite.pass(60);
    suite.vote("ben", proposal, Choice::Yes).expect("a vote");
    assert_eq!(tally(&suite, proposal), (100, 300));
    let refused = no_weight(&suite, "mallory", &suite.proposal(proposal));
    assert_refused(suite.vote("mallory", proposal, Choice::Yes), refused);
}

/// A fleet with something for every taste: near, cheap, clean, rich.
fn fleet() -> Suite {
    let mut suite = Suite::new();
    for place in 0..48u64 {
        let mut machine = Machine::default()
            .in_region((place % 7) as u8)
            .priced_percent(60 + place * 37 % 120)
            .with_bond(12_000 + u128::from(place * 7_919 % 150_000));
        machine.spec.clean_ppm = (place * 211_111 % 1_000_001) as u32;
        machine.spec.bandwidth_tier = (place % 4) as u8;
        suite.join_with(&format!("p{place}"), machine);
    }
    suite
}

fn order(suite: &Suite, data: &Data, pinned: Option<u32>) -> Order {
    Order {
        requester: Suite::addr("bob").to_string(),
        class: 0,
        denom: suite.denom(0),
        need: Resources::from_array([2_000, 2_048, 0, 1, 0]),
        reserved_secs: 600,
        max_price: Uint128::new(50_000),
        data: data.clone(),
        weights: None,
        regions: vec![],
        jurisdictions: vec![],
        pinned,
        collateral_bps: 10_000,
    }
}

fn simulated(suite: &Suite, order: Order) -> Option<Explanation> {
    match suite.ask_registry(&AskRegistry::SimulateMatch { order }) {
        SimulationResponse::Match(why) => Some(why),
        SimulationResponse::Nobody { .. } => None,
    }
}

/// Every key of the registry's store with its value.
fn store(suite: &Suite) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let records = suite.app.dump_wasm_raw(&suite.registry);
    records.into_iter().collect()
}

fn reweigh(suite: &mut Suite, weights: Weights) {
    let before = store(suite);
    let params = registry::Params {
        weights,
        ..registry::Params::defaults(TimeProfile::Main)
    };
    suite
        .to_registry("owner", &Registry::UpdateParams { params })
        .expect("other weights");
    // No row and no word of the index is written: the record of the parameters changes, and
    // the number of the last event.
    let after = store(suite);
    let changed: Vec<&[u8]> = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, _)| key.as_slice())
        .collect();
    assert_eq!(changed, [b"params".as_slice(), b"seq"]);
    assert_eq!(before.len(), after.len());
}

/// New weights over an index that was sorted under others. Guard: keys hold buckets and
/// bounds that no weight is part of, and the search computes its bounds from the weights of
/// the day: its pick is the best of a scan of all nodes, one by one, and it proves so.
#[test]
fn other_weights_find_the_best_in_an_index_that_was_sorted_before() {
    let mut suite = fleet();
    let mut best = vec![];
    for [time, load, price, reputation, green] in [
        [1_000_000, 0, 0, 0, 0],
        [0, 1_000_000, 0, 0, 0],
        [0, 0, 1_000_000, 0, 0],
        [0, 0, 0, 0, 1_000_000],
        [400_000, 0, 100_000, 0, 500_000],
        [0, 700_000, 300_000, 0, 0],
        [250_000, 150_000, 400_000, 200_000, 0],
    ] {
        let weights = Weights {
            time,
            load,
            price,
            reputation,
            green,
        };
        reweigh(&mut suite, weights);
        for replicas in [vec![], vec![3], vec![5, 0]] {
            let data = Data {
                size_mib: if replicas.is_empty() { 0 } else { 500 },
                replicas,
            };
            let found = simulated(&suite, order(&suite, &data, None)).expect("a node");
            assert_eq!(found.weights, weights);
            let scores = (1..=48u32).filter_map(|node| {
                let one = simulated(&suite, order(&suite, &data, Some(node)))?;
                Some((node, one.pick.score))
            });
            let scores: BTreeMap<u32, _> = scores.collect();
            let most = scores.values().max().expect("somebody fits");
            assert_eq!(found.best_score, *most, "{weights:?} {data:?}");
            assert!(found.exact, "and proves it: {weights:?} {data:?}");
            assert_eq!(found.gap_ppm, 0);
            // Who gets the job is among the best, by what the scan says of it.
            let score = scores[&found.pick.node];
            assert_eq!(found.pick.score, score);
            assert!(score.u64() * 100 >= most.u64() * 99);
            best.push(found.pick.node);
        }
    }
    best.sort_unstable();
    best.dedup();
    assert!(best.len() > 5, "weights make a difference: {best:?}");
}

/// A job runs while the weights change. Guard: the explanation is stored with the
/// assignment, weights and parts included.
#[test]
fn a_running_job_keeps_the_explanation_that_it_was_assigned_with() {
    let mut suite = fleet();
    let id = suite.submit("bob", job(), 50_000).expect("a job");
    let before = suite.explain(id);
    assert_eq!(before.weights, Weights::DEFAULT);
    let only_green = Weights {
        time: 0,
        load: 0,
        price: 0,
        reputation: 0,
        green: 1_000_000,
    };
    reweigh(&mut suite, only_green);
    assert_eq!(suite.explain(id), before);
    let next = suite.submit("bob", job(), 50_000).expect("a job");
    assert_eq!(suite.explain(next).weights, only_green);
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    assert_eq!(suite.explain(id), before, "and after its end");
}
