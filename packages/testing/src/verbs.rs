//! What people do, by name. Whoever is named for the first time gets a full pocket.

use anyhow::{anyhow, Result as AnyResult};
use cosmwasm_std::Uint128;
use cw_multi_test::{AppResponse, Executor};
use surge_interface::escrow::{self, Beneficiary, ExecuteMsg as Escrow, JobSpec, Purse};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::{rewards, Resources};

use crate::{result_of, Machine, Suite};

impl Suite {
    /// Registers `name` as a provider whose operator is `name-op`, with free bond in every
    /// denomination. Panics when it cannot.
    pub fn join(&mut self, name: &str, bond: u128) -> u32 {
        let provider = self.register(name).expect("registration");
        if bond > 0 {
            for (denom, _) in (0u8..).zip(self.denoms()) {
                self.bond(name, provider, denom, bond).expect("bond");
            }
        }
        provider
    }

    /// Registers `name` as a provider whose operator is `name-op`.
    pub fn register(&mut self, name: &str) -> AnyResult<u32> {
        let msg = Registry::RegisterProvider {
            operator: Self::addr(&operator(name)).to_string(),
            payout: None,
            profile_uri: format!("https://example.org/{name}"),
        };
        let response = self.to_registry(name, &msg)?;
        attribute(&response, "provider")
    }

    /// Anybody adds bond to a provider.
    pub fn bond(
        &mut self,
        name: &str,
        provider: u32,
        denom: u8,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        let registry = self.registry.clone();
        match denom {
            0 => self.send(name, &registry, &Registry::Bond { provider }, amount),
            _ => {
                let token = self.cw20(denom);
                let msg = registry::ReceiveMsg::Bond { provider };
                self.send_cw20(name, &token, &registry, &msg, amount)
            }
        }
    }

    /// Adds a node of `name`'s; it is found after its first heartbeat.
    pub fn add_node(&mut self, name: &str, machine: Machine) -> AnyResult<u32> {
        let msg = Registry::AddNode {
            spec: machine.spec,
            bond: Uint128::new(machine.bond),
        };
        let response = self.to_registry(name, &msg)?;
        attribute(&response, "node")
    }

    /// A provider with one live node.
    pub fn join_with(&mut self, name: &str, machine: Machine) -> (u32, u32) {
        let provider = self.join(name, machine.bond);
        let node = self.add_node(name, machine).expect("node");
        self.heartbeat(node).expect("heartbeat");
        (provider, node)
    }

    /// The node's operator says that it is alive and all of it is free.
    pub fn heartbeat(&mut self, node: u32) -> AnyResult<AppResponse> {
        let capacity = self.node(node).spec.capacity;
        self.heartbeat_free(node, capacity)
    }

    /// The node's operator says that it is alive and this much is free.
    pub fn heartbeat_free(&mut self, node: u32, free: Resources) -> AnyResult<AppResponse> {
        let seq = self.node(node).seq + 1;
        let operator = self.operator_of(node);
        let registry = self.registry.clone();
        let msg = Registry::Heartbeat { node, seq, free };
        self.app.execute_contract(operator, registry, &msg, &[])
    }

    /// Every node that there is says that it is alive.
    pub fn heartbeat_all(&mut self) {
        for node in self.all_nodes() {
            self.heartbeat(node.id).expect("heartbeat");
        }
    }

    /// Orders a job paid in native coins.
    pub fn submit(&mut self, name: &str, spec: JobSpec, deposit: u128) -> AnyResult<u64> {
        let escrow = self.escrow.clone();
        let response = self.send(name, &escrow, &Escrow::SubmitJob { spec }, deposit)?;
        attribute(&response, "job")
    }

    /// Orders a job paid in the reward token.
    pub fn submit_in_tokens(&mut self, name: &str, spec: JobSpec, deposit: u128) -> AnyResult<u64> {
        self.submit_in_cw20(name, 1, spec, deposit)
    }

    /// Orders a job paid in the token with this id.
    pub fn submit_in_cw20(
        &mut self,
        name: &str,
        denom: u8,
        spec: JobSpec,
        deposit: u128,
    ) -> AnyResult<u64> {
        let (token, escrow) = (self.cw20(denom), self.escrow.clone());
        let msg = escrow::ReceiveMsg::SubmitJob {
            spec: Box::new(spec),
        };
        let response = self.send_cw20(name, &token, &escrow, &msg, deposit)?;
        attribute(&response, "job")
    }

