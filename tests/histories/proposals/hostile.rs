//! What nobody should.

use surge_tests::ghost::{Act, Deed, Denom, Ghost, Order, Purse, Say, What};

use super::anyone;
use crate::chance::Chance;
use crate::world::{first_rules, first_terms};

/// Wrong signers, wrong funds, fakes, replays, random ids, zero and huge amounts.
pub fn hostile(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let who = match chance.percent(70) {
        true => chance.of(&["mal", "mal-op"]).to_owned(),
        false => anyone(chance),
    };
    let job = chance.below(ghost.jobs.len() as u64 + 2);
    let node = chance.below(u64::from(ghost.nodes_ever) + 2) as u32;
    let provider = chance.below(ghost.providers.len() as u64 + 2) as u32;
    let denom = chance.below(2) as Denom;
    let amount = chance.of(&[0, 1, 10_000, 1 << 60, u128::MAX / 2]);
    let to_escrow = chance.percent(50);
    let account = anyone(chance);
    let last = ghost.nodes.get(&node).map_or(0, |node| node.seq);
    let proposals = ghost.dao.as_ref().map(|dao| dao.proposals.len() as u64);
    if let (Some(proposals), true) = (proposals, chance.percent(25)) {
        let id = chance.below(proposals + 2);
        let theft = Act::Spend(who.clone(), 0, amount);
        let what = chance.of(&[
            What::Vote(id, Say::No),
            What::Vote(id, Say::Yes),
            What::Poke(id),
            What::Execute(id),
            What::TakeBack(id),
            What::Refund(id),
            What::Propose {
                acts: vec![theft],
                deposit: 50,
            },
        ]);
        let coins = if chance.percent(10) { 7 } else { 0 };
        let coins = if what.takes_coins() { 0 } else { coins };
        return Deed { who, what, coins };
    }
    let what = match chance.below(44) {
        0 => What::Assign(job),
        1 => What::Reassign(job),
        2 => What::Release(job),
        3 | 4 => What::ForgedHook {
            to_escrow,
            victim: account,
            amount,
        },
        5 | 6 => What::FakeToken {
            to_escrow,
            amount: 10_000,
        },
        7 => What::Match(job),
        8 => What::Decline(job),
        9 => What::Deliver(job),
        10 => What::Accept(job, true),
        11 => What::Settle(job, true),
        12 => What::Cancel(job),
        13 => What::Expire(job),
        14 => What::Dispute {
            job,
            denom,
            bond: amount,
        },
        15 => What::Rule(job, 10_000),
        16 => What::WithdrawAccount(account, denom),
        17 => What::WithdrawProvider(provider, denom),
        18 => What::Flush(denom, chance.of(&[Purse::Burn, Purse::Treasury])),
        19 => What::SetTerms(first_terms()),
        20 => What::OfferEscrow("mal".to_owned()),
        21 => What::TakeRegistry,
        22 => What::Register {
            operator: account,
            payout: who.clone(),
        },
        23 => What::SetOperator(account),
        24 => What::Bond {
            provider,
            denom,
            amount: chance.of(&[0, 1]),
        },
        25 => What::Unbond(denom, amount),
        26 => What::WithdrawBond(provider, denom),
        27 => What::Drain,
        28 => What::UpdateNode {
            node,
            capacity: None,
            prices: Some([u64::MAX; 5]),
            bond: None,
        },
        29 => What::RemoveNode(node),
        30 => What::Heartbeat {
            node,
            seq: last + chance.of(&[0, 1, 1 << 20, (1 << 20) + 1, u32::MAX - last]),
            free: [0; 5],
        },
        31 => What::Evict(vec![node, node, 0]),
        32 | 33 => What::Vacate(job),
        34 => What::SetRules(first_rules()),
        35 => What::Mint(who.clone(), amount),
        36 => What::UsurpMinter(chance.of(&[None, Some(who.clone())])),
        37 => What::BurnFrom(account, amount.max(1)),
        38 => What::HookToRewards(amount),
        39 => What::Claim(provider),
        40 => What::SlashVesting(provider, 10_000),
        41 => What::SetRates(ghost.rewards.rates.clone()),
        42 => chance.of(&[
            What::OfferRewards("mal".to_owned()),
            What::TakeRewards,
            What::RenounceRewards,
        ]),
        _ => What::Submit {
            denom,
            deposit: amount,
            order: Order {
                need: [chance.of(&[0, 1, u32::MAX]); 5],
                secs: chance.of(&[0, 1, 86_400, 86_401, u64::MAX]),
                weights: Some([chance.below(1_000_001), 0, 0, 0, 1_000_000]),
                replicas: vec![chance.below(9) as u8; chance.of(&[1, 16, 17])],
                size: u128::from(u64::MAX),
                regions: vec![chance.below(9) as u8],
                patient: true,
                ..Order::default()
            },
        },
    };
    let token = matches!(what, What::FakeToken { .. } | What::ForgedHook { .. })
        || matches!(
            what,
            What::Submit { .. } | What::Dispute { .. } | What::Bond { .. }
        );
    let coins = match !token && chance.percent(15) {
        true => 7,
        false => 0,
    };
    Deed { who, what, coins }
}
