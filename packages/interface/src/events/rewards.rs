//! Events of the rewards contract.

use cosmwasm_std::{Addr, Event, Uint128};

use super::{numbered, Emit, EventDoc};

events! { EVENTS of "rewards";
    /// Epochs were turned.
    EpochTurned = "epoch_turned" {
        /// Epochs before this one are turned.
        epoch: u64,
        /// Bond in the reward token, of all providers.
        bonded: Uint128,
        /// What a base unit of bond has earned by standing there, × 10¹⁸.
        base_index: Uint128,
        /// What it could have earned at most, × 10¹⁸.
        ceiling_index: Uint128,
        /// What the schedule has released.
        released: Uint128,
    }
    /// A provider's contributions were counted.
    RewardClaimed = "reward_claimed" {
        /// The provider.
        provider: u32,
        /// Where the minted part went.
        to: Addr,
        /// For work.
        work: Uint128,
        /// For bond.
        base: Uint128,
        /// The bond that counted: the lowest of the epochs that did.
        bond: Uint128,
        /// The first of those epochs.
        from_epoch: u64,
        /// The epoch after the last.
        to_epoch: u64,
        /// For what was burned.
        gated: Uint128,
        /// What its bond allows beyond that, for what is burned later.
        room: Uint128,
        /// Of all that, with what was carried: what was granted.
        granted: Uint128,
        /// What the cap did not allow.
        carried: Uint128,
        /// Part of what was granted that was paid at once.
        instant: Uint128,
        /// What had vested of earlier grants.
        vested: Uint128,
        /// What was minted now: both.
        minted: Uint128,
        /// What was minted for everybody so far.
        total_minted: Uint128,
        /// What was granted to everybody so far.
        total_granted: Uint128,
    }
    /// What had not vested was taken back.
    VestingSlashed = "vesting_slashed" {
        /// The provider.
        provider: u32,
        /// How much.
        amount: Uint128,
    }
    /// Parameters changed.
    ParamsUpdated = "rewards_params_updated" {
        /// Emission of a standing bond, a year.
        base_bps: u16,
        /// Most emission of a bond, a year.
        ceiling_bps: u16,
        /// Part of the schedule that is released.
        pool_bps: u16,
        /// Part of a reward that is paid at once.
        instant_bps: u16,
    }
}
