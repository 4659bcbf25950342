//! Deployment.

use cosmwasm_std::{
    instantiate2_address, to_json_binary, Addr, Api, Binary, StdResult, Uint128, WasmMsg,
};
use cw20::{Cw20Coin, MinterResponse};
use cw20_base::msg::InstantiateMarketingInfo;
use cw_multi_test::{App, Executor};
use surge_interface::registry::{Class, Market};
use surge_interface::{
    dao, escrow, registry, rewards, token, Kind, Resources, TimeProfile, UncheckedDenom, BPS,
};

use crate::machine::REFERENCE;
use crate::suite::FAUCET;
use crate::{code, regions, Suite, NATIVE};

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
    /// Whether another cw20 token is listed beside the reward token.
    pub other_token: bool,
    /// The DAO's first members. With them the DAO owns everything and gets the treasury's
    /// share; without them the key `owner` does the first and `treasury` the second.
    pub founders: Vec<&'static str>,
    /// The DAO's rules; its deposits are native.
    pub policies: dao::Policies,
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
            other_token: false,
            founders: vec![],
            policies: dao::Policies::defaults(profile),
        }
    }
}

impl Builder {
    /// Deploys everything. As on a chain, the addresses are computed first, so that each
    /// contract is born knowing the others, with its owner and admin; the DAO comes first.
    pub fn build(self) -> Suite {
        let mut app = App::default();
        let deployer = Suite::addr("deployer");
        let mut store = |contract, salt: &'static str| {
            let code_id = app.store_code(contract);
            (code_id, predict(&app, code_id, &deployer, salt))
        };
        let (dao_code, dao) = store(code::dao(), "dao");
        let (token_code, token) = store(code::token(), "token");
        let (registry_code, registry) = store(code::registry(), "registry");
        let (escrow_code, escrow) = store(code::escrow(), "escrow");
        let (rewards_code, rewards) = store(code::rewards(), "rewards");
        let other = predict(&app, token_code, &deployer, OTHER);
        let governed = !self.founders.is_empty();
        let mut suite = Suite {
            app,
            registry,
            escrow,
            token,
            rewards,
            other_token: self.other_token.then_some(other),
            dao: governed.then_some(dao),
        };
        let mut births = vec![
            (token_code, "token", to_json_binary(&self.token(&suite))),
            (
                registry_code,
                "registry",
                to_json_binary(&self.registry(&suite)),
            ),
            (escrow_code, "escrow", to_json_binary(&self.escrow(&suite))),
            (
                rewards_code,
                "rewards",
                to_json_binary(&self.rewards(&suite)),
            ),
        ];
        if self.other_token {
            let born = to_json_binary(&other_token());
            births.insert(0, (token_code, OTHER, born));
        }
        if governed {
            births.insert(0, (dao_code, "dao", to_json_binary(&self.dao(&suite))));
        }
        for (code_id, salt, msg) in births {
            suite.give_birth(code_id, salt, msg);
        }
        if governed {
            // The founders' weight counts from the next block on.
            suite.pass(5);
        }
        suite
    }

    fn dao(&self, suite: &Suite) -> dao::InstantiateMsg {
        let members = self.founders.iter();
        dao::InstantiateMsg {
            name: "The network".to_owned(),
            uri: "https://example.org/dao".to_owned(),
            profile: self.profile,
            electorate: dao::Electorate::OnePerMember {
                members: members.map(|name| Suite::addr(name).to_string()).collect(),
            },
            settings: dao::Settings::defaults(UncheckedDenom::Native(NATIVE.to_owned())),
            policies: self.policies.clone(),
            rows: dao::Row::of_network(
                suite.registry.as_str(),
                suite.escrow.as_str(),
                suite.rewards.as_str(),
            ),
        }
    }

    fn token(&self, suite: &Suite) -> cw20_base::msg::InstantiateMsg {
        cw20_base::msg::InstantiateMsg {
            name: token::NAME.to_owned(),
            symbol: token::SYMBOL.to_owned(),
            decimals: token::DECIMALS,
            initial_balances: self.genesis(suite),
            mint: Some(MinterResponse {
                minter: suite.rewards.to_string(),
                cap: Some(Uint128::new(token::CAP)),
            }),
            // Who may give it a logo.
            marketing: Some(InstantiateMarketingInfo {
                project: None,
                description: None,
                marketing: Some(suite.owner().to_string()),
                logo: None,
            }),
        }
    }

    /// The faucet's, and the DAO's share of the cap when there is a DAO.
    fn genesis(&self, suite: &Suite) -> Vec<Cw20Coin> {
        let mut balances = vec![Cw20Coin {
            address: Suite::addr(FAUCET).to_string(),
            amount: Uint128::new(self.genesis),
        }];
        if let Some(dao) = &suite.dao {
            let amount = token::CAP * u128::from(token::DAO_BPS) / u128::from(BPS);
            balances.push(Cw20Coin {
                address: dao.to_string(),
                amount: Uint128::new(amount),
            });
        }
        balances
    }

    fn registry(&self, suite: &Suite) -> registry::InstantiateMsg {
        registry::InstantiateMsg {
            owner: suite.owner().to_string(),
            escrow: suite.escrow.to_string(),
            profile: self.profile,
            params: self.registry.clone(),
            denoms: suite.denoms(),
            regions: regions(),
            classes: vec![class(suite)],
        }
    }

    fn escrow(&self, suite: &Suite) -> escrow::InstantiateMsg {
        escrow::InstantiateMsg {
            owner: suite.owner().to_string(),
            registry: suite.registry.to_string(),
            arbiter: Suite::addr("arbiter").to_string(),
            treasury: match &suite.dao {
                Some(dao) => dao.to_string(),
                None => Suite::addr("treasury").to_string(),
            },
            profile: self.profile,
            params: self.escrow.clone(),
            denoms: suite.denoms(),
            reward_token: Some(suite.token.to_string()),
        }
    }

    fn rewards(&self, suite: &Suite) -> rewards::InstantiateMsg {
        rewards::InstantiateMsg {
            owner: suite.owner().to_string(),
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

impl Suite {
    fn give_birth(&mut self, code_id: u64, salt: &str, msg: StdResult<Binary>) {
        let instantiate = WasmMsg::Instantiate2 {
            admin: Some(self.owner().to_string()),
            code_id,
            label: salt.to_owned(),
            msg: msg.expect("messages serialize"),
            funds: vec![],
            salt: Binary::from(salt.as_bytes()),
        };
        self.app
            .execute(Self::addr("deployer"), instantiate.into())
            .expect("the contract instantiates");
    }
}

/// Salt of the token that is not the reward token.
const OTHER: &str = "other";

/// A token that nobody mints.
fn other_token() -> cw20_base::msg::InstantiateMsg {
    cw20_base::msg::InstantiateMsg {
        name: "Other".to_owned(),
        symbol: "OTHER".to_owned(),
        decimals: token::DECIMALS,
        initial_balances: vec![Cw20Coin {
            address: Suite::addr(FAUCET).to_string(),
            amount: Uint128::new(token::CAP),
        }],
        mint: None,
        marketing: None,
    }
}

/// The class of the tests: processors, quoted in every denomination.
fn class(suite: &Suite) -> Class {
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
        markets: (0u8..)
            .zip(suite.denoms())
            .map(|(id, _)| market(id))
            .collect(),
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
