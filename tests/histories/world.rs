//! The chain and the ghost beside it.

use std::collections::BTreeSet;

use anyhow::Result as AnyResult;
use cosmwasm_std::{Addr, Uint128};
use cw20::Cw20Coin;
use cw_multi_test::{AppResponse, ContractWrapper, Executor};
use surge_interface::registry::{ClassesResponse, QueryMsg, RegionsResponse};
use surge_interface::token::{CAP, DAO_BPS};
use surge_interface::{dao, escrow, registry, rewards, TimeProfile};
use surge_testing::{Builder, Suite};
use surge_tests::events::{named, typed, Typed};
use surge_tests::ghost::{
    Act, Dao, Deed, Ghost, Law, Laws, Machine, Market, Office, Pick, Rates, Region, Rewards, Rules,
    Seen, Terms, What, DAO,
};

use crate::chance::Chance;
use crate::stats::Stats;
use crate::{proposals, tables};

pub const REQUESTERS: [&str; 3] = ["ann", "ben", "cid"];
/// The last is hostile; each has an operator `name-op`.
pub const PROVIDERS: [&str; 5] = ["pia", "quin", "rob", "sue", "mal"];
const OTHERS: [&str; 8] = [
    "anybody", "arbiter", "judge", "owner", "heir", "treasury", "vault", DAO,
];
/// Who decides at first, where members do.
const FOUNDERS: [&str; 4] = ["ann", "ben", "pia", "quin"];

/// Holds what was there before anybody else had some.
pub const FAUCET: &str = "faucet";

/// Tokens that a provider has beside its pocket, so that bonds can be rich.
pub const GIFT: u128 = 20_000_000_000_000;

/// Everybody whose money is watched.
pub fn people() -> Vec<String> {
    let mut people: Vec<String> = REQUESTERS
        .iter()
        .chain(&OTHERS)
        .chain(&[FAUCET])
        .map(|name| (*name).to_owned())
        .collect();
    for name in PROVIDERS {
        people.extend([name.to_owned(), format!("{name}-op"), format!("{name}-pay")]);
    }
    people
}

/// Who is only paid and never sends anything, so that nobody fills its pockets.
pub fn earns_only(name: &str) -> bool {
    name.ends_with("-pay") || ["treasury", "vault", FAUCET, DAO].contains(&name)
}

/// Everybody's address by name; the DAO's is its contract's.
pub fn addr_of(suite: &Suite, name: &str) -> Addr {
    match &suite.dao {
        Some(dao) if name == DAO => dao.clone(),
        _ => Suite::addr(name),
    }
}

pub enum Step {
    Pass(u64),
    Send(Box<Deed>),
}

pub struct World {
    pub suite: Suite,
    pub ghost: Ghost,
    pub stats: Stats,
    /// A cw20 token that nobody lists.
    pub fake: Addr,
    /// All money at the start, by denomination.
    pub at_first: [u128; 2],
    /// Numbers of the last events.
    pub seqs: [u64; 4],
    /// Proposals that were executed.
    pub executed: BTreeSet<u64>,
}

/// What a network is born with.
struct Birth {
    epoch_secs: u64,
    genesis: u128,
    rates: Rates,
    /// Members own everything; otherwise the key `owner` does.
    governed: bool,
}

impl Birth {
    /// Most have some tens of epochs, some see the pool halve or shared, some get to the cap.
    fn new(chance: &mut Chance) -> Self {
        let room = match chance.percent(25) {
            true => chance.of(&[0, 1, 30, 1_000, 30_000, 1_000_000]),
            false => CAP / 2,
        };
        let rates = |base, ceiling, pool, instant| Rates {
            base,
            ceiling,
            pool,
            instant,
        };
        let usual = rates(200, 800, 10_000, 2_500);
        let (epoch_secs, rates) = match chance.below(14) {
            // The pool is shared by rich bonds.
            0..=2 => (chance.of(&[60, 100]), rates(2_000, 2_000, 1, 2_500)),
            // It halves.
            3 => (1, rates(1_900, 2_000, 1, 0)),
            4 => (chance.of(&[1, 2]), usual),
            // There is none, or only burning opens it.
            5 => {
                let none = [rates(200, 800, 0, 5_000), rates(0, 0, 10_000, 1)];
                (60, chance.of(&none))
            }
            6 => (60, rates(200, 2_000, 0, 2_500)),
            7 => (30, rates(200, 800, 0, 1_000)),
            8 => (60, rates(0, 2_000, 10_000, 5_000)),
            _ => (chance.of(&[20, 30, 50, 61, 100]), usual),
        };
        Self {
            epoch_secs,
            genesis: CAP - room,
            rates,
            governed: chance.percent(30),
        }
    }
}

