//! Who lends what: providers, their bonds and their nodes.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, StdResult, Uint128};

use crate::{Resources, UnitPrices};

/// A node as its owner describes it.
#[cw_serde]
pub struct NodeSpec {
    /// Class by id.
    pub class: u8,
    /// Denomination by id, one that the class has a market in.
    pub denom: u8,
    /// Region by id, declared.
    pub region: u8,
    /// Bandwidth tier by position in [`BANDWIDTH_TIERS_MBPS`].
    pub bandwidth_tier: u8,
    /// What the node lends at most.
    pub capacity: Resources,
    /// What it asks.
    pub prices: UnitPrices,
    /// Watts at full load, declared.
    pub watts: u32,
    /// Clean share of its energy in parts per million, declared.
    pub clean_ppm: u32,
}

/// Where a provider stands.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum ProviderStatus {
    /// Its nodes take jobs.
    Active,
    /// Its nodes take no new jobs.
    Draining,
    /// It has left; bond is waiting to be withdrawn.
    Unbonding,
    /// It has left with everything.
    Gone,
}

/// A payout address that does not count yet.
#[cw_serde]
pub struct PendingPayout {
    /// The address.
    pub payout: Addr,
    /// From when it counts.
    pub from_secs: u64,
}

/// Who a provider is. The escrow and the rewards contract read this record by raw key
/// ([`crate::raw`]).
#[cw_serde]
pub struct ProviderRecord {
    /// Cold key.
    pub owner: Addr,
    /// Hot key.
    pub operator: Addr,
    /// Where earnings go.
    pub payout: Addr,
    /// Where they will go.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pending_payout: Option<PendingPayout>,
    /// Status.
    pub status: ProviderStatus,
    /// Nodes it has.
    pub nodes: u32,
}

impl ProviderRecord {
    /// Where earnings go at this time.
    pub fn payout_at(&self, now_secs: u64) -> &Addr {
        match &self.pending_payout {
            Some(pending) if pending.from_secs <= now_secs => &pending.payout,
            _ => &self.payout,
        }
    }
}

/// Most lows that a bond remembers.
pub const MAX_LOWS: usize = 6;

/// Bond of a provider in one denomination that is not on its way out. The rewards contract
/// reads this record by raw key ([`crate::raw`]).
#[cw_serde]
#[derive(Default)]
pub struct BondRecord {
    /// Behind no node.
    #[serde(rename = "f")]
    pub free: Uint128,
    /// Behind nodes, locked or not.
    #[serde(rename = "n")]
    pub at_nodes: Uint128,
    /// How low it stood before, see [`BondRecord::lowest_since`]; at most [`MAX_LOWS`].
    #[serde(rename = "l", skip_serializing_if = "Vec::is_empty", default)]
    pub lows: Vec<Low>,
}

/// A bond stood at `amount` until `until_secs`, and has been higher ever since.
#[cw_serde]
pub struct Low {
    /// Until when.
    #[serde(rename = "t")]
    pub until_secs: u64,
    /// How much.
    #[serde(rename = "a")]
    pub amount: Uint128,
}

impl BondRecord {
    /// All of it.
    pub fn total(&self) -> StdResult<Uint128> {
        Ok(self.free.checked_add(self.at_nodes)?)
    }

    /// Remembers how low the bond stood, after it rose from `before`. When that is too much
    /// to remember, the two that differ least become the lower one of them: the bond may
    /// look lower than it was, never higher, and who adds dust changes it by dust.
    pub fn rose(&mut self, before: Uint128, now_secs: u64) {
        self.lows.push(Low {
            until_secs: now_secs,
            amount: before,
        });
        if self.lows.len() > MAX_LOWS {
            let pairs = self.lows.iter().zip(self.lows.iter().skip(1));
            let rises = pairs.map(|(low, next)| next.amount.abs_diff(low.amount));
            let least = rises.zip(0usize..).min().unwrap_or_default().1;
            let lower = self.lows.remove(least).amount;
            if let Some(low) = self.lows.get_mut(least) {
                low.amount = lower;
            }
        }
    }

    /// Forgets what is no lower than the bond is now, after it fell.
    pub fn fell(&mut self) -> StdResult<()> {
        let now = self.total()?;
        self.lows.retain(|low| low.amount < now);
        Ok(())
    }

    /// The lowest that the bond has been at any moment from `since_secs` on, as far as is
    /// remembered; never more than it was.
    pub fn lowest_since(&self, since_secs: u64) -> StdResult<Uint128> {
        let low = self.lows.iter().find(|low| low.until_secs >= since_secs);
        match low {
            Some(low) => Ok(low.amount),
            None => self.total(),
        }
    }
}
