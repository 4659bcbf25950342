//! The loop: look at the chain, decide, do one step, note it.

mod alone;
mod earnings;
mod jobs;
mod talk;
mod together;

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{channel, Receiver, Sender},
        Arc,
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use surge_chain::{Chain, Key, Kind, Network};
use surge_interface::{
    escrow::{self, JobResponse},
    registry::{NodeResponse, Params},
};
use surge_node::Cancel;
use surge_store::{Folder, Stores};
use tracing::{info, warn};

use crate::{
    drill::Drill,
    join::{self, Join},
    journal::{Journal, Purpose, Stage},
    machine::detect,
    metrics::Metrics,
    outbox::Note,
    own::{self, differences, own_node},
    settings::Settings,
    suite::{Call, Contracts, Suite},
    work::{Bench, Done},
    Error,
};
use alone::Alone;
use jobs::{Seen, Trouble};
use together::Together;

pub use together::MOST_GAS;

/// Shortest and longest wait after something failed.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// Longest wait before somebody who asks to end is heard.
const SLICE: Duration = Duration::from_millis(500);
/// A node that drains and has nothing to deliver waits so long for a chain that is silent, or
/// says no.
const PARTING: Duration = Duration::from_secs(30);
/// Time between two looks at the registry's parameters.
const PARAMS_SECS: u64 = 60;
/// Time that a heartbeat is given to land before its node would be silent, in seconds; at
/// most a fifth of an interval.
const LANDING_SECS: u64 = 60;
/// A chain without a new block for so long is told of.
const HALTED: Duration = Duration::from_secs(60);

/// What a node's program is made of.
pub struct Parts {
    /// The network.
    pub network: Network,
    /// The suite on it.
    pub contracts: Contracts,
    /// The hot key.
    pub operator: Key,
    /// What the owner brings to join, or to change what is offered.
    pub join: Option<Join>,
    /// What the owner decided.
    pub settings: Settings,
    /// Where files are fetched and published.
    pub stores: Stores,
    /// Journal and working files.
    pub folder: PathBuf,
    /// Hears of each transaction before it is handed over.
    pub note: Note,
    /// Ends the process after a record of the journal, for trials.
    pub drill: Option<Drill>,
}

/// What was done, when the program ends.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The node.
    pub node: u32,
    /// Jobs that are over on the chain.
    pub closed: u64,
    /// Jobs that were delivered and wait for their requesters.
    pub delivered: u64,
    /// Jobs that were turned down.
    pub declined: u64,
    /// Jobs that could not be delivered.
    pub given_up: u64,
}

/// Something to be said to the chain.
#[derive(Clone, Debug)]
struct Wanted {
    /// What for.
    purpose: Purpose,
    /// About which job.
    job: Option<u64>,
    /// The call.
    call: Call,
    /// The last second in which it counts.
    until_secs: u64,
}

impl Wanted {
    /// Something that counts whenever it is said.
    const fn new(purpose: Purpose, job: Option<u64>, call: Call) -> Self {
        Self {
            purpose,
            job,
            call,
            until_secs: u64::MAX,
        }
    }
}

/// What a thread did for a job.
type Heard = (u64, Done);

/// What came of a chance to speak.
enum Spoke {
    /// Something was said, or is on its way.
    Something,
    /// There was nothing to say.
    Nothing,
    /// What has to be said before the node ends was refused, and waits.
    Holds,
}

/// One node's program.
pub struct Agent {
    suite: Suite,
    operator: Key,
    settings: Settings,
    journal: Journal,
    note: Note,
    metrics: Metrics,
    node: NodeResponse,
    now_secs: u64,
    /// Whether no new jobs are taken.
    draining: bool,
    /// Since when it drains, has nothing to deliver, and the chain does not hear that.
    parting: Option<Instant>,
    bench: Arc<Bench>,
    /// Jobs whose threads run, and what ends their programs.
    busy: HashMap<u64, Cancel>,
    trouble: HashMap<u64, Trouble>,
    seen: HashMap<u64, Seen>,
    /// Jobs that were over here and seem to be this node's again, since which block.
    back: HashMap<u64, u64>,
    /// Heartbeats of the node that are not this program's.
    alone: Alone,
    /// Hashes of heartbeats that were given up; a slow index may find them later.
    lapsed: Vec<String>,
    /// While it drains: another program speaks for the node now.
    relieved: bool,
    /// Jobs whose settling costs more than it brings.
    unworthy: HashSet<u64>,
    /// What the chain said last, and when, of jobs for which nothing is to be done here.
    resting: HashMap<u64, (Instant, JobResponse)>,
    /// Jobs that are over, since which block.
    closing: HashMap<u64, u64>,
    /// Age at which a heartbeat is due.
    heartbeat_secs: u64,
    params_secs: u64,
    unheard: Vec<Heard>,
    waits: HashMap<(Purpose, Option<u64>), (Instant, Duration)>,
    together: Together,
    /// The escrow's parameters by their version, which never change.
    terms: HashMap<u32, escrow::Params>,
    done: (Sender<Heard>, Receiver<Heard>),
    newest: (u64, Instant),
}