impl World {
    pub fn new(chance: &mut Chance) -> Self {
        let birth = Birth::new(chance);
        let profile = TimeProfile::Dev;
        // The DAO has its share of the cap beside what the builder calls the genesis.
        let (founders, share) = match birth.governed {
            true => (FOUNDERS.to_vec(), CAP * u128::from(DAO_BPS) / 10_000),
            false => (vec![], 0),
        };
        let mut suite = Builder {
            policies: tables::policies(&laws()),
            founders,
            profile,
            registry: registry::Params {
                heartbeat_secs: 300,
                unbonding_secs: 2_000,
                payout_delay_secs: 200,
                ..registry::Params::defaults(profile)
            },
            escrow: escrow::Params {
                accept_secs: 60,
                review_secs: 300,
                waiting_secs: 300,
                dispute_secs: 600,
                max_declines: 2,
                ..escrow::Params::defaults(profile)
            },
            rewards: tables::rates(&birth.rates),
            epoch_secs: birth.epoch_secs,
            genesis: birth.genesis - share,
            ..Builder::default()
        }
        .build();
        let born: rewards::ConfigResponse = suite.ask_rewards(&rewards::QueryMsg::Config {});
        for name in people() {
            if !earns_only(&name) {
                suite.meet(&name);
            }
        }
        for name in PROVIDERS {
            let gift = cw20::Cw20ExecuteMsg::Transfer {
                recipient: Suite::addr(name).to_string(),
                amount: Uint128::new(GIFT),
            };
            let token = suite.token.clone();
            suite.send(FAUCET, &token, &gift, 0).expect("a gift");
        }
        let fake = fake_token(&mut suite);
        let Birth {
            epoch_secs,
            genesis,
            rates,
            governed,
        } = birth;
        let rewards = Rewards::new(born.start_secs, epoch_secs, CAP, genesis, rates);
        let mut ghost = ghost_of(&suite, rewards);
        // Each founder's coming is an event.
        let mut seqs = [0; 4];
        if governed {
            for office in [
                &mut ghost.escrow_office,
                &mut ghost.registry_office,
                &mut ghost.rewards.office,
            ] {
                *office = Office::new(DAO);
            }
            ghost.treasury = DAO.to_owned();
            ghost.dao = Some(Dao::new(&FOUNDERS, laws(), 2_500));
            let born: dao::ConfigResponse = suite.ask_dao(&dao::QueryMsg::Config {});
            seqs[3] = born.seq;
        }
        Self {
            at_first: [ghost.everything(0), ghost.everything(1)],
            suite,
            ghost,
            stats: Stats::default(),
            fake,
            seqs,
            executed: BTreeSet::new(),
        }
    }

    pub fn pass(&mut self, secs: u64) {
        self.suite.pass(secs);
        self.ghost.pass(secs);
    }

    /// Providers join with nodes that are alive.
    pub fn settle_in(&mut self, chance: &mut Chance) {
        for deed in proposals::first_deeds(chance) {
            assert!(self.send(&deed), "{deed:?}");
        }
        if chance.percent(20) {
            self.add_dust(chance);
        }
        for node in 1..=self.ghost.nodes_ever {
            let deed = proposals::heartbeat(chance, &self.ghost, node, true);
            assert!(self.send(&deed), "{deed:?}");
        }
        self.check();
    }

    /// A bond rises more often than anybody remembers.
    fn add_dust(&mut self, chance: &mut Chance) {
        let epoch = self.ghost.rewards.epoch_secs;
        let provider = chance.between(1, 5) as u32;
        for _ in 0..chance.between(7, 10) {
            self.pass(chance.of(&[0, 1, epoch / 2, epoch]));
            let amount = chance.of::<u128>(&[1, 1, 1_000_000, 70_000_000, 10_000_000_000]);
            let denom = 1;
            let bond = What::Bond {
                provider,
                denom,
                amount,
            };
            let deed = proposals::deed("anybody", bond);
            assert!(self.send(&deed), "{deed:?}");
        }
    }

