//! A DAO on a chain in memory, spoken to in verbs.

use anyhow::Error;
use cosmwasm_schema::cw_serde;
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{
    coins, to_json_binary, Addr, Binary, Deps, DepsMut, Empty, Env, Event, MessageInfo, Response,
    StdError, StdResult, Uint128, WasmMsg,
};
use cw20::{BalanceResponse, Cw20Coin, Cw20ExecuteMsg, Cw20QueryMsg};
use cw_multi_test::{App, AppResponse, BankSudo, ContractWrapper, Executor, SudoMsg};
use serde::de::DeserializeOwned;
use surge_interface::dao::*;
use surge_interface::{TimeProfile, UncheckedDenom};

use crate::contract::{execute, instantiate, migrate, query, reply};
use crate::state::{load_head, save_head};
use crate::ContractError;

pub fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

/// Rules that are quick to reason about: a hundred seconds of voting, ten to settle, fifty
/// of timelock, two hundred of grace, and no quorum beyond the least.
pub fn plain() -> Policy {
    Policy {
        quorum_bps: 1_000,
        pass_bps: 5_000,
        min_yes_bps: 0,
        min_voters: 1,
        voting_secs: 100,
        settle_secs: 10,
        timelock_secs: 50,
        grace_secs: 200,
        deposit: Uint128::zero(),
    }
}

pub fn all(policy: &Policy) -> Policies {
    Policies {
        text: policy.clone(),
        spend: policy.clone(),
        membership: policy.clone(),
        params: policy.clone(),
        policy: policy.clone(),
        upgrade: policy.clone(),
        any: policy.clone(),
    }
}

pub fn birth() -> InstantiateMsg {
    InstantiateMsg {
        name: "Choir".to_owned(),
        uri: "https://example.org/choir".to_owned(),
        profile: TimeProfile::Dev,
        electorate: Electorate::OnePerMember {
            members: ["ada", "ben", "cyd", "dee", "eve"]
                .map(|name| addr(name).to_string())
                .to_vec(),
        },
        settings: Settings {
            min_age_secs: 0,
            deposit_denom: UncheckedDenom::Native("ustake".to_owned()),
            forfeit_bps: 2_500,
        },
        policies: all(&plain()),
        rows: vec![],
    }
}

/// A contract that does what it is told, to look at the DAO from the other side.
#[cw_serde]
pub enum Probe {
    Fine {},
    Light {},
    Fail {},
    /// Calls another contract.
    Call {
        contract: String,
        msg: Binary,
    },
    /// A token's hook.
    Receive(cw20::Cw20ReceiveMsg),
}

fn probe(_: DepsMut, _: Env, _: MessageInfo, msg: Probe) -> StdResult<Response> {
    match msg {
        Probe::Fine {} | Probe::Light {} | Probe::Receive(_) => Ok(Response::new()),
        Probe::Fail {} => Err(StdError::generic_err("the probe was told to fail")),
        Probe::Call { contract, msg } => Ok(Response::new().add_message(WasmMsg::Execute {
            contract_addr: contract,
            msg,
            funds: vec![],
        })),
    }
}

fn probe_birth(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn probe_query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    to_json_binary(&Empty {})
}

