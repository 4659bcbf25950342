//! What can be asked, and what must always hold.

use cosmwasm_std::{Addr, Uint128};
use cw20::{BalanceResponse, Cw20QueryMsg};
use surge_interface::dao::{InvariantResponse as DaoInvariant, QueryMsg as Dao};
use surge_interface::escrow::{
    Beneficiary, InvariantResponse as EscrowInvariant, JobResponse, JobSummary, JobsResponse,
    QueryMsg as Escrow,
};
use surge_interface::registry::{
    InvariantResponse as RegistryInvariant, NodeResponse, NodesResponse, ProviderResponse,
    QueryMsg as Registry,
};
use surge_interface::rewards::{InvariantResponse as RewardsInvariant, QueryMsg as Rewards};
use surge_interface::Explanation;

use crate::{Suite, NATIVE};

impl Suite {
    /// A node.
    pub fn node(&self, node: u32) -> NodeResponse {
        self.ask_registry(&Registry::Node { node })
    }

    /// Every node.
    pub fn all_nodes(&self) -> Vec<NodeResponse> {
        let mut nodes: Vec<NodeResponse> = vec![];
        loop {
            let page: NodesResponse = self.ask_registry(&Registry::Nodes {
                provider: None,
                start_after: nodes.last().map(|node| node.id),
                limit: Some(100),
            });
            if page.nodes.is_empty() {
                return nodes;
            }
            nodes.extend(page.nodes);
        }
    }

    /// A provider.
    pub fn provider(&self, provider: u32) -> ProviderResponse {
        self.ask_registry(&Registry::Provider { provider })
    }

    /// Who sends a node's heartbeats.
    pub fn operator_of(&self, node: u32) -> Addr {
        self.provider(self.node(node).provider).record.operator
    }

    /// Where a job stands.
    pub fn job(&self, job: u64) -> JobSummary {
        let response: JobResponse = self.ask_escrow(&Escrow::Job { job });
        response.summary
    }

    /// Every job.
    pub fn all_jobs(&self) -> Vec<JobSummary> {
        let mut jobs: Vec<JobSummary> = vec![];
        loop {
            let page: JobsResponse = self.ask_escrow(&Escrow::Jobs {
                start_after: jobs.last().map(|job| job.id),
                limit: Some(100),
            });
            if page.jobs.is_empty() {
                return jobs;
            }
            jobs.extend(page.jobs);
        }
    }

    /// Why a job went where it went.
    pub fn explain(&self, job: u64) -> Explanation {
        self.ask_registry(&Registry::ExplainMatch { job })
    }

    /// What a provider may withdraw.
    pub fn provider_credit(&self, provider: u32, denom: u8) -> u128 {
        self.credit(Beneficiary::Provider(provider), denom)
    }

    /// What an account may withdraw.
    pub fn account_credit(&self, name: &str, denom: u8) -> u128 {
        let account = Self::addr(name).to_string();
        self.credit(Beneficiary::Account(account), denom)
    }

    fn credit(&self, beneficiary: Beneficiary, denom: u8) -> u128 {
        let denom = self.denom(denom);
        let credit: Uint128 = self.ask_escrow(&Escrow::Credit { beneficiary, denom });
        credit.u128()
    }

    /// What an address holds of a denomination, by id.
    pub fn balance(&self, addr: &Addr, denom: u8) -> u128 {
        if denom == 0 {
            let coin = self.app.wrap().query_balance(addr, NATIVE);
            return coin.expect("the bank answers").amount.u128();
        }
        let answer: BalanceResponse = self
            .app
            .wrap()
            .query_wasm_smart(
                self.cw20(denom),
                &Cw20QueryMsg::Balance {
                    address: addr.to_string(),
                },
            )
            .expect("the token answers");
        answer.balance.u128()
    }

    /// Asks the registry; panics on an error.
    pub fn ask_registry<T: serde::de::DeserializeOwned>(&self, msg: &Registry) -> T {
        self.app
            .wrap()
            .query_wasm_smart(&self.registry, msg)
            .expect("the registry answers")
    }

    /// Asks the escrow; panics on an error.
    pub fn ask_escrow<T: serde::de::DeserializeOwned>(&self, msg: &Escrow) -> T {
        self.app
            .wrap()
            .query_wasm_smart(&self.escrow, msg)
            .expect("the escrow answers")
    }

    /// Asks the rewards contract; panics on an error.
    pub fn ask_rewards<T: serde::de::DeserializeOwned>(&self, msg: &Rewards) -> T {
        self.app
            .wrap()
            .query_wasm_smart(&self.rewards, msg)
            .expect("the rewards contract answers")
    }

    /// Panics unless every contract holds at least what it owes, what the registry has
    /// reserved and locked is what running jobs need, and what was granted is within the cap.
    pub fn assert_sound(&self) {
        let escrow: EscrowInvariant = self.ask_escrow(&Escrow::Invariant {});
        assert!(
            escrow.holds,
            "the escrow owes more than it holds: {escrow:?}"
        );
        let registry: RegistryInvariant = self.ask_registry(&Registry::Invariant {});
        assert!(
            registry.holds,
            "the registry owes more than it holds: {registry:?}"
        );
        let rewards: RewardsInvariant = self.ask_rewards(&Rewards::Invariant {});
        assert!(
            rewards.holds,
            "the rewards are not what they may be: {rewards:?}"
        );
        if self.dao.is_some() {
            let dao: DaoInvariant = self.ask_dao(&Dao::Invariant {});
            assert!(dao.holds, "the DAO owes more than it holds: {dao:?}");
        }
    }
}
