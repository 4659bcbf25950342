//! The chain, and how messages get there.

use anyhow::Result as AnyResult;
use cosmwasm_std::{coins, to_json_binary, Addr, Timestamp, Uint128};
use cw20::Cw20ExecuteMsg;
use cw_multi_test::{App, AppResponse, Executor, IntoAddr};
use serde::Serialize;
use surge_interface::{escrow, registry, rewards, UncheckedDenom};

use crate::Builder;

/// The native denomination, with id 0.
pub const NATIVE: &str = "ustake";

/// What everybody named in a test starts with, of each denomination.
const POCKET: u128 = 1_000_000_000_000;

/// Who hands out the tokens of the pockets.
pub(crate) const FAUCET: &str = "faucet";

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
    /// Another cw20 token that both accept, with id 2; it mints nothing.
    pub other_token: Option<Addr>,
    /// The DAO that owns the contracts, when there are founders.
    pub dao: Option<Addr>,
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

    /// The same with these parameters of rewards.
    pub fn with_rewards(rewards: surge_interface::rewards::Params) -> Self {
        Builder {
            rewards,
            ..Builder::default()
        }
        .build()
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
            let tokens = [Some(self.token.clone()), self.other_token.clone()];
            for token in tokens.into_iter().flatten() {
                self.app
                    .execute_contract(Self::addr(FAUCET), token, &gift, &[])
                    .expect("the faucet has enough");
            }
        }
        addr
    }

    /// Who owns the contracts: the DAO, or the key `owner` when there are no founders.
    pub fn owner(&self) -> Addr {
        self.dao.clone().unwrap_or_else(|| Self::addr("owner"))
    }

    /// The denomination with this id: 0 native, 1 the reward token, 2 the other token.
    pub fn denom(&self, id: u8) -> UncheckedDenom {
        match id {
            0 => UncheckedDenom::Native(NATIVE.to_owned()),
            _ => UncheckedDenom::Cw20(self.cw20(id).to_string()),
        }
    }

    /// The token with this id: 1 the reward token, 2 the other one. Panics without it.
    pub fn cw20(&self, id: u8) -> Addr {
        match id {
            1 => self.token.clone(),
            _ => self.other_token.clone().expect("no other token is listed"),
        }
    }

    /// Every denomination, by id.
    pub(crate) fn denoms(&self) -> Vec<UncheckedDenom> {
        let last = if self.other_token.is_some() { 2 } else { 1 };
        (0..=last).map(|id| self.denom(id)).collect()
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

    /// Sends reward tokens with a message to a contract.
    pub fn send_tokens<T: Serialize>(
        &mut self,
        name: &str,
        contract: &Addr,
        msg: &T,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        let token = self.token.clone();
        self.send_cw20(name, &token, contract, msg, amount)
    }

    /// Sends tokens of this kind with a message to a contract.
    pub fn send_cw20<T: Serialize>(
        &mut self,
        name: &str,
        token: &Addr,
        contract: &Addr,
        msg: &T,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        let send = Cw20ExecuteMsg::Send {
            contract: contract.to_string(),
            amount: Uint128::new(amount),
            msg: to_json_binary(msg)?,
        };
        self.send(name, token, &send, 0)
    }
}
