//! Sends what the ghost calls a deed.

use anyhow::Result as AnyResult;
use cosmwasm_std::{coins, to_json_binary, BankMsg, Uint128};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg};
use cw_multi_test::{AppResponse, Executor};
use cw_ownable::Action;
use surge_interface::escrow::{self, Beneficiary, ExecuteMsg as Escrow};
use surge_interface::registry::{
    self, ClassesResponse, ExecuteMsg as Registry, Outcome, QueryMsg, RegionsResponse,
};
use surge_interface::rewards::ExecuteMsg as Rewards;
use surge_interface::{dao, Resources, UncheckedDenom};
use surge_testing::{result_of, Suite, NATIVE};
use surge_tests::ghost::{Act, Contract, Deed, Purse, Say, What};

use crate::tables;
use crate::world::{addr_of, World};

pub fn send(world: &mut World, deed: &Deed) -> AnyResult<AppResponse> {
    match &deed.what {
        What::Submit {
            denom,
            deposit,
            order,
        } => {
            let spec = tables::spec(order);
            if *denom == 0 {
                return escrow_with(world, deed, &Escrow::SubmitJob { spec }, *deposit);
            }
            let spec = Box::new(spec);
            tokens_to_escrow(
                world,
                deed,
                &escrow::ReceiveMsg::SubmitJob { spec },
                *deposit,
            )
        }
        What::Dispute { job, denom, bond } => {
            let (job, reason_uri) = (*job, "https://example.org/why".to_owned());
            if *denom == 0 {
                return escrow_with(world, deed, &Escrow::Dispute { job, reason_uri }, *bond);
            }
            let msg = escrow::ReceiveMsg::Dispute { job, reason_uri };
            tokens_to_escrow(world, deed, &msg, *bond)
        }
        What::Bond {
            provider,
            denom,
            amount,
        } => {
            let provider = *provider;
            if *denom == 0 {
                return registry_with(world, deed, &Registry::Bond { provider }, *amount);
            }
            let msg = registry::ReceiveMsg::Bond { provider };
            tokens_to_registry(world, deed, &msg, *amount)
        }
        What::FundKitty(0, amount) => registry_with(world, deed, &Registry::FundKitty {}, *amount),
        What::FundKitty(_, amount) => {
            tokens_to_registry(world, deed, &registry::ReceiveMsg::FundKitty {}, *amount)
        }
        What::Stray { to, denom, amount } => stray(world, deed, *to, *denom, *amount),
        What::FakeToken { to_escrow, amount } => fake(world, deed, *to_escrow, *amount),
        What::ForgedHook {
            to_escrow,
            victim,
            amount,
        } => forged_hook(world, deed, *to_escrow, victim, *amount),
        what => {
            if let Some((msg, coins)) = to_dao(world, deed) {
                let dao = world.suite.owner();
                return world.suite.send(&deed.who, &dao, &msg, coins);
            }
            if let Some(msg) = to_token(&world.suite, what) {
                let token = world.suite.token.clone();
                return world.suite.send(&deed.who, &token, &msg, deed.coins);
            }
            if let Some(msg) = to_rewards(&world.suite, what) {
                let rewards = world.suite.rewards.clone();
                return world.suite.send(&deed.who, &rewards, &msg, deed.coins);
            }
            if let Some(msg) = to_escrow(&world.suite, what) {
                return escrow_with(world, deed, &msg, deed.coins);
            }
            let msg = to_registry(world, what);
            registry_with(world, deed, &msg, deed.coins)
        }
    }
}

fn escrow_with(
    world: &mut World,
    deed: &Deed,
    msg: &Escrow,
    coins: u128,
) -> AnyResult<AppResponse> {
    let escrow = world.suite.escrow.clone();
    world.suite.send(&deed.who, &escrow, msg, coins)
}

fn registry_with(
    world: &mut World,
    deed: &Deed,
    msg: &Registry,
    coins: u128,
) -> AnyResult<AppResponse> {
    let registry = world.suite.registry.clone();
    world.suite.send(&deed.who, &registry, msg, coins)
}

fn tokens_to_escrow(
    world: &mut World,
    deed: &Deed,
    msg: &escrow::ReceiveMsg,
    amount: u128,
) -> AnyResult<AppResponse> {
    let escrow = world.suite.escrow.clone();
    world.suite.send_tokens(&deed.who, &escrow, msg, amount)
}

