//! Money that is either native to the chain or a cw20 token.

use std::fmt;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    coins, to_json_binary, Addr, Api, BankMsg, CosmosMsg, QuerierWrapper, StdResult, Uint128,
    WasmMsg,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg};

/// A denomination; `T` is `String` while the token's address is unchecked.
#[cw_serde]
pub enum DenomBase<T> {
    /// A denomination of the bank module, such as `ustake`.
    Native(String),
    /// A cw20 token by its contract address.
    Cw20(T),
}

/// A denomination as it arrives in a message.
pub type UncheckedDenom = DenomBase<String>;

/// A denomination whose token address was checked.
pub type Denom = DenomBase<Addr>;

impl UncheckedDenom {
    /// Checks the token's address. Fails with the chain's error on a malformed one.
    pub fn check(&self, api: &dyn Api) -> StdResult<Denom> {
        Ok(match self {
            Self::Native(denom) => Denom::Native(denom.clone()),
            Self::Cw20(token) => Denom::Cw20(api.addr_validate(token)?),
        })
    }
}

impl Denom {
    /// The message that moves `amount` from the calling contract to `to_addr`.
    pub fn transfer(&self, to_addr: &Addr, amount: Uint128) -> StdResult<CosmosMsg> {
        Ok(match self {
            Self::Native(denom) => BankMsg::Send {
                to_address: to_addr.to_string(),
                amount: coins(amount.u128(), denom),
            }
            .into(),
            Self::Cw20(token) => call(
                token,
                &Cw20ExecuteMsg::Transfer {
                    recipient: to_addr.to_string(),
                    amount,
                },
            )?,
        })
    }

    /// The id of this denomination: its place in the list of those that a contract takes.
    pub fn id_in(&self, listed: &[Self]) -> Option<u8> {
        let id = listed.iter().position(|listed| listed == self)?;
        u8::try_from(id).ok()
    }

    /// What `holder_addr` holds of this denomination according to the chain.
    pub fn balance(&self, querier: &QuerierWrapper, holder_addr: &Addr) -> StdResult<Uint128> {
        match self {
            Self::Native(denom) => Ok(querier.query_balance(holder_addr, denom)?.amount),
            Self::Cw20(token) => {
                let answer: BalanceResponse = querier.query_wasm_smart(
                    token,
                    &Cw20QueryMsg::Balance {
                        address: holder_addr.to_string(),
                    },
                )?;
                Ok(answer.balance)
            }
        }
    }
}

impl From<Denom> for UncheckedDenom {
    fn from(denom: Denom) -> Self {
        match denom {
            Denom::Native(denom) => Self::Native(denom),
            Denom::Cw20(token) => Self::Cw20(token.into_string()),
        }
    }
}

/// `ustake` for a native denomination, `cw20/<address>` for a token.
impl<T: fmt::Display> fmt::Display for DenomBase<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native(denom) => f.write_str(denom),
            Self::Cw20(token) => write!(f, "cw20/{token}"),
        }
    }
}

/// A call of a cw20 token without funds.
pub fn call(token: &Addr, msg: &Cw20ExecuteMsg) -> StdResult<CosmosMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: token.to_string(),
        msg: to_json_binary(msg)?,
        funds: vec![],
    }
    .into())
}
