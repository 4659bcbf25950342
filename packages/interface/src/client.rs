//! Typed clients: how one contract calls another.

use cosmwasm_std::{coins, to_json_binary, Addr, CosmosMsg, StdResult, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;

use crate::denom::call;
use crate::registry::{ExecuteMsg, Order, Outcome, ReceiveMsg};
use crate::Denom;

/// The registry, as the escrow calls it.
pub struct Registry(pub Addr);

impl Registry {
    /// Asks for a node; see [`ExecuteMsg::Assign`].
    pub fn assign(&self, job: u64, order: Order) -> StdResult<CosmosMsg> {
        self.execute(&ExecuteMsg::Assign { job, order })
    }

    /// Asks for another node; see [`ExecuteMsg::Reassign`].
    pub fn reassign(&self, job: u64, order: Order, declined: Vec<u32>) -> StdResult<CosmosMsg> {
        self.execute(&ExecuteMsg::Reassign {
            job,
            order,
            declined,
        })
    }

    /// Gives a node back; see [`ExecuteMsg::Release`].
    pub fn release(&self, job: u64, outcome: Outcome) -> StdResult<CosmosMsg> {
        self.execute(&ExecuteMsg::Release { job, outcome })
    }

    /// Sends money to the insurance kitty; see [`ExecuteMsg::FundKitty`].
    pub fn fund_kitty(&self, denom: &Denom, amount: Uint128) -> StdResult<CosmosMsg> {
        match denom {
            Denom::Native(denom) => Ok(WasmMsg::Execute {
                contract_addr: self.0.to_string(),
                msg: to_json_binary(&ExecuteMsg::FundKitty {})?,
                funds: coins(amount.u128(), denom),
            }
            .into()),
            Denom::Cw20(token) => call(
                token,
                &Cw20ExecuteMsg::Send {
                    contract: self.0.to_string(),
                    amount,
                    msg: to_json_binary(&ReceiveMsg::FundKitty {})?,
                },
            ),
        }
    }

    fn execute(&self, msg: &ExecuteMsg) -> StdResult<CosmosMsg> {
        Ok(WasmMsg::Execute {
            contract_addr: self.0.to_string(),
            msg: to_json_binary(msg)?,
            funds: vec![],
        }
        .into())
    }
}
