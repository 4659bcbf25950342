//! Messages as a chain gets them.

use std::io::Write;

use cosmrs::{
    proto::{
        cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin as ProtoCoin},
        cosmwasm::wasm::v1::{
            MsgExecuteContract, MsgInstantiateContract2, MsgMigrateContract, MsgStoreCode,
            MsgUpdateAdmin,
        },
        prost::Name,
    },
    Any,
};
use cosmwasm_std::Coin;
use flate2::{write::GzEncoder, Compression};
use serde::Serialize;

use crate::Error;

/// A message to a contract, with coins.
pub fn execute(
    sender: &str,
    contract: &str,
    msg: &impl Serialize,
    funds: &[Coin],
) -> Result<Any, Error> {
    any(&MsgExecuteContract {
        sender: sender.into(),
        contract: contract.into(),
        msg: serde_json::to_vec(msg)?,
        funds: coins(funds),
    })
}

/// Uploads code that anybody may make contracts of. It travels compressed.
pub fn store_code(sender: &str, wasm: &[u8]) -> Result<Any, Error> {
    let mut gzip = GzEncoder::new(vec![], Compression::best());
    let compressed = gzip.write_all(wasm).and_then(|()| gzip.finish());
    any(&MsgStoreCode {
        sender: sender.into(),
        wasm_byte_code: compressed.map_err(|error| Error::Answer(error.to_string()))?,
        instantiate_permission: None,
    })
}

/// Makes a contract at the address that code, sender and salt give, see
/// [`crate::Chain::predict`].
pub fn instantiate2(
    sender: &str,
    code_id: u64,
    label: &str,
    admin: &str,
    salt: &[u8],
    msg: &impl Serialize,
) -> Result<Any, Error> {
    any(&MsgInstantiateContract2 {
        sender: sender.into(),
        admin: admin.into(),
        code_id,
        label: label.into(),
        msg: serde_json::to_vec(msg)?,
        funds: vec![],
        salt: salt.into(),
        fix_msg: false,
    })
}

/// Gives a contract other code.
pub fn migrate(
    sender: &str,
    contract: &str,
    code_id: u64,
    msg: &impl Serialize,
) -> Result<Any, Error> {
    any(&MsgMigrateContract {
        sender: sender.into(),
        contract: contract.into(),
        code_id,
        msg: serde_json::to_vec(msg)?,
    })
}

/// Names who may give a contract other code.
pub fn update_admin(sender: &str, contract: &str, new_admin: &str) -> Result<Any, Error> {
    any(&MsgUpdateAdmin {
        sender: sender.into(),
        new_admin: new_admin.into(),
        contract: contract.into(),
    })
}

/// Sends coins.
pub fn pay(sender: &str, to: &str, funds: &[Coin]) -> Result<Any, Error> {
    any(&MsgSend {
        from_address: sender.into(),
        to_address: to.into(),
        amount: coins(funds),
    })
}

fn coins(coins: &[Coin]) -> Vec<ProtoCoin> {
    let nonzero = coins.iter().filter(|coin| !coin.amount.is_zero());
    nonzero
        .map(|coin| ProtoCoin {
            denom: coin.denom.clone(),
            amount: coin.amount.to_string(),
        })
        .collect()
}

fn any<M: Name>(msg: &M) -> Result<Any, Error> {
    Any::from_msg(msg).map_err(|error| Error::Answer(error.to_string()))
}