fn probe_migrate(_: DepsMut, _: Env, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

pub struct World {
    pub app: App,
    pub dao: Addr,
    pub token: Addr,
    pub probe: Addr,
    pub probe_code: u64,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| birth())
    }

    /// A DAO whose members stake the token; `ada` 60, `ben` 30, `cyd` 10, old enough.
    pub fn staked() -> Self {
        let mut world = Self::with(|token| {
            let mut msg = birth();
            msg.electorate = Electorate::Staked {
                token: token.to_string(),
                unstaking_secs: 160,
            };
            msg.settings.deposit_denom = UncheckedDenom::Cw20(token.to_string());
            msg
        });
        for (name, amount) in [("ada", 60), ("ben", 30), ("cyd", 10)] {
            world.stake(name, amount).unwrap();
        }
        world.pass(1);
        world
    }

    pub fn with(birth: impl Fn(&Addr) -> InstantiateMsg) -> Self {
        let deployer = addr("deployer");
        let mut app = App::new(|router, _, storage| {
            for name in ["ada", "ben", "cyd", "mal", "rich"] {
                let coins = coins(1_000_000, "ustake");
                router
                    .bank
                    .init_balance(storage, &addr(name), coins)
                    .unwrap();
            }
        });
        let token_code = app.store_code(Box::new(ContractWrapper::new(
            cw20_base::contract::execute,
            cw20_base::contract::instantiate,
            cw20_base::contract::query,
        )));
        let balances = ["ada", "ben", "cyd", "mal", "rich"].map(|name| Cw20Coin {
            address: addr(name).to_string(),
            amount: Uint128::new(1_000_000),
        });
        let msg = cw20_base::msg::InstantiateMsg {
            name: "Token".to_owned(),
            symbol: "TOKEN".to_owned(),
            decimals: 6,
            initial_balances: balances.to_vec(),
            mint: Some(cw20::MinterResponse {
                minter: deployer.to_string(),
                cap: None,
            }),
            marketing: None,
        };
        let token = app
            .instantiate_contract(token_code, deployer.clone(), &msg, &[], "token", None)
            .unwrap();
        let code = app.store_code(Box::new(
            ContractWrapper::new(execute, instantiate, query)
                .with_reply(reply)
                .with_migrate(migrate),
        ));
        let dao = app
            .instantiate_contract(code, deployer.clone(), &birth(&token), &[], "dao", None)
            .unwrap();
        let probe_contract = || {
            Box::new(
                ContractWrapper::new(probe, probe_birth, probe_query).with_migrate(probe_migrate),
            )
        };
        let probe_code = app.store_code(probe_contract());
        app.store_code(probe_contract());
        let admin = Some(dao.to_string());
        let probe = app
            .instantiate_contract(probe_code, deployer, &Empty {}, &[], "probe", admin)
            .unwrap();
        let mut world = Self {
            app,
            dao,
            token,
            probe,
            probe_code,
        };
        world.pass(1);
        world
    }

    /// A block with these seconds more on its clock.
    pub fn pass(&mut self, secs: u64) {
        self.app.update_block(|block| {
            block.height += 1;
            block.time = block.time.plus_nanos(secs * 1_000_000_000);
        });
    }

    pub fn now(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    pub fn height(&self) -> u64 {
        self.app.block_info().height
    }

    pub fn ask<T: DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.app.wrap().query_wasm_smart(&self.dao, msg).unwrap()
    }

    pub fn tell(&mut self, who: &str, msg: &ExecuteMsg) -> Result<AppResponse, Error> {
        self.tell_with(who, msg, 0)
    }

    pub fn tell_with(
        &mut self,
        who: &str,
        msg: &ExecuteMsg,
        ustake: u128,
    ) -> Result<AppResponse, Error> {
        let funds = match ustake {
            0 => vec![],
            amount => coins(amount, "ustake"),
        };
        let dao = self.dao.clone();
        let told = self.app.execute_contract(addr(who), dao, msg, &funds);
        self.check();
        told
    }

    /// DAO-1 holds whatever was told, and whether it was refused or not.
    fn check(&self) {
        let invariant: InvariantResponse = self.ask(&QueryMsg::Invariant {});
        assert!(invariant.holds, "{invariant:?}");
    }

    pub fn token(&mut self, who: &str, msg: &Cw20ExecuteMsg) -> Result<AppResponse, Error> {
        let token = self.token.clone();
        let told = self.app.execute_contract(addr(who), token, msg, &[]);
        self.check();
        told
    }

    pub fn send_token(
        &mut self,
        who: &str,
        amount: u128,
        msg: &ReceiveMsg,
    ) -> Result<AppResponse, Error> {
        let msg = Cw20ExecuteMsg::Send {
            contract: self.dao.to_string(),
            amount: Uint128::new(amount),
            msg: to_json_binary(msg).unwrap(),
        };
        self.token(who, &msg)
    }

    pub fn stake(&mut self, who: &str, amount: u128) -> Result<AppResponse, Error> {
        self.send_token(who, amount, &ReceiveMsg::Stake {})
    }

    pub fn try_propose(&mut self, who: &str, actions: Vec<Action>) -> Result<u64, Error> {
        self.try_propose_with(who, actions, 0)
    }

    pub fn try_propose_with(
        &mut self,
        who: &str,
        actions: Vec<Action>,
        ustake: u128,
    ) -> Result<u64, Error> {
        let draft = draft(actions);
        self.tell_with(who, &ExecuteMsg::Propose { draft }, ustake)?;
        let config: ConfigResponse = self.ask(&QueryMsg::Config {});
        Ok(config.proposals)
    }

    pub fn propose(&mut self, actions: Vec<Action>) -> u64 {
        self.try_propose("ada", actions).unwrap()
    }

    pub fn try_vote(
        &mut self,
        who: &str,
        proposal: u64,
        choice: Choice,
    ) -> Result<AppResponse, Error> {
        let reason = None;
        let msg = ExecuteMsg::Vote {
            proposal,
            choice,
            reason,
        };
        self.tell(who, &msg)
    }

    pub fn vote(&mut self, who: &str, proposal: u64, choice: Choice) -> AppResponse {
        self.try_vote(who, proposal, choice).unwrap()
    }

    pub fn poke(&mut self, proposal: u64) -> Result<AppResponse, Error> {
        self.tell("mal", &ExecuteMsg::Poke { proposal })
    }

    pub fn execute(&mut self, proposal: u64) -> Result<AppResponse, Error> {
        self.tell("mal", &ExecuteMsg::Execute { proposal })
    }

    /// Executes what is ready but cannot be carried out; answers the error that undid it.
    /// The chain tells the contract less, so it is had by performing once more.
    #[track_caller]
    pub fn fails(&mut self, proposal: u64) -> ContractError {
        let response = self.execute(proposal).unwrap();
        assert!(has_event(&response, "execution_failed"));
        assert!(!has_event(&response, "proposal_executed"));
        let dao = self.dao.clone();
        let head = load_head(&*self.app.contract_storage(&dao), proposal).unwrap();
        let mut executed = head.clone();
        executed.status = Status::Executed;
        save_head(
            &mut *self.app.contract_storage_mut(&dao),
            proposal,
            &executed,
        );
        let msg = ExecuteMsg::Perform { proposal };
        let told = self
            .app
            .execute_contract(dao.clone(), dao.clone(), &msg, &[]);
        save_head(&mut *self.app.contract_storage_mut(&dao), proposal, &head);
        refused(told)
    }

    /// Proposed by `ada`, everybody says yes, and the timelock is over.
    pub fn ready(&mut self, actions: Vec<Action>) -> u64 {
        let proposal = self.propose(actions);
        for who in ["ada", "ben", "cyd", "dee", "eve"] {
            // Not everybody is a member everywhere.
            let _ = self.try_vote(who, proposal, Choice::Yes);
        }
        self.pass(10);
        self.poke(proposal).unwrap();
        self.pass(50);
        assert_eq!(self.status(proposal), Status::Ready);
        proposal
    }

    pub fn proposal(&self, proposal: u64) -> FullProposalResponse {
        self.ask(&QueryMsg::FullProposal { proposal })
    }

    pub fn status(&self, proposal: u64) -> Status {
        self.proposal(proposal).proposal.status
    }

    pub fn member(&self, who: &str) -> DaoMember {
        let address = addr(who).to_string();
        let member: Option<DaoMember> = self.ask(&QueryMsg::MemberOf {
            address,
            height: None,
        });
        member.unwrap()
    }

    pub fn total(&self) -> TotalResponse {
        self.ask(&QueryMsg::Total { height: None })
    }

    pub fn give(&mut self, ustake: u128) {
        let dao = self.dao.clone();
        let gift = coins(ustake, "ustake");
        self.app.send_tokens(addr("rich"), dao, &gift).unwrap();
    }

    /// Coins out of nothing, for the DAO.
    pub fn give_coins(&mut self, amount: u128, denom: &str) {
        let mint = BankSudo::Mint {
            to_address: self.dao.to_string(),
            amount: coins(amount, denom),
        };
        self.app.sudo(SudoMsg::Bank(mint)).unwrap();
    }

    pub fn give_token(&mut self, amount: u128) {
        let msg = Cw20ExecuteMsg::Transfer {
            recipient: self.dao.to_string(),
            amount: Uint128::new(amount),
        };
        self.token("rich", &msg).unwrap();
    }

    /// Tokens out of nothing.
    pub fn mint(&mut self, who: &str, amount: u128) {
        let msg = Cw20ExecuteMsg::Mint {
            recipient: addr(who).to_string(),
            amount: Uint128::new(amount),
        };
        self.token("deployer", &msg).unwrap();
    }

    pub fn ustake(&self, who: &Addr) -> u128 {
        let coin = self.app.wrap().query_balance(who, "ustake").unwrap();
        coin.amount.u128()
    }

    pub fn tokens(&self, who: &Addr) -> u128 {
        let msg = Cw20QueryMsg::Balance {
            address: who.to_string(),
        };
        let answer: BalanceResponse = self.app.wrap().query_wasm_smart(&self.token, &msg).unwrap();
        answer.balance.u128()
    }

    pub fn to_probe(&self, msg: &Probe) -> Action {
        call(&self.probe, msg)
    }
}

