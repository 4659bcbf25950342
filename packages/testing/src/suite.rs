//! Deployment.

use anyhow::Result as AnyResult;
use cosmwasm_std::{
    coins, instantiate2_address, to_json_binary, Addr, Api, Binary, Timestamp, Uint128, WasmMsg,
};
use cw20::{Cw20Coin, Cw20ExecuteMsg, MinterResponse};
use cw_multi_test::{App, AppResponse, Contract, ContractWrapper, Executor, IntoAddr};
use serde::Serialize;
use surge_interface::registry::{Class, Market};
use surge_interface::{
    escrow, registry, rewards, token, Kind, Resources, TimeProfile, UncheckedDenom,
};

use crate::machine::REFERENCE;
use crate::regions;

/// The native denomination, with id 0.
pub const NATIVE: &str = "ustake";

/// What everybody named in a test starts with, of each denomination.
const POCKET: u128 = 1_000_000_000_000;

/// Who hands out the tokens of the pockets.
const FAUCET: &str = "faucet";

/// The suite on a chain of its own.
pub struct Suite {
    /// The chain.
    pub app: App,
    /// The registry contract.
    pub registry: Addr,
    /// The escrow contract.
    pub escrow: Addr,
    /// The reward token, which both accept, with id 1.
    pub token: Addr,
    /// The rewards contract, the token's minter.
    pub rewards: Addr,
}

/// Chooses what a suite starts with.
pub struct Builder {
    /// Bounds of durations.
    pub profile: TimeProfile,
    /// Parameters of the registry.
    pub registry: registry::Params,
    /// Parameters of the escrow.
    pub escrow: escrow::Params,
    /// Parameters of the rewards.
    pub rewards: rewards::Params,
    /// Length of an epoch; the first starts at once.
    pub epoch_secs: u64,
    /// Tokens that exist from the start, in the faucet's hands: half of the cap, so that
    /// there is a pocket for everybody.
    pub genesis: u128,
}

impl Default for Builder {
    fn default() -> Self {
        let profile = TimeProfile::Main;
        Self {
            profile,
            registry: registry::Params::defaults(profile),
            escrow: escrow::Params::defaults(profile),
            rewards: rewards::Params::defaults(),
            epoch_secs: 86_400,
            genesis: token::CAP / 2,
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
            let gift = Cw20ExecuteMsg::Transfer {
                recipient: addr.to_string(),
                amount: Uint128::new(POCKET),
            };
            let faucet = Self::addr(FAUCET);
            self.app
                .execute_contract(faucet, self.token.clone(), &gift, &[])
                .expect("the faucet has enough");
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

    /// Sends a message to the rewards contract.
    pub fn to_rewards(&mut self, name: &str, msg: &rewards::ExecuteMsg) -> AnyResult<AppResponse> {
        let contract = self.rewards.clone();
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
    /// contract is born knowing the others and owned by `owner`.
    pub fn build(self) -> Suite {
        let mut app = App::default();
        let deployer = Suite::addr("deployer");
        let owner = Suite::addr("owner").to_string();
        let mut store = |contract, salt: &'static str| {
            let code_id = app.store_code(contract);
            (code_id, predict(&app, code_id, &deployer, salt))
        };
        let (token_code, token) = store(token_contract(), "token");
        let (registry_code, registry) = store(registry_contract(), "registry");
        let (escrow_code, escrow) = store(escrow_contract(), "escrow");
        let (rewards_code, rewards) = store(rewards_contract(), "rewards");
        let suite = Suite {
            app,
            registry,
            escrow,
            token,
            rewards,
        };
        let births = [
            (token_code, "token", to_json_binary(&self.token(&suite))),
            (
                registry_code,
                "registry",
                to_json_binary(&self.registry(&suite, &owner)),
            ),
            (
                escrow_code,
                "escrow",
                to_json_binary(&self.escrow(&suite, &owner)),
            ),
            (
                rewards_code,
                "rewards",
                to_json_binary(&self.rewards(&suite, &owner)),
            ),
        ];
        let mut suite = suite;
        for (code_id, salt, msg) in births {
            let instantiate = WasmMsg::Instantiate2 {
                admin: Some(owner.clone()),
                code_id,
                label: salt.to_owned(),
                msg: msg.expect("messages serialize"),
                funds: vec![],
                salt: Binary::from(salt.as_bytes()),
            };
            suite
                .app
                .execute(deployer.clone(), instantiate.into())
                .expect("the contract instantiates");
        }
        suite
    }

    fn token(&self, suite: &Suite) -> cw20_base::msg::InstantiateMsg {
        cw20_base::msg::InstantiateMsg {
            name: token::NAME.to_owned(),
            symbol: token::SYMBOL.to_owned(),
            decimals: token::DECIMALS,
            initial_balances: vec![Cw20Coin {
                address: Suite::addr(FAUCET).to_string(),
                amount: Uint128::new(self.genesis),
            }],
            mint: Some(MinterResponse {
                minter: suite.rewards.to_string(),
                cap: Some(Uint128::new(token::CAP)),
            }),
            marketing: None,
        }
    }

    fn registry(&self, suite: &Suite, owner: &str) -> registry::InstantiateMsg {
        registry::InstantiateMsg {
            owner: owner.to_owned(),
            escrow: suite.escrow.to_string(),
            profile: self.profile,
            params: self.registry.clone(),
            denoms: vec![suite.denom(0), suite.denom(1)],
            regions: regions(),
            classes: vec![class()],
        }
    }

    fn escrow(&self, suite: &Suite, owner: &str) -> escrow::InstantiateMsg {
        escrow::InstantiateMsg {
            owner: owner.to_owned(),
            registry: suite.registry.to_string(),
            arbiter: Suite::addr("arbiter").to_string(),
            treasury: Suite::addr("treasury").to_string(),
            profile: self.profile,
            params: self.escrow.clone(),
            denoms: vec![suite.denom(0), suite.denom(1)],
            reward_token: Some(suite.token.to_string()),
        }
    }

    fn rewards(&self, suite: &Suite, owner: &str) -> rewards::InstantiateMsg {
        rewards::InstantiateMsg {
            owner: owner.to_owned(),
            token: suite.token.to_string(),
            escrow: suite.escrow.to_string(),
            registry: suite.registry.to_string(),
            profile: self.profile,
            start_secs: suite.now_secs(),
            epoch_secs: self.epoch_secs,
            params: self.rewards.clone(),
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

fn predict(app: &App, code_id: u64, deployer: &Addr, salt: &str) -> Addr {
    let code = app
        .wrap()
        .query_wasm_code_info(code_id)
        .expect("the code is stored");
    let creator = app
        .api()
        .addr_canonicalize(deployer.as_str())
        .expect("addresses of tests are valid");
    let address = instantiate2_address(code.checksum.as_slice(), &creator, salt.as_bytes())
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
    use surge_token::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

fn rewards_contract() -> Box<dyn Contract<cosmwasm_std::Empty>> {
    use surge_rewards::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}
