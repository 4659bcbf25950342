//! Deployment.

use anyhow::Result as AnyResult;
use cosmwasm_std::{
    coins, instantiate2_address, to_json_binary, Addr, Api, Binary, Timestamp, Uint128, WasmMsg,
};
use cw20::{Cw20Coin, Cw20ExecuteMsg, MinterResponse};
use cw_multi_test::{App, AppResponse, Contract, ContractWrapper, Executor, IntoAddr};
use serde::Serialize;
use surge_interface::registry::{Class, Market};
use surge_interface::{escrow, registry, Kind, Resources, TimeProfile, UncheckedDenom};

use crate::machine::REFERENCE;
use crate::regions;

/// The native denomination, with id 0.
pub const NATIVE: &str = "ustake";

/// What everybody named in a test starts with, of each denomination.
const POCKET: u128 = 1_000_000_000_000;

/// The suite on a chain of its own.
pub struct Suite {
    /// The chain.
    pub app: App,
    /// The registry contract.
    pub registry: Addr,
    /// The escrow contract.
    pub escrow: Addr,
    /// A cw20 token that both accept, with id 1.
    pub token: Addr,
}

/// Chooses what a suite starts with.
pub struct Builder {
    /// Bounds of durations.
    pub profile: TimeProfile,
    /// Parameters of the registry.
    pub registry: registry::Params,
    /// Parameters of the escrow.
    pub escrow: escrow::Params,
}

impl Default for Builder {
    fn default() -> Self {
        let profile = TimeProfile::Main;
        Self {
            profile,
            registry: registry::Params::defaults(profile),
            escrow: escrow::Params::defaults(profile),
        }
    }
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}

impl Suite {
    /// With the parameters that a network starts with.
    pub fn new() -> Self {
        Builder::default().build()
    }

    /// The address that a name stands for in tests.
    pub fn addr(name: &str) -> Addr {
        name.into_addr()
    }

    /// Gives a name its pocket of coins and tokens, once.
    pub fn meet(&mut self, name: &str) -> Addr {
        let addr = Self::addr(name);
        if self.balance(&addr, 0) == 0 && self.balance(&addr, 1) == 0 {
            self.app
                .sudo(cw_multi_test::SudoMsg::Bank(
                    cw_multi_test::BankSudo::Mint {
                        to_address: addr.to_string(),
                        amount: coins(POCKET, NATIVE),
                    },
                ))
                .expect("the bank mints");
            let mint = Cw20ExecuteMsg::Mint {
                recipient: addr.to_string(),
                amount: Uint128::new(POCKET),
            };
            let minter = Self::addr("minter");
            self.app
                .execute_contract(minter, self.token.clone(), &mint, &[])
                .expect("the token mints");
        }
        addr
    }