pub fn draft(actions: Vec<Action>) -> Draft {
    Draft {
        title: "A title".to_owned(),
        text: "Reasons".to_owned(),
        actions,
        gas: 1_000_000,
    }
}

pub fn send(to: &str, ustake: u128) -> Action {
    Action::Send {
        to: addr(to).to_string(),
        denom: UncheckedDenom::Native("ustake".to_owned()),
        amount: Uint128::new(ustake),
    }
}

pub fn call<T: serde::Serialize>(contract: &Addr, msg: &T) -> Action {
    Action::Execute {
        contract: contract.to_string(),
        msg: to_json_binary(msg).unwrap(),
        funds: vec![],
    }
}

pub fn raw_call(contract: &Addr, msg: &str) -> Action {
    Action::Execute {
        contract: contract.to_string(),
        msg: Binary::from(msg.as_bytes()),
        funds: vec![],
    }
}

/// The error of the contract that a failed message ends with.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(told: Result<T, Error>) -> ContractError {
    let error = told.unwrap_err();
    match error.downcast::<ContractError>() {
        Ok(error) => error,
        Err(error) => panic!("not an error of the dao: {error:?}"),
    }
}

/// The attribute of the only event of this name.
#[track_caller]
pub fn attribute(response: &AppResponse, event: &str, key: &str) -> String {
    let named = format!("wasm-{event}");
    let events: Vec<&Event> = response.events.iter().filter(|it| it.ty == named).collect();
    assert_eq!(events.len(), 1, "{event}: {:?}", response.events);
    let attribute = events[0].attributes.iter().find(|it| it.key == key);
    attribute.unwrap().value.clone()
}

pub fn has_event(response: &AppResponse, event: &str) -> bool {
    let named = format!("wasm-{event}");
    response.events.iter().any(|it| it.ty == named)
}
