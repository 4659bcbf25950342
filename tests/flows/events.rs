//! What an indexer sees.

use cw_multi_test::AppResponse;
use cw_ownable::Action;
use surge_interface::dao::{
    Action as Act, Choice, Class, ConfigResponse, Draft, ExecuteMsg as Dao, Policies,
    QueryMsg as AskDao,
};
use surge_interface::escrow::{ExecuteMsg as Escrow, Purse};
use surge_interface::events::{all, dao, escrow, registry, rewards};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::rewards::ExecuteMsg as Rewards;
use surge_testing::{job, Builder, Machine, Suite};
use surge_tests::events::{typed, Typed};

/// Everything that a story and a dispute emit.
fn story() -> Vec<Typed> {
    let mut suite = Suite::new();
    let mut seen = vec![];
    let mut note = |suite: &Suite, response: anyhow::Result<AppResponse>| {
        seen.extend(typed(suite, &response.expect("it happens")));
    };
    for (provider, name) in (1..).zip(["alice", "carol"]) {
        let register = Registry::RegisterProvider {
            operator: Suite::addr(&format!("{name}-op")).to_string(),
            payout: None,
            profile_uri: String::new(),
        };
        let response = suite.to_registry(name, &register);
        note(&suite, response);
        let response = suite.bond("anybody", provider, 0, 200_000);
        note(&suite, response);
        let add = Registry::AddNode {
            spec: Machine::default().spec,
            bond: 100_000u128.into(),
        };
        let response = suite.to_registry(name, &add);
        note(&suite, response);
    }
    for node in [1, 2] {
        let response = suite.heartbeat(node);
        note(&suite, response);
    }
    let order = Escrow::SubmitJob { spec: job() };
    let escrow = suite.escrow.clone();
    for id in 1..=3 {
        let response = suite.send("bob", &escrow, &order, 50_000);
        note(&suite, response);
        if id == 1 {
            let response = suite.decline(1);
            note(&suite, response);
        }
        if id < 3 {
            let response = suite.deliver(id);
            note(&suite, response);
        }
    }
    let response = suite.vacate(1);
    note(&suite, response);
    let response = suite.accept("bob", 1);
    note(&suite, response);
    let bond = suite.job(2).price.u128().div_ceil(10);
    let response = suite.dispute("bob", 2, bond);
    note(&suite, response);
    let response = suite.rule(2, 10_000);
    note(&suite, response);
    suite.pass(2_000);
    let response = suite.expire("anybody", 3);
    note(&suite, response);
    let response = suite.withdraw_provider(1);
    note(&suite, response);
    let response = suite.withdraw_account("bob");
    note(&suite, response);
    let response = suite.flush(0, Purse::Treasury);
    note(&suite, response);
    let response = suite.flush(0, Purse::Insurance);
    note(&suite, response);
    let evict = Registry::Evict { nodes: vec![1, 2] };
    let response = suite.to_registry("mallory", &evict);
    note(&suite, response);
    let response = suite.to_registry("alice", &Registry::Leave {});
    note(&suite, response);
    let offer = || Action::TransferOwnership {
        new_owner: Suite::addr("heir").to_string(),
        expiry: None,
    };
    for (who, action) in [("owner", offer()), ("heir", Action::AcceptOwnership)] {
        let response = suite.to_registry(who, &Registry::UpdateOwnership(action.clone()));
        note(&suite, response);
        let response = suite.to_escrow(who, &Escrow::UpdateOwnership(action));
        note(&suite, response);
    }
    seen
}

const FOUNDERS: [&str; 3] = ["ada", "ben", "cyd"];

/// A network of members, and all that it emitted since its birth.
struct Network {
    suite: Suite,
    seen: Vec<Typed>,
}

impl Network {
    fn note(&mut self, response: anyhow::Result<AppResponse>) {
        let response = response.expect("it happens");
        self.seen.extend(typed(&self.suite, &response));
    }

