use cosmwasm_std::Timestamp;
use serde_json::Value;
pub use surge_chain::Event;

use crate::Error;

/// What everybody has of the native coin at the start.
pub(super) const POCKET: u128 = 1_000_000_000;
/// The native coin.
pub(super) const NATIVE: &str = "ustake";

/// Which code a contract runs: those who stake have a DAO of their own.
pub(super) fn code_of(contract: &str) -> &str {
    match contract {
        "stakers" => "dao",
        contract => contract,
    }
}

/// A block that something happened in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its height.
    pub height: u64,
    /// Its time, in nanoseconds since 1970.
    pub nanos: u64,
}

impl Moment {
    /// Its time in seconds, as contracts count.
    pub fn secs(self) -> u64 {
        Timestamp::from_nanos(self.nanos).seconds()
    }
}

/// What became of a message.
#[derive(Clone, Debug)]
pub struct Landed {
    /// When.
    pub at: Moment,
    /// What its sender paid for it.
    pub fee: u128,
    /// Why it was refused, in the contract's or the chain's words, without the words that
    /// every chain puts around them; none when it was not.
    pub refusal: Option<String>,
    /// Everything that was emitted, in order. What belongs to the fee is called `fee's …`.
    pub events: Vec<Event>,
}

impl Landed {
    /// Puts the contract's name in place of the number of its code, which is what was
    /// uploaded before.
    pub(super) fn naming(mut self, code_id: u64, contract: &str) -> Self {
        let attributes = self
            .events
            .iter_mut()
            .flat_map(|event| &mut event.attributes);
        for (key, value) in attributes {
            if key == "code_id" && *value == code_id.to_string() {
                *value = contract.to_owned();
            }
        }
        self
    }
}

/// What a chain is to the flows: everything that they do to it and ask of it. People are
/// called by their roles, contracts by address.
pub trait Ledger {
    /// Makes accounts with a full pocket. Answers their addresses.
    fn accounts(&mut self, roles: &[&'static str]) -> Result<Vec<String>, Error>;

    /// Brings the code of a contract to the chain. Answers the address that it will have.
    fn store(&mut self, deployer: &str, contract: &'static str) -> Result<String, Error>;

    /// Makes a contract of stored code, at its predicted address.
    fn instantiate(
        &mut self,
        deployer: &str,
        contract: &str,
        admin: &str,
        msg: &Value,
    ) -> Result<Landed, Error>;

    /// Sends a message with native coins to a contract.
    fn execute(
        &mut self,
        role: &str,
        contract: &str,
        msg: &Value,
        funds: u128,
    ) -> Result<Landed, Error>;

    /// Asks a contract, as of the end of the block of what happened last. A refusal is an
    /// answer too.
    fn ask(&self, contract: &str, msg: &Value) -> Result<Result<Value, String>, Error>;

    /// Native coins of an address, as of the same block.
    fn native(&self, address: &str) -> Result<u128, Error>;

    /// Lets time pass until blocks are later than this second.
    fn wait_until(&mut self, secs: u64) -> Result<(), Error>;
}
