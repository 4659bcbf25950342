use cosmwasm_std::{Addr, OverflowError, StdError, Uint128};
use cw_utils::PaymentError;
use surge_accounting::AccountingError;
use surge_interface::bounds::OutOfBounds;
use surge_interface::dao::{Choice, Status};
use surge_interface::upkeep::UpkeepError;
use surge_interface::UncheckedDenom;
use thiserror::Error;

/// Everything that can go wrong in the DAO.
#[derive(Error, Debug, PartialEq)]
#[allow(missing_docs)] // the texts say it
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Overflow(#[from] OverflowError),
    #[error(transparent)]
    Accounting(#[from] AccountingError),
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),

    #[error("there is no proposal {proposal}")]
    UnknownProposal { proposal: u64 },
    #[error("there is no member {member}")]
    UnknownMember { member: u32 },
    #[error("{address} is not a member")]
    NotMember { address: Addr },
    #[error("member {member} had no weight at the start of block {height}")]
    NoWeight { member: u32, height: u64 },
    #[error("proposal {proposal} is {status:?}, this needs {needed:?}")]
    WrongStatus {
        proposal: u64,
        status: Status,
        needed: Status,
    },
    #[error("proposal {proposal} is {status:?}: nobody votes any longer")]
    VotingOver { proposal: u64, status: Status },
    #[error("proposal {proposal} is {status:?}: there is nothing to record")]
    NothingToRecord { proposal: u64, status: Status },
    #[error("proposal {proposal} is {status:?}: it is not over")]
    NotOver { proposal: u64, status: Status },
    #[error("member {member} has said {choice:?} on proposal {proposal} already")]
    SameBallot {
        proposal: u64,
        member: u32,
        choice: Choice,
    },
    #[error("only the proposer of proposal {proposal} may take it back, not {sender}")]
    NotProposer { proposal: u64, sender: Addr },
    #[error("others have voted on proposal {proposal}: it cannot be taken back")]
    OthersVoted { proposal: u64 },
    #[error("member {member} has {live} proposals that are not over, at most {max} are allowed")]
    TooManyLive {
        member: u32,
        live: usize,
        max: usize,
    },
    #[error("a weight of {weight} does not fit the 64 bits of cw3 and cw4: ask for full_proposal, ballots, members or total instead")]
    TooHeavy { weight: Uint128 },

    #[error("send {needed} {denom} with this, nothing else")]
    WrongDeposit {
        needed: Uint128,
        denom: UncheckedDenom,
    },
    #[error("the dao holds {balance} {denom}, less than the deposit of {deposit}: nobody may have as much")]
    DepositOutOfReach {
        denom: UncheckedDenom,
        balance: Uint128,
        deposit: Uint128,
    },
    #[error("nothing was put up for proposal {proposal}, or it was settled")]
    NoDeposit { proposal: u64 },
    #[error("an amount is zero")]
    NoAmount,
    #[error("{token} is not a token that is taken for this")]
    UnknownToken { token: Addr },
    #[error("each member has one vote here: nothing is staked")]
    NothingStaked,
    #[error("whoever stakes is a member here: members are not added or removed by vote")]
    MembersStake,
    #[error("member {member} has {has} at stake, not {asked}")]
    StakeTooLow {
        member: u32,
        has: Uint128,
        asked: Uint128,
    },
    #[error("member {member} has no stake whose wait is over")]
    NothingToRelease { member: u32 },
    #[error("member {member} has no weight that is old enough")]
    NothingToActivate { member: u32 },
    #[error("{address} is a member already")]
    MemberTwice { address: Addr },
    #[error("member {member} has left")]
    HasLeft { member: u32 },
    #[error("member {member} is the last with weight: nobody could decide anything again")]
    LastMember { member: u32 },

    #[error("a message to {contract} is not JSON with one key that names it")]
    Unreadable { contract: Addr },
    #[error("the dao calls itself through actions of its own only")]
    CallsItself,
    #[error("what changes code stands alone in a proposal")]
    UpgradesStandAlone,
    #[error("{contract} ran code {proposed} when this was proposed, now it runs {now}")]
    CodeChanged {
        contract: Addr,
        proposed: u64,
        now: u64,
    },
    #[error("members' money is held in {token}: nobody may be allowed to move it")]
    AllowanceOfOwed { token: Addr },
    #[error("somebody was allowed to move {token}: deposits would not be safe in it")]
    AllowedToken { token: Addr },
    #[error("a row may not say {class}: that belongs to typed actions")]
    BadRow { class: &'static str },
    #[error("{contract} {message} has two rows")]
    RowTwice { contract: Addr, message: String },
    #[error("after the actions the dao would hold {balance} {denom} but owe {owed}")]
    Insolvent {
        denom: UncheckedDenom,
        balance: Uint128,
        owed: Uint128,
    },
    #[error("only the dao itself may do this, not {sender}")]
    NotItself { sender: Addr },

    #[error("{what} has {len}, at most {max} are allowed")]
    TooLong {
        what: &'static str,
        len: usize,
        max: usize,
    },
    #[error("{what} is empty")]
    Empty { what: &'static str },

    #[error("no message has reply id {id}")]
    UnknownReply { id: u64 },
    #[error("a proposal's head cannot be read")]
    BadHead,
    #[error("a proposal's text cannot be read")]
    BadText,
    #[error("a ballot cannot be read")]
    BadBallot,
    #[error("no class has these actions")]
    NoClass,
    #[error("{key} names no denomination")]
    BadLedger { key: String },
}
