use std::{
    thread,
    time::{Duration, Instant},
};

use cosmrs::{
    proto::{
        cosmos::{
            auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
            bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse},
            tx::v1beta1::{SimulateRequest, SimulateResponse},
        },
        cosmwasm::wasm::v1::{
            QueryCodeRequest, QueryCodeResponse, QueryContractInfoRequest,
            QueryContractInfoResponse, QueryParamsRequest, QueryParamsResponse,
            QueryRawContractStateRequest, QueryRawContractStateResponse,
            QuerySmartContractStateRequest, QuerySmartContractStateResponse,
        },
        traits::Message,
    },
    tx::{self, Fee as TxFee, SignDoc, SignerInfo},
    AccountId, Any, Coin,
};
use cosmwasm_std::{instantiate2_address, Checksum};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

use crate::{
    rpc::{self, Rpc},
    tx::{number, Included},
    Account, Error, Key, Network,
};

/// Longest wait for a block with the transaction.
const PATIENCE: Duration = Duration::from_secs(60);
/// Blocks after which a transaction that is in none cannot land any more.
const LIFE_BLOCKS: u32 = 100;
/// Times that a transaction is signed anew because another one of the account was faster.
const TRIES: u32 = 5;
/// The SDK's code for a sequence that does not fit.
const WRONG_SEQUENCE: u64 = 32;

/// One chain, through one node.
pub struct Chain {
    network: Network,
    rpc: Rpc,
}

/// How much gas a transaction may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// What simulating it used, and the network's margin.
    Simulated,
    /// So much.
    Gas(u64),
}

/// What a transaction would do.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Gas that it used.
    pub gas_used: u64,
    /// Gas limit with the network's margin.
    pub gas_limit: u64,
    /// The fee for the limit, in base units.
    pub fee: u128,
}

/// A transaction that a node got or is about to get.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// The last block that may hold it.
    pub last_block: u64,
}

/// A contract as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Its code.
    pub code_id: u64,
    /// Who may migrate it; nobody is empty.
    pub admin: String,
    /// Who made it.
    pub creator: String,
    /// Its label.
    pub label: String,
}

/// Code as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the wasm.
    pub checksum: Checksum,
    /// Who uploaded it.
    pub creator: String,
}

/// What a node says about itself and its chain.
#[derive(Clone, Debug, Serialize)]
pub struct Capabilities {
    /// The chain's application and its version.
    pub app: String,
    /// CometBFT's version.
    pub comet: String,
    /// Who may upload code.
    pub upload: String,
    /// Who may make contracts of uploaded code.
    pub instantiate: String,
    /// Most gas of a block; none is no limit.
    pub block_gas: Option<u64>,
    /// Most bytes of a block.
    pub block_bytes: u64,
}

