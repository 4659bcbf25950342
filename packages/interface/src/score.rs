//! How a pick is weighed and explained.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Uint128, Uint64};

use crate::PPM;

/// What counts for how much in the score of a node, in parts per million of the whole.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Weights {
    /// Time until the job's data is at the node.
    pub time: u32,
    /// Share of the node's bond that would stay free.
    pub load: u32,
    /// Price against the class's reference price.
    pub price: u32,
    /// Record of jobs done.
    pub reputation: u32,
    /// Share of clean energy.
    pub green: u32,
}

impl Weights {
    /// What the network starts with.
    pub const DEFAULT: Self = Self {
        time: 250_000,
        load: 150_000,
        price: 400_000,
        reputation: 200_000,
        green: 0,
    };

    /// The weights in the order of the fields.
    pub const fn to_array(self) -> [u32; 5] {
        [
            self.time,
            self.load,
            self.price,
            self.reputation,
            self.green,
        ]
    }

    /// The inverse of [`Weights::to_array`].
    pub const fn from_array([time, load, price, reputation, green]: [u32; 5]) -> Self {
        Self {
            time,
            load,
            price,
            reputation,
            green,
        }
    }

    /// Sum of all weights; valid weights sum to [`PPM`].
    pub fn total(&self) -> u64 {
        self.to_array()
            .into_iter()
            .map(u64::from)
            .fold(0, u64::saturating_add)
    }

    /// Whether the weights sum to one.
    pub fn is_valid(&self) -> bool {
        self.total() == u64::from(PPM)
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The parts of a node's score before weighing, each from 0 to [`PPM`].
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct Parts {
    /// `T0 / (T0 + T)` with T the time until the data is there; half of it while the
    /// node's place is only declared by its owner.
    pub time: u32,
    /// Share of the node's bond that stays free with the job's collateral locked, in eighths
    /// rounded up.
    pub load: u32,
    /// Reference price over asked price, at most one.
    pub price: u32,
    /// Record of jobs done; 500,000 for everybody until reputation is counted.
    pub reputation: u32,
    /// Clean share of the node's energy times that of its region; half of it while only
    /// declared.
    pub green: u32,
}

impl Parts {
    /// The parts in the order of the fields.
    pub const fn to_array(self) -> [u32; 5] {
        [
            self.time,
            self.load,
            self.price,
            self.reputation,
            self.green,
        ]
    }

    /// The inverse of [`Parts::to_array`].
    pub const fn from_array([time, load, price, reputation, green]: [u32; 5]) -> Self {
        Self {
            time,
            load,
            price,
            reputation,
            green,
        }
    }
}

/// A node that could take the job, with the reasons.
#[cw_serde]
pub struct Scored {
    /// The node.
    pub node: u32,
    /// Its provider.
    pub provider: u32,
    /// Its region.
    pub region: u8,
    /// Weighted sum of the parts, in millionths of a part per million: Σ weight · part.
    pub score: Uint64,
    /// The parts of the score.
    pub parts: Parts,
    /// Price of the whole job at this node, in base units.
    pub price: Uint128,
    /// Fair-share tag: among near ties the smallest takes the job.
    pub tag: Uint64,
}

/// How many nodes the search read and refused, by reason.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct Refusals {
    /// Too little of some resource is free.
    pub no_room: u16,
    /// No heartbeat for too long.
    pub silent: u16,
    /// Dearer than the requester allows.
    pub too_dear: u16,
    /// Too little free bond for the collateral.
    pub bond_too_low: u16,
    /// The requester's own, or of a provider that declined the job.
    pub own: u16,
    /// Declined this job before.
    pub declined: u16,
}

impl Refusals {
    /// The counts in the order of the fields.
    pub const fn to_array(self) -> [u16; 6] {
        [
            self.no_room,
            self.silent,
            self.too_dear,
            self.bond_too_low,
            self.own,
            self.declined,
        ]
    }

    /// The inverse of [`Refusals::to_array`].
    pub const fn from_array(
        [no_room, silent, too_dear, bond_too_low, own, declined]: [u16; 6],
    ) -> Self {
        Self {
            no_room,
            silent,
            too_dear,
            bond_too_low,
            own,
            declined,
        }
    }

    /// All refusals together.
    pub fn total(&self) -> u32 {
        self.to_array()
            .into_iter()
            .map(u32::from)
            .fold(0, u32::saturating_add)
    }
}

/// Why a job went where it went, as stored when it was assigned.
#[cw_serde]
pub struct Explanation {
    /// The job.
    pub job: u64,
    /// Block time of the assignment.
    pub at_secs: u64,
    /// The weights that counted.
    pub weights: Weights,
    /// The node that got the job.
    pub pick: Scored,
    /// Who takes over when the pick declines, best first; at most three.
    pub runners_up: Vec<Scored>,
    /// Best score seen; the pick is within a hundredth of it.
    pub best_score: Uint64,
    /// Nodes read and refused.
    pub refusals: Refusals,
    /// Index rows read.
    pub rows_read: u16,
    /// Nothing unread could have scored higher than the best seen.
    pub exact: bool,
    /// How much higher than the best seen an unread node could have scored at most, as a
    /// share of that bound, in parts per million.
    pub gap_ppm: u32,
}
