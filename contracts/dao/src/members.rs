//! Who has what weight. Weight that counts is read at heights; a member's weight and the
//! total move together or not at all.

use cosmwasm_std::{Addr, Storage, Uint128};
use surge_interface::events::dao::{MemberAdded, WeightChanged};
use surge_interface::events::Journal;

use crate::state::{Member, Total, MEMBERS, MEMBER_COUNT, MEMBER_IDS, TOTAL, WEIGHTS};
use crate::ContractError;

/// The member with this address.
pub fn id_of(storage: &dyn Storage, addr: &Addr) -> Result<u32, ContractError> {
    MEMBER_IDS
        .may_load(storage, addr)?
        .ok_or_else(|| ContractError::NotMember {
            address: addr.clone(),
        })
}

/// Who a member is.
pub fn load(storage: &dyn Storage, member: u32) -> Result<Member, ContractError> {
    MEMBERS
        .may_load(storage, member)?
        .ok_or(ContractError::UnknownMember { member })
}

/// Weight that counts now.
pub fn weight(storage: &dyn Storage, member: u32) -> Result<Uint128, ContractError> {
    Ok(WEIGHTS.may_load(storage, member)?.unwrap_or_default())
}

/// Weight at the start of a block; fails when there was none.
pub fn weight_at(storage: &dyn Storage, member: u32, height: u64) -> Result<u128, ContractError> {
    let weight = WEIGHTS
        .may_load_at_height(storage, member, height)?
        .unwrap_or_default();
    if weight.is_zero() {
        return Err(ContractError::NoWeight { member, height });
    }
    Ok(weight.u128())
}

/// The member with this address, a new one unless it had been one before.
pub fn enter(
    storage: &mut dyn Storage,
    journal: &mut Journal,
    addr: &Addr,
) -> Result<(u32, Member), ContractError> {
    if let Some(id) = MEMBER_IDS.may_load(storage, addr)? {
        return Ok((id, load(storage, id)?));
    }
    let id = MEMBER_COUNT.load(storage)?.saturating_add(1);
    MEMBER_COUNT.save(storage, &id)?;
    MEMBER_IDS.save(storage, addr, &id)?;
    let member = Member {
        address: addr.clone(),
        pending: Uint128::zero(),
        pending_secs: 0,
    };
    journal.note(MemberAdded {
        member: id,
        address: addr.clone(),
    });
    Ok((id, member))
}

/// Weight changes in a block at a time.
pub struct Change<'a> {
    pub storage: &'a mut dyn Storage,
    pub journal: &'a mut Journal,
    pub height: u64,
    pub now_secs: u64,
}

impl Change<'_> {
    /// New weight: it counts at once when no age is asked for. What was pending and is old
    /// enough counts from now on, so that more weight never makes the old one wait again.
    pub fn grow(
        &mut self,
        id: u32,
        mut member: Member,
        amount: Uint128,
        min_age_secs: u64,
    ) -> Result<(), ContractError> {
        let mut weight = weight(self.storage, id)?;
        if self.now_secs >= member.pending_secs {
            weight = weight.checked_add(member.take_pending())?;
        }
        if min_age_secs == 0 {
            weight = weight.checked_add(amount)?;
        } else {
            let from_secs = self.now_secs.saturating_add(min_age_secs);
            member.pending = member.pending.checked_add(amount)?;
            member.pending_secs = member.pending_secs.max(from_secs);
        }
        self.save(id, &member, weight)
    }

    /// Weight that is old enough counts from now on.
    pub fn activate(&mut self, id: u32) -> Result<(), ContractError> {
        let mut member = load(self.storage, id)?;
        if member.pending.is_zero() || self.now_secs < member.pending_secs {
            return Err(ContractError::NothingToActivate { member: id });
        }
        let weight = weight(self.storage, id)?.checked_add(member.take_pending())?;
        self.save(id, &member, weight)
    }

    /// Weight goes at once, the youngest first: nobody keeps weight that has not aged.
    pub fn shrink(&mut self, id: u32, amount: Uint128) -> Result<(), ContractError> {
        let mut member = load(self.storage, id)?;
        let weight = weight(self.storage, id)?;
        let has = weight.checked_add(member.pending)?;
        let from_pending = amount.min(member.pending);
        member.pending = member.pending.checked_sub(from_pending)?;
        if member.pending.is_zero() {
            member.pending_secs = 0;
        }
        let from_weight = amount.checked_sub(from_pending)?;
        let weight = weight
            .checked_sub(from_weight)
            .map_err(|_| ContractError::StakeTooLow {
                member: id,
                has,
                asked: amount,
            })?;
        self.save(id, &member, weight)
    }

    /// All weight goes. Fails on the last member that has any.
    pub fn remove(&mut self, id: u32) -> Result<(), ContractError> {
        let mut member = load(self.storage, id)?;
        let weight = weight(self.storage, id)?;
        if weight.is_zero() && member.pending.is_zero() {
            return Err(ContractError::HasLeft { member: id });
        }
        if !weight.is_zero() && TOTAL.load(self.storage)?.members <= 1 {
            return Err(ContractError::LastMember { member: id });
        }
        member.take_pending();
        self.save(id, &member, Uint128::zero())
    }

    fn save(&mut self, id: u32, member: &Member, weight: Uint128) -> Result<(), ContractError> {
        MEMBERS.save(self.storage, id, member)?;
        let before = self::weight(self.storage, id)?;
        let mut total = TOTAL.may_load(self.storage)?.unwrap_or_default();
        if weight != before {
            total = total.moved(before, weight)?;
            WEIGHTS.save(self.storage, id, &weight, self.height)?;
            TOTAL.save(self.storage, &total, self.height)?;
        }
        self.journal.note(WeightChanged {
            member: id,
            weight,
            pending: member.pending,
            pending_secs: member.pending_secs,
            total: total.weight,
        });
        Ok(())
    }
}

impl Member {
    fn take_pending(&mut self) -> Uint128 {
        self.pending_secs = 0;
        std::mem::take(&mut self.pending)
    }
}

impl Total {
    fn moved(self, from: Uint128, to: Uint128) -> Result<Self, ContractError> {
        let members = match (from.is_zero(), to.is_zero()) {
            (true, false) => self.members.saturating_add(1),
            (false, true) => self.members.saturating_sub(1),
            _ => self.members,
        };
        Ok(Self {
            weight: self.weight.checked_sub(from)?.checked_add(to)?,
            members,
        })
    }
}