impl Chain {
    /// The chain of this network, through the first of its nodes that answers, and through
    /// another one when that stops answering. Fails when it is a node of another chain.
    pub fn connect(network: Network) -> Result<Self, Error> {
        let rpc = Rpc::connect(&network.rpc, &network.chain_id)?;
        Ok(Self { network, rpc })
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

    /// What an address holds of a denomination.
    pub fn balance(&self, address: &str, denom: &str) -> Result<u128, Error> {
        let request = QueryBalanceRequest {
            address: address.into(),
            denom: denom.into(),
        };
        let answer: QueryBalanceResponse =
            self.query("/cosmos.bank.v1beta1.Query/Balance", &request)?;
        let amount = answer.balance.map(|coin| coin.amount).unwrap_or_default();
        amount
            .parse()
            .map_err(|error| Error::Answer(format!("balance {amount}: {error}")))
    }

    /// The address that a contract will have, known before it exists.
    pub fn predict(
        &self,
        creator: &Account,
        checksum: &Checksum,
        salt: &[u8],
    ) -> Result<String, Error> {
        let creator = creator.address.to_bytes().into();
        let address = instantiate2_address(checksum.as_slice(), &creator, salt)
            .map_err(|error| Error::Answer(error.to_string()))?;
        Ok(AccountId::new(&self.network.prefix, &address)?.to_string())
    }

    /// Transactions that an account has signed so far.
    pub fn sequence(&self, address: &str) -> Result<u64, Error> {
        Ok(self.base_account(address)?.sequence)
    }

    /// What these messages would use, without sending them. Errors of contracts come now.
    pub fn simulate(&self, signer: &Account, messages: &[Any]) -> Result<Simulated, Error> {
        let sequence = self.base_account(signer.address())?.sequence;
        let body = tx::Body::new(messages.iter().cloned(), "", 0u32);
        let fee = Coin {
            denom: self.network.fee.denom.parse()?,
            amount: 0,
        };
        let auth = SignerInfo::single_direct(Some(signer.public), sequence)
            .auth_info(TxFee::from_amount_and_gas(fee, 0u64));
        let unsigned = cosmrs::proto::cosmos::tx::v1beta1::TxRaw {
            body_bytes: body.into_bytes()?,
            auth_info_bytes: auth.into_bytes()?,
            signatures: vec![vec![]],
        };
        #[allow(deprecated)] // the field that took the decoded transaction
        let request = SimulateRequest {
            tx: None,
            tx_bytes: unsigned.encode_to_vec(),
        };
        let answer: SimulateResponse =
            self.query("/cosmos.tx.v1beta1.Service/Simulate", &request)?;
        let gas_used = answer.gas_info.unwrap_or_default().gas_used;
        let margin = u128::from(self.network.fee.gas_margin_percent);
        let gas_limit = (u128::from(gas_used) * margin).div_ceil(100);
        let gas_limit = u64::try_from(gas_limit)
            .map_err(|_| Error::Answer(format!("{gas_used} gas is too much")))?;
        Ok(Simulated {
            gas_used,
            gas_limit,
            fee: self.network.fee.of(gas_limit)?,
        })
    }

    /// Sends messages in one transaction, all or none of which succeed, and waits for its
    /// block.
    pub fn send(&self, signer: &Key, messages: &[Any], limit: Limit) -> Result<Included, Error> {
        self.send_noted(signer, messages, limit, |_| Ok(()))
    }

    /// As [`Chain::send`]; `note` hears of each transaction before the node does, so that who
    /// is interrupted can find out later what became of it.
    pub fn send_noted<E: From<Error>>(
        &self,
        signer: &Key,
        messages: &[Any],
        limit: Limit,
        mut note: impl FnMut(&Pending) -> Result<(), E>,
    ) -> Result<Included, E> {
        let gas_limit = match limit {
            Limit::Gas(gas) => gas,
            Limit::Simulated => self.simulate(signer.account(), messages)?.gas_limit,
        };
        let fee = self.network.fee.of(gas_limit)?;
        let last_block = self.height()?.saturating_add(LIFE_BLOCKS.into());
        let mut tries = 1;
        loop {
            let tx = self.sign(signer, messages, fee, gas_limit, last_block)?;
            let pending = Pending {
                hash: hex::encode_upper(Sha256::digest(&tx)),
                last_block,
            };
            note(&pending)?;
            match self.hand_over(&tx) {
                Ok(()) => return Ok(self.wait(&pending, Some((tx.len(), fee)))?),
                Err(Error::Refused { code, .. }) if code == WRONG_SEQUENCE && tries < TRIES => {
                    // This very one may have landed, when it was handed over twice because a
                    // node fell silent.
                    if self.find(&pending.hash)?.is_some() {
                        return Ok(self.wait(&pending, Some((tx.len(), fee)))?);
                    }
                    // Another transaction of the account was faster: once more.
                    tries += 1;
                    thread::sleep(Duration::from_millis(400));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What became of a transaction that was handed over earlier: waits until a block holds
    /// it, or until none can any more; then none.
    pub fn resolve(&self, pending: &Pending) -> Result<Option<Included>, Error> {
        loop {
            // The height first: what lands while we look is found in the next round.
            let height = self.height()?;
            if let Some(found) = self.find(&pending.hash)? {
                return Ok(Some(found));
            }
            if height > pending.last_block {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// A transaction that is in a block, by its hash; none when no block holds it.
    pub fn find(&self, hash: &str) -> Result<Option<Included>, Error> {
        let bytes = hex::decode(hash).map_err(|_| Error::Hash(hash.into()))?;
        match self.look(&bytes)? {
            Some(answer) => Included::read(&answer, None).map(Some),
            None => Ok(None),
        }
    }

    /// A contract; none when there is none at this address.
    pub fn contract(&self, address: &str) -> Result<Option<Contract>, Error> {
        let request = QueryContractInfoRequest {
            address: address.into(),
        };
        let answer: Result<QueryContractInfoResponse, Error> =
            self.query("/cosmwasm.wasm.v1.Query/ContractInfo", &request);
        match answer {
            Ok(answer) => Ok(answer.contract_info.map(|info| Contract {
                code_id: info.code_id,
                admin: info.admin,
                creator: info.creator,
                label: info.label,
            })),
            Err(Error::Query { log, .. }) if log.contains("no such contract") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Uploaded code; none when there is none of this id.
    pub fn code(&self, code_id: u64) -> Result<Option<Code>, Error> {
        let answer: Result<QueryCodeResponse, Error> = self.query(
            "/cosmwasm.wasm.v1.Query/Code",
            &QueryCodeRequest { code_id },
        );
        match answer {
            Ok(answer) => {
                let Some(info) = answer.code_info else {
                    return Ok(None);
                };
                let checksum = Checksum::try_from(info.data_hash.as_slice())
                    .map_err(|error| Error::Answer(error.to_string()))?;
                Ok(Some(Code {
                    checksum,
                    creator: info.creator,
                }))
            }
            Err(Error::Query { log, .. }) if log.contains("no such code") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the node says about itself and its chain.
    pub fn capabilities(&self) -> Result<Capabilities, Error> {
        let info: Value = self.rpc.call("abci_info", &json!({}))?;
        let status: Value = self.rpc.call("status", &json!({}))?;
        let consensus: Value = self.rpc.call("consensus_params", &json!({}))?;
        let block = &consensus["consensus_params"]["block"];
        let answer: QueryParamsResponse =
            self.query("/cosmwasm.wasm.v1.Query/Params", &QueryParamsRequest {})?;
        let params = answer.params.unwrap_or_default();
        let upload = params.code_upload_access.unwrap_or_default();
        let text = |field: &Value| field.as_str().unwrap_or("unknown").to_owned();
        Ok(Capabilities {
            app: format!(
                "{} {}",
                text(&info["response"]["data"]),
                text(&info["response"]["version"])
            ),
            comet: text(&status["node_info"]["version"]),
            upload: access(upload.permission).to_owned(),
            instantiate: access(params.instantiate_default_permission).to_owned(),
            block_gas: block["max_gas"].as_str().and_then(|gas| gas.parse().ok()),
            block_bytes: number(&block["max_bytes"])?,
        })
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

    /// Hands a signed transaction to the node and does not wait for a block. A node that
    /// has it already is fine.
    pub fn hand_over(&self, tx: &[u8]) -> Result<(), Error> {
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

    pub(crate) fn sign(
        &self,
        signer: &Key,
        messages: &[Any],
        fee: u128,
        gas_limit: u64,
        last_block: u64,
    ) -> Result<Vec<u8>, Error> {
        let account = self.base_account(signer.address())?;
        let last_block = u32::try_from(last_block).unwrap_or(u32::MAX);
        let body = tx::Body::new(messages.iter().cloned(), "", last_block);
        let fee = Coin {
            denom: self.network.fee.denom.parse()?,
            amount: fee,
        };
        let auth = SignerInfo::single_direct(Some(signer.account().public), account.sequence)
            .auth_info(TxFee::from_amount_and_gas(fee, gas_limit));
        let chain_id = self
            .network
            .chain_id
            .parse()
            .map_err(cosmrs::ErrorReport::from)?;
        signer.sign(SignDoc::new(
            &body,
            &auth,
            &chain_id,
            account.account_number,
        )?)
    }

    fn base_account(&self, address: &str) -> Result<BaseAccount, Error> {
        let request = QueryAccountRequest {
            address: address.into(),
        };
        let answer: Result<QueryAccountResponse, Error> =
            self.query("/cosmos.auth.v1beta1.Query/Account", &request);
        let answer = match answer {
            Err(Error::Query { log, .. }) if log.contains("not found") => {
                return Err(Error::Unfunded {
                    address: address.into(),
                    chain_id: self.network.chain_id.clone(),
                })
            }
            answer => answer?,
        };
        let account = answer.account.unwrap_or_default();
        BaseAccount::decode(&*account.value).map_err(|error| Error::Answer(error.to_string()))
    }

    fn wait(&self, sent: &Pending, paid: Option<(usize, u128)>) -> Result<Included, Error> {
        let bytes = hex::decode(&sent.hash).map_err(|_| Error::Hash(sent.hash.clone()))?;
        let since = Instant::now();
        loop {
            if let Some(answer) = self.look(&bytes)? {
                return Included::read(&answer, paid);
            }
            if since.elapsed() > PATIENCE {
                return Err(Error::NotIncluded {
                    hash: sent.hash.clone(),
                    secs: PATIENCE.as_secs(),
                    last_block: sent.last_block,
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the node knows of a transaction.
    fn look(&self, hash: &[u8]) -> Result<Option<Value>, Error> {
        let params = json!({ "hash": rpc::encode(hash), "prove": false });
        match self.rpc.call("tx", &params) {
            Err(Error::Rpc { message, .. }) if message.contains("not found") => Ok(None),
            found => found.map(Some),
        }
    }

    fn query<T: Message + Default>(&self, path: &str, request: &impl Message) -> Result<T, Error> {
        let answer = self.rpc.query(path, &request.encode_to_vec())?;
        T::decode(&*answer).map_err(|error| Error::Answer(format!("{path}: {error}")))
    }
}

/// What wasmd's numbers for permissions mean.
const fn access(permission: i32) -> &'static str {
    match permission {
        1 => "nobody",
        3 => "everybody",
        4 => "some addresses",
        _ => "unknown",
    }
}
