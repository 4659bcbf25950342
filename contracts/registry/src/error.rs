use cosmwasm_std::{Addr, OverflowError, StdError, Uint128};
use cw_ownable::OwnershipError;
use cw_utils::PaymentError;
use surge_accounting::AccountingError;
use surge_interface::bounds::OutOfBounds;
use surge_interface::registry::ProviderStatus;
use surge_interface::upkeep::UpkeepError;
use surge_interface::{Kind, Resources, UncheckedDenom};
use surge_matching::MatchError;
use thiserror::Error;

/// Everything that can go wrong in the registry.
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
    Match(#[from] MatchError),

    #[error("only the escrow {escrow} may do this, not {sender}")]
    NotEscrow { escrow: Addr, sender: Addr },
    #[error("{sender} is neither owner nor operator of a provider: register one first")]
    NotAProvider { sender: Addr },
    #[error("only the owner of provider {provider} may do this, not {sender}")]
    NotProviderOwner { provider: u32, sender: Addr },
    #[error("only the operator of provider {provider} may do this, not {sender}")]
    NotOperator { provider: u32, sender: Addr },
    #[error("{address} already belongs to provider {provider}")]
    AddressTaken { address: Addr, provider: u32 },
    #[error("intake is closed: no new providers and nodes for now")]
    IntakeClosed,
    #[error("provider {provider} is {status:?}, this needs {needed:?}")]
    WrongStatus {
        provider: u32,
        status: ProviderStatus,
        needed: ProviderStatus,
    },

    #[error("there is no provider {provider}")]
    UnknownProvider { provider: u32 },
    #[error("there is no node {node}")]
    UnknownNode { node: u32 },
    #[error("there is no region {region}: {count} are known, ids start at 0")]
    UnknownRegion { region: u8, count: usize },
    #[error("there is no class {class}")]
    UnknownClass { class: u8 },
    #[error("there is no denomination {denom}: {count} are known, ids start at 0")]
    UnknownDenomId { denom: u8, count: usize },
    #[error("{denom} is not accepted here")]
    UnknownDenom { denom: UncheckedDenom },
    #[error("class {class} has no market in denomination {denom}")]
    NoMarket { class: u8, denom: u8 },
    #[error("there is no explanation for job {job}: it was never assigned")]
    NotExplained { job: u64 },
    #[error("job {job} holds no node")]
    NotReserved { job: u64 },
    #[error("job {job} has given its capacity back already")]
    AlreadyVacated { job: u64 },
    #[error("job {job} has not been delivered: its capacity is free when its result is there")]
    NotDelivered { job: u64 },
    #[error("job {job} holds node {node} already")]
    AlreadyReserved { job: u64, node: u32 },

    #[error("{what} has {len} bytes, at most {max} are allowed")]
    TextTooLong {
        what: &'static str,
        len: usize,
        max: usize,
    },
    #[error("at most {max} {what} are allowed")]
    TooMany { what: &'static str, max: usize },
    #[error("{given:?} is not a jurisdiction: two capital letters, ISO 3166-1 alpha-2")]
    BadJurisdiction { given: String },
    #[error("the weights sum to {sum}, they must sum to 1000000")]
    BadWeights { sum: u64 },
    #[error("region {region} needs {needed} round trips, one to each region up to itself, {given} were given")]
    WrongRoundTrips {
        region: u8,
        needed: usize,
        given: usize,
    },
    #[error("ids are given in order: the next {what} is {next}, not {id}")]
    IdGap {
        what: &'static str,
        id: u8,
        next: usize,
    },
    #[error("the leading resource of class {class} cannot change")]
    LeadingIsFixed { class: u8 },
    #[error("the market of class {class} in denomination {denom} cannot be removed")]
    MarketIsFixed { class: u8, denom: u8 },
    #[error("a market may stand in a class once: denomination {denom} stands twice")]
    MarketTwice { denom: u8 },
    #[error("{denom} is listed already")]
    DenomListed { denom: UncheckedDenom },

    #[error("the price of {leading:?} is zero: a job that costs nothing cannot be disputed")]
    NoPrice { leading: Kind },
    #[error("capacity {capacity:?} is below the smallest of its class, {smallest:?}")]
    CapacityTooSmall {
        capacity: Resources,
        smallest: Resources,
    },
    #[error("capacity {capacity:?} is below what is reserved, {reserved:?}: drain and wait for the jobs")]
    CapacityReserved {
        capacity: Resources,
        reserved: Resources,
    },
    #[error("a bond of {bond} is too low: {needed} base units of denomination {denom} are needed")]
    BondTooLow {
        denom: u8,
        bond: Uint128,
        needed: Uint128,
    },
    #[error("{needed} base units of free bond in denomination {denom} are needed, there are {free}: bond more")]
    FreeBondTooLow {
        denom: u8,
        free: Uint128,
        needed: Uint128,
    },
    #[error("node {node} has {running} running jobs: drain and wait for them")]
    NodeBusy { node: u32, running: u32 },
    #[error("no bond in denomination {denom} is ready to be withdrawn: {}", next(*next_secs))]
    NothingMatured { denom: u8, next_secs: u64 },
    #[error("an eviction tip of {tip} is too high: at most a tenth of the smallest bond, {max}")]
    TipTooHigh { tip: Uint128, max: Uint128 },
    #[error("nothing is there to be withdrawn")]
    NothingToWithdraw,
    #[error("nothing came without a message")]
    NothingToSync,
    #[error("heartbeat {seq} is not after the last, {last}")]
    StaleHeartbeat { seq: u32, last: u32 },
    #[error("none of these nodes is silent and in the index")]
    NobodySilent,

    #[error("the job needs none of the class's leading resource, {leading:?}")]
    NothingNeeded { leading: Kind },
    #[error("no region is allowed: none of the named regions lies in a named jurisdiction")]
    NoRegionAllowed,
}

/// When the next bond is ready; 0 when none is on its way.
fn next(secs: u64) -> String {
    match secs {
        0 => "none is on its way".to_owned(),
        _ => format!("the next is at {secs} seconds of block time"),
    }
}
