//! Random histories of a DAO whose members stake: whatever happens in whatever order, the
//! money is there and the sums are right, at every height.

use std::collections::BTreeMap;

use cosmwasm_std::{Order, Uint128};
use proptest::prelude::*;
use surge_interface::dao::*;
use surge_interface::UncheckedDenom;

use super::world::*;
use crate::state::{BALLOTS, DEPOSITS, MEMBERS, UNSTAKINGS, WEIGHTS};

const WHO: [&str; 4] = ["ada", "ben", "cyd", "mal"];
const CHOICES: [Choice; 5] = [
    Choice::Yes,
    Choice::Yes,
    Choice::Yes,
    Choice::No,
    Choice::Abstain,
];

#[derive(Clone, Debug)]
enum Step {
    Stake(usize, u128),
    Unstake(usize, u128),
    Release(u32),
    Activate(u32),
    /// What a proposal spends; nothing for an opinion.
    Propose(usize, u128),
    // Proposals are counted back from the newest.
    Vote(usize, u64, usize),
    Poke(u64),
    Execute(u64),
    Withdraw(usize, u64),
    Refund(u64),
    Gift(u128),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..WHO.len();
    let proposal = 0..3u64;
    prop_oneof![
        2 => (who.clone(), 1..500u128).prop_map(|(who, amount)| Step::Stake(who, amount)),
        1 => (who.clone(), 1..200u128).prop_map(|(who, amount)| Step::Unstake(who, amount)),
        2 => (1..5u32).prop_map(Step::Release),
        2 => (1..5u32).prop_map(Step::Activate),
        2 => (who.clone(), 0..60u128).prop_map(|(who, spends)| Step::Propose(who, spends)),
        14 => (who.clone(), proposal.clone(), 0..5usize)
            .prop_map(|(who, proposal, choice)| Step::Vote(who, proposal, choice)),
        5 => proposal.clone().prop_map(Step::Poke),
        7 => proposal.clone().prop_map(Step::Execute),
        2 => (who, proposal.clone()).prop_map(|(who, proposal)| Step::Withdraw(who, proposal)),
        2 => proposal.prop_map(Step::Refund),
        1 => (1..60u128).prop_map(Step::Gift),
        5 => (1..12u64).prop_map(Step::Pass),
        1 => (12..80u64).prop_map(Step::Pass),
    ]
}

fn world() -> World {
    let mut world = World::with(|token| {
        let mut msg = birth();
        let mut policy = plain();
        policy.deposit = Uint128::new(7);
        (policy.voting_secs, policy.settle_secs) = (40, 4);
        (policy.timelock_secs, policy.grace_secs) = (5, 60);
        msg.policies = all(&policy);
        msg.electorate = Electorate::Staked {
            token: token.to_string(),
            unstaking_secs: 160,
        };
        msg.settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
        msg.settings.min_age_secs = 3;
        msg
    });
    for who in &WHO[..3] {
        world.stake(who, 200).unwrap();
    }
    world.pass(3);
    for member in 1..4 {
        world.tell("mal", &ExecuteMsg::Activate { member }).unwrap();
    }
    world.pass(1);
    world
}

/// Whether it was done; a refusal must leave no trace, which the sums below show.
fn act(world: &mut World, step: &Step) -> bool {
    let newest = world.ask::<ConfigResponse>(&QueryMsg::Config {}).proposals;
    let of = |back: u64| newest.saturating_sub(back);
    match *step {
        Step::Stake(who, amount) => world.stake(WHO[who], amount).is_ok(),
        Step::Unstake(who, amount) => {
            let amount = Uint128::new(amount);
            world
                .tell(WHO[who], &ExecuteMsg::Unstake { amount })
                .is_ok()
        }
        Step::Release(member) => {
            let msg = ExecuteMsg::ReleaseStake { member };
            world.tell("mal", &msg).is_ok()
        }
        Step::Activate(member) => world.tell("mal", &ExecuteMsg::Activate { member }).is_ok(),
        Step::Propose(who, spends) => {
            let spend = Action::Send {
                to: addr("zoe").to_string(),
                denom: UncheckedDenom::Cw20(world.token.to_string()),
                amount: Uint128::new(spends),
            };
            let actions = if spends == 0 { vec![] } else { vec![spend] };
            let draft = Box::new(draft(actions));
            let msg = ReceiveMsg::Propose { draft };
            world.send_token(WHO[who], 7, &msg).is_ok()
        }
        Step::Vote(who, proposal, choice) => world
            .try_vote(WHO[who], of(proposal), CHOICES[choice])
            .is_ok(),
        Step::Poke(proposal) => world.poke(of(proposal)).is_ok(),
        Step::Execute(proposal) => world.execute(of(proposal)).is_ok(),
        Step::Withdraw(who, proposal) => {
            let proposal = of(proposal);
            let msg = ExecuteMsg::Withdraw { proposal };
            world.tell(WHO[who], &msg).is_ok()
        }
        Step::Refund(proposal) => {
            let proposal = of(proposal);
            world.tell("mal", &ExecuteMsg::Refund { proposal }).is_ok()
        }
        Step::Gift(amount) => {
            world.give_token(amount);
            true
        }
        Step::Pass(secs) => {
            world.pass(secs);
            true
        }
    }
}

