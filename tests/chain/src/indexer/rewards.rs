//! What was granted, minted and vests.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use surge_interface::rewards::{AccountResponse, EmissionResponse, InvariantResponse, QueryMsg};

use super::check::Check;
use super::told::Told;
use crate::Error;

#[derive(Default)]
pub(super) struct Rewards {
    accounts: BTreeMap<u32, Account>,
    /// Epoch, both indices and what was released.
    turned: (u64, [u128; 3]),
    /// Granted and minted, for everybody.
    totals: [u128; 2],
    slashed: u128,
}

#[derive(Default)]
struct Account {
    work: u128,
    emission: u128,
    room: u128,
    carried: u128,
    vesting: u128,
    minted: u128,
    slashed: u128,
}

impl Rewards {
    pub fn take(&mut self, told: &Told) -> Result<(), Error> {
        let number = |key: &str| told.get::<u128>(key);
        match told.name {
            "epoch_turned" => {
                let released = number("released")?;
                let indices = [number("base_index")?, number("ceiling_index")?, released];
                self.turned = (told.get("epoch")?, indices);
            }
            "reward_claimed" => {
                let account = self.accounts.entry(told.get("provider")?).or_default();
                account.work += number("work")?;
                account.emission += number("base")? + number("gated")?;
                account.room = number("room")?;
                account.carried = number("carried")?;
                account.vesting += number("granted")? - number("instant")?;
                account.vesting -= number("vested")?;
                account.minted += number("minted")?;
                self.totals = [number("total_granted")?, number("total_minted")?];
            }
            "vesting_slashed" => {
                let amount = number("amount")?;
                let account = self.accounts.entry(told.get("provider")?).or_default();
                account.vesting -= amount;
                account.slashed += amount;
                self.slashed += amount;
            }
            _ => {}
        }
        Ok(())
    }

    pub fn check(&self, check: &mut Check) -> Result<(), Error> {
        for (&provider, told) in &self.accounts {
            let answer: AccountResponse = check.ask("rewards", &QueryMsg::Account { provider })?;
            let vesting: Uint128 = answer.vesting.iter().sum();
            let asked = [
                answer.work,
                answer.emission,
                answer.room,
                answer.carried,
                vesting,
                answer.minted,
                answer.slashed,
            ];
            let told = [
                told.work,
                told.emission,
                told.room,
                told.carried,
                told.vesting,
                told.minted,
                told.slashed,
            ];
            let asked = asked.map(|amount| amount.u128());
            check.same(format!("rewards of provider {provider}"), told, asked);
        }
        let answer: EmissionResponse = check.ask("rewards", &QueryMsg::Emission {})?;
        let indices = [answer.base_index, answer.ceiling_index, answer.released];
        let asked = (answer.epoch, indices.map(|amount| amount.u128()));
        check.same("the emission".into(), self.turned, asked);
        let answer: InvariantResponse = check.ask("rewards", &QueryMsg::Invariant {})?;
        let [granted, minted] = self.totals;
        let vesting: u128 = self.accounts.values().map(|account| account.vesting).sum();
        let asked = [
            answer.granted,
            answer.minted,
            answer.vesting,
            answer.slashed,
        ];
        let told = [granted, minted, vesting, self.slashed];
        check.same(
            "all rewards".into(),
            told,
            asked.map(|amount| amount.u128()),
        );
        Ok(())
    }
}
