//! What it costs to find a node among few and many: `gas/scaling.json`.

use serde::{Deserialize, Serialize};

/// How far the gas of a job may be from what it is among [`FROM`] nodes, in percent.
pub const TOLERANCE_PERCENT: u64 = 25;
/// Nodes from which on it has to be flat.
pub const FROM: usize = 100;

/// What the same jobs cost in networks of several sizes.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Scaling {
    /// Day of the measurement, in UTC.
    pub date: String,
    /// The node's program.
    pub wasmd: String,
    /// Version of the contracts.
    pub surge: String,
    /// Seconds that it took, building the network included.
    pub seconds: u64,
    /// Seed of the generator, in hexadecimal.
    pub seed: String,
    /// By size.
    pub sizes: Vec<Size>,
}

/// The jobs in a network of one size.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Size {
    /// Nodes in the network.
    pub nodes: usize,
    /// Seconds from nothing until it was built.
    pub seconds: u64,
    /// Each job, in the same order.
    pub jobs: Vec<Job>,
}

/// One `escrow submit_job`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Job {
    /// Gas used.
    pub gas: u64,
    /// Rows of the index that the search read.
    pub rows_read: u16,
    /// Whether no node could have scored higher.
    pub exact: bool,
}

impl Size {
    /// Gas of the cheapest, of the middle and of the dearest job.
    pub fn gas(&self) -> [u64; 3] {
        let mut gas: Vec<u64> = self.jobs.iter().map(|job| job.gas).collect();
        gas.sort_unstable();
        let at = |place: usize| gas.get(place).copied().unwrap_or_default();
        [at(0), at(gas.len() / 2), at(gas.len().saturating_sub(1))]
    }

    /// Rows that the middle job's search read, and the longest one's.
    pub fn rows(&self) -> [u16; 2] {
        let mut rows: Vec<u16> = self.jobs.iter().map(|job| job.rows_read).collect();
        rows.sort_unstable();
        let at = |place: usize| rows.get(place).copied().unwrap_or_default();
        [at(rows.len() / 2), at(rows.len().saturating_sub(1))]
    }

    /// Jobs that were proven to have the best node.
    pub fn proven(&self) -> usize {
        self.jobs.iter().filter(|job| job.exact).count()
    }
}

impl Scaling {
    /// Panics when a job costs more than [`TOLERANCE_PERCENT`] more or less in a larger
    /// network than among [`FROM`] nodes: the middle one, and the dearest.
    pub fn assert_flat(&self) {
        let base = self.sizes.iter().find(|size| size.nodes == FROM);
        let [_, middle, most] = base.expect("it is measured").gas();
        for size in self.sizes.iter().filter(|size| size.nodes > FROM) {
            let [_, now, worst] = size.gas();
            for (what, now, then) in [
                ("the middle job", now, middle),
                ("the dearest", worst, most),
            ] {
                assert!(
                    now.abs_diff(then) * 100 <= then * TOLERANCE_PERCENT,
                    "{what} costs {now} among {} nodes and {then} among {FROM}: more than {TOLERANCE_PERCENT} % apart",
                    size.nodes
                );
            }
        }
    }
}