fn tokens_to_registry(
    world: &mut World,
    deed: &Deed,
    msg: &registry::ReceiveMsg,
    amount: u128,
) -> AnyResult<AppResponse> {
    let registry = world.suite.registry.clone();
    world.suite.send_tokens(&deed.who, &registry, msg, amount)
}

fn stray(
    world: &mut World,
    deed: &Deed,
    to: Contract,
    denom: usize,
    amount: u128,
) -> AnyResult<AppResponse> {
    let to = match to {
        Contract::Escrow => world.suite.escrow.to_string(),
        Contract::Registry => world.suite.registry.to_string(),
        Contract::Rewards => world.suite.rewards.to_string(),
    };
    if denom == 0 {
        let send = BankMsg::Send {
            to_address: to,
            amount: coins(amount, NATIVE),
        };
        let sender = Suite::addr(&deed.who);
        return world.suite.app.execute(sender, send.into());
    }
    let transfer = Cw20ExecuteMsg::Transfer {
        recipient: to,
        amount: Uint128::new(amount),
    };
    let token = world.suite.token.clone();
    world.suite.send(&deed.who, &token, &transfer, 0)
}

fn fake(world: &mut World, deed: &Deed, to_escrow: bool, amount: u128) -> AnyResult<AppResponse> {
    let (contract, msg) = if to_escrow {
        let spec = Box::new(surge_testing::job());
        let msg = to_json_binary(&escrow::ReceiveMsg::SubmitJob { spec })?;
        (world.suite.escrow.to_string(), msg)
    } else {
        let msg = to_json_binary(&registry::ReceiveMsg::Bond { provider: 1 })?;
        (world.suite.registry.to_string(), msg)
    };
    let send = Cw20ExecuteMsg::Send {
        contract,
        amount: Uint128::new(amount),
        msg,
    };
    let fake = world.fake.clone();
    world.suite.send(&deed.who, &fake, &send, 0)
}

fn forged_hook(
    world: &mut World,
    deed: &Deed,
    to_escrow: bool,
    victim: &str,
    amount: u128,
) -> AnyResult<AppResponse> {
    let hook = |msg| Cw20ReceiveMsg {
        sender: Suite::addr(victim).to_string(),
        amount: Uint128::new(amount),
        msg,
    };
    if to_escrow {
        let spec = Box::new(surge_testing::job());
        let msg = hook(to_json_binary(&escrow::ReceiveMsg::SubmitJob { spec })?);
        return escrow_with(world, deed, &Escrow::Receive(msg), 0);
    }
    let msg = hook(to_json_binary(&registry::ReceiveMsg::Bond { provider: 1 })?);
    registry_with(world, deed, &Registry::Receive(msg), 0)
}

/// Everybody's address by name; the DAO's is its contract's.
fn name(suite: &Suite, name: &str) -> String {
    addr_of(suite, name).to_string()
}

/// What the token understands by itself.
fn to_token(suite: &Suite, what: &What) -> Option<Cw20ExecuteMsg> {
    Some(match what {
        What::BurnOwn(amount) => Cw20ExecuteMsg::Burn {
            amount: Uint128::new(*amount),
        },
        What::Mint(to, amount) => Cw20ExecuteMsg::Mint {
            recipient: name(suite, to),
            amount: Uint128::new(*amount),
        },
        What::UsurpMinter(to) => Cw20ExecuteMsg::UpdateMinter {
            new_minter: to.as_deref().map(|to| name(suite, to)),
        },
        What::BurnFrom(victim, amount) => Cw20ExecuteMsg::BurnFrom {
            owner: name(suite, victim),
            amount: Uint128::new(*amount),
        },
        What::HookToRewards(amount) => Cw20ExecuteMsg::Send {
            contract: suite.rewards.to_string(),
            amount: Uint128::new(*amount),
            msg: to_json_binary(&Rewards::Claim { provider: 1 }).expect("it serializes"),
        },
        _ => return None,
    })
}

fn to_rewards(suite: &Suite, what: &What) -> Option<Rewards> {
    Some(match what {
        What::Claim(provider) => Rewards::Claim {
            provider: *provider,
        },
        What::Turn => Rewards::Turn {},
        What::SlashVesting(provider, bps) => Rewards::Slash {
            provider: *provider,
            bps: *bps as u16,
        },
        What::SetRates(rates) => Rewards::UpdateParams {
            params: tables::rates(rates),
        },
        What::OfferRewards(to) => Rewards::UpdateOwnership(Action::TransferOwnership {
            new_owner: name(suite, to),
            expiry: None,
        }),
        What::TakeRewards => Rewards::UpdateOwnership(Action::AcceptOwnership),
        What::RenounceRewards => Rewards::UpdateOwnership(Action::RenounceOwnership),
        _ => return None,
    })
}

