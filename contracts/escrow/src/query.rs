//! Answers.

use cosmwasm_std::{Addr, Deps, Order, StdResult, Uint128};
use cw_storage_plus::Bound;
use surge_interface::escrow::{
    Beneficiary, ConfigResponse, Contribution, DenomsResponse, DisputeResponse, EscrowMoney,
    InvariantResponse, JobResponse, JobSummary, JobsResponse, Params,
};
use surge_interface::events::SEQ;
use surge_interface::{page, Denom, UncheckedDenom};

use crate::execute::money::creditor;
use crate::ledger::{self, id_of};
use crate::state::{
    Job, CONFIG, CONTRIBUTIONS, DENOMS, DISPUTES, JOBS, JOB_COUNT, PARAMS, RESULTS, TERMS,
};
use crate::ContractError;

pub fn config(deps: Deps) -> Result<ConfigResponse, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    Ok(ConfigResponse {
        registry: config.registry,
        arbiter: config.arbiter,
        treasury: config.treasury,
        reward_token: config.reward_token,
        profile: config.profile,
        intake_open: config.intake_open,
        params_version: config.params_version,
        jobs: JOB_COUNT.load(deps.storage)?,
        seq: SEQ.may_load(deps.storage)?.unwrap_or_default(),
    })
}

pub fn params(deps: Deps, version: Option<u32>) -> Result<Params, ContractError> {
    let version = match version {
        Some(version) => version,
        None => CONFIG.load(deps.storage)?.params_version,
    };
    PARAMS
        .may_load(deps.storage, version)?
        .ok_or(ContractError::UnknownVersion { version })
}

pub fn contribution(deps: Deps, provider: u32) -> StdResult<Contribution> {
    Ok(CONTRIBUTIONS
        .may_load(deps.storage, provider)?
        .unwrap_or_default())
}

pub fn denoms(deps: Deps) -> StdResult<DenomsResponse> {
    Ok(DenomsResponse {
        denoms: DENOMS.load(deps.storage)?,
    })
}

pub fn job(deps: Deps, job: u64) -> Result<JobResponse, ContractError> {
    let state = JOBS
        .may_load(deps.storage, job)?
        .ok_or(ContractError::UnknownJob { job })?;
    let denoms = DENOMS.load(deps.storage)?;
    Ok(JobResponse {
        summary: summary(&denoms, job, state)?,
        spec: TERMS.load(deps.storage, job)?.spec,
        result: RESULTS.may_load(deps.storage, job)?,
        dispute: DISPUTES
            .may_load(deps.storage, job)?
            .map(|dispute| DisputeResponse {
                bond: dispute.bond,
                arbiter: dispute.arbiter,
                reason_uri: dispute.reason_uri,
            }),
    })
}

pub fn jobs(
    deps: Deps,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> Result<JobsResponse, ContractError> {
    let denoms = DENOMS.load(deps.storage)?;
    let jobs = JOBS
        .range(
            deps.storage,
            start_after.map(Bound::exclusive),
            None,
            Order::Ascending,
        )
        .take(page::limit(limit)?)
        .map(|row| {
            let (job, state) = row?;
            summary(&denoms, job, state)
        })
        .collect::<Result<_, _>>()?;
    Ok(JobsResponse { jobs })
}

fn summary(denoms: &[Denom], id: u64, job: Job) -> Result<JobSummary, ContractError> {
    let denom = denoms
        .get(usize::from(job.denom))
        .cloned()
        .ok_or(ContractError::UnknownJob { job: id })?;
    Ok(JobSummary {
        id,
        requester: job.requester,
        denom,
        status: job.status,
        deadline_secs: job.deadline_secs,
        held: if job.status.is_final() {
            Uint128::zero()
        } else {
            job.held
        },
        price: job.price,
        node: job.node.map(|(node, _)| node),
        provider: job.node.map(|(_, provider)| provider),
        assigned_secs: job.assigned_secs,
        params_version: job.params_version,
        declined: job.declined,
    })
}

pub fn credit(
    deps: Deps,
    beneficiary: Beneficiary,
    denom: &UncheckedDenom,
) -> Result<Uint128, ContractError> {
    let denom = id_of(deps.storage, &denom.check(deps.api)?)?;
    let creditor = creditor(deps.api, beneficiary)?;
    Ok(creditor.owed(deps.storage, denom)?)
}

pub fn invariant(deps: Deps, self_addr: &Addr) -> Result<InvariantResponse, ContractError> {
    let mut rows = vec![];
    let mut holds = true;
    for (id, denom) in (0u8..).zip(DENOMS.load(deps.storage)?) {
        let ledger = ledger::load(deps.storage, id)?;
        let balance = denom.balance(&deps.querier, self_addr)?;
        holds = holds && balance >= ledger.total()?;
        rows.push(EscrowMoney {
            denom,
            balance,
            jobs: ledger.jobs,
            credits: ledger.credits,
            burn: ledger.burn,
            treasury: ledger.treasury,
            insurance: ledger.insurance,
        });
    }
    Ok(InvariantResponse { rows, holds })
}
