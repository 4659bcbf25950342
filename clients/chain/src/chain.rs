use std::time::Duration;

use cosmrs::{
    proto::{
        cosmos::{
            auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
            bank::v1beta1::{
                QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest,
                QueryBalanceResponse,
            },
            base::query::v1beta1::PageRequest,
            tx::v1beta1::{
                AuthInfo, SignerInfo as SignerInfoProto, SimulateRequest, SimulateResponse,
            },
        },
        cosmwasm::wasm::v1::{
            QueryCodeRequest, QueryCodeResponse, QueryContractHistoryRequest,
            QueryContractHistoryResponse, QueryContractInfoRequest, QueryContractInfoResponse,
            QueryRawContractStateRequest, QueryRawContractStateResponse,
            QuerySmartContractStateRequest, QuerySmartContractStateResponse,
        },
        traits::Message,
    },
    tx::{self, Fee as TxFee, SignerInfo},
    AccountId, Any, Coin,
};
use cosmwasm_std::{instantiate2_address, Checksum};
use serde::{de::DeserializeOwned, Serialize};

use crate::{multisig, rpc::Rpc, send::sequences, Account, Error, Network};

/// Usual longest wait for a block with the transaction.
const PATIENCE: Duration = Duration::from_secs(60);
/// Times that a transaction is simulated, when others of its account are faster.
const TRIES: u32 = 5;
/// Changes of a contract's code, or coins, that are read at once.
const PAGE: u64 = 100;

/// One chain, through one node.
pub struct Chain {
    pub(crate) network: Network,
    pub(crate) rpc: Rpc,
    /// Whose state queries answer; the newest block's when absent.
    height: Option<u64>,
    pub(crate) patience: Duration,
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

/// What happened to a contract's code: it was made, migrated, or came with the genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its code from then on.
    pub code_id: u64,
    /// The message that its code was given, as JSON.
    pub msg: Vec<u8>,
}

/// Code as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the wasm.
    pub checksum: Checksum,
    /// Who uploaded it.
    pub creator: String,
}

impl Chain {
    /// The chain of this network, through the first of its nodes that answers, and through
    /// another one when that stops answering. Fails when it is a node of another chain.
    pub fn connect(network: Network) -> Result<Self, Error> {
        let rpc = Rpc::connect(&network.rpc, &network.chain_id)?;
        Ok(Self {
            network,
            rpc,
            height: None,
            patience: PATIENCE,
        })
    }

    /// The same, with another wait for blocks than a minute.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What is known of the network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The same chain, where every query answers as of the end of the block of this height,
    /// as long as the node keeps its state.
    pub fn at(&self, height: u64) -> Self {
        Self {
            network: self.network.clone(),
            rpc: self.rpc.clone(),
            patience: self.patience,
            height: Some(height),
        }
    }

    /// What an address holds of a denomination.
    pub fn balance(&self, address: &str, denom: &str) -> Result<u128, Error> {
        let request = QueryBalanceRequest {
            address: address.into(),
            denom: denom.into(),
        };
        let answer: QueryBalanceResponse =
            self.query("/cosmos.bank.v1beta1.Query/Balance", &request)?;
        balance(&answer.balance.map(|coin| coin.amount).unwrap_or_default())
    }

