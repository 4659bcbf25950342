//! What only the inside can tell.

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi, MockStorage};
use cosmwasm_std::{
    from_json, to_json_binary, to_json_vec, Addr, ContractResult, QuerierResult, SystemResult,
    Uint128, WasmQuery,
};
use cw20::{Cw20QueryMsg, MinterResponse, TokenInfoResponse};
use proptest::prelude::*;
use surge_interface::raw::{ABI, ABI_VERSION, DENOMS};
use surge_interface::rewards::{InstantiateMsg, Params};
use surge_interface::{Denom, TimeProfile};

use crate::contract::instantiate;
use crate::packed::{pack, record, unpack};
use crate::state::{Account, Config};
use crate::ContractError;

const DAY: u64 = 86_400;

fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

/// A token that says what it likes.
struct Token {
    minter: Option<MinterResponse>,
    supply: u128,
    listed: bool,
}

impl Token {
    fn honest() -> Self {
        Self {
            minter: Some(MinterResponse {
                minter: mock_env().contract.address.into_string(),
                cap: Some(Uint128::new(1_000)),
            }),
            supply: 1_000,
            listed: true,
        }
    }

    fn answer(&self, query: &WasmQuery) -> QuerierResult {
        let answer = match query {
            WasmQuery::Smart { msg, .. } => match from_json(msg).unwrap() {
                Cw20QueryMsg::Minter {} => to_json_binary(&self.minter),
                _ => to_json_binary(&TokenInfoResponse {
                    name: "Token".to_owned(),
                    symbol: "TOKEN".to_owned(),
                    decimals: 6,
                    total_supply: Uint128::new(self.supply),
                }),
            },
            WasmQuery::Raw { key, .. } if key.as_slice() == ABI.as_slice() => {
                to_json_binary(&ABI_VERSION)
            }
            WasmQuery::Raw { key, .. } if key.as_slice() == DENOMS.as_slice() => {
                let token = self.listed.then(|| Denom::Cw20(addr("token")));
                to_json_vec(&Vec::from_iter(token)).map(Into::into)
            }
            other => panic!("nobody asks {other:?}"),
        };
        SystemResult::Ok(ContractResult::Ok(answer.unwrap()))
    }

    fn birth(self) -> Result<(), ContractError> {
        let mut deps = mock_dependencies();
        deps.querier.update_wasm(move |query| self.answer(query));
        let msg = InstantiateMsg {
            owner: addr("owner").to_string(),
            token: addr("token").to_string(),
            escrow: addr("escrow").to_string(),
            registry: addr("registry").to_string(),
            profile: TimeProfile::Main,
            start_secs: mock_env().block.time.seconds(),
            epoch_secs: DAY,
            params: Params::defaults(),
        };
        let info = message_info(&addr("deployer"), &[]);
        instantiate(deps.as_mut(), mock_env(), info, msg).map(|_| ())
    }
}

#[test]
fn no_token_makes_rewards_that_could_mint_beyond_a_cap() {
    let this = mock_env().contract.address;
    assert_eq!(Token::honest().birth(), Ok(()));
    let mut token = Token::honest();
    token.supply = 1_001;
    let over = ContractError::BornOverCap {
        supply: Uint128::new(1_001),
        cap: Uint128::new(1_000),
    };
    assert_eq!(token.birth(), Err(over));
    let mut token = Token::honest();
    token.minter = token.minter.map(|minter| MinterResponse {
        cap: None,
        ..minter
    });
    assert_eq!(token.birth(), Err(ContractError::NoCap));
    let mut token = Token::honest();
    token.minter = None;
    let minter = "nobody".to_owned();
    assert_eq!(
        token.birth(),
        Err(ContractError::NotMinter { minter, this })
    );
    let mut token = Token::honest();
    token.listed = false;
    let unlisted = ContractError::TokenNotListed {
        token: addr("token"),
    };
    assert_eq!(token.birth(), Err(unlisted));
}

#[test]
fn a_bond_before_the_first_epoch_counts_from_its_start_on() {
    let config = Config {
        token: addr("token"),
        escrow: addr("escrow"),
        registry: addr("registry"),
        bond_denom: 0,
        start_secs: 10 * DAY,
        epoch_secs: DAY,
        cap: Uint128::new(1_000),
        genesis: Uint128::zero(),
    };
    let after = |secs| config.epoch_after(secs);
    assert_eq!([0, 10 * DAY - 1].map(after), [0, 0]);
    // Within an epoch it is too late for that one, also in its first second.
    assert_eq!([10 * DAY, 11 * DAY - 1, 11 * DAY].map(after), [1, 1, 2]);
}

#[test]
fn small_numbers_take_a_byte_and_cut_ones_are_refused() {
    assert_eq!(pack([0, 1, 127, 128]), [0, 1, 127, 128, 1]);
    assert!(unpack(&[128]).is_err());
    assert!(unpack(&[255; 20]).is_err());
    assert!(unpack(&[128; 20]).is_err(), "digits beyond 128 bits");
    assert_eq!(unpack(&[]), Ok(vec![]));
}

#[test]
fn a_record_that_lacks_numbers_is_corrupt_and_only_none_is_a_new_account() {
    assert_eq!(record::<2>(None), Ok(([0, 0], vec![])));
    for cut in [vec![], vec![7]] {
        assert!(record::<2>(Some(cut)).is_err(), "never taken for nothing");
    }
    let whole = Some(pack([7, 8, 9]));
    assert_eq!(record::<2>(whole), Ok(([7, 8], vec![9])));
    let mut storage = MockStorage::new();
    let account = Account {
        epoch: 4,
        room: Uint128::new(1 << 100),
        bucket: 1,
        parts: vec![Uint128::new(5)],
        ..Account::default()
    };
    account.save(&mut storage, 1);
    assert_eq!(Account::load(&storage, 1), Ok(account));
    assert_eq!(Account::load(&storage, 2), Ok(Account::default()));
}

proptest! {
    #[test]
    fn what_is_packed_comes_out_again(numbers in prop::collection::vec(any::<u128>(), 0..40)) {
        prop_assert_eq!(unpack(&pack(numbers.clone())), Ok(numbers));
    }
}