    /// Sends a message; chain and ghost must agree on whether it succeeds.
    pub fn send(&mut self, deed: &Deed) -> bool {
        let before = self.ghost.rewards.accounts.clone();
        let result = crate::messages::send(self, deed);
        let seen = self.seen(deed, &result);
        let mut next = self.ghost.clone();
        let expected = next.apply(deed, &seen);
        let name = deed.what.name();
        self.stats
            .count(name, result.is_ok(), deed.what.is_hopeless());
        match (&result, expected) {
            (Ok(response), Ok(())) => {
                assert_eq!(next.complaints, Vec::<String>::new(), "after {deed:?}");
                for passage in next.passages.drain(..) {
                    self.stats.went(&passage);
                }
                let said = std::mem::take(&mut next.rewards.said);
                self.ghost = next;
                let events = typed(&self.suite, response);
                for event in &events {
                    let contracts = ["registry", "escrow", "rewards", "dao"];
                    let place = contracts.iter().position(|c| *c == event.contract);
                    let seq = &mut self.seqs[place.expect("one of ours")];
                    *seq += 1;
                    let seq = u128::from(*seq);
                    assert_eq!(event.number("seq"), seq, "a gap before {event:?}");
                }
                self.check_said(&before, &said, &events);
                self.check_executed(&events);
                self.count_acts(deed, &events);
                true
            }
            (Err(_), Err(_)) => false,
            (Ok(response), Err(why)) => {
                panic!("{deed:?} succeeded although {why}: {:?}", response.events)
            }
            (Err(error), Ok(())) => panic!("{deed:?} failed: {error:#}"),
        }
    }

    /// What members executed was done, like what a key sends.
    fn count_acts(&mut self, deed: &Deed, events: &[Typed]) {
        let (What::Execute(id), Some(dao)) = (&deed.what, &self.ghost.dao) else {
            return;
        };
        if !events.iter().any(|event| event.name == "proposal_executed") {
            return;
        }
        for act in &dao.proposals[*id as usize - 1].acts {
            if let Act::Do(what) = act {
                self.stats.count(what.name(), true, what.is_hopeless());
            }
        }
    }

    /// What the chain chose.
    fn seen(&self, deed: &Deed, result: &AnyResult<AppResponse>) -> Seen {
        let Ok(response) = result else {
            return Seen::default();
        };
        let number = |event: &surge_tests::events::Typed, key| event.number(key);
        let evicted = match deed.what {
            What::Evict(_) => vec![],
            _ => named(&self.suite, response, "node_evicted")
                .iter()
                .map(|event| number(event, "node") as u32)
                .collect(),
        };
        let pick = named(&self.suite, response, "node_assigned")
            .first()
            .map(|event| {
                let why = self.suite.explain(number(event, "job") as u64);
                assert_eq!(u128::from(why.pick.node), number(event, "node"));
                let parts = why.pick.parts;
                Pick {
                    node: why.pick.node,
                    score: why.pick.score.u64().into(),
                    parts: [
                        parts.time,
                        parts.load,
                        parts.price,
                        parts.reputation,
                        parts.green,
                    ]
                    .map(u128::from),
                    price: why.pick.price.u128(),
                    tag: why.pick.tag.u64().into(),
                    best_score: why.best_score.u64().into(),
                    exact: why.exact,
                    gap: why.gap_ppm.into(),
                    runners_up: why.runners_up.iter().map(|node| node.node).collect(),
                }
            });
        Seen { pick, evicted }
    }

    /// Asks which node an order would get, and tries all nodes beside it.
    pub fn simulate(&mut self, chance: &mut Chance) {
        let requester = chance.of(&REQUESTERS);
        let denom = chance.below(2) as usize;
        let order = proposals::order(chance, &self.ghost);
        let most = chance.of::<u128>(&[2_000, 8_000, 60_000]);
        let msg = QueryMsg::SimulateMatch {
            order: tables::order(&self.suite, &self.ghost, requester, denom, &order, most),
        };
        let wrapper = self.suite.app.wrap();
        let answer: Result<registry::SimulationResponse, _> =
            wrapper.query_wasm_smart(&self.suite.registry, &msg);
        let best = self.ghost.best_score(requester, denom, &order, most);
        self.stats.simulations += 1;
        match answer {
            Ok(registry::SimulationResponse::Match(why)) => {
                let searched = order.pinned.is_none();
                assert_eq!(why.exact, searched, "few nodes are searched to the end");
                let score = Some(u128::from(why.best_score.u64()));
                assert_eq!(score, best, "for {order:?}");
            }
            Ok(registry::SimulationResponse::Nobody { reason }) => {
                assert_eq!(
                    best, None,
                    "{reason}: {requester} {denom} {most} {order:?} {:#?}",
                    self.ghost.nodes
                );
            }
            Err(error) => panic!("{order:?}: {error}"),
        }
    }
}

