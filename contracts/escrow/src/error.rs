use cosmwasm_std::{Addr, OverflowError, StdError, Uint128};
use cw_ownable::OwnershipError;
use cw_utils::{ParseReplyError, PaymentError};
use surge_accounting::AccountingError;
use surge_interface::bounds::OutOfBounds;
use surge_interface::escrow::Status;
use surge_interface::upkeep::UpkeepError;
use surge_interface::UncheckedDenom;
use thiserror::Error;

/// Everything that can go wrong in the escrow.
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
    #[error(transparent)]
    Reply(#[from] ParseReplyError),

    #[error("there is no job {job}")]
    UnknownJob { job: u64 },
    #[error("job {job} is {status:?}, this needs {needed:?}")]
    WrongStatus {
        job: u64,
        status: Status,
        needed: Status,
    },
    #[error("only the requester of job {job} may do this, not {sender}")]
    NotRequester { job: u64, sender: Addr },
    #[error("only the operator of the node that has job {job} may do this, not {sender}")]
    NotOperator { job: u64, sender: Addr },
    #[error("only the arbiter {arbiter} may rule, not {sender}")]
    NotArbiter { arbiter: Addr, sender: Addr },
    #[error("the arbiter {arbiter} is a party of job {job} and may not rule on it")]
    ArbiterIsParty { job: u64, arbiter: Addr },
    #[error("too late for job {job}: it was possible until {deadline_secs} seconds of block time, now it is {now_secs}")]
    TooLate {
        job: u64,
        deadline_secs: u64,
        now_secs: u64,
    },
    #[error("too early for job {job}: possible after {deadline_secs} seconds of block time, now it is {now_secs}")]
    TooEarly {
        job: u64,
        deadline_secs: u64,
        now_secs: u64,
    },
    #[error("intake is closed: no new jobs for now")]
    IntakeClosed,
    #[error("no node for job {job}: {reason}")]
    NobodyFits { job: u64, reason: String },

    #[error("{denom} is not accepted here")]
    UnknownDenom { denom: UncheckedDenom },
    #[error("{denom} is listed already")]
    DenomListed { denom: UncheckedDenom },
    #[error("send {needed} {denom} with this, not {sent}")]
    WrongAmount {
        needed: Uint128,
        denom: UncheckedDenom,
        sent: Uint128,
    },
    #[error("the deposit is zero: send what the job may cost at most")]
    NoDeposit,
    #[error("nothing is there to be withdrawn")]
    NothingToWithdraw,
    #[error("nothing came without a message")]
    NothingToSync,

    #[error("{what} has {len}, at most {max} are allowed")]
    TooLong {
        what: &'static str,
        len: usize,
        max: usize,
    },
    #[error("{given:?} is not a SHA-256: 64 hexadecimal digits, lower case")]
    BadHash { given: String },
    #[error("burn, treasury and insurance sum to {sum} basis points of the take, they must sum to 10000")]
    BadSplit { sum: u64 },
    #[error("there is no version {version} of the parameters")]
    UnknownVersion { version: u32 },
    #[error("the registry knows no provider {provider}")]
    UnknownProvider { provider: u32 },
    #[error("job {job} has no node")]
    NoNode { job: u64 },
    #[error("no message has reply id {id}")]
    UnknownReply { id: u64 },
    #[error("the registry answered nothing")]
    NoAnswer,
}
