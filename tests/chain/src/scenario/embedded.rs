use std::collections::{BTreeMap, VecDeque};

use cosmwasm_std::{
    coins, instantiate2_address, Addr, Api, Binary, BlockInfo, ContractResult, CosmosMsg, Empty,
    Querier, QueryRequest, SystemResult, Timestamp, WasmMsg, WasmQuery,
};
use cw_multi_test::{App, AppResponse, BankSudo, Executor, IntoAddr, SudoMsg};
use serde_json::Value;
use surge_testing::code;

use super::ledger::{code_of, Event, Landed, Ledger, Moment, NATIVE, POCKET};
use crate::Error;

/// The embedded chain: cw-multi-test with the contracts as they are compiled for tests.
/// Its blocks are those that another run had, or one a second.
pub struct Embedded {
    app: App,
    codes: BTreeMap<&'static str, u64>,
    /// Blocks to come; none makes its own.
    moments: Option<VecDeque<Moment>>,
}

impl Embedded {
    /// Makes a block a second, and jumps where the flows wait.
    pub fn new() -> Self {
        Self {
            app: App::default(),
            codes: BTreeMap::new(),
            moments: None,
        }
    }

    /// Takes the heights and times of the blocks that another run had.
    pub fn following(moments: impl IntoIterator<Item = Moment>) -> Self {
        Self {
            moments: Some(moments.into_iter().collect()),
            ..Self::new()
        }
    }

    /// Begins the next block.
    fn begin(&mut self) -> Result<Moment, Error> {
        let next = match &mut self.moments {
            None => {
                let BlockInfo { height, time, .. } = self.app.block_info();
                Moment {
                    height: height + 1,
                    nanos: time.nanos() + 1_000_000_000,
                }
            }
            Some(moments) => moments.pop_front().ok_or_else(|| {
                Error::Answer("the run to follow had fewer steps than this one".into())
            })?,
        };
        self.set(next);
        Ok(next)
    }

    fn set(&mut self, moment: Moment) {
        self.app.update_block(|block| {
            block.height = moment.height;
            block.time = Timestamp::from_nanos(moment.nanos);
        });
    }

    fn send(&mut self, role: &str, message: WasmMsg) -> Result<Landed, Error> {
        let at = self.begin()?;
        let message: CosmosMsg = message.into();
        let (refusal, events) = match self.app.execute(role.into_addr(), message) {
            Ok(AppResponse { events, .. }) => (None, events.into_iter().map(event).collect()),
            Err(error) => (Some(why(error.as_ref())), vec![]),
        };
        Ok(Landed {
            at,
            fee: 0,
            refusal,
            events,
        })
    }
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger for Embedded {
    fn accounts(&mut self, roles: &[&'static str]) -> Result<Vec<String>, Error> {
        let mut addresses = vec![];
        for role in roles {
            let to_address = role.into_addr().into_string();
            addresses.push(to_address.clone());
            let amount = coins(POCKET, NATIVE);
            let gift = BankSudo::Mint { to_address, amount };
            self.app.sudo(SudoMsg::Bank(gift)).map_err(unexpected)?;
        }
        Ok(addresses)
    }

    fn store(&mut self, deployer: &str, contract: &'static str) -> Result<String, Error> {
        let code = match code_of(contract) {
            "dao" => code::dao(),
            "token" => code::token(),
            "registry" => code::registry(),
            "escrow" => code::escrow(),
            "rewards" => code::rewards(),
            _ => return Err(Error::Answer(format!("there is no contract {contract}"))),
        };
        let code_id = self.app.store_code(code);
        self.codes.insert(contract, code_id);
        let info = self.app.wrap().query_wasm_code_info(code_id);
        let checksum = info.map_err(unexpected)?.checksum;
        let api = self.app.api();
        let creator = api
            .addr_canonicalize(deployer.into_addr().as_str())
            .map_err(unexpected)?;
        let address = instantiate2_address(checksum.as_slice(), &creator, contract.as_bytes())
            .map_err(unexpected)?;
        let address = api.addr_humanize(&address).map_err(unexpected)?;
        Ok(address.into_string())
    }

    fn instantiate(
        &mut self,
        deployer: &str,
        contract: &str,
        admin: &str,
        msg: &Value,
    ) -> Result<Landed, Error> {
        let code_id = self.codes.get(contract).copied().unwrap_or_default();
        let message = WasmMsg::Instantiate2 {
            admin: Some(admin.to_owned()),
            code_id,
            label: contract.to_owned(),
            msg: bytes(msg)?,
            funds: vec![],
            salt: Binary::from(contract.as_bytes()),
        };
        Ok(self.send(deployer, message)?.naming(code_id, contract))
    }

    fn execute(
        &mut self,
        role: &str,
        contract: &str,
        msg: &Value,
        funds: u128,
    ) -> Result<Landed, Error> {
        let funds = if funds == 0 {
            vec![]
        } else {
            coins(funds, NATIVE)
        };
        let message = WasmMsg::Execute {
            contract_addr: contract.to_owned(),
            msg: bytes(msg)?,
            funds,
        };
        self.send(role, message)
    }

    fn ask(&self, contract: &str, msg: &Value) -> Result<Result<Value, String>, Error> {
        let smart = WasmQuery::Smart {
            contract_addr: contract.to_owned(),
            msg: bytes(msg)?,
        };
        let request = serde_json::to_vec(&QueryRequest::<Empty>::Wasm(smart))?;
        match self.app.raw_query(&request) {
            SystemResult::Ok(ContractResult::Ok(answer)) => {
                Ok(Ok(serde_json::from_slice(&answer)?))
            }
            SystemResult::Ok(ContractResult::Err(why)) => Ok(Err(why)),
            SystemResult::Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn native(&self, address: &str) -> Result<u128, Error> {
        let coin = self
            .app
            .wrap()
            .query_balance(Addr::unchecked(address), NATIVE);
        Ok(coin.map_err(unexpected)?.amount.u128())
    }

    fn wait_until(&mut self, secs: u64) -> Result<(), Error> {
        let now = self.app.block_info();
        if self.moments.is_none() && now.time.seconds() <= secs {
            self.set(Moment {
                height: now.height + 1,
                nanos: Timestamp::from_seconds(secs).nanos(),
            });
        }
        Ok(())
    }
}

fn bytes(msg: &Value) -> Result<Binary, Error> {
    Ok(serde_json::to_vec(msg)?.into())
}

fn event(event: cosmwasm_std::Event) -> Event {
    let attributes = event.attributes.into_iter();
    Event {
        kind: event.ty,
        attributes: attributes.map(|pair| (pair.key, pair.value)).collect(),
    }
}

/// The contract's own words: cw-multi-test puts each call around them.
fn why(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while innermost.to_string().starts_with("Error executing WasmMsg") {
        match innermost.source() {
            Some(inner) => innermost = inner,
            None => break,
        }
    }
    innermost.to_string()
}

fn unexpected(error: impl std::fmt::Display) -> Error {
    Error::Answer(error.to_string())
}
