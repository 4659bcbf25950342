//! Every storage key of the DAO.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Empty, Storage, Uint128};
use cw_storage_plus::{Item, Map, SnapshotItem, SnapshotMap, Strategy};
use surge_interface::dao::{Action, Class, Policy, Unstaking};
use surge_interface::{Denom, TimeProfile};

use crate::head::Head;
use crate::ContractError;

/// What it was born with, for good.
#[cw_serde]
pub struct Config {
    pub name: String,
    pub uri: String,
    pub profile: TimeProfile,
    /// The staked token; each member has one vote when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<Addr>,
    pub unstaking_secs: u64,
}

/// Numbers that hold for every class.
#[cw_serde]
pub struct Rules {
    pub min_age_secs: u64,
    pub deposit_denom: Denom,
    pub forfeit_bps: u16,
}

/// What a proposal says and never changes. The rest of its text has a key of its own.
#[cw_serde]
pub struct Body {
    #[serde(rename = "t")]
    pub title: String,
    /// How the text begins.
    #[serde(rename = "s")]
    pub summary: String,
    /// SHA-256 of the whole text.
    #[serde(rename = "h")]
    pub hash: Binary,
    /// Deposit that the policy asked for.
    #[serde(rename = "d", skip_serializing_if = "Uint128::is_zero", default)]
    pub deposit: Uint128,
}

/// What a proposal does.
#[cw_serde]
pub struct Plan {
    #[serde(rename = "a")]
    pub actions: Vec<Action>,
    /// Code that runs what is migrated, in the order of the migrations.
    #[serde(rename = "c", skip_serializing_if = "Vec::is_empty", default)]
    pub codes: Vec<u64>,
}

/// A deposit that was not settled yet, on the terms of its day.
#[cw_serde]
pub struct Deposit {
    #[serde(rename = "d")]
    pub denom: Denom,
    #[serde(rename = "a")]
    pub amount: Uint128,
    #[serde(rename = "f")]
    pub forfeit_bps: u16,
}

/// Who a member is. The weight that counts stands beside it, by height.
#[cw_serde]
pub struct Member {
    #[serde(rename = "a")]
    pub address: Addr,
    /// Weight that will count.
    #[serde(rename = "p", skip_serializing_if = "Uint128::is_zero", default)]
    pub pending: Uint128,
    /// From when it may be activated; 0 when nothing is pending.
    #[serde(rename = "t", skip_serializing_if = "is_zero", default)]
    pub pending_secs: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes references
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// All weight that counts.
#[cw_serde]
#[derive(Default)]
pub struct Total {
    #[serde(rename = "w")]
    pub weight: Uint128,
    /// Members with weight.
    #[serde(rename = "m")]
    pub members: u32,
}

/// What the DAO owes in one denomination.
#[cw_serde]
#[derive(Default)]
pub struct Ledger {
    /// Deposits not settled yet.
    #[serde(rename = "d")]
    pub deposits: Uint128,
    /// Stakes, pending and leaving ones included.
    #[serde(rename = "s")]
    pub stakes: Uint128,
}

/// Written at birth; one record.
pub const CONFIG: Item<Config> = Item::new("config");
/// Written at birth and by vote; one record.
pub const RULES: Item<Rules> = Item::new("rules");
/// bit of the class => its rules; written at birth and by vote; seven.
pub const POLICIES: Map<u8, Policy> = Map::new("policy");
/// (contract, message) => class; written at birth and by vote; looked up and paged.
pub const ROWS: Map<(&Addr, &str), Class> = Map::new("row");
/// Proposals so far; written by proposing.
pub const COUNT: Item<u64> = Item::new("count");
/// proposal => packed head; written by every step.
const HEADS: Map<u64, Empty> = Map::new("head");
/// proposal => title, summary, hash; written once by the proposer.
pub const BODIES: Map<u64, Body> = Map::new("body");
/// proposal => what follows the summary, UTF-8; written once by the proposer.
const TEXTS: Map<u64, Empty> = Map::new("text");
/// proposal => actions; written once by the proposer; none without actions.
pub const PLANS: Map<u64, Plan> = Map::new("plan");
/// proposal => why the last try failed; at most `MAX_FAILURE` characters.
pub const FAILURES: Map<u64, String> = Map::new("fail");
/// proposal => deposit; removed when it is settled.
pub const DEPOSITS: Map<u64, Deposit> = Map::new("put");
/// (proposal, member) => choice as a number; written by the member's votes.
pub const BALLOTS: Map<(u64, u32), u8> = Map::new("vote");
/// (proposal, member) => reason; written by the member's votes.
pub const REASONS: Map<(u64, u32), String> = Map::new("why");
/// member => its proposals that were not over when it proposed last; at most `MAX_LIVE`.
pub const LIVE: Map<u32, Vec<u64>> = Map::new("live");
/// Members so far; written by whatever adds one.
pub const MEMBER_COUNT: Item<u32> = Item::new("members");
/// address => member; written when one is added.
pub const MEMBER_IDS: Map<&Addr, u32> = Map::new("id");
/// member => who it is; written when its pending weight changes.
pub const MEMBERS: Map<u32, Member> = Map::new("who");
/// member => weight that counts, by height; written with `TOTAL`, never without it.
pub const WEIGHTS: SnapshotMap<u32, Uint128> =
    SnapshotMap::new("weight", "weight_at", "weight_log", Strategy::EveryBlock);
/// All weight that counts, by height; written with `WEIGHTS`.
pub const TOTAL: SnapshotItem<Total> =
    SnapshotItem::new("total", "total_at", "total_log", Strategy::EveryBlock);
/// member => stake on its way out; at most `MAX_UNSTAKINGS`.
pub const UNSTAKINGS: Map<u32, Vec<Unstaking>> = Map::new("leave");
/// denomination => what is owed; one row for the staked token and one for each
/// denomination that deposits were ever paid in, which takes a vote.
pub const LEDGERS: Map<&str, Ledger> = Map::new("owed");
/// Tokens that somebody was ever allowed to move; written by actions.
pub const ALLOWED: Map<&Addr, Empty> = Map::new("allowed");

/// The head of a proposal.
pub fn load_head(storage: &dyn Storage, proposal: u64) -> Result<Head, ContractError> {
    let bytes = storage
        .get(&HEADS.key(proposal))
        .ok_or(ContractError::UnknownProposal { proposal })?;
    Head::from_bytes(&bytes)
}

/// Writes the head of a proposal.
pub fn save_head(storage: &mut dyn Storage, proposal: u64, head: &Head) {
    storage.set(&HEADS.key(proposal), &head.to_bytes());
}

/// What follows the summary; nothing when the summary is all.
pub fn load_text(storage: &dyn Storage, proposal: u64) -> Result<String, ContractError> {
    let bytes = storage.get(&TEXTS.key(proposal)).unwrap_or_default();
    String::from_utf8(bytes).map_err(|_| ContractError::BadText)
}

/// Writes what follows the summary.
pub fn save_text(storage: &mut dyn Storage, proposal: u64, text: &str) {
    if !text.is_empty() {
        storage.set(&TEXTS.key(proposal), text.as_bytes());
    }
}
