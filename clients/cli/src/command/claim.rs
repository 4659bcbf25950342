//! `surge claim`.

use clap::Args;
use serde_json::json;
use surge_interface::rewards::{ExecuteMsg, QueryMsg, Reward, VestingResponse};

use super::provider::own;
use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
    output::{facts, Report},
    session::Session,
    transact::Act,
};

/// What can be said after `surge claim`.
#[derive(Args)]
pub struct Arguments {
    /// The provider; the signer's own when left away.
    provider: Option<u32>,
    /// Only show what a claim would bring, and what vests.
    #[arg(long)]
    show: bool,
    /// Claim also when there is nothing to claim.
    #[arg(long)]
    anyway: bool,
}

/// Carries it out.
pub fn run(arguments: &Arguments, session: &Session) -> Outcome<Report> {
    let provider = own(session, arguments.provider)?;
    let contracts = session.contracts()?;
    let reward: Reward = session.ask(&contracts.rewards, &QueryMsg::Claimable { provider })?;
    let surge = Coinage::surge(&contracts.token);
    let vesting: VestingResponse =
        session.ask(&contracts.rewards, &QueryMsg::Vesting { provider })?;
    let waiting = vesting.parts.iter().map(|part| part.amount.u128()).sum();
    if arguments.show {
        let text = facts([
            ("for work", surge.of(reward.work.u128()).to_string()),
            ("for bond", surge.of(reward.base.u128()).to_string()),
            (
                "for what was burned",
                surge.of(reward.gated.u128()).to_string(),
            ),
            ("paid at once", surge.of(reward.instant.u128()).to_string()),
            ("vested since", surge.of(reward.vested.u128()).to_string()),
            (
                "vests later, of earlier claims",
                surge.of(waiting).to_string(),
            ),
        ]);
        return Report::new(
            &json!({ "reward": reward, "vesting": vesting }),
            text.to_string(),
        );
    }
    let nothing = [reward.work, reward.base, reward.gated, reward.vested]
        .iter()
        .all(|part| part.is_zero());
    if nothing && !arguments.anyway && !session.sending.dry_run {
        return Err(Failure::new(format!(
            "provider {provider} has nothing to claim now: jobs and bonds in other money than {} mint nothing, and bond counts by whole epochs",
            surge.display
        ))
        .next("see what vests with: surge claim --show; it would cost its fee with --anyway"));
    }
    let now = surge.of(reward.instant.u128() + reward.vested.u128());
    let act = Act::new(format!("Claims the rewards of provider {provider}."))
        .moving(format!("{now} to its payout address"))
        .call(session, &contracts.rewards, &ExecuteMsg::Claim { provider })?;
    session
        .perform(&act)?
        .report(&json!({ "provider": provider, "reward": reward }), "")
}
