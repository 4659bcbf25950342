//! What somebody sends.

use super::{Act, Denom, Ghost, Machine, Rates, Refused, Rules, Said, Say, Seen, Terms};

/// What a job asks for.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Order {
    pub need: [u32; 5],
    pub secs: u64,
    pub weights: Option<[u64; 5]>,
    pub replicas: Vec<u8>,
    pub size: u128,
    pub regions: Vec<u8>,
    pub laws: Vec<String>,
    pub pinned: Option<u32>,
    /// Waits when nobody fits.
    pub patient: bool,
    /// Collateral in basis points, frozen with the job; the escrow's current one before.
    pub collateral: Option<u128>,
}

/// What is collected in the escrow.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Purse {
    Burn,
    Treasury,
    Insurance,
}

/// A contract that money can be sent to.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Contract {
    Escrow,
    Registry,
    Rewards,
}

/// A message by somebody, with native coins that it does not ask for.
#[derive(Clone, Debug)]
pub struct Deed {
    /// By whom.
    pub who: String,
    /// What.
    pub what: What,
    /// Coins added to a message that takes none.
    pub coins: u128,
}

/// Every message, in plain words.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum What {
    Submit {
        denom: Denom,
        deposit: u128,
        order: Order,
    },
    Match(u64),
    Decline(u64),
    Deliver(u64),
    Accept(u64, bool),
    Settle(u64, bool),
    Cancel(u64),
    Expire(u64),
    Dispute {
        job: u64,
        denom: Denom,
        bond: u128,
    },
    Rule(u64, u128),
    WithdrawAccount(String, Denom),
    WithdrawProvider(u32, Denom),
    Flush(Denom, Purse),
    SyncEscrow(Denom),
    SetTerms(Terms),
    SetRoles(Option<String>, Option<String>),
    ListInEscrow(String),
    IntakeOfEscrow(bool),
    OfferEscrow(String),
    TakeEscrow,

    Register {
        operator: String,
        payout: String,
    },
    SetOperator(String),
    SetPayout(String),
    Bond {
        provider: u32,
        denom: Denom,
        amount: u128,
    },
    Unbond(Denom, u128),
    WithdrawBond(u32, Denom),
    Drain,
    Resume,
    Leave,
    AddNode(Machine, u128),
    UpdateNode {
        node: u32,
        capacity: Option<[u32; 5]>,
        prices: Option<[u64; 5]>,
        bond: Option<u128>,
    },
    RemoveNode(u32),
    Heartbeat {
        node: u32,
        seq: u32,
        free: [u32; 5],
    },
    Evict(Vec<u32>),
    Vacate(u64),
    FundKitty(Denom, u128),
    WithdrawTips(String, Denom),
    SyncRegistry(Denom),
    SetRules(Rules),
    SetRegion {
        id: u8,
        clean: u128,
        rtt: Vec<u128>,
    },
    SetEvictTip(u128),
    ListInRegistry(String),
    IntakeOfRegistry(bool),
    OfferRegistry(String),
    TakeRegistry,

    Claim(u32),
    Turn,
    SlashVesting(u32, u128),
    SetRates(Rates),
    OfferRewards(String),
    TakeRewards,
    /// The token's own message, by a holder.
    BurnOwn(u128),

    Propose {
        acts: Vec<Act>,
        deposit: u128,
    },
    Vote(u64, Say),
    Poke(u64),
    Execute(u64),
    TakeBack(u64),
    Refund(u64),
    LeaveDao,

    /// Coins for nothing.
    Stray {
        to: Contract,
        denom: Denom,
        amount: u128,
    },
    /// What only the escrow may send to the registry.
    Assign(u64),
    Reassign(u64),
    Release(u64),
    /// A hook that no token sent, in the name of somebody else.
    ForgedHook {
        to_escrow: bool,
        victim: String,
        amount: u128,
    },
    /// A hook sent by a real token that is not listed.
    FakeToken {
        to_escrow: bool,
        amount: u128,
    },
    /// A mint, straight at the token.
    Mint(String, u128),
    /// Another minter for the token, or none.
    UsurpMinter(Option<String>),
    /// Somebody else's tokens, without its leave.
    BurnFrom(String, u128),
    /// Tokens with a hook, to the contract that takes none.
    HookToRewards(u128),
    /// The end of the contract's ownership.
    RenounceRewards,
}