impl Agent {
    /// Opens the journal and finds the node. Fails when something is missing that only the
    /// owner can do.
    pub fn open(parts: Parts) -> Result<Self, Error> {
        parts.settings.check()?;
        let make = |path: PathBuf| {
            fs::create_dir_all(&path).map_err(|source| Error::File {
                path: path.clone(),
                source,
            })?;
            Ok::<_, Error>(path)
        };
        let folder = make(parts.folder)?;
        let inputs = folder.join("inputs");
        let mut journal = Journal::open(&folder.join("journal.db"), parts.drill)?;
        // What a killed process left of input folders.
        let _ = fs::remove_dir_all(&inputs);
        let suite = Suite {
            chain: Chain::connect(parts.network)?,
            contracts: parts.contracts,
        };
        journal.about("chain", &suite.chain.network().chain_id)?;
        journal.about("registry", &suite.contracts.registry)?;
        let params = suite.params()?;
        let every = parts.settings.heartbeat_every.unwrap_or(1);
        if !(1..=u64::from(params.missed_heartbeats)).contains(&every) {
            return Err(Error::Settings(format!(
                "heartbeat_every is {every}; it has to be 1 to {}: this network calls a node silent after so many intervals of {} s",
                params.missed_heartbeats, params.heartbeat_secs
            )));
        }
        let heartbeat_secs = due_secs(&params, every);
        if let Some(join) = &parts.join {
            let (operator, offer) = (parts.operator.address(), &parts.settings.offer);
            join::run(
                &suite,
                &mut journal,
                &parts.note,
                operator,
                parts.settings.node,
                offer,
                join,
            )?;
        }
        let named = parts.settings.node.or(own::known(&journal)?);
        let node = own_node(&suite, parts.operator.address(), named)?;
        journal.about(own::NODE, &node.id.to_string())?;
        for differs in differences(&node, &parts.settings.offer, &detect()?) {
            warn!(event = "offer_differs", "{differs}");
        }
        let files = Folder::open(&folder.join("files"))?;
        sweep(&journal, &files)?;
        let bench = Bench {
            stores: parts.stores,
            files,
            inputs: make(inputs)?,
            limits: parts.settings.limits.clone(),
        };
        let now_secs = suite.chain.now_secs()?;
        let agent = Self {
            suite,
            operator: parts.operator,
            settings: parts.settings,
            journal,
            note: parts.note,
            metrics: Metrics::new(),
            node,
            now_secs,
            draining: false,
            parting: None,
            bench: Arc::new(bench),
            heartbeat_secs,
            params_secs: now_secs,
            unheard: vec![],
            alone: Alone::default(),
            lapsed: vec![],
            relieved: false,
            unworthy: HashSet::new(),
            resting: HashMap::new(),
            closing: HashMap::new(),
            busy: HashMap::new(),
            trouble: HashMap::new(),
            seen: HashMap::new(),
            back: HashMap::new(),
            waits: HashMap::new(),
            together: Together::default(),
            terms: HashMap::new(),
            done: channel(),
            newest: (0, Instant::now()),
        };
        agent.look_at_purse()?;
        let (provider, node) = (agent.node.provider.to_string(), agent.node.id.to_string());
        let labels = [env!("CARGO_PKG_VERSION"), provider.as_str(), node.as_str()];
        agent.metrics.info.with_label_values(&labels).set(1);
        if let Some(listen) = &agent.settings.metrics {
            let at = agent.metrics.serve(listen)?;
            info!(event = "metrics", at, "metrics");
        }
        Ok(agent)
    }

