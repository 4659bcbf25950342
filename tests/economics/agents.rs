//! Who takes part, and with what.

use cosmwasm_std::Uint128;
use cw20::Cw20ExecuteMsg;
use cw_multi_test::Executor;
use surge_interface::escrow::Beneficiary;
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::Resources;
use surge_testing::{Machine, Suite};

use crate::books::{at_network, bond_of, withdraw, Book};

/// One token in base units.
pub const SURGE: u128 = 1_000_000;
/// What every agent starts with, all of it.
pub const CAPITAL: u128 = 1_000 * SURGE;
/// Bond of those who offer machines; the rest is working capital.
pub const WORKING_BOND: u128 = 900 * SURGE;
/// Cores of the machine that a working agent has, in thousandths: the same for each.
pub const MACHINE_MILLI: u32 = 32_000;
/// Identities of an agent that splits its bond over several providers.
const NAMES: usize = 10;
/// Nodes of an agent that splits one machine truthfully: more would be too small for the
/// larger jobs.
const SLICES: u32 = 5;
/// What stays bonded of an agent that hopes for the boundary.
pub const DUST: u128 = SURGE / 100;

/// What an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// Works each job for as long as it was reserved, at the reference price.
    Honest,
    /// Delivers garbage at once and does no work.
    Lazy,
    /// As lazy, and clears its strikes after each penalty with a job of its own that is worth
    /// as much as the one it missed: no smaller one would do.
    LazyClearing,
    /// Pays itself as much as its bond's ceiling can turn into emission.
    Washing,
    /// Works honestly, the machine and the bond cut into several nodes of one provider.
    SplitNodes,
    /// Works honestly under ten names, a tenth of the bond behind each; each claims to have
    /// the one machine for itself and declines what the machine cannot take.
    SplitNames,
    /// Works honestly on a node that claims to be ten times as large as its machine, and
    /// declines what the machine cannot take.
    Overstated,
    /// Bonds everything and never works.
    Idle,
    /// Bonds everything a second before a boundary of epochs, claims and unbonds a second
    /// after it; dust stays bonded throughout.
    FlashBoundary,
    /// Bonds everything a second before an epoch, claims and unbonds a second after it.
    FlashEpoch,
}

impl Strategy {
    /// What tables and plots call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Honest => "honest work",
            Self::Lazy => "lazy at level 0",
            Self::LazyClearing => "lazy, clears its strikes",
            Self::Washing => "washing",
            Self::SplitNodes => "splitting: 5 nodes",
            Self::SplitNames => "splitting: 10 names",
            Self::Overstated => "claims ten machines",
            Self::Idle => "idle bond",
            Self::FlashBoundary => "flash bond over a boundary",
            Self::FlashEpoch => "flash bond over an epoch",
        }
    }

    /// Whether it takes jobs of honest requesters.
    pub fn works(self) -> bool {
        use Strategy::{Honest, Lazy, LazyClearing, Overstated, SplitNames, SplitNodes};
        matches!(
            self,
            Honest | Lazy | LazyClearing | SplitNodes | SplitNames | Overstated
        )
    }

    /// Whether what it delivers is garbage.
    pub fn is_lazy(self) -> bool {
        matches!(self, Self::Lazy | Self::LazyClearing)
    }

    /// Whether its bond comes and goes.
    pub fn is_flash(self) -> bool {
        matches!(self, Self::FlashBoundary | Self::FlashEpoch)
    }

    /// Whether it pays itself.
    fn needs_purse(self) -> bool {
        matches!(self, Self::LazyClearing | Self::Washing)
    }
}

/// One who takes part, whatever number of names it has.
pub struct Agent {
    /// What it does.
    pub strategy: Strategy,
    /// Owners of its providers, in their order.
    pub owners: Vec<String>,
    /// From where it pays itself.
    pub purse: Option<String>,
    /// Its providers.
    pub providers: Vec<u32>,
    /// Its nodes.
    pub nodes: Vec<u32>,
    /// Cores of its one machine at work, in thousandths.
    pub busy_milli: u32,
    /// The day on which a flash bond came in.
    flashed: Option<u64>,
    /// What came of it.
    pub book: Book,
}

impl Agent {
    /// Joins the network with exactly [`CAPITAL`].
    pub fn join(suite: &mut Suite, strategy: Strategy, number: usize) -> Self {
        let name = format!("agent-{number}");
        let owners: Vec<String> = match strategy {
            Strategy::SplitNames => (0..NAMES).map(|n| format!("{name}-{n}")).collect(),
            _ => vec![name.clone()],
        };
        let purse = strategy.needs_purse().then(|| format!("{name}-purse"));
        let each = CAPITAL / owners.len() as u128;
        for owner in &owners {
            hold(suite, owner, each);
        }
        if let Some(purse) = &purse {
            hold(suite, purse, 0);
            transfer(suite, &name, purse, CAPITAL - WORKING_BOND);
        }
        let mut agent = Self {
            strategy,
            providers: vec![],
            nodes: vec![],
            owners,
            purse,
            busy_milli: 0,
            flashed: None,
            book: Book::default(),
        };
        agent.offer(suite);
        agent.book.start(suite, &agent.providers);
        agent
    }

