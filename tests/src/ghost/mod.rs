//! The ghost ledger: what the rules say should happen, written a second time.
//!
//! Plain integers and strings, arithmetic of its own; nothing here knows a contract, its
//! messages or the packages that contracts compute with. A history tells the ghost what
//! was sent and what the chain picked; the ghost says whether the message had to succeed
//! and what everything must look like afterwards.

mod dao;
mod deed;
mod jobs;
mod market;
mod nodes;
mod owner;
mod providers;
mod purses;
mod rewards;

pub use dao::{Act, Dao, Law, Laws, Proposal, Say, Stage, DAO};
pub use deed::{Contract, Deed, Order, Purse, What};
pub use market::{Pick, Seen};
pub use rewards::{Account, Burn, Claimed, Epoch, Past, Rates, Rewards, Said};

use std::collections::BTreeMap;

/// Denominations: 0 native, 1 the token.
pub type Denom = usize;
/// How many the ghost follows.
pub const DENOMS: usize = 2;
/// Why a message must fail.
pub type Refused = &'static str;
/// Basis points of a whole.
pub const WHOLE: u128 = 10_000;
/// Parts per million of a whole.
pub const MILLION: u128 = 1_000_000;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Status {
    Open,
    Assigned,
    Submitted,
    Disputed,
    Settled,
    Resolved,
    Cancelled,
    Expired,
    Failed,
}

impl Status {
    /// Whether nothing can happen to it any more.
    pub fn is_final(self) -> bool {
        self >= Self::Settled
    }
}

/// A job.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Job {
    pub requester: String,
    pub denom: Denom,
    pub status: Status,
    pub deadline: u64,
    /// The deposit, until the end.
    pub held: u128,
    /// What the node asks; the deposit while there is none.
    pub price: u128,
    /// Node and provider.
    pub node: Option<(u32, u32)>,
    pub assigned: u64,
    /// Index of the escrow's terms.
    pub terms: usize,
    pub order: Order,
    pub declined: Vec<u32>,
    pub runners_up: Vec<u32>,
    /// What collateral, penalty and turn are measured by.
    pub worth: u128,
    pub collateral: u128,
    /// What it added to the node's virtual time.
    pub work: u128,
    /// The node has its capacity back already.
    pub vacated: bool,
    pub no_show: u128,
    pub tip: u128,
    pub dispute_bond: u128,
    /// Who rules on its dispute.
    pub arbiter: String,
}

/// Where a provider stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Standing {
    Active,
    Draining,
    Unbonding,
    Gone,
}

/// A provider.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Provider {
    pub owner: String,
    pub operator: String,
    pub payout: String,
    pub pending: Option<(String, u64)>,
    pub standing: Standing,
    pub free: [u128; DENOMS],
    /// Denomination, amount, from when.
    pub unbondings: Vec<(Denom, u128, u64)>,
}

/// A machine as described.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Machine {
    pub denom: Denom,
    pub region: u8,
    pub tier: u8,
    pub capacity: [u32; 5],
    pub prices: [u64; 5],
    pub clean: u128,
}

/// A node.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Node {
    pub provider: u32,
    pub machine: Machine,
    pub bond: u128,
    pub locked: u128,
    pub reserved: [u32; 5],
    pub withheld: [u32; 5],
    pub seq: u32,
    pub last_seen: u64,
    pub indexed: bool,
    pub running: u32,
    pub settled: u32,
    pub strikes: u32,
    pub missed: u128,
    pub virtual_time: u128,
}

/// A version of the escrow's terms; rates in basis points.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Terms {
    pub take: u128,
    pub burn: u128,
    pub treasury: u128,
    pub insurance: u128,
    pub accept: u64,
    pub review: u64,
    pub waiting: u64,
    pub dispute: u64,
    pub collateral: u128,
    pub cancel: u128,
    pub decline: u128,
    pub dispute_bond: u128,
    pub max_declines: usize,
    /// What a burned token mints (κ).
    pub work_mint: u128,
    /// How much of that for accepted work (q).
    pub accepted: u128,
    /// What a burned token opens (γ).
    pub gate: u128,
}

/// The registry's rules; rates in basis points.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Rules {
    pub weights: [u64; 5],
    pub time_scale: u128,
    pub silence: u64,
    pub unbonding: u64,
    pub payout_delay: u64,
    pub evictions: usize,
    pub no_show: u128,
    pub tip: u128,
}

/// What nodes of a denomination compete under.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Market {
    pub reference: [u64; 5],
    pub smallest: [u32; 5],
    pub smallest_bond: u128,
    pub evict_tip: u128,
    pub virtual_time: u128,
}

/// A region.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Region {
    pub law: String,
    pub clean: u128,
    pub rtt: Vec<u128>,
}

/// What the escrow holds in a denomination, and for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct EscrowMoney {
    pub jobs: u128,
    pub credits: u128,
    pub burn: u128,
    pub treasury: u128,
    pub insurance: u128,
    /// Came without a message and is not booked.
    pub stray: u128,
}

