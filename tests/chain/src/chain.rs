use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use cosmrs::{
    proto::{
        cosmos::{
            auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
            bank::v1beta1::{MsgSend, QueryBalanceRequest, QueryBalanceResponse},
            base::v1beta1::Coin as ProtoCoin,
        },
        cosmwasm::wasm::v1::{
            ContractInfo, MsgExecuteContract, MsgInstantiateContract2, MsgMigrateContract,
            MsgStoreCode, MsgUpdateAdmin, QueryContractInfoRequest, QueryContractInfoResponse,
            QueryRawContractStateRequest, QueryRawContractStateResponse,
            QuerySmartContractStateRequest, QuerySmartContractStateResponse,
        },
        prost::Name,
        traits::Message,
    },
    tx::{self, Fee, SignDoc, SignerInfo},
    AccountId, Any, Coin,
};
use cosmwasm_std::{instantiate2_address, Checksum};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

use crate::{
    rpc::{self, Rpc},
    tx::{number, Included},
    Error, Key, Network,
};

/// Gas that a transaction may use. The same for every transaction, because the limit is
/// part of the bytes that are paid for.
const GAS_LIMIT: u64 = 20_000_000;

/// Longest wait for a block with the transaction.
const PATIENCE: Duration = Duration::from_secs(60);

/// One chain, through one node.
pub struct Chain {
    network: Network,
    rpc: Rpc,
}

impl Chain {
    /// The chain of this network. Fails when its node does not answer or is of another chain.
    pub fn connect(network: Network) -> Result<Self, Error> {
        let chain = Self {
            rpc: Rpc::new(&network.rpc),
            network,
        };
        let status: Value = chain.rpc.call("status", &json!({}))?;
        if status["node_info"]["network"] != chain.network.chain_id.as_str() {
            return Err(Error::Answer(format!(
                "{} is a node of {}, not of {}",
                chain.network.rpc, status["node_info"]["network"], chain.network.chain_id
            )));
        }
        Ok(chain)
    }

    /// What is known of the network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Height of the newest block.
    pub fn height(&self) -> Result<u64, Error> {
        let status: Value = self.rpc.call("status", &json!({}))?;
        number(&status["sync_info"]["latest_block_height"])
    }

    /// Time of the newest block, in seconds since 1970.
    pub fn now_secs(&self) -> Result<u64, Error> {
        let header: Value = self.rpc.call("header", &json!({}))?;
        let time = header["header"]["time"].as_str().unwrap_or_default();
        let time: cosmrs::tendermint::Time = time
            .parse()
            .map_err(|error| Error::Answer(format!("block time {time}: {error}")))?;
        u64::try_from(time.unix_timestamp()).map_err(|error| Error::Answer(error.to_string()))
    }