    fn offer(&mut self, suite: &mut Suite) {
        let names = self.owners.len() as u128;
        for owner in self.owners.clone() {
            let provider = suite.register(&owner).expect("registration");
            self.providers.push(provider);
            let bond = match self.strategy {
                Strategy::Idle => CAPITAL,
                Strategy::FlashBoundary => DUST,
                Strategy::FlashEpoch => continue,
                _ => WORKING_BOND / names,
            };
            suite.bond(&owner, provider, 1, bond).expect("a bond");
            let (slices, claimed, percent) = match self.strategy {
                Strategy::Idle | Strategy::FlashBoundary => continue,
                Strategy::SplitNodes => (SLICES, MACHINE_MILLI / SLICES, 100),
                Strategy::Overstated => (1, 10 * MACHINE_MILLI, 100),
                // Too dear for anybody but itself.
                Strategy::Washing => (1, MACHINE_MILLI, 1_000),
                _ => (1, MACHINE_MILLI, 100),
            };
            for _ in 0..slices {
                let machine = machine(claimed)
                    .with_bond(bond / u128::from(slices))
                    .priced_percent(percent);
                self.nodes
                    .push(suite.add_node(&owner, machine).expect("a node"));
            }
        }
    }

    /// The one name of an agent that has one.
    pub fn name(&self) -> &str {
        &self.owners[0]
    }

    /// Everything it has and is owed, with what vests and what unbonds.
    pub fn fortune(&self, suite: &Suite) -> u128 {
        let accounts = self.owners.iter().chain(&self.purse);
        let held = accounts
            .map(|name| suite.balance(&Suite::addr(name), 1) + suite.account_credit(name, 1));
        let owed = self
            .providers
            .iter()
            .map(|provider| at_network(suite, *provider));
        held.sum::<u128>() + owed.sum::<u128>()
    }

    /// A flash bond comes in, with all that its account holds.
    pub fn flash_in(&mut self, suite: &mut Suite, day: u64) {
        if !self.strategy.is_flash() {
            return;
        }
        let held = suite.balance(&Suite::addr(self.name()), 1);
        if held > DUST && self.flashed.is_none() {
            let provider = self.providers[0];
            suite
                .bond(self.name(), provider, 1, held)
                .expect("it bonds");
            self.book.note_bond(suite, provider);
            self.flashed = Some(day);
        }
    }

    /// A flash bond claims and goes, when it has seen what it wanted to see.
    pub fn flash_out(&mut self, suite: &mut Suite, day: u64) {
        let (days, rest) = match self.strategy {
            Strategy::FlashBoundary => (1, DUST),
            Strategy::FlashEpoch => (2, 0),
            _ => return,
        };
        self.fetch_bonds(suite);
        if self.flashed.is_some_and(|since| day >= since + days) {
            let provider = self.providers[0];
            self.book.claim(suite, provider);
            let unbond = Registry::Unbond {
                denom: 1,
                amount: Uint128::new(bond_of(suite, provider) - rest),
            };
            suite.to_registry(self.name(), &unbond).expect("it unbonds");
            self.book.note_bond(suite, provider);
            self.flashed = None;
        }
    }

    /// Claims for all its providers and takes home what the escrow owes them.
    pub fn collect(&mut self, suite: &mut Suite) {
        for provider in &self.providers {
            self.book.claim(suite, *provider);
            withdraw(suite, *provider);
        }
        if let Some(purse) = self.purse.as_deref() {
            if suite.account_credit(purse, 1) > 0 {
                let purse = Suite::addr(purse).to_string();
                suite
                    .withdraw(Beneficiary::Account(purse), 1)
                    .expect("a withdrawal");
            }
        }
    }

    /// Leaves for good; the bond comes when it has waited.
    pub fn leave(&mut self, suite: &mut Suite) {
        for owner in &self.owners {
            suite
                .to_registry(owner, &Registry::Leave {})
                .expect("nothing runs");
        }
        for provider in &self.providers {
            self.book.note_bond(suite, *provider);
        }
    }

    /// Fetches bond that has waited, if there is any.
    pub fn fetch_bonds(&self, suite: &mut Suite) {
        for (owner, provider) in self.owners.iter().zip(&self.providers) {
            let now_secs = suite.now_secs();
            let waited = suite.provider(*provider).unbondings;
            if waited.iter().any(|bond| bond.from_secs <= now_secs) {
                let withdraw = Registry::WithdrawBond {
                    provider: *provider,
                    denom: 1,
                };
                suite.to_registry(owner, &withdraw).expect("it waited");
            }
        }
    }
}

/// A machine of the class with this many thousandths of a core, quoting in the token.
fn machine(milli_cpu: u32) -> Machine {
    Machine::default().quoting(1).with_capacity(Resources {
        storage_gib: 2_000,
        bandwidth_mbps: 100,
        ..need(milli_cpu)
    })
}

/// What a job with so many thousandths of a core needs.
pub fn need(milli_cpu: u32) -> Resources {
    Resources {
        milli_cpu,
        memory_mib: milli_cpu * 2_048 / 1_000,
        gpus: 0,
        storage_gib: 1,
        bandwidth_mbps: 0,
    }
}

/// Moves tokens between two names.
pub fn transfer(suite: &mut Suite, from: &str, to: &str, amount: u128) {
    let msg = Cw20ExecuteMsg::Transfer {
        recipient: Suite::addr(to).to_string(),
        amount: Uint128::new(amount),
    };
    let token = suite.token.clone();
    suite
        .app
        .execute_contract(Suite::addr(from), token, &msg, &[])
        .expect("it has as much");
}

/// Leaves a name no more than this of its pocket.
fn hold(suite: &mut Suite, name: &str, amount: u128) {
    let addr = suite.meet(name);
    let pocket = suite.balance(&addr, 1);
    transfer(suite, name, "elsewhere", pocket - amount);
}
