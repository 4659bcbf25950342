//! A transaction in single steps, for who notes it between signing and sending, or sends
//! several before he looks for the first.

use cosmrs::{
    tx::{Body, Fee, SignDoc, SignerInfo, SignerPublicKey},
    Any, Coin, Tx,
};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

use crate::{rpc, Chain, Error, Key, Limit, Pending};

/// Blocks after which a transaction that is in none cannot land any more.
pub(crate) const LIFE_BLOCKS: u32 = 100;

/// What is signed with the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The chain that it is for.
    pub chain_id: String,
    /// The signer's number on the chain.
    pub account_number: u64,
    /// How many transactions the signer has sent before.
    pub sequence: u64,
    /// Gas that it may use.
    pub gas_limit: u64,
    /// What is paid for that, in base units of the network's fee denomination.
    pub fee: u128,
    /// Words for whoever reads it.
    pub memo: String,
    /// The last block that may hold it.
    pub last_block: u64,
}

/// A signed transaction. Whoever hands it over twice, it lands once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// How to find it.
    pub pending: Pending,
    /// As chains take it.
    pub bytes: Vec<u8>,
    /// What its signer pays for gas, in base units.
    pub fee: u128,
}

/// Who signed a transaction, on a chain whose addresses begin so, and with which sequence;
/// none when not one key did.
pub fn signed_by(tx: &[u8], prefix: &str) -> Option<(String, u64)> {
    let tx = Tx::from_bytes(tx).ok()?;
    let signer = tx.auth_info.signer_infos.first()?;
    let SignerPublicKey::Single(key) = signer.public_key.as_ref()? else {
        return None;
    };
    let address = key.account_id(prefix).ok()?;
    Some((address.to_string(), signer.sequence))
}

impl Chain {
    /// What the next transaction of an account is signed with.
    pub fn envelope(&self, signer: &str, gas_limit: u64) -> Result<Envelope, Error> {
        let account = self.base_account(signer)?;
        Ok(Envelope {
            chain_id: self.network.chain_id.clone(),
            account_number: account.account_number,
            sequence: account.sequence,
            gas_limit,
            fee: self.network.fee.of(gas_limit)?,
            memo: String::new(),
            last_block: self.height()?.saturating_add(LIFE_BLOCKS.into()),
        })
    }

    /// Signs messages for one transaction that may land in the next `life_blocks` blocks, and
    /// sends nothing.
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
        let envelope = Envelope {
            last_block: self.height()?.saturating_add(life_blocks),
            ..self.envelope(signer.address(), gas_limit)?
        };
        self.sign(signer, messages, &envelope)
    }

    /// Signs messages, all or none of which will succeed.
    pub fn sign(
        &self,
        signer: &Key,
        messages: &[Any],
        envelope: &Envelope,
    ) -> Result<Signed, Error> {
        let last_block = u32::try_from(envelope.last_block).unwrap_or(u32::MAX);
        let body = Body::new(messages.iter().cloned(), envelope.memo.as_str(), last_block);
        let fee = Coin {
            denom: self.network.fee.denom.parse()?,
            amount: envelope.fee,
        };
        let auth = SignerInfo::single_direct(Some(signer.account().public), envelope.sequence)
            .auth_info(Fee::from_amount_and_gas(fee, envelope.gas_limit));
        let chain_id = envelope
            .chain_id
            .parse()
            .map_err(cosmrs::ErrorReport::from)?;
        let bytes = signer.sign(SignDoc::new(
            &body,
            &auth,
            &chain_id,
            envelope.account_number,
        )?)?;
        Ok(Signed {
            pending: Pending {
                hash: hex::encode_upper(Sha256::digest(&bytes)),
                last_block: envelope.last_block,
            },
            fee: envelope.fee,
            bytes,
        })
    }

    /// Hands a signed transaction to the node, which looks at signature, sequence and fee
    /// before it takes it. One that it has already is taken again.
    pub fn broadcast(&self, tx: &[u8]) -> Result<(), Error> {
        let params = json!({ "tx": rpc::encode(tx) });
        let answer: Value = match self.rpc.call("broadcast_tx_sync", &params) {
            // It has it from another node.
            Err(Error::Rpc { message, .. }) if message.contains("tx already exists in cache") => {
                return Ok(())
            }
            answer => answer?,
        };
        match answer["code"].as_u64().unwrap_or_default() {
            0 => Ok(()),
            code => Err(Error::Refused {
                code,
                raw_log: answer["log"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }
}