impl What {
    /// The message's name in the table of statistics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submit { denom: 0, .. } => "escrow SubmitJob",
            Self::Submit { .. } => "escrow Receive SubmitJob",
            Self::Match(_) => "escrow Match",
            Self::Decline(_) => "escrow Decline",
            Self::Deliver(_) => "escrow SubmitResult",
            Self::Accept(..) => "escrow Accept",
            Self::Settle(..) => "escrow Settle",
            Self::Cancel(_) => "escrow Cancel",
            Self::Expire(_) => "escrow Expire",
            Self::Dispute { denom: 0, .. } => "escrow Dispute",
            Self::Dispute { .. } => "escrow Receive Dispute",
            Self::Rule(..) => "escrow Rule",
            Self::WithdrawAccount(..) => "escrow Withdraw account",
            Self::WithdrawProvider(..) => "escrow Withdraw provider",
            Self::Flush(_, Purse::Burn) => "escrow Flush burn",
            Self::Flush(_, Purse::Treasury) => "escrow Flush treasury",
            Self::Flush(_, Purse::Insurance) => "escrow Flush insurance",
            Self::SyncEscrow(_) => "escrow Sync",
            Self::SetTerms(_) => "escrow UpdateParams",
            Self::SetRoles(..) => "escrow SetRoles",
            Self::ListInEscrow(_) => "escrow AddDenom",
            Self::IntakeOfEscrow(_) => "escrow SetIntake",
            Self::OfferEscrow(_) => "escrow TransferOwnership",
            Self::TakeEscrow => "escrow AcceptOwnership",
            Self::Register { .. } => "registry RegisterProvider",
            Self::SetOperator(_) => "registry UpdateProvider",
            Self::SetPayout(_) => "registry SetPayout",
            Self::Bond { denom: 0, .. } => "registry Bond",
            Self::Bond { .. } => "registry Receive Bond",
            Self::Unbond(..) => "registry Unbond",
            Self::WithdrawBond(..) => "registry WithdrawBond",
            Self::Drain => "registry Drain",
            Self::Resume => "registry Resume",
            Self::Leave => "registry Leave",
            Self::AddNode(..) => "registry AddNode",
            Self::UpdateNode { .. } => "registry UpdateNode",
            Self::RemoveNode(_) => "registry RemoveNode",
            Self::Heartbeat { .. } => "registry Heartbeat",
            Self::Evict(_) => "registry Evict",
            Self::Vacate(_) => "registry Vacate",
            Self::FundKitty(0, _) => "registry FundKitty",
            Self::FundKitty(..) => "registry Receive FundKitty",
            Self::WithdrawTips(..) => "registry WithdrawTips",
            Self::SyncRegistry(_) => "registry Sync",
            Self::SetRules(_) => "registry UpdateParams",
            Self::SetRegion { .. } => "registry SetRegion",
            Self::SetEvictTip(_) => "registry SetClass",
            Self::ListInRegistry(_) => "registry AddDenom",
            Self::IntakeOfRegistry(_) => "registry SetIntake",
            Self::OfferRegistry(_) => "registry TransferOwnership",
            Self::TakeRegistry => "registry AcceptOwnership",
            Self::Claim(_) => "rewards Claim",
            Self::Turn => "rewards Turn",
            Self::SlashVesting(..) => "rewards Slash",
            Self::SetRates(_) => "rewards UpdateParams",
            Self::OfferRewards(_) => "rewards TransferOwnership",
            Self::TakeRewards => "rewards AcceptOwnership",
            Self::BurnOwn(_) => "token Burn",
            Self::Propose { .. } => "dao Propose",
            Self::Vote(..) => "dao Vote",
            Self::Poke(_) => "dao Poke",
            Self::Execute(_) => "dao Execute",
            Self::TakeBack(_) => "dao Withdraw",
            Self::Refund(_) => "dao Refund",
            Self::LeaveDao => "dao Leave",
            Self::Stray {
                to: Contract::Rewards,
                ..
            } => "coins to the rewards",
            Self::Stray { .. } => "coins without a message",
            Self::Assign(_) => "forged Assign",
            Self::Reassign(_) => "forged Reassign",
            Self::Release(_) => "forged Release",
            Self::ForgedHook { .. } => "forged hook",
            Self::FakeToken { .. } => "fake token",
            Self::Mint(..) => "forged Mint",
            Self::UsurpMinter(_) => "forged UpdateMinter",
            Self::BurnFrom(..) => "forged BurnFrom",
            Self::HookToRewards(_) => "hook to the rewards",
            Self::RenounceRewards => "rewards RenounceOwnership",
        }
    }

    /// Whether nobody can ever succeed with it.
    pub fn is_hopeless(&self) -> bool {
        matches!(
            self,
            Self::Assign(_)
                | Self::Reassign(_)
                | Self::Release(_)
                | Self::ForgedHook { .. }
                | Self::FakeToken { .. }
                | Self::Mint(..)
                | Self::UsurpMinter(_)
                | Self::BurnFrom(..)
                | Self::HookToRewards(_)
                | Self::RenounceRewards
        )
    }

    /// Whether native coins come with it by right.
    pub fn takes_coins(&self) -> bool {
        matches!(
            self,
            Self::Submit { denom: 0, .. }
                | Self::Dispute { denom: 0, .. }
                | Self::Bond { denom: 0, .. }
                | Self::FundKitty(0, _)
                | Self::Propose { .. }
                | Self::Stray { .. }
        )
    }
}