    /// The operator of the job's node delivers.
    pub fn deliver(&mut self, job: u64) -> AnyResult<AppResponse> {
        let result = result_of(&format!("output of {job}"));
        self.as_operator(job, &Escrow::SubmitResult { job, result })
    }

    /// Anybody frees the capacity of a delivered job.
    pub fn vacate(&mut self, job: u64) -> AnyResult<AppResponse> {
        self.to_registry("anybody", &Registry::Vacate { job })
    }

    /// The operator of the job's node declines.
    pub fn decline(&mut self, job: u64) -> AnyResult<AppResponse> {
        self.as_operator(job, &Escrow::Decline { job })
    }

    fn as_operator(&mut self, job: u64, msg: &Escrow) -> AnyResult<AppResponse> {
        let node = self
            .job(job)
            .node
            .ok_or_else(|| anyhow!("job {job} has no node"))?;
        let operator = self.operator_of(node);
        let escrow = self.escrow.clone();
        self.app.execute_contract(operator, escrow, msg, &[])
    }

    /// The requester accepts; the provider's credit stays here.
    pub fn accept(&mut self, name: &str, job: u64) -> AnyResult<AppResponse> {
        self.to_escrow(name, &Escrow::Accept { job, pay: false })
    }

    /// Anybody settles.
    pub fn settle(&mut self, name: &str, job: u64) -> AnyResult<AppResponse> {
        self.to_escrow(name, &Escrow::Settle { job, pay: false })
    }

    /// The requester cancels.
    pub fn cancel(&mut self, name: &str, job: u64) -> AnyResult<AppResponse> {
        self.to_escrow(name, &Escrow::Cancel { job })
    }

    /// Anybody ends a job that is overdue.
    pub fn expire(&mut self, name: &str, job: u64) -> AnyResult<AppResponse> {
        self.to_escrow(name, &Escrow::Expire { job })
    }

    /// The requester disputes, with this bond in the job's denomination.
    pub fn dispute(&mut self, name: &str, job: u64, bond: u128) -> AnyResult<AppResponse> {
        let escrow = self.escrow.clone();
        let reason_uri = "https://example.org/reason".to_owned();
        match self.job(job).denom {
            surge_interface::Denom::Native(_) => {
                self.send(name, &escrow, &Escrow::Dispute { job, reason_uri }, bond)
            }
            surge_interface::Denom::Cw20(token) => self.send_cw20(
                name,
                &token,
                &escrow,
                &escrow::ReceiveMsg::Dispute { job, reason_uri },
                bond,
            ),
        }
    }

    /// The arbiter rules.
    pub fn rule(&mut self, job: u64, provider_bps: u16) -> AnyResult<AppResponse> {
        self.to_escrow("arbiter", &Escrow::Rule { job, provider_bps })
    }

    /// Anybody sends a provider its native credit.
    pub fn withdraw_provider(&mut self, provider: u32) -> AnyResult<AppResponse> {
        self.withdraw(Beneficiary::Provider(provider), 0)
    }

    /// Anybody sends an account its native credit.
    pub fn withdraw_account(&mut self, name: &str) -> AnyResult<AppResponse> {
        self.withdraw(Beneficiary::Account(Self::addr(name).to_string()), 0)
    }

    /// Anybody sends a beneficiary its credit.
    pub fn withdraw(&mut self, beneficiary: Beneficiary, denom: u8) -> AnyResult<AppResponse> {
        let denom = self.denom(denom);
        self.to_escrow("anybody", &Escrow::Withdraw { beneficiary, denom })
    }

    /// Anybody claims a provider's reward. Answers what was minted.
    pub fn claim(&mut self, provider: u32) -> AnyResult<u128> {
        let claim = rewards::ExecuteMsg::Claim { provider };
        attribute(&self.to_rewards("anybody", &claim)?, "minted")
    }

    /// Anybody empties a purse.
    pub fn flush(&mut self, denom: u8, purse: Purse) -> AnyResult<AppResponse> {
        let denom = self.denom(denom);
        self.to_escrow("anybody", &Escrow::Flush { denom, purse })
    }
}

/// The name of a provider's operator.
fn operator(name: &str) -> String {
    format!("{name}-op")
}

pub(crate) fn attribute<T: std::str::FromStr>(response: &AppResponse, key: &str) -> AnyResult<T> {
    response
        .events
        .iter()
        .flat_map(|event| &event.attributes)
        .find(|attribute| attribute.key == key)
        .and_then(|attribute| attribute.value.parse().ok())
        .ok_or_else(|| anyhow!("no {key} in the response"))
}
