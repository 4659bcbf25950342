//! The loop: look at the chain, decide, do one step, note it.

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
use surge_interface::{registry::NodeResponse, Resources};
use surge_store::{Folder, Stores};
use tracing::{error, info, warn};

use crate::{
    drill::Drill,
    jobs::Trouble,
    join::{self, Join},
    journal::{Journal, Purpose, Sent, Stage},
    machine,
    metrics::Metrics,
    outbox::{self, News},
    own::own_node,
    settings::Settings,
    suite::{Call, Contracts, Suite},
    work::{Bench, Done},
    Error,
};

/// Shortest and longest wait after something failed.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
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

/// Something to be said to the chain, what for, and about which job.
pub(crate) type Wanted = (Purpose, Option<u64>, Call);

/// One node's program.
pub struct Agent {
    pub(crate) suite: Suite,
    pub(crate) operator: Key,
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) metrics: Metrics,
    pub(crate) node: NodeResponse,
    pub(crate) now_secs: u64,
    pub(crate) draining: bool,
    pub(crate) bench: Arc<Bench>,
    pub(crate) busy: HashSet<u64>,
    pub(crate) trouble: HashMap<u64, Trouble>,
    heartbeat_secs: u64,
    waits: HashMap<(Purpose, Option<u64>), (Instant, Duration)>,
    pub(crate) done: (Sender<(u64, Done)>, Receiver<(u64, Done)>),
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
        if let Some(join) = &parts.join {
            let (operator, offer) = (parts.operator.address(), &parts.settings.offer);
            join::run(
                &suite,
                &mut journal,
                operator,
                parts.settings.node,
                offer,
                join,
            )?;
        }
        let node = own_node(&suite, parts.operator.address(), parts.settings.node)?;
        journal.about("node", &node.id.to_string())?;
        let heartbeat_secs = suite.params()?.heartbeat_secs;
        let bench = Bench {
            stores: parts.stores,
            files: Folder::open(&folder.join("files"))?,
            inputs: make(inputs)?,
            limits: parts.settings.limits.clone(),
        };
        let now_secs = suite.chain.now_secs()?;
        let agent = Self {
            suite,
            operator: parts.operator,
            settings: parts.settings,
            journal,
            metrics: Metrics::new(),
            node,
            now_secs,
            draining: false,
            bench: Arc::new(bench),
            heartbeat_secs,
            busy: HashSet::new(),
            trouble: HashMap::new(),
            waits: HashMap::new(),
            done: channel(),
            newest: (0, Instant::now()),
        };
        if let Some(listen) = &agent.settings.metrics {
            let at = agent.metrics.serve(listen)?;
            info!(at, "metrics");
        }
        Ok(agent)
    }

    /// Runs until `stop` is set and what was begun is delivered. Whatever may pass is told,
    /// waited for and tried again.
    pub fn run(&mut self, stop: &AtomicBool) -> Result<Summary, Error> {
        let look = self.look();
        info!(
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
                info!("draining: no new jobs, what runs is delivered; once more ends at once");
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
                    warn!(error = %failed, again_in_secs = wait.as_secs(), "could not go on");
                    // Another node of the network may answer.
                    if let Ok(chain) = Chain::connect(self.suite.chain.network().clone()) {
                        self.suite.chain = chain;
                    }
                    wait
                }
            };
            // What is done here does not wait for the next look.
            if let Ok(done) = self
                .done
                .1
                .recv_timeout(pause.max(Duration::from_millis(1)))
            {
                self.hear(done)?;
            }
        }
    }

    /// One look at the chain. Answers whether the program may end.
    fn round(&mut self) -> Result<bool, Error> {
        while let Ok(done) = self.done.1.try_recv() {
            self.hear(done)?;
        }
        self.follow()?;
        self.now_secs = self.suite.chain.now_secs()?;
        self.watch_blocks()?;
        self.node = self.suite.node(self.node.id)?;
        let jobs = self.jobs()?;
        let mut calls = vec![];
        if let Some(call) = self.heartbeat() {
            calls.push((Purpose::Heartbeat, None, call));
        }
        for (entry, job) in &jobs {
            calls.extend(self.step(entry, job)?);
        }
        calls.extend(self.earn()?);
        let idle = self.journal.open_tx()?.is_none();
        let ready = calls
            .into_iter()
            .find(|(purpose, job, _)| self.is_ready(*purpose, *job));
        let silent = ready.is_none();
        if let (true, Some((purpose, job, call))) = (idle, ready) {
            self.say(purpose, job, &call)?;
        }
        for stage in Stage::ALL {
            let count = i64::try_from(self.journal.count(stage)?).unwrap_or(i64::MAX);
            self.metrics
                .jobs
                .with_label_values(&[stage.word()])
                .set(count);
        }
        let working = jobs.iter().any(|(entry, _)| entry.stage.is_work());
        Ok(self.draining && idle && silent && !working && self.busy.is_empty())
    }

    /// What became of the transaction that was on its way.
    fn follow(&mut self) -> Result<(), Error> {
        let news = outbox::look(&self.suite.chain, &mut self.journal, stage_after)?;
        let (tx, end) = match &news {
            News::Nothing | News::Waiting => return Ok(()),
            News::Included(tx, included) => {
                info!(
                    what = tx.purpose.word(),
                    job = tx.job,
                    tx = tx.hash,
                    height = included.height,
                    gas = included.gas_used,
                    fee = %tx.fee,
                    "in a block"
                );
                self.waits.remove(&(tx.purpose, tx.job));
                if matches!(tx.purpose, Purpose::Withdraw | Purpose::Claim) {
                    self.put_off(tx.purpose)?;
                }
                (tx, "included")
            }
            News::Failed(tx, why) => {
                warn!(what = tx.purpose.word(), job = tx.job, tx = tx.hash, fee = %tx.fee, why = ?why, "refused");
                self.hold(tx.purpose, tx.job);
                (tx, "failed")
            }
            News::Lapsed(tx) => {
                warn!(
                    what = tx.purpose.word(),
                    job = tx.job,
                    tx = tx.hash,
                    "in no block, sent anew"
                );
                (tx, "lapsed")
            }
        };
        self.metrics
            .transactions
            .with_label_values(&[tx.purpose.word(), end])
            .inc();
        if end != "lapsed" {
            self.metrics
                .fees
                .inc_by(u64::try_from(tx.fee).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    /// The heartbeat that is due: when the interval is over, when searches do not find the
    /// node though it has room, or when they may find it though it has none to give.
    fn heartbeat(&self) -> Option<Call> {
        let node = &self.node;
        let room = node.spec.capacity.saturating_sub(&node.reserved);
        let offered = room.saturating_sub(&node.withheld).milli_cpu;
        let (free, due) = match self.draining {
            // Nobody evicts a node that has nothing to give: it may fall silent.
            true => (Resources::default(), offered > 0),
            false => {
                let folder = self.bench.files.path();
                let free = machine::free(node.spec.capacity, node.reserved, folder);
                let age = self.now_secs.saturating_sub(node.last_seen_secs);
                let back = offered == 0 && free.milli_cpu > 0;
                (free, age >= self.heartbeat_secs || back)
            }
        };
        due.then(|| Call::Heartbeat {
            node: node.id,
            seq: node.seq.saturating_add(1),
            free,
        })
    }

    /// Signs and hands over. What the chain says no to is told and tried again later.
    fn say(&mut self, purpose: Purpose, job: Option<u64>, call: &Call) -> Result<(), Error> {
        let message = call.message(self.operator.address(), &self.suite.contracts)?;
        let sent = outbox::send(
            &self.suite.chain,
            &self.journal,
            &self.operator,
            &[message],
            purpose,
            job,
        );
        match sent {
            Err(Error::Chain(error)) if !error.raw_log().is_empty() => {
                warn!(what = purpose.word(), job, why = ?error.raw_log(), "the chain says no");
                self.hold(purpose, job);
                Ok(())
            }
            Err(Error::Chain(error @ surge_chain::Error::Unfunded { .. })) => {
                error!(%error, "the operator's key needs coins for gas");
                self.hold(purpose, job);
                Ok(())
            }
            sent => sent,
        }
    }

    fn is_ready(&self, purpose: Purpose, job: Option<u64>) -> bool {
        let wait = self.waits.get(&(purpose, job));
        wait.is_none_or(|(until, _)| *until <= Instant::now())
    }

    fn hold(&mut self, purpose: Purpose, job: Option<u64>) {
        let last = self.waits.get(&(purpose, job)).map(|(_, wait)| *wait);
        let wait = longer(last.unwrap_or_default());
        self.waits
            .insert((purpose, job), (Instant::now() + wait, wait));
    }

    fn watch_blocks(&mut self) -> Result<(), Error> {
        let height = self.suite.chain.height()?;
        if height > self.newest.0 {
            if self.newest.1.elapsed() > HALTED && self.newest.0 > 0 {
                info!(height, "the chain makes blocks again");
            }
            self.newest = (height, Instant::now());
            self.metrics
                .height
                .set(i64::try_from(height).unwrap_or(i64::MAX));
        } else if self.newest.1.elapsed() > HALTED {
            let secs = self.newest.1.elapsed().as_secs();
            warn!(height, secs, "no new block");
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

/// How far a job is when this transaction is in a block.
fn stage_after(tx: &Sent) -> Option<Stage> {
    match tx.purpose {
        Purpose::Result => Some(Stage::Delivered),
        Purpose::Decline => Some(Stage::Declined),
        Purpose::Settle => Some(Stage::Closed),
        _ => None,
    }
}

pub(crate) fn longer(wait: Duration) -> Duration {
    (wait * 2).clamp(BACK_OFF.0, BACK_OFF.1)
}
