use cosmwasm_std::{Addr, OverflowError, StdError, Uint128};
use cw_ownable::OwnershipError;
use cw_utils::PaymentError;
use surge_accounting::AccountingError;
use surge_interface::bounds::OutOfBounds;
use surge_interface::upkeep::UpkeepError;
use thiserror::Error;

/// Everything that can go wrong in the rewards contract.
#[derive(Error, Debug, PartialEq)]
#[allow(missing_docs)] // the texts say it
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Ownership(#[from] OwnershipError),
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Overflow(#[from] OverflowError),
    #[error(transparent)]
    Accounting(#[from] AccountingError),

    #[error("the token's minter is {minter}, it must be this contract: {this}")]
    NotMinter { minter: String, this: Addr },
    #[error("the token has no cap: give it one")]
    NoCap,
    #[error("the token is born with {supply}, more than its cap of {cap}")]
    BornOverCap { supply: Uint128, cap: Uint128 },
    #[error("the registry does not list {token}: list it before")]
    TokenNotListed { token: Addr },
    #[error("epoch 0 would have started at {start_secs}, before now: {now_secs} (seconds of block time)")]
    StartsInThePast { start_secs: u64, now_secs: u64 },

    #[error("the registry knows no provider {provider}")]
    UnknownProvider { provider: u32 },
    #[error(
        "no epoch is over that is not turned: the next ends at {next_secs} seconds of block time"
    )]
    NothingToTurn { next_secs: u64 },
    #[error("nothing of provider {provider} vests")]
    NothingVests { provider: u32 },
    #[error("ceiling_bps {ceiling_bps} is below base_bps {base_bps}")]
    CeilingBelowBase { ceiling_bps: u16, base_bps: u16 },
    #[error("{what} goes from {from} to {to}, it may move by {most} at once")]
    StepTooLarge {
        what: &'static str,
        from: u16,
        to: u16,
        most: u16,
    },
    #[error("the emission may change again at {changeable_secs} seconds of block time, now it is {now_secs}")]
    ChangedLately { changeable_secs: u64, now_secs: u64 },
}
