//! The suite's contracts as a node asks and calls them.

use cosmrs::Any;
use cosmwasm_std::Uint128;
use serde::Serialize;
use surge_chain::{execute, Chain, Error};
use surge_interface::{
    escrow::{self, Beneficiary, JobResponse, JobResult, JobSummary, JobsResponse},
    registry::{self, NodeResponse, ProviderResponse, ReservationResponse},
    rewards::{self, Reward},
    Resources, UncheckedDenom,
};

/// Where the contracts are.
#[derive(Clone, Debug)]
pub struct Contracts {
    /// Providers and nodes.
    pub registry: String,
    /// Jobs and their money.
    pub escrow: String,
    /// Rewards.
    pub rewards: String,
}

/// Rows of one page of jobs.
const PAGE: u32 = 100;

/// The contracts on a chain.
pub struct Suite {
    /// The chain.
    pub chain: Chain,
    /// Where they are.
    pub contracts: Contracts,
}

impl Suite {
    pub fn node(&self, node: u32) -> Result<NodeResponse, Error> {
        self.ask_registry(&registry::QueryMsg::Node { node })
    }

    pub fn nodes_of(&self, provider: u32) -> Result<Vec<NodeResponse>, Error> {
        let answer: registry::NodesResponse = self.ask_registry(&registry::QueryMsg::Nodes {
            provider: Some(provider),
            start_after: None,
            limit: Some(registry::MAX_NODES),
        })?;
        Ok(answer.nodes)
    }

    /// Whether new providers and nodes are taken.
    pub fn intake_open(&self) -> Result<bool, Error> {
        let answer: registry::ConfigResponse = self.ask_registry(&registry::QueryMsg::Config {})?;
        Ok(answer.intake_open)
    }

    /// The provider of an owner or operator; none when there is none.
    pub fn provider_of(&self, address: &str) -> Result<Option<ProviderResponse>, Error> {
        let address = address.to_owned();
        match self.ask_registry(&registry::QueryMsg::ProviderOf { address }) {
            Err(Error::Query { log, .. }) if log.contains("provider") => Ok(None),
            answer => answer.map(Some),
        }
    }

    pub fn provider(&self, provider: u32) -> Result<ProviderResponse, Error> {
        self.ask_registry(&registry::QueryMsg::Provider { provider })
    }

    pub fn params(&self) -> Result<registry::Params, Error> {
        self.ask_registry(&registry::QueryMsg::Params {})
    }

    pub fn classes(&self) -> Result<Vec<registry::Class>, Error> {
        let answer: registry::ClassesResponse =
            self.ask_registry(&registry::QueryMsg::Classes {})?;
        Ok(answer.classes)
    }

    pub fn regions(&self) -> Result<Vec<registry::Region>, Error> {
        let answer: registry::RegionsResponse =
            self.ask_registry(&registry::QueryMsg::Regions {})?;
        Ok(answer.regions)
    }

    pub fn denoms(&self) -> Result<Vec<UncheckedDenom>, Error> {
        let answer: registry::DenomsResponse = self.ask_registry(&registry::QueryMsg::Denoms {})?;
        Ok(answer.denoms.into_iter().map(Into::into).collect())
    }

    /// What a job holds of its node; none when it is over.
    pub fn reservation(&self, job: u64) -> Result<Option<ReservationResponse>, Error> {
        match self.ask_registry(&registry::QueryMsg::Reservation { job }) {
            Err(Error::Query { log, .. }) if log.contains("holds no node") => Ok(None),
            answer => answer.map(Some),
        }
    }

    pub fn job(&self, job: u64) -> Result<JobResponse, Error> {
        self.ask_escrow(&escrow::QueryMsg::Job { job })
    }

    /// How many jobs there are so far.
    pub fn jobs(&self) -> Result<u64, Error> {
        let answer: escrow::ConfigResponse = self.ask_escrow(&escrow::QueryMsg::Config {})?;
        Ok(answer.jobs)
    }