impl EscrowMoney {
    /// All of it.
    pub fn total(&self) -> u128 {
        self.jobs + self.credits + self.burn + self.treasury + self.insurance + self.stray
    }
}

/// What the registry holds in a denomination, and for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct RegistryMoney {
    pub bonds: u128,
    pub tips: u128,
    pub kitty: u128,
    /// Came without a message and is not booked.
    pub stray: u128,
}

impl RegistryMoney {
    /// All of it.
    pub fn total(&self) -> u128 {
        self.bonds + self.tips + self.kitty + self.stray
    }
}

/// Who a credit belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Creditor {
    Account(String),
    Provider(u32),
}

/// Who may change a contract, and what it stopped.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Office {
    pub owner: String,
    pub offered: Option<String>,
    pub open: bool,
    pub denoms: Vec<String>,
}

impl Office {
    /// Open, under this owner.
    pub fn new(owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            offered: None,
            open: true,
            denoms: vec![],
        }
    }
}

/// Everything.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Ghost {
    pub now: u64,
    pub people: BTreeMap<(String, Denom), u128>,
    pub burned: u128,
    /// Provider n is at n - 1.
    pub providers: Vec<Provider>,
    /// Whose word an operator's is.
    pub operators: BTreeMap<String, u32>,
    pub nodes: BTreeMap<u32, Node>,
    pub nodes_ever: u32,
    /// Provider of each removed node.
    pub former: BTreeMap<u32, u32>,
    /// Virtual time, strikes and what was missed and not made good, of removed nodes, by
    /// provider and denomination.
    pub left_behind: BTreeMap<(u32, Denom), (u128, u32, u128)>,
    /// Job n is at n - 1.
    pub jobs: Vec<Job>,
    pub credits: BTreeMap<(Creditor, Denom), u128>,
    pub tips: BTreeMap<(String, Denom), u128>,
    pub escrow: [EscrowMoney; DENOMS],
    pub registry: [RegistryMoney; DENOMS],
    pub rewards: Rewards,
    /// The owner of everything, when it is not a key.
    pub dao: Option<Dao>,
    pub terms: Vec<Terms>,
    pub rules: Rules,
    pub markets: [Market; DENOMS],
    pub regions: Vec<Region>,
    pub escrow_office: Office,
    pub registry_office: Office,
    pub arbiter: String,
    pub treasury: String,
    /// What the chain did that the rules do not allow.
    pub complaints: Vec<String>,
    /// How a job or a provider went from one state to another.
    pub passages: Vec<String>,
}

impl Ghost {
    /// What somebody holds.
    pub fn held_by(&self, who: &str, denom: Denom) -> u128 {
        let key = (who.to_owned(), denom);
        self.people.get(&key).copied().unwrap_or_default()
    }

    /// All money there is, wherever it is, with what was burned.
    pub fn everything(&self, denom: Denom) -> u128 {
        let people: u128 = self
            .people
            .iter()
            .filter(|((_, held), _)| *held == denom)
            .map(|(_, amount)| amount)
            .sum();
        let burned = if denom == 1 { self.burned } else { 0 };
        people
            + self.escrow[denom].total()
            + self.registry[denom].total()
            + self.rewards.stray[denom]
            + burned
    }

    /// The provider with this id.
    pub fn provider(&self, id: u32) -> Option<&Provider> {
        self.providers.get((id as usize).checked_sub(1)?)
    }

    /// Bond of a provider behind its nodes.
    pub fn at_nodes(&self, provider: u32, denom: Denom) -> u128 {
        self.nodes
            .values()
            .filter(|node| node.provider == provider && node.machine.denom == denom)
            .map(|node| node.bond)
            .sum()
    }

    /// Whether a node's last heartbeat is recent enough.
    pub fn is_live(&self, node: &Node) -> bool {
        node.seq > 0 && node.last_seen >= self.now.saturating_sub(self.rules.silence)
    }

    /// Whether a live node has to be in the index: its provider takes jobs, something is
    /// free of each kind that the class asks for, and bond for the smallest job.
    pub fn belongs_in_index(&self, node: &Node) -> bool {
        let active = self
            .provider(node.provider)
            .is_some_and(|provider| provider.standing == Standing::Active);
        active && self.has_room(node)
    }

    fn complain(&mut self, about: String) {
        self.complaints.push(about);
    }

    fn passage(&mut self, from: &str, to: &str, by: &str) {
        self.passages.push(format!("{from} > {to} by {by}"));
    }
}

/// `amount · bps / 10,000`, rounded down.
fn part(amount: u128, bps: u128) -> u128 {
    amount * bps / WHOLE
}

/// Refuses with a reason unless something holds.
fn must(holds: bool, why: Refused) -> Result<(), Refused> {
    if holds {
        Ok(())
    } else {
        Err(why)
    }
}