fn to_escrow(suite: &Suite, what: &What) -> Option<Escrow> {
    let denom = |denom: usize| suite.denom(denom as u8);
    Some(match what {
        What::Match(job) => Escrow::Match { job: *job },
        What::Decline(job) => Escrow::Decline { job: *job },
        What::Deliver(job) => Escrow::SubmitResult {
            job: *job,
            result: result_of("output"),
        },
        What::Accept(job, pay) => Escrow::Accept {
            job: *job,
            pay: *pay,
        },
        What::Settle(job, pay) => Escrow::Settle {
            job: *job,
            pay: *pay,
        },
        What::Cancel(job) => Escrow::Cancel { job: *job },
        What::Expire(job) => Escrow::Expire { job: *job },
        What::Rule(job, bps) => Escrow::Rule {
            job: *job,
            provider_bps: *bps as u16,
        },
        What::WithdrawAccount(account, of) => Escrow::Withdraw {
            beneficiary: Beneficiary::Account(name(suite, account)),
            denom: denom(*of),
        },
        What::WithdrawProvider(provider, of) => Escrow::Withdraw {
            beneficiary: Beneficiary::Provider(*provider),
            denom: denom(*of),
        },
        What::Flush(of, purse) => Escrow::Flush {
            denom: denom(*of),
            purse: match purse {
                Purse::Burn => escrow::Purse::Burn,
                Purse::Treasury => escrow::Purse::Treasury,
                Purse::Insurance => escrow::Purse::Insurance,
            },
        },
        What::SyncEscrow(of) => Escrow::Sync { denom: denom(*of) },
        What::SetTerms(terms) => Escrow::UpdateParams {
            params: tables::terms(terms),
        },
        What::SetRoles(arbiter, treasury) => Escrow::SetRoles {
            arbiter: arbiter.as_deref().map(|who| name(suite, who)),
            treasury: treasury.as_deref().map(|who| name(suite, who)),
        },
        What::ListInEscrow(denom) => Escrow::AddDenom {
            denom: UncheckedDenom::Native(denom.clone()),
        },
        What::IntakeOfEscrow(open) => Escrow::SetIntake { open: *open },
        What::OfferEscrow(to) => Escrow::UpdateOwnership(Action::TransferOwnership {
            new_owner: name(suite, to),
            expiry: None,
        }),
        What::TakeEscrow => Escrow::UpdateOwnership(Action::AcceptOwnership),
        _ => return None,
    })
}