fn fake_token(suite: &mut Suite) -> Addr {
    let code = suite.app.store_code(Box::new(ContractWrapper::new(
        cw20_base::contract::execute,
        cw20_base::contract::instantiate,
        cw20_base::contract::query,
    )));
    let holder = Suite::addr("mal");
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
    suite
        .app
        .instantiate_contract(code, holder, &msg, &[], "fake", None)
        .expect("a token")
}

/// The ghost of a suite in which nothing happened yet.
fn ghost_of(suite: &Suite, rewards: Rewards) -> Ghost {
    let regions: RegionsResponse = suite.ask_registry(&QueryMsg::Regions {});
    let classes: ClassesResponse = suite.ask_registry(&QueryMsg::Classes {});
    let class = &classes.classes[0];
    let market = |denom: usize| Market {
        reference: class.markets[denom].reference.to_array(),
        smallest: class.smallest.to_array(),
        smallest_bond: class.markets[denom].smallest_bond.u128(),
        evict_tip: class.markets[denom].evict_tip.u128(),
        virtual_time: 0,
    };
    let regions = regions.regions.into_iter().map(|region| Region {
        law: region.jurisdiction,
        clean: region.clean_ppm.into(),
        rtt: region.rtt_ms.into_iter().map(u128::from).collect(),
    });
    let balances = people().into_iter().flat_map(|name| {
        let held = |denom: u8| suite.balance(&addr_of(suite, &name), denom);
        [((name.clone(), 0), held(0)), ((name.clone(), 1), held(1))]
    });
    Ghost {
        now: suite.now_secs(),
        people: balances.collect(),
        burned: 0,
        providers: vec![],
        operators: Default::default(),
        nodes: Default::default(),
        nodes_ever: 0,
        former: Default::default(),
        left_behind: Default::default(),
        jobs: vec![],
        credits: Default::default(),
        tips: Default::default(),
        escrow: Default::default(),
        registry: Default::default(),
        rewards,
        dao: None,
        terms: vec![first_terms()],
        rules: first_rules(),
        markets: [market(0), market(1)],
        regions: regions.collect(),
        escrow_office: Office::new("owner"),
        registry_office: Office::new("owner"),
        arbiter: "arbiter".to_owned(),
        treasury: "treasury".to_owned(),
        complaints: vec![],
        passages: vec![],
    }
}

/// The rules of each class, none like another.
fn laws() -> Laws {
    let law = |[quorum, pass, least_yes, voters]: [u128; 4], spans: [u64; 4], deposit| {
        let [voting, settle, timelock, grace] = spans;
        Law {
            quorum,
            pass,
            least_yes,
            voters,
            voting,
            settle,
            timelock,
            grace,
            deposit,
        }
    };
    Laws {
        text: law([1_000, 5_000, 0, 1], [700, 20, 0, 4_000], 0),
        spend: law([5_000, 5_000, 0, 2], [900, 30, 10, 3_500], 50),
        membership: law([3_400, 5_500, 0, 2], [800, 25, 5, 3_000], 20),
        params: law([2_500, 5_000, 3_400, 2], [900, 30, 40, 2_500], 100),
        any: law([5_000, 6_000, 4_000, 3], [1_200, 40, 60, 2_000], 201),
    }
}

pub fn first_terms() -> Terms {
    Terms {
        take: 500,
        burn: 5_000,
        treasury: 3_000,
        insurance: 2_000,
        accept: 60,
        review: 300,
        waiting: 300,
        dispute: 600,
        collateral: 10_000,
        cancel: 1_000,
        decline: 100,
        dispute_bond: 1_000,
        max_declines: 2,
        work_mint: 6_000,
        accepted: 2_500,
        gate: 3_000,
    }
}

pub fn first_rules() -> Rules {
    Rules {
        weights: [250_000, 150_000, 400_000, 200_000, 0],
        time_scale: 1_000,
        silence: 900,
        unbonding: 2_000,
        payout_delay: 200,
        evictions: 8,
        no_show: 500,
        tip: 1_000,
    }
}

/// A machine of a provider in a history.
pub fn machine(chance: &mut Chance, denom: usize) -> Machine {
    Machine {
        denom,
        region: chance.below(7) as u8,
        tier: chance.below(4) as u8,
        capacity: chance.of(&[
            [4_000, 8_192, 0, 100, 100],
            [8_000, 16_384, 1, 200, 1_000],
            [16_000, 65_536, 0, 500, 0],
        ]),
        prices: tables::prices(chance.between(50, 150)),
        clean: chance.of::<u128>(&[0, 333_333, 500_000, 1_000_000]),
    }
}