    fn tell(&mut self, who: &str, msg: Dao) {
        let response = self.suite.to_dao(who, &msg);
        self.note(response);
    }

    /// Ada puts up a hundred for a proposal. Answers its number.
    fn propose(&mut self, actions: Vec<Act>) -> u64 {
        let draft = Draft {
            title: "A proposal".to_owned(),
            text: "Because.".to_owned(),
            actions,
            gas: 5_000_000,
        };
        let dao = self.suite.owner();
        let response = self.suite.send("ada", &dao, &Dao::Propose { draft }, 100);
        self.note(response);
        self.seen.last().expect("an event").number("proposal") as u64
    }

    /// All founders want it, and somebody carries it out.
    fn decide(&mut self, actions: Vec<Act>) -> u64 {
        let proposal = self.propose(actions);
        for name in FOUNDERS {
            let (choice, reason) = (Choice::Yes, None);
            let vote = Dao::Vote {
                proposal,
                choice,
                reason,
            };
            self.tell(name, vote);
        }
        let wait = |suite: &mut Suite, until: u64| suite.pass(until - suite.now_secs());
        let ends = self.suite.proposal(proposal).closes_secs;
        wait(&mut self.suite, ends);
        self.tell("anybody", Dao::Poke { proposal });
        let ready = self.suite.proposal(proposal).ready_secs;
        wait(&mut self.suite, ready.expect("queued"));
        self.tell("anybody", Dao::Execute { proposal });
        proposal
    }
}

/// Everything that members, and the rewards that they own, emit; with the number of the
/// last event of the DAO's birth, which nobody has seen.
fn decisions() -> (Vec<Typed>, u128) {
    let mut builder = Builder {
        founders: FOUNDERS.to_vec(),
        ..Builder::default()
    };
    for policy in [
        &mut builder.policies.text,
        &mut builder.policies.spend,
        &mut builder.policies.params,
        &mut builder.policies.membership,
        &mut builder.policies.any,
    ] {
        policy.deposit = 100u128.into();
    }
    let suite = builder.build();
    let born: ConfigResponse = suite.ask_dao(&AskDao::Config {});
    let mut network = Network {
        suite,
        seen: vec![],
    };
    let machine = Machine::default().quoting(1).with_bond(100_000_000_000);
    network.suite.join_with("alice", machine);
    let mut spec = job();
    spec.reserved_secs = 30 * 86_400;
    let id = network.suite.submit_in_tokens("bob", spec, 100_000_000);
    network.suite.deliver(id.expect("a job")).expect("delivery");
    network.suite.accept("bob", 1).expect("acceptance");
    network.suite.pass(86_400);
    for msg in [Rewards::Turn {}, Rewards::Claim { provider: 1 }] {
        let response = network.suite.to_rewards("anybody", &msg);
        network.note(response);
    }

    let taken_back = network.propose(vec![]);
    network.tell(
        "ada",
        Dao::Withdraw {
            proposal: taken_back,
        },
    );
    network.tell(
        "anybody",
        Dao::Refund {
            proposal: taken_back,
        },
    );
    let slash = Rewards::Slash {
        provider: 1,
        bps: 5_000,
    };
    let params = surge_interface::rewards::Params {
        instant_bps: 1_000,
        ..surge_interface::rewards::Params::defaults()
    };
    let offer = Action::TransferOwnership {
        new_owner: Suite::addr("heir").to_string(),
        expiry: None,
    };
    let rewards = network.suite.rewards.clone();
    let any = network.suite.ask_dao::<Policies>(&AskDao::Policies {}).any;
    let done = network.decide(vec![
        Suite::action(&rewards, &slash),
        Suite::action(&rewards, &Rewards::UpdateParams { params }),
        Suite::action(&rewards, &Rewards::UpdateOwnership(offer)),
        Act::AddMember {
            address: Suite::addr("dan").to_string(),
        },
        Act::SetPolicy {
            class: Class::Spend,
            policy: any,
        },
    ]);
    network.tell("anybody", Dao::Refund { proposal: done });
    // More than there is.
    network.decide(vec![Suite::gift("grace", 1_000_000)]);
    (network.seen, born.seq.into())
}