fn to_registry(world: &World, what: &What) -> Registry {
    let suite = &world.suite;
    let order = || {
        let terms = Default::default();
        tables::order(suite, &world.ghost, "mal", 0, &terms, 0)
    };
    match what {
        What::Register { operator, payout } => Registry::RegisterProvider {
            operator: name(suite, operator),
            payout: Some(name(suite, payout)),
            profile_uri: String::new(),
        },
        What::SetOperator(operator) => Registry::UpdateProvider {
            operator: Some(name(suite, operator)),
            profile_uri: None,
        },
        What::SetPayout(payout) => Registry::SetPayout {
            payout: name(suite, payout),
            provider: None,
        },
        What::Unbond(denom, amount) => Registry::Unbond {
            denom: *denom as u8,
            amount: Uint128::new(*amount),
        },
        What::WithdrawBond(provider, denom) => Registry::WithdrawBond {
            provider: *provider,
            denom: *denom as u8,
        },
        What::Drain => Registry::Drain {},
        What::Resume => Registry::Resume {},
        What::Leave => Registry::Leave {},
        What::AddNode(machine, bond) => Registry::AddNode {
            spec: tables::node_spec(machine),
            bond: Uint128::new(*bond),
        },
        What::UpdateNode {
            node,
            capacity,
            prices,
            bond,
        } => Registry::UpdateNode {
            node: *node,
            capacity: capacity.map(Resources::from_array),
            prices: prices.map(tables::unit_prices),
            bond: bond.map(Uint128::new),
            watts: None,
            clean_ppm: None,
        },
        What::RemoveNode(node) => Registry::RemoveNode { node: *node },
        What::Heartbeat { node, seq, free } => Registry::Heartbeat {
            node: *node,
            seq: *seq,
            free: Resources::from_array(*free),
        },
        What::Evict(nodes) => Registry::Evict {
            nodes: nodes.clone(),
        },
        What::Vacate(job) => Registry::Vacate { job: *job },
        What::WithdrawTips(account, denom) => Registry::WithdrawTips {
            account: name(suite, account),
            denom: *denom as u8,
        },
        What::SyncRegistry(denom) => Registry::Sync {
            denom: *denom as u8,
        },
        What::SetRules(rules) => Registry::UpdateParams {
            params: tables::rules(rules),
        },
        What::SetRegion { id, clean, rtt } => {
            let known: RegionsResponse = suite.ask_registry(&QueryMsg::Regions {});
            let mut region = known.regions[usize::from(*id) % known.regions.len()].clone();
            region.clean_ppm = *clean as u32;
            region.rtt_ms = rtt.iter().map(|ms| *ms as u16).collect();
            Registry::SetRegion { id: *id, region }
        }
        What::SetEvictTip(tip) => {
            let known: ClassesResponse = suite.ask_registry(&QueryMsg::Classes {});
            let mut class = known.classes[0].clone();
            for market in &mut class.markets {
                market.evict_tip = Uint128::new(*tip);
            }
            Registry::SetClass { id: 0, class }
        }
        What::ListInRegistry(denom) => Registry::AddDenom {
            denom: UncheckedDenom::Native(denom.clone()),
        },
        What::IntakeOfRegistry(open) => Registry::SetIntake { open: *open },
        What::OfferRegistry(to) => Registry::UpdateOwnership(Action::TransferOwnership {
            new_owner: name(suite, to),
            expiry: None,
        }),
        What::TakeRegistry => Registry::UpdateOwnership(Action::AcceptOwnership),
        What::Assign(job) => Registry::Assign {
            job: *job,
            order: order(),
        },
        What::Reassign(job) => Registry::Reassign {
            job: *job,
            order: order(),
            declined: vec![],
        },
        What::Release(job) => Registry::Release {
            job: *job,
            outcome: Outcome::Settled,
        },
        other => panic!("{other:?} is sent elsewhere"),
    }
}

/// Without a DAO the message goes to a key, which fails as it must.
fn to_dao(world: &World, deed: &Deed) -> Option<(dao::ExecuteMsg, u128)> {
    let msg = match &deed.what {
        What::Propose { acts, deposit } => {
            let actions = acts.iter().map(|act| action(world, act)).collect();
            let draft = dao::Draft {
                title: "Something".to_owned(),
                text: "Because.".to_owned(),
                actions,
                gas: 5_000_000,
            };
            return Some((dao::ExecuteMsg::Propose { draft }, *deposit));
        }
        What::Vote(proposal, say) => dao::ExecuteMsg::Vote {
            proposal: *proposal,
            choice: match say {
                Say::Yes => dao::Choice::Yes,
                Say::No => dao::Choice::No,
                Say::Abstain => dao::Choice::Abstain,
            },
            reason: None,
        },
        What::Poke(proposal) => dao::ExecuteMsg::Poke {
            proposal: *proposal,
        },
        What::Execute(proposal) => dao::ExecuteMsg::Execute {
            proposal: *proposal,
        },
        What::TakeBack(proposal) => dao::ExecuteMsg::Withdraw {
            proposal: *proposal,
        },
        What::Refund(proposal) => dao::ExecuteMsg::Refund {
            proposal: *proposal,
        },
        What::LeaveDao => dao::ExecuteMsg::Leave {},
        _ => return None,
    };
    Some((msg, deed.coins))
}

fn action(world: &World, act: &Act) -> dao::Action {
    let suite = &world.suite;
    match act {
        Act::Do(what) => {
            if let Some(msg) = to_rewards(suite, what) {
                return Suite::action(&suite.rewards, &msg);
            }
            if let Some(msg) = to_escrow(suite, what) {
                return Suite::action(&suite.escrow, &msg);
            }
            Suite::action(&suite.registry, &to_registry(world, what))
        }
        Act::Spend(to, denom, amount) => dao::Action::Send {
            to: name(suite, to),
            denom: suite.denom(*denom as u8),
            amount: Uint128::new(*amount),
        },
        Act::Admit(who) => dao::Action::AddMember {
            address: name(suite, who),
        },
        Act::Dismiss(who) => dao::Action::RemoveMember {
            member: world.ghost.dao.as_ref().map_or(0, |dao| dao.number_of(who)),
        },
    }
}