/// DAO-1 to DAO-4, DAO-8 and DAO-9, from the records themselves.
fn check(world: &World, over: &mut BTreeMap<u64, Status>) {
    let storage = world.app.contract_storage(&world.dao);
    let (mut weight, mut members, mut stakes) = (0, 0, 0);
    for row in MEMBERS.range(&*storage, None, None, Order::Ascending) {
        let (id, member) = row.unwrap();
        let counts = WEIGHTS.may_load(&*storage, id).unwrap().unwrap_or_default();
        weight += counts.u128();
        members += u32::from(!counts.is_zero());
        let leaving = UNSTAKINGS
            .may_load(&*storage, id)
            .unwrap()
            .unwrap_or_default();
        assert!(leaving.len() <= MAX_UNSTAKINGS);
        let leaving: u128 = leaving.iter().map(|row| row.amount.u128()).sum();
        stakes += counts.u128() + member.pending.u128() + leaving;
    }
    let total = world.total();
    assert_eq!((total.weight.u128(), total.members), (weight, members));

    let deposits = DEPOSITS.range(&*storage, None, None, Order::Ascending);
    let deposits: u128 = deposits.map(|row| row.unwrap().1.amount.u128()).sum();
    let money: InvariantResponse = world.ask(&QueryMsg::Invariant {});
    assert!(money.holds, "{money:?}");
    let owed = |row: &DaoMoney| (row.deposits.u128(), row.stakes.u128());
    let owed = money.rows.first().map_or((0, 0), owed);
    assert_eq!(owed, (deposits, stakes));

    let list: ProposalsResponse = world.ask(&QueryMsg::Proposals {
        start_before: None,
        limit: None,
    });
    let mut live = BTreeMap::new();
    for proposal in list.proposals {
        let at_height: TotalResponse = world.ask(&QueryMsg::Total {
            height: Some(proposal.height),
        });
        assert_eq!(at_height.weight, proposal.total);
        let mut tallies = [0u128; 3];
        let mut voters = 0;
        let ballots = BALLOTS
            .prefix(proposal.id)
            .range(&*storage, None, None, Order::Ascending);
        for row in ballots {
            let (member, code) = row.unwrap();
            let weight = WEIGHTS
                .may_load_at_height(&*storage, member, proposal.height)
                .unwrap()
                .unwrap_or_default();
            tallies[usize::from(code) - 1] += weight.u128();
            voters += 1;
        }
        let told = [proposal.yes, proposal.no, proposal.abstain].map(|tally| tally.u128());
        assert_eq!(told, tallies);
        assert_eq!(proposal.voters, voters);
        assert!(tallies.iter().sum::<u128>() <= proposal.total.u128());
        if proposal.status.is_final() {
            let first = *over.entry(proposal.id).or_insert(proposal.status);
            assert_eq!(first, proposal.status, "what is over stays as it is");
        } else {
            assert!(!over.contains_key(&proposal.id));
            *live.entry(proposal.proposer).or_insert(0) += 1;
        }
    }
    assert!(live.values().all(|live| *live <= MAX_LIVE), "{live:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_sums_are_right_whatever_happens(steps in proptest::collection::vec(step(), 1..120)) {
        let mut world = world();
        let mut over = BTreeMap::new();
        for step in steps {
            act(&mut world, &step);
            check(&world, &mut over);
        }
        // In the end everybody gets everything back.
        for who in WHO {
            let address = addr(who).to_string();
            let msg = QueryMsg::MemberOf { address, height: None };
            let Some(member) = world.ask::<Option<DaoMember>>(&msg) else {
                continue;
            };
            world.pass(200);
            let _ = world.tell("mal", &ExecuteMsg::ReleaseStake { member: member.id });
            let amount = member.weight + member.pending;
            if !amount.is_zero() {
                world.tell(who, &ExecuteMsg::Unstake { amount }).unwrap();
                world.pass(160);
                world.tell("mal", &ExecuteMsg::ReleaseStake { member: member.id }).unwrap();
            }
        }
        world.pass(1_000);
        let proposals = world.ask::<ConfigResponse>(&QueryMsg::Config {}).proposals;
        for proposal in 1..=proposals {
            prop_assert!(world.status(proposal).is_final());
            let _ = world.tell("mal", &ExecuteMsg::Refund { proposal });
        }
        let money: InvariantResponse = world.ask(&QueryMsg::Invariant {});
        for row in money.rows {
            prop_assert_eq!((row.deposits.u128(), row.stakes.u128()), (0, 0));
        }
    }
}

/// The histories reach what they are about.
#[test]
fn most_kinds_of_steps_succeed_somewhere() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec(step(), 300);
    let mut done: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..60 {
        let mut world = world();
        for step in strategy.new_tree(&mut runner).unwrap().current() {
            let name = format!("{step:?}");
            let name = name.split('(').next().unwrap_or_default().to_owned();
            let count = done.entry(name).or_default();
            *count += u32::from(act(&mut world, &step));
        }
        let list: ProposalsResponse = world.ask(&QueryMsg::Proposals {
            start_before: None,
            limit: None,
        });
        for proposal in list.proposals {
            *done.entry(proposal.status.name().to_owned()).or_default() += 1;
        }
    }
    for status in ["executed", "rejected", "expired", "withdrawn"] {
        assert!(done.contains_key(status), "{done:?}");
    }
    for rare in ["failed", "open", "settling", "passed", "queued", "ready"] {
        done.remove(rare); // where a history happened to stop
    }
    assert_eq!(done.len(), 12 + 4);
    assert!(done.values().all(|count| *count >= 20), "{done:?}");
}