    /// Waits until a block is newer than this time.
    pub fn wait_until(&self, secs: u64) -> Result<(), Error> {
        while self.now_secs()? <= secs {
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// What an address holds of the fee denomination.
    pub fn balance(&self, address: &str) -> Result<u128, Error> {
        let request = QueryBalanceRequest {
            address: address.into(),
            denom: self.network.denom.clone(),
        };
        let answer: QueryBalanceResponse =
            self.query("/cosmos.bank.v1beta1.Query/Balance", &request)?;
        let amount = answer.balance.map(|coin| coin.amount).unwrap_or_default();
        amount
            .parse()
            .map_err(|error| Error::Answer(format!("balance {amount}: {error}")))
    }

    /// Uploads code. Answers its id and checksum.
    pub fn store(&self, signer: &Key, wasm: &Path) -> Result<(u64, Checksum, Included), Error> {
        let code = std::fs::read(wasm).map_err(|source| Error::File {
            path: wasm.into(),
            source,
        })?;
        let checksum = Checksum::from(<[u8; 32]>::from(Sha256::digest(&code)));
        let msg = MsgStoreCode {
            sender: signer.address().into(),
            wasm_byte_code: code,
            instantiate_permission: None,
        };
        let included = self.send(signer, vec![any(&msg)?])?;
        let code_id = included.attribute("store_code", "code_id")?;
        Ok((code_id, checksum, included))
    }

    /// The address that [`Chain::instantiate`] will give: known before the contract exists.
    pub fn predict(
        &self,
        creator: &Key,
        checksum: &Checksum,
        salt: &[u8],
    ) -> Result<String, Error> {
        let creator = creator.canonical().into();
        let address = instantiate2_address(checksum.as_slice(), &creator, salt)
            .map_err(|error| Error::Answer(error.to_string()))?;
        Ok(AccountId::new(&self.network.prefix, &address)?.to_string())
    }

    /// Makes a contract at its predicted address. `admin` may migrate it.
    pub fn instantiate(
        &self,
        signer: &Key,
        code_id: u64,
        label: &str,
        admin: &str,
        salt: &[u8],
        msg: &impl Serialize,
    ) -> Result<(String, Included), Error> {
        let msg = MsgInstantiateContract2 {
            sender: signer.address().into(),
            admin: admin.into(),
            code_id,
            label: label.into(),
            msg: serde_json::to_vec(msg)?,
            funds: vec![],
            salt: salt.into(),
            fix_msg: false,
        };
        let included = self.send(signer, vec![any(&msg)?])?;
        let address = included.attribute("instantiate", "_contract_address")?;
        Ok((address, included))
    }

    /// Changes the code of a contract. Its admin may.
    pub fn migrate(
        &self,
        signer: &Key,
        contract: &str,
        code_id: u64,
        msg: &impl Serialize,
    ) -> Result<Included, Error> {
        let msg = MsgMigrateContract {
            sender: signer.address().into(),
            contract: contract.into(),
            code_id,
            msg: serde_json::to_vec(msg)?,
        };
        self.send(signer, vec![any(&msg)?])
    }

    /// Names who may migrate a contract. Its admin may.
    pub fn set_admin(
        &self,
        signer: &Key,
        contract: &str,
        new_admin: &str,
    ) -> Result<Included, Error> {
        let msg = MsgUpdateAdmin {
            sender: signer.address().into(),
            new_admin: new_admin.into(),
            contract: contract.into(),
        };
        self.send(signer, vec![any(&msg)?])
    }

    /// What the chain knows of a contract: code, creator, admin, label.
    pub fn contract_info(&self, contract: &str) -> Result<ContractInfo, Error> {
        let request = QueryContractInfoRequest {
            address: contract.into(),
        };
        let answer: QueryContractInfoResponse =
            self.query("/cosmwasm.wasm.v1.Query/ContractInfo", &request)?;
        answer
            .contract_info
            .ok_or_else(|| Error::Answer(format!("there is no contract {contract}")))
    }

    /// Sends one message to a contract with this much of the fee denomination.
    pub fn execute(
        &self,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Included, Error> {
        self.send(signer, vec![self.call(signer, contract, msg, funds)?])
    }

    /// As [`Chain::execute`] with a gas limit of its own.
    pub fn execute_within(
        &self,
        gas_limit: u64,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<Included, Error> {
        self.send_within(
            gas_limit,
            signer,
            vec![self.call(signer, contract, msg, 0)?],
        )
    }

    /// Sends several messages to a contract in one transaction: all succeed or none.
    pub fn execute_all(
        &self,
        signer: &Key,
        contract: &str,
        msgs: &[impl Serialize],
    ) -> Result<Included, Error> {
        let msgs = msgs.iter().map(|msg| self.call(signer, contract, msg, 0));
        self.send(signer, msgs.collect::<Result<_, _>>()?)
    }

    /// Sends coins without a message.
    pub fn pay(&self, signer: &Key, to: &str, amount: u128) -> Result<Included, Error> {
        let msg = MsgSend {
            from_address: signer.address().into(),
            to_address: to.into(),
            amount: self.coins(amount),
        };
        self.send(signer, vec![any(&msg)?])
    }

    /// Sends a coin to oneself when this account never signed before: a first signature
    /// stores the public key, which is paid for once and belongs to no message.
    pub fn warm_up(&self, signer: &Key) -> Result<(), Error> {
        if self.account(signer.address())?.sequence == 0 {
            self.pay(signer, signer.address(), 1)?;
        }
        Ok(())
    }

    /// Asks a contract.
    pub fn smart<T: DeserializeOwned>(
        &self,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<T, Error> {
        let request = QuerySmartContractStateRequest {
            address: contract.into(),
            query_data: serde_json::to_vec(msg)?,
        };
        let answer: QuerySmartContractStateResponse =
            self.query("/cosmwasm.wasm.v1.Query/SmartContractState", &request)?;
        Ok(serde_json::from_slice(&answer.data)?)
    }

    /// Reads a contract's store without running it. Nothing is empty.
    pub fn raw(&self, contract: &str, key: &[u8]) -> Result<Vec<u8>, Error> {
        let request = QueryRawContractStateRequest {
            address: contract.into(),
            query_data: key.into(),
        };
        let answer: QueryRawContractStateResponse =
            self.query("/cosmwasm.wasm.v1.Query/RawContractState", &request)?;
        Ok(answer.data)
    }

    fn call(
        &self,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Any, Error> {
        any(&MsgExecuteContract {
            sender: signer.address().into(),
            contract: contract.into(),
            msg: serde_json::to_vec(msg)?,
            funds: self.coins(funds),
        })
    }

    fn coins(&self, amount: u128) -> Vec<ProtoCoin> {
        let coin = ProtoCoin {
            denom: self.network.denom.clone(),
            amount: amount.to_string(),
        };
        if amount == 0 {
            vec![]
        } else {
            vec![coin]
        }
    }

    fn send(&self, signer: &Key, messages: Vec<Any>) -> Result<Included, Error> {
        self.send_within(GAS_LIMIT, signer, messages)
    }

    fn send_within(
        &self,
        gas_limit: u64,
        signer: &Key,
        messages: Vec<Any>,
    ) -> Result<Included, Error> {
        let fee = u128::from(gas_limit.div_ceil(1_000_000) * self.network.price_per_million_gas);
        let tx = self.sign(signer, messages, fee, gas_limit)?;
        let answer: Value = self
            .rpc
            .call("broadcast_tx_sync", &json!({ "tx": rpc::encode(&tx) }))?;
        let code = answer["code"].as_u64().unwrap_or_default();
        if code != 0 {
            let raw_log = answer["log"].as_str().unwrap_or_default().to_owned();
            return Err(Error::Refused { code, raw_log });
        }
        Included::read(&self.wait(&Sha256::digest(&tx))?, tx.len(), fee)
    }

    fn sign(
        &self,
        signer: &Key,
        messages: Vec<Any>,
        fee: u128,
        gas_limit: u64,
    ) -> Result<Vec<u8>, Error> {
        let account = self.account(signer.address())?;
        let body = tx::Body::new(messages, "", 0u32);
        let fee = Coin {
            denom: self.network.denom.parse()?,
            amount: fee,
        };
        let auth = SignerInfo::single_direct(Some(signer.public()), account.sequence)
            .auth_info(Fee::from_amount_and_gas(fee, gas_limit));
        let chain_id = self
            .network
            .chain_id
            .parse()
            .map_err(cosmrs::ErrorReport::from)?;
        let document = SignDoc::new(&body, &auth, &chain_id, account.account_number)?;
        Ok(document.sign(signer.signing())?.to_bytes()?)
    }

    fn account(&self, address: &str) -> Result<BaseAccount, Error> {
        let request = QueryAccountRequest {
            address: address.into(),
        };
        let answer: QueryAccountResponse =
            self.query("/cosmos.auth.v1beta1.Query/Account", &request)?;
        let account = answer.account.unwrap_or_default();
        BaseAccount::decode(&*account.value).map_err(|error| Error::Answer(error.to_string()))
    }

    fn wait(&self, hash: &[u8]) -> Result<Value, Error> {
        let since = Instant::now();
        loop {
            match self
                .rpc
                .call("tx", &json!({ "hash": rpc::encode(hash), "prove": false }))
            {
                Err(Error::Rpc { message, .. }) if message.contains("not found") => {}
                done => return done,
            }
            if since.elapsed() > PATIENCE {
                return Err(Error::NotIncluded {
                    hash: hex::encode_upper(hash),
                    secs: PATIENCE.as_secs(),
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn query<T: Message + Default>(&self, path: &str, request: &impl Message) -> Result<T, Error> {
        let answer = self.rpc.query(path, &request.encode_to_vec())?;
        T::decode(&*answer).map_err(|error| Error::Answer(format!("{path}: {error}")))
    }
}

fn any<M: Name>(msg: &M) -> Result<Any, Error> {
    Any::from_msg(msg).map_err(|error| Error::Answer(error.to_string()))
}