#[test]
fn every_contract_numbers_its_events_without_a_gap() {
    let story = story();
    let (decisions, born) = decisions();
    for (contract, events, before, least) in [
        ("registry", &story, 0, 10),
        ("escrow", &story, 0, 10),
        ("rewards", &decisions, 0, 4),
        ("dao", &decisions, born, 15),
    ] {
        let own = events.iter().filter(|event| event.contract == contract);
        let numbers: Vec<u128> = own.map(|event| event.number("seq")).collect();
        let last = before + numbers.len() as u128;
        let expected: Vec<u128> = (before + 1..=last).collect();
        assert_eq!(numbers, expected, "{contract}");
        assert!(numbers.len() > least, "{contract}");
    }
    // A founder's coming is two events.
    assert_eq!(born, 2 * FOUNDERS.len() as u128);
}

#[test]
fn events_are_the_documented_ones_with_all_their_attributes_and_none_is_empty() {
    let mut story = story();
    story.extend(decisions().0);
    for event in &story {
        let doc = event.documentation();
        let doc = doc.unwrap_or_else(|| panic!("not documented: {event:?}"));
        let names: Vec<&str> = event.attributes.iter().map(|(key, _)| &**key).collect();
        let expected: Vec<&str> = ["seq"]
            .into_iter()
            .chain(doc.attributes.iter().map(|(key, _)| *key))
            .collect();
        assert_eq!(names, expected, "{}", doc.name);
        for (key, value) in &event.attributes {
            assert!(!value.is_empty(), "{key} of {}", doc.name);
        }
    }
    let names: Vec<&str> = story.iter().map(|event| &*event.name).collect();
    for expected in [
        "job_declined",
        "job_disputed",
        "node_slashed",
        "node_evicted",
        "node_vacated",
        "ownership_changed",
        "epoch_turned",
        "reward_claimed",
        "vesting_slashed",
        "rewards_params_updated",
        "proposal_opened",
        "vote_cast",
        "proposal_closed",
        "proposal_executed",
        "execution_failed",
        "deposit_refunded",
        "member_added",
        "weight_changed",
        "dao_rules_changed",
    ] {
        assert!(names.contains(&expected), "{expected} is missing");
    }
}

#[test]
fn the_readmes_name_every_event_and_no_other() {
    for (readme, documented) in [
        (
            include_str!("../../contracts/escrow/README.md"),
            escrow::EVENTS,
        ),
        (
            include_str!("../../contracts/registry/README.md"),
            registry::EVENTS,
        ),
        (
            include_str!("../../contracts/rewards/README.md"),
            rewards::EVENTS,
        ),
        (include_str!("../../contracts/dao/README.md"), dao::EVENTS),
    ] {
        let (_, section) = readme.split_once("## Events").expect("a section");
        let (_, list) = section.split_once(": ").expect("a list");
        let named: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        // A DAO has no owner to change.
        let documented = documented.iter().chain(all::EVENTS);
        let documented = documented
            .filter(|doc| doc.name != "ownership_changed" || !readme.starts_with("# DAO"));
        let documented: Vec<&str> = documented.map(|doc| doc.name).collect();
        assert_eq!(named, documented);
    }
}

#[test]
fn what_closes_a_job_divides_all_that_was_held() {
    let closed = story().into_iter().filter(|e| e.name == "job_closed");
    let closed: Vec<Typed> = closed.collect();
    assert_eq!(closed.len(), 3);
    let bond = 737;
    for (event, held) in closed.iter().zip([50_000, 50_000 + bond, 50_000]) {
        let parts = [
            "to_provider",
            "to_requester",
            "burn",
            "treasury",
            "insurance",
        ];
        let sum: u128 = parts.iter().map(|part| event.number(part)).sum();
        assert_eq!(sum, held, "{event:?}");
    }
}
