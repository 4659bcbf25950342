//! Events of the registry.

use cosmwasm_std::{Addr, Event, Uint128};

use super::{numbered, Emit, EventDoc};

events! { EVENTS of "registry";
    /// Somebody joined as a provider.
    ProviderRegistered = "provider_registered" {
        /// The provider.
        provider: u32,
        /// Its cold key.
        owner: Addr,
        /// Its hot key.
        operator: Addr,
        /// Where its earnings go.
        payout: Addr,
    }
    /// A provider changed its operator or profile.
    ProviderUpdated = "provider_updated" {
        /// The provider.
        provider: u32,
        /// Its hot key.
        operator: Addr,
    }
    /// A provider named a new payout address.
    PayoutSet = "payout_set" {
        /// The provider.
        provider: u32,
        /// The new address.
        payout: Addr,
        /// From when it counts.
        from_secs: u64,
    }
    /// A provider's status changed.
    ProviderStatusChanged = "provider_status_changed" {
        /// The provider.
        provider: u32,
        /// active, draining, unbonding or gone.
        status: &'static str,
    }
    /// Bond was added.
    Bonded = "bonded" {
        /// The provider.
        provider: u32,
        /// Denomination by id.
        denom_id: u8,
        /// How much.
        amount: Uint128,
        /// All bond of the registry in this denomination.
        total_bonds: Uint128,
    }
    /// Bond started its wait.
    UnbondingStarted = "unbonding_started" {
        /// The provider.
        provider: u32,
        /// Denomination by id.
        denom_id: u8,
        /// How much.
        amount: Uint128,
        /// From when it may be withdrawn.
        from_secs: u64,
    }
    /// Bond left.
    BondWithdrawn = "bond_withdrawn" {
        /// The provider.
        provider: u32,
        /// Denomination by id.
        denom_id: u8,
        /// How much.
        amount: Uint128,
        /// All bond of the registry in this denomination.
        total_bonds: Uint128,
    }
    /// A node joined.
    NodeAdded = "node_added" {
        /// The node.
        node: u32,
        /// Its provider.
        provider: u32,
        /// Class by id.
        class: u8,
        /// Region by id.
        region: u8,
        /// Bond behind it.
        bond: Uint128,
    }
    /// A node's description or bond changed.
    NodeUpdated = "node_updated" {
        /// The node.
        node: u32,
        /// Bond behind it.
        bond: Uint128,
    }
    /// A node left.
    NodeRemoved = "node_removed" {
        /// The node.
        node: u32,
        /// Its provider.
        provider: u32,
        /// Bond that became the provider's again.
        bond: Uint128,
    }
    /// A node is alive.
    HeartbeatReceived = "heartbeat_received" {
        /// The node.
        node: u32,
        /// Sequence of the heartbeat.
        heartbeat: u32,
        /// Whether a search can find the node now.
        indexed: bool,
    }
    /// A silent node was taken out of the index.
    NodeEvicted = "node_evicted" {
        /// The node.
        node: u32,
        /// Denomination by id.
        denom_id: u8,
        /// What it paid to the reporter; nothing when a search found it.
        tip: Uint128,
        /// Who reported it; `search` when a search met it.
        reporter: String,
    }
    /// A node was picked and reserved.
    NodeAssigned = "node_assigned" {
        /// The job.
        job: u64,
        /// The node.
        node: u32,
        /// Its provider.
        provider: u32,
        /// Score from 0 to 1,000,000.
        score_ppm: u64,
        /// Price of the job.
        price: Uint128,
        /// Bond locked.
        collateral: Uint128,
        /// Index rows read.
        rows_read: u16,
        /// Whether nothing unread could have scored higher.
        exact: bool,
        /// How much higher it could have scored at most.
        gap_ppm: u32,
    }
    /// No node could take a job.
    NobodyFound = "nobody_found" {
        /// The job.
        job: u64,
        /// Index rows read.
        rows_read: u16,
    }
    /// A delivered job's capacity became free; its collateral stays locked.
    NodeVacated = "node_vacated" {
        /// The job.
        job: u64,
        /// The node.
        node: u32,
    }
    /// A job's reservation ended.
    NodeReleased = "node_released" {
        /// The job.
        job: u64,
        /// The node.
        node: u32,
        /// settled, closed, faulted or no_show.
        outcome: &'static str,
    }
    /// A node paid for a missed deadline.
    NodeSlashed = "node_slashed" {
        /// The job.
        job: u64,
        /// The node.
        node: u32,
        /// Denomination by id.
        denom_id: u8,
        /// How much it paid.
        amount: Uint128,
        /// Part of it that goes to the reporter.
        tip: Uint128,
        /// Who reported it; `none` after a ruling.
        reporter: String,
        /// The kitty with the rest in it.
        kitty: Uint128,
    }
    /// Tips were fetched.
    TipsWithdrawn = "tips_withdrawn" {
        /// Who earned them.
        account: Addr,
        /// Denomination by id.
        denom_id: u8,
        /// How much.
        amount: Uint128,
    }
    /// Money came to the insurance kitty.
    KittyFunded = "kitty_funded" {
        /// Denomination by id.
        denom_id: u8,
        /// How much.
        amount: Uint128,
        /// The kitty with it.
        kitty: Uint128,
    }
    /// Parameters changed.
    ParamsUpdated = "registry_params_updated" {
        /// Which: params, region, class, denom or intake.
        what: &'static str,
        /// What holds now, as JSON; of regions and classes the id and what stands there.
        value: String,
    }
}