    /// Runs until `stop` is set and what was begun is delivered. Whatever may pass is told,
    /// waited for and tried again.
    pub fn run(&mut self, stop: &AtomicBool) -> Result<Summary, Error> {
        let look = self.look();
        info!(
            event = "started",
            node = self.node.id,
            provider = self.node.provider,
            cores = f64::from(self.node.spec.capacity.milli_cpu) / 1e3,
            heartbeat_secs = self.heartbeat_secs,
            "the node runs"
        );
        let mut wait = Duration::ZERO;
        loop {
            if stop.load(Ordering::SeqCst) && !self.draining {
                self.draining = true;
                self.metrics.draining.set(1);
                info!(
                    event = "draining",
                    "draining: no new jobs, what runs is delivered; once more ends at once"
                );
            }
            let pause = match self.round() {
                Ok(true) => return self.summary(),
                Ok(false) => {
                    wait = Duration::ZERO;
                    look
                }
                Err(error) if error.is_final() => return Err(error),
                Err(failed) => {
                    self.metrics.failed_rounds.inc();
                    wait = longer(wait);
                    warn!(event = "round_failed", error = %failed, again_in_secs = wait.as_secs(), "could not go on");
                    if self.leaves()? {
                        return self.summary();
                    }
                    wait
                }
            };
            self.pause(pause, stop);
        }
    }

    /// Waits for the next look; not longer than until something is done here, or until
    /// somebody asks to end.
    fn pause(&mut self, pause: Duration, stop: &AtomicBool) {
        let until = Instant::now() + pause;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.done.1.recv_timeout(left.min(SLICE)) {
                Ok(done) => {
                    self.unheard.push(done);
                    return;
                }
                Err(_) if stop.load(Ordering::SeqCst) && !self.draining => return,
                Err(_) => {}
            }
        }
    }

    /// Whether it leaves a chain that does not answer, or says no: nothing is to be delivered.
    fn leaves(&mut self) -> Result<bool, Error> {
        let live = self.journal.live()?;
        let working = live.iter().any(|entry| entry.stage.is_work());
        if !self.draining || working || !self.busy.is_empty() {
            self.parting = None;
            return Ok(false);
        }
        let since = self.parting.get_or_insert_with(Instant::now);
        let leaves = since.elapsed() > PARTING;
        if leaves {
            warn!(
                event = "left",
                "nothing is left to deliver; ending although the chain did not take the last words"
            );
        }
        Ok(leaves)
    }

    /// One look at the chain. Answers whether the program may end.
    fn round(&mut self) -> Result<bool, Error> {
        self.unheard.extend(self.done.1.try_iter());
        while !self.unheard.is_empty() {
            // Taken off the list first: what cannot be noted now is done again.
            let done = self.unheard.remove(0);
            self.hear(done)?;
        }
        self.follow()?;
        self.now_secs = self.suite.chain.now_secs()?;
        if self.now_secs >= self.params_secs + PARAMS_SECS {
            let every = self.settings.heartbeat_every.unwrap_or(1);
            self.heartbeat_secs = due_secs(&self.suite.params()?, every);
            self.look_at_purse()?;
            self.params_secs = self.now_secs;
        }
        self.watch_blocks()?;
        self.look_at_node()?;
        self.watch_others()?;
        self.show();
        let jobs = self.jobs()?;
        let ids: HashSet<u64> = jobs.iter().map(|(entry, _)| entry.job).collect();
        self.seen.retain(|job, _| ids.contains(job));
        self.resting.retain(|job, _| ids.contains(job));
        self.waits
            .retain(|(_, job), _| job.is_none_or(|job| ids.contains(&job)));
        let open = self.journal.open_tx()?;
        let live = jobs.iter().map(|(_, job)| &job.summary);
        self.together.sees(live, open.as_ref());
        let mut calls = vec![];
        for (entry, job) in &jobs {
            calls.extend(self.step(entry, job)?);
        }
        let spoke = match open {
            Some(_) => Spoke::Something,
            None => self.speak(calls)?,
        };
        self.tidy()?;
        for stage in Stage::ALL {
            let count = i64::try_from(self.journal.count(stage)?).unwrap_or(i64::MAX);
            self.metrics
                .jobs
                .with_label_values(&[stage.word()])
                .set(count);
        }
        let working = jobs.iter().any(|(entry, _)| entry.stage.is_work());
        match spoke {
            Spoke::Something => Ok(false),
            Spoke::Nothing => Ok(self.draining && !working && self.busy.is_empty()),
            Spoke::Holds => self.leaves(),
        }
    }

    /// Says what is most urgent of these and of what the node has to say by itself.
    fn speak(&mut self, mut calls: Vec<Wanted>) -> Result<Spoke, Error> {
        let heartbeat = self.heartbeat();
        let withholds = |wanted: &Wanted| wanted.purpose == Purpose::Withhold;
        let holds = heartbeat.is_some() || calls.iter().any(withholds);
        if let Some(call) = heartbeat.filter(|_| self.is_ready(Purpose::Heartbeat, None)) {
            // First: it waits for nothing, since a silent node can be evicted.
            self.say(Purpose::Heartbeat, None, &call)?;
            return Ok(Spoke::Something);
        }
        calls.retain(|wanted| self.is_ready(wanted.purpose, wanted.job));
        let mut next = self.together.next(calls);
        if next.is_empty() {
            // Last: nothing that has a deadline waits for it.
            next.extend(self.earn()?);
        }
        match (next.is_empty(), holds) {
            (true, true) => Ok(Spoke::Holds),
            (true, false) => Ok(Spoke::Nothing),
            _ => {
                self.say_together(&next)?;
                // Refused, it is tried again; a node that ends does not wait for that for ever.
                let refused = next.iter().any(withholds) && self.journal.open_tx()?.is_none();
                Ok(if refused {
                    Spoke::Holds
                } else {
                    Spoke::Something
                })
            }
        }
    }

    fn look_at_node(&mut self) -> Result<(), Error> {
        let node = self.suite.node(self.node.id)?;
        if !is_as_before(&node, &self.node) {
            // One of its jobs may be over.
            self.resting.clear();
        }
        self.node = node;
        Ok(())
    }

    /// What the operator has left for gas.
    fn look_at_purse(&self) -> Result<(), Error> {
        let chain = &self.suite.chain;
        let coins = chain.balance(self.operator.address(), &chain.network().fee.denom)?;
        self.metrics.balance.set(number(coins));
        Ok(())
    }

    /// What the chain says of the node, as metrics.
    fn show(&self) {
        let node = &self.node;
        let free = node.bond.saturating_sub(node.locked);
        self.metrics.strikes.set(i64::from(node.strikes));
        self.metrics.free_bond.set(number(free.u128()));
        self.metrics.live.set(i64::from(node.live));
    }

    fn watch_blocks(&mut self) -> Result<(), Error> {
        let height = self.suite.chain.height()?;
        if height > self.newest.0 {
            if self.newest.1.elapsed() > HALTED && self.newest.0 > 0 {
                info!(
                    event = "blocks_again",
                    height, "the chain makes blocks again"
                );
            }
            self.newest = (height, Instant::now());
            self.metrics
                .height
                .set(i64::try_from(height).unwrap_or(i64::MAX));
        } else if self.newest.1.elapsed() > HALTED {
            let secs = self.newest.1.elapsed().as_secs();
            warn!(event = "no_block", height, secs, "no new block");
        }
        self.metrics
            .last_heartbeat
            .set(i64::try_from(self.node.last_seen_secs).unwrap_or(i64::MAX));
        Ok(())
    }

    fn look(&self) -> Duration {
        let usual = match self.suite.chain.network().kind {
            Kind::Local => 1_000,
            _ => 5_000,
        };
        Duration::from_millis(self.settings.look_millis.unwrap_or(usual))
    }

    fn summary(&self) -> Result<Summary, Error> {
        Ok(Summary {
            node: self.node.id,
            closed: self.journal.count(Stage::Closed)?,
            delivered: self.journal.count(Stage::Delivered)?,
            declined: self.journal.count(Stage::Declined)?,
            given_up: self.journal.count(Stage::GivenUp)?,
        })
    }
}