    /// All native coins that an address holds: denominations, and how much in base units.
    pub fn held(&self, address: &str) -> Result<Vec<(String, u128)>, Error> {
        let (mut coins, mut key) = (vec![], vec![]);
        loop {
            let request = QueryAllBalancesRequest {
                address: address.into(),
                pagination: Some(PageRequest {
                    key,
                    limit: PAGE,
                    ..PageRequest::default()
                }),
                ..QueryAllBalancesRequest::default()
            };
            let answer: QueryAllBalancesResponse =
                self.query("/cosmos.bank.v1beta1.Query/AllBalances", &request)?;
            for coin in answer.balances {
                let amount = balance(&coin.amount)?;
                coins.push((coin.denom, amount));
            }
            key = answer.pagination.unwrap_or_default().next_key;
            if key.is_empty() {
                return Ok(coins);
            }
        }
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

    /// What these messages would use, without sending them. Errors of contracts come now. The
    /// node decides the gas, so this fails where its fee is above the network's highest.
    pub fn simulate(&self, signer: &Account, messages: &[Any]) -> Result<Simulated, Error> {
        let account = self.base_account(signer.address())?;
        let mut sequence = account.sequence;
        let mut tries = 1;
        loop {
            let several = multisig::stand_in(signer, account.pub_key.as_ref(), sequence);
            match self.simulate_as(signer, several, messages, sequence) {
                Err(error) if tries < TRIES => match sequences(error.raw_log()) {
                    Some((wanted, _)) => (sequence, tries) = (wanted, tries + 1),
                    None => return Err(error),
                },
                answer => return answer,
            }
        }
    }

    fn simulate_as(
        &self,
        signer: &Account,
        several: Option<(SignerInfoProto, Vec<u8>)>,
        messages: &[Any],
        sequence: u64,
    ) -> Result<Simulated, Error> {
        let body = tx::Body::new(messages.iter().cloned(), "", 0u32);
        let fee = Coin {
            denom: self.network.fee.denom.parse()?,
            amount: 0,
        };
        let auth = SignerInfo::single_direct(Some(signer.public), sequence)
            .auth_info(TxFee::from_amount_and_gas(fee, 0u64));
        let mut auth: AuthInfo = auth.into();
        let mut signature = vec![];
        if let Some((info, signatures)) = several {
            (auth.signer_infos, signature) = (vec![info], signatures);
        }
        let unsigned = cosmrs::proto::cosmos::tx::v1beta1::TxRaw {
            body_bytes: body.into_bytes()?,
            auth_info_bytes: auth.encode_to_vec(),
            signatures: vec![signature],
        };
        #[allow(deprecated)] // the field that took the decoded transaction
        let request = SimulateRequest {
            tx: None,
            tx_bytes: unsigned.encode_to_vec(),
        };
        let answer: SimulateResponse =
            self.query("/cosmos.tx.v1beta1.Service/Simulate", &request)?;
        let gas_used = answer.gas_info.unwrap_or_default().gas_used;
        let gas_limit = self.network.fee.limit_of(gas_used)?;
        Ok(Simulated {
            gas_used,
            gas_limit,
            fee: self.network.fee.within(gas_limit)?,
        })
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

    /// How a contract came to be: the message that made it first, then its migrations. Empty
    /// when there is no such contract.
    pub fn history(&self, address: &str) -> Result<Vec<Change>, Error> {
        let (mut all, mut key) = (vec![], vec![]);
        loop {
            let request = QueryContractHistoryRequest {
                address: address.into(),
                pagination: Some(PageRequest {
                    key,
                    limit: PAGE,
                    ..PageRequest::default()
                }),
            };
            let answer: QueryContractHistoryResponse =
                self.query("/cosmwasm.wasm.v1.Query/ContractHistory", &request)?;
            all.extend(answer.entries.into_iter().map(|entry| Change {
                code_id: entry.code_id,
                msg: entry.msg,
            }));
            key = answer.pagination.unwrap_or_default().next_key;
            if key.is_empty() {
                return Ok(all);
            }
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

    pub(crate) fn base_account(&self, address: &str) -> Result<BaseAccount, Error> {
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

    pub(crate) fn query<T: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> Result<T, Error> {
        let request = request.encode_to_vec();
        let answer = self.rpc.query(path, &request, self.height)?;
        T::decode(&*answer).map_err(|error| Error::Answer(format!("{path}: {error}")))
    }
}

/// An amount as the bank tells it.
fn balance(amount: &str) -> Result<u128, Error> {
    let wrong = |error| Error::Answer(format!("balance {amount}: {error}"));
    amount.parse().map_err(wrong)
}
