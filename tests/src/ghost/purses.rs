//! Money moves.

use super::{must, Contract, Creditor, Denom, Ghost, Purse, Refused};

impl Ghost {
    /// Takes money from somebody.
    pub(super) fn take_from(
        &mut self,
        who: &str,
        denom: Denom,
        amount: u128,
    ) -> Result<(), Refused> {
        must(denom < super::DENOMS, "the denomination is unknown")?;
        let held = self.people.entry((who.to_owned(), denom)).or_default();
        *held = held.checked_sub(amount).ok_or("not enough money")?;
        Ok(())
    }

    pub(super) fn give(&mut self, who: &str, denom: Denom, amount: u128) {
        *self.people.entry((who.to_owned(), denom)).or_default() += amount;
    }

    /// Coins must be some; a token may be sent in nothing at all.
    pub(super) fn coins_or_tokens(denom: Denom, amount: u128) -> Result<(), Refused> {
        must(denom != 0 || amount > 0, "no coins came")
    }

    pub(super) fn credit(&mut self, to: Creditor, denom: Denom, amount: u128) {
        if amount > 0 {
            self.escrow[denom].credits += amount;
            *self.credits.entry((to, denom)).or_default() += amount;
        }
    }

    fn pay_credit(&mut self, of: Creditor, to: &str, denom: Denom) -> Result<(), Refused> {
        let amount = self.credits.remove(&(of, denom)).ok_or("no credit")?;
        self.escrow[denom].credits -= amount;
        self.give(to, denom, amount);
        Ok(())
    }

    pub(super) fn withdraw_account(&mut self, account: &str, denom: Denom) -> Result<(), Refused> {
        self.pay_credit(Creditor::Account(account.to_owned()), account, denom)
    }

    pub(super) fn withdraw_provider(&mut self, provider: u32, denom: Denom) -> Result<(), Refused> {
        let to = self.payout_of(provider).ok_or("no such provider")?;
        self.pay_credit(Creditor::Provider(provider), &to, denom)
    }

    /// Where a provider's earnings go now.
    pub fn payout_of(&self, provider: u32) -> Option<String> {
        let provider = self.provider(provider)?;
        Some(match &provider.pending {
            Some((payout, from)) if *from <= self.now => payout.clone(),
            _ => provider.payout.clone(),
        })
    }

    pub(super) fn flush(&mut self, denom: Denom, purse: Purse) -> Result<(), Refused> {
        let money = &mut self.escrow[denom];
        let amount = std::mem::take(match purse {
            Purse::Burn => &mut money.burn,
            Purse::Treasury => &mut money.treasury,
            Purse::Insurance => &mut money.insurance,
        });
        must(amount > 0, "the purse is empty")?;
        match purse {
            Purse::Burn => self.burned += amount,
            Purse::Treasury => self.give(&self.treasury.clone(), denom, amount),
            Purse::Insurance => self.registry[denom].kitty += amount,
        }
        Ok(())
    }

    pub(super) fn sync_escrow(&mut self, denom: Denom) -> Result<(), Refused> {
        let money = &mut self.escrow[denom];
        let amount = std::mem::take(&mut money.stray);
        money.treasury += amount;
        must(amount > 0, "nothing came without a message")
    }

    pub(super) fn sync_registry(&mut self, denom: Denom) -> Result<(), Refused> {
        let money = &mut self.registry[denom];
        let amount = std::mem::take(&mut money.stray);
        money.kitty += amount;
        must(amount > 0, "nothing came without a message")
    }

    pub(super) fn fund_kitty(
        &mut self,
        who: &str,
        denom: Denom,
        amount: u128,
    ) -> Result<(), Refused> {
        Self::coins_or_tokens(denom, amount)?;
        self.take_from(who, denom, amount)?;
        self.registry[denom].kitty += amount;
        Ok(())
    }

    /// Moves part of a bond to a reporter's tips and the rest to the kitty.
    pub(super) fn out_of_bond(&mut self, reporter: &str, denom: Denom, tip: u128, rest: u128) {
        let money = &mut self.registry[denom];
        money.bonds -= tip + rest;
        money.tips += tip;
        money.kitty += rest;
        if tip > 0 {
            *self.tips.entry((reporter.to_owned(), denom)).or_default() += tip;
        }
    }

    pub(super) fn withdraw_tips(&mut self, account: &str, denom: Denom) -> Result<(), Refused> {
        let key = (account.to_owned(), denom);
        let amount = self.tips.remove(&key).ok_or("no tips")?;
        self.registry[denom].tips -= amount;
        self.give(account, denom, amount);
        Ok(())
    }

    pub(super) fn stray(
        &mut self,
        who: &str,
        to: Contract,
        denom: Denom,
        amount: u128,
    ) -> Result<(), Refused> {
        self.take_from(who, denom, amount)?;
        *match to {
            Contract::Escrow => &mut self.escrow[denom].stray,
            Contract::Registry => &mut self.registry[denom].stray,
            Contract::Rewards => &mut self.rewards.stray[denom],
        } += amount;
        Ok(())
    }
}
