//! What the rewards contract and the token must show, step by step.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use surge_interface::escrow::{Contribution, QueryMsg as Escrow};
use surge_interface::rewards::{
    AccountResponse, ConfigResponse, EmissionResponse, InvariantResponse, ParamsResponse, QueryMsg,
    Reward,
};
use surge_testing::Suite;
use surge_tests::events::Typed;
use surge_tests::ghost::{Account, Claimed, Said};

use crate::chance::Chance;
use crate::tables;
use crate::world::{addr_of, people, World};

/// Of what is burned, the most that may come back.
const MOST_BPS: u128 = 9_000;

impl World {
    /// What is granted, minted, vesting and slashed; RWD-1 to RWD-4, RWD-6, and
    /// inequalities 1, 3 and 13.
    pub fn check_rewards(&self) {
        let rewards = &self.ghost.rewards;
        let mut sums = [0u128; 4];
        for provider in 1..=self.ghost.providers.len() as u32 {
            let account = self.check_account(provider);
            let vesting: Uint128 = account.vesting.iter().sum();
            let emission = account.emission;
            for (sum, part) in
                sums.iter_mut()
                    .zip([account.minted, vesting, account.slashed, emission])
            {
                *sum += part.u128();
            }
        }
        let [minted, vesting, slashed, emitted] = sums;
        let books: InvariantResponse = self.suite.ask_rewards(&QueryMsg::Invariant {});
        assert!(books.holds, "{books:?}");
        assert_eq!(books.cap.u128(), rewards.cap);
        assert_eq!(books.genesis.u128(), rewards.genesis);
        assert_eq!(books.granted.u128(), rewards.granted());
        assert_eq!(books.minted.u128(), rewards.minted());
        assert_eq!(books.slashed.u128(), rewards.slashed());
        // RWD-1, inequality 13.
        assert!(books.genesis + books.granted <= books.cap, "RWD-1");
        assert!(books.supply <= books.cap, "supply ≤ cap");
        // RWD-2, over the accounts themselves.
        assert_eq!(books.granted.u128(), minted + vesting + slashed, "RWD-2");
        assert_eq!(books.minted.u128(), minted);
        assert_eq!(books.vesting.u128(), vesting);
        assert_eq!(books.slashed.u128(), slashed);
        // RWD-3, and exactly: what is not there was burned.
        assert!(books.supply <= books.genesis + books.minted, "RWD-3");
        assert_eq!(
            books.supply.u128() + self.ghost.burned,
            rewards.genesis + minted,
            "supply"
        );
        self.check_holders(books.supply.u128());
        // RWD-6, the second half of inequality 3.
        let schedule: EmissionResponse = self.suite.ask_rewards(&QueryMsg::Emission {});
        assert_eq!(schedule.epoch, rewards.turned());
        assert_eq!(schedule.current_epoch, rewards.epoch_at(self.ghost.now));
        let (base, ceiling) = rewards.indices();
        assert_eq!(schedule.base_index.u128(), base);
        assert_eq!(schedule.ceiling_index.u128(), ceiling);
        assert_eq!(schedule.released.u128(), rewards.released());
        assert_eq!(schedule.emitted.u128(), emitted);
        assert!(schedule.emitted <= schedule.released, "RWD-6");
        self.check_office();
    }

    /// Nobody but those we know has tokens, and what they have is all there is.
    fn check_holders(&self, supply: u128) {
        let suite = &self.suite;
        let contracts = [&suite.registry, &suite.escrow, &suite.rewards];
        let people: u128 = people()
            .iter()
            .map(|name| self.ghost.held_by(name, 1))
            .sum();
        let held: u128 = contracts.map(|addr| suite.balance(addr, 1)).iter().sum();
        // What people hold on the chain is compared elsewhere, one by one.
        assert_eq!(people + held, supply, "all balances");
        for denom in 0..2u8 {
            let stray = self.ghost.rewards.stray[usize::from(denom)];
            let held = suite.balance(&suite.rewards, denom);
            assert_eq!(held, stray, "the rewards contract holds nothing of its own");
        }
    }

    fn check_account(&self, provider: u32) -> AccountResponse {
        let rewards = &self.ghost.rewards;
        let none = Account::default();
        let expected = rewards.accounts.get(&provider).unwrap_or(&none);
        let account: AccountResponse = self.suite.ask_rewards(&QueryMsg::Account { provider });
        let told = format!("provider {provider}");
        assert_eq!(account.epoch, expected.epoch, "{told}");
        assert_eq!(account.work.u128(), expected.work, "{told}");
        assert_eq!(account.gate.u128(), expected.gated, "{told}");
        assert_eq!(account.room.u128(), expected.room(), "{told}");
        let emission = expected.base + expected.gated;
        assert_eq!(account.emission.u128(), emission, "{told}");
        assert_eq!(account.carried.u128(), expected.carried, "{told}");
        assert_eq!(account.minted.u128(), expected.minted, "{told}");
        assert_eq!(account.slashed.u128(), expected.slashed, "{told}");
        let some = |(bucket, amount): (u64, u128)| (amount > 0).then_some((bucket, amount));
        let amounts = account.vesting.iter().map(|amount| amount.u128());
        let vesting: BTreeMap<u64, u128> =
            (account.bucket..).zip(amounts).filter_map(some).collect();
        let waits = expected
            .vests
            .iter()
            .map(|(bucket, amount)| (*bucket, *amount));
        let waits: BTreeMap<u64, u128> = waits.filter_map(some).collect();
        assert_eq!(vesting, waits, "{told}");

        let given: Contribution = self.suite.ask_escrow(&Escrow::Contribution { provider });
        let burned = rewards.given(provider, |burn| burn.burned);
        assert_eq!(given.burned.u128(), burned, "{told}");
        let work = rewards.given(provider, |burn| burn.work);
        assert_eq!(given.work.u128(), work, "{told}");
        let gate = rewards.given(provider, |burn| burn.gate);
        assert_eq!(given.gate.u128(), gate, "{told}");
        // RWD-4, ESC-10, inequality 1.
        assert!(account.work <= given.work && account.gate <= given.gate);
        let most = given.burned.u128() * MOST_BPS;
        assert!((given.work + given.gate).u128() * 10_000 <= most, "{told}");
        account
    }

