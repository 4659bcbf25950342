use cosmwasm_std::Uint128;
use surge_accounting::job_price;
use surge_interface::{Refusals, Scored};
use thiserror::Error;

use crate::score::{parts, weigh};
use crate::{Job, Row};

/// Why a node cannot take a job.
#[derive(Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It belongs to another class or quotes in another denomination.
    #[error("it is of another class or denomination")]
    OtherMarket,
    /// Its region is not allowed.
    #[error("its region is not allowed")]
    Elsewhere,
    /// The requester's own.
    #[error("it is the requester's own")]
    Own,
    /// It declined this job before.
    #[error("it declined this job before")]
    Declined,
    /// No heartbeat for too long.
    #[error("its last heartbeat was at {last_seen_secs}")]
    Silent {
        /// Time of the last heartbeat.
        last_seen_secs: u64,
    },
    /// Too little of some resource is free.
    #[error("it has too little free")]
    NoRoom,
    /// Dearer than the requester allows.
    #[error("it is dearer than the requester allows")]
    TooDear,
    /// Too little free bond for the collateral.
    #[error("its free bond is {free_bond}, the collateral {needed}")]
    BondTooLow {
        /// What it has.
        free_bond: Uint128,
        /// What it would have to lock.
        needed: Uint128,
    },
}

impl Refusal {
    /// Counts this refusal. A search never reads rows of other markets and regions.
    pub fn count(self, refusals: &mut Refusals) {
        let counter = match self {
            Self::OtherMarket | Self::Elsewhere => return,
            Self::Own => &mut refusals.own,
            Self::Declined => &mut refusals.declined,
            Self::Silent { .. } => &mut refusals.silent,
            Self::NoRoom => &mut refusals.no_room,
            Self::TooDear => &mut refusals.too_dear,
            Self::BondTooLow { .. } => &mut refusals.bond_too_low,
        };
        *counter = counter.saturating_add(1);
    }
}

/// What a node scores for a job, or why it cannot take it. `virtual_time` is the market's.
pub fn judge(job: &Job, row: &Row, virtual_time: u64) -> Result<Scored, Refusal> {
    let Row { key, card } = row;
    let region = key.cell.word.place.region;
    if key.market != job.market {
        return Err(Refusal::OtherMarket);
    }
    if !allows(job, region) {
        return Err(Refusal::Elsewhere);
    }
    if job.own.contains(&card.provider) {
        return Err(Refusal::Own);
    }
    if job.declined.contains(&key.node) {
        return Err(Refusal::Declined);
    }
    if card.last_seen_secs < job.alive_since_secs {
        return Err(Refusal::Silent {
            last_seen_secs: card.last_seen_secs,
        });
    }
    if !card.free.covers(&job.need) {
        return Err(Refusal::NoRoom);
    }
    let price = job_price(&card.prices, &job.need, job.reserved_secs)
        .ok()
        .filter(|price| *price <= job.max_price)
        .ok_or(Refusal::TooDear)?;
    let needed = job.collateral(price).map_err(|_| Refusal::TooDear)?;
    let free_bond = card.free_bond();
    if needed > free_bond {
        return Err(Refusal::BondTooLow { free_bond, needed });
    }
    let parts = parts(job, key.cell, card, needed);
    Ok(Scored {
        node: key.node,
        provider: card.provider,
        region,
        score: weigh(&job.weights, &parts).into(),
        parts,
        price,
        tag: key.virtual_time.max(virtual_time).into(),
    })
}

pub(crate) fn allows(job: &Job, region: u8) -> bool {
    job.regions.checked_shr(region.into()).unwrap_or_default() & 1 == 1
}

/// A node's virtual time after it took a job: `tag + price · 2³² / bond` with the whole
/// bond behind the node, so that over time jobs follow bonds however a bond is split
/// (start-time fair queueing). The market's virtual time becomes the tag.
pub fn advance(tag: u64, price: Uint128, bond: Uint128) -> u64 {
    let work = price
        .u128()
        .saturating_mul(1 << 32)
        .checked_div(bond.u128());
    let work = work.and_then(|work| u64::try_from(work).ok());
    tag.saturating_add(work.unwrap_or(u64::MAX))
}
