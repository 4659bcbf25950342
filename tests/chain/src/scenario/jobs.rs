//! Jobs that go well: paid in the native coin, and in reward tokens with what that mints.

use surge_interface::escrow::{
    Beneficiary, ExecuteMsg as Escrow, JobResponse, JobSpec, JobSummary, Purse, QueryMsg,
    ReceiveMsg,
};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::rewards::ExecuteMsg as Rewards;
use surge_interface::UncheckedDenom;
use surge_testing::{job, result_of};

use super::{ledger::NATIVE, stage::Stage};
use crate::Error;

/// Deposit of most jobs: more than they cost.
pub(super) const DEPOSIT: u128 = 50_000;
/// Deposit of a job that lasts a day.
const DAY_DEPOSIT: u128 = 2_000_000;

impl Stage<'_> {
    /// The requester orders a job for native coins. Answers its id.
    pub(super) fn submit(
        &mut self,
        step: &str,
        spec: JobSpec,
        deposit: u128,
    ) -> Result<u64, Error> {
        let order = Escrow::SubmitJob { spec };
        let landed = self.act(step, "requester", "escrow", &order, deposit)?;
        landed.attribute("job_submitted", "job")
    }

    /// Where a job stands.
    pub(super) fn job(&self, job: u64) -> Result<JobSummary, Error> {
        let answer: JobResponse = self.ask("escrow", &QueryMsg::Job { job })?;
        Ok(answer.summary)
    }

    /// Who speaks for the node that has a job.
    pub(super) fn operator(&self, job: u64) -> Result<String, Error> {
        let provider = self.job(job)?.provider.unwrap_or_default();
        Ok(format!("operator{provider}"))
    }

    /// The operator of the job's node delivers.
    pub(super) fn deliver(&mut self, job: u64) -> Result<(), Error> {
        let operator = self.operator(job)?;
        let deliver = Escrow::SubmitResult {
            job,
            result: result_of("output"),
        };
        let step = format!("the result of job {job}");
        self.act(&step, &operator, "escrow", &deliver, 0).map(drop)
    }

    fn withdraw(&mut self, step: &str, beneficiary: Beneficiary, denom: u8) -> Result<(), Error> {
        let withdraw = Escrow::Withdraw {
            beneficiary,
            denom: self.denom(denom)?,
        };
        self.act(step, "anyone", "escrow", &withdraw, 0).map(drop)
    }

    fn denom(&self, id: u8) -> Result<UncheckedDenom, Error> {
        Ok(match id {
            0 => UncheckedDenom::Native(NATIVE.into()),
            _ => UncheckedDenom::Cw20(self.address("token")?),
        })
    }
}

/// From its submission to what everybody has of it.
pub(super) fn accepted(stage: &mut Stage) -> Result<(), Error> {
    let id = stage.submit("a job is ordered", job(), DEPOSIT)?;
    stage.deliver(id)?;
    let vacate = Registry::Vacate { job: id };
    stage.act(
        "its machine is free again",
        "anyone",
        "registry",
        &vacate,
        0,
    )?;
    let accept = |pay| Escrow::Accept { job: id, pay };
    let step = "a stranger accepts";
    stage.refused(
        step,
        "anyone",
        "escrow",
        &accept(false),
        0,
        "only the requester",
    )?;
    stage.act("it is accepted", "requester", "escrow", &accept(false), 0)?;
    let provider = stage.job(id)?.provider.unwrap_or_default();
    let requester = Beneficiary::Account(stage.address("requester")?);
    stage.withdraw("what the price left comes back", requester, 0)?;
    let step = "the provider is paid";
    stage.withdraw(step, Beneficiary::Provider(provider), 0)?;
    let again = Escrow::Withdraw {
        beneficiary: Beneficiary::Provider(provider),
        denom: stage.denom(0)?,
    };
    let step = "nothing is left to pay";
    stage.refused(step, "anyone", "escrow", &again, 0, "nothing is there")?;
    for (name, purse) in [
        ("treasury", Purse::Treasury),
        ("insurance", Purse::Insurance),
    ] {
        let denom = stage.denom(0)?;
        let flush = Escrow::Flush { denom, purse };
        let step = format!("the {name}'s share moves on");
        stage.act(&step, "anyone", "escrow", &flush, 0)?;
    }
    Ok(())
}

/// Part of what was paid is burned, and mints.
pub(super) fn in_tokens(stage: &mut Stage) -> Result<(), Error> {
    let spec = JobSpec {
        reserved_secs: 86_400,
        ..job()
    };
    let order = ReceiveMsg::SubmitJob {
        spec: Box::new(spec),
    };
    let step = "a job is ordered for tokens";
    let landed = stage.act_with_tokens(step, "requester", "escrow", &order, DAY_DEPOSIT)?;
    let id: u64 = landed.attribute("job_submitted", "job")?;
    stage.deliver(id)?;
    let accept = Escrow::Accept { job: id, pay: true };
    stage.act("it is accepted and paid", "requester", "escrow", &accept, 0)?;
    for (name, purse) in [
        ("burned share is burned", Purse::Burn),
        ("treasury's tokens move on", Purse::Treasury),
        ("insurance's tokens move on", Purse::Insurance),
    ] {
        let denom = stage.denom(1)?;
        let flush = Escrow::Flush { denom, purse };
        stage.act(&format!("the {name}"), "anyone", "escrow", &flush, 0)?;
    }
    let turn = Rewards::Turn {};
    stage.act("epochs are turned", "anyone", "rewards", &turn, 0)?;
    claim(stage, "the first claim")
}

/// What the job burned and what the bond earned is granted: part at once, part vests.
pub(super) fn claim(stage: &mut Stage, step: &str) -> Result<(), Error> {
    let claim = Rewards::Claim { provider: 2 };
    stage.act(step, "anyone", "rewards", &claim, 0).map(drop)
}