    fn check_office(&self) {
        let rewards = &self.ghost.rewards;
        let owner: cw_ownable::Ownership<cosmwasm_std::Addr> =
            self.suite.ask_rewards(&QueryMsg::Ownership {});
        assert_eq!(
            owner.owner,
            Some(addr_of(&self.suite, &rewards.office.owner))
        );
        let offered = rewards.office.offered.as_deref();
        let offered = offered.map(|who| addr_of(&self.suite, who));
        assert_eq!(owner.pending_owner, offered);
        let params: ParamsResponse = self.suite.ask_rewards(&QueryMsg::Params {});
        assert_eq!(params.params, tables::rates(&rewards.rates));
        let config: ConfigResponse = self.suite.ask_rewards(&QueryMsg::Config {});
        assert_eq!(config.seq, self.seqs[2], "RWD-9");
        assert_eq!(config.start_secs, rewards.start);
        assert_eq!(config.epoch_secs, rewards.epoch_secs);
        let minter: Option<cw20::MinterResponse> = self
            .suite
            .app
            .wrap()
            .query_wasm_smart(&self.suite.token, &cw20::Cw20QueryMsg::Minter {})
            .expect("the token answers");
        let minter = minter.expect("a minter");
        assert_eq!(minter.minter, self.suite.rewards.as_str());
        assert_eq!(minter.cap, Some(Uint128::new(rewards.cap)));
    }

    /// The rewards contract said what the ghost says; RWD-5, RWD-7, and inequalities 3 and
    /// 4 of what was counted just now.
    pub fn check_said(&self, before: &BTreeMap<u32, Account>, said: &[Said], events: &[Typed]) {
        let events: Vec<&Typed> = events
            .iter()
            .filter(|event| event.contract == "rewards")
            .collect();
        assert_eq!(events.len(), said.len(), "{said:?}, {events:?}");
        for (event, said) in events.into_iter().zip(said) {
            assert_said(event, said);
            if let Said::Claimed {
                provider, claimed, ..
            } = said
            {
                let provider = *provider;
                let before = before.get(&provider).cloned().unwrap_or_default();
                let (most, most_with_gate) = self.ghost.rewards.most(provider, before.epoch);
                assert!(
                    event.number("base") <= most,
                    "base {} of at most {most}",
                    event.number("base")
                );
                assert!(claimed.base <= most);
                // Used or kept, no ceiling allows more than the bond that stood under it.
                let account: AccountResponse =
                    self.suite.ask_rewards(&QueryMsg::Account { provider });
                let allowed = (account.emission + account.room).u128() - before.ceiling;
                assert!(allowed <= most_with_gate, "{allowed} of {most_with_gate}");
            }
        }
    }

    /// Asks what a claim would do.
    pub fn simulate_claim(&self, chance: &mut Chance) {
        let provider = chance.below(self.ghost.providers.len() as u64 + 1) as u32;
        let answer: Result<Reward, _> = self
            .suite
            .app
            .wrap()
            .query_wasm_smart(&self.suite.rewards, &QueryMsg::Claimable { provider });
        let expected = self.ghost.would_claim(provider);
        let found = answer.ok().map(|reward| Claimed {
            work: reward.work.u128(),
            base: reward.base.u128(),
            gated: reward.gated.u128(),
            room: reward.room.u128(),
            carried: reward.carried.u128(),
            granted: reward.granted.u128(),
            instant: reward.instant.u128(),
            vested: reward.vested.u128(),
        });
        assert_eq!(found, expected, "provider {provider}");
    }
}

fn assert_said(event: &Typed, said: &Said) {
    let name = match said {
        Said::Turned { .. } => "epoch_turned",
        Said::Claimed { .. } => "reward_claimed",
        Said::Slashed { .. } => "vesting_slashed",
        Said::Changed(_) => "rewards_params_updated",
        Said::Passed => "ownership_changed",
    };
    assert_eq!(event.name, name);
    let number = |key, expected: u128| {
        assert_eq!(event.number(key), expected, "{key} of {event:?}");
    };
    match said {
        Said::Turned {
            epoch,
            bonded,
            base_index,
            released,
        } => {
            number("epoch", (*epoch).into());
            number("bonded", *bonded);
            number("base_index", *base_index);
            number("released", *released);
        }
        Said::Claimed {
            provider,
            to,
            claimed,
            total_minted,
            total_granted,
        } => {
            number("provider", (*provider).into());
            assert_eq!(event.get("to"), Some(Suite::addr(to).as_str()));
            number("work", claimed.work);
            number("base", claimed.base);
            number("gated", claimed.gated);
            number("room", claimed.room);
            number("granted", claimed.granted);
            number("carried", claimed.carried);
            number("minted", claimed.instant + claimed.vested);
            number("total_minted", *total_minted);
            number("total_granted", *total_granted);
        }
        Said::Slashed { provider, amount } => {
            number("provider", (*provider).into());
            number("amount", *amount);
        }
        Said::Changed(rates) => {
            number("base_bps", rates.base);
            number("ceiling_bps", rates.ceiling);
            number("pool_bps", rates.pool);
            number("instant_bps", rates.instant);
        }
        Said::Passed => {}
    }
}
