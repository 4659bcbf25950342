//! The rewards: what contributions mint. The only minter of the reward token.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128};
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

use crate::TimeProfile;

/// Epochs until the schedule's pool halves.
pub const HALVING_EPOCHS: u64 = 730;
/// Part of the cap that the schedule releases in all of time, in basis points.
pub const EMISSION_BPS: u16 = 1_000;
/// Epochs of a bucket of vesting.
pub const BUCKET_EPOCHS: u64 = 7;
/// Buckets over which a reward vests.
pub const VESTING_BUCKETS: usize = 26;
/// Epochs between two changes of the emission.
pub const QUARTER_EPOCHS: u64 = 90;
/// Most that a change moves a number of the emission, in basis points of its value; a
/// number may always move by one.
pub const STEP_BPS: u16 = 1_000;
/// Highest part of a reward that is paid at once.
pub const MAX_INSTANT_BPS: u16 = 5_000;
/// Highest `ceiling_bps`.
pub const MAX_CEILING_BPS: u16 = 2_000;

/// What the rewards contract is born with. The sender of the instantiation keeps no right.
#[cw_serde]
pub struct InstantiateMsg {
    /// May change parameters and slash what has not vested: the network's DAO.
    pub owner: String,
    /// The reward token. It exists already, this contract is its minter, and it has a cap.
    pub token: String,
    /// The escrow contract: what providers contributed.
    pub escrow: String,
    /// The registry contract: what they bonded, and where their earnings go.
    pub registry: String,
    /// Bounds of all durations, for good.
    pub profile: TimeProfile,
    /// When epoch 0 starts, for good; not in the past.
    pub start_secs: u64,
    /// How long an epoch is, for good.
    pub epoch_secs: u64,
    /// Parameters.
    pub params: Params,
}

/// Parameters that the owner may change. How much a burned token mints stands in the
/// escrow's parameters, where each job freezes it.
#[cw_serde]
pub struct Params {
    /// Emission that a bond earns by standing there, a year (Y0).
    pub base_bps: u16,
    /// Most emission that a bond can earn with what its provider burned, a year (Y); at
    /// least `base_bps` and at most [`MAX_CEILING_BPS`].
    pub ceiling_bps: u16,
    /// Part of the schedule's pool that is released; the rest never is.
    pub pool_bps: u16,
    /// Part of a reward that is paid at once; the rest vests. At most [`MAX_INSTANT_BPS`].
    pub instant_bps: u16,
}

impl Params {
    /// What a network starts with.
    pub const fn defaults() -> Self {
        Self {
            base_bps: 200,
            ceiling_bps: 800,
            pool_bps: 10_000,
            instant_bps: 2_500,
        }
    }
}

/// Messages. None takes money. `UpdateOwnership`: the owner offers, the new owner accepts,
/// nobody gives it up; emits `ownership_changed`.
#[cw_ownable_execute]
#[cw_serde]
pub enum ExecuteMsg {
    /// Anybody turns the epochs that are over, with the bonds of this moment. Claims do it
    /// too. Emits `epoch_turned`. Fails when no epoch is over that is not turned.
    Turn {},
    /// Anybody claims for a provider: all that it earned until now is counted, the part
    /// that is due is minted to its payout address. Emits `reward_claimed`, and
    /// `epoch_turned` before it when epochs were over. Succeeds when nothing is due; fails
    /// for a provider that the registry does not know.
    Claim {
        /// The provider.
        provider: u32,
    },
    /// The owner takes back a share of what has not vested; it is never minted. What has
    /// vested and was not claimed yet stays. Emits `vesting_slashed`. Fails for anybody else,
    /// on a share outside its bounds, and when the share of what vests is nothing.
    Slash {
        /// The provider.
        provider: u32,
        /// The share of each bucket, rounded down: 1 to 10,000.
        bps: u16,
    },
    /// The owner changes parameters. The first three move by at most a tenth
    /// ([`STEP_BPS`]), rounded up, or by one, and not twice within [`QUARTER_EPOCHS`];
    /// epochs that are over are turned before by the old ones. Emits
    /// `rewards_params_updated`, and `epoch_turned` before it. Fails for anybody else, on a
    /// step too large or too early, and on numbers outside the bounds of [`Params`].
    UpdateParams {
        /// All of them.
        params: Params,
    },
}

/// Queries.
#[cw_ownable_query]
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// What was set at instantiation.
    #[returns(ConfigResponse)]
    Config {},
    /// Parameters, and when the emission may change again.
    #[returns(ParamsResponse)]
    Params {},
    /// The schedule as it stands.
    #[returns(EmissionResponse)]
    Emission {},
    /// What a provider has earned and got.
    #[returns(AccountResponse)]
    Account {
        /// The provider.
        provider: u32,
    },
    /// When what vests is released.
    #[returns(VestingResponse)]
    Vesting {
        /// The provider.
        provider: u32,
    },
    /// What a claim would do now.
    #[returns(Reward)]
    Claimable {
        /// The provider.
        provider: u32,
    },
    /// What was granted and minted against the cap and the token's supply.
    #[returns(InvariantResponse)]
    Invariant {},
}