impl Ghost {
    /// What must happen. `seen` is what the chain did where it has a choice. An error
    /// means that the chain has to refuse; then this ghost is of no more use.
    pub fn apply(&mut self, deed: &Deed, seen: &Seen) -> Result<(), Refused> {
        self.act(deed, seen)?;
        self.note_bonds();
        Ok(())
    }

    pub(super) fn act(&mut self, deed: &Deed, seen: &Seen) -> Result<(), Refused> {
        let who = deed.who.as_str();
        if deed.coins > 0 && !deed.what.takes_coins() {
            return Err("this message takes no coins");
        }
        match &deed.what {
            What::Submit {
                denom,
                deposit,
                order,
            } => self.submit(who, *denom, *deposit, order, seen),
            What::Match(job) => self.retry(*job, seen),
            What::Decline(job) => self.decline(who, *job, seen),
            What::Deliver(job) => self.deliver(who, *job),
            What::Accept(job, pay) => self.accept(who, *job, *pay),
            What::Settle(job, pay) => self.settle(*job, *pay),
            What::Cancel(job) => self.cancel(who, *job),
            What::Expire(job) => self.expire(who, *job),
            What::Dispute { job, denom, bond } => self.dispute(who, *job, *denom, *bond),
            What::Rule(job, bps) => self.rule(who, *job, *bps),
            What::WithdrawAccount(account, denom) => self.withdraw_account(account, *denom),
            What::WithdrawProvider(provider, denom) => self.withdraw_provider(*provider, *denom),
            What::Flush(denom, purse) => self.flush(*denom, *purse),
            What::SyncEscrow(denom) => self.sync_escrow(*denom),
            What::SetTerms(terms) => self.set_terms(who, terms),
            What::SetRoles(arbiter, treasury) => self.set_roles(who, arbiter, treasury),
            What::ListInEscrow(name) => self.escrow_office.list(who, name),
            What::IntakeOfEscrow(open) => self.escrow_office.set_intake(who, *open),
            What::OfferEscrow(to) => self.escrow_office.offer(who, to),
            What::TakeEscrow => self.escrow_office.accept(who),
            What::Register { operator, payout } => self.register(who, operator, payout),
            What::SetOperator(operator) => self.set_operator(who, operator),
            What::SetPayout(payout) => self.set_payout(who, payout),
            What::Bond {
                provider,
                denom,
                amount,
            } => self.bond(who, *provider, *denom, *amount),
            What::Unbond(denom, amount) => self.unbond(who, *denom, *amount),
            What::WithdrawBond(provider, denom) => self.withdraw_bond(*provider, *denom),
            What::Drain => self.drain(who),
            What::Resume => self.resume(who),
            What::Leave => self.leave(who),
            What::AddNode(machine, bond) => self.add_node(who, machine, *bond),
            What::UpdateNode {
                node,
                capacity,
                prices,
                bond,
            } => self.update_node(who, *node, *capacity, *prices, *bond),
            What::RemoveNode(node) => self.remove_node(who, *node),
            What::Heartbeat { node, seq, free } => self.heartbeat(who, *node, *seq, *free),
            What::Evict(nodes) => self.evict(who, nodes),
            What::Vacate(job) => self.vacate(*job),
            What::FundKitty(denom, amount) => self.fund_kitty(who, *denom, *amount),
            What::WithdrawTips(account, denom) => self.withdraw_tips(account, *denom),
            What::SyncRegistry(denom) => self.sync_registry(*denom),
            What::SetRules(rules) => self.set_rules(who, rules),
            What::SetRegion { id, clean, rtt } => self.set_region(who, *id, *clean, rtt),
            What::SetEvictTip(tip) => self.set_evict_tip(who, *tip),
            What::ListInRegistry(name) => self.registry_office.list(who, name),
            What::IntakeOfRegistry(open) => self.registry_office.set_intake(who, *open),
            What::OfferRegistry(to) => self.registry_office.offer(who, to),
            What::TakeRegistry => self.registry_office.accept(who),
            What::Claim(provider) => self.claim(*provider),
            What::Turn => self.turn(),
            What::SlashVesting(provider, bps) => self.slash_vesting(who, *provider, *bps),
            What::SetRates(rates) => self.set_rates(who, rates),
            What::OfferRewards(to) => {
                self.rewards.office.offer(who, to)?;
                self.rewards.said.push(Said::Passed);
                Ok(())
            }
            What::TakeRewards => {
                self.rewards.office.accept(who)?;
                self.rewards.said.push(Said::Passed);
                Ok(())
            }
            What::BurnOwn(amount) => self.burn_own(who, *amount),
            What::Propose { acts, deposit } => self.propose(who, acts, *deposit),
            What::Vote(id, say) => self.vote(who, *id, *say),
            What::Poke(id) => self.poke(*id),
            What::Execute(id) => self.execute(*id),
            What::TakeBack(id) => self.take_back(who, *id),
            What::Refund(id) => self.refund(*id),
            What::LeaveDao => self.leave_dao(who),
            What::Stray { to, denom, amount } => self.stray(who, *to, *denom, *amount),
            What::Assign(_) | What::Reassign(_) | What::Release(_) => Err("only the escrow"),
            What::ForgedHook { .. } => Err("no listed token says so"),
            What::FakeToken { .. } => Err("the token is not listed"),
            What::Mint(..) => Err("only the rewards contract mints"),
            What::UsurpMinter(_) => Err("only the minter names another"),
            What::BurnFrom(..) => Err("nobody allowed it"),
            What::HookToRewards(_) => Err("the rewards contract takes no tokens"),
            What::RenounceRewards => Err("ownership is never given up"),
        }
    }
}