    /// The denomination with this id: 0 native, 1 the token.
    pub fn denom(&self, id: u8) -> UncheckedDenom {
        match id {
            0 => UncheckedDenom::Native(NATIVE.to_owned()),
            _ => UncheckedDenom::Cw20(self.token.to_string()),
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, secs: u64) {
        self.app.update_block(|block| {
            let nanos = block.time.nanos() + secs * 1_000_000_000;
            block.time = Timestamp::from_nanos(nanos);
            block.height += secs.div_ceil(5).max(1);
        });
    }

    /// Block time.
    pub fn now_secs(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    /// Sends a message to the registry.
    pub fn to_registry(
        &mut self,
        name: &str,
        msg: &registry::ExecuteMsg,
    ) -> AnyResult<AppResponse> {
        let contract = self.registry.clone();
        self.send(name, &contract, msg, 0)
    }

    /// Sends a message to the escrow.
    pub fn to_escrow(&mut self, name: &str, msg: &escrow::ExecuteMsg) -> AnyResult<AppResponse> {
        let contract = self.escrow.clone();
        self.send(name, &contract, msg, 0)
    }

    /// Sends a message to a contract, with native coins.
    pub fn send<T: Serialize + std::fmt::Debug>(
        &mut self,
        name: &str,
        contract: &Addr,
        msg: &T,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        let sender = self.meet(name);
        let funds = match amount {
            0 => vec![],
            _ => coins(amount, NATIVE),
        };
        self.app
            .execute_contract(sender, contract.clone(), msg, &funds)
    }

    /// Sends tokens with a message to a contract.
    pub fn send_tokens<T: Serialize>(
        &mut self,
        name: &str,
        contract: &Addr,
        msg: &T,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        let send = Cw20ExecuteMsg::Send {
            contract: contract.to_string(),
            amount: Uint128::new(amount),
            msg: to_json_binary(msg)?,
        };
        let token = self.token.clone();
        self.send(name, &token, &send, 0)
    }
}

impl Builder {
    /// Deploys everything. As on a chain, the addresses are computed first, so that each
    /// contract is born knowing the other and owned by `owner`.
    pub fn build(self) -> Suite {
        let mut app = App::default();
        let deployer = Suite::addr("deployer");
        let owner = Suite::addr("owner").to_string();
        let token_code = app.store_code(token_contract());
        let token = app
            .instantiate_contract(
                token_code,
                deployer.clone(),
                &cw20_base::msg::InstantiateMsg {
                    name: "Surge test token".to_owned(),
                    symbol: "SURGE".to_owned(),
                    decimals: 6,
                    initial_balances: Vec::<Cw20Coin>::new(),
                    mint: Some(MinterResponse {
                        minter: Suite::addr("minter").to_string(),
                        cap: None,
                    }),
                    marketing: None,
                },
                &[],
                "token",
                None,
            )
            .expect("the token instantiates");
        let registry_code = app.store_code(registry_contract());
        let escrow_code = app.store_code(escrow_contract());
        let registry = predict(&app, registry_code, &deployer, b"registry");
        let escrow = predict(&app, escrow_code, &deployer, b"escrow");
        let denoms = vec![
            UncheckedDenom::Native(NATIVE.to_owned()),
            UncheckedDenom::Cw20(token.to_string()),
        ];
        let registry_msg = registry::InstantiateMsg {
            owner: owner.clone(),
            escrow: escrow.to_string(),
            profile: self.profile,
            params: self.registry,
            denoms: denoms.clone(),
            regions: regions(),
            classes: vec![class()],
        };
        let escrow_msg = escrow::InstantiateMsg {
            owner: owner.clone(),
            registry: registry.to_string(),
            arbiter: Suite::addr("arbiter").to_string(),
            treasury: Suite::addr("treasury").to_string(),
            profile: self.profile,
            params: self.escrow,
            denoms,
        };
        for (code_id, msg, salt) in [
            (
                registry_code,
                to_json_binary(&registry_msg),
                b"registry".as_slice(),
            ),
            (escrow_code, to_json_binary(&escrow_msg), b"escrow"),
        ] {
            let instantiate = WasmMsg::Instantiate2 {
                admin: Some(owner.clone()),
                code_id,
                label: String::from_utf8_lossy(salt).into_owned(),
                msg: msg.expect("messages serialize"),
                funds: vec![],
                salt: Binary::from(salt),
            };
            app.execute(deployer.clone(), instantiate.into())
                .expect("the contract instantiates");
        }
        Suite {
            app,
            registry,
            escrow,
            token,
        }
    }
}

/// The class of the tests: processors, quoted in both denominations.
fn class() -> Class {
    let market = |denom| Market {
        denom,
        reference: REFERENCE,
        smallest_bond: Uint128::new(10_000),
        evict_tip: Uint128::new(100),
    };
    Class {
        name: "cpu".to_owned(),
        leading: Kind::MilliCpu,
        smallest: Resources {
            milli_cpu: 1_000,
            memory_mib: 1_024,
            gpus: 0,
            storage_gib: 1,
            bandwidth_mbps: 0,
        },
        markets: vec![market(0), market(1)],
    }
}

fn predict(app: &App, code_id: u64, deployer: &Addr, salt: &[u8]) -> Addr {
    let code = app
        .wrap()
        .query_wasm_code_info(code_id)
        .expect("the code is stored");
    let creator = app
        .api()
        .addr_canonicalize(deployer.as_str())
        .expect("addresses of tests are valid");
    let address = instantiate2_address(code.checksum.as_slice(), &creator, salt)
        .expect("salts of tests are valid");
    app.api()
        .addr_humanize(&address)
        .expect("addresses of tests are valid")
}

fn registry_contract() -> Box<dyn Contract<cosmwasm_std::Empty>> {
    use surge_registry::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

fn escrow_contract() -> Box<dyn Contract<cosmwasm_std::Empty>> {
    use surge_escrow::contract::{execute, instantiate, migrate, query, reply};
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_migrate(migrate)
            .with_reply(reply),
    )
}

fn token_contract() -> Box<dyn Contract<cosmwasm_std::Empty>> {
    use cw20_base::contract::{execute, instantiate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query))
}