/// See [`QueryMsg::Config`].
#[cw_serde]
pub struct ConfigResponse {
    /// The reward token.
    pub token: Addr,
    /// The escrow contract.
    pub escrow: Addr,
    /// The registry contract.
    pub registry: Addr,
    /// Id of the reward token among the registry's denominations.
    pub bond_denom: u8,
    /// When epoch 0 started.
    pub start_secs: u64,
    /// How long an epoch is.
    pub epoch_secs: u64,
    /// Most that may ever be minted, with what the token was born with.
    pub cap: Uint128,
    /// What the token was born with.
    pub genesis: Uint128,
    /// Number of the last event.
    pub seq: u64,
}

/// See [`QueryMsg::Params`].
#[cw_serde]
pub struct ParamsResponse {
    /// Parameters.
    pub params: Params,
    /// From when the emission may change again.
    pub changeable_secs: u64,
}

/// See [`QueryMsg::Emission`]. What is not turned yet is not counted.
#[cw_serde]
pub struct EmissionResponse {
    /// Epochs that are turned: all before this one.
    pub epoch: u64,
    /// The epoch of this moment.
    pub current_epoch: u64,
    /// What one base unit of bond has earned by standing there, × 10¹⁸.
    pub base_index: Uint128,
    /// What it could have earned at most, × 10¹⁸.
    pub ceiling_index: Uint128,
    /// What the schedule has released.
    pub released: Uint128,
    /// Part of it that was granted.
    pub emitted: Uint128,
    /// Part of it that no bond may claim by standing there: what burning may still open.
    pub spare: Uint128,
    /// What the schedule holds for the epoch of this moment, before `pool_bps`.
    pub pool: Uint128,
    /// The epoch from which on that is halved; none when nothing is left to halve.
    pub halves_epoch: Option<u64>,
}

/// See [`QueryMsg::Vesting`].
#[cw_serde]
pub struct VestingResponse {
    /// What has vested: the next claim mints it.
    pub due: Uint128,
    /// What has not, in order.
    pub parts: Vec<VestingPart>,
}

/// A part of what vests.
#[cw_serde]
pub struct VestingPart {
    /// From when a claim mints it.
    pub from_secs: u64,
    /// How much.
    pub amount: Uint128,
}

/// See [`QueryMsg::Account`].
#[cw_serde]
#[derive(Default)]
pub struct AccountResponse {
    /// Epochs before this one are counted.
    pub epoch: u64,
    /// Work mint that is counted.
    pub work: Uint128,
    /// Burned share that opened the emission so far.
    pub gate: Uint128,
    /// What the ceilings so far allowed beyond base and gated: burning may still use it.
    pub room: Uint128,
    /// Emission so far.
    pub emission: Uint128,
    /// What the cap did not allow.
    pub carried: Uint128,
    /// What vests, by bucket; the first is of `bucket`.
    pub vesting: Vec<Uint128>,
    /// Number of the first bucket.
    pub bucket: u64,
    /// What was minted.
    pub minted: Uint128,
    /// What was slashed.
    pub slashed: Uint128,
}

/// What a claim counts and pays.
#[cw_serde]
#[derive(Default)]
pub struct Reward {
    /// For work: the escrow's credit since the last claim.
    pub work: Uint128,
    /// For bond that stood there over whole epochs.
    pub base: Uint128,
    /// The bond that counted for it: the lowest of those epochs.
    pub bond: Uint128,
    /// The first of them.
    pub from_epoch: u64,
    /// The epoch after the last.
    pub to_epoch: u64,
    /// For what was burned, as far as the bond allows it.
    pub gated: Uint128,
    /// What is burned and not used for that yet.
    pub gate: Uint128,
    /// What the bond allows beyond that, from now and before: burning may still use it.
    pub room: Uint128,
    /// What the cap did not allow, from now and before.
    pub carried: Uint128,
    /// All that is granted by this claim.
    pub granted: Uint128,
    /// Part of it that is paid at once.
    pub instant: Uint128,
    /// Of earlier claims, what has vested since.
    pub vested: Uint128,
}

/// See [`QueryMsg::Invariant`].
#[cw_serde]
pub struct InvariantResponse {
    /// Most that may ever be minted.
    pub cap: Uint128,
    /// What the token was born with.
    pub genesis: Uint128,
    /// All that was granted: minted, vesting or slashed.
    pub granted: Uint128,
    /// What was minted.
    pub minted: Uint128,
    /// What vests.
    pub vesting: Uint128,
    /// What was slashed.
    pub slashed: Uint128,
    /// What the token says there is; less what was burned.
    pub supply: Uint128,
    /// Whether genesis and grants are within the cap, grants are minted, vesting or
    /// slashed, and no more exists than was minted.
    pub holds: bool,
}

/// Migration carries no data.
#[cw_serde]
pub struct MigrateMsg {}
