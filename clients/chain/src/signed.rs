//! Transactions for programs that may be killed at any moment.

use cosmrs::Any;
use sha2::{Digest, Sha256};

use crate::{Chain, Error, Key, Limit, Pending};

/// A signed transaction. Its bytes may be handed over again and again: they land at most
/// once, because a sequence is used up with them. Who notes it first can be interrupted at
/// any moment and go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// How to find it, and until when it may land.
    pub pending: Pending,
    /// The transaction as nodes take it.
    pub bytes: Vec<u8>,
    /// The fee that its signer pays, in base units.
    pub fee: u128,
}

impl Chain {
    /// Signs messages for one transaction, and sends nothing. It may land in the next
    /// `life_blocks` blocks.
    pub fn prepare(
        &self,
        signer: &Key,
        messages: &[Any],
        limit: Limit,
        life_blocks: u64,
    ) -> Result<Signed, Error> {
        let gas_limit = match limit {
            Limit::Gas(gas) => gas,
            Limit::Simulated => self.simulate(signer.account(), messages)?.gas_limit,
        };
        let fee = self.network().fee.of(gas_limit)?;
        let last_block = self.height()?.saturating_add(life_blocks);
        let bytes = self.sign(signer, messages, fee, gas_limit, last_block)?;
        Ok(Signed {
            pending: Pending {
                hash: hex::encode_upper(Sha256::digest(&bytes)),
                last_block,
            },
            bytes,
            fee,
        })
    }
}