    /// The jobs after this one, a page of them.
    pub fn page(&self, start_after: u64) -> Result<Vec<JobSummary>, Error> {
        let answer: JobsResponse = self.ask_escrow(&escrow::QueryMsg::Jobs {
            start_after: Some(start_after),
            limit: Some(PAGE),
        })?;
        Ok(answer.jobs)
    }

    /// The escrow's parameters that hold for a job.
    pub fn terms(&self, version: u32) -> Result<escrow::Params, Error> {
        self.ask_escrow(&escrow::QueryMsg::Params {
            version: Some(version),
        })
    }

    /// What the escrow owes a provider.
    pub fn owed(&self, provider: u32, denom: UncheckedDenom) -> Result<Uint128, Error> {
        self.ask_escrow(&escrow::QueryMsg::Credit {
            beneficiary: Beneficiary::Provider(provider),
            denom,
        })
    }

    pub fn claimable(&self, provider: u32) -> Result<Reward, Error> {
        let msg = rewards::QueryMsg::Claimable { provider };
        self.chain.smart(&self.contracts.rewards, &msg)
    }

    /// In what rewards are, by the registry's number.
    pub fn reward_denom(&self) -> Result<u8, Error> {
        let msg = rewards::QueryMsg::Config {};
        let answer: rewards::ConfigResponse = self.chain.smart(&self.contracts.rewards, &msg)?;
        Ok(answer.bond_denom)
    }

    fn ask_registry<T: serde::de::DeserializeOwned>(
        &self,
        msg: &registry::QueryMsg,
    ) -> Result<T, Error> {
        self.chain.smart(&self.contracts.registry, msg)
    }

    fn ask_escrow<T: serde::de::DeserializeOwned>(
        &self,
        msg: &escrow::QueryMsg,
    ) -> Result<T, Error> {
        self.chain.smart(&self.contracts.escrow, msg)
    }
}

/// What a node says to the contracts.
#[derive(Clone, Debug)]
pub enum Call {
    /// It is alive, and this is free.
    Heartbeat {
        node: u32,
        seq: u32,
        free: Resources,
    },
    /// It turns a job down.
    Decline { job: u64 },
    /// It delivers.
    Result { job: u64, result: JobResult },
    /// The machine of a delivered job is free.
    Vacate { job: u64 },
    /// A job is paid.
    Settle { job: u64 },
    /// Earnings go to the payout address.
    Withdraw {
        provider: u32,
        denom: UncheckedDenom,
    },
    /// Rewards are claimed.
    Claim { provider: u32 },
}

impl Call {
    /// The message as the chain takes it.
    pub fn message(&self, sender: &str, contracts: &Contracts) -> Result<Any, Error> {
        let registry = |msg: registry::ExecuteMsg| call(sender, &contracts.registry, &msg);
        let escrow = |msg: escrow::ExecuteMsg| call(sender, &contracts.escrow, &msg);
        match self.clone() {
            Self::Heartbeat { node, seq, free } => {
                registry(registry::ExecuteMsg::Heartbeat { node, seq, free })
            }
            Self::Vacate { job } => registry(registry::ExecuteMsg::Vacate { job }),
            Self::Decline { job } => escrow(escrow::ExecuteMsg::Decline { job }),
            Self::Result { job, result } => {
                escrow(escrow::ExecuteMsg::SubmitResult { job, result })
            }
            Self::Settle { job } => escrow(escrow::ExecuteMsg::Settle { job, pay: true }),
            Self::Withdraw { provider, denom } => escrow(escrow::ExecuteMsg::Withdraw {
                beneficiary: Beneficiary::Provider(provider),
                denom,
            }),
            Self::Claim { provider } => call(
                sender,
                &contracts.rewards,
                &rewards::ExecuteMsg::Claim { provider },
            ),
        }
    }
}

fn call(sender: &str, contract: &str, msg: &impl Serialize) -> Result<Any, Error> {
    execute(sender, contract, msg, &[])
}