/// Removes what a killed process left: files that no job needs.
fn sweep(journal: &Journal, files: &Folder) -> Result<(), Error> {
    let needed = journal.needed()?;
    for entry in fs::read_dir(files.path()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !needed.contains(&name) {
            // Also what was half written, whose name is no hash yet.
            let path = entry.path();
            fs::remove_file(&path).map_err(|source| Error::File { path, source })?;
        }
    }
    Ok(())
}

/// Age at which a heartbeat is due: so many intervals, and early enough to land where the
/// node is silent after them.
fn due_secs(params: &Params, every: u64) -> u64 {
    let most = u64::from(params.missed_heartbeats);
    let secs = params.heartbeat_secs.saturating_mul(every.min(most));
    match every < most {
        true => secs,
        false => secs.saturating_sub(LANDING_SECS.min(params.heartbeat_secs / 5)),
    }
}

/// Whether nothing became of any job of the node.
fn is_as_before(now: &NodeResponse, before: &NodeResponse) -> bool {
    let of = |node: &NodeResponse| {
        let NodeResponse {
            running,
            settled,
            strikes,
            missed,
            bond,
            locked,
            reserved,
            ..
        } = *node;
        (running, settled, strikes, missed, bond, locked, reserved)
    };
    of(now) == of(before)
}

/// An amount as Prometheus has numbers: sixteen digits of it are exact.
fn number(amount: u128) -> f64 {
    amount as f64
}

fn longer(wait: Duration) -> Duration {
    (wait * 2).clamp(BACK_OFF.0, BACK_OFF.1)
}

#[cfg(test)]
mod tests;
