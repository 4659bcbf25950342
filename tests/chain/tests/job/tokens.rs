//! What the token's own messages cost, which are cw20-base's.

use cosmwasm_std::Uint128;
use cw20::Cw20ExecuteMsg as Token;
use surge_chain_tests::Error;
use surge_interface::registry::ReceiveMsg;

use super::world::World;

pub fn every_message(world: &mut World) -> Result<(), Error> {
    let (holder, spender) = (&world.requester, &world.anyone);
    let amount = Uint128::new(1_000);
    let mut measured = vec![];
    let mut send = |what, signer, msg| -> Result<(), Error> {
        let included = world.chain.execute(signer, &world.token, &msg, 0)?;
        measured.push((what, included));
        Ok(())
    };
    let to = |key: &surge_chain_tests::Key| key.address().to_owned();
    let before = world.balance(spender.address())?;
    send(
        "token transfer",
        holder,
        Token::Transfer {
            recipient: to(spender),
            amount,
        },
    )?;
    send("token burn", holder, Token::Burn { amount })?;
    send(
        "token increase_allowance",
        holder,
        Token::IncreaseAllowance {
            spender: to(spender),
            amount: amount * Uint128::new(10),
            expires: None,
        },
    )?;
    send(
        "token decrease_allowance",
        holder,
        Token::DecreaseAllowance {
            spender: to(spender),
            amount,
            expires: None,
        },
    )?;
    send(
        "token transfer_from",
        spender,
        Token::TransferFrom {
            owner: to(holder),
            recipient: to(spender),
            amount,
        },
    )?;
    send(
        "token burn_from",
        spender,
        Token::BurnFrom {
            owner: to(holder),
            amount,
        },
    )?;
    send(
        "token send_from (to the kitty)",
        spender,
        Token::SendFrom {
            owner: to(holder),
            contract: world.registry.clone(),
            amount,
            msg: serde_json::to_vec(&ReceiveMsg::FundKitty {})?.into(),
        },
    )?;
    assert_eq!(world.balance(spender.address())?, before + 2_000);
    for (what, included) in measured {
        world.table.note(what, &included);
    }
    world.assert_solvent()
}
