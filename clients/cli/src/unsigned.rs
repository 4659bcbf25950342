//! A transaction for somebody else to sign, in the JSON that the programs of chains take.

use std::path::Path;

use serde_json::{json, Value};
use surge_chain::{Account, Network};

use crate::{
    failure::{Failure, Outcome},
    money::Amount,
    transact::Act,
};

/// Gas more than is simulated: before its first transaction a chain does not know that an
/// account is a multisig. Enough for about seven keys; their bytes are paid, read and kept.
pub const SIGNATURES_GAS: u64 = 30_000;

/// Fails when there is such a file already: none is written over.
pub fn ensure_new(file: &Path) -> Outcome<()> {
    match file.exists() {
        true => Err(Failure::new(format!("{} exists already", file.display()))
            .next("name a file that does not exist yet")),
        false => Ok(()),
    }
}

/// Writes it; answers how it is signed and sent.
pub fn write(
    network: &Network,
    file: &Path,
    act: &Act,
    account: &Account,
    gas_limit: u64,
    fee: &Amount,
) -> Outcome<String> {
    let denom = fee.coinage.denom.to_string();
    let amount = json!([{ "denom": denom, "amount": fee.base.to_string() }]);
    let messages: Vec<Value> = act
        .readable
        .iter()
        .map(|message| sdk(message, account.address()))
        .collect();
    let transaction = json!({
        "body": {
            "messages": messages,
            "memo": "",
            "timeout_height": "0",
            "extension_options": [],
            "non_critical_extension_options": [],
        },
        "auth_info": {
            "signer_infos": [],
            "fee": {
                "amount": if fee.base == 0 { json!([]) } else { amount },
                "gas_limit": gas_limit.to_string(),
                "payer": "",
                "granter": "",
            },
        },
        "signatures": [],
    });
    ensure_new(file)?;
    std::fs::write(file, serde_json::to_vec_pretty(&transaction)?)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
    let (chain_id, node) = (&network.chain_id, network.rpc.first());
    let node = node.map_or("", String::as_str);
    Ok(format!(
        "nothing is sent; the transaction is in {file}. Where the key is, with the chain's own program, such as wasmd:\n  \
         wasmd tx sign {file} --from KEY --chain-id {chain_id} --node {node} --output-document signed.json\n  \
         wasmd tx broadcast signed.json --node {node}\nthen: surge tx HASH. It has no last block: once it is signed, it may land until another transaction of the account does",
        file = file.display()
    ))
}

/// A message in the JSON of the Cosmos SDK.
fn sdk(message: &Value, sender: &str) -> Value {
    match message.get("contract") {
        Some(contract) => json!({
            "@type": "/cosmwasm.wasm.v1.MsgExecuteContract",
            "sender": sender,
            "contract": contract,
            "msg": message["msg"],
            "funds": message["funds"],
        }),
        None => json!({
            "@type": "/cosmos.bank.v1beta1.MsgSend",
            "from_address": sender,
            "to_address": message["to"],
            "amount": message["funds"],
        }),
    }
}
