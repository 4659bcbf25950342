//! A DAO is born. It owns itself: whoever sends this keeps no right.

use cosmwasm_std::{Addr, DepsMut, Env, Response, Uint128};
use surge_interface::bounds::lasts;
use surge_interface::dao::{Class, Electorate, InstantiateMsg, MAX_FOUNDERS, MAX_LABEL, MAX_ROWS};
use surge_interface::events::{done, Journal};

use super::{at_most, rules, Call};
use crate::members;
use crate::policy;
use crate::state::{Config, Total, CONFIG, COUNT, MEMBER_COUNT, MEMBER_IDS, ROWS, TOTAL};
use crate::ContractError;

/// Sets everything; what a vote changes later passes the same checks.
pub fn instantiate(
    deps: DepsMut,
    env: &Env,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    at_most("the number of bytes of the name", msg.name.len(), MAX_LABEL)?;
    at_most("the number of bytes of the URI", msg.uri.len(), MAX_LABEL)?;
    if msg.name.is_empty() {
        return Err(ContractError::Empty { what: "the name" });
    }
    let (token, unstaking_secs, founders) = match msg.electorate {
        Electorate::OnePerMember { members } => (None, 0, members),
        Electorate::Staked {
            token,
            unstaking_secs,
        } => {
            let span = msg.profile.bounds().unstaking;
            lasts("unstaking_secs", unstaking_secs, &span)?;
            (
                Some(deps.api.addr_validate(&token)?),
                unstaking_secs,
                vec![],
            )
        }
    };
    if token.is_none() && founders.is_empty() {
        return Err(ContractError::Empty {
            what: "the list of members",
        });
    }
    let config = Config {
        name: msg.name,
        uri: msg.uri,
        profile: msg.profile,
        token,
        unstaking_secs,
    };
    CONFIG.save(deps.storage, &config)?;
    COUNT.save(deps.storage, &0)?;
    MEMBER_COUNT.save(deps.storage, &0)?;
    TOTAL.save(deps.storage, &Total::default(), env.block.height)?;
    rules::save_settings(deps.storage, deps.api, &config, &msg.settings)?;
    for (class, policy) in Class::ALL.into_iter().zip(msg.policies.into_array()) {
        policy::save(deps.storage, config.profile, class, &policy)?;
    }
    policy::check_unstaking(deps.storage, &config)?;
    at_most("the table of classes", msg.rows.len(), MAX_ROWS)?;
    for row in &msg.rows {
        let contract_addr = deps.api.addr_validate(&row.contract)?;
        if ROWS.has(deps.storage, (&contract_addr, &row.message)) {
            return Err(ContractError::RowTwice {
                contract: contract_addr,
                message: row.message.clone(),
            });
        }
        rules::save_row(deps.storage, deps.api, row)?;
    }
    at_most("the list of members", founders.len(), MAX_FOUNDERS)?;
    let mut journal = Journal::default();
    let mut call = Call::new(deps, env, Addr::unchecked(""));
    for founder in founders {
        found(&mut call, &mut journal, &founder)?;
    }
    Ok(journal.close(call.deps.storage, done("instantiate"))?)
}

/// A first member counts at once.
fn found(call: &mut Call, journal: &mut Journal, founder: &str) -> Result<(), ContractError> {
    let addr = call.deps.api.addr_validate(founder)?;
    if MEMBER_IDS.has(call.deps.storage, &addr) {
        return Err(ContractError::MemberTwice { address: addr });
    }
    let (id, member) = members::enter(call.deps.storage, journal, &addr)?;
    call.change(journal).grow(id, member, Uint128::one(), 0)
}
