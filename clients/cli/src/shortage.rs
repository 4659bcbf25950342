//! Who has less than a transaction moves.

use surge_chain::Error;

use crate::{failure::Failure, session::Session, transact::Act};

/// What an error of the chain says, and when it is that the signer has too little, what it
/// has.
pub fn explained(session: &Session, act: &Act, error: Error) -> Failure {
    let log = error.raw_log();
    // The bank's words and cw20-base's. What a contract itself lacks is not the signer's.
    let short = ["insufficient funds", "Cannot Sub with given operands"]
        .iter()
        .any(|words| log.contains(words));
    if !short || log.contains("submessages") {
        return error.into();
    }
    let holds = || -> crate::failure::Outcome<String> {
        let account = session.account()?;
        let mut list = vec![];
        for coinage in session.coinages()? {
            list.push(
                coinage
                    .of(session.held(account.address(), &coinage)?)
                    .to_string(),
            );
        }
        Ok(list.join(" and "))
    };
    let (Ok(holds), Some(name)) = (holds(), &session.from) else {
        return error.into();
    };
    let moves = match act.moves.join("; ") {
        moves if moves.is_empty() => act.sentence.clone(),
        moves => moves,
    };
    Failure::new(format!(
        "{name} has {holds}, which is too little for this and its fee: {moves}"
    ))
    .next(format!(
        "say of what an amount is, such as \"2 {}\"; what the key holds: surge keys show {name}",
        session.network().fee.display
    ))
}
